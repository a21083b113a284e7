"""What a library's database holds, read: documents with their versions, pages, passages, segments, doubts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from assay.kernel.errors import IntegrityError
from assay.knowledge.document import Block, Doubt, Page, Span
from assay.knowledge.passage import Passage
from assay.knowledge.store.codec import unpack_blocks, unpack_boxes, unpack_passage
from assay.knowledge.versions import VersionRow

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

_AT_ONCE = 500
"""Keys in one query: SQLite takes a limited number of parameters."""


@dataclass(frozen=True, slots=True)
class DoubtRow:
    """A doubt with what a person said of it: ``state`` is open, confirmed or corrected (then ``value`` holds)."""

    id: str
    version: str
    document: str
    doubt: Doubt
    state: str
    value: str
    person: str
    time: datetime | None


def revision_of(connection: Connection) -> int:
    """How often the library has changed."""
    from sqlalchemy import select

    from assay.knowledge.store.schema import revision

    return int(connection.execute(select(revision.c.number)).scalar_one())


def groups_of(connection: Connection, document: str) -> frozenset[str]:
    """The groups that may read a document."""
    from sqlalchemy import select

    from assay.knowledge.store.schema import document_groups as table

    return frozenset(connection.execute(select(table.c.name).where(table.c.document == document)).scalars())


def version_rows(
    connection: Connection, groups: Iterable[str] | None = None, *, document: str | None = None
) -> list[VersionRow]:
    """All versions of the documents that these groups may read (None: of all), or of one, by name and age."""
    from sqlalchemy import select

    from assay.knowledge.store.schema import document_groups, documents, versions

    query = select(versions, documents.c.name).join(documents, documents.c.id == versions.c.document)
    if groups is not None:
        permitted = select(document_groups.c.document).where(document_groups.c.name.in_(sorted(groups)))
        query = query.where(versions.c.document.in_(permitted))
    if document is not None:
        query = query.where(versions.c.document == document)
    made = [_version(row) for row in connection.execute(query)]
    return sorted(made, key=lambda one: (one.name, one.position))


def stamp_of(connection: Connection, version: str) -> dict[str, Any]:
    """Size, time of change and place on the disk of the file that a version came from, by their columns' names."""
    from sqlalchemy import select

    from assay.knowledge.store.schema import versions

    query = select(versions.c.size, versions.c.modified, versions.c.inode).where(versions.c.key == version)
    return dict(connection.execute(query).one()._mapping)


def page_of(connection: Connection, version: str, number: int) -> Page | None:
    """A page of stored text."""
    from assay.knowledge.store.schema import pages

    query = pages.select().where(pages.c.version == version, pages.c.number == number)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return Page(row.number, row.text, row.width, row.height, unpack_boxes(row.boxes), row.scanned, row.label)


def blocks_of(connection: Connection, version: str) -> tuple[Block, ...] | None:
    """A version's structure."""
    from sqlalchemy import select

    from assay.knowledge.store.schema import structures

    content = connection.execute(select(structures.c.blocks).where(structures.c.version == version)).scalar()
    return None if content is None else unpack_blocks(content)


def passages_of(connection: Connection, version: str) -> list[Passage]:
    """All passages of a version in reading order."""
    from sqlalchemy import select

    from assay.knowledge.store.schema import passages

    query = select(passages.c.content).where(passages.c.version == version).order_by(passages.c.position)
    return [unpack_passage(content) for content in connection.execute(query).scalars()]


def passages_by_id(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[str, Passage]]:
    """Id -> key of its version and the passage, for those that are there."""
    from assay.knowledge.store.schema import passages

    found = {}
    for start in range(0, len(ids), _AT_ONCE):
        for row in connection.execute(passages.select().where(passages.c.id.in_(ids[start : start + _AT_ONCE]))):
            found[row.id] = (row.version, unpack_passage(row.content))
    return found


def segments_of(connection: Connection, keys: Sequence[str]) -> dict[str, bytes]:
    """Version's key -> its part of the search index."""
    from sqlalchemy import select

    from assay.knowledge.store.schema import segments

    found = {}
    for start in range(0, len(keys), _AT_ONCE):
        chosen = segments.c.version.in_(keys[start : start + _AT_ONCE])
        for row in connection.execute(select(segments.c.version, segments.c.content).where(chosen)):
            found[row.version] = row.content
    return found


def made_by_of(connection: Connection, keys: Sequence[str]) -> dict[str, str]:
    """Version's key -> what made its part of the search index."""
    from sqlalchemy import select

    from assay.knowledge.store.schema import segments

    query = select(segments.c.version, segments.c.made_by)
    found: dict[str, str] = {}
    for start in range(0, len(keys), _AT_ONCE):
        chosen = segments.c.version.in_(keys[start : start + _AT_ONCE])
        found |= {row.version: row.made_by for row in connection.execute(query.where(chosen))}
    return found


def doubts_of(connection: Connection, keys: Sequence[str]) -> list[DoubtRow]:
    """The doubts of these versions in the order of the text."""
    from assay.knowledge.store.schema import doubts

    rows: list[Row[Any]] = []
    for start in range(0, len(keys), _AT_ONCE):
        rows += connection.execute(doubts.select().where(doubts.c.version.in_(keys[start : start + _AT_ONCE]))).all()
    rows.sort(key=lambda row: (row.version, row.position))
    return [_doubt(row) for row in rows]


def original_of(connection: Connection, sha256: str) -> bytes | None:
    """The file's bytes; IntegrityError when they are not what their hash says."""
    from sqlalchemy import select

    from assay.knowledge.store.schema import originals

    query = select(originals.c.content).where(originals.c.sha256 == sha256).order_by(originals.c.part)
    content = b"".join(connection.execute(query).scalars())
    if not content:
        return None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise IntegrityError("knowledge.original_changed", sha256=sha256[:12])
    return content


def _version(row: Row[Any]) -> VersionRow:
    fields = row._mapping
    return VersionRow(
        key=row.key,
        document=row.document,
        name=fields["name"],
        position=row.position,
        label=row.label,
        title=row.title,
        lang=row.lang,
        media=row.media,
        pages=row.pages,
        sha256=row.sha256,
        owner=row.owner,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        replaces=tuple(json.loads(row.replaces)),
        size=row.size,
        notes=tuple(json.loads(row.notes)),
        number=row.number,
        superseded=row.superseded,
    )


def _doubt(row: Row[Any]) -> DoubtRow:
    doubt = Doubt(Span(row.page, row.start, row.end), row.reason, json.loads(row.details))
    return DoubtRow(row.id, row.version, row.document, doubt, row.state, row.value, row.person, row.time)
