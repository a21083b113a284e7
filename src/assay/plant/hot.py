"""Recent samples in the DuckDB file that one owner process holds."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assay.kernel.errors import BusyError, IntegrityError, TerminalError
from assay.plant.rows import Rows

if TYPE_CHECKING:
    import duckdb

FILE = "recent.duckdb"
_OPEN_SECONDS = 10.0
_CLOSE_SECONDS = 60.0
_SCHEMA = """
create table if not exists tags(id integer primary key, name varchar not null);
create table if not exists recent(tag integer, time bigint, value double, quality smallint, source_time bigint,
                                  seq bigint);
create table if not exists counters(name varchar primary key, value bigint not null);
"""
_DISK_FULL = ("no space left", "disk quota exceeded", "file too large")


@contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """Turn what DuckDB and the disk report into the errors of the kernel."""
    import duckdb

    try:
        yield
    except (duckdb.Error, OSError) as error:
        reason = str(error).strip().split("\n")[0]
        full = isinstance(error, OSError) and error.errno in (28, 27, 122)  # ENOSPC, EFBIG, EDQUOT
        if full or any(words in str(error).lower() for words in _DISK_FULL):
            raise TerminalError("plant.history_disk_full", path=path, reason=reason) from error
        raise TerminalError("plant.history_store", path=path, reason=reason) from error


class Recent:
    """The table of recent samples. One writer at a time; reads may run beside it from any thread."""

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        self._path = folder / FILE
        self._connection = _connect(self._path, read_only=read_only)
        # DuckDB refuses to close a connection while one of its cursors reads.
        self._idle, self._readers, self._closing = threading.Condition(), 0, False
        with store_errors(self._path):
            if not read_only:
                self._connection.execute(_SCHEMA)
            self._tags: dict[str, int] = {
                name: id_ for id_, name in self._connection.execute("select id, name from tags order by id").fetchall()
            }
            self.count, self.next_seq = self._counted()

    def close(self) -> None:
        """Close the file; everything written is in it. Reads that have begun are waited for (a minute), later ones
        refused. TerminalError where a read does not end."""
        with self._idle, store_errors(self._path):
            self._closing = True
            self._idle.wait_for(lambda: not self._readers, _CLOSE_SECONDS)
            self._connection.close()

    def tags(self) -> tuple[str, ...]:
        """Every tag that was ever written, in order of first appearance."""
        return tuple(self._tags)

    def bytes(self) -> int:
        """Bytes of the file and its log on disk."""
        paths = (self._path, self._path.with_name(FILE + ".wal"))
        return sum(path.stat().st_size for path in paths if path.exists())

    def add(self, rows: Rows) -> None:
        """Store the rows, numbered on from the last one, in one durable transaction: all of them or none."""
        import pyarrow as pa

        tags = self._with(rows.tags)
        ids = np.array([tags[name] for name in rows.tags], np.int32)
        batch = pa.table(
            {
                "tag": ids[rows.tag] if len(rows) else rows.tag,
                "time": rows.time,
                "value": rows.value,
                "quality": rows.quality,
                "source_time": rows.source_time,
                "seq": np.arange(self.next_seq, self.next_seq + len(rows)),
            }
        )
        with self._transaction() as connection:
            self._insert_tags(connection, tags)
            connection.register("batch", batch)
            connection.execute("insert into recent select * from batch")
            connection.unregister("batch")
        self._tags = tags
        self.count += len(rows)
        self.next_seq += len(rows)

    def know(self, names: Sequence[str], next_seq: int | None = None) -> None:
        """Register tags without samples, and perhaps the number of the next sample."""
        tags = self._with(names)
        with self._transaction() as connection:
            self._insert_tags(connection, tags)
            if next_seq is not None:
                connection.execute("insert or replace into counters values ('next_seq', ?)", [next_seq])
        self._tags = tags
        self.next_seq = self.next_seq if next_seq is None else next_seq

    def rows(self, tags: Sequence[str] | None, start: int | None, end: int | None) -> Rows:
        """The samples of ``tags`` (None: all) with ``start <= time < end`` in nanoseconds."""
        known = dict(self._tags)
        conditions, params = ["true"], list[Any]()
        if tags is not None:
            conditions.append("tag in (select unnest(?::integer[]))")
            params.append([known[name] for name in tags if name in known])
        for operator, bound in ((">=", start), ("<", end)):
            if bound is not None:
                conditions.append(f"time {operator} ?")
                params.append(bound)
        query = f"select tag, time, value, quality, source_time, seq from recent where {' and '.join(conditions)}"
        with store_errors(self._path), self._cursor() as cursor:
            got = cursor.sql(query, params=params).to_arrow_table()
        columns = {name: got[name].to_numpy() for name in got.column_names}
        return Rows(tuple(known), **columns)

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        import duckdb

        with self._idle:
            if self._closing:
                raise duckdb.ConnectionException("the history is closed")
            cursor = self._connection.cursor()
            self._readers += 1
        try:
            yield cursor
        finally:
            try:
                cursor.close()
            finally:
                with self._idle:
                    self._readers -= 1
                    self._idle.notify_all()

    def forget(self, *, up_to: int | None = None, before: int | None = None) -> None:
        """Remove samples numbered up to ``up_to`` (they are in a closed part now), or with a time before ``before``."""
        with self._transaction() as connection:
            if up_to is not None:
                # The next number must survive the removal of the samples it could be derived from.
                connection.execute("insert or replace into counters values ('next_seq', ?)", [self.next_seq])
                connection.execute("delete from recent where seq <= ?", [up_to])
            if before is not None:
                connection.execute("delete from recent where time < ?", [before])
        with store_errors(self._path):
            self.count = self._counted()[0]

    def span(self) -> tuple[int, int] | None:
        """The first and the last time in nanoseconds; None without samples."""
        with store_errors(self._path), self._cursor() as cursor:
            found = cursor.execute("select min(time), max(time) from recent").fetchone()
        return None if found is None or found[0] is None else (int(found[0]), int(found[1]))

    def typical_time(self, newest: int = 1000) -> int | None:
        """The median time of the newest samples: one wild clock value does not move it. None without samples."""
        query = "select median(time) from (select time from recent order by seq desc limit ?)"
        with store_errors(self._path):
            found = self._connection.execute(query, [newest]).fetchone()
        return None if found is None or found[0] is None else int(found[0])

    def _with(self, names: Sequence[str]) -> dict[str, int]:
        new = [name for name in dict.fromkeys(names) if name not in self._tags]
        return self._tags | {name: len(self._tags) + i for i, name in enumerate(new)}

    def _insert_tags(self, connection: duckdb.DuckDBPyConnection, tags: dict[str, int]) -> None:
        new = [[id_, name] for name, id_ in tags.items() if name not in self._tags]
        if new:
            connection.executemany("insert into tags values (?, ?)", new)

    def _counted(self) -> tuple[int, int]:
        query = (
            "select (select count(*) from recent), greatest(coalesce((select max(seq) + 1 from recent), 0), "
            "coalesce((select value from counters where name = 'next_seq'), 0))"
        )
        found = self._connection.execute(query).fetchone()
        assert found is not None
        return int(found[0]), int(found[1])

    @contextmanager
    def _transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        import duckdb

        with store_errors(self._path):
            self._connection.begin()
            try:
                yield self._connection
                self._connection.commit()
            except BaseException:
                try:
                    self._connection.rollback()
                except duckdb.Error:
                    # The database may have closed itself on the first error, which is the one to report.
                    pass
                raise


def _connect(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """Open the file, waiting a while when another process holds it."""
    import duckdb

    give_up = time.monotonic() + _OPEN_SECONDS
    while True:
        try:
            connection = duckdb.connect(str(path), read_only=read_only)
            if not read_only:
                path.chmod(0o600)
            return connection
        except duckdb.IOException as error:
            if "lock" not in str(error).lower():
                raise IntegrityError("plant.history_damaged", path=path, reason=str(error).split("\n")[0]) from error
            if time.monotonic() > give_up:
                raise BusyError("plant.history_file_busy", path=path) from error
            time.sleep(0.02)
        except duckdb.Error as error:
            raise IntegrityError("plant.history_damaged", path=path, reason=str(error).split("\n")[0]) from error
