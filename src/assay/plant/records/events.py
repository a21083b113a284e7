"""Events: alarm transitions by the states of ISA-18.2 / IEC 62682, operator actions, findings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, JsonValue

from assay.kernel.evidence import canonical_json, content_hash
from assay.plant.records.database import Database


class EventKind(StrEnum):
    """What happened."""

    ALARM = "alarm"
    OPERATOR = "operator"
    WORK_ORDER = "work_order"
    BATCH_STEP = "batch_step"
    FINDING = "finding"


class AlarmState(StrEnum):
    """Alarm states (ISA-18.2, clause on the alarm state transition diagram); letters as used there."""

    NORMAL = "normal"  # A
    UNACKNOWLEDGED = "unacknowledged"  # B
    ACKNOWLEDGED = "acknowledged"  # C
    RETURNED_UNACKNOWLEDGED = "returned_unacknowledged"  # D
    LATCHED_UNACKNOWLEDGED = "latched_unacknowledged"  # E
    LATCHED_ACKNOWLEDGED = "latched_acknowledged"  # F
    SHELVED = "shelved"  # G
    SUPPRESSED_BY_DESIGN = "suppressed_by_design"  # H
    OUT_OF_SERVICE = "out_of_service"  # I


class Event(BaseModel):
    """One event. ``message`` comes from outside and is untrusted text; ``data`` holds further values (limit, value).

    ``state`` is an ``AlarmState`` for alarms and free for other kinds; ``priority`` as in the plant's definition.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    time: AwareDatetime
    plant: str
    tag: str
    kind: EventKind
    state: str | None = None
    priority: str | None = None
    message: str = ""
    source: str = ""
    data: dict[str, JsonValue] = {}

    @property
    def digest(self) -> str:
        """SHA-256 over the whole event: the same event sent twice is stored once."""
        return content_hash(self.model_dump(mode="json"))


class EventStore:
    """Keeps events; repeated delivery of the same event changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, events: Iterable[Event]) -> int:
        """Store events in one transaction; returns how many were new."""
        from assay.plant.records.evidence import insert_once
        from assay.plant.records.schema import events as table

        rows = [_row(event) for event in events]
        if not rows:
            return 0
        with self._database.write() as connection:
            return sum(insert_once(connection, table, row) for row in rows)

    def query(
        self,
        plant: str,
        start: datetime,
        end: datetime,
        *,
        tags: Sequence[str] | None = None,
        kinds: Sequence[EventKind] | None = None,
        limit: int | None = None,
    ) -> list[Event]:
        """Events with start <= time < end (aware times), by time, the oldest first."""
        from sqlalchemy import select

        from assay.plant.records.schema import events as table

        query = (
            select(table)
            .where(table.c.plant == plant, table.c.time >= start, table.c.time < end)
            .order_by(table.c.time, table.c.id)
        )
        if tags is not None:
            query = query.where(table.c.tag.in_(list(tags)))
        if kinds is not None:
            query = query.where(table.c.kind.in_([kind.value for kind in kinds]))
        if limit is not None:
            query = query.limit(limit)
        with self._database.read() as connection:
            return [_event(row) for row in connection.execute(query)]


def _row(event: Event) -> dict[str, Any]:
    row = event.model_dump(exclude={"data"})
    return {**row, "kind": event.kind.value, "digest": event.digest, "data": canonical_json(event.data)}


def _event(row: Any) -> Event:
    fields = {name: getattr(row, name) for name in Event.model_fields if name != "data"}
    return Event(**fields, data=json.loads(row.data))
