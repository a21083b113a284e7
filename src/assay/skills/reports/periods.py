"""The period of a report, from how people name it, as two moments in the plant's zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from assay.kernel.errors import InputError

_LAST = re.compile(r"(?:last|最近|过去)?\s*(\d+(?:\.\d+)?)\s*(min|h|d|分钟|小时|天)", re.IGNORECASE)
_UNITS = {"min": 60.0, "分钟": 60.0, "h": 3600.0, "小时": 3600.0, "d": 86400.0, "天": 86400.0}
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
_WEEK = re.compile(r"(\d{4})-W(\d{1,2})", re.IGNORECASE)


def period(words: str, zone: ZoneInfo, now: datetime) -> tuple[datetime, datetime]:
    """``FROM..TO``, ``today``, ``yesterday``, ``last 8h``, a day, a week (2026-W47) or a month: begin and end in UTC.

    Raises InputError for anything else, and for a period that does not begin before it ends.
    """
    plain = words.strip()
    local = now.astimezone(zone)
    begin, end = _named(plain, local, zone) or _between(plain, zone) or (None, None)
    if begin is None or end is None or begin >= end:
        raise InputError("reports.period", value=words)
    return begin.astimezone(UTC), end.astimezone(UTC)


def _between(words: str, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    from assay.plant.file_times import moment

    first, separator, last = words.partition("..")
    return (moment(first, zone.key), moment(last, zone.key)) if separator and first and last else None


def _named(words: str, local: datetime, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    if match := _LAST.fullmatch(words):
        return local - timedelta(seconds=float(match[1]) * _UNITS[match[2].lower()]), local
    today = local.date()
    if words.lower() in ("today", "今天", "今日"):
        return _midnight(today, zone), local
    if words.lower() in ("yesterday", "昨天", "昨日"):
        return _midnight(today - timedelta(days=1), zone), _midnight(today, zone)
    try:
        return _calendar(words, zone)
    except ValueError:
        raise InputError("reports.period", value=words) from None


def _calendar(words: str, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    if match := _DAY.fullmatch(words):
        day = date(int(match[1]), int(match[2]), int(match[3]))
        return _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
    if match := _MONTH.fullmatch(words):
        first = date(int(match[1]), int(match[2]), 1)
        return _midnight(first, zone), _midnight((first + timedelta(days=32)).replace(day=1), zone)
    if match := _WEEK.fullmatch(words):
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return _midnight(monday, zone), _midnight(monday + timedelta(days=7), zone)
    return None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
