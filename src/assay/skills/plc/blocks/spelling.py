"""Slips of the pen in English words that the library knows (conveyer, debouce, hysterisis), put right."""

from __future__ import annotations

import re
from functools import cache

from assay.skills.plc.blocks.block import blocks
from assay.skills.plc.blocks.signs import vocabulary

_WORD = re.compile(r"(?<![A-Za-z])[A-Za-z]{6,}(?![A-Za-z])")
#: Words of everyday requests that are one letter away from one of the library's.
_RIGHT = frozenset(
    "ladder letter better matter should filler filter center centre poster master faster buffer burner turner tender "
    "printer pointer painter stated tested listed sorted shorts sports ported parted carton cotton sample simple "
    "planes panels planet plants lifter lifted latter former format normal manual annual hourly stepper stopper "
    "section sections "
    "whether weather either neither rather gather father mother holder folder molder loaded leaded".split()
)


def repaired(text: str) -> str:
    """The text with every long English word that is one slip away from exactly one known word as that word."""
    return _WORD.sub(lambda match: _known(match[0].lower()) or match[0], text)


@cache
def _words() -> frozenset[str]:
    made = vocabulary()
    for block in blocks():
        texts = [*block.words["en"], block.title["en"], block.about["en"]]
        texts += [one for parameter in block.parameters for one in parameter.words["en"]]
        made |= {word for text in texts for word in re.findall(r"[a-z]{5,}", text.lower())}
    return frozenset(made)


@cache
def _known(word: str) -> str | None:
    """The one known word that is a slip away; None for a known word, for one that begins with a known one, and where
    none or several are near."""
    known = _words()
    if word in known or word in _RIGHT or any(word[:size] in known for size in range(5, len(word))):
        return None
    near = {one for one in known if len(one) >= 6 and one[0] == word[0] and _slip(word, one)}
    return near.pop() if len(near) == 1 else None


def _slip(one: str, other: str) -> bool:
    """One letter more, less, other, or two neighbours the wrong way round."""
    if abs(len(one) - len(other)) > 1:
        return False
    at = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    rest, rest2 = one[at:], other[at:]
    swapped = rest[1::-1] + rest[2:] if len(rest) > 1 else rest
    return rest[1:] == rest2[1:] or rest[1:] == rest2 or rest == rest2[1:] or swapped == rest2
