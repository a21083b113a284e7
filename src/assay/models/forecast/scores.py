"""How good a forecast was: MASE, sMAPE, weighted quantile loss and coverage.

MASE: Hyndman and Koehler, International Journal of Forecasting 22 (2006) 679-688. sMAPE: as in the M4 competition
(Makridakis et al., International Journal of Forecasting 36 (2020) 54-74), 0..200 %. Weighted quantile loss: twice the
mean pinball loss over the quantiles, divided by the mean of ``|y|``, as used since DeepAR.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Score:
    """One candidate's errors on held-out rows; NaN where nothing could be scored.

    mase: without unit, 1 is the seasonal naive forecast's error inside the history; smape: percent, 0..200;
    wql: weighted quantile loss over the interval's ends and the median; coverage: share of rows inside the interval.
    """

    mase: float
    smape: float
    wql: float
    coverage: float

    def to_json(self) -> dict[str, float | None]:
        """The four numbers, None for NaN."""
        return {name: None if np.isnan(value) else float(value) for name, value in asdict(self).items()}


def naive_scale(values: Floats, season: int) -> float:
    """The mean absolute difference at the season's lag: MASE's denominator, in the values' unit; above 0 always."""
    size = float(np.nanmax(np.abs(values))) if len(values) else 0.0
    for lag in dict.fromkeys((season, 1)):
        if len(values) > lag:
            scale = float(np.nanmean(np.abs(values[lag:] - values[:-lag])))
            if scale > 1e-12 * size:
                return scale
    return 1e-9 * size if size > 0 else 1.0


def smape(actual: Floats, guess: Floats) -> float:
    """Percent, over the rows where both are numbers."""
    total = np.abs(actual) + np.abs(guess)
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = np.where(total > 0, np.abs(actual - guess) / np.where(total > 0, total, 1.0), 0.0)
    return _mean(np.where(np.isnan(total), np.nan, 200.0 * parts))


def pinball(actual: Floats, guess: Floats, level: float) -> float:
    """The mean pinball loss of a quantile, in the values' unit."""
    below = actual - guess
    return _mean(np.maximum(level * below, (level - 1.0) * below))


def wql(actual: Floats, guesses: Sequence[tuple[float, Floats]]) -> float:
    """Weighted quantile loss of (level, forecast) pairs."""
    size = _mean(np.abs(np.where(np.isnan(guesses[0][1]), np.nan, actual)))
    if not size > 0:
        return float("nan")
    return float(np.mean([2.0 * pinball(actual, guess, level) for level, guess in guesses]) / size)


def coverage(actual: Floats, low: Floats, high: Floats) -> float:
    """The share of known rows with ``low <= actual <= high``."""
    known = ~(np.isnan(actual) | np.isnan(low) | np.isnan(high))
    if not known.any():
        return float("nan")
    room = 1e-9 * np.abs(actual[known])  # a constant's interval has no width; rounding is no miss
    inside = (actual[known] >= low[known] - room) & (actual[known] <= high[known] + room)
    return float(inside.mean())


def score(actual: Floats, low: Floats, median: Floats, high: Floats, *, scale: float, interval: float) -> Score:
    """All four, of arrays with one shape."""
    tail = (1.0 - interval) / 2.0
    return Score(
        _mean(np.abs(actual - median)) / scale,
        smape(actual, median),
        wql(actual, [(tail, low), (0.5, median), (1.0 - tail, high)]),
        coverage(actual, low, high),
    )


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else float("nan")
