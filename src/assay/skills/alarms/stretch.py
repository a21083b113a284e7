"""How a flood was led up to: since when the alarms were more than usual, and which of them were unusual in that time.

A slow failure shows for hours before its flood: the alarms of that stretch tell more than the flood's own minutes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.skills.alarms.log import NANO, AlarmLog, Longs
from assay.skills.alarms.periods import Periods

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
HOUR = 3600 * NANO
STEP = HOUR // 2
LONGEST = 10 * HOUR
CALM_STEPS = 2  # so many calm half hours end the stretch
CHANCE = 0.05
TWICE = 2.0  # times the usual number of standing alarms, and one more
LEAST_COUNT, LEAST_HOURS = 0.3, 0.05
LEAST_STOOD, MOST_USUAL, HALF = 0.02, 0.5, 0.5


@dataclass(frozen=True, slots=True)
class Load:
    """What a whole log holds. ``counts`` and ``stood`` (nanoseconds) by alarm; ``standing`` the median over half hours
    of the mean number of standing alarms, None without returns to normal."""

    raised: AlarmLog
    periods: Periods | None
    start: int
    end: int
    counts: Longs
    stood: Longs
    standing: float | None
    begins: _Sum | None
    ends: _Sum | None

    def number(self, start: int, end: int) -> float:
        """The mean number of standing alarms in [start, end]; 0 without returns."""
        if self.begins is None or self.ends is None:
            return 0.0
        edges = np.array([start, end], np.int64)
        filled = self.begins.up_to(edges) - self.ends.up_to(edges)
        return float(filled[1] - filled[0]) / (end - start)


class _Sum:
    """``up_to(t)``: the sum of t - x over all x before t."""

    def __init__(self, times: Longs, origin: int) -> None:
        self._times = np.sort(times)
        self._origin = origin
        self._sums = np.append(0.0, np.cumsum((self._times - origin).astype(np.float64)))

    def up_to(self, moments: Longs) -> Floats:
        counts = np.searchsorted(self._times, moments)
        found: Floats = counts * (moments - self._origin).astype(np.float64) - self._sums[counts]
        return found


def load_of(raised: AlarmLog, stood: Periods | None, start: int, end: int) -> Load:
    """The load of a log over [start, end]."""
    size = len(raised.alarms)
    counts = np.bincount(raised.alarm, minlength=size).astype(np.int64)
    if stood is None or end <= start:
        return Load(raised, stood, start, end, counts, np.zeros(size, np.int64), None, None, None)
    sums = np.zeros(size, np.int64)
    np.add.at(sums, stood.alarm, stood.length)
    begins, ends = _Sum(stood.start, start), _Sum(stood.end, start)
    edges = np.arange(start, max(end, start + STEP) + 1, STEP, dtype=np.int64)
    halves = np.diff(begins.up_to(edges) - ends.up_to(edges)) / STEP
    return Load(raised, stood, start, end, counts, sums, float(np.median(halves)), begins, ends)


def began(load: Load, first: int, per_hour: float) -> int:
    """The moment since which alarms were more than usual without a calm hour before ``first`` (a flood's first alarm).

    A half hour is unusual with more annunciations than chance gives in all but one of twenty (Poisson, ``per_hour``),
    or with more than twice the usual number of standing alarms and one more.
    """
    from scipy.special import pdtrc

    found = at = first
    calm, earliest = 0, max(first - LONGEST, load.start)
    while calm < CALM_STEPS and at > earliest:
        until, at = at, max(at - STEP, earliest)
        count = int(np.subtract(*np.searchsorted(load.raised.times, [until, at])))
        unusual = count > 0 and float(pdtrc(count - 1, max(per_hour * (until - at) / HOUR, 1e-9))) < CHANCE
        unusual |= load.standing is not None and load.number(at, until) > TWICE * load.standing + 1.0
        if unusual:
            found, calm = at, 0
        else:
            calm += 1
    return found


def unusual(load: Load, start: int, end: int) -> tuple[Longs, Longs, Floats]:
    """(alarms, the first moment of each, how surely chance does not explain it, 0..1) of a stretch.

    Chance: as many annunciations at the rate of all other time (Poisson), or as long a time standing (exponential
    periods of the usual length); the less likely of both counts.
    """
    from scipy.special import pdtrc

    size = len(load.counts)
    hours = (end - start) / HOUR
    other = max((load.end - load.start - (min(end, load.end) - start)) / HOUR, 1.0)
    part = load.raised.between(start, end)
    inside = np.bincount(part.alarm, minlength=size)
    rate = (load.counts - inside + LEAST_COUNT) / other
    chance = np.where(inside > 0, pdtrc(np.maximum(inside - 1, 0), rate * hours), 1.0)
    first = np.full(size, end, np.int64)
    np.minimum.at(first, part.alarm, part.times)
    if load.periods is not None:
        rows = np.flatnonzero((load.periods.start < end) & (load.periods.end > start))
        own = load.periods.rows(rows)
        stood = np.zeros(size)
        np.add.at(stood, own.alarm, (np.minimum(own.end, end) - np.maximum(own.start, start)) / HOUR)
        length = np.maximum((load.stood / HOUR - stood) / other / rate, LEAST_HOURS)
        excess = np.maximum(stood / length - rate * hours, 0.0)
        chance = np.minimum(chance, np.exp(-excess / (1.0 + rate * hours)))
        np.minimum.at(first, own.alarm, np.maximum(own.start, start))
    alarms = np.flatnonzero(first < end)
    return alarms.astype(np.int64), first[alarms], 1.0 - np.minimum(chance[alarms], 1.0)


def stood_more(load: Load, start: int, end: int) -> tuple[Longs, Longs, Bools, Floats]:
    """(alarms, the first moment of each, whether it stood before ``start``, weight 0..1) of a stretch.

    The weight is how much larger a share of the stretch the alarm stood than of all other time, in halves of the
    stretch. An alarm near its limit comes and goes by noise; how long it stands tells how far its value has moved.
    """
    assert load.periods is not None
    size, hours = len(load.counts), (end - start) / HOUR
    own = load.periods.rows(np.flatnonzero((load.periods.start < end) & (load.periods.end > start)))
    inside = np.zeros(size)
    np.add.at(inside, own.alarm, (np.minimum(own.end, end) - np.maximum(own.start, start)) / HOUR)
    other = max((load.end - load.start) / HOUR - hours, 1.0)
    usual = np.clip((load.stood / HOUR - inside + LEAST_STOOD) / other, 0.0, MOST_USUAL)
    first = np.full(size, end, np.int64)
    np.minimum.at(first, own.alarm, own.start)
    alarms = np.flatnonzero(first < end).astype(np.int64)
    weight = np.clip((inside[alarms] / hours - usual[alarms]) / HALF, 0.0, 1.0)
    return alarms, first[alarms], first[alarms] < start, weight
