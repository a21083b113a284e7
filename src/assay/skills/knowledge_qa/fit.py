"""How a short answer fits what is asked for: its dimension, its kind, and the attribute's words beside it."""

from __future__ import annotations

from assay.skills.knowledge_qa.candidates import Candidate
from assay.skills.knowledge_qa.polarity import meant_clause
from assay.skills.knowledge_qa.quantities import amounts
from assay.skills.knowledge_qa.question import Asked, Wanted
from assay.skills.knowledge_qa.spans import Short
from assay.skills.knowledge_qa.terms import coverage, covered, said, terms_of

_NUMBERS = (Wanted.NUMBER, Wanted.DURATION, Wanted.COUNT)


def answer_fit(asked: Asked, one: Candidate, short: Short) -> dict[str, float]:
    """Features of a unit with its short answer."""
    near = said(_near(asked, one))
    around = said(f"{one.above}\n{one.text}")
    plain = [term for term in asked.terms if term.kind != "code"]
    missing = [term for term in plain if covered(term, around) < 0.5]
    focus = [term for term in asked.focus if term.kind != "code"]
    return {
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
        "codes_missing": float(sum(code not in around.codes for code in asked.codes)),
        "own_missing": own_missing(asked, one),
    }


def _near(asked: Asked, one: Candidate) -> str:
    """What names the short answer: of a row its heading, label and caption; of a sentence the clause that is meant."""
    if one.unit.fields:
        head = one.field.header if one.field is not None else ""
        label = one.unit.fields[0].value
        conditions = " ".join(cell.value for cell in one.unit.fields if cell.condition)
        return f"{head} {one.field.unit if one.field else ''} {label} {conditions} {one.passage.lead}"
    return meant_clause(asked, one.text)


def dimension_fit(asked: Asked, short: Short) -> float:
    """1 where the answer's number has a dimension that is asked for, -1 where it has another, else 0."""
    if asked.wanted not in _NUMBERS:
        return 0.0
    read = amounts(short.text)
    if not read:
        return -0.5
    dims = asked.dimensions
    if not dims:
        return 0.0
    return 1.0 if any(one.dimension in dims for one in read) else -1.0


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
