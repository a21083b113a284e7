"""A library's database: transactions for somebody who reads and for whoever adds and removes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from assay.plant.records.database import BUSY_SECONDS, Database

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Store:
    """A SQLite file (created when absent) or a PostgreSQL database (``postgresql+psycopg://...``)."""

    def __init__(self, place: Path | str, *, busy: float = BUSY_SECONDS) -> None:
        from assay.knowledge.store.migrations import LIBRARY

        self._database = Database(place, busy=busy, migrations=LIBRARY)

    @property
    def place(self) -> str:
        """How errors name it; never with a password."""
        return self._database.place

    @property
    def path(self) -> Path | None:
        """The file, for SQLite."""
        return self._database.path

    @contextmanager
    def reading(self, groups: Iterable[str]) -> Iterator[Connection]:
        """One moment of the library, as somebody in these groups may see it."""
        with self._database.read() as connection:
            if self.path is None:
                from assay.knowledge.store.row_rights import as_reader

                as_reader(connection, groups)
            yield connection

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """One moment of the whole library, for whoever adds to it."""
        with self._database.read() as connection:
            self._keeper(connection)
            yield connection

    @contextmanager
    def keeping(self) -> Iterator[Connection]:
        """A transaction that adds or removes; all of it is stored or nothing."""
        from assay.knowledge.store.schema import revision

        with self._database.write() as connection:
            self._keeper(connection)
            connection.execute(revision.update().values(number=revision.c.number + 1))
            yield connection

    def _keeper(self, connection: Connection) -> None:
        if self.path is None:
            from assay.knowledge.store.row_rights import as_keeper

            as_keeper(connection)

    def close(self) -> None:
        """Close all connections; a later use opens them again."""
        self._database.close()
