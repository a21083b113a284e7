"""Steady state and the baseline on load: a figure of health is compared only with itself, at rest and at equal load."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FEWEST = 20  # rows of a normal period
REACH = 0.1  # of the load's range by which a baseline may be used beyond it


def steady(values: Floats, window: int = 12, limit: float = 2.5) -> Flags:
    """(n,) True where every column of ``values`` (n,) or (n, k) is at rest over the last ``window`` rows.

    The R statistic of Cao and Rhinehart (1995) on plain windows: the variance about the window's mean over that from
    successive differences (1 in a steady state), smaller than ``limit`` in every column. Rows with a missing value, and
    the first ``window - 1``, are not steady; a constant window is.
    """
    table = np.asarray(values, np.float64)
    table = table[:, None] if table.ndim == 1 else table
    if window < 4:
        raise InputError("process_health.window", window=window)
    found = np.zeros(len(table), np.bool_)
    if len(table) < window:
        return found
    parts = np.lib.stride_tricks.sliding_window_view(table, window, axis=0)
    spread = parts.var(axis=2, ddof=1)
    noise = (np.diff(parts, axis=2) ** 2).mean(axis=2) / 2.0
    still = spread <= 1e-12 * (1.0 + np.abs(parts.mean(axis=2)))
    with np.errstate(divide="ignore", invalid="ignore"):
        calm = still | (spread / noise < limit)
    found[window - 1 :] = (calm & np.isfinite(spread)).all(axis=1)
    return found


def aligned(count: int, **columns: NDArray[np.generic]) -> None:
    """InputError, naming the column, unless each has ``count`` rows."""
    for name, column in columns.items():
        if np.shape(column) != (count,):
            raise InputError("process_health.lengths", name=name, rows=np.size(column), others=count)


@dataclass(frozen=True, slots=True)
class Baseline:
    """Polynomial ``coefficients`` (highest power first) of a figure over load, ``low`` .. ``high`` the loads it was
    seen at.

    ``sigma``: the standard deviation of what was left over in the normal period; ``rows`` used.
    """

    coefficients: tuple[float, ...]
    low: float
    high: float
    sigma: float
    rows: int

    def expected(self, load: Floats) -> Floats:
        """(n,) the figure when healthy at ``load`` (n,); NaN beyond the loads seen (a tenth of their range is
        allowed).
        """
        reach = REACH * (self.high - self.low) + 1e-9 * max(abs(self.high), 1.0)
        inside = (load >= self.low - reach) & (load <= self.high + reach)
        return np.where(inside, np.polyval(np.array(self.coefficients), load), np.nan)


def baseline(load: Floats, figure: Floats, degree: int = 1) -> Baseline:
    """The figure over load in the normal period, fitted twice: rows beyond 4 robust deviations are left out.

    load, figure: (n,). A load that hardly changes gives a constant. InputError with fewer than ``FEWEST`` usable rows.
    """
    load, figure = np.asarray(load, np.float64), np.asarray(figure, np.float64)
    aligned(len(load), figure=figure)
    good = np.isfinite(load) & np.isfinite(figure)
    if int(good.sum()) < FEWEST:
        raise InputError("process_health.baseline_rows", rows=int(good.sum()), needed=FEWEST)
    load, figure = load[good], figure[good]
    if float(np.ptp(load)) <= 1e-6 * max(float(np.abs(load).max()), 1e-12):
        degree = 0
    kept = np.ones(len(load), np.bool_)
    for _ in range(2):
        centre = float(load[kept].mean())
        fit = np.polyfit(load[kept] - centre, figure[kept], degree)
        left = figure - np.polyval(fit, load - centre)
        middle = float(np.median(left[kept]))
        robust = 1.4826 * float(np.median(np.abs(left[kept] - middle)))
        kept = np.abs(left - middle) <= 4.0 * robust + 1e-12 * (1.0 + float(np.abs(figure).max()))
    moved = np.poly1d(fit)(np.poly1d([1.0, -centre]))
    coefficients = tuple(float(c) for c in np.atleast_1d(moved.coeffs if degree else fit))
    sigma = float(left[kept].std(ddof=min(degree + 1, int(kept.sum()) - 1)))
    return Baseline(coefficients, float(load[kept].min()), float(load[kept].max()), sigma, int(kept.sum()))


@dataclass(frozen=True, slots=True)
class Trend:
    """A straight line through a figure: ``slope`` a day with its standard error, ``change`` over the span."""

    slope: float
    error: float
    change: float
    rows: int

    @property
    def significant(self) -> bool:
        """Whether the slope is beyond 3 standard errors of zero."""
        return abs(self.slope) > 3.0 * self.error


def trend(days: Floats, figure: Floats) -> Trend:
    """Theil-Sen slope (the median over pairs far apart) of ``figure`` (n,) over ``days`` (n,).

    The error allows for neighbouring rows that say the same (first autocorrelation of what is left). InputError with
    fewer than 10 rows.
    """
    days, figure = np.asarray(days, np.float64), np.asarray(figure, np.float64)
    aligned(len(days), figure=figure)
    good = np.isfinite(days) & np.isfinite(figure)
    days, figure = days[good], figure[good]
    count = len(days)
    if count < 10 or float(np.ptp(days)) <= 0.0:
        raise InputError("process_health.trend_rows", rows=count)
    half = count // 2
    gaps = days[count - half :] - days[:half]
    pairs = (figure[count - half :] - figure[:half])[gaps > 0.0] / gaps[gaps > 0.0]
    slope = float(np.median(pairs))
    left = figure - slope * days
    left -= np.median(left)
    rho = float(np.clip(np.corrcoef(left[1:], left[:-1])[0, 1], 0.0, 0.99)) if float(left.std()) > 0.0 else 0.0
    free = max(count * (1.0 - rho) / (1.0 + rho), 3.0)
    error = float(1.2533 * left.std() / (days.std() * np.sqrt(free)))
    return Trend(slope, error, slope * float(np.ptp(days)), count)
