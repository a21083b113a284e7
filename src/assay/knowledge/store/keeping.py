"""What a library's database holds, written: a version with everything in it, its rights, its end."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from assay.kernel.evidence import canonical_json
from assay.knowledge.document import Doubt, ReadDocument, Span
from assay.knowledge.passage import Passage
from assay.knowledge.store import pg_vectors
from assay.knowledge.store.codec import pack_blocks, pack_boxes, pack_passage
from assay.knowledge.store.contents import DoubtRow

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

PART = 1 << 20
"""Bytes of an original in one row."""


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version to store: what was read, how it was cut and indexed, and what is known of it."""

    document: str
    position: int
    label: str
    lang: str
    sha256: str
    size: int
    modified: int
    inode: str
    owner: str
    valid_from: date | None
    valid_to: date | None
    replaces: tuple[str, ...]
    superseded: bool
    read: ReadDocument
    passages: Sequence[Passage]
    made_by: str
    segment: bytes

    @property
    def key(self) -> str:
        """Its name in the store: the same content under the same name and label has the same key."""
        return "ver_" + _short(f"{self.document}\0{self.label}\0{self.sha256}")


def put_document(connection: Connection, document: str, name: str, source: str, owner: str) -> None:
    """Make a document, or renew what is known of it."""
    from assay.knowledge.store.schema import documents as table

    known = connection.execute(table.select().where(table.c.id == document)).one_or_none()
    if known is None:
        connection.execute(table.insert().values(id=document, name=name, source=source, owner=owner))
    else:
        connection.execute(table.update().where(table.c.id == document).values(source=source, owner=owner))


def put_groups(connection: Connection, document: str, groups: Iterable[str]) -> None:
    """Set the groups that may read a document."""
    from assay.knowledge.store.schema import document_groups as table

    connection.execute(table.delete().where(table.c.document == document))
    rows = [{"document": document, "name": name} for name in sorted(set(groups))]
    if rows:
        connection.execute(table.insert(), rows)


def put_version(connection: Connection, new: NewVersion, original: bytes, settled: Sequence[DoubtRow] = ()) -> None:
    """Store a version with its pages, structure, passages, segment, doubts and the file's own bytes.

    ``settled`` are doubts of an earlier reading of the same file, at their places in this one.
    """
    from assay.knowledge.store import schema

    connection.execute(schema.versions.insert().values(**_version_row(new)))
    own = {(one.doubt.span, one.doubt.reason): one for one in settled}
    _put_content(connection, new, _joined(new, own, same_ids=False))
    _put_original(connection, new.sha256, original)


def renew_content(connection: Connection, new: NewVersion, known: Sequence[DoubtRow]) -> None:
    """Store anew what was made of a version whose text is the same. Of the ``known`` doubts those that arise again
    keep their ids and what was said of them, and those that were settled stay."""
    from assay.knowledge.store import schema

    for table in reversed(schema.CONTENT):
        if table is not schema.versions:
            connection.execute(table.delete().where(table.c.version == new.key))
    own = {(one.doubt.span, one.doubt.reason): one for one in known}
    _put_content(connection, new, _joined(new, own, same_ids=True))
    row = _version_row(new)
    names = ("title", "lang", "media", "notes", "number", "valid_from", "valid_to", "replaces", "superseded")
    values = {name: row[name] for name in names}
    connection.execute(schema.versions.update().where(schema.versions.c.key == new.key).values(**values))


def _put_content(connection: Connection, new: NewVersion, doubts: list[dict[str, Any]]) -> None:
    from assay.knowledge.store import schema

    own = {"version": new.key, "document": new.document}
    rows: dict[Table, list[dict[str, Any]]] = {
        schema.pages: list(_page_rows(new)),
        schema.structures: [{"blocks": pack_blocks(new.read.blocks)}],
        schema.passages: [
            {"id": one.id, "position": at, "content": pack_passage(one)} for at, one in enumerate(new.passages)
        ],
        schema.segments: [{"made_by": new.made_by, "content": new.segment}],
        schema.doubts: doubts,
    }
    for table, some in rows.items():
        if some:
            connection.execute(table.insert(), [{**own, **row} for row in some])
    pg_vectors.put(connection, new.key, new.document, new.segment)


def _joined(new: NewVersion, known: Mapping[tuple[Span, str], DoubtRow], *, same_ids: bool) -> list[dict[str, Any]]:
    """The rows of a version's doubts with what persons said of them before."""
    found = new.read.doubts
    arisen = {(one.span, one.reason) for one in found}
    gone = [one for at, one in known.items() if at not in arisen and one.state != "open"]
    rows = list(_doubt_rows(new.key, [*found, *(one.doubt for one in gone)]))
    for row, doubt in zip(rows, [*found, *(one.doubt for one in gone)], strict=True):
        if (said := known.get((doubt.span, doubt.reason))) is not None:
            row |= {"state": said.state, "value": said.value, "person": said.person, "time": said.time}
            row |= {"id": said.id} if same_ids else {}
    return rows


def renew_version(connection: Connection, key: str, **values: Any) -> None:
    """Change what is known of a version (validity, owner, what it replaces, where its file lies), not its content."""
    from assay.knowledge.store.schema import versions as table

    if "replaces" in values:
        values["replaces"] = canonical_json(list(values["replaces"]))
    connection.execute(table.update().where(table.c.key == key).values(**values))


def put_segment(connection: Connection, key: str, made_by: str, content: bytes, *, was: str) -> None:
    """Store a version's part of the search index anew, unless another process has done so since ``was`` made it."""
    from assay.knowledge.store.schema import segments as table

    still = (table.c.version == key) & (table.c.made_by == was)
    query = table.update().where(still).values(made_by=made_by, content=content).returning(table.c.document)
    if (document := connection.execute(query).scalar()) is not None:
        pg_vectors.put(connection, key, document, content)


def stale_segments(connection: Connection, made_by: str) -> dict[str, str]:
    """Versions whose segment another code or embedder made: key -> what made it."""
    from sqlalchemy import select

    from assay.knowledge.store.schema import segments as table

    query = select(table.c.version, table.c.made_by).where(table.c.made_by != made_by).order_by(table.c.version)
    return {row.version: row.made_by for row in connection.execute(query)}


def settle_doubt(connection: Connection, id: str, *, state: str, value: str, person: str) -> None:
    """Record what a person said of a doubt."""
    from assay.knowledge.store.schema import doubts as table

    values = {"state": state, "value": value, "person": person, "time": datetime.now(UTC)}
    connection.execute(table.update().where(table.c.id == id).values(**values))


def remove_document(connection: Connection, document: str) -> None:
    """Remove a document with all its versions, and the files that no other document has."""
    from sqlalchemy import select

    from assay.knowledge.store import schema

    for table in reversed(schema.CONTENT):
        connection.execute(table.delete().where(table.c.document == document))
    connection.execute(schema.document_groups.delete().where(schema.document_groups.c.document == document))
    connection.execute(schema.documents.delete().where(schema.documents.c.id == document))
    kept = select(schema.versions.c.sha256)
    connection.execute(schema.originals.delete().where(schema.originals.c.sha256.not_in(kept)))


def _version_row(new: NewVersion) -> dict[str, Any]:
    return {
        "key": new.key,
        "document": new.document,
        "position": new.position,
        "label": new.label,
        "title": new.read.title,
        "lang": new.lang,
        "media": new.read.media,
        "pages": len(new.read.pages),
        "sha256": new.sha256,
        "size": new.size,
        "modified": new.modified,
        "inode": new.inode,
        "owner": new.owner,
        "valid_from": new.valid_from,
        "valid_to": new.valid_to,
        "replaces": canonical_json(list(new.replaces)),
        "number": new.read.number,
        "superseded": new.superseded,
        "notes": json.dumps([dict(note) for note in new.read.notes], ensure_ascii=False),
        "added": datetime.now(UTC),
    }


def _page_rows(new: NewVersion) -> Iterator[dict[str, Any]]:
    for page in new.read.pages:
        yield {
            "number": page.number,
            "text": page.text,
            "label": page.label,
            "width": page.width,
            "height": page.height,
            "scanned": page.scanned,
            "boxes": pack_boxes(page.boxes),
        }


def _doubt_rows(key: str, doubts: Sequence[Doubt]) -> Iterator[dict[str, Any]]:
    for at, doubt in enumerate(doubts):
        span = doubt.span
        yield {
            "id": "dbt_" + _short(f"{key}\0{at}\0{span.page}:{span.start}-{span.end}\0{doubt.reason}"),
            "position": at,
            "page": span.page,
            "start": span.start,
            "end": span.end,
            "reason": doubt.reason,
            "details": json.dumps(dict(doubt.details), ensure_ascii=False, sort_keys=True),
            "state": "open",
            "value": "",
            "person": "",
            "time": None,
        }


def _put_original(connection: Connection, sha256: str, content: bytes) -> None:
    """Keep a file's bytes once, whoever has them."""
    from sqlalchemy import select

    from assay.knowledge.store.schema import originals as table

    if connection.execute(select(table.c.part).where(table.c.sha256 == sha256).limit(1)).first() is not None:
        return
    for part, start in enumerate(range(0, len(content), PART)):
        row = {"sha256": sha256, "part": part, "content": content[start : start + PART]}
        connection.execute(table.insert().values(**row))


def _short(words: str) -> str:
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]
