"""Figures of a prediction against what came."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from assay.models.library.kinds import Prediction, Trained
from assay.plant.series import Floats


def told_apart(actual: Floats, models: Iterable[Trained]) -> Floats:
    """What can be judged of the truth: a model with a ``cap`` (a remaining life) does not tell larger values apart."""
    caps = [float(cap) for one in models if (cap := getattr(one, "cap", None)) is not None]
    found: Floats = np.minimum(actual, min(caps)) if caps else actual
    return found


def errors(prediction: Floats, actual: Floats) -> Floats:
    """(n,) absolute errors; NaN where either side is unknown."""
    found: Floats = np.abs(prediction - actual)
    return found


def figures(prediction: Prediction, actual: Floats) -> dict[str, int | float | None]:
    """``rows`` with both sides known, ``mae``, ``rmse`` and ``bias`` (mean of predicted minus actual) in the target's
    unit, ``r2`` (None for a constant target), ``coverage`` and ``width`` (mean) of the interval (None without one)."""
    known = ~np.isnan(prediction.median) & ~np.isnan(actual)
    if not known.any():
        return {"rows": 0, "mae": None, "rmse": None, "bias": None, "r2": None, "coverage": None, "width": None}
    off = prediction.median[known] - actual[known]
    spread = float(np.square(actual[known] - actual[known].mean()).sum())
    return {
        "rows": int(known.sum()),
        "mae": float(np.abs(off).mean()),
        "rmse": float(np.sqrt(np.square(off).mean())),
        "bias": float(off.mean()),
        "r2": None if spread == 0.0 else 1.0 - float(np.square(off).sum()) / spread,
        **_interval(prediction, actual, known),
    }


def _interval(prediction: Prediction, actual: Floats, known: np.ndarray) -> dict[str, int | float | None]:
    there = known & ~np.isnan(prediction.low) & ~np.isnan(prediction.high)
    if not there.any():
        return {"coverage": None, "width": None}
    low, high, value = prediction.low[there], prediction.high[there], actual[there]
    width = float((high - low).mean())
    return {
        "coverage": float(((low <= value) & (value <= high)).mean()),
        "width": width if np.isfinite(width) else None,
    }
