"""Regressors that a soft sensor chooses among: ridge regression, gradient-boosted trees, and a stranger's estimator."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, Protocol, Self

import numpy as np

from assay.models.library.estimator import Estimator
from assay.models.library.parts import Parts
from assay.plant.series import Floats

_ROUNDS = 200


class Regressor(Protocol):
    """``fit`` and ``predict`` over (n, p) tables that may hold NaN; ``importance`` is (p,) and not negative."""

    def fit(self, table: Floats, target: Floats) -> Self: ...

    def predict(self, table: Floats) -> Floats: ...

    def importance(self) -> Floats: ...

    def to_parts(self) -> Parts: ...


class _Scaled(Estimator):
    """Columns at mean 0 and deviation 1, unknown cells at the median."""

    def _learn(self, table: Floats) -> Floats:
        known = ~np.isnan(table)
        self.median_ = np.array([np.median(c[k]) if k.any() else 0.0 for c, k in zip(table.T, known.T, strict=True)])
        filled = np.where(known, table, self.median_)
        self.mean_ = filled.mean(axis=0)
        spread = filled.std(axis=0)
        self.scale_ = np.where(spread > 1e-12 * (1.0 + np.abs(self.mean_)), spread, 1.0)
        return self._scaled(table)

    def _scaled(self, table: Floats) -> Floats:
        found: Floats = (np.where(np.isnan(table), self.median_, table) - self.mean_) / self.scale_
        return found

    def _arrays(self) -> dict[str, Any]:
        return {"median": self.median_, "mean": self.mean_, "scale": self.scale_}

    def _take(self, arrays: Mapping[str, Any]) -> None:
        self.median_, self.mean_, self.scale_ = (np.asarray(arrays[k], float) for k in ("median", "mean", "scale"))


class Ridge(_Scaled):
    """Ridge regression (Hoerl and Kennard 1970); ``alpha`` is the penalty a row, on standardised columns."""

    def __init__(self, alpha: float = 0.01) -> None:
        self.alpha = alpha

    def fit(self, table: Floats, target: Floats) -> Self:
        """Solve the normal equations."""
        scaled = self._learn(table)
        self.intercept_ = float(target.mean())
        penalty = self.alpha * len(target) * np.eye(scaled.shape[1])
        solved = np.linalg.solve(scaled.T @ scaled + penalty, scaled.T @ (target - self.intercept_))
        self.coef_ = np.asarray(solved, np.float64)
        return self

    def predict(self, table: Floats) -> Floats:
        """(n,) in the target's unit."""
        # Row by row, so that a row's prediction does not depend on the rows beside it.
        found: Floats = np.einsum("ij,j->i", self._scaled(table), self.coef_) + self.intercept_
        return found

    def importance(self) -> Floats:
        """Sizes of the standardised coefficients."""
        found: Floats = np.abs(self.coef_)
        return found

    def to_parts(self) -> Parts:
        about = {"alpha": self.alpha, "intercept": self.intercept_}
        return Parts(about=about, arrays={**self._arrays(), "coef": self.coef_})

    @classmethod
    def from_parts(cls, parts: Parts) -> Ridge:
        about: Any = parts.about
        made = cls(about["alpha"])
        made._take(parts.arrays)
        made.coef_, made.intercept_ = np.asarray(parts.arrays["coef"], np.float64), about["intercept"]
        return made


class Boosted(Estimator):
    """Gradient-boosted trees (LightGBM, Ke et al. 2017), small ones with random columns and rows."""

    def __init__(self, rounds: int = _ROUNDS, rate: float = 0.07, leaves: int = 15, smallest: int = 20) -> None:
        self.rounds, self.rate, self.leaves, self.smallest = rounds, rate, leaves, smallest

    def fit(self, table: Floats, target: Floats) -> Self:
        """Train; the same rows give the same trees whatever the machine's threads."""
        import lightgbm

        settings = {
            "objective": "regression",
            "learning_rate": self.rate,
            "num_leaves": self.leaves,
            "min_data_in_leaf": max(2, min(self.smallest, len(target) // 10)),
            "feature_fraction": 0.8,
            "bagging_fraction": 0.8,
            "bagging_freq": 1,
            "lambda_l2": 1.0,
            "seed": 7,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": 1,
            "verbosity": -1,
        }
        data = lightgbm.Dataset(table, target, params={"verbosity": -1})
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="lightgbm")
            booster = lightgbm.train(settings, data, num_boost_round=self.rounds)
        self.text_: str = booster.model_to_string()
        self.booster_ = lightgbm.Booster(model_str=self.text_)
        return self

    def predict(self, table: Floats) -> Floats:
        """(n,) in the target's unit."""
        return np.asarray(self.booster_.predict(table, num_threads=1), float)

    def importance(self) -> Floats:
        """Gain by column."""
        return np.asarray(self.booster_.feature_importance("gain"), float)

    def to_parts(self) -> Parts:
        return Parts(about=self.get_params(), texts={"trees": self.text_})

    @classmethod
    def from_parts(cls, parts: Parts) -> Boosted:
        import lightgbm

        about: Any = parts.about
        made = cls(**about)
        made.text_ = parts.texts["trees"]
        made.booster_ = lightgbm.Booster(model_str=made.text_)
        return made


class Foreign(_Scaled):
    """A scikit-learn-style estimator (``fit(X, y)``, ``predict(X)``) behind the same door, fed standardised columns."""

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator

    def fit(self, table: Floats, target: Floats) -> Self:
        """Fit a clone, so that the estimator that was given stays as it was."""
        import sklearn.base

        clone: Any = sklearn.base.clone
        self.fitted_ = clone(self.estimator, safe=False).fit(self._learn(table), target)
        self.columns_ = table.shape[1]
        return self

    def predict(self, table: Floats) -> Floats:
        """(n,) in the target's unit."""
        return np.asarray(self.fitted_.predict(self._scaled(table)), float).reshape(-1)

    def importance(self) -> Floats:
        """What the estimator says of itself, or nothing."""
        for name in ("feature_importances_", "coef_"):
            found = getattr(self.fitted_, name, None)
            if found is not None and np.size(found) == self.columns_:
                sizes: Floats = np.abs(np.asarray(found, np.float64)).reshape(-1)
                return sizes
        return np.zeros(self.columns_)

    def to_parts(self) -> Parts:
        about = {"columns": self.columns_}
        if hasattr(self.fitted_, "to_parts"):
            return Parts(about=about, arrays=self._arrays(), children={"own": self.fitted_.to_parts()})
        return Parts(about=about, arrays=self._arrays(), estimators={"fitted": self.fitted_})

    @classmethod
    def from_parts(cls, parts: Parts, made_by: Any = None) -> Foreign:
        """``made_by``: the class whose ``from_parts`` reads what its ``to_parts`` gave."""
        own = parts.children.get("own")
        fitted = parts.estimators["fitted"] if own is None else made_by.from_parts(own)
        about: Any = parts.about
        made = cls(fitted)
        made._take(parts.arrays)
        made.fitted_, made.columns_ = fitted, about["columns"]
        return made
