"""Advice on alarm settings, each replayed on the history: what it removes, and that no protected alarm is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from assay.kernel.errors import InputError
from assay.plant.alarms import AlarmEvent, alarms_of
from assay.plant.failures import FailureLibrary
from assay.plant.model import Plant
from assay.plant.series import Frame
from assay.skills.alarms import by_events, by_values
from assay.skills.alarms.beyond import beyond
from assay.skills.alarms.flooding import Scene, scene
from assay.skills.alarms.kpi import HOUR, RULES, rate, ratio
from assay.skills.alarms.log import NANO, RAISED, RETURNED, Alarm, AlarmLog, Longs, label, make_log
from assay.skills.alarms.protected import EARLIER, LATER, LONG, Protected, by_spread, lost, protected
from assay.skills.alarms.times import iso
from assay.skills.alarms.windows import floods

SHOWN = 100
Upsets = Sequence[tuple[int, int]]
MINUTE = 60 * NANO


def engine_log(plant: Plant, frame: Frame) -> AlarmLog:
    """The log that the plant's alarm engine makes of a history."""
    return _log(alarms_of(plant, frame))


def advise_by_values(
    plant: Plant, frame: Frame, library: FailureLibrary | None, upsets: Upsets, recorded: AlarmLog | None
) -> dict[str, Any]:
    """Dead-band, on-delay and limits: the plant's engine on the history, now and with the proposed settings.

    ``recorded``: the log of the same time, to say how far the engine's annunciations agree with it. InputError when the
    history raises no alarm.
    """
    before = engine_log(plant, frame)
    if not len(before):
        raise InputError("alarms.no_alarm_in_values")
    start, end = (int(frame.times[i].astype(np.int64)) for i in (0, -1))
    seen = scene(before, start, end)
    steady = _steady(seen, frame, upsets)
    kept = by_spread(seen, plant, library, beyond(plant, frame, upsets), upsets)
    proposals = by_values.propose(plant, frame, _by_name(seen, kept), steady)
    while True:
        after = engine_log(by_values.with_settings(plant, proposals), frame)
        missed = {one[0] for one in _outcome(kept, _times(after), seen.log.alarms)[1]}
        if not missed & {one.alarm for one in proposals}:
            break
        proposals = [one for one in proposals if one.alarm not in missed]
    listed = [
        {
            **_named(one.alarm),
            "unit": plant.tag(one.alarm[0]).unit,
            "now": asdict(one.now),
            "then": asdict(one.then),
            **_effect(one.before, one.after),
            "kinds": [name for name, now in asdict(one.now).items() if now != getattr(one.then, name)],
        }
        for one in proposals
    ]
    report = _report("values", seen, kept, _times(after), listed, start, end)
    return {**report, "recorded": _agreement(recorded, before, start, end), "cannot": _unsteady(seen, start, end)}


def advise_by_events(
    log: AlarmLog, start: int, end: int, plant: Plant | None, library: FailureLibrary | None, upsets: Upsets
) -> dict[str, Any]:
    """On- and off-delays where the log has returns to normal, and shelving: what events alone can prove."""
    seen = scene(log, start, end)
    kept = protected(seen, plant, library, upsets)
    keep: dict[int, list[int]] = {}
    for one in kept:
        keep.setdefault(one.alarm, []).append(one.time)
    proposals = by_events.propose(log, seen.stood, keep, (end - start) / (24 * HOUR))
    times = {**_times(seen.raised), **{log.alarms[one.alarm]: one.times for one in proposals}}
    listed = []
    for each in proposals:
        delays: dict[str, Any] = {"on_delay": each.on_delay, "off_delay": each.off_delay, "shelving": each.shelving}
        about = {**_named(log.alarms[each.alarm]), "unit": "", "now": None, "then": delays}
        kinds = [name for name, value in delays.items() if value]
        listed.append({**about, **_effect(each.before, each.after), "kinds": kinds})
    cannot = ["values"] if seen.stood is not None else ["values", "delays"]
    cannot += _unsteady(seen, start, end)
    return {**_report("events", seen, kept, times, listed, start, end), "recorded": None, "cannot": cannot}


def _report(
    by: str,
    seen: Scene,
    kept: Sequence[Protected],
    after: Mapping[Alarm, Longs],
    listed: list[dict[str, Any]],
    start: int,
    end: int,
) -> dict[str, Any]:
    every = np.sort(np.concatenate([*after.values(), np.zeros(0, np.int64)]))
    late, missed = _outcome(kept, after, seen.log.alarms)
    listed.sort(key=lambda one: (-one["removed"], one["alarm"]))
    shelving = {"count": by_events.SHELVE_COUNT, "within_minutes": by_events.SHELVE_WITHIN // 60}
    return {
        "by": by,
        "rules": {
            **RULES,
            "long_minutes": LONG // MINUTE,
            "earlier_minutes": EARLIER // MINUTE,
            "later_minutes": LATER // MINUTE,
            "shelving": {**shelving, "minutes": by_events.SHELVE_FOR // 60},
        },
        "period": {"start": iso(start), "end": iso(end), "hours": round((end - start) / HOUR, 6)},
        "before": _load(seen.raised.times, start, end),
        "after": _load(every, start, end),
        "removed": len(seen.raised) - len(every),
        "removed_share": ratio(len(seen.raised) - len(every), len(seen.raised)),
        "protected": {
            "count": len(kept),
            "first_outs": sum(one.why != "long" for one in kept),
            "lost": len(missed),
            "lost_list": [{"alarm": label(alarm), "time": iso(time)} for alarm, time in missed][:SHOWN],
            "late_max_minutes": round(max(late, default=0) / MINUTE, 3),
        },
        "count": len(listed),
        "list": listed[:SHOWN],
    }


def _unsteady(seen: Scene, start: int, end: int) -> list[str]:
    """Said where floods fill more than half of the time: what is usual is not known then."""
    return ["steady"] if sum(flood.end - flood.first for flood in seen.floods) > (end - start) / 2 else []


def _load(times: Longs, start: int, end: int) -> dict[str, Any]:
    found = floods(times, end)
    figures = rate(times, start, end)
    return {
        "annunciations": len(times),
        "per_10min": figures["per_10min"],
        "max": figures["max"],
        "floods": len(found),
        "flood_share": ratio(sum(one.end - one.begin for one in found), end - start),
    }


def _outcome(
    kept: Sequence[Protected], after: Mapping[Alarm, Longs], alarms: Sequence[Alarm]
) -> tuple[list[int], list[tuple[Alarm, int]]]:
    """How much later each protected annunciation comes (nanoseconds), and those that do not come."""
    late, missed = [], []
    for one in kept:
        name = alarms[one.alarm]
        times = after.get(name, np.zeros(0, np.int64))
        if lost(times, [one.time]):
            missed.append((name, one.time))
        else:
            at = int(times[np.searchsorted(times, one.time - EARLIER, "left")])
            late.append(max(at - one.time, 0))
    return late, missed


def _steady(seen: Scene, frame: Frame, upsets: Upsets) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Rows of the history outside floods and named upsets."""
    steady = np.ones(len(frame), bool)
    times = frame.times.astype(np.int64)
    for start, end in [*((one.first, one.end) for one in seen.floods), *upsets]:
        steady[np.searchsorted(times, start) : np.searchsorted(times, end)] = False
    return steady


def _by_name(seen: Scene, kept: Sequence[Protected]) -> dict[Alarm, list[int]]:
    found: dict[Alarm, list[int]] = {}
    for one in kept:
        found.setdefault(seen.log.alarms[one.alarm], []).append(one.time)
    return found


def _times(log: AlarmLog) -> dict[Alarm, Longs]:
    """Alarm -> its annunciations."""
    raised = log.raised()
    order = np.argsort(raised.alarm, kind="stable")
    edges = np.append(0, np.cumsum(np.bincount(raised.alarm, minlength=len(log.alarms))))
    return {name: raised.times[order[edges[i] : edges[i + 1]]] for i, name in enumerate(log.alarms)}


def _agreement(recorded: AlarmLog | None, engine: AlarmLog, start: int, end: int) -> dict[str, int] | None:
    """Annunciations of the log and of the engine in the history's time, for the alarms that the engine knows."""
    if recorded is None:
        return None
    part, known = recorded.raised().between(start, end + 1), set(engine.alarms)
    mine = sum(part.alarms[alarm] in known for alarm in part.alarm.tolist())
    return {"log": mine, "engine": len(engine.raised())}


def _named(alarm: Alarm) -> dict[str, str]:
    return {"alarm": label(alarm), "tag": alarm[0], "type": alarm[1]}


def _effect(before: int, after: int) -> dict[str, Any]:
    return {"before": before, "after": after, "removed": before - after}


def _log(events: Sequence[AlarmEvent]) -> AlarmLog:
    from assay.skills.alarms.times import nanoseconds

    return make_log(
        np.array([nanoseconds(event.time) for event in events], np.int64),
        [event.tag for event in events],
        [event.type for event in events],
        np.array([RAISED if event.raised else RETURNED for event in events], np.int8),
        [event.priority for event in events],
    )
