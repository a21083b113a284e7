"""One gradient-boosting model for all series: what to add to the seasonal naive forecast at each step.

Direct multi-step: a row is (series, origin, step); the target is the value minus the newest known value at the same
place of the shortest season, divided by the series's own scale, so that series of any size and unit share one model.
Features are lags at the step's place, the state at the origin, the step, the calendar and the known-future inputs.
LightGBM: Ke et al., NIPS 2017.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from assay.models.forecast.panel import Floats, Panel
from assay.models.forecast.scores import naive_scale
from assay.models.library.parts import Parts

MOST_ROWS = 200_000
ROWS_OF_ONE = 20_000  # neighbouring origins of one series say nearly the same
FEWEST_ROWS = 400
NANOSECONDS = {"minute": 60 * 10**9, "hour": 3600 * 10**9, "day": 86_400 * 10**9}
SETTINGS: dict[str, Any] = {
    "objective": "regression_l1",
    "learning_rate": 0.08,
    "num_leaves": 31,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.7,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 1.0,
    "max_bin": 127,
    "seed": 7,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,  # on a busy machine threads that wait for each other cost a hundredfold
    "verbosity": -1,
}
ROUNDS = 200


class Boosted:
    """The global LightGBM candidate."""

    name = "lightgbm"

    def __init__(self, horizon: int = 0) -> None:
        self.horizon = horizon
        self.booster: Any = None
        self.scales: Floats = np.empty(0)

    def fit(self, panel: Panel, end: int, horizon: int) -> None:
        """Train on all origins whose horizon ends before ``end``, thinned to at most 200,000 rows."""
        import lightgbm

        self.horizon, self.booster = horizon, None
        self.scales = np.array(
            [naive_scale(panel.history(series, end), panel.season(series)) for series in range(len(panel))]
        )
        places = [(series, *_range(panel, series, end, horizon)) for series in range(len(panel))]
        total = sum(max(0, last - first) for _, first, last in places) * horizon
        stride = max(1, -(-total // min(MOST_ROWS, ROWS_OF_ONE * len(panel))))
        x: list[Floats] = []
        y: list[Floats] = []
        for series, first, last in places:
            # Strides that are odd to the season visit all its places.
            origins = np.arange(last - 1, first - 1, -stride)
            if len(origins) == 0:
                continue
            features, base = _features(panel, series, origins, horizon, self.scales[series])
            at = origins[:, None] + np.arange(horizon)
            seen = panel.observed[series, at].ravel()
            x.append(features[seen])
            y.append(((panel.values[series, at] - base) / self.scales[series]).ravel()[seen])
        if sum(map(len, y)) < FEWEST_ROWS:
            return
        data = lightgbm.Dataset(np.concatenate(x), np.concatenate(y), params={"verbosity": -1, "max_bin": 127})
        self.booster = lightgbm.train(SETTINGS, data, num_boost_round=ROUNDS)

    def predict(self, panel: Panel, origins: Sequence[int], wanted: Sequence[int]) -> Floats:
        """(series, origins, horizon)."""
        out = np.full((len(panel), len(origins), self.horizon), np.nan)
        if self.booster is None:
            return out
        at = np.asarray(origins)
        usable = [one for one in wanted if len(at) and at.min() - panel.begins[one] >= _memory(panel.seasons[one])]
        if not usable:
            return out
        parts = [_features(panel, one, at, self.horizon, self.scales[one]) for one in usable]
        guess = self.booster.predict(np.concatenate([features for features, _ in parts]), num_threads=1)
        shape = (len(usable), len(at), self.horizon)
        base = np.stack([one for _, one in parts])
        out[usable] = base + guess.reshape(shape) * self.scales[usable][:, None, None]
        return out

    def to_parts(self) -> Parts:
        """The booster in LightGBM's own text."""
        texts = {} if self.booster is None else {"booster": str(self.booster.model_to_string())}
        return Parts(about={"horizon": self.horizon}, arrays={"scales": self.scales}, texts=texts)

    @classmethod
    def from_parts(cls, parts: Parts) -> Self:
        """The inverse of ``to_parts``."""
        made = cls(int(str(parts.about["horizon"])))
        made.scales = np.asarray(parts.arrays["scales"], np.float64)
        if "booster" in parts.texts:
            import lightgbm

            made.booster = lightgbm.Booster(model_str=parts.texts["booster"])
        return made


def _memory(seasons: tuple[int, ...]) -> int:
    """Rows before an origin that the features need at least."""
    return 3 * seasons[0] if seasons else 8


def _range(panel: Panel, series: int, end: int, horizon: int) -> tuple[int, int]:
    """The first and one past the last training origin."""
    return int(panel.begins[series]) + _memory(panel.seasons[series]), end - horizon + 1


def _features(panel: Panel, series: int, origins: Any, horizon: int, scale: float) -> tuple[Floats, Floats]:
    """(origins * horizon, features) and the (origins, horizon) values that the target is a difference to."""
    seasons = panel.seasons[series]
    short = seasons[0] if seasons else 1
    long = seasons[-1] if len(seasons) > 1 else 7 * short
    values, begin = panel.values[series], int(panel.begins[series])
    origin, step = np.asarray(origins)[:, None], np.arange(horizon)[None, :]
    target = origin + step

    def value(at: Any) -> Floats:
        return np.where(at >= begin, values[np.maximum(at, 0)], np.nan)

    anchor = target - short * (step // short + 1)
    base = value(anchor)
    weekly = target - long * (step // long + 1)
    columns = [(value(at) - base) / scale for at in (anchor - short, anchor - 2 * short, weekly, weekly - long)]
    columns += [(value(weekly) - value(weekly - short)) / scale, (value(anchor - 1) - base) / scale]
    columns += _state(values, begin, np.asarray(origins), short, long, base, scale)
    columns += [step / short, np.broadcast_to(step, base.shape)]
    columns += _calendar(panel, target)
    if panel.known is not None:
        for known in panel.known:
            columns += [known[target], known[target] - known[np.maximum(anchor, 0)]]
    stacked = np.stack([np.broadcast_to(column, base.shape) for column in columns], axis=-1)
    return stacked.reshape(-1, len(columns)), base


def _state(values: Floats, begin: int, origins: Any, short: int, long: int, base: Floats, scale: float) -> list[Floats]:
    """What is known at the origin: levels of the last cycles, the last value against its own cycle, spreads."""
    sums = np.concatenate([[0.0], np.cumsum(np.nan_to_num(values))])

    def mean(last: Any, rows: int) -> Floats:
        first = np.maximum(last - rows, begin)
        rows_there = last - first
        return np.where(rows_there > 0, (sums[np.maximum(last, 0)] - sums[first]) / np.maximum(rows_there, 1), np.nan)

    level = mean(origins, short)
    before, week = mean(origins - short, short), mean(origins, long)
    newest = values[origins - 1]
    same = np.where(origins - 1 - short >= begin, values[np.maximum(origins - 1 - short, 0)], np.nan)
    third = max(1, short // 6)
    recent = mean(origins, third) - mean(origins - short, third)
    per_origin = [level - before, level - week, newest - same, recent, newest - level]
    return [one[:, None] / scale for one in per_origin] + [(base - level[:, None]) / scale]


def _calendar(panel: Panel, target: Any) -> list[Floats]:
    """Place in the day and day of the week of each target row, where the step is short enough to see them."""
    times = panel.start + panel.step * target.astype(np.int64)
    day = NANOSECONDS["day"]
    columns = []
    if panel.step < day:
        columns.append((times % day) / NANOSECONDS["hour"])
    columns.append(((times // day + 3) % 7).astype(np.float64))  # 1970-01-01 was a Thursday; 0 is Monday
    return columns
