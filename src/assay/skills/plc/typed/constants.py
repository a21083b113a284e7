"""Values of constant expressions, computed by the rules that the executors follow."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from fractions import Fraction

from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.ir.types import DataType, Elementary

_DAY = 86_400_000_000_000
_SCALE = {"TIME": 10**6, "TOD": 10**6, "DATE": 10**9, "DT": 10**9}


def single(value: float) -> float:
    """The nearest 32-bit float (round half to even); too large gives infinity."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def wrap(value: int, kind: Elementary) -> int:
    """An integer cut to the width of a type, in two's complement."""
    value &= (1 << kind.bits) - 1
    return value - (1 << kind.bits) if kind.signed and value >> (kind.bits - 1) else value


def to_integer(value: float, truncate: bool) -> int:
    """A real as an integer: half to even or towards zero, NaN 0, cut to 64 bit."""
    if math.isnan(value):
        return 0
    if math.isinf(value):
        return (1 << 63) - 1 if value > 0 else -(1 << 63)
    return max(-(1 << 63), min((1 << 63) - 1, math.trunc(value) if truncate else round(value)))


def _scale(kind: Elementary) -> int:
    return _SCALE.get(kind.name, 1) if kind.kind in ("time", "tod", "date", "dt") else 1


def converted(value: object, source: DataType, target: DataType, truncate: bool = False) -> object:
    """A constant in another type by the rules of :class:`~assay.skills.plc.ir.nodes.Convert`; None when it is not
    computed here (from and to text)."""
    origin, goal = t.base_of(source), t.base_of(target)
    if isinstance(origin, t.Text) and isinstance(goal, t.Text) and isinstance(value, str):
        return value[: goal.length]
    if not (isinstance(origin, Elementary) and isinstance(goal, Elementary)):
        return value if origin == goal else None
    if not isinstance(value, (bool, int, float)):
        return None
    if goal.kind == "bool":
        return value != 0
    timed = ("time", "date", "tod", "dt")
    if goal.kind == "real":
        number = float(value) / _scale(origin) if isinstance(value, int) else value
        return single(number) if goal.bits == 32 else number
    if isinstance(value, float):
        return wrap(to_integer(value * _scale(goal), truncate), goal)
    if origin.kind in timed and goal.kind in timed:
        if goal.kind == "date":
            return value // _DAY * _DAY
        return value % _DAY if goal.kind == "tod" else value
    if origin.kind in timed:
        value = math.trunc(Fraction(value, _scale(origin)))
    return wrap(int(value) * _scale(goal), goal)


def _quotient(left: int, right: int) -> int:
    whole = abs(left) // abs(right)
    return whole if (left < 0) == (right < 0) else -whole


def _integers(op: str, a: int, b: int) -> int | None:
    match op:
        case "add":
            return a + b
        case "sub":
            return a - b
        case "mul":
            return a * b
        case "div":
            return None if b == 0 else _quotient(a, b)
        case "mod":
            return 0 if b == 0 else a - b * _quotient(a, b)
        case "and" | "and_then":
            return a & b
        case "or" | "or_else":
            return a | b
        case "xor":
            return a ^ b
    return None


def _reals(op: str, a: float, b: float) -> float | None:
    try:
        match op:
            case "add":
                return a + b
            case "sub":
                return a - b
            case "mul":
                return a * b
            case "div":
                return a / b if b else None
            case "pow":
                return math.pow(a, b)
    except (OverflowError, ValueError):
        return None
    return None


_COMPARE: dict[str, Callable[[object, object], bool]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,  # type: ignore[operator]
    "le": lambda a, b: a <= b,  # type: ignore[operator]
    "gt": lambda a, b: a > b,  # type: ignore[operator]
    "ge": lambda a, b: a >= b,  # type: ignore[operator]
}


def binary(op: ir.BinaryOp, left: object, right: object, kind: DataType, unbounded: bool = False) -> object:
    """The value of an operator over constants of one type; None when it cannot be computed (a division by zero).
    ``unbounded``: integers that have no type yet do not wrap."""
    if op in _COMPARE:
        return _COMPARE[op](left, right)
    base = t.base_of(kind)
    if isinstance(left, bool) and isinstance(right, bool):
        found = _integers(op, left, right)
        return None if found is None else bool(found)
    if isinstance(left, int) and isinstance(right, int) and isinstance(base, Elementary) and base.kind != "real":
        if op == "pow":
            return left**right if 0 <= right <= 64 else None
        whole = _integers(op, left, right)
        return whole if whole is None or unbounded else wrap(whole, base)
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        real = _reals(op, float(left), float(right))
        return single(real) if real is not None and kind == t.REAL and not unbounded else real
    return None


def unary(op: str, value: object, kind: DataType, unbounded: bool = False) -> object:
    """``neg`` or ``not`` of a constant."""
    base = t.base_of(kind)
    if isinstance(value, bool):
        return not value if op == "not" else None
    if isinstance(value, float):
        return -value if op == "neg" else None
    if isinstance(value, int) and isinstance(base, Elementary):
        result = -value if op == "neg" else ~value
        return result if unbounded and op == "neg" else wrap(result, base)
    return None


_REAL_FUNCTIONS: dict[str, Callable[[float], float]] = {
    "SQRT": math.sqrt, "LN": math.log, "LOG": math.log10, "EXP": math.exp, "SIN": math.sin, "COS": math.cos,
    "TAN": math.tan, "ASIN": math.asin, "ACOS": math.acos, "ATAN": math.atan, "CEIL": math.ceil, "FLOOR": math.floor,
}  # fmt: skip


def builtin(name: str, values: list[object], kind: DataType) -> object:
    """The value of some builtins over constants; None when it is left to the executors."""
    first = values[0] if values else None
    if name in _REAL_FUNCTIONS and isinstance(first, float):
        try:
            found = float(_REAL_FUNCTIONS[name](first))
        except (ValueError, OverflowError):
            return None
        return single(found) if kind == t.REAL else found
    base = t.base_of(kind)
    if isinstance(first, str) or not all(isinstance(one, (int, float)) and one == one for one in values):
        return None
    numbers = [one for one in values if isinstance(one, (int, float))]
    if name in ("MIN", "MAX") and numbers:
        return min(numbers) if name == "MIN" else max(numbers)
    if name == "ABS" and isinstance(base, Elementary):
        return abs(numbers[0]) if isinstance(numbers[0], float) else wrap(abs(numbers[0]), base)
    if name in ("SHL", "SHR") and isinstance(base, Elementary) and isinstance(first, int):
        places = max(0, int(numbers[1]))
        return wrap(int(first) << min(places, 64), base) if name == "SHL" else int(first) >> places
    return None
