"""What a link delivers: samples with quality and source time, and the events of the link itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple

from assay.kernel.errors import AssayError

GOOD = 0


class Sample(NamedTuple):
    """One value of one tag.

    ``time`` is the source's own time (UTC), ``value`` is NaN where the source gave none, ``quality`` is the 32-bit
    OPC UA status code (0 good, 0x40000000 uncertain, 0x80000000 and up bad).
    """

    tag: str
    time: datetime
    value: float
    quality: int = GOOD


Sink = Callable[[Sequence[Sample]], Awaitable[None]]
"""Takes samples for good: when it returns they are stored, when it raises none of them counts as stored."""


class LinkState(StrEnum):
    """What happened to a link or to the samples that it carries."""

    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    GAP = "gap"  # samples between two source times were never delivered
    STORING = "storing"  # the sink failed; samples go to the buffer on disk
    FORWARDED = "forwarded"  # the buffer has been emptied into the sink
    DROPPED = "dropped"  # the buffer was full; the oldest samples are gone
    FAILED = "failed"  # an attempt to connect failed, for another reason than the attempt before it
    NODE_REFUSED = "node_refused"  # the server does not deliver one tag's node; the other tags go on
    BAD_QUALITY = "bad_quality"  # one tag's values have turned bad
    GOOD_QUALITY = "good_quality"  # one tag's values are usable again


@dataclass(frozen=True, slots=True)
class LinkEvent:
    """A change of a link at ``at`` (UTC, wall clock); ``detail`` is one sentence for the log, in English.

    ``tag`` where it concerns one tag, ``error`` where it can be said in every language.
    """

    state: LinkState
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    detail: str = ""
    gap: Gap | None = None
    samples: int = 0
    tag: str = ""
    error: AssayError | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """No samples exist between two source times (UTC): the last before the loss and the first after it."""

    start: datetime
    end: datetime


OnLinkEvent = Callable[[LinkEvent], None]


def ignore_event(event: LinkEvent) -> None:
    """The default listener: the caller reads ``connector.events`` instead."""
