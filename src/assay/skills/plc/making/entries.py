"""A signal on its way from the sentences to a line of the interface, and what is asked about instead."""

from __future__ import annotations

from dataclasses import dataclass, field

from assay.skills.plc.making.mentions import Signal
from assay.skills.plc.making.requirement import Numbered
from assay.skills.plc.making.signal_words import Head

#: Types of what is measured or counted.
MEASURED = frozenset(("INT", "DINT", "UINT", "UDINT", "SINT", "USINT", "LINT", "REAL", "LREAL"))


@dataclass(slots=True)
class Entry:
    """``nouns`` are the words for it, ``given`` says that its name stands somewhere; ``group``: it is one of several
    that a number speaks of."""

    name: str
    nouns: list[str]
    way: str
    type: str
    sentence: Numbered
    head: Head | None
    given: bool
    firm: bool = False
    source: str = ""
    group: int = 0
    mentions: list[Signal] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Question:
    """What may be a signal and has no line: ``words`` as they stand in ``sentence``; ``why`` names the reason:
    ``several`` (nobody says how many), ``topic`` (a sentence is about it), ``unlisted`` (the requirement lists its
    signals and this is not among them), ``opposite`` (the other direction of an output has a line), ``reference`` (it
    may mean an amount), ``by_hand`` (a person does it, and nobody says with what)."""

    words: str
    why: str
    sentence: Numbered
    mention: Signal | None = None
