"""The reading order of a page: columns of text, rows in them, and tables in their places."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from assay.knowledge.reading.structure_words import Row, Words, around, rows_of
from assay.knowledge.reading.tables_grid import Grid

Box = tuple[float, float, float, float]
_SMALLEST_COLUMN = 5  # rows of text on either side of a gutter


@dataclass(frozen=True, slots=True)
class Placed:
    """A row of words or a table in its column, which reaches from ``left`` to ``right``; ``box`` is its own place."""

    row: Row
    grid: Grid | None
    left: float
    right: float
    box: tuple[float, float, float, float]


def placed_row(row: Row, grid: Grid | None = None, left: float = 0.0, right: float = 0.0) -> Placed:
    """A row (or a table) in its column with its own place worked out."""
    return Placed(row, grid, left, right, grid.box if grid else around(row))


def reading_order(words: Sequence[Words], grids: Sequence[Grid]) -> list[Placed]:
    """Rows and tables as they are read: column by column between what runs over the whole width."""
    items = [*(placed_row([w]) for w in words), *(placed_row([], grid) for grid in grids)]
    return _ordered(items, depth=0)


def _ordered(items: list[Placed], depth: int) -> list[Placed]:
    gutter = _gutter(items) if depth < 3 else None
    if gutter is None:
        return _single(items)
    result: list[Placed] = []
    band: list[Placed] = []
    for item in sorted(items, key=lambda one: (one.box[1], one.box[0])):
        left, _, right, _ = item.box
        if left < gutter < right:
            result += _sides(band, gutter, depth) + _single([item])
            band = []
        else:
            band.append(item)
    return result + _sides(band, gutter, depth)


def _sides(band: list[Placed], gutter: float, depth: int) -> list[Placed]:
    result = []
    for side in ([b for b in band if b.box[2] <= gutter], [b for b in band if b.box[2] > gutter]):
        if side:
            result += _ordered(side, depth + 1)
    return result


def _single(items: list[Placed]) -> list[Placed]:
    if not items:
        return []
    left, right = min(one.box[0] for one in items), max(one.box[2] for one in items)
    rows = [placed_row(row, None, left, right) for row in rows_of(w for one in items for w in one.row)]
    rows += [placed_row([], one.grid, left, right) for one in items if one.grid]
    return sorted(rows, key=lambda one: (one.box[1] + one.box[3]) / 2 if one.grid is None else one.box[1])


def _gutter(items: Sequence[Placed]) -> float | None:
    """The middle of the empty strip between two columns of running text, or None where there is one column."""
    texts = [one.box for one in items if one.row]
    if len(texts) < 2 * _SMALLEST_COLUMN:
        return None
    return _gutter_between(texts) or _beside_a_full_column(items)


def _gutter_between(texts: Sequence[Box]) -> float | None:
    """The gutter between two columns of at least five lines each."""
    left, right = min(b[0] for b in texts), max(b[2] for b in texts)
    width = right - left
    best: tuple[int, float, float] | None = None
    start: float | None = None
    places = [left + width * (0.2 + 0.005 * step) for step in range(121)]
    lefts, rights = sorted(b[0] for b in texts), sorted(b[2] for b in texts)
    crossing = [bisect_left(lefts, x) - bisect_right(rights, x) for x in places]
    allowed = min(crossing) if min(crossing) <= 0.3 * len(texts) else -1
    for x, count in zip([*places, places[-1] + 1], [*crossing, len(texts) + 1], strict=True):
        if count <= allowed:
            start = x if start is None else start
        elif start is not None:
            if _two_columns(texts, (start + x) / 2) and (best is None or x - start > best[1]):
                best = (allowed, x - start, (start + x) / 2)
            start = None
    return best[2] if best else None


def _beside_a_full_column(items: Sequence[Placed]) -> float | None:
    """The gutter where the right column has only begun: a few lines or a table that stand at the top beside a column
    of running text, as at the end of a text in two columns."""
    boxes = _without_head([one.box for one in items])
    texts = {one.box for one in items if one.row}
    if not boxes:
        return None
    height = median(b[3] - b[1] for b in texts)
    for x in sorted({b[0] for b in boxes}):
        left, right = [b for b in boxes if b[2] <= x], [b for b in boxes if b[0] >= x]
        if not right or len(left) + len(right) < len(boxes) or sum(b in texts for b in left) < 2 * _SMALLEST_COLUMN:
            continue
        edge = max(b[2] for b in left)
        wide = edge - min(b[0] for b in left)
        column = _from_the_top(right, height)
        running = median(b[2] - b[0] for b in left) >= 0.6 * wide >= 5.4 * height and x - edge >= 0.8 * height
        level = column[0][1] <= min(b[1] for b in left) + 3 * height
        begun = column[0] not in texts or column[0][2] - column[0][0] >= 0.5 * wide
        below = all(b[1] >= max(b[3] for b in left) for b in right if b not in column)
        if running and level and begun and below and len(column) < len(left):
            return (x + edge) / 2
    return None


def _without_head(boxes: Sequence[Box]) -> list[Box]:
    """The boxes without a first row that stands apart."""
    if not boxes:
        return []
    end = min(boxes, key=lambda b: b[1])[3]
    rest = [b for b in boxes if b[1] >= end]
    apart = rest and min(b[1] for b in rest) - end > end - min(b[1] for b in boxes)
    return list(rest if apart else boxes)


def _from_the_top(boxes: Sequence[Box], height: float) -> list[Box]:
    """The boxes of a column from its top to the first large room."""
    made: list[Box] = []
    for box in sorted(boxes, key=lambda b: b[1]):
        if made and box[1] - max(b[3] for b in made) > 2.5 * height:
            break
        made.append(box)
    return made


def _two_columns(texts: Sequence[Box], gutter: float) -> bool:
    """Whether both sides are running text: enough lines, most of them nearly as wide as their side."""
    sides = ([b for b in texts if b[2] <= gutter], [b for b in texts if b[0] >= gutter])
    for side in sides:
        if len(side) < _SMALLEST_COLUMN:
            return False
        wide = max(b[2] for b in side) - min(b[0] for b in side)
        height = median(b[3] - b[1] for b in side)
        if median(b[2] - b[0] for b in side) < 0.6 * wide or wide < 9 * height:
            return False
    tops = [(min(b[1] for b in side), max(b[3] for b in side)) for side in sides]
    return min(tops[0][1], tops[1][1]) > max(tops[0][0], tops[1][0])
