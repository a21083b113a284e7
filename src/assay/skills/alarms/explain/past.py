"""What happened in earlier cases of an alarm: how long it stood, what people did, and how it ended."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from assay.kernel.action import Action
from assay.skills.alarms.explain.about import APART, cases_of
from assay.skills.alarms.explain.arguments import Case
from assay.skills.alarms.explain.documents import printable
from assay.skills.alarms.flooding import MINUTE, actions
from assay.skills.alarms.log import NANO, SHELVED
from assay.skills.alarms.times import iso

SHOWN = 5
AROUND = 900 * NANO  # alarms this near make a case's company
LONGEST = 4 * 3600 * NANO  # no longer is a case followed
ENDED = ("returned", "shelved", "flood", "standing", "unknown")


def recorded(found: Iterable[Action]) -> list[dict[str, Any]]:
    """Assay's own decided actions as plain data: when they were approved, what they did, how they stand."""
    listed = []
    for one in found:
        if one.approval is None or not one.approval.approved:
            continue
        proposal = one.proposal
        what = [f"{write.tag} {write.before:g} -> {write.value:g} {write.unit}".strip() for write in proposal.writes]
        what += [f"{order.person} -> {order.equipment}" for order in proposal.orders]
        time = one.approval.at.isoformat().replace("+00:00", "Z")
        listed.append({"id": one.id, "time": time, "state": one.state.value, "what": "; ".join(what)})
    return sorted(listed, key=lambda one: (one["time"], one["id"]))


def past(case: Case, own: list[dict[str, Any]]) -> dict[str, Any]:
    """Earlier cases, those most like the present one (by the alarms around it) first, the later of equals first."""
    begun = cases_of(case)
    here = _company(case, case.raised)
    judged = sorted(((_likeness(here, _company(case, int(time))), int(time)) for time in begun), reverse=True)
    listed = [{**_one(case, time, own), "likeness": round(likeness, 6)} for likeness, time in judged[:SHOWN]]
    ends = [_end(case, int(time))[0] for time in begun]
    stood = [end - int(time) for time in begun for kind, end in [_end(case, int(time))] if kind == "returned" and end]
    return {
        "count": len(begun),
        "acted": sum(bool(_done(case, int(time))) for time in begun),
        "ended": {name: ends.count(name) for name in ENDED},
        "median_minutes": round(float(np.median(stood)) / MINUTE, 3) if stood else None,
        "list": listed,
    }


def _one(case: Case, time: int, own: list[dict[str, Any]]) -> dict[str, Any]:
    kind, end = _end(case, time)
    until = time + LONGEST if end is None else end
    mine = [one for one in own if iso(time) <= one["time"] <= iso(until + 600 * NANO)]
    return {
        "time": iso(time),
        "ended": kind,
        "minutes": None if end is None else round((end - time) / MINUTE, 3),
        "actions": _done(case, time),
        "own": mine,
    }


def _done(case: Case, time: int) -> list[dict[str, str]]:
    """What operators did from the case's beginning to ten minutes after its end."""
    _, end = _end(case, time)
    until = min(time + LONGEST if end is None else end + 600 * NANO, case.raised - 1)
    found = actions(case.log, time, until)
    return [{**one, "message": printable(one["message"])} for one in found]


def _end(case: Case, time: int) -> tuple[str, int | None]:
    """How a case ended and when the alarm went for good (half an hour without it); None where the log does not say."""
    flood = any(one.first <= time < one.end for one in case.seen.floods)
    part = case.log.between(time, time + LONGEST)
    if ((part.alarm == case.alarm) & (part.state == SHELVED)).any():
        return "shelved", None
    if case.seen.stood is None:
        return ("flood" if flood else "unknown"), None
    own = case.seen.stood.of(case.alarm)
    row = int(np.searchsorted(own.start, time, "right")) - 1
    while row + 1 < len(own) and own.start[row + 1] - own.end[row] <= APART:
        row += 1
    if own.open[row]:
        return "standing", None
    return ("flood" if flood else "returned"), int(own.end[row])


def _company(case: Case, time: int) -> frozenset[int]:
    raised = case.seen.raised
    first, last = np.searchsorted(raised.times, [time - AROUND, time + AROUND + 1])
    return frozenset(raised.alarm[first:last].tolist()) - {case.alarm}


def _likeness(one: frozenset[int], other: frozenset[int]) -> float:
    """Jaccard; two lone alarms are alike."""
    return len(one & other) / len(one | other) if one | other else 1.0
