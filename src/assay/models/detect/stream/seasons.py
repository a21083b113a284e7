"""What a series does at the same time of other days."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assay.models.detect.stream.recent import Recent

Floats = NDArray[np.float64]

DAY = 86_400.0
_BINS = 48
_FORGET = 0.05
_LEVEL = 0.02
_DAYS = 7  # so that a weekend finds its like
_WIDTH = 12
_SHIFT = 3  # rows by which the day may come earlier or later


class DayProfile:
    """The exponentially weighted mean (Roberts 1959) of every half hour of the day."""

    __slots__ = ("level", "means", "seen")

    def __init__(self, level: float, means: Floats | None = None, seen: Floats | None = None) -> None:
        self.level = level
        self.means = np.zeros(_BINS) if means is None else means.copy()
        self.seen = np.zeros(_BINS) if seen is None else seen.copy()

    def update(self, time: float, value: float) -> float:
        """The value minus what its half hour lets expect (or, while that is unknown, the level), then taken in."""
        at = int(time % DAY * _BINS / DAY)
        error = value - (float(self.means[at]) if self.seen[at] >= 2 else self.level)
        self.level += _LEVEL * (value - self.level)
        self.seen[at] += 1
        self.means[at] += max(_FORGET, 1.0 / self.seen[at]) * (value - self.means[at])
        return error


def nearest_day(recent: Recent) -> float | None:
    """Mean absolute difference of the last rows to the same stretch of that day of the last week which is most alike.

    None while fewer than two such days are kept.
    """
    times, values = recent.times, recent.values
    count, reach = len(times), _WIDTH + 2 * _SHIFT
    if count < 2 * reach or times[-1] - times[0] < 2 * DAY:
        return None
    ends = np.searchsorted(times, times[-1] - DAY * np.arange(1, _DAYS + 1))
    first = ends - _WIDTH - _SHIFT + 1
    first = first[(first >= 0) & (first + reach <= count - _WIDTH)]
    if len(first) < 2:
        return None
    stretches = values[first[:, None] + np.arange(reach)]
    shifted = np.lib.stride_tricks.sliding_window_view(stretches, _WIDTH, axis=1)
    return float(np.abs(shifted - values[-_WIDTH:]).sum(axis=2).min()) / _WIDTH
