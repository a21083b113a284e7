"""The run context: who asks, in which language, about which plant, under which budget, into which store."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from assay.kernel.budget import Budget
from assay.kernel.errors import InputError, Refused, TransientError
from assay.kernel.evidence import Evidence, EvidenceKind
from assay.kernel.policy import Caller, Policy
from assay.kernel.ports import EvidenceStore
from assay.kernel.texts import Lang
from assay.kernel.tool import Call, Effect, Tool


def new_run_id() -> str:
    """A fresh run id."""
    return f"run_{uuid.uuid4().hex[:16]}"


@dataclass(slots=True)
class RunContext:
    """Everything a tool may touch. ``resources`` holds objects that code (never a model) put there: a history frame,
    a plant, a twin, a link."""

    run: str
    caller: Caller
    policy: Policy
    store: EvidenceStore
    lang: Lang = "en"
    zone: str = ""
    budget: Budget = field(default_factory=Budget)
    resources: dict[str, Any] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)

    async def call(self, tool: Tool, arguments: BaseModel | dict[str, Any]) -> Call:
        """Run a tool under the caller's rights and limits; its result becomes stored evidence.

        Raises Refused without the right (and for every write: writes go through actions only), InputError for
        arguments that do not fit, TransientError when the time limit passes.
        """
        if tool.effect is Effect.WRITE:
            raise Refused("kernel.write_needs_action", tool=tool.name)
        self.policy.require(self.caller, tool.name, tool.effect.value, self.zone)
        args = _validated(tool, arguments)
        self.budget.step()
        try:
            async with asyncio.timeout(min(tool.seconds, self.budget.seconds_left())):
                result = await tool.run(args, self)
        except TimeoutError:
            self.budget.seconds_left()  # says so when it was the run's time, not the tool's, that ended
            raise TransientError("kernel.tool_timeout", tool=tool.name, seconds=tool.seconds) from None
        evidence = Evidence.make(
            kind=tool.kind,
            producer=tool.name,
            version=tool.version,
            inputs=args.model_dump(mode="json"),
            parents=result.parents,
            value=result.value,
            tolerance=tool.tolerance,
            trusted=result.trusted,
            run=self.run,
        )
        self.store.put(evidence)
        call = Call(tool.name, evidence, result.payload)
        self.calls[tool.name] = call
        return call

    def record(self, kind: EvidenceKind, producer: str, inputs: dict[str, Any], value: Any) -> Evidence:
        """Store evidence that no tool made: a choice of a model or person, an executed action."""
        evidence = Evidence.make(kind=kind, producer=producer, version="1", inputs=inputs, value=value, run=self.run)
        self.store.put(evidence)
        return evidence


def _validated(tool: Tool, arguments: BaseModel | dict[str, Any]) -> BaseModel:
    if isinstance(arguments, tool.arguments):
        return arguments
    raw = arguments.model_dump() if isinstance(arguments, BaseModel) else arguments
    try:
        return tool.arguments.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError("kernel.tool_arguments", tool=tool.name, field=where, problem=first["msg"]) from None
