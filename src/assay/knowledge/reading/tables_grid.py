"""Tables on a page found by their ruling lines, or by columns of words that stand under each other.

Works on places alone, so that the text layer of a PDF and the words that the OCR saw are treated alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from assay.knowledge.reading.structure_words import Row, Words, around, rows_of
from assay.knowledge.reading.tables_units import is_unit

_NEAR = 3.0  # points within which lines meet


@dataclass(frozen=True, slots=True)
class Rule:
    """A ruling line along an axis: at ``at``, from ``start`` to ``end`` (points from the top left)."""

    at: float
    start: float
    end: float


@dataclass(slots=True)
class GridCell:
    """A cell of a table on a page with the words that stand in it."""

    row: int
    column: int
    rows: int
    columns: int
    box: tuple[float, float, float, float]
    words: list[Words] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table on a page: its cells in reading order and the rectangle around it."""

    cells: list[GridCell]
    box: tuple[float, float, float, float]

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns."""
        return max(c.row + c.rows for c in self.cells), max(c.column + c.columns for c in self.cells)


def ruled_grids(across: Sequence[Rule], down: Sequence[Rule]) -> list[Grid]:
    """The tables that ruling lines draw, without words; a cell that no line parts is one cell.

    ``across`` are the horizontal lines, ``down`` the vertical ones. A table that is open at its sides ends where its
    horizontal lines end.
    """
    across, down = _merged(across), _merged(down)
    grids = []
    for lines, posts in _touching(across, down):
        grid = _lattice(lines, posts)
        if grid is not None:
            grids.append(grid)
    return grids


def _merged(rules: Sequence[Rule]) -> list[Rule]:
    """Pieces of one line joined, and lines drawn twice (the two edges of a thin rectangle) made one."""
    result: list[Rule] = []
    for at in _clusters([rule.at for rule in rules]):
        near = sorted((r for r in rules if abs(r.at - at) <= _NEAR), key=lambda r: r.start)
        line: Rule | None = None
        for rule in near:
            if line is not None and rule.start <= line.end + _NEAR:
                line = Rule(at, line.start, max(line.end, rule.end))
            else:
                result += [line] if line else []
                line = Rule(at, rule.start, rule.end)
        result += [line] if line else []
    return result


def _touching(across: Sequence[Rule], down: Sequence[Rule]) -> list[tuple[list[Rule], list[Rule]]]:
    group = list(range(len(across) + len(down)))

    def root(at: int) -> int:
        while group[at] != at:
            group[at] = group[group[at]]
            at = group[at]
        return at

    for i, line in enumerate(across):
        for j, post in enumerate(down):
            meets = line.start - _NEAR <= post.at <= line.end + _NEAR
            if meets and post.start - _NEAR <= line.at <= post.end + _NEAR:
                group[root(i)] = root(len(across) + j)
    found: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for i, line in enumerate(across):
        found.setdefault(root(i), ([], []))[0].append(line)
    for j, post in enumerate(down):
        found.setdefault(root(len(across) + j), ([], []))[1].append(post)
    return [both for both in found.values() if len(both[0]) >= 2 and both[1]]


def _clusters(values: Sequence[float]) -> list[float]:
    result: list[list[float]] = []
    for value in sorted(values):
        if result and value - result[-1][-1] <= _NEAR:
            result[-1].append(value)
        else:
            result.append([value])
    return [sum(one) / len(one) for one in result]


def _lattice(lines: list[Rule], posts: list[Rule]) -> Grid | None:
    left, right = min(r.start for r in lines), max(r.end for r in lines)
    xs, ys = _clusters([r.at for r in posts]), _clusters([r.at for r in lines])
    if xs[0] - left > 10:
        xs.insert(0, left)
    if right - xs[-1] > 10:
        xs.append(right)
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 1 or columns < 2 or rows * columns < 4 or rows * columns > 20_000:
        return None

    def wall(rules: Sequence[Rule], at: float, start: float, end: float) -> bool:
        covered = sum(max(0.0, min(r.end, end) - max(r.start, start)) for r in rules if abs(r.at - at) <= _NEAR)
        return covered >= 0.6 * (end - start)

    owner = {(r, c): (r, c) for r in range(rows) for c in range(columns)}
    for r in range(rows):
        for c in range(columns):
            if c + 1 < columns and not wall(posts, xs[c + 1], ys[r], ys[r + 1]):
                _join(owner, (r, c), (r, c + 1))
            if r + 1 < rows and not wall(lines, ys[r + 1], xs[c], xs[c + 1]):
                _join(owner, (r, c), (r + 1, c))
    cells = _cells(owner, xs, ys)
    if len(cells) < 4:
        return None
    return Grid(cells, (xs[0], ys[0], xs[-1], ys[-1]))


Place = tuple[int, int]


def _join(owner: dict[Place, Place], one: Place, other: Place) -> None:
    old, new = owner[other], owner[one]
    if old != new:
        for place, held in owner.items():
            if held == old:
                owner[place] = new


def _cells(owner: dict[Place, Place], xs: Sequence[float], ys: Sequence[float]) -> list[GridCell]:
    groups: dict[Place, list[Place]] = {}
    for place, held in owner.items():
        groups.setdefault(held, []).append(place)
    cells = []
    for places in groups.values():
        rows, columns = [p[0] for p in places], [p[1] for p in places]
        r0, r1, c0, c1 = min(rows), max(rows) + 1, min(columns), max(columns) + 1
        if (r1 - r0) * (c1 - c0) != len(places):  # an L of cells without walls: no merged cell, keep them apart
            cells += [GridCell(r, c, 1, 1, (xs[c], ys[r], xs[c + 1], ys[r + 1])) for r, c in places]
        else:
            cells.append(GridCell(r0, c0, r1 - r0, c1 - c0, (xs[c0], ys[r0], xs[c1], ys[r1])))
    return sorted(cells, key=lambda one: (one.row, one.column))


def aligned_grids(words: Sequence[Words], rules: Sequence[Rule] = ()) -> list[tuple[Grid, list[Words]]]:
    """Tables without vertical lines, with the words they hold: rows whose words stand under each other in columns.

    ``rules`` are horizontal lines; rows between lines of one width are looked at together (the three-line table).
    """
    found: list[tuple[Grid, list[Words]]] = []
    left = list(words)
    for top, bottom, x0, x1 in _ruled_regions(rules):
        inside = [w for w in left if top - 2 <= w.middle <= bottom + 2 and x0 - 4 <= w.left and w.right <= x1 + 4]
        grid = _columns(rows_of(inside), ruled=True)
        if grid is not None:
            found.append((grid, inside))
            left = [w for w in left if not any(w is one for one in inside)]
    for run in _runs(rows_of(left)):
        grid = _columns(run, ruled=False)
        if grid is not None:
            found.append((grid, [w for row in run for w in row]))
    return found


def _ruled_regions(rules: Sequence[Rule]) -> list[tuple[float, float, float, float]]:
    """Top, bottom, left and right of stretches between horizontal lines of the same width."""
    groups: list[list[Rule]] = []
    for rule in sorted(_merged(rules), key=lambda r: r.at):
        for group in groups:
            if abs(group[0].start - rule.start) <= _NEAR and abs(group[0].end - rule.end) <= _NEAR:
                group.append(rule)
                break
        else:
            groups.append([rule])
    return [(g[0].at, g[-1].at, g[0].start, g[0].end) for g in groups if len(g) >= 2 and g[0].end - g[0].start > 60]


def _runs(rows: Sequence[Row]) -> list[list[Row]]:
    """Neighbouring rows of several words; a row of one may stand between them as the rest of a cell above."""
    runs: list[list[Row]] = []
    run: list[Row] = []
    for row in rows:
        close = bool(run) and around(row)[1] - around(run[-1])[3] < 1.5 * _height(row)
        if len(row) >= 2 and not any("..." in w.text or "…" in w.text or "·····" in w.text for w in row):
            if run and not close and around(row)[1] - around(run[-1])[3] > 2.5 * _height(row):
                runs.append(run)
                run = []
            run.append(row)
        elif run and close and len(row) == 1 and _under_cell(run, row[0]):
            run.append(row)
        else:
            runs.append(run)
            run = []
    runs.append(run)
    return [_trimmed(one) for one in runs if sum(len(row) >= 2 for row in one) >= 3]


def _under_cell(run: Sequence[Row], one: Words) -> bool:
    full = max(run, key=len)
    return one.left > full[0].right - 2 and any(abs(one.left - w.left) < _height(full) for w in full[1:])


def _trimmed(run: list[Row]) -> list[Row]:
    while run and len(run[-1]) < 2 and not _under_cell(run[:-1], run[-1][0]):
        run = run[:-1]
    return run


def _height(row: Row) -> float:
    return median(w.height for w in row)


def _columns(rows: list[Row], *, ruled: bool) -> Grid | None:
    """The grid of rows whose words keep to columns, or None where they do not."""
    if len(rows) < 2 or sum(len(row) >= 2 for row in rows) < max(2, 0.6 * len(rows)):
        return None
    edges = _gutters(rows)
    if not edges:
        return None
    x0, y0, x1, y1 = around([w for row in rows for w in row])
    bounds = [x0 - 1, *edges, x1 + 1]
    if not _is_table(rows, bounds, ruled):
        return None
    cells: list[GridCell] = []
    number = -1
    for row in rows:
        placed = [(*_reach(w, bounds), w) for w in row]
        units = all(is_unit(w.text) for w in row)
        goes_on = number >= 0 and all(first > 0 for first, _, _ in placed) and not units
        box = around(row)
        if not (goes_on and box[1] - max(c.box[3] for c in cells if c.row == number) < 0.6 * _height(row)):
            number += 1
        for first, last, w in placed:
            same = next(
                (c for c in cells if c.row == number and c.column <= last and first < c.column + c.columns), None
            )
            if same is None:
                same = GridCell(number, first, 1, last - first + 1, (bounds[first], box[1], bounds[last + 1], box[3]))
                cells.append(same)
            same.words.append(w)
            same.box = (same.box[0], min(same.box[1], w.top), same.box[2], max(same.box[3], w.bottom))
    return Grid(sorted(cells, key=lambda c: (c.row, c.column)), (x0, y0, x1, y1))


def _reach(one: Words, bounds: Sequence[float]) -> tuple[int, int]:
    inside = [i for i in range(len(bounds) - 1) if min(one.right, bounds[i + 1]) - max(one.left, bounds[i]) > 2]
    return (inside[0], inside[-1]) if inside else (0, 0)


def _gutters(rows: Sequence[Row]) -> list[float]:
    """The middles of the strips that (nearly) no row writes into."""
    full = [row for row in rows if len(row) >= 2]
    marks = sorted({x for row in full for w in row for x in (w.left, w.right)})
    allowed = 0 if len(full) < 8 else len(full) // 8
    height = median(_height(row) for row in full)
    gutters = []
    start: float | None = None
    for a, b in pairwise(marks):
        x = (a + b) / 2
        if sum(w.left < x < w.right for row in full for w in row) <= allowed:
            start = a if start is None else start
            end = b
        elif start is not None:
            if end - start >= 0.5 * height:
                gutters.append((start + end) / 2)
            start = None
    if start is not None and end - start >= 0.5 * height:
        gutters.append((start + end) / 2)
    return gutters


def _is_table(rows: Sequence[Row], bounds: Sequence[float], ruled: bool) -> bool:
    columns = len(bounds) - 1
    filled = [sum(any(_reach(w, bounds)[0] == c for w in row) for row in rows) for c in range(columns)]
    if any(count < 0.3 * len(rows) for count in filled) and not ruled:
        return False
    firsts = [row[0].text for row in rows if _reach(row[0], bounds)[0] == 0]
    marks = sum(len(text) <= 6 and not any(c.isalpha() for c in text.strip("()abcdi.（）")) for text in firsts)
    if columns == 2 and marks >= 0.7 * max(1, len(firsts)):
        return False  # the numbers or bullets of a list
    lengths = [len(w.text) for row in rows for w in row]
    return median(lengths) <= (60 if ruled else 40)
