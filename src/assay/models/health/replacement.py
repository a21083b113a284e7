"""When to act: the date that costs least per unit of time, from the remaining life's distribution.

Renewal reward (Barlow and Proschan, 1965): a unit that is replaced at failure or ``t`` from now, whichever comes first,
costs ``planned + (failure - planned) F(t) + running E[min(T, t)]`` over a life of ``age + E[min(T, t)]``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from assay.kernel.errors import InputError
from assay.plant.series import Floats

POINTS = 200
_WORTH = 0.01  # acting early that saves less than this is running to failure
_NAMES = {"failure", "planned", "per_day", "per_cycle", "per_hour"}


@dataclass(frozen=True, slots=True)
class Costs:
    """In any one currency: ``failure`` of a failure, ``planned`` of acting in time, ``running`` what each unit of time
    in the present state costs more than with a sound machine. InputError unless they are positive (running: >= 0)."""

    failure: float
    planned: float
    running: float = 0.0

    def __post_init__(self) -> None:
        for name, value in (("failure", self.failure), ("planned", self.planned)):
            if not (math.isfinite(value) and value > 0):
                raise InputError("machine_health.cost_wrong", name=name, value=value)
        if not (math.isfinite(self.running) and self.running >= 0):
            raise InputError("machine_health.cost_wrong", name="per_day", value=self.running)


def parse_costs(written: str, clock: str) -> Costs:
    """``failure=100000,planned=20000[,per_day=50]``; ``clock`` is the unit of time of the life (``d``, ``h``,
    ``cycles``). InputError for anything else."""
    found: dict[str, float] = {}
    for part in written.split(","):
        name, equals, value = part.partition("=")
        name = name.strip().casefold()
        if not equals or name not in _NAMES or name in found:
            raise InputError("machine_health.costs_unread", text=written[:80])
        try:
            found[name] = float(value)
        except ValueError:
            raise InputError("machine_health.costs_unread", text=written[:80]) from None
    missing = [name for name in ("failure", "planned") if name not in found]
    if missing:
        raise InputError("machine_health.costs_missing", names=", ".join(missing))
    return Costs(found["failure"], found["planned"], _running(found, clock))


def _running(found: Mapping[str, float], clock: str) -> float:
    per = {"d": {"per_day": 1.0, "per_hour": 24.0}, "h": {"per_day": 1 / 24.0, "per_hour": 1.0}}
    factors = per.get(clock, {"per_cycle": 1.0})
    total = 0.0
    for name in found.keys() - {"failure", "planned"}:
        if name not in factors:
            raise InputError("machine_health.cost_clock", name=name, known=", ".join(factors))
        total += found[name] * factors[name]
    return total


@dataclass(frozen=True, slots=True)
class Optimum:
    """When to act.

    wait: time from now that costs least per unit of time; None when running to failure does, or as far as is known
    nothing later costs more. rate: that cost; rate_failure: of running to failure (infinite: unknown); rate_now: of
    acting now. risk: probability of failing before ``wait``.
    times, rates, risks: the curve.
    """

    wait: float | None
    rate: float
    rate_failure: float
    rate_now: float | None
    risk: float
    times: Floats
    rates: Floats
    risks: Floats


def best_time(lives: Floats, costs: Costs, age: float = 0.0) -> Optimum:
    """The optimum from equally likely remaining lives (m,) (``Life.quantiles``; infinity: never within sight) of a unit
    that is ``age`` old. InputError when no life is finite or the age is negative."""
    lives = np.asarray(lives, np.float64)
    finite = lives[np.isfinite(lives)]
    if not len(finite) or age < 0 or not np.isfinite(age):
        raise InputError("machine_health.no_lives")
    # Beyond the last life that is known nothing is known: the curve ends there.
    times = np.linspace(0.0, float(max(finite.max(), 1e-9)), POINTS + 1)
    risks = (lives[None, :] <= times[:, None]).mean(axis=1)
    served = np.minimum(lives[None, :], times[:, None]).mean(axis=1)
    cost = costs.planned + (costs.failure - costs.planned) * risks + costs.running * served
    rates = np.where(age + served > 0, cost / np.maximum(age + served, 1e-300), np.inf)
    best = int(np.argmin(rates))
    last = float(rates[-1] if np.isfinite(lives).all() else np.inf)
    never = best == len(times) - 1 or last <= (1.0 + _WORTH) * float(rates[best])
    now = float(rates[0]) if np.isfinite(rates[0]) else None
    risk = float(risks[best])
    if never:
        return Optimum(None, float(rates[-1]), last, now, float(risks[-1]), times, rates, risks)
    return Optimum(float(times[best]), float(rates[best]), last, now, risk, times, rates, risks)


def sensitivity(lives: Floats, costs: Costs, age: float = 0.0) -> dict[str, float | None]:
    """The waiting time if a failure cost half as much, as said, and twice as much."""
    found = {}
    for name, factor in (("half", 0.5), ("as_said", 1.0), ("double", 2.0)):
        other = replace(costs, failure=costs.failure * factor)
        found[name] = best_time(lives, other, age).wait
    return found
