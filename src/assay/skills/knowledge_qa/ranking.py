"""From hits to ranked units with their short answers: code's features, meaning by vectors, the learned order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assay.knowledge.reader import Hit
from assay.skills.knowledge_qa.candidates import Candidate, Cosines, above_of, candidates_of, line_of
from assay.skills.knowledge_qa.combine import Combiner
from assay.skills.knowledge_qa.polarity import yes_or_no
from assay.skills.knowledge_qa.quantities import amounts
from assay.skills.knowledge_qa.question import Asked, Wanted
from assay.skills.knowledge_qa.spans import Short, short_answers

DENSE = 10
"""How many units are compared with the question by meaning: each costs a vector."""
KEPT = 12
_NONE = re.compile(r"^\s*(?:n/?a|not applicable|none|no|nil|不适用|无|没有|不设|[-–—/]+)\s*$", re.I)
_HAS_NOT = re.compile(
    r"没有|无(?!论|关|须|需|损|缝|级|线|误|残|泄)|不设|未设|不配|不带|不装|不需|不使用|(?<![a-z])(?:has"
    r"|have|with|needs|is|are|and) no(?![a-z])|without|not (?:have|fitted|provided|installed|used)"
    r"|must not|shall not|may not|cannot|not permitted|never|不得|严禁|禁止|不允许|取消|改为|instead of|no longer",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Pick:
    """A unit with its short answer. ``yes`` is code's verdict on a yes/no question, None where it has none."""

    candidate: Candidate
    short: Short
    yes: bool | None = None
    features: dict[str, float] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """Its place in the order."""
        return self.candidate.score


def ranked(asked: Asked, hits: Sequence[Hit], weights: Combiner, cosines: Cosines | None) -> list[Pick]:
    """The best units, best first; of equal ones the earlier hit first."""
    found = _sorted(candidates_of(asked, hits), weights)[:DENSE]
    if cosines is not None:
        found = _sorted(compared(asked, found, cosines), weights)
    return [_pick(asked, one, found) for one in found[:KEPT]]


def _sorted(found: Sequence[Candidate], weights: Combiner) -> list[Candidate]:
    scored = [replace(one, score=weights.rank.score(one.features)) for one in found]
    return sorted(scored, key=lambda one: -one.score)


def compared(asked: Asked, found: Sequence[Candidate], cosines: Cosines) -> list[Candidate]:
    """The units with their nearness in meaning to the question, and how far each is behind the nearest.

    Cosines of the shipped embedder lie between 0.75 and 0.95; they are stretched about 0.85.
    """
    if not found:
        return []
    near = cosines(asked.text, [f"{above_of(one.passage)[-120:]} {line_of(one.unit)[:300]}" for one in found])
    high = max(near)
    more = [{"cosine": 10 * (each - 0.85), "cosine_gap": 10 * (each - high)} for each in near]
    return [replace(one, features={**one.features, **each}) for one, each in zip(found, more, strict=True)]


def _pick(asked: Asked, one: Candidate, found: Sequence[Candidate]) -> Pick:
    short = short_answers(asked, one.unit, one.field)[0]
    yes = yes_or_no(asked, _said(one)) if asked.wanted is Wanted.YES_NO else None
    others = [each.score for each in found if each.key != one.key]
    features = {
        **one.features,
        "rank_score": one.score,
        "gap": min(3.0, one.score - max(others)) if others else 1.5,
        "sure": short.sure,
        "decided": float(yes is not None),
        "undecided": float(asked.wanted is Wanted.YES_NO and yes is None),
        "none": float(nothing(one)),
        "denies": float(denies(asked, one)),
        "terms": min(1.0, len(asked.terms) / 8),
        f"wanted_{asked.wanted.value}": 1.0,
    }
    return Pick(one, short, yes, features)


def _said(one: Candidate) -> str:
    """What a yes/no verdict looks at: the sentence, or the cell of a row."""
    return one.text


def nothing(one: Candidate) -> bool:
    """Whether the cell that answers says that there is no such thing."""
    return one.field is not None and bool(_NONE.match(one.field.value))


def denies(asked: Asked, one: Candidate) -> bool:
    """Whether a unit says that what the question takes for granted is not so."""
    if asked.wanted is Wanted.YES_NO or asked.negated:
        return False
    if nothing(one):
        return True
    return not one.unit.fields and bool(_HAS_NOT.search(one.text)) and not _gives(asked, one)


def _gives(asked: Asked, one: Candidate) -> bool:
    """Whether a sentence with a negation gives the wanted number all the same ("must not exceed 50 °C")."""
    if asked.wanted not in (Wanted.NUMBER, Wanted.DURATION, Wanted.COUNT):
        return False
    dims = asked.dimensions
    return any(each.dimension in dims if dims else bool(each.unit) for each in amounts(one.text))


def value_key(asked: Asked, pick: Pick) -> tuple[object, ...]:
    """What a pick answers, for comparing two: its numbers in base units, else its words."""
    if pick.yes is not None:
        return (pick.yes,)
    read = amounts(pick.short.text)
    if read and pick.short.kind in ("number", "cell"):
        return tuple(
            (round(one.magnitude, 9) if one.magnitude is not None else str(one.value), one.dimension) for one in read
        )
    return (re.sub(r"\W+", "", pick.short.text).lower(),)
