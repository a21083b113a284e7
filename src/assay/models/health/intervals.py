"""Remaining life as a distribution, from how the model erred on units that it had not seen.

Conformal prediction by cross-validation (CV+; Barber et al., 2021), by unit, near the predicted life: predictions near
failure are sharp and early ones are not, so errors are taken from rows whose prediction was alike (Guan, 2023).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from assay.plant.series import Floats

LEVELS = np.linspace(0.0025, 0.9975, 200)
_NEAR = 0.04  # of the cap
_LEAST = 30  # rows


@dataclass(frozen=True, slots=True)
class Life:
    """Remaining life of one unit on the fleet's clock.

    median, low, high: at most ``cap``; ``open``: the upper end is the cap, so read it as "or more" (then ``low`` is
    exceeded with the whole confidence). levels, quantiles: the distribution, beyond the cap as the fleet's own units
    ran on. score: what the members predict together.
    """

    score: float
    median: float
    low: float
    high: float
    open: bool
    cap: float
    confidence: float
    levels: Floats
    quantiles: Floats


def row_weights(left: Floats, cap: float) -> Floats:
    """What rows count: those beyond the cap, together, as much as a fifth of a cap's worth of rows before it.

    A long-lived fleet is mostly rows of young units; unweighted they make every doubtful prediction look healthy.
    """
    beyond = left >= cap
    before = int((~beyond).sum())
    share = 0.2 * before / max(1, int(beyond.sum()))
    return np.where(beyond, min(1.0, share) if before else 1.0, 1.0)


@dataclass(frozen=True, eq=False)
class Errors:
    """Predictions ``p`` (n,) for rows of unseen units beside the life ``y`` (n,) that they had left, what each counts
    (``weight``), and how many ``units`` they come from."""

    p: Floats
    y: Floats
    weight: Floats
    units: int
    cap: float

    def life(self, score: float, confidence: float = 0.9, least: float = 0.0) -> Life:
        """The distribution at a prediction; nothing below ``least``."""
        order, cumulated = self._near(score)
        quantiles = order[np.searchsorted(cumulated, LEVELS * cumulated[-1]).clip(max=len(order) - 1)]
        tail = 0.5 * (1.0 - self._widened(confidence))

        def at(level: float) -> float:
            place = int(np.searchsorted(cumulated, level * cumulated[-1]))
            return float(min(max(order[min(place, len(order) - 1)], least), self.cap))

        # Where the upper end is cut off, the whole doubt lies below.
        is_open = at(1.0 - tail) >= self.cap
        low = at(2.0 * tail if is_open else tail)
        high = self.cap if is_open else at(1.0 - tail)
        shown = np.maximum(quantiles, least)
        return Life(score, at(0.5), low, high, is_open, self.cap, confidence, LEVELS, shown)

    def _near(self, score: float) -> tuple[Floats, Floats]:
        """Possible lives in ascending order with their cumulated weights."""
        distance = np.abs(self.p - score) / (_NEAR * self.cap)
        # Rows far away say nothing of this prediction, not even in the interval's last per cent.
        edge = max(3.0, float(np.partition(distance, min(_LEAST, len(distance)) - 1)[min(_LEAST, len(distance)) - 1]))
        near = distance <= edge
        weight = self.weight[near] * (np.exp(-0.5 * distance[near] ** 2) + 1e-9)
        # Beyond the cap the model says nothing: there a unit lives as long as those that looked the same.
        p, y = self.p[near], self.y[near]
        value = np.where(y < self.cap, np.maximum(0.0, y + (score - p)), y)
        order = np.argsort(value, kind="stable")
        return value[order], np.cumsum(weight[order])

    def _widened(self, confidence: float) -> float:
        """The share that covers a new unit with ``confidence``, from a finite number of units."""
        return min(1.0, math.ceil((self.units + 1) * confidence) / self.units)
