"""What the words between two mentions say of them: a row of identifiers ("FR1 to FR3"), what is measured by what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from assay.skills.plc.making.identifiers import Identifier
from assay.skills.plc.making.phrases import Phrase

_TO = re.compile(r"\s*(?:[-–—~～]|至|到|\bto\b)\s*")
_NUMBERED = re.compile(r"(?P<letters>.*?)(?P<number>\d+)$")
_BY = re.compile(
    r"(?:的?(?:值|信号)?\s*(?:由|用|通过|采用|经)[\u4e00-\u9fff]{0,6}|\s+(?:[a-z ]{0,24}?\s)?(?:is|"
    r"are)\s+(?:measured|monitored|read|sensed|detected|given|"
    r"supplied)\s+(?:by|with|from|using)\s+(?:the\s+|an?\s+)?(?:[a-z-]+\s+){0,2})",
    re.I,
)
_MEASURES = re.compile(
    r"\s+(?:measures|reads|shows|gives|senses|sends|transmits)\s+(?:the\s+)?(?:[a-z]+\s+){0,3}", re.I
)
_LONGEST = 24


def between(first: Identifier | None, last: Identifier, text: str) -> list[str]:
    """The identifiers that a row leaves out: FR2 of "FR1 to FR3"."""
    if first is None or not _TO.fullmatch(text[first.end : last.start]):
        return []
    low, high = _NUMBERED.fullmatch(first.name), _NUMBERED.fullmatch(last.name)
    if low is None or high is None or low["letters"] != high["letters"]:
        return []
    row = range(int(low["number"]) + 1, int(high["number"]))
    width = len(low["number"]) if low["number"].startswith("0") else 0
    return [f"{low['letters']}{number:0{width}d}" for number in row] if len(row) < _LONGEST else []


def measured_by(text: str, nouns: Sequence[Phrase]) -> dict[int, Phrase]:
    """Of an instrument (by ``id`` of its phrase) what it measures, where a sentence says so."""
    made: dict[int, Phrase] = {}
    for first, second in pairwise(nouns):
        joint = text[first.end : second.start]
        if _quantity(first) and _instrument(second) and _BY.fullmatch(joint):
            made[id(second)] = first
        elif _instrument(first) and _quantity(second) and _MEASURES.fullmatch(joint):
            made[id(first)] = second
    return made


def _quantity(one: Phrase) -> bool:
    return one.head.kind == "measure" and one.head.english != "Transmitter"


def _instrument(one: Phrase) -> bool:
    return one.head.english in ("Transmitter", "Sensor")
