"""What the tools return: plain data from the models' results, the same shape whatever the method."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from assay.models.health.intervals import Life
from assay.models.health.replacement import Costs, best_time, sensitivity
from assay.skills.health.states import state_of

if TYPE_CHECKING:
    from assay.plant.series import Floats

SHOWN_LEVELS = tuple(round(0.025 * i, 3) for i in range(1, 40))
_POINTS = 300
_REASONS = 8


def number(value: float, digits: int = 6) -> float | None:
    """A finite number with that many significant digits, else None."""
    return float(f"{value:.{digits}g}") if math.isfinite(value) else None


def numbers(values: Floats | Sequence[float], digits: int = 6) -> list[float | None]:
    """``number`` of each."""
    return [number(float(one), digits) for one in values]


def thin(count: int, most: int = _POINTS) -> list[int]:
    """Places of at most ``most`` points, the first and the last among them."""
    return sorted(set(np.linspace(0, count - 1, min(count, most)).round().astype(int).tolist()))


def life_value(life: Life) -> dict[str, Any]:
    """Median, interval and distribution; what is infinite is None, and ``open`` says that there is no upper end."""
    shown = np.interp(SHOWN_LEVELS, life.levels, np.where(np.isfinite(life.quantiles), life.quantiles, np.inf))
    return {
        "median": number(life.median),
        "low": number(life.low),
        "high": number(life.high),
        "open": bool(life.open or not math.isfinite(life.high)),
        "expected": number(life.score),
        "cap": number(life.cap),
        "confidence": life.confidence,
        "levels": list(SHOWN_LEVELS),
        "quantiles": numbers(shown),
    }


def act_value(lives: Floats, costs: Costs | None, age: float) -> dict[str, Any] | None:
    """The date that costs least with its curve and what it depends on; None without costs."""
    if costs is None or not len(lives) or not np.isfinite(lives).any():
        return None
    found = best_time(lives, costs, age)
    at = thin(len(found.times), 101)
    return {
        "wait": None if found.wait is None else number(found.wait),
        "run_to_failure": found.wait is None and math.isfinite(found.rate_failure),
        "rate": number(found.rate),
        "rate_failure": number(found.rate_failure),
        "rate_now": None if found.rate_now is None else number(found.rate_now),
        "risk": number(found.risk),
        "age": number(age),
        "costs": {"failure": costs.failure, "planned": costs.planned, "running": costs.running},
        "curve": {"wait": numbers(found.times[at]), "rate": numbers(found.rates[at]), "risk": numbers(found.risks[at])},
        "if_failure_cost": {
            name: None if wait is None else number(wait) for name, wait in sensitivity(lives, costs, age).items()
        },
    }


def reasons_value(pairs: Sequence[tuple[str, float]]) -> list[dict[str, Any]]:
    """Tags with what they add (remaining life, or share of the deviation), the largest first, with their share."""
    total = sum(abs(value) for _, value in pairs) or 1.0
    ordered = sorted(pairs, key=lambda one: (-abs(one[1]), one[0]))[:_REASONS]
    return [
        {"tag": tag, "value": number(value), "share": number(abs(value) / total)} for tag, value in ordered if value
    ]


def finished(value: dict[str, Any], doubts: Mapping[str, bool]) -> dict[str, Any]:
    """The value with its state and with the doubts that hold."""
    state, why = state_of(value)
    return {**value, "state": state, "because": why, "doubts": [name for name, holds in doubts.items() if holds]}
