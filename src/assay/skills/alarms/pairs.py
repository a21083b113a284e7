"""Alarms that come together: duplicates and correlated pairs.

For two alarms A and B, the share of A's annunciations that have one of B within the window is compared with what
chance would give for B's rate: agreement = (share - chance) / (1 - chance), as in Cohen's kappa (1960). Both
directions must agree; the smaller one counts.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from assay.skills.alarms.log import NANO, AlarmLog, Longs

DUPLICATE, DUPLICATE_WINDOW = 0.95, NANO
CORRELATED, CORRELATED_WINDOW = 0.8, 60 * NANO
LEAST = 5  # annunciations of each
LOOKED_AT = 100  # the most frequent alarms
SHOWN = 20


def pairs(raised: AlarmLog, hours: float) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(duplicates, correlated pairs that are no duplicates), the strongest first; at most 20 each."""
    counts = np.bincount(raised.alarm, minlength=len(raised.alarms))
    often = [int(i) for i in np.argsort(-counts, kind="stable")[:LOOKED_AT] if counts[i] >= LEAST]
    times = {i: raised.times[raised.alarm == i] for i in often}
    duplicates: list[dict[str, Any]] = []
    correlated: list[dict[str, Any]] = []
    for place, a in enumerate(often):
        for b in often[place + 1 :]:
            if counts[b] < CORRELATED * counts[a] / 2:
                break  # sorted by count: what is so much rarer cannot accompany the most of A's
            found = agreement(times[a], times[b], CORRELATED_WINDOW, hours)
            if found < CORRELATED:
                continue
            close = agreement(times[a], times[b], DUPLICATE_WINDOW, hours)
            entry: dict[str, Any] = {
                "first": raised.label(a),
                "second": raised.label(b),
                "counts": [int(counts[a]), int(counts[b])],
            }
            if close >= DUPLICATE:
                duplicates.append({**entry, "agreement": round(close, 6)})
            else:
                correlated.append({**entry, "agreement": round(found, 6), "lead_seconds": lead(times[a], times[b])})
    for some in (duplicates, correlated):
        some.sort(key=lambda one: -one["agreement"])
    return duplicates[:SHOWN], correlated[:SHOWN]


def agreement(a: Longs, b: Longs, window: int, hours: float) -> float:
    """The smaller of both directions' chance-corrected shares; negative where chance alone would give more."""
    return min(_one_way(a, b, window, hours), _one_way(b, a, window, hours))


def _one_way(a: Longs, b: Longs, window: int, hours: float) -> float:
    near = np.searchsorted(b, a + window, "right") > np.searchsorted(b, a - window, "left")
    seconds = 2.0 * window / NANO
    chance = -math.expm1(-len(b) * seconds / (hours * 3600.0)) if hours > 0 else 1.0
    return (float(near.mean()) - chance) / (1.0 - chance) if chance < 1.0 else -1.0


def lead(a: Longs, b: Longs) -> float:
    """Median seconds from an annunciation of A to the nearest one of B; positive when B follows."""
    at = np.clip(np.searchsorted(b, a), 1, len(b) - 1) if len(b) > 1 else np.zeros(len(a), np.int64)
    before, after = b[at - 1] - a, b[at] - a
    nearest = np.where(np.abs(before) < np.abs(after), before, after)
    return round(float(np.median(nearest)) / NANO, 3)
