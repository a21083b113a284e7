"""The OPC UA link to a plant: subscribe, read, write with read-back, come back after every loss."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from assay.connectors.nodes import namespaces_of, parse_node, require_namespace
from assay.connectors.opcua_errors import status_name, translate
from assay.connectors.opcua_session import SessionSettings, close_session, open_session
from assay.connectors.opcua_subscription import SubscriptionSettings, TagSubscription, to_sample
from assay.connectors.samples import Gap, LinkEvent, LinkState, OnLinkEvent, Sample, ignore_event
from assay.kernel.errors import AssayError, InputError, LinkError

if TYPE_CHECKING:
    from asyncua import Client

_VALUE: Any = 13  # AttributeIds.Value; the library loads when a link is opened, not before
_TICK = 0.2
_NOT_WRITABLE = ("BadNotWritable", "BadUserAccessDenied", "BadWriteNotSupported")


class OpcUaConnector:
    """One connection to one server, with one subscription of all ``nodes`` (tag -> node id text).

    ``deliver`` gets every sample in the order in which the server sent it. Losses are met with growing pauses
    (``first_pause`` to ``last_pause`` seconds), a fresh session under the same security settings, and the old
    subscription: what the server kept meanwhile is delivered late. When the server lost it, a gap is reported.
    ``read`` and ``write`` make it the kernel's ``PlantWriter``; values are in the tags' units.

    ``namespace``, when given, must be one of the server's (see ``nodes.require_namespace``). ``lenient`` goes on
    without the nodes that the server refuses; ``refused`` names them with the status.
    """

    def __init__(
        self,
        settings: SessionSettings,
        nodes: Mapping[str, str],
        *,
        deliver: Callable[[list[Sample]], None] | None = None,
        subscription: SubscriptionSettings | None = None,
        on_event: OnLinkEvent = ignore_event,
        first_pause: float = 0.5,
        last_pause: float = 30.0,
        namespace: str | None = None,
        lenient: bool = False,
    ) -> None:
        self.settings = settings
        self.nodes = dict(nodes)
        self.gaps: list[Gap] = []
        self.events: list[LinkEvent] = []
        self.received = 0
        self.newest: datetime | None = None
        self.problem = ""
        self.refused: dict[str, str] = {}
        self.deliver = deliver
        self._on_event = on_event
        self._pauses = (first_pause, last_pause)
        self._namespace = namespace
        self._told_refused: dict[str, str] = {}
        self._subscription = TagSubscription(
            nodes, subscription or SubscriptionSettings(), self._on_samples, self._on_refused if lenient else None
        )
        self._client: Client | None = None
        self._started: object = None
        self._gap_from: datetime | None = None
        self._closing = False
        self._lost = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def connected(self) -> bool:
        """Whether a session is open now."""
        return self._client is not None

    async def start(self, *, patient: bool = False) -> None:
        """Connect and subscribe; later losses are handled in the background.

        Raises LinkError or InputError at once when this first attempt fails, unless ``patient``: then it is repeated
        in the background, and every new reason of a failure is an event.
        """
        if not patient:
            await self._connect()
        self._task = asyncio.create_task(self._keep(), name="opcua-link")

    async def close(self) -> None:
        """End the link for good; the server forgets the subscription."""
        self._closing = True
        while self._task is not None and not self._task.done():
            # Once may not be enough: the library swallows a cancellation that meets it while it clears up.
            self._task.cancel()
            await asyncio.wait([self._task], timeout=0.5)
        self._task = None
        client, self._client = self._client, None
        if client is not None:
            await close_session(client, alive=not self._lost.is_set())
            self._say(LinkState.DISCONNECTED, "closed")

    # -- reading and writing -----------------------------------------------------------------------------------------
    async def read(self, tag: str) -> float:
        """The current value; LinkError when its quality is not good."""
        (sample,) = await self.read_many([tag])
        if sample.quality & 0xC0000000 or math.isnan(sample.value):
            raise LinkError("connectors.bad_quality", tag=tag, status=status_name(sample.quality))
        return sample.value

    async def read_many(self, tags: Iterable[str], chunk: int = 500) -> list[Sample]:
        """Current values with quality and source time, in batches, in the order asked."""
        wanted = list(tags)
        nodes = [self._node(tag) for tag in wanted]
        found: list[Sample] = []
        for begin in range(0, len(nodes), chunk):
            part = nodes[begin : begin + chunk]
            values = await self._call(lambda client, part=part: client.uaclient.read_attributes(part, _VALUE))  # type: ignore[misc]
            found += [to_sample(tag, value) for tag, value in zip(wanted[begin : begin + chunk], values, strict=True)]
        for sample in found:
            if status_name(sample.quality) == "BadNodeIdUnknown":
                node = self.nodes[sample.tag]
                raise InputError("connectors.nodes_unknown", count=1, tag=sample.tag, node=node)
        return found

    async def write(self, tag: str, value: float, *, tolerance: float = 1e-6, seconds: float = 5.0) -> None:
        """Write and read back until the server shows the value (within ``tolerance``, relative, at least absolute).

        InputError when the server calls the value out of range or the node not writable; LinkError otherwise, and
        when what is read back is something else.
        """
        if not math.isfinite(value):
            raise InputError("connectors.write_not_finite", tag=tag)
        from asyncua import ua

        node = self._node(tag)
        (current,) = await self._call(lambda client: client.uaclient.read_attributes([node], _VALUE))
        # Servers insist on the node's own type, and many refuse a time stamp from a client.
        kind = ua.VariantType.Double if current.Value is None else current.Value.VariantType
        plain = ua.DataValue(ua.Variant(_cast(value, kind), kind))
        (status,) = await self._call(lambda client: client.uaclient.write_attributes([node], [plain], _VALUE))
        if status.value != 0:
            raise self._refusal(tag, value, str(status.name))
        await self._read_back(tag, value, tolerance * max(1.0, abs(value)), seconds)

    async def _read_back(self, tag: str, value: float, allowed: float, seconds: float) -> None:
        clock = asyncio.get_running_loop().time
        deadline = clock() + seconds
        pause = 0.01
        while True:
            seen = await self.read(tag)
            if abs(seen - value) <= allowed:
                return
            if clock() >= deadline:
                raise LinkError("connectors.read_back", tag=tag, value=value, seen=seen)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 0.5)

    def _refusal(self, tag: str, value: float, status: str) -> AssayError:
        if status == "BadOutOfRange":
            return InputError("connectors.write_out_of_range", tag=tag, value=value)
        if status in _NOT_WRITABLE:
            return InputError("connectors.write_refused", tag=tag, status=status)
        if status == "BadNodeIdUnknown":
            return InputError("connectors.nodes_unknown", count=1, tag=tag, node=self.nodes[tag])
        return LinkError("connectors.write_failed", tag=tag, status=status)

    def _node(self, tag: str) -> Any:
        if tag not in self.nodes:
            raise InputError("connectors.tag_unlinked", tag=tag)
        return parse_node(tag, self.nodes[tag], self._subscription.namespaces)

    async def _call(self, request: Callable[[Client], Any]) -> Any:
        client = self._client
        if client is None:
            raise LinkError("connectors.link_down", endpoint=self.settings.endpoint)
        try:
            async with asyncio.timeout(self.settings.call):
                return await request(client)
        except Exception as error:
            raise translate(error, self.settings.endpoint) from None

    # -- the connection's life ---------------------------------------------------------------------------------------
    async def _connect(self) -> None:
        client = await open_session(self.settings)
        self._lost.clear()

        async def lost(_: Exception) -> None:
            self._lost.set()

        client.connection_lost_callback = lost
        try:
            async with asyncio.timeout(self.settings.seconds):
                await self._subscribe(client)
        except BaseException as error:
            await close_session(client, alive=True)
            if isinstance(error, Exception):
                raise translate(error, self.settings.endpoint) from None
            raise
        self._client = client
        self.problem = ""
        self._say(LinkState.CONNECTED, self.settings.endpoint)

    async def _subscribe(self, client: Client) -> None:
        session = client.uaclient.session
        self._subscription.namespaces = await namespaces_of(client)
        if self._namespace is not None:
            found = self._subscription.namespaces
            require_namespace(self._namespace, found, self.nodes.values(), self.settings.endpoint)
        started = await _start_time(client)
        # Subscription numbers begin anew when a server restarts: the old one may then be somebody else's.
        same = started is not None and started == self._started
        self._started = started
        if same and self._subscription.id and await self._subscription.move(session):
            return
        # Before the first notification arrives, so that its time closes the gap.
        self._gap_from = self.newest
        self.refused = {}
        await self._subscription.create(session)

    async def _keep(self) -> None:
        if not self.connected:
            await self._reconnect()
        while not self._closing:
            silent = await self._wait_lost()
            client, self._client = self._client, None
            self._say(LinkState.DISCONNECTED, self.settings.endpoint)
            if silent:
                # The server answers but no longer publishes: this subscription is not worth moving.
                self._subscription.id = 0
            if client is not None:
                await close_session(client, alive=silent)
            await self._reconnect()

    async def _wait_lost(self) -> bool:
        """Wait for a loss; True when the transport lives and only the subscription fell silent."""
        heard, quiet = self._subscription.heard, 0.0
        while not self._lost.is_set():
            try:
                await asyncio.wait_for(self._lost.wait(), _TICK)
            except TimeoutError:
                # Counted in ticks, not by the clock: a process that stood still has not listened meanwhile.
                quiet = quiet + _TICK if self._subscription.heard == heard else 0.0
                heard = self._subscription.heard
                if self._transport_lost():
                    return False
                if self._subscription.ended or quiet > self._subscription.patience:
                    return True
        return False

    def _transport_lost(self) -> bool:
        # The library's own report comes late when the transport breaks while it is not looking.
        return self._lost.is_set() or self._client is None or self._client.state.name != "CONNECTED"

    async def _reconnect(self) -> None:
        pause, last = self._pauses
        while not self._closing:
            try:
                return await self._connect()
            except AssayError as error:
                # Also a wrong password: it may be put right while we wait, and the plant must not stay unseen.
                self._say_problem(error)
            await asyncio.sleep(pause)
            pause = min(pause * 2, last)

    def _on_samples(self, samples: list[Sample]) -> None:
        if not samples:
            return
        if self._gap_from is not None:
            self._close_gap(self._gap_from, samples)
        self.received += len(samples)
        newest = max(sample.time for sample in samples)
        self.newest = newest if self.newest is None else max(newest, self.newest)
        if self.deliver is not None:
            self.deliver(samples)

    def _close_gap(self, start: datetime, samples: list[Sample]) -> None:
        # A new subscription first repeats the last values; only a newer one says where the gap ends.
        newer = [sample.time for sample in samples if sample.time > start]
        if newer:
            self._gap_from = None
            gap = Gap(start, min(newer))
            self.gaps.append(gap)
            self._tell(LinkEvent(LinkState.GAP, gap=gap))

    def _on_refused(self, tag: str, status: str) -> None:
        self.refused[tag] = status
        if self._told_refused.get(tag) != status:
            self._told_refused[tag] = status
            unknown = status == "BadNodeIdUnknown"
            key = "connectors.node_unknown" if unknown else "connectors.node_refused"
            error = InputError(key, tag=tag, node=self.nodes[tag], status=status)
            self._tell(LinkEvent(LinkState.NODE_REFUSED, detail=error.render("en"), tag=tag, error=error))

    def _say_problem(self, error: AssayError) -> None:
        """Once for each reason: attempts go on for hours."""
        sentence = error.render("en")
        if sentence != self.problem:
            self.problem = sentence
            self._tell(LinkEvent(LinkState.FAILED, detail=sentence, error=error))

    def _say(self, state: LinkState, detail: str) -> None:
        self._tell(LinkEvent(state, detail=detail))

    def _tell(self, event: LinkEvent) -> None:
        self.events.append(event)
        self._on_event(event)


async def _start_time(client: Client) -> object:
    from asyncua import ua

    node = ua.NodeId(ua.ObjectIds.Server_ServerStatus_StartTime)
    (value,) = await client.uaclient.read_attributes([node], ua.AttributeIds.Value)
    return None if value.Value is None else value.Value.Value


def _cast(value: float, kind: Any) -> float | int | bool:
    from asyncua import ua

    if kind is ua.VariantType.Boolean:
        return bool(value)
    if kind in (ua.VariantType.Double, ua.VariantType.Float):
        return value
    return round(value)
