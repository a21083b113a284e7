"""A plant's rows on a regular grid, and holes filled from the past only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.models.forecast.notes import Note
from assay.plant.series import Frame

Floats = NDArray[np.float64]
SECOND = 10**9
MOST_ROWS = 40_000  # grid times of history that are read: four weeks of minutes
ON_GRID = 0.02  # a row may lie this part of a step beside the grid
REGULAR = 0.98  # share of rows that must
STEPS = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1_200, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400)


@dataclass(frozen=True, slots=True)
class Gridded:
    """Values (times, tags) at ``start + step * i`` ns, NaN where there is none, and what was done."""

    start: int
    step: int
    values: Floats
    notes: tuple[Note, ...]


def to_grid(frame: Frame) -> Gridded:
    """The frame on its own step, or an irregular one as means over steps near its median distance.

    At most the newest 40,000 grid times are kept. InputError with fewer than three rows.
    """
    if len(frame) < 3:
        raise InputError("forecast.too_few_rows", rows=len(frame))
    times = frame.times.view(np.int64)
    gaps = np.diff(times)
    step = int(np.median(gaps))
    offset = (times - times[-1]) / step
    beside = np.abs(offset - np.round(offset))
    if (beside <= ON_GRID).mean() < REGULAR or len(np.unique(np.round(offset))) < REGULAR * len(times):
        return _averaged(frame, step)
    return _placed(times, frame.values, step)


def _placed(times: NDArray[np.int64], values: Floats, step: int) -> Gridded:
    """Each row at its grid time; what lies beside the grid goes to the nearest one."""
    at = np.round((times - times[-1]) / step).astype(np.int64)
    step = round((times[-1] - times[0]) / -at[0]) if at[0] < 0 else step
    rows = min(int(-at[0]) + 1, MOST_ROWS)
    kept = at > -rows
    out = np.full((rows, values.shape[1]), np.nan)
    out[at[kept] + rows - 1] = values[kept]
    return Gridded(int(times[-1]) - step * (rows - 1), step, out, _cut(int(-at[0]) + 1, rows))


def _averaged(frame: Frame, step: int) -> Gridded:
    """Means over (time - step, time]: the step is the next larger round one."""
    seconds = next((one for one in STEPS if one * SECOND >= step), None)
    step = seconds * SECOND if seconds is not None else -(-step // (86_400 * SECOND)) * 86_400 * SECOND
    times = frame.times.view(np.int64)
    last = -(-int(times[-1]) // step) * step
    at = -((last - times) // step)  # 0 is the newest interval
    total = int(-at[0]) + 1
    rows = min(total, MOST_ROWS)
    kept = at > -rows
    place = (at[kept] + rows - 1).astype(np.int64)
    out = np.full((rows, len(frame.tags)), np.nan)
    for tag in range(len(frame.tags)):
        values = frame.values[kept, tag]
        known = ~np.isnan(values)
        count = np.bincount(place[known], minlength=rows)
        sums = np.bincount(place[known], values[known], rows)
        out[:, tag] = np.where(count > 0, sums / np.maximum(count, 1), np.nan)
    notes = (Note("irregular", {"seconds": step / SECOND, "rows": len(frame), "grid": rows}), *_cut(total, rows))
    return Gridded(last - step * (rows - 1), step, out, notes)


def _cut(total: int, rows: int) -> tuple[Note, ...]:
    return (Note("history_cut", {"rows": total, "kept": rows}),) if total > rows else ()


def fill(values: Floats, season: int) -> Floats:
    """Holes after the first known value filled from the past: held for a quarter of the season, then the season before.

    NaN stays before the first known value. How long a hole will be has no say, so what is filled before a moment is
    what would have been filled then.
    """
    out = values.copy()
    holes = np.isnan(out)
    if not holes.any() or holes.all():
        return out
    edges = np.flatnonzero(np.diff(np.concatenate([[0], holes.view(np.int8), [0]])))
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        if first == 0:
            continue
        before = out[max(0, first - season) : first].copy()
        out[first:end] = out[first - 1]
        rest = first + max(1, season // 4)
        if season > 1 and not np.isnan(before).any() and len(before) == season and rest < end:
            out[rest:end] = before[(np.arange(rest, end) - first) % season]
    return out
