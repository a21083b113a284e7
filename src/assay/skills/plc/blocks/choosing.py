"""Which block of the library a request is answered by: what its words name and what its sense means, weighed together.

Boosted trees tell how probable it is that the likeliest block does all that the request asks for: from how far that
block leads, and from what the request says besides (:mod:`.leftover`, :mod:`.more`). From ``least`` on a block is
chosen (from ``agreed`` on where its words alone would choose it too), from ``ask`` on it is asked about. The trees are
data (``meaning.json``); the program that makes them judges requests by classifiers that have not seen them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from assay.skills.plc.blocks import leftover, meaning
from assay.skills.plc.blocks.block import Block, blocks
from assay.skills.plc.blocks.finding import Asked, Found, by_words, find, named, read, strange
from assay.skills.plc.blocks.leftover import Served, leaves_little, words_left
from assay.skills.plc.blocks.more import more, more_words
from assay.skills.plc.blocks.signs import other_number

WORDS, SIGNS = 3.0, 2.0
"""What the best score by words counts, and three words of a sign, beside the logarithm of a probability."""
LONGEST_SIGN = 3
PLAIN = 0.9
"""From this probability on the sentences of a longer request are not asked one by one."""
WORTH_SHOWING = 0.1
"""A block of this part of the probability by sense alone is shown to somebody who looks for one."""
SURE, ASKED = 0.7, 3
"""Where the likeliest block has less of the probability, the next one is asked about too; so many are at most."""
TENTH = 10.0
MANY = 3
"""Phrases that ask for more count up to this many."""


Node = float | tuple[int, float, Any, Any]
"""A leaf's value, or a feature's place, its threshold, and the nodes for at most that and for more."""


@dataclass(frozen=True, slots=True)
class Trust:
    """The trees over ``features``; a block is chosen from ``least`` on, from ``agreed`` on where words choose it too,
    and asked about from ``ask`` on."""

    base: float
    trees: Sequence[Node]
    least: float
    agreed: float
    ask: float

    def probability(self, row: Sequence[float]) -> float:
        """That the block does all that is asked for."""
        score = self.base + math.fsum(_leaf(tree, row) for tree in self.trees)
        return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, score))))


def _leaf(node: Node, row: Sequence[float]) -> float:
    while not isinstance(node, float):
        at, threshold, low, high = node
        node = low if row[at] <= threshold else high
    return node


@dataclass(frozen=True, slots=True)
class Likely:
    """The likeliest block of a request with its part of the probability, and the next one."""

    block: Block
    share: float
    sense: float
    second: Block
    lead: float


def choose(request: str) -> tuple[Block | None, list[Found]]:
    """The block that is meant, or None with the ones to ask about (none: the library has no such block)."""
    asked = read(request)
    shares = meaning.heard(asked.said) if leftover.terms(asked.said) else None
    if shares is None:
        return by_words(request)
    one = likely(asked, shares)
    probability = _probability(asked, one)
    chosen, near = by_words(request)
    agreed = chosen is not None and chosen.id == one.block.id
    if probability >= (trust().agreed if agreed else trust().least):
        return one.block, _found(asked, [one.block])
    if probability < trust().ask or asked.far:
        return None, near if chosen is None else []
    first = [one.block, one.second] if one.share < SURE else [one.block]
    known = {each.id for each in first}
    return None, [*_found(asked, first), *(each for each in near if each.block.id not in known)][:ASKED]


def surely(request: str, block: Block) -> bool:
    """Whether the request as a whole so plainly asks for a block that no single sentence of it needs to say so."""
    asked = read(request)
    shares = meaning.heard(asked.said)
    if shares is None:
        return False
    one = likely(asked, shares)
    return one.block.id == block.id and _probability(asked, one) >= PLAIN


def _probability(asked: Asked, one: Likely) -> float:
    """That the block does all that is asked for; none where the request says no word that the block knows, for the
    sense of any text lies nearest to some block ("It shall be good")."""
    if not any(each.block.id == one.block.id for each in find(asked.said, limit=len(blocks()))):
        return 0.0
    return trust().probability(features(asked, one))


def held_back(request: str) -> tuple[Block, tuple[str, ...]] | None:
    """The block that a request names and that is not chosen, because it says more, with that; None where no block is
    named, or one is chosen."""
    if choose(request)[0] is not None:
        return None
    asked = read(request)
    block, _ = named(asked)
    shares = meaning.heard(asked.said)
    if block is None and shares is not None and not asked.far:
        one = likely(asked, shares)
        block = one.block if _probability(asked, one) >= trust().ask else None
    if block is None:
        return None
    words = [*more_words(asked.said, block.id), *strange(asked.said, block)]
    if not leaves_little(asked.said, block) or not words:
        words += words_left(asked.said, block)
    return (block, tuple(dict.fromkeys(words))) if words else None


def likely(asked: Asked, shares: Mapping[str, float]) -> Likely:
    """The likeliest block by sense, words and signs together."""
    total = _totals(asked, shares)
    first, second = sorted(blocks(), key=lambda one: (-total[one.id], one.id))[:2]
    whole = math.fsum(math.exp(each - total[first.id]) for each in total.values())
    sense = math.log(shares.get(first.id, 0.0) + meaning.LEAST)
    return Likely(first, 1.0 / whole, sense, second, total[first.id] - total[second.id])


def search(words: str, limit: int = 5) -> list[Block]:
    """The blocks that words may mean, the likeliest first; an empty list when they say nothing the library knows."""
    asked = read(words)
    by_score = [one.block for one in find(asked.said, limit=limit)]
    shares = meaning.heard(asked.said) if leftover.terms(asked.said) else None
    if shares is None:
        return by_score
    total = _totals(asked, shares)
    meant = [one for one in blocks() if one in by_score or shares.get(one.id, 0.0) >= WORTH_SHOWING]
    return sorted(meant, key=lambda one: (-total[one.id], one.id))[:limit]


def _totals(asked: Asked, shares: Mapping[str, float]) -> dict[str, float]:
    by_score = {one.block.id: one.score for one in find(asked.said, limit=len(blocks()))}
    best = max(by_score.values(), default=0.0) + 1.0
    return {
        one.id: math.log(shares.get(one.id, 0.0) + meaning.LEAST)
        + WORDS * by_score.get(one.id, 0.0) / best
        + SIGNS * min(asked.signs.get(one.id, 0), LONGEST_SIGN) / LONGEST_SIGN
        for one in blocks()
    }


def features(
    asked: Asked, one: Likely, made: Served | None = None, *, amounts: tuple[float, float] = (0.0, 0.0)
) -> tuple[float, ...]:
    """What tells whether the likeliest block does all that is asked for. ``made``: see ``leftover.features``.
    ``amounts``: whether the request has amounts that nothing takes, and ones that two parameters claim; known while
    fitting alone, for such a block is held back by them anyway."""
    block, _ = named(asked)
    score = next((each.score for each in find(asked.said, limit=len(blocks())) if each.block.id == one.block.id), 0.0)
    return (
        one.share,
        min(one.lead, TENTH),
        one.sense,
        *leftover.features(asked.said, one.block.id, made or leftover.served()),
        float(min(MANY, len(more(asked.said, one.block.id)))),
        float(min(MANY, len(strange(asked.said, one.block)))),
        float(bool(other_number(asked.said, one.block.id))),
        float(asked.far),
        float(block is not None and block.id == one.block.id),
        float(block is not None and block.id != one.block.id),
        score / TENTH,
        float(min(asked.signs.get(one.block.id, 0), LONGEST_SIGN)),
        *amounts,
    )


@cache
def trust() -> Trust:
    """The shipped one."""
    file = resources.files("assay.skills.plc.blocks").joinpath("meaning.json")
    return trust_of(json.loads(file.read_text(encoding="utf-8"))["trust"])


def trust_of(raw: Mapping[str, Any]) -> Trust:
    """Trees from their JSON."""
    return Trust(raw["base"], [_node(one) for one in raw["trees"]], raw["least"], raw["agreed"], raw["ask"])


def _node(raw: Any) -> Node:
    if not isinstance(raw, list):
        return float(raw)
    return int(raw[0]), float(raw[1]), _node(raw[2]), _node(raw[3])


def _found(asked: Asked, some: Sequence[Block]) -> list[Found]:
    """Blocks with what words say of them."""
    scores = {one.block.id: one for one in find(asked.said, limit=len(blocks()))}
    return [scores.get(one.id, Found(one, 0.0, 0.0, 0.0)) for one in some]
