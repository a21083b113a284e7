"""Whether a library block does all that a requirement says: sentence by sentence.

A block is found by the words of the whole text, and one strong sentence may carry it. The other sentences must not ask
for something else: each is looked up by itself, and one that points elsewhere, to several blocks, or that demands
something of which the library knows nothing is told. A block is then kept back, for what is proved of it is not what
was asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assay.skills.plc.blocks.block import Block, blocks
from assay.skills.plc.blocks.choosing import surely
from assay.skills.plc.blocks.filling import read_parameters
from assay.skills.plc.blocks.finding import Found, by_words, find
from assay.skills.plc.blocks.meaning import elsewhere
from assay.skills.plc.blocks.more import answers, more
from assay.skills.plc.making.requirement import Numbered, Requirement

_SOME, _AS_MUCH = 3.0, 0.8  # scores of `find`: about one rare word; nearly the best
_MOSTLY = 0.7  # of the best of several that a sentence may mean
_TOLD = re.compile(r"[\d\u4e00-\u9fff]")
_DEMAND = re.compile(r"\b(?:shall|must|should)\b|应|必须|不得|禁止|须", re.I)


def beyond(requirement: Requirement, block: Block) -> list[Numbered]:
    """The sentences that the block may not answer; none for a request of one sentence. Where the request as a whole
    plainly asks for the block, only those that name something else."""
    if len(requirement.sentences) < 2:
        return []
    plain = surely(requirement.text, block)
    return [
        one
        for one in requirement.sentences
        if not (_answers(one.text, block) or _tells(one.text, block)) and (not plain or _elsewhere(one.text, block))
    ]


def _elsewhere(sentence: str, block: Block) -> bool:
    """Whether a sentence by itself names other blocks, or says what only others do."""
    found, near = by_words(sentence)
    if found is not None or more(sentence, block.id):
        return found is None or found.id != block.id
    return bool(near) and not _as_near(near, block)


def _as_near(near: Sequence[Found], block: Block) -> bool:
    """Whether a block is about as near to a sentence as any of those that it may mean."""
    own = max((one.score for one in near if one.block.id == block.id), default=0.0)
    return own > 0.0 and own >= _MOSTLY * max(one.score for one in near)


def _tells(sentence: str, block: Block) -> bool:
    """Whether a sentence may tell of the block after all (why it is wanted, what goes wrong today), by its sense, and
    says nothing that only others do."""
    return not more(sentence, block.id) and elsewhere(sentence, block.id) is False


def _answers(sentence: str, block: Block) -> bool:
    if _says_nothing(sentence):
        return True
    found, near = by_words(sentence)
    if (found is not None and found.id == block.id) or answers(sentence, block.id):
        return True
    if found is not None or more(sentence, block.id):
        return False
    if (not near or any(one.block.id == block.id for one in near)) and _sets(sentence, block):
        return True
    if near:
        return _as_near(near, block)
    return not _DEMAND.search(sentence) or _speaks_of(sentence, block)


def _says_nothing(sentence: str) -> bool:
    """A heading (控制要求：), or a word or two that ask for nothing (Regards)."""
    if _DEMAND.search(sentence):
        return False
    return sentence.rstrip().endswith((":", "：")) or (len(sentence.split()) < 3 and not _TOLD.search(sentence))


def _sets(sentence: str, block: Block) -> bool:
    """Whether all amounts of a sentence are parameters of the block."""
    filled = read_parameters(block, sentence)
    return bool(filled.values) and not (filled.unused or filled.unclear)


def _speaks_of(sentence: str, block: Block) -> bool:
    """Whether a sentence too plain to be a request by itself speaks of this block about as much as of any other."""
    scores = {one.block.id: one.score for one in find(sentence, limit=len(blocks()))}
    return scores.get(block.id, 0.0) >= max(_SOME, _AS_MUCH * max(scores.values(), default=0.0))
