"""Remaining life of turbofan engines (C-MAPSS FD001) with its interval, against rivals on the same rows.

    python -m benchmarks.cmapss --data FOLDER --json

FOLDER holds ``train_FD001.csv``, ``test_FD001_odd_engines.csv`` and ``RUL_FD001_odd_engines.csv``. Lives are capped at
125 cycles, truth and prediction alike, except where ``uncapped`` says otherwise. Cross-validation is by engine: each
held-out engine is cut at random points like the test's (1 to 150 cycles left, at least 30 seen). Settings were chosen
in cross-validation over the training engines; the test engines are looked at once.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.models.health.fleet import Fleet
from assay.models.health.fleet_file import read_fleet
from assay.models.health.life import LifeModel, Outlook
from benchmarks.about import about

Array = NDArray[np.float64]
CAP, WINDOW, SEED, CUTS, FOLDS = 125.0, 30, 11, 5, 5
FILES = ("train_FD001.csv", "test_FD001_odd_engines.csv", "RUL_FD001_odd_engines.csv")


def figures(predicted: Array, left: Array) -> dict[str, float]:
    """RMSE capped and uncapped, and the NASA score (capped; late predictions cost more)."""
    error = np.minimum(predicted, CAP) - np.minimum(left, CAP)
    score = np.where(error < 0, np.exp(-error / 13.0), np.exp(error / 10.0)) - 1.0
    return {
        "rmse": _root(error),
        "rmse_uncapped": _root(predicted - left),
        "nasa_score": round(float(score.sum()), 1),
        "engines": len(left),
    }


def _root(error: Array) -> float:
    return round(math.sqrt(float(np.mean(error**2))), 3)


def window_statistics(fleet: Fleet) -> Array:
    """The rivals' statistics: mean, spread, slope and last value over the last 30 cycles, and the age."""
    rows = []
    for one in range(len(fleet.units)):
        part = fleet.rows_of(one)
        values, clock = fleet.values[part], fleet.time[part]
        for end in range(1, len(clock) + 1):
            view = values[max(0, end - WINDOW) : end]
            t = np.arange(len(view)) - 0.5 * (len(view) - 1)
            slope = t @ view / max(float(t @ t), 1.0)
            rows.append(np.concatenate([view.mean(axis=0), view.std(axis=0), slope, view[-1], [clock[end - 1]]]))
    return np.array(rows)


def rivals() -> dict[str, Callable[[], Any]]:
    """Ridge, plain LightGBM and scikit-learn's forests, as one would take them from the shelf."""
    from lightgbm import LGBMRegressor
    from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return {
        "ridge": lambda: make_pipeline(StandardScaler(), RidgeCV(np.logspace(-1, 4, 11))),
        "lightgbm": lambda: LGBMRegressor(random_state=0, n_jobs=1, verbose=-1),
        "random_forest": lambda: RandomForestRegressor(100, min_samples_leaf=5, max_features=0.3, random_state=0),
        "hist_gradient_boosting": lambda: HistGradientBoostingRegressor(random_state=0),
    }


def cut_points(fleet: Fleet, seed: int, count: int) -> list[list[int]]:
    """``count`` cuts of each unit: rows that are shown."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        rows = [fleet.rows_of(one).stop - fleet.rows_of(one).start for one in range(len(fleet.units))]
        found.append([n - int(rng.integers(1, max(2, min(150, n - 30)))) for n in rows])
    return found


class Run:
    """Everything that is learned and told in one split, the product's model and the rivals in turns."""

    def __init__(self, train: Fleet, cuts: list[Fleet], *, rounds: list[str]) -> None:
        self.left = np.concatenate([one.after for one in cuts])
        self.predicted: dict[str, Array] = {}
        self.seconds: dict[str, float] = {}
        self.outlooks: list[Outlook] = []
        x, y = window_statistics(train), np.minimum(train.remaining(), CAP)
        last = [np.array([one.rows_of(unit).stop - 1 for unit in range(len(one.units))]) for one in cuts]
        seen = np.vstack([window_statistics(one)[at] for one, at in zip(cuts, last, strict=True)])
        made = rivals()
        for name in rounds:
            began = time.perf_counter()
            if name == "assay":
                model = LifeModel(cap=CAP).fit(train)
                self.seconds[name] = round(time.perf_counter() - began, 1)
                self.outlooks = [found for one in cuts for found in model.predict(one)]
                self.predicted[name] = np.array([one.life.score for one in self.outlooks])
            else:
                fitted = made[name]().fit(x, y)
                self.seconds[name] = round(time.perf_counter() - began, 1)
                self.predicted[name] = np.clip(fitted.predict(seen), 0.0, CAP)


def interval(outlooks: list[Outlook], left: Array) -> dict[str, float]:
    """How often the 90 % interval holds the capped life, how wide it is, and the errors of the median."""
    low, high, median = (np.array([getattr(one.life, name) for one in outlooks]) for name in ("low", "high", "median"))
    truth = np.minimum(left, CAP)
    beyond = np.array([float(np.interp(0.5, one.life.levels, one.life.quantiles)) for one in outlooks])
    return {
        "coverage": round(float(np.mean((truth >= low) & (truth <= high))), 3),
        "mean_width": round(float(np.mean(high - low)), 1),
        "open": int(sum(one.life.open for one in outlooks)),
        "median_rmse": _root(median - truth),
        "median_rmse_uncapped": _root(beyond - left),
    }


def cross_validation(fleet: Fleet) -> dict[str, Any]:
    """By engine: pooled over the folds."""
    order = np.random.default_rng(SEED).permutation(len(fleet.units))
    names = ["assay", *rivals()]
    predicted: dict[str, list[Array]] = {name: [] for name in names}
    left, outlooks, seconds = [], [], []
    for fold in range(FOLDS):
        held = np.sort(order[fold::FOLDS])
        kept = np.setdiff1d(np.arange(len(fleet.units)), held)
        own = fleet.only(held)
        cuts = [own.until(last) for last in cut_points(own, SEED + fold, CUTS)]
        turn = names[fold % len(names) :] + names[: fold % len(names)]
        run = Run(fleet.only(kept), cuts, rounds=turn)
        for name in names:
            predicted[name].append(run.predicted[name])
        left.append(run.left)
        outlooks += run.outlooks
        seconds.append(run.seconds["assay"])
    truth = np.concatenate(left)
    found: dict[str, Any] = {name: figures(np.concatenate(predicted[name]), truth) for name in names}
    found["assay"] |= interval(outlooks, truth)
    return {"folds": FOLDS, "cuts_an_engine": CUTS, "training_seconds": seconds, "models": found}


def test_engines(fleet: Fleet, folder: Path) -> dict[str, Any]:
    """The test engines, once."""
    shown = read_fleet(folder / FILES[1], learn=False).fleet.select(fleet.tags)
    told = np.loadtxt(folder / FILES[2], delimiter=",", skiprows=1, encoding="utf-8")
    by_name = {str(int(number)): life for number, life in told}
    after = np.array([by_name[name] for name in shown.units])
    cut = Fleet(shown.units, shown.unit, shown.time, shown.tags, shown.values, after, shown.clock)
    names = ["ridge", "lightgbm", "assay", "random_forest", "hist_gradient_boosting"]
    run = Run(fleet, [cut], rounds=names)
    found: dict[str, Any] = {name: figures(run.predicted[name], run.left) for name in names}
    found["assay"] |= interval(run.outlooks, run.left)
    return {"training_seconds": run.seconds, "models": found}


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", action="store_true", help="JSON on one line")
    chosen = parser.parse_args()
    read = read_fleet(chosen.data / FILES[0])
    result = {
        "benchmark": "cmapss",
        **about([chosen.data / name for name in FILES], versions=("lightgbm",), seed=SEED),
        "cap": CAP,
        "left_out": dict(read.left_out),
        "published": "RMSE 10.4 to 14.9 for FD001, mostly capped, over all 100 test engines",
        "test_odd_engines": test_engines(read.fleet, chosen.data),
        "cross_validation": cross_validation(read.fleet),
    }
    print(json.dumps(result, indent=None if chosen.json else 2))


if __name__ == "__main__":
    main()
