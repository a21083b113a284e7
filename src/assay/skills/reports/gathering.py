"""What a report's period holds (history, events, actions), kept by content, and the tool call of each field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from assay.kernel.errors import InputError
from assay.kernel.tool import Tool
from assay.plant.blobs import history_blob, keep_json
from assay.plant.model import Plant
from assay.skills.reports.fields import FIELDS
from assay.skills.reports.template import Placeholder
from assay.skills.reports.tools import LIST, STATISTIC

if TYPE_CHECKING:
    from assay.plant.records import Records
    from assay.plant.series import Frame

DEFAULT = 10
"""Rows of a list when the template does not say how many."""


@dataclass(frozen=True, slots=True)
class Source:
    """The digests of the period's frame and of its events and actions; its tags; begin and end."""

    history: str
    tags: frozenset[str]
    events: str
    start: datetime
    end: datetime


def gather(plant: Plant, frame: Frame, records: Records, start: datetime, end: datetime) -> Source:
    """Keep what the period holds: the frame's rows in it, the plant's recorded events, the actions decided in it."""
    part = frame.between(start, end)
    rows = [*_events(plant, records, start, end), *_actions(plant, records, start, end)]
    rows.sort(key=lambda row: (row["time"], row["name"], row["what"]))
    return Source(history_blob(part), frozenset(part.tags), keep_json(rows), start, end)


def _events(plant: Plant, records: Records, start: datetime, end: datetime) -> list[dict[str, Any]]:
    found = []
    for event in records.events.query(plant.id, start, end):
        kind = str(event.data.get("type", "")).strip()
        found.append(
            {
                "kind": event.kind.value,
                "time": event.time.isoformat(),
                "name": f"{event.tag} {kind}".strip(),
                "what": event.message or event.state or "",
                "raised": event.data.get("key") == "plant.alarm_raised" or event.state == "unacknowledged",
            }
        )
    return found


def _actions(plant: Plant, records: Records, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """The audit record's entries on this plant's actions."""
    found = []
    for row in records.audit.rows():
        if not row.subject.startswith("act_"):
            continue
        if start <= datetime.fromisoformat(row.time) < end:
            found.append({"kind": "action", "time": row.time, "name": row.subject, "what": f"{row.what} ({row.who})"})
    return found


def call_of(one: Placeholder, source: Source, plant: Plant) -> tuple[Tool, dict[str, Any]]:
    """The tool that fills a field, and its arguments. Raises InputError where the template asks for what cannot be."""
    kind = FIELDS[one.name].kind
    if kind == "number":
        return STATISTIC, _statistic(one, source, plant)
    if kind == "chart":
        return STATISTIC, _statistic(Placeholder(one.raw, "mean", one.arguments[:1]), source, plant)
    return LIST, _list(one, source)


def _statistic(one: Placeholder, source: Source, plant: Plant) -> dict[str, Any]:
    tag = one.arguments[0]
    unit = plant.tag(tag).unit if plant.has_tag(tag) else None
    if unit is None or tag not in source.tags:
        raise InputError("reports.no_tag", tag=tag)
    arguments = {"history": source.history, "tag": tag, "what": one.name, "end": source.end, "unit": unit}
    return arguments if len(one.arguments) == 1 else {**arguments, "limit": _number(one, one.arguments[1])}


def _list(one: Placeholder, source: Source) -> dict[str, Any]:
    words: Sequence[str] = one.arguments
    kind = {"top_alarms": "top_alarms", "actions": "action"}.get(one.name, "")
    if not kind:
        kind, words = words[0], words[1:]
        if kind not in ("operator", "alarm", "work_order", "batch_step", "finding"):
            raise InputError("reports.event_kind", kind=kind)
    most = int(_number(one, words[0])) if words else DEFAULT
    return {"events": source.events, "kind": kind, "most": most}


def _number(one: Placeholder, word: str) -> float:
    try:
        return float(word)
    except ValueError:
        raise InputError("reports.number", placeholder=one.raw, value=word) from None
