"""What may stand in ``plant.yaml``, as pydantic models. Cross references are judged by :mod:`assay.plant.check`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

Basis = Literal["published", "derived", "chosen"]
"""Where a limit comes from: a cited publication, normal runs (derived), or an engineer's choice."""

LimitName = Literal["LL", "L", "H", "HH"]
LIMIT_NAMES: tuple[LimitName, ...] = ("LL", "L", "H", "HH")

Priority = Literal["low", "medium", "high", "critical"]
"""Alarm priorities in the sense of ISA-18.2, least first."""

Level = Literal["enterprise", "site", "area", "unit", "equipment"]
"""ISA-95 equipment levels, outermost first."""
LEVELS: tuple[Level, ...] = ("enterprise", "site", "area", "unit", "equipment")

Kind = Literal["measurement", "valve", "setpoint"]
Quantity = Literal[
    "temperature", "pressure", "flow", "level", "composition", "power", "position", "speed", "ratio", "other"
]

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$", max_length=80)]
Text = Annotated[str, Field(min_length=1, max_length=4000)]
Range = tuple[float, float]


class Part(BaseModel):
    """Base of all parts: frozen, no unknown keys, no NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Bilingual(Part):
    """One text in both languages."""

    zh: Text
    en: Text

    def get(self, lang: str) -> str:
        """The text in ``lang`` (``zh`` or ``en``)."""
        return self.zh if lang == "zh" else self.en


class Equipment(Part):
    """A node of the ISA-95 tree; ``zone`` is inherited from the parent when absent."""

    id: Id
    level: Level
    parent: Id | None = None
    name: Bilingual
    aliases: tuple[Text, ...] = ()
    zone: Id | None = None


class Rationale(Part):
    """What rationalisation (ISA-18.2, IEC 62682) settled for an alarm: what follows when nobody acts, what the operator
    does, and in how many ``minutes``."""

    consequence: Bilingual | None = None
    response: Bilingual | None = None
    minutes: Annotated[float, Field(gt=0)] | None = None


class AlarmLimit(Part):
    """One alarm limit. ``at`` and ``deadband`` in the tag's unit, ``delay`` (on-delay) in seconds."""

    at: float
    priority: Priority
    deadband: float = 0.0
    delay: float = 0.0
    basis: Basis
    rationale: Rationale | None = None

    @model_serializer(mode="wrap")
    def _short(self, handler: SerializerFunctionWrapHandler) -> dict[str, object]:
        # Plants without rationalisation keep the digest that they had before there was any.
        content: dict[str, object] = handler(self)
        return {name: value for name, value in content.items() if name != "rationale" or value is not None}


class Tag(Part):
    """One variable. ``range`` is what the instrument can show, ``write_range`` what may be written (default: range).

    ``sampling`` is an analyser's interval in seconds; ``normal`` the base-case value in the tag's unit.
    """

    id: Id
    kind: Kind
    quantity: Quantity = "other"
    equipment: Id
    unit: Text
    range: Range
    range_basis: Basis = "chosen"
    name: Bilingual
    aliases: tuple[Text, ...] = ()
    alarms: dict[LimitName, AlarmLimit] = {}
    node: Text | None = None
    writable: bool = False
    write_range: Range | None = None
    write_basis: Basis | None = None
    zone: Id | None = None
    sampling: float | None = None
    normal: float | None = None


class Connection(Part):
    """What flows from one piece of equipment to another."""

    id: Id
    source: Id
    target: Id
    kind: Literal["material", "utility", "energy"] = "material"
    name: Bilingual
    tags: tuple[Id, ...] = ()


class Loop(Part):
    """A control loop. It drives valves (``manipulated``) or the set points of ``inner`` loops (cascade).

    ``gain`` is output by input in the unit that ``gain_unit`` says; ``reset_time`` in hours, ``period`` in seconds.
    """

    id: Id
    name: Bilingual
    measured: tuple[Id, ...]
    setpoint: Id | None = None
    manipulated: tuple[Id, ...] = ()
    inner: tuple[Id, ...] = ()
    gain: float | None = None
    gain_unit: Text | None = None
    reset_time: float | None = None
    period: float | None = None
    note: Bilingual | None = None


class Zone(Part):
    """An IEC 62443 zone; ``security_level`` is its target level SL-T."""

    id: Id
    name: Bilingual
    security_level: Annotated[int, Field(ge=0, le=4)]


class Conduit(Part):
    """An IEC 62443 conduit: traffic that may pass between two zones."""

    id: Id
    source: Id
    target: Id
    protocols: tuple[Text, ...]
    write: bool = False


class Role(Part):
    """What a role may do, by zone. ``approve`` means approving writes into that zone."""

    id: Id
    name: Bilingual
    read: tuple[Id, ...] = ()
    compute: tuple[Id, ...] = ()
    approve: tuple[Id, ...] = ()


class Document(Part):
    """A document: a file beside ``plant.yaml``, or a citation of a publication."""

    id: Id
    title: Text
    file: Text | None = None
    citation: Text | None = None


class Mode(Part):
    """A mode of operation: the set points that define it, by tag."""

    id: Id
    name: Bilingual
    product_mix: Text | None = None
    setpoints: dict[Id, float] = {}


class Twin(Part):
    """The mechanism model that stands for this plant.

    ``model`` names the adapter, ``control`` the control structure it runs under, ``constant`` the valves this
    structure never moves, ``setpoints`` the model's name of each set-point tag.
    """

    model: Id
    control: Id
    constant: tuple[Id, ...] = ()
    setpoints: dict[Id, Id] = {}


class TripLimit(Part):
    """The plant shuts down outside ``low``..``high`` (tag's unit); ``published`` is the figure as it was printed."""

    id: Id
    tag: Id
    low: float | None = None
    high: float | None = None
    basis: Basis
    published: Text | None = None


class OpcUa(Part):
    """The plant's OPC UA server: the namespace that it must have, where it listens, and the security of the link.

    ``sign_and_encrypt`` is SignAndEncrypt with Basic256Sha256. Who logs in, and with which keys, never stands here.
    """

    namespace: Text
    endpoint: Text | None = None
    security: Literal["none", "sign_and_encrypt"] = "none"


class PlantSpec(Part):
    """The whole of ``plant.yaml`` after ``extends`` has been resolved."""

    format: Literal[1]
    id: Id
    extends: Text | None = None
    name: Bilingual
    description: Bilingual | None = None
    timezone: Text
    opcua: OpcUa | None = None
    alarms_hold_in: tuple[Id, ...] = ()
    equipment: tuple[Equipment, ...]
    tags: tuple[Tag, ...]
    connections: tuple[Connection, ...] = ()
    loops: tuple[Loop, ...] = ()
    zones: tuple[Zone, ...] = ()
    conduits: tuple[Conduit, ...] = ()
    roles: tuple[Role, ...] = ()
    users: Text | None = None
    documents: tuple[Document, ...] = ()
    modes: tuple[Mode, ...] = ()
    twin: Twin | None = None
    trip_limits: tuple[TripLimit, ...] = ()
