"""Trailing statistics of a unit's rows: what was known at each row, never anything after it.

For every tag: means over the last rows at several widths and over the whole record, slopes over wider ones, and the
distance from the unit's own start. Widths are shares of the fleet's usual length of life, so that a fleet that counts
hours and one that counts cycles are looked at alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assay.models.health.conditions import Conditions
from assay.models.health.fleet import Fleet
from assay.plant.series import Floats

SHARES = (0.025, 0.05, 0.1, 0.2, 0.4)  # of the median number of rows of a life
WHOLE = 1 << 30
AGE = "age"


@dataclass(frozen=True, slots=True)
class Shape:
    """Which statistics: ``means`` and ``slopes`` are widths in rows, ``start`` the rows that count as a unit's start,
    ``life`` the fleet's median life on its clock (slopes are per life)."""

    means: tuple[int, ...]
    slopes: tuple[int, ...]
    start: int
    life: float

    @classmethod
    def of(cls, fleet: Fleet) -> Shape:
        """From the fleet's median number of rows and life."""
        spans = [fleet.rows_of(one) for one in range(len(fleet.units))]
        rows = float(np.median([span.stop - span.start for span in spans]))
        life = float(np.median([fleet.time[span.stop - 1] - fleet.time[span.start] for span in spans]))
        widths = sorted({max(2, round(share * rows)) for share in SHARES})
        wide = [max(3, width) for width in widths[-3:]]
        return cls((*widths, WHOLE), (*wide, WHOLE), max(3, round(0.1 * rows)), max(life, 1e-9))

    def names(self, tags: Sequence[str]) -> list[tuple[str, str]]:
        """(tag, statistic) of each column of ``statistics``."""
        kinds = [*(f"m{w}" for w in self.means), *(f"s{w}" for w in self.slopes), "start"]
        return [*((tag, kind) for kind in kinds for tag in tags), (AGE, AGE)]


def statistics(fleet: Fleet, conditions: Conditions, shape: Shape) -> Floats:
    """(n, p) statistics of every row of every unit, columns as ``shape.names``; NaN where nothing is known."""
    values = conditions.standardised(fleet)
    parts = []
    for one in range(len(fleet.units)):
        rows = fleet.rows_of(one)
        parts.append(_of_unit(values[rows], fleet.time[rows], shape))
    width = len(shape.names(conditions.tags))
    return np.vstack(parts) if parts else np.empty((0, width))


def _of_unit(values: Floats, time: Floats, shape: Shape) -> Floats:
    good = np.isfinite(values)
    filled = np.where(good, values, 0.0)
    sums = _Sums(filled, good, time / shape.life)
    means = [sums.mean(width) for width in shape.means]
    slopes = [sums.slope(width) for width in shape.slopes]
    start = sums.mean(WHOLE)[np.minimum(np.arange(len(values)), shape.start - 1)]
    return np.hstack([*means, *slopes, means[min(1, len(means) - 1)] - start, time[:, None]])


class _Sums:
    """Running sums from which trailing means and slopes follow without a loop."""

    def __init__(self, values: Floats, good: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], time: Floats) -> None:
        t = np.where(good, (time - time[0])[:, None], 0.0)
        self.sums = [_running(one) for one in (good.astype(np.float64), values, t, t * t, t * values)]
        self.rows = np.arange(1, len(values) + 1)

    def _over(self, width: int) -> list[Floats]:
        first = np.maximum(0, self.rows - width)
        return [one[self.rows] - one[first] for one in self.sums]

    def mean(self, width: int) -> Floats:
        count, total, *_ = self._over(width)
        return np.where(count > 0, total / np.maximum(count, 1.0), np.nan)

    def slope(self, width: int) -> Floats:
        """Least squares per life; 0 from fewer than three values."""
        count, total, t, tt, tv = self._over(width)
        spread = count * tt - t * t
        enough = (count >= 3) & (spread > 1e-12)
        return np.where(enough, (count * tv - t * total) / np.where(enough, spread, 1.0), 0.0)


def _running(values: Floats) -> Floats:
    return np.vstack([np.zeros(values.shape[1]), np.cumsum(values, axis=0)])
