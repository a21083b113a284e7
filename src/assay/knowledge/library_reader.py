"""The reader of a library: one moment of it, as one asker sees it on a day."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from assay.kernel.errors import InputError, TransientError
from assay.kernel.evidence import canonical_json
from assay.knowledge.document import Block, Doubt, Page, Span
from assay.knowledge.indexing import Indexer
from assay.knowledge.passage import Passage
from assay.knowledge.reader import DocumentInfo, Hit, Lane
from assay.knowledge.renewing import renewed
from assay.knowledge.rights import EVERYONE, Asker
from assay.knowledge.snapshots import Snapshots
from assay.knowledge.store import contents
from assay.knowledge.store.contents import DoubtRow
from assay.knowledge.versions import VersionRow, is_current, replacements

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from assay.knowledge.search.engine import Note
    from assay.knowledge.search.thorough import Thorough
    from assay.llm.port import Vectors

T = TypeVar("T")
Permit = Callable[[str], bool]
"""Whether a document of this name may be read, by an access file."""


@dataclass(frozen=True, slots=True)
class _Seen:
    row: VersionRow
    info: DocumentInfo


class LibraryReader:
    """See ``Reader``. The documents are those of the moment in which it was made.

    A document that is removed while it is read raises one TransientError; a version's content never changes.
    """

    def __init__(
        self, snapshots: Snapshots, indexer: Indexer, asker: Asker, on: date, permit: Permit | None = None
    ) -> None:
        self.asker = asker
        self.on = on
        self._indexer = indexer
        self._store = snapshots.store
        self._groups = asker.groups | {EVERYONE}
        self._snapshot = snapshots.of(self._groups)
        rows = [row for row in self._snapshot.rows if permit is None or permit(row.name)]
        replaced = replacements(rows, on)
        self._seen = {(row.document, row.label): _Seen(row, _info(row, replaced, on)) for row in rows}
        self._keys = {row.key for row in rows}
        self._renewed: dict[str, bytes] = {}

    def documents(self, *, outdated: bool = False) -> Sequence[DocumentInfo]:
        """The permitted documents by name; with ``outdated`` every version of them, the oldest first."""
        return [seen.info for seen in self._seen.values() if outdated or seen.info.current]

    @property
    def rows(self) -> Sequence[VersionRow]:
        """What is stored of each permitted version."""
        return [seen.row for seen in self._seen.values()]

    def info(self, document: str, version: str) -> DocumentInfo:
        """What the asker may know of a version; InputError for one that is unknown or forbidden."""
        return self._find(document, version).info

    def page(self, document: str, version: str, number: int) -> Page:
        """A page of stored text; InputError for a page that is not there."""
        row = self._find(document, version).row
        if not 1 <= number <= row.pages:
            raise InputError("knowledge.page_unknown", document=row.name, page=number, pages=row.pages)
        with self._reading() as connection:
            found = contents.page_of(connection, row.key, number)
        return self._still(found, row)

    def blocks(self, document: str, version: str) -> Sequence[Block]:
        """A version's structure in reading order."""
        row = self._find(document, version).row
        with self._reading() as connection:
            found = contents.blocks_of(connection, row.key)
        return self._still(found, row)

    def passages(self, document: str, version: str) -> Sequence[Passage]:
        """All passages of a document in reading order."""
        row = self._find(document, version).row
        with self._reading() as connection:
            there = contents.blocks_of(connection, row.key)
            found = contents.passages_of(connection, row.key)
        self._still(there, row)
        return found

    def passage(self, id: str) -> Passage:
        """One passage; InputError for one that is unknown or forbidden."""
        with self._reading() as connection:
            found = contents.passages_by_id(connection, [id])
        if id not in found or found[id][0] not in self._keys:
            raise InputError("knowledge.passage_unknown", id=id)
        return found[id][1]

    def doubts(self, document: str, version: str) -> Sequence[Doubt]:
        """Numbers that nobody has confirmed; none of them may stand in an answer."""
        # A corrected one stays: the stored text still has the wrong number.
        return [one.doubt for one in self.doubt_rows(document, version) if one.state != "confirmed"]

    def doubt_rows(self, document: str, version: str) -> Sequence[DoubtRow]:
        """All doubts of a version, also those that a person has settled."""
        return self._snapshot.doubts.get(self._find(document, version).row.key, ())

    def notes(self, document: str, version: str) -> Sequence[Mapping[str, str]]:
        """What could not be read of a version, a sentence in zh and en each."""
        return self._find(document, version).row.notes

    def original(self, document: str, version: str) -> bytes:
        """The bytes of the file as it was added, also after the file itself has changed or gone."""
        row = self._find(document, version).row
        with self._reading() as connection:
            found = contents.original_of(connection, row.sha256)
        return self._still(found, row)

    def picture(self, document: str, version: str, span: Span) -> bytes | None:
        """The span's box as PNG, cut from the page's picture; None where the page has no places or cannot be shown."""
        info = self.info(document, version)
        page = self.page(document, version, span.page)
        if page.box(span) is None:
            return None
        from assay.knowledge.reading.showing import shown

        return shown(self.original(document, version), info.media, page, span)

    def search(self, query: str, *, limit: int = 10, lane: Lane = "hybrid", outdated: bool = False) -> Sequence[Hit]:
        """The best passages, best first; of equal scores the smaller id first."""
        return self.searched(query, limit=limit, lane=lane, outdated=outdated)[0]

    def searched(
        self,
        query: str,
        *,
        limit: int = 10,
        lane: Lane = "hybrid",
        outdated: bool = False,
        thorough: Thorough | None = None,
    ) -> tuple[Sequence[Hit], Sequence[Note]]:
        """The same, with sentences in zh and en about what the search had to do without. ``thorough``: what is asked
        besides, where a better order is worth some seconds."""
        chosen = [seen.row.key for seen in self._seen.values() if outdated or seen.info.current]
        made_by = self._makers(chosen)
        loads = _Loader(self, chosen)
        engine = self._indexer.engine
        view = engine.view({f"{key} {made_by[key]}": partial(loads, key) for key in chosen})
        found = engine.search(query, view, limit=limit, lane=lane, passages=self._in_order, thorough=thorough)
        passages = self._found([one.id for one in found.hits])
        hits = [Hit(passages[one.id], one.score, one.lanes, one.coverage, one.cosine) for one in found.hits]
        return hits, found.notes

    def nearest(self, vector: Vectors, *, limit: int = 10, outdated: bool = False) -> list[tuple[str, float]]:
        """Ids and cosines of the passages nearest to a unit vector of the embedder's, the best first; of equal ones
        the smaller id first. PostgreSQL ranks them where it has pgvector, else the engine, with the same result."""
        from assay.knowledge.store import pg_vectors

        chosen = [seen.row.key for seen in self._seen.values() if outdated or seen.info.current]
        made_by = self._makers(chosen)
        with self._reading() as connection:
            found = pg_vectors.nearest(connection, vector, self._indexer.model, chosen, limit)
        if found is not None:
            return found
        loads = _Loader(self, chosen)
        view = self._indexer.engine.view({f"{key} {made_by[key]}": partial(loads, key) for key in chosen})
        rows, cosines = view.cosines(vector.reshape(1, -1))
        ranked = sorted(zip((view.ids[row] for row in rows), cosines[:, 0].tolist(), strict=True), key=_best)
        return ranked[:limit]

    def _makers(self, keys: Sequence[str]) -> Mapping[str, str]:
        """What made the segments of these versions; those of an older form are made anew."""
        known = self._snapshot.made_by
        old = [key for key in keys if self._indexer.is_old(known[key])]
        if missing := {key: known[key] for key in old if key not in self._renewed}:
            self._renewed |= renewed(self._store, self._groups, self._indexer, missing)
        return {**known, **dict.fromkeys(old, self._indexer.made_by)}

    def _in_order(self, ids: Sequence[str]) -> list[Passage]:
        found = self._found(ids)
        return [found[id] for id in ids]

    def _found(self, ids: Sequence[str]) -> dict[str, Passage]:
        """Passages that a search found. One keeps its id when its document's content is replaced: it must be of a
        version that was there."""
        with self._reading() as connection:
            found = contents.passages_by_id(connection, ids)
        if any(id not in found or found[id][0] not in self._keys for id in ids):
            raise TransientError("knowledge.library_changed")
        return {id: passage for id, (_, passage) in found.items()}

    def fingerprint(self) -> str:
        """A hash over the permitted documents, their versions and doubts: the key of every cache above."""
        known = [
            [seen.row.key, seen.row.name, seen.row.title, seen.info.current, seen.info.replaced_by or ""]
            + [[one.id, one.state, one.value] for one in self._snapshot.doubts.get(seen.row.key, ())]
            for seen in self._seen.values()
        ]
        return hashlib.sha256(canonical_json(known).encode("utf-8")).hexdigest()

    def _find(self, document: str, version: str) -> _Seen:
        found = self._seen.get((document, version))
        if found is None:
            raise InputError("knowledge.document_unknown", document=document)
        return found

    def _still(self, found: T | None, row: VersionRow) -> T:
        if found is None:
            raise TransientError("knowledge.document_gone", document=row.name)
        return found

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._store.reading(self._groups) as connection:
            yield connection


class _Loader:
    """The segments of some versions, all fetched when the first is wanted: views of them are kept."""

    def __init__(self, reader: LibraryReader, keys: Sequence[str]) -> None:
        self._reader, self._keys = reader, keys
        self._segments: dict[str, bytes] = {}

    def __call__(self, key: str) -> bytes:
        if not self._segments:
            with self._reader._reading() as connection:
                self._segments = contents.segments_of(connection, self._keys) | self._reader._renewed
        if key not in self._segments:
            raise TransientError("knowledge.library_changed")
        return self._segments[key]


def _best(found: tuple[str, float]) -> tuple[float, str]:
    return -found[1], found[0]


def _info(row: VersionRow, replaced: Mapping[str, VersionRow], on: date) -> DocumentInfo:
    newer = replaced.get(row.key)
    said = None
    if newer is not None:
        said = newer.label if newer.document == row.document else newer.name
    return DocumentInfo(
        id=row.document,
        name=row.name,
        title=row.title,
        version=row.label,
        lang="zh" if row.lang == "zh" else "en",
        pages=row.pages,
        media=row.media,
        sha256=row.sha256,
        owner=row.owner,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        current=is_current(row, replaced, on),
        replaced_by=said,
    )
