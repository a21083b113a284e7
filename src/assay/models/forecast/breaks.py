"""A change of unit or level half-way: where it is, and what is kept.

A break is taken for real only when the values on its two sides hardly overlap and both sides stand still beside the
jump, as after a change of unit, range or instrument; a ramp or a drift is none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
APART = 0.98  # share of each side's values beyond the middle between the sides
JUMP = 6.0  # the distance of the medians in robust spreads of the calmer description of both sides
FEWEST = 12


@dataclass(frozen=True, slots=True)
class Break:
    """The first position of the new level, and the medians before and after it."""

    at: int
    before: float
    after: float


def find_break(values: Floats) -> Break | None:
    """The clearest break in values without holes, or None."""
    rows = len(values)
    if rows < 2 * FEWEST:
        return None
    at = _split(values)
    if not FEWEST <= at <= rows - FEWEST:
        return None
    left, right = values[:at], values[at:]
    before, after = float(np.median(left)), float(np.median(right))
    spread = max(_spread(left, before), _spread(right, after), 1e-12 * float(np.abs(values).max()))
    if before == after or abs(after - before) < JUMP * spread:
        return None
    middle = before + (after - before) * _spread(left, before) / max(
        _spread(left, before) + _spread(right, after), 1e-300
    )
    up = after > before
    apart = min(float(np.mean((left < middle) == up)), float(np.mean((right > middle) == up)))
    near = max(3, FEWEST // 2)
    jump = abs(float(np.median(values[at : at + near]) - np.median(values[at - near : at])))
    if apart < APART or jump < 0.5 * abs(after - before):
        return None
    return Break(at, before, after)


def _split(values: Floats) -> int:
    """The position that explains most of the variance as two levels."""
    ranked = np.argsort(np.argsort(values, kind="stable"), kind="stable").astype(np.float64)
    count = np.arange(1, len(values))
    left = np.cumsum(ranked)[:-1]
    mean = ranked.mean()
    gain = (left - count * mean) ** 2 / (count * (len(values) - count))
    return int(np.argmax(gain)) + 1


def _spread(values: Floats, centre: float) -> float:
    return 1.4826 * float(np.median(np.abs(values - centre)))
