"""The newest active alarm of a plant, from its records, with the names under which documents may know it."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from assay.kernel.errors import InputError

if TYPE_CHECKING:
    from assay.plant.records.events import Event, EventStore

_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_ACTIVE = frozenset({"unacknowledged", "acknowledged", "latched_unacknowledged", "latched_acknowledged"})
_ACTIVE_KEYS = frozenset({"plant.alarm_raised", "plant.alarm_acknowledged"})


def newest_alarm(plant: str) -> dict[str, Any]:
    """What the records of a plant hold of its newest active alarm. InputError where none is active."""
    from assay.plant.home import home
    from assay.plant.records import open_records

    with open_records(home() / "records.db") as records:
        event = newest_active(records.events, plant)
    names = [event.tag, *_names(plant, event.tag)]
    return {
        "plant": plant,
        "alarm": " ".join([event.tag, str(event.data.get("type", ""))]).strip(),
        "time": event.time.isoformat(),
        "names": list(dict.fromkeys(name for name in names if name)),
        "message": event.message[:200],
    }


def newest_active(events: EventStore, plant: str) -> Event:
    """The alarm that was raised last and has not gone. InputError where there is none."""
    from assay.plant.records.events import EventKind

    last: dict[tuple[str, str], Event] = {}
    raised: dict[tuple[str, str], Event] = {}
    for event in events.query(plant, _FIRST, _LAST, kinds=(EventKind.ALARM,)):
        alarm = (event.tag, str(event.data.get("type", "")))
        if event.data.get("key") == "plant.alarm_raised" or event.state == "unacknowledged":
            raised[alarm] = event
        last[alarm] = event
    active = [raised.get(alarm, event) for alarm, event in last.items() if _active(event)]
    if not active:
        raise InputError("knowledge_qa.no_alarm", plant=plant)
    return max(active, key=lambda event: (event.time, event.tag))


def _active(event: Event) -> bool:
    key = event.data.get("key")
    return key in _ACTIVE_KEYS if key is not None else event.state in _ACTIVE


def _names(plant: str, tag: str) -> list[str]:
    """The tag's equipment, where the plant is defined here."""
    from assay.plant.model import load_plant

    with suppress(InputError):
        model = load_plant(plant)
        if model.has_tag(tag):
            return [model.equipment_of(tag).id]
    return []
