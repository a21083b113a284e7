"""Finds the block that a request in free words asks for: weighted words over the library's own words, both languages.

A word counts by how few blocks have it. What the request says and no block knows counts against every block, so that a
request for something else is refused and does not get the least bad block.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import log

from assay.skills.plc.blocks.block import Block, blocks

_EN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ZH = re.compile(r"[\u4e00-\u9fff]+")
_PHRASE, _TITLE, _ABOUT = 3.0, 2.0, 1.0
#: Least score, least part of the request's weight that the block knows, and the lead over the next block below which
#: both are offered. Set on requests written for this purpose (benchmarks/plc_blocks.py).
LEAST, COVERED, LEAD = 5.0, 0.22, 1.12
_STOP = frozenset(
    "a an the of for to and or in on at with by from is are be it its that this which when if after before as i we you "
    "please need want give make write create program function block plc code st structured text using use should "
    "must can have has there one my our me then not no only each every so into up down out off all any while until "
    "logic control system project simple new standard industrial machine device signal input output".split()
)
_STOP_ZH = frozenset("请给我写做个需程序能块编的了和与或有是要把将")


@dataclass(frozen=True, slots=True)
class Found:
    """A block with its score and the part of the request's weight that it knows."""

    block: Block
    score: float
    covered: float


def find(request: str, limit: int = 5) -> list[Found]:
    """The blocks by falling score; an empty list when the request says nothing the library knows."""
    terms = _terms(request)
    low = request.lower()
    weights, index = _index()
    total = sum(weights.get(one, 1.5) for one in terms) or 1.0
    found = []
    for block in blocks():
        known = index[block.id]
        hit = sum(weights[one] * known[one] for one in terms if one in known)
        covered = sum(weights[one] for one in terms if one in known) / total
        phrases = sum(_weight(one) for one in _phrases(block) if _contains(low, one))
        if hit + phrases > 0:
            found.append(Found(block, round(hit + phrases, 6), round(covered, 6)))
    found.sort(key=lambda one: (-one.score, one.block.id))
    return found[:limit]


def choose(request: str) -> tuple[Block | None, list[Found]]:
    """The block that is meant, or None with the ones to ask about (none: the library has no such block)."""
    found = find(request)
    sure = [one for one in found if one.score >= LEAST and one.covered >= COVERED]
    if not sure:
        return None, []
    if len(sure) > 1 and sure[0].score < LEAD * sure[1].score:
        return None, sure[:3]
    return sure[0].block, sure


@cache
def _index() -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """Weight of every term, and of every block its terms with how much they count in it."""
    index: dict[str, dict[str, float]] = {}
    for block in blocks():
        counted: dict[str, float] = {}
        sources = [(one, _PHRASE) for one in _phrases(block)]
        sources += [(one, _TITLE) for one in block.title.values()]
        sources += [(one, _ABOUT) for one in block.about.values()]
        sources += [(one, _ABOUT) for p in block.parameters for some in p.words.values() for one in some]
        for text, weight in sources:
            for term in _terms(text):
                counted[term] = max(counted.get(term, 0.0), weight)
        index[block.id] = counted
    many = len(index)
    seen: dict[str, int] = {}
    for counted in index.values():
        for term in counted:
            seen[term] = seen.get(term, 0) + 1
    return {term: log(1 + many / n) / 2 for term, n in seen.items()}, index


def _phrases(block: Block) -> tuple[str, ...]:
    return tuple(one for some in block.words.values() for one in some)


def _contains(low: str, phrase: str) -> bool:
    wanted = phrase.lower()
    if _ZH.search(wanted):
        return wanted in low.replace(" ", "")
    return re.search(rf"(?<![a-z0-9]){re.escape(wanted)}s?(?![a-z0-9])", low) is not None


def _weight(phrase: str) -> float:
    """Long phrases say more than short ones."""
    if _ZH.search(phrase):
        return 1.0 + 1.2 * max(0, len(phrase) - 1)
    return 1.0 + 2.0 * max(0, len(phrase.replace("-", " ").split()) - 1) + (1.0 if len(phrase) > 6 else 0.0)


def _terms(text: str) -> list[str]:
    """Stems of English words and bigrams of Chinese, each once."""
    low = text.lower()
    made: dict[str, None] = {}
    for word in _EN.findall(low):
        for part in {word, *word.split("-")}:
            stem = _stem(part)
            if part not in _STOP and len(stem) > 1 and not stem.isdigit():
                made[stem] = None
    for run in _ZH.findall(low):
        for pair in _pairs(run):
            made[pair] = None
    return list(made)


def _pairs(run: str) -> Iterable[str]:
    for a, b in pairwise(run):
        if a not in _STOP_ZH and b not in _STOP_ZH:
            yield a + b


def _stem(word: str) -> str:
    for end in ("ing", "ed", "es", "s"):
        if word.endswith(end) and len(word) - len(end) >= 3:
            word = word[: -len(end)]
            break
    return word[:-1] if len(word) > 4 and word[-1] == word[-2] else word.rstrip("e")
