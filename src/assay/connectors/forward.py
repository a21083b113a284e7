"""Store and forward: samples go to the sink; while the sink fails they wait, in order, on disk."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable

from assay.connectors.buffer import SampleBuffer
from assay.connectors.samples import LinkEvent, LinkState, OnLinkEvent, Sample, Sink, ignore_event
from assay.kernel.errors import AssayError, LinkError

_FIRST_RETRY = 0.25
_LAST_RETRY = 10.0


class StoreAndForward:
    """Hands samples to ``sink`` in batches, at least once and in order.

    Without a ``buffer`` samples wait in memory only. ``max_pending`` bounds the memory (samples); beyond it the oldest
    are dropped and an event says how many. ``interval`` is how long samples are gathered, in seconds.
    """

    def __init__(
        self,
        sink: Sink,
        buffer: SampleBuffer | None = None,
        *,
        on_event: OnLinkEvent = ignore_event,
        interval: float = 0.1,
        max_batch: int = 20_000,
        max_pending: int = 1_000_000,
    ) -> None:
        self.stored = 0
        self.dropped = 0
        self.problem = ""
        self._sink = sink
        self._buffer = buffer
        self._on_event = on_event
        self._interval = interval
        self._max_batch = max_batch
        self._max_pending = max_pending
        self._pending: deque[Sample] = deque()
        self._handed = 0  # taken from memory and in the sink's hands
        self._wake = asyncio.Event()
        self._closing = False
        self._storing = False
        self._task: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """Samples that the sink has not stored yet: in its hands, in memory and on disk."""
        return self._handed + len(self._pending) + (len(self._buffer) if self._buffer is not None else 0)

    def put(self, samples: Iterable[Sample]) -> None:
        """Take samples over; never blocks."""
        self._pending.extend(samples)
        excess = len(self._pending) - self._max_pending
        if excess > 0:
            for _ in range(excess):
                self._pending.popleft()
            self._drop(excess, "memory")
        self._wake.set()

    def start(self) -> None:
        """Begin to forward; what an earlier process left in the buffer goes first."""
        self._wake.set()
        self._task = asyncio.create_task(self._pump(), name="store-and-forward")

    async def close(self, seconds: float = 10.0) -> int:
        """Forward what waits, put what the sink refuses on disk, and stop.

        Returns how many samples are left waiting on disk. Raises LinkError when some could be stored nowhere.
        """
        self._closing = True
        self._wake.set()
        if self._task is not None:
            try:
                await asyncio.wait_for(self._task, seconds)
            except TimeoutError:
                self._store_pending()
        left = len(self._buffer) if self._buffer is not None else 0
        if self._buffer is not None:
            self._buffer.close()
        if self._pending:
            raise LinkError("connectors.samples_lost", count=len(self._pending), problem=self.problem or "-")
        return left

    async def _pump(self) -> None:
        delay = _FIRST_RETRY
        while True:
            await self._wake.wait()
            self._wake.clear()
            if not self._closing:
                await asyncio.sleep(self._interval)
            if await self._forward():
                delay = _FIRST_RETRY
                if self._closing and not self._pending:
                    return
                continue
            if self._closing:
                return
            asyncio.get_running_loop().call_later(delay, self._wake.set)
            await asyncio.sleep(min(delay, self._interval))
            delay = min(delay * 2, _LAST_RETRY)

    async def _forward(self) -> bool:
        """Empty the buffer, then the memory, into the sink; False when the sink failed."""
        while self._buffer is not None and (batch := self._buffer.oldest()) is not None:
            number, samples = batch
            if not await self._hand_over(samples):
                self._store_pending()
                return False
            self._buffer.remove(number)
        if self._storing:
            self._storing = False
            self._on_event(LinkEvent(LinkState.FORWARDED))
        while self._pending:
            samples = [self._pending.popleft() for _ in range(min(len(self._pending), self._max_batch))]
            self._handed, stored = len(samples), False
            try:
                stored = await self._hand_over(samples)
            finally:
                # Also when this is cancelled: the sink may not have stored them, and twice is better than never.
                self._handed = 0
                if not stored:
                    self._pending.extendleft(reversed(samples))
            if not stored:
                self._store_pending()
                return False
        return True

    async def _hand_over(self, samples: list[Sample]) -> bool:
        try:
            await self._sink(samples)
        except Exception as error:  # whatever the sink raises, its samples must survive it
            self.problem = error.render("en") if isinstance(error, AssayError) else f"{type(error).__name__}: {error}"
            if not self._storing:
                self._storing = True
                self._on_event(LinkEvent(LinkState.STORING, detail=self.problem, samples=self.waiting))
            return False
        self.stored += len(samples)
        return True

    def _store_pending(self) -> None:
        if self._buffer is None:
            return
        while self._pending:
            samples = [self._pending.popleft() for _ in range(min(len(self._pending), self._max_batch))]
            try:
                dropped = self._buffer.append(samples)
            except LinkError as error:
                # The disk refuses too: keep them in memory, within its bound.
                self._pending.extendleft(reversed(samples))
                self.problem = error.render("en")
                return
            if dropped:
                self._drop(dropped, str(self._buffer.path))

    def _drop(self, count: int, where: str) -> None:
        self.dropped += count
        self._on_event(LinkEvent(LinkState.DROPPED, detail=where, samples=count))
