"""The words by which a requirement speaks of signals, in zh and en: what is read, what is driven, what is measured.

They stand in ``data/words.yaml``. The kinds of devices and their letters follow IEC 81346-2 and GB/T 5094 as cabinets
are labelled.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal, cast

import yaml

Direction = Literal["in", "out", "role"]
Class = Literal["command", "state", "measure", "setpoint", "actuator", "analog", "count", "signal", "weak"]


@dataclass(frozen=True, slots=True)
class Head:
    """A noun that ends the name of a signal; the last one of a phrase decides ("motor feedback" is read, "start lamp"
    is driven). ``direction``: read, driven, or by its ``role`` in the sentence (a condition reads, the rest drives).
    ``english`` is how a name spells it; ``en`` and ``zh`` are its spellings between bars."""

    english: str
    direction: Direction
    kind: Class
    en: str
    zh: str


def _read() -> dict[str, Any]:
    source = resources.files("assay.skills.plc.making").joinpath("data", "words.yaml")
    return cast("dict[str, Any]", yaml.safe_load(source.read_text(encoding="utf-8")))


_WORDS = _read()
HEADS: tuple[Head, ...] = tuple(Head(**one) for one in _WORDS["heads"])
#: What the letters of a device's tag say: (direction, type).
LETTERS: dict[str, tuple[str, str]] = {key: tuple(one.split()) for key, one in _WORDS["letters"].items()}
#: English words that end a phrase to the left: they are no part of a name.
STOPS: frozenset[str] = frozenset(_WORDS["stops_en"].split())
#: Actions that name a button, lamp or feedback when they stand right before it ("start button").
ACTIONS_EN: frozenset[str] = frozenset(_WORDS["actions_en"].split())
ACTIONS_ZH: tuple[str, ...] = tuple(_WORDS["actions_zh"].split())
#: Chinese words that would else be cut in two, and what ends a Chinese phrase to the left.
KEEPS_ZH: tuple[str, ...] = tuple(_WORDS["keeps_zh"].split())
STOPS_ZH: tuple[str, ...] = tuple(_WORDS["stops_zh"].split())
#: Chinese words and how a name spells them; what is not here is spelled in pinyin.
SPELLED: dict[str, str] = _WORDS["spelled"]
#: Units of what is measured, as a regular expression.
UNITS_REAL: str = _WORDS["units"]
COUNTS = {str(n): n for n in range(1, 9)} | {"two": 2, "both": 2, "three": 3, "four": 4, "five": 5, "six": 6}
COUNTS |= {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8}
