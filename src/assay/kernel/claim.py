"""Claims: sentences that are typed relations over evidence.

A claim names a template (``key``) and fills its slots. A slot never holds a bare number: it holds operands that point
into evidence and the operation that follows from them, so that code computes, renders and recomputes every figure.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Operation(StrEnum):
    """How a slot's value follows from its operands."""

    VALUE = "value"
    DIFFERENCE = "difference"  # first minus second
    RATIO = "ratio"  # first over second
    PERCENT = "percent"  # 100 * first
    PERCENT_CHANGE = "percent_change"  # 100 * (first - second) / |second|
    COUNT = "count"  # length of the list
    MAXIMUM = "maximum"
    MINIMUM = "minimum"
    MEAN = "mean"
    SUM = "sum"
    DURATION = "duration"  # first time minus second time, seconds
    ABSOLUTE = "absolute"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Operand(_Frozen):
    """A place in a piece of evidence: its id and a path as in ``Evidence.at``."""

    evidence: str
    path: str = ""


class NumberSlot(_Frozen):
    """A number with its unit; ``decimals`` is how many are shown."""

    kind: Literal["number"] = "number"
    operation: Operation = Operation.VALUE
    operands: tuple[Operand, ...]
    unit: str = ""
    decimals: Annotated[int, Field(ge=0, le=9)] = 2
    signed: bool = False


class TimeSlot(_Frozen):
    """An absolute time (ISO text in the evidence), shown in the plant's zone."""

    kind: Literal["time"] = "time"
    operand: Operand


class NameSlot(_Frozen):
    """A tag, equipment name, cause id or other name that stands in the evidence.

    ``text_key`` gives it a bilingual display text (``text_key`` of the skill's catalogue); the name itself is what is
    checked. With neither, the evidence's own string is shown.
    """

    kind: Literal["name"] = "name"
    operand: Operand
    text_key: str | None = None


class NamesSlot(_Frozen):
    """Several names, shown as a list."""

    kind: Literal["names"] = "names"
    operands: tuple[Operand, ...]
    text_keys: tuple[str, ...] = ()


Slot = Annotated[NumberSlot | TimeSlot | NameSlot | NamesSlot, Field(discriminator="kind")]


class Claim(_Frozen):
    """One sentence of an answer.

    ``key`` is the template in the text catalogues, ``slots`` fill its placeholders, ``hedge`` is a second key whose
    text goes before the sentence (for instance "probably"), ``wording`` is a larger model's free wording: it replaces
    the template's sentence only when it passes the checks. ``topic`` groups claims (what an answer must not lack).
    """

    id: str
    topic: str
    key: str
    slots: dict[str, Slot] = {}
    hedge: str | None = None
    wording: dict[str, str] = {}

    @property
    def evidence(self) -> tuple[str, ...]:
        """Ids of all evidence that the slots point into, in order, once each."""
        seen: dict[str, None] = {}
        for slot in self.slots.values():
            operands = (slot.operand,) if isinstance(slot, (TimeSlot, NameSlot)) else slot.operands
            seen.update(dict.fromkeys(operand.evidence for operand in operands))
        return tuple(seen)
