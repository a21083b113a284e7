"""ETTh1, all 7 columns, 96 hours ahead, every 24 hours over the test part: MSE, MAE and coverage beside naive-24.

    python -m benchmarks.etth1 --data FOLDER --json

FOLDER holds ETTh1.csv. Split 8,640 / 2,880 / 2,880 rows; values are standardised by mean and standard deviation of the
training part. At an origin everything before it may be used: the forecaster is trained anew at the first origin of each
calendar month on all rows before it, and between these only reads the newer rows. ``worst_month`` is the largest ratio
of MSE to naive-24's over the calendar months (by origin). Rivals forecast from the same origins in the same program.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from assay.models.forecast import Forecaster
from assay.plant.series import Frame
from benchmarks.about import about
from benchmarks.forecast_rivals import STATISTICAL, Array, plain_lightgbm, statistical

TRAIN, VALIDATION, TEST = 8_640, 2_880, 2_880
HORIZON, STRIDE, DAY, WEEK = 96, 24, 24, 168
RIVAL_ROWS = 1_000  # of history that the statistical rivals read, as ours do
PUBLISHED = {"zero-shot foundation models (MSE)": [0.36, 0.38]}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=10.0, help="nominal work allowed to the slow candidates")
    parser.add_argument("--rivals-every", type=int, default=8, help="statistical rivals at every n-th origin, 0: none")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    path = options.data / "ETTh1.csv"
    times, names, raw = read(path)
    values = (raw - raw[:TRAIN].mean(axis=0)) / raw[:TRAIN].std(axis=0)
    first = TRAIN + VALIDATION
    origins = list(range(first, first + TEST - HORIZON + 1, STRIDE))
    truth = np.stack([values[at : at + HORIZON].T for at in origins])  # (origins, columns, horizon)
    naive = np.stack([np.tile(values[at - DAY : at].T, HORIZON // DAY) for at in origins])
    months = [str(times[at].astype("datetime64[M]")) for at in origins]
    began = time.perf_counter()
    median, low, high, weights = ours(times, names, values, origins, months, options.seconds)
    seconds = time.perf_counter() - began
    mine, plain = ((median - truth) ** 2).mean(axis=(1, 2)), ((naive - truth) ** 2).mean(axis=(1, 2))
    by_month = {
        month: round(float(mine[at].mean() / plain[at].mean()), 4)
        for month in dict.fromkeys(months)
        for at in [np.array([one == month for one in months])]
    }
    report = {
        "benchmark": "etth1",
        "origins": len(origins),
        "results": {
            "assay": {**errors(truth, median), "coverage": round(float(((truth >= low) & (truth <= high)).mean()), 4)},
            "naive-24": errors(truth, naive),
        },
        "seconds": round(seconds, 1),
        "columns": dict(zip(names, np.round(((median - truth) ** 2).mean(axis=(0, 2)), 4).tolist(), strict=True)),
        "ratio_to_naive": round(float(mine.mean() / plain.mean()), 4),
        "worst_month": max(by_month.values()),
        "months": by_month,
        "weights": weights,
        "rivals": rivals(values, origins, truth, median, options.rivals_every),
        "published": PUBLISHED,
        **about([path], versions=("lightgbm", "statsforecast")),
    }
    print(json.dumps(report, indent=None if options.json else 1))
    return 0


def read(path: Path) -> tuple[Any, list[str], Array]:
    """Times, column names and the (14,400, columns) values of the benchmark's 20 months."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    body = rows[1 : 1 + TRAIN + VALIDATION + TEST]
    times = np.array([datetime.fromisoformat(row[0]) for row in body], dtype="datetime64[ns]")
    return times, rows[0][1:], np.array([[float(one) for one in row[1:]] for row in body])


def ours(
    times: Any, names: list[str], values: Array, origins: list[int], months: list[str], seconds: float
) -> tuple[Array, Array, Array, dict[str, dict[str, float]]]:
    """(origins, columns, horizon) median, low and high, and the mean weights of each month's training."""
    made: Forecaster | None = None
    out: list[Array] = []
    weights: dict[str, dict[str, float]] = {}
    for at, month in zip(origins, months, strict=True):
        frame = Frame(times[:at], tuple(names), values[:at])
        if month not in weights or made is None:
            made = Forecaster(HORIZON, seconds=seconds).fit(frame, names)
        result = made.predict(frame)
        out.append(np.array([[result[name].median, result[name].low, result[name].high] for name in names]))
        if month not in weights:
            every = sorted({name for one in result.targets for name in one.weights})
            shares = {name: np.mean([one.weights.get(name, 0.0) for one in result.targets]) for name in every}
            weights[month] = {name: round(float(share), 3) for name, share in shares.items()}
    stacked = np.stack(out)
    return stacked[:, :, 0], stacked[:, :, 1], stacked[:, :, 2], weights


def rivals(values: Array, origins: list[int], truth: Array, median: Array, every: int) -> dict[str, Any]:
    """The statistical rivals and LightGBM at every n-th origin, with ours at the same origins beside them."""
    if not every:
        return {}
    chosen = list(range(0, len(origins), every))
    found: dict[str, Any] = {"origins": len(chosen), "assay": errors(truth[chosen], median[chosen])}
    series = [np.ascontiguousarray(one) for at in chosen for one in values[origins[at] - RIVAL_ROWS : origins[at]].T]
    for name in STATISTICAL:
        began = time.perf_counter()
        guess = statistical(name, series, (DAY, WEEK), HORIZON).reshape(truth[chosen].shape)
        found[name] = {**errors(truth[chosen], guess), "seconds": round(time.perf_counter() - began, 1)}
    began = time.perf_counter()
    whole = [
        plain_lightgbm([np.ascontiguousarray(one) for one in values[: origins[at]].T], DAY, HORIZON) for at in chosen
    ]
    found["LightGBM"] = {**errors(truth[chosen], np.stack(whole)), "seconds": round(time.perf_counter() - began, 1)}
    return found


def errors(truth: Array, guess: Array) -> dict[str, float]:
    """On standardised values."""
    return {
        "mse": round(float(((guess - truth) ** 2).mean()), 4),
        "mae": round(float(np.abs(guess - truth).mean()), 4),
    }


if __name__ == "__main__":
    raise SystemExit(main())
