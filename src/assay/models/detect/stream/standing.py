"""Whether an alarm stands, row by row: raised by several rows above the threshold, ended by quiet ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.models.detect.intervals import CLOSE, RAISE, WITHIN


@dataclass(slots=True)
class Standing:
    """``recent``: the last rows above the threshold as bits, latest lowest; ``stands``: whether an alarm does."""

    recent: int = 0
    stands: bool = False

    def update(self, above: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """(n,) whether an alarm stands after each row."""
        result = np.empty(len(above), dtype=bool)
        within, quiet = (1 << WITHIN) - 1, (1 << CLOSE) - 1
        for row, high in enumerate(above.tolist()):
            self.recent = ((self.recent << 1) | high) & (within | quiet)
            if high and (self.recent & within).bit_count() >= RAISE:
                self.stands = True
            elif not self.recent & quiet:
                self.stands = False
            result[row] = self.stands
        return result
