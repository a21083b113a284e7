"""The methods of the ensemble, each a statistic per row: together they are fitted on normal rows and score any rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.models.detect.adaptive import Spreads
from assay.models.detect.components import Components
from assay.models.detect.neighbours import Neighbours
from assay.models.detect.profile import Profile

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_RIDGE = 0.02  # of a tag's variance: what a relation of tags may leave
_ROUNDING = 1e-6  # standard deviations: a move this small is none, and its root would magnify rounding
QUICK, SLOW = 8, 32  # widest window of the quick and of the slow trailing means, in rows


@dataclass(frozen=True, slots=True)
class Settings:
    """What is chosen once from all normal rows, and is the same in every fold: widths, lags, window, methods."""

    quick: tuple[int, ...]
    slow: tuple[int, ...]
    lags: int
    window: int
    profile: bool


@dataclass(frozen=True, slots=True)
class Members:
    """The fitted methods.

    ``predicting`` (k, k): z times it are the standardised residuals of every tag predicted by all others. Channels are
    the k tags and those k residuals; ``swing`` (2, 2 k): mean and standard deviation of the channels' moves.
    """

    predicting: Floats
    quick: Spreads
    slow: Spreads
    swing: Floats
    spread: Spreads
    components: Components
    neighbours: Neighbours
    profile: Profile | None

    @classmethod
    def of(cls, z: Floats, use: Mask, settings: Settings, gaps: Mask | None = None) -> Members:
        """From standardised rows (n, k), of which the rows ``use`` are normal and values at ``gaps`` were filled."""
        predicting = _predicting(z[use])
        channels = np.concatenate([z, z @ predicting], axis=1)
        moved = moves(channels)
        known = use[:, None] & ~_still(gaps, z.shape)
        count = np.maximum(known.sum(axis=0), 1)
        mean = np.where(known, moved, 0.0).sum(axis=0) / count
        spread = np.sqrt(np.where(known, (moved - mean) ** 2, 0.0).sum(axis=0) / count)
        swing = np.stack([mean, spread + 1e-3])
        usual = np.where(known | ~use[:, None], (moved - swing[0]) / swing[1], 0.0)
        return cls(
            predicting,
            Spreads.of(channels, use, settings.quick),
            Spreads.of(channels, use, settings.slow),
            swing,
            Spreads.of(usual, use, settings.quick),
            Components.of(z, use, settings.lags, settings.quick),
            Neighbours.of(z, use, settings.window),
            Profile.of(z, use) if settings.profile else None,
        )

    def channels(self, z: Floats) -> Floats:
        """(n, 2 k) the tags and their residuals."""
        return np.concatenate([z, z @ self.predicting], axis=1)

    def spreads(self, z: Floats, gaps: Mask | None = None) -> Floats:
        """(n, 2 k) adaptive means of the channels' moves in standard errors: noise that grew, or a tag that stuck.

        Values that were filled, at ``gaps`` (n, k), move as usual.
        """
        moved = (moves(self.channels(z)) - self.swing[0]) / self.swing[1]
        moved[_still(gaps, z.shape)] = 0.0
        moved[:1] = 0.0  # the first row has nothing to move from: as usual
        return self.spread.standardise(moved)

    def statistics(self, z: Floats, gaps: Mask | None = None) -> dict[str, Floats]:
        """Each method's statistics (n, m) of standardised rows (n, k) without gaps: m is k for those of single tags."""
        found = self.singles(z, gaps)
        found |= {name: values[:, None] for name, values in self.components.statistics(z).items()}
        found["neighbours"] = self.neighbours.distances(z)[:, None]
        if self.profile is not None:
            found["profile"] = self.profile.distances(z)[:, None]
        return found

    def singles(self, z: Floats, gaps: Mask | None = None) -> dict[str, Floats]:
        """The statistics (n, k) of the methods of single tags."""
        tags = z.shape[1]
        channels = self.channels(z)
        found = {}
        parts = [("{}", self.quick.standardise(channels)), ("{}_spread", self.spreads(z, gaps))]
        if self.slow.widths != self.quick.widths:
            parts.append(("{}_slow", self.slow.standardise(channels)))
        for name, values in parts:
            found[name.format("level")] = np.abs(values[:, :tags])
            found[name.format("residual")] = np.abs(values[:, tags:])
        return found


def _predicting(normal: Floats) -> Floats:
    """Regression of every tag on all others, read from the inverse covariance; ridged, and scaled to unit residuals."""
    tags = normal.shape[1]
    covariance = normal.T @ normal / max(1, len(normal)) + _RIDGE * np.eye(tags)
    inverse = np.linalg.inv(covariance)
    weights = inverse / np.sqrt(np.diag(inverse))
    spread = np.sqrt(np.maximum(((normal @ weights) ** 2).mean(axis=0), 1e-12))
    return np.asarray(weights / spread)


def _still(gaps: Mask | None, shape: tuple[int, ...]) -> Mask:
    """(n, 2 k) which moves of the channels are no moves: to or from a value that was filled."""
    if gaps is None or not gaps.any():
        return np.zeros((shape[0], 2 * shape[1]), dtype=bool)
    touched = gaps.copy()
    touched[1:] |= gaps[:-1]
    return np.concatenate([touched, touched], axis=1)


def moves(z: Floats) -> Floats:
    """(n, k) square root of the absolute difference to the row before: near normal, and blind to slow drift."""
    result = np.zeros_like(z)
    result[1:] = np.sqrt(np.abs(np.diff(z, axis=0)) + _ROUNDING)
    if len(z) > 1:
        result[0] = result[1]
    return result
