"""Tables of HTML: cells with what they cover, as the standard's algorithm forms them (HTML, 4.9.12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from assay.knowledge.reading.writing import WIDEST, RawCell

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_WIDEST = 500
_TALLEST = 20_000


def rows_of(table: Element) -> list[tuple[Element, bool]]:
    """The rows of a table itself, each with whether it is part of the head; those of a foot come last."""
    head: list[tuple[Element, bool]] = []
    body: list[tuple[Element, bool]] = []
    foot: list[tuple[Element, bool]] = []
    for child in table:
        if child.tag == "tr":
            body.append((child, False))
        elif child.tag in ("thead", "tbody", "tfoot"):
            into = head if child.tag == "thead" else foot if child.tag == "tfoot" else body
            into += [(row, child.tag == "thead") for row in child if row.tag == "tr"]
    return head + body + foot


def head_rows(rows: list[tuple[Element, bool]]) -> int | None:
    """Rows of the head as the file marks it: ``thead``, or rows of ``th`` only; None where it marks nothing."""
    count = 0
    for row, headed in rows:
        cells = [cell for cell in row if cell.tag in ("td", "th")]
        if not headed and not (cells and all(cell.tag == "th" for cell in cells)):
            break
        count += 1
    return count if 0 < count < len(rows) else None


def cells_of(rows: list[tuple[Element, bool]], words: Callable[[Element], str]) -> Iterator[RawCell]:
    """The cells with their places."""
    taken: dict[int, int] = {}  # column -> first row that is free again
    for at, (row, _) in enumerate(rows):
        column = 0
        for cell in row:
            if cell.tag not in ("td", "th"):
                continue
            while taken.get(column, 0) > at:
                column += 1
            if column > WIDEST:
                yield RawCell(at, column, words(cell))
                continue
            wide = min(_count(cell.get("colspan")) or 1, _WIDEST)
            high = _count(cell.get("rowspan", "1"))
            high = min(len(rows) - at if high == 0 else high, len(rows) - at, _TALLEST)
            yield RawCell(at, column, words(cell), high, wide)
            for place in range(column, column + wide):
                taken[place] = at + high
            column += wide


def _count(text: str | None) -> int:
    text = (text or "").strip()
    return int(text) if text.isdigit() and len(text) < 6 else 1
