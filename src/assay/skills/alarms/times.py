"""Nanoseconds since 1970 as ISO text, exactly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from assay.skills.alarms.log import NANO

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def aware(nanoseconds: int) -> datetime:
    """The moment; digits below the microsecond are cut off."""
    return _EPOCH + timedelta(seconds=nanoseconds // NANO, microseconds=nanoseconds % NANO // 1000)


def iso(nanoseconds: int) -> str:
    """ISO text in UTC."""
    return aware(nanoseconds).isoformat().replace("+00:00", "Z")


def nanoseconds(moment: datetime) -> int:
    """An aware time as nanoseconds since 1970."""
    delta = moment - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * NANO + delta.microseconds * 1000
