"""A soft sensor: one tag from the other tags and their past.

Ridge regression and boosted trees (or a stranger's estimator) are tried over origins that roll forward; the one with
the smaller mean absolute error is taken and its errors on the later parts make the interval.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from assay.kernel.errors import InputError
from assay.models.library.conformal import offsets
from assay.models.library.estimator import Estimator
from assay.models.library.kinds import Prediction, rolling
from assay.models.library.lagged import lagged, last_known
from assay.models.library.parts import Parts
from assay.models.library.regressors import Boosted, Foreign, Regressor, Ridge
from assay.plant.series import Floats, Frame

_MAKERS: Mapping[str, Callable[[], Regressor]] = {"ridge": Ridge, "boosted": Boosted}


class SoftSensor(Estimator):
    """``fit(frame, target)`` and ``predict(frame)``.

    features: tags to read, all but the target when empty; lags: rows back at which they are read; delay: rows until the
    target is known (used by ``own_past`` only, which also reads the target's newest known value); level: nominal
    coverage of the interval; max_rows: the newest rows that are trained on; estimator: a scikit-learn-style regressor
    to use instead of choosing.
    """

    def __init__(
        self,
        features: Sequence[str] = (),
        lags: Sequence[int] = (0, 1, 2, 4),
        delay: int = 1,
        level: float = 0.9,
        own_past: bool = False,
        max_rows: int = 20_000,
        estimator: Any = None,
    ) -> None:
        self.features, self.lags, self.delay, self.level = features, lags, delay, level
        self.own_past, self.max_rows, self.estimator = own_past, max_rows, estimator

    def fit(self, frame: Frame, target: str) -> Self:
        """Learn from the good values; InputError when the target, the features or the rows do not suffice."""
        frame = frame.good()
        self.target_ = target
        actual = _usable_target(frame, target)
        self.features_ = self._usable_features(frame, target)
        table = self._table(frame)
        known = np.asarray(~np.isnan(actual) & (~np.isnan(table)).any(axis=1), np.bool_)
        known[: max(self.lags)] = False
        residuals = self._tried(table, actual, known)
        self.scores_ = {name: float(np.nanmean(np.abs(off))) for name, off in residuals.items()}
        self.chosen_ = min(self.scores_, key=lambda name: self.scores_[name])
        self.offsets_ = offsets(residuals[self.chosen_], self.level)
        rows = self._newest(np.flatnonzero(known))
        self.regressor_ = self._candidates()[self.chosen_]().fit(table[rows], actual[rows])
        return self

    def predict(self, frame: Frame) -> Prediction:
        """The target at each row; nothing in the first ``max(lags)`` rows and where no feature is known."""
        table = self._table(frame.good())
        there = np.asarray((~np.isnan(table)).any(axis=1), np.bool_)
        there[: max(self.lags)] = False
        median = np.full(len(table), np.nan)
        if there.any():
            median[there] = self.regressor_.predict(table[there])
        return Prediction(median, median + self.offsets_[0], median + self.offsets_[1])

    @property
    def inputs(self) -> tuple[str, ...]:
        """The tags that it reads."""
        return self.features_

    @property
    def weights(self) -> Mapping[str, float]:
        """How much each feature matters over all its lags."""
        each = self.regressor_.importance()
        if not each.sum() > 0.0:
            return {}
        count = len(self.features_)
        by_tag = each[: count * len(self.lags)].reshape(len(self.lags), count).sum(axis=0)
        share = by_tag / each.sum()
        return {tag: float(part) for tag, part in zip(self.features_, share, strict=True)}

    @property
    def about(self) -> Mapping[str, JsonValue]:
        """What was chosen, and every candidate's mean absolute error on the same later rows."""
        return {"chosen": self.chosen_, "mae_by_candidate": dict(self.scores_)}

    def to_parts(self) -> Parts:
        """Everything but the stranger's untrained estimator."""
        about: dict[str, JsonValue] = {
            "features": list(self.features_),
            "lags": list(self.lags),
            "delay": self.delay,
            "level": self.level,
            "own_past": self.own_past,
            "max_rows": self.max_rows,
            "target": self.target_,
            "chosen": self.chosen_,
            "scores": dict(self.scores_),
        }
        return Parts(
            about=about, arrays={"offsets": np.array(self.offsets_)}, children={"regressor": self.regressor_.to_parts()}
        )

    @classmethod
    def from_parts(cls, parts: Parts, made_by: type[Any] | None = None) -> SoftSensor:
        """``made_by``: the class of a stranger's estimator that keeps itself by ``to_parts``."""
        about: Any = parts.about
        names = ("features", "lags", "delay", "level", "own_past", "max_rows")
        made = cls(**{name: about[name] for name in names})
        made.target_, made.chosen_, made.scores_ = about["target"], about["chosen"], dict(about["scores"])
        made.features_ = tuple(about["features"])
        made.offsets_ = (float(parts.arrays["offsets"][0]), float(parts.arrays["offsets"][1]))
        inner = parts.children["regressor"]
        if made.chosen_ in _MAKERS:
            made.regressor_ = Ridge.from_parts(inner) if made.chosen_ == "ridge" else Boosted.from_parts(inner)
        else:
            made.regressor_ = Foreign.from_parts(inner, made_by)
        return made

    def _usable_features(self, frame: Frame, target: str) -> tuple[str, ...]:
        wanted = tuple(self.features) or tuple(tag for tag in frame.tags if tag != target)
        if target in wanted:
            raise InputError("library.target_is_feature", target=target)
        values = frame.select(wanted).values
        known = ~np.isnan(values)
        low = np.where(known, values, np.inf).min(axis=0, initial=np.inf)
        high = np.where(known, values, -np.inf).max(axis=0, initial=-np.inf)
        moving = tuple(tag for tag, a, b in zip(wanted, low, high, strict=True) if a < b)
        if not moving and not self.own_past:
            raise InputError("library.no_features", target=target)
        return moving

    def _table(self, frame: Frame) -> Floats:
        table = lagged(frame, self.features_, self.lags)
        if not self.own_past:
            return table
        if self.target_ not in frame.tags:
            raise InputError("library.features_missing", tags=self.target_, count=1)
        return np.column_stack([table, last_known(frame.column(self.target_), self.delay)])

    def _candidates(self) -> dict[str, Callable[[], Regressor]]:
        if self.estimator is None:
            return dict(_MAKERS)
        return {f"estimator {type(self.estimator).__name__}": lambda: Foreign(self.estimator)}

    def _tried(self, table: Floats, actual: Floats, known: NDArray[np.bool_]) -> dict[str, Floats]:
        """Each candidate's residuals (actual minus predicted) on rows later than its training."""
        found = {name: np.full(len(actual), np.nan) for name in self._candidates()}
        for origin in rolling(known):
            train, test = self._newest(origin.train[known[origin.train]]), origin.test[known[origin.test]]
            for name, make in self._candidates().items():
                predicted = make().fit(table[train], actual[train]).predict(table[test])
                found[name][test] = actual[test] - predicted
        return found

    def _newest(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        return rows[-self.max_rows :]


class LastOrMedian(Estimator):
    """The rival that learns nothing: the target's newest value that is known ``delay`` rows later, or the median of the
    training, whichever had the smaller mean absolute error there."""

    def __init__(self, delay: int = 1, level: float = 0.9) -> None:
        self.delay, self.level = delay, level

    def fit(self, frame: Frame, target: str) -> Self:
        """Choose on the training rows."""
        actual = _usable_target(frame.good(), target)
        self.target_, self.median_ = target, float(np.nanmedian(actual))
        last = np.abs(actual - last_known(actual, self.delay))
        self.by_last_ = bool((~np.isnan(last)).any()) and float(np.nanmean(last)) <= float(
            np.nanmean(np.abs(actual - self.median_)[~np.isnan(last)])
        )
        residuals = actual - (last_known(actual, self.delay) if self.by_last_ else self.median_)
        self.offsets_ = offsets(residuals, self.level)
        return self

    def predict(self, frame: Frame) -> Prediction:
        """The same for every frame; the last value needs the target's column."""
        median = np.full(len(frame), self.median_)
        if self.by_last_:
            good = frame.good()
            known = good.column(self.target_) if self.target_ in good.tags else np.full(len(frame), np.nan)
            median = last_known(known, self.delay)
        return Prediction(median, median + self.offsets_[0], median + self.offsets_[1])

    @property
    def inputs(self) -> tuple[str, ...]:
        """It reads the target's own past at most."""
        return ()

    @property
    def weights(self) -> Mapping[str, float]:
        """None: it has no inputs."""
        return {}

    @property
    def about(self) -> Mapping[str, JsonValue]:
        """Which of the two it is."""
        return {"rule": "last_known" if self.by_last_ else "training_median", "delay": self.delay}

    def to_parts(self) -> Parts:
        """Settings and the two numbers."""
        about: dict[str, JsonValue] = {**self.get_params(), "target": self.target_, "by_last": self.by_last_}
        return Parts(about=about, arrays={"median": np.array(self.median_), "offsets": np.array(self.offsets_)})

    @classmethod
    def from_parts(cls, parts: Parts) -> LastOrMedian:
        """As it was."""
        about: Any = parts.about
        made = cls(about["delay"], about["level"])
        made.target_, made.by_last_ = about["target"], about["by_last"]
        made.median_ = float(parts.arrays["median"])
        made.offsets_ = (float(parts.arrays["offsets"][0]), float(parts.arrays["offsets"][1]))
        return made


def _usable_target(frame: Frame, target: str) -> Floats:
    if target not in frame.tags:
        raise InputError("library.target_missing", target=target, tags=", ".join(frame.tags[:10]))
    actual = frame.column(target)
    known = actual[~np.isnan(actual)]
    if not len(known) or known.min() == known.max():
        raise InputError("library.target_still", target=target)
    return actual
