"""The tool of this skill."""

from __future__ import annotations

from dataclasses import asdict

from assay.kernel.context import RunContext
from assay.kernel.errors import InputError
from assay.kernel.tool import Effect, Result, Tool
from pydantic import BaseModel, ConfigDict, Field

from assay_skill_valve_travel.travel import travel


class TravelArguments(BaseModel):
    """``positions`` in percent of the stroke, in the order of time; ``dead_band`` in percent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    positions: tuple[float, ...]
    dead_band: float = Field(default=0.0, ge=0, le=100)


async def run_travel(arguments: TravelArguments, context: RunContext) -> Result:
    """The travel over the positions. Raises InputError with fewer than two finite ones."""
    try:
        found = travel(arguments.positions, arguments.dead_band)
    except ValueError:
        raise InputError("valve_travel.too_few", count=len(arguments.positions)) from None
    return Result(value=asdict(found), payload=found)


TRAVEL = Tool(
    name="valve_travel.travel",
    effect=Effect.COMPUTE,
    arguments=TravelArguments,
    run=run_travel,
    summary="valve_travel.travel_summary",
    example="valve_travel.travel_example",
)
