"""Whether a library block does all that a requirement says: sentence by sentence.

A block is found by the words of the whole text, and one strong sentence may carry it. The other sentences must not ask
for something else: each is looked up by itself, and one that points elsewhere, to several blocks, or that demands
something of which the library knows nothing is told. A block is then kept back, for what is proved of it is not what
was asked.
"""

from __future__ import annotations

import re

from assay.skills.plc.blocks.block import Block, blocks
from assay.skills.plc.blocks.finding import choose, find
from assay.skills.plc.making.requirement import Numbered, Requirement

_SOME, _AS_MUCH = 3.0, 0.8  # scores of `find`: about one rare word; nearly the best
_MOSTLY = 0.7  # of the best of several that a sentence may mean
_DEMAND = re.compile(r"\b(?:shall|must|should)\b|应|必须|不得|禁止|须", re.I)


def beyond(requirement: Requirement, block: Block) -> list[Numbered]:
    """The sentences that the block may not answer; none for a request of one sentence."""
    if len(requirement.sentences) < 2:
        return []
    return [one for one in requirement.sentences if not _answers(one.text, block)]


def _answers(sentence: str, block: Block) -> bool:
    found, near = choose(sentence)
    if found is not None:
        return found.id == block.id
    if near:
        own = max((one.score for one in near if one.block.id == block.id), default=0.0)
        return own >= _MOSTLY * max(one.score for one in near) and own > 0.0
    return not _DEMAND.search(sentence) or _speaks_of(sentence, block)


def _speaks_of(sentence: str, block: Block) -> bool:
    """Whether a sentence too plain to be a request by itself speaks of this block about as much as of any other."""
    scores = {one.block.id: one.score for one in find(sentence, limit=len(blocks()))}
    return scores.get(block.id, 0.0) >= max(_SOME, _AS_MUCH * max(scores.values(), default=0.0))
