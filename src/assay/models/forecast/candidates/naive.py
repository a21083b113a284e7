"""Forecasts that need no training: they are what every other one is measured against."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from assay.models.forecast.panel import Floats, Panel
from assay.models.library.parts import Parts


class _Plain:
    """Keeps the horizon; forecasts each series alone."""

    name: str = ""

    def __init__(self, horizon: int = 0) -> None:
        self.horizon = horizon

    def fit(self, panel: Panel, end: int, horizon: int) -> None:
        """Only the horizon is kept."""
        self.horizon = horizon

    def predict(self, panel: Panel, origins: Sequence[int], wanted: Sequence[int]) -> Floats:
        """(series, origins, horizon)."""
        out = np.full((len(panel), len(origins), self.horizon), np.nan)
        for series in wanted:
            for at, origin in enumerate(origins):
                history = panel.history(series, origin)
                if len(history):
                    out[series, at] = self.one(history, panel.seasons[series])
        return out

    def one(self, history: Floats, seasons: tuple[int, ...]) -> Floats:
        """(horizon,) from one history."""
        raise NotImplementedError

    def to_parts(self) -> Parts:
        """The horizon."""
        return Parts(about={"horizon": self.horizon})

    @classmethod
    def from_parts(cls, parts: Parts) -> Self:
        """The inverse of ``to_parts``."""
        return cls(int(str(parts.about["horizon"])))


def repeat(history: Floats, season: int, horizon: int) -> Floats:
    """The last ``season`` values again and again."""
    return np.resize(history[-min(season, len(history)) :], horizon)


class SeasonalNaive(_Plain):
    """The last season again; without a season the last value."""

    name = "seasonal_naive"

    def one(self, history: Floats, seasons: tuple[int, ...]) -> Floats:
        return repeat(history, seasons[0] if seasons else 1, self.horizon)


class LongNaive(_Plain):
    """The last cycle of the longest season again (a week of hours); NaN when there is one season only."""

    name = "long_naive"

    def one(self, history: Floats, seasons: tuple[int, ...]) -> Floats:
        if len(seasons) < 2 or len(history) < seasons[-1]:
            return np.full(self.horizon, np.nan)
        return repeat(history, seasons[-1], self.horizon)


class Climate(_Plain):
    """The median of the last cycles at the same place of the longest season; without one, of the last rows.

    It is robust: one odd day does not repeat itself.
    """

    name = "seasonal_median"
    cycles = 5

    def one(self, history: Floats, seasons: tuple[int, ...]) -> Floats:
        season = seasons[-1] if seasons else 1
        cycles = min(self.cycles if seasons else 25, len(history) // season)
        if cycles < 3 and len(seasons) > 1:
            season = seasons[0]
            cycles = min(self.cycles, len(history) // season)
        if cycles < 3:
            return np.full(self.horizon, np.nan)
        table = history[len(history) - cycles * season :].reshape(cycles, season)
        return np.resize(np.median(table, axis=0), self.horizon)


class Drifted(_Plain):
    """The last season again, moved to the level of the newest rows as far as it stood apart from them one cycle ago.

    The shape comes from the longest season, the level from the shortest: a week's shape at today's level.
    """

    name = "levelled_naive"

    def one(self, history: Floats, seasons: tuple[int, ...]) -> Floats:
        if len(seasons) < 2 or len(history) < seasons[-1] + seasons[0]:
            return np.full(self.horizon, np.nan)
        short, long = seasons[0], seasons[-1]
        level = history[-short:].mean() - history[-short - long : -long].mean()
        return np.asarray(repeat(history, long, self.horizon) + level, np.float64)
