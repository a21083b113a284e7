"""Changes of level, as they come: the last rows of a tag against as many before them.

Two neighbouring windows of 8 to 64 rows are compared (the filtered-derivative detector: Basseville and Nikiforov 1993).
A change must gain in squared error what the detector's change points must (``changes.penalties``), so that both speak
by one measure. It is told once: behind a change only windows that lie wholly behind it count.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assay.models.detect.adaptive import trailing_means
from assay.models.detect.stream.result import Change

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WIDTHS = (8, 16, 32, 64)
REACH = 2 * WIDTHS[-1]


class Changes:
    """The change lane of k tags; ``penalties`` (k,), ``since`` (k,) rows that there are behind a tag's last change."""

    __slots__ = ("penalties", "since", "tags")

    def __init__(self, tags: tuple[str, ...], penalties: Floats) -> None:
        self.tags, self.penalties = tags, penalties
        self.since: Ints = np.full(len(tags), REACH, dtype=np.int64)

    def update(self, z: Floats, before: int) -> list[Change]:
        """The changes in the standardised rows ``z`` (n, k) from ``before`` on; earlier rows were judged earlier."""
        shifts = np.stack([_shift(z, width)[before:] for width in WIDTHS])
        gains = 0.5 * np.array(WIDTHS)[:, None, None] * shifts**2
        rows, columns = np.nonzero(gains.max(axis=0) > self.penalties)
        found: list[Change] = []
        changed = -self.since
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            usable = [i for i, width in enumerate(WIDTHS) if 2 * width <= row + 1 - changed[column]]
            best = max(usable, key=lambda i: float(gains[i, row, column]), default=None)
            if best is None or gains[best, row, column] <= self.penalties[column]:
                continue
            found.append(Change(row, self.tags[column], WIDTHS[best], float(shifts[best, row, column])))
            changed[column] = row + 1 - WIDTHS[best]
        self.since = np.minimum(len(z) - before - changed, REACH)
        return found


def _shift(z: Floats, width: int) -> Floats:
    """(n, k) the mean of the last ``width`` rows minus that of as many before; 0 where there are too few."""
    means = trailing_means(z, width)
    result = np.zeros_like(z)
    result[2 * width - 1 :] = means[2 * width - 1 :] - means[width - 1 : -width]
    return result
