"""How a short answer fits what is asked for: its dimension, its kind, and the attribute's words beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from assay.knowledge.reader import Hit
from assay.skills.knowledge_qa.candidates import Candidate, cell_amounts, named_share
from assay.skills.knowledge_qa.clashes import clash_features
from assay.skills.knowledge_qa.polarity import meant_clause
from assay.skills.knowledge_qa.quantities import amounts, codes, dimension
from assay.skills.knowledge_qa.question import Asked, Wanted
from assay.skills.knowledge_qa.spans import Short
from assay.skills.knowledge_qa.terms import coverage, covered, said, terms_of

HEAD = 400
"""Code points at a document's beginning that say what it is."""
UNNAMED = 0.3
"""Below this part a cell is not named by the question."""
_KIND_OF_THING = re.compile(
    r"(?:(?<![A-Za-z])(?:the|an?|each|both)\s+(?P<words>(?:(?!(?:of|in|on|at|for|with|and|or|to|from|by)\s)[A-Za-z][A-Za-z-]*\s+){1,3})"
    r"|(?P<han>[\u4e00-\u9fff]{0,4}(?:[泵机炉阀釜塔罐箱器槽仓柜]|装置|系统|储罐|换热器))\s*)$",
    re.I,
)
_NUMBERS = (Wanted.NUMBER, Wanted.DURATION, Wanted.COUNT)


def answer_fit(asked: Asked, one: Candidate, short: Short, spoken: Mapping[str, frozenset[str]]) -> dict[str, float]:
    """Features of a unit with its short answer. ``spoken``: the codes that stand for a document as a whole, by its id
    (see ``codes_of_documents``)."""
    near = said(_near(asked, one))
    around = said(f"{one.above}\n{one.text}")
    absent = codes_missing(asked, one, spoken.get(one.passage.document, frozenset()))
    known = described(asked) if not absent else frozenset()
    plain = [term for term in asked.terms if term.kind != "code"]
    missing = [term for term in plain if covered(term, around) < 0.5 and term.text not in known]
    focus = [term for term in asked.focus if term.kind != "code"]
    other = label_other(asked, one)
    return {
        "label_other": other,
        "substituted": float(other > UNNAMED and bool(missing)),
        "row_unnamed": float(bool(one.unit.fields) and one.features.get("row_match", 0.0) < UNNAMED),
        "numberless": float(asked.wanted in _NUMBERS and not amounts(short.text)),
        "all_said": float(not missing),
        "dimension_fit": dimension_fit(asked, short),
        "kind_of_short": kind_of_short(asked, short),
        "rest": coverage(plain, around),
        "rest_near": coverage(plain, near),
        "uncovered": min(4.0, float(len(missing))),
        "row_uncovered": min(4.0, float(len(missing))) * bool(one.unit.fields),
        "coded_uncovered": min(4.0, float(len(missing))) * bool(asked.codes),
        "focus": coverage(focus, around) if focus else 0.5,
        "focus_near": coverage(focus, near) if focus else 0.5,
        "focus_missing": max((1 - covered(term, near) for term in focus), default=0.0),
        "focus_known": float(bool(focus)),
        "unit_named": float(asked.unit is not None),
        "codes_asked": min(2.0, float(len(asked.codes))),
        "codes_missing": float(len(absent)),
        "own_missing": own_missing(asked, one),
        **clash_features(asked, one),
    }


def described(asked: Asked) -> frozenset[str]:
    """The terms that only say what kind of thing a code is ("the planetary gearbox GB-420", ``碱泵 P-201B``): where the
    code is named, they need not be said again."""
    found: set[str] = set()
    for code in asked.codes:
        at = asked.text.upper().find(code.upper())
        if at > 0 and (match := _KIND_OF_THING.search(asked.text[:at])):
            found |= {term.text for term in terms_of(match["words"] or match["han"])}
    return frozenset(found)


def codes_of_documents(hits: Sequence[Hit]) -> dict[str, frozenset[str]]:
    """The codes in the head of each document (number, title, what it is valid for), as far as hits show it."""
    found: dict[str, frozenset[str]] = {}
    for hit in hits:
        place = hit.passage.first
        if place.page == 1 and place.start < HEAD:
            here = frozenset(codes(f"{hit.passage.title}\n{hit.passage.text[:HEAD]}"))
            found[hit.passage.document] = found.get(hit.passage.document, frozenset()) | here
    return found


def codes_missing(asked: Asked, one: Candidate, spoken: frozenset[str]) -> list[str]:
    """The question's codes that neither the unit, nor what stands above or around it, nor its document's head names.

    A family is named by its members (``K-301`` by ``K-301A``), a nickname by the code that ends with it (``201B``).
    """
    here = said(f"{one.above}\n{one.passage.text}").codes | said(one.text).codes | spoken
    return [code for code in asked.codes if not any(names_code(code, each) for each in here)]


def names_code(asked: str, told: str) -> bool:
    """Whether a code in a text is the one that is asked for."""
    if asked == told:
        return True
    family = told.startswith(asked) and len(told) == len(asked) + 1 and told[-1].isalpha() and asked[-1].isdigit()
    nickname = asked[0].isdigit() and told.endswith(f"-{asked}")
    return family or nickname


def label_other(asked: Asked, one: Candidate) -> float:
    """The greatest part of a row's label or of one of its conditions that the question does not name: with a word of
    the question that nothing says, another row is meant (the neighbour of one that is not there)."""
    cells = [cell for at, cell in enumerate(one.unit.fields) if cell != one.field and (at == 0 or cell.condition)]
    return max((1.0 - named_share(asked, cell.value) for cell in cells if cell.value.strip()), default=0.0)


def _near(asked: Asked, one: Candidate) -> str:
    """What names the short answer: of a row its heading, label and caption; of a sentence the clause that is meant."""
    if one.unit.fields:
        head = one.field.header if one.field is not None else ""
        label = one.unit.fields[0].value
        conditions = " ".join(cell.value for cell in one.unit.fields if cell.condition)
        return f"{head} {one.field.unit if one.field else ''} {label} {conditions} {one.passage.lead}"
    return meant_clause(asked, one.text)


@cache
def plain_dimensions() -> frozenset[str]:
    """The dimensions that plant words name without fail."""
    return frozenset(dimension(unit) for unit in ("K", "Pa", "A", "V", "W", "m", "kg", "s", "rpm", "m3/h", "N·m", "L"))


def dimension_fit(asked: Asked, short: Short) -> float:
    """1 where the answer's number has a dimension that is asked for, -1 where it has another, else 0."""
    if asked.wanted not in _NUMBERS:
        return 0.0
    read = cell_amounts(short.text) if short.kind == "cell" else amounts(short.text)
    if not read:
        return 0.0
    dims = asked.dimensions
    if not dims:
        return 0.0
    if any(one.dimension in dims for one in read):
        return 1.0
    if asked.wanted is Wanted.DURATION and all(one.unit for one in read):
        return -1.0
    # A rate, a share of one substance in another, a bare number: whether words meant these, dimensions cannot tell.
    return -1.0 if all(one.dimension in plain_dimensions() for one in read) else 0.0


def kind_of_short(asked: Asked, short: Short) -> float:
    """-1 where a name, person or place is asked for and a bare number is given, 1 where words are."""
    if asked.wanted not in (Wanted.NAME, Wanted.PERSON, Wanted.PLACE, Wanted.WAY, Wanted.REASON):
        return 0.0
    bare = short.kind in ("cell", "number") and bool(amounts(short.text)) and not terms_of(short.text)
    return -1.0 if bare else 1.0


def own_missing(asked: Asked, one: Candidate) -> float:
    """The part of a sentence's own terms that the question does not say: a long clause about something else."""
    if one.unit.fields:
        return 0.0
    own = terms_of(one.text)[:16]
    question = said(asked.text)
    return sum(covered(term, question) < 0.5 for term in own) / len(own) if own else 0.0
