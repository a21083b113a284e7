"""Things of one kind told apart by a number: ``Level 2``, ``seam 3``, ``2# 主变``, ``1#、2#主变``."""

from __future__ import annotations

import re
from functools import lru_cache

from assay.skills.knowledge_qa.quantities import amounts

_WORD_NUMBER = re.compile(
    r"(?P<word>[A-Za-z]{2,}|[\u4e00-\u9fff]) ?(?P<number>\d+|[一二三四五六七八九]|[IVX]+(?![A-Za-z]))(?![\d.])"
)
_NUMBER_WORD = re.compile(
    r"(?<![\dA-Za-z.])(?P<numbers>\d{1,2}\s?[#号]?(?:\s?[、,和与及跟/]\s?\d{1,2}\s?[#号]?)*)(?<=[#号])\s?"
    r"(?:(?P<word>[\u4e00-\u9fff])|(?<=#)(?P<latin>[A-Za-z]{2,})|(?<=# )(?P<spaced>[A-Za-z]{2,}))"
)


@lru_cache(maxsize=2048)
def numbered(text: str) -> dict[str, frozenset[str]]:
    """Numbers by the word that they go with; amounts are none."""
    read = [(one.start, one.end) for one in amounts(text) if one.unit]
    found: dict[str, frozenset[str]] = {}
    for match in _WORD_NUMBER.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in read):
            word = match["word"].lower()
            found[word] = found.get(word, frozenset()) | {match["number"]}
    for match in _NUMBER_WORD.finditer(text):
        word = (match["word"] or match["latin"] or match["spaced"]).lower()
        found[word] = found.get(word, frozenset()) | set(re.findall(r"\d+", match["numbers"]))
    return found
