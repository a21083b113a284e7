"""Pipe tables in Markdown (GitHub's extension): cells with places of their own in the file's text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from assay.knowledge.document import BlockKind, Cell, Span
from assay.knowledge.reading.lines import Line, merged
from assay.knowledge.reading.pieces import Piece
from assay.knowledge.reading.tables import table_of

DIVIDER = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
#: A bar that parts cells is not escaped; inside code it parts them too.
_BAR = re.compile(r"\\.|(?P<bar>\|)")
_EMPHASIS = re.compile(r"(\*\*\*|\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1$")


def table_piece(head: Line, rows: Sequence[Line], divider: Line, text: str) -> Piece | None:
    """A table, or None where the line under its head has another number of columns."""
    width = len(list(_cells(head)))
    if width != len(list(_cells(divider))) or (width == 1 and "|" not in divider.text):
        return None
    cells = []
    for row, line in enumerate((head, *rows)):
        for column, cell in enumerate(_cells(line)):
            if column < width and cell.text:
                cells.append(Cell(row, column, Span(0, cell.start, cell.end), cell.text))
    table = table_of(cells, head=1 if cells and cells[0].row == 0 else 0)
    ranges = merged([line.strip() for line in (head, *rows)], text)
    return Piece(BlockKind.TABLE, ranges, table=table)


def _cells(line: Line) -> Iterable[Line]:
    """The cells of a row, without white space and without marks of emphasis around the whole of them."""
    line = line.strip()
    bars = [found.start() for found in _BAR.finditer(line.text) if found["bar"]]
    if not bars or bars[0] != 0:
        bars.insert(0, -1)
    if bars[-1] != len(line.text) - 1 or len(bars) == 1:
        bars.append(len(line.text))
    for left, right in pairwise(bars):
        cell = line.cut(left + 1, right).strip()
        if found := _EMPHASIS.match(cell.text):
            cell = cell.cut(found.start(2), found.end(2))
        yield cell
