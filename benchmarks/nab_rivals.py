"""Other online detectors of one series: none sees a row before its time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from benchmarks.nab_score import Series

Array = NDArray[np.float64]

WINDOW = 288
CLOCK = 300
SUBSEQUENCE = 24
EVERY = 500  # rows after which pyod's model is fitted anew
MOST = 2000  # rows it is fitted on


def silent(series: Series) -> Array:
    """The benchmark's null detector."""
    return np.full(len(series.values), 0.5)


def random(series: Series) -> Array:
    """A uniform number a row."""
    return np.random.default_rng(len(series.values)).random(len(series.values))


def clock(series: Series) -> Array:
    """An alarm every 300 rows without looking at the values: what the score gives to mere regularity."""
    return np.asarray(np.arange(len(series.values)) % CLOCK == 0, dtype=float)


def z_score(series: Series) -> Array:
    """The distance to the mean of the last 288 rows in their standard deviations."""
    return _z(series.values)


def z_score_rested(series: Series) -> Array:
    """The same with the rest behind alarms that our detector takes, at its best threshold on generated series."""
    return rested(_z(series.values), 4.0)


def ewma(series: Series) -> Array:
    """Exponentially weighted mean and variance (weight 0.05), the distance in standard deviations."""
    mean, variance, scores = series.values[0], 0.0, np.zeros(len(series.values))
    for row, value in enumerate(series.values):
        scores[row] = abs(value - mean) / (np.sqrt(variance) + 1e-9 * abs(mean) + 1e-12)
        difference = value - mean
        mean += 0.05 * difference
        variance = 0.95 * (variance + 0.05 * difference**2)
    return _bounded(scores)


def seasonal_naive(series: Series) -> Array:
    """The difference to the row a day before, in z-scores of such differences."""
    before = np.searchsorted(series.times, series.times - 86_400.0)
    known = series.times - 86_400.0 >= series.times[0]
    return _z(np.where(known, series.values - series.values[np.minimum(before, len(before) - 1)], 0.0))


def matrix_profile(series: Series) -> Array:
    """stumpy's streaming matrix profile alone: z-normalised distance of the last 24 rows to the nearest before them."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import stumpy

        values, start = series.values, max(series.probation, 3 * SUBSEQUENCE)
        scores = np.zeros(len(values))
        stream = stumpy.stumpi(values[:start], SUBSEQUENCE, egress=False)
        for row in range(start, len(values)):
            stream.update(values[row])
            scores[row] = stream.left_P_[-1]
    return np.where(np.isfinite(scores), scores, 0.0)


def pyod_forest(series: Series) -> Array:
    """pyod's isolation forest on the last 12 rows, fitted anew every 500 rows on at most the 2,000 rows before."""
    from pyod.models.iforest import IForest

    values, scores = series.values, np.zeros(len(series.values))
    windows = np.lib.stride_tricks.sliding_window_view(values, 12)
    start = max(series.probation, 40)
    for first in range(start, len(values), EVERY):
        model = IForest(n_estimators=50, random_state=0).fit(windows[max(0, first - MOST) : first - 11])
        last = min(first + EVERY, len(values))
        scores[first:last] = model.decision_function(windows[first - 11 : last - 11])
    return scores


def rested(scores: Array, threshold: float) -> Array:
    """Rows within 100 rows of an alarm that are not higher by a tenth score 0."""
    result, since, peak = scores.copy(), 100, 0.0
    for row, score in enumerate(scores):
        since += 1
        if score < threshold:
            continue
        if since <= 100 and score < 1.1 * peak:
            result[row] = 0.0
        else:
            since, peak = 0, score
    return result


def _z(values: Array) -> Array:
    scores = np.zeros(len(values))
    for row in range(10, len(values)):
        last = values[max(0, row - WINDOW) : row]
        scores[row] = abs(values[row] - last.mean()) / (last.std() + 1e-9 * abs(values[row]) + 1e-12)
    return _bounded(scores)


def _bounded(scores: Array) -> Array:
    return np.asarray(np.minimum(scores, 1e6))


RIVALS: Mapping[str, Callable[[Series], Array]] = {
    "null": silent,
    "random": random,
    "clock_300": clock,
    "z_score": z_score,
    "z_score_rested": z_score_rested,
    "ewma": ewma,
    "seasonal_naive": seasonal_naive,
    "stumpy_stumpi": matrix_profile,
    "pyod_iforest": pyod_forest,
}
