"""The skill's tools: each runs in a thread, under the caller's rights, and its value becomes evidence."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from assay.kernel.context import RunContext
from assay.kernel.evidence import Evidence
from assay.kernel.replay import ReplayContext, Replayer
from assay.kernel.tool import Effect, Result, Tool
from assay.skills.timeseries.arguments import DetectArguments, ForecastArguments, ModelArguments, ModelsArguments

# Another processor adds in another order: the last digits of a long computation may differ.
TOLERANCE = 1e-4
# Raise it when the same history may give another forecast or other alarms.
VERSION = "2"


async def _forecast(arguments: ForecastArguments, context: RunContext) -> Result:
    from assay.skills.timeseries.values import forecast_value

    return Result(await asyncio.to_thread(forecast_value, arguments))


async def _detect(arguments: DetectArguments, context: RunContext) -> Result:
    from assay.skills.timeseries.values import detect_value

    return Result(await asyncio.to_thread(detect_value, arguments))


async def _model_test(arguments: ModelArguments, context: RunContext) -> Result:
    from assay.skills.timeseries.values import model_test_value

    return Result(await asyncio.to_thread(model_test_value, arguments))


async def _model_compare(arguments: ModelsArguments, context: RunContext) -> Result:
    from assay.skills.timeseries.values import model_compare_value

    return Result(await asyncio.to_thread(model_compare_value, arguments))


async def _model_predict(arguments: ModelArguments, context: RunContext) -> Result:
    from assay.skills.timeseries.values import model_predict_value

    return Result(await asyncio.to_thread(model_predict_value, arguments))


def _tool(name: str, arguments: type[BaseModel], run: Callable[..., Any], version: str = "1") -> Tool:
    return Tool(
        name=f"timeseries.{name}",
        version=version,
        effect=Effect.COMPUTE,
        arguments=arguments,
        run=run,
        summary=f"timeseries.tool_{name}",
        example=f"timeseries.tool_{name}_example",
        tolerance=TOLERANCE,
        seconds=1800.0,
    )


FORECAST = _tool("forecast", ForecastArguments, _forecast, VERSION)
DETECT = _tool("detect", DetectArguments, _detect, VERSION)
MODEL_TEST = _tool("model_test", ModelArguments, _model_test)
MODEL_COMPARE = _tool("model_compare", ModelsArguments, _model_compare)
MODEL_PREDICT = _tool("model_predict", ModelArguments, _model_predict)

TOOLS = (FORECAST, DETECT, MODEL_TEST, MODEL_COMPARE, MODEL_PREDICT)


def _whatever_its_state(tool: Tool, value: Callable[..., dict[str, Any]]) -> Replayer:
    """What a model said stays what it said, also after it stood back or was retired: only the replay may ask it."""

    def run(evidence: Evidence, context: ReplayContext) -> dict[str, Any]:
        return value(tool.arguments.model_validate(evidence.inputs), replaying=True)

    return run


def _replayers() -> dict[str, Replayer]:
    def later(name: str) -> Callable[..., dict[str, Any]]:
        def value(arguments: BaseModel, *, replaying: bool) -> dict[str, Any]:
            from assay.skills.timeseries import values

            found: dict[str, Any] = getattr(values, f"{name}_value")(arguments, replaying=replaying)
            return found

        return value

    names = {"model_test": MODEL_TEST, "model_compare": MODEL_COMPARE, "model_predict": MODEL_PREDICT}
    return {tool.name: _whatever_its_state(tool, later(name)) for name, tool in names.items()}


REPLAYERS = _replayers()
