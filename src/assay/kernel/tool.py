"""Tools: typed Python functions that an agent may call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from assay.kernel.evidence import DEFAULT_TOLERANCE, Evidence, EvidenceKind

if TYPE_CHECKING:
    from assay.kernel.context import RunContext


class Effect(StrEnum):
    """What a call may change."""

    READ = "read"
    COMPUTE = "compute"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool returns: the value that becomes evidence, and an object for the code that called it.

    ``value`` must be JSON-like (see ``kernel.evidence.jsonable``); ``payload`` (arrays, models) is not stored.
    """

    value: Any
    payload: Any = None
    parents: tuple[str, ...] = ()
    trusted: bool = True


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: ``name`` is ``skill.verb``, ``run(arguments, context)`` is awaited under the caller's rights and a limit.

    ``summary`` and ``example`` are text keys (zh and en) shown to the language model. ``kind`` says how its evidence
    replays: an observation by hash, a computation within ``tolerance``. ``version`` is part of the evidence: raise it
    whenever the result for the same inputs may change.
    """

    name: str
    effect: Effect
    arguments: type[BaseModel]
    run: Callable[[Any, RunContext], Awaitable[Result]]
    summary: str
    example: str
    version: str = "1"
    kind: EvidenceKind = EvidenceKind.COMPUTATION
    tolerance: float = DEFAULT_TOLERANCE
    seconds: float = 600.0
    needs: tuple[str, ...] = field(default=())  # names of tools whose evidence must exist before


@dataclass(frozen=True, slots=True)
class Call:
    """One finished call: its evidence and the payload."""

    tool: str
    evidence: Evidence
    payload: Any
