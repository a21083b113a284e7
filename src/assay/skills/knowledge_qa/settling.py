"""Code's short answer beside the words that the model read in the same unit.

The model's words count only as far as they stand in the unit: a cell of the row, a number with its unit, or the very
words of the sentence. Where they are another answer than code's, they become the short answer; both are judged by the
same features afterwards.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace

from assay.knowledge.passage import Field
from assay.skills.knowledge_qa.candidates import value_of
from assay.skills.knowledge_qa.columns import meaning_asked, open_columns, sister_named
from assay.skills.knowledge_qa.fit import answer_fit, names_code
from assay.skills.knowledge_qa.quantities import amounts, codes
from assay.skills.knowledge_qa.question import Asked
from assay.skills.knowledge_qa.ranking import Pick, clause_around, nothing
from assay.skills.knowledge_qa.spans import Short, compared_as, conditional_list

READ = 0.6
"""How sure a short answer is that the model read and code would not have taken."""
LEAST = 2
"""Fewer letters than this are words only where they are a number."""
_INSIDE = re.compile(r"\d\0\d|[A-Za-z]\0[A-Za-z]|\d\0[.,]\d|\d[.,]\0\d")
_YES = re.compile(r"\s*(?:yes|是的?|可以|能|允许|对|需要)(?![\w])", re.I)
_NO = re.compile(r"\s*(?:no|not? |否|不|严禁|禁止)", re.I)


def settled(asked: Asked, pick: Pick, words: str, spoken: Mapping[str, frozenset[str]]) -> Pick:
    """The pick with the short answer that is left when both were heard.

    Features: ``agrees`` 1 where both say the same, -1 where the model says otherwise and is not followed, ``moved`` 1
    where it is followed, all 0 where it read nothing that stands in the unit.
    """
    if not words.strip():
        return _told(pick)
    if pick.yes is not None or asked.yes_no:
        said = _yes(words)
        if said is None or pick.yes is None:
            return _told(pick)
        return _told(pick, agrees=1.0 if said == pick.yes else -1.0)
    if same(words, pick.short.text):
        return _told(pick, agrees=1.0)
    cell: Field | None = None
    if pick.candidate.unit.fields:
        cell = _cell(pick, words)
        if cell is not None and cell == pick.candidate.field:
            return _told(pick, agrees=1.0)
        cell = None if cell is not None and not _may_be_meant(asked, pick, cell) else cell
        short = None if cell is None else Short(value_of(cell, pick.candidate.unit), -1, -1, READ, "cell")
    else:
        short = _span(pick, words)
        if short is not None and (
            _of_another(asked, clause_around(pick.candidate.unit.text, short.start, short.end))
            or _less(pick, short)
            or _otherwise_compared(asked, pick, short)
        ):
            short = None
    return _told(pick, agrees=-1.0) if short is None else _moved(asked, pick, short, cell, spoken)


def heeded(asked: Asked, pick: Pick, spoken: Mapping[str, frozenset[str]]) -> Pick:
    """The same with the words that the small reader found (``read_agrees``, ``read_moved``)."""
    made = settled(asked, pick, pick.candidate.words, spoken)
    features = {name: value for name, value in made.features.items() if name not in ("agrees", "moved")}
    told = {f"read_{name}": made.features[name] for name in ("agrees", "moved")}
    return replace(made, features={**features, **told})


def _told(pick: Pick, *, agrees: float = 0.0, moved: float = 0.0) -> Pick:
    return replace(pick, features={**pick.features, "agrees": agrees, "moved": moved})


def _yes(words: str) -> bool | None:
    """Yes or no, where the words say either."""
    return True if _YES.match(words) else False if _NO.match(words) else None


def same(words: str, short: str) -> bool:
    """Whether two short answers say the same: one holds the other, or both the same amounts."""
    mine, theirs = _plain(words), _plain(short)
    if mine and theirs and (mine == theirs or (min(len(mine), len(theirs)) > LEAST and _inside(words, short))):
        return True
    read, other = amounts(words), amounts(short)
    return bool(read) and len(read) == len(other) and all(a.same(b) for a, b in zip(read, other, strict=True))


def _inside(one: str, other: str) -> bool:
    """Whether one holds the other, and no amount that the other lacks."""
    mine, theirs = _plain(one), _plain(other)
    return (mine in theirs or theirs in mine) and len(amounts(one)) == len(amounts(other))


def _otherwise_compared(asked: Asked, pick: Pick, short: Short) -> bool:
    """Whether code's answer stands at the comparison that is asked for ("how soon": within ..), and this does not."""
    text, own = pick.candidate.unit.text, pick.short
    mine, theirs = (compared_as(asked, text, one.start, one.end) for one in (own, short))
    return own.start >= 0 and mine and not theirs


def _cell(pick: Pick, words: str) -> Field | None:
    """The one cell of a row that says the words."""
    unit = pick.candidate.unit
    told = [(cell, value_of(cell, unit)) for cell in unit.fields if cell.value.strip()]
    exact = [(cell, value) for cell, value in told if _plain(words) in (_plain(value), _plain(cell.value))]
    found = exact or [(cell, value) for cell, value in told if same(words, value)]
    return found[0][0] if len(found) == 1 else None


def _span(pick: Pick, words: str) -> Short | None:
    """Where a sentence says the words, numbers with their units."""
    text = pick.candidate.unit.text
    place = _place(text, words)
    if place is None:
        return None
    start, end = place
    numbers = [one for one in amounts(text) if one.start < end and start < one.end]
    start = min([start, *(one.start for one in numbers)])
    end = max([end, *(one.end for one in numbers)])
    said = text[start:end].strip(" ,.;:，。；：、")
    if len(_plain(said)) < LEAST and not numbers:
        return None
    start = text.index(said, start)
    return Short(said, start, start + len(said), READ, "number" if numbers else "read")


def _place(text: str, words: str) -> tuple[int, int] | None:
    """Where the words stand, whatever the width and case of letters and the blanks between them; else where the only
    number of the same amount stands."""
    letters = [(at, each) for at, one in enumerate(text) for each in _plain(one)]
    wanted, said = _plain(words), "".join(each for _, each in letters)
    at = said.find(wanted) if wanted else -1
    while at >= 0:
        start, end = letters[at][0], letters[at + len(wanted) - 1][0] + 1
        if not (_cut(text, start) or _cut(text, end)):
            return start, end
        at = said.find(wanted, at + 1)
    read = amounts(words)
    alike = [one for one in amounts(text) if len(read) == 1 and one.same(read[0])]
    return (alike[0].start, alike[0].end) if len(alike) == 1 else None


def _cut(text: str, at: int) -> bool:
    """Whether a place is inside a number or a word of Latin letters."""
    before, behind = (unicodedata.normalize("NFKC", one) for one in (text[max(0, at - 2) : at], text[at : at + 2]))
    return bool(_INSIDE.search(f"{before}\0{behind}"))


def _of_another(asked: Asked, words: str) -> bool:
    """Whether words name equipment, and none that the question names."""
    named = codes(words)
    return bool(asked.codes and named) and not any(names_code(code, each) for code in asked.codes for each in named)


def _less(pick: Pick, short: Short) -> bool:
    """Whether words give no number where code's short answer is one of the dimension that is asked for."""
    return pick.features.get("dimension_fit", 0.0) == 1.0 and not amounts(short.text)


def _may_be_meant(asked: Asked, pick: Pick, cell: Field) -> bool:
    """Whether the words may take another cell: of no other equipment than the question names, and of a column for
    another machine, room or product than code's only where the question names that one."""
    if _of_another(asked, f"{cell.header} {cell.value}"):
        return False
    own = pick.candidate.field
    if own is not None and meaning_asked(asked, own, pick.candidate.unit):
        return False  # "what is E-103?" asks for its meaning, whatever is to be done about it
    return own is None or sister_named(asked, pick.candidate.unit, own, cell) is not False


def _moved(asked: Asked, pick: Pick, short: Short, cell: Field | None, spoken: Mapping[str, frozenset[str]]) -> Pick:
    candidate = pick.candidate if cell is None else replace(pick.candidate, field=cell)
    features = {
        **pick.features,
        **answer_fit(asked, candidate, short, spoken),
        "sure": short.sure,
        "inner_branches": float(cell is None and conditional_list(asked, candidate.text)),
        "when": 0.0,
        "cells_tied": float(open_columns(asked, candidate.unit, cell, value_of)),
        "none": float(nothing(candidate)),
    }
    return _told(replace(pick, candidate=candidate, short=short, features=features), moved=1.0)


def _plain(text: str) -> str:
    """Without blanks and marks; one width and case."""
    return "".join(one for one in unicodedata.normalize("NFKC", text).lower() if one.isalnum() or one in "%℃°.-/")
