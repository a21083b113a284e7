"""Vectors of passages and questions, by the shipped model or by a configured server."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from assay.knowledge.document import BlockKind
from assay.knowledge.passage import Passage, UnitKind
from assay.knowledge.search.blocking import waited
from assay.llm.embedding import LocalEmbedder
from assay.llm.questions import QuestionEncoder, question_encoder

if TYPE_CHECKING:
    from assay.llm.port import Embedder, Vectors

#: What is embedded of a passage, in characters: the model takes 512 tokens, and time is tokens.
_MOST = 1200
_NAMED = re.compile(r"[^\W\d_]{2}|[\u3400-\u9fff]")
_MOST_TITLE = 120
_KEPT = 512
#: Stands for a title where there is none: a sum of two vectors is nearer to any question than one alone.
_UNTITLED = "document"
#: Weight of the title's vector beside the passage's.
TITLE = 0.4


class Embedding:
    """A blocking face of an embedder; the last questions' vectors are kept."""

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._embedder = embedder or LocalEmbedder()
        self._known: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()
        self._asked: OrderedDict[str, Vectors] = OrderedDict()

    @cached_property
    def _questions(self) -> QuestionEncoder | None:
        return question_encoder(self.digest)

    @property
    def learned(self) -> str:
        """What the vectors of ``asked`` are made by; empty without it. Raises MissingDependency."""
        return self._questions.digest if self._questions is not None else ""

    def asked(self, question: str) -> Vectors:
        """The unit vector of a question: by what was learned for questions, beside another embedder by that one.

        Raises as ``queries``.
        """
        encoder = self._questions
        if encoder is None:
            alone: Vectors = self.queries([question])[0]
            return alone
        with self._lock:
            known = self._asked.get(question)
        if known is None:
            known = encoder.vector(question)
            with self._lock:
                self._asked[question] = known
                while len(self._asked) > _KEPT:
                    self._asked.popitem(last=False)
        return known

    @property
    def digest(self) -> str:
        """What the vectors were made by. Raises MissingDependency."""
        return self._embedder.digest

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of questions, a row each. Raises MissingDependency, ModelError, or InputError for settings."""
        import numpy as np

        with self._lock:
            known = {text: self._known[text] for text in texts if text in self._known}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            known |= dict(zip(missing, self._run(missing, query=True), strict=True))
        with self._lock:
            self._known |= known
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        vectors: Vectors = np.stack([known[text] for text in texts])
        return vectors

    def passages(
        self, passages: Sequence[Passage], progress: Callable[[int], None] | None = None, batch: int = 64
    ) -> Vectors:
        """Vectors of passages, a row each; equal texts are embedded once. Errors as ``queries``.

        A document's title, which its passages do not repeat, is embedded once and added to each of them.
        """
        import numpy as np

        texts = [dense_text(passage) for passage in passages]
        titles = [" ".join((passage.title or _UNTITLED).split())[:_MOST_TITLE] for passage in passages]
        distinct = sorted(dict.fromkeys([*texts, *titles]), key=len)  # alike lengths together
        rows: list[Vectors] = []
        for start in range(0, len(distinct), batch):
            rows.append(self._run(distinct[start : start + batch], query=False))
            if progress is not None:
                progress(min(start + batch, len(distinct)))
        if not rows:
            return np.empty((0, 0), dtype=np.float32)
        place = {text: number for number, text in enumerate(distinct)}
        every = np.concatenate(rows)
        vectors: Vectors = every[[place[text] for text in texts]] + TITLE * every[[place[title] for title in titles]]
        return vectors

    def _run(self, texts: Sequence[str], *, query: bool) -> Vectors:
        if isinstance(self._embedder, LocalEmbedder):
            return self._embedder.embed_now(texts, query=query)
        return waited(lambda: self._embedder.embed(texts, query=query))


def dense_text(passage: Passage) -> str:
    """What is embedded of a passage: the nearest heading, its lead and its words; of rows the heads and named things.

    Bare numbers in cells are left out: they say nothing to the model, and each of their digits costs time.
    """
    heading = passage.headings[-1] if passage.headings else passage.title
    own = [unit for unit in passage.units if unit.kind is not UnitKind.HEADING]
    if passage.kind is BlockKind.TABLE:
        heads = dict.fromkeys(each.header for unit in own for each in unit.fields if each.header)
        cells = dict.fromkeys(each.value for unit in own for each in unit.fields if _NAMED.search(each.value))
        words = " ".join([*heads, *cells])
    else:
        words = ("" if passage.lang == "zh" else " ").join(unit.text for unit in own)
    parts = [heading, passage.lead, words]
    return "\n".join(" ".join(part.split()) for part in parts if part)[:_MOST]
