"""Trailing means whose width follows the data: long while nothing changes, short right after a change.

Widths are powers of two. From the shortest on, a window is taken longer as long as the confidence intervals of all
means so far have a point in common (the intersection of confidence intervals: Goldenshluger and Nemirovski 1997,
Katkovnik 1999). A small lasting shift is so seen with the power of a long mean, a large one in its first rows, and
after a fault the mean forgets it at once, where a fixed window would go on alarming for its own width.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

GAMMA = 2.0  # half width of the confidence intervals, in standard errors
_BLOCKS = 5
_FLOOR = 1e-9


def widths_for(rows: int, longest: int = 64) -> tuple[int, ...]:
    """1, 2, 4, ... while normal operation of ``rows`` rows shows at least eight windows beside each other."""
    found = [1]
    while found[-1] * 2 <= min(longest, rows // 8):
        found.append(found[-1] * 2)
    return tuple(found)


def trailing_means(values: Floats, width: int) -> Floats:
    """(n, k) means of the last ``width`` rows; of the first rows, of as many as there are."""
    if width == 1:
        return values
    sums = np.cumsum(values, axis=0)
    means = sums.copy()
    means[width:] -= sums[:-width]
    means /= np.minimum(np.arange(1, len(values) + 1), width)[:, None]
    return means


@dataclass(frozen=True, slots=True)
class Spreads:
    """What trailing means do in normal operation: ``errors`` (widths, k), the standard error of each width's mean."""

    widths: tuple[int, ...]
    errors: Floats

    @classmethod
    def of(cls, values: Floats, use: NDArray[np.bool_], widths: tuple[int, ...]) -> Spreads:
        """From rows (n, k) centred on normal operation, of which the rows ``use`` are normal.

        The variance between blocks of time is added, so that a channel that wanders is not taken for exact.
        """
        between = between_blocks(values[use])
        errors = np.empty((len(widths), values.shape[1]))
        for i, width in enumerate(widths):
            whole = trailing_count(use, width) == width
            kept = trailing_means(values, width)[whole if whole.sum() >= 2 else use]
            errors[i] = np.sqrt((kept**2).mean(axis=0) + between) + _FLOOR
        return cls(widths, errors)

    def standardise(self, values: Floats) -> Floats:
        """The adaptive trailing means (n, k) of ``values`` in their standard errors."""
        low = np.full(values.shape, -np.inf)
        high = np.full(values.shape, np.inf)
        growing = np.ones(values.shape, dtype=bool)
        result = np.zeros(values.shape)
        for width, error in zip(self.widths, self.errors, strict=True):
            mean = trailing_means(values, width)
            np.maximum(low, mean - GAMMA * error, out=low)
            np.minimum(high, mean + GAMMA * error, out=high)
            growing &= low <= high
            np.copyto(result, mean / error, where=growing)
        return result


def between_blocks(values: Floats) -> Floats:
    """(k,) variance of the means of five blocks of time around zero, weighted for being so few."""
    if len(values) < 2 * _BLOCKS:
        return np.asarray((values**2).mean(axis=0) if len(values) else np.zeros(values.shape[1]))
    means = np.array([block.mean(axis=0) for block in np.array_split(values, _BLOCKS)])
    return np.asarray(means.var(axis=0, ddof=1) * (1 + 1 / _BLOCKS))


def trailing_count(use: NDArray[np.bool_], width: int) -> NDArray[np.int64]:
    """How many of the last ``width`` rows are in use."""
    sums = np.cumsum(use, dtype=np.int64)
    counts = sums.copy()
    counts[width:] -= sums[:-width]
    return counts
