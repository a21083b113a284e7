"""What one data type may become without being asked, and the type that two operands share.

Source: IEC 61131-3 (3rd edition), figure of implicit conversions; what CODESYS, TwinCAT and SCL allow beyond it is told
apart as ``loss``, which is accepted with a warning.
"""

from __future__ import annotations

from typing import Literal

from assay.skills.plc.ir import types as t
from assay.skills.plc.ir.types import DataType, Elementary

#: ``same``: nothing to do; ``fine``: by the standard; ``loss``: vendors allow it, a warning; ``no``: an error.
Step = Literal["same", "fine", "loss", "no"]

_DATE_LIKE = ("time", "date", "tod", "dt")


def spell(kind: DataType | None) -> str:
    """A type as a person writes it."""
    match kind:
        case None:
            return "?"
        case t.Elementary() | t.Enum() | t.Block() | t.Interface() | t.Struct():
            return kind.name
        case t.Text():
            return f"{'WSTRING' if kind.wide else 'STRING'}[{kind.length}]"
        case t.Subrange():
            return f"{kind.base.name} ({kind.low}..{kind.high})"
        case t.Array():
            bounds = ", ".join("*" if one is None else f"{one[0]}..{one[1]}" for one in kind.bounds)
            return f"ARRAY[{bounds}] OF {spell(kind.element)}"
        case t.Pointer():
            return f"{'POINTER' if kind.kind == 'pointer' else 'REFERENCE'} TO {spell(kind.target)}"


def is_kind(kind: DataType | None, *kinds: str) -> bool:
    """Whether a type, or the base of a subrange, is elementary of one of these kinds."""
    base = kind.base if isinstance(kind, t.Subrange) else kind
    return isinstance(base, Elementary) and base.kind in kinds


def is_number(kind: DataType | None) -> bool:
    """Integer or real."""
    return is_kind(kind, "int", "real")


def holds(kind: DataType, value: int) -> bool:
    """Whether an integer value lies in the range of a type of integers or bit strings."""
    if isinstance(kind, t.Subrange):
        return kind.low <= value <= kind.high
    base = t.base_of(kind)
    return isinstance(base, Elementary) and base.low <= value <= base.high


def unsigned(bits: int) -> Elementary:
    """The unsigned integer type of this width."""
    return {8: t.USINT, 16: t.UINT, 32: t.UDINT}.get(bits, t.ULINT)


def signed(bits: int) -> Elementary:
    """The signed integer type of this width."""
    return {8: t.SINT, 16: t.INT, 32: t.DINT}.get(bits, t.LINT)


def bit_string(bits: int) -> Elementary:
    """The bit string of this width; BOOL for one bit."""
    return {1: t.BOOL, 8: t.BYTE, 16: t.WORD, 32: t.DWORD}.get(bits, t.LWORD)


def natural(value: int) -> Elementary:
    """The type of an integer literal that no context gives one: INT, DINT, LINT or ULINT, the first that holds it."""
    return next((one for one in (t.INT, t.DINT, t.LINT) if holds(one, value)), t.ULINT)


def _numbers(source: Elementary, target: Elementary) -> Step:
    if source.kind == "real":
        return "loss" if target.kind == "real" else "no"
    if target.kind == "real":
        exact = 24 if target.bits == 32 else 53
        return "fine" if source.bits <= exact else "loss"
    if target.low <= source.low and source.high <= target.high and source.kind == target.kind:
        return "fine"
    return "loss" if target.bits >= source.bits else "no"


def elementary_step(source: Elementary, target: Elementary) -> Step:
    """How one elementary type becomes another."""
    if source == target:
        return "same"
    if source.kind == "bool":
        return "fine" if target.kind == "bits" else "no"
    if target.kind == "bool":
        return "no"
    if source.kind in _DATE_LIKE or target.kind in _DATE_LIKE:
        if source.kind == target.kind:
            return "fine" if target.name.startswith("L") else "loss"
        return "no"
    if source.kind == "real" and target.kind == "real":
        return "fine" if target.bits > source.bits else "loss"
    return _numbers(source, target)


def _array_step(source: t.Array, target: t.Array) -> Step:
    if len(source.bounds) != len(target.bounds):
        return "no"
    if not (source.element == target.element or step(source.element, target.element) == "same"):
        return "no"
    loss = False
    for mine, other in zip(source.bounds, target.bounds, strict=True):
        if other is None or mine == other:
            continue
        if mine is None or mine[1] - mine[0] != other[1] - other[0]:
            return "no"
        loss = True
    return "loss" if loss else "fine"


def step(source: DataType, target: DataType) -> Step:
    """How a value of one type becomes one of another without being asked (blocks, pointers: see ``convert``)."""
    if source == target:
        return "same"
    if isinstance(source, t.Subrange):
        source = source.base
        return "fine" if source == target else step(source, target)
    if isinstance(target, t.Subrange):
        return "fine" if source == target.base else step(source, target.base)
    if isinstance(source, Elementary) and isinstance(target, Elementary):
        return elementary_step(source, target)
    if isinstance(source, t.Enum) and isinstance(target, Elementary) and target.kind in ("int", "bits", "real"):
        return "fine" if elementary_step(source.base, target) != "no" else "loss"
    if isinstance(target, t.Enum) and is_kind(source, "int", "bits"):
        return "loss"
    if isinstance(source, t.Text) and isinstance(target, t.Text):
        return "fine" if source.wide == target.wide else "no"
    if isinstance(source, t.Array) and isinstance(target, t.Array):
        return _array_step(source, target)
    return "no"


def _mixed(left: Elementary, right: Elementary) -> tuple[Elementary, bool] | None:
    """Two different integers or bit strings: the type both become, and whether that is beyond the standard."""
    if left.kind == "bits" and right.kind == "bits":
        return (left if left.bits >= right.bits else right), False
    beyond = left.kind != right.kind
    pair = [unsigned(one.bits) if one.kind == "bits" else one for one in (left, right)]
    for width in (8, 16, 32, 64):
        for one in (signed(width), unsigned(width)):
            if all(one.low <= each.low and each.high <= one.high for each in pair):
                return one, beyond
    return t.LINT, True


def common(left: DataType, right: DataType) -> tuple[DataType, bool] | None:
    """The type that two operands share and whether it is beyond the standard; None when there is none."""
    left, right = ((one.base if isinstance(one, t.Subrange) else one) for one in (left, right))
    if left == right:
        return left, False
    if isinstance(left, t.Enum) and isinstance(right, Elementary):
        left = left.base
    elif isinstance(right, t.Enum) and isinstance(left, Elementary):
        right = right.base
    elif isinstance(left, t.Enum) and isinstance(right, t.Enum):
        return left.base, True
    if isinstance(left, t.Text) and isinstance(right, t.Text) and left.wide == right.wide:
        return t.Text(left.wide, max(left.length, right.length)), False
    if not (isinstance(left, Elementary) and isinstance(right, Elementary)):
        return None
    if left == right:
        return left, False
    return _common_elementary(left, right)


def _common_elementary(left: Elementary, right: Elementary) -> tuple[DataType, bool] | None:
    kinds = {left.kind, right.kind}
    if kinds <= {"int", "bits"}:
        return _mixed(left, right)
    if kinds == {"bool", "bits"}:
        return (left if left.kind == "bits" else right), False
    if "real" in kinds and kinds <= {"int", "bits", "real"}:
        if kinds == {"real"}:
            return t.LREAL, False
        real, other = (left, right) if left.kind == "real" else (right, left)
        if real == t.REAL and other.bits > 16:
            return t.REAL, True
        return real, other.kind == "bits" or other.bits > 32
    if len(kinds) == 1 and left.kind in _DATE_LIKE:
        return (left if left.name.startswith("L") else right), False
    return None
