"""The value of a slot, computed from the evidence that it points into."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from pydantic import JsonValue

from assay.kernel.claim import NameSlot, NamesSlot, NumberSlot, Operand, Operation, TimeSlot
from assay.kernel.errors import AssayError, TerminalError
from assay.kernel.evidence import Evidence

DURATION_UNITS = {"": 1.0, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
"""Seconds in the unit of a duration slot; no unit is seconds."""

_ONE: dict[Operation, Callable[[float], float]] = {
    Operation.VALUE: lambda a: a,
    Operation.PERCENT: lambda a: 100.0 * a,
    Operation.ABSOLUTE: abs,
}
_TWO: dict[Operation, Callable[[float, float], float]] = {
    Operation.DIFFERENCE: lambda a, b: a - b,
    Operation.RATIO: lambda a, b: a / b,
    Operation.PERCENT_CHANGE: lambda a, b: 100.0 * (a - b) / abs(b),
}
_MANY: dict[Operation, Callable[[Sequence[float]], float]] = {
    Operation.MAXIMUM: max,
    Operation.MINIMUM: min,
    Operation.MEAN: lambda values: math.fsum(values) / len(values),
    Operation.SUM: math.fsum,
}


def number(slot: NumberSlot, evidence: Mapping[str, Evidence]) -> float:
    """The slot's number in the slot's unit; TerminalError when the evidence does not give a finite one."""
    try:
        value = _number(slot, evidence)
    except AssayError:
        raise
    except (TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
        raise _unfit(slot.operands, str(error)) from None
    if not math.isfinite(value):
        raise _unfit(slot.operands, "not finite")
    return value


def moment(slot: TimeSlot, evidence: Mapping[str, Evidence]) -> datetime:
    """The slot's aware time; TerminalError when the evidence holds none."""
    try:
        return _time(_read(slot.operand, evidence))
    except (TypeError, ValueError) as error:
        raise _unfit((slot.operand,), str(error)) from None


def names(slot: NameSlot | NamesSlot, evidence: Mapping[str, Evidence]) -> tuple[str, ...]:
    """The slot's names in order; an operand that is a list of names gives all of them."""
    operands = (slot.operand,) if isinstance(slot, NameSlot) else slot.operands
    found: list[str] = []
    for operand in operands:
        value = _read(operand, evidence)
        parts = value if isinstance(value, list) else [value]
        if not parts or not all(isinstance(part, str) and part for part in parts):
            raise _unfit((operand,), "not a name")
        found.extend(str(part) for part in parts)
    return tuple(found)


def _number(slot: NumberSlot, evidence: Mapping[str, Evidence]) -> float:
    values = [_read(operand, evidence) for operand in slot.operands]
    operation = slot.operation
    if operation is Operation.DURATION:
        first, second = values
        return (_time(first) - _time(second)).total_seconds() / _duration_unit(slot.unit)
    if operation is Operation.COUNT:
        (counted,) = values
        if not isinstance(counted, (list, dict)):
            raise TypeError("not a list")
        return float(len(counted))
    if operation in _ONE:
        (one,) = values
        return _ONE[operation](_float(one))
    if operation in _TWO:
        left, right = values
        return _TWO[operation](_float(left), _float(right))
    return _MANY[operation](_flat(values))


def _flat(values: Sequence[JsonValue]) -> list[float]:
    """All numbers of the operands; gaps (null) inside a list are skipped, as a historian's statistics do."""
    found: list[float] = []
    for value in values:
        if isinstance(value, list):
            found.extend(_float(part) for part in value if part is not None)
        else:
            found.append(_float(value))
    if not found:
        raise ValueError("no numbers")
    return found


def _float(value: JsonValue) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError("not a number")
    return float(value)


def _time(value: JsonValue) -> datetime:
    if not isinstance(value, str):
        raise TypeError("not a time")
    made = datetime.fromisoformat(value)
    if made.tzinfo is None:
        raise ValueError("a time without a zone")
    return made


def _duration_unit(unit: str) -> float:
    if unit not in DURATION_UNITS:
        raise ValueError(f"not a unit of duration: {unit}")
    return DURATION_UNITS[unit]


def _read(operand: Operand, evidence: Mapping[str, Evidence]) -> JsonValue:
    if operand.evidence not in evidence:
        raise TerminalError("kernel.evidence_unknown", id=operand.evidence)
    return evidence[operand.evidence].at(operand.path)


def _unfit(operands: Sequence[Operand], problem: str) -> TerminalError:
    where = ", ".join(f"{operand.evidence}:{operand.path}" for operand in operands) or "-"
    return TerminalError("kernel.slot_unfit", where=where, problem=problem)
