"""Whether a library block does all that a requirement says: sentence by sentence.

A block is found by the words of the whole text, and one strong sentence may carry it. The other sentences must not ask
for something else: each is looked up by itself, and one that points elsewhere, to several blocks, or that demands
something of which the library knows nothing is told. A block is then kept back, for what is proved of it is not what
was asked.
"""

from __future__ import annotations

import re

from assay.skills.plc.blocks.block import Block
from assay.skills.plc.blocks.finding import choose
from assay.skills.plc.making.requirement import Numbered, Requirement

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
        return [one.block.id for one in near] == [block.id]
    return not _DEMAND.search(sentence)
