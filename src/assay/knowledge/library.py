"""A library: documents in, and a reader out for somebody who asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from assay.kernel.errors import InputError
from assay.knowledge.adding import Added, AddOptions, AddReport, AddState, Source, sources
from assay.knowledge.library_reader import LibraryReader
from assay.knowledge.rights import Asker
from assay.knowledge.store import keeping
from assay.knowledge.store.store import Store
from assay.knowledge.taking import ReadFile, Taker

FILE = "library.db"
Progress = Callable[[Added, int, int], None]
"""Called after each file with what became of it, how many are done and how many there are."""


class Library:
    """Documents in one database. ``read`` reads a file; by default in a process of its own."""

    def __init__(self, store: Store, *, read: ReadFile | None = None) -> None:
        self._store = store
        self._read = read

    @classmethod
    def open(cls, place: Path | str, *, read: ReadFile | None = None) -> Library:
        """The library in a folder (created when absent) or a database (``postgresql+psycopg://...``)."""
        if isinstance(place, str) and "://" in place:
            if not place.startswith("postgresql+psycopg://"):
                raise InputError("knowledge.library_url", place=place.partition("://")[0])
            return cls(Store(place), read=read)
        folder = Path(place)
        if folder.is_file():
            raise InputError("knowledge.library_file", path=folder)
        return cls(Store(folder / FILE), read=read)

    @property
    def place(self) -> str:
        """Where it is; never with a password."""
        return self._store.place

    def add(
        self, paths: Sequence[Path], options: AddOptions | None = None, *, progress: Progress | None = None
    ) -> AddReport:
        """Add files and folders, each file in a transaction of its own: what is done stays done.

        A file that cannot be read is reported and the others go on. InputError when nothing can be added at all
        (a path that is not there, two files of one name); a fault of the database ends the run.
        """
        chosen, report = options or AddOptions(), AddReport()
        wanted = sources(paths, chosen.name)
        taker = Taker(self._store, chosen, self._reads(chosen))
        for source in wanted:
            report.items.append(_taken(taker, source))
            if progress is not None:
                progress(report.items[-1], len(report.items), len(wanted))
        return report

    def reader(self, asker: Asker, *, on: date | None = None) -> LibraryReader:
        """The documents as somebody sees them on a day (today)."""
        return LibraryReader(self._store, asker, on or datetime.now(UTC).astimezone().date())

    def remove(self, document: str) -> None:
        """Remove a document with all its versions and what only it needed."""
        with self._store.keeping() as connection:
            keeping.remove_document(connection, document)

    def close(self) -> None:
        """Close all connections; a later use opens them again."""
        self._store.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _reads(self, options: AddOptions) -> ReadFile:
        if self._read is not None:
            return self._read
        from assay.knowledge.reading import read_file

        return lambda path: read_file(path, ocr=options.ocr)


def _taken(taker: Taker, source: Source) -> Added:
    """Take one file in; what is wrong with it is its own affair, what is wrong with the database everybody's."""
    try:
        return taker.settled(source) or taker.take(source)
    except InputError as error:
        return Added(source.path, source.name, AddState.FAILED, error=error)
