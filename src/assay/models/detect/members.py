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

NAMES = ("level", "spread", "t2", "t2_mean", "spe", "relation", "neighbours", "profile")


@dataclass(frozen=True, slots=True)
class Settings:
    """What is chosen once from all normal rows, and is the same in every fold: widths, lags, window, methods."""

    widths: tuple[int, ...]
    lags: int
    window: int
    profile: bool


@dataclass(frozen=True, slots=True)
class Members:
    """The fitted methods. ``swing`` (2, k): mean and standard deviation of the tags' moves (see ``moves``)."""

    level: Spreads
    swing: Floats
    spread: Spreads
    components: Components
    neighbours: Neighbours
    profile: Profile | None

    @classmethod
    def of(cls, z: Floats, use: Mask, settings: Settings) -> Members:
        """From standardised rows (n, k) without gaps, of which the rows ``use`` are normal."""
        moved = moves(z)
        swing = np.stack([moved[use].mean(axis=0), moved[use].std(axis=0) + 1e-3])
        return cls(
            Spreads.of(z, use, settings.widths),
            swing,
            Spreads.of((moved - swing[0]) / swing[1], use, settings.widths),
            Components.of(z, use, settings.lags, settings.widths),
            Neighbours.of(z, use, settings.window),
            Profile.of(z, use) if settings.profile else None,
        )

    def levels(self, z: Floats) -> Floats:
        """(n, k) adaptive means of the tags in their standard errors."""
        return self.level.standardise(z)

    def spreads(self, z: Floats) -> Floats:
        """(n, k) adaptive means of the tags' moves in their standard errors: noise that grew, or a tag that stuck."""
        return self.spread.standardise((moves(z) - self.swing[0]) / self.swing[1])

    def statistics(self, z: Floats) -> dict[str, Floats]:
        """Each method's statistics (n, m) of standardised rows (n, k) without gaps: m is k for those of single tags."""
        found = {"level": np.abs(self.levels(z)), "spread": np.abs(self.spreads(z))}
        found |= {name: values[:, None] for name, values in self.components.statistics(z).items()}
        found["neighbours"] = self.neighbours.distances(z)[:, None]
        if self.profile is not None:
            found["profile"] = self.profile.distances(z)[:, None]
        return found


def moves(z: Floats) -> Floats:
    """(n, k) square root of the absolute difference to the row before: near normal, and blind to slow drift."""
    result = np.zeros_like(z)
    result[1:] = np.sqrt(np.abs(np.diff(z, axis=0)))
    if len(z) > 1:
        result[0] = result[1]
    return result
