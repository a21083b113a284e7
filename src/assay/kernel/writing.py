"""Writes an approved proposal to the plant: read-back after each value, rollback of all of them when one fails."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass

from assay.kernel.action import Action, Proposal, Write, note
from assay.kernel.errors import Refused
from assay.kernel.ports import PlantWriter, TagBook

READ_BACK_TOLERANCE = 1e-4
"""Largest difference between written and read-back value, as a part of the tag's range."""
DRIFT_TOLERANCE = 0.02
"""Largest difference between a tag's value now and the ``before`` of the proposal, as a part of the tag's range."""
POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to the plant: everything written, or restored, or (``restored`` False) left half-written."""

    written: bool
    restored: bool
    read_back: dict[str, float]
    note: str
    stopped: BaseException | None = None


Obstacle = tuple[str, dict[str, str | float]]
"""A text key with its parameters."""


class WriteFailed(Exception):
    """One value did not arrive; ``note`` says which and why."""

    def __init__(self, note: str) -> None:
        super().__init__(note)
        self.note = note


def span(book: TagBook, tag: str) -> float:
    """The tag's range; zero when it is unknown, which makes every tolerance zero."""
    limits = book.limits(tag)
    return 0.0 if limits is None else limits.maximum - limits.minimum


class Hand:
    """Carries out proposals of kind ``write``: writes and reads back.

    ``settle`` is how many seconds a value may take to show in the read-back.
    """

    def __init__(self, writer: PlantWriter, book: TagBook, settle: float) -> None:
        self._writer, self._book, self._settle = writer, book, settle

    def check(self, proposal: Proposal) -> None:
        """Refused unless each tag is there once, writable in the proposal's zone, with a value inside its limits."""
        tags = [write.tag for write in proposal.writes]
        if not tags or len(set(tags)) != len(tags):
            raise Refused("kernel.action_targets")
        for write in proposal.writes:
            limits = self._book.limits(write.tag)
            if limits is None or not limits.writable:
                raise Refused("kernel.action_not_writable", tag=write.tag)
            if limits.zone != proposal.zone:
                raise Refused("kernel.action_zone", tag=write.tag, zone=limits.zone, proposed=proposal.zone)
            if limits.unit != write.unit:
                raise Refused("kernel.action_unit", tag=write.tag, unit=limits.unit, proposed=write.unit)
            bounds = (limits.minimum, limits.maximum)
            if not all(math.isfinite(bound) for bound in bounds):
                raise Refused("kernel.action_no_limits", tag=write.tag)
            for value in (write.value, write.before):
                if not (math.isfinite(value) and bounds[0] <= value <= bounds[1]):
                    raise Refused("kernel.action_limit", tag=write.tag, value=value, low=bounds[0], high=bounds[1])

    async def obstacle(self, action: Action, *, done: bool) -> Obstacle | None:
        """Why the plant is no longer as the proposal found it or, when ``done``, as it left it; None when it is."""
        moved = await self.drifted(action.proposal.writes, written=done)
        if moved is None:
            return None
        write, now = moved
        if done:
            return "kernel.action_overtaken", {"tag": write.tag, "value": write.value, "now": now}
        return "kernel.action_drifted", {"tag": write.tag, "before": write.before, "now": now}

    async def carry_out(self, action: Action) -> Outcome:
        """Write all values."""
        return await self.apply(action.proposal.writes)

    async def take_back(self, action: Action) -> Outcome:
        """Put the former values back."""
        return await self.restore(action.proposal.writes)

    async def drifted(self, writes: Sequence[Write], *, written: bool = False) -> tuple[Write, float] | None:
        """The first tag whose value is no longer what the proposal says was there, or (``written``) what it wrote."""
        for write in writes:
            now = await self._writer.read(write.tag)
            expected = write.value if written else write.before
            if not abs(now - expected) <= DRIFT_TOLERANCE * span(self._book, write.tag):
                return write, now
        return None

    async def apply(self, writes: Sequence[Write]) -> Outcome:
        """Write all values in order; on any failure put back, in reverse, what may have been written."""
        read_back: dict[str, float] = {}
        touched: list[Write] = []
        try:
            for write in writes:
                touched.append(write)  # before the write: one that fails may still have arrived
                read_back[write.tag] = await self._put(write.tag, write.value)
        except BaseException as error:  # also a cancelled task must not leave half of a proposal in the plant
            why = error.note if isinstance(error, WriteFailed) else _why(touched[-1].tag, error)
            restored = await asyncio.shield(self.restore(touched))
            stopped = None if isinstance(error, Exception) else error
            read_back |= restored.read_back
            return Outcome(False, restored.restored, read_back, why if restored.restored else restored.note, stopped)
        return Outcome(True, False, read_back, "")

    async def restore(self, writes: Sequence[Write]) -> Outcome:
        """Put back the ``before`` values in reverse order; goes on after a failure and names what is left."""
        read_back: dict[str, float] = {}
        left: list[str] = []
        for write in reversed(writes):
            try:
                read_back[write.tag] = await self._put(write.tag, write.before)
            except Exception:
                left.append(write.tag)
        if left:
            return Outcome(False, False, read_back, note("kernel.action_left", tags=", ".join(left)))
        return Outcome(False, True, read_back, note("kernel.action_restored"))

    async def _put(self, tag: str, value: float) -> float:
        await self._writer.write(tag, value)
        tolerance = READ_BACK_TOLERANCE * span(self._book, tag) + 1e-9 * abs(value)
        deadline = asyncio.get_running_loop().time() + self._settle
        while True:
            seen = await self._writer.read(tag)
            if abs(seen - value) <= tolerance:
                return seen
            if asyncio.get_running_loop().time() >= deadline:
                raise WriteFailed(note("kernel.action_read_back", tag=tag, value=value, seen=str(seen)))
            await asyncio.sleep(POLL_SECONDS)


def _why(tag: str, error: BaseException) -> str:
    problem = str(error) or type(error).__name__
    return note("kernel.action_write_failed", tag=tag, problem=problem)
