"""Words put into the cells of ruled tables; grids that turn out to be no tables are given up."""

from __future__ import annotations

from collections.abc import Sequence

from assay.knowledge.reading.structure_words import Words
from assay.knowledge.reading.tables_grid import Grid, GridCell


def filled(grids: Sequence[Grid], words: Sequence[Words]) -> tuple[list[Grid], list[Words]]:
    """The grids that hold a table, with its words in their cells, and the words outside of them.

    Words that run over a line between two cells are parted there, by the middles of their characters.
    """
    left = list(words)
    kept: list[Grid] = []
    for grid in sorted(grids, key=lambda one: -len(one.cells)):
        if any(_overlap(grid, other) for other in kept):
            continue
        inside = [one for one in left if _inside(grid, one)]
        pieces = [piece for one in inside for piece in _parted(grid, one)]
        for cell, piece in pieces:
            cell.words.append(piece)
        if _is_table(grid):
            taken = {id(one) for one in inside}
            left = [one for one in left if id(one) not in taken]
            kept.append(grid)
    return kept, left


def _overlap(one: Grid, other: Grid) -> bool:
    a, b = one.box, other.box
    return min(a[2], b[2]) - max(a[0], b[0]) > 3 and min(a[3], b[3]) - max(a[1], b[1]) > 3


def _inside(grid: Grid, one: Words) -> bool:
    x0, y0, x1, y1 = grid.box
    return y0 <= one.middle <= y1 and x0 - 2 <= (one.left + one.right) / 2 <= x1 + 2


def _parted(grid: Grid, one: Words) -> list[tuple[GridCell, Words]]:
    row = [cell for cell in grid.cells if cell.box[1] <= one.middle <= cell.box[3]]
    row = row or [min(grid.cells, key=lambda cell: abs(cell.box[1] - one.middle))]
    result = []
    start, here = 0, None
    for at, middle in enumerate(one.middles.tolist()):
        if middle != middle:  # white space without a place
            continue
        cell = min(row, key=lambda c: max(c.box[0] - middle, middle - c.box[2], 0.0))
        if here is not None and cell is not here:
            result.append((here, one.cut(start, at)))
            start = at
        here = cell
    if here is not None:
        result.append((here, one.cut(start, len(one.text))))
    return [(cell, piece) for cell, piece in result if piece.text]


def _is_table(grid: Grid) -> bool:
    written = [cell for cell in grid.cells if cell.words]
    rows, columns = {cell.row for cell in written}, {cell.column for cell in written}
    return len(rows) >= 2 and len(columns) >= 2 and len(written) >= max(3, 0.3 * len(grid.cells))
