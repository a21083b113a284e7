"""Which annunciations lie beyond a tag's normal spread, told from its values: what must stay though nobody names it.

Noise takes a value over a limit for a sample and back. What is more than that goes far out, stays out or swings: the
peak, the mean or the root mean square of the values that follow, measured in the tag's own spread. The spread is robust
(median and median absolute deviation), so that upsets in the history do not widen it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from assay.plant.model import Plant
from assay.plant.series import Frame
from assay.skills.alarms.by_values import setting_of, signal_of
from assay.skills.alarms.log import NANO, Alarm, Longs
from assay.skills.alarms.settings import Bools, Floats, Signal, raises

FOLLOWING = 4  # different values after the annunciation
#: Spreads from the median that peak, mean and root mean square of what follows must reach. Independent normal values
#: pass the first once in 4300, the means of four the second once in 160 and the third once in 300.
SURE = (3.5, 1.25, 2.0)
NAMED = (3.0, 1.0, 1.75)  # inside an upset less is enough
HALF_HOUR = 1800 * NANO
CROWD = 0.999
LEAST = 20  # values under which nothing is known of the spread, and everything is beyond it


def beyond(plant: Plant, frame: Frame, upsets: Sequence[tuple[int, int]]) -> dict[Alarm, list[int]]:
    """Alarm -> times (nanoseconds) of its annunciations that lie beyond the spread of its tag.

    Less is enough inside ``upsets``, and where more tags go beyond their spread in half an hour than chance gives once
    in a thousand half hours: an upset that nobody named.
    """
    raised: dict[Alarm, tuple[Signal, Longs]] = {}
    for tag in plant.tags:
        if tag.id not in frame.tags:
            continue
        for name, limit in tag.alarms.items():
            signal = signal_of(frame, tag.id, name in ("H", "HH"))
            rows = raises(signal, setting_of(limit))
            if len(rows):
                raised[tag.id, name] = signal, rows
    sure = {alarm: _times(signal, rows, ()) for alarm, (signal, rows) in raised.items()}
    suspected = crowded(sure, int(frame.times[0].astype(np.int64)), int(frame.times[-1].astype(np.int64)))
    found = {alarm: _times(signal, rows, [*upsets, *suspected]).tolist() for alarm, (signal, rows) in raised.items()}
    return {alarm: times for alarm, times in found.items() if times}


def crowded(sure: Mapping[Alarm, Longs], start: int, end: int) -> list[tuple[int, int]]:
    """Stretches in which many tags go beyond their spread: from an hour before the first half hour with more of them
    than chance gives (Poisson at the median of all half hours) to its end."""
    from scipy.stats import poisson

    edges = np.arange(start, end + HALF_HOUR, HALF_HOUR, dtype=np.int64)
    tags = {tag for tag, _ in sure}
    seen = np.zeros(len(edges), np.int64)
    for tag in tags:
        times = np.concatenate([times for (one, _), times in sure.items() if one == tag])
        seen[np.unique((times - start) // HALF_HOUR)] += 1
    over = poisson.ppf(CROWD, max(float(np.median(seen)), 1.0))
    return [(int(edges[i]) - 2 * HALF_HOUR, int(edges[i]) + HALF_HOUR) for i in np.flatnonzero(seen > over)]


def _times(signal: Signal, rows: Longs, named: Sequence[tuple[int, int]]) -> Longs:
    times: Longs = signal.times[rows]
    return times[far_out(signal, rows, _inside(times, named))]


def far_out(signal: Signal, rows: Longs, named: Bools) -> Bools:
    """Which of the annunciations at ``rows`` are beyond the spread; ``named``: which lie in a named upset.

    Values that repeat (an analyser holds its last one) count once.
    """
    places = np.flatnonzero(signal.good)
    values = signal.values[places]
    if len(values) < LEAST:
        return np.ones(len(rows), bool)
    fresh = np.append(True, np.diff(values) != 0.0)
    places, values = places[fresh], values[fresh]
    middle = float(np.median(values))
    spread = 1.4826 * float(np.median(np.abs(values - middle))) or float(values.std())
    if not spread > 0.0:
        return np.ones(len(rows), bool)
    z: Floats = (values - middle) / spread if signal.high else (middle - values) / spread
    at = np.searchsorted(places, rows, "right") - 1
    steps = np.minimum(at[:, None] + np.arange(FOLLOWING + 1), len(z) - 1)
    window = z[steps]
    after = window[:, 1:]
    tests = (window.max(axis=1), after.mean(axis=1), np.sqrt((after**2).mean(axis=1)))
    far = np.zeros(len(rows), bool)
    for found, sure, enough in zip(tests, SURE, NAMED, strict=True):
        far |= found >= np.where(named, enough, sure)
    return far


def _inside(times: Longs, stretches: Sequence[tuple[int, int]]) -> Bools:
    inside = np.zeros(len(times), bool)
    for start, end in stretches:
        inside |= (times >= start) & (times < end)
    return inside
