"""Inputs whose future is known (a plan, a set-point schedule, a tariff): do they cover the horizon, do they agree with
history, and can they be known at all?
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.plant.series import Frame

Floats = NDArray[np.float64]
AGREE = 1e-6  # relative to the column's range
LEAK = 0.9999  # correlation of changes at which an input is the target itself
FEWEST = 20
SHOWN = 5


def known_inputs(
    frame: Frame, future: Frame, targets: tuple[str, ...], start: int, step: int, rows: int, horizon: int
) -> tuple[tuple[str, ...], Floats]:
    """Names and (inputs, rows + horizon) values on the grid from ``start`` ns on.

    History comes from ``future`` itself and, where it has none, from the same tag of ``frame``. InputError when the
    horizon is not covered, the two disagree where both have values, or an input has no history to learn from.
    """
    if not future.tags:
        raise InputError("forecast.known_no_columns")
    grid = start + step * np.arange(rows + horizon, dtype=np.int64)
    out = np.empty((len(future.tags), rows + horizon))
    for at, tag in enumerate(future.tags):
        values = _on_grid(future, tag, grid, step)
        if tag in frame.tags:
            past = _on_grid(frame, tag, grid, step)
            _agree(tag, past[:rows], values[:rows], grid)
            values[:rows] = np.where(np.isnan(values[:rows]), past[:rows], values[:rows])
        missing = np.isnan(values[rows:])
        if missing.any():
            first = str(grid[rows:][missing][0].astype("datetime64[ns]").astype("datetime64[s]"))
            raise InputError("forecast.known_not_covering", tag=tag, missing=int(missing.sum()), first=first)
        if np.isfinite(values[:rows]).sum() < max(FEWEST, rows // 4):
            raise InputError("forecast.known_no_history", tag=tag, rows=int(np.isfinite(values[:rows]).sum()))
        out[at] = _held(values)
    return future.tags, out


def refuse_leaks(
    names: tuple[str, ...], known: Floats, targets: tuple[str, ...], values: Floats, seasons: list[int], horizon: int
) -> None:
    """InputError when an input is a target in disguise: itself, scaled, or shifted by less than the horizon.

    The changes over a season are compared, because an innocent input may share the target's season; a target without
    changes of its own can prove nothing. A copy that is at least one horizon old may be known, and passes.
    """
    for series, target in enumerate(targets):
        y = values[series]
        season = seasons[series]
        if len(y) <= season + FEWEST:
            continue
        changes = y[season:] - y[:-season]
        scale = float(np.nanstd(y))
        if not np.nanstd(changes) > 1e-3 * max(scale, 1e-300):
            continue
        for at, name in enumerate(names):
            x = known[at, : len(y)]
            shift = _copied(x[season:] - x[:-season], changes, horizon)
            if shift is not None:
                key = "forecast.known_is_target" if shift == 0 else "forecast.known_is_shifted_target"
                raise InputError(key, tag=name, target=target, rows=abs(shift))


def _copied(x: Floats, y: Floats, horizon: int) -> int | None:
    """The shift at which ``x`` follows ``y`` exactly although nobody can know it: x[t] = y[t + shift]."""
    limit = min(horizon, len(y) - FEWEST)
    for shift in sorted(range(1 - limit, limit), key=abs):
        a = x[: len(x) - shift] if shift >= 0 else x[-shift:]
        b = y[shift:] if shift >= 0 else y[: len(y) + shift]
        both = ~(np.isnan(a) | np.isnan(b))
        if both.sum() < FEWEST:
            continue
        p, q = a[both] - a[both].mean(), b[both] - b[both].mean()
        size = float(np.sqrt((p @ p) * (q @ q)))
        if size > 0 and abs(float(p @ q)) / size >= LEAK:
            return shift
    return None


def _on_grid(frame: Frame, tag: str, grid: NDArray[np.int64], step: int) -> Floats:
    """The value nearest to each grid time, at most half a step away; NaN where there is none."""
    values, times = frame.column(tag), frame.times.view(np.int64)
    shown = np.isfinite(values)
    values, times = values[shown], times[shown]
    if not len(times):
        return np.full(len(grid), np.nan)
    right = np.clip(np.searchsorted(times, grid), 1, max(1, len(times) - 1))
    left = right - 1
    right = np.minimum(right, len(times) - 1)
    nearest = np.where(grid - times[left] <= times[right] - grid, left, right)
    found: Floats = np.where(np.abs(times[nearest] - grid) <= step // 2, values[nearest], np.nan)
    return found


def _agree(tag: str, past: Floats, future: Floats, grid: NDArray[np.int64]) -> None:
    both = ~(np.isnan(past) | np.isnan(future))
    if not both.any():
        return
    room = AGREE * max(float(np.ptp(past[both])), float(np.abs(past[both]).max()))
    wrong = both & (np.abs(past - future) > room)
    if wrong.any():
        first = str(grid[: len(past)][wrong][0].astype("datetime64[ns]").astype("datetime64[s]"))
        raise InputError("forecast.known_disagrees", tag=tag, rows=int(wrong.sum()), first=first)


def _held(values: Floats) -> Floats:
    """Holes hold the value before; the ones before the first value take the first."""
    at = np.where(np.isnan(values), 0, np.arange(len(values)))
    first = int(np.flatnonzero(~np.isnan(values))[0])
    return np.asarray(values[np.maximum(np.maximum.accumulate(at), first)], np.float64)
