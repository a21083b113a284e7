"""From transitions to periods: since when until when each alarm stood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.skills.alarms.log import RAISED, RETURNED, AlarmLog, Longs


@dataclass(frozen=True, slots=True)
class Periods:
    """Periods by start: ``alarm`` (k,) index of the alarm, ``start`` and ``end`` (k,) nanoseconds; where ``open`` the
    log does not say when it ended, and ``end`` is the end of the time that was looked at."""

    alarm: NDArray[np.int64]
    start: Longs
    end: Longs
    open: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.alarm)

    @property
    def length(self) -> Longs:
        """Nanoseconds each period lasted, so far as is known."""
        return self.end - self.start

    def rows(self, at: NDArray[np.bool_] | NDArray[np.intp]) -> Periods:
        """The chosen periods."""
        return Periods(self.alarm[at], self.start[at], self.end[at], self.open[at])

    def of(self, alarm: int) -> Periods:
        """The periods of one alarm."""
        return self.rows(self.alarm == alarm)


def periods(log: AlarmLog, end: int) -> Periods:
    """A period begins with an annunciation and ends with the same alarm's next return to normal.

    An annunciation while the alarm stands begins no second one; a return without an annunciation (the alarm stood
    before the log began) gives none.
    """
    rows = np.flatnonzero((log.state == RAISED) | (log.state == RETURNED))
    order = rows[np.argsort(log.alarm[rows], kind="stable")]  # within one alarm the log's own order
    who, raised = log.alarm[order].astype(np.int64), log.state[order] == RAISED
    fresh = np.append(True, (np.diff(who) != 0) | (np.diff(raised.astype(np.int8)) != 0)) if len(order) else raised
    order, who, raised = order[fresh], who[fresh], raised[fresh]
    at = np.flatnonzero(raised)
    following = np.minimum(at + 1, max(len(order) - 1, 0))
    closed = (at + 1 < len(order)) & (who[following] == who[at])
    starts = log.times[order[at]]
    ends = np.where(closed, log.times[order[following]], np.maximum(starts, end))
    by_start = np.argsort(starts, kind="stable")
    return Periods(who[at][by_start], starts[by_start], ends[by_start], ~closed[by_start])


def standing(found: Periods, start: int, end: int) -> tuple[int, int, int]:
    """Over [start, end]: total nanoseconds in which alarms stood (each counted), the most at once, and the number at
    the end."""
    begins, ends = np.clip(found.start, start, end), np.clip(found.end, start, end)
    total = int((ends - begins).sum())
    at = np.concatenate([begins, ends])
    change = np.concatenate([np.ones(len(begins), np.int64), -np.ones(len(ends), np.int64)])
    order = np.lexsort((change, at))  # at one moment what ends has ended
    last = int((found.open | (found.end > end)).sum())
    return total, max(int(np.cumsum(change[order]).max(initial=0)), last), last
