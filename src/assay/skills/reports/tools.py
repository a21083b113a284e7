"""The skill's tools: figures of the period's history and lists of its events, each a piece of evidence."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from assay.kernel.context import RunContext
from assay.kernel.evidence import EvidenceKind
from assay.kernel.tool import Effect, Result, Tool
from assay.plant.blobs import load_blob, load_json
from assay.skills.reports.statistics import rate_seconds, statistic


class _Arguments(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StatisticArguments(_Arguments):
    """``history`` is the digest of the period's frame (``plant.blobs``), which ends at ``end``; ``limit`` in the tag's
    unit, for hours above and below."""

    history: str
    tag: str
    what: str
    end: AwareDatetime
    unit: str = ""
    limit: float | None = None


class ListArguments(_Arguments):
    """``events`` is the digest of the period's events or actions as plain data; ``most`` how many are shown: the
    newest, or the ``first``."""

    events: str
    kind: Literal["operator", "alarm", "work_order", "batch_step", "finding", "action", "top_alarms"]
    most: int = Field(default=10, ge=1, le=200)
    first: bool = False


async def _statistic(arguments: StatisticArguments, context: RunContext) -> Result:
    def make() -> dict[str, Any]:
        frame = load_blob(arguments.history)
        found = statistic(frame, arguments.tag, arguments.what, arguments.end, arguments.limit)
        if arguments.what != "total":
            return {**found, "unit": arguments.unit}
        unit, seconds = rate_seconds(arguments.unit)
        total = None if found["value"] is None else found["value"] * 3600.0 / seconds
        return {**found, "value": total, "unit": unit}

    return Result(await asyncio.to_thread(make))


async def _list(arguments: ListArguments, context: RunContext) -> Result:
    def make() -> dict[str, Any]:
        rows = load_json(arguments.events)
        if arguments.kind == "top_alarms":
            return _top(rows, arguments.most)
        found = [row for row in rows if row["kind"] == arguments.kind]
        part = found[: arguments.most] if arguments.first else found[-arguments.most :]
        which = {"first": arguments.first, "shown": len(part)}
        return {"kind": arguments.kind, "count": len(found), **which, "list": part}

    # Messages come from outside.
    return Result(await asyncio.to_thread(make), trusted=False)


def _top(rows: list[dict[str, Any]], most: int) -> dict[str, Any]:
    """The alarms that came most often, of equals the first by name."""
    counts: dict[str, int] = {}
    for row in rows:
        if row["kind"] == "alarm" and row["raised"]:
            counts[row["name"]] = counts.get(row["name"], 0) + 1
    order = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return {
        "kind": "top_alarms",
        "count": sum(counts.values()),
        "list": [{"name": name, "times": times} for name, times in order[:most]],
    }


def _tool(name: str, arguments: type[BaseModel], run: Callable[..., Any], **more: Any) -> Tool:
    return Tool(
        name=f"reports.{name}",
        effect=Effect.COMPUTE,
        arguments=arguments,
        run=run,
        summary=f"reports.tool_{name}",
        example=f"reports.tool_{name}_example",
        **more,
    )


STATISTIC = _tool("statistic", StatisticArguments, _statistic)
LIST = _tool("list", ListArguments, _list, kind=EvidenceKind.OBSERVATION, tolerance=0.0)

TOOLS = (STATISTIC, LIST)
