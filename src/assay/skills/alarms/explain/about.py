"""What an alarm is, how it stands, how often it came, and what led up to it."""

from __future__ import annotations

from typing import Any

import numpy as np

from assay.plant.failures import load_failures
from assay.plant.model import Plant
from assay.plant.model_schema import AlarmLimit, Tag
from assay.skills.alarms.actors import bad_actors
from assay.skills.alarms.explain.arguments import Case
from assay.skills.alarms.explain.terms import members
from assay.skills.alarms.flooding import MINUTE, root_of
from assay.skills.alarms.kpi import HOUR, RULES, STALE, ratio
from assay.skills.alarms.log import Longs, label
from assay.skills.alarms.stretch import unusual
from assay.skills.alarms.times import iso
from assay.skills.alarms.windows import Flood

BEFORE = 2 * HOUR
APART = HOUR // 2  # annunciations nearer than this belong to one case
SURE = 0.8
SHOWN = 8


def about(case: Case) -> dict[str, Any]:
    """Everything that log and plant tell of the alarm."""
    tag, kind = case.name
    flood = _flood_of(case)
    return {
        "rules": {**RULES, "before_minutes": BEFORE // MINUTE, "stale_hours": STALE // HOUR},
        "alarm": label(case.name),
        "tag": tag,
        "type": kind,
        "sign": case.sign,
        "at": iso(case.at),
        **_state(case),
        "limit": _limit(case),
        "counts": _counts(case),
        "actor": _actor(case),
        "flood": None if flood is None else _flood(case, flood),
        "before": _before(case),
        "connections": None if case.plant is None else _connections(case.plant, tag),
        "cannot": [] if case.seen.stood is not None else ["durations"],
    }


def _state(case: Case) -> dict[str, Any]:
    if case.seen.stood is None:
        return {"raised": iso(case.raised), "returned": None, "standing": None, "minutes": None}
    gone = case.returned is not None and case.returned <= case.at
    until = case.returned if gone and case.returned is not None else case.at
    return {
        "raised": iso(case.raised),
        "returned": iso(until) if gone else None,
        "standing": not gone,
        "minutes": round((until - case.raised) / MINUTE, 3),
    }


def _limit(case: Case) -> dict[str, Any]:
    """Limit, priority and rationalisation from the plant; the priority alone from the log where the plant has none."""
    tag, kind = case.name
    rows = np.flatnonzero((case.log.alarm == case.alarm) & (case.log.times <= case.at))
    logged = case.log.priorities[case.log.priority[rows[-1]]] if len(rows) else ""
    found: dict[str, Any] = {"priority": logged, "logged": logged, "at": None, "unit": "", "equipment": None}
    if case.plant is None or not case.plant.has_tag(tag):
        return found
    about_tag = case.plant.tag(tag)
    found |= {"unit": about_tag.unit, "equipment": about_tag.equipment, "normal": about_tag.normal}
    limit = next((one for name, one in about_tag.alarms.items() if name == kind), None)
    if limit is not None:
        found |= _settings(limit)
    return {**found, "trip": _trip(case.plant, about_tag, case.sign)}


def _settings(limit: AlarmLimit) -> dict[str, Any]:
    why = limit.rationale
    said = {
        name: None if why is None or (words := getattr(why, name)) is None else words.model_dump()
        for name in ("consequence", "response")
    }
    return {
        "at": limit.at,
        "deadband": limit.deadband,
        "delay": limit.delay,
        "basis": limit.basis,
        "priority": limit.priority,
        "minutes": None if why is None else why.minutes,
        **said,
    }


def _trip(plant: Plant, tag: Tag, sign: int) -> float | None:
    """The shutdown limit on the alarm's side."""
    for one in plant.trip_limits:
        edge = one.high if sign > 0 else one.low
        if one.tag == tag.id and sign and edge is not None:
            return edge
    return None


def _counts(case: Case) -> dict[str, Any]:
    times = case.seen.raised.times[case.seen.raised.alarm == case.alarm]
    times = times[times <= case.at]
    since = {name: int((times > case.at - hours * HOUR).sum()) for name, hours in (("day", 24), ("week", 168))}
    earlier = times[times < case.raised]
    return {
        "total": len(times),
        **since,
        "cases": len(cases_of(case)),
        "hours": round((case.at - case.start) / HOUR, 6),
        "days": round((case.at - case.start) / (24 * HOUR), 6),
        "per_day": ratio(len(times) * 24 * HOUR, case.at - case.start),
        "last": iso(int(earlier[-1])) if len(earlier) else None,
    }


def _actor(case: Case) -> dict[str, Any]:
    """The alarm's entry among the bad actors: what is wrong with it."""
    listed = bad_actors(case.log, case.start, max(case.at, case.end), len(case.log.alarms))["list"]
    rank = next(place for place, one in enumerate(listed) if (one["tag"], one["type"]) == case.name)
    names = ("reasons", "share", "chattering", "in_upsets", "stale", "median_seconds", "duplicate_of", "comes_with")
    return {"rank": rank + 1, "alarms": len(listed), **{name: listed[rank][name] for name in names}}


def _flood_of(case: Case) -> Flood | None:
    return next((one for one in case.seen.floods if one.first <= case.raised < one.end), None)


def _flood(case: Case, flood: Flood) -> dict[str, Any]:
    library = None if case.plant is None else load_failures(case.plant)
    first, candidates = root_of(case.seen, flood, case.plant, library)
    place = next((i for i, one in enumerate(first) if one.alarm == case.alarm), None)
    root = candidates[0]
    return {
        "begin": iso(flood.begin),
        "first": label(case.log.alarms[first[0].alarm]),
        "first_time": iso(first[0].time),
        "place": None if place is None else place + 1,
        "alarms": len(first),
        "root": label(case.log.alarms[root.first.alarm]),
        "root_equipment": root.first.equipment,
        "root_score": round(root.score, 6),
        "better": sum(one.score > root.score for one in candidates),
    }


def cases_of(case: Case) -> Longs:
    """When each earlier case of the alarm began: annunciations before this one, half an hour apart or more."""
    times = case.seen.raised.times[case.seen.raised.alarm == case.alarm]
    times = times[times < case.raised - APART]
    apart = np.append(True, np.diff(times) > APART) if len(times) else np.zeros(0, bool)
    found: Longs = times[apart]
    return found


def _before(case: Case) -> dict[str, Any]:
    """Unusual alarms of the two hours before, the earliest first, with how often they came before this alarm before."""
    alarms, first, weight = unusual(case.seen.load, max(case.raised - BEFORE, case.start), case.raised + 1)
    keep = (weight >= SURE) & (alarms != case.alarm) & (first <= case.raised)
    order = np.argsort(first[keep], kind="stable")
    chosen = list(zip(alarms[keep][order].tolist(), first[keep][order].tolist(), strict=True))
    past = cases_of(case)
    raised = case.seen.raised
    listed = []
    for alarm, time in chosen[:SHOWN]:
        times = raised.times[raised.alarm == alarm]
        last = np.searchsorted(times, past, "right") - 1
        with_it = (last >= 0) & (past - times[np.maximum(last, 0)] <= BEFORE)
        leads = (past - times[np.maximum(last, 0)])[with_it] / MINUTE
        listed.append(
            {
                "alarm": case.log.label(alarm),
                "tag": case.log.alarms[alarm][0],
                "time": iso(time),
                "minutes": round((case.raised - time) / MINUTE, 3),
                "equipment": _place(case.plant, case.log.alarms[alarm][0]),
                "cases": int(with_it.sum()),
                "usual_minutes": round(float(np.median(leads)), 3) if len(leads) else None,
            }
        )
    return {"count": len(chosen), "cases": len(past), "list": listed}


def _place(plant: Plant | None, tag: str) -> str | None:
    return plant.tag(tag).equipment if plant is not None and plant.has_tag(tag) else None


def _connections(plant: Plant, tag: str) -> dict[str, Any] | None:
    """What feeds the alarm's equipment, what it feeds, and the loops that the tag belongs to."""
    if not plant.has_tag(tag):
        return None
    place = plant.tag(tag).equipment
    loops = [loop for loop in plant.loops if tag in members(loop)]
    return {
        "equipment": place,
        "upstream": list(plant.upstream(place, steps=1)),
        "downstream": list(plant.downstream(place, steps=1)),
        "tags": [one.id for one in plant.tags_at(place, below=False) if one.id != tag],
        "loops": [{"id": one.id, "tags": [other for other in members(one) if other != tag]} for one in loops],
    }
