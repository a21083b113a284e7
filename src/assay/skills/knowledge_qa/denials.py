"""Clauses that say that a thing is not there, not done or not meant: what they deny is what the question takes for
granted only where the question names it."""

from __future__ import annotations

import re

from assay.skills.knowledge_qa.quantities import codes
from assay.skills.knowledge_qa.question import Asked
from assay.skills.knowledge_qa.terms import grams

_CLAUSE = re.compile(r"[，,；;。]|\.(?=\s|$)|(?<![a-z])but(?![a-z])|但(?!书)")
_DENIES = re.compile(
    r"没有|没装|未装|未设|不设|不配|不带|不装|不存在|不再(?:需要|使用|设|装)?|无(?=[\u4e00-\u9fff]{1,8}$)"
    r"|不(?=[打加磨检压调做涂投限补镀刷测清标校喷抽充换][\u4e00-\u9fff]{0,6}(?:\s|[（(]|$))|不适用|已拆除|已取消"
    r"|(?<![a-z])(?:has|have|with|needs?|is|are|and|carry|carries|shows?|there is|there are|contains?) (?:no|nothing)"
    r"(?! (?:more|less|later|longer|higher|lower|other|further|fewer|one|need|doubt)(?![a-z]))(?![a-z])"
    r"|(?<![a-z])(?:do|does) not (?=(?:have|go|need|use|carry|get|apply|belong)(?![a-z]))"
    r"|(?<![a-z])(?:is|are) not (?:fitted|provided|installed|part|used)(?![a-z])|has been removed",
    re.I,
)
_NONE = re.compile(
    r"(?<![a-z])(?:none(?! of)|not at all|was never|were never|never existed)(?![a-z])|一概没有|都没有", re.I
)
_NEED = re.compile(r"(?:has|have|there is) no need", re.I)
MOST_AHEAD = 40
LEAST_SHARED = 2


def denied(asked: Asked, text: str) -> bool:
    """Whether a clause denies just what the question asks about: the thing behind the "no" is in the question, or with
    "none" the thing before it; and no other machine than the question's is its subject."""
    question = grams(asked.text) | set(re.findall(r"\d+", asked.text))
    for clause in _CLAUSE.split(text):
        named = set(codes(clause))
        if named and asked.codes and not named & set(asked.codes):
            continue
        if (match := _NONE.search(clause)) and _shared(question, clause) >= LEAST_SHARED:
            return True
        match = None if _NEED.search(clause) else _DENIES.search(clause)
        if match is None:
            continue
        if "已" in match.group() or "removed" in match.group():
            if _shared(question, clause[: match.start()]) >= LEAST_SHARED:
                return True
            continue
        behind = clause[match.end() :][:MOST_AHEAD]
        before = clause[: match.start()]
        about = not before.strip() or _shared({each for each in question if _whole(each)}, before) or _points(before)
        if about and _shared(question, behind):
            return True
    return False


def _whole(piece: str) -> bool:
    """Whether a piece of text is more than a single Han character, which many names share."""
    return len(piece) > 1 or piece.isascii()


def _shared(question: frozenset[str] | set[str], words: str) -> int:
    """How many words of a stretch the question says; a number counts as one."""
    return len(question & (grams(words) | set(re.findall(r"\d+", words))))


def _points(before: str) -> bool:
    """Whether a clause's subject stands before it ("it has no condenser")."""
    return bool(
        re.match(r"^\s*(?:and |so )?(?:it|they|there|all|this|these)(?![a-z])|^\s*(?:其|它|均|都|也)", before, re.I)
    )
