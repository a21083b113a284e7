"""HTML tables in Markdown, as converters write them where cells are merged: cells with their places in the file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assay.knowledge.document import BlockKind, Cell, Span
from assay.knowledge.reading.lines import Line, Range
from assay.knowledge.reading.pieces import Piece
from assay.knowledge.reading.structure import sign_of
from assay.knowledge.reading.tables import table_of

OPENS = re.compile(r" {0,3}<table\b", re.IGNORECASE)
_CLOSES = re.compile(r"</table\s*>", re.IGNORECASE)
_TAG = re.compile(r"<(?P<end>/?)(?P<name>table|tr|td|th|caption)\b(?P<more>[^<>]*)>", re.IGNORECASE)
_AROUND = re.compile(r"<(b|strong|i|em|p|span|div|center|code)\b[^<>]*>\s*([^<>]*?)\s*</\1\s*>$", re.IGNORECASE)
_COVERS = re.compile(r"\b(row|col)span\s*=\s*[\"']?(\d{1,3})", re.IGNORECASE)
_MOST_LINES, _WIDEST = 5_000, 300


def table_pieces(lines: Sequence[Line], at: int, text: str) -> tuple[list[Piece], int] | None:
    """The caption and table that begin at a line, and how many lines they take; None for what is no plain table."""
    end = at
    while end < len(lines) and end - at < _MOST_LINES and not _CLOSES.search(lines[end].text):
        end += 1
        if end < len(lines) and OPENS.match(lines[end].text):
            return None
    if end == len(lines) or end - at == _MOST_LINES:
        return None
    start, stop = lines[at].start, lines[end].end
    tags = list(_TAG.finditer(text, start, stop))
    if "\f" in text[start:stop] or sum(tag["name"].lower() == "table" for tag in tags) != 2:
        return None
    caption, cells, head = _read(tags, text)
    if not cells:
        return None
    made = []
    if caption is not None:
        sign = sign_of(text[slice(*caption)])
        number = sign.number if sign.kind is BlockKind.CAPTION else ""
        made.append(Piece(BlockKind.CAPTION, [caption], number=number))
    inside = (cells[0].span.start, cells[-1].span.end)
    made.append(Piece(BlockKind.TABLE, [inside], table=table_of(cells, head=head)))
    return made, end - at + 1


def _read(tags: Sequence[re.Match[str]], text: str) -> tuple[Range | None, list[Cell], int | None]:
    """Caption, cells, and how many rows of the head have nothing but ``th``."""
    caption: Range | None = None
    cells: list[Cell] = []
    taken: dict[int, int] = {}  # column -> first row that is free again
    row, column, head = -1, 0, 0
    heads = True
    for tag, after in zip(tags, [*tags[1:], None], strict=True):
        name = tag["name"].lower()
        if tag["end"] or after is None:
            continue
        if name == "caption":
            caption = _words(text, tag.end(), after.start())
        if name == "tr":
            row, column = row + 1, 0
        if name not in ("td", "th") or row < 0:
            continue
        heads = heads and name == "th"
        head = row + 1 if heads else min(head, row)
        while taken.get(column, 0) > row:
            column += 1
        covers = {one.lower(): max(1, int(count)) for one, count in _COVERS.findall(tag["more"])}
        high, wide = covers.get("row", 1), min(covers.get("col", 1), _WIDEST)
        begin, stop = _words(text, tag.end(), after.start()) or (0, 0)
        if begin < stop and column < _WIDEST:
            cells.append(Cell(row, column, Span(0, begin, stop), text[begin:stop], high, wide))
        for place in range(column, column + wide):
            taken[place] = row + high
        column += wide
    return caption, [_inside(cell, row) for cell in cells], head if 0 < head <= row else None


def _inside(cell: Cell, last: int) -> Cell:
    """A cell that reaches no further down than the table does."""
    return Cell(cell.row, cell.column, cell.span, cell.text, min(cell.rows, last - cell.row + 1), cell.columns)


def _words(text: str, start: int, stop: int) -> Range | None:
    """The words between two tags, without white space and marks of emphasis around all of them."""
    part = text[start:stop]
    start, stop = start + len(part) - len(part.lstrip()), start + len(part.rstrip())
    if start >= stop:
        return None
    found = _AROUND.match(text[start:stop])
    return (start + found.start(2), start + found.end(2)) if found and found[2] else (start, stop)
