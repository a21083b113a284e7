"""Arguments of the skill's tools. Records and fleets are named by their digests, so that evidence replays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from assay.kernel.errors import InputError

if TYPE_CHECKING:
    from assay.models.health.replacement import Costs


KindName = Literal["pump", "fan", "compressor", "turbine", "filter", "valve"]


class CostArguments(BaseModel):
    """Costs in one currency; ``running`` is per unit of the record's clock. Without them no date is chosen by cost."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    failure: float | None = None
    planned: float | None = None
    running: float = 0.0

    @model_validator(mode="after")
    def _both(self) -> CostArguments:
        if (self.failure is None) != (self.planned is None):
            raise InputError("machine_health.costs_missing", names="failure" if self.failure is None else "planned")
        return self

    def costs(self) -> Costs | None:
        """The costs, or None."""
        from assay.models.health.replacement import Costs

        if self.failure is None or self.planned is None:
            return None
        return Costs(self.failure, self.planned, self.running)


class HealthArguments(BaseModel):
    """``asset``: its name; ``lead``: time that preparing a repair takes, on the record's clock (None: a rule of the
    method); ``confidence`` of the interval."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    asset: str
    costs: CostArguments = CostArguments()
    lead: Annotated[float, Field(ge=0)] | None = None
    confidence: Annotated[float, Field(ge=0.5, le=0.99)] = 0.9


class FleetArguments(HealthArguments):
    """``fleet``: digest of the units to learn from; ``record``: digest of a fleet table that holds the asset."""

    fleet: str
    record: str
    cap: Annotated[float, Field(gt=0)] | None = None


class AgesArguments(HealthArguments):
    """Ages alone: ``fleet`` as above; ``age`` of the asset now."""

    fleet: str
    age: Annotated[float, Field(ge=0)]


class TrendArguments(HealthArguments):
    """One machine's own record: ``history`` (digest of a frame) or ``record`` (digest of a fleet table that holds the
    asset). ``indicator``: the tag to follow to ``limit`` (from below, or from above with ``falling``); without it the
    deviation of all tags from the machine's own normal, the first ``normal`` share of the record."""

    history: str | None = None
    record: str | None = None
    tags: tuple[str, ...] = ()
    indicator: str | None = None
    limit: float | None = None
    falling: bool = False
    normal: Annotated[float, Field(gt=0.0, lt=0.9)] = 0.3


class VibrationArguments(HealthArguments):
    """One vibration record: ``history`` (digest of a frame with one tag, at ``rate`` Hz), its ``unit``, the shaft's
    ``rpm``, the bearing as (rolling elements, their diameter, pitch diameter, contact angle), the machine's group and
    support after ISO 20816-3, its class after ISO 14224 (None: assumed a pump), teeth of a gear on the shaft, and the
    mains' frequency. ``cases``: failures of the past, each as the columns of ``diagnosis.cases.Case``."""

    history: str
    rate: Annotated[float, Field(gt=0)]
    unit: str = "g"
    rpm: Annotated[float, Field(gt=0)] | None = None
    bearing: tuple[int, float, float, float] | None = None
    group: Literal[1, 2] | None = None
    support: Literal["rigid", "flexible"] = "rigid"
    equipment_class: str | None = None
    teeth: int | None = None
    mains: float | None = None
    before: float | None = None
    cases: tuple[dict[str, str], ...] = ()


class ExchangerArguments(TrendArguments):
    """A heat exchanger's history: ``roles`` name the tag of each of hot_flow, hot_in, hot_out, cold_flow, cold_in,
    cold_out; ``numbers`` hold hot_cp and cold_cp; ``units`` of flow, temperature and cp. ``limit``: the share of the
    clean heat transfer at which it must be cleaned."""

    roles: dict[str, str]
    numbers: dict[str, float]
    units: dict[str, str] = {}
    cases: tuple[dict[str, str], ...] = ()


class ProcessArguments(TrendArguments):
    """One machine by its process measurements. ``roles``: the tag of each role of its ``kind`` (``process_kinds``);
    ``numbers``: constants, or roles that are constant; ``units`` and ``accuracy`` by role: a standard uncertainty,
    ``1%`` of the reading or a number in the role's unit. ``limit``: share of the clean efficiency, a pressure drop in
    its own unit, or a stick band in per cent of span."""

    kind: KindName
    roles: dict[str, str]
    numbers: dict[str, float] = {}
    units: dict[str, str] = {}
    accuracy: dict[str, Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)?(e-?[0-9]+)?%?$")]] = {}
    equipment_class: str | None = None
    cases: tuple[dict[str, str], ...] = ()
