"""How a library makes its search index: a segment a version, by one code and one embedder."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from assay.kernel.errors import MissingDependency
from assay.knowledge.passage import Passage

if TYPE_CHECKING:
    from assay.knowledge.search.embedding import Embedding
    from assay.knowledge.search.engine import Engine


class Indexer:
    """Builds segments and ranks over them. Without an embedding there is no dense lane."""

    def __init__(self, embedding: Embedding | None) -> None:
        self._embedding = embedding

    @classmethod
    def configured(cls) -> Indexer:
        """With the configured embedder; without one where the extra that brings it is not installed."""
        from assay.knowledge.search.embedding import Embedding
        from assay.knowledge.vectors import FILE, KeptVectors
        from assay.llm.config import open_embedder
        from assay.plant.home import home, private_folder

        kept = private_folder(home() / "knowledge") / FILE
        try:
            embedding = Embedding(KeptVectors(open_embedder(), kept))
            # Asking for the digest finds out whether the weights are there, without loading them.
            return cls(embedding if embedding.digest else None)
        except MissingDependency:
            return cls(None)

    @cached_property
    def made_by(self) -> str:
        """Code and embedder: a segment that others made is made anew by ``reindex``."""
        from assay.knowledge.search.tokens import VERSION

        return f"{VERSION} {'' if self._embedding is None else self._embedding.digest}".strip()

    @cached_property
    def engine(self) -> Engine:
        """Ranks over permitted segments, and keeps the last views of them."""
        from assay.knowledge.search.engine import Engine

        return Engine(self._embedding)

    def build(self, passages: Sequence[Passage]) -> bytes:
        """The index of one version as it is stored."""
        from assay.knowledge.search.segment import build

        if self._embedding is None or not passages:
            return build(passages).to_bytes()
        return build(passages, self._embedding.passages(passages), self._embedding.digest).to_bytes()
