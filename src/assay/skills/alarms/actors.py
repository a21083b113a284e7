"""Bad actors: which alarms make the load, and what kind of fault each is."""

from __future__ import annotations

from typing import Any

import numpy as np

from assay.skills.alarms.kpi import HOUR, RULES, STALE, named, ratio
from assay.skills.alarms.log import NANO, AlarmLog
from assay.skills.alarms.pairs import pairs
from assay.skills.alarms.periods import Periods, periods
from assay.skills.alarms.times import iso
from assay.skills.alarms.windows import chattering, floods

FLEETING = 60 * NANO  # half of an alarm's periods are shorter: nobody could have acted on them
MOSTLY = 0.5
IN_FLOODS = 0.8


def bad_actors(log: AlarmLog, start: int, end: int, most: int) -> dict[str, Any]:
    """The ``most`` frequent alarms and every stale one, with counts, times and what is wrong with each."""
    raised = log.raised()
    counts = np.bincount(raised.alarm, minlength=len(log.alarms))
    stood = periods(log, end) if log.has_returns else None
    stale = set() if stood is None else {int(one) for one in stood.alarm[stood.length > STALE]}
    order = sorted(np.flatnonzero(counts), key=lambda i: (-counts[i], log.alarms[i]))
    chosen = [int(i) for i in order[:most]]
    chosen += [int(i) for i in order[most:] if int(i) in stale][:most]
    chatter = np.bincount(raised.alarm[chattering(raised.alarm.astype(np.int64), raised.times)], minlength=len(counts))
    upset = _upset_counts(raised, end)
    twins = _companions(raised, (end - start) / HOUR)
    listed = []
    for i in chosen:
        about = {
            **named(log, i),
            "count": int(counts[i]),
            "share": ratio(int(counts[i]), len(raised)),
            "per_day": ratio(int(counts[i]) * 24 * HOUR, end - start),
            "chattering": int(chatter[i]),
            "in_upsets": int(upset[i]),
            "stale": None if stood is None else int(i in stale),
            **_durations(stood, i, start, end),
            **twins.get(log.label(i), {"duplicate_of": None, "comes_with": None}),
        }
        listed.append({**about, "reasons": _reasons(about)})
    loud = sum(one["count"] for one in listed)
    return {
        "rules": {**RULES, "fleeting_seconds": FLEETING // NANO},
        "period": {"start": iso(start), "end": iso(end), "hours": round((end - start) / HOUR, 6)},
        "annunciations": len(raised),
        "alarms": int((counts > 0).sum()),
        "count": len(listed),
        "share": ratio(loud, len(raised)),
        "list": listed,
        "cannot": [] if stood is not None else ["stale", "durations"],
    }


def _upset_counts(raised: AlarmLog, end: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    inside = np.zeros(len(raised), bool)
    for flood in floods(raised.times, end):
        inside[np.searchsorted(raised.times, flood.first) : np.searchsorted(raised.times, flood.end)] = True
    return np.bincount(raised.alarm[inside], minlength=len(raised.alarms)).astype(np.int64)


def _companions(raised: AlarmLog, hours: float) -> dict[str, dict[str, str | None]]:
    """Alarm -> the more frequent alarm that it doubles or comes with."""
    duplicates, correlated = pairs(raised, hours)
    found: dict[str, dict[str, str | None]] = {}
    for one in correlated:
        found.setdefault(one["second"], {"duplicate_of": None, "comes_with": one["first"]})
    for one in duplicates:
        found[one["second"]] = {"duplicate_of": one["first"], "comes_with": None}
    return found


def _durations(stood: Periods | None, alarm: int, start: int, end: int) -> dict[str, Any]:
    """Median seconds an alarm stood and stayed away, and the share of the time it stood; None without returns."""
    names = ("median_seconds", "median_gap_seconds", "standing_share")
    if stood is None:
        return dict.fromkeys(names)
    own = stood.of(alarm)
    gaps = own.start[1:] - own.end[:-1]
    closed = own.length[~own.open]
    return {
        "median_seconds": round(float(np.median(closed)) / NANO, 3) if len(closed) else None,
        "median_gap_seconds": round(float(np.median(gaps)) / NANO, 3) if len(gaps) else None,
        "standing_share": ratio(int(own.length.sum()), end - start),
    }


def _reasons(about: dict[str, Any]) -> list[str]:
    """What is wrong, the worst first; ``frequent`` when nothing else is known."""
    fleeting = about["median_seconds"] is not None and about["median_seconds"] < FLEETING / NANO
    tests = {
        "chattering": about["chattering"] >= MOSTLY * about["count"],
        "fleeting": fleeting,
        "stale": bool(about["stale"]),
        "duplicate": about["duplicate_of"] is not None,
        "companion": about["comes_with"] is not None,
        "upsets": about["in_upsets"] >= IN_FLOODS * about["count"],
    }
    return [name for name, found in tests.items() if found] or ["frequent"]
