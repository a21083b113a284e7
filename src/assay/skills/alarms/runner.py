"""Ask about an alarm log from Python: a log (and perhaps a plant) in, an answer with its evidence out."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any

from assay.kernel.agent import Agent, AskBack
from assay.kernel.answer import Answer
from assay.kernel.answering import Answering
from assay.kernel.budget import Budget
from assay.kernel.checks import standard_checks
from assay.kernel.context import RunContext, new_run_id
from assay.kernel.errors import InputError, ModelError
from assay.kernel.evidence import Evidence
from assay.kernel.policy import Policy
from assay.kernel.render import Renderer, Texts
from assay.kernel.texts import Lang, text
from assay.plant.model import Plant, find_plant
from assay.plant.records import Records
from assay.skills.alarms import skill
from assay.skills.alarms.claims import EQUIPMENT
from assay.skills.alarms.log import AlarmLog, keep_log
from assay.skills.alarms.plan import VIEWS

SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer, the evidence of the tool that made it (None when the run was refused), and what was noted."""

    answer: Answer
    evidence: Evidence | None
    notes: tuple[str, ...] = ()

    @property
    def value(self) -> Any:
        """The tool's value: every table is printed from it."""
        return None if self.evidence is None else self.evidence.value

    def document(self) -> dict[str, Any]:
        """The outcome as plain JSON data."""
        sentences = [{"text": one.text, "evidence": list(one.evidence)} for one in self.answer.sentences]
        return {
            "run": self.answer.run,
            "status": self.answer.status.value,
            "claims": sentences,
            "not_known": list(self.answer.missing),
            "notes": list(self.notes),
            "evidence": None if self.evidence is None else self.evidence.id,
            "value": self.value,
        }


@dataclass(slots=True)
class Question:
    """What to ask. ``view`` is one of ``plan.VIEWS``; ``more`` are further arguments of its tool; times are aware."""

    view: str
    log: AlarmLog
    plant: Plant | None = None
    start: datetime | None = None
    end: datetime | None = None
    lang: Lang = "en"
    zone: tzinfo = UTC
    notes: tuple[str, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)


async def ask(
    question: Question, records: Records, *, policy: Policy | None = None, user: str | None = None
) -> Outcome:
    """Answer under the rights of ``user`` (default: the local user). Wrong input raises InputError."""
    began = time.monotonic()
    rules = policy or Policy.load(None)
    caller = rules.caller(user)
    more = dict(question.more)
    if question.plant is not None and "plant" in VIEWS[question.view].tool.arguments.model_fields:
        more["plant"] = plant_name(question.plant)
    arguments = {"log": keep_log(question.log), "start": question.start, "end": question.end, **more}
    context = RunContext(
        run=new_run_id(),
        caller=caller,
        policy=rules,
        store=records.evidence,
        lang=question.lang,
        zone=_zone(question.plant),
        budget=Budget(seconds=SECONDS),
        resources={"alarms_view": question.view, "alarms_arguments": arguments},
    )
    asked = text(f"alarms.question_{question.view}", question.lang)
    about = question.plant.id if question.plant is not None else ""
    records.runs.start(context.run, caller=caller.user, plant=about, question=asked)
    answer = await Agent(skill, _answering(question, records)).run(asked, context)
    if isinstance(answer, AskBack):  # the plan offers nothing that could be asked back
        raise ModelError("alarms.asked_back")
    answer = answer.model_copy(update={"seconds": {"total": round(time.monotonic() - began, 3)}})
    records.runs.finish(answer)
    call = context.calls.get(VIEWS[question.view].tool.name)
    return Outcome(answer, None if call is None else call.evidence, question.notes)


def _answering(question: Question, records: Records) -> Answering:
    renderer = Renderer(question.lang, question.zone, _texts(question.plant))
    names = question.plant.names() if question.plant is not None else frozenset()
    return Answering(records.evidence, renderer, standard_checks(renderer, names), skill.checks)


def _texts(plant: Plant | None) -> Texts:
    """Texts by key, with the plant's names of its equipment."""

    def find(key: str, lang: Lang = "en", /, **params: object) -> str:
        if key == EQUIPMENT and plant is not None:
            with suppress(InputError):
                return plant.equipment_item(str(params.get("name", ""))).name.get(lang)
        return text(key, lang, **params)

    return find


def plant_name(plant: Plant) -> str:
    """What a tool's argument ``plant`` must be: the name of a shipped plant, else the folder."""
    with suppress(InputError):
        if find_plant(plant.id) == plant.path:
            return plant.id
    return str(plant.folder)


def _zone(plant: Plant | None) -> str:
    """The zone in which the analysis happens: it reads, so it belongs to the operations zone."""
    zones = [zone.id for zone in plant.spec.zones] if plant is not None else []
    return "operations" if "operations" in zones else (zones[0] if zones else "")
