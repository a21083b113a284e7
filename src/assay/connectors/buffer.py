"""A bounded queue of samples on disk, for the time in which the historian cannot take them.

SQLite holds one row a batch: a crash leaves whole batches only, and deleted pages are reused, so the file stays near
its bound. When the bound is reached the oldest batches make room for the newest and are counted as dropped.
"""

from __future__ import annotations

import json
import math
import sqlite3
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from assay.connectors.samples import Sample
from assay.kernel.errors import BusyError, LinkError

_SCHEMA = "CREATE TABLE IF NOT EXISTS batch (id INTEGER PRIMARY KEY, count INTEGER NOT NULL, data BLOB NOT NULL)"
DEFAULT_BYTES = 256 * 1024 * 1024


class SampleBuffer:
    """First in, first out, one owner; every method blocks for one small transaction.

    ``max_bytes`` bounds the compressed samples. Raises BusyError when another process owns the file and LinkError when
    the disk refuses. A damaged file is moved aside (``set_aside`` names it) and a new one begun.
    """

    def __init__(self, path: Path, max_bytes: int = DEFAULT_BYTES) -> None:
        self.path = path
        self.max_bytes = max_bytes
        self.dropped = 0
        self.set_aside: Path | None = None
        self._connection = self._open()
        row = self._one("SELECT coalesce(sum(count), 0), coalesce(sum(length(data)), 0) FROM batch")
        self.samples, self.bytes = int(row[0]), int(row[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return self.samples

    def close(self) -> None:
        """Give the file back; what it holds stays."""
        self._connection.close()

    def append(self, samples: Sequence[Sample]) -> int:
        """Store samples behind those that are there; returns how many old ones were dropped to make room."""
        if not samples:
            return 0
        data = encode(samples)
        try:
            with self._connection:
                dropped = self._make_room(len(data))
                self._connection.execute("INSERT INTO batch (count, data) VALUES (?, ?)", (len(samples), data))
        except sqlite3.Error as error:
            self._recount()
            raise LinkError("connectors.buffer_failed", path=self.path, problem=error) from None
        self.samples += len(samples)
        self.bytes += len(data)
        self.dropped += dropped
        return dropped

    def oldest(self) -> tuple[int, list[Sample]] | None:
        """The oldest batch with its number, or None when the buffer is empty."""
        row = self._connection.execute("SELECT id, data FROM batch ORDER BY id LIMIT 1").fetchone()
        return None if row is None else (int(row[0]), decode(row[1]))

    def remove(self, number: int) -> None:
        """Forget a batch that the sink has stored."""
        with self._connection:
            self._connection.execute("DELETE FROM batch WHERE id = ?", (number,))
        self._recount()

    def _make_room(self, incoming: int) -> int:
        dropped = 0
        while self.samples and self.bytes + incoming > self.max_bytes:
            number, count, size = self._one("SELECT id, count, length(data) FROM batch ORDER BY id LIMIT 1")
            self._connection.execute("DELETE FROM batch WHERE id = ?", (number,))
            self.samples -= count
            self.bytes -= size
            dropped += count
        return dropped

    def _recount(self) -> None:
        row = self._one("SELECT coalesce(sum(count), 0), coalesce(sum(length(data)), 0) FROM batch")
        self.samples, self.bytes = int(row[0]), int(row[1])

    def _one(self, query: str) -> tuple[int, ...]:
        row: tuple[int, ...] = self._connection.execute(query).fetchone()
        return row

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return self._connect()
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise BusyError("connectors.buffer_busy", path=self.path) from None
            raise LinkError("connectors.buffer_failed", path=self.path, problem=error) from None
        except sqlite3.DatabaseError:
            stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
            self.set_aside = self.path.with_name(f"{self.path.name}.damaged-{stamp}")
            self.path.rename(self.set_aside)
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=0.2, check_same_thread=False)
        try:
            # The exclusive lock makes a second owner fail at once instead of mixing two links' samples.
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute(_SCHEMA)
            connection.commit()
        except sqlite3.Error:
            connection.close()
            raise
        return connection


def encode(samples: Sequence[Sample]) -> bytes:
    """Samples as compressed JSON; times in whole microseconds since 1970, NaN as null."""
    rows = [(s.tag, _micros(s.time), s.value if math.isfinite(s.value) else None, s.quality) for s in samples]
    return zlib.compress(json.dumps(rows, separators=(",", ":"), ensure_ascii=False).encode("utf-8"), 1)


def decode(data: bytes) -> list[Sample]:
    """The samples of ``encode``."""
    rows = json.loads(zlib.decompress(data).decode("utf-8"))
    return [
        Sample(tag, _from_micros(micros), math.nan if value is None else float(value), quality)
        for tag, micros, value, quality in rows
    ]


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _micros(time: datetime) -> int:
    # Whole-number arithmetic: a float of seconds loses microseconds.
    delta = time - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def _from_micros(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)
