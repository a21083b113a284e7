"""From hits to ranked units with their short answers: code's features, meaning by vectors, the learned order."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from assay.knowledge.reader import Hit
from assay.llm.pairs import Read, Text
from assay.skills.knowledge_qa.candidates import Candidate, Cosines, candidates_of, line_of
from assay.skills.knowledge_qa.combine import Combiner, Logistic
from assay.skills.knowledge_qa.denials import denied
from assay.skills.knowledge_qa.fit import answer_fit, codes_of_documents
from assay.skills.knowledge_qa.polarity import meant_clause, says_when, yes_or_no
from assay.skills.knowledge_qa.quantities import amounts, codes
from assay.skills.knowledge_qa.question import Asked, Wanted
from assay.skills.knowledge_qa.spans import Short, conditional_list, short_answers
from assay.skills.knowledge_qa.terms import shares

Pairs = Callable[[str, Sequence[Text]], Sequence[Read]]
"""Reads a question together with each of some texts."""
DENSE = 10
"""How many units are compared with the question by meaning: each costs a vector."""
FOREIGN = 3
"""So many of these places are kept for hits in the other language."""
READ, READ_FOREIGN = 24, 6
"""The same for the small reader, which sees more units in the time."""
MOST_READ = 8.0
"""No reading counts for more than these log-odds."""
KEPT = 12
FOLLOWS = re.compile(
    r"^\s*(?:[\d.]+\s+)?(?:但|然而|除|不过|例外|上述.{0,12}(?:不适用|除外)|[^，,。；;]{1,16}除外|however|but(?![a-z])|except"
    r"|unless|exception|this does not apply)",
    re.I,
)
"""How a sentence begins that takes something away from the one before it."""
BRANCHES_BELOW = 0.5
"""Below this a sentence gives several numbers of the wanted kind between which the question does not choose."""
_NONE = re.compile(
    r"^\s*(?:没[有装配设].{0,8}|未[装配设].{0,6}"
    r"|n/?a|not (?:applicable|permitted|allowed)|forbidden|none|no|nil|不适用|不允许|不得使用|禁止|严禁"
    r"|[-–—/]+)\s*$|^\s*(?:无(?!可见)|没有|不(?!小于|大于"
    r"|超过|低于|高于|锈|少于|得))",
    re.I,
)
_HAS_NOT = re.compile(
    r"没有|无(?!论|关|须|需|损|缝|级|线|误|残|泄|异|法)|不设|未[设装配]|不配|不带|不装|不使用|不需要|不再(?!是)"
    r"|已取消|取消了"
    r"|(?<![a-z])(?:has|have|with|needs|is|are|and) no(?![a-z])|without(?! (?:delay|interruption"
    r"|stopping))|has been removed"
    r"|not (?:have|fitted|provided|installed|used|needed)|instead of|no longer",
    re.I,
)
_BARRED = re.compile(r"(?:must|shall|may) not|cannot|not permitted|never|不得|严禁|禁止|不允许", re.I)


_MARKS = re.compile(r"[;；，。]|[,.](?=\s)")
_EXCEPTS = re.compile(r"除非|除外|例外|(?<![a-z])(?:except|unless|exceptions?)(?![a-z])", re.I)
_ASKS_WHEN = re.compile(
    r"[到于过]\s*(?:多少|几|多[大高长久])|(?:多少|几).{0,8}(?:时(?!间)|才|就|会|应|要|停|报|跳|换|动作)"
    r"|(?:at|from|above|below|until|after) (?:what|which|how)|(?<![a-z])when(?![a-z])",
    re.I,
)
CELL_SAYS = re.compile(
    r"\s*(?:(?P<yes>是|有|可|yes|y|√|✓|allowed|required)|(?P<no>否|无|不可|no|n|×|✗|not allowed"
    r"|none))\s*$",
    re.I,
)
_OPEN_KINDS = (Wanted.WAY, Wanted.NAME, Wanted.NUMBER, Wanted.DURATION, Wanted.DATE, Wanted.COUNT, Wanted.PLACE)


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


def ranked(
    asked: Asked, hits: Sequence[Hit], weights: Combiner, cosines: Cosines | None, pairs: Pairs | None = None
) -> list[Pick]:
    """The best units, best first; of equal ones the earlier hit first. ``pairs`` makes ``cosines`` superfluous."""
    found = in_order(candidates_of(asked, hits), weights.first)
    if pairs is not None:
        found = in_order(read_together(asked, looked_at(asked, found, READ, READ_FOREIGN), pairs), weights.rank)
    elif cosines is not None:
        found = in_order(compared(asked, looked_at(asked, found), cosines), weights.rank)
    else:
        found = looked_at(asked, found)
    spoken = codes_of_documents(hits)
    return [_pick(asked, one, found, spoken) for one in found[:KEPT]]


def looked_at(asked: Asked, found: Sequence[Candidate], most: int = DENSE, foreign: int = FOREIGN) -> list[Candidate]:
    """The units that are compared by meaning, of those in the order of words. Words hardly find what is said in the
    other language: the likeliest unit of each of its best hits takes one of the last places, where words put none of
    that hit among the first."""
    first = list(found[:most])
    other = [one for one in found if one.passage.lang != asked.lang]
    taken = {one.passage.id for one in first[: most - foreign]}
    best: dict[str, Candidate] = {}
    for one in sorted(other, key=lambda each: -each.features.get("rank", 0.0)):
        if one.passage.id not in taken:
            best.setdefault(one.passage.id, one)
    more = list(best.values())[:foreign]
    if not more:
        return first
    kept = [one for one in first if one.key not in {each.key for each in more}][: most - len(more)]
    return [*kept, *more]


def in_order(found: Sequence[Candidate], rank: Logistic) -> list[Candidate]:
    """The units with their scores, the best first."""
    scored = [replace(one, score=rank.score(one.features)) for one in found]
    return sorted(scored, key=lambda one: -one.score)


def compared(asked: Asked, found: Sequence[Candidate], cosines: Cosines) -> list[Candidate]:
    """The units with their nearness in meaning to the question, and how far each is behind the nearest.

    Cosines of the shipped embedder lie between 0.75 and 0.95; the differences are stretched.
    """
    if not found:
        return []
    near = cosines(asked.text, [f"{one.above[-120:]} {line_of(one.unit)[:300]}" for one in found])
    # A text of the asker's own language is nearer than one of the other that says the same: each has its own measure.
    high = {one.passage.lang: each for each, one in sorted(zip(near, found, strict=True), key=lambda pair: pair[0])}
    more = [{"cosine_gap": 10 * (each - high[one.passage.lang])} for each, one in zip(near, found, strict=True)]
    return [replace(one, features={**one.features, **each}) for one, each in zip(found, more, strict=True)]


def read_together(asked: Asked, found: Sequence[Candidate], pairs: Pairs) -> list[Candidate]:
    """The units with what the small reader makes of each: ``read`` its log-odds that the unit answers, ``read_gap`` how
    far it is before the best of the others (or behind it)."""
    texts = [Text(one.above, one.text) for one in found]
    made = []
    read = pairs(asked.text, texts)
    scores = [max(-MOST_READ, min(MOST_READ, each.score)) for each in read]
    for at, (one, each) in enumerate(zip(found, read, strict=True)):
        others = max((score for place, score in enumerate(scores) if place != at), default=-MOST_READ)
        more = {"read": scores[at], "read_gap": scores[at] - others}
        made.append(replace(one, features={**one.features, **more}, words=one.text[each.start : each.end]))
    return made


def _pick(asked: Asked, one: Candidate, found: Sequence[Candidate], spoken: Mapping[str, frozenset[str]]) -> Pick:
    shorts = short_answers(asked, one.unit, one.field)
    short = shorts[0]
    yes = _verdict(asked, one) if asked.wanted is Wanted.YES_NO else None
    others = [each.score for each in found if each.key != one.key]
    features = {
        **one.features,
        **answer_fit(asked, one, short, spoken),
        "rank_score": one.score,
        "gap": min(3.0, one.score - max(others)) if others else 1.5,
        "sure": short.sure,
        "inner_branches": float(
            short.kind == "number"
            and ((short.sure < BRANCHES_BELOW and _differ(shorts)) or conditional_list(asked, one.text))
        ),
        "decided": float(yes is not None),
        "undecided": float(asked.wanted is Wanted.YES_NO and yes is None),
        "none": float(nothing(one)),
        "when": float(_only_when(asked, one, short)),
        "denies": float(denies(asked, one)),
        "terms": min(1.0, len(asked.terms) / 8),
        f"wanted_{asked.wanted.value}": 1.0,
    }
    return Pick(one, short, yes, features)


def _only_when(asked: Asked, one: Candidate, short: Short) -> bool:
    """Whether the number is a condition of its sentence, and the question asks for no condition."""
    if short.kind != "number" or _ASKS_WHEN.search(asked.text):
        return False
    return says_when(one.unit.text, short.start, short.end)


def _verdict(asked: Asked, one: Candidate) -> bool | None:
    """Yes or no by a cell that says so, else by the words and numbers of the sentence."""
    if one.field is not None and (said := CELL_SAYS.match(one.field.value)):
        return said.lastgroup == "yes"
    return yes_or_no(asked, _ruling_text(asked, one))


def _ruling_text(asked: Asked, one: Candidate) -> str:
    """What decides yes or no: the sentence, or the exception right behind it where that names what is asked about."""
    units, at = one.passage.units, one.index + 1
    if one.unit.fields or at >= len(units) or not FOLLOWS.match(units[at].text):
        return one.text
    behind = codes(units[at].text)
    if any(code in behind for code in asked.codes):
        return line_of(units[at])
    return f"{one.text.rstrip('。.')}；{line_of(units[at])}" if "除外" in units[at].text else one.text


def _differ(shorts: Sequence[Short]) -> bool:
    """Whether the two likeliest numbers are of one kind and not the same."""
    first, second = amounts(shorts[0].text), amounts(shorts[1].text) if shorts[1].kind == "number" else []
    return bool(first and second) and first[-1].dimension == second[-1].dimension and not first[-1].same(second[-1])


def nothing(one: Candidate) -> bool:
    """Whether the cell that answers says that there is no such thing."""
    return one.field is not None and bool(_NONE.match(one.field.value))


def denies(asked: Asked, one: Candidate) -> bool:
    """Whether a unit says that what the question takes for granted is not so, without giving what is asked for."""
    if asked.wanted is Wanted.YES_NO or asked.negated:
        return False
    if nothing(one):
        return True
    if one.unit.fields:
        return False
    if asked.wanted in (*_OPEN_KINDS, Wanted.PERSON) and denied(asked, one.text):
        return True
    if _bars(asked, one.text):
        return True
    if gives(asked, one):
        return False
    clause = meant_clause(asked, one.text)
    barred = _BARRED.search(clause) and asked.wanted in _OPEN_KINDS
    return bool(_HAS_NOT.search(clause) or barred)


def may_give(asked: Asked, pick: Pick) -> bool:
    """Whether a unit that forbids or denies something may give what is asked for beside it: the thing asked for is not
    what is not there, and the short answer is an exception or stands in a clause that forbids nothing."""
    one, short = pick.candidate, pick.short
    if nothing(one) or denied(asked, one.text):
        return False
    if _EXCEPTS.search(one.text):
        return True
    apart = short.kind != "sentence" and short.start >= 0
    clause = clause_around(one.unit.text, short.start, short.end) if apart else meant_clause(asked, one.text)
    return not _BARRED.search(clause)


def clause_around(text: str, start: int, end: int) -> str:
    """What stands around a place up to the next marks."""
    cuts = [0, *(one.end() for one in _MARKS.finditer(text)), len(text)]
    first = max(at for at in cuts if at <= start)
    return text[first : min(at for at in cuts if at >= end)]


def _bars(asked: Asked, text: str) -> bool:
    """Whether the part of a sentence that says most of the question forbids or denies it; another may give a number."""
    pieces = [piece for piece in re.split(r"[；;。，,]|\.(?=\s)", text) if piece.strip()]
    if len(pieces) < 2:
        return False
    near = shares(asked.text, pieces)
    best = pieces[max(range(len(pieces)), key=lambda at: (near[at], -at))]
    return bool(_BARRED.search(best) or _HAS_NOT.search(best)) and not amounts(best) and max(near) > 0


def gives(asked: Asked, one: Candidate) -> bool:
    """Whether a sentence gives what is asked for all the same ("must not exceed 50 °C", "except by the supervisor")."""
    shorts = short_answers(asked, one.unit, one.field)
    if asked.wanted is Wanted.PERSON:
        return any(short.kind == "person" for short in shorts)
    dims = asked.dimensions
    wanted = asked.wanted in (Wanted.NUMBER, Wanted.DURATION, Wanted.COUNT) or bool(dims)
    return wanted and any(each.dimension in dims if dims else bool(each.unit) for each in amounts(one.text))


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
