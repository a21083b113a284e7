"""Counts in a sliding window, exactly: the count only changes where an alarm enters or leaves the window.

N(t) is the number of annunciations in (t - 10 min, t]. All times are whole nanoseconds, so nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assay.skills.alarms.log import NANO, Longs

WINDOW = 600 * NANO
FLOOD_FROM = 10  # a flood begins when a window holds more
FLOOD_UNTIL = 5  # and ends when it holds fewer


@dataclass(frozen=True, slots=True)
class Flood:
    """``begin``: the count passed the threshold; ``end``: it fell below the lower one, or the period ended (``open``).
    ``first`` is the first alarm of the window that began it. Nanoseconds UTC."""

    first: int
    begin: int
    end: int
    open: bool


def levels(times: Longs, end: int, window: int = WINDOW) -> tuple[Longs, Longs]:
    """Where N(t) changes up to ``end`` (strictly ascending), and its value from there on. ``times`` ascending."""
    at, change = np.unique(np.concatenate([times, times + window]), return_inverse=True)
    steps = np.zeros(len(at), np.int64)
    np.add.at(steps, change, np.concatenate([np.ones(len(times), np.int64), -np.ones(len(times), np.int64)]))
    inside = at <= end
    return at[inside], np.cumsum(steps)[inside]


def occupation(times: Longs, start: int, end: int, window: int = WINDOW) -> list[int]:
    """How long N(t) had each value 0, 1, 2 ... while t went from ``start`` to ``end``; nanoseconds."""
    at, level = levels(times, end, window)
    edges = np.concatenate([[start], np.clip(at, start, end), [end]])
    value = np.concatenate([[0], level])
    spent = np.zeros(int(value.max()) + 1, np.int64)
    np.add.at(spent, value, np.diff(edges))
    return [int(one) for one in spent]


def percentile(spent: Sequence[int], share: int) -> int | None:
    """The smallest count that N(t) did not exceed for ``share`` per cent of the time; None without any time."""
    total, seen = sum(spent), 0
    if total == 0:
        return None
    for value, length in enumerate(spent):
        seen += length
        if 100 * seen >= share * total:
            return value
    return len(spent) - 1


def floods(
    times: Longs, end: int, window: int = WINDOW, over: int = FLOOD_FROM, under: int = FLOOD_UNTIL
) -> list[Flood]:
    """Every flood of the annunciations ``times`` (ascending) up to ``end``, in order."""
    at, level = levels(times, end, window)
    if not len(at):
        return []
    mark = np.where(level > over, 1, np.where(level < under, 0, -1))
    # Between the two thresholds the state is what it was: carry the last decided one forward.
    decided = np.maximum.accumulate(np.where(mark >= 0, np.arange(len(mark)), -1))
    state = np.where(decided >= 0, mark[decided], 0)
    turns = np.flatnonzero(np.diff(state, prepend=0))
    found: list[Flood] = []
    for i in range(0, len(turns), 2):
        begin = int(at[turns[i]])
        closed = i + 1 < len(turns)
        last = int(at[turns[i + 1]]) if closed else end
        after = max(begin - window + 1, found[-1].end if found else begin - window + 1)
        first = int(times[np.searchsorted(times, after, "left")])
        found.append(Flood(first, begin, last, not closed))
    return found


def counts_in_fixed(times: Longs, start: int, end: int, window: int = WINDOW) -> Longs:
    """Annunciations in each whole window [start + k w, start + (k + 1) w) that fits before ``end``."""
    full = (end - start) // window
    if full <= 0:
        return np.zeros(0, np.int64)
    inside = times[(times >= start) & (times < start + full * window)]
    return np.bincount((inside - start) // window, minlength=full).astype(np.int64)


def chattering(
    alarm: Longs, times: Longs, count: int = 3, window: int = 60 * NANO
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which annunciations belong to ``count`` or more of one alarm within ``window`` (the ends included)."""
    order = np.lexsort((times, alarm))
    who, when = alarm[order], times[order]
    back = count - 1
    marked = np.zeros(len(order), bool)
    if len(order) > back:
        close = (who[back:] == who[:-back]) & (when[back:] - when[:-back] <= window)
        for shift in range(count):
            marked[shift : len(order) - back + shift] |= close
    found = np.zeros(len(order), bool)
    found[order] = marked
    return found
