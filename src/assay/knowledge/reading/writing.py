"""The stored text of formats that have none of their own: written line by line, tables row by row, with its blocks."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from assay.knowledge.document import Block, BlockKind, Cell, Page, Span
from assay.knowledge.reading.notes import note
from assay.knowledge.reading.pieces import with_captions
from assay.knowledge.reading.tables import table_of

#: Between two cells of a row.
BETWEEN = " | "
#: Columns that a table may have, and places in all: what a file says of its tables may be nonsense.
WIDEST, _PLACES = 1_000, 8_000_000
#: What no stored text holds: control characters (line breaks and tabs are handled before), lone surrogates.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPACES = re.compile(r"[ \t\r\f\u00a0\u2002-\u200a\u202f]+")
_INVISIBLE = re.compile(r"[\u200b\u2060\ufeff\u00ad]")


def clean(text: str) -> str:
    """Words as they are stored: no control or invisible characters, single spaces, no empty lines."""
    if text.isprintable() and "  " not in text:  # the usual case, far quicker
        return text.strip()
    text = _INVISIBLE.sub("", _FORBIDDEN.sub(" ", text.replace("\v", "\n").replace("\u2028", "\n")))
    return "\n".join(line for part in text.split("\n") if (line := _SPACES.sub(" ", part).strip()))


@dataclass(frozen=True, slots=True)
class RawCell:
    """A cell before it has a place: row and column from 0, words, and how many rows and columns it covers."""

    row: int
    column: int
    text: str
    rows: int = 1
    columns: int = 1


@dataclass(slots=True)
class _Draft:
    label: str = ""
    parts: list[str] = field(default_factory=list)
    length: int = 0


class Writer:
    """Writes pages of stored text and the blocks in them."""

    def __init__(self) -> None:
        self._pages = [_Draft()]
        self._cut = 0
        self.blocks: list[Block] = []

    @property
    def page(self) -> int:
        """The number of the page that is being written."""
        return len(self._pages)

    @property
    def empty(self) -> bool:
        """Whether the page that is being written has no words yet."""
        return not self._pages[-1].length

    def turn(self, label: str = "", *, always: bool = False) -> None:
        """Begins a page; one that has no words yet is used instead, unless a page must stand for itself (a slide)."""
        if always or not self.empty:
            self._pages.append(_Draft())
        if label:
            self._pages[-1].label = label

    def name(self, label: str) -> None:
        """Gives the page that is being written its own name."""
        self._pages[-1].label = label

    def write(self, text: str) -> Span | None:
        """Writes words as a line (or several) of their own. Returns their place, None where there are no words."""
        text = clean(text)
        if not text:
            return None
        page = self._pages[-1]
        start = page.length
        page.parts += (text, "\n")
        page.length += len(text) + 1
        return Span(self.page, start, start + len(text))

    def add(self, kind: BlockKind, parts: Sequence[str], level: int = 0, number: str = "") -> None:
        """Writes a block; each part after the first begins a new page."""
        spans = []
        for at, part in enumerate(parts):
            if at:
                self.turn()
            if (span := self.write(part)) is not None:
                spans.append(span)
        if spans:
            self.blocks.append(Block(kind, tuple(spans), level, number))

    def table(
        self,
        cells: Iterable[RawCell],
        *,
        head: int | None = None,
        caption: Span | None = None,
        turns: Collection[int] = (),
    ) -> None:
        """Writes a table, a line each row; cells without words are left out. Each row of ``turns`` begins a page."""
        rows: dict[int, list[RawCell]] = {}
        cells = list(cells)
        widest = min(WIDEST, _PLACES // max((cell.row + cell.rows for cell in cells), default=1))
        for cell in cells:
            if cell.column >= widest:
                self._cut += bool(cell.text.strip())
                continue
            words = clean(cell.text).replace("\n", " ")
            if words:
                rows.setdefault(cell.row, []).append(
                    RawCell(cell.row, cell.column, words, cell.rows, min(cell.columns, widest - cell.column))
                )
        placed: list[Cell] = []
        spans: list[Span] = []
        for row in sorted(rows):
            if row in turns:
                self.turn()
            placed += self._row(sorted(rows[row], key=lambda one: one.column))
            first = spans.pop() if spans and spans[-1].page == self.page else None
            begin = first.start if first else placed[-len(rows[row])].span.start
            spans.append(Span(self.page, begin, self._pages[-1].length - 1))
        if placed:
            table = table_of(placed, head=head, caption=caption)
            self.blocks.append(Block(BlockKind.TABLE, tuple(spans), table=table))

    def _row(self, cells: Sequence[RawCell]) -> list[Cell]:
        page, placed = self._pages[-1], []
        for at, cell in enumerate(cells):
            if at:
                page.parts.append(BETWEEN)
                page.length += len(BETWEEN)
            span = Span(self.page, page.length, page.length + len(cell.text))
            placed.append(Cell(cell.row, cell.column, span, cell.text, cell.rows, cell.columns))
            page.parts.append(cell.text)
            page.length += len(cell.text)
        page.parts.append("\n")
        page.length += 1
        return placed

    def notes(self) -> tuple[Mapping[str, str], ...]:
        """What could not be written."""
        return (note("cells_cut", count=self._cut, most=WIDEST),) if self._cut else ()

    def done(self) -> tuple[tuple[Page, ...], tuple[Block, ...]]:
        """The pages and blocks; tables with the caption and unit beside them."""
        pages = tuple(Page(number, "".join(one.parts), label=one.label) for number, one in enumerate(self._pages, 1))
        return pages, with_captions(self.blocks, pages)
