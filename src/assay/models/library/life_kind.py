"""The kind ``remaining_life``: life that is left, learned from a fleet whose units ran to failure.

A fleet is no history: many units live over the same time. It is kept as a frame all the same, rows of one unit
together, with its unit, its clock and the life left behind its last row as columns; the frame's own times are a count
of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from assay.kernel.errors import InputError
from assay.models.library.conformal import offsets
from assay.models.library.kinds import BaseKind, Origin, Prediction
from assay.models.library.parts import Parts
from assay.plant.notes import Note
from assay.plant.series import Floats, Frame

if TYPE_CHECKING:
    from assay.models.health.fleet import Fleet
    from assay.models.health.life import LifeModel

UNIT, CLOCK, AFTER = "@unit", "@clock", "@after"
FOLDS, LEAST_UNITS = 3, 9


class LifeOptions(BaseModel):
    """``cap``: lives beyond it are not told apart, None for the usual one; ``level``: nominal coverage; ``rounds``:
    trees of each boosted member."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cap: float | None = Field(default=None, gt=0.0)
    level: float = Field(default=0.9, ge=0.5, le=0.99)
    rounds: int = Field(default=400, ge=10, le=5000)


class LifeSeen:
    """A fleet's model; every row is predicted from its unit's rows until then, on the fleet's clock."""

    def __init__(self, made: LifeModel, inputs: tuple[str, ...], level: float) -> None:
        from assay.models.health.intervals import Errors

        self.made, self.inputs, self.level = made, inputs, level
        parts = made.to_parts()
        about, arrays = parts.about, parts.arrays
        told, cap = int(str(about["told"])), float(str(about["cap"]))
        p, y, weight = (np.asarray(arrays[name], np.float64) for name in ("p", "y", "weight"))
        self.cap, self._errors = cap, Errors(p, y, weight, told, cap)

    @property
    def weights(self) -> Mapping[str, float]:
        """Unknown by tag."""
        return {}

    @property
    def about(self) -> Mapping[str, JsonValue]:
        """The cap and the members' shares."""
        shares = {name: round(float(one), 4) for name, one in self.made.weights.items()}
        return {"judged_by": "unit", "cap": self.cap, "failures": self.made.failures, "weights": dict(shares)}

    def predict(self, frame: Frame) -> Prediction:
        """Median and interval of every row, at most the cap."""
        scores = self.made.scores(fleet_of(frame))
        # Rows with the same rounded score share one distribution: a life is not known to a hundredth of the cap.
        coarse = np.round(scores / self.cap, 3)
        found = np.full((3, len(scores)), np.nan)
        for value in np.unique(coarse[~np.isnan(coarse)]):
            life = self._errors.life(float(value) * self.cap, self.level)
            found[:, coarse == value] = np.array([[life.median], [life.low], [life.high]])
        return Prediction(found[0], found[1], found[2])

    def to_parts(self) -> Parts:
        """The fleet's model inside."""
        about: dict[str, JsonValue] = {"inputs": list(self.inputs), "level": self.level}
        return Parts(about=about, children={"life": self.made.to_parts()})

    @classmethod
    def from_parts(cls, parts: Parts) -> LifeSeen:
        """As it was."""
        from assay.models.health.life import LifeModel

        about: Any = parts.about
        return cls(LifeModel.from_parts(parts.children["life"]), tuple(about["inputs"]), about["level"])


class LifeByAge:
    """The rival that looks at no sensor: the fleet's median life, less what the unit has lived."""

    inputs: tuple[str, ...] = ()

    def __init__(self, life: float, cap: float, level: float, ends: tuple[float, float]) -> None:
        self.life, self.cap, self.level, self.ends = life, cap, level, ends

    @property
    def weights(self) -> Mapping[str, float]:
        """None: it has no inputs."""
        return {}

    @property
    def about(self) -> Mapping[str, JsonValue]:
        """The rule and the median life."""
        return {"rule": "median_life_less_age", "life": self.life}

    def predict(self, frame: Frame) -> Prediction:
        """Between 0 and the cap."""
        median = np.clip(self.life - frame.column(CLOCK), 0.0, self.cap)
        low, high = (np.clip(median + end, 0.0, self.cap) for end in self.ends)
        return Prediction(median, low, high)

    def to_parts(self) -> Parts:
        """Four numbers."""
        about: dict[str, JsonValue] = {"life": self.life, "cap": self.cap, "level": self.level}
        return Parts(about=about, arrays={"ends": np.array(self.ends)})

    @classmethod
    def from_parts(cls, parts: Parts) -> LifeByAge:
        """As it was."""
        about: Any = parts.about
        ends = (float(parts.arrays["ends"][0]), float(parts.arrays["ends"][1]))
        return cls(about["life"], about["cap"], about["level"], ends)


class LifeKind(BaseKind):
    """Remaining life of a fleet's units; origins leave out a third of the units each, never rows of one unit."""

    name = "remaining_life"
    options: type[BaseModel] = LifeOptions
    # A younger or older fleet is distributed unlike the training's whole lives, and its times are no times.
    no_drift = ("psi", "step")

    def read(self, path: Path, *, training: bool) -> tuple[Frame, list[Note]]:
        """A fleet's file (see ``health.fleet_file.read_fleet``) as a frame."""
        from assay.models.health.fleet_file import read_fleet

        found = read_fleet(path, learn=training)
        return fleet_frame(found.fleet), [*found.notes, Note("library.note_fleet")]

    def actual(self, frame: Frame, target: str) -> Floats:
        """Life left at each row; NaN where nobody knows."""
        return fleet_of(frame).remaining()

    def origins(self, frame: Frame, target: str, options: BaseModel) -> Sequence[Origin]:
        """Three thirds of the units whose failure is known; InputError with fewer than nine of them."""
        unit, after = frame.column(UNIT), frame.column(AFTER)
        failed = np.unique(unit[~np.isnan(after)])
        if len(failed) < LEAST_UNITS:
            raise InputError("library.few_units", units=len(failed), wanted=LEAST_UNITS)
        thirds = [np.isin(unit, failed[k::FOLDS]) for k in range(FOLDS)]
        return [Origin(np.flatnonzero(~third), np.flatnonzero(third)) for third in thirds]

    def train(self, frame: Frame, target: str, options: BaseModel) -> LifeSeen:
        """See ``LifeModel.fit``."""
        from assay.models.health.life import LifeModel

        assert isinstance(options, LifeOptions)
        fleet = fleet_of(frame)
        return LifeSeen(LifeModel(options.cap, rounds=options.rounds).fit(fleet), fleet.tags, options.level)

    def naive(self, frame: Frame, target: str, options: BaseModel) -> LifeByAge:
        """The median life of the units whose failure is known."""
        from assay.models.health.life import usual_cap

        assert isinstance(options, LifeOptions)
        fleet = fleet_of(frame)
        left = fleet.remaining()
        lives = (left + fleet.time)[~np.isnan(left)]
        if not len(lives):
            raise InputError("library.few_units", units=0, wanted=LEAST_UNITS)
        cap = options.cap or usual_cap(fleet)
        made = LifeByAge(float(np.median(lives)), cap, options.level, (0.0, 0.0))
        made.ends = offsets(np.minimum(left, cap) - made.predict(frame).median, options.level)
        return made

    load: Callable[[Parts], LifeSeen] = staticmethod(LifeSeen.from_parts)
    load_naive: Callable[[Parts], LifeByAge] = staticmethod(LifeByAge.from_parts)


def fleet_frame(fleet: Fleet) -> Frame:
    """A fleet as a frame; see this module."""
    times = np.arange(len(fleet), dtype=np.int64) * 10**9
    own = np.column_stack([fleet.unit, fleet.time, fleet.after[fleet.unit]])
    return Frame(times.view("datetime64[ns]"), (UNIT, CLOCK, AFTER, *fleet.tags), np.column_stack([own, fleet.values]))


def fleet_of(frame: Frame) -> Fleet:
    """The fleet in a frame; InputError for a frame that is none."""
    from assay.models.health.fleet import Fleet

    if not {UNIT, CLOCK, AFTER} <= set(frame.tags):
        raise InputError("library.no_fleet")
    number = frame.column(UNIT)
    starts = np.flatnonzero(np.diff(number, prepend=np.nan) != 0)
    unit = np.cumsum(np.isin(np.arange(len(number)), starts)) - 1
    tags = tuple(tag for tag in frame.tags if tag not in (UNIT, CLOCK, AFTER))
    names = tuple(str(int(number[start])) for start in starts)
    values = frame.good().select(tags).values
    return Fleet(names, unit.astype(np.int64), frame.column(CLOCK), tags, values, frame.column(AFTER)[starts])
