"""Tables of text (CSV, TSV): the stored text is the file's own, each cell with its place in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from assay.knowledge.document import BlockKind, Cell, ReadDocument, Span
from assay.knowledge.reading.lines import FilePages
from assay.knowledge.reading.notes import note
from assay.knowledge.reading.pieces import Piece, blocks_of
from assay.knowledge.reading.tables import table_of

MEDIA = "text/csv"
CELLS = 300_000
_MARKS = (",", ";", "\t", "|")

Row = list[tuple[int, int]]


def read_delimited(text: str, name: str, *, tabs: bool = False) -> ReadDocument | None:
    """A table of text as a document, or None where no mark parts it into columns."""
    mark = "\t" if tabs and "\t" in text else _mark(text)
    if mark is None:
        return None
    pages = FilePages(text)
    cells: list[Cell] = []
    end = read = 0
    for row in _rows(text, mark):
        if len(cells) >= CELLS:
            break
        for column, (start, stop) in enumerate(row):
            if start < stop:
                cells.append(Cell(read, column, Span(0, start, stop), text[start:stop]))
        read, end = read + 1, row[-1][1]
    piece = Piece(BlockKind.TABLE, [(0, end)], table=table_of(cells))
    left = len(text[end:].split("\n")) - 1 if len(cells) >= CELLS else 0
    notes = (note("rows_cut", rows=read + left, read=read),) if text[end:].strip('\n"') else ()
    return ReadDocument(MEDIA, "", pages.pages, blocks_of([piece], pages), notes=notes)


def _mark(text: str) -> str | None:
    """The mark that gives most rows of the front the same number of columns, two or more."""
    best, most = None, (False, 0.0)
    for mark in _MARKS:
        widths = [len(row) for row in islice(_rows(text[:100_000], mark), 200)]
        usual = max(set(widths), key=lambda width: (widths.count(width), width)) if widths else 1
        share = widths.count(usual) / len(widths) if usual > 1 else 0.0
        score = (share >= 0.9, share * min(usual, 50))
        if share >= 0.5 and score > most:
            best, most = mark, score
    return best


def _rows(text: str, mark: str) -> Iterator[Row]:
    """The rows with their cells' places; quotes and white space around a cell stay outside (RFC 4180)."""
    cell = re.compile(rf'[ \t]*"((?:[^"]|"")*)"[ \t]*(?={re.escape(mark)}|\n|\Z)|([^{re.escape(mark)}\n]*)')
    if mark == "\t":
        cell = re.compile(r' *"((?:[^"]|"")*)" *(?=\t|\n|\Z)|([^\t\n]*)')
    at, row = 0, []
    while at < len(text):
        found = cell.match(text, at)
        if found is None:
            return
        row.append(_stripped(text, *found.span(1 if found[1] is not None else 2)))
        at = found.end()
        if at >= len(text) or text[at] == "\n":
            if any(start < stop for start, stop in row):
                yield row
            row = []
        at += 1
    if any(start < stop for start, stop in row):
        yield row


def _stripped(text: str, start: int, stop: int) -> tuple[int, int]:
    part = text[start:stop]
    left = len(part) - len(part.lstrip())
    return (start + left, start + len(part.rstrip())) if left < len(part) else (start, start)
