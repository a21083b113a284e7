"""A case: the observed history on the twin's grid of times, its normal stretch, its alarm and its onset."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.plant.series import Frame, to_datetime, to_time

Array = NDArray[np.float64]

# Simulated runs of half a day, seen so rarely, still show some thirty rows; with fewer they show nothing.
MAXIMUM_STEP = 7
MINIMUM_ROWS = 20
MAXIMUM_HOURS = 24.0 * 14
FROZEN_ROWS = 5
FROZEN_SHARE = 0.5
LIVELY = 0.1  # a tag that stands still in fewer rows than this moves all the time
SLACK = 6.0  # natural-log likelihood
SLACK_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Grid:
    """The observed values (rows, tags) every ``step`` twin samples; ``columns`` are the tags' places in the twin."""

    times: NDArray[np.datetime64]
    values: Array
    tags: tuple[str, ...]
    columns: NDArray[np.int64]
    step: int
    sample: float  # hours
    missing: tuple[str, ...]
    dead: tuple[str, ...]
    frozen: int = 0  # rows at the end in which nothing moves any more

    def row(self, moment: datetime) -> int:
        """The last row at or before ``moment`` (0 where there is none)."""
        return max(0, int(np.searchsorted(self.times, to_time(moment), "right")) - 1)

    def time(self, row: int) -> datetime:
        """The time of a row."""
        return to_datetime(self.times[row])


def to_grid(
    frame: Frame,
    twin_tags: Sequence[str],
    twin_sample: float,
    *,
    at: datetime | None = None,
    measured: Collection[str] = (),
) -> Grid:
    """Put a history on a multiple of the twin's sampling interval; rows after ``at`` are not used.

    Tags without any value are ``dead`` and left out, and so are tags of ``measured`` that never move: an instrument
    shows noise. Tags of the twin that the history lacks are ``missing``. Raises InputError where too few rows or tags
    are left to say anything, and where the rows lie further apart than MAXIMUM_STEP intervals.
    """
    frame = (frame if at is None else frame.until(at)).good()
    known = [tag for tag in twin_tags if tag in frame.tags]
    if len(frame) < MINIMUM_ROWS:
        raise InputError("investigate.too_few_rows", rows=len(frame), needed=MINIMUM_ROWS)
    seconds = float(np.median(np.diff(frame.times).astype("timedelta64[ms]").astype(np.int64))) / 1000.0
    step = max(1, round(seconds / 3600.0 / twin_sample))
    if step > MAXIMUM_STEP:
        most = MAXIMUM_STEP * twin_sample * 60.0
        raise InputError("investigate.too_coarse", minutes=f"{seconds / 60.0:.3g}", most=f"{most:.3g}")
    frame = frame.select(known)
    last = frame.times[-1]
    frame = frame.between(to_datetime(last - np.timedelta64(int(MAXIMUM_HOURS * 3600), "s")), None)
    grid_seconds = step * twin_sample * 3600.0
    resampled = frame.resample(grid_seconds, "last", hold=2.0 * grid_seconds)
    regular = _before_freeze(resampled)
    frozen = len(resampled) - len(regular)
    if len(regular) < MINIMUM_ROWS:
        raise InputError("investigate.too_few_rows", rows=len(regular), needed=MINIMUM_ROWS)
    alive = np.isfinite(regular.values).mean(axis=0) > 0.5
    alive &= ~(_still(regular.values) & np.isin(known, list(measured)))
    tags = tuple(tag for tag, keep in zip(known, alive, strict=True) if keep)
    if len(tags) < 5:
        raise InputError("investigate.too_few_tags", tags=len(tags))
    columns = np.array([list(twin_tags).index(tag) for tag in tags])
    missing = tuple(tag for tag in twin_tags if tag not in known)
    dead = tuple(tag for tag, keep in zip(known, alive, strict=True) if not keep)
    values = regular.values[:, alive]
    return Grid(regular.times, values, tags, columns, step, step * twin_sample, missing, dead, frozen)


def _still(values: Array) -> NDArray[np.bool_]:
    """Columns whose values are all the same (or missing)."""
    first = values[np.isfinite(values).argmax(axis=0), np.arange(values.shape[1])]
    still: NDArray[np.bool_] = ((values == first) | np.isnan(values)).all(axis=0)
    return still


def _before_freeze(frame: Frame) -> Frame:
    """The frame without a tail in which the tags stand still: what a recorder writes after a plant trip.

    Judged by the tags that move at every row before, because noise moves a running measurement; analysers hold their
    values anyway, and some controllers go on to move their valves.
    """
    same = (frame.values[1:] == frame.values[:-1]) | np.isnan(frame.values[1:])
    lively = same[: max(1, len(same) // 4)].mean(axis=0) < LIVELY
    if not lively.any():
        return frame
    moving = np.flatnonzero(same[:, lively].mean(axis=1) < FROZEN_SHARE)
    last = int(moving[-1]) + 1 if len(moving) else 0
    if len(frame) - 1 - last < FROZEN_ROWS:
        return frame
    return frame.until(to_datetime(frame.times[last]))


@dataclass(frozen=True, slots=True)
class Normal:
    """The normal stretch: rows ``first:last`` of the grid, or the twin's own runs where ``first == last``."""

    first: int
    last: int
    baseline: Array
    from_twin: bool = False
    given: bool = False


def normal_rows(grid: Grid, normal: tuple[datetime, datetime] | None) -> tuple[int, int] | None:
    """Rows of a stretch that the user named; InputError when it holds too little history."""
    if normal is None:
        return None
    first = int(np.searchsorted(grid.times, to_time(normal[0]), "left"))
    last = int(np.searchsorted(grid.times, to_time(normal[1]), "right"))
    if last - first < 10:
        raise InputError("investigate.normal_too_short", rows=max(0, last - first))
    return first, last


def means(values: Array) -> Array:
    """Column means; NaN for a column without values."""
    seen = np.isfinite(values)
    total = np.where(seen, values, 0.0).sum(axis=0)
    count = seen.sum(axis=0)
    result: Array = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return result


def locate_onset(z: Array, alarm: int, back: int, ahead: int) -> int:
    """The row at which the deviation of standardised values (rows, tags) begins.

    The split with the largest log-likelihood gain of "normal before, another mean and variance after", summed over the
    three tags that gain most, among the ``back`` rows before the alarm; ``ahead`` rows after it take part.
    """
    first, last = max(0, alarm - back), min(len(z), alarm + ahead + 1)
    window = z[first:last]
    splits = np.arange(0, alarm - first + 1)
    seen = np.isfinite(window)
    filled = np.where(seen, window, 0.0)
    # Sums from each split to the end of the window; missing values count nothing.
    count, total, square = (_from_splits(part, splits) for part in (seen.astype(np.float64), filled, filled**2))
    rows = np.maximum(count, 1.0)
    variance = np.maximum(square / rows - (total / rows) ** 2, 0.05)
    gain = 0.5 * (square - count * (1.0 + np.log(variance)))
    # A tag that stands still (a valve held constant) tells nothing, and its lack of variance is no change.
    gain[:, np.ptp(filled, axis=0) == 0.0] = 0.0
    best = np.argsort(gain.max(axis=0))[-3:]
    total_gain = gain[:, best].sum(axis=1)
    # An earlier split costs almost nothing while the values are still normal: take the last that is about as good.
    slack = max(SLACK, SLACK_SHARE * float(total_gain.max()))
    return int(first + splits[int(np.flatnonzero(total_gain >= total_gain.max() - slack)[-1])])


def _from_splits(values: Array, splits: NDArray[np.int64]) -> Array:
    sums: Array = np.cumsum(values[::-1], axis=0)[::-1][splits]
    return sums
