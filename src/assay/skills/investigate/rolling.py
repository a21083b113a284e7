"""Rolling moments over the time axis, with missing values."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# A mean of fewer rows strays further than the normal means that it is compared with.
ENOUGH = 0.8


class Sums(NamedTuple):
    """Cumulative count, sum and sum of squares along the second-last axis, with a leading zero row."""

    seen: Array
    total: Array
    square: Array


def sums(values: Array) -> Sums:
    """Cumulative sums of ``values`` (..., rows, tags); missing values count nothing."""
    seen = np.isfinite(values)
    filled = np.where(seen, values, 0.0)
    return Sums(_cumulate(seen.astype(np.float64)), _cumulate(filled), _cumulate(filled * filled))


def _cumulate(values: Array) -> Array:
    head = np.zeros((*values.shape[:-2], 1, values.shape[-1]))
    return np.concatenate([head, np.cumsum(values, axis=-2)], axis=-2)


def trailing(s: Sums, width: int) -> tuple[Array, Array]:
    """Mean and variance over the ``width`` rows that end at each row; missing where under ENOUGH of them are there.

    Both have as many rows as the data; the first ``width - 1`` rows are missing.
    """
    shape = (*s.seen.shape[:-2], s.seen.shape[-2] - 1, s.seen.shape[-1])
    mean, variance = np.full(shape, np.nan), np.full(shape, np.nan)
    if width > shape[-2]:
        return mean, variance
    count = s.seen[..., width:, :] - s.seen[..., :-width, :]
    with np.errstate(invalid="ignore", divide="ignore"):
        m = (s.total[..., width:, :] - s.total[..., :-width, :]) / count
        v = (s.square[..., width:, :] - s.square[..., :-width, :]) / count - m * m
    if count.min() < ENOUGH * width:
        missing = count < ENOUGH * width
        m[missing] = np.nan
        v[missing] = np.nan
    mean[..., width - 1 :, :] = m
    variance[..., width - 1 :, :] = np.maximum(v, 0.0)
    return mean, variance


def average(values: Array, axis: int) -> Array:
    """Mean along an axis, which is kept, over what is there; NaN where nothing is."""
    seen = np.isfinite(values)
    count = seen.sum(axis=axis, keepdims=True)
    total = np.where(seen, values, 0.0).sum(axis=axis, keepdims=True)
    result: Array = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return result


def between(s: Sums, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> tuple[Array, Array]:
    """Mean and variance over the rows ``starts[i]:ends[i]`` of run i; ``s`` holds (runs, rows + 1, tags)."""
    runs = np.arange(len(starts))
    count = s.seen[runs, ends] - s.seen[runs, starts]
    need = np.maximum(0.3 * (ends - starts), 1.0)[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (s.total[runs, ends] - s.total[runs, starts]) / count
        variance = (s.square[runs, ends] - s.square[runs, starts]) / count - mean * mean
    missing = count < need
    mean[missing] = np.nan
    variance[missing] = np.nan
    return mean, np.maximum(variance, 0.0)
