"""The plain rival of the skill's screening: T2 and SPE of principal components at a 1 % limit (Jackson and Mudholkar).

It says which faults can be detected at an operating point at all: one of the two statistics beyond its limit for six
rows running, within eight hours of the fault.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SHARE = 0.9  # of the variance in the components
LIMIT = 0.99
RUNNING = 6
HOURS = 8.0


@dataclass(frozen=True, slots=True)
class Pca:
    """Means and spreads of normal rows, the components, and the limits of T2 and SPE."""

    mean: Array
    scale: Array
    loadings: Array
    latent: Array
    limits: Array

    @classmethod
    def of(cls, normal: Array) -> Pca:
        """From normal rows (rows, tags); tags that stand still are left out of the statistics."""
        mean, scale = normal.mean(axis=0), normal.std(axis=0)
        scale = np.where(scale > 1e-9, scale, np.inf)
        values, vectors = np.linalg.eigh(np.cov((normal - mean) / scale, rowvar=False))
        values, vectors = values[::-1], vectors[:, ::-1]
        count = int(np.searchsorted(np.cumsum(values) / values.sum(), SHARE)) + 1
        draft = cls(mean, scale, vectors[:, :count], values[:count], np.ones(2))
        limits = np.quantile(draft.statistics(normal), LIMIT, axis=0)
        return cls(mean, scale, draft.loadings, draft.latent, limits)

    def statistics(self, rows: Array) -> Array:
        """(rows, 2): T2 and SPE."""
        z = (rows - self.mean) / self.scale
        scores = z @ self.loadings
        return np.column_stack([(scores**2 / self.latent).sum(axis=1), (z**2).sum(axis=1) - (scores**2).sum(axis=1)])

    def detects(self, rows: Array, onset: float, sample: float) -> bool:
        """Whether a fault at ``onset`` hours is detected in the rows of one course, every ``sample`` hours."""
        after = rows[round(onset / sample) : round((onset + HOURS) / sample)]
        above = self.statistics(after) > self.limits
        if len(above) < RUNNING:
            return False
        windows = np.lib.stride_tricks.sliding_window_view(above, RUNNING, axis=0)
        return bool(windows.all(axis=-1).any())
