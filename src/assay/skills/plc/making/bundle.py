"""The evidence bundle of a generated program: one JSON object with everything that was tested, and the files beside it.

``program.st``, ``properties.json``, ``tests.json``, ``bundle.json``, ``report.md`` and ``report.html``. A program that
is not released is written as ``program.not_released.st``, so that nobody takes one for the other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay import __version__
from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text
from assay.skills.plc.front.source import Source

if TYPE_CHECKING:
    from assay.kernel.answer import Answer
    from assay.kernel.evidence import Evidence
    from assay.skills.plc.ir.nodes import Project
    from assay.skills.plc.making.faces import Proposal
    from assay.skills.plc.making.work import Made
    from assay.skills.plc.prove.verdict import Report
    from assay.skills.plc.testing.judge import Outcome


def digest(words: str) -> str:
    """``sha256:`` and the hash of the text."""
    return f"sha256:{sha256(words.encode('utf-8')).hexdigest()}"


def document(
    made: Made, lang: Lang, model: str, answer: Answer | None = None, evidence: Evidence | None = None
) -> dict[str, Any]:
    """The bundle as JSON can hold it. ``model`` names the language model that was asked (empty: none); ``answer`` and
    ``evidence`` are what the records hold of it."""
    from assay.skills.plc.making.work import near_block

    best = made.best
    return {
        "status": made.release.status,
        "reasons": [_reason(one, made, lang) for one in made.release.reasons],
        "program": best.text if best is not None else None,
        "program_hash": digest(best.text) if best is not None else None,
        "requirement_hash": digest(made.task.requirement.text),
        "requirements": [{"id": one.id, "text": one.text} for one in made.task.requirement.sentences],
        "unit": made.wanted.interface.name,
        "block": _block(made),
        "near_block": near_block(made.task, lang) if made.block is None else None,
        "interface": _interface(made),
        "properties": [dict(one) for one in made.wanted.properties],
        "verdicts": _verdicts(made, lang),
        "tests": [_outcome(one) for one in best.outcomes] if best is not None else [],
        "sealed": [{"name": one.case.name, "passed": one.passed} for one in made.release.sealed],
        "coverage": _coverage(made, lang),
        "adequacy": _adequacy(made),
        "candidates": [
            {"number": one.number, "origin": one.origin, "stage": one.gated.stage, "hash": digest(one.gated.text)}
            for one in made.search.candidates
        ],
        "tokens": made.search.tokens,
        "run": answer.run if answer is not None else None,
        "evidence": evidence.id if evidence is not None else None,
        "claims": [one.text for one in answer.sentences] if answer is not None else [],
        "versions": {"assay": __version__, "model": "" if made.block else model, **_versions()},
    }


def verdicts(report: Report, project: Project, text_: str, lang: Lang) -> list[dict[str, Any]]:
    """Every verdict on a program as :mod:`..prove.report` tells it, without the seconds, which differ from run to
    run."""
    from assay.skills.plc.prove.report import document as told

    value = told(report, project, {"program.st": Source("program.st", text_)}, lang)
    found = [*value["properties"], *value["obligations"]]
    return [{key: each for key, each in one.items() if key != "seconds"} for one in found]


def write(
    made: Made, folder: Path, lang: Lang, model: str, answer: Answer | None = None, evidence: Evidence | None = None
) -> dict[str, Any]:
    """Writes every file of the bundle and gives the document. Raises InputError when the folder cannot be written."""
    from assay.skills.plc.making.report import as_html, as_markdown

    value = document(made, lang, model, answer, evidence)
    name = "program.st" if made.release.released else "program.not_released.st"
    files = {
        "properties.json": _pretty([dict(one) for one in made.wanted.properties]),
        "tests.json": _pretty(made.wanted.tests if made.wanted.tests is not None else []),
        "bundle.json": _pretty(value),
        "report.md": as_markdown(value, lang),
        "report.html": as_html(value, lang),
    }
    if made.best is not None:
        files[name] = made.best.text
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for other in ("program.st", "program.not_released.st"):
            (folder / other).unlink(missing_ok=True)
        for key, words in files.items():
            (folder / key).write_text(words, encoding="utf-8")
    except OSError as error:
        raise InputError("plc_making.unwritable", path=str(folder), problem=error.strerror or "") from error
    return value


def write_proposal(folder: Path, st: str) -> Path:
    """Writes ``interface.proposed.st``, which a person may edit and give back. Raises InputError when it cannot."""
    path = folder / "interface.proposed.st"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(st, encoding="utf-8")
    except OSError as error:
        raise InputError("plc_making.unwritable", path=str(folder), problem=error.strerror or "") from error
    return path


def proposal_document(proposal: Proposal) -> dict[str, Any]:
    """A proposed interface for JSON: the text, and each line with where it came from."""
    lines = [
        {
            "name": one.name,
            "section": one.section,
            "type": one.type,
            "initial": one.initial,
            "unit": one.unit,
            "words": one.words,
            "source": one.source,
            "sentence": one.said,
        }
        for one in proposal.lines
    ]
    asked = [
        {"words": one.words, "why": one.why, "source": one.sentence.id, "sentence": one.sentence.text}
        for one in proposal.questions
    ]
    return {"st": proposal.st, "lines": lines, "questions": asked}


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _verdicts(made: Made, lang: Lang) -> list[dict[str, Any]]:
    best = made.best
    if best is None or best.report is None or best.project is None:
        return []
    found = verdicts(best.report, best.project, best.text, lang)
    if made.block is None or made.task.requirement.lang == lang:
        return found
    from assay.skills.plc.blocks.building import build

    own = {one["id"]: one["text"] for one in made.block.properties}  # of the library: it has them in both languages
    told = {one["id"]: one["text"] for one in build(made.block.block, made.block.values, lang=lang).properties}
    return [{**one, "text": told[one["id"]]} if one["text"] == own.get(one["id"]) else one for one in found]


def _reason(one: tuple[str, Mapping[str, object]], made: Made, lang: Lang) -> dict[str, Any]:
    """With the sentences that it names by their numbers, for nobody knows them by heart."""
    named = str(one[1].get("sentences", "")).split(", ")
    said = [{"id": each.id, "text": each.text} for each in made.task.requirement.sentences if each.id in named]
    return {"key": one[0], "text": text(f"plc_making.{one[0]}", lang, **one[1]), "sentences": said}


def _interface(made: Made) -> dict[str, Any]:
    """What was declared; with the proposal it was confirmed from, where there was one."""
    from assay.skills.plc.making.faces import short_comments

    proposed = made.task.proposed
    if proposed is None:
        return {"st": made.wanted.interface.declarations, "proposed": None, "edited": False}
    declared = made.task.interface or ""
    return {"st": declared, "proposed": proposal_document(proposed), "edited": declared != short_comments(proposed.st)}


def _coverage(made: Made, lang: Lang) -> dict[str, Any] | None:
    from assay.skills.plc.making.covering import coverage_document

    if made.covered is None or made.best is None:
        return None
    return coverage_document(made.covered, made.best.text, lang)


def _block(made: Made) -> dict[str, Any] | None:
    if made.block is None:
        return None
    unused = list(made.filled.unused) if made.filled is not None else []
    inputs = dict(made.filled.inputs) if made.filled is not None else {}
    named = made.task.block is not None
    return {
        "id": made.block.block.id, "named": named, "parameters": dict(made.block.values), "inputs": inputs,
        "unused": unused,
    }  # fmt: skip


def _outcome(one: Outcome) -> dict[str, Any]:
    return {"name": one.case.name, "passed": one.passed, "scans": one.scans}


def _adequacy(made: Made) -> dict[str, Any] | None:
    pinned = made.adequacy
    if pinned is None:
        return None
    survived = [{"before": one.before, "after": one.after, "operator": one.operator} for one in pinned.survived]
    return {
        "score": round(pinned.score, 4),
        "killed": pinned.killed,
        "equal": pinned.equal,
        "judged": pinned.judged,
        "made": pinned.made,
        "survived": survived,
    }


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {"z3-solver": version("z3-solver")}
