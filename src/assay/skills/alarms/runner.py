"""Ask about an alarm log from Python: a log (and perhaps a plant) in, an answer with its evidence out."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any

from assay.kernel.answer import Answer
from assay.kernel.answering import Answering
from assay.kernel.asking import answered
from assay.kernel.budget import Budget
from assay.kernel.checks import standard_checks
from assay.kernel.context import RunContext, new_run_id
from assay.kernel.errors import InputError
from assay.kernel.evidence import Evidence
from assay.kernel.policy import Policy
from assay.kernel.render import Renderer
from assay.kernel.texts import Lang, text
from assay.plant.model import Plant, find_plant
from assay.plant.records import Records
from assay.skills.alarms import skill
from assay.skills.alarms.log import AlarmLog, keep_log
from assay.skills.alarms.naming import texts_of
from assay.skills.alarms.plan import VIEWS

SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer, the evidence of the tools that made it by their names (none when the run was refused), and what was
    noted."""

    answer: Answer
    found: Mapping[str, Evidence]
    notes: tuple[str, ...] = ()

    @property
    def evidence(self) -> Evidence | None:
        """The evidence of the first tool."""
        return next(iter(self.found.values()), None)

    @property
    def value(self) -> Any:
        """The first tool's value: every table is printed from it."""
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
            "more": {name: one.value for name, one in list(self.found.items())[1:]},
        }


@dataclass(slots=True)
class Question:
    """What to ask. ``view`` is one of ``plan.VIEWS``; ``more`` are further arguments of its tools; times are aware;
    ``asked`` is the question in words (default: the view's)."""

    view: str
    log: AlarmLog | None
    plant: Plant | None = None
    start: datetime | None = None
    end: datetime | None = None
    lang: Lang = "en"
    zone: tzinfo = UTC
    notes: tuple[str, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)
    asked: str = ""


async def ask(
    question: Question, records: Records, *, policy: Policy | None = None, user: str | None = None
) -> Outcome:
    """Answer under the rights of ``user`` (default: the local user). Wrong input raises InputError."""
    rules = policy or Policy.load(None)
    plant = question.plant
    context = RunContext(
        run=new_run_id(),
        caller=rules.caller(user),
        policy=rules,
        store=records.evidence,
        lang=question.lang,
        zone=plant.analysis_zone if plant is not None else "",
        budget=Budget(seconds=SECONDS),
        resources={"alarms_view": question.view, "alarms_arguments": _arguments(question)},
    )
    asked = question.asked or text(f"alarms.question_{question.view}", question.lang)
    about = plant.id if plant is not None else ""
    answer = await answered(skill, _answering(question, records), asked, context, records.runs, plant=about)
    return Outcome(answer, {name: call.evidence for name, call in context.calls.items()}, question.notes)


def _arguments(question: Question) -> dict[str, dict[str, Any]]:
    """The arguments of each tool of the view, of those for which all that they need is at hand."""
    pool = {"start": question.start, "end": question.end, **question.more}
    if question.log is not None:
        pool["log"] = keep_log(question.log)
    if question.plant is not None:
        pool["plant"] = plant_name(question.plant)
    found = {}
    for tool in VIEWS[question.view].tools:
        fields = tool.arguments.model_fields
        if all(name in pool for name, field in fields.items() if field.is_required()):
            found[tool.name] = {name: value for name, value in pool.items() if name in fields}
    return found


def _answering(question: Question, records: Records) -> Answering:
    renderer = Renderer(question.lang, question.zone, texts_of(question.plant))
    names = question.plant.names() if question.plant is not None else frozenset()
    return Answering(records.evidence, renderer, standard_checks(renderer, names), skill.checks)


def plant_name(plant: Plant) -> str:
    """What a tool's argument ``plant`` must be: the name of a shipped plant, else the folder."""
    with suppress(InputError):
        if find_plant(plant.id) == plant.path:
            return plant.id
    return str(plant.folder)
