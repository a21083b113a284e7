"""Dates and clock times in zh and en text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from assay.kernel.numerals import CHINESE, chinese_number

_MONTHS = {name: i for i, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_MONTH = r"(?P<{0}>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_N = rf"(?:\d{{1,2}}|[{CHINESE}]{{1,3}})"
_PART = "上午|下午|凌晨|早上|早晨|晚上|夜里|中午|傍晚"
_OFFSET = r"(?:\s?(?P<zone>Z|UTC|GMT)?(?:\s?(?P<offset>[+-]\d{2}:?\d{2})(?!\d))?)"
_CLOCK = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?(?!\d)"
    rf"(?:\s?(?P<half>[ap]\.?m\b\.?))?{_OFFSET}"
)
_ZH_CLOCK = (
    rf"(?P<part>{_PART})?(?P<hour>{_N})[点时]"
    rf"(?:(?P<minute>{_N})分(?:(?P<second>{_N})秒)?|(?P<thirty>半)|(?P<sharp>整)|)"
)
_JOIN = r"(?:T|,?\s*(?:at\s+)?)"
_DATE = r"(?<!\d)(?P<year>\d{4})(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})(?!\d)"
_ZH_DATE = rf"(?:(?P<year>\d{{4}}|[{CHINESE}]{{4}})年)?(?P<month>{_N})月(?:(?P<day>{_N})[日号])"
_EN_DATE = rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH.format('month')}(?:,?\s+(?P<year>\d{{4}}))?"
_US_DATE = rf"\b{_MONTH.format('month')}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,?\s+(?P<year>\d{{4}})(?!\d))?"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_DATE}(?:{_JOIN}{_CLOCK})?",
        rf"{_ZH_DATE}\s*(?:{_CLOCK})",
        rf"{_ZH_DATE}\s*(?:{_ZH_CLOCK})?",
        r"(?P<year>\d{4})年(?P<month>\d{1,2})月",
        rf"{_EN_DATE}(?:{_JOIN}{_CLOCK})?",
        rf"{_US_DATE}(?:{_JOIN}{_CLOCK})?",
        rf"(?P<part>{_PART})?(?<![\d:]){_CLOCK}",
        r"(?<![\d:.])(?P<hour>\d{1,2})\s?(?P<half>[ap]\.?m\b\.?)",
        _ZH_CLOCK,
    )
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or clock time as it stands in a text: only the fields that are said. ``offset`` is in minutes."""

    text: str
    start: int
    end: int
    fields: tuple[tuple[str, int], ...]
    offset: int | None = None

    def fits(self, time: datetime, zone: tzinfo) -> bool:
        """Whether every said field is that of ``time``, in the said offset or else in ``zone``."""
        local = time.astimezone(zone)
        if self.offset is not None:
            own = local.utcoffset() or timedelta(0)
            if own != timedelta(minutes=self.offset):
                if self.offset != 0:
                    return False
                local = time.astimezone(UTC)  # UTC may always be shown
        return all(getattr(local, name) == value for name, value in self.fields)


def moments(text: str) -> Iterator[Moment]:
    """All dates and clock times, leftmost and longest first, without overlaps. ``text`` must be normalised."""
    at = 0
    while at < len(text):
        found = [match for pattern in _PATTERNS if (match := _usable(pattern, text, at))]
        if not found:
            return
        match = min(found, key=lambda m: (m.start(), -m.end()))
        yield _moment(match)
        at = match.end()


def _usable(pattern: re.Pattern[str], text: str, at: int) -> re.Match[str] | None:
    while match := pattern.search(text, at):
        said = match.groupdict()
        bare = "part" in said and not any(said.get(k) for k in ("part", "minute", "thirty", "sharp", "month"))
        if not bare:  # 三点 alone may be "three points"
            return match
        at = match.start() + 1
    return None


def _moment(match: re.Match[str]) -> Moment:
    said = {name: value for name, value in match.groupdict().items() if value is not None}
    fields = {name: _field(said[name]) for name in ("year", "month", "day", "hour", "minute", "second") if name in said}
    if "thirty" in said:
        fields["minute"] = 30
    if "sharp" in said:
        fields["minute"] = 0
    if "hour" in fields:
        fields["hour"] = _hour(fields["hour"], said.get("half", ""), said.get("part", ""))
    end = match.start() + len(match.group().rstrip())
    return Moment(match.group().rstrip(), match.start(), end, tuple(fields.items()), _offset(said))


def _field(said: str) -> int:
    if said.isdigit():
        return int(said)
    if said.lower() in _MONTHS:
        return _MONTHS[said.lower()]
    value = chinese_number(said)
    return -1 if value is None or value != int(value) else int(value)


def _hour(hour: int, half: str, part: str) -> int:
    half = half.lower().replace(".", "")
    if (half == "pm" or part in ("下午", "晚上", "傍晚", "夜里")) and hour < 12:
        return hour + 12
    if (half == "am" or part in ("凌晨", "早上", "早晨", "上午")) and hour == 12:
        return 0
    return hour


def _offset(said: dict[str, str]) -> int | None:
    if "offset" in said:
        digits = said["offset"].replace(":", "")
        return int(f"{digits[0]}1") * (int(digits[1:3]) * 60 + int(digits[3:5]))
    return 0 if "zone" in said else None
