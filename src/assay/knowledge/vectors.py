"""Vectors of passages kept by their text: a file that is added again, moved or changed in one line embeds little anew.

An embedder gives a text the same vector whatever stands beside it, so a kept one is the one that would be computed.
Questions are not kept. Whoever can read this file can read the libraries beside it; it holds hashes and no words.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from assay.kernel.sqlite import write_ahead

if TYPE_CHECKING:
    from assay.llm.port import Embedder, Vectors

FILE = "vectors.db"
MOST = 400_000
"""Vectors that are kept, about 1.5 kB each; beyond that the oldest half goes."""
_BUSY_SECONDS = 5.0
_AT_ONCE = 500


class KeptVectors:
    """An embedder that asks another one only for texts whose vectors are not in the file.

    A file that is locked, full or broken costs time and nothing else.
    """

    def __init__(self, embedder: Embedder, file: Path) -> None:
        self._embedder, self._file = embedder, file
        self.name = embedder.name

    @property
    def digest(self) -> str:
        """What the vectors are made by."""
        return self._embedder.digest

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        """See ``Embedder.embed``."""
        import numpy as np

        if query or not texts:
            return await self._embedder.embed(texts, query=query)
        keys = [hashlib.sha256(f"{self.digest}\0{one}".encode("utf-8", "surrogatepass")).digest() for one in texts]
        known = self._load(keys)
        missing = {key: one for key, one in zip(keys, texts, strict=True) if key not in known}
        if missing:
            made = await self._embedder.embed(list(missing.values()))
            new = {key: row.astype("<f4").tobytes() for key, row in zip(missing, made, strict=True)}
            self._keep(new)
            known |= new
        rows = [np.frombuffer(known[key], dtype="<f4") for key in keys]
        vectors: Vectors = np.stack(rows).astype(np.float32)
        return vectors

    async def close(self) -> None:
        """Close what is behind it."""
        await self._embedder.close()

    def _load(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = {}
        try:
            with self._opened() as connection:
                for start in range(0, len(keys), _AT_ONCE):
                    some = keys[start : start + _AT_ONCE]
                    marks = ",".join("?" * len(some))
                    found |= dict(connection.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", some))
        except sqlite3.Error:
            return {}
        # A model's vectors have one length; where two are found, one of them is broken.
        return found if len({len(vector) for vector in found.values()}) <= 1 else {}

    def _keep(self, new: dict[bytes, bytes]) -> None:
        try:
            with self._opened() as connection, connection:
                connection.executemany("INSERT OR REPLACE INTO vectors (key, vector) VALUES (?, ?)", new.items())
                last = connection.execute("SELECT count(*), max(rowid) FROM vectors").fetchone()
                if last[0] > MOST:
                    connection.execute("DELETE FROM vectors WHERE rowid <= ?", (last[1] - MOST // 2,))
        except sqlite3.Error:
            return

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._file, timeout=_BUSY_SECONDS)) as connection:
            write_ahead(connection, seconds=_BUSY_SECONDS)
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB UNIQUE NOT NULL, vector BLOB NOT NULL)")
            yield connection
