"""What values are compared with: the normal means by operating mode, the spread, and slow averages of wandering tags."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.models.detect.missing import completed, pairwise_covariance
from assay.models.detect.modes import Modes
from assay.models.detect.wandering import SHARE, slow_average, wanders

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]

_STILL = 1e-9  # of the largest value: what moves less stands still


@dataclass(frozen=True, slots=True)
class Standard:
    """Standardised rows: ``z`` (n, k) without gaps, ``mode`` (n,) as in ``Scores``."""

    z: Floats
    mode: Ints


@dataclass(frozen=True, slots=True)
class Baseline:
    """Normal operation of the tags at ``columns`` (k,) of the frame.

    ``scale`` (k,) of each within its mode; ``wandering`` (k,); ``reach`` rows of the slow average; ``covariance``
    (k, k) of standardised rows. ``held`` (h,) are columns that stood still, at the values ``held_at`` (h,).
    """

    columns: Ints
    modes: Modes
    scale: Floats
    wandering: Mask
    reach: int
    covariance: Floats
    held: Ints
    held_at: Floats

    @classmethod
    def of(cls, values: Floats, use: Mask) -> Baseline:
        """From rows (n, tags) with NaN for missing, of which the rows ``use`` are normal."""
        normal = values[use]
        with np.errstate(invalid="ignore"):
            seen = np.isfinite(normal)
            low = np.where(seen, normal, np.inf).min(axis=0)
            high = np.where(seen, normal, -np.inf).max(axis=0)
        enough = seen.sum(axis=0) >= max(8, len(normal) // 10)
        still = enough & (high - low <= _STILL * np.maximum(np.abs(high), 1e-300))
        columns = np.flatnonzero(enough & ~still)
        held = np.flatnonzero(still)
        x = values[:, columns]
        modes = Modes.of(x, use)
        wandering = wanders(x[use] - modes.expected(modes.assign(x))[use])
        reach = max(int(use.sum()) // SHARE, 8)
        draft = cls(columns, modes, np.ones(len(columns)), wandering, reach, np.eye(len(columns)), held, low[held])
        centred, _ = draft._centred(x)
        scale = np.sqrt(np.nanmean(centred[use] ** 2, axis=0)) + 1e-300
        z = centred / scale
        covariance = pairwise_covariance(z[use])
        return cls(columns, modes, scale, wandering, reach, covariance, held, low[held])

    def standardise(self, values: Floats) -> Standard:
        """Rows (n, tags) of the frame's columns, in normal standard deviations from what is expected."""
        centred, mode = self._centred(values[:, self.columns])
        return Standard(completed(centred / self.scale, self.covariance), mode)

    def _centred(self, x: Floats) -> tuple[Floats, Ints]:
        mode = self.modes.assign(x)
        expected = self.modes.expected(mode)
        centred = x - expected
        centred[mode == -1] = np.nan  # on the way between known modes nothing is expected of a level
        if self.wandering.any():
            centred[:, self.wandering] -= slow_average(centred[:, self.wandering], self.reach)
        return centred, mode
