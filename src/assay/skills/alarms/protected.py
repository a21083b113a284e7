"""Alarms that no advice may lose: the first-outs and roots of upsets, and what stood long enough to be acted on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assay.plant.failures import FailureLibrary
from assay.plant.model import Plant
from assay.skills.alarms.flooding import Scene, root_of
from assay.skills.alarms.kpi import HOUR
from assay.skills.alarms.log import NANO, Longs
from assay.skills.alarms.windows import WINDOW, floods

LONG = 2700 * NANO
EARLIER = 600 * NANO
LATER = 600 * NANO
BURST = 0.999
RARE = 0.5  # an hour
NUISANCE = 0.5  # an alarm of less weight is no first-out: its usual rate explains it


@dataclass(frozen=True, slots=True)
class Protected:
    """An annunciation that must stay: which alarm, when, and why (``first_out``, ``root``, ``burst``, ``long``)."""

    alarm: int
    time: int
    why: str


def protected(
    seen: Scene, plant: Plant | None, library: FailureLibrary | None, upsets: Sequence[tuple[int, int]] = ()
) -> list[Protected]:
    """What must stay: of each flood the first alarm that is no nuisance, and the root; of each burst all that began it;
    of each named upset the first of every alarm that belongs to it; and every alarm that stood for 45 min."""
    found: dict[tuple[int, int], str] = {}
    for start, end in bursts(seen):
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


def bursts(seen: Scene) -> list[tuple[int, int]]:
    """(first, last) annunciation that began each burst: more in 10 min than chance gives once in a thousand windows at
    the steady rate (Poisson). An upset too small for a flood shows so."""
    from scipy.stats import poisson

    mean = sum(seen.usual.values()) / 6.0
    if mean <= 0.0:
        return []
    over = int(poisson.ppf(BURST, mean))
    end = int(seen.raised.times[-1]) + WINDOW
    return [(one.first, one.begin) for one in floods(seen.raised.times, end, over=over, under=max(1, round(mean)))]


def named(seen: Scene, upsets: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of each named upset the first annunciation of every alarm that belongs to it, and its first alarm that is rare.

    An alarm belongs to an upset when its tag's alarms came there more often than their rate in all other time gives
    once in a thousand upsets (Poisson).
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
        found += [(int(a), int(rows.times[i])) for a, i in zip(alarms, at, strict=True) if unusual[tag_of[a]]]
        rare = np.flatnonzero(rates[tag_of[rows.alarm]] < RARE)
        found += [(int(rows.alarm[i]), int(rows.times[i])) for i in rare[:1]]
    return found


def lost(times: Longs, keep: Sequence[int] | Longs) -> list[int]:
    """Which of the annunciations ``keep`` of one alarm have none among ``times`` (ascending) from 10 min before to
    10 min after."""
    wanted = np.asarray(keep, np.int64)
    there = np.searchsorted(times, wanted + LATER, "right") > np.searchsorted(times, wanted - EARLIER, "left")
    return [int(one) for one in wanted[~there]]
