"""Irregular samples on a regular grid of times."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.plant.series import NO_DATA, Floats, Frame

_MAX_CELLS = 100_000_000


def step_nanoseconds(seconds: float) -> int:
    """A step in whole nanoseconds; InputError unless it is a finite number above zero."""
    if not math.isfinite(seconds) or seconds < 1e-9 or seconds > 1e9:
        raise InputError("plant.history_step", step=seconds)
    return round(seconds * 1e9)


def ceiling(times: NDArray[np.int64], step: int) -> NDArray[np.int64]:
    """Each time moved up to the next multiple of ``step`` (nanoseconds since 1970); multiples stay."""
    return -(-times // step) * step


def regular(frame: Frame, seconds: float, how: Literal["last", "mean"], hold: float | None) -> Frame:
    """See ``Frame.resample``."""
    step = step_nanoseconds(seconds)
    if not len(frame):
        return frame
    labels = ceiling(frame.times.view(np.int64), step)
    rows = int((labels[-1] - labels[0]) // step) + 1
    if rows * max(1, len(frame.tags)) > _MAX_CELLS:
        raise InputError("plant.history_step_small", step=seconds, rows=rows)
    grid = labels[0] + step * np.arange(rows, dtype=np.int64)
    times = grid.view("datetime64[ns]")
    if how == "mean":
        return Frame(times, frame.tags, _means(frame.values, (labels - labels[0]) // step, rows))
    return _last_known(frame, grid, hold)


def _means(values: Floats, interval: NDArray[np.int64], rows: int) -> Floats:
    known = ~np.isnan(values)
    first = np.flatnonzero(np.diff(interval, prepend=-1))
    filled = interval[first]
    means = np.full((rows, values.shape[1]), np.nan)
    if values.shape[1]:
        # Deviations from the first value of a column keep the digits of large, nearly constant values.
        origin = np.where(known.any(axis=0), values[known.argmax(axis=0), np.arange(values.shape[1])], 0.0)
        sums = np.add.reduceat(np.where(known, values - origin, 0.0), first, axis=0)
        counts = np.add.reduceat(known.astype(np.int64), first, axis=0)
        means[filled] = np.where(counts > 0, origin + sums / np.maximum(counts, 1), np.nan)
    return means


def _last_known(frame: Frame, grid: NDArray[np.int64], hold: float | None) -> Frame:
    times = frame.times.view(np.int64)
    last_row = np.searchsorted(times, grid, "right") - 1
    said = ~np.isnan(frame.values)
    if frame.quality is not None:
        said |= frame.quality != NO_DATA
    rows = np.arange(len(times))[:, None]
    source = np.maximum.accumulate(np.where(said, rows, -1), axis=0)[last_row]
    known = source >= 0
    if hold is not None:
        known &= grid[:, None] - times[np.maximum(source, 0)] <= hold * 1e9
    at = (np.maximum(source, 0), np.arange(len(frame.tags))[None, :])
    values = np.where(known, frame.values[at], np.nan)
    quality = None if frame.quality is None else np.where(known, frame.quality[at], NO_DATA).astype(np.int16)
    return Frame(grid.view("datetime64[ns]"), frame.tags, values, quality)
