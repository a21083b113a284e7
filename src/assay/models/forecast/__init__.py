"""Forecasts with honest intervals: ``forecast`` for one call, ``Forecaster`` to train once and ask again.

Candidates are tried at up to 12 earlier origins, combined by their errors there, and the combination is used only where
it beat the seasonal naive forecast; its errors at those origins, with weights from the others, give the interval.
Limits: the newest 40,000 grid rows are read, horizons reach 2,000 rows, a history must hold the horizon and at least 7
rows more, seasons are those of the clock (minute, hour, shift, day, week, year) unless they are given.

The loading of this package is light: what computes is imported when a name is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assay.kernel.texts import register_texts

if TYPE_CHECKING:
    from assay.models.forecast.forecaster import Forecaster, forecast
    from assay.models.forecast.notes import Note
    from assay.models.forecast.result import ForecastResult, TargetForecast
    from assay.models.forecast.scores import Score

register_texts("forecast", "assay.models.forecast")

_HOMES = {
    "Forecaster": "forecaster",
    "forecast": "forecaster",
    "Note": "notes",
    "ForecastResult": "result",
    "TargetForecast": "result",
    "Score": "scores",
}
__all__ = ["ForecastResult", "Forecaster", "Note", "Score", "TargetForecast", "forecast"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
