"""Run an investigation from Python: a plant and a history in, an answer with its evidence and a result out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from assay.kernel.answer import Answer
from assay.kernel.answering import Answering
from assay.kernel.asking import answered
from assay.kernel.budget import Budget
from assay.kernel.checks import standard_checks
from assay.kernel.context import RunContext, new_run_id
from assay.kernel.errors import AssayError, InputError, ModelError
from assay.kernel.policy import Policy
from assay.kernel.ports import LanguageModel, Message
from assay.kernel.prompts import prefix
from assay.kernel.render import Renderer
from assay.kernel.texts import Lang, text
from assay.models.twin import NONE
from assay.plant.blobs import history_blob
from assay.plant.model import Plant
from assay.plant.records import Records
from assay.plant.series import Frame
from assay.skills.investigate import skill
from assay.skills.investigate.arguments import CaseArguments
from assay.skills.investigate.result import build_result
from assay.skills.investigate.workbench import Progress

# Words of the field that hold digits or look like codes.
VOCABULARY = ("T2", "SPE")
SECONDS = 1800.0
WARM_UP_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer and the machine-readable result (see ``result.build_result``)."""

    answer: Answer
    result: dict[str, Any]


@dataclass(slots=True)
class Request:
    """What to investigate. ``present`` are set points and free valves now, for a live plant; ``notes`` are what the
    import had to say about the file; ``question`` is shown to the model, never obeyed."""

    plant: Plant
    frame: Frame
    at: datetime | None = None
    normal: tuple[datetime, datetime] | None = None
    exclude: tuple[str, ...] = ()
    lang: Lang = "en"
    question: str = ""
    present: Mapping[str, float] | None = None
    notes: tuple[str, ...] = ()
    resources: dict[str, Any] = field(default_factory=dict)


async def investigate(
    request: Request,
    records: Records,
    *,
    model: LanguageModel | None = None,
    policy: Policy | None = None,
    user: str | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Investigate under the rights of ``user`` (default: the local user). Without a model, code takes every choice.

    The answer may be refused (it says why); wrong input raises InputError.
    """
    plant = request.plant
    if request.plant.twin is not None and not len(request.frame):
        raise InputError("investigate.too_few_rows", rows=0, needed=1)
    rules = policy or Policy.load(None)
    caller = rules.caller(user)
    case = _case(request)
    context = RunContext(
        run=new_run_id(),
        caller=caller,
        policy=rules,
        store=records.evidence,
        lang=request.lang,
        zone=plant.analysis_zone,
        budget=Budget(seconds=SECONDS),
        resources={
            **request.resources,
            "case": case,
            "twin": plant.twin is not None,
            "control": plant.twin.control if plant.twin is not None else None,
            "present": dict(request.present or {}),
            "free": _free_valves(plant),
            "progress": progress,
        },
    )
    question = request.question or text("investigate.question", request.lang, plant=plant.id)
    answering = _answering(plant, records, request.lang)
    warming = asyncio.create_task(warm_up(model, request.lang))
    try:
        answer = await answered(skill, answering, question, context, records.runs, plant=plant.id, model=model)
    finally:
        warming.cancel()
        await asyncio.gather(warming, return_exceptions=True)
    return Outcome(answer, build_result(answer, context, plant, request.notes))


async def warm_up(model: LanguageModel | None, lang: Lang) -> None:
    """Let the model read the stable part of the skill's prompt while code works, so that its first choice comes soon.

    A model that fails here fails again where it is asked, and is dealt with there.
    """
    if model is None:
        return
    messages = [prefix(skill, lang), Message("user", text("investigate.warm_up", lang))]
    with suppress(ModelError, TimeoutError):
        await model.choose(messages, ("A", "B"), timeout=WARM_UP_SECONDS)


def names_of(plant: Plant) -> frozenset[str]:
    """All names that a sentence may hold: those of the plant and the cause ids."""
    from assay.plant.failures import load_failures

    return frozenset({*plant.names(), *load_failures(plant).ids, NONE})


def plant_texts(plant: Plant) -> Any:
    """Texts by key, with the plant's own display names laid over the keys of names."""
    from assay.plant.failures import load_failures

    failures = load_failures(plant)

    def find(key: str, lang: Lang = "en", /, **params: object) -> str:
        name = str(params.get("name", ""))
        if key == "investigate.name_tag" and plant.has_tag(name):
            return (
                f"{plant.tag(name).name.get(lang)}（{name}）" if lang == "zh" else f"{plant.tag(name).name.en} ({name})"
            )
        if key == "investigate.name_cause" and name in failures:
            shown = failures.get(name).name.get(lang)
            return f"{shown}（{name}）" if lang == "zh" else f"{shown} ({name})"
        if key == "investigate.name_equipment":
            with suppress(AssayError):
                return plant.equipment_item(name).name.get(lang)
        return text(key, lang, **params)

    return find


def _answering(plant: Plant, records: Records, lang: Lang) -> Answering:
    renderer = Renderer(lang, plant.timezone, plant_texts(plant))
    required = standard_checks(renderer, names_of(plant), VOCABULARY)
    return Answering(records.evidence, renderer, required, skill.checks)


def _case(request: Request) -> CaseArguments:
    frame = request.frame if request.at is None else request.frame.until(request.at)
    return CaseArguments(
        plant=str(request.plant.folder) if not _shipped(request.plant) else request.plant.id,
        blob=history_blob(frame),
        at=request.at,
        normal=request.normal,
        exclude=request.exclude,
    )


def _free_valves(plant: Plant) -> dict[str, float]:
    """Normal values of the writable valves that the control structure holds constant."""
    constant = plant.twin.constant if plant.twin is not None else ()
    tags = [plant.tag(tag) for tag in constant if plant.has_tag(tag)]
    return {tag.id: tag.normal for tag in tags if tag.writable and tag.normal is not None}


def _shipped(plant: Plant) -> bool:
    from assay.plant.model import find_plant

    with suppress(AssayError):
        return bool(find_plant(plant.id) == plant.path or find_plant(plant.id) == plant.folder)
    return False
