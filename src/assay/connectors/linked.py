"""A plant with its link: samples over OPC UA through store-and-forward into history, alarms and events.

The same for a simulated plant in this process and for a foreign server.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from assay.connectors.buffer import SampleBuffer
from assay.connectors.forward import StoreAndForward
from assay.connectors.opcua import OpcUaConnector
from assay.connectors.opcua_session import SessionSettings
from assay.connectors.opcua_subscription import SubscriptionSettings
from assay.connectors.recorder import OnAlarm, Recorder, link_record
from assay.connectors.running_parts import alarm_engine
from assay.connectors.samples import LinkEvent, LinkState, OnLinkEvent, Sample

if TYPE_CHECKING:
    from assay.plant.alarms import AlarmEngine
    from assay.plant.historian import Historian
    from assay.plant.model import Plant
    from assay.plant.records import Records


@dataclass(kw_only=True)
class LinkedPlant:
    """A plant whose link records; ``link`` is the kernel's PlantWriter, ``historian`` can be read while it runs."""

    plant: Plant
    link: OpcUaConnector
    forward: StoreAndForward
    recorder: Recorder
    historian: Historian | None = None
    records: Records | None = None
    _began: float = 0.0
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def engine(self) -> AlarmEngine | None:
        """The alarm engine; None where the plant's limits do not hold (another mode)."""
        return self.recorder.engine

    @property
    def seconds(self) -> float:
        """Real seconds since ``begin``; not before the first one: a rate over an instant says nothing."""
        return max(asyncio.get_running_loop().time() - self._began, 1.0)

    def counts(self) -> dict[str, object]:
        """What the link has done so far, as plain values."""
        standing = () if self.engine is None else self.engine.standing()
        return {
            "connected": self.link.connected,
            "alarms": len(standing),
            "raised": self.recorder.raised,
            "received": self.link.received,
            "stored": self.forward.stored,
            "waiting": self.forward.waiting,
            "dropped": self.forward.dropped,
            "samples_per_second": round(self.link.received / self.seconds, 1),
            "gaps": len(self.link.gaps),
        }

    def begin(self) -> None:
        """Rates count from here."""
        self._began = asyncio.get_running_loop().time()

    def take(self, samples: list[Sample]) -> None:
        """What the link delivers."""
        self.forward.put(samples)
        self._arrived.set()

    async def close(self) -> None:
        """End the link, then store what it delivered, and the events; what the history refuses waits on disk."""
        await self.link.close()
        try:
            await self.forward.close()
        finally:
            await self.recorder.save()

    async def _wait_arrival(self, seconds: float) -> None:
        self._arrived.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._arrived.wait()
        except TimeoutError:
            return


@dataclass(frozen=True, slots=True)
class LinkOptions:
    """How a plant's link behaves: see ``OpcUaConnector``; ``pauses`` are the first and the last between attempts."""

    subscription: SubscriptionSettings
    pauses: tuple[float, float] = (0.5, 30.0)
    namespace: str | None = None
    lenient: bool = False


def make_recorder(
    plant: Plant, historian: Historian | None, records: Records | None, mode: int | None, on_alarm: OnAlarm | None
) -> Recorder:
    """The sink of a plant's link: history, events, and the alarms that hold in this mode of operation."""
    events = None if records is None else records.events
    engine = alarm_engine(plant, mode)
    return Recorder(plant, historian=historian, events=events, engine=engine, on_alarm=on_alarm)


def make_link(
    recorder: Recorder,
    settings: SessionSettings,
    buffer: SampleBuffer | None,
    options: LinkOptions,
    *,
    clock: Callable[[], datetime],
    on_event: OnLinkEvent,
) -> tuple[OpcUaConnector, StoreAndForward]:
    """Link and store-and-forward of a plant, not started and not yet joined (``link.deliver``).

    Gaps and lost samples become records of the plant, at ``clock``'s time where they have none of their own.
    """
    plant = recorder.plant

    def tell(event: LinkEvent) -> None:
        if event.state in (LinkState.GAP, LinkState.DROPPED):
            recorder.add(link_record(plant, clock(), event))
        on_event(event)

    link = OpcUaConnector(
        settings,
        linked_nodes(plant),
        subscription=options.subscription,
        on_event=tell,
        first_pause=options.pauses[0],
        last_pause=options.pauses[1],
        namespace=options.namespace,
        lenient=options.lenient,
    )
    return link, StoreAndForward(recorder, buffer, on_event=tell)


def linked_nodes(plant: Plant) -> dict[str, str]:
    """Tag -> node id text of every tag that has one."""
    return {tag.id: tag.node for tag in plant.tags if tag.node is not None}
