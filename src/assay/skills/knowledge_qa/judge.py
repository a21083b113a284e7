"""What may be said: which unit answers, with what probability, and in which way it cannot be answered otherwise."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise

from assay.knowledge.reader import DocumentInfo, Hit
from assay.skills.knowledge_qa.candidates import ACTION_HEAD, Cosines, above_of, gives_reason, gives_way, line_of
from assay.skills.knowledge_qa.cases import case_named, open_list, open_sister, same_thing
from assay.skills.knowledge_qa.columns import code_asked
from assay.skills.knowledge_qa.combine import Combiner
from assay.skills.knowledge_qa.exceptions import exceptions_of
from assay.skills.knowledge_qa.fit import codes_of_documents
from assay.skills.knowledge_qa.lexicon import opposites
from assay.skills.knowledge_qa.months import weekdays_of
from assay.skills.knowledge_qa.parts import EACH
from assay.skills.knowledge_qa.polarity import plain_rule
from assay.skills.knowledge_qa.quantities import amounts, codes
from assay.skills.knowledge_qa.question import TOGETHER, Asked, Wanted
from assay.skills.knowledge_qa.ranking import CELL_SAYS, Pairs, Pick, denies, may_give, ranked, value_key
from assay.skills.knowledge_qa.settling import heeded, settled
from assay.skills.knowledge_qa.spans import PERIOD, Short
from assay.skills.knowledge_qa.terms import covered, grams, said
from assay.skills.knowledge_qa.verifier import Verifier

ABOUT = 0.5
"""A unit that says this part of a question is about it."""
ALIKE, LEAST_ALIKE, TWIN = 0.65, 3, 0.4
SAID_NEAR = 0.6
"""Several values are told where what names the first says this part of the question."""
READ_MOST = 3
"""The model reads at most so many units for one question."""
_RESPECTIVELY = re.compile(r"分别|各自|respectively", re.I)
_JOINED = re.compile(r"和|与|及|跟|、|(?<![a-z])and(?![a-z])", re.I)
_SEVERAL = re.compile(r"[两三四](?=[\u4e00-\u9fff])|(?<![a-z])(?:two|three|both)(?![a-z])", re.I)
_VALUED = ("number", "cell", "date")
_COUNTS = re.compile(
    r"[\d零一二三四五六七八九十两半百千万]|(?<![a-z])(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|dozen|twice|once|half|none|an? (?:second|minute|hour|shift|day|week|month|year))(?![a-z])",
    re.I,
)
_TO = re.compile(r"\s*(?:至|到|~|～|–|—|-|to)\s*", re.I)
FOR_EACH = re.compile(r"每|各|均|都|(?<![a-z])(?:each|every|both|all)(?![a-z])", re.I)
RIVALS = 2
"""So many units of other documents with another value are read before an answer leaves."""
MONTH, MONTHS_DIFFER = 27 * 86400.0, 0.03
"""From this on durations in months and in days may differ by so much and be the same."""
HEARD = 1.0
"""From these log-odds on the model's reading of a unit counts for more than what its form alone speaks against."""
LOOKED_AT = 3
"""Among so many units a denial of what the question takes for granted is looked for."""


class Reason(StrEnum):
    """Why a question is not answered."""

    NOT_IN_CORPUS = "not_in_corpus"
    NEAR_MISS = "near_miss"
    OUTDATED_ONLY = "outdated_only"
    FALSE_PREMISE = "false_premise"
    CONFLICT = "conflict"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Ruling:
    """``picks`` answer when ``reason`` is None; else a refusal shows them. ``features`` judged the first (``best``);
    ``likely``: it answers, or would if its own unit did not give several values."""

    picks: tuple[Pick, ...] = ()
    reason: Reason | None = None
    probability: float = 0.0
    features: Mapping[str, float] = field(default_factory=dict)
    ranked: tuple[Pick, ...] = ()
    best: Pick | None = None
    likely: bool = False


@dataclass(slots=True)
class Judge:
    """Rules on one question (or one part of it). ``cosines``, ``verifier`` and ``pairs`` may be absent."""

    weights: Combiner
    cosines: Cosines | None = None
    verifier: Verifier | None = None
    pairs: Pairs | None = None

    async def rule(self, asked: Asked, hits: Sequence[Hit]) -> Ruling:
        """The ruling over the current documents' hits."""
        picks = ranked(asked, hits, self.weights, self.cosines, self.pairs)
        if not picks:
            return Ruling(reason=Reason.NOT_IN_CORPUS)
        best, probability, enough = await self._judged(asked, hits, picks)
        found = tuple(picks)
        others = [pick for pick in picks if pick.candidate.key != best.candidate.key]
        sure = enough and heard(best)
        firm = denies(asked, best.candidate) and not (sure and may_give(asked, best))
        if firm and self._premise(asked, best):
            return Ruling((best,), Reason.FALSE_PREMISE, probability, best.features, found, best)
        inside = bool(best.features.get("cells_tied")) or open_list(asked, best)
        inside = inside or (bool(best.features.get("inner_branches")) and not (sure and unmoved(best)))
        near = self._several(best, probability)
        if inside and near:
            return Ruling((best,), Reason.AMBIGUOUS, probability, best.features, found, best, enough)
        twin = twin_of(asked, best, others) or open_sister(asked, best, others)
        branches = [twin] if twin is not None else branches_of(asked, best, others, self.weights)
        if branches and near:
            return Ruling((best, *branches), Reason.AMBIGUOUS, probability, best.features, found, best)
        rival = rival_of(asked, best, others, self.weights)
        named = rival is not None and same_thing(asked, best, rival) and not best.features.get("vetoed")
        if rival is not None and (near or named or alike(best.candidate.text, rival.candidate.text)):
            return Ruling((best, rival), Reason.CONFLICT, probability, best.features, found, best)
        if enough:
            rival = await self._contradicted(asked, hits, best, others)
            if rival is not None:
                told = {**best.features, "contradicted": 1.0}
                return Ruling((best, rival), Reason.CONFLICT, probability, told, found, best)
            return Ruling((best,), None, probability, best.features, found, best, likely=True)
        denial = next((pick for pick in picks[:LOOKED_AT] if denies(asked, pick.candidate) and about(pick)), None)
        if denial is not None and self._premise(asked, denial):
            return Ruling((denial,), Reason.FALSE_PREMISE, probability, best.features, found, best)
        reason = Reason.NEAR_MISS if near_miss(asked, picks) else Reason.NOT_IN_CORPUS
        return Ruling((best,) if reason is Reason.NEAR_MISS else (), reason, probability, best.features, found, best)

    async def _judged(self, asked: Asked, hits: Sequence[Hit], picks: Sequence[Pick]) -> tuple[Pick, float, bool]:
        """The best pick with its probability. Those that code can hardly tell from the first are read as well."""
        spoken = codes_of_documents(hits)
        near = [pick for pick in picks[:READ_MOST] if picks[0].score - pick.score < self.weights.second]
        if self.pairs is not None:
            near = [heeded(asked, pick, spoken) for pick in near]
        judged = [await self._heard(asked, pick, spoken) for pick in near or picks[:1]]
        probability, enough, best = max(judged, key=lambda each: each[0])
        return best, probability, enough

    async def _heard(self, asked: Asked, pick: Pick, spoken: Mapping[str, frozenset[str]]) -> tuple[float, bool, Pick]:
        """A pick with its probability, and whether that is enough, after the model has read its unit."""
        asking = self.verifier is not None and not self.verifier.failed
        asking = (
            asking and self.weights.code.probability(pick.features) >= self.weights.ask_from and not elsewhere(pick)
        )
        if asking and self.verifier is not None:
            reading = await self.verifier.read(asked, pick.candidate)
            asking = reading is not None
            if reading is not None:
                pick = settled(asked, pick, reading.words, spoken)
                pick.features["given"] = reading.odds
                pick.features["given_yes_no"] = reading.odds * (asked.wanted is Wanted.YES_NO)
        features = dict(pick.features)
        features["code_score"] = max(-6.0, min(6.0, self.weights.code.score(features)))
        barred = vetoed(asked, pick)
        features["vetoed"] = float(barred)
        probability, enough = self.weights.enough(features, model=asking)
        enough = (enough or certain(features)) and not barred
        return probability, enough, replace(pick, features=features)

    async def _contradicted(self, asked: Asked, hits: Sequence[Hit], best: Pick, others: Sequence[Pick]) -> Pick | None:
        """A unit of another document in which the model reads an answer as well, and another one."""
        spoken = codes_of_documents(hits)
        for pick in rivals_of(asked, best, others)[:RIVALS]:
            if self.verifier is None or self.verifier.failed or self.weights.contradicts is None:
                return None
            reading = await self.verifier.read(asked, pick.candidate)
            if reading is None or reading.odds < self.weights.contradicts:
                continue
            told = settled(asked, pick, reading.words, spoken)
            if asked.wanted is Wanted.YES_NO:
                return pick
            # Words that do not stand in the unit leave open what the model means by its yes.
            if told.features["agrees"] >= 0.0 and _another_value(asked, best, told):
                return told
        return None

    def _several(self, best: Pick, probability: float) -> bool:
        """Whether a unit is about what is asked at all, so that several values of it are worth telling."""
        known = probability >= self.weights.about_from or about(best)
        # A row's machine or product often stands in its table's heading alone.
        said_by = "rest" if best.candidate.unit.fields else "rest_near"
        near = max(best.features.get(name, 0.0) for name in ("rest_near", said_by)) >= SAID_NEAR
        return known and not best.features.get("vetoed") and near

    def _premise(self, asked: Asked, best: Pick) -> bool:
        return best.features.get("cover", 0.0) >= self.weights.premise_cover


def about(pick: Pick) -> bool:
    """Whether a unit speaks of what is asked about: most of its words, and every code."""
    return pick.features.get("cover", 0.0) >= ABOUT and not pick.features.get("codes_missing", 0.0)


def alike(one: str, other: str) -> bool:
    """Whether two sentences say the same but for their numbers."""
    mine, theirs = (grams(re.sub(r"\d", "", each)) for each in (one, other))
    shorter = min(len(mine), len(theirs))
    return shorter >= LEAST_ALIKE and len(mine & theirs) >= ALIKE * shorter


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


def shown_short(asked: Asked, pick: Pick) -> Short:
    """The short answer as it is shown: yes or no where that is plain, else the whole rule that decides. Of a sentence
    that gives a reason or a way no part is left out."""
    yes = verdict(pick)
    if yes is None:
        told = not pick.candidate.unit.fields and asked.wanted in (Wanted.REASON, Wanted.WAY)
        return whole(pick) if told or asked.wanted is Wanted.YES_NO else pick.short
    words = {("zh", True): "是", ("zh", False): "否", ("en", True): "yes", ("en", False): "no"}
    return replace(pick.short, text=words[asked.lang, yes], kind="yes_no")


def verdict(pick: Pick) -> bool | None:
    """Yes or no as it is shown: only where the rule has no exception, proviso or second case. What code concludes from
    such a one is right too seldom to be told to a plant; the rule itself is."""
    cell = pick.candidate.field
    if cell is not None and CELL_SAYS.match(cell.value):
        return pick.yes
    return pick.yes if plain_rule(whole(pick).text if cell is None else cell.value) else None


def whole(pick: Pick) -> Short:
    """All that a unit says, with the exceptions right behind it."""
    unit, units = pick.candidate.unit, pick.candidate.passage.units
    own = pick.candidate.text.removeprefix(unit.number or "").strip()
    behind = [line_of(units[at]) for at in exceptions_of(pick)]
    between = "" if pick.candidate.passage.lang == "zh" else " "
    return replace(pick.short, text=between.join([own, *behind]), kind="sentence")


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
        and _another_value(asked, best, pick)
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


def _another_value(asked: Asked, best: Pick, pick: Pick) -> bool:
    """Whether two short answers give different values of one quantity, or other weekdays; a value that is said in two
    units is one."""
    days = [weekdays_of(each.short.text) for each in (best, pick)]
    if all(days) and days[0] != days[1]:
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
            return pick
        if best.score - pick.score > weights.conflict_gap:
            continue
        names_as_much = all(
            pick.features.get(name, 0.0) >= weights.conflict_cover * best.features.get(name, 0.0)
            for name in ("cover", "rest", "focus")
        )
        names_as_much = names_as_much or same_thing(asked, best, pick)
        if names_as_much and pick.features.get("code", 0.0) >= best.features.get("code", 0.0):
            if not _other_state(asked, best, pick) and not pick.features.get("code_conflict"):
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


def near_miss(asked: Asked, picks: Sequence[Pick]) -> bool:
    """Whether the documents know the thing that is asked about, but not this of it."""
    texts = [said(f"{above_of(pick.candidate.passage)}\n{pick.candidate.text}") for pick in picks]
    if asked.codes:
        named = [code for code in asked.codes if not code.startswith("GRADE")]
        return bool(named) and all(any(code in text.codes for text in texts) for code in named)
    things = [term for term in asked.terms if term.kind == "word"]
    best = max(
        (sum(covered(term, text) >= 0.8 for term in things) / len(things) for text in texts),
        default=0.0,
    ) if things else 0.0  # fmt: skip
    return best >= 0.5


def edition_of(asked: Asked, documents: Sequence[DocumentInfo]) -> list[DocumentInfo]:
    """The versions that a question asks for by edition, year or as the former one; empty where it names none."""
    if not asked.editions and not asked.old:
        return []
    found = []
    for info in documents:
        marks = {info.version.lower(), str(info.valid_from.year) if info.valid_from else ""}
        marks |= set(re.findall(r"\d{4}", f"{info.name} {info.title}"))
        by_mark = any(_mark(edition) in marks or f"{_mark(edition)}.0" in marks for edition in asked.editions)
        if by_mark or (asked.old and not info.current and not asked.editions):
            found.append(info)
    return found


def _mark(edition: str) -> str:
    numerals = {"一": "1", "二": "2", "三": "3", "四": "4", "五": "5", "六": "6", "七": "7", "八": "8", "九": "9"}
    return re.sub(r"(?:st|nd|rd|th)$", "", numerals.get(edition, edition).lower())
