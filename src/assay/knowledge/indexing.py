"""The search index as a library keeps it: a segment a version, ranked over the segments that the asker may read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from assay.knowledge.passage import Passage
from assay.knowledge.reader import Hit, Lane

MADE_BY = "plain-1"


def build_segment(passages: Sequence[Passage]) -> bytes:
    """The index of one version, as it is stored."""
    return b""


def rank(passages: Mapping[str, Passage], query: str, limit: int, lane: Lane) -> list[Hit]:
    """The best passages by the share of the query's character pairs in them."""
    wanted = _pairs(query)
    if not wanted:
        return []
    scored = [
        (len(wanted & _pairs(one.title + " ".join(one.headings) + one.text)) / len(wanted), id)
        for id, one in passages.items()
    ]
    best = sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: (-pair[0], pair[1]))[:limit]
    return [Hit(passages[id], score, {"lexical": at}, score) for at, (score, id) in enumerate(best, 1)]


@cache
def _pairs(words: str) -> frozenset[str]:
    joined = "".join(words.casefold().split())
    return frozenset(joined[at : at + 2] for at in range(len(joined) - 1)) or frozenset({joined} - {""})
