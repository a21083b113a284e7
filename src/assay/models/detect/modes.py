"""Operating modes in the normal part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Modes:
    """``centers`` (m, k) of the tags by mode."""

    centers: Floats

    @classmethod
    def of(cls, x: Floats, use: Mask) -> Modes:
        """From rows (n, k) with NaN for missing, of which the rows ``use`` are normal."""
        return cls(np.nanmean(x[use], axis=0)[None])

    def assign(self, x: Floats) -> Ints:
        """(n,) the mode of each row."""
        return np.zeros(len(x), dtype=np.int64)

    def expected(self, mode: Ints) -> Floats:
        """(n, k) the center of each row's mode."""
        return self.centers[np.maximum(mode, 0)]
