"""What a report's period holds (history, events, actions), kept by content, and the tool call of each field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from assay.kernel.errors import InputError
from assay.kernel.texts import LANGS, Lang, text
from assay.kernel.tool import Tool
from assay.plant.blobs import history_blob, keep_json
from assay.plant.model import Plant
from assay.plant.records.events import Event, EventKind
from assay.skills.reports.fields import FIELDS
from assay.skills.reports.template import Placeholder
from assay.skills.reports.tools import LIST, STATISTIC

if TYPE_CHECKING:
    from assay.plant.records import Records
    from assay.plant.series import Frame

_EVER = datetime(1970, 1, 1, tzinfo=UTC)
FIRST = ("first", "最早")
"""The word behind a list of events that asks for the earliest in place of the newest."""
DEFAULT = 10
"""Rows of a list when the template does not say how many."""


@dataclass(frozen=True, slots=True)
class Source:
    """The digests of the period's frame and of its events and actions; its tags; begin and end.

    ``covered`` says that something was recorded in the period, ``kinds`` which kinds of events ever were until its
    end: only with both does an empty list prove that nothing happened.
    """

    history: str
    tags: frozenset[str]
    events: str
    start: datetime
    end: datetime
    covered: bool = True
    kinds: frozenset[str] = frozenset()


def gather(plant: Plant, frame: Frame, records: Records, start: datetime, end: datetime) -> Source:
    """Keep what the period holds: the frame's rows in it, the plant's recorded events, the actions decided in it."""
    part = frame.between(start, end)
    events = _events(plant, records, start, end)
    rows = [*events, *_actions(plant, records, start, end)]
    rows.sort(key=lambda row: (row["time"], row["name"], row["what"]))
    known = (kind for kind in EventKind if records.events.query(plant.id, _EVER, end, kinds=[kind], limit=1))
    kinds = frozenset(kind.value for kind in known)
    covered = bool(len(part)) or bool(events)
    return Source(history_blob(part), frozenset(part.tags), keep_json(rows), start, end, covered, kinds)


def unproved(one: Placeholder, source: Source, plant: Plant, lang: Lang) -> str:
    """Why a list or an alarm figure of the period proves nothing, "" where it does: an empty record of a plant that
    was not recorded says nothing. Actions stand in Assay's own audit record, which has no gaps."""
    if one.name == "actions":
        return ""
    if not source.covered:
        return text("reports.open_not_recorded", lang)
    kind = one.arguments[0] if one.name == "events" else "alarm"
    known = kind in source.kinds or kind not in {kind.value for kind in EventKind}
    return "" if known else text("reports.open_never", lang, kind=text(f"reports.kind_{kind}", lang))


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
                "said": _said(plant, event),
                "raised": event.data.get("key") == "plant.alarm_raised" or event.state == "unacknowledged",
            }
        )
    return found


def _said(plant: Plant, event: Event) -> dict[str, str]:
    """An alarm of our own recorder in each language (its message is kept in English); nothing for other events."""
    key, value, limit = (event.data.get(name) for name in ("key", "value", "limit"))
    known = key in ("plant.alarm_raised", "plant.alarm_returned") and event.tag and plant.has_tag(event.tag)
    if not known or not isinstance(value, (int, float)) or not isinstance(limit, (int, float)):
        return {}
    tag = plant.tag(event.tag)
    about = {"tag": event.tag, "type": event.data.get("type", ""), "value": f"{value:.6g}", "limit": f"{limit:.6g}"}
    return {lang: text(str(key), lang, name=tag.name.get(lang), unit=tag.unit, **about) for lang in LANGS}


def _actions(plant: Plant, records: Records, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """The audit record's entries on this plant's actions."""
    found = []
    mine = {action.id for action in records.actions.list() if action.proposal.plant == plant.id}
    for row in records.audit.rows():
        if row.subject not in mine:
            continue
        if start <= datetime.fromisoformat(row.time) < end:
            found.append({"kind": "action", "time": row.time, "name": row.subject, "what": f"{row.what} ({row.who})"})
    return found


def call_of(one: Placeholder, source: Source, plant: Plant) -> tuple[Tool, dict[str, Any]]:
    """The tool that fills a field, and its arguments. Raises InputError where the template asks for what cannot be."""
    kind = FIELDS[one.name].kind
    if kind == "number":
        return STATISTIC, _statistic(one, source, plant)
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
    first = bool(words) and words[-1].lower() in FIRST
    words = words[:-1] if first else words
    most = int(_number(one, words[0])) if words else DEFAULT
    return {"events": source.events, "kind": kind, "most": most, "first": first}


def panels(one: Placeholder, source: Source, plant: Plant) -> list[dict[str, Any]]:
    """The arguments of the figures behind a chart, one a tag."""
    return [_statistic(Placeholder(one.raw, "mean", (tag,)), source, plant) for tag in dict.fromkeys(one.arguments)]


def _number(one: Placeholder, word: str) -> float:
    try:
        return float(word)
    except ValueError:
        raise InputError("reports.number", placeholder=one.raw, value=word) from None
