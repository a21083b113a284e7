"""Observed and simulated curves side by side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assay.models.twin import NONE, Library
from assay.skills.investigate.case import Grid
from assay.skills.investigate.detect import Screen
from assay.skills.investigate.diagnosis import Aligned, Ranking, decimate

Array = NDArray[np.float64]

POINTS = 120
BEFORE = 1.0  # hours


def curves(
    grid: Grid, screen: Screen, library: Library, aligned: Aligned, ranking: Ranking, tags: list[int], horizon: float
) -> dict[str, object]:
    """Curves of the tags (places in the grid) around the alarm: observed, the normal band (5th to 95th per cent of the
    twin's normal runs about the case's own baseline), and of each leading cause the nearest simulated run, shifted to
    the case's baseline so that shapes compare."""
    assert screen.alarm is not None
    before, after = round(BEFORE / grid.sample), round(horizon / grid.sample)
    stride = max(1, (before + after) // POINTS)
    offsets = np.arange(-before, after + 1, stride)
    leading = [c for c in sorted(ranking.nearest, key=lambda c: -ranking.probabilities.get(c, 0.0))][:3]
    normal = decimate(library.values[library.causes == NONE][:, :, grid.columns], grid.step)
    spread = normal - np.nanmean(normal, axis=1, keepdims=True)
    rows = {int(i): k for k, i in enumerate(aligned.index)}
    shown: list[dict[str, object]] = []
    for tag in tags:
        base = screen.normal.baseline[tag]
        simulated: dict[str, list[float | None]] = {}
        for cause in leading:
            run = rows[ranking.nearest[cause][0]]
            course = aligned.values[run, :, tag] - aligned.baseline[run, tag] + base
            simulated[cause] = _pick(course.astype(np.float64), int(aligned.alarms[run]) + offsets)
        low, high = np.nanquantile(spread[:, :, tag], (0.05, 0.95))
        shown.append(
            {
                "tag": grid.tags[tag],
                "observed": _pick(grid.values[:, tag], screen.alarm + offsets),
                "normal": {"mean": float(base), "low": float(base + low), "high": float(base + high)},
                "simulated": simulated,
            }
        )
    return {"hours": [round(float(o) * grid.sample, 4) for o in offsets], "tags": shown}


def _pick(column: Array, rows: NDArray[np.int64]) -> list[float | None]:
    inside = (rows >= 0) & (rows < len(column))
    values = np.where(inside, column[np.clip(rows, 0, len(column) - 1)], np.nan)
    return [round(float(v), 6) if np.isfinite(v) else None for v in values]
