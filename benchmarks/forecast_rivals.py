"""Plain rivals of the forecasts: statsforecast's models as they come, the seasonal naive forecast, LightGBM on lags."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from assay.models.parallel import run_parallel

Array = NDArray[np.float64]
STATISTICAL = ("AutoETS", "MSTL", "Theta")


def seasonal_naive(series: Sequence[Array], season: int, horizon: int) -> Array:
    """(series, horizon): the last season again."""
    return np.array([np.resize(one[-season:], horizon) for one in series])


def statistical(name: str, series: Sequence[Array], seasons: tuple[int, ...], horizon: int) -> Array:
    """(series, horizon) of AutoETS or Theta (the shortest season) or MSTL (all of them), on all cores."""
    return np.array(list(run_parallel(_one, (name, seasons, horizon), list(series))))


def _one(state: tuple[str, tuple[int, ...], int], values: Array) -> Array:
    from statsforecast.models import MSTL, AutoETS, Theta

    name, seasons, horizon = state
    makers: dict[str, Callable[[], object]] = {
        "AutoETS": lambda: AutoETS(season_length=seasons[0]),
        "MSTL": lambda: MSTL(season_length=list(seasons)),
        "Theta": lambda: Theta(season_length=seasons[0]),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = makers[name]()
        return np.asarray(model.forecast(y=values, h=horizon)["mean"], float)  # type: ignore[attr-defined]


def plain_lightgbm(series: Sequence[Array], season: int, horizon: int, rounds: int = 200) -> Array:
    """(series, horizon): one LightGBM for all on lags at least one horizon old, differences to the newest of them."""
    import lightgbm

    first = -(-horizon // season) * season
    lags = [first + season * k for k in range(7)]

    def rows(values: Array, at: NDArray[np.int64]) -> tuple[Array, Array]:
        base = values[at - first]
        return np.column_stack([values[at - lag] - base for lag in lags[1:]] + [at % season]), base

    scales = [float(np.std(one[season:] - one[:-season])) or 1.0 for one in series]
    x, y = [], []
    for values, scale in zip(series, scales, strict=True):
        at = np.arange(lags[-1], len(values))
        features, base = rows(values, at)
        x.append(features / np.array([scale] * (len(lags) - 1) + [1.0]))
        y.append((values[at] - base) / scale)
    settings = {"objective": "regression_l1", "verbosity": -1, "deterministic": True, "seed": 1}
    model = lightgbm.train(settings, lightgbm.Dataset(np.concatenate(x), np.concatenate(y)), rounds)
    out = []
    for values, scale in zip(series, scales, strict=True):
        longer = np.concatenate([values, np.full(horizon, np.nan)])
        features, base = rows(longer, np.arange(len(values), len(longer)))
        out.append(base + scale * model.predict(features / np.array([scale] * (len(lags) - 1) + [1.0])))
    return np.array(out)
