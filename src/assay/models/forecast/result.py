"""What a forecast says, and what it was tested by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from assay.kernel.texts import Lang, text
from assay.models.forecast.notes import Note
from assay.models.forecast.scores import Score

Floats = NDArray[np.float64]
NAIVE = "seasonal_naive"
COMBINATION = "combination"


@dataclass(frozen=True, eq=False)
class TargetForecast:
    """One target's forecast, in its own unit.

    times: (horizon,) ``datetime64[ns]`` UTC; median, low, high: (horizon,).
    weights: candidate -> share of the combination, sums to 1.
    scores: candidate -> errors at earlier origins; ``combination`` is scored with weights from the other origins.
    chosen: ``combination`` or ``seasonal_naive``; reason: a code, rendered by ``why``.
    coverage: share of held-out rows inside the interval that the other origins gave.
    origins: how many earlier origins judged it; season: rows of its shortest season, 1 for none.
    """

    target: str
    times: NDArray[np.datetime64]
    median: Floats
    low: Floats
    high: Floats
    weights: Mapping[str, float]
    scores: Mapping[str, Score]
    chosen: str
    reason: str
    used_naive: bool
    coverage: float
    origins: int
    season: int
    notes: tuple[Note, ...] = ()

    def why(self, lang: Lang = "en") -> str:
        """The choice as one sentence."""
        own, naive = self.scores[COMBINATION].mase, self.scores[NAIVE].mase
        return text(f"forecast.why_{self.reason}", lang, own=own, naive=naive, origins=self.origins, target=self.target)

    def to_json(self) -> dict[str, JsonValue]:
        """Plain values; times in ISO 8601 with Z."""
        return {
            "target": self.target,
            "times": [f"{time}Z" for time in np.datetime_as_string(self.times, unit="ms")],
            "median": [float(one) for one in self.median],
            "low": [float(one) for one in self.low],
            "high": [float(one) for one in self.high],
            "weights": {name: float(one) for name, one in self.weights.items()},
            "scores": {name: dict(one.to_json()) for name, one in self.scores.items()},
            "chosen": self.chosen,
            "reason": self.reason,
            "used_naive": self.used_naive,
            "coverage": None if np.isnan(self.coverage) else float(self.coverage),
            "origins": self.origins,
            "season": self.season,
            "notes": [one.to_json() for one in self.notes],
        }


@dataclass(frozen=True, eq=False)
class ForecastResult:
    """The forecasts of all targets, and what holds for all.

    step: seconds between rows; interval: the nominal share inside low..high; origin: the last time of the history;
    tried_at: the origins (last known times) that judged the candidates; left_out: candidates that were not tried,
    with the reason; refused: targets without a forecast, with the reason.
    """

    targets: tuple[TargetForecast, ...]
    horizon: int
    interval: float
    step: float
    origin: np.datetime64
    tried_at: tuple[np.datetime64, ...]
    known_inputs: tuple[str, ...]
    left_out: Mapping[str, Note]
    refused: Mapping[str, Note]
    notes: tuple[Note, ...]

    def __getitem__(self, target: str) -> TargetForecast:
        """One target's forecast; KeyError for a target that has none."""
        for one in self.targets:
            if one.target == target:
                return one
        raise KeyError(target)

    @property
    def used_naive(self) -> tuple[str, ...]:
        """Targets for which nothing beat the seasonal naive forecast."""
        return tuple(one.target for one in self.targets if one.used_naive)

    def to_json(self) -> dict[str, JsonValue]:
        """Plain values."""
        return {
            "horizon": self.horizon,
            "interval": self.interval,
            "step_seconds": self.step,
            "origin": f"{np.datetime_as_string(self.origin, unit='ms')}Z",
            "tried_at": [f"{np.datetime_as_string(one, unit='ms')}Z" for one in self.tried_at],
            "known_inputs": list(self.known_inputs),
            "left_out": {name: note.to_json() for name, note in self.left_out.items()},
            "refused": {name: note.to_json() for name, note in self.refused.items()},
            "notes": [one.to_json() for one in self.notes],
            "targets": [one.to_json() for one in self.targets],
        }
