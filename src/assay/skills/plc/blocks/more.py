"""What a request asks for beyond a block: other things that programs do, and another number of what it does.

A block is found by what a request says; what it says besides is told here (``more.yaml``), so that a lamp that blinks
until somebody acknowledges is no plain flasher, and three belts are no single one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from assay.skills.plc.blocks.signs import Sign, alternatives, count, in_plain, shared_words, sign

_TIMED = r"(?![ -]*(?:ms|s|secs?|seconds?|min|minutes?|h|hours?|kw|hp|v|hz|bar|phase|speed|way|wire|hand|point|step)\b)"
_EN = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|both|[2-9]|[1-9][0-9]"
_ZH = "[二两三四五六七八九双俩]|十[一二三四五六]?|[2-9]|[1-9][0-9]"
_MEASURE = "台|条|盏|个|组|套|只|座|节|路|道|种|扇|段|级|部|眼"


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that is asked for, the blocks that do it (None: all but ``but``)."""

    name: str
    pattern: re.Pattern[str]
    by: frozenset[str]
    but: frozenset[str]

    def beyond(self, block: str) -> bool:
        """Does the block not do it?"""
        return block in self.but if self.but else block not in self.by


@dataclass(frozen=True, slots=True)
class Counted:
    """Things that are counted, how many of them a block may have, and blocks that do not care."""

    name: str
    pattern: re.Pattern[str]
    may: Mapping[str, Sequence[int]]
    free: frozenset[str]


def more(request: str, block: str) -> list[str]:
    """Names of what the request asks for and the block does not; none when it seems to do all of it."""
    return [name for name, _ in _beyond(request, block)]


def more_words(request: str, block: str) -> list[str]:
    """The same in the words of the request."""
    return [words for _, words in _beyond(request, block)]


def _beyond(request: str, block: str) -> list[tuple[str, str]]:
    text = in_plain(request)
    asked, counted = _table()
    found = [
        (one.name, match[0]) for one in asked if one.beyond(block) and (match := one.pattern.search(text)) is not None
    ]
    for things in counted:
        if block in things.free:
            continue
        may = {1, *things.may.get(block, ())}
        numbers = [(number, match[0]) for match in things.pattern.finditer(text) if (number := _number(match))]
        if (words := next((words for number, words in numbers if number not in may), None)) is not None:
            found.append((things.name, words))
    return found


_WITH = (
    re.compile(
        r"\b(?:with|including|plus|and also|also|as well as)\b(?! each| every| both)([^,.;:()]{3,60}?)"
        r"(?=[,.;:(]|$|\b(?:and|that|which|for|to|when|if)\b)"
    ),
    re.compile(r"(?:带|另外|还要|以及|兼)(?!不?动|式)([\u3400-\u9fffa-z0-9]{2,12})"),
)


def with_more(request: str) -> list[str]:
    """What the request says after "with" or 带: phrases of which a block has to know something."""
    text = in_plain(request)
    idle = _idle()
    found = [match[1].strip() for one in _WITH for match in one.finditer(text)]
    return [one for one in found if not re.search(r"\d", one) and not any(word in one for word in idle)]


@cache
def _idle() -> tuple[str, ...]:
    file = resources.files("assay.skills.plc.blocks").joinpath("more.yaml")
    return tuple(yaml.safe_load(file.read_text(encoding="utf-8"))["beside_the_point"])


def answers(sentence: str, block: str) -> bool:
    """Does the block do what a sentence of a longer text asks, though the sentence by itself would not find it (its
    stop button, its overload, its reset)? A sentence that asks for more as well is not answered."""
    text = in_plain(sentence)
    return any(block in by and one.found(text) for one, by in _answered()) and not more(sentence, block)


@cache
def _answered() -> tuple[tuple[Sign, frozenset[str]], ...]:
    file = resources.files("assay.skills.plc.blocks").joinpath("more.yaml")
    raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    return tuple((sign(one["words"], shared_words()), frozenset(one["by"])) for one in raw["answered"].values())


def _number(match: re.Match[str]) -> int | None:
    return count(next(one for one in match.groups() if one))


@cache
def _table() -> tuple[tuple[Asked, ...], tuple[Counted, ...]]:
    file = resources.files("assay.skills.plc.blocks").joinpath("more.yaml")
    raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    words = shared_words()
    asked = tuple(
        Asked(
            name,
            re.compile("|".join(alternatives(one["words"], words))),
            frozenset(one["by"]),
            frozenset(one.get("but", ())),
        )
        for name, one in raw["asked"].items()
    )
    counted = tuple(
        Counted(name, _counting(one["words"], words), one["may"], frozenset(one["free"]))
        for name, one in raw["counted"].items()
    )
    return asked, counted


def _counting(line: str, words: Mapping[str, str]) -> re.Pattern[str]:
    """``two dosing pumps``, 三台皮带机, 双泵: a number and the things, with little between them."""
    parts = alternatives(line, words)
    chinese = "|".join(one for one in parts if re.search(r"[\u3400-\u9fff]", one))
    english = "|".join(one for one in parts if not re.search(r"[\u3400-\u9fff]", one))
    made = []
    if english:
        made.append(rf"(?<![\w.,-])({_EN}){_TIMED}[ -](?:[a-z-]+ ){{0,2}}?(?:{english})(?:e?s)\b")
    if chinese:
        made.append(rf"(?<![\da-z.第~到至])({_ZH})(?:(?:{_MEASURE})[\u3400-\u9fff]{{0,4}}?|)(?:{chinese})(?![间口])")
    return re.compile("|".join(made))
