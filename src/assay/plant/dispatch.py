"""The dispatch desk over the records: who was sent where, as events of kind ``work_order``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from assay.kernel.action import Order
from assay.kernel.errors import InputError
from assay.kernel.texts import text
from assay.plant.model import Plant
from assay.plant.records.events import Event, EventKind, EventStore

SENT, RECALLED = "dispatched", "recalled"
SOURCE = "assay.plant.dispatch"
LOOK_BACK = timedelta(days=7)
"""An order ends with its person's shift, so older ones are over."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Sent:
    """An order that stands: ``person`` is on ``job`` at ``equipment`` under ``action`` until ``until``."""

    person: str
    job: str
    equipment: str
    action: str
    until: datetime


class EventDesk:
    """The kernel's ``DispatchDesk`` for one plant."""

    def __init__(self, events: EventStore, plant: Plant, clock: Callable[[], datetime] = _now) -> None:
        self._events, self._plant, self._clock = events, plant, clock

    def zone(self, order: Order) -> str | None:
        """The zone of the order's equipment; None when the plant has none of that name, or not with this tag."""
        plant = self._plant
        if order.tag and not (plant.has_tag(order.tag) and plant.tag(order.tag).equipment == order.equipment):
            return None
        try:
            return plant.zone_at(order.equipment)
        except InputError:
            return None

    def holder(self, order: Order) -> str | None:
        """The action under which somebody is on the order's job now."""
        return next((sent.action for sent in self.standing() if sent.job == order.job), None)

    def standing(self) -> list[Sent]:
        """All orders that stand now, the oldest first."""
        now = self._clock()
        found: dict[tuple[str, str], Sent] = {}
        events = self._events.query(
            self._plant.id, now - LOOK_BACK, now + timedelta(seconds=1), kinds=[EventKind.WORK_ORDER]
        )
        for event, sent in _orders(events):
            if event.state == SENT:
                found[sent.action, sent.job] = sent
            else:
                found.pop((sent.action, sent.job), None)
        return [sent for sent in found.values() if sent.until > now]

    def send(self, action: str, orders: Sequence[Order]) -> None:
        """Record the orders, all or none."""
        self._add(action, orders, SENT)

    def recall(self, action: str, orders: Sequence[Order]) -> None:
        """Record that the people were called back."""
        self._add(action, orders, RECALLED)

    def _add(self, action: str, orders: Sequence[Order], state: str) -> None:
        now = self._clock()
        self._events.add(
            Event(
                time=now,
                plant=self._plant.id,
                tag=order.tag or order.equipment,
                kind=EventKind.WORK_ORDER,
                state=state,
                priority=order.priority or None,
                message=text(f"plant.{state}", "en", person=order.person, job=order.job, equipment=order.equipment),
                source=SOURCE,
                data={"action": action, "order": order.model_dump(mode="json")},
            )
            for order in orders
        )


def _orders(events: Sequence[Event]) -> Iterator[tuple[Event, Sent]]:
    for event in events:
        order = event.data.get("order")
        if event.source == SOURCE and isinstance(order, dict):
            read = Order.model_validate(order)
            yield event, Sent(read.person, read.job, read.equipment, str(event.data["action"]), read.until)
