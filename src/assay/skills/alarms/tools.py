"""The skill's tools: each runs in a thread, under the caller's rights, and its value becomes evidence."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from assay.kernel.context import RunContext
from assay.kernel.errors import InputError
from assay.kernel.evidence import EvidenceKind
from assay.kernel.tool import Effect, Result, Tool
from assay.plant.blobs import load_blob
from assay.plant.failures import load_failures
from assay.plant.model import load_plant
from assay.skills.alarms.actors import bad_actors
from assay.skills.alarms.advice import advise_by_events, advise_by_values
from assay.skills.alarms.arguments import (
    ActorArguments,
    AdviceArguments,
    FloodArguments,
    LogArguments,
    StoredArguments,
    part_of,
)
from assay.skills.alarms.flooding import flood_report
from assay.skills.alarms.kpi import figures
from assay.skills.alarms.log import keep_log
from assay.skills.alarms.stored import stored_log
from assay.skills.alarms.times import nanoseconds


async def _threaded(make: Callable[[], Any], *, trusted: bool = True) -> Result:
    return Result(await asyncio.to_thread(make), trusted=trusted)


async def _stored(arguments: StoredArguments, context: RunContext) -> Result:
    def make() -> dict[str, Any]:
        from assay.plant.home import home
        from assay.plant.records import open_records

        with open_records(home() / "records.db") as records:
            log = stored_log(records.events, arguments.plant, arguments.start, arguments.end)
        return {"log": keep_log(log), "rows": len(log), "annunciations": len(log.raised())}

    return await _threaded(make)


async def _bad_actors(arguments: ActorArguments, context: RunContext) -> Result:
    return await _threaded(lambda: bad_actors(*part_of(arguments), arguments.most))


async def _floods(arguments: FloodArguments, context: RunContext) -> Result:
    def make() -> dict[str, Any]:
        plant = None if arguments.plant is None else load_plant(arguments.plant)
        library = None if plant is None else load_failures(plant)
        return flood_report(*part_of(arguments), arguments.most, plant, library)

    # What operators wrote is shown beside the floods.
    return await _threaded(make, trusted=False)


async def _advise(arguments: AdviceArguments, context: RunContext) -> Result:
    def make() -> dict[str, Any]:
        plant = None if arguments.plant is None else load_plant(arguments.plant)
        library = None if plant is None else load_failures(plant)
        upsets = [(nanoseconds(start), nanoseconds(end)) for start, end in arguments.upsets]
        log, start, end = part_of(arguments)
        if arguments.history is None:
            return advise_by_events(log, start, end, plant, library, upsets)
        if plant is None:
            raise InputError("alarms.advice_plant")
        frame = load_blob(arguments.history).between(arguments.start, arguments.end)
        return advise_by_values(plant, frame, library, upsets, log)

    return await _threaded(make)


async def _kpi(arguments: LogArguments, context: RunContext) -> Result:
    return await _threaded(lambda: figures(*part_of(arguments)))


def _tool(name: str, arguments: type[BaseModel], run: Callable[..., Any], **more: Any) -> Tool:
    return Tool(
        name=f"alarms.{name}",
        effect=more.pop("effect", Effect.COMPUTE),
        arguments=arguments,
        run=run,
        summary=f"alarms.tool_{name}",
        example=f"alarms.tool_{name}_example",
        **more,
    )


STORED = _tool("stored", StoredArguments, _stored, effect=Effect.READ, kind=EvidenceKind.OBSERVATION, tolerance=0.0)
KPI = _tool("kpi", LogArguments, _kpi)
BAD_ACTORS = _tool("bad_actors", ActorArguments, _bad_actors)
FLOODS = _tool("floods", FloodArguments, _floods)
ADVISE = _tool("advise", AdviceArguments, _advise)

TOOLS = (STORED, KPI, BAD_ACTORS, FLOODS, ADVISE)
"""The tools over a whole log; those over one alarm are in ``explain``."""
