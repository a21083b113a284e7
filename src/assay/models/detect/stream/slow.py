"""The slow average of wandering tags, carried from block to block."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class SlowAverage:
    """As ``wandering.slow_average``, of k tags whose rows come in blocks; ``state`` (4, k) is all it remembers.

    ``reach`` (k,): rows it reaches over, 0 for tags that are compared with nothing. The state's rows: first value (NaN
    before it is known), filtered sum and weight, and the last average.
    """

    __slots__ = ("reach", "state")

    def __init__(self, reach: NDArray[np.int64], state: Floats | None = None) -> None:
        self.reach = reach
        if state is None:
            state = np.zeros((4, len(reach)))
            state[[0, 3]] = np.nan
        self.state = state

    def update(self, values: Floats) -> Floats:
        """(n, k) the average of what came before each row of ``values``, NaN where missing, then taken in."""
        before = np.zeros_like(values)
        for reach in np.unique(self.reach[self.reach > 0]):
            at = self.reach == reach
            before[:, at], self.state[:, at] = _carried_on(values[:, at], self.state[:, at], 1.0 - 1.0 / max(reach, 2))
        return before


def _carried_on(values: Floats, state: Floats, keep: float) -> tuple[Floats, Floats]:
    from scipy.signal import lfilter

    seen = np.isfinite(values)
    first, total, weight, last = state
    first = np.where(np.isnan(first), values[seen.argmax(axis=0), np.arange(values.shape[1])], first)
    base = np.where(np.isfinite(first), first, 0.0)
    filters = [1.0], [1.0, -keep]
    totals, total = lfilter(*filters, np.where(seen, values - base, 0.0), axis=0, zi=total[None])
    weights, weight = lfilter(*filters, seen.astype(np.float64), axis=0, zi=weight[None])
    average = base + totals / np.maximum(weights, 1e-12)
    known = np.where(np.isnan(last), base, last)
    return np.concatenate([known[None], average[:-1]]), np.stack([first, total[0], weight[0], average[-1]])
