"""Ask about a history from Python: a frame (and perhaps a plant) in, an answer with its evidence out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any

from assay.kernel.answer import Answer
from assay.kernel.answering import Answering
from assay.kernel.asking import answered
from assay.kernel.budget import Budget
from assay.kernel.checks import standard_checks
from assay.kernel.context import RunContext, new_run_id
from assay.kernel.evidence import Evidence
from assay.kernel.policy import Policy
from assay.kernel.render import Renderer
from assay.kernel.texts import Lang, text
from assay.plant.blobs import history_blob
from assay.plant.model import Plant
from assay.plant.records import Records
from assay.plant.series import Frame
from assay.skills.timeseries import skill
from assay.skills.timeseries.plan import VIEWS

SECONDS = 3600.0

#: Data that cannot carry an answer: the answer is refused with that sentence. Any other InputError is a wrong question.
NO_ANSWER = frozenset(
    {
        "timeseries.no_rows",
        *(f"forecast.{key}" for key in ("too_few_rows", "all_missing", "few_values", "stale", "untestable")),
        *(f"forecast.{key}" for key in ("horizon_too_long", "too_large")),
        *(f"detect.{key}" for key in ("no_rows", "nothing_normal", "too_few_rows", "nothing_moves", "normal_faulty")),
        *(f"library.{key}" for key in ("compare_rows", "features_missing")),
    }
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer, the evidence of the tool that made it (None when the run was refused), and what was noted."""

    answer: Answer
    evidence: Evidence | None
    notes: tuple[str, ...] = ()

    @property
    def value(self) -> Any:
        """The tool's value: every table, file and chart is made from it."""
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
    """What to ask. ``view`` is one of ``plan.VIEWS``; ``more`` are further arguments of its tool; ``known_future``
    only for forecasts; ``units`` of tags where known."""

    view: str
    frame: Frame
    more: dict[str, Any] = field(default_factory=dict)
    known_future: Frame | None = None
    plant: Plant | None = None
    units: dict[str, str] = field(default_factory=dict)
    lang: Lang = "en"
    zone: tzinfo = UTC
    notes: tuple[str, ...] = ()


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
        resources={"timeseries_view": question.view, "timeseries_arguments": _arguments(question)},
    )
    answer = await answered(
        skill,
        _answering(question, records),
        text(f"timeseries.question_{question.view}", question.lang),
        context,
        records.runs,
        plant=plant.id if plant is not None else "",
        refusing=NO_ANSWER,
    )
    call = context.calls.get(VIEWS[question.view].tool.name)
    return Outcome(answer, None if call is None else call.evidence, question.notes)


def _arguments(question: Question) -> dict[str, Any]:
    units = {tag: unit for tag, unit in question.units.items() if unit and tag in question.frame.tags}
    found = {"history": history_blob(question.frame), "units": units, **question.more}
    if question.known_future is not None:
        found["known_future"] = history_blob(question.known_future)
    return found


def _answering(question: Question, records: Records) -> Answering:
    renderer = Renderer(question.lang, question.zone)
    names = question.plant.names() if question.plant is not None else frozenset()
    return Answering(records.evidence, renderer, standard_checks(renderer, names), skill.checks)
