"""The skill's tools for agents: a program checked, proved, tested, explained, and a block of the library made.

Every argument is text or JSON that a person or a plan gives; a tool reads no file and writes none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from assay.kernel.context import RunContext
from assay.kernel.errors import InputError
from assay.kernel.tool import Effect, Result, Tool

_MOST = 2_000_000


class ProgramArguments(BaseModel):
    """Structured Text in one of the dialects; ``pou`` names the unit where the program has several."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    program: str = Field(max_length=_MOST)
    dialect: Literal["iec", "codesys", "twincat", "scl"] = "iec"
    pou: str = ""


class ProveArguments(ProgramArguments):
    """``properties`` as in P.json; ``scan_ms`` is the scan time, ``effort`` bounds each search (not wall time, so that
    a replay finds the same)."""

    properties: tuple[dict[str, Any], ...] = ()
    scan_ms: float = Field(default=100.0, gt=0)
    effort: int = Field(default=30_000_000, ge=1000)


class TestArguments(ProgramArguments):
    """``tests`` as in T.json."""

    __test__ = False

    tests: dict[str, Any] | tuple[dict[str, Any], ...]


class BlockArguments(BaseModel):
    """A block of the library by its id, with parameters as literals."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    block: str = Field(max_length=60)
    parameters: dict[str, str] = Field(default_factory=dict)


def _program(arguments: ProgramArguments) -> tuple[Any, Any, Any]:
    """The checked program, its source and the unit. Raises InputError for errors in it."""
    from assay.kernel.texts import text
    from assay.skills.plc.front.source import Source
    from assay.skills.plc.testing.running import choose_unit
    from assay.skills.plc.typed.check import check

    source = Source("program.st", arguments.program, arguments.dialect)
    found = check([source], lints=False)
    wrong = next((one for one in found.diagnostics if one.severity == "error"), None)
    if wrong is not None:
        line = source.position(wrong.span.start).line
        raise InputError("plc.program_wrong", line=line, problem=text(wrong.key, "en", **wrong.values))
    return found, source, choose_unit(found.project, arguments.pou or None)


def _checked(arguments: ProgramArguments) -> Any:
    from assay.kernel.texts import LANGS, text
    from assay.skills.plc.front.source import Source
    from assay.skills.plc.typed.check import check

    source = Source("program.st", arguments.program, arguments.dialect)
    found = check([source])
    rows = [
        {
            "code": one.code,
            "severity": one.severity,
            "line": source.position(one.span.start).line,
            "message": {lang: text(one.key, lang, **one.values) for lang in LANGS},
        }
        for one in found.diagnostics
    ]
    return {"ok": found.ok, "diagnostics": rows}


def _proved(arguments: ProveArguments) -> Any:
    from assay.skills.plc.making.bundle import verdicts
    from assay.skills.plc.prove.property import parse_properties
    from assay.skills.plc.prove.proving import Options, prove

    found, _, unit = _program(arguments)
    options = Options(scan_ns=round(arguments.scan_ms * 1e6), effort=arguments.effort)
    report = prove(found.project, unit.name, parse_properties(list(arguments.properties)), options)
    told = verdicts(report, found.project, arguments.program, "en")
    return {"unit": report.unit, "clean": report.clean, "verdicts": told}


def _tested(arguments: TestArguments) -> Any:
    from assay.skills.plc.making.gates import run_tests

    found, _, unit = _program(arguments)
    tests = list(arguments.tests) if isinstance(arguments.tests, tuple) else arguments.tests
    outcomes = run_tests(found.project, unit.name, tests)
    cases = [{"name": one.case.name, "passed": one.passed, "scans": one.scans} for one in outcomes]
    return {"unit": unit.name, "passed": all(one.passed for one in outcomes), "cases": cases}


def _explained(arguments: ProgramArguments) -> Any:
    from assay.kernel.texts import LANGS
    from assay.skills.plc.explain.sentences import explain

    found, source, unit = _program(arguments)
    sentences = [
        {
            "topic": one.topic,
            "subject": one.subject,
            "text": {lang: one.text(lang) for lang in LANGS},
            "lines": sorted({source.position(span.start).line for span in one.spans}),
        }
        for one in explain(found.project, unit)
    ]
    return {"unit": unit.name, "sentences": sentences}


def _made(arguments: BlockArguments) -> Any:
    from assay.skills.plc.blocks.block import block
    from assay.skills.plc.blocks.building import build

    one = block(arguments.block)
    if one is None:
        raise InputError("plc.no_block", block=arguments.block)
    built = build(one, arguments.parameters)
    return {
        "block": one.id,
        "parameters": dict(built.values),
        "program": built.st,
        "properties": [dict(each) for each in built.properties],
        "tests": built.tests,
    }


def _run(work: Callable[[Any], Any]) -> Callable[[Any, RunContext], Any]:
    async def run(arguments: Any, context: RunContext) -> Result:
        # The words of a program (names, comments) come from outside.
        return Result(await asyncio.to_thread(work, arguments), trusted=False)

    return run


def _tool(name: str, arguments: type[BaseModel], work: Callable[[Any], Any]) -> Tool:
    key = f"plc.tool_{name}"
    return Tool(
        name=f"plc.{name}",
        effect=Effect.COMPUTE,
        arguments=arguments,
        run=_run(work),
        summary=key,
        example=f"{key}_example",
    )


TOOLS = (
    _tool("check", ProgramArguments, _checked),
    _tool("prove", ProveArguments, _proved),
    _tool("test", TestArguments, _tested),
    _tool("explain", ProgramArguments, _explained),
    _tool("block", BlockArguments, _made),
)
