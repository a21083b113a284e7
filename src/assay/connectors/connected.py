"""A plant behind its own OPC UA server: recorded, watched for alarms, and found again after every loss."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from assay.connectors.access import session_settings
from assay.connectors.buffer import SampleBuffer
from assay.connectors.linked import LinkedPlant, LinkOptions, linked_nodes, make_link, make_recorder
from assay.connectors.nodes import parse_node
from assay.connectors.opcua_session import SessionSettings
from assay.connectors.opcua_subscription import SubscriptionSettings
from assay.connectors.quality import QualityWatch
from assay.connectors.recorder import OnAlarm, Recorder
from assay.connectors.running_parts import buffer_path, loading_name, open_stores
from assay.connectors.runtime import RunningNote, noted
from assay.connectors.samples import OnLinkEvent, Sample, ignore_event
from assay.kernel.errors import AssayError, InputError

if TYPE_CHECKING:
    from assay.plant.model import Plant

PAUSES = (0.5, 30.0)
SUBSCRIPTION = SubscriptionSettings(publishing=0.5, sampling=0.5)
_TICK = 1.0


@dataclass(kw_only=True)
class ConnectedPlant(LinkedPlant):
    """What ``connected_plant`` gives; ``quality`` knows the tags that are bad now."""

    on_event: OnLinkEvent
    quality: QualityWatch = field(default_factory=QualityWatch)
    _newest_at: float = 0.0

    @property
    def endpoint(self) -> str:
        """The server's address."""
        return self.link.settings.endpoint

    @property
    def time(self) -> datetime:
        """The source's time now: that of the newest sample, and what has passed since it came."""
        if self.link.newest is None:
            return datetime.now(UTC)
        return self.link.newest + timedelta(seconds=asyncio.get_running_loop().time() - self._newest_at)

    def status(self) -> dict[str, object]:
        """The state as plain values: for the status line and for programs."""
        newest = self.link.newest
        age = None if newest is None else max(asyncio.get_running_loop().time() - self._newest_at, 0.0)
        return {
            "time": None if newest is None else newest.isoformat().replace("+00:00", "Z"),
            "hours": round(self.seconds / 3600.0, 6),
            "endpoint": self.endpoint,
            "problem": self.link.problem,
            **self.counts(),
            "age_seconds": None if age is None else round(age, 3),
            "bad": sorted(self.quality.bad),
            "refused": sorted(self.link.refused),
        }

    def take(self, samples: list[Sample]) -> None:
        """What the link delivers; changes of quality are told."""
        if self.link.newest in {sample.time for sample in samples}:
            self._newest_at = asyncio.get_running_loop().time()
        super().take(samples)
        for event in self.quality.see(samples):
            self.on_event(event)

    async def watch_delays(self) -> None:
        """Once a second, let the time pass for alarms whose value stands still beyond its limit."""
        while True:
            await asyncio.sleep(_TICK)
            if self.link.connected and self.link.newest is not None:
                self.recorder.elapse(self.time)
                # What could not be stored is kept, and stored with the next samples or at the end.
                with contextlib.suppress(AssayError):
                    await self.recorder.save()


@asynccontextmanager
async def connected_plant(
    plant: str,
    *,
    endpoint: str | None = None,
    secure: bool = False,
    history: bool = True,
    mode: int | None = None,
    subscription: SubscriptionSettings = SUBSCRIPTION,
    pauses: tuple[float, float] = PAUSES,
    on_event: OnLinkEvent = ignore_event,
    on_alarm: OnAlarm | None = None,
) -> AsyncIterator[ConnectedPlant]:
    """Record ``plant`` (a shipped plant's name or a folder) from its server until the block ends.

    See ``session_settings`` for the server. A server that is absent is waited for; nodes that it does not have are
    told one by one and left out. With ``history`` samples go to the plant's historian and events to the records; both
    belong to this process meanwhile (BusyError when another one has them). InputError for settings that cannot work.
    """
    from assay.plant.model import load_plant

    model = await asyncio.to_thread(load_plant, plant)
    if mode is not None:
        model.mode(str(mode))
    _require_nodes(model)
    settings = session_settings(model, endpoint, secure=secure)
    async with AsyncExitStack() as stack:
        historian, records = await open_stores(stack, plant) if history else (None, None)
        recorder = make_recorder(model, historian, records, mode, on_alarm)
        buffer = SampleBuffer(buffer_path(plant)) if history else None
        namespace = model.spec.opcua.namespace if model.spec.opcua is not None else None
        options = LinkOptions(subscription, pauses, namespace, lenient=True)
        connected = _assemble(recorder, settings, buffer, options, on_event)
        connected.historian, connected.records = historian, records
        stack.enter_context(noted(RunningNote(model.id, loading_name(model, plant), settings.endpoint, False)))
        stack.push_async_callback(connected.close)
        connected.forward.start()
        connected.begin()
        await connected.link.start(patient=True)
        watching = asyncio.create_task(connected.watch_delays(), name="alarm-delays")
        stack.callback(watching.cancel)
        yield connected


def _assemble(
    recorder: Recorder,
    settings: SessionSettings,
    buffer: SampleBuffer | None,
    options: LinkOptions,
    on_event: OnLinkEvent,
) -> ConnectedPlant:
    """Join link, store-and-forward and recorder; nothing runs yet."""
    link, forward = make_link(
        recorder, settings, buffer, options, clock=lambda: datetime.now(UTC), on_event=on_event
    )  # fmt: skip
    connected = ConnectedPlant(plant=recorder.plant, link=link, forward=forward, recorder=recorder, on_event=on_event)
    link.deliver = connected.take
    return connected


def _require_nodes(plant: Plant) -> None:
    """InputError for a plant without any node, or with a node id that is no node id."""
    nodes = linked_nodes(plant)
    if not nodes:
        raise InputError("connectors.plant_without_nodes", plant=plant.id)
    for tag, node in nodes.items():
        parse_node(tag, node)
