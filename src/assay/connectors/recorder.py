"""From samples to the plant's memory: history, alarms by their limits, and events of the link and of the plant."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from assay.connectors.samples import LinkEvent, Sample

if TYPE_CHECKING:
    from assay.plant.alarms import AlarmEngine, AlarmEvent
    from assay.plant.historian import Historian
    from assay.plant.model import Plant
    from assay.plant.records import Event, EventStore

OnAlarm = Callable[["AlarmEvent"], None]


class Recorder:
    """The sink of a plant's link. Everything is optional but the plant; blocking stores run in a thread.

    A failed call may be repeated with the same samples: the historian keeps one of them, the alarm engine leaves
    repeated times out, and events that could not be stored are kept for the next call.
    """

    def __init__(
        self,
        plant: Plant,
        *,
        historian: Historian | None = None,
        events: EventStore | None = None,
        engine: AlarmEngine | None = None,
        on_alarm: OnAlarm | None = None,
    ) -> None:
        self.plant = plant
        self.engine = engine
        self.raised = 0
        self.last_raised: AlarmEvent | None = None
        self._historian = historian
        self._events = events
        self._on_alarm = on_alarm
        self._unsaved: deque[Event] = deque()
        self._saving = asyncio.Lock()

    async def __call__(self, samples: Sequence[Sample]) -> None:
        """Store samples, then the alarm transitions that they cause."""
        if self._historian is not None:
            await asyncio.to_thread(self._write, self._historian, samples)
        if self.engine is not None:
            for alarm in _judge(self.engine, samples):
                self._note_alarm(alarm)
        await self.save()

    def elapse(self, time: datetime) -> None:
        """Let the source's time pass for the alarms: delays end though a value that stands still is not sent again."""
        if self.engine is not None:
            for alarm in self.engine.elapse(time):
                self._note_alarm(alarm)

    def add(self, event: Event) -> None:
        """Keep an event for the next ``save``."""
        self._unsaved.append(event)

    async def save(self) -> None:
        """Store the events that wait."""
        if self._events is None:
            self._unsaved.clear()
            return
        async with self._saving:
            waiting = list(self._unsaved)
            if waiting:
                await asyncio.to_thread(self._events.add, waiting)
                for _ in waiting:
                    self._unsaved.popleft()

    def _note_alarm(self, alarm: AlarmEvent) -> None:
        if alarm.raised:
            self.raised += 1
            self.last_raised = alarm
        self._unsaved.append(alarm.event(self.plant))
        if self._on_alarm is not None:
            self._on_alarm(alarm)

    @staticmethod
    def _write(historian: Historian, samples: Sequence[Sample]) -> None:
        from assay.plant.rows import Sample as Stored

        historian.write(Stored(s.tag, s.time, s.value, upper_word(s.quality)) for s in samples)


def upper_word(code: int) -> int:
    """The upper 16 bits of a status code as a signed number: negative is bad, as the history keeps it."""
    word = (code >> 16) & 0xFFFF
    return word - 0x10000 if word >= 0x8000 else word


def _judge(engine: AlarmEngine, samples: Sequence[Sample]) -> list[AlarmEvent]:
    # A notification holds one tag's samples after the other's; the engine wants one moment after the other.
    moments: dict[datetime, dict[str, Sample]] = {}
    for sample in samples:
        moments.setdefault(sample.time, {})[sample.tag] = sample
    found: list[AlarmEvent] = []
    for moment in sorted(moments):
        values = {tag: sample.value for tag, sample in moments[moment].items()}
        quality = {tag: upper_word(sample.quality) for tag, sample in moments[moment].items()}
        found += engine.update(moment, values, quality)
    return found


def link_record(plant: Plant, time: datetime, event: LinkEvent) -> Event:
    """A gap or a loss of samples as a finding."""
    from assay.plant.records import Event, EventKind

    data: dict[str, object] = {"samples": event.samples}
    if event.gap is not None:
        time = event.gap.end
        data = {"start": event.gap.start.isoformat(), "end": event.gap.end.isoformat()}
    return Event.model_validate(
        {
            "time": time,
            "plant": plant.id,
            "tag": "",
            "kind": EventKind.FINDING,
            "state": f"link_{event.state.value}",
            "message": event.detail,
            "source": "assay.connectors.opcua",
            "data": data,
        }
    )


def write_record(plant: Plant, tag: str, before: float, after: float, time: datetime) -> Event:
    """A write of a client as an operator's action."""
    from assay.plant.records import Event, EventKind

    return Event(
        time=time,
        plant=plant.id,
        tag=tag,
        kind=EventKind.OPERATOR,
        state="written",
        source="assay.connectors.loopback",
        data={"before": before, "after": after, "unit": plant.tag(tag).unit},
    )


def trip_record(plant: Plant, time: datetime, state: str, problem: str) -> Event:
    """A shutdown, or a failure of the process, as a finding."""
    from assay.plant.records import Event, EventKind

    return Event(
        time=time,
        plant=plant.id,
        tag="",
        kind=EventKind.FINDING,
        state=state,
        message=problem,
        source="assay.connectors.loopback",
    )
