"""C types, constants, and conversions between elementary types as C text."""

from __future__ import annotations

from assay.skills.plc.ir.types import DataType, Elementary, Enum, Subrange, Text, base_of
from assay.skills.plc.run.times import PREFIX, TIME_KINDS, UNIT_NS


def c_type(kind: DataType) -> str:
    """What a value is held as: a scalar, ``V`` for a string, an address for everything else."""
    held = base_of(kind)
    if isinstance(held, Text):
        return "V"
    if not isinstance(held, Elementary):
        return "I64"
    if held.kind == "real":
        return "F4" if held.bits == 32 else "F8"
    return f"{'I' if held.signed else 'U'}{min(max(8, held.bits), 64)}"


def c_scalar(kind: DataType, value: object) -> str:
    """A constant number or BOOL of a type; nothing (a pointer to nothing) is 0."""
    name = c_type(kind)
    if isinstance(value, float) or name in ("F4", "F8"):
        return f"(({name}){c_real(float(value))})"  # type: ignore[arg-type]
    number = int(value or 0)  # type: ignore[call-overload]
    return f"(({name}){c_integer(number)})"


def c_integer(number: int) -> str:
    """An integer of at most 64 bits."""
    if number < -(1 << 63) + 1:
        return "(-9223372036854775807LL - 1)"
    return f"({number}LL)" if number < 0 else f"{number}LL" if number < 1 << 63 else f"{number}ULL"


def c_real(value: float) -> str:
    """A double, exactly."""
    if value != value:
        return "NAN"
    if value in (float("inf"), float("-inf")):
        return "INFINITY" if value > 0 else "(-INFINITY)"
    return f"({value.hex()})"


def wrapped(kind: Elementary, text: str) -> str:
    """An integer cut to the width of its type; the text is of any integer type."""
    return f"(({text}) != 0)" if kind.kind == "bool" else f"(({c_type(kind)})({text}))"


def unsigned(kind: Elementary) -> str:
    """The unsigned type in which the arithmetic of a type is done: wraps, and is not promoted to a signed one."""
    return "U64" if kind.bits > 32 else "U32"


def convert(source: DataType, target: DataType, text: str, *, truncate: bool) -> str:
    """``text`` of type ``source`` as a value of type ``target``, before the check of a subrange."""
    old, new = base_of(source), base_of(target)
    if isinstance(source, Enum | Subrange) and old == new:
        return text
    if isinstance(old, Text):
        return _from_text(old, new, text)
    if not isinstance(old, Elementary):
        return text
    if isinstance(new, Text):
        return f"cut_v({_to_text(old, text)}, {new.length})"
    if not isinstance(new, Elementary) or old == new:
        return text
    if new.kind == "bool":
        return f"({text} != 0)"
    if new.kind in TIME_KINDS:
        return _to_time(old, new, text, truncate)
    if old.kind in TIME_KINDS:
        return _from_time(old, new, text)
    if new.kind == "real":
        return f"(({c_type(new)}){text})"
    if old.kind == "real":
        return wrapped(new, f"{'cut' if truncate else 'whole'}({text})")
    return wrapped(new, text)


def _to_time(old: Elementary, new: Elementary, text: str, truncate: bool) -> str:
    unit = UNIT_NS[new.name]
    if old.kind in TIME_KINDS:
        if old.kind == "dt" and new.kind == "date":
            return f"((I64)((U64)floor_div({text}, DAY) * (U64)DAY))"
        if new.kind == "tod" and old.kind in ("dt", "time"):
            return f"floor_mod({text}, DAY)"
        return text
    if old.kind == "real":
        return f"{'cut' if truncate else 'whole'}((F8){text} * {float(unit)})"
    return f"((I64)((U64)({text}) * {unit}ULL))"


def _from_time(old: Elementary, new: Elementary, text: str) -> str:
    unit = UNIT_NS[old.name]
    if new.kind == "real":
        return f"(({c_type(new)})((F8){text} / {float(unit)}))"
    return wrapped(new, f"cut_s({text}, {unit}LL)")


def _to_text(old: Elementary, text: str) -> str:
    if old.kind == "bool":
        return f"text_b(m, {text})"
    if old.kind == "real":
        return f"text_f(m, (F8){text}, {7 if old.bits == 32 else 15})"
    if old.kind in TIME_KINDS:
        return f'{old.kind}_text(m, {text}, "{PREFIX[old.name]}")'
    return f"text_{'s' if old.signed else 'u'}(m, {text})"


def _from_text(old: Text, new: DataType, text: str) -> str:
    if isinstance(new, Text):
        return f"cut_v({text}, {new.length})" if new.length < old.length else text
    if not isinstance(new, Elementary):
        return text
    if new.kind == "bool":
        return f"bool_of({text})"
    if new.kind == "real":
        return f"(({c_type(new)})real_of({text}))"
    return wrapped(new, f"{new.kind if new.kind in TIME_KINDS else 'integer'}_of({text})")
