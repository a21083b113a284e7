"""Ask the cases from Python: cases in, an answer with its evidence out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from assay.skills.cases import skill
from assay.skills.cases.case import Case
from assay.skills.cases.plan import VIEWS
from assay.skills.cases.tools import keep_cases

SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer and the evidence of the tool behind it (None when the tool could not run)."""

    answer: Answer
    evidence: Evidence | None

    @property
    def value(self) -> Any:
        """The tool's value."""
        return None if self.evidence is None else self.evidence.value

    def document(self) -> dict[str, Any]:
        """The outcome as plain JSON data."""
        return {
            "run": self.answer.run,
            "status": self.answer.status.value,
            "claims": [{"text": one.text, "evidence": list(one.evidence)} for one in self.answer.sentences],
            "not_known": list(self.answer.missing),
            "evidence": None if self.evidence is None else self.evidence.id,
            "value": self.value,
        }


async def ask(
    view: str,
    cases: Sequence[Case],
    arguments: Mapping[str, Any],
    records: Records,
    *,
    lang: Lang = "en",
    policy: Policy | None = None,
    user: str | None = None,
) -> Outcome:
    """Answer one of ``plan.VIEWS`` over the cases that the asker may read. Wrong input raises InputError."""
    rules = policy or Policy.load(None)
    fixed = {**arguments, "cases": keep_cases(cases)}
    context = RunContext(
        run=new_run_id(),
        caller=rules.caller(user),
        policy=rules,
        store=records.evidence,
        lang=lang,
        budget=Budget(seconds=SECONDS),
        resources={"cases_view": view, "cases_arguments": fixed},
    )
    renderer = Renderer(lang)
    answering = Answering(records.evidence, renderer, standard_checks(renderer), skill.checks)
    about = str(arguments.get("equipment") or "")
    asked = text(f"cases.question_{view}", lang, equipment=about, description=str(arguments.get("description") or ""))
    answer = await answered(skill, answering, asked, context, records.runs)
    call = context.calls.get(VIEWS[view].tool.name)
    return Outcome(answer, None if call is None else call.evidence)
