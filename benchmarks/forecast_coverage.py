"""Does the interval cover what it promises, and is the forecast no worse than naive? On made-up series of seven kinds.

    python -m benchmarks.forecast_coverage --draws 12 --json

For each kind, length and horizon ``draws`` series of one tag are drawn, forecast and compared with what follows.
``coverage`` is the share of later rows inside the 90 % interval, ``promised`` what the held-out origins said before,
``mae_to_naive`` the mean absolute error over the seasonal naive forecast's, ``naive_used`` the share of series where it
was used. The rival is AutoETS of statsforecast with its own 90 % interval, on the same series in turn.
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.models.forecast import Forecaster
from assay.plant.series import Frame
from benchmarks.about import about

Array = NDArray[np.float64]
Random = np.random.Generator
DAY = 24
CASES = [(150, 12), (600, 12), (600, 48), (2_000, 48)]  # rows of history, horizon


def _mean_reverting(rng: Random, rows: int) -> Array:
    values = np.zeros(rows)
    noise = rng.normal(size=rows)
    for at in range(1, rows):
        values[at] = 0.9 * values[at - 1] + noise[at]
    return values


def _wave(rows: int) -> Array:
    return np.sin(2 * np.pi * np.arange(rows) / DAY)


KINDS: dict[str, Callable[[Random, int], Array]] = {
    "noise": lambda rng, rows: 10 + rng.normal(size=rows),
    "random walk": lambda rng, rows: rng.normal(size=rows).cumsum(),
    "mean reverting": _mean_reverting,
    "day": lambda rng, rows: 50 + 5 * _wave(rows) + 0.1 * rng.normal(size=rows).cumsum() + rng.normal(0, 0.5, rows),
    "day and week": lambda rng, rows: (
        50 + 5 * _wave(rows) * (1 + (np.arange(rows) // DAY % 7 < 5)) + 0.5 * rng.standard_t(3, rows)
    ),
    "ramp": lambda rng, rows: 0.02 * np.arange(rows) + rng.normal(size=rows),
    "counts": lambda rng, rows: rng.poisson(2 + 2 * _wave(rows)).astype(float),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = [
        measured(kind, length, horizon, options.draws, np.random.default_rng([options.seed, at, length, horizon]))
        for length, horizon in CASES
        for at, kind in enumerate(KINDS)
    ]
    names = ("coverage", "promised", "mae_to_naive", "naive_used", "auto_ets_coverage", "auto_ets_mae_to_naive")
    report = {
        "benchmark": "forecast_coverage",
        "mean": {name: round(float(np.mean([row[name] for row in rows])), 3) for name in names},
        "rows": rows,
        **about(versions=("lightgbm", "statsforecast"), seed=options.seed, draws=options.draws),
    }
    print(json.dumps(report, indent=None if options.json else 1))
    return 0


def measured(kind: str, length: int, horizon: int, draws: int, rng: Random) -> dict[str, Any]:
    """One row of the report."""
    inside, promised, errors, naive, used, ets_inside, ets_errors = [], [], [], [], [], [], []
    for _ in range(draws):
        values = KINDS[kind](rng, length + horizon)
        past, future = values[:length], values[length:]
        times = np.datetime64("2026-01-01", "ns") + np.arange(length) * np.timedelta64(3_600 * 10**9, "ns")
        one = Forecaster(horizon).fit(Frame(times, ("A",), past[:, None]), ["A"]).predict()["A"]
        inside.append(float(((one.low <= future) & (future <= one.high)).mean()))
        promised.append(one.coverage)
        errors.append(float(np.abs(one.median - future).mean()))
        naive.append(float(np.abs(np.resize(past[-one.season :], horizon) - future).mean()))
        used.append(one.used_naive)
        low, median, high = auto_ets(past, horizon, one.season)
        ets_inside.append(float(((low <= future) & (future <= high)).mean()))
        ets_errors.append(float(np.abs(median - future).mean()))
    return {
        "kind": kind,
        "rows": length,
        "horizon": horizon,
        "coverage": round(float(np.mean(inside)), 3),
        "promised": round(float(np.mean(promised)), 3),
        "mae_to_naive": round(float(np.sum(errors) / np.sum(naive)), 3),
        "naive_used": round(float(np.mean(used)), 2),
        "auto_ets_coverage": round(float(np.mean(ets_inside)), 3),
        "auto_ets_mae_to_naive": round(float(np.sum(ets_errors) / np.sum(naive)), 3),
    }


def auto_ets(past: Array, horizon: int, season: int) -> tuple[Array, Array, Array]:
    """Low, mean and high of the rival."""
    from statsforecast.models import AutoETS

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = AutoETS(season_length=season if season <= DAY else 1)
        found = model.forecast(y=past[-1_000:], h=horizon, level=[90])
    return found["lo-90"], found["mean"], found["hi-90"]


if __name__ == "__main__":
    raise SystemExit(main())
