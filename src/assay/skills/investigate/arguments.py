"""Arguments of the skill's tools, and the workbench that belongs to them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from assay.kernel.context import RunContext
from assay.plant.blobs import load_blob
from assay.plant.model import load_plant
from assay.skills.investigate.workbench import Workbench


class CaseArguments(BaseModel):
    """A case: plant, history by content hash, and how to look at it. All times are aware."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    plant: str
    blob: str
    at: datetime | None = None
    normal: tuple[datetime, datetime] | None = None
    exclude: tuple[str, ...] = ()

    def case(self) -> CaseArguments:
        """The case alone, whatever further arguments a tool has."""
        return CaseArguments(**{name: getattr(self, name) for name in CaseArguments.model_fields})


class CurveArguments(CaseArguments):
    """``focus`` is the equipment whose tags are shown first."""

    focus: str


class MeasureArguments(CaseArguments):
    """``cause`` and ``magnitude`` as the test found them; ``present`` are set points and free valves now (tag, value);
    these are what measures start from."""

    cause: str
    magnitude: float
    present: tuple[tuple[str, float], ...]


class ConfirmArguments(BaseModel):
    """``blob``: history that covers the hour after ``written``; ``relief``: the evidence of the measures."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    plant: str
    blob: str
    written: datetime
    relief: str


def workbench(arguments: CaseArguments, context: RunContext) -> Workbench:
    """The case's workbench; made once a run, or anew when evidence is replayed."""
    benches: dict[str, Workbench] = context.resources.setdefault("workbenches", {})
    key = arguments.case().model_dump_json()
    if key not in benches:
        benches[key] = Workbench(
            load_plant(arguments.plant),
            load_blob(arguments.blob),
            at=arguments.at,
            normal=arguments.normal,
            exclude=frozenset(arguments.exclude),
            progress=context.resources.get("progress"),
        )
    return benches[key]
