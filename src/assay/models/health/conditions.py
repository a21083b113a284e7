"""Operating conditions: where a fleet runs in a few settings, each measurement is seen against its own setting.

Columns that are named as settings are cut into levels at their gaps. The levels together are the modes. They are used
only when they explain most of some measurement; then every measurement is standardised within its mode.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.models.health.fleet import Fleet
from assay.models.library.parts import Parts
from assay.plant.file_table import simple
from assay.plant.series import Floats

_SETTING = re.compile(r"(op(erational|erating)? ?)?(setting|condition|mode|os)s? ?\d*|tra|工况.*|设定.*|负荷档.*")
MOST_MODES = 24
_GAP = 0.02  # of a setting's range: what lies closer is one level
_EXPLAINED = 0.5


def setting_tags(tags: Sequence[str]) -> list[str]:
    """The tags whose names say that they are settings."""
    return [tag for tag in tags if _SETTING.fullmatch(simple(tag))]


@dataclass(frozen=True, eq=False)
class Conditions:
    """How to standardise: ``tags`` (k) are measurements, ``settings`` (s) the columns that make the modes (perhaps
    none), ``centres`` (modes, s) in units of ``width`` (s,), ``mean`` and ``scale`` (modes, k)."""

    tags: tuple[str, ...]
    settings: tuple[str, ...]
    centres: Floats
    width: Floats
    mean: Floats
    scale: Floats

    @classmethod
    def of(cls, fleet: Fleet, settings: Sequence[str]) -> Conditions:
        """Learn the modes, and the mean and spread of each measurement in each of them."""
        tags = tuple(tag for tag in fleet.tags if tag not in settings)
        values = fleet.select(tags).values
        chosen = tuple(tag for tag in settings if tag in fleet.tags)
        grid = fleet.select(chosen).values
        mode, centres, width = _modes(grid)
        if len(centres) > 1 and _explained(values, mode, len(centres)) >= _EXPLAINED:
            return cls(tags, chosen, centres, width, *_moments(values, mode, len(centres)))
        # One mode: settings that vary without levels are measurements like the others.
        whole = np.zeros(len(fleet), np.int64)
        return cls(fleet.tags, (), np.zeros((1, 0)), np.ones(0), *_moments(fleet.values, whole, 1))

    def standardised(self, fleet: Fleet) -> Floats:
        """(n, k) measurements in standard deviations of their mode; NaN stays NaN."""
        values = fleet.select(self.tags).values
        mode = self.mode(fleet)
        return np.asarray((values - self.mean[mode]) / self.scale[mode], np.float64)

    def mode(self, fleet: Fleet) -> NDArray[np.int64]:
        """(n,) the nearest mode of each row."""
        if not self.settings:
            return np.zeros(len(fleet), np.int64)
        grid = np.nan_to_num(fleet.select(self.settings).values / self.width)
        distance = ((grid[:, None, :] - self.centres[None]) ** 2).sum(axis=2)
        return np.asarray(distance.argmin(axis=1), np.int64)

    def to_parts(self) -> Parts:
        """Taken apart."""
        arrays = {"centres": self.centres, "width": self.width, "mean": self.mean, "scale": self.scale}
        return Parts({"tags": list(self.tags), "settings": list(self.settings)}, arrays)

    @classmethod
    def from_parts(cls, parts: Parts) -> Conditions:
        """Put together."""
        tags, settings = (tuple(str(one) for one in _list(parts.about[name])) for name in ("tags", "settings"))
        arrays = [np.asarray(parts.arrays[name], np.float64) for name in ("centres", "width", "mean", "scale")]
        return cls(tags, settings, *arrays)


def _list(value: object) -> list[object]:
    assert isinstance(value, list)
    return value


def _modes(grid: Floats) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Each row's mode, the modes' centres and the settings' widths; one mode when there are no clear levels."""
    none = np.zeros(len(grid), np.int64), np.zeros((1, grid.shape[1])), np.ones(grid.shape[1])
    if not grid.shape[1] or not np.isfinite(grid).all():
        return none
    width = np.maximum(grid.max(axis=0) - grid.min(axis=0), 1e-12)
    levels = np.column_stack([_levels(grid[:, i]) for i in range(grid.shape[1])])
    kinds, mode, count = np.unique(levels, axis=0, return_inverse=True, return_counts=True)
    if not 2 <= len(kinds) <= MOST_MODES or count.min() < 10:
        return none
    mode = mode.ravel()
    centres = np.stack([grid[mode == one].mean(axis=0) for one in range(len(kinds))]) / width
    return mode, centres, width


def _levels(values: Floats) -> NDArray[np.int64]:
    ordered = np.sort(values)
    gaps = np.diff(ordered)
    cuts = ordered[1:][gaps > _GAP * max(float(ordered[-1] - ordered[0]), 1e-12)]
    return np.asarray(np.searchsorted(cuts, values, "right"), np.int64)


def _explained(values: Floats, mode: NDArray[np.int64], count: int) -> float:
    """The largest share of a measurement's variance that the modes explain."""
    mean, _ = _moments(values, mode, count)
    total, rest = np.nanvar(values, axis=0), np.nanmean((values - mean[mode]) ** 2, axis=0)
    return float(np.max(1.0 - rest / np.maximum(total, 1e-300), initial=0.0))


def _moments(values: Floats, mode: NDArray[np.int64], count: int) -> tuple[Floats, Floats]:
    means, scales = [], []
    whole = _column_moments(values)
    for one in range(count):
        mean, scale = _column_moments(values[mode == one])
        means.append(np.where(np.isfinite(mean), mean, whole[0]))
        scales.append(scale)
    return np.stack(means), np.stack(scales)


def _column_moments(values: Floats) -> tuple[Floats, Floats]:
    good = np.isfinite(values)
    count = np.maximum(good.sum(axis=0), 1)
    mean = np.where(good, values, 0.0).sum(axis=0) / count
    spread = np.sqrt(np.where(good, (values - mean) ** 2, 0.0).sum(axis=0) / count)
    # What stands still in a mode says nothing there.
    still = spread <= 1e-9 * np.maximum(np.abs(mean), 1e-9)
    return np.where(good.any(axis=0), mean, np.nan), np.where(still, 1.0, spread)
