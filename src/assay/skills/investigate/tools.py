"""The skill's tools: each runs in a thread, under the caller's rights, and its value becomes evidence."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np
from pydantic import BaseModel

from assay.kernel.context import RunContext
from assay.kernel.evidence import EvidenceKind
from assay.kernel.tool import Effect, Result, Tool
from assay.models.twin import NONE
from assay.plant.blobs import load_blob
from assay.plant.model import load_plant
from assay.skills.investigate import findings
from assay.skills.investigate.arguments import (
    CaseArguments,
    ConfirmArguments,
    CurveArguments,
    MeasureArguments,
    workbench,
)
from assay.skills.investigate.confirm import confirmation
from assay.skills.investigate.curves import curves
from assay.skills.investigate.relief import relief
from assay.skills.investigate.symptoms import by_symptoms
from assay.skills.investigate.workbench import Workbench

# A replay simulates and trains again; small differences of summation order are no difference.
TOLERANCE = 1e-6
CURVES = 6
# Raise it when the same history may give another finding: evidence of another version is not run again.
VERSION = "2"


async def _threaded(
    make: Callable[[Workbench], Any], arguments: CaseArguments, context: RunContext, *parents: str
) -> Result:
    def run() -> Any:
        return make(workbench(arguments, context))

    known = tuple(context.calls[name].evidence.id for name in parents if name in context.calls)
    return Result(await asyncio.to_thread(run), parents=known)


async def _history(arguments: CaseArguments, context: RunContext) -> Result:
    return await _threaded(lambda bench: findings.history(bench, arguments.blob), arguments, context)


async def _screen(arguments: CaseArguments, context: RunContext) -> Result:
    return await _threaded(findings.screening, arguments, context, "investigate.history")


async def _locate(arguments: CaseArguments, context: RunContext) -> Result:
    return await _threaded(findings.place, arguments, context, "investigate.screen")


async def _test(arguments: CaseArguments, context: RunContext) -> Result:
    return await _threaded(findings.tested, arguments, context, "investigate.screen")


async def _symptoms(arguments: CaseArguments, context: RunContext) -> Result:
    def make(bench: Workbench) -> dict[str, Any]:
        screen = bench.screen
        found = by_symptoms(bench.failures, bench.grid.tags, screen.shifts, screen.spreads, bench.exclude)
        order = sorted(found, key=lambda cause: -found[cause])[:12]
        rest = 1.0 - sum(found[cause] for cause in order)
        causes = [{"id": c, "probability": round(found[c], 6), "magnitude": None} for c in order if c != NONE]
        causes.append({"id": NONE, "probability": round(found.get(NONE, 0.0) * (NONE in order) + rest, 6)})
        return {"causes": sorted(causes, key=lambda cause: -float(str(cause["probability"])))}

    return await _threaded(make, arguments, context, "investigate.screen")


async def _curves(arguments: CurveArguments, context: RunContext) -> Result:
    def make(bench: Workbench) -> dict[str, Any]:
        strength = np.abs(bench.screen.shifts) + np.maximum(bench.screen.spreads, 0.0)
        order = [int(i) for i in np.argsort(-strength)]
        first = [i for i in order if bench.plant.tag(bench.grid.tags[i]).equipment == arguments.focus][:2]
        shown = [*first, *(i for i in order if i not in first)][:CURVES]
        return curves(bench.grid, bench.screen, bench.library, bench.aligned, bench.ranking, shown, bench.horizon)

    return await _threaded(make, arguments, context, "investigate.test")


async def _measures(arguments: MeasureArguments, context: RunContext) -> Result:
    def make(bench: Workbench) -> dict[str, Any]:
        return relief(bench, arguments.cause, arguments.magnitude, dict(arguments.present))

    return await _threaded(make, arguments, context, "investigate.test")


async def _confirm(arguments: ConfirmArguments, context: RunContext) -> Result:
    def make() -> dict[str, Any]:
        value: Any = context.store.get(arguments.relief).value
        plant, frame = load_plant(arguments.plant), load_blob(arguments.blob)
        return confirmation(plant, frame, arguments.written, value["predicted"], value["best"]["cleared"])

    return Result(await asyncio.to_thread(make), parents=(arguments.relief,))


def _tool(name: str, arguments: type[BaseModel], run: Callable[..., Any], **more: Any) -> Tool:
    return Tool(
        name=f"investigate.{name}",
        version=VERSION,
        effect=more.pop("effect", Effect.COMPUTE),
        arguments=arguments,
        run=run,
        summary=f"investigate.tool_{name}",
        example=f"investigate.tool_{name}_example",
        tolerance=more.pop("tolerance", TOLERANCE),
        **more,
    )


HISTORY = _tool("history", CaseArguments, _history, effect=Effect.READ, kind=EvidenceKind.OBSERVATION, tolerance=0.0)
SCREEN = _tool("screen", CaseArguments, _screen)
LOCATE = _tool("locate", CaseArguments, _locate)
TEST = _tool("test", CaseArguments, _test, seconds=1200.0)
SYMPTOMS = _tool("symptoms", CaseArguments, _symptoms)
CURVES_TOOL = _tool("curves", CurveArguments, _curves)
MEASURES = _tool("measures", MeasureArguments, _measures)
CONFIRM = _tool("confirm", ConfirmArguments, _confirm)

TOOLS = (HISTORY, SCREEN, LOCATE, TEST, SYMPTOMS, CURVES_TOOL, MEASURES, CONFIRM)
