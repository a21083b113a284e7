"""The database behind the records: opened at first use, migrated with a backup, one writer at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.kernel.errors import BusyError, InputError
from assay.kernel.sqlite import write_ahead

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from assay.plant.records.migrations import Migrations

BUSY_SECONDS = 20.0
MIGRATION_SECONDS = 120.0
MIGRATION_LOCK = 0x41535341
"""The advisory lock on PostgreSQL under which one process migrates and the others wait ("ASSA")."""


class Database:
    """A SQLite file (created when absent) or a database by URL (``postgresql+psycopg://...``).

    ``read`` and ``write`` are transactions: ``write`` takes SQLite's writer lock at once and waits ``busy`` seconds
    for it, so two processes never fail half-way through. Faults of the disk and the link become AssayErrors.
    ``migrations`` make the tables: the records' own, unless another store brings its own.
    """

    def __init__(self, place: Path | str, *, busy: float = BUSY_SECONDS, migrations: Migrations | None = None) -> None:
        from assay.plant.records.migrations import RECORDS

        self._url = place if isinstance(place, str) and "://" in place else None
        self.path = None if self._url else Path(place)
        self._busy = busy
        self._migrations = migrations or RECORDS

    @property
    def place(self) -> str:
        """How errors name it; never with a password."""
        if self._url is None:
            return str(self.path)
        from sqlalchemy import make_url

        return make_url(self._url).render_as_string(hide_password=True)

    @cached_property
    def engine(self) -> Engine:
        """The engine, with every migration applied."""
        from assay.plant.records.faults import translated

        with translated(self.place):
            engine = self._connect()
            try:
                self._migrate(engine)
            except BaseException:
                engine.dispose()
                raise
        return engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads, and sees one moment from its beginning to its end."""
        yield from self._transaction({} if self.path is not None else {"isolation_level": "REPEATABLE READ"})

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes; all of it is stored or nothing."""
        yield from self._transaction({"assay_write": True})

    def _transaction(self, options: dict[str, Any]) -> Iterator[Connection]:
        from assay.plant.records.faults import translated

        engine = self.engine
        with translated(self.place), engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Close the connections; the next use opens it again."""
        engine: Engine | None = self.__dict__.pop("engine", None)
        if engine is not None:
            engine.dispose()

    def _connect(self) -> Engine:
        from sqlalchemy import URL, create_engine, event

        if self.path is None:
            return create_engine(str(self._url), pool_pre_ping=True)
        _make_folder(self.path)
        url = URL.create("sqlite", database=str(self.path))
        engine = create_engine(url, connect_args={"timeout": self._busy, "check_same_thread": False})

        @event.listens_for(engine, "connect")
        def _prepare(connection: sqlite3.Connection, _: object) -> None:
            # Python's own BEGIN would come too late for the writer lock; see ``_begin``.
            connection.isolation_level = None
            write_ahead(connection, seconds=self._busy)
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA foreign_keys=ON")

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            writes = connection.get_execution_options().get("assay_write", False)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

        return engine

    def _migrate(self, engine: Engine) -> None:
        if self._revision(engine) == self._migrations.head:
            return
        if self.path is None:
            self._upgrade(engine)  # guarded by a lock in the database itself
            return
        from filelock import FileLock, Timeout

        try:
            with FileLock(f"{self.path}.lock", timeout=MIGRATION_SECONDS):
                if self._revision(engine) != self._migrations.head:  # another process may have done it while we waited
                    self._upgrade(engine)
        except Timeout:
            raise BusyError("plant.records_locked", path=self.place) from None

    def _upgrade(self, engine: Engine) -> None:
        from alembic import command

        revision = self._revision(engine)
        if revision is not None and revision not in self._migrations.known():
            raise InputError("plant.records_newer", path=self.place, revision=revision)
        if revision is not None and self.path is not None:
            backup(self.path, revision)
        with engine.connect().execution_options(assay_write=True) as connection, connection.begin():
            if self.path is None:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
            command.upgrade(self._migrations.config(connection), "head")

    def _revision(self, engine: Engine) -> str | None:
        from sqlalchemy import column, inspect, select, table

        name = self._migrations.table
        with engine.connect() as connection:
            if not inspect(connection).has_table(name):
                return None
            found = connection.execute(select(column("version_num")).select_from(table(name))).scalar()
            return None if found is None else str(found)


def backup(path: Path, revision: str) -> Path:
    """Copy a SQLite file, consistent even while others write, beside itself; returns the copy's path."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    target = path.with_name(f"{path.name}.bak-{revision}-{stamp}")
    source, copy = sqlite3.connect(path, timeout=BUSY_SECONDS), sqlite3.connect(target)
    try:
        source.backup(copy)
    finally:
        copy.close()
        source.close()
    return target


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError("plant.records_folder", path=path.parent, problem=error.strerror or error) from None
