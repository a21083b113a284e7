"""A library: documents in, and a reader out for somebody who asks."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from assay.kernel.errors import AssayError, InputError, IntegrityError
from assay.knowledge.access import AccessBook
from assay.knowledge.adding import Added, AddOptions, AddReport, Source, sources
from assay.knowledge.indexing import Indexer
from assay.knowledge.library_reader import LibraryReader
from assay.knowledge.rights import EVERYONE, Asker
from assay.knowledge.snapshots import Snapshots
from assay.knowledge.store import contents, keeping
from assay.knowledge.store.contents import DoubtRow
from assay.knowledge.store.store import Store
from assay.knowledge.taking import ReadFile, Taker
from assay.knowledge.unread import Unread
from assay.knowledge.versions import meant

if TYPE_CHECKING:
    from assay.knowledge.rereading import Reread

FILE = "documents.db"
Progress = Callable[[Added, int, int], None]
"""Called after each file with what became of it, how many are done and how many there are."""


class Library:
    """Documents in one database.

    ``read`` reads a file's content; by default a process of its own does. ``indexer`` makes the search index; by
    default with the configured embedder.

    With ``access`` a reader sees what both the access file and the documents' stored groups permit.
    """

    def __init__(
        self,
        store: Store,
        *,
        access: AccessBook | None = None,
        read: ReadFile | None = None,
        indexer: Indexer | None = None,
    ) -> None:
        self._store = store
        self.access = access
        self._read = read
        self._indexer = indexer
        self._snapshots = Snapshots(store)
        self._unread: list[Added] = []

    @classmethod
    def open(
        cls,
        place: Path | str,
        *,
        access: AccessBook | None = None,
        read: ReadFile | None = None,
        indexer: Indexer | None = None,
    ) -> Library:
        """The library in a folder (created when absent) or a database (``postgresql+psycopg://...``)."""
        if isinstance(place, str) and "://" in place:
            if not place.startswith("postgresql+psycopg://"):
                raise InputError("knowledge.library_url", place=place.partition("://")[0])
            return cls(Store(place), access=access, read=read, indexer=indexer)
        folder = Path(place)
        if folder.is_file():
            raise InputError("knowledge.library_file", path=folder)
        return cls(Store(folder / FILE), access=access, read=read, indexer=indexer)

    @classmethod
    def over_folder(
        cls,
        folder: Path,
        access: AccessBook | None = None,
        *,
        progress: Progress | None = None,
        read: ReadFile | None = None,
        indexer: Indexer | None = None,
    ) -> Library:
        """A library of the files that are in a folder now, kept in the data folder and brought up to date.

        It depends on the files alone: a changed file takes the place of its old content, without a history. Files
        that cannot be read are left out, see ``unread``.
        """
        if not folder.is_dir():
            raise InputError("knowledge.folder_missing", path=folder)
        place = folder_place(folder)
        library = cls.open(place, access=access, read=read, indexer=indexer)
        try:
            library._follow(folder, progress)
        except IntegrityError:  # what is broken here can be made again from the files
            library.close()
            shutil.rmtree(place)
            library._follow(folder, progress)
        return library

    @property
    def place(self) -> str:
        """Where it is; never with a password."""
        return self._store.place

    def add(
        self,
        paths: Sequence[Path],
        options: AddOptions | None = None,
        *,
        progress: Progress | None = None,
        begin: Callable[[Source], None] | None = None,
    ) -> AddReport:
        """Add files and folders, each file in a transaction of its own: what is done stays done.

        A file that cannot be read, and a link that leads out of its folder, is reported and the others go on.
        InputError when nothing can be added at all (a path that is not there, two files of one name); a fault of the
        database ends the run. ``begin`` is told of each file before it is looked at, ``progress`` afterwards.
        """
        chosen = options or AddOptions()
        wanted = sources(paths, chosen.name)
        self._reindex(keep_others=True)
        with self._taker(chosen) as taker:
            report = _take_all(taker, wanted.sources, progress, begin)
        report.items = self._resolved(report.items)
        report.left_out = wanted.left_out
        return report

    def _resolved(self, items: list[Added]) -> list[Added]:
        """What each file says that it replaces looked for again: it may have come later in the same run."""
        if not any(item.unresolved for item in items):
            return items
        with self._store.looking() as connection:
            rows = contents.version_rows(connection)
        left = [[one for one in rows if one.document != item.document] if item.unresolved else [] for item in items]
        return [
            replace(item, unresolved=tuple(name for name in item.unresolved if not meant(name, others)))
            for item, others in zip(items, left, strict=True)
        ]

    def reader(self, asker: Asker, *, on: date | None = None) -> LibraryReader:
        """The documents as somebody sees them on a day (today)."""
        permit = None if self.access is None else self.access.permit(asker)
        day = on or datetime.now().astimezone().date()
        return LibraryReader(self._snapshots, self._index, asker, day, permit)

    def groups_of(self, reader: LibraryReader, document: str) -> frozenset[str]:
        """The groups whose members may all read a document that the reader has: what is made from it may be shown to
        them and to nobody else. Empty where only members of several groups at once may; InputError for one that is
        unknown or forbidden."""
        names = {info.name for info in reader.documents(outdated=True) if info.id == document}
        if not names:
            raise InputError("knowledge.document_unknown", document=document)
        with self._store.reading(reader.asker.groups | {EVERYONE}) as connection:
            found = contents.groups_of(connection, document)
        for entry in () if self.access is None else self.access.groups_of(names.pop()):
            found = entry if EVERYONE in found else found if EVERYONE in entry else found & entry
        return found

    def unread(self, asker: Asker) -> list[AssayError]:
        """What is wrong with the files of a folder that could not be read, as far as somebody may know of them."""
        permit = (lambda name: True) if self.access is None else self.access.permit(asker)
        return [item.error for item in self._unread if item.error is not None and permit(item.name)]

    def remove(self, document: str) -> None:
        """Remove a document with all its versions and what only it needed."""
        with self._store.keeping() as connection:
            keeping.remove_document(connection, document)

    def reindex(self, *, everything: bool = False, progress: Callable[[int, int], None] | None = None) -> int:
        """Make the search index anew where another code or embedder made it (or everywhere); how many versions."""
        return self._reindex(everything=everything, progress=progress)

    def _reindex(
        self,
        *,
        everything: bool = False,
        keep_others: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> int:
        """``keep_others`` leaves what another embedder made: it can be read, and may have vectors that this lacks."""
        current = self._index.made_by
        with self._store.looking() as connection:
            stale = keeping.stale_segments(connection, "" if everything else current)
        keys = [key for key, made_by in stale.items() if not keep_others or self._index.is_old(made_by)]
        for done, key in enumerate(keys, 1):
            with self._store.looking() as connection:
                passages = contents.passages_of(connection, key)
            segment = self._index.build(passages)
            with self._store.keeping() as connection:
                keeping.put_segment(connection, key, current, segment, was=stale[key])
            if progress is not None:
                progress(done, len(keys))
        return len(keys)

    def reread(self, *, ocr: bool = True, progress: Callable[[int, int], None] | None = None) -> list[Reread]:
        """Read the newest version of each document again from its stored bytes, see ``rereading``."""
        from assay.knowledge.rereading import reread

        with self._store.looking() as connection:
            documents = {row.document: None for row in contents.version_rows(connection)}
        done: list[Reread] = []
        with self._reading(AddOptions(ocr=ocr)) as read:
            for at, document in enumerate(documents, 1):
                found = reread(self._store, document, read, self._index)
                done += [] if found is None else [found]
                if progress is not None:
                    progress(at, len(documents))
        return done

    def settle(self, doubt: DoubtRow, *, value: str | None, person: str) -> None:
        """Record that a person confirmed a number as it stands (``value`` None), or what it really is."""
        state = "confirmed" if value is None else "corrected"
        with self._store.keeping() as connection:
            keeping.settle_doubt(connection, doubt.id, state=state, value=value or "", person=person)

    def close(self) -> None:
        """Close all connections; a later use opens them again."""
        self._store.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _index(self) -> Indexer:
        if self._indexer is None:
            self._indexer = Indexer.configured()
        return self._indexer

    @contextmanager
    def _taker(self, options: AddOptions, *, history: bool = True) -> Iterator[Taker]:
        with self._reading(options) as read:
            yield Taker(self._store, options, read, self._index, history=history)

    @contextmanager
    def _reading(self, options: AddOptions) -> Iterator[ReadFile]:
        if self._read is not None:
            yield self._read
            return
        from assay.knowledge.apart import ReadingProcess

        process = ReadingProcess(ocr=options.ocr)
        try:
            yield process
        finally:
            process.close()

    def _follow(self, folder: Path, progress: Progress | None) -> None:
        wanted = sources([folder], empty=True).sources  # of links that lead out nothing is told to who asks
        remembered = Unread(Path(self._store.place).parent)
        with self._store.looking() as connection:
            known = {row.document for row in contents.version_rows(connection)}
        kept = {source.document for source in wanted} if remembered.same_code else set()
        for document in sorted(known - kept):
            self.remove(document)
        failed = [item for source in wanted if (item := remembered.known(source)) is not None]
        names = {item.name for item in failed}
        with self._taker(AddOptions(), history=False) as taker:
            report = _take_all(taker, [source for source in wanted if source.name not in names], progress)
        self._unread = [*failed, *(item for item in report.items if item.error is not None)]
        for document in {document_of(item) for item in self._unread} & known & kept:
            self.remove(document)
        remembered.keep(self._unread)
        self.reindex()


def folder_place(folder: Path) -> Path:
    """Where the library of a folder's files is kept."""
    from assay.plant.home import home, plant_slug

    return home() / "knowledge" / "folders" / plant_slug(str(folder.absolute()))


def find_document(reader: LibraryReader, reference: str) -> str:
    """The id of the permitted document that a person means by id, name, title or number.

    InputError when there is none, or several.
    """
    found = meant(reference, reader.rows)
    if len(found) > 1:
        raise InputError("knowledge.document_many", document=reference)
    if not found:
        raise InputError("knowledge.document_unknown", document=reference)
    return found.pop()


def document_of(item: Added) -> str:
    """The id of the document that a file is, whatever became of it."""
    return Source(item.path, item.name).document


def _take_all(
    taker: Taker,
    wanted: Sequence[Source],
    progress: Progress | None,
    begin: Callable[[Source], None] | None = None,
) -> AddReport:
    report = AddReport()
    for source in wanted:
        if begin is not None:
            begin(source)
        report.items.append(taker.settled(source) or taker.take(source))
        if progress is not None:
            progress(report.items[-1], len(report.items), len(wanted))
    return report
