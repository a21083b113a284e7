"""Slots of claims: places in evidence with the way they are shown."""

from __future__ import annotations

import math
from typing import Any

from assay.kernel.claim import Claim, NameSlot, NamesSlot, NumberSlot, Operand, Operation, Slot, TimeSlot
from assay.kernel.evidence import Evidence


def number(
    evidence: Evidence, *paths: str, unit: str = "", decimals: int = 0, operation: Operation = Operation.VALUE
) -> NumberSlot:
    """One number from one or more places."""
    operands = tuple(Operand(evidence=evidence.id, path=path) for path in paths)
    return NumberSlot(operands=operands, unit=unit, decimals=decimals, operation=operation)


def measured(evidence: Evidence, path: str, unit: str = "") -> NumberSlot:
    """One number with four significant digits."""
    return number(evidence, path, unit=unit, decimals=places(evidence.at(path)))


def share(evidence: Evidence, path: str) -> NumberSlot:
    """A share of one as per cent."""
    return number(evidence, path, unit="%", decimals=1, operation=Operation.PERCENT)


def count(evidence: Evidence, path: str) -> NumberSlot:
    """How many entries a list has."""
    return number(evidence, path, operation=Operation.COUNT)


def moment(evidence: Evidence, path: str) -> TimeSlot:
    """One time."""
    return TimeSlot(operand=Operand(evidence=evidence.id, path=path))


def name(evidence: Evidence, path: str) -> NameSlot:
    """One name."""
    return NameSlot(operand=Operand(evidence=evidence.id, path=path))


def names(evidence: Evidence, paths: list[str]) -> NamesSlot:
    """Several names."""
    return NamesSlot(operands=tuple(Operand(evidence=evidence.id, path=path) for path in paths))


def claim(key: str, topic: str, at: object = "", /, **slots: Slot) -> Claim:
    """A claim whose id is its key, with ``at`` where there are several."""
    return Claim(id=f"{key}_{at}" if at != "" else key, topic=topic, key=f"timeseries.{key}", slots=slots)


def places(value: Any) -> int:
    """Decimals that leave four significant digits."""
    size = abs(float(value))
    return 2 if size == 0.0 else min(9, max(0, 3 - math.floor(math.log10(size))))
