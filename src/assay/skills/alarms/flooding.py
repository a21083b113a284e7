"""Floods one by one: first-out, root, order, floods that were alike, and what the operator did then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from assay.plant.failures import FailureLibrary
from assay.plant.model import Plant
from assay.skills.alarms.causal import First, Root, distances, firsts, led_up, roots, standing_in
from assay.skills.alarms.kpi import HOUR, RULES, named, ratio
from assay.skills.alarms.log import NANO, OPERATOR, AlarmLog, Longs
from assay.skills.alarms.periods import Periods, periods
from assay.skills.alarms.stretch import Load, began, load_of
from assay.skills.alarms.times import iso
from assay.skills.alarms.windows import Flood, floods, levels

FOLLOWING, ALIKE, ACTIONS = 25, 3, 10
LEAST_ALIKE = 0.3
AFTERWARDS = 600 * NANO  # an operator's answer may come a little after the flood
MINUTE = 60 * NANO
OPENING = 900 * NANO  # after the flood began: what came first tells fast failures apart
OPENING_COUNTS = 0.5


@dataclass(frozen=True, slots=True)
class Scene:
    """A log with what was derived from it once: raised rows, floods, which rows are in one, usual rates, periods."""

    log: AlarmLog
    raised: AlarmLog
    floods: list[Flood]
    usual: dict[int, float]
    stood: Periods | None
    load: Load
    members: np.ndarray[tuple[int, int], np.dtype[np.float64]]  # (floods, alarms): 1 where an alarm came in a flood

    def rows(self, flood: Flood) -> AlarmLog:
        """The annunciations of one flood."""
        return self.raised.between(flood.first, flood.end)


def scene(log: AlarmLog, start: int, end: int) -> Scene:
    """Derive the scene of a log over [start, end]."""
    raised = log.raised()
    found = floods(raised.times, end)
    inside = np.zeros(len(raised), bool)
    members = np.zeros((len(found), len(log.alarms)))
    for index, flood in enumerate(found):
        first, last = np.searchsorted(raised.times, [flood.first, flood.end])
        inside[first:last] = True
        members[index, raised.alarm[first:last]] = 1.0
    steady = (end - start - sum(flood.end - flood.first for flood in found)) / HOUR
    counts = np.bincount(raised.alarm[~inside], minlength=len(log.alarms))
    usual = {int(i): float(counts[i]) / steady for i in np.flatnonzero(counts)} if steady > 0 else {}
    stood = periods(log, end) if log.has_returns else None
    return Scene(log, raised, found, usual, stood, load_of(raised, stood, start, end), members)


def flood_report(
    log: AlarmLog, start: int, end: int, most: int, plant: Plant | None, library: FailureLibrary | None
) -> dict[str, Any]:
    """The ``most`` largest floods, in order of time."""
    seen = scene(log, start, end)
    sizes = [int(np.subtract(*np.searchsorted(seen.raised.times, [one.end, one.first]))) for one in seen.floods]
    shown = sorted(sorted(range(len(sizes)), key=lambda i: (-sizes[i], i))[:most])
    length = sum(one.end - one.begin for one in seen.floods)
    return {
        "rules": RULES,
        "period": {"start": iso(start), "end": iso(end), "hours": round((end - start) / HOUR, 6)},
        "annunciations": len(seen.raised),
        "count": len(sizes),
        "share": ratio(length, end - start),
        "shown": len(shown),
        "by": _knowledge(plant, library),
        "list": [{"index": i, **_flood(seen, i, plant, library)} for i in shown],
        "cannot": [*([] if plant is not None else ["causal"]), *([] if seen.stood is not None else ["stood_before"])],
    }


def root_of(
    seen: Scene, flood: Flood, plant: Plant | None, library: FailureLibrary | None
) -> tuple[list[First], list[Root]]:
    """The first annunciations of a flood, and the candidates for its root, the best first."""
    first = firsts(seen.rows(flood), seen.usual, plant)
    since = began(seen.load, flood.first, sum(seen.usual.values()))
    if seen.stood is None:
        return first, roots(first, [(led_up(seen.load, since, flood.end, plant), 1.0)], plant, library)
    view = standing_in(seen.load, flood.first, flood.end, plant)
    if not any(one.equipment is not None for one in view):
        view = first
    stretch = standing_in(seen.load, since, flood.end, plant)
    opening = standing_in(seen.load, flood.first, min(flood.begin + OPENING, flood.end), plant)
    return first, roots(view, [(stretch, 1.0), (opening, OPENING_COUNTS)], plant, library)


def _knowledge(plant: Plant | None, library: FailureLibrary | None) -> list[str]:
    known = {
        "connections": plant is not None and bool(plant.connections),
        "loops": plant is not None and bool(plant.loops),
    }
    known["failures"] = library is not None and len(library) > 0
    return [name for name, there in known.items() if there]


def _flood(seen: Scene, index: int, plant: Plant | None, library: FailureLibrary | None) -> dict[str, Any]:
    flood = seen.floods[index]
    rows = seen.rows(flood)
    first, candidates = root_of(seen, flood, plant, library)
    _, level = levels(rows.times, flood.end)
    return {
        "first": iso(flood.first),
        "begin": iso(flood.begin),
        "end": iso(flood.end),
        "open": flood.open,
        "minutes": round((flood.end - flood.begin) / MINUTE, 3),
        "annunciations": len(rows),
        "alarms": len(first),
        "peak": int(level.max()),
        "first_out": _about(seen.log, first[0]),
        "origin": _root(seen.log, candidates[0]),
        "candidates": [_root(seen.log, one) for one in candidates[1:4]],
        "following": _following(seen, index, first, candidates[0].first, plant),
        "alike": _alike(seen, index),
        "actions": actions(seen.log, flood.first, flood.end + AFTERWARDS),
    }


def _about(log: AlarmLog, first: First) -> dict[str, Any]:
    return {**named(log, first.alarm), "time": iso(first.time), "equipment": first.equipment}


def _root(log: AlarmLog, root: Root) -> dict[str, Any]:
    more = {"standing": root.first.standing, "failure": root.failure, "score": round(root.score, 6)}
    return {**_about(log, root.first), **more}


def _following(seen: Scene, index: int, first: list[First], root: First, plant: Plant | None) -> list[dict[str, Any]]:
    """The other alarms in causal order: by time, and at one time the nearer downstream of the root first."""
    steps = distances(plant, root.equipment) if plant is not None and root.equipment is not None else {}
    far = len(steps) + 1
    order = sorted(first, key=lambda one: (one.time, steps.get(one.equipment, far), -one.weight, one.tag))
    others = [one for one in order if one.alarm != root.alarm][:FOLLOWING]
    usual = _usual_leads(seen, index, root.alarm, [one.alarm for one in others])
    listed = []
    for one, lead in zip(others, usual, strict=True):
        place = {"connections_from_root": steps.get(one.equipment)}
        times = {"lead_minutes": round((one.time - root.time) / MINUTE, 3), "usual_lead_minutes": lead}
        listed.append({**_about(seen.log, one), **place, **times})
    return listed


def _usual_leads(seen: Scene, index: int, root: int, alarms: list[int]) -> list[float | None]:
    """Median minutes from the root's first annunciation to each alarm's, in the other floods that hold both."""
    shared = [i for i in np.flatnonzero(seen.members[:, root]) if i != index]
    found: list[list[int]] = [[] for _ in alarms]
    for other in shared[-50:]:
        rows = seen.rows(seen.floods[int(other)])
        kinds, at = np.unique(rows.alarm, return_index=True)
        times = dict(zip(kinds.tolist(), rows.times[at].tolist(), strict=True))
        for place, alarm in enumerate(alarms):
            if alarm in times:
                found[place].append(times[alarm] - times[root])
    return [round(float(np.median(some)) / MINUTE, 3) if some else None for some in found]


def _alike(seen: Scene, index: int) -> list[dict[str, Any]]:
    """Other floods with nearly the same alarms, the most alike first: Jaccard, an alarm counting the more the rarer
    it is among floods (log of the inverse share of floods that hold it)."""
    count = len(seen.floods)
    if count < 2:
        return []
    weight = np.log((1.0 + count) / (1.0 + seen.members.sum(axis=0))) + 0.1
    own = seen.members[index]
    both = seen.members @ (own * weight)
    either = seen.members @ weight + float(own @ weight) - both
    found = both / either
    found[index] = -1.0
    order = [int(i) for i in np.argsort(-found, kind="stable")[:ALIKE] if found[i] >= LEAST_ALIKE]
    listed = []
    for i in order:
        flood = seen.floods[i]
        about = {"index": i, "begin": iso(flood.begin), "likeness": round(float(found[i]), 6)}
        listed.append({**about, "actions": actions(seen.log, flood.first, flood.end + AFTERWARDS)})
    return listed


def actions(log: AlarmLog, start: int, end: int) -> list[dict[str, str]]:
    """What operators did in [start, end], at most ten; the messages are untrusted text."""
    part = log.between(start, end + 1)
    rows: Longs = np.flatnonzero(part.state == OPERATOR)[:ACTIONS]
    return [
        {
            "time": iso(int(part.times[i])),
            "tag": part.alarms[part.alarm[i]][0],
            "message": part.messages[part.message[i]],
        }
        for i in rows
    ]
