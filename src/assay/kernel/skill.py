"""Skills: a domain's tools, checks, texts and plan, as the agent loop sees them.

A plan is code. It looks at what is known so far and returns the next ``Step`` (which tools can apply, with every
argument that code could settle and an enumeration for each that it could not), or a ``Draft`` of the answer, or a
``Stop`` that says what is missing. A language model only ever picks among what a plan enumerates.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import JsonValue

from assay.kernel.answering import Draft
from assay.kernel.check import Check
from assay.kernel.context import RunContext
from assay.kernel.replay import Replayer
from assay.kernel.tool import Call, Tool


@dataclass(frozen=True, slots=True)
class Option:
    """One value for an open argument. ``label`` is what a model sees: the name of something that exists."""

    value: JsonValue
    label: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A tool that can apply: ``fixed`` arguments are settled by code, ``open`` ones have several options.

    Options stand in code's own order, the most likely first; it counts when no model chooses.
    """

    tool: Tool
    fixed: Mapping[str, Any] = field(default_factory=dict)
    open: Mapping[str, tuple[Option, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """The candidates for the next call.

    ``default`` names the tool that code takes when no model can choose (or, with ``forced``, without asking one); with
    no default and no model the run is refused. ``finish`` and ``refuse`` add these two to the model's labels: then
    ``plan`` is asked with ``state.finish`` set, or the run is refused.
    """

    candidates: tuple[Candidate, ...]
    default: str | None = None
    forced: bool = False
    finish: bool = False
    refuse: bool = True


@dataclass(frozen=True, slots=True)
class Stop:
    """The question cannot be answered: ``missing`` are sentences (already in the run's language) that say why."""

    missing: tuple[str, ...]


@dataclass(slots=True)
class State:
    """What a plan may look at. ``calls`` are finished, in order; ``finish``: the model wants to end."""

    question: str
    context: RunContext
    calls: list[Call] = field(default_factory=list)
    finish: bool = False

    def done(self, tool: str) -> bool:
        """Whether the tool has been called in this run."""
        return any(call.tool == tool for call in self.calls)


Plan = Callable[[State], "Step | Draft | Stop | Awaitable[Step | Draft | Stop]"]


@dataclass(frozen=True, slots=True)
class Skill:
    """A domain. ``texts`` is the package whose folder ``texts`` holds its en.json and zh.json.

    ``plan`` is None for a skill that only offers tools. ``replayers`` re-make evidence by its producer's name; a tool
    without one is simply run again with the inputs that its evidence holds.
    """

    name: str
    tools: tuple[Tool, ...]
    texts: str
    checks: tuple[Check, ...] = ()
    plan: Plan | None = None
    replayers: Mapping[str, Replayer] = field(default_factory=dict)
