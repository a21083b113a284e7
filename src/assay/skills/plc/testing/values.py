"""Values of ST types as people write them in a cell of a trace or in a test, and how they are shown again."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from assay.kernel.errors import InputError
from assay.skills.plc.ir.types import (
    Array,
    Block,
    DataType,
    Elementary,
    Enum,
    Struct,
    Subrange,
    Text,
)
from assay.skills.plc.testing import durations

_TRUE, _FALSE = {"TRUE", "1", "BOOL#TRUE", "BOOL#1"}, {"FALSE", "0", "BOOL#FALSE", "BOOL#0"}
_INTEGER = re.compile(r"(?:[A-Za-z]+#)?([+-]?)(?:(2|8|16)#([0-9A-Fa-f_]+)|0[xX]([0-9A-Fa-f_]+)|(\d[\d_]*)(?:\.0+)?)")
_FLOAT = re.compile(r"(?:L?REAL#)?([+-]?\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)", re.IGNORECASE)


def read_value(raw: object, kind: DataType, where: str) -> Any:
    """The value of the type ``kind`` (as ``ir/types.py`` holds it) that ``raw`` writes.

    ``raw``: the text of a cell (``TRUE``, ``16#FF``, ``T#5s``, a number of milliseconds for TIME, an enumeration's
    name) or a value of JSON (also a list for an array, an object for a structure). ``where`` stands in the sentence of
    the InputError that says what is wrong.
    """
    if isinstance(kind, Array):
        return _read_array(raw, kind, where)
    if isinstance(kind, Struct):
        return _read_struct(raw, kind, where)
    if isinstance(kind, Text):
        return _read_text(raw, kind, where)
    if isinstance(kind, Enum):
        return _read_enum(raw, kind, where)
    if isinstance(kind, Subrange):
        value = _read_integer(raw, kind.base, where)
        return _within(value, kind.low, kind.high, raw, where)
    if not isinstance(kind, Elementary):
        raise InputError("plc_testing.no_value", where=where, type=type_name(kind))
    if kind.kind == "bool":
        return _read_bool(raw, where)
    if kind.kind == "real":
        return _read_real(raw, kind, where)
    if kind.kind in ("int", "bits"):
        return _within(_read_integer(raw, kind, where), kind.low, kind.high, raw, where)
    return _within(_read_time(raw, kind, where), kind.low, kind.high, raw, where)


def _shown(raw: object) -> str:
    shown = raw if isinstance(raw, str) else repr(raw)
    return shown if len(shown) <= 60 else shown[:57] + "..."


def _wrong(raw: object, kind: DataType, where: str) -> InputError:
    return InputError("plc_testing.not_a_value", where=where, value=_shown(raw), type=type_name(kind))


def _within(value: int, low: int, high: int, raw: object, where: str) -> int:
    if not low <= value <= high:
        raise InputError("plc_testing.out_of_range", where=where, value=_shown(raw), low=low, high=high)
    return value


def _read_bool(raw: object, where: str) -> bool:
    if isinstance(raw, bool):
        return raw
    shown = str(raw).strip().upper()
    if isinstance(raw, (str, int)) and shown in _TRUE | _FALSE:
        return shown in _TRUE
    raise InputError("plc_testing.not_bool", where=where, value=_shown(raw))


def _read_integer(raw: object, kind: Elementary, where: str) -> int:
    if isinstance(raw, bool):
        raise _wrong(raw, kind, where)
    if isinstance(raw, int):
        return raw
    if isinstance(raw, float) and raw.is_integer():
        return int(raw)
    found = _INTEGER.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if found is None:
        raise _wrong(raw, kind, where)
    sign, base, digits, hexadecimal, decimal = found.groups()
    try:
        value = int((digits or hexadecimal or decimal).replace("_", ""), int(base or (16 if hexadecimal else 10)))
    except ValueError as error:
        raise _wrong(raw, kind, where) from error
    return -value if sign == "-" else value


def _read_real(raw: object, kind: Elementary, where: str) -> float:
    if isinstance(raw, str):
        found = _FLOAT.fullmatch(raw.strip())
        if found is None:
            key = "plc_testing.not_finite" if _names_no_number(raw) else "plc_testing.not_a_value"
            raise InputError(key, where=where, value=_shown(raw), type=kind.name)
        value = float(found[1].replace("_", ""))
    elif isinstance(raw, (int, float)) and not isinstance(raw, bool):
        try:
            value = float(raw)
        except OverflowError:
            value = math.inf
    else:
        raise _wrong(raw, kind, where)
    if not math.isfinite(value):
        raise InputError("plc_testing.not_finite", where=where, value=_shown(raw), type=kind.name)
    return to_single(value) if kind.bits == 32 else value


def _names_no_number(raw: str) -> bool:
    return raw.strip().lstrip("+-").upper() in {"NAN", "INF", "INFINITY", "#N/A", "NULL", "NONE"}


def to_single(value: float) -> float:
    """The nearest 32-bit float; infinite when it is beyond the greatest."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def _read_time(raw: object, kind: Elementary, where: str) -> int:
    value: int | None = None
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        value = durations.milliseconds(raw) if kind.kind == "time" and math.isfinite(raw) else None
    elif isinstance(raw, str):
        reader = {"time": durations.milliseconds, "date": durations.day, "tod": durations.clock}
        value = reader.get(kind.kind, durations.moment)(raw)
    if value is None:
        raise InputError(f"plc_testing.not_{kind.kind}", where=where, value=_shown(raw))
    return value


def _read_text(raw: object, kind: Text, where: str) -> str:
    if not isinstance(raw, str):
        raise _wrong(raw, kind, where)
    quote = '"' if kind.wide else "'"
    value = raw[1:-1] if len(raw) >= 2 and raw[0] == raw[-1] == quote else raw
    if len(value) > kind.length:
        raise InputError("plc_testing.too_long", where=where, length=len(value), most=kind.length)
    return value


def _read_enum(raw: object, kind: Enum, where: str) -> int:
    members = {name.upper(): value for name, value in kind.members}
    if isinstance(raw, str):
        name = re.split(r"[.#]", raw.strip())[-1].upper()
        if name in members:
            return members[name]
        if not re.fullmatch(r"-?\d+", name):
            names = ", ".join(name for name, _ in kind.members)
            raise InputError("plc_testing.no_member", where=where, value=_shown(raw), type=kind.name, names=names)
    return _within(_read_integer(raw, kind.base, where), kind.base.low, kind.base.high, raw, where)


def _read_array(raw: object, kind: Array, where: str) -> list[Any]:
    if isinstance(raw, str):
        raw = _json(raw, kind, where)
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        raise _wrong(raw, kind, where)
    items = list(raw)
    for _ in kind.bounds[1:]:
        if items and all(isinstance(one, Sequence) and not isinstance(one, str) for one in items):
            items = [each for one in items for each in one]
    if len(items) != kind.size:
        raise InputError("plc_testing.wrong_count", where=where, count=len(items), size=kind.size)
    return [read_value(one, kind.element, f"{where}[{index}]") for index, one in enumerate(items)]


def _read_struct(raw: object, kind: Struct, where: str) -> dict[str, Any]:
    if isinstance(raw, str):
        raw = _json(raw, kind, where)
    if not isinstance(raw, Mapping):
        raise _wrong(raw, kind, where)
    fields = {name.upper(): (name, each) for name, each in kind.fields}
    value = {}
    for name, one in raw.items():
        if str(name).upper() not in fields:
            names = ", ".join(name for name, _ in kind.fields)
            raise InputError("plc_testing.no_member", where=where, value=name, type=kind.name, names=names)
        spelled, each = fields[str(name).upper()]
        value[spelled] = read_value(one, each, f"{where}.{spelled}")
    return value


def _json(raw: str, kind: DataType, where: str) -> object:
    import json

    try:
        return json.loads(raw)
    except ValueError as error:
        raise _wrong(raw, kind, where) from error


def show_value(value: Any, kind: DataType) -> Any:
    """The value for JSON and for people: enumerations by name, times as ``T#..``, arrays and structures element-wise;
    a real that is no number becomes a text."""
    if isinstance(kind, Array):
        return [show_value(one, kind.element) for one in value]
    if isinstance(kind, Struct):
        return {name: show_value(value[name], each) for name, each in kind.fields if name in value}
    if isinstance(kind, Enum):
        return next((name for name, number in kind.members if number == value), value)
    if isinstance(kind, Elementary):
        if kind.kind == "time":
            return durations.show_duration(value)
        if kind.kind in ("date", "tod", "dt"):
            return durations.show_point(value, kind.kind)
        if kind.kind == "real" and not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        if kind.kind == "real" and kind.bits == 32:
            return float(shortest_single(value))
    return value


def cell(value: Any, kind: DataType) -> str:
    """The value as a cell of a trace; :func:`read_value` reads it again. Durations are milliseconds."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(kind, Elementary) and kind.kind == "time":
        whole, rest = divmod(abs(value), 10**6)
        tail = f".{rest:06d}".rstrip("0") if rest else ""
        return f"{'-' if value < 0 else ''}{whole}{tail}"
    if isinstance(kind, Elementary) and kind.kind == "real":
        return shortest_single(value) if kind.bits == 32 else repr(value)
    return str(show_value(value, kind))


def shortest_single(value: float) -> str:
    """The shortest decimal that reads as this 32-bit float."""
    if not math.isfinite(value):
        return str(value)
    for digits in range(1, 10):
        shown = f"{value:.{digits}g}"
        if to_single(float(shown)) == value:
            return repr(float(shown))
    return repr(value)


def same(expected: Any, got: Any, kind: DataType, tolerance: float | None) -> bool:
    """Whether a value is the one expected. Reals may differ by ``tolerance`` (absolute); without one by a relative
    1e-6 (REAL) or 1e-9 (LREAL), which is what a decimal in a test cannot say better. A structure is compared in the
    fields that are expected. Durations may differ by ``tolerance`` milliseconds."""
    if isinstance(kind, Array):
        return len(expected) == len(got) and all(
            same(one, other, kind.element, tolerance) for one, other in zip(expected, got, strict=True)
        )
    if isinstance(kind, Struct):
        kinds = dict(kind.fields)
        return all(name in got and same(one, got[name], kinds[name], tolerance) for name, one in expected.items())
    if isinstance(kind, Elementary) and kind.kind == "real":
        if not math.isfinite(got):
            return False
        allowed = tolerance
        if allowed is None:
            allowed = (1e-6 if kind.bits == 32 else 1e-9) * max(abs(expected), abs(got))
        return bool(abs(expected - got) <= allowed)
    if isinstance(kind, Elementary) and kind.kind == "time" and tolerance is not None:
        return bool(abs(expected - got) <= tolerance * 10**6)
    if isinstance(kind, (Elementary, Subrange)) and tolerance is not None and not isinstance(got, bool):
        return bool(abs(expected - got) <= tolerance)
    return bool(expected == got)


def type_name(kind: DataType) -> str:
    """A type as ST writes it."""
    if isinstance(kind, (Elementary, Enum, Struct, Block)):
        return kind.name
    if isinstance(kind, Subrange):
        return f"{kind.base.name} ({kind.low}..{kind.high})"
    if isinstance(kind, Text):
        return f"{'WSTRING' if kind.wide else 'STRING'}[{kind.length}]"
    if isinstance(kind, Array):
        bounds = ", ".join("*" if one is None else f"{one[0]}..{one[1]}" for one in kind.bounds)
        return f"ARRAY[{bounds}] OF {type_name(kind.element)}"
    return getattr(kind, "name", "POINTER")
