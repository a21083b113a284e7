"""Scores of detections: correlation, rates, and SKAB's change-point score.

Point-adjusted scores are used nowhere: they let chance look good.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

PROFILES = {"standard": (1.0, -0.11, -1.0), "low_fp": (1.0, -0.22, -1.0), "low_fn": (1.0, -0.11, -2.0)}


def rows(truth: Mask, alarm: Mask) -> dict[str, float]:
    """Matthews' correlation, false-alarm rate, missed rate, and F1 (to be read only beside that of "always")."""
    hit, false = int((truth & alarm).sum()), int((~truth & alarm).sum())
    missed, quiet = int((truth & ~alarm).sum()), int((~truth & ~alarm).sum())
    below = float(hit + false) * (hit + missed) * (quiet + false) * (quiet + missed)
    return {
        "mcc": (hit * quiet - false * missed) / below**0.5 if below else 0.0,
        "false_alarm_rate": false / max(false + quiet, 1),
        "missed_rate": missed / max(missed + hit, 1),
        "f1": 2 * hit / max(2 * hit + false + missed, 1),
    }


def false_alarms_at(truth: Mask, score: Floats, missed: float) -> float:
    """The false-alarm rate where the threshold misses the share ``missed`` of the abnormal rows."""
    threshold = np.quantile(score[truth], missed)
    return float((score[~truth] >= threshold).mean())


def change_points(
    series: Sequence[tuple[Floats, Sequence[int], Sequence[int]]], window: float = 60.0
) -> dict[str, float]:
    """SKAB's score of change points by profile, over (seconds, true rows, found rows) of each file.

    As SKAB's own notebooks set it: a window of 60 s from each true change on, cut where it meets the one before; the
    first found row in it earns from 1 at its start to -0.11 at its end along a hyperbolic tangent; every found row
    outside costs 0.11 and every empty window 1. 0 is what a detector that never speaks gets, 100 the best possible.
    """
    result: dict[str, float] = {}
    for profile, (best, false, miss) in PROFILES.items():
        total, windows = 0.0, 0
        for seconds, true, found in series:
            bounds = _windows(seconds, true, window)
            windows += len(bounds)
            at = np.sort(seconds[np.asarray(found, dtype=np.int64)])
            inside = np.zeros(len(at), dtype=bool)
            for start, end in bounds:
                own = (at >= start) & (at <= end)
                inside |= own
                total += _worth(float(at[own][0] - start) / (end - start), best, false) if own.any() else miss
            total += false * int((~inside).sum())
        result[profile] = 100.0 * (total - miss * windows) / ((best - miss) * windows)
    return result


def _windows(seconds: Floats, true: Sequence[int], window: float) -> list[tuple[float, float]]:
    bounds: list[tuple[float, float]] = []
    for row in true:
        start = float(seconds[row])
        bounds.append((max(start, bounds[-1][1]) if bounds else start, start + window))
    return bounds


def _worth(place: float, best: float, false: float) -> float:
    x = np.pi * (place - 0.5)
    half = (best - false) / 2.0
    return float(false + half - half * np.tanh(x) / np.tanh(np.pi / 2.0))


def rounded(value: Any, digits: int = 4) -> Any:
    """Numbers of a result rounded, for printing."""
    if isinstance(value, dict):
        return {key: rounded(one, digits) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(one, digits) for one in value]
    return round(float(value), digits) if isinstance(value, float | np.floating) else value
