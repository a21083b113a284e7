"""Words of the trade as data: quantities with a unit that measures them, pairs of opposite states, empty words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Attribute:
    """A quantity or property that can be asked for. ``dimension`` is that of its usual unit, "" for a name; ``also``
    are those of other units that people measure it in."""

    id: str
    dimension: str
    words: tuple[str, ...]
    also: tuple[str, ...] = ()


@cache
def _loaded() -> dict[str, Any]:
    source = resources.files("assay.skills.knowledge_qa").joinpath("data", "lexicon.json")
    loaded: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return loaded


@cache
def attributes() -> tuple[Attribute, ...]:
    """All quantities and properties."""
    from assay.skills.knowledge_qa.quantities import dimension

    def also(one: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(dimension(unit) for unit in one.get("also", ()))

    return tuple(
        Attribute(id, dimension("°C" if one["unit"] == "degC" else one["unit"]), (*one["en"], *one["zh"]), also(one))
        for id, one in _loaded()["attributes"].items()
    )


@cache
def stop_words() -> frozenset[str]:
    """Words that say nothing of what is asked for."""
    return frozenset(f"{_loaded()['stop_en']} {_loaded()['stop_zh']}".split())


@cache
def opposites() -> tuple[tuple[re.Pattern[str], ...], ...]:
    """Groups of states of which one excludes the others, each as a pattern over its words."""
    return tuple(tuple(pattern_of(tuple(words)) for words in group) for group in _loaded()["opposites"])


@cache
def pattern_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """Finds any of the words; Latin ones as whole words only. Behind "non-" or 非 a word says its opposite."""
    parts = [
        rf"(?<![A-Za-z])(?<!non-)(?<!non ){re.escape(word).replace(chr(92) + ' ', '[ -]')}(?![A-Za-z])"
        if word.isascii()
        else rf"(?<!非){re.escape(word)}"
        for word in sorted(words, key=len, reverse=True)
    ]
    return re.compile("|".join(parts), re.IGNORECASE)


def attributes_in(text: str) -> list[tuple[Attribute, str]]:
    """The quantities that a text names, with the word that names each; longer words win over parts of them."""
    found: list[tuple[int, int, Attribute, str]] = []
    for one in attributes():
        found += [(m.start(), m.end(), one, m.group()) for m in pattern_of(one.words).finditer(text)]
    found.sort(key=lambda each: (-(each[1] - each[0]), each[0]))
    kept: list[tuple[int, int, Attribute, str]] = []
    for each in found:
        if not any(each[0] < other[1] and other[0] < each[1] and len(each[3]) < len(other[3]) for other in kept):
            kept.append(each)
    return [(one, word) for _, _, one, word in sorted(kept, key=lambda each: each[0])]
