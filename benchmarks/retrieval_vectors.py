"""Vectors of a benchmark's texts, kept by the text's hash: an interrupted run goes on where it stopped."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BATCH = 32


class VectorCache:
    """Embeds by the shipped model, each text once; also an ``Embedder``."""

    name = "multilingual-e5-small-q4"

    def __init__(self, folder: Path) -> None:
        from assay.llm.embedding import LocalEmbedder

        folder.mkdir(parents=True, exist_ok=True)
        self._model = LocalEmbedder()
        self._db = sqlite3.connect(folder / "vectors.sqlite", timeout=60, check_same_thread=False)
        self._db.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)")
        self.digest = self._model.digest

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """See ``Embedder.embed``."""
        return self.vectors(texts, query=query)

    async def close(self) -> None:
        """Nothing to close before the process ends."""

    def vectors(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """Unit vectors, a row a text."""
        import numpy as np

        keys = [self._key(text, query) for text in texts]
        missing = [(key, text) for key, text in dict(zip(keys, texts, strict=True)).items() if self._get(key) is None]
        for start in range(0, len(missing), _BATCH):
            part = missing[start : start + _BATCH]
            vectors = self._model.embed_now([text for _, text in part], query=query)
            rows = [(key, vector.tobytes()) for (key, _), vector in zip(part, vectors, strict=True)]
            self._db.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", rows)
            self._db.commit()
        if not keys:
            return np.empty((0, self._model.dimension), dtype=np.float32)
        return np.stack([np.frombuffer(self._get(key) or b"", dtype=np.float32) for key in keys])

    def _get(self, key: bytes) -> bytes | None:
        row = self._db.execute("SELECT vector FROM vectors WHERE key = ?", (key,)).fetchone()
        return None if row is None else bytes(row[0])

    def _key(self, text: str, query: bool) -> bytes:
        return hashlib.sha256(f"{self.digest}\0{int(query)}\0{text}".encode("utf-8", "replace")).digest()
