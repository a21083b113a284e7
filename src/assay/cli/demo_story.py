"""The story of the demonstration, step by step, over the real parts: twin, OPC UA, historian, agent, approval."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from assay.cli.demo_approval import ask_person, service_for
from assay.cli.investigate import open_or_none
from assay.cli.output import say
from assay.cli.proposal import SHORTEST, measure_proposal, measures_of
from assay.connectors.running import RunningPlant, running_plant
from assay.connectors.schedule import parse_faults
from assay.kernel.action import Action, ActionState, Proposal
from assay.kernel.actions import ActionService
from assay.kernel.context import RunContext
from assay.kernel.errors import InputError
from assay.kernel.policy import Policy, local_user
from assay.kernel.texts import Lang, text
from assay.plant.model import Plant, load_plant, shipped_plants
from assay.plant.rights import policy_of
from assay.plant.series import Frame
from assay.skills.investigate.runner import Outcome, Request, investigate, warm_up

FAULT_HOURS = 3.0  # plant time of normal operation before the upset
FAULT = f"IDV4@{FAULT_HOURS}h"
AFTER_ALARM = 1.0  # plant hours of evidence before Assay judges
WATCH = 0.2  # plant hours between two looks
GIVE_UP = 9.0
THINKING_SPEED = 20.0  # while Assay thinks and a person decides, the plant runs slower, not for hours
ENGINEER = "process_engineer"


@dataclass(frozen=True, slots=True)
class Options:
    """What the command was asked for."""

    once: bool
    approve_as: str | None
    out: Path | None
    plant: str
    speed: float
    seed: int
    use_model: bool
    lang: Lang


@dataclass(slots=True)
class Stage:
    """What the steps share."""

    options: Options
    plant: Plant
    policy: Policy
    running: RunningPlant
    model: Any
    began: float

    def tell(self, key: str, **params: object) -> None:
        """One line of the story, with the seconds since the start."""
        seconds = f"{time.monotonic() - self.began:6.1f}"
        say(f"[{seconds} s] {text(f'cli.demo_{key}', self.options.lang, **params)}")


async def story(options: Options) -> int:
    """Tell the story; the exit code is 0 when the measure was confirmed, 1 when the story ended otherwise."""
    began = time.monotonic()
    if options.approve_as is not None and options.plant not in shipped_plants():
        raise InputError("cli.demo_approve_only_shipped")
    plant = load_plant(options.plant)
    policy = _policy(plant, options)
    await _prepare(plant, options)
    model = open_or_none(options.lang) if options.use_model else None
    async with AsyncExitStack() as stack:
        if model is not None:
            stack.push_async_callback(model.close)
        warming = asyncio.create_task(warm_up(model, options.lang))
        stack.callback(warming.cancel)
        running = await stack.enter_async_context(
            running_plant(plant, speed=options.speed, faults=parse_faults([FAULT]), seed=options.seed)
        )
        stage = Stage(options, plant, policy, running, model, began)
        stage.tell("running", plant=plant.id, endpoint=running.server.endpoint, speed=options.speed, fault=FAULT)
        code = await _play(stage)
        if not options.once:
            await _keep_running(stage)
    return code


def _policy(plant: Plant, options: Options) -> Policy:
    """The plant's own roles; the local user investigates as an engineer and, on this loopback plant only, may decide
    in the role that was named on the command line or that is asked for in the terminal."""
    known = {role.id for role in plant.spec.roles}
    roles = (ENGINEER, options.approve_as or "shift_lead")
    for role in roles:
        if role not in known:
            raise InputError("cli.demo_role_unknown", role=role, known=", ".join(sorted(known)))
    return policy_of(plant, {local_user(): roles})


async def _prepare(plant: Plant, options: Options) -> None:
    """Simulate the twin's library before the plant runs, once for this version; afterwards it is read from disk."""
    from assay.models.tep.operating import mode_point
    from assay.models.twins import twin_for

    twin = twin_for(plant)
    assert twin is not None
    point = mode_point(plant.twin.control if plant.twin else "ricker", 1)
    if twin.cached(point):
        return
    say(text("cli.demo_library", options.lang))
    told = -1

    def progress(done: int, total: int) -> None:
        nonlocal told
        if 100 * done // total >= told + 10:
            told = 100 * done // total
            say(text("cli.demo_library_progress", options.lang, percent=told))

    await asyncio.to_thread(twin.library, point, progress)


async def _play(stage: Stage) -> int:
    detected = await _until_alarm(stage)
    if detected is None:
        stage.tell("no_alarm")
        return 1
    await stage.running.run_until(stage.running.hours + AFTER_ALARM)
    stage.running.server.speed = THINKING_SPEED
    outcome = await _investigate(stage)
    result = outcome.result
    for sentence in result["claims"]:
        say(f"    - {sentence['text']}  [{', '.join(sentence['evidence'])}]")
    action = await _act(stage, outcome)
    confirmed = False
    if action is not None:
        confirmed = await _confirm(stage, outcome, action)
    _report(stage, outcome)
    return 0 if confirmed else 1


async def _until_alarm(stage: Stage) -> datetime | None:
    """Look at the history as it grows; the alarm is the first of a process alarm or the detector."""
    running = stage.running
    seen = -1.0
    while running.hours < GIVE_UP:
        await running.run_until(running.hours + WATCH)
        if int(running.hours) > int(seen):
            seen = running.hours
            stage.tell("status", hours=f"{running.hours:.1f}", alarms=running.status()["alarms"])
        if running.recorder.raised:
            stage.tell("alarm", hours=f"{running.hours:.2f}", alarms=running.recorder.raised)
            return running.server.time
        if running.server.ended.is_set():
            return None
    return None


def _history(stage: Stage) -> Frame:
    """Everything that the historian holds of this run."""
    running = stage.running
    assert running.historian is not None
    start = running.server.time - timedelta(hours=running.hours + 0.001)
    tags = [tag.id for tag in stage.plant.tags if tag.kind != "setpoint"]
    return running.historian.read(tags, start, running.server.time + timedelta(seconds=1))


async def _investigate(stage: Stage) -> Outcome:
    stage.tell("investigating")
    running = stage.running
    await running.caught_up()
    samples = await running.link.read_many(tag.id for tag in stage.plant.tags if tag.writable)
    request = Request(
        plant=stage.plant,
        frame=await asyncio.to_thread(_history, stage),
        lang=stage.options.lang,
        present={sample.tag: sample.value for sample in samples},
    )
    assert running.records is not None
    outcome = await investigate(
        request, running.records, model=stage.model, policy=stage.policy, user=local_user()
    )  # fmt: skip
    first = outcome.result["causes"][0]
    stage.tell(
        "found",
        cause=first["id"],
        name=first["name"][stage.options.lang],
        percent=round(100 * first["probability"]),
        seconds=f"{outcome.result['seconds']['total']:.0f}",
        tokens=outcome.result["tokens"],
    )
    return outcome


async def _act(stage: Stage, outcome: Outcome) -> Action | None:
    """Propose the best measure, wait for a person, write it over OPC UA with read-back."""
    proposal = _proposal(stage, outcome)
    if proposal is None:
        stage.tell("no_measure")
        return None
    service = service_for(stage.plant, stage.policy, stage.running)
    caller = stage.policy.caller(local_user())
    action = service.propose(proposal, run=outcome.answer.run, caller=caller)
    for write in proposal.writes:
        stage.tell("proposed", id=action.id, tag=write.tag, before=f"{write.before:g}", value=f"{write.value:g}")
    role = stage.options.approve_as or await ask_person(action, stage.options.lang)
    outcome.result["action"] = _shown(action, role)
    if role is None:
        rejected = service.decide(
            action.id, person=local_user(), role="shift_lead", digest=proposal.digest, approve=False
        )
        outcome.result["action"]["state"] = rejected.state.value
        stage.tell("rejected", id=action.id)
        return None
    service.decide(action.id, person=local_user(), role=role, digest=proposal.digest, approve=True)
    stage.tell("approved", id=action.id, person=local_user(), role=role)
    done = await service.execute(action.id)
    outcome.result["action"] = _shown(done, role)
    stage.tell(f"action_{done.state.value}", id=done.id, values=done.read_back)
    return done if done.state is ActionState.EXECUTED else None


def _proposal(stage: Stage, outcome: Outcome) -> Proposal | None:
    assert stage.running.records is not None
    found = stage.running.records.evidence.of_run(outcome.answer.run)
    return measure_proposal(stage.plant, outcome.answer, found, SHORTEST)


def _shown(action: Action, role: str | None) -> dict[str, Any]:
    approval = action.approval
    return {
        "id": action.id,
        "state": action.state.value,
        "person": approval.person if approval else local_user(),
        "role": role,
        "approved_at": approval.at.isoformat() if approval else None,
        "writes": [write.model_dump() for write in action.proposal.writes],
        "read_back": action.read_back,
    }


async def _confirm(stage: Stage, outcome: Outcome, action: Action) -> bool:
    """Run one hour of plant time and compare with the prediction; propose the rollback when it did not work."""
    running = stage.running
    written = running.server.time
    running.server.speed = stage.options.speed
    await running.run_until(running.hours + 1.05)
    running.server.speed = THINKING_SPEED
    await running.caught_up()
    value = await _confirmation(stage, outcome, written)
    outcome.result["confirmation"] = value
    service: ActionService = service_for(stage.plant, stage.policy, running)
    if value["ok"]:
        outcome.result["action"]["state"] = service.confirm(action.id).state.value
        stage.tell("confirmed", alarms=", ".join(value["cleared"]) or "-", percent=round(100 * value["inside"]))
    else:
        standing = ", ".join(value["standing"]) or "-"
        stage.tell("not_confirmed", id=action.id, alarms=standing, percent=round(100 * value["inside"]))
    return bool(value["ok"])


async def _confirmation(stage: Stage, outcome: Outcome, written: datetime) -> dict[str, Any]:
    from assay.plant.blobs import history_blob
    from assay.skills.investigate.tools import CONFIRM

    running = stage.running
    assert running.records is not None
    relief = measures_of(running.records.evidence.of_run(outcome.answer.run))
    assert relief is not None
    context = RunContext(
        run=outcome.answer.run,
        caller=stage.policy.caller(local_user()),
        policy=stage.policy,
        store=running.records.evidence,
        lang=stage.options.lang,
        zone="operations",
    )
    blob = await asyncio.to_thread(lambda: history_blob(_history(stage)))
    arguments = {"plant": stage.plant.id, "blob": blob, "written": written, "relief": relief.id}
    call = await context.call(CONFIRM, arguments)
    evidence = call.evidence
    outcome.result["evidence"].append(
        {
            "id": evidence.id,
            "kind": evidence.kind.value,
            "producer": evidence.producer,
            "version": evidence.version,
            "hash": evidence.hash,
        }
    )
    value: Any = evidence.value
    return dict(value)


def _report(stage: Stage, outcome: Outcome) -> None:
    from assay.plant.home import home
    from assay.skills.investigate.report import write_report

    folder = stage.options.out or home() / "reports" / outcome.answer.run
    files = write_report(outcome.result, folder, stage.options.lang)
    stage.tell("report", path=files["html"])
    say(text("cli.demo_next", stage.options.lang, run=outcome.answer.run))


async def _keep_running(stage: Stage) -> None:
    stage.running.server.speed = stage.options.speed
    stage.tell("keeps_running", endpoint=stage.running.server.endpoint)
    await stage.running.server.ended.wait()
