"""The skill's tools: each runs in a thread, under the caller's rights, and its value becomes evidence."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from assay.kernel.context import RunContext
from assay.kernel.tool import Effect, Result, Tool
from assay.skills.health.arguments import (
    AgesArguments,
    ExchangerArguments,
    FleetArguments,
    ProcessArguments,
    TrendArguments,
    VibrationArguments,
)


async def _fleet(arguments: FleetArguments, context: RunContext) -> Result:
    from assay.skills.health.methods import by_fleet

    return Result(await asyncio.to_thread(by_fleet, arguments))


async def _ages(arguments: AgesArguments, context: RunContext) -> Result:
    from assay.skills.health.methods import by_ages

    return Result(await asyncio.to_thread(by_ages, arguments))


async def _trend(arguments: TrendArguments, context: RunContext) -> Result:
    from assay.skills.health.methods import by_trend

    return Result(await asyncio.to_thread(by_trend, arguments))


async def _vibration(arguments: VibrationArguments, context: RunContext) -> Result:
    from assay.skills.health.machines import by_vibration

    # Past cases come from outside.
    return Result(await asyncio.to_thread(by_vibration, arguments), trusted=not arguments.cases)


async def _exchanger(arguments: ExchangerArguments, context: RunContext) -> Result:
    from assay.skills.health.machines import by_exchanger

    return Result(await asyncio.to_thread(by_exchanger, arguments), trusted=not arguments.cases)


async def _process(arguments: ProcessArguments, context: RunContext) -> Result:
    from assay.skills.health.process import by_process

    return Result(await asyncio.to_thread(by_process, arguments), trusted=not arguments.cases)


def _tool(name: str, arguments: type[BaseModel], run: Callable[..., Any]) -> Tool:
    return Tool(
        name=f"health.{name}",
        effect=Effect.COMPUTE,
        arguments=arguments,
        run=run,
        summary=f"health.tool_{name}",
        example=f"health.tool_{name}_example",
        tolerance=1e-6,
    )


FLEET = _tool("fleet", FleetArguments, _fleet)
AGES = _tool("ages", AgesArguments, _ages)
TREND = _tool("trend", TrendArguments, _trend)
VIBRATION = _tool("vibration", VibrationArguments, _vibration)
EXCHANGER = _tool("exchanger", ExchangerArguments, _exchanger)
PROCESS = _tool("process", ProcessArguments, _process)

TOOLS = (FLEET, AGES, TREND, VIBRATION, EXCHANGER, PROCESS)
