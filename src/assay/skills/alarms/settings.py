"""What an alarm would have done with other settings: on its values, or on the periods that the log proves.

``raises`` gives exactly what ``plant.alarms.AlarmEngine`` gives for one alarm, without a loop over samples, so that
many settings can be tried; what is proposed in the end is run through the engine itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assay.skills.alarms.log import NANO, Longs

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Setting:
    """``limit`` and ``deadband`` in the tag's unit; ``on_delay`` in seconds."""

    limit: float
    deadband: float = 0.0
    on_delay: float = 0.0

    def with_(self, **changes: float) -> Setting:
        """The setting with some values changed."""
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class Signal:
    """One tag's samples: ``times`` (n,) nanoseconds ascending, ``values`` and ``good`` (n,); ``high`` for H and HH."""

    times: Longs
    values: Floats
    good: Bools
    high: bool


def raises(signal: Signal, setting: Setting) -> Longs:
    """The rows at which the alarm is raised."""
    excess = signal.values - setting.limit if signal.high else setting.limit - signal.values
    with np.errstate(invalid="ignore"):
        beyond = signal.good & (excess > 0)
        back = signal.good & (excess <= -setting.deadband)
    if not beyond.any():
        return np.zeros(0, np.int64)
    # A run of samples beyond the limit counts from its first sample; a bad value breaks it.
    begins = beyond & ~np.append(False, beyond[:-1])
    since = np.maximum.accumulate(np.where(begins, np.arange(len(beyond)), 0))
    seconds = signal.times / NANO
    ripe = beyond & (seconds - seconds[since] >= setting.on_delay)
    mark = np.where(ripe, 1, np.where(back, 0, -1))
    decided = np.flatnonzero(mark >= 0)
    state = mark[decided]
    fresh: Longs = decided[(state == 1) & (np.append(0, state[:-1]) == 0)].astype(np.int64)
    return fresh


def delayed(start: Longs, end: Longs, on_delay: int, off_delay: int) -> tuple[Longs, Longs]:
    """One alarm's periods (ascending, apart) with an on- and an off-delay (nanoseconds).

    Shorter ones are gone, the rest begin later, and one that begins before the last has ended for the off-delay goes on
    with it.

    Never gives more periods than it gets.
    """
    keep = end - start >= on_delay
    begins, ends = start[keep] + on_delay, end[keep] + off_delay
    if not len(begins):
        return begins, ends
    apart = np.append(True, begins[1:] > ends[:-1])
    last = np.append(np.flatnonzero(apart)[1:] - 1, len(ends) - 1)
    return begins[apart], ends[last]


def shelved(times: Longs, count: int, within: int, length: int) -> Bools:
    """Which annunciations of one alarm shelving would hide: after ``count`` of them ``within`` nanoseconds an operator
    shelves the alarm for ``length``; then everything begins anew."""
    hidden = np.zeros(len(times), bool)
    begin = 0
    while begin + count <= len(times):
        spans = times[begin + count - 1 :] - times[begin : len(times) - count + 1]
        close = np.flatnonzero(spans <= within)
        if not len(close):
            break
        at = begin + int(close[0]) + count - 1
        begin = int(np.searchsorted(times, times[at] + length, "right"))
        hidden[at + 1 : begin] = True
    return hidden
