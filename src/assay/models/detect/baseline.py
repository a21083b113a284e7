"""What values are compared with: normal means by operating mode, spreads, and slow averages of wandering tags."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assay.models.detect.missing import completed, pairwise_covariance
from assay.models.detect.modes import ON_THE_WAY, Modes
from assay.models.detect.trimming import suspicious_rows
from assay.models.detect.wandering import reaches, slow_average

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]

_WILD = 1e100
BEYOND = 5.0  # times its normal range outside it: a steady drift gets there in five times the normal part
_HELD = 1e-6  # of its value: what a tag that stands still may move
_STILL = 1e-9  # of the largest value: what moves less stands still


@dataclass(frozen=True, slots=True)
class Standard:
    """Standardised rows: ``z`` (n, k), of which values at ``gaps`` were filled, and ``mode`` (n,) as in ``Scores``."""

    z: Floats
    gaps: Mask
    mode: Ints


@dataclass(frozen=True, slots=True)
class Baseline:
    """Normal operation of the tags at ``columns`` (k,) of the frame.

    ``scale`` (k,) of each within its mode; ``reach`` (k,) rows of the slow average that a wandering tag is compared
    with, 0 for others; ``covariance`` (k, k) of standardised rows; ``extent`` (2, k) least and largest normal values.
    ``held`` (h,) are columns that stood still, at the values ``held_at`` (h,).
    """

    columns: Ints
    modes: Modes
    scale: Floats
    reach: Ints
    covariance: Floats
    extent: Floats
    held: Ints
    held_at: Floats

    @classmethod
    def of(cls, values: Floats, some: Mask) -> tuple[Baseline, Mask, Mask]:
        """From rows (n, tags) with NaN for missing, of which ``some`` are given as normal; which of them count, which
        look abnormal. Rows on the way between modes are neither.
        """
        columns, held, held_at = _moving(values[some])
        x = _measured(values[:, columns])
        if not len(columns):
            modes = Modes(np.zeros((1, 0)), np.zeros(0), np.inf, 0)
            none = np.zeros(0)
            draft = cls(columns, modes, none, columns, np.eye(0), np.zeros((2, 0)), held, held_at)
            return draft, some, ~some
        modes, stray = Modes.of(x, some)
        mode = modes.assign(x)
        around = np.where(((mode >= 0) & ~stray)[:, None], x - modes.expected(mode), np.nan)
        bad = stray | suspicious_rows(around, some & ~stray & (mode >= 0))
        use = some & ~bad & (mode >= 0)
        if use.any():
            modes = replace(modes, centers=_means(x, mode, use, modes.centers))
        reach = reaches((x - modes.expected(mode))[use])
        covariance, extent = np.eye(len(columns)), _extent(x, use if use.any() else some)
        draft = cls(columns, modes, np.ones(len(columns)), reach, covariance, extent, held, held_at)
        centred, _ = draft._centred(x)
        scale = _spread(centred, use)
        scale = np.where(
            scale > _STILL * np.maximum(np.abs(modes.centers).max(axis=0), 1e-300), scale, _spread(centred, some)
        )
        covariance = pairwise_covariance(centred[use] / scale)
        return replace(draft, scale=scale, covariance=covariance), use, bad & some

    @property
    def wandering(self) -> Mask:
        """(k,) which tags are compared with their own slow average."""
        return np.asarray(self.reach > 0)

    def held_moved(self, values: Floats) -> Mask:
        """(n,) whether a tag that stood still in normal operation has left its value, from rows (n, tags)."""
        held = values[:, self.held]
        moved = np.abs(held - self.held_at) > _HELD * np.maximum(np.abs(self.held_at), _HELD)
        return np.asarray((moved & np.isfinite(held)).any(axis=1))

    def wandered_off(self, values: Floats) -> Mask:
        """(n,) whether a wandering tag has left its normal range by several times that range, from rows (n, tags)."""
        away = self.beyond(values[:, self.columns[self.wandering]], self.wandering)
        return np.asarray((away > BEYOND).any(axis=1))

    def beyond(self, x: Floats, at: Mask) -> Floats:
        """(n, j) how far values of the tags ``at`` (k,) lie outside their normal range, in that range; 0 for NaN."""
        low, high = self.extent[:, at]
        with np.errstate(over="ignore", invalid="ignore"):
            apart = np.maximum(low - x, x - high) / np.maximum(high - low, 1e-300)
        return np.where(apart > 0.0, apart, 0.0)

    def standardise(self, values: Floats) -> Standard:
        """Rows (n, tags) of the frame's columns, in normal standard deviations from what is expected."""
        centred, mode = self._centred(_measured(values[:, self.columns]))
        return Standard(completed(centred / self.scale, self.covariance), ~np.isfinite(centred), mode)

    def _centred(self, x: Floats) -> tuple[Floats, Ints]:
        mode = self.modes.assign(x)
        expected = self.modes.expected(mode)
        centred = x - expected
        centred[mode == ON_THE_WAY] = np.nan  # on the way between known modes nothing is expected of a level
        for reach in np.unique(self.reach[self.reach > 0]):
            at = self.reach == reach
            centred[:, at] -= slow_average(centred[:, at], int(reach))
        return centred, mode


def _measured(x: Floats) -> Floats:
    """Values, NaN where no instrument shows such a number."""
    with np.errstate(invalid="ignore"):
        return np.where(np.abs(x) < _WILD, x, np.nan)


def _extent(x: Floats, rows: Mask) -> Floats:
    """(2, k) least and largest of the values in some rows; each tag has some."""
    seen = np.isfinite(x) & rows[:, None]
    return np.stack([np.where(seen, x, np.inf).min(axis=0), np.where(seen, x, -np.inf).max(axis=0)])


def _moving(normal: Floats) -> tuple[Ints, Ints, Floats]:
    """Columns that vary, columns that stand still, and where those stand; neither holds those with hardly a value."""
    seen = np.isfinite(normal)
    low = np.where(seen, normal, np.inf).min(axis=0)
    high = np.where(seen, normal, -np.inf).max(axis=0)
    enough = seen.sum(axis=0) >= max(8, len(normal) // 10)
    still = np.zeros(len(enough), dtype=bool)
    still[enough] = (high - low)[enough] <= _STILL * np.maximum(np.abs(high[enough]), 1e-300)
    held = np.flatnonzero(still)
    return np.flatnonzero(enough & ~still), held, low[held]


def _spread(centred: Floats, rows: Mask) -> Floats:
    """(k,) root mean square of the values in some rows that are there; 1 where there is none or all are 0."""
    seen = np.isfinite(centred) & rows[:, None]
    count = np.maximum(seen.sum(axis=0), 1)
    spread = np.sqrt((np.where(seen, centred, 0.0) ** 2).sum(axis=0) / count)
    return np.where(spread > 0.0, spread, 1.0)


def _means(x: Floats, mode: Ints, use: Mask, centers: Floats) -> Floats:
    """(m, k) means of the rows in use by mode; the old center where there are none."""
    result = centers.copy()
    for number in range(len(centers)):
        rows = x[use & (mode == number)]
        seen = np.isfinite(rows)
        count = seen.sum(axis=0)
        mean = np.where(seen, rows, 0.0).sum(axis=0) / np.maximum(count, 1)
        result[number] = np.where(count > 0, mean, centers[number])
    return result
