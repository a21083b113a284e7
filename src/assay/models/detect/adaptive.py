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


def widths_for(rows: int, longest: int) -> tuple[int, ...]:
    """1, 2, 4, ... ``longest``, while normal operation of ``rows`` rows shows at least 32 windows beside each other."""
    found = [1]
    while found[-1] * 2 <= min(longest, rows // 32):
        found.append(found[-1] * 2)
    return tuple(found)


def trailing_means(values: Floats, width: int) -> Floats:
    """(n, k) means of the last ``width`` rows; of the first rows, of as many as there are."""
    if width == 1:
        return values
    return _trailing_sums(values, width) / _counts(len(values), width)


def _trailing_sums(values: Floats, width: int) -> Floats:
    """Sums of the last ``width`` rows, added up from runs of 1, 2, 4 ... rows.

    Unlike differences of running totals their rounding knows nothing of the rows before the window: a wild value is
    forgotten with its window, and a stream gets the sums of the batch to the last bit.
    """
    total, behind, run, length = np.zeros_like(values), 0, values, 1
    while True:
        if width & length:
            total[behind:] += run[: max(len(run) - behind, 0)]
            behind += length
        length *= 2
        if length > width:
            return total
        run = _doubled(run, length // 2)


def _doubled(run: Floats, length: int) -> Floats:
    """Sums of 2 ``length`` rows from those of ``length`` rows."""
    result = run.copy()
    result[length:] += run[:-length]
    return result


def _counts(rows: int, width: int) -> Floats:
    return np.asarray(np.minimum(np.arange(1.0, rows + 1.0), float(width))[:, None])


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
        """The adaptive trailing means (n, k) of ``values`` in their standard errors.

        The first rows are judged by the widths that they fill: a mean of fewer rows has not the width's error.
        """
        low = np.full(values.shape, -np.inf)
        high = np.full(values.shape, np.inf)
        growing = np.ones(values.shape, dtype=bool)
        result: Floats = np.zeros(values.shape)
        sums = values
        for width, error in zip(self.widths, self.errors, strict=True):
            sums = sums if width == 1 else _doubled(sums, width // 2)
            growing[: width - 1] = False
            mean = sums / width
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
