"""The skill's tools: read a document's clauses as rules, and check a design against rules."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from assay.kernel.context import RunContext
from assay.kernel.errors import InputError
from assay.kernel.evidence import EvidenceKind
from assay.kernel.tool import Effect, Result, Tool


class ExtractArguments(BaseModel):
    """A file (``path`` with its SHA-256), or a version of a document of a library as ``user`` may read it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str = ""
    sha256: str = ""
    library: str = ""
    access: str = ""
    user: str = ""
    groups: tuple[str, ...] = ()
    document: str = ""
    version: str = ""


class CheckArguments(BaseModel):
    """``rules`` as a rules file has them, ``design`` as of ``Design.document``, ``mapping`` a person's words, ``words``
    the plant dictionary's groups of formal words that were at hand (they are part of what a replay repeats)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: tuple[dict[str, Any], ...] = Field(min_length=1)
    design: dict[str, Any]
    mapping: dict[str, dict[str, str]] = Field(default_factory=dict)
    words: tuple[tuple[str, ...], ...] = ()


async def _extract(arguments: ExtractArguments, context: RunContext) -> Result:
    def make() -> dict[str, Any]:
        from assay.skills.rules.extracting import extracted

        return extracted(arguments)

    # The words of a document come from outside.
    return Result(await asyncio.to_thread(make), trusted=False)


async def _check(arguments: CheckArguments, context: RunContext) -> Result:
    def make() -> dict[str, Any]:
        from assay.skills.rules.checking import checked
        from assay.skills.rules.design import Design
        from assay.skills.rules.lookup import FieldMap
        from assay.skills.rules.rulesfile import rule_of

        if "things" not in arguments.design:
            raise InputError("rules.design_shape", path=arguments.design.get("name", ""))
        rules = [rule_of(one) for one in arguments.rules]
        return checked(rules, Design.load(arguments.design), FieldMap.load(arguments.mapping), arguments.words)

    return Result(await asyncio.to_thread(make), trusted=False)


def _tool(name: str, arguments: type[BaseModel], run: Callable[..., Any], **more: Any) -> Tool:
    key = f"rules.tool_{name}"
    return Tool(name=f"rules.{name}", arguments=arguments, run=run, summary=key, example=f"{key}_example", **more)


EXTRACT = _tool("extract", ExtractArguments, _extract, effect=Effect.READ, kind=EvidenceKind.OBSERVATION, tolerance=0.0)
CHECK = _tool("check", CheckArguments, _check, effect=Effect.COMPUTE)

TOOLS = (EXTRACT, CHECK)
