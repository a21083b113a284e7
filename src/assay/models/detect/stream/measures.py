"""How strange the last rows of one series are, in several senses, each the logarithm of a positive number.

level, step: the value against the usual one and against the one before; mean_w: trailing means against the usual level;
jump_w: a trailing mean against the rows before it; louder_w, quieter_w: the spread of the last rows against the usual
spread; hour, hour_6: against the same half hour of other days; day: the last rows against the most similar day.
A measure over w rows says the same for about w rows: so many times fewer rows are independent (``WIDTHS``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from assay.models.detect.stream.ordered import Ordered
from assay.models.detect.stream.recent import Recent
from assay.models.detect.stream.seasons import DayProfile, nearest_day

Floats = NDArray[np.float64]

WINDOWS = (4, 12, 48)
LONG = 4  # a jump is seen against so many windows before it
_QUIET = 48
_HOUR = 6
USUAL = 1000  # rows of which the median is the usual value
KEPT = 4096
_FLOOR = 1e-3  # of the usual spread: smaller moves are rounding
_STILL = 0.1  # of the usual spread: smaller spreads are alike

WIDTHS: Mapping[str, int] = {
    "level": 1,
    "step": 1,
    **{f"mean_{width}": width for width in WINDOWS},
    **{f"jump_{width}": width for width in WINDOWS},
    **{f"louder_{width}": width for width in WINDOWS},
    f"quieter_{_QUIET}": _QUIET,
    "hour": 1,
    f"hour_{_HOUR}": _HOUR,
    "day": 12,
}


class Measures:
    """The state behind the measures; ``update`` takes one row."""

    __slots__ = ("hour", "hours", "recent", "spreads", "usual")

    def __init__(self, value: float) -> None:
        self.recent = Recent(KEPT)
        self.usual = Ordered(USUAL)
        self.spreads = {name: Ordered(USUAL) for name in WIDTHS if name.startswith(("louder", "quieter"))}
        self.hour, self.hours = DayProfile(value), DayProfile(value)

    def update(self, time: float, value: float) -> dict[str, float]:
        """The measures of one finite value at ``time`` (s since 1970, later than the one before)."""
        usual = self.usual.quantile(0.5) if self.usual else value
        before = float(self.recent.values[-1]) if len(self.recent) else value
        self.recent.push(time, value)
        self.usual.push(value)
        spread = self._spread()
        floor = _FLOOR * spread + 1e-9 * abs(usual) + 1e-100
        means = self._means()
        found = {"level": abs(value - usual), "step": abs(value - before), "hour": abs(self.hour.update(time, value))}
        hours = float(self.recent.values[-_HOUR:].mean())
        found[f"hour_{_HOUR}"] = abs(self.hours.update(time, hours))
        for width, (mean, earlier) in means.items():
            found[f"mean_{width}"] = abs(mean - usual)
            found[f"jump_{width}"] = abs(mean - earlier)
        day = nearest_day(self.recent)
        if day is not None:
            found["day"] = day + 0.02 * spread
        logs = {name: math.log(measure + floor) for name, measure in found.items()}
        return logs | self._loudness(floor, spread)

    def _spread(self) -> float:
        """From the 5 % to the 95 % quantile of the usual rows, or from the least to the largest where that is 0."""
        inner = self.usual.quantile(0.95) - self.usual.quantile(0.05)
        return inner if inner > 0.0 else self.usual.quantile(1.0) - self.usual.quantile(0.0)

    def _means(self) -> dict[int, tuple[float, float]]:
        values = self.recent.values
        found = {}
        for width in WINDOWS:
            now = float(values[-width:].mean())
            earlier = values[-(1 + LONG) * width : -width]
            found[width] = (now, float(earlier.mean()) if len(earlier) else now)
        return found

    def _loudness(self, floor: float, spread: float) -> dict[str, float]:
        found = {}
        for width in WINDOWS:
            last = self.recent.values[-width:]
            deviation = math.sqrt(max(float(((last - last.mean()) ** 2).mean()), 0.0))
            found[f"louder_{width}"] = self._against(f"louder_{width}", deviation + floor)
            if width == _QUIET:
                name = f"quieter_{width}"
                found[name] = -self._against(name, deviation + _STILL * spread + floor)
        return found

    def _against(self, name: str, deviation: float) -> float:
        """The logarithm of a spread over the usual one."""
        usual, log = self.spreads[name], math.log(deviation)
        ratio = log - usual.quantile(0.5) if usual else 0.0
        usual.push(log)
        return ratio
