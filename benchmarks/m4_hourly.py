"""M4 hourly, all 414 series, 48 hours ahead: sMAPE, MASE and the 90 % interval's coverage, beside plain rivals.

    python -m benchmarks.m4_hourly --data FOLDER --json

FOLDER holds Hourly-train.csv and Hourly-test.csv. All choices are made by rolling origin inside the training part; the
test part is read only to score. Rivals run in the same program. sMAPE (0..200 %) and MASE (season 24) as in the M4
competition. Times are wall-clock seconds; loading libraries and compiling is measured apart, on a small made-up panel.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from assay.models.forecast import Forecaster, ForecastResult
from assay.plant.series import Frame
from benchmarks.about import about
from benchmarks.forecast_rivals import STATISTICAL, Array, plain_lightgbm, seasonal_naive, statistical

HORIZON, DAY, WEEK = 48, 24, 168
INTERVAL = 0.9
PUBLISHED = {"winner of M4 (sMAPE)": 9.33, "seasonal naive (sMAPE)": 13.91}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seconds", type=float, help="nominal work allowed to the slow candidates")
    parser.add_argument("--no-rivals", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    files = [options.data / "Hourly-train.csv", options.data / "Hourly-test.csv"]
    names, train = read(files[0])
    _, test = read(files[1])
    truth = np.array(test)
    warm = timed(warm_up)[1]
    rows: dict[str, Any] = {}
    rivals = {} if options.no_rivals else runs(train)
    for name, run in rivals.items():
        forecast, seconds = timed(run)
        rows[name] = {**errors(truth, forecast, train), "seconds": round(seconds, 1)}
    result, seconds = timed(lambda: ours(names, train, options.seconds))
    assert isinstance(result, ForecastResult)
    median, low, high = (
        np.array([getattr(result[name], what) for name in names]) for what in ("median", "low", "high")
    )
    rows["assay"] = {
        **errors(truth, median, train),
        "seconds": round(seconds, 1),
        **intervals(truth, low, high, result),
    }
    report = {
        "benchmark": "m4_hourly",
        "series": len(names),
        "horizon": HORIZON,
        "results": rows,
        "weights": mean_weights(result),
        "left_out": sorted(result.left_out),
        "used_naive": len(result.used_naive),
        "origins": len(result.tried_at),
        "compilation_seconds": round(warm, 1),
        "published": PUBLISHED,
        **about(files, versions=("lightgbm", "statsforecast")),
    }
    print(json.dumps(report, indent=None if options.json else 1))
    return 0


def read(path: Path) -> tuple[list[str], list[Array]]:
    """Names and series; empty cells end a series."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    return [row[0] for row in rows], [np.array([float(one) for one in row[1:] if one]) for row in rows]


def frame(names: list[str], series: list[Array]) -> Frame:
    """One table: all series end at the same time, the shorter ones begin later. M4 gives no common clock."""
    rows = max(map(len, series))
    values = np.full((rows, len(series)), np.nan)
    for at, one in enumerate(series):
        values[rows - len(one) :, at] = one
    times = np.datetime64("2017-01-01", "ns") + np.arange(rows) * np.timedelta64(3_600_000_000_000, "ns")
    return Frame(times, tuple(names), values)


def ours(names: list[str], series: list[Array], seconds: float | None) -> ForecastResult:
    """The forecasts of all series; the seasons are given, as M4 gives them."""
    made = Forecaster(HORIZON, interval=INTERVAL, seasons=(DAY, WEEK), nonnegative=True, seconds=seconds)
    return made.fit(frame(names, series), names).predict()


def runs(series: list[Array]) -> dict[str, Callable[[], Array]]:
    """The rivals by name."""
    found: dict[str, Callable[[], Array]] = {
        "seasonal naive": lambda: seasonal_naive(series, DAY, HORIZON),
        "LightGBM": lambda: plain_lightgbm(series, DAY, HORIZON),
    }
    for name in STATISTICAL:
        found[name] = lambda name=name: statistical(name, series, (DAY, WEEK), HORIZON)  # type: ignore[misc]
    return found


def warm_up() -> None:
    """Load and compile everything on two made-up series."""
    hours = np.arange(600.0)
    made = [np.sin(hours * 2 * np.pi / DAY) + 0.1 * np.cos(hours * k) + 3 for k in (1, 2)]
    ours(["a", "b"], made, 60.0)
    for name in STATISTICAL:
        statistical(name, [made[0]], (DAY, WEEK), HORIZON)


def timed(run: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    return run(), time.perf_counter() - began


def errors(truth: Array, forecast: Array, train: list[Array]) -> dict[str, float]:
    """Means over the series, as M4 takes them."""
    smape = 200.0 * np.abs(truth - forecast) / (np.abs(truth) + np.abs(forecast))
    scale = np.array([np.mean(np.abs(one[DAY:] - one[:-DAY])) for one in train])
    mase = np.abs(truth - forecast).mean(axis=1) / scale
    return {"smape": round(float(np.nanmean(smape)), 3), "mase": round(float(mase.mean()), 4)}


def intervals(truth: Array, low: Array, high: Array, result: ForecastResult) -> dict[str, float]:
    inside = (truth >= low) & (truth <= high)
    return {
        "coverage": round(float(inside.mean()), 4),
        "coverage_first_day": round(float(inside[:, :DAY].mean()), 4),
        "coverage_second_day": round(float(inside[:, DAY:].mean()), 4),
        "coverage_promised": round(float(np.mean([one.coverage for one in result.targets])), 4),
        "width_share": round(float(np.median((high - low).mean(axis=1) / np.abs(truth).mean(axis=1))), 4),
    }


def mean_weights(result: ForecastResult) -> dict[str, float]:
    """The mean share of each candidate."""
    names = {name for one in result.targets for name in one.weights}
    count = len(result.targets)
    return {name: round(sum(one.weights.get(name, 0.0) for one in result.targets) / count, 4) for name in sorted(names)}


if __name__ == "__main__":
    raise SystemExit(main())
