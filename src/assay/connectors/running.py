"""A running reference plant in one piece: process, OPC UA server, link over the real socket, history, alarms."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from assay.connectors.buffer import SampleBuffer
from assay.connectors.forward import StoreAndForward
from assay.connectors.loopback import LiveProcess, LoopbackPlant, PlantState, node_specs
from assay.connectors.loopback_server import NAMESPACE
from assay.connectors.opcua import OpcUaConnector
from assay.connectors.opcua_session import SessionSettings
from assay.connectors.opcua_subscription import SubscriptionSettings
from assay.connectors.recorder import OnAlarm, Recorder, link_record, trip_record, write_record
from assay.connectors.running_parts import (
    OPEN,
    Access,
    alarm_engine,
    buffer_path,
    loopback_access,
    open_stores,
    start_time,
    twin_process,
)
from assay.connectors.samples import LinkEvent, LinkState, OnLinkEvent, Sample, ignore_event
from assay.connectors.schedule import ScheduledFault

if TYPE_CHECKING:
    from assay.plant.alarms import AlarmEngine
    from assay.plant.historian import Historian
    from assay.plant.model import Plant
    from assay.plant.records import Records

# Without a speed the plant may be this many publications ahead of the link.
_AHEAD = 20


@dataclass
class RunningPlant:
    """What ``running_plant`` gives: ``link`` is the kernel's PlantWriter, ``historian`` can be read while it runs."""

    plant: Plant
    server: LoopbackPlant
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
    def hours(self) -> float:
        """Plant hours since the start."""
        return self.server.hours

    @property
    def lag(self) -> float:
        """Plant seconds that the newest stored or received sample is behind the newest publication."""
        newest = self.link.newest
        return 0.0 if newest is None else max((self.server.time - newest).total_seconds(), 0.0)

    def status(self) -> dict[str, object]:
        """The state as plain values: for the status line and for programs."""
        # Not before the first second: a rate over an instant says nothing.
        seconds = max(asyncio.get_running_loop().time() - self._began, 1.0)
        standing = () if self.engine is None else self.engine.standing()
        return {
            "time": self.server.time.isoformat().replace("+00:00", "Z"),
            "hours": round(self.hours, 6),
            "state": self.server.state.value,
            "problem": self.server.problem,
            "connected": self.link.connected,
            "alarms": len(standing),
            "raised": self.recorder.raised,
            "received": self.link.received,
            "stored": self.forward.stored,
            "waiting": self.forward.waiting,
            "dropped": self.forward.dropped,
            "samples_per_second": round(self.link.received / seconds, 1),
            "lag_seconds": round(self.lag, 3),
            "speed": round(self.hours * 3600.0 / seconds, 1),
            "gaps": len(self.link.gaps),
        }

    async def caught_up(self, seconds: float = 10.0) -> bool:
        """Wait until everything published so far is received and stored; False when that takes too long."""
        goal = self.server.time
        try:
            async with asyncio.timeout(seconds):
                while self.link.newest is None or self.link.newest < goal or self.forward.waiting:
                    await self._wait_arrival(0.05)
                return True
        except TimeoutError:
            return False

    async def run_until(self, hours: float) -> None:
        """Wait until the plant clock shows ``hours`` since the start, or the plant stands still."""
        while self.server.hours < hours and not self.server.ended.is_set():
            self.server.changed.clear()
            await self.server.changed.wait()

    async def pace(self, published: datetime) -> None:
        """Hold a plant without a speed back until the link is close behind and the history has taken its share."""
        limit = timedelta(seconds=_AHEAD * self.server.step_seconds)
        deadline = asyncio.get_running_loop().time() + 2.0
        while self.link.newest is None or published - self.link.newest > limit or self.forward.waiting > 100_000:
            if asyncio.get_running_loop().time() > deadline:
                return
            await self._wait_arrival(0.05)

    def begin(self, *, paused: bool = False) -> None:
        """Let the plant's clock run; rates count from here."""
        self._began = asyncio.get_running_loop().time()
        if not paused:
            self.server.resume()

    def take(self, samples: list[Sample]) -> None:
        """What the link delivers."""
        self.forward.put(samples)
        self._arrived.set()

    async def _wait_arrival(self, seconds: float) -> None:
        self._arrived.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._arrived.wait()
        except TimeoutError:
            return


@asynccontextmanager
async def running_plant(
    plant: str | Plant,
    process: LiveProcess | None = None,
    *,
    speed: float | None = 600.0,
    step: float = 36.0,
    faults: Iterable[ScheduledFault] = (),
    mode: int = 1,
    seed: int = 7,
    port: int = 0,
    hours: float | None = None,
    history: bool = True,
    secure: bool = False,
    paused: bool = False,
    on_event: OnLinkEvent = ignore_event,
    on_alarm: OnAlarm | None = None,
) -> AsyncIterator[RunningPlant]:
    """Run ``plant`` (a shipped plant's name, a folder, or a loaded one) until the block ends.

    ``process`` defaults to the plant's twin in ``mode`` with ``seed``. With ``history`` samples go to the plant's
    historian and events to the records; both belong to this process meanwhile (BusyError when another one has them).
    Plant time begins now, or after the newest stored sample where an earlier run went ahead of the clock.
    When the block ends the clock stops, what was published is stored, and everything is closed.
    """
    from assay.plant.model import load_plant

    model = load_plant(plant) if isinstance(plant, str) else plant
    name = plant if isinstance(plant, str) else str(plant.folder)
    async with AsyncExitStack() as stack:
        historian, records = await open_stores(stack, name) if history else (None, None)
        access = loopback_access() if secure else OPEN
        if process is None:
            process = await asyncio.to_thread(twin_process, model, mode, seed)
        server = LoopbackPlant(
            process,
            name=model.id,
            nodes=node_specs(model),
            namespace=model.spec.opcua.namespace if model.spec.opcua is not None else NAMESPACE,
            port=port,
            speed=speed,
            step=step,
            start=start_time(historian),
            hours=hours,
            faults=faults,
            security=access.server,
            paused=True,
        )
        await stack.enter_async_context(server)
        events = None if records is None else records.events
        engine = alarm_engine(model, mode)
        recorder = Recorder(model, historian=historian, events=events, engine=engine, on_alarm=on_alarm)
        running = _assemble(server, recorder, access, SampleBuffer(buffer_path(name)) if history else None, on_event)
        running.historian, running.records = historian, records
        stack.push_async_callback(_wind_down, running)
        running.forward.start()
        await running.link.start()
        running.begin(paused=paused)
        yield running


def _assemble(
    server: LoopbackPlant, recorder: Recorder, access: Access, buffer: SampleBuffer | None, on_event: OnLinkEvent
) -> RunningPlant:
    """Join server, link, store-and-forward and recorder; nothing runs yet."""
    plant = recorder.plant

    def tell(event: LinkEvent) -> None:
        if event.state in (LinkState.GAP, LinkState.DROPPED):
            recorder.add(link_record(plant, server.time, event))
        on_event(event)

    link = OpcUaConnector(
        SessionSettings(server.endpoint, access.client, access.login),
        {tag.id: tag.node for tag in plant.tags if tag.node is not None},
        subscription=SubscriptionSettings(publishing=0.1, sampling=0.0),
        on_event=tell,
    )
    running = RunningPlant(plant, server, link, StoreAndForward(recorder, buffer, on_event=tell), recorder)
    link.deliver = running.take
    server.pace = running.pace
    server.on_write = lambda tag, before, after, time: recorder.add(write_record(plant, tag, before, after, time))
    return running


async def _wind_down(running: RunningPlant) -> None:
    """Stop the clock, store what was published, close the link; the stack closes server and stores after this."""
    server = running.server
    await server.end_clock()
    if running.link.connected:
        await running.caught_up(5.0)
    await running.link.close()
    if server.state in (PlantState.TRIPPED, PlantState.FAILED):
        running.recorder.add(trip_record(running.plant, server.time, server.state.value, server.problem))
    try:
        await running.forward.close()
    finally:
        await running.recorder.save()
