"""A state that normal operation never was in: most tags elsewhere, steadily. It is said and alarmed, not taken over."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from assay.models.detect.detector import Learned
from assay.models.detect.intervals import alarm_intervals
from assay.models.detect.result import UNSEEN, Scores

Floats = NDArray[np.float64]

AWAY = 4.0  # normal standard deviations of a tag's mean from the nearest known mode
SHARE = 0.5  # of the tags with a level of their own that must be away
_SETTLING = 8
_LEAST = 16
_STEADY = (0.4, 2.5)  # movement from row to row, in that of normal operation


def with_unseen_modes(learned: Learned, z: Floats, scores: Scores) -> Scores:
    """The scores with mode UNSEEN in alarms of standardised rows (n, k) that look like another operating mode."""
    mode = scores.mode.copy()
    for first, last, _ in alarm_intervals(scores.joint > scores.threshold):
        if away_tags(learned, z, first, last) is not None:
            mode[first : last + 1] = UNSEEN
    return replace(scores, mode=mode)


def away_tags(learned: Learned, z: Floats, first: int, last: int) -> list[str] | None:
    """The tags that are elsewhere in rows ``first`` to ``last``, farthest first; None where it is no other mode."""
    rows = z[first + _SETTLING : last + 1]
    level = ~learned.baseline.wandering
    if len(rows) < _LEAST or level.sum() < 3:
        return None
    mean = np.abs(np.median(rows, axis=0))
    away = level & (mean > AWAY)
    if away.sum() < SHARE * level.sum():
        return None
    swing = learned.ensemble.members.swing[0, : z.shape[1]]
    moved = np.sqrt(np.abs(np.diff(rows, axis=0))).mean(axis=0) / np.maximum(swing, 1e-6)
    if not _STEADY[0] < float(np.median(moved)) < _STEADY[1]:
        return None
    order = [int(j) for j in np.argsort(-mean, kind="stable") if away[j]]
    return [learned.tags[learned.baseline.columns[j]] for j in order]
