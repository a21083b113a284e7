"""Ask about a machine's health from Python: kept records in, an answer with its evidence out."""

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
from assay.plant.records import Records
from assay.skills.health import skill
from assay.skills.health.words import words

SECONDS = 1200.0
_METHODS = ("fleet", "ages", "trend", "exchanger", "process", "vibration")
_STATES = ("good", "watch", "act")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer, the evidence of each tool by its name, and what was noted on the way."""

    answer: Answer
    evidence: dict[str, Evidence]
    notes: tuple[str, ...] = ()

    def value(self, tool: str) -> Any:
        """A tool's value, or None when it was not called."""
        return self.evidence[tool].value if tool in self.evidence else None

    def main(self) -> Any:
        """The value that the answer rests on, or None."""
        values = (self.value(f"health.{name}") for name in _METHODS)
        return next((one for one in values if one is not None), None)

    def state(self) -> str | None:
        """The worst state that any tool found."""
        found = [one.value["state"] for one in self.evidence.values() if isinstance(one.value, dict)]
        known = [one for one in found if one in _STATES]
        return max(known, key=_STATES.index) if known else None

    def document(self) -> dict[str, Any]:
        """The outcome as plain JSON data."""
        sentences = [{"text": one.text, "evidence": list(one.evidence)} for one in self.answer.sentences]
        main = self.main() or {}
        return {
            "run": self.answer.run,
            "status": self.answer.status.value,
            "state": self.state() if self.answer.status.value != "refused" else None,
            "claims": sentences,
            "not_known": list(self.answer.missing),
            "notes": list(self.notes),
            "trend": main.get("trend"),
            "remaining_life": main.get("life"),
            "reasons": main.get("reasons", []),
            "act": main.get("act"),
            "diagnosis": main.get("diagnosis"),
            "evidence": {name: one.id for name, one in self.evidence.items()},
            "values": {name: one.value for name, one in self.evidence.items()},
        }


@dataclass(slots=True)
class Question:
    """What to ask. ``calls``: (tool name, arguments) in order, as ``source.calls_for`` makes them."""

    asset: str
    calls: list[tuple[str, dict[str, Any]]]
    lang: Lang = "en"
    zone: tzinfo = UTC
    notes: tuple[str, ...] = field(default=())


async def ask(
    question: Question, records: Records, *, policy: Policy | None = None, user: str | None = None
) -> Outcome:
    """Answer under the rights of ``user`` (default: the local user). Wrong input raises InputError."""
    rules = policy or Policy.load(None)
    context = RunContext(
        run=new_run_id(),
        caller=rules.caller(user),
        policy=rules,
        store=records.evidence,
        lang=question.lang,
        zone="",
        budget=Budget(seconds=SECONDS),
        resources={"health_calls": question.calls},
    )
    asked = text("health.question", question.lang, asset=question.asset)
    renderer = Renderer(question.lang, question.zone, words)
    answering = Answering(records.evidence, renderer, standard_checks(renderer, frozenset()), skill.checks)
    answer = await answered(skill, answering, asked, context, records.runs)
    found = {name: context.calls[name].evidence for name, _ in question.calls if name in context.calls}
    return Outcome(answer, found, question.notes)
