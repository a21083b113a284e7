"""How a library makes its search index: a segment a version, by one code and one embedder."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from assay.kernel.errors import MissingDependency
from assay.knowledge.passage import Passage

if TYPE_CHECKING:
    from assay.knowledge.search.dictionary import Dictionary, Group
    from assay.knowledge.search.embedding import Embedding
    from assay.knowledge.search.engine import Engine
    from assay.knowledge.search.rerank import Reranker
    from assay.plant.model import Plant


def words_of(plant: Plant | None, own: Sequence[Group] | None = None) -> Dictionary:
    """The dictionary of a plant: the configured one (or the shipped one with ``own``), and the names of its parts."""
    from assay.knowledge.search.dictionary_files import configured, of_plant, shipped

    words = configured() if own is None else shipped().with_groups(own)
    return words if plant is None else words.with_groups(of_plant(plant))


class Indexer:
    """Builds segments and ranks over them. Without an embedding there is no dense lane.

    A plant's names of equipment and tags are words of its dictionary. ``reranker`` sees the best passages last.
    """

    def __init__(
        self, embedding: Embedding | None, *, plant: Plant | None = None, reranker: Reranker | None = None
    ) -> None:
        self._embedding = embedding
        self._plant = plant
        self._reranker = reranker

    @classmethod
    def configured(cls, plant: Plant | None = None) -> Indexer:
        """With the configured embedder and reranker; without vectors where no embedder is installed."""
        from assay.knowledge.search.embedding import Embedding
        from assay.knowledge.search.rerank import open_reranker
        from assay.knowledge.vectors import FILE, KeptVectors
        from assay.llm.config import open_embedder
        from assay.plant.home import home, private_folder

        kept = private_folder(home() / "knowledge") / FILE
        try:
            embedding = Embedding(KeptVectors(open_embedder(), kept))
            # Asking for the digest finds out whether the weights are there, without loading them.
            found = embedding if embedding.digest else None
        except MissingDependency:
            found = None
        return cls(found, plant=plant, reranker=open_reranker())

    @cached_property
    def made_by(self) -> str:
        """Code and embedder: a segment that others made is made anew by ``reindex``."""
        from assay.knowledge.search.segment import build

        # A segment of nothing still says its form and the version of its terms.
        form = hashlib.sha256(build([]).to_bytes()).hexdigest()[:12]
        return f"{form} {self.model}".strip()

    @property
    def model(self) -> str:
        """The embedder's digest; empty without one."""
        return "" if self._embedding is None else self._embedding.digest

    def is_old(self, made_by: str) -> bool:
        """Whether a segment is of another form and cannot be read; one by another embedder only lacks vectors."""
        return made_by.partition(" ")[0] != self.made_by.partition(" ")[0]

    @cached_property
    def engine(self) -> Engine:
        """Ranks over permitted segments, and keeps the last views of them."""
        from assay.knowledge.search.engine import Engine

        return Engine(self._embedding, words_of(self._plant), self._reranker)

    def build(self, passages: Sequence[Passage]) -> bytes:
        """The index of one version as it is stored."""
        from assay.knowledge.search.segment import build

        if self._embedding is None or not passages:
            return build(passages).to_bytes()
        return build(passages, self._embedding.passages(passages), self._embedding.digest).to_bytes()
