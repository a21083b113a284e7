"""The kind ``detector``: a trained detector of anomalies, judged by wrong rows.

The target is a tag with labels (above 0.5: abnormal). Where the data have no such tag every row counts as normal, and
what is judged is false alarms alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator

from assay.kernel.errors import InputError
from assay.models.library.kinds import BaseKind, Prediction, take_rows
from assay.models.library.parts import Parts
from assay.plant.series import Floats, Frame

if TYPE_CHECKING:
    from assay.models.detect import Detector


class DetectorOptions(BaseModel):
    """Tags to look at (all but the labels when empty) and the wanted share of normal rows above the threshold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    features: tuple[str, ...] = ()
    false_alarms: float = Field(default=0.01, ge=1e-6, le=0.2)

    @field_validator("features", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


class DetectorModel:
    """A detector; the prediction is 1 in alarm rows and 0 elsewhere, without an interval."""

    level = None

    def __init__(self, detector: Detector) -> None:
        self.detector = detector

    @property
    def inputs(self) -> tuple[str, ...]:
        """The tags that it reads."""
        return self.detector.learned.tags

    @property
    def weights(self) -> Mapping[str, float]:
        """Unknown beforehand: each alarm has its own."""
        return {}

    @property
    def about(self) -> Mapping[str, JsonValue]:
        """False alarms wanted and measured on held-out normal rows."""
        found = self.detector.learned.expected
        return {"false_alarms_wanted": found.wanted, "false_alarms_measured": found.measured, "sure": bool(found.sure)}

    def predict(self, frame: Frame) -> Prediction:
        """1 where a row lies in an alarm."""
        return Prediction.plain(self.detector.score(frame).alarm.astype(np.float64))

    def to_parts(self) -> Parts:
        """The detector's own parts."""
        return self.detector.to_parts()

    @classmethod
    def from_parts(cls, parts: Parts) -> DetectorModel:
        """As it was."""
        from assay.models.detect import Detector

        return cls(Detector.from_parts(parts))


class RobustRival:
    """Each tag by itself: the largest distance from the median in median absolute deviations, against the quantile of
    the training that the wanted rate of false alarms gives."""

    level = None

    def __init__(self, tags: tuple[str, ...], middle: Floats, spread: Floats, limit: float) -> None:
        self.inputs, self.middle, self.spread, self.limit = tags, middle, spread, limit

    @classmethod
    def of(cls, frame: Frame, tags: tuple[str, ...], false_alarms: float) -> RobustRival:
        """From normal rows."""
        values = frame.select(tags).values
        middle = np.array([_median(column) for column in values.T])
        spread = np.array([_median(np.abs(column - m)) for column, m in zip(values.T, middle, strict=True)])
        made = cls(tags, middle, np.where(spread > 0.0, 1.4826 * spread, 1.0), 0.0)
        made.limit = float(np.quantile(made.distances(frame), 1.0 - false_alarms))
        return made

    @property
    def weights(self) -> Mapping[str, float]:
        """All tags alike."""
        return {}

    @property
    def about(self) -> Mapping[str, JsonValue]:
        """The rule and its limit."""
        return {"rule": "robust_univariate", "limit": self.limit}

    def distances(self, frame: Frame) -> Floats:
        """(n,) the largest distance of a row; 0 where nothing is known."""
        z = np.abs(frame.good().select(self.inputs).values - self.middle) / self.spread
        found: Floats = np.where(np.isnan(z), 0.0, z).max(axis=1, initial=0.0)
        return found

    def predict(self, frame: Frame) -> Prediction:
        """1 where a row is farther than the limit."""
        return Prediction.plain((self.distances(frame) > self.limit).astype(np.float64))

    def to_parts(self) -> Parts:
        """Medians, spreads and the limit."""
        about: dict[str, JsonValue] = {"tags": list(self.inputs), "limit": self.limit}
        return Parts(about=about, arrays={"middle": self.middle, "spread": self.spread})

    @classmethod
    def from_parts(cls, parts: Parts) -> RobustRival:
        """As it was."""
        about: Any = parts.about
        middle, spread = (np.asarray(parts.arrays[name], np.float64) for name in ("middle", "spread"))
        return cls(tuple(about["tags"]), middle, spread, about["limit"])


class DetectorKind(BaseKind):
    """A detector trained on the rows that are not labelled abnormal, against robust bounds of each tag."""

    name = "detector"
    options: type[BaseModel] = DetectorOptions
    ties_pass = True  # no false alarm on either side is as good as it gets

    def actual(self, frame: Frame, target: str) -> Floats:
        """1 where the label is above 0.5, 0 elsewhere; NaN where the label is unknown."""
        if target not in frame.tags:
            return np.zeros(len(frame))
        label = frame.good().column(target)
        found: Floats = np.where(np.isnan(label), np.nan, (label > 0.5).astype(np.float64))
        return found

    def train(self, frame: Frame, target: str, options: BaseModel) -> DetectorModel:
        """See ``Detector.fit``."""
        from assay.models.detect import Detector

        assert isinstance(options, DetectorOptions)
        normal = self._normal(frame, target)
        return DetectorModel(
            Detector(false_alarms=options.false_alarms).fit(normal.select(_tags(frame, target, options)))
        )

    def naive(self, frame: Frame, target: str, options: BaseModel) -> RobustRival:
        """Robust bounds of each tag."""
        assert isinstance(options, DetectorOptions)
        return RobustRival.of(self._normal(frame, target), _tags(frame, target, options), options.false_alarms)

    def _normal(self, frame: Frame, target: str) -> Frame:
        frame = frame.good()
        rows = np.flatnonzero(self.actual(frame, target) == 0.0)
        if not len(rows):
            raise InputError("library.no_normal_rows", target=target)
        return take_rows(frame, rows)

    load: Callable[[Parts], DetectorModel] = staticmethod(DetectorModel.from_parts)
    load_naive: Callable[[Parts], RobustRival] = staticmethod(RobustRival.from_parts)


def _tags(frame: Frame, target: str, options: DetectorOptions) -> tuple[str, ...]:
    found = options.features or tuple(tag for tag in frame.tags if tag != target)
    if not found or target in found:
        raise InputError("library.no_features", target=target)
    return found


def _median(column: Floats) -> float:
    known = column[~np.isnan(column)]
    return float(np.median(known)) if len(known) else 0.0
