"""Arguments of the skill's tools. Histories are named by their digest (see ``plant.blobs``)."""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from assay.kernel.errors import InputError
from assay.plant.blobs import load_blob
from assay.plant.series import Frame


class HistoryArguments(BaseModel):
    """``history``: a digest. ``units``: units of tags where they are known, for the answer's words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    history: str
    units: dict[str, str] = {}


class ForecastArguments(HistoryArguments):
    """See ``models.forecast.forecast``. ``known_future``: a digest; ``bounds``: tag -> (low, high), None for open;
    ``seasons``: periods in rows, None to find them; ``checkpoint``: folder of a time-series foundation model;
    ``seconds``: nominal work that slow candidates may take."""

    targets: tuple[str, ...] = Field(min_length=1, max_length=500)
    horizon: int
    interval: float = 0.9
    known_future: str | None = None
    seasons: tuple[int, ...] | None = None
    bounds: dict[str, tuple[float | None, float | None]] = {}
    nonnegative: bool | None = None
    checkpoint: str | None = None
    seconds: float = Field(default=120.0, gt=0.0, le=3600.0)


class DetectArguments(HistoryArguments):
    """See ``models.detect.detect``. ``normal``: (from, to) of normal operation, or ``train_rows`` from the start;
    ``rules``: a rule set as plain data (``models.detect.RuleSet``); ``tags``: the tags to look at, None for all."""

    train_rows: int | None = None
    normal: tuple[AwareDatetime, AwareDatetime] | None = None
    false_alarms: float = 0.01
    rules: dict[str, Any] | None = None
    tags: tuple[str, ...] | None = None
    profile: bool = False


class ModelArguments(HistoryArguments):
    """``model``: NAME@VERSION of the library."""

    model: str


class ModelsArguments(HistoryArguments):
    """``models``: NAME@VERSION of the library, one or more."""

    models: tuple[str, ...] = Field(min_length=1, max_length=20)


def frame_of(arguments: HistoryArguments) -> Frame:
    """The history that the arguments name; InputError when it has no row."""
    frame = load_blob(arguments.history)
    if not len(frame):
        raise InputError("timeseries.no_rows")
    return frame
