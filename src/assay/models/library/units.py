"""A suspicion that a tag is now in another unit: the new values are the old ones times a factor plus an offset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from assay.models.library.profile import Profile

#: What a value in the left unit times the factor plus the offset is in the right unit.
_CONVERSIONS: Mapping[str, tuple[float, float]] = {
    "degC -> K": (1.0, 273.15),
    "degC -> degF": (1.8, 32.0),
    "x -> 1000 x": (1000.0, 0.0),
    "x -> 100 x": (100.0, 0.0),
    "x -> 10 x": (10.0, 0.0),
    "x -> 60 x": (60.0, 0.0),
    "x -> 3600 x": (3600.0, 0.0),
    "x -> 24 x": (24.0, 0.0),
    "bar -> psi": (14.5038, 0.0),
    "psi -> kPa": (6.89476, 0.0),
    "kgf/cm2 -> kPa": (98.0665, 0.0),
    "gauge -> absolute (bar)": (1.0, 1.01325),
    "gauge -> absolute (kPa)": (1.0, 101.325),
    "kg -> lb": (2.20462, 0.0),
    "gal -> L": (3.78541, 0.0),
    "m3 -> ft3": (35.3147, 0.0),
}
_SPREAD = 3.0


def unit_change(profile: Profile, column: int, median: float, iqr: float) -> dict[str, Any] | None:
    """``{"conversion", "factor", "offset"}`` when the new median is outside the training's range and a customary
    conversion brings it between the training's 5 % and 95 % points with a like spread; None otherwise."""
    low, high = profile.low[column], profile.high[column]
    margin = 0.1 * max(high - low, 1e-9 * abs(high))
    if np.isnan([median, low, high]).any() or low - margin <= median <= high + margin:
        return None
    fits = []
    for name, (factor, offset) in _both_ways():
        back = (median - offset) / factor
        spread = _log_ratio(iqr / factor, float(profile.iqr[column]))
        if profile.q05[column] <= back <= profile.q95[column] and spread <= np.log(_SPREAD):
            distance = abs(back - profile.median[column]) / max(float(profile.iqr[column]), 1e-12 * abs(back), 1e-300)
            fits.append((distance + spread, name, factor, offset))
    if not fits:
        return None
    _, name, factor, offset = min(fits)
    return {"conversion": name, "factor": factor, "offset": offset}


def _both_ways() -> list[tuple[str, tuple[float, float]]]:
    found = list(_CONVERSIONS.items())
    for name, (factor, offset) in _CONVERSIONS.items():
        left, _, right = name.partition(" -> ")
        found.append((f"{right} -> {left}", (1.0 / factor, -offset / factor)))
    return found


def _log_ratio(new: float, old: float) -> float:
    """How unlike two spreads are; two of zero are alike, one of zero says nothing."""
    return abs(float(np.log(new / old))) if new > 0.0 and old > 0.0 else 0.0
