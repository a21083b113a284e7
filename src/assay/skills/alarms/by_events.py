"""Advice from the event log alone: on- and off-delay where it says when alarms return, and shelving.

A dead-band and a limit need the values: the log does not show how far an alarm was beyond its limit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assay.skills.alarms.log import NANO, AlarmLog, Longs
from assay.skills.alarms.periods import Periods
from assay.skills.alarms.protected import lost
from assay.skills.alarms.settings import delayed, shelved

DELAYS = (0, 15, 30, 60, 120, 180, 300)
OFF_DELAYS = (0, 15, 30, 60, 120, 300, 600)
SHELVE_COUNT, SHELVE_WITHIN, SHELVE_FOR = 3, 600, 3600
ENOUGH = 1.0
NEARLY = 1.05
DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Delays:
    """One alarm's proposed delays (seconds) or shelving, with annunciations before and after."""

    alarm: int
    on_delay: int
    off_delay: int
    shelving: bool
    before: int
    after: int
    times: Longs


def propose(log: AlarmLog, stood: Periods | None, keep: Mapping[int, Sequence[int]], days: float) -> list[Delays]:
    """A proposal for each alarm that is annunciated more than once a day and can be helped."""
    raised = log.raised()
    order = np.argsort(raised.alarm, kind="stable")
    counts = np.bincount(raised.alarm, minlength=len(log.alarms))
    edges = np.append(0, np.cumsum(counts))
    found = []
    for alarm in np.argsort(-counts, kind="stable").tolist():
        if counts[alarm] <= ENOUGH * max(days, 1.0):
            break
        times = raised.times[order[edges[alarm] : edges[alarm + 1]]]
        wanted = keep.get(alarm, ())
        best = None if stood is None else _delays(alarm, times, stood.of(alarm), wanted)
        if best is None or best.after > ENOUGH * max(days, 1.0):
            best = _shelving(alarm, times, wanted, best) or best
        if best is not None:
            found.append(best)
    return found


def _delays(alarm: int, times: Longs, own: Periods, keep: Sequence[int]) -> Delays | None:
    best: Delays | None = None
    grid = sorted(((on, off) for on in DELAYS for off in OFF_DELAYS), key=lambda one: (one[0] + one[1] / 2, one))
    for on, off in grid:
        begins, _ = delayed(own.start, own.end, on * NANO, off * NANO)
        least = len(times) if best is None else best.after
        if len(begins) * NEARLY < least and not lost(begins, keep):
            best = Delays(alarm, on, off, False, len(times), len(begins), begins)
    return best


def _shelving(alarm: int, times: Longs, keep: Sequence[int], best: Delays | None) -> Delays | None:
    hidden = shelved(times, SHELVE_COUNT, SHELVE_WITHIN * NANO, SHELVE_FOR * NANO)
    left = times[~hidden]
    least = len(times) if best is None else best.after
    if len(left) * NEARLY >= least or lost(left, keep):
        return None
    return Delays(alarm, 0, 0, True, len(times), len(left), left)
