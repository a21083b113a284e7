"""Strings, times and their texts in generated Python code, as ``ir/builtins.py`` defines them."""

from __future__ import annotations

import re
from typing import Any

_DAY = 86_400_000_000_000
_UNITS = (("d", _DAY), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000),
          ("us", 1_000), ("ns", 1))  # fmt: skip
_LONG = (1 << 64) - 1


def left(text: str, count: int) -> str:
    """LEFT."""
    return text[: max(count, 0)]


def right(text: str, count: int) -> str:
    """RIGHT."""
    return text[max(len(text) - max(count, 0), 0) :]


def mid(text: str, count: int, place: int) -> str:
    """MID."""
    return text[place - 1 : place - 1 + max(count, 0)] if place >= 1 else ""


def concat(*texts: str) -> str:
    """CONCAT."""
    return "".join(texts)


def insert(text: str, other: str, place: int) -> str:
    """INSERT."""
    place = min(max(place, 0), len(text))
    return text[:place] + other + text[place:]


def delete(text: str, count: int, place: int) -> str:
    """DELETE."""
    if place < 1 or place > len(text):
        return text
    return text[: place - 1] + text[place - 1 + max(count, 0) :]


def replace(text: str, other: str, count: int, place: int) -> str:
    """REPLACE."""
    if place < 1:
        return text
    if place > len(text):
        return text + other
    return text[: place - 1] + other + text[place - 1 + max(count, 0) :]


def find(text: str, other: str) -> int:
    """FIND."""
    return text.find(other) + 1 if other else 0


def upper(text: str) -> str:
    """UPPER: only a to z."""
    return "".join(chr(ord(one) - 32) if "a" <= one <= "z" else one for one in text)


def lower(text: str) -> str:
    """LOWER: only A to Z."""
    return "".join(chr(ord(one) + 32) if "A" <= one <= "Z" else one for one in text)


def code(text: str) -> int:
    """Code point of the first character."""
    return ord(text[0]) if text else 0


def char(number: int, modulus: int) -> str:
    """One character."""
    number %= modulus
    return chr(number) if number else ""


# --- texts of values ---


def real_text(value: float, digits: int) -> str:
    """C's ``%.<digits>g`` with ``nan`` for every NaN."""
    return f"%.{digits}g" % value if value == value else "nan"


def time_text(value: int, prefix: str) -> str:
    """``T#1d2h3m4s5ms6us7ns`` without the units that are zero."""
    rest, parts = abs(value), ""
    for name, size in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts += f"{count}{name}"
    return f"{prefix}#{'-' if value < 0 else ''}{parts or '0ms'}"


def civil(days: int) -> tuple[int, int, int]:
    """Year, month and day of days since 1970-01-01, proleptic Gregorian (Hinnant, chrono-compatible algorithms)."""
    days += 719468
    era, of_era = divmod(days, 146097)
    year_of_era = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return year_of_era + era * 400 + (month <= 2), month, of_year - (153 * shifted + 2) // 5 + 1


def days_of(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01; a month outside 1..12 carries into the year, a day outside the month carries on."""
    carry, place = divmod(month - 1, 12)
    year, month = year + carry, place + 1
    year -= month <= 2
    era, of_era = divmod(year, 400)
    of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year + day - 1 - 719468


def date_text(value: int, prefix: str) -> str:
    """``D#2024-02-29``."""
    year, month, day = civil(value // _DAY)
    return f"{prefix}#{year:04d}-{month:02d}-{day:02d}"


def clock_text(value: int) -> str:
    """``23:59:58`` with ``.123`` when the milliseconds are not zero; floor modulo a day for more than a day."""
    seconds, rest = divmod(value % _DAY, 1_000_000_000)
    millis = rest // 1_000_000
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{text}.{millis:03d}" if millis else text


def tod_text(value: int, prefix: str) -> str:
    """``TOD#23:59:58``."""
    return f"{prefix}#{clock_text(value)}"


def dt_text(value: int, prefix: str) -> str:
    """``DT#2024-02-29-23:59:58``."""
    return f"{date_text(value, prefix)}-{clock_text(value)}"


# --- values of texts ---

_INTEGER = re.compile(
    r"16#(?P<x>[0-9A-Fa-f](?:_?[0-9A-Fa-f])*)|8#(?P<o>[0-7](?:_?[0-7])*)|2#(?P<b>[01](?:_?[01])*)"
    r"|(?P<sign>[+-]?)(?P<d>[0-9](?:_?[0-9])*)"
)
_REAL = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[Ee][+-]?[0-9]+)?")
_PART = re.compile(r"([0-9]+)(?:\.([0-9]+))?(ms|us|ns|d|h|m|s)", re.A | re.I)
_DATE = re.compile(r"([0-9]+)-([0-9]+)-([0-9]+)")
_CLOCK = re.compile(r"([0-9]+):([0-9]+)(?::([0-9]+)(?:\.([0-9]+))?)?")


def integer_of(text: str) -> int:
    """The integer at the beginning, unwrapped."""
    match = _INTEGER.match(text.lstrip(" "))
    if match is None:
        return 0
    for name, base in (("x", 16), ("o", 8), ("b", 2)):
        if match[name]:
            return int(match[name], base)
    number = _modest(match["d"])
    return -number if match["sign"] == "-" else number


def _modest(digits: str) -> int:
    """A decimal number modulo 2**64, however long it is."""
    total = 0
    for one in digits:
        if one != "_":
            total = (total * 10 + ord(one) - 48) & _LONG
    return total


def real_of(text: str) -> float:
    """The real at the beginning."""
    match = _REAL.match(text.lstrip(" "))
    return float(match[0]) if match else 0.0


def bool_of(text: str) -> bool:
    """TRUE or a number that is not 0."""
    text = text.lstrip(" ")
    return upper(text[:4]) == "TRUE" or integer_of(text) & _LONG != 0


def _after(text: str, prefixes: tuple[str, ...]) -> str:
    text = text.lstrip(" ")
    for one in prefixes:
        if upper(text[: len(one) + 1]) == one + "#":
            return text[len(one) + 1 :]
    return text


def time_of(text: str) -> int:
    """Nanoseconds of a duration, unwrapped."""
    text = _after(text, ("T", "TIME", "LT", "LTIME"))
    negative = text[:1] == "-"
    place = 1 if text[:1] in ("+", "-") else 0
    total = 0
    while (match := _PART.match(text, place)) is not None:
        size = dict(_UNITS)[match[3].lower()]
        fraction = (match[2] or "")[:18]
        total += _modest(match[1]) * size + (int(fraction) * size // 10 ** len(fraction) if fraction else 0)
        place = match.end() + (text[match.end() : match.end() + 1] == "_")
    return -total if negative else total


def date_of(text: str) -> int:
    """Nanoseconds of a date, unwrapped."""
    match = _DATE.match(_after(text, ("D", "DATE", "LD", "LDATE")))
    return _date_part(match) if match else 0


def tod_of(text: str) -> int:
    """Nanoseconds since midnight, unwrapped."""
    match = _CLOCK.match(_after(text, ("TOD", "TIME_OF_DAY", "LTOD", "LTIME_OF_DAY")))
    return _clock_part(match) if match else 0


def dt_of(text: str) -> int:
    """Nanoseconds of a point in time, unwrapped."""
    text = _after(text, ("DT", "DATE_AND_TIME", "LDT", "LDATE_AND_TIME"))
    match = _DATE.match(text)
    if match is None:
        return 0
    clock = _CLOCK.match(text, match.end() + 1) if text[match.end() : match.end() + 1] == "-" else None
    return _date_part(match) + (_clock_part(clock) if clock else 0)


def _small(digits: str) -> int:
    """A part of a date; more than six digits count as 999999."""
    return int(digits) if len(digits) <= 6 else 999_999


def _date_part(match: re.Match[str]) -> int:
    return days_of(_small(match[1]), _small(match[2]), _small(match[3])) * _DAY


def _clock_part(match: re.Match[str]) -> int:
    seconds = _small(match[1]) * 3600 + _small(match[2]) * 60 + _small(match[3] or "0")
    return seconds * 1_000_000_000 + int(((match[4] or "") + "000000000")[:9])


def year(value: int) -> int:
    """Year of a date."""
    return civil(value // _DAY)[0]


def month(value: int) -> int:
    """Month of a date."""
    return civil(value // _DAY)[1]


def day(value: int) -> int:
    """Day of the month of a date."""
    return civil(value // _DAY)[2]


def day_of_week(value: int) -> int:
    """0 Sunday to 6 Saturday."""
    return (value // _DAY + 4) % 7


def date_from(year_: int, month_: int, day_: int) -> int:
    """CONCAT_DATE, unwrapped."""
    return days_of(year_, month_, day_) * _DAY


def tod_from(hour: int, minute: int, second: int, millisecond: int) -> int:
    """CONCAT_TOD, unwrapped."""
    return ((hour * 60 + minute) * 60 + second) * 1_000_000_000 + millisecond * 1_000_000


#: By the name in generated code.
NAMES: dict[str, Any] = {
    "LEFT": left, "RIGHT": right, "MID": mid, "CONCAT": concat, "INSERT": insert, "DELETE": delete,
    "REPLACE": replace, "FIND": find, "UPPER": upper, "LOWER": lower, "code": code, "char": char,
    "real_text": real_text, "time_text": time_text, "date_text": date_text, "tod_text": tod_text, "dt_text": dt_text,
    "integer_of": integer_of, "real_of": real_of, "bool_of": bool_of, "time_of": time_of, "date_of": date_of,
    "tod_of": tod_of, "dt_of": dt_of, "year": year, "month": month, "day": day, "day_of_week": day_of_week,
    "date_from": date_from, "tod_from": tod_from,
}  # fmt: skip
