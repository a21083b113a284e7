"""The skill's tools: over the cases that the asker may read, kept by their content so that evidence replays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from assay.kernel.context import RunContext
from assay.kernel.errors import InputError
from assay.kernel.texts import LANGS, Lang
from assay.kernel.tool import Effect, Result, Tool
from assay.plant.blobs import keep_json, load_json
from assay.skills.cases.case import Case, Said, keys_of
from assay.skills.cases.diagnosis import UNKNOWN, Diagnosis, Question, Share
from assay.skills.cases.equipment import kind_among, of_kind
from assay.skills.cases.graph import around, graph
from assay.skills.cases.similar import similar
from assay.skills.cases.wording import label

SHOWN = 5
"""Causes, alike cases and measures that are told."""


class CaseArguments(BaseModel):
    """``cases`` is the digest of the cases that the asker may read (see ``keep_cases``)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cases: str


class SimilarArguments(CaseArguments):
    """What happened to what; ``keys`` are findings by key, beside those that the words speak of."""

    equipment: str
    description: str
    keys: dict[str, bool] = {}


class DiagnoseArguments(SimilarArguments):
    """``asked`` are questions that were answered with "I do not know"; ``most`` is how many may be asked in all."""

    asked: tuple[str, ...] = ()
    most: int = 5


class GraphArguments(CaseArguments):
    """The part of the graph around the nodes whose names hold one of ``words`` (all of it without any)."""

    lang: Lang = "en"
    words: tuple[str, ...] = ()


def keep_cases(cases: Sequence[Case]) -> str:
    """Keep the cases and return their digest."""
    return keep_json([case.plain() for case in cases])


def load_cases(sha: str) -> list[Case]:
    """The cases of a digest."""
    return [Case.from_plain(one) for one in load_json(sha)]


def names(key: str) -> dict[str, str]:
    """A key's words in each language."""
    return {lang: label(key, lang) for lang in LANGS}


def findings_of(arguments: SimilarArguments) -> dict[str, bool]:
    """What the description says, and over it what was answered."""
    return {**keys_of([Said(arguments.description)]), **arguments.keys}


def alike(cases: Sequence[Case], arguments: SimilarArguments) -> dict[str, Any]:
    """The most alike cases as plain data."""
    keys, kind = findings_of(arguments), kind_among(cases, arguments.equipment)
    found = similar(cases, keys, kind, SHOWN, equipment=arguments.equipment)
    return {
        "equipment": arguments.equipment,
        "kind": kind,
        "findings": _findings(keys),
        "cases": len(cases),
        "count": len(found),
        "list": [
            {
                **_brief(one.case),
                "likeness": round(one.likeness, 6),
                "shared": [names(key) for key in one.shared],
            }
            for one in found
        ],
    }


def diagnose(cases: Sequence[Case], arguments: DiagnoseArguments) -> dict[str, Any]:
    """Shares of the causes, the next question if one is left, and what helped before. InputError without any case."""
    if not arguments.equipment.strip():
        raise InputError("cases.asset_missing")
    kind = kind_among(cases, arguments.equipment)
    group = [case for case in of_kind(cases, kind) if case.state != "proposed"]
    if not any(case.cause for case in group):
        raise InputError("cases.none_of_kind", equipment=arguments.equipment)
    findings = findings_of(arguments)
    known = Diagnosis(group)
    if strange := next((key for key in sorted(arguments.keys) if not known.known(key)), None):
        raise InputError("cases.answer_key", key=strange)
    shares = known.shares(findings)
    answered = len(arguments.keys) + len(arguments.asked)
    question = known.question(findings, arguments.asked) if answered < arguments.most else None
    first = next((one for one in shares if one.cause != UNKNOWN), None)
    unseen = [key for key in findings if not known.known(key)]
    return {
        "equipment": arguments.equipment,
        "kind": kind,
        "findings": _findings(findings),
        "not_in_records": [names(key) for key in unseen],
        "cases": known.count,
        "answered": answered,
        "causes": [_cause(one, group) for one in shares if one.cause != UNKNOWN][:SHOWN],
        "unknown": next(one.share for one in shares if one.cause == UNKNOWN),
        "recognised": len(unseen) < len(findings) and shares[0].cause != UNKNOWN,
        "question": None if question is None else _question(question),
        "plan": [] if first is None else _plan(first.cause, group),
    }


def _findings(keys: Mapping[str, bool]) -> list[dict[str, Any]]:
    return [{"key": key, "there": there, "name": names(key)} for key, there in sorted(keys.items())]


def _brief(case: Case) -> dict[str, Any]:
    return {
        "case": case.id,
        "equipment": case.equipment,
        "time": case.time,
        "cause": "; ".join(said.text for said in case.causes),
        "measures": [said.text for said in case.measures],
        "solved": case.solved,
        "source": case.source,
        "place": case.place,
        "state": case.state,
    }


def _cause(share: Share, cases: Sequence[Case]) -> dict[str, Any]:
    group = [case for case in cases if case.id in set(share.cases)]
    first = max(group, key=lambda case: (case.time, case.id))
    return {
        "cause": share.cause,
        "name": names(share.cause),
        "share": share.share,
        "told": "; ".join(said.text for said in first.causes),
        "cases": list(share.cases[:SHOWN]),
        "count": len(share.cases),
        "mechanism": first.mechanism,
        "mode": first.mode,
    }


def _question(question: Question) -> dict[str, Any]:
    name = names(question.key)
    return {"key": question.key, "name": name, "gain": round(question.gain, 6), "check": question.check}


def _plan(cause: str, cases: Sequence[Case]) -> list[dict[str, Any]]:
    """The measures taken against a cause, those that helped oftenest first, each with the cases that say so."""
    found: dict[str, list[Case]] = {}
    for case in cases:
        if case.cause == cause:
            for said in case.measures:
                found.setdefault(said.text, []).append(case)
    rows: list[dict[str, Any]] = [
        {
            "measure": text,
            "tried": len(group),
            "helped": sum(case.solved is True for case in group),
            "failed": sum(case.solved is False for case in group),
            "cases": [case.id for case in group][:SHOWN],
        }
        for text, group in found.items()
    ]
    return sorted(rows, key=lambda row: (row["failed"] - row["helped"], -row["tried"], row["measure"]))[:SHOWN]


async def _similar(arguments: SimilarArguments, context: RunContext) -> Result:
    return await _threaded(lambda: alike(load_cases(arguments.cases), arguments))


async def _diagnose(arguments: DiagnoseArguments, context: RunContext) -> Result:
    return await _threaded(lambda: diagnose(load_cases(arguments.cases), arguments))


async def _graph(arguments: GraphArguments, context: RunContext) -> Result:
    return await _threaded(lambda: around(graph(load_cases(arguments.cases), arguments.lang), arguments.words))


async def _threaded(make: Callable[[], dict[str, Any]]) -> Result:
    # What people wrote stands in the value: it is data, and nothing in it is followed.
    return Result(await asyncio.to_thread(make), trusted=False)


def _tool(name: str, arguments: type[BaseModel], run: Callable[..., Any]) -> Tool:
    return Tool(
        name=f"cases.{name}",
        effect=Effect.COMPUTE,
        arguments=arguments,
        run=run,
        summary=f"cases.tool_{name}",
        example=f"cases.tool_{name}_example",
    )


SIMILAR = _tool("similar", SimilarArguments, _similar)
DIAGNOSE = _tool("diagnose", DiagnoseArguments, _diagnose)
GRAPH = _tool("graph", GraphArguments, _graph)

TOOLS = (SIMILAR, DIAGNOSE, GRAPH)
