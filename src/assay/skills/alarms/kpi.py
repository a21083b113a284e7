"""Key figures of an alarm system by ISA-18.2 / IEC 62682 (monitoring and assessment) and EEMUA 191.

The definitions are written in this skill's README.md and used exactly.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from assay.skills.alarms.log import NANO, AlarmLog, Longs
from assay.skills.alarms.pairs import pairs
from assay.skills.alarms.periods import Periods, periods, standing
from assay.skills.alarms.times import iso
from assay.skills.alarms.windows import (
    FLOOD_FROM,
    FLOOD_UNTIL,
    WINDOW,
    Flood,
    chattering,
    counts_in_fixed,
    floods,
    levels,
    occupation,
    percentile,
)

HOUR = 3600 * NANO
STALE = 24 * HOUR
TOP, LISTED = 10, 20
RULES: dict[str, int] = {
    "window_minutes": WINDOW // (60 * NANO),
    "flood_from": FLOOD_FROM,
    "flood_until": FLOOD_UNTIL,
    "chatter_count": 3,
    "chatter_seconds": 60,
    "stale_hours": STALE // HOUR,
    "high_percent": 99,
}


def figures(log: AlarmLog, start: int, end: int) -> dict[str, Any]:
    """All key figures of [start, end] (nanoseconds). What the log cannot tell is None and named in ``cannot``."""
    raised = log.raised()
    found = floods(raised.times, end)
    stood = periods(log, end) if log.has_returns else None
    hours = (end - start) / HOUR
    duplicates, correlated = pairs(raised, hours)
    return {
        "rules": RULES,
        "period": {"start": iso(start), "end": iso(end), "hours": round(hours, 6)},
        "rows": len(log),
        "annunciations": len(raised),
        "alarms": len(np.unique(raised.alarm)),
        "rate": rate(raised.times, start, end),
        "floods": _floods(raised.times, found, start, end),
        **states(raised.times, found, start, end),
        "top": top(raised),
        "priorities": priorities(raised),
        "chattering": _chattering(raised),
        "stale": None if stood is None else _stale(log, stood),
        "standing": None if stood is None else _standing(log, stood, start, end),
        "durations": None if stood is None else _durations(stood),
        "duplicates": duplicates,
        "correlated": correlated,
        "cannot": [] if stood is not None else ["stale", "standing", "durations"],
    }


def rate(times: Longs, start: int, end: int) -> dict[str, Any]:
    """Averages, the sliding 10-minute count with its percentiles over time, and whole 10-minute windows."""
    length = end - start
    count = len(times)
    # Before a whole window has passed the count could not yet be what it is going to be.
    spent = occupation(times, start + WINDOW if length >= WINDOW else start, end)
    at, level = levels(times, end)
    fixed = counts_in_fixed(times, start, end)
    over = int((fixed > FLOOD_FROM).sum())
    peak = int(np.argmax(level)) if len(level) else None
    return {
        "per_hour": ratio(count * HOUR, length),
        "per_day": ratio(count * 24 * HOUR, length),
        "per_10min": ratio(count * WINDOW, length),
        "median": percentile(spent, 50),
        "p90": percentile(spent, 90),
        "p95": percentile(spent, 95),
        "p99": percentile(spent, 99),
        "max": 0 if peak is None else int(level[peak]),
        "max_at": None if peak is None else iso(int(at[peak])),
        "windows": len(fixed),
        "windows_over": over,
        "windows_over_share": ratio(over, len(fixed)),
    }


def states(times: Longs, found: list[Flood], start: int, end: int) -> dict[str, Any]:
    """Steady and upset operation apart (EEMUA 191): upset is from a flood's first alarm until the flood's end."""
    inside = np.zeros(len(times), bool)
    for flood in found:
        inside[np.searchsorted(times, flood.first, "left") : np.searchsorted(times, flood.end, "left")] = True
    upset = sum(flood.end - flood.first for flood in found)
    parts = {"upset": (int(inside.sum()), upset), "steady": (int((~inside).sum()), end - start - upset)}
    return {
        name: {
            "hours": round(length / HOUR, 6),
            "annunciations": count,
            "per_hour": ratio(count * HOUR, length),
            "per_10min": ratio(count * WINDOW, length),
        }
        for name, (count, length) in parts.items()
    }


def top(raised: AlarmLog, most: int = TOP) -> dict[str, Any]:
    """The most frequent alarms and their share of all annunciations; of equal ones the first by name."""
    counts = np.bincount(raised.alarm, minlength=len(raised.alarms))
    order = sorted(np.flatnonzero(counts), key=lambda i: (-counts[i], raised.alarms[i]))[:most]
    listed: list[dict[str, Any]] = [
        {**named(raised, int(i)), "count": int(counts[i]), "share": ratio(int(counts[i]), len(raised))} for i in order
    ]
    together = sum(int(counts[i]) for i in order)
    return {"count": len(listed), "share": ratio(together, len(raised)), "list": listed}


def priorities(raised: AlarmLog) -> list[dict[str, Any]]:
    """Annunciations by priority, the most first; without a priority the name is empty."""
    counts = np.bincount(raised.priority, minlength=len(raised.priorities))
    order = sorted(np.flatnonzero(counts), key=lambda i: (-counts[i], raised.priorities[i]))
    return [
        {"priority": raised.priorities[i], "count": int(counts[i]), "share": ratio(int(counts[i]), len(raised))}
        for i in order
    ]


def named(log: AlarmLog, index: int) -> dict[str, str]:
    """An alarm as its label, tag and type."""
    tag, kind = log.alarms[index]
    return {"alarm": log.label(index), "tag": tag, "type": kind}


def _floods(times: Longs, found: list[Flood], start: int, end: int) -> dict[str, Any]:
    sizes = [int(np.searchsorted(times, one.end, "left") - np.searchsorted(times, one.first, "left")) for one in found]
    length = sum(one.end - one.begin for one in found)
    return {
        "count": len(found),
        "hours": round(length / HOUR, 6),
        "share": ratio(length, end - start),
        "annunciations": sum(sizes),
        "largest": max(sizes, default=0),
        "longest_minutes": round(max((one.end - one.begin for one in found), default=0) / (60 * NANO), 6),
    }


def _chattering(raised: AlarmLog) -> dict[str, Any]:
    marked = chattering(raised.alarm.astype(np.int64), raised.times)
    counts = np.bincount(raised.alarm[marked], minlength=len(raised.alarms))
    order = sorted(np.flatnonzero(counts), key=lambda i: (-counts[i], raised.alarms[i]))
    return {
        "alarms": len(order),
        "annunciations": int(marked.sum()),
        "share": ratio(int(marked.sum()), len(raised)),
        "list": [{**named(raised, int(i)), "count": int(counts[i])} for i in order[:LISTED]],
    }


def _stale(log: AlarmLog, stood: Periods) -> dict[str, Any]:
    stale = stood.rows(stood.length > STALE)
    order = np.argsort(-stale.length, kind="stable")[:LISTED]
    return {
        "count": len(stale),
        "alarms": len(np.unique(stale.alarm)),
        "list": [_period(log, stale, int(i)) for i in order],
    }


def _standing(log: AlarmLog, stood: Periods, start: int, end: int) -> dict[str, Any]:
    total, most, last = standing(stood, start, end)
    still = stood.rows(stood.open)
    order = np.argsort(-still.length, kind="stable")[:LISTED]
    return {
        "mean": ratio(total, end - start),
        "max": most,
        "at_end": last,
        "list": [_period(log, still, int(i)) for i in order],
    }


def _period(log: AlarmLog, stood: Periods, i: int) -> dict[str, Any]:
    since = {"since": iso(int(stood.start[i])), "hours": round(int(stood.length[i]) / HOUR, 6)}
    return {**named(log, int(stood.alarm[i])), **since, "open": bool(stood.open[i])}


def _durations(stood: Periods) -> dict[str, Any]:
    """Of the periods whose end is known: nearest-rank percentiles."""
    closed = np.sort(stood.length[~stood.open])

    def rank(share: int) -> float | None:
        return round(int(closed[-(-share * len(closed) // 100) - 1]) / NANO, 6) if len(closed) else None

    return {"closed": len(closed), "median_seconds": rank(50), "p90_seconds": rank(90)}


def ratio(part: int, whole: int) -> float | None:
    """A share or rate to six decimals; None over nothing."""
    return round(part / whole, 6) if whole > 0 else None
