"""Operators and conversions on plain Python values, as ``ir/nodes.py`` defines them (no z3 here)."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import Any

from assay.skills.plc.ir.types import DataType, Elementary, Enum, Interface, Pointer, Subrange, Text

#: A plain value or a z3 term.
Term = Any

#: What a scalar is to the prover: ``bool``, ``int`` (integers, bit strings), ``time`` (times and
#: dates), ``real``, ``text``, ``ref``.
Sort = tuple[str, int, bool]

_SORTS = {"bits": "int", "int": "int", "real": "real"}

_REF: Sort = ("ref", 64, True)


def sort_of(kind: DataType) -> Sort:
    """Kind, width and sign of a scalar type."""
    if isinstance(kind, Elementary):
        if kind.kind == "bool":
            return ("bool", 1, False)
        return (_SORTS.get(kind.kind, "time"), kind.bits, kind.signed)
    if isinstance(kind, (Subrange, Enum)):
        return sort_of(kind.base)
    if isinstance(kind, Text):
        return ("text", 0, False)
    if isinstance(kind, (Pointer, Interface)):
        return _REF
    raise TypeError(kind)


def limits(sort: Sort) -> tuple[int, int]:
    """The range of an integer or time."""
    low = -(1 << (sort[1] - 1)) if sort[2] else 0
    return low, low + (1 << sort[1]) - 1


def wrap(value: int, bits: int, signed: bool) -> int:
    """Two's complement at a width."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if signed and value >> (bits - 1) else value


def single(value: float) -> float:
    """The nearest 32-bit float; too large gives infinity."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def rounded(value: float, bits: int) -> float:
    """To the width of REAL or LREAL."""
    return single(value) if bits == 32 else value


def divided(left: int, right: int) -> int:
    """Division that cuts towards zero; by zero 0."""
    if right == 0:
        return 0
    result = abs(left) // abs(right)
    return result if (left < 0) == (right < 0) else -result


def remainder(left: int, right: int) -> int:
    """With the sign of the left operand; by zero 0."""
    return 0 if right == 0 else left - divided(left, right) * right


def real_divided(left: float, right: float) -> float:
    """IEEE 754 division."""
    if right != 0.0:
        return left / right
    if left == 0.0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def real_power(left: float, right: float) -> float:
    """C's pow."""
    try:
        return math.pow(left, right)
    except OverflowError:
        odd = right == math.floor(right) and right % 2 == 1
        return -math.inf if left < 0 and odd else math.inf
    except ValueError:
        if left == 0.0:
            odd = right == math.floor(right) and right % 2 == 1
            return math.copysign(math.inf, left) if odd else math.inf
        return math.nan


def to_whole(value: float, truncate: bool = False) -> int:
    """Half to even (or towards zero), NaN gives 0, cut to the limits of 64 bit."""
    if math.isnan(value):
        return 0
    if math.isinf(value):
        return (1 << 63) - 1 if value > 0 else -(1 << 63)
    whole = math.trunc(value) if truncate else round(value)
    return max(-(1 << 63), min((1 << 63) - 1, whole))


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
}

COMPARISONS = frozenset(_COMPARE)

_WHOLE: dict[str, Callable[[int, int], int]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": divided,
    "mod": remainder,
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "xor": lambda a, b: a ^ b,
}

_REAL: dict[str, Callable[[float, float], float]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": real_divided,
    "pow": real_power,
    "mod": lambda a, b: 0.0 if b == 0 else math.fmod(a, b),
}


def binary(op: str, left: Term, right: Term, sort: Sort) -> Term:
    """An operator on two plain values of one sort (``and_then`` and ``or_else`` too)."""
    if op in _COMPARE:
        return bool(_COMPARE[op](left, right))
    if sort[0] == "bool":
        if op in ("and", "and_then"):
            return left and right
        return (left or right) if op in ("or", "or_else") else left != right
    if sort[0] == "real":
        try:
            return rounded(_REAL[op](left, right), sort[1])
        except (OverflowError, ValueError):
            return math.nan
    return wrap(_WHOLE[op](left, right), sort[1], sort[2])


def unary(op: str, value: Term, sort: Sort) -> Term:
    """``neg`` or ``not`` of a plain value."""
    if sort[0] == "bool":
        return not value
    if sort[0] == "real":
        return -value
    return wrap(-value if op == "neg" else ~value, sort[1], sort[2])
