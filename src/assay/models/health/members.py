"""The members of the life model: each learns capped remaining life from trailing statistics of other units' rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.models.library.parts import Parts
from assay.plant.series import Floats

Longs = NDArray[np.int64]
ROWS = 8000  # neighbouring rows of a unit hardly differ: more are thinned
SEED = 20
_NEAR = 0.05  # of the health indicator's range


@dataclass(frozen=True, eq=False)
class Table:
    """Rows to learn from or to predict: ``x`` (n, p) statistics, ``unit`` (n,), ``y`` (n,) capped remaining life as a
    share of the cap (NaN where unknown), ``weight`` (n,); ``step``: every how manieth row of a unit they are."""

    x: Floats
    unit: Longs
    y: Floats
    weight: Floats
    step: int = 1

    def rows(self, at: NDArray[np.bool_] | Longs) -> Table:
        """The chosen rows."""
        return Table(self.x[at], self.unit[at], self.y[at], self.weight[at], self.step)


class Member(Protocol):
    """One member, fitted."""

    def predict(self, table: Table) -> Floats: ...

    def to_parts(self) -> Parts: ...


@dataclass(frozen=True, eq=False)
class Boosted:
    """Gradient-boosted trees (LightGBM; Ke et al., 2017) over some of the statistics."""

    columns: Longs
    model: str
    booster: object

    @classmethod
    def fit(cls, table: Table, columns: Longs, rounds: int, *, random: bool) -> Boosted:
        """``random``: cuts are drawn at random (Geurts et al., 2006), which errs in other places than searched ones."""
        import lightgbm

        x, y, weight = table.x[:, columns], table.y, table.weight
        leaf = int(min(50, max(3, len(y) // 120)))
        settings = {
            "objective": "regression",
            "learning_rate": 0.03,
            "num_leaves": 31,
            "min_data_in_leaf": leaf,
            "feature_fraction": 1.0 if random else 0.2,
            "bagging_fraction": 0.5,
            "bagging_freq": 1,
            "extra_trees": random,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": 1,
            "seed": SEED,
            "verbosity": -1,
        }
        data = lightgbm.Dataset(x, y, weight=weight, free_raw_data=True)
        model: str = lightgbm.train(settings, data, num_boost_round=rounds).model_to_string()
        return cls.of(columns, model)

    @classmethod
    def of(cls, columns: Longs, model: str) -> Boosted:
        """From the library's own text."""
        import lightgbm

        return cls(columns, model, lightgbm.Booster(model_str=model))

    def predict(self, table: Table) -> Floats:
        return np.asarray(self.booster.predict(table.x[:, self.columns], num_threads=1), np.float64)  # type: ignore[attr-defined]

    def contributions(self, x: Floats) -> Floats:
        """(n, p) what each statistic adds to the mean prediction (tree SHAP; Lundberg et al., 2020)."""
        found = np.zeros_like(x)
        found[:, self.columns] = self.booster.predict(x[:, self.columns], pred_contrib=True, num_threads=1)[:, :-1]  # type: ignore[attr-defined]
        return found

    def to_parts(self) -> Parts:
        return Parts(arrays={"columns": self.columns}, texts={"model": self.model})

    @classmethod
    def from_parts(cls, parts: Parts) -> Boosted:
        """Put together."""
        return cls.of(np.asarray(parts.arrays["columns"], np.int64), parts.texts["model"])


@dataclass(frozen=True, eq=False)
class Line:
    """Ridge regression on standardised statistics: what a small fleet can carry."""

    mean: Floats
    scale: Floats
    slope: Floats
    level: float

    @classmethod
    def fit(cls, table: Table) -> Line:
        """The penalty grows with the number of statistics, not with the rows, which hang together in a unit."""
        x = table.x
        good = np.isfinite(x)
        count = np.maximum(good.sum(axis=0), 1)
        mean = np.where(good, x, 0.0).sum(axis=0) / count
        spread = np.sqrt(np.where(good, (x - mean) ** 2, 0.0).sum(axis=0) / count)
        scale = np.where(spread > 1e-9, spread, np.inf)
        z = np.where(good, (x - mean) / scale, 0.0)
        level = float(np.average(table.y, weights=table.weight))
        weighted = z * table.weight[:, None]
        gram = weighted.T @ z + 0.01 * len(z) * np.eye(z.shape[1])
        slope = np.linalg.solve(gram, weighted.T @ (table.y - level))
        return cls(mean, scale, np.asarray(slope, np.float64), level)

    def predict(self, table: Table) -> Floats:
        z = np.where(np.isfinite(table.x), (table.x - self.mean) / self.scale, 0.0)
        return np.asarray(self.level + z @ self.slope, np.float64)

    def to_parts(self) -> Parts:
        return Parts({"level": self.level}, {"mean": self.mean, "scale": self.scale, "slope": self.slope})

    @classmethod
    def from_parts(cls, parts: Parts) -> Line:
        """Put together."""
        mean, scale, slope = (np.asarray(parts.arrays[name], np.float64) for name in ("mean", "scale", "slope"))
        level = parts.about["level"]
        assert isinstance(level, float)
        return cls(mean, scale, slope, level)


@dataclass(frozen=True, eq=False)
class Matching:
    """Likeness of degradation courses (Wang et al., PHM 2008): the health indicator's last rows against every stretch
    of every unit that ran before; each votes with its own remaining life, nearer ones more.

    line: makes the indicator (1 new, 0 failed). paths: (m, width) stretches, ``left`` (m,) and ``owner`` (m,) the
    remaining life behind each and whose it is.
    """

    line: Line
    paths: Floats
    left: Floats
    owner: Longs
    step: int

    @classmethod
    def fit(cls, table: Table, width: int) -> Matching:
        """Stretches of ``width`` rows of each unit (its rows stand together, in order)."""
        line = Line.fit(table)
        windows = _windows(line.predict(table), table.unit, width, 1)
        return cls(line, windows, table.y, table.unit, table.step)

    def votes(self, table: Table) -> Floats:
        """(n, m) how much each stretch says to each row; every row's votes sum to 1."""
        width = self.paths.shape[1]
        part = _windows(self.line.predict(table), table.unit, width, max(1, self.step // table.step))
        distance = ((self.paths**2).sum(axis=1) + (part**2).sum(axis=1)[:, None] - 2.0 * part @ self.paths.T) / width
        vote = np.exp(-(distance - distance.min(axis=1, keepdims=True)) / (2.0 * _NEAR**2))
        return np.asarray(vote / vote.sum(axis=1, keepdims=True), np.float64)

    def predict(self, table: Table) -> Floats:
        return self.votes(table) @ self.left

    def to_parts(self) -> Parts:
        arrays = {"paths": self.paths, "left": self.left, "owner": self.owner}
        return Parts({"step": self.step}, arrays, children={"line": self.line.to_parts()})

    @classmethod
    def from_parts(cls, parts: Parts) -> Matching:
        """Put together."""
        paths, left = (np.asarray(parts.arrays[name], np.float64) for name in ("paths", "left"))
        owner, step = np.asarray(parts.arrays["owner"], np.int64), parts.about["step"]
        assert isinstance(step, int)
        return cls(Line.from_parts(parts.children["line"]), paths, left, owner, step)


def _windows(indicator: Floats, unit: Longs, width: int, jump: int) -> Floats:
    """(n, width) each row's trailing stretch of the indicator, every ``jump``-th row; a young unit's start repeats."""
    found = np.empty((len(indicator), width))
    earlier = indicator
    for back in range(width):
        at = np.maximum(np.arange(len(indicator)) - back * jump, 0)
        earlier = np.where(unit[at] == unit, indicator[at], earlier)
        found[:, width - 1 - back] = earlier
    return found


def thinning(rows: int, most: int = ROWS) -> int:
    """Every how manieth row to learn from."""
    return max(1, -(-rows // most))


def enough(count: int, least: int) -> None:
    """InputError when there are fewer than ``least`` units whose failure is known."""
    if count < least:
        raise InputError("machine_health.fleet_small", count=count, least=least)
