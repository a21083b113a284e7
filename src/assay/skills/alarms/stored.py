"""The alarm log that a plant's records hold: transitions of its alarm engine, and its operators' actions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from assay.kernel.errors import InputError
from assay.skills.alarms.log import (
    ACKNOWLEDGED,
    OPERATOR,
    RAISED,
    RESTORED,
    RETURNED,
    SHELVED,
    SUPPRESSED,
    AlarmLog,
    make_log,
)
from assay.skills.alarms.times import nanoseconds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assay.plant.records.events import Event, EventStore

_BY_KEY = {
    "plant.alarm_raised": RAISED,
    "plant.alarm_returned": RETURNED,
    "plant.alarm_acknowledged": ACKNOWLEDGED,
    "plant.alarm_shelved": SHELVED,
    "plant.alarm_suppressed": SUPPRESSED,
    "plant.alarm_out_of_service": SUPPRESSED,
    "plant.alarm_restored": RESTORED,
}
_BY_STATE = {
    "unacknowledged": RAISED,
    "normal": RETURNED,
    "returned_unacknowledged": RETURNED,
    "acknowledged": ACKNOWLEDGED,
    "shelved": SHELVED,
    "suppressed_by_design": SUPPRESSED,
    "out_of_service": SUPPRESSED,
}
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def stored_log(events: EventStore, plant: str, start: datetime | None = None, end: datetime | None = None) -> AlarmLog:
    """The log of a plant's records with ``start <= time < end``. InputError when there is no alarm in it."""
    from assay.plant.records.events import EventKind

    kinds = (EventKind.ALARM, EventKind.OPERATOR)
    found = events.query(plant, start or _FIRST, end or _LAST, kinds=kinds)
    if not any(event.kind is EventKind.ALARM for event in found):
        raise InputError("alarms.no_event", plant=plant)
    return log_of(found)


def log_of(events: Iterable[Event]) -> AlarmLog:
    """A log from events; transitions of other kinds are left out."""
    from assay.plant.records.events import EventKind

    kept = [
        (event, OPERATOR if event.kind is EventKind.OPERATOR else _state(event))
        for event in events
        if event.kind in (EventKind.ALARM, EventKind.OPERATOR)
    ]
    rows = [(event, state) for event, state in kept if state is not None]
    return make_log(
        np.array([nanoseconds(event.time) for event, _ in rows], np.int64),
        [event.tag for event, _ in rows],
        [str(event.data.get("type", "")) for event, _ in rows],
        np.array([state for _, state in rows], np.int8),
        [event.priority or "" for event, _ in rows],
        [event.message for event, _ in rows],
    )


def _state(event: Event) -> int | None:
    key = event.data.get("key")
    return _BY_KEY.get(str(key)) if key is not None else _BY_STATE.get(event.state or "")
