"""Taking one file into a library: same as before, a new version, or a new document."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from assay.kernel.errors import AssayError, InputError
from assay.kernel.texts import Lang
from assay.knowledge.adding import Added, AddOptions, AddState, Source, Stamp, stamp
from assay.knowledge.document import ReadDocument
from assay.knowledge.indexing import Indexer
from assay.knowledge.passages import cut
from assay.knowledge.rights import EVERYONE
from assay.knowledge.sentences import language
from assay.knowledge.store import contents, keeping
from assay.knowledge.store.codec import storable
from assay.knowledge.store.store import Store
from assay.knowledge.versions import VersionRow, edition_alone, meant

if TYPE_CHECKING:
    from sqlalchemy import Connection

ReadFile = Callable[[bytes, str], ReadDocument]
"""Reads a file's content; the name is shown and its ending may tell its kind."""
_ENOUGH = 20_000
"""Characters that tell a document's language."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the library has under a name."""

    source: str
    owner: str
    groups: frozenset[str]
    stamp: Stamp
    rows: tuple[VersionRow, ...]

    @property
    def newest(self) -> VersionRow:
        return self.rows[-1]


class Taker:
    """Takes files into a store, each in a transaction of its own. ``read`` reads a file.

    Without ``history`` the new content of a file takes the place of the old, as if that had never been there.
    """

    def __init__(
        self, store: Store, options: AddOptions, read: ReadFile, indexer: Indexer, *, history: bool = True
    ) -> None:
        self._store = store
        self._indexer = indexer
        self._options = options
        self._read = read
        self._history = history
        self._replaces = self._resolve(options.replaces)

    def settled(self, source: Source) -> Added | None:
        """What became of a file whose stamp shows that it is the same as before; None for any other."""
        with self._store.looking() as connection:
            known = _known(connection, source.document)
        if known is None or known.source != str(source.path) or not self._named(known):
            return None
        try:
            if known.stamp != stamp(source.path):
                return None
        except InputError:
            return None
        return self._same(source, known)

    def take(self, source: Source) -> Added:
        """Take a file in. What is wrong with the file is told in the result; a fault of the database is raised."""
        from assay.knowledge.reading.limits import load

        try:
            before, content = stamp(source.path), load(source.path)
            source.check_inside()
        except AssayError as error:
            return failed(source, error)
        sha256 = hashlib.sha256(content).hexdigest()
        while True:
            with self._store.looking() as connection:
                known = _known(connection, source.document)
            if known is not None and known.newest.sha256 == sha256 and self._named(known):
                self._moved(source, known, before)
                return self._same(source, known)
            if known is not None and known.source != str(source.path) and source.document not in self._replaces:
                return failed(source, InputError("knowledge.name_taken", name=source.name, path=source.path))
            try:
                new = self._make(source, known if self._history else None, before, content, sha256)
            except AssayError as error:
                return failed(source, error)
            added = self._put(source, known, new, content)
            if added is not None:
                return added

    def _make(self, source: Source, known: _Known | None, at: Stamp, content: bytes, sha256: str) -> keeping.NewVersion:
        read, said = storable(self._read(content, PurePosixPath(source.name).name)), self._options
        label = label_of(said.version or read.stated.version, () if known is None else known.rows)
        passages = cut(read, source.document, label)
        others = tuple(one for one in self._replaces if one != source.document)
        return keeping.NewVersion(
            document=source.document,
            position=1 if known is None else known.newest.position + 1,
            label=label,
            lang=language_of(read),
            sha256=sha256,
            size=at.size,
            modified=at.modified,
            inode=at.inode,
            owner=said.owner or ("" if known is None else known.owner),
            valid_from=said.valid_from or read.stated.valid_from,
            valid_to=said.valid_to or read.stated.valid_to,
            replaces=others or tuple(read.stated.replaces),
            superseded=read.stated.superseded and not self._says_since_when(),
            read=read,
            passages=passages,
            made_by=self._indexer.made_by,
            segment=self._indexer.build(passages),
        )

    def _put(self, source: Source, known: _Known | None, new: keeping.NewVersion, content: bytes) -> Added | None:
        """Store a new version; None when another process stored one meanwhile."""
        groups = self._groups(known)
        with self._store.keeping() as connection:
            if _known(connection, source.document) != known:
                return None
            if known is not None and not self._history:
                keeping.remove_document(connection, source.document)
            others = contents.version_rows(connection) if new.replaces else []
            keeping.put_document(connection, source.document, source.name, str(source.path), new.owner)
            keeping.put_groups(connection, source.document, groups)
            keeping.put_version(connection, new, content)
        return Added(
            source.path,
            source.name,
            AddState.ADDED if known is None else AddState.UPDATED,
            document=source.document,
            version=new.label,
            pages=len(new.read.pages),
            doubts=len(new.read.doubts),
            groups=groups,
            unresolved=tuple(one for one in new.replaces if not (edition_alone(one) or meant(one, others))),
            notes=tuple(dict(note) for note in new.read.notes),
        )

    def _same(self, source: Source, known: _Known) -> Added:
        """Renew what the options say of a document whose content is the same."""
        groups, newest = self._groups(known), known.newest
        values = {name: value for name, value in self._said().items() if getattr(newest, name) != value}
        state = AddState.UNCHANGED
        if values or frozenset(groups) != known.groups:
            state = AddState.CHANGED
            with self._store.keeping() as connection:
                keeping.put_groups(connection, source.document, groups)
                if values:
                    keeping.renew_version(connection, newest.key, **values)
                    owner = values.get("owner", known.owner)
                    keeping.put_document(connection, source.document, source.name, known.source, owner)
        return Added(source.path, source.name, state, source.document, newest.label, newest.pages, groups=groups)

    def _named(self, known: _Known) -> bool:
        """Whether the newest version is called as the options say: the same content may become another version."""
        said, label = self._options.version, known.newest.label
        return said is None or label == said.strip() or label.startswith(f"{said.strip()}#")

    def _says_since_when(self) -> bool:
        """What a person says of the validity counts more than that a document says it is superseded."""
        return self._options.valid_from is not None or self._options.valid_to is not None

    def _said(self) -> dict[str, Any]:
        said = self._options
        in_force = False if self._says_since_when() else None
        values = {
            "valid_from": said.valid_from,
            "valid_to": said.valid_to,
            "superseded": in_force,
            "owner": said.owner,
        }
        return {name: value for name, value in values.items() if value is not None} | (
            {"replaces": self._replaces} if self._replaces else {}
        )

    def _moved(self, source: Source, known: _Known, at: Stamp) -> None:
        """The same content: remember its stamp, for a cheap next look, and its place if the old one is gone."""
        place = known.source if Path(known.source).exists() else str(source.path)
        if place != str(source.path) or (known.source == place and known.stamp == at):
            return
        with self._store.keeping() as connection:
            keeping.put_document(connection, source.document, source.name, place, known.owner)
            values = {"size": at.size, "modified": at.modified, "inode": at.inode}
            keeping.renew_version(connection, known.newest.key, **values)

    def _groups(self, known: _Known | None) -> tuple[str, ...]:
        if self._options.groups is not None:
            return tuple(sorted(set(self._options.groups)))
        return (EVERYONE,) if known is None else tuple(sorted(known.groups))

    def _resolve(self, references: tuple[str, ...]) -> tuple[str, ...]:
        """The ids of the documents that a person named; InputError for one that no document, or several, answer to."""
        if not references:
            return ()
        with self._store.looking() as connection:
            rows = contents.version_rows(connection)
        found = []
        for reference in references:
            ids = sorted(meant(reference, rows))
            if len(ids) != 1:
                key = "knowledge.replaces_many" if ids else "knowledge.replaces_unknown"
                raise InputError(key, name=reference)
            found.append(ids[0])
        return tuple(found)


def failed(source: Source, error: AssayError) -> Added:
    """A file that could not be taken in."""
    return Added(source.path, source.name, AddState.FAILED, error=error)


def _known(connection: Connection, document: str) -> _Known | None:
    from assay.knowledge.store.schema import documents, versions

    row = connection.execute(documents.select().where(documents.c.id == document)).one_or_none()
    rows = contents.version_rows(connection, document=document)
    if row is None or not rows:
        return None
    last = connection.execute(versions.select().where(versions.c.key == rows[-1].key)).one()
    groups = contents.groups_of(connection, document)
    return _Known(row.source, row.owner, groups, Stamp(last.size, last.modified, last.inode), tuple(rows))


def language_of(read: ReadDocument) -> Lang:
    """The language of a document's beginning."""
    return language("\n".join(page.text for page in read.pages)[:_ENOUGH])


def label_of(stated: str, rows: tuple[VersionRow, ...]) -> str:
    """The stated version, else a count of the document's versions; one that is taken gets the count behind it."""
    taken, count = {row.label for row in rows}, (rows[-1].position if rows else 0) + 1
    label = stated.strip() or str(count)
    return f"{label}#{count}" if label in taken else label
