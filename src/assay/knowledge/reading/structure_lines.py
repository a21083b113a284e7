"""Rows of a page as lines of running text: the room above each, how far it reaches, its indent."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from assay.knowledge.document import Span
from assay.knowledge.reading.structure_flow import Line
from assay.knowledge.reading.structure_layout import Placed
from assay.knowledge.reading.structure_words import row_text

#: A row: its number in the document, page from 0, place, depth as a title.
Numbered = tuple[int, int, Placed, int | None]


def lines_of(rows: Sequence[Numbered]) -> list[Line]:
    """The lines of rows in reading order; a line's span is (page, number, number + 1)."""
    usual = _usual_room(rows)
    lines = []
    last: Numbered | None = None
    for row in rows:
        number, page, item, title = row
        left, top, right, bottom = item.box
        height = bottom - top
        below = last is not None and _same_column(last, row)
        room = top - last[2].box[3] if last is not None and below else 0.0
        lines.append(
            Line(
                Span(page, number, number + 1),
                row_text(item.row),
                gap=below and room > usual + 0.4 * height,
                title=title,
                full=right >= item.right - max(2.2 * height, 0.12 * (item.right - item.left)),
                indent=(left - item.left) / height if height else 0.0,
                jump=last is not None and not below,
            )
        )
        last = row
    return lines


def _same_column(last: Numbered, row: Numbered) -> bool:
    one, other = last[2], row[2]
    return last[1] == row[1] and one.left == other.left and one.right == other.right and one.box[1] <= other.box[1]


def _usual_room(rows: Sequence[Numbered]) -> float:
    """The room between the lines of paragraphs: the median of what is less than a line."""
    rooms = []
    for last, row in pairwise(rows):
        room = row[2].box[1] - last[2].box[3]
        if _same_column(last, row) and room < row[2].box[3] - row[2].box[1]:
            rooms.append(room)
    return median(sorted(rooms)[: max(1, len(rooms) * 2 // 3)]) if rooms else 0.0
