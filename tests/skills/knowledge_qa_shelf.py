"""Documents in memory for tests of cited answers: Markdown texts, rights, doubts and a plain word search."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assay.kernel.context import new_run_id
from assay.kernel.errors import InputError
from assay.kernel.ports import ChatResult, ChoiceResult, Message
from assay.knowledge.document import Doubt, Page, ReadDocument, Span
from assay.knowledge.passage import Passage
from assay.knowledge.passages import cut, index_text
from assay.knowledge.reader import DocumentInfo, Hit, Lane
from assay.knowledge.reading.markdown import read_markdown
from assay.knowledge.rights import EVERYONE, Asker
from assay.skills.knowledge_qa.question import language_of
from assay.skills.knowledge_qa.terms import grams

__all__ = ["Doc", "ScriptedModel", "ShelfReader", "new_run_id"]


@dataclass(frozen=True)
class Doc:
    """A document: its Markdown, who may read it, its version, whether it is in force, and its doubts."""

    text: str
    groups: tuple[str, ...] = (EVERYONE,)
    version: str = "1"
    current: bool = True
    doubts: tuple[Doubt, ...] = ()


@dataclass
class ShelfReader:
    """The ``Reader`` port over Markdown texts; a document that the asker may not read is never even read."""

    docs: Mapping[str, Doc]
    asker: Asker = field(default_factory=lambda: Asker("li"))
    gone: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._mine = {name: doc for name, doc in sorted(self.docs.items()) if self.asker.may_read(doc.groups)}
        self._read: dict[str, ReadDocument] = {name: read_markdown(doc.text, name) for name, doc in self._mine.items()}
        self._cut = {name: cut(read, name, self._mine[name].version) for name, read in self._read.items()}
        self._passages = {one.id: one for passages in self._cut.values() for one in passages}
        self._terms = {id: Counter(grams(index_text(one))) for id, one in self._passages.items()}

    def documents(self, *, outdated: bool = False) -> Sequence[DocumentInfo]:
        return [
            DocumentInfo(
                id=name,
                name=name,
                title=self._read[name].title,
                version=doc.version,
                lang=language_of(doc.text),
                pages=1,
                media="text/markdown",
                sha256=hashlib.sha256(doc.text.encode()).hexdigest(),
                current=doc.current,
            )
            for name, doc in self._mine.items()
            if outdated or doc.current
        ]

    def page(self, document: str, version: str, number: int) -> Page:
        if document not in self._mine or document in self.gone:
            raise InputError("knowledge_qa.no_unit", passage=document)
        return self._read[document].pages[number - 1]

    def passages(self, document: str, version: str) -> Sequence[Passage]:
        return self._cut[document]

    def passage(self, id: str) -> Passage:
        if id not in self._passages:
            raise InputError("knowledge_qa.no_unit", passage=id)
        return self._passages[id]

    def doubts(self, document: str, version: str) -> Sequence[Doubt]:
        return self._mine[document].doubts

    def picture(self, document: str, version: str, span: Span) -> bytes | None:
        return None

    def search(self, query: str, *, limit: int = 10, lane: Lane = "hybrid", outdated: bool = False) -> Sequence[Hit]:
        wanted = grams(query)
        ids = [id for id, one in self._passages.items() if outdated or self._mine[one.document].current]
        held = {term: sum(term in self._terms[id] for id in ids) for term in wanted}
        weights = {term: math.log(1 + len(ids) / held[term]) for term in wanted if held[term]}
        total = sum(weights.values()) or 1.0
        scored = [(sum(w for term, w in weights.items() if term in self._terms[id]), id) for id in ids]
        scored = sorted(((score, id) for score, id in scored if score), key=lambda one: (-one[0], one[1]))
        return [
            Hit(self._passages[id], score, {"lexical": rank}, score / total)
            for rank, (score, id) in enumerate(scored[:limit], 1)
        ]

    def fingerprint(self) -> str:
        parts = [f"{name}\0{doc.version}\0{doc.text}" for name, doc in self._mine.items()]
        return hashlib.sha256("\1".join(parts).encode()).hexdigest()


@dataclass
class ScriptedModel:
    """A language model that gives the same odds to the first option, and records every prompt.

    With ``only`` it says so of passages that hold these words, and the opposite of all others. ``words`` is what it
    writes behind the first option.
    """

    odds: float = 3.0
    only: str = ""
    words: str = ""
    name: str = "scripted"
    digest: str = "scripted"
    prompts: list[str] = field(default_factory=list)
    options: list[tuple[str, ...]] = field(default_factory=list)

    async def choose(
        self, messages: Sequence[Message], options: Sequence[str], *, timeout: float = 60.0, words: int = 0
    ) -> ChoiceResult:
        self.prompts.append("\n".join(message.content for message in messages))
        self.options.append(tuple(options))
        passage = next((line for line in messages[-1].content.splitlines() if line.startswith("Passage: ")), "")
        odds = self.odds if self.only in passage else -self.odds
        high = -math.log1p(math.exp(-odds))
        logs = {options[0]: high, **{option: high - odds for option in options[1:]}}
        said = f"{options[0]} {self.words}" if self.words and odds > 0 else ""
        return ChoiceResult(log_probabilities=logs, tokens=10, scored=True, text=said if words else "")

    async def chat(self, messages: Sequence[Message], **more: object) -> ChatResult:
        raise AssertionError("a model must not write here")

    async def close(self) -> None:
        """Nothing is open."""
