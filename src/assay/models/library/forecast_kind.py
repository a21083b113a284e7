"""The kind ``forecast``: a trained forecaster of one tag, judged at origins that follow each other by its horizon."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator

from assay.kernel.errors import InputError
from assay.models.library.conformal import offsets
from assay.models.library.kinds import BaseKind, Prediction
from assay.models.library.lagged import last_known
from assay.models.library.parts import Parts
from assay.plant.series import Frame

if TYPE_CHECKING:
    from assay.models.forecast import Forecaster

LEAST_PAST, MOST_ORIGINS = 20, 60


class ForecastOptions(BaseModel):
    """See ``models.forecast.Forecaster``: rows to forecast, nominal interval, periods in rows (empty to find them),
    nominal seconds that slow candidates may take."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    horizon: int = Field(default=1, ge=1, le=2000)
    interval: float = Field(default=0.9, ge=0.5, le=0.99)
    seasons: tuple[int, ...] = ()
    seconds: float = Field(default=20.0, gt=0.0, le=3600.0)

    @field_validator("seasons", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


class ForecastModel:
    """A forecaster; each row's prediction was made at the newest origin before it, at most ``horizon`` rows earlier.

    Origins are counted back from the frame's last row, the newest ``MOST_ORIGINS`` of them; rows before say nothing.
    """

    def __init__(self, target: str, forecaster: Forecaster, about: Mapping[str, JsonValue]) -> None:
        self.target, self.forecaster, self.about = target, forecaster, about

    @property
    def inputs(self) -> tuple[str, ...]:
        """The target's own past."""
        return (self.target,)

    @property
    def level(self) -> float:
        """The nominal interval."""
        return self.forecaster.interval

    @property
    def weights(self) -> Mapping[str, float]:
        """One input carries everything."""
        return {self.target: 1.0}

    def predict(self, frame: Frame) -> Prediction:
        """See this class; an origin whose past does not suffice says nothing."""
        history = frame.good().select([self.target])
        found = np.full((3, len(history)), np.nan)
        for origin, rows in blocks(len(history), self.forecaster.horizon):
            past = Frame(history.times[:origin], history.tags, history.values[:origin])
            try:
                said = self.forecaster.predict(past)[self.target]
            except (InputError, KeyError):
                continue
            at = _nearest(said.times, history.times[rows])
            known = at >= 0
            for side, values in enumerate((said.median, said.low, said.high)):
                found[side, rows.start : rows.stop][known] = values[at[known]]
        return Prediction(found[0], found[1], found[2])

    def to_parts(self) -> Parts:
        """The forecaster's parts inside."""
        about: dict[str, JsonValue] = {"target": self.target, "about": dict(self.about)}
        return Parts(about=about, children={"forecaster": self.forecaster.to_parts()})

    @classmethod
    def from_parts(cls, parts: Parts) -> ForecastModel:
        """As it was."""
        from assay.models.forecast import Forecaster

        about: Any = parts.about
        return cls(about["target"], Forecaster.from_parts(parts.children["forecaster"]), about["about"])


class SeasonalRival:
    """The value one season ago, or the newest one where no season does better in the training.

    It stands at the same origins as the model: a value that was not known there is taken from a season earlier.
    """

    def __init__(self, target: str, horizon: int, level: float, season: int, ends: tuple[float, float]) -> None:
        self.target, self.horizon, self.level, self.season, self.ends = target, horizon, level, season, ends

    @classmethod
    def of(cls, frame: Frame, target: str, options: ForecastOptions, seasons: tuple[int, ...]) -> SeasonalRival:
        """Choose the season by the mean absolute error on the training's own origins."""
        actual = frame.column(target)
        tried = [cls(target, options.horizon, options.interval, season, (0.0, 0.0)) for season in (1, *seasons)]
        residuals = [actual - one.predict(frame).median for one in tried]
        errors = [float(np.nanmean(np.abs(off))) if (~np.isnan(off)).any() else np.inf for off in residuals]
        best = int(np.argmin(errors))
        ends = offsets(residuals[best], options.interval)
        return cls(target, options.horizon, options.interval, tried[best].season, ends)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The target's own past."""
        return (self.target,)

    @property
    def weights(self) -> Mapping[str, float]:
        """One input carries everything."""
        return {self.target: 1.0}

    @property
    def about(self) -> Mapping[str, JsonValue]:
        """The season in rows, 1 for the newest value."""
        return {"rule": "seasonal_naive", "season": self.season}

    def predict(self, frame: Frame) -> Prediction:
        """As the model, at the same origins."""
        good = frame.good()
        values = good.column(self.target) if self.target in good.tags else np.full(len(good), np.nan)
        held = last_known(values, 0)
        median = np.full(len(values), np.nan)
        for origin, rows in blocks(len(values), self.horizon):
            ahead = np.arange(1, rows.stop - rows.start + 1)
            source = origin - 1 + ahead - self.season * -(-ahead // self.season)
            there = source >= 0
            median[rows][there] = held[source[there]]
        return Prediction(median, median + self.ends[0], median + self.ends[1])

    def to_parts(self) -> Parts:
        """Settings and the interval's ends."""
        about: dict[str, JsonValue] = {"target": self.target, "horizon": self.horizon}
        about |= {"level": self.level, "season": self.season}
        return Parts(about=about, arrays={"ends": np.array(self.ends)})

    @classmethod
    def from_parts(cls, parts: Parts) -> SeasonalRival:
        """As it was."""
        about: Any = parts.about
        ends = (float(parts.arrays["ends"][0]), float(parts.arrays["ends"][1]))
        return cls(about["target"], about["horizon"], about["level"], about["season"], ends)


class ForecastKind(BaseKind):
    """A forecaster of one tag from its own past, against the seasonal naive forecast."""

    name = "forecast"
    options: type[BaseModel] = ForecastOptions

    def train(self, frame: Frame, target: str, options: BaseModel) -> ForecastModel:
        """See ``Forecaster.fit``."""
        from assay.models.forecast import Forecaster

        assert isinstance(options, ForecastOptions)
        made = Forecaster(
            options.horizon, interval=options.interval, seasons=options.seasons or None, seconds=options.seconds
        )
        made.fit(_column(frame, target), (target,))
        (one,) = made.predict().targets
        about: dict[str, JsonValue] = {"chosen": one.chosen, "horizon": options.horizon, "season": one.season}
        about["weights"] = {name: round(share, 4) for name, share in one.weights.items()}
        return ForecastModel(target, made, about)

    def naive(self, frame: Frame, target: str, options: BaseModel) -> SeasonalRival:
        """The seasonal naive forecast of the found (or given) seasons."""
        from assay.models.forecast.seasons import find_seasons

        assert isinstance(options, ForecastOptions)
        history = _column(frame, target)
        values = last_known(history.values[:, 0], 0)
        known = values[~np.isnan(values)]
        step = int(np.median(np.diff(history.times.view(np.int64)))) if len(history) > 1 else 1
        seasons = options.seasons or find_seasons(known, step)
        return SeasonalRival.of(history, target, options, tuple(seasons))

    load: Callable[[Parts], ForecastModel] = staticmethod(ForecastModel.from_parts)
    load_naive: Callable[[Parts], SeasonalRival] = staticmethod(SeasonalRival.from_parts)


def blocks(rows: int, horizon: int) -> Iterator[tuple[int, slice]]:
    """(origin, rows after it) back from the end; the origin is how many rows are known."""
    for k in range(1, MOST_ORIGINS + 1):
        origin = rows - horizon * k
        if origin < LEAST_PAST:
            return
        yield origin, slice(origin, origin + horizon)


def _column(frame: Frame, target: str) -> Frame:
    if target not in frame.tags:
        raise InputError("library.target_missing", target=target, tags=", ".join(frame.tags[:10]))
    return frame.good().select([target])


def _nearest(offered: np.ndarray[Any, Any], wanted: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """For each wanted time the place of the offered one, -1 where none is within half a step."""
    a, b = offered.astype("datetime64[ns]").view(np.int64), wanted.astype("datetime64[ns]").view(np.int64)
    half = (int(a[1] - a[0]) if len(a) > 1 else 2) / 2
    at = np.clip(np.searchsorted(a, b), 0, len(a) - 1)
    left = np.maximum(at - 1, 0)
    at = np.where(np.abs(a[left] - b) < np.abs(a[at] - b), left, at)
    return np.where(np.abs(a[at] - b) <= max(half, 1), at, -1)
