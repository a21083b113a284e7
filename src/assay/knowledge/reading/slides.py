"""Presentations: each slide a page, its title a heading, texts from top to bottom, tables, the speaker's notes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from assay.kernel.errors import InputError
from assay.knowledge.document import BlockKind, ReadDocument
from assay.knowledge.reading.notes import file_notes, note
from assay.knowledge.reading.structure import sign_of
from assay.knowledge.reading.writing import RawCell, Writer, clean
from assay.knowledge.reading.xml import Package

if TYPE_CHECKING:
    from pptx.slide import Slide

MEDIA = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_DEEPEST = 12
_SLIDES = 5_000


def read_slides(data: bytes, archive: zipfile.ZipFile, name: str) -> ReadDocument:
    """A PowerPoint file as a document. Raises InputError where it is damaged."""
    import pptx

    writer = Writer()
    hidden: list[str] = []
    bare: list[str] = []
    title = ""
    try:
        slides = list(pptx.Presentation(io.BytesIO(data)).slides)[:_SLIDES]
        for number, slide in enumerate(slides, 1):
            writer.turn(str(number), always=number > 1)
            writer.name(str(number))
            head = _slide(writer, slide)
            title = title or head
            if slide._element.get("show") in ("0", "false"):
                hidden.append(str(number))
            if writer.empty:
                bare.append(str(number))
    except Exception as error:  # the library raises many kinds for what is damaged
        raise InputError("reading.broken", name=name) from error
    notes = list(file_notes(Package(archive, name)))
    if hidden:
        notes.append(note("slides_hidden", numbers=", ".join(hidden)))
    if bare:
        notes.append(note("slides_bare", numbers=", ".join(bare[:20])))
    pages, blocks = writer.done()
    return ReadDocument(MEDIA, title, pages, blocks, notes=(*notes, *writer.notes()))


def _slide(writer: Writer, slide: Slide) -> str:
    """Writes a slide; returns its title."""
    head = slide.shapes.title
    title = clean(head.text_frame.text).replace("\n", " ") if head is not None and head.has_text_frame else ""
    if title:
        sign = sign_of(title[:400])
        writer.add(BlockKind.HEADING, [title], 1, sign.number if sign.kind is not BlockKind.CAPTION else "")
    shapes = [one for one in _flat(slide.shapes) if head is None or one.shape_id != head.shape_id]
    for shape in sorted(shapes, key=_place):
        _shape(writer, shape)
    if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame) is not None:
        for paragraph in frame.paragraphs:
            writer.add(BlockKind.NOTE, [_text(paragraph)])
    return title


def _flat(shapes: Any, depth: int = 0) -> Iterator[Any]:
    """All shapes, those in groups too."""
    for shape in shapes:
        if shape.shape_type == 6 and depth < _DEEPEST:  # a group
            yield from _flat(shape.shapes, depth + 1)
        else:
            yield shape


def _place(shape: Any) -> tuple[int, int]:
    """Rows of about a centimetre, from left to right in each; shapes without a place of their own keep their order."""
    return (int(shape.top or 0) // 360_000, int(shape.left or 0))


def _shape(writer: Writer, shape: Any) -> None:
    if getattr(shape, "has_table", False) and shape.has_table:
        _table(writer, shape.table)
    elif shape.has_text_frame:
        _frame(writer, shape)


def _frame(writer: Writer, shape: Any) -> None:
    paragraphs = [one for one in shape.text_frame.paragraphs if _text(one).strip()]
    margin = shape.is_placeholder and shape.placeholder_format.type in (13, 15, 16)  # number, footer, date
    counts: dict[int, int] = {}
    for paragraph in paragraphs:
        text = _text(paragraph)
        sign = sign_of(clean(text)[:400])
        mark = _mark(paragraph, counts)
        kind = BlockKind.MARGIN if margin else sign.kind
        if kind is BlockKind.HEADING or (kind is BlockKind.PARAGRAPH and len(paragraphs) > 1 and not sign.number):
            kind = BlockKind.ITEM
        writer.add(kind, [f"{mark}. {text}" if mark else text], 0, mark or sign.number)


def _mark(paragraph: Any, counts: dict[int, int]) -> str:
    """The number that a numbered paragraph shows (decimal forms), or an empty string."""
    properties = paragraph._p.pPr
    space = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
    found = properties.find(f"{space}buAutoNum") if properties is not None else None
    level = paragraph.level
    for deeper in [one for one in counts if one > level or (one == level and found is None)]:
        del counts[deeper]
    if found is None:
        return ""
    start = found.get("startAt", "1")
    counts[level] = counts.get(level, int(start) - 1 if start.isdigit() else 0) + 1
    return str(counts[level]) if "rabic" in found.get("type", "") else ""


def _text(paragraph: Any) -> str:
    return str(paragraph.text).replace("\v", "\n")


def _table(writer: Writer, table: Any) -> None:
    cells = []
    for row, line in enumerate(table.rows):
        for column, cell in enumerate(line.cells):
            if not cell.is_spanned:
                high, wide = (cell.span_height, cell.span_width) if cell.is_merge_origin else (1, 1)
                cells.append(RawCell(row, column, cell.text_frame.text.replace("\v", " "), high, wide))
    writer.table(cells, head=1 if table.first_row and _headed(cells) else None)


def _headed(cells: Sequence[RawCell]) -> bool:
    """Whether the first row has no cell that reaches below it; else its head is found by its words."""
    return all(cell.rows == 1 and cell.columns == 1 for cell in cells if cell.row == 0)
