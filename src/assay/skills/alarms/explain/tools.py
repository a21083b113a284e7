"""The tools that explain an alarm. Each value is evidence; what people or documents wrote is kept apart, untrusted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from assay.kernel.context import RunContext
from assay.kernel.tool import Effect, Result, Tool
from assay.plant.blobs import load_blob, load_json
from assay.skills.alarms.explain.about import about
from assay.skills.alarms.explain.arguments import (
    AlarmArguments,
    CauseArguments,
    CourseArguments,
    PassageArguments,
    PastArguments,
    PastOrderArguments,
    case_of,
)
from assay.skills.alarms.explain.causes import causes
from assay.skills.alarms.explain.course import course
from assay.skills.alarms.explain.documents import passages
from assay.skills.alarms.explain.orders import past_orders
from assay.skills.alarms.explain.past import past


async def _about(arguments: AlarmArguments, context: RunContext) -> Result:
    return Result(await asyncio.to_thread(lambda: about(case_of(arguments))))


async def _course(arguments: CourseArguments, context: RunContext) -> Result:
    return Result(await asyncio.to_thread(lambda: course(case_of(arguments), load_blob(arguments.history))))


async def _causes(arguments: CauseArguments, context: RunContext) -> Result:
    def make() -> dict[str, Any]:
        frame = None if arguments.history is None else load_blob(arguments.history)
        return causes(case_of(arguments), frame)

    return Result(await asyncio.to_thread(make))


async def _passages(arguments: PassageArguments, context: RunContext) -> Result:
    def make() -> dict[str, Any]:
        return passages(case_of(arguments), load_json(arguments.documents), arguments.most)

    return Result(await asyncio.to_thread(make), trusted=False)


async def _orders(arguments: PastOrderArguments, context: RunContext) -> Result:
    def make() -> dict[str, Any]:
        return past_orders(case_of(arguments), load_json(arguments.orders), arguments.most)

    return Result(await asyncio.to_thread(make), trusted=False)


async def _past(arguments: PastArguments, context: RunContext) -> Result:
    def make() -> dict[str, Any]:
        own = [] if arguments.actions is None else load_json(arguments.actions)
        return past(case_of(arguments), own)

    return Result(await asyncio.to_thread(make), trusted=False)


def _tool(name: str, arguments: type[BaseModel], run: Callable[..., Any]) -> Tool:
    return Tool(
        name=f"alarms.{name}",
        effect=Effect.COMPUTE,
        arguments=arguments,
        run=run,
        summary=f"alarms.tool_{name}",
        example=f"alarms.tool_{name}_example",
    )


ABOUT = _tool("about", AlarmArguments, _about)
COURSE = _tool("course", CourseArguments, _course)
CAUSES = _tool("causes", CauseArguments, _causes)
PAST = _tool("past", PastArguments, _past)
PASSAGES = _tool("passages", PassageArguments, _passages)
ORDERS = _tool("past_orders", PastOrderArguments, _orders)

TOOLS = (ABOUT, COURSE, CAUSES, PAST, PASSAGES, ORDERS)
