"""Alarms that no advice may lose: the first-outs and roots of upsets, and what stood long enough to be acted on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assay.plant.failures import FailureLibrary
from assay.plant.model import Plant
from assay.skills.alarms.flooding import Scene, root_of
from assay.skills.alarms.kpi import HOUR
from assay.skills.alarms.log import NANO, Alarm, Longs
from assay.skills.alarms.settings import Bools
from assay.skills.alarms.windows import WINDOW, floods

LONG = 2700 * NANO
EARLIER = 600 * NANO
LATER = 600 * NANO
BURST = 0.999
RARE = 0.5  # an hour
OPENING = 1200 * NANO
HALF_HOUR = 1800 * NANO
NUISANCE = 0.5  # an alarm of less weight is no first-out: its usual rate explains it


@dataclass(frozen=True, slots=True)
class Protected:
    """An annunciation that must stay: which alarm, when, and why (``first_out``, ``root``, ``burst``, ``beyond``,
    ``long``)."""

    alarm: int
    time: int
    why: str


def by_spread(
    seen: Scene,
    plant: Plant,
    library: FailureLibrary | None,
    far: Mapping[Alarm, Sequence[int]],
    upsets: Sequence[tuple[int, int]] = (),
) -> list[Protected]:
    """What must stay where values are known: every annunciation beyond the normal spread (``far``, see ``beyond``),
    named as first-out or root where it is that of a flood; every alarm that stood for 45 min; and of each named upset
    the first of every alarm of its first 30 min.

    A flood of nuisance alarms has a first-out too, but nothing in it goes far out or stays out.
    """
    index = {alarm: place for place, alarm in enumerate(seen.log.alarms)}
    beyond = {(index[alarm], time) for alarm, times in far.items() if alarm in index for time in times}
    found = dict.fromkeys(beyond, "beyond")
    if seen.stood is not None:
        for row in np.flatnonzero(seen.stood.length >= LONG):
            found.setdefault((int(seen.stood.alarm[row]), int(seen.stood.start[row])), "long")
    for flood in seen.floods:
        first, candidates = root_of(seen, flood, plant, library)
        root = (candidates[0].first.alarm, candidates[0].first.time)
        if root in found:
            found[root] = "root"
        lead = next(((one.alarm, one.time) for one in first if (one.alarm, one.time) in beyond), None)
        if lead is not None:
            found[lead] = "first_out"
    for start, end in upsets:
        rows = seen.raised.between(start, min(start + HALF_HOUR, end))
        alarms, at = np.unique(rows.alarm, return_index=True)
        found |= {(int(alarm), int(rows.times[row])): "first_out" for alarm, row in zip(alarms, at, strict=True)}
    return [Protected(alarm, time, why) for (alarm, time), why in sorted(found.items(), key=lambda one: one[0][::-1])]


def protected(
    seen: Scene, plant: Plant | None, library: FailureLibrary | None, upsets: Sequence[tuple[int, int]] = ()
) -> list[Protected]:
    """What must stay: of each flood the first alarm that is no nuisance, and the root; of each burst all that began it;
    of each named upset the first of every alarm that belongs to it; and every alarm that stood for 45 min."""
    found: dict[tuple[int, int], str] = {}
    for start, end in bursts(seen, seen.raised.times, BURST):
        rows = seen.raised.between(start, end + 1)
        found.update(dict.fromkeys(zip(rows.alarm.tolist(), rows.times.tolist(), strict=True), "burst"))
    if seen.stood is not None:
        for row in np.flatnonzero(seen.stood.length >= LONG):
            found[int(seen.stood.alarm[row]), int(seen.stood.start[row])] = "long"
    for flood in seen.floods:
        first, candidates = root_of(seen, flood, plant, library)
        root = candidates[0].first
        found[root.alarm, root.time] = "root"
        lead = next((one for one in first if one.weight >= NUISANCE), first[0])
        found[lead.alarm, lead.time] = "first_out"
    for alarm, time in named(seen, upsets):
        found[alarm, time] = "first_out"
    return [Protected(alarm, time, why) for (alarm, time), why in sorted(found.items(), key=lambda one: one[0][::-1])]


def bursts(seen: Scene, times: Longs, share: float) -> list[tuple[int, int]]:
    """(first, last) annunciation that began each burst: more of ``times`` in 10 min than chance gives in all but
    1 - ``share`` of windows at the steady rate (Poisson). An upset too small for a flood shows so."""
    from scipy.stats import poisson

    mean = sum(seen.usual.values()) / 6.0
    if mean <= 0.0 or not len(times):
        return []
    over, end = int(poisson.ppf(share, mean)), int(times[-1]) + WINDOW
    return [(one.first, one.begin) for one in floods(times, end, over=over, under=max(1, round(mean)))]


def named(seen: Scene, upsets: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of each named upset the first annunciation of every alarm that belongs to it.

    An alarm belongs to an upset when it comes in its first 20 min, or when its tag's alarms come more often than their
    rate in all other time gives once in a thousand upsets (Poisson), or stand for three times their usual share of the
    time and 2 % more; also the upset's first alarm that is rare.
    """
    from scipy.stats import poisson

    times = seen.raised.times
    inside = np.zeros(len(times), bool)
    for start, end in upsets:
        inside[np.searchsorted(times, start) : np.searchsorted(times, end)] = True
    span = int(times[-1] - times[0]) if len(times) else 0
    other = max((span - sum(end - start for start, end in upsets)) / HOUR, 1.0)
    tags = {tag: place for place, tag in enumerate(dict.fromkeys(tag for tag, _ in seen.raised.alarms))}
    tag_of = np.array([tags[tag] for tag, _ in seen.raised.alarms], np.int64)
    tag = tag_of[seen.raised.alarm]
    rates = (np.bincount(tag[~inside], minlength=len(tags)) + 0.5) / other
    found = []
    for start, end in upsets:
        rows = seen.raised.between(start, end)
        counts = np.bincount(tag_of[rows.alarm], minlength=len(tags))
        unusual = poisson.sf(counts - 1, rates * (end - start) / HOUR) < 1.0 - BURST
        alarms, at = np.unique(rows.alarm, return_index=True)
        unusual |= _stands_more(seen, tag_of, len(tags), start, end)
        belongs = unusual[tag_of[alarms]] | (rows.times[at] < start + OPENING)
        found += [(int(a), int(rows.times[i])) for a, i in zip(alarms[belongs], at[belongs], strict=True)]
        rare = np.flatnonzero(rates[tag_of[rows.alarm]] < RARE)
        found += [(int(rows.alarm[i]), int(rows.times[i])) for i in rare[:1]]
    return found


def _stands_more(seen: Scene, tag_of: Longs, tags: int, start: int, end: int) -> Bools:
    """Which tags' alarms stand in [start, end] for more than three times their share of all other time and 2 %."""
    if seen.stood is None:
        return np.zeros(tags, bool)
    inside = np.clip(seen.stood.end, start, end) - np.clip(seen.stood.start, start, end)
    whole = np.bincount(tag_of[seen.stood.alarm], seen.stood.length, tags)
    within = np.bincount(tag_of[seen.stood.alarm], inside, tags)
    span = max(int(seen.raised.times[-1] - seen.raised.times[0]) - (end - start), HOUR)
    more: Bools = within / (end - start) > 3.0 * (whole - within) / span + 0.02
    return more


def lost(times: Longs, keep: Sequence[int] | Longs) -> list[int]:
    """Which of the annunciations ``keep`` of one alarm have none among ``times`` (ascending) from 10 min before to
    10 min after."""
    wanted = np.asarray(keep, np.int64)
    there = np.searchsorted(times, wanted + LATER, "right") > np.searchsorted(times, wanted - EARLIER, "left")
    return [int(one) for one in wanted[~there]]
