"""Vectors of passages and questions, by the shipped model or by a configured server."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from assay.knowledge.document import BlockKind
from assay.knowledge.passage import Passage, UnitKind
from assay.llm.embedding import LocalEmbedder

if TYPE_CHECKING:
    from assay.llm.port import Embedder, Vectors

#: What is embedded of a passage, in characters: the model takes 512 tokens, and time is tokens.
_MOST = 1200
_KEPT = 512


class Embedding:
    """A blocking face of an embedder; the last questions' vectors are kept."""

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._embedder = embedder or LocalEmbedder()
        self._known: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def digest(self) -> str:
        """What the vectors were made by. Raises MissingDependency."""
        return self._embedder.digest

    def query(self, text: str) -> Vectors:
        """A question's unit vector. Raises MissingDependency, ModelError, or InputError for wrong settings."""
        with self._lock:
            if (known := self._known.get(text)) is not None:
                self._known.move_to_end(text)
                return known
        vector: Vectors = self._run([text], query=True)[0]
        with self._lock:
            self._known[text] = vector
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return vector

    def passages(
        self, passages: Sequence[Passage], progress: Callable[[int], None] | None = None, batch: int = 64
    ) -> Vectors:
        """Unit vectors of passages, a row each; equal texts are embedded once. Errors as ``query``."""
        import numpy as np

        texts = [dense_text(passage) for passage in passages]
        distinct = sorted(dict.fromkeys(texts), key=len)  # alike lengths together
        rows: list[Vectors] = []
        for start in range(0, len(distinct), batch):
            rows.append(self._run(distinct[start : start + batch], query=False))
            if progress is not None:
                progress(min(start + batch, len(distinct)))
        if not rows:
            return np.empty((0, 0), dtype=np.float32)
        place = {text: number for number, text in enumerate(distinct)}
        vectors: Vectors = np.concatenate(rows)[[place[text] for text in texts]]
        return vectors

    def _run(self, texts: Sequence[str], *, query: bool) -> Vectors:
        if isinstance(self._embedder, LocalEmbedder):
            return self._embedder.embed_now(texts, query=query)
        out: list[Vectors | BaseException] = []

        def work() -> None:
            try:
                out.append(asyncio.run(self._embedder.embed(texts, query=query)))
            except BaseException as error:  # raised again in the caller's thread
                out.append(error)

        thread = threading.Thread(target=work)  # the caller may be inside a running loop
        thread.start()
        thread.join()
        if isinstance(out[0], BaseException):
            raise out[0]
        return out[0]


def dense_text(passage: Passage) -> str:
    """What is embedded of a passage: the nearest heading, its lead and its words."""
    heading = passage.headings[-1] if passage.headings else passage.title
    own = [unit.text for unit in passage.units if unit.kind is not UnitKind.HEADING]
    heads: list[str] = []
    if passage.kind is BlockKind.TABLE:
        heads = list(dict.fromkeys(each.header for unit in passage.units for each in unit.fields if each.header))
    parts = [heading, passage.lead, " ".join(heads), *own]
    return "\n".join(" ".join(part.split()) for part in parts if part)[:_MOST]
