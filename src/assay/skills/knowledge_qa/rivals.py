"""Units of other documents that give another value for what is asked, or the same rule with other numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assay.skills.knowledge_qa.candidates import ACTION_HEAD
from assay.skills.knowledge_qa.cases import same_thing
from assay.skills.knowledge_qa.combine import Combiner
from assay.skills.knowledge_qa.lexicon import opposites
from assay.skills.knowledge_qa.months import clocks_of, weekdays_of
from assay.skills.knowledge_qa.quantities import amounts
from assay.skills.knowledge_qa.question import Asked, Wanted
from assay.skills.knowledge_qa.ranking import Pick, value_key
from assay.skills.knowledge_qa.terms import grams
from assay.skills.knowledge_qa.vetoes import elsewhere

ALIKE, LEAST_ALIKE = 0.65, 3
NEARLY = 0.65
"""This part of a question says what it is about."""
_VALUED = ("number", "cell", "date")
MONTH, MONTHS_DIFFER = 27 * 86400.0, 0.03
"""From this on durations in months and in days may differ by so much and be the same."""


def alike(one: str, other: str) -> bool:
    """Whether two sentences say the same but for their numbers."""
    mine, theirs = (grams(re.sub(r"\d", "", each)) for each in (one, other))
    shorter = min(len(mine), len(theirs))
    return shorter >= LEAST_ALIKE and len(mine & theirs) >= ALIKE * shorter


def rivals_of(asked: Asked, best: Pick, others: Sequence[Pick]) -> list[Pick]:
    """The units of other documents that may contradict an answer: another value of the same kind, in no other
    state and of no other equipment."""
    if asked.wanted is Wanted.YES_NO:
        return [pick for pick in others if _says_otherwise(best, pick) and _of_one_case(asked, best, pick)]
    if best.short.kind not in _VALUED:
        return []
    return [
        pick
        for pick in others
        if pick.candidate.passage.document != best.candidate.passage.document
        and pick.short.kind in _VALUED
        and another_value(asked, best, pick)
        and _of_one_case(asked, best, pick)
    ]


def _of_one_case(asked: Asked, best: Pick, pick: Pick) -> bool:
    """Whether two units may speak of one thing: in no other state and of no other equipment."""
    return _as_near(asked, best, pick) and not elsewhere(pick) and not _other_state(asked, best, pick)


def _says_otherwise(best: Pick, pick: Pick) -> bool:
    """Whether a sentence of another document says the same with other numbers."""
    one, other = best.candidate, pick.candidate
    if one.passage.document == other.passage.document or one.passage.lang != other.passage.lang:
        return False
    mine, theirs = amounts(one.text), amounts(other.text)
    shared = {each.dimension for each in mine if each.unit} & {each.dimension for each in theirs if each.unit}
    compared = [each for each in mine if each.unit and each.dimension in shared]
    differ = any(not any(each.same(another) for another in theirs) for each in compared)
    return differ and alike(one.text, other.text)


def another_value(asked: Asked, best: Pick, pick: Pick) -> bool:
    """Whether two short answers give different values of one quantity, or other weekdays or times of day; a value that
    is said in two units is one."""
    for read in (weekdays_of, clocks_of):
        mine_at, theirs_at = read(best.short.text), read(pick.short.text)
        if mine_at and theirs_at and mine_at != theirs_at:
            return True
    mine, theirs = value_key(asked, best), value_key(asked, pick)
    if _dimension(mine) is None or _dimension(mine) != _dimension(theirs) or _acts(pick):
        return False
    return set(mine) != set(theirs) and not _as_long(mine, theirs)


def _as_long(mine: tuple[object, ...], theirs: tuple[object, ...]) -> bool:
    """Whether two durations are one: two months and 60 days."""
    told = [one[0] for key in (mine, theirs) for one in key if isinstance(one, tuple)]
    sizes = sorted(one for one in told if isinstance(one, float))  # a size that is not known is told as words
    if len(mine) != 1 or len(told) != 2 or len(sizes) != 2 or _dimension(mine) != "[time]":
        return False
    low, high = sizes
    return low >= MONTH and high <= low * (1.0 + MONTHS_DIFFER)


def _acts(pick: Pick) -> bool:
    """Whether a cell says what is to be done: a number in it is no value of the row."""
    cell = pick.candidate.field
    return cell is not None and pick.short.kind == "cell" and bool(ACTION_HEAD.search(cell.header))


def _as_near(asked: Asked, best: Pick, pick: Pick) -> bool:
    """Whether a unit names the equipment of the question as the best one does; where the question names none, texts in
    two languages are about the same thing too rarely for the model's word alone."""
    if asked.codes:
        return pick.features.get("codes_missing", 0.0) <= best.features.get("codes_missing", 0.0)
    return pick.candidate.passage.lang == best.candidate.passage.lang


def rival_of(asked: Asked, best: Pick, others: Sequence[Pick], weights: Combiner) -> Pick | None:
    """A unit of another document that gives another value for the same thing under the same conditions."""
    if asked.wanted not in (Wanted.NUMBER, Wanted.DURATION, Wanted.COUNT) or best.short.kind == "sentence":
        return None
    mine = value_key(asked, best)
    for pick in others:
        one, other = best.candidate, pick.candidate
        theirs = value_key(asked, pick)
        if one.passage.document == other.passage.document:
            continue
        if pick.short.kind not in ("number", "cell") or theirs == mine or _dimension(mine) != _dimension(theirs):
            continue
        if _acts(pick) or _as_long(mine, theirs):
            continue
        if asked.codes and alike(one.text, other.text) and not pick.features.get("codes_missing"):
            # Rows of one machine are alike in all but what they are of (length of the hook, height of the table).
            if not other.unit.fields or _says_as_much(best, pick, ("rest", "focus"), weights):
                return pick
        if best.score - pick.score > weights.conflict_gap:
            continue
        names_as_much = _says_as_much(best, pick, ("cover", "rest", "focus"), weights)
        names_as_much = names_as_much or same_thing(asked, best, pick)
        if names_as_much and pick.features.get("code", 0.0) >= best.features.get("code", 0.0):
            if not _other_state(asked, best, pick) and not pick.features.get("code_conflict"):
                return pick
    return None


def _says_as_much(best: Pick, pick: Pick, names: Sequence[str], weights: Combiner) -> bool:
    return all(pick.features.get(name, 0.0) >= weights.conflict_cover * best.features.get(name, 0.0) for name in names)


def said_elsewhere(asked: Asked, best: Pick, others: Sequence[Pick]) -> Pick | None:
    """A unit of another document that says most of the question beside another value: an answer that rests on
    the question's words alone is not certain against it, whatever the state ("before", "after") that either names."""
    mine = value_key(asked, best)
    for pick in others:
        theirs = value_key(asked, pick)
        if pick.candidate.passage.document == best.candidate.passage.document or pick.short.kind not in _VALUED:
            continue
        if pick.features.get("cover", 0.0) < NEARLY or pick.features.get("codes_missing", 0.0):
            continue
        if theirs != mine and _dimension(theirs) == _dimension(mine) and not (_acts(pick) or _as_long(mine, theirs)):
            return pick
    return None


def _dimension(key: tuple[object, ...]) -> object:
    first = key[0]
    return first[1] if isinstance(first, tuple) else None


def _other_state(asked: Asked, best: Pick, pick: Pick) -> bool:
    """Whether the two units stand under opposite states, so that both can be true."""
    for group in opposites():
        mine = {at for at, pattern in enumerate(group) if pattern.search(best.candidate.text)}
        other = {at for at, pattern in enumerate(group) if pattern.search(pick.candidate.text)}
        if mine and other and not mine & other:
            return True
    return False
