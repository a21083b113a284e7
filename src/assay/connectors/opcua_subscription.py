"""One subscription of one OPC UA connection: made in batches, moved to a new connection, gaps filled.

It speaks the services directly instead of through the library's ``Subscription``: that one forgets its sequence number
when a connection breaks, and waits for ever for the end of a republish against servers that answer with an empty
message.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from assay.connectors.nodes import parse_node
from assay.connectors.samples import Sample
from assay.kernel.errors import InputError

if TYPE_CHECKING:
    from asyncua import ua
    from asyncua.client.ua_session import UaSession

# How many keep-alives a server may miss before the subscription counts as dead.
_MISSED_KEEP_ALIVES = 4
_FILTER_REFUSED = ("BadMonitoredItemFilterUnsupported", "BadMonitoredItemFilterInvalid", "BadFilterNotAllowed")


@dataclass(frozen=True, slots=True)
class SubscriptionSettings:
    """``publishing`` and ``sampling`` in seconds, ``queue`` samples a tag that the server keeps while the link is
    down, ``chunk`` tags a request, ``keep_alive`` seconds between signs of life, ``lifetime`` seconds that the server
    keeps a silent subscription."""

    publishing: float = 0.25
    sampling: float = 0.25
    queue: int = 1000
    chunk: int = 500
    keep_alive: float = 2.0
    lifetime: float = 600.0


class TagSubscription:
    """Delivers every notified value of ``nodes`` (tag -> node id) as samples to ``deliver``.

    ``on_refused`` hears of each tag whose node the server does not deliver, with the status; without it one such node
    is an error of the whole subscription.
    """

    def __init__(
        self,
        nodes: Mapping[str, str],
        settings: SubscriptionSettings,
        deliver: Callable[[list[Sample]], None],
        on_refused: Callable[[str, str], None] | None = None,
    ) -> None:
        self.id = 0
        self.namespaces: list[str] = []  # of the server, in order
        self.heard = 0  # messages so far, signs of life included
        self.ended = False
        self._nodes = dict(nodes)
        self._tags = dict(enumerate(self._nodes, start=1))  # client handle -> tag
        self._settings = settings
        self._deliver = deliver
        self._on_refused = on_refused
        self._sequence = 0

    @property
    def patience(self) -> float:
        """Seconds without any message after which the subscription counts as dead."""
        return max(_MISSED_KEEP_ALIVES * self._settings.keep_alive, 3 * self._settings.publishing)

    async def create(self, session: UaSession) -> None:
        """Make the subscription anew on a session. InputError names nodes that the server does not know."""
        from asyncua import ua

        settings = self._settings
        interval = max(settings.publishing, 0.01)
        parameters = ua.CreateSubscriptionParameters(
            RequestedPublishingInterval=interval * 1000.0,
            RequestedLifetimeCount=max(int(settings.lifetime / interval), 30),
            RequestedMaxKeepAliveCount=max(int(settings.keep_alive / interval), 1),
            MaxNotificationsPerPublish=0,
            PublishingEnabled=True,
            Priority=0,
        )
        self._sequence = 0
        self.ended = False
        result = await session.create_subscription(parameters, self._on_publish)
        self.id = int(result.SubscriptionId)
        handles = list(self._tags.items())
        for begin in range(0, len(handles), settings.chunk):
            await self._monitor(session, handles[begin : begin + settings.chunk])

    async def move(self, session: UaSession) -> bool:
        """Take the living subscription over to a new session and fetch what was sent into the broken one.

        False when the server no longer has it: then ``create`` begins a new one, after a gap.
        """
        from asyncua import ua

        try:
            results = await session.transfer_subscriptions(
                ua.TransferSubscriptionsParameters(SubscriptionIds=[self.id], SendInitialValues=False)
            )
        except ua.UaError:
            return False
        if not results or not results[0].StatusCode.is_good():
            return False
        self.ended = False
        for number in sorted(results[0].AvailableSequenceNumbers or []):
            if number > self._sequence:
                message = await session.republish(self.id, number)
                await self._on_publish(ua.PublishResult(self.id, NotificationMessage=message))
        # The session routes publish responses by this table; it has no public door for a transferred subscription.
        session._subscription_callbacks[self.id] = self._on_publish
        session.ensure_publish_loop()
        return True

    async def _monitor(self, session: UaSession, handles: Sequence[tuple[int, str]]) -> None:
        from asyncua import ua

        # With the time as trigger an unchanged value still counts as seen; small servers know only changes of value.
        trigger = ua.DataChangeFilter(Trigger=ua.DataChangeTrigger.StatusValueTimestamp)
        judged = await self._request(session, handles, trigger)
        plain = [handle for handle, status in judged if status in _FILTER_REFUSED]
        if plain:
            judged = [one for one in judged if one[1] not in _FILTER_REFUSED] + await self._request(
                session, plain, None
            )
        bad = [(tag, status) for (_, tag), status in judged if status]
        if bad and self._on_refused is None:
            tag = bad[0][0]
            raise InputError("connectors.nodes_unknown", count=len(bad), tag=tag, node=self._nodes[tag])
        for tag, status in bad:
            assert self._on_refused is not None
            self._on_refused(tag, status)

    async def _request(
        self, session: UaSession, handles: Sequence[tuple[int, str]], trigger: ua.DataChangeFilter | None
    ) -> list[tuple[tuple[int, str], str]]:
        """Ask for items; each with the name of its bad status, or nothing. Smaller where the server takes fewer."""
        from asyncua import ua

        items = [self._item(handle, tag, trigger) for handle, tag in handles]
        try:
            results = await session.create_monitored_items(
                ua.CreateMonitoredItemsParameters(
                    SubscriptionId=self.id, TimestampsToReturn=ua.TimestampsToReturn.Both, ItemsToCreate=items
                )
            )
        except ua.UaStatusCodeError as error:
            if error.code != ua.StatusCodes.BadTooManyOperations or len(handles) < 2:
                raise
            half = len(handles) // 2
            parts = (handles[:half], handles[half:])
            return [one for part in parts for one in await self._request(session, part, trigger)]
        statuses = [str(result.StatusCode.name) if result.StatusCode.is_bad() else "" for result in results]
        return list(zip(handles, statuses, strict=True))

    def _item(self, handle: int, tag: str, trigger: ua.DataChangeFilter | None) -> ua.MonitoredItemCreateRequest:
        from asyncua import ua

        return ua.MonitoredItemCreateRequest(
            ItemToMonitor=ua.ReadValueId(
                NodeId=parse_node(tag, self._nodes[tag], self.namespaces), AttributeId=ua.AttributeIds.Value
            ),
            MonitoringMode=ua.MonitoringMode.Reporting,
            RequestedParameters=ua.MonitoringParameters(
                ClientHandle=handle,
                SamplingInterval=self._settings.sampling * 1000.0,
                Filter=trigger,
                QueueSize=self._settings.queue,
                DiscardOldest=True,
            ),
        )

    async def _on_publish(self, result: ua.PublishResult) -> None:
        from asyncua import ua

        self.heard += 1
        message = result.NotificationMessage
        for data in message.NotificationData or []:
            if isinstance(data, ua.StatusChangeNotification):
                # Said by the server (timeout), or by the client library when the transport breaks.
                self.ended = True
            elif isinstance(data, ua.DataChangeNotification):
                self._sequence = int(message.SequenceNumber)
                self._deliver(self._samples(data.MonitoredItems))

    def _samples(self, items: Sequence[Any]) -> list[Sample]:
        samples = []
        for item in items:
            tag = self._tags.get(item.ClientHandle)
            if tag is not None and item.Value is not None:
                samples.append(to_sample(tag, item.Value))
        return samples


def to_sample(tag: str, data: ua.DataValue) -> Sample:
    """A data value as a sample: bad or missing values become NaN, and the status code is kept as it came."""
    quality = 0 if data.StatusCode is None else int(data.StatusCode.value)
    raw = None if data.Value is None else data.Value.Value
    value = float(raw) if isinstance(raw, (int, float)) else math.nan
    moment = data.SourceTimestamp or data.ServerTimestamp or datetime.now(UTC)
    return Sample(tag, moment if moment.tzinfo else moment.replace(tzinfo=UTC), value, quality)
