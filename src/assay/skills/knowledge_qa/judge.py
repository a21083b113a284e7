"""What may be said: which unit answers, with what probability, and in which way it cannot be answered otherwise."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from assay.knowledge.reader import DocumentInfo, Hit
from assay.skills.knowledge_qa.candidates import Cosines, above_of, gives_reason, gives_way
from assay.skills.knowledge_qa.cases import open_list, open_sister, same_thing
from assay.skills.knowledge_qa.combine import Combiner
from assay.skills.knowledge_qa.fit import codes_of_documents
from assay.skills.knowledge_qa.lexicon import opposites
from assay.skills.knowledge_qa.parts import EACH
from assay.skills.knowledge_qa.quantities import amounts, codes
from assay.skills.knowledge_qa.question import TOGETHER, Asked, Wanted
from assay.skills.knowledge_qa.ranking import CELL_SAYS, Pairs, Pick, denies, ranked, value_key
from assay.skills.knowledge_qa.settling import heeded, settled
from assay.skills.knowledge_qa.spans import Short
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
_FOR_EACH = re.compile(r"每|各|均|都|(?<![a-z])(?:each|every|both|all)(?![a-z])", re.I)
RIVALS = 2
"""So many units of other documents with another value are read before an answer leaves."""
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
        if denies(asked, best.candidate) and self._premise(asked, best):
            return Ruling((best,), Reason.FALSE_PREMISE, probability, best.features, found, best)
        inside = best.features.get("inner_branches") or best.features.get("cells_tied") or open_list(asked, best)
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
            heard = settled(asked, pick, reading.words, spoken)
            # Words that do not stand in the unit leave open what the model means by its yes.
            if heard.features["agrees"] >= 0.0 and _another_value(asked, best, heard):
                return heard
        return None

    def _several(self, best: Pick, probability: float) -> bool:
        """Whether a unit is about what is asked at all, so that several values of it are worth telling."""
        heard = probability >= self.weights.about_from or about(best)
        # A row's machine or product often stands in its table's heading alone.
        said_by = "rest" if best.candidate.unit.fields else "rest_near"
        near = max(best.features.get(name, 0.0) for name in ("rest_near", said_by)) >= SAID_NEAR
        return heard and not best.features.get("vetoed") and near

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


def vetoed(asked: Asked, pick: Pick) -> bool:
    """What no probability outweighs: an answer in another dimension than asked for, a yes or no that nothing decides,
    equipment that is not there or whose sibling alone is named, another case by its number or designation, several
    things that code could not part, or one number for two of them."""
    if pick.features.get("dimension_fit", 0.0) < 0 or pick.features.get("undecided", 0.0):
        return True
    if elsewhere(pick):
        return True
    if _of_another_kind(asked, pick):
        return True
    named = [code for code in asked.codes if not code.startswith("GRADE")]
    return (bool(named) and pick.features.get("codes_missing", 0.0) >= len(named)) or not _all_told(asked, pick)


def _all_told(asked: Asked, pick: Pick) -> bool:
    """Whether as many things are told as asked for: not where code could not part them, and not one number where the
    question wants one of each of two things and the unit does not say that it holds for each."""
    if asked.asks != 1:
        return asked.asks == TOGETHER
    if asked.wanted is Wanted.YES_NO or len(amounts(pick.short.text)) != 1:
        return True
    joined = EACH.search(asked.text) and _JOINED.search(asked.text)
    return not (_RESPECTIVELY.search(asked.text) or joined) or bool(_FOR_EACH.search(pick.candidate.text))


def elsewhere(pick: Pick) -> bool:
    """Whether a unit speaks of other equipment, or of another case by its number or designation: no other short answer
    inside it mends that."""
    return any(pick.features.get(name, 0.0) for name in ("code_conflict", "range_clash", "mark_clash"))


def _of_another_kind(asked: Asked, pick: Pick) -> bool:
    """A reason or a way is asked for and none is given, or a number and the cell holds none, or anything but yes or no
    and the cell says just that."""
    one = pick.candidate
    if asked.wanted is Wanted.REASON:
        return not gives_reason(one.text)
    cell = one.field if pick.short.kind == "cell" else None
    if cell is not None and asked.wanted not in (Wanted.YES_NO, Wanted.ANY) and CELL_SAYS.match(cell.value):
        return True
    if asked.wanted is Wanted.WAY:
        return not gives_way(one.text if cell is None else cell.value, "" if cell is None else cell.header)
    numbers = asked.wanted in (Wanted.NUMBER, Wanted.DURATION, Wanted.COUNT)
    return numbers and pick.short.kind == "cell" and not re.search(r"\d", pick.short.text)


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
    """The short answer as it is shown: yes or no where code decided."""
    if pick.yes is None:
        return pick.short
    words = {("zh", True): "是", ("zh", False): "否", ("en", True): "yes", ("en", False): "no"}
    return replace(pick.short, text=words[asked.lang, pick.yes], kind="yes_no")


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
        if value_key(asked, pick) != value_key(asked, best):
            found.append(pick)
    return found


def rivals_of(asked: Asked, best: Pick, others: Sequence[Pick]) -> list[Pick]:
    """The units of other documents that may contradict an answer: another value of the same dimension, in no other
    state and of no other equipment."""
    if asked.wanted not in (Wanted.NUMBER, Wanted.DURATION, Wanted.COUNT) or best.short.kind == "sentence":
        return []
    return [
        pick
        for pick in others
        if pick.candidate.passage.document != best.candidate.passage.document
        and pick.short.kind in ("number", "cell")
        and _another_value(asked, best, pick)
        and _as_near(asked, best, pick)
        and not elsewhere(pick)
        and not _other_state(asked, best, pick)
    ]


def _another_value(asked: Asked, best: Pick, pick: Pick) -> bool:
    """Whether two short answers give different values of one quantity; a value that is said in two units is one."""
    mine, theirs = value_key(asked, best), value_key(asked, pick)
    return _dimension(mine) is not None and _dimension(mine) == _dimension(theirs) and set(mine) != set(theirs)


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
