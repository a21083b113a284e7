"""The reference plant: a live process behind a real OPC UA server on the loopback interface.

The process runs in its own worker thread, in real time or faster, so that the server stays responsive. Its simulated
time is the source time of every value.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from assay.connectors.loopback_server import (
    HOST,
    NAMESPACE,
    NAMESPACE_INDEX,
    NodeSpec,
    ServerSecurity,
    build_server,
    close_server,
    data_value,
    drop_connections,
    listen,
)
from assay.connectors.schedule import ScheduledFault
from assay.kernel.errors import InputError, LinkError

if TYPE_CHECKING:
    from asyncua import Server

    from assay.plant.model import Plant

T = TypeVar("T")

DEFAULT_STEP = 36.0
# A delay beyond this many seconds is slipped, not caught up: a burst after a pause helps nobody.
_SLIP = 1.0


class LiveProcess(Protocol):
    """A simulated plant that runs closed loop."""

    @property
    def hours(self) -> float:
        """Plant time since the start."""
        ...

    @property
    def tripped(self) -> str | None:
        """The shutdown message; None while the plant runs."""
        ...

    def tags(self) -> Mapping[str, str]:
        """Tag -> unit of everything that ``values`` holds."""
        ...

    def values(self) -> Mapping[str, float]:
        """The current value of every tag, in its unit."""
        ...

    def advance(self, hours: float) -> None:
        """Simulate forward; a trip ends it early and sets ``tripped``."""
        ...

    def write(self, tag: str, value: float) -> None:
        """Write a set point or a free valve; InputError for other tags and for values out of range."""
        ...

    def start_disturbance(self, idv: int, magnitude: float) -> None: ...

    def stop_disturbance(self, idv: int) -> None: ...


class PlantState(StrEnum):
    """``finished`` means the asked hours are over, ``tripped`` that the plant shut itself down and stands still."""

    PAUSED = "paused"
    RUNNING = "running"
    FINISHED = "finished"
    TRIPPED = "tripped"
    FAILED = "failed"


Pace = Callable[[datetime], Awaitable[None]]
"""Waits until the publication of this plant time has been taken; only used without a speed."""

OnWrite = Callable[[str, float, float, datetime], None]
"""Hears of every accepted write of a client: tag, value before, value after, plant time."""


class LoopbackPlant:
    """A process with its server.

    ``speed`` is plant time over real time; None runs as fast as ``pace`` lets it. ``step`` is plant seconds between
    publications, ``start`` the plant time of the process's hour 0 as it is now (default: the present), ``hours`` how
    long to run (None: until stopped), ``port`` 0 takes a free one. ``nodes`` default to the process's own tags.
    """

    def __init__(
        self,
        process: LiveProcess,
        *,
        name: str = "Assay reference plant",
        nodes: Sequence[NodeSpec] | None = None,
        namespace: str = NAMESPACE,
        port: int = 0,
        speed: float | None = 1.0,
        step: float = DEFAULT_STEP,
        start: datetime | None = None,
        hours: float | None = None,
        faults: Iterable[ScheduledFault] = (),
        security: ServerSecurity | None = None,
        paused: bool = False,
    ) -> None:
        if speed is not None and not 0.0 < speed <= 1e6:
            raise InputError("connectors.speed_range", speed=speed)
        if not 0.1 <= step <= 3600.0:
            raise InputError("connectors.step_range", step=step)
        if not 0 <= port <= 65535:
            raise InputError("connectors.port_range", port=port)
        self.process = process
        self.name = name
        self.state = PlantState.PAUSED if paused else PlantState.RUNNING
        self.publications = 0
        self.slipped = 0.0
        self.pace: Pace | None = None
        self.on_write: OnWrite | None = None
        self.changed = asyncio.Event()  # set at every publication and change of state
        self.ended = asyncio.Event()
        self._nodes = list(nodes) if nodes is not None else [NodeSpec(t, u) for t, u in process.tags().items()]
        self._namespace = namespace
        self._port = port
        self._speed = speed
        self._step = step / 3600.0
        self._origin = process.hours
        self._start = (start or datetime.now(UTC)).astimezone(UTC)
        self._until = None if hours is None else process.hours + hours
        self._faults = sorted(faults)
        self._security = security
        self._run = asyncio.Event()
        if not paused:
            self._run.set()
        self._published = self._start
        self._published_at = 0.0
        self._quality: dict[str, int] = {}
        self._problem: BaseException | None = None
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="plant")
        self._lock = asyncio.Lock()
        self._server: Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def endpoint(self) -> str:
        """Where the server listens, once started."""
        return f"opc.tcp://{HOST}:{self._port}/assay/"

    @property
    def nodes(self) -> dict[str, str]:
        """Tag -> node id text."""
        return {spec.tag: spec.node for spec in self._nodes}

    @property
    def time(self) -> datetime:
        """Plant time of the newest publication (UTC)."""
        return self._published

    @property
    def hours(self) -> float:
        """Plant hours since the start."""
        return self.process.hours - self._origin

    @property
    def speed(self) -> float | None:
        """Plant time over real time; a change acts from the next publication on."""
        return self._speed

    @speed.setter
    def speed(self, value: float | None) -> None:
        if value is not None and not 0.0 < value <= 1e6:
            raise InputError("connectors.speed_range", speed=value)
        self._speed = value

    @property
    def step_seconds(self) -> float:
        """Plant seconds between two publications."""
        return self._step * 3600.0

    @property
    def problem(self) -> str:
        """Why the plant stands still: the shutdown message, or what failed in the process."""
        if self._problem is not None:
            return f"{type(self._problem).__name__}: {self._problem}"
        return self.process.tripped or ""

    async def start(self) -> None:
        """Open the server and begin to run. InputError when the port is taken or tags are missing."""
        missing = sorted({spec.tag for spec in self._nodes} - set(self.process.tags()))
        if missing:
            raise InputError("connectors.process_lacks_tag", tag=missing[0], count=len(missing))
        try:
            self._server = await build_server(
                self.name,
                self._nodes,
                self._client_write,
                port=self._port,
                namespace=self._namespace,
                security=self._security,
            )
            await self._publish()
            self._port = await listen(self._server, self._port)
        except BaseException:
            self._server = None
            self._worker.shutdown(wait=False)
            raise
        self._task = asyncio.create_task(self._live(), name="plant")

    async def end_clock(self) -> None:
        """Stop the process for good; the server goes on with the last values."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None
        self.ended.set()
        self.changed.set()

    async def stop(self) -> None:
        """Stop the process and close the server."""
        await self.end_clock()
        if self._server is not None:
            server, self._server = self._server, None
            await close_server(server)
        self._worker.shutdown(wait=True)

    async def drop_connections(self) -> None:
        """Cut every client's connection without a word, as a failing network does; the server goes on."""
        if self._server is not None:
            await drop_connections(self._server)

    # -- operating ---------------------------------------------------------------------------------------------------
    def pause(self) -> None:
        """Stop the plant's clock."""
        self._run.clear()
        if self.state is PlantState.RUNNING:
            self.state = PlantState.PAUSED

    def resume(self) -> None:
        """Let the plant's clock run on."""
        if self.state is PlantState.PAUSED:
            self.state = PlantState.RUNNING
        self._run.set()

    async def step(self, count: int = 1) -> None:
        """Advance by ``count`` publications while paused."""
        for _ in range(count):
            if not await self._step_once():
                return

    def fail_sensor(self, tag: str, code: int = 0x808C0000) -> None:
        """Publish the tag with this status code (default BadSensorFailure; bad ones go without value) until mended."""
        self._quality[tag] = code

    def mend_sensor(self, tag: str) -> None:
        """Publish the tag's value again."""
        self._quality.pop(tag, None)

    async def start_disturbance(self, idv: int, magnitude: float = 1.0) -> None:
        """Start a disturbance now."""
        await self._in_worker(lambda: self.process.start_disturbance(idv, magnitude))

    async def stop_disturbance(self, idv: int) -> None:
        """Stop a disturbance now."""
        await self._in_worker(lambda: self.process.stop_disturbance(idv))

    async def write(self, tag: str, value: float) -> None:
        """Write as a client does, from inside this process; InputError when the plant refuses."""
        await self._client_write(tag, value)

    # -- the plant's clock -------------------------------------------------------------------------------------------
    async def _live(self) -> None:
        clock = asyncio.get_running_loop().time
        due = clock()
        while True:
            if not self._run.is_set():
                await self._run.wait()
                due = clock()
            if not await self._step_once():
                return
            if self._speed is None:
                if self.pace is not None:
                    await self.pace(self._published)
                await asyncio.sleep(0)
                continue
            due += self._step * 3600.0 / self._speed
            late = clock() - due
            if late > _SLIP:
                self.slipped += late
                due = clock()
            await asyncio.sleep(max(-late, 0.0))

    async def _step_once(self) -> bool:
        """Advance and publish; False when the plant stands still from now on."""
        if self.ended.is_set():
            return False
        target = self._origin + self._step * (self.publications)
        if self._until is not None:
            target = min(target, self._until)
        try:
            async with self._lock:
                await self._advance(target)
                await self._publish()
        except Exception as error:  # a fault inside the simulator must end the run with its reason, not hang it
            self._problem = error
            self._end(PlantState.FAILED)
            return False
        if self.process.tripped is not None:
            self._end(PlantState.TRIPPED)
            return False
        if self._until is not None and self.process.hours >= self._until - 1e-9:
            self._end(PlantState.FINISHED)
            return False
        return True

    async def _advance(self, target: float) -> None:
        while self._faults and self._faults[0].hours + self._origin < target and self.process.tripped is None:
            fault = self._faults.pop(0)
            wait = fault.hours + self._origin - self.process.hours
            if wait > 0:
                await self._in_worker(partial(self.process.advance, wait))
            await self._in_worker(partial(self.process.start_disturbance, fault.idv, fault.magnitude))
        rest = target - self.process.hours
        if rest > 0 and self.process.tripped is None:
            await self._in_worker(lambda: self.process.advance(rest))

    async def _publish(self) -> None:
        values = await self._in_worker(lambda: dict(self.process.values()))
        moment = self._start + timedelta(hours=self.process.hours - self._origin)
        self._published = moment = max(moment, self._published)
        self._published_at = asyncio.get_running_loop().time()
        for spec in self._nodes:
            await self._publish_tag(spec.tag, values[spec.tag], moment)
        self.publications += 1
        self.changed.set()

    async def _publish_tag(self, tag: str, value: float, moment: datetime) -> None:
        from asyncua import ua

        if self._server is not None:
            data = data_value(value, self._quality.get(tag, 0), moment)
            await self._server.write_attribute_value(ua.NodeId(tag, NAMESPACE_INDEX), data)

    async def _client_write(self, tag: str, value: float) -> None:
        if self.state in (PlantState.TRIPPED, PlantState.FAILED):
            raise LinkError("connectors.plant_stands", problem=self.problem)
        async with self._lock:
            before, after = await self._in_worker(partial(self._apply, tag, value))
            moment = self._between()
            await self._publish_tag(tag, after, moment)
        if self.on_write is not None:
            self.on_write(tag, before, after, moment)

    def _apply(self, tag: str, value: float) -> tuple[float, float]:
        before = self.process.values()[tag]
        self.process.write(tag, value)
        return before, self.process.values()[tag]

    def _between(self) -> datetime:
        """Plant time of something that happens between two publications."""
        gone = asyncio.get_running_loop().time() - self._published_at
        share = 0.5 if self._speed is None else gone * self._speed / (self._step * 3600.0)
        self._published += timedelta(hours=self._step * min(max(share, 0.001), 0.5))
        return self._published

    def _end(self, state: PlantState) -> None:
        self.state = state
        self.ended.set()
        self.changed.set()

    async def _in_worker(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)


def node_specs(plant: Plant) -> list[NodeSpec]:
    """The nodes of a plant's equipment model."""
    specs = []
    for tag in plant.tags:
        (low, high), allowed = tag.range, tag.write_range or tag.range
        title = f"{tag.name.en} / {tag.name.zh}"
        specs.append(NodeSpec(tag.id, tag.unit, low, high, title, tag.writable, allowed[0], allowed[1]))
    return specs
