"""The kind ``soft_sensor``, and the kind that a stranger's scikit-learn-style estimator becomes."""

from __future__ import annotations

import inspect
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from assay.kernel.errors import InputError
from assay.models.library.kinds import BaseKind
from assay.models.library.parts import Parts
from assay.models.library.soft_sensor import LastOrMedian, SoftSensor
from assay.plant.series import Frame


class SensorOptions(BaseModel):
    """What ``--param`` may set; see ``SoftSensor``. A text with commas is a list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    features: tuple[str, ...] = ()
    lags: tuple[int, ...] = Field(default=(0, 1, 2, 4), min_length=1, max_length=20)
    delay: int = Field(default=1, ge=1, le=100_000)
    level: float = Field(default=0.9, gt=0.0, lt=1.0)
    own_past: bool = False
    max_rows: int = Field(default=20_000, ge=60, le=1_000_000)

    @field_validator("features", "lags", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("lags")
    @classmethod
    def _not_the_future(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if min(value) < 0 or max(value) > 10_000:
            raise ValueError("lags are 0 to 10000 rows back")
        return tuple(sorted(set(value)))


class SoftSensorKind(BaseKind):
    """A tag from other tags, by ridge regression or boosted trees."""

    name = "soft_sensor"
    options: type[BaseModel] = SensorOptions

    def train(self, frame: Frame, target: str, options: BaseModel) -> SoftSensor:
        """See ``SoftSensor.fit``."""
        return SoftSensor(**options.model_dump()).fit(frame, target)

    def naive(self, frame: Frame, target: str, options: BaseModel) -> LastOrMedian:
        """The target's last known value, or its median."""
        assert isinstance(options, SensorOptions)
        return LastOrMedian(options.delay, options.level).fit(frame, target)

    def load(self, parts: Parts) -> SoftSensor:
        """From its parts."""
        return SoftSensor.from_parts(parts)

    def load_naive(self, parts: Parts) -> LastOrMedian:
        """From its parts."""
        return LastOrMedian.from_parts(parts)


class EstimatorOptions(SensorOptions):
    """A soft sensor's options, and those of the estimator itself under their own names."""

    model_config = ConfigDict(frozen=True, extra="allow")

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, data: Any) -> Any:
        """What belongs to the estimator is read as JSON where it is JSON: ``--param alpha=0.1`` is a number."""
        if not isinstance(data, dict):
            return data
        own = set(cls.model_fields)
        return {name: value if name in own else _read(value) for name, value in data.items()}


class EstimatorKind(SoftSensorKind):
    """A soft sensor that uses a stranger's estimator class: ``fit(X, y)``, ``predict(X)``, ``get_params()``.

    The class keeps itself by ``to_parts`` and ``from_parts``, or is kept by skops; types of its own package are then
    named by its attribute ``trusted_types``.
    """

    options: type[BaseModel] = EstimatorOptions

    def __init__(self, name: str, made_by: type[Any]) -> None:
        absent = [one for one in ("fit", "predict", "get_params") if not callable(getattr(made_by, one, None))]
        if absent:
            raise InputError("library.estimator_wrong", name=name, kind=made_by.__name__, absent=", ".join(absent))
        self.name, self.made_by = name, made_by
        self.trusted = tuple(str(one) for one in getattr(made_by, "trusted_types", ()))

    def train(self, frame: Frame, target: str, options: BaseModel) -> SoftSensor:
        """A clone of the estimator is fitted on standardised columns without gaps."""
        given = dict(options.model_extra or {})
        known = set(inspect.signature(self.made_by.__init__).parameters) - {"self"}
        wrong = sorted(set(given) - known)
        if wrong:
            named = ", ".join(sorted(known | set(SensorOptions.model_fields)))
            raise InputError("library.option_unknown", kind=self.name, option=wrong[0], known=named)
        own = {name: getattr(options, name) for name in SensorOptions.model_fields}
        return SoftSensor(**own, estimator=self.made_by(**given)).fit(frame, target)

    def load(self, parts: Parts) -> SoftSensor:
        """From its parts."""
        return SoftSensor.from_parts(parts, self.made_by)


def _read(value: Any) -> Any:
    import json

    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
