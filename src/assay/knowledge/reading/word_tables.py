"""Tables of Word: rows and cells with what they cover."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.knowledge.reading.word_runs import Changes, on
from assay.knowledge.reading.word_styles import value
from assay.knowledge.reading.writing import RawCell
from assay.knowledge.reading.xml import W

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

#: A cell covers at most this many columns: what a file says of itself may be nonsense.
_WIDEST = 200
_WRAPPERS = frozenset(f"{W}{tag}" for tag in ("sdt", "sdtContent", "customXml", "ins", "moveTo"))


@dataclass(slots=True)
class Row:
    """A row's cells, the columns it leaves out in front, and whether it is repeated as a head on every page."""

    cells: list[Element]
    before: int = 0
    head: bool = False


def rows_of(table: Element, changes: Changes) -> list[Row]:
    """The rows of a table; deleted ones are left out."""
    rows = []
    for element in _inside(table, f"{W}tr"):
        properties = element.find(f"{W}trPr")
        row = Row(list(_inside(element, f"{W}tc")))
        if properties is not None:
            if properties.find(f"{W}del") is not None:
                changes.deleted += 1
                continue
            changes.inserted += properties.find(f"{W}ins") is not None
            row.before = _count(value(properties, "gridBefore"))
            row.head = on(properties.find(f"{W}tblHeader"))
        rows.append(row)
    return rows


def is_frame(rows: Sequence[Row]) -> bool:
    """Whether a table only draws a frame around text, or puts a sign beside it: a single row, or a single cell each."""
    return len(rows) == 1 or all(len(row.cells) <= 1 for row in rows)


def cells_of(rows: Sequence[Row], words: Callable[[Element], str]) -> list[RawCell]:
    """The cells with their places; one merged downwards stands at its first row."""
    made: list[RawCell] = []
    open_cells: dict[int, int] = {}  # column -> place in ``made`` of the cell that goes on downwards
    for at, row in enumerate(rows):
        column, still = row.before, {}
        for element in row.cells:
            properties = element.find(f"{W}tcPr")
            span, merge = 1, None
            if properties is not None:
                span = min(max(_count(value(properties, "gridSpan")), 1), _WIDEST)
                merge = properties.find(f"{W}vMerge")
            if merge is not None and merge.get(f"{W}val", "continue") != "restart" and column in open_cells:
                place = open_cells[column]
                cell = made[place]
                made[place] = RawCell(cell.row, cell.column, cell.text, at - cell.row + 1, cell.columns)
                still[column] = place
            else:
                made.append(RawCell(at, column, words(element), 1, span))
                if merge is not None:
                    still[column] = len(made) - 1
            column += span
        open_cells = still
    return made


def _inside(element: Element, tag: str) -> Iterator[Element]:
    for child in element.iterchildren(tag="*"):
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _inside(child, tag)


def _count(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 6 else 0
