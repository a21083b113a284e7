"""What the literals of the language mean."""

from __future__ import annotations

import re
import struct
from datetime import date
from typing import Final

from assay.skills.plc.front.tree import LiteralKind

Value = bool | int | float | str | None
Read = tuple[LiteralKind, Value, str | None]

_SECOND: Final = 1_000_000_000
_UNITS: Final = {
    "d": 86_400 * _SECOND, "day": 86_400 * _SECOND, "days": 86_400 * _SECOND, "h": 3_600 * _SECOND,
    "m": 60 * _SECOND, "s": _SECOND, "ms": 1_000_000, "us": 1_000, "ns": 1,
}  # fmt: skip
_PART = re.compile(r"(\d[\d_]*)(?:\.(\d[\d_]*))?_?(days?|ms|us|ns|[dhms])_?", re.IGNORECASE)
_CLOCK = re.compile(r"(\d+):(\d+)(?::(\d+)(?:\.(\d+))?)?\Z")
_DATE = re.compile(r"(\d+)-(\d+)-(\d+)\Z")
_ESCAPE = re.compile(r"\$(?:\r?\n|.)", re.DOTALL)
_NAMED = {"L": "\n", "N": "\n", "P": "\f", "R": "\r", "T": "\t", "$": "$", "'": "'", '"': '"'}
_REALS = frozenset({"REAL", "LREAL"})
_INTS = frozenset(
    "SINT INT DINT LINT USINT UINT UDINT ULINT BYTE WORD DWORD LWORD B W DW LW L CHAR WCHAR __UXINT "
    "__XINT __XWORD XINT UXINT XWORD BIT".split()
)
#: SCL's words whose digits are decimal ones of four bits each, and how many they have.
_DECIMAL: Final = {"C": ("WORD", 3), "BCD16": ("WORD", 3), "BCD32": ("DWORD", 7)}
#: SCL's short prefixes and the long names of the others.
_LONG = {"B": "BYTE", "W": "WORD", "DW": "DWORD", "LW": "LWORD", "L": "DINT", "T": "TIME", "LT": "LTIME"}
_DATES = {
    "D": "DATE", "LD": "LDATE", "TOD": "TOD", "LTOD": "LTOD", "TIME_OF_DAY": "TOD", "LTIME_OF_DAY": "LTOD",
    "DT": "DT", "LDT": "LDT", "DATE_AND_TIME": "DT", "LDATE_AND_TIME": "LDT", "DTL": "DTL",
}  # fmt: skip


def _digits(text: str) -> str:
    """Without the underscores, each of which stands between two digits; else ValueError."""
    if "_" in text and ("__" in text or text.endswith("_") or "_." in text or "#_" in text):
        raise ValueError(text)
    return text.replace("_", "")


def integer(text: str) -> int:
    """``1_000``, ``16#FF``, ``-5``. Raises ValueError for digits beyond the base."""
    plain = _digits(text)
    sign = -1 if plain.startswith("-") else 1
    plain = plain.lstrip("+-")
    base, mark, digits = plain.partition("#")
    if len(plain) > 400:
        raise ValueError(text)
    return sign * (int(digits, int(base)) if mark else int(plain))


def real(text: str) -> float:
    """A real as it is written; of infinite size it is an error (ValueError)."""
    value = float(_digits(text))
    if value in (float("inf"), float("-inf")):
        raise ValueError(text)
    return value


def duration(text: str) -> int:
    """Nanoseconds of ``1h30m``, ``-2.5s``; raises ValueError when it is none or beyond 64 bits."""
    sign = -1 if text.startswith("-") else 1
    total, place = 0, len(text) - len(text.lstrip("+-"))
    while place < len(text):
        found = _PART.match(text, place)
        if not found:
            raise ValueError(text)
        unit = _UNITS[found[3].lower()]
        total += int(found[1].replace("_", "")) * unit
        if found[2]:
            digits = found[2].replace("_", "")
            total += int(digits) * unit // 10 ** len(digits)
        place = found.end()
    if total >= 1 << 63:
        raise ValueError(text)
    return sign * total


def _days(text: str) -> int:
    found = _DATE.match(text)
    if not found:
        raise ValueError(text)
    return (date(int(found[1]), int(found[2]), int(found[3])) - date(1970, 1, 1)).days * 86_400 * _SECOND


def _clock(text: str) -> int:
    found = _CLOCK.match(text)
    if not found or int(found[1]) > 23 or int(found[2]) > 59 or int(found[3] or 0) > 59:
        raise ValueError(text)
    part = (found[4] or "0")[:9].ljust(9, "0")
    return (int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3] or 0)) * _SECOND + int(part)


def moment(prefix: str, text: str) -> Read:
    """A date, a time of day or both; raises ValueError for what is none."""
    name = _DATES.get(prefix, prefix)
    text = text.replace("_", "")
    if name in ("TOD", "LTOD"):
        return "tod", _clock(text), name
    if name in ("DATE", "LDATE"):
        return "date", _days(text), name
    day, mark, clock = text.rpartition("-")
    if not mark or ":" not in clock:
        raise ValueError(text)
    return "dt", _days(day) + _clock(clock), name


def unescape(text: str, wide: bool) -> str:
    """The characters of a string between its quotes: ``$N``, ``$'``, ``$0A`` (``$000A`` in a wide one); a doubled
    quote (SCL) is one."""
    text = text if wide else text.replace("''", "'")
    if "$" not in text:
        return text
    size = 4 if wide else 2
    out: list[str] = []
    place = 0
    while True:
        found = _ESCAPE.search(text, place)
        if not found:
            return "".join([*out, text[place:]])
        out.append(text[place : found.start()])
        digits = text[found.start() + 1 : found.start() + 1 + size]
        if len(digits) == size and all(one in "0123456789abcdefABCDEF" for one in digits):
            out.append(chr(int(digits, 16)))
            place = found.start() + 1 + size
            continue
        mark = found[0][1:]
        out.append("" if mark[-1] == "\n" and mark.strip() == "" else _NAMED.get(mark.upper(), "$" + mark))
        place = found.end()


def coded(text: str) -> Read:
    """SCL's words by their bytes, the highest first (``B#(1,2)``), or by their decimal digits (``C#12`` of a counter,
    ``BCD16#-12``; the highest four bits are the sign). Raises ValueError."""
    prefix, _, rest = text.upper().partition("#")
    if rest.startswith("("):
        parts = [int(one) for one in rest.strip("()").split(",")]
        if len(parts) not in (2, 4) or max(parts) > 255:
            raise ValueError(text)
        return "int", int.from_bytes(parts, "big"), "WORD" if len(parts) == 2 else "DWORD"
    name, digits = _DECIMAL[prefix]
    number = _digits(rest).lstrip("+-")
    if not number.isdecimal() or len(number.lstrip("0")) > digits:
        raise ValueError(text)
    sign = 0xF << 4 * digits if rest.startswith("-") else 0
    return "int", sign | int(number, 16), name


def typed(text: str) -> Read | None:
    """A literal with a prefix; None when the prefix is no elementary type (then it is an enumeration's value).

    Raises ValueError for a value that is not one of the type.
    """
    prefix, _, rest = text.partition("#")
    prefix = prefix.upper()
    name = _LONG.get(prefix, prefix)
    if rest.startswith("(") or prefix in _DECIMAL:
        return coded(text)
    if name == "BOOL":
        if rest.upper() in ("TRUE", "FALSE", "0", "1", "2#0", "2#1", "16#0", "16#1"):
            return "bool", rest.upper() in ("TRUE", "1", "2#1", "16#1"), name
        raise ValueError(text)
    if name in _REALS:
        if "#" in rest:
            bits = integer(rest)
            code = ("<f", "<I") if name == "REAL" else ("<d", "<Q")
            return "real", float(struct.unpack(code[0], struct.pack(code[1], bits))[0]), name
        return "real", real(rest), name
    if name in _INTS or prefix in _INTS:
        if "#" not in rest and ("." in rest or not rest.lstrip("+-")[:1].isdigit()):
            raise ValueError(text)
        return "int", integer(rest), name
    if rest[:1].isdigit() or rest[:1] in "+-":
        raise ValueError(text)
    return None
