"""From proposed claims to an answer: check, repair once, drop, and refuse when too little is left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import JsonValue

from assay.kernel.answer import Answer, Sentence, Status
from assay.kernel.check import Check, CheckResult, Verdict
from assay.kernel.claim import Claim
from assay.kernel.errors import AssayError, TransientError
from assay.kernel.evidence import Evidence, EvidenceKind
from assay.kernel.ports import EvidenceStore
from assay.kernel.render import Renderer
from assay.kernel.texts import text

T = TypeVar("T")

RELATED = 12
"""How many ids of related evidence a refused answer shows."""
_REPLAYABLE = (EvidenceKind.OBSERVATION, EvidenceKind.COMPUTATION, EvidenceKind.TEXT)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a skill proposes to say.

    ``required`` topics must keep at least one claim each, or the answer is refused with the topic's sentence from
    ``without`` (topic -> sentence). ``unknown`` are sentences on what is not known, ``partly`` are the reasons
    (sentences) why the answer is at most partly verified, ``reorder`` lets a model choose the order
    of the claims after the first ``lead``, which stay where code put them.
    """

    claims: tuple[Claim, ...]
    required: tuple[str, ...] = ()
    without: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    data: Mapping[str, JsonValue] = field(default_factory=dict)
    actions: tuple[str, ...] = ()
    reorder: bool = False
    lead: int = 0


Repair = Callable[[Claim, str], "Claim | Awaitable[Claim | None] | None"]
"""Gets a claim whose template failed with a short certificate; gives a mended claim, or None."""
Wording = Callable[[Claim, str], "str | Awaitable[str | None] | None"]
"""Gets a claim that failed with its certificate; a bigger model's sentence for it, or None."""


@dataclass(frozen=True, slots=True)
class Answering:
    """Makes answers in one language. ``required`` checks must pass; ``checks`` (a skill's) must not fail.

    ``replayable`` says whether a piece of evidence can be run again (by default: whether its kind can).
    """

    store: EvidenceStore
    renderer: Renderer
    required: Sequence[Check]
    checks: Sequence[Check] = ()
    repair: Repair | None = None
    bigger: Wording | None = None
    replayable: Callable[[Evidence], bool] = field(default=lambda evidence: evidence.kind in _REPLAYABLE)

    async def answer(
        self, draft: Draft, *, run: str, seconds: Mapping[str, float] | None = None, tokens: int = 0
    ) -> Answer:
        """The answer to a draft; ``refused`` when a required topic lost its claims or nothing is left."""
        sentences: list[Sentence] = []
        dropped: list[str] = []
        for claim in draft.claims:
            made = await self._sentence(claim)
            if made is None:
                dropped.append(claim.id)
            elif made.text not in [sentence.text for sentence in sentences]:
                sentences.append(made)
        lang = self.renderer.lang
        covered = {sentence.claim.topic for sentence in sentences}
        lost = [topic for topic in draft.required if topic not in covered]
        missing = [draft.without.get(topic) or text("kernel.topic_missing", lang, topic=topic) for topic in lost]
        if not sentences and not missing:
            missing.append(text("kernel.nothing_left", lang))
        status = Status.REFUSED if missing else self._status(draft, sentences)
        related = [*draft.related, *(id for claim in draft.claims for id in claim.evidence)] if missing else []
        return Answer(
            run=run,
            status=status,
            lang=lang,
            sentences=() if missing else tuple(sentences),
            missing=(*missing, *draft.unknown, *draft.partly),
            dropped=tuple(dropped),
            related=tuple(dict.fromkeys(related))[:RELATED],
            data=dict(draft.data),
            actions=draft.actions,
            seconds=dict(seconds or {}),
            tokens=tokens,
        )

    def refuse(
        self, missing: Iterable[str], *, run: str, seconds: Mapping[str, float] | None = None, tokens: int = 0
    ) -> Answer:
        """A refused answer with what was missing and the run's own evidence as related."""
        related = tuple(evidence.id for evidence in self.store.of_run(run) if evidence.kind in _REPLAYABLE)
        return Answer(
            run=run,
            status=Status.REFUSED,
            lang=self.renderer.lang,
            missing=tuple(missing),
            related=related[-RELATED:],
            seconds=dict(seconds or {}),
            tokens=tokens,
        )

    async def _sentence(self, claim: Claim) -> Sentence | None:
        """The claim's first wording that passes: its own, the template, a repaired template, a bigger model's."""
        evidence = self._cited(claim)
        if worded := self.renderer.worded(claim):
            made, _ = self._try(claim, worded, evidence)
            if made is not None:
                return made
        made, certificate = self._template(claim, evidence)
        if made is not None:
            return made
        if self.repair is not None and (mended := await _called(self.repair, claim, certificate)) is not None:
            claim, evidence = mended, self._cited(mended)
            made, certificate = self._template(claim, evidence)
            if made is not None:
                return made
        if self.bigger is not None and (wording := await _called(self.bigger, claim, certificate)):
            made, _ = self._try(claim, self.renderer.hedged(claim, wording.strip()), evidence)
        return made

    def _template(self, claim: Claim, evidence: Mapping[str, Evidence]) -> tuple[Sentence | None, str]:
        try:
            sentence = self.renderer.sentence(claim, evidence)
        except AssayError as error:
            return None, error.render(self.renderer.lang)
        return self._try(claim, sentence, evidence)

    def _try(self, claim: Claim, sentence: str, evidence: Mapping[str, Evidence]) -> tuple[Sentence | None, str]:
        must = [check(claim, sentence, evidence) for check in self.required]
        may = [check(claim, sentence, evidence) for check in self.checks]
        bad = [result for result in must if result.verdict is not Verdict.PASS]
        bad += [result for result in may if result.verdict is Verdict.FAIL]
        if bad:
            return None, certificate_of(bad)
        results = (*must, *(result for result in may if result.verdict is Verdict.PASS))
        return Sentence(claim=claim, text=sentence, evidence=claim.evidence, checks=results), ""

    def _cited(self, claim: Claim) -> dict[str, Evidence]:
        found: dict[str, Evidence] = {}
        for id in claim.evidence:
            try:
                found[id] = self.store.get(id)
            except TransientError:
                raise  # a locked store is no missing evidence
            except AssayError:
                continue  # the check ``evidence_exists`` names it
        return found

    def _status(self, draft: Draft, sentences: Sequence[Sentence]) -> Status:
        cited = {id for sentence in sentences for id in sentence.evidence}
        if draft.partly or not all(self.replayable(self.store.get(id)) for id in cited):
            return Status.PARTLY_VERIFIED
        return Status.VERIFIED


def certificate_of(results: Iterable[CheckResult], lines: int = 4) -> str:
    """A short certificate of what failed: check and trace, a line each, few lines."""
    found = [f"{result.check}: {line}" for result in results for line in result.trace or (result.verdict.value,)]
    return "\n".join(found[:lines])


async def _called(call: Callable[[Claim, str], T | Awaitable[T]], claim: Claim, certificate: str) -> T | None:
    """The callback's answer; a model that failed is no answer."""
    try:
        made = call(claim, certificate)
        return await made if isinstance(made, Awaitable) else made
    except TransientError:
        return None
