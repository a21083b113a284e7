"""A generated program written into the records like every other answer: evidence, claims that were checked, a run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.kernel.answer import Answer
from assay.kernel.answering import Answering
from assay.kernel.asking import answered
from assay.kernel.budget import Budget
from assay.kernel.checks import standard_checks
from assay.kernel.context import RunContext, new_run_id
from assay.kernel.evidence import Evidence
from assay.kernel.policy import Policy
from assay.kernel.render import Renderer
from assay.kernel.skill import Skill
from assay.kernel.texts import Lang, text
from assay.skills.plc.making.interface import assemble
from assay.skills.plc.making.recording import ARGUMENTS, FOUND_AGAIN, GENERATED, PINNED, plan, told_of
from assay.skills.plc.making.release import Release
from assay.skills.plc.making.work import Made

if TYPE_CHECKING:
    from assay.plant.records import Records

_SECONDS = 900.0
_SKILL = Skill(name="plc", tools=(GENERATED,), texts="assay.skills.plc", plan=plan)


async def record(
    made: Made, records: Records, lang: Lang, folder: Path | None = None
) -> tuple[Made, Answer | None, Evidence | None]:
    """Judges the chosen program once more from its text alone and writes down what came of it.

    A program whose second judgement is not that of the first is not released. None where there is no program.
    ``folder`` is where its bundle is going to stand.
    """
    if made.best is None:
        return made, None, None
    rules = Policy.load(None)
    resources: dict[str, Any] = {ARGUMENTS: _arguments(made, folder)}
    if made.adequacy is not None:
        resources[PINNED] = made.adequacy
    context = RunContext(
        run=new_run_id(),
        caller=rules.caller(None),
        policy=rules,
        store=records.evidence,
        lang=lang,
        budget=Budget(seconds=_SECONDS),
        resources=resources,
    )
    renderer = Renderer(lang, UTC)
    answering = Answering(records.evidence, renderer, standard_checks(renderer))
    asked = text("plc.question_generated", lang, unit=made.wanted.interface.name)
    answer = await answered(_SKILL, answering, asked, context, records.runs)
    call = context.calls.get(GENERATED.name)
    found = call.evidence if call is not None else None
    if made.release.released and (found is None or found.at("status") != "released"):
        held = Release("not_released", (("not_judged_alike", {}),), made.release.sealed)
        made = replace(made, release=held)
    return made, answer, found


def _arguments(made: Made, folder: Path | None) -> dict[str, Any]:
    from assay.plant.blobs import keep_json

    assert made.best is not None
    wanted, pinned, sealed = made.wanted, made.adequacy, made.release.sealed
    verdicts = made.best.report.verdicts if made.best.report is not None else ()
    chosen = made.search.passed or made.search.best
    return {
        "program": keep_json(made.best.text),
        "interface": keep_json(assemble(wanted.interface, "", "")),
        "properties": keep_json([dict(one) for one in wanted.properties]),
        "tests": keep_json(wanted.tests),
        "requirement": keep_json(made.task.requirement.text),
        "scan_ns": wanted.scan_ns,
        "origin": chosen.origin if chosen is not None else "",
        # What could not be judged in the time given is not judged in a replay either.
        "adequacy": pinned is not None and pinned.judged == pinned.made,
        "sealed": len(sealed),
        "sealed_failed": sum(not one.passed for one in sealed),
        "held": tuple(key for key, _ in made.release.reasons if key not in FOUND_AGAIN),
        "folder": str(folder.absolute()) if folder is not None else "",
        "told": told_of([(one.id, one.status) for one in verdicts]),
        "unused": tuple(made.filled.unused) if made.filled is not None else (),
    }
