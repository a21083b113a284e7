"""Which seasons a series has: the periods of the clock, checked by autocorrelation.

A period is tried when it is a whole number of steps (within 1 %) and the history holds three of them. The series is
freed of its slower course by a moving average over the period and of faster noise by one over a twelfth of it; the
season is there when what is left repeats itself after one period and does so better than after other lags.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SECOND = 10**9
CLOCK = (60, 3_600, 8 * 3_600, 86_400, 7 * 86_400, 365.25 * 86_400)  # seconds: minute .. year
CYCLES = 3
LEAST = 0.35  # autocorrelation at the period
MOST = 2  # seasons of one series


def clock_periods(step: int, rows: int) -> list[int]:
    """Periods of the clock in steps of ``step`` ns that ``rows`` rows can show, the shortest first."""
    found = []
    for seconds in CLOCK:
        exact = seconds * SECOND / step
        period = round(exact)
        if period >= 2 and abs(exact - period) <= 0.01 * exact and rows >= CYCLES * period:
            found.append(period)
    return found


def find_seasons(values: Floats, step: int) -> tuple[int, ...]:
    """At most two periods in steps, the shortest first; ``values`` without holes."""
    if len(values) < 2 * CYCLES or not np.ptp(values) > 1e-9 * np.abs(values).max():
        return ()
    found: list[int] = []
    rest = _winsorised(values)
    for period in clock_periods(step, len(values)):
        if any(period % shorter for shorter in found):
            continue
        if _repeats(rest, period):
            found.append(period)
            rest = rest - _profile(rest, period)
    return tuple(found if len(found) <= MOST else [found[0], found[-1]])


def _winsorised(values: Floats) -> Floats:
    low, high = np.quantile(values, [0.005, 0.995])
    return np.asarray(np.clip(values, low, high), np.float64)


def _average(values: Floats, width: int) -> Floats:
    sums = np.concatenate([[0.0], np.cumsum(values)])
    return np.asarray((sums[width:] - sums[:-width]) / width, np.float64)


def _repeats(values: Floats, period: int) -> bool:
    slow = _average(values, period)
    middle = values[period // 2 : period // 2 + len(slow)] - slow
    smooth = _average(middle, max(1, period // 12))
    if len(smooth) <= 1.5 * period:
        return False
    at = _correlation(smooth, period)
    # A drifting level correlates with itself at every lag; a season does so at its period above the lags around it.
    beside = max(_correlation(smooth, round(period * part)) for part in (0.75, 1.25)) if period >= 8 else -1.0
    return at >= LEAST and at > beside


def _correlation(values: Floats, lag: int) -> float:
    if lag < 1 or lag > len(values) - 3:
        return -1.0
    x, y = values[:-lag] - values[:-lag].mean(), values[lag:] - values[lag:].mean()
    size = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / size if size > 0 else 0.0


def _profile(values: Floats, period: int) -> Floats:
    """The mean at each place of the period, freed of the slow course, for every row."""
    slow = np.convolve(np.pad(values, (period // 2, period - 1 - period // 2), mode="edge"), np.ones(period) / period)
    middle = values - slow[period - 1 : period - 1 + len(values)]
    place = np.arange(len(values)) % period
    means = np.bincount(place, middle, period) / np.maximum(np.bincount(place, minlength=period), 1)
    return np.asarray(means[place], np.float64)
