"""The tool that proposes whom to send. It sends nobody: what it proposes becomes an action that a person approves."""

from __future__ import annotations

import asyncio
from datetime import tzinfo
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict

from assay.kernel.context import RunContext
from assay.kernel.tool import Effect, Result, Tool
from assay.plant.blobs import load_json
from assay.plant.file_times import zone_named
from assay.plant.model import Plant, load_plant
from assay.plant.roster import Roster, roster_of
from assay.skills.alarms.dispatch.assign import assigned
from assay.skills.alarms.dispatch.needs import needed
from assay.skills.alarms.dispatch.score import Ground, Job, place_named
from assay.skills.alarms.explain.arguments import AlarmArguments, case_of
from assay.skills.alarms.explain.causes import causes


class JobArguments(BaseModel):
    """A job: an alarm (``tag``, ``type``) or a work order at an ``equipment``. ``skills``: those that are needed;
    without them they follow from roster, failure library or the tag's kind. ``priority``: default the plant's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    tag: str = ""
    type: str = ""
    equipment: str = ""
    priority: str = ""
    skills: tuple[str, ...] = ()


class DispatchArguments(BaseModel):
    """``roster``: the digest of a kept roster; ``at`` the moment; ``zone`` of the roster's wall times; ``sent``: person
    -> job of those who are out already; ``log``: the digest of the alarm log, for the failure that fits each alarm."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    plant: str
    roster: str
    at: AwareDatetime
    zone: str
    jobs: tuple[JobArguments, ...]
    sent: dict[str, str] = {}
    log: str | None = None


async def _dispatch(arguments: DispatchArguments, context: RunContext) -> Result:
    # Names and areas come from the roster's file: text from outside.
    return Result(await asyncio.to_thread(dispatch, arguments), trusted=False)


def dispatch(arguments: DispatchArguments) -> dict[str, Any]:
    """The assignment as plain data. InputError for a job at an equipment that the plant does not have."""
    plant, roster = load_plant(arguments.plant), roster_of(load_json(arguments.roster))
    zone: tzinfo = zone_named(arguments.zone)
    read = [_job(one, arguments, plant, roster) for one in arguments.jobs]
    found = assigned([job for job, _ in read], Ground(plant, roster, arguments.at, zone, arguments.sent))
    for one, (_, why) in zip(found["list"], read, strict=True):
        one.update(why)
    return found


def _job(one: JobArguments, arguments: DispatchArguments, plant: Plant, roster: Roster) -> tuple[Job, dict[str, Any]]:
    equipment = plant.tag(one.tag).equipment if one.tag else place_named(plant, one.equipment)
    failure = _failure(one, arguments) if one.type and arguments.log is not None else None
    mode, mechanism = ("", "") if failure is None else (failure["mode"], failure["mechanism"])
    skills, source = needed(one.skills, one.tag, equipment, mode, mechanism, plant, roster)
    limit = (
        next((limit for name, limit in plant.tag(one.tag).alarms.items() if name == one.type), None)
        if one.tag
        else None
    )
    priority = one.priority or (limit.priority if limit is not None else "medium")
    why = {"skills_from": source, "failure": failure["id"] if failure is not None and source == "failure" else None}
    return Job(one.name, one.tag, equipment, priority, skills), why


def _failure(one: JobArguments, arguments: DispatchArguments) -> dict[str, Any] | None:
    """The failure that fits the alarm best, when more of its symptoms are seen than speak against it."""
    assert arguments.log is not None
    about = AlarmArguments(log=arguments.log, tag=one.tag, type=one.type, at=arguments.at, plant=arguments.plant)
    listed: list[dict[str, Any]] = causes(case_of(about), None)["list"]
    return listed[0] if listed and listed[0]["fit"] > 0.0 else None


DISPATCH = Tool(
    name="alarms.dispatch",
    effect=Effect.COMPUTE,
    arguments=DispatchArguments,
    run=_dispatch,
    summary="alarms.tool_dispatch",
    example="alarms.tool_dispatch_example",
)
