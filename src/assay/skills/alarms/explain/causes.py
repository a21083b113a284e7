"""Which failures of the library produce an alarm, what else each should show, and what of it is seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from assay.plant.failures import Failure, Symptom, load_failures
from assay.plant.failures_iso import CAUSES, MECHANISMS, MODES
from assay.plant.series import Frame
from assay.skills.alarms.by_values import signal_of
from assay.skills.alarms.causal import First, Seen, fit, led_up
from assay.skills.alarms.explain.arguments import Case
from assay.skills.alarms.kpi import HOUR
from assay.skills.alarms.stretch import began

SHOWN = 5
BASE, RECENT = 12 * HOUR, HOUR // 2
LEAST, FAR = 20, 2.0


def causes(case: Case, frame: Frame | None) -> dict[str, Any]:
    """The failures whose symptoms hold this alarm, those that fit the alarms of its time best first.

    A symptom is ``seen``, ``opposite`` or ``absent`` by alarms, or by values where the history is given: the mean of
    the half hour around the alarm lies 2 standard deviations off that of the twelve hours before. ``mute``: the tag
    has neither.
    """
    plant = case.plant
    if plant is None:
        return {"count": 0, "list": [], "library": 0}
    library = load_failures(plant)
    tag = case.name[0]
    since = began(case.seen.load, case.raised, sum(case.seen.usual.values()))
    seen: dict[str, dict[int, First]] = {}
    for one in led_up(case.seen.load, since, case.until + 1, plant):
        seen.setdefault(one.tag, {}).setdefault(one.sign, one)
    known = {name for name, _ in case.log.alarms} | {one.id for one in plant.tags if one.alarms}
    found = []
    for failure in library:
        own = next((one for one in failure.symptoms if one.tag == tag and _fits(one, failure, case.sign)), None)
        if own is None:
            continue
        turn = _turn(own, failure, case.sign)
        listed = [_symptom(one, turn, seen, known, frame, case) for one in failure.symptoms]
        states = [one["state"] for one in listed if one["tag"] != tag]
        found.append(
            {
                **_about(failure),
                "fit": round(fit(failure, seen, since), 6),
                "expected": len(listed),
                "seen": sum(one["state"] == "seen" for one in listed),
                "against": sum(state == "opposite" for state in states),
                "symptoms": listed,
            }
        )
    found.sort(key=lambda one: (-one["fit"], one["id"]))
    return {"count": len(found), "library": len(library), "list": found[:SHOWN]}


def _about(failure: Failure) -> dict[str, Any]:
    iso = failure.iso
    return {
        "id": failure.id,
        "equipment": failure.equipment,
        "mode": iso.mode,
        "mechanism": iso.mechanism,
        "cause": iso.cause,
        "words": {
            lang: [table[code][place] for table, code in ((MODES, iso.mode), (MECHANISMS, iso.mechanism))]
            + [CAUSES[iso.cause][place]]
            for place, lang in enumerate(("zh", "en"))
        },
        "trip_after": failure.trip_after,
    }


def _fits(symptom: Symptom, failure: Failure, sign: int) -> bool:
    """Whether the alarm can be this symptom."""
    if symptom.sign == "none":
        return False
    return symptom.sign == "variance" or failure.reversible or not sign or symptom.sign == ("+" if sign > 0 else "-")


def _turn(symptom: Symptom, failure: Failure, sign: int) -> int:
    """-1 when the failure must have gone the other way than the library tells it."""
    meant = {"+": 1, "-": -1}.get(symptom.sign, 0)
    return -1 if failure.reversible and meant * sign < 0 else 1


def _symptom(
    symptom: Symptom, turn: int, seen: Seen, known: set[str], frame: Frame | None, case: Case
) -> dict[str, Any]:
    sign = symptom.sign
    if turn < 0 and sign in ("+", "-"):
        sign = "-" if sign == "+" else "+"
    alarms: Mapping[int, First] = seen.get(symptom.tag, {})
    moved = None if frame is None else _moved(frame, symptom.tag, case)
    state, by = _judge(sign, alarms, moved, symptom.tag in known)
    return {"tag": symptom.tag, "sign": sign, "lag_hours": symptom.lag, "weak": symptom.weak, "state": state, "by": by}


def _judge(sign: str, alarms: Mapping[int, First], moved: int | None, known: bool) -> tuple[str, str | None]:
    meant = {"+": 1, "-": -1}.get(sign, 0)
    if alarms:
        leading = min(alarms.values(), key=lambda one: one.time).sign
        if sign == "none":
            return "opposite", "alarm"
        return ("seen" if not meant or leading in (meant, 0) else "opposite"), "alarm"
    if moved:
        if sign == "none" or (meant and moved != meant):
            return "opposite", "value"
        return "seen", "value"
    if moved == 0:
        return ("seen" if sign == "none" else "absent"), "value"
    if not known:
        return "mute", None
    return ("seen" if sign == "none" else "absent"), "alarm"


def _moved(frame: Frame, tag: str, case: Case) -> int | None:
    """+1, -1 or 0: how the half hour around the alarm lies to the twelve hours before; None: too little is known."""
    if tag not in frame.tags:
        return None
    signal = signal_of(frame, tag, True)
    last = min(case.until, case.raised + RECENT)
    moments = [case.raised - BASE, case.raised - 2 * RECENT, last - RECENT, last + 1]
    edges = np.searchsorted(signal.times, moments)
    base = signal.values[edges[0] : edges[1]][signal.good[edges[0] : edges[1]]]
    recent = signal.values[edges[2] : edges[3]][signal.good[edges[2] : edges[3]]]
    if len(base) < LEAST or not len(recent) or not float(base.std()) > 0.0:
        return None
    off = (float(recent.mean()) - float(base.mean())) / float(base.std())
    return 0 if abs(off) < FAR else (1 if off > 0 else -1)
