"""Ask from Python: a document's rules, or a design against rules, as an answer with its evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from assay.kernel.answer import Answer
from assay.kernel.answering import Answering
from assay.kernel.asking import answered
from assay.kernel.budget import Budget
from assay.kernel.checks import standard_checks
from assay.kernel.context import RunContext, new_run_id
from assay.kernel.errors import InputError, Refused
from assay.kernel.evidence import Evidence
from assay.kernel.policy import Policy
from assay.kernel.ports import LanguageModel
from assay.kernel.render import Renderer
from assay.kernel.texts import Lang, text
from assay.knowledge.search.dictionary_files import configured
from assay.plant.records import Records
from assay.skills.rules import skill
from assay.skills.rules.design import Design
from assay.skills.rules.lookup import FieldMap
from assay.skills.rules.plantwords import plant_groups
from assay.skills.rules.propose import Proposer
from assay.skills.rules.rule import Rule, Unread
from assay.skills.rules.rulesfile import rule_data
from assay.skills.rules.tools import ExtractArguments

SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer, the tool's evidence (None when the run was refused), and what a model proposed besides."""

    answer: Answer
    evidence: Evidence | None
    proposed: tuple[Rule, ...] = ()

    @property
    def value(self) -> Any:
        """The tool's value: everything that is printed comes from it."""
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
            "proposed_by_model": [rule_data(rule) for rule in self.proposed],
        }


async def extract_rules(
    arguments: ExtractArguments,
    records: Records,
    *,
    lang: Lang = "en",
    user: str | None = None,
    model: LanguageModel | None = None,
) -> Outcome:
    """The rules of a document. Raises InputError for one that cannot be read.

    With a ``model``, clauses that were not read are shown to it with the tests found in their words; what it chooses
    are the outcome's ``proposed`` rules, none of which counts before a person confirmed it by name.
    """
    outcome = await _ask("extract", arguments.model_dump(mode="json"), records, lang, user)
    if model is None or outcome.value is None:
        return outcome
    unread = [Unread.model_validate(one) for one in outcome.value["unread"]]
    context = _context(records, lang, user, outcome.answer.run)
    return replace(outcome, proposed=tuple(await Proposer(model, context).propose(unread)))


async def check_design(
    rules: Sequence[Rule],
    design: Design,
    records: Records,
    *,
    mapping: FieldMap | None = None,
    proposed: bool = False,
    lang: Lang = "en",
    user: str | None = None,
) -> Outcome:
    """A design against the confirmed rules (with ``proposed`` against all). Raises Refused where none is confirmed.

    Words of the shipped and the user's plant dictionary (``knowledge.search``) count as the same where they are formal.
    """
    if not rules:
        raise InputError("rules.no_rules")
    chosen = [rule for rule in rules if proposed or rule.confirmed]
    if not chosen:
        raise Refused("rules.nothing_confirmed")
    arguments = {
        "rules": [rule_data(rule) for rule in chosen],
        "design": design.document(),
        "mapping": (mapping or FieldMap()).document(),
        "words": plant_groups(configured(), chosen, design),
    }
    return await _ask("check", arguments, records, lang, user)


async def _ask(view: str, arguments: dict[str, Any], records: Records, lang: Lang, user: str | None) -> Outcome:
    context = _context(records, lang, user, new_run_id())
    context.resources = {"rules_view": view, "rules_arguments": arguments}
    renderer = Renderer(lang)
    answering = Answering(records.evidence, renderer, standard_checks(renderer), skill.checks)
    answer = await answered(skill, answering, text(f"rules.question_{view}", lang), context, records.runs)
    call = context.calls.get(f"rules.{view}")
    return Outcome(answer, None if call is None else call.evidence)


def _context(records: Records, lang: Lang, user: str | None, run: str) -> RunContext:
    rules = Policy.load(None)
    return RunContext(
        run=run,
        caller=rules.caller(user),
        policy=rules,
        store=records.evidence,
        lang=lang,
        budget=Budget(seconds=SECONDS),
    )
