"""Finds the block that a request in free words asks for: weighted words over the library's own words, both languages.

A word counts by how few blocks have it. What the request says and no block knows counts against every block, and what
is known to lie beyond the library (``beyond.yaml``) ends the search, so that a request for something else is refused
and does not get the least bad block.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise
from math import log

import yaml

from assay.skills.plc.blocks.block import Block, blocks
from assay.skills.plc.blocks.block import block as _block
from assay.skills.plc.blocks.filling import read_parameters
from assay.skills.plc.blocks.leftover import leaves_little
from assay.skills.plc.blocks.more import more, with_more
from assay.skills.plc.blocks.signs import general, other_number, other_vote, shown, wanted
from assay.skills.plc.blocks.spelling import repaired
from assay.skills.plc.blocks.stems import STOP, STOP_ZH, stem

_EN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_WORD = re.compile(r"[a-z0-9]+")
_ZH = re.compile(r"[\u4e00-\u9fff]+")
_FILLER = re.compile(r"[\s的了地得]")
_PHRASE, _TITLE, _ABOUT = 3.0, 2.0, 1.0
#: Least score, least part of the request's weight that the block knows, and the lead over the next block below which
#: both are offered. Set on requests written for this purpose (benchmarks/plc_blocks.py).
LEAST, COVERED, LEAD = 5.0, 0.22, 1.2
#: Weights of a block's own phrases in the request: below ``SAID`` scattered words alone choose it only when they
#: reach ``ALONE`` and twice the next block's score (and are asked about from ``ASKED`` on); from ``PLAIN`` on it is
#: asked about and from ``SPOKEN`` on it may be chosen, however much else the request speaks of.
SAID, PLAIN, SPOKEN, ASKED, ALONE = 1.0, 3.0, 4.5, 8.0, 12.0
#: Words of another block as strong as ``STRONG`` and ``RIVAL`` times the score of the one with a sign: asked about.
STRONG, RIVAL, WORDS, SIGN = 6.0, 2.0, 18.0, 4.0
#: Score of the only block to ask about from which it is chosen when every amount of the request is a parameter of it.
TOLD = 18.0
#: Part of the request's weight that makes even a short one (滤波) worth a question.
WHOLE = 0.9
#: A block that watches another machine, whatever that machine does.
PARTNER = "heartbeat"
#: One request is looked up several times on its way.
KEPT = 64


@dataclass(frozen=True, slots=True)
class Found:
    """A block with its score, the weight of its phrases that the request says, and the part of the request's weight
    that it knows."""

    block: Block
    score: float
    said: float
    covered: float


def find(request: str, limit: int = 5) -> list[Found]:
    """The blocks by falling score; an empty list when the request says nothing the library knows."""
    return list(_ranked(request)[:limit])


@lru_cache(maxsize=KEPT)
def _ranked(request: str) -> tuple[Found, ...]:
    terms = _terms(request)
    weights, index = _index()
    total = sum(weights.get(one, 1.5) for one in terms) or 1.0
    shape = _Request(request)
    found = []
    for block in blocks():
        known = index[block.id]
        hit = sum(weights[one] * known[one] for one in terms if one in known)
        covered = sum(weights[one] for one in terms if one in known) / total
        said = sum(_weight(one) / _shared()[_plain(one)] for one in shape.said(_phrases(block)))
        if hit + said > 0:
            found.append(Found(block, round(hit + said, 6), round(said, 6), round(covered, 6)))
    found.sort(key=lambda one: (-one.score, one.block.id))
    return tuple(found)


def by_words(request: str) -> tuple[Block | None, list[Found]]:
    """The block that words alone say is meant, or None with the ones to ask about (none: the library has no such
    block).

    A block whose signs the request shows (:mod:`.signs`) goes before scattered words; several of them are asked about.
    """
    asked = read(request)
    block, near = named(asked)
    if block is None:
        return None, near
    others = [one for one in near if one.block.id != block.id and one.block.id in asked.signs]
    if other_number(asked.said, block.id) or more(asked.said, block.id):
        return None, others
    if strange(asked.said, block):
        return None, near[:3]
    return (block, near) if leaves_little(asked.said, block) else (None, others)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it was typed and as the finder reads it, and the blocks of which it shows a sign."""

    request: str
    said: str
    signs: Mapping[str, int]

    @property
    def far(self) -> bool:
        """Whether it speaks of what is known to lie beyond the library."""
        shape = _Request(self.said)
        return bool(
            (shape.said(_beyond()["en"] + _beyond()["zh"]) and self.signs.keys() != {PARTNER})
            or other_vote(self.said)
            or (not self.signs and shape.said(_beyond()["beside"]))
        )


def read(request: str) -> Asked:
    """The request without slips of the pen and without what it says it does not want."""
    said = repaired(wanted(request))
    return Asked(request, said, shown(said))


def named(asked: Asked) -> tuple[Block | None, list[Found]]:
    """The block that words and signs name, whatever else the request says; or None with the ones to ask about."""
    if asked.far:
        return None, []
    found = find(asked.said, limit=len(blocks()))
    block, near = _by_signs(asked.signs, found) if asked.signs else _by_words(found)
    if block is None and len(near) == 1 and near[0].score >= TOLD and _fits(near[0].block, asked.request):
        block = near[0].block
    return block, near


def strange(said: str, block: Block) -> list[str]:
    """The phrases for what it is to come with (with automatic restart) of which the block knows no word."""
    return [one for one in with_more(said) if _strange(one, block)]


def _strange(phrase: str, block: Block) -> bool:
    """Does the block know no word of a phrase that says what it is to come with (with automatic restart)?"""
    terms, known = _terms(phrase), _index()[1][block.id]
    return bool(terms) and not any(one in known for one in terms)


def _fits(block: Block, request: str) -> bool:
    """Does the request give parameters of the block, and no amount that is none of them?"""
    filled = read_parameters(block, request)
    return bool(filled.values) and not (filled.unused or filled.unclear)


def _by_signs(signs: Mapping[str, int], found: Sequence[Found]) -> tuple[Block | None, list[Found]]:
    """The only block with a sign, unless the words speak far more of another one; else the ones with signs."""
    scores = {one.block.id: one for one in found}
    empty = {one: Found(block, 0.0, 0.0, 0.0) for one in signs if (block := _block(one))}
    shown_ = sorted(
        (scores.get(one, empty[one]) for one in signs),
        key=lambda one: (-one.score, one.block.id),
    )
    weak = {*signs, *general()}
    rivals = [one for one in found if one.block.id not in weak and one.said >= STRONG]
    best = shown_[0]
    beside = [one for one in rivals if one.score > RIVAL * (best.score + SIGN * signs[best.block.id])]
    if beside:
        return None, [*shown_, *beside][:3]
    if len(shown_) > 1 and best.score < RIVAL * shown_[1].score:
        return None, shown_[:3]
    return best.block, shown_


def _by_words(found: Sequence[Found]) -> tuple[Block | None, list[Found]]:
    """Without a sign: the weighted words decide where they say much, and more than those of any other block."""
    sure = [one for one in found if one.score >= LEAST and (one.covered >= COVERED or one.said >= SPOKEN)]
    if not sure and found and found[0].covered >= WHOLE:
        return None, list(found[:3])
    if not sure:
        return None, [one for one in found if one.said >= PLAIN][:3]
    best, rival = sure[0], max((one.score for one in found[1:]), default=0.0)
    if best.said < SAID and (best.score < ALONE or best.score < 2 * rival):
        near = [one for one in sure if one.score >= ASKED or one.said >= SAID]
        return None, (near or [one for one in sure if one.covered >= WHOLE])[:3]
    if best.said < SPOKEN or best.score < WORDS or (len(sure) > 1 and best.score < RIVAL * sure[1].score):
        return None, sure[:3]
    return best.block, sure


class _Request:
    """The request in the two forms in which phrases are looked for: English stems one after another, Chinese characters
    without spaces and fillers (泵的保护 says 泵保护)."""

    def __init__(self, request: str) -> None:
        low = request.lower()
        self.words = f" {' '.join(stem(one) for one in _WORD.findall(low))} "
        self.characters = _FILLER.sub("", low)

    def said(self, phrases: Iterable[str]) -> list[str]:
        """The phrases that stand in the request; one inside a longer one that stands there too counts for nothing."""
        spans: dict[tuple[int, int, bool], str] = {}
        for phrase in phrases:
            chinese = _ZH.search(phrase) is not None
            text, plain = (self.characters if chinese else self.words), _plain(phrase)
            at = text.find(plain)
            if at >= 0:
                spans.setdefault((at, at + len(plain), chinese), phrase)
        return [
            phrase
            for (start, end, chinese), phrase in spans.items()
            if not any(a <= start and end <= b and (a, b) != (start, end) for a, b, same in spans if same is chinese)
        ]


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


@cache
def _shared() -> dict[str, int]:
    """How many blocks say each phrase."""
    seen: dict[str, int] = {}
    for block in blocks():
        for plain in {_plain(one) for one in _phrases(block)}:
            seen[plain] = seen.get(plain, 0) + 1
    return seen


@cache
def _beyond() -> Mapping[str, list[str]]:
    file = resources.files("assay.skills.plc.blocks").joinpath("beyond.yaml")
    found: Mapping[str, list[str]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return found


def _phrases(block: Block) -> tuple[str, ...]:
    return tuple(one for some in (*block.words.values(), block.title.values()) for one in some)


@cache
def _plain(phrase: str) -> str:
    """A phrase as it is looked for."""
    low = phrase.lower()
    return _FILLER.sub("", low) if _ZH.search(low) else f" {' '.join(stem(one) for one in _WORD.findall(low))} "


def _weight(phrase: str) -> float:
    """Long phrases say more than short ones."""
    if _ZH.search(phrase):
        return 1.0 + 1.2 * max(0, len(phrase) - 1)
    return 1.0 + 2.0 * max(0, len(_WORD.findall(phrase.lower())) - 1) + (1.0 if len(phrase) > 6 else 0.0)


def _terms(text: str) -> list[str]:
    """Stems of English words and bigrams of Chinese, each once."""
    low = text.lower()
    made: dict[str, None] = {}
    for word in _EN.findall(low):
        for part in {word, *word.split("-")}:
            root = stem(part)
            if part not in STOP and len(root) > 1 and not root.isdigit():
                made[root] = None
    for run in _ZH.findall(low):
        for pair in _pairs(run):
            made[pair] = None
    return list(made)


def _pairs(run: str) -> Iterable[str]:
    for a, b in pairwise(run):
        if a not in STOP_ZH and b not in STOP_ZH:
            yield a + b
