"""The alarm key figures once more, slowly: straight from the definitions in src/assay/skills/alarms/README.md.

Plain Python over whole nanoseconds, a loop for each definition; nothing of the skill is used. ``alarm_kpis`` and the
tests compare the skill's figures with these.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

SECOND = 1_000_000_000
WINDOW = 600 * SECOND
HOUR = 3600 * SECOND

#: (time in ns, alarm, "raised" or "returned", priority), in the order of time.
Row = tuple[int, str, str, str]


def count_in(times: list[int], moment: int) -> int:
    """N(t): annunciations in (t - 10 min, t]."""
    return sum(1 for time in times if moment - WINDOW < time <= moment)


def changes(times: list[int], end: int) -> list[int]:
    """The moments up to ``end`` at which N can change."""
    return sorted({moment for time in times for moment in (time, time + WINDOW) if moment <= end})


def flood_list(times: list[int], end: int) -> list[tuple[int, int, int]]:
    """(first alarm, begin, end) of each flood: begins when N > 10, ends when N < 5 or the period ends."""
    found: list[tuple[int, int, int]] = []
    begin: int | None = None
    for moment in changes(times, end):
        n = count_in(times, moment)
        if begin is None and n > 10:
            begin = moment
        elif begin is not None and n < 5:
            found.append(_flood(times, found, begin, moment))
            begin = None
    if begin is not None:
        found.append(_flood(times, found, begin, end))
    return found


def _flood(times: list[int], before: list[tuple[int, int, int]], begin: int, end: int) -> tuple[int, int, int]:
    inside = [time for time in times if begin - WINDOW < time <= begin and (not before or time >= before[-1][2])]
    return min(inside), begin, end


def percentiles(times: list[int], start: int, end: int) -> dict[str, int | None]:
    """The smallest n with N(t) <= n for the share of the time, over the time in which a whole window has passed."""
    since = start + WINDOW if end - start >= WINDOW else start
    moments = [since, *(m for m in changes(times, end) if since < m < end), end]
    spent: Counter[int] = Counter()
    for a, b in pairwise(moments):
        spent[count_in(times, a)] += b - a
    found: dict[str, int | None] = {}
    for name, share in (("median", 50), ("p90", 90), ("p95", 95), ("p99", 99)):
        found[name] = None
        for n in sorted(spent):
            if 100 * sum(length for level, length in spent.items() if level <= n) >= share * (end - since) > 0:
                found[name] = n
                break
    return found


def stood(rows: list[Row], end: int) -> list[tuple[str, int, int, bool]]:
    """(alarm, since, until, open) of every period an alarm stood."""
    since: dict[str, int] = {}
    found = []
    for time, alarm, state, _ in rows:
        if state == "raised":
            since.setdefault(alarm, time)
        elif alarm in since:
            found.append((alarm, since.pop(alarm), time, False))
    return found + [(alarm, time, end, True) for alarm, time in since.items()]


def chattering(rows: list[Row]) -> dict[str, int]:
    """Annunciations of each alarm that belong to three or more within 60 s."""
    by_alarm: dict[str, list[int]] = {}
    for time, alarm, state, _ in rows:
        if state == "raised":
            by_alarm.setdefault(alarm, []).append(time)
    found: dict[str, int] = {}
    for alarm, times in by_alarm.items():
        marked = set()
        for i in range(len(times) - 2):
            if times[i + 2] - times[i] <= 60 * SECOND:
                marked |= {i, i + 1, i + 2}
        if marked:
            found[alarm] = len(marked)
    return found


def figures(rows: list[Row], start: int, end: int) -> dict[str, Any]:
    """The figures that are compared, with the names that the skill gives them."""
    raised = [row for row in rows if row[2] == "raised"]
    times = [row[0] for row in raised]
    floods = flood_list(times, end)
    inside = sum(1 for time in times if any(first <= time < until for first, _, until in floods))
    upset = sum(until - first for first, _, until in floods)
    counts = Counter(row[1] for row in raised)
    fixed = Counter((time - start) // WINDOW for time in times)
    windows = (end - start) // WINDOW
    chatter = chattering(rows)
    periods = stood(rows, end)
    closed = sorted(until - since for _, since, until, is_open in periods if not is_open)
    size = [sum(1 for time in times if first <= time < until) for first, _, until in floods]
    return {
        "annunciations": len(raised),
        "alarms": len(counts),
        "rate/per_hour": ratio(len(raised) * HOUR, end - start),
        "rate/per_day": ratio(len(raised) * 24 * HOUR, end - start),
        "rate/per_10min": ratio(len(raised) * WINDOW, end - start),
        **{f"rate/{name}": value for name, value in percentiles(times, start, end).items()},
        "rate/max": max((count_in(times, time) for time in times), default=0),
        "rate/windows": windows,
        "rate/windows_over": sum(1 for k in range(windows) if fixed[k] > 10),
        "floods/count": len(floods),
        "floods/share": ratio(sum(until - begin for _, begin, until in floods), end - start),
        "floods/annunciations": sum(size),
        "floods/largest": max(size, default=0),
        "upset/annunciations": inside,
        "upset/hours": round(upset / HOUR, 6),
        "steady/annunciations": len(raised) - inside,
        "steady/per_10min": ratio((len(raised) - inside) * WINDOW, end - start - upset),
        "top/share": ratio(sum(sorted(counts.values(), reverse=True)[:10]), len(raised)),
        "chattering/alarms": len(chatter),
        "chattering/annunciations": sum(chatter.values()),
        "stale/count": sum(1 for _, since, until, _ in periods if until - since > 24 * HOUR),
        "standing/mean": ratio(sum(until - since for _, since, until, _ in periods), end - start),
        "standing/at_end": sum(1 for *_, is_open in periods if is_open),
        "durations/median_seconds": round(closed[-(-50 * len(closed) // 100) - 1] / SECOND, 6) if closed else None,
    }


def ratio(part: int, whole: int) -> float | None:
    """Rounded as the skill rounds."""
    return round(part / whole, 6) if whole > 0 else None


def differences(skill: dict[str, Any], reference: dict[str, Any]) -> list[str]:
    """Where the skill's value (nested) is not exactly the reference's."""
    found = []
    for path, expected in reference.items():
        node: Any = skill
        for step in path.split("/"):
            node = node[step]
        if node != expected:
            found.append(f"{path}: {node!r}, by definition {expected!r}")
    return found
