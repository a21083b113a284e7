"""The value's course around an alarm."""

from __future__ import annotations

from typing import Any

import numpy as np

from assay.plant.series import Frame
from assay.skills.alarms.by_values import signal_of
from assay.skills.alarms.explain.arguments import Case
from assay.skills.alarms.kpi import HOUR
from assay.skills.alarms.log import NANO
from assay.skills.alarms.times import iso

EARLIER, LATER = 2 * HOUR, HOUR
POINTS = 240
TREND = HOUR // 2
LEAST = 3


def course(case: Case, frame: Frame) -> dict[str, Any]:
    """The tag's values from two hours before the alarm to an hour after it (or to the moment looked at).

    ``slope`` is the change in an hour by least squares over the half hour before the alarm. Without a good value in
    that time ``points`` is empty, and there is nothing else.
    """
    tag = case.name[0]
    if tag not in frame.tags:
        return {"tag": tag, "points": []}
    signal = signal_of(frame, tag, case.sign >= 0)
    from_, to = case.raised - EARLIER, min(case.raised + LATER, max(case.at, case.raised))
    first, last = np.searchsorted(signal.times, [from_, to + 1])
    times, values = signal.times[first:last], signal.values[first:last]
    good = signal.good[first:last]
    times, values = times[good], values[good]
    if not len(times):
        return {"tag": tag, "points": []}
    step = max(1, -(-len(times) // POINTS))
    before = times <= case.raised
    rising = before & (times > case.raised - TREND)
    slope = None
    if rising.sum() >= LEAST:
        hours = (times[rising] - case.raised) / HOUR
        slope = float(np.polyfit(hours, values[rising], 1)[0])
    top = np.argmax(values) if case.sign >= 0 else np.argmin(values)
    return {
        "tag": tag,
        "unit": "" if case.plant is None or not case.plant.has_tag(tag) else case.plant.tag(tag).unit,
        "from": iso(int(times[0])),
        "to": iso(int(times[-1])),
        "start_value": float(values[0]),
        "at_alarm": float(values[before][-1]) if before.any() else float(values[0]),
        "extreme": float(values[top]),
        "extreme_time": iso(int(times[top])),
        "last": float(values[-1]),
        "slope": None if slope is None else round(slope, 9),
        "interval_seconds": float(np.median(np.diff(times)) / NANO) if len(times) > 1 else None,
        "points": [[iso(int(time)), float(value)] for time, value in zip(times[::step], values[::step], strict=True)],
    }
