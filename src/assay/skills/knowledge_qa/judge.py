"""What may be said: which unit answers, with what probability, and in which way it cannot be answered otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from assay.knowledge.reader import Hit
from assay.skills.knowledge_qa.branches import branches_of, twin_of
from assay.skills.knowledge_qa.candidates import Cosines, above_of
from assay.skills.knowledge_qa.cases import open_list, open_sister, same_thing
from assay.skills.knowledge_qa.combine import Combiner
from assay.skills.knowledge_qa.fit import codes_of_documents
from assay.skills.knowledge_qa.question import Asked, Wanted
from assay.skills.knowledge_qa.ranking import Pairs, Pick, denies, may_give, ranked
from assay.skills.knowledge_qa.rivals import alike, another_value, rival_of, rivals_of, said_elsewhere
from assay.skills.knowledge_qa.settling import heeded, settled
from assay.skills.knowledge_qa.terms import covered, said
from assay.skills.knowledge_qa.verifier import Verifier
from assay.skills.knowledge_qa.vetoes import certain, elsewhere, heard, unmoved, vetoed

ABOUT = 0.5
"""A unit that says this part of a question is about it."""
SAID_NEAR = 0.6
"""Several values are told where what names the first says this part of the question."""
READ_MOST = 3
"""The model reads at most so many units for one question."""
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
        if enough and not self.weights.enough(best.features, model="given" in best.features)[1]:
            rival = said_elsewhere(asked, best, others)
            if rival is not None:
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
            if told.features["agrees"] >= 0.0 and another_value(asked, best, told):
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
