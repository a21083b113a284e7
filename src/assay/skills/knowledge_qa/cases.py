"""What a question leaves open: a sentence's list of cases, sister machines, seasons and loads that it does not name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assay.knowledge.passage import Unit
from assay.skills.knowledge_qa.columns import head_marked, named_of
from assay.skills.knowledge_qa.lexicon import opposites
from assay.skills.knowledge_qa.months import months_of
from assay.skills.knowledge_qa.quantities import Amount, amounts, codes
from assay.skills.knowledge_qa.question import Asked, Wanted
from assay.skills.knowledge_qa.ranking import Pick, value_key
from assay.skills.knowledge_qa.terms import covered, grams, said, terms_of

_CUT = re.compile(r"[，,；;。]|(?<![a-z])(?:and|or|but)(?![a-z])|而(?!且)")
_COPULA = re.compile(
    r"(?:\s|为|是|取|按|用|设|各|不得?超过|不得?大于|不得?小于|不得?低于|至少|最多|约|应|须|每|[=:：≤≥<>]"
    r"|(?<![a-z])(?:is|are|be|to|of|at|most|least|every|about|max|maximum|no|more|less|than|it|kept|shall|must)(?![a-z])\.?)+$",
    re.I,
)
_BEHIND = re.compile(
    r"\s*(?:±\s*\d[\d.]*\s*\S{1,3}?)?\s*(?:[（(][^）)]{1,24}[）)])?\s*(?:[，,；;、。]|\.(?!\d)"
    r"|(?<![a-z])(?:and|or|but)(?![a-z])|$)"
)
_FOR = re.compile(r"\s*(?:each )?(?:for|on|in|at) (?P<label>[^,;.，；。]{2,40}?)(?=[,;，；。]|\.(?!\d)| and |$)", re.I)
_MORE_OR_LESS = re.compile(r"±\s*$")
_BRACKET = re.compile(r"\s*[（(](?P<label>[^）)]{1,24})[）)]")
_THRESHOLD = re.compile(
    r"超过|低于|高于|大于|小于|达到?|[到至]$|(?:时|后|前|每)$|(?<![a-z])(?:when|if|above|below|over|under|after|before|until"
    r"|than|exceeds?|from|within|between)(?![a-z])",
    re.I,
)
LONGEST_LABEL, MOST_WORDS = 14, 6
STATES = re.compile(r"summer|by day|cold$|full load|indoor|day shift|standby", re.I)
NAMED_AS_MUCH = 0.75
AS_MUCH, SISTERS_ALIKE, SISTERS_GAP = 0.9, 0.6, 3.0


def open_list(asked: Asked, pick: Pick) -> bool:
    """Whether the sentence lists a value for each of several cases ("inside 8 km/h, in the yard 15 km/h"), among them
    the short answer, and the question names none of the cases."""
    one = pick.candidate
    if one.unit.fields or not re.search(r"\d", pick.short.text):
        return False
    given = asked.wanted not in (Wanted.YES_NO, Wanted.WAY, Wanted.REASON)
    if given and (_open_sisters(asked, one.text, pick.short.text) or _open_states(asked, one.text, pick.short.text)):
        return True
    if pick.short.kind != "number":
        return False
    items = _items(one.text, pick.short.text)
    labels = [label for label, _ in items]
    if len(items) < 2 or all(each.same(items[0][1]) for _, each in items):
        return False
    if one.passage.lang != asked.lang and not all(codes(label) for label in labels):
        return False
    return not any(named_of(asked, label, labels) for label in labels)


def case_named(asked: Asked, own: Unit, other: Unit) -> bool:
    """Whether the question names what a row is for, in its label or a condition, and not what the other row is for:
    the row's month ("in January" of winter, October to April), letter or number."""
    months = months_of(asked.text)
    for at, (mine, theirs) in enumerate(zip(own.fields, other.fields, strict=False)):
        if mine.value == theirs.value or not (at == 0 or mine.condition):
            continue
        held = [months_of(cell.value) for cell in (mine, theirs)]
        if months and all(held) and months <= held[0] and not months & held[1]:
            return True
        if head_marked(asked, mine.value) and not head_marked(asked, theirs.value):
            return True
    return False


def _open_sisters(asked: Asked, text: str, short: str) -> bool:
    """Whether a sentence gives each of several machines its own value ("in WC-5 every 4 hours and in WC-6 every 2"),
    and the question names none of them."""
    told = codes(text)
    if any(one == asked_for for one in told for asked_for in asked.codes):
        return False
    held: dict[str, Amount] = {}
    last = 0
    for one in _alike(text, short):
        named = codes(text[last : one.start])
        if named:
            held.setdefault(named[-1], one)
        last = one.end
    families = {family_of(code) for code in held}
    return len(held) > 1 and len(families) == 1 and not _all_same(list(held.values()))


def _open_states(asked: Asked, text: str, short: str) -> bool:
    """Whether a sentence gives opposite states their own values ("day 17 in summer and day 19 in winter"), of which the
    question names none."""
    if len({one.value for one in _alike(text, short)}) < 2:
        return False
    for group in _states():
        told = [pattern for pattern in group if pattern.search(text)]
        unnamed = not any(pattern.search(asked.text) for pattern in group)
        if len(told) > 1 and unnamed and _each_its_own(text, told, short):
            return True
    return False


def _states() -> list[Sequence[re.Pattern[str]]]:
    """The opposites that are cases of one thing: seasons, loads, shifts and the like."""
    return [group for group in opposites() if any(STATES.search(each.pattern.replace("[ -]", " ")) for each in group)]


def _each_its_own(text: str, told: Sequence[re.Pattern[str]], short: str) -> bool:
    """Whether the clauses of two states give different values."""
    clauses = [each for each in _CUT.split(text) if _alike(each, short)]
    named = [{at for at, pattern in enumerate(told) if pattern.search(each)} for each in clauses]
    values = [{one.value for one in _alike(each, short)} for each in clauses]
    return any(
        a and b and not a & b and x != y
        for at, (a, x) in enumerate(zip(named, values, strict=True))
        for b, y in list(zip(named, values, strict=True))[at + 1 :]
    )


def _alike(text: str, short: str) -> list[Amount]:
    """The amounts of a text of a short answer's dimension."""
    own = {one.dimension for one in amounts(short)}
    return [one for one in amounts(text) if one.dimension in own]


def _all_same(read: Sequence[Amount]) -> bool:
    return all(one.same(read[0]) for one in read)


def _items(text: str, short: str) -> list[tuple[str, Amount]]:
    """The cases with their values, of the short answer's dimension; empty where it is none of them."""
    own = amounts(short)
    if not own:
        return []
    read = [
        one
        for one in amounts(text)
        if one.dimension == own[0].dimension and not _MORE_OR_LESS.search(text[: one.start])
    ]
    found: list[tuple[str, Amount]] = []
    for at, one in enumerate(read):
        before = text[read[at - 1].end if at else 0 : one.start]
        label = _label(before, text[one.end :])
        if label:
            found.append((label, one))
    return found if any(one.same(own[0]) for _, one in found) else []


def _label(before: str, behind: str) -> str:
    """The words that say whose a number is; empty where they are a condition or a part of a longer sentence."""
    if match := _FOR.match(behind):
        return match["label"].strip()
    piece = _CUT.split(before)[-1]
    parts = [each for each in re.split(r"[：:]", _COPULA.sub("", piece)) if each.strip()]
    label = re.sub(r"[（(][^）)]*[）)]|^[^（(]*[）)]", "", parts[-1] if parts else "")
    label = re.sub(r"^[\s、±\d.]+(?![\d\w])", "", label).strip()
    if not label and (match := _BRACKET.match(behind)):
        return match["label"]
    if not label or _THRESHOLD.search(piece) or not _BEHIND.match(behind):
        return ""
    han = len(re.findall(r"[\u4e00-\u9fff]", label))
    return label if han <= LONGEST_LABEL and len(label.split()) <= MOST_WORDS else ""


def open_sister(asked: Asked, best: Pick, others: Sequence[Pick]) -> Pick | None:
    """A unit of the same document that says as much of the question of a sister machine, with another value, where the
    question names none of them; or one for a season, load or shift that the question leaves open."""
    for pick in others:
        same = pick.candidate.passage.document == best.candidate.passage.document
        if not same or not _same_measure(asked, best, pick) or best.score - pick.score > SISTERS_GAP:
            continue
        if case_named(asked, best.candidate.unit, pick.candidate.unit):
            continue
        if _sisters(asked, best, pick) or _other_season(asked, best, pick):
            return pick
    return None


def _same_measure(asked: Asked, best: Pick, pick: Pick) -> bool:
    """Whether both give a number of one dimension, and not the same."""
    if best.short.kind not in ("number", "cell") or pick.short.kind not in ("number", "cell"):
        return False
    mine, theirs = amounts(best.short.text), amounts(pick.short.text)
    if not mine or not theirs or value_key(asked, best) == value_key(asked, pick):
        return False
    against = ("code_conflict", "range_clash", "mark_clash", "when")
    if any(pick.features.get(name, 0.0) for name in against):
        return False
    return mine[-1].dimension == theirs[-1].dimension and not mine[-1].same(theirs[-1])


def _sisters(asked: Asked, best: Pick, pick: Pick) -> bool:
    mine, theirs = set(codes(best.candidate.text)), set(codes(pick.candidate.text))
    families = {family_of(code) for code in mine - theirs} & {family_of(code) for code in theirs - mine}
    if not families or mine & theirs or {family_of(code) for code in asked.codes} & families:
        return False
    question = {each for each in grams(asked.text) if len(each) > 1}
    said_by = [question & grams(each.candidate.text) for each in (best, pick)]
    return bool(said_by[0]) and len(said_by[0] & said_by[1]) >= SISTERS_ALIKE * len(said_by[0] | said_by[1])


def _other_season(asked: Asked, best: Pick, pick: Pick) -> bool:
    """Whether just one of the two stands under a state that the question does not name, and they agree otherwise."""
    names = ("cover", "rest", "focus", "code_own")
    if any(pick.features.get(name, 0.0) < AS_MUCH * best.features.get(name, 0.0) for name in names):
        return False
    for group in _states():
        asks, mine, theirs = (
            {at for at, pattern in enumerate(group) if pattern.search(text)}
            for text in (asked.text, best.candidate.text, pick.candidate.text)
        )
        if not asks and mine != theirs:
            return True
    return False


def family_of(code: str) -> str:
    """What sister codes share."""
    return re.sub(r"\d+[A-Z]?$", "", code)


def same_thing(asked: Asked, best: Pick, pick: Pick) -> bool:
    """Whether two units speak of the very thing that the question names by its code, and of the same of it: each names
    what the other's value is called by, in either language."""
    if not asked.codes or any(each.features.get("code_own", 0.0) < 1.0 for each in (best, pick)):
        return False
    if best.candidate.passage.lang == pick.candidate.passage.lang == asked.lang:  # there words can be compared
        names = ("cover", "rest")
        if any(pick.features.get(name, 0.0) < NAMED_AS_MUCH * best.features.get(name, 0.0) for name in names):
            return False
    one, other = (_called(each) for each in (best, pick))
    return _some_said(one, other) or _some_said(other, one)


def _some_said(one: str, other: str) -> bool:
    there = said(other)
    return any(term.kind != "code" and len(term.text) > 1 and covered(term, there) >= 0.6 for term in terms_of(one))


def _called(pick: Pick) -> str:
    """What a value is called by: of a row its heading and label, of a sentence all of it."""
    one = pick.candidate
    if not one.unit.fields or one.field is None:
        return one.text
    cells = [cell.value for cell in one.unit.fields if cell is not one.field and not amounts(cell.value)]
    return f"{one.field.header} {' '.join(cells)}"
