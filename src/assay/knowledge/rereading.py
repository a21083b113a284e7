"""Reading stored files again, so that mended readers reach documents that were added before.

A page's stored text never changes. Where all pages read the same, what was made of them (title, structure, passages,
places, doubts) is renewed under the same version; where one reads differently, the better reading is a new version.
Only the newest version of a document is read. What persons settled stays settled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from assay.kernel.errors import AssayError
from assay.knowledge.document import Block, Page, ReadDocument, Span, Stated
from assay.knowledge.indexing import Indexer
from assay.knowledge.passage import Passage
from assay.knowledge.passages import cut
from assay.knowledge.store import contents, keeping
from assay.knowledge.store.codec import pack_blocks, pack_boxes, storable
from assay.knowledge.store.contents import DoubtRow
from assay.knowledge.store.store import Store
from assay.knowledge.taking import ReadFile, label_of, language_of
from assay.knowledge.versions import VersionRow

if TYPE_CHECKING:
    from sqlalchemy import Connection


class RereadState(StrEnum):
    """What became of a document."""

    SAME = "same"
    RENEWED = "renewed"  # the same text, and something else that was made of it
    NEW = "new"  # another text: a new version
    FAILED = "failed"  # it stays as it was


@dataclass(frozen=True, slots=True)
class Reread:
    """What became of one document."""

    name: str
    state: RereadState
    error: AssayError | None = None


@dataclass(frozen=True, slots=True)
class _Stored:
    """The newest version of a document as it is stored."""

    rows: tuple[VersionRow, ...]
    pages: tuple[Page, ...]
    blocks: tuple[Block, ...]
    passages: tuple[Passage, ...]
    doubts: tuple[DoubtRow, ...]
    stamp: dict[str, Any]

    @property
    def row(self) -> VersionRow:
        return self.rows[-1]


def reread(store: Store, document: str, read: ReadFile, indexer: Indexer) -> Reread | None:
    """Read the newest version of a document again; None for one that is not there any more."""
    with store.looking() as connection:
        old = _stored(connection, document)
        content = None if old is None else contents.original_of(connection, old.row.sha256)
    if old is None or content is None:
        return None
    try:
        made = storable(read(content, PurePosixPath(old.row.name).name))
    except AssayError as error:
        return Reread(old.row.name, RereadState.FAILED, error)
    same = [page.sha256 for page in old.pages] == [page.sha256 for page in made.pages]
    new = _version(old, made, indexer, same=same)
    if same and _equal(old, new):
        return Reread(old.row.name, RereadState.SAME)
    new = replace(new, segment=indexer.build(new.passages))
    with store.keeping() as connection:
        rows = contents.version_rows(connection, document=document)
        if not rows or rows[-1].key != old.row.key:
            return None  # another process was faster
        # What a person has settled meanwhile counts.
        doubts = contents.doubts_of(connection, [old.row.key])
        if same:
            keeping.renew_content(connection, new, doubts)
        else:
            keeping.put_version(connection, new, content, _carried(doubts, old.pages, made.pages))
    return Reread(old.row.name, RereadState.RENEWED if same else RereadState.NEW)


def _stored(connection: Connection, document: str) -> _Stored | None:
    rows = contents.version_rows(connection, document=document)
    if not rows:
        return None
    newest = rows[-1]
    pages = (contents.page_of(connection, newest.key, number) for number in range(1, newest.pages + 1))
    return _Stored(
        rows=tuple(rows),
        pages=tuple(page for page in pages if page is not None),
        blocks=contents.blocks_of(connection, newest.key) or (),
        passages=tuple(contents.passages_of(connection, newest.key)),
        doubts=tuple(contents.doubts_of(connection, [newest.key])),
        stamp=contents.stamp_of(connection, newest.key),
    )


def _version(old: _Stored, made: ReadDocument, indexer: Indexer, *, same: bool) -> keeping.NewVersion:
    row = old.row
    # A label that only counts goes on counting; one that was stated is kept.
    stated = made.stated.version or ("" if row.label == str(row.position) else row.label)
    label = row.label if same else label_of(stated, old.rows)
    return keeping.NewVersion(
        document=row.document,
        position=row.position if same else row.position + 1,
        label=label,
        lang=language_of(made),
        sha256=row.sha256,
        owner=row.owner,
        valid_from=row.valid_from or made.stated.valid_from,
        valid_to=row.valid_to or made.stated.valid_to,
        replaces=row.replaces or tuple(made.stated.replaces),
        superseded=made.stated.superseded and not _said_by_a_person(row, made.stated),
        read=made,
        passages=cut(made, row.document, label),
        made_by=indexer.made_by,
        segment=b"",
        **old.stamp,
    )


def _said_by_a_person(row: VersionRow, stated: Stated) -> bool:
    """Whether a day of its validity is kept that the document does not tell."""
    return row.valid_from not in (None, stated.valid_from) or row.valid_to not in (None, stated.valid_to)


def _equal(old: _Stored, new: keeping.NewVersion) -> bool:
    row, read = old.row, new.read
    known = {(one.doubt.span, one.doubt.reason) for one in old.doubts if one.state == "open"}
    settled = {(one.doubt.span, one.doubt.reason) for one in old.doubts if one.state != "open"}
    found = {(one.span, one.reason) for one in read.doubts}
    return (
        (row.title, row.number, row.media, row.lang, row.valid_from, row.valid_to, row.replaces, row.superseded)
        == (read.title, read.number, read.media, new.lang, new.valid_from, new.valid_to, new.replaces, new.superseded)
        and [dict(note) for note in row.notes] == [dict(note) for note in read.notes]
        and known <= found <= known | settled
        and pack_blocks(old.blocks) == pack_blocks(read.blocks)
        and list(old.passages) == list(new.passages)
        and all(_places(one) == _places(other) for one, other in zip(old.pages, read.pages, strict=True))
    )


def _places(page: Page) -> tuple[Any, ...]:
    return page.width, page.height, page.scanned, page.label, pack_boxes(page.boxes)


def _carried(doubts: Sequence[DoubtRow], old: Sequence[Page], new: Sequence[Page]) -> list[DoubtRow]:
    """Settled doubts at their places in another text: a confirmation where the page is the same, and a correction
    also where its line stands once in both, because what a person called wrong must not come back as right."""
    carried = []
    for doubt in doubts:
        span = doubt.doubt.span
        if doubt.state == "open" or span.page > len(new):
            continue
        one, other = old[span.page - 1], new[span.page - 1]
        place = span if one.sha256 == other.sha256 else None
        if place is None and doubt.state == "corrected":
            place = _line_place(one.text, other.text, span)
        if place is not None:
            carried.append(replace(doubt, doubt=replace(doubt.doubt, span=place)))
    return carried


def _line_place(old: str, new: str, span: Span) -> Span | None:
    start = old.rfind("\n", 0, span.start) + 1
    end = old.find("\n", span.end)
    line = old[start : len(old) if end < 0 else end]
    if old.count(line) != 1 or new.count(line) != 1:
        return None
    moved = new.index(line) - start
    return Span(span.page, span.start + moved, span.end + moved)
