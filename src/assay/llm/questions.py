"""Vectors of questions that lie near the passages which answer them.

The embedder's vector of a question lies near passages that speak of the same in the same words. This encoder is the
embedder's own with low-rank changes that were learned (``python -m benchmarks.question_fit``) from questions in plant
people's words, also in the other language, against the embedder's vectors of passages: those stay as they are, so that
an index serves both.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from assay.llm.assemble import known_digest
from assay.llm.changes import changed, fits
from assay.llm.e5 import Weights
from assay.llm.embedding import LocalEmbedder
from assay.llm.pairs import encoded

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[np.float32]

FILE = Path(__file__).parent / "data" / "questions.npz"
PREFIX = "query: "
"""What the embedder was made to read before a question."""
LONGEST = 128
"""Tokens of a question with its prefix; what follows does not count."""


@dataclass(slots=True)
class QuestionEncoder:
    """The model; loads when it is first asked."""

    path: Path = FILE
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _loaded: tuple[Weights, dict[str, Array]] | None = None

    @property
    def digest(self) -> str:
        """Of the file of changes."""
        return f"sha256:{known_digest(self.path)}"

    def vector(self, question: str) -> Array:
        """A unit vector (384,), the same whatever else is asked. MissingDependency without the embedder's weights."""
        import numpy as np

        with self._lock:
            if self._loaded is None:
                weights, tensors, _ = changed(self.path)
                self._loaded = weights, tensors
            weights, tensors = self._loaded
        ids = np.array([token_ids(weights, question)])
        mean = encoded(weights, tensors, ids, np.zeros_like(ids), np.ones(ids.shape, dtype=bool))[0].mean(axis=0)
        made: Array = mean / max(float(np.linalg.norm(mean)), 1e-12)
        return made


def token_ids(weights: Weights, question: str) -> list[int]:
    """``<s> query: question </s>``."""
    tokens = weights.tokens
    own = [one.id for one in tokens.split(f"{PREFIX}{question}")]
    return [tokens.start, *own[: LONGEST - 2], tokens.end]


def question_encoder(embedder: str) -> QuestionEncoder | None:
    """The encoder for passages that were embedded by the model with this digest; None where it was learned on another
    one or is not installed."""
    made = QuestionEncoder()
    if not made.path.is_file() or not fits(made.path):
        return None
    return made if embedder == LocalEmbedder().digest else None
