"""Tables that run over the end of a page made one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assay.knowledge.document import Cell, Span, Table
from assay.knowledge.reading.tables import grid_of, shape_of, table_of
from assay.knowledge.reading.tables_grid import Grid

_SAME_PLACE = 4.0  # points by which the columns may differ


@dataclass(frozen=True, slots=True)
class Part:
    """A table on one page: its place in the document, its cells as stored, and whether it stands at an edge."""

    start: int
    span: Span
    cells: list[Cell]
    grid: Grid
    first: bool
    last: bool


def tables_of(parts: Sequence[Part]) -> list[tuple[list[Part], Table]]:
    """The tables of a document, each with its parts; a head that is repeated on a page is left out of the cells."""
    groups: list[list[Part]] = []
    for part in parts:
        if groups and _goes_on(groups[-1], part):
            groups[-1].append(part)
        else:
            groups.append([part])
    return [(group, table_of(_cells(group))) for group in groups]


def _goes_on(group: Sequence[Part], part: Part) -> bool:
    last = group[-1]
    if not (last.last and part.first and part.span.page == last.span.page + 1):
        return False
    if last.grid.size[1] != part.grid.size[1]:
        return False
    if _repeated(group[0], part):
        return True
    return all(abs(a - b) <= _SAME_PLACE for a, b in zip(_edges(last.grid), _edges(part.grid), strict=True))


def _edges(grid: Grid) -> list[float]:
    """Left edges of the columns."""
    edges = {cell.column: cell.box[0] for cell in sorted(grid.cells, key=lambda c: -c.columns)}
    return [edges.get(column, grid.box[0]) for column in range(grid.size[1])]


def _repeated(first: Part, part: Part) -> int:
    """How many rows at the top of a part repeat the head of the table."""
    head, rows = grid_of(first.cells), grid_of(part.cells)
    count = shape_of(head).header_rows
    same = 0
    while same < min(count, len(rows)) and _plain(head[same]) == _plain(rows[same]):
        same += 1
    return same


def _plain(row: Sequence[str]) -> list[str]:
    return ["".join(cell.split()) for cell in row]


def _cells(group: Sequence[Part]) -> list[Cell]:
    cells = list(group[0].cells)
    height = group[0].grid.size[0]
    for part in group[1:]:
        skipped = _repeated(group[0], part)
        cells += [replace(cell, row=cell.row - skipped + height) for cell in part.cells if cell.row >= skipped]
        height += part.grid.size[0] - skipped
    return cells
