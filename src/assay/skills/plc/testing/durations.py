"""Durations and points in time as ST writes them: ``T#1s500ms``, ``D#2024-02-29``, ``TOD#06:30:00``, and back."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal

_UNITS = {"d": 86400 * 10**9, "h": 3600 * 10**9, "m": 60 * 10**9, "s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|us|ns|d|h|m|s)")
_PREFIX = re.compile(r"^(?:T|LT|TIME|LTIME)#", re.IGNORECASE)
_POINT_PREFIX = re.compile(r"^(?:L?D|L?DATE|L?TOD|L?TIME_OF_DAY|L?DT|L?DATE_AND_TIME)#", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d{1,9})?))?")
_DAY_NS = 86400 * 10**9


def duration(raw: str) -> int | None:
    """Nanoseconds of ``T#1h2m``, ``1h2m``, ``100ms``, ``-T#5s``, ``T#-5s``; None when it is none."""
    rest = _PREFIX.sub("", raw.strip().lstrip("-")).replace("_", "").lower()
    negative = raw.strip().startswith("-") != rest.startswith("-")
    rest = rest.removeprefix("-")
    total, end = Decimal(0), 0
    for part in _PART.finditer(rest):
        if part.start() != end:
            return None
        total += Decimal(part[1]) * _UNITS[part[2]]
        end = part.end()
    if not rest or end != len(rest):
        return None
    return -int(total) if negative else int(total)


def milliseconds(raw: str | int | float) -> int | None:
    """Nanoseconds of a number of milliseconds, or of a duration in words; None when it is neither."""
    if isinstance(raw, str):
        try:
            number = Decimal(raw.strip().replace("_", ""))
        except ArithmeticError:
            return duration(raw)
    else:
        number = Decimal(str(raw))
    return int(number * 10**6) if number.is_finite() and abs(number) < 10**13 else None


def day(raw: str) -> int | None:
    """Nanoseconds since 1970-01-01 of a date."""
    try:
        found = date.fromisoformat(_POINT_PREFIX.sub("", raw.strip()))
    except ValueError:
        return None
    return (found - date(1970, 1, 1)).days * _DAY_NS


def clock(raw: str) -> int | None:
    """Nanoseconds since midnight of a time of day."""
    found = _CLOCK.fullmatch(_POINT_PREFIX.sub("", raw.strip()))
    if found is None or int(found[1]) > 23 or int(found[2]) > 59 or Decimal(found[3] or 0) >= 60:
        return None
    return int((int(found[1]) * 3600 + int(found[2]) * 60 + Decimal(found[3] or 0)) * 10**9)


def moment(raw: str) -> int | None:
    """Nanoseconds since 1970-01-01T00:00 of a date and time, joined by ``-``, ``T`` or a space."""
    rest = _POINT_PREFIX.sub("", raw.strip())
    first, second = day(rest[:10]), clock(rest[11:])
    if first is None or second is None or rest[10] not in "-T ":
        return None
    return first + second


def show_duration(value: int) -> str:
    """``T#1h2m3.5s`` in the shortest exact form."""
    if value == 0:
        return "T#0s"
    rest = abs(value)
    parts: list[str] = []
    for name, size in _UNITS.items():
        if name == "ms" and not parts and rest % 10**6:
            continue
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{name}")
    return ("T#-" if value < 0 else "T#") + "".join(parts)


def show_point(value: int, kind: str) -> str:
    """A date, time of day, or date and time by the kind of its type (``date``, ``tod``, ``dt``)."""
    days, within = divmod(value, _DAY_NS)
    seconds, fraction = divmod(within, 10**9)
    tail = f".{fraction:09d}".rstrip("0") if fraction else ""
    time = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{tail}"
    if kind == "tod":
        return f"TOD#{time}"
    try:
        shown = datetime.fromtimestamp(days * 86400, UTC).date().isoformat()
    except (OverflowError, ValueError, OSError):
        return str(value)
    return f"D#{shown}" if kind == "date" else f"DT#{shown}-{time}"
