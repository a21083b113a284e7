"""What an alarm interval says: its kind, when it began, and which tags made it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assay.models.detect.baseline import Standard
from assay.models.detect.contributions import contributions
from assay.models.detect.detector import Detector
from assay.models.detect.intervals import alarm_intervals, onset
from assay.models.detect.oddities import Oddities
from assay.models.detect.result import UNSEEN, Interval, Scores
from assay.models.detect.unseen import away_tags
from assay.plant.series import Frame, to_datetime

Floats = NDArray[np.float64]


def intervals_of(
    frame: Frame, detector: Detector, standard: Standard, scores: Scores, odd: Oddities
) -> tuple[Interval, ...]:
    """The alarms of a scored frame, in the order of time."""
    found = []
    for first, last, raised in alarm_intervals(scores.joint > scores.threshold):
        rows = slice(first, last + 1)
        began = onset(standard.z, first, raised)
        peaks = {name: float(values[rows].max()) for name, values in scores.methods.items()}
        methods = tuple(sorted((n for n, p in peaks.items() if p > scores.threshold), key=lambda n: (-peaks[n], n)))
        kind, evidence = _kind(detector, standard, scores, odd, first, last)
        found.append(
            Interval(
                first, last, raised, began,
                to_datetime(frame.times[first]), to_datetime(frame.times[last]),
                to_datetime(frame.times[raised]), to_datetime(frame.times[began]),
                kind, float(scores.joint[rows].max()), methods,
                contributions(detector.learned, standard.z, first, last, standard.gaps), evidence,
            )
        )  # fmt: skip
    return tuple(found)


def _kind(
    detector: Detector, standard: Standard, scores: Scores, odd: Oddities, first: int, last: int
) -> tuple[str, dict[str, object]]:
    for one in odd.found:
        if one.first <= last and one.last >= first:
            return one.kind, {"tag": one.tag, "looks_like": one.what} if one.what else {"tag": one.tag}
    if scores.mode[first] == UNSEEN:
        away = away_tags(detector.learned, standard.z, first, last) or []
        near = standard.mode[first : last + 1]
        nearest = int(np.bincount(near[near >= 0]).argmax()) if (near >= 0).any() else 0
        return "unseen_mode", {"tags_away": away[:10], "count": len(away), "nearest_mode": nearest}
    return "change", {}
