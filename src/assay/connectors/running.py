"""A running reference plant in one piece: process, OPC UA server, link over the real socket, history, alarms."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from assay.connectors.access import OPEN, Access, loopback_access
from assay.connectors.buffer import SampleBuffer
from assay.connectors.linked import LinkedPlant, LinkOptions, make_link, make_recorder
from assay.connectors.loopback import LiveProcess, LoopbackPlant, PlantState, node_specs
from assay.connectors.loopback_server import NAMESPACE
from assay.connectors.opcua_session import SessionSettings
from assay.connectors.opcua_subscription import SubscriptionSettings
from assay.connectors.recorder import OnAlarm, Recorder, trip_record, write_record
from assay.connectors.running_parts import (
    buffer_path,
    loading_name,
    open_stores,
    start_time,
    twin_process,
)
from assay.connectors.runtime import RunningNote, noted
from assay.connectors.samples import OnLinkEvent, ignore_event
from assay.connectors.schedule import ScheduledFault

if TYPE_CHECKING:
    from assay.plant.model import Plant

# Without a speed the plant may be this many publications ahead of the link.
_AHEAD = 20


@dataclass(kw_only=True)
class RunningPlant(LinkedPlant):
    """What ``running_plant`` gives: a linked plant with the server of its process."""

    server: LoopbackPlant

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
        return {
            "time": self.server.time.isoformat().replace("+00:00", "Z"),
            "hours": round(self.hours, 6),
            "state": self.server.state.value,
            "problem": self.server.problem,
            **self.counts(),
            "lag_seconds": round(self.lag, 3),
            "speed": round(self.hours * 3600.0 / self.seconds, 1),
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

    async def close(self) -> None:
        """Stop the clock, store what was published, close the link; the server itself stays open."""
        server = self.server
        await server.end_clock()
        if self.link.connected:
            await self.caught_up(5.0)
        if server.state in (PlantState.TRIPPED, PlantState.FAILED):
            self.recorder.add(trip_record(self.plant, server.time, server.state.value, server.problem))
        await super().close()


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
        recorder = make_recorder(model, historian, records, mode, on_alarm)
        running = _assemble(server, recorder, access, SampleBuffer(buffer_path(name)) if history else None, on_event)
        running.historian, running.records = historian, records
        stack.push_async_callback(running.close)
        running.forward.start()
        await running.link.start()
        stack.enter_context(noted(RunningNote(model.id, loading_name(model, name), server.endpoint, True, secure)))
        running.begin()
        if not paused:
            server.resume()
        yield running


def _assemble(
    server: LoopbackPlant, recorder: Recorder, access: Access, buffer: SampleBuffer | None, on_event: OnLinkEvent
) -> RunningPlant:
    """Join server, link, store-and-forward and recorder; nothing runs yet."""
    plant = recorder.plant
    settings = SessionSettings(server.endpoint, access.client, access.login)
    options = LinkOptions(SubscriptionSettings(publishing=0.1, sampling=0.0))
    link, forward = make_link(recorder, settings, buffer, options, clock=lambda: server.time, on_event=on_event)
    running = RunningPlant(plant=plant, server=server, link=link, forward=forward, recorder=recorder)
    link.deliver = running.take
    server.pace = running.pace
    server.on_write = lambda tag, before, after, time: recorder.add(write_record(plant, tag, before, after, time))
    return running
