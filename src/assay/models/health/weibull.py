"""Where only ages at failure are known: a Weibull life with censored units, what is left at an age, and the age at
which a planned replacement costs least (Abernethy, The New Weibull Handbook; Barlow and Proschan, 1965)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.models.health.intervals import LEVELS, Life
from assay.models.health.replacement import Costs, Optimum, best_time
from assay.plant.series import Floats

LEAST_FAILURES = 3


@dataclass(frozen=True, eq=False)
class Weibull:
    """``R(t) = exp(-(t / scale) ** shape)``; ``shape_low`` and ``shape_high``: 90 % by likelihood ratio. ``others``:
    (shape, scale) pairs that fit nearly as well, for the doubt about the parameters."""

    shape: float
    scale: float
    shape_low: float
    shape_high: float
    failures: int
    running: int
    others: tuple[tuple[float, float], ...]

    @classmethod
    def fit(cls, ages: Floats, failed: NDArray[np.bool_]) -> Weibull:
        """Maximum likelihood. ages: (n,) positive; failed: (n,), the others still run at that age. InputError with
        fewer than three failures, ages that are not positive, or failures all at one age."""
        ages, failed = np.asarray(ages, np.float64), np.asarray(failed, bool)
        if not len(ages) or not (np.isfinite(ages) & (ages > 0)).all():
            raise InputError("machine_health.ages_wrong")
        count = int(failed.sum())
        if count < LEAST_FAILURES:
            raise InputError("machine_health.failures_few", count=count, least=LEAST_FAILURES)
        if np.ptp(ages[failed]) <= 1e-9 * float(ages.max()):
            raise InputError("machine_health.ages_equal")
        shapes = np.exp(np.linspace(math.log(0.1), math.log(50.0), 2001))
        unit = ages / ages.max()
        logs = np.log(unit[failed]).sum()
        sums = np.array([(unit**shape).sum() for shape in shapes])
        likelihood = count * np.log(shapes) - count * np.log(sums / count) + (shapes - 1.0) * logs - count
        best = int(np.argmax(likelihood))
        near = np.flatnonzero(likelihood >= likelihood[best] - 0.5 * 2.7055)  # chi-squared(1), 90 %
        scales = (sums / count) ** (1.0 / shapes) * ages.max()
        weight = np.exp(likelihood - likelihood[best])
        others = _draws(shapes, scales, weight, count)
        low, high = float(shapes[near[0]]), float(shapes[near[-1]])
        return cls(float(shapes[best]), float(scales[best]), low, high, count, int((~failed).sum()), others)

    def lives(self, age: float = 0.0) -> Floats:
        """(200,) equally likely lives left at ``age``, with the doubt about the parameters in them."""
        pairs = np.array(self.others)
        levels = np.linspace(0.005, 0.995, 100)
        left = (age / pairs[:, 1]) ** pairs[:, 0]
        total = pairs[:, 1][:, None] * (left[:, None] - np.log1p(-levels)) ** (1.0 / pairs[:, 0][:, None])
        return np.asarray(np.quantile((total - age).ravel(), LEVELS), np.float64)

    def life(self, age: float, confidence: float = 0.9) -> Life:
        """Remaining life at ``age``."""
        lives = self.lives(age)
        tail = 0.5 * (1.0 - confidence)
        low, median, high = (float(np.interp(level, LEVELS, lives)) for level in (tail, 0.5, 1.0 - tail))
        return Life(float(lives.mean()), median, low, high, False, math.inf, confidence, LEVELS, lives)

    def replacement(self, costs: Costs) -> Optimum:
        """The age at which to replace; ``wait`` is None when running to failure costs less (as for shape <= 1)."""
        return best_time(self.lives(0.0), costs)


def _draws(shapes: Floats, scales: Floats, weight: Floats, count: int) -> tuple[tuple[float, float], ...]:
    """Parameters from the likelihood, at fixed quantiles: the shape from its profile, the scale given it."""
    cumulated = np.cumsum(weight * np.gradient(np.log(shapes)))
    at = np.searchsorted(cumulated, np.linspace(0.05, 0.95, 10) * cumulated[-1]).clip(max=len(shapes) - 1)
    # The scale's logarithm has a standard error of 1 / (shape sqrt(failures)).
    steps = np.array([-1.2816, -0.5244, 0.0, 0.5244, 1.2816])
    pairs = [
        (float(shapes[i]), float(scales[i] * math.exp(step / (shapes[i] * math.sqrt(count)))))
        for i in at
        for step in steps
    ]
    return tuple(pairs)
