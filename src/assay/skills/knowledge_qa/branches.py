"""Units of the same place that give other values under conditions that the question does not name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assay.skills.knowledge_qa.candidates import above_of
from assay.skills.knowledge_qa.cases import case_named
from assay.skills.knowledge_qa.combine import Combiner
from assay.skills.knowledge_qa.quantities import codes
from assay.skills.knowledge_qa.question import Asked
from assay.skills.knowledge_qa.ranking import Pick, value_key
from assay.skills.knowledge_qa.terms import grams

TWIN = 0.4
"""Two sentences are twins when they share this part of their words."""


def twin_of(asked: Asked, best: Pick, others: Sequence[Pick]) -> Pick | None:
    """A sentence of the same passage that gives another number in the same words for another case, where the question
    names neither case ("pumps: at least 10 s; fans: at least 60 s")."""
    if best.candidate.unit.fields or best.short.kind != "number" or best.candidate.passage.lang != asked.lang:
        return None
    question = {piece for piece in grams(asked.text) if len(piece) > 1}
    for pick in others:
        same_place = pick.candidate.passage.id == best.candidate.passage.id and pick.short.kind == "number"
        if not same_place or pick.candidate.unit.fields or value_key(asked, pick) == value_key(asked, best):
            continue
        named = [set(codes(each.candidate.text)) & set(asked.codes) for each in (best, pick)]
        if named[0] != named[1]:
            continue
        mine, theirs = (grams(re.sub(r"\d", "", each.candidate.text)) for each in (best, pick))
        alike_enough = len(mine & theirs) >= TWIN * len(mine | theirs)
        if alike_enough and not (mine - theirs) & question and not (theirs - mine) & question:
            return pick
    return None


def branches_of(asked: Asked, best: Pick, others: Sequence[Pick], weights: Combiner) -> list[Pick]:
    """Rows of the same table that answer as well, under conditions that the question does not name."""
    if not best.candidate.unit.fields or best.candidate.field is None:
        return []
    own = best.candidate
    found = []
    for pick in others:
        other = pick.candidate
        alike = (
            other.unit.fields
            and other.field is not None
            and own.field is not None
            and other.field.header == own.field.header
            and above_of(other.passage) == above_of(own.passage)
        )
        if not alike or best.score - pick.score > weights.branch_gap:
            continue
        if any(
            abs(own.features.get(name, 0.0) - other.features.get(name, 0.0)) > 0.15
            for name in ("row_match", "row_conflict", "code", "code_conflict", "amount")
        ):
            continue
        if value_key(asked, pick) != value_key(asked, best) and not case_named(asked, own.unit, other.unit):
            found.append(pick)
    return found
