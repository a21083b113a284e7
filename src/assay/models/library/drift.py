"""Whether a model's features still look as in its training.

Population stability index (Siddiqi 2006, "Credit Risk Scorecards"): sum over bins of (new - old) * ln(new / old). The
customary bound of 0.25 holds for independent rows. A plant's rows depend on each other, so a short stretch looks unlike
the whole even when nothing has changed: the bound of a feature therefore follows from the largest index that stretches
of the training itself show (see ``_bounds``), and is at least 0.25.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from assay.models.library.profile import Profile, codes_of, column_quantiles, median_step, shares_of
from assay.models.library.units import unit_change
from assay.plant.series import Floats, Frame, to_datetime

RULES: dict[str, Any] = {
    "psi_least_bound": 0.25,
    "psi_margin": 1.5,
    "range_margin": 0.1,
    "weight_drifted_most": 1 / 3,
    "rows_outside_most": 0.2,
    "used_weight_least": 0.01,
    "step_ratio_most": 1.5,
}
_STRETCHES = 200
_PARTS, _PART_ROWS = 4, 10


def drift(profile: Profile, frame: Frame, weights: Mapping[str, float]) -> dict[str, Any]:
    """What differs from the training, and ``reasons`` to stand back for it (an empty list when none).

    ``weights``: how much each feature matters (equal when empty). ``range_margin`` is a share of the training's range
    on each side. Each feature: ``psi``, its ``bound``, ``drifted``, ``outside`` (share of its known rows outside the
    range with margin), ``missing`` (share), ``unit`` (see ``units.unit_change``) with the time since when, and whether
    it is ``used`` enough to speak of.
    """
    values = frame.good().select(profile.tags).values
    shares = weights or {tag: 1.0 / len(profile.tags) for tag in profile.tags}
    index = stability(profile.shares, shares_of(codes_of(values, profile.edges)))
    bound = _bounds(profile, len(values))
    outside = _outside(profile, values)
    known = ~np.isnan(values)
    features: dict[str, dict[str, Any]] = {
        tag: {
            "psi": float(index[k]),
            "bound": float(bound[k]),
            "drifted": bool(index[k] > bound[k]),
            "outside": float(outside[known[:, k], k].mean()) if known[:, k].any() else 0.0,
            "missing": float(1.0 - known[:, k].mean()) if len(values) else 1.0,
            "unit": _unit(profile, frame, values, k),
            "weight": shares.get(tag, 0.0),
            "used": not weights or shares.get(tag, 0.0) >= RULES["used_weight_least"],
        }
        for k, tag in enumerate(profile.tags)
    }
    matters = np.array([one["used"] for one in features.values()], bool)
    found = {
        "features": features,
        "weight_drifted": float(sum(one["weight"] for one in features.values() if one["drifted"])),
        "rows_outside": float(outside[:, matters].any(axis=1).mean()) if len(values) else 0.0,
        "step": median_step(frame),
        "step_training": profile.step,
        "rules": dict(RULES),
    }
    return found | {"reasons": _reasons(found)}


def stability(old: Floats, new: Floats) -> Floats:
    """(..., k) population stability index of shares (..., bins, k)."""
    found: Floats = ((new - old) * np.log(new / old)).sum(axis=-2)
    return found


def _bounds(profile: Profile, rows: int) -> Floats:
    """(k,) the bound for ``rows`` new rows: ``margin`` times what stretches of the training reach, at least 0.25.

    The index of n independent rows against N others grows with 1/n + 1/N, that of a stretch against the whole that
    holds it with 1/n - 1/N; dependence stretches both alike, so the largest index of the stretches is scaled by their
    ratio.
    """
    least = np.full(len(profile.tags), float(RULES["psi_least_bound"]))
    kept, new = len(profile.codes), max(1.0, rows / profile.every)
    length = int(min(new, kept // 4))
    if length < 1:
        return np.full(len(profile.tags), np.inf)
    largest = np.zeros(len(profile.tags))
    for start in np.unique(np.linspace(0, kept - length, _STRETCHES).astype(int)):
        index = stability(profile.shares, shares_of(profile.codes[start : start + length]))
        np.maximum(largest, index, out=largest)
    scale = (1.0 / new + 1.0 / kept) / (1.0 / length - 1.0 / kept)
    found: Floats = np.maximum(least, RULES["psi_margin"] * scale * largest)
    return found


def _outside(profile: Profile, values: Floats) -> np.ndarray:
    """(n, k) whether a known value is outside the training's range with its margin."""
    margin = RULES["range_margin"] * np.maximum(profile.high - profile.low, 1e-9 * np.abs(profile.high))
    with np.errstate(invalid="ignore"):
        found: np.ndarray = (values < profile.low - margin) | (values > profile.high + margin)
    return found


def _unit(profile: Profile, frame: Frame, values: Floats, column: int) -> dict[str, Any] | None:
    """A change of unit, looked for in the whole frame's quarters, so that one half-way shows too."""
    cuts = np.linspace(0, len(values), min(_PARTS, max(1, len(values) // _PART_ROWS)) + 1).astype(int)
    for start, end in pairwise(cuts):
        middle, q25, q75 = column_quantiles(values[start:end, column : column + 1], [0.5, 0.25, 0.75])[:, 0]
        found = unit_change(profile, column, float(middle), float(q75 - q25))
        if found is not None:
            return {**found, "since": to_datetime(frame.times[start]).isoformat().replace("+00:00", "Z")}
    return None


def _reasons(found: Mapping[str, Any]) -> list[str]:
    reasons = []
    features = found["features"].values()
    if any(one["unit"] is not None and one["used"] for one in features):
        reasons.append("unit")
    if found["weight_drifted"] > RULES["weight_drifted_most"]:
        reasons.append("psi")
    if found["rows_outside"] > RULES["rows_outside_most"]:
        reasons.append("range")
    steps = found["step"], found["step_training"]
    if all(steps) and not 1 / RULES["step_ratio_most"] <= steps[0] / steps[1] <= RULES["step_ratio_most"]:
        reasons.append("step")
    return reasons
