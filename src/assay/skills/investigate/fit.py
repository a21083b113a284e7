"""How well the twin fits the plant's normal stretch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.skills.investigate.rolling import average

Array = NDArray[np.float64]

MEAN_SPREADS = 5.0
SPREAD_FACTOR = 2.5
GOOD = 0.8


@dataclass(frozen=True, slots=True)
class Fit:
    """``means``: share of tags whose mean lies within MEAN_SPREADS normal spreads of the twin's; ``spreads``: share
    whose fast spread (of differences from row to row) lies within a factor of SPREAD_FACTOR; ``worst`` column."""

    means: float
    spreads: float
    worst: int

    @property
    def score(self) -> float:
        """Both shares together."""
        return self.means * self.spreads

    @property
    def ok(self) -> bool:
        """Whether the twin may judge without a reserve."""
        return self.means >= GOOD and self.spreads >= GOOD


def fit_of(values: Array, runs: Array, step: int) -> Fit:
    """Compare a normal stretch (rows, tags) with the twin's normal runs (runs, rows, tags) of the same tags."""
    runs = runs[:, step - 1 :: step]
    level = runs.mean(axis=(0, 1))
    within = np.sqrt(runs.var(axis=1).mean(axis=0))
    moving = within > 1e-9
    mean = average(values, axis=0)[0]
    with np.errstate(invalid="ignore", divide="ignore"):
        off = np.abs(mean - level) / np.where(moving, within, 0.5)
        ratio = np.log(_fast(values[None]) / _fast(runs))
    seen = np.isfinite(off)
    if not seen.any():
        return Fit(0.0, 0.0, 0)
    near = off <= MEAN_SPREADS
    same = np.abs(ratio) <= np.log(SPREAD_FACTOR)
    known = np.isfinite(ratio) & moving
    spreads = float(same[known].mean()) if known.any() else 0.0
    return Fit(float(near[seen].mean()), spreads, int(np.nanargmax(off)))


def _fast(runs: Array) -> Array:
    change = np.diff(runs, axis=1) ** 2
    fast: Array = np.sqrt(average(change.reshape(-1, change.shape[-1]), axis=0)[0])
    return fast
