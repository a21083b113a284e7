"""What no probability outweighs: what a unit cannot answer whatever is thought of it, and what is certain."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

from assay.skills.knowledge_qa.candidates import gives_reason, gives_way
from assay.skills.knowledge_qa.columns import code_asked
from assay.skills.knowledge_qa.parts import EACH
from assay.skills.knowledge_qa.quantities import amounts, codes
from assay.skills.knowledge_qa.question import TOGETHER, Asked, Wanted
from assay.skills.knowledge_qa.ranking import CELL_SAYS, Pick
from assay.skills.knowledge_qa.spans import PERIOD

_RESPECTIVELY = re.compile(r"分别|各自|respectively", re.I)
_JOINED = re.compile(r"和|与|及|跟|、|(?<![a-z])and(?![a-z])", re.I)
_SEVERAL = re.compile(r"[两三四](?=[\u4e00-\u9fff])|(?<![a-z])(?:two|three|both)(?![a-z])", re.I)
_COUNTS = re.compile(
    r"[\d零一二三四五六七八九十两半百千万]|(?<![a-z])(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|dozen|twice|once|half|none|an? (?:second|minute|hour|shift|day|week|month|year))(?![a-z])",
    re.I,
)
_TO = re.compile(r"\s*(?:至|到|~|～|–|—|-|to)\s*", re.I)
FOR_EACH = re.compile(r"每|各|均|都|(?<![a-z])(?:each|every|both|all)(?![a-z])", re.I)
HEARD = 1.0
"""From these log-odds on the model's reading of a unit counts for more than what its form alone speaks against."""


def heard(pick: Pick) -> bool:
    """Whether the model reads in a unit what is asked for."""
    return pick.features.get("given", 0.0) >= HEARD


def unmoved(pick: Pick) -> bool:
    """Whether the short answer is code's own."""
    return not (pick.features.get("moved", 0.0) or pick.features.get("read_moved", 0.0))


def vetoed(asked: Asked, pick: Pick) -> bool:
    """What no probability outweighs: an answer in another dimension than asked for or without the number that is asked
    for, equipment whose sibling alone is named, another case by its number or designation, several things that code
    could not part, or one number for two of them; and where the model does not read the answer there, what the unit's
    form speaks against."""
    if pick.features.get("dimension_fit", 0.0) < 0 or elsewhere(pick) or not _all_told(asked, pick):
        return True
    return _without_number(asked, pick) or (not heard(pick) and _ill_formed(asked, pick))


def _ill_formed(asked: Asked, pick: Pick) -> bool:
    """Whether nothing decides yes or no, the unit gives another kind of thing than asked for, or none of the equipment
    is named around it."""
    if pick.features.get("undecided", 0.0) or _of_another_kind(asked, pick):
        return True
    named = [code for code in asked.codes if not code.startswith("GRADE")]
    return bool(named) and pick.features.get("codes_missing", 0.0) >= len(named)


def _all_told(asked: Asked, pick: Pick) -> bool:
    """Whether as many things are told as asked for: not where code could not part them, and not one number where the
    question wants one of each of two things and the unit does not say that it holds for each."""
    if asked.asks != 1:
        return asked.asks == TOGETHER
    if asked.wanted is Wanted.YES_NO or _values(pick.short.text) != 1:
        return True
    joined = EACH.search(asked.text) and (_JOINED.search(asked.text) or _SEVERAL.search(asked.text))
    return not (_RESPECTIVELY.search(asked.text) or joined) or bool(FOR_EACH.search(pick.candidate.text))


def _values(short: str) -> int:
    """How many values a short answer gives; a range is one."""
    read = amounts(short)
    return len(read) - sum(bool(_TO.fullmatch(short[one.end : two.start])) for one, two in pairwise(read))


def elsewhere(pick: Pick) -> bool:
    """Whether a unit speaks of other equipment, or of another case by its number or designation, or the next sentence
    says the same of the question's equipment: no other short answer inside it mends that."""
    return any(pick.features.get(name, 0.0) for name in ("code_conflict", "range_clash", "mark_clash", "overruled"))


def _of_another_kind(asked: Asked, pick: Pick) -> bool:
    """A reason or a way is asked for and none is given, or a code and the answer is an amount, or anything but yes or
    no and the cell says just that."""
    one = pick.candidate
    if asked.wanted is Wanted.REASON:
        return not gives_reason(one.text)
    cell = one.field if pick.short.kind == "cell" else None
    if cell is not None and asked.wanted not in (Wanted.YES_NO, Wanted.ANY) and CELL_SAYS.match(cell.value):
        return True
    if asked.wanted is Wanted.WAY:
        return not gives_way(one.text if cell is None else cell.value, "" if cell is None else cell.header)
    return code_asked(asked) and bool(amounts(pick.short.text)) and not codes(pick.short.text)


def _without_number(asked: Asked, pick: Pick) -> bool:
    """Whether a number is asked for and the cell, or the whole sentence, holds none."""
    if asked.wanted not in (Wanted.NUMBER, Wanted.DURATION, Wanted.COUNT):
        return False
    told = pick.candidate.text.removeprefix(pick.candidate.unit.number or "")
    told = pick.short.text if pick.short.kind == "cell" else told
    return not (_COUNTS.search(told) or PERIOD.search(told))


def certain(features: Mapping[str, float]) -> bool:
    """Whether a unit says every word of the question beside one number of the wanted dimension, or beside what is to be
    done with the thing that it names, and nothing speaks against it: such an answer needs no statistics. A model that
    denies it is heard."""
    against = ("codes_missing", "code_conflict", "state_conflict", "uncovered", "cells_tied", "inner_branches", "when")
    if any(features.get(name, 0.0) for name in against) or features.get("row_conflict", 0.0) >= 0.2:
        return False
    if features.get("given", 1.0) <= 0.0 or features.get("agrees", 0.0) < 0.0:
        return False
    if all(features.get(name, 0.0) >= 1.0 for name in ("wanted_way", "kind_fit", "code_own", "all_said")):
        return True
    said = features.get("rest_near", 0.0) >= 0.8 and features.get("sure", 0.0) >= 0.8
    return said and features.get("dimension_fit", 0.0) == 1.0
