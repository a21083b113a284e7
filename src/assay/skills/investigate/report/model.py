"""The result of an investigation as the report reads it: every part optional, nulls as absent, extra keys ignored."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from assay.kernel.errors import InputError
from assay.kernel.evidence import jsonable


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _nulls_are_absent(cls, data: Any) -> Any:
        return {k: v for k, v in data.items() if v is not None} if isinstance(data, dict) else data


def _both(value: object) -> object:
    """A name given as one text stands for both languages."""
    return {"zh": value, "en": value} if isinstance(value, str) else value


def _count(value: object) -> object:
    return len(value) if isinstance(value, list) else value


def _texts(value: object) -> object:
    """Things named by a text or by an object: ``{"tag": "XMEAS_7", "type": "H"}`` is ``XMEAS_7 H``."""
    if not isinstance(value, list):
        return value
    return [" ".join(str(part) for part in v.values()) if isinstance(v, dict) else str(v) for v in value]


Name = Annotated[dict[str, str], BeforeValidator(_both)]
Count = Annotated[int, BeforeValidator(_count)]
Texts = Annotated[list[str], BeforeValidator(_texts)]
Curve = list[float | None]


class Sentence(_Part):
    text: str
    evidence: list[str] = []
    topic: str = ""


class History(_Part):
    start: datetime | None = Field(default=None, alias="from")
    end: datetime | None = Field(default=None, alias="to")
    rows: int | None = None
    sample_minutes: float | None = None
    missing: list[str] = []
    dead: list[str] = []
    notes: list[str] = []


class Alarm(_Part):
    time: datetime
    source: str = ""
    tag: str | None = None
    type: str | None = None


class Normal(_Part):
    start: datetime | None = Field(default=None, alias="from")
    end: datetime | None = Field(default=None, alias="to")
    source: str = ""


class Score(_Part):
    times: list[datetime] = []
    values: Curve = []
    limit: float = 1.0


class Contribution(_Part):
    tag: str
    name: Name = {}
    unit: str = ""
    equipment: str = ""
    equipment_name: Name = {}
    shift: float | None = None
    spread: float | None = None
    before: float | None = None
    after: float | None = None


class Screen(_Part):
    alarm: Alarm | None = None
    normal: Normal | None = None
    score: Score | None = None
    contributions: list[Contribution] = []


class Place(_Part):
    equipment: str
    name: Name = {}
    share: float = 0.0
    tags: list[str] = []


class Fit(_Part):
    means: float | None = None
    spreads: float | None = None
    ok: bool = True


class Twin(_Part):
    name: str = ""
    operating: str = ""
    control: str = ""
    fit: Fit | None = None
    library_runs: int | None = None
    hypotheses: int | None = None
    horizon_hours: float | None = None


class Cause(_Part):
    id: str
    name: Name = {}
    probability: float
    evidence: list[str] = []
    magnitude: float | None = None
    equipment: str | None = None
    remedy: Name = {}


class RuledOut(_Part):
    id: str
    name: Name = {}
    probability: float | None = None
    tag: str | None = None
    observed: float | None = None
    simulated: float | None = None
    unit: str = ""


class Similar(_Part):
    first: str
    second: str
    tag: str | None = None
    name: Name = {}


class Band(_Part):
    mean: float | None = None
    low: float | None = None
    high: float | None = None


class TagCurves(_Part):
    tag: str
    name: Name = {}
    unit: str = ""
    observed: Curve = []
    normal: Band | None = None
    simulated: dict[str, Curve] = {}


class Curves(_Part):
    hours: list[float] = []
    tags: list[TagCurves] = []


class Write(_Part):
    tag: str
    name: Name = {}
    value: float | None = None
    before: float | None = None
    unit: str = ""


class Predicted(_Part):
    tag: str
    name: Name = {}
    unit: str = ""
    median: Curve = []
    low: Curve = []
    high: Curve = []
    without: Curve = []


class Measure(_Part):
    """``trips`` and ``trips_without`` are shares of simulated runs that end in a plant trip (true is 1)."""

    id: str = ""
    writes: list[Write] = []
    trips: float | None = None
    trips_without: float | None = None
    alarms: Count | None = None
    alarms_without: Count | None = None
    relief: float | None = None
    best: bool = False
    hours: list[float] = []
    predicted: list[Predicted] = []


class Action(_Part):
    id: str
    state: str = ""
    person: str | None = None
    role: str | None = None
    approved_at: datetime | None = None
    writes: list[Write] = []
    read_back: dict[str, Any] = {}


class Confirmation(_Part):
    ok: bool
    cleared: Texts = []
    standing: Texts = []
    inside: float | None = None
    hours: float | None = None


class Source(_Part):
    id: str
    kind: str = ""
    producer: str = ""
    version: str = ""
    hash: str = ""


class Investigation(_Part):
    """What ``write_report`` renders. Times are aware; probabilities and shares run from 0 to 1."""

    plant: str
    plant_name: Name = {}
    zone: str = "UTC"
    run: str = ""
    status: Literal["verified", "partly_verified", "refused"]
    abnormal: bool | None = None
    onset: datetime | None = None
    sentences: list[Sentence] = []
    missing: list[str] = []
    not_known: list[str] = []
    history: History | None = None
    screen: Screen | None = None
    where: list[Place] = []
    twin: Twin | None = None
    causes: list[Cause] = []
    ruled_out: list[RuledOut] = []
    similar: Similar | None = None
    curves: Curves | None = None
    measures: list[Measure] = []
    action: Action | None = None
    confirmation: Confirmation | None = None
    evidence: list[Source] = []
    seconds: dict[str, float] = {}
    tokens: int | None = None

    def ranked(self) -> list[Cause]:
        """The causes, most probable first."""
        return sorted(self.causes, key=lambda cause: -cause.probability)

    def best(self) -> Measure | None:
        """The measure that is proposed."""
        return next((measure for measure in self.measures if measure.best), None)


def read(result: dict[str, Any]) -> Investigation:
    """Check a result; InputError names the first part that cannot be read."""
    try:
        return Investigation.model_validate(jsonable(result))
    except ValidationError as error:
        first = error.errors()[0]
        place = "/".join(str(step) for step in first["loc"])
        raise InputError("investigate.report_shape", field=place or "-", problem=first["msg"]) from None
