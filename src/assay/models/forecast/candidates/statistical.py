"""Statistical candidates of statsforecast, one series at a time: AutoETS, MSTL and the dynamic optimised Theta method.

ETS: Hyndman et al., Forecasting with Exponential Smoothing (2008). MSTL: Bandara, Hyndman and Bergmeir (2021). Theta:
Assimakopoulos and Nikolopoulos (2000), optimised by Fiorucci et al. (2016).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from assay.models.forecast.panel import Floats, Panel
from assay.models.library.parts import Parts
from assay.models.parallel import run_parallel

LONGEST_ETS = 24  # periods that exponential smoothing can hold, as in R's forecast
ROWS = 1_000  # of history, at least: more changes little and costs time in proportion
CYCLES = 4  # of the longest season are kept in any case
MOST_ROWS = 6_000
SHORTEST = 10
#: Seconds for one forecast from 1,000 rows on one core; only sums of these decide, so the clock has no say in a result.
COST = {"auto_ets": 0.4, "mstl": 0.05, "theta": 0.03}
COST_OF_SEASON = {"auto_ets": 0.0, "mstl": 0.8e-3, "theta": 0.06e-3}  # more for each row of the seasons
PARALLEL_FROM = 12.0  # nominal seconds: below, starting processes costs more than it saves


class Statistical:
    """One of ``auto_ets``, ``mstl``, ``theta``."""

    def __init__(self, name: str, horizon: int = 0) -> None:
        self.name = name
        self.horizon = horizon

    def fit(self, panel: Panel, end: int, horizon: int) -> None:
        """Only the horizon is kept: the model is estimated anew at every origin."""
        self.horizon = horizon

    def predict(self, panel: Panel, origins: Sequence[int], wanted: Sequence[int]) -> Floats:
        """(series, origins, horizon)."""
        out = np.full((len(panel), len(origins), self.horizon), np.nan)
        jobs, places = [], []
        for series in wanted:
            seasons = panel.seasons[series]
            for at, origin in enumerate(origins):
                history = panel.history(series, origin, rows_for(seasons))
                if len(history) >= SHORTEST and applies(self.name, len(history), seasons):
                    jobs.append((np.ascontiguousarray(history), seasons))
                    places.append((series, at))
        state = (self.name, self.horizon)
        work = sum(nominal_cost(self.name, len(history), seasons) for history, seasons in jobs)
        results = run_parallel(_one, state, jobs) if work > PARALLEL_FROM else (_one(state, job) for job in jobs)
        for (series, at), forecast in zip(places, results, strict=True):
            out[series, at] = forecast
        return out

    def to_parts(self) -> Parts:
        """The name and the horizon."""
        return Parts(about={"name": self.name, "horizon": self.horizon})

    @classmethod
    def from_parts(cls, parts: Parts) -> Self:
        """The inverse of ``to_parts``."""
        return cls(str(parts.about["name"]), int(str(parts.about["horizon"])))


def applies(name: str, rows: int, seasons: tuple[int, ...]) -> bool:
    """Whether the model is made for such a series."""
    if name == "mstl":
        return bool(seasons) and rows > 2 * seasons[0]
    if name == "auto_ets":
        return not seasons or seasons[0] <= LONGEST_ETS
    return True


def rows_for(seasons: tuple[int, ...]) -> int:
    """How many rows of history a statistical model reads."""
    return min(MOST_ROWS, max(ROWS, CYCLES * seasons[-1] if seasons else 0))


def nominal_cost(name: str, rows: int, seasons: tuple[int, ...]) -> float:
    """Seconds that one forecast is taken to need, from its size alone."""
    each = COST[name] + COST_OF_SEASON[name] * sum(seasons)
    return each * min(rows, rows_for(seasons)) / ROWS


def _one(state: tuple[str, int], job: tuple[Floats, tuple[int, ...]]) -> Floats:
    """(horizon,) of one history; NaN when the library finds no model for it."""
    (name, horizon), (history, seasons) = state, job
    nothing = np.full(horizon, np.nan)
    centre, spread = float(np.median(history)), float(np.std(history))
    if not spread > 1e-9 * abs(centre):
        return np.full(horizon, history[-1])
    # Away from 0 and of size 1: the estimates then do not depend on the unit.
    scaled = (history - history.min()) / spread + 1.0
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # the library warns of every model that it passes over
        try:
            forecast = np.asarray(_model(name, len(scaled), seasons).forecast(y=scaled, h=horizon)["mean"], float)
        except (ValueError, ArithmeticError, np.linalg.LinAlgError, NotImplementedError, RuntimeError, IndexError):
            return nothing
    if not np.isfinite(forecast).all() or np.abs(forecast - scaled.mean()).max() > 20.0 * np.ptp(scaled):
        return nothing
    return np.asarray((forecast - 1.0) * spread + history.min(), np.float64)


def _model(name: str, rows: int, seasons: tuple[int, ...]) -> Any:
    from statsforecast.models import MSTL, AutoETS, DynamicOptimizedTheta

    usable = [season for season in seasons if rows > 2 * season]
    if name == "mstl":
        return MSTL(season_length=usable)
    season = usable[0] if usable else 1
    if name == "auto_ets":
        # Additive seasons: multiplicative ones run away on series that come near 0.
        return AutoETS(season_length=season, model="ZZA" if season > 1 else "ZZN")
    return DynamicOptimizedTheta(season_length=season, decomposition_type="additive")
