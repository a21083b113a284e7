"""Conversions between elementary types as Python text."""

from __future__ import annotations

from assay.skills.plc.ir.types import DataType, Elementary, Enum, Subrange, Text, base_of
from assay.skills.plc.run.times import DAY_NS, PREFIX, TIME_KINDS, UNIT_NS


def wrapped(kind: Elementary, text: str) -> str:
    """An integer cut to the width of its type."""
    if kind.signed:
        half = 1 << (kind.bits - 1)
        return f"(({text} + {half} & {2 * half - 1}) - {half})"
    return f"({text} & {(1 << kind.bits) - 1})"


def rounded(kind: Elementary, text: str) -> str:
    """A 64-bit float in the width of its type."""
    return f"F({text}).value" if kind.bits == 32 else text


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
        return f"{_to_text(old, text)}[:{new.length}]"
    if not isinstance(new, Elementary) or old == new:
        return text
    if new.kind == "bool":
        return f"({text} != 0)"
    if new.kind in TIME_KINDS:
        return _to_time(old, new, text, truncate)
    if old.kind in TIME_KINDS:
        return _from_time(old, new, text)
    return _number(old, new, text, truncate)


def _number(old: Elementary, new: Elementary, text: str, truncate: bool) -> str:
    if new.kind == "real":
        if old.kind == "real":
            return rounded(new, text)
        if old.kind == "bool":
            return f"float({text})"
        return f"to_single({text})" if new.bits == 32 else f"float({text})"
    if old.kind == "real":
        return wrapped(new, f"{'cut' if truncate else 'whole'}({text})")
    if old.kind == "bool":
        return f"int({text})"
    return text if old.low >= new.low and old.high <= new.high else wrapped(new, text)


def _to_time(old: Elementary, new: Elementary, text: str, truncate: bool) -> str:
    unit = UNIT_NS[new.name]
    if old.kind in TIME_KINDS:
        if old.kind == "dt" and new.kind == "date":
            return wrapped(new, f"({text} // {DAY_NS} * {DAY_NS})")
        if new.kind == "tod" and old.kind in ("dt", "time"):
            return f"({text} % {DAY_NS})"
        return text
    if old.kind == "real":
        return f"{'cut' if truncate else 'whole'}({text} * {float(unit)})"
    return wrapped(new, f"{text} * {unit}")


def _from_time(old: Elementary, new: Elementary, text: str) -> str:
    unit = UNIT_NS[old.name]
    if new.kind == "real":
        return rounded(new, f"(float({text}) / {float(unit)})")
    return wrapped(new, f"towards_zero({text}, {unit})" if unit > 1 else text)


def _to_text(old: Elementary, text: str) -> str:
    if old.kind == "bool":
        return f"('TRUE' if {text} else 'FALSE')"
    if old.kind == "real":
        return f"real_text({text}, {7 if old.bits == 32 else 15})"
    if old.kind in TIME_KINDS:
        return f"{old.kind}_text({text}, '{PREFIX[old.name]}')"
    return f"str({text})"


def _from_text(old: Text, new: DataType, text: str) -> str:
    if isinstance(new, Text):
        return f"{text}[:{new.length}]" if new.length < old.length else text
    if not isinstance(new, Elementary):
        return text
    if new.kind == "bool":
        return f"bool_of({text})"
    if new.kind == "real":
        return rounded(new, f"real_of({text})")
    return wrapped(new, f"{new.kind if new.kind in TIME_KINDS else 'integer'}_of({text})")
