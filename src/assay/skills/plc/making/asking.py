"""What a requirement leaves open about its signals: it is asked, never dropped and never guessed in silence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assay.skills.plc.making.amount_names import KIND
from assay.skills.plc.making.amounts import Amount
from assay.skills.plc.making.entries import MEASURED, Entry, Question
from assay.skills.plc.making.mentions import Signal
from assay.skills.plc.making.requirement import Numbered
from assay.skills.plc.making.sameness import quantity

#: Set-points that may be amounts of the text, and what a person must do while nobody says with what.
_REFERENCES = frozenset(("setpoint", "set point", "set value", "target value", "threshold", "设定值", "给定值", "阈值"))
_ENTERED = re.compile(
    r"\b(?:operator|hmi|panel|entered|adjustable|selected|given by)\b|触摸屏|操作员|可调|用户|上位机|人机", re.I
)
_BY_HAND = re.compile(
    r"\b(?:must be|has to be|is|are|and|be) (?P<en>reset|acknowledged)\b(?! with| by the)|(?:须|需|必须|应|"
    r"可)(?P<zh>复位|确认|消音)|手动(?P<more>复位)",
    re.I,
)
_OPPOSITES = (
    ("前进", "后退"), ("正转", "反转"), ("上升", "下降"), ("上行", "下行"), ("forward", "reverse"), ("raise", "lower"),
    ("forwards", "backwards"),
)  # fmt: skip
#: Kinds of amounts that somebody measures when they are compared, and no other thing may be meant.
_MEASURED = (
    "Temperature",
    "Pressure",
    "Flow",
    "Weight",
    "Concentration",
    "Conductivity",
    "Humidity",
    "Torque",
    "Force",
    "Illuminance",
)


def unnamed(entries: Sequence[Entry], amounts: Sequence[Amount]) -> list[Entry]:
    """What must be measured because an amount is compared with it, although no noun names it ("starts at 8.5 bar",
    "below 18 degrees")."""
    made: list[Entry] = []
    for one in amounts:
        kind = KIND.get(one.unit, "")
        there = {quantity(each.nouns, each.head, each.name) for each in (*entries, *made)}
        alike = {"DifferentialPressure", "Vacuum"} if kind == "Pressure" else {"Tension"} if kind == "Force" else set()
        alike |= {"DewPoint"} if kind == "Temperature" else set()
        alike |= {"Brightness"} if kind == "Illuminance" else {"PH", "Turbidity"} if kind == "Concentration" else set()
        own = any(_compared_there(each, one.sentence) for each in entries)  # "oil below 15 °C"
        if kind in _MEASURED and kind not in there and not alike & there and not own:
            made.append(Entry("", [kind.lower()], "in", "REAL", one.sentence, None, given=False))
    return made


def _compared_there(entry: Entry, sentence: Numbered) -> bool:
    nameless = entry.head is not None and not entry.head.english and entry.head.kind == "measure"
    named = entry.given and entry.way == "in" and entry.type in MEASURED
    return (nameless or named) and any(one.sentence.id == sentence.id for one in entry.mentions)


def references(entries: list[Entry]) -> tuple[list[Entry], list[Question]]:
    """Without the bare "setpoint" that may mean one of the amounts in the text, which is asked about."""
    bare = [
        one
        for one in entries
        if not one.given
        and one.nouns[0] in _REFERENCES
        and not any(_ENTERED.search(each.sentence.text) for each in one.mentions)
    ]
    return [one for one in entries if one not in bare], [
        Question(one.nouns[0], "reference", one.sentence) for one in bare
    ]


def by_hand(entries: Sequence[Entry], sentences: Sequence[Numbered]) -> list[Question]:
    """A reset or acknowledgement by a person, when no input is called so."""
    nouns = " ".join(noun for one in entries if one.way == "in" for noun in (*one.nouns, one.name.lower()))
    for sentence in sentences:
        if match := _BY_HAND.search(sentence.text):
            word = (match["en"] or match["zh"] or match["more"]).lower()
            if not any(each in nouns for each in (word, word.removesuffix("d"), "ack", "rst", "reset", "复位")):
                return [Question(word, "by_hand", sentence)]
    return []


def opposite(made: Sequence[Entry], found: Sequence[Signal]) -> list[Question]:
    """The other direction of an output of which the text speaks and which has no line."""
    nouns = " ".join(noun for one in made for noun in (*one.nouns, one.name.lower()))
    outputs = " ".join(noun for one in made if one.way == "out" for noun in one.nouns)
    asked = []
    sentences = {one.sentence.id: one.sentence for one in found}.values()
    for pair in _OPPOSITES:
        for there, other in (pair, pair[::-1]):
            said = next((one for one in sentences if other in one.text.lower()), None)
            if there in outputs and other not in nouns and said is not None:
                asked.append(Question(other, "opposite", said))
    return asked
