"""Small documents for tests, built block by block; spans are those of the text as it grows."""

from __future__ import annotations

from collections.abc import Sequence

from assay.knowledge.document import Block, BlockKind, Cell, Page, ReadDocument, Span, Table


class Paper:
    """Collects blocks on pages."""

    def __init__(self, title: str = "Pump manual") -> None:
        self.title = title
        self._pages = [""]
        self._blocks: list[Block] = []

    def add(self, kind: BlockKind, text: str, *, level: int = 0, number: str = "") -> Span:
        """A block of one span on the last page."""
        span = self._put(text)
        self._pages[-1] += "\n"
        self._blocks.append(Block(kind, (span,), level=level, number=number))
        return span

    def over_the_page(self, first: str, second: str) -> None:
        """A paragraph that begins on this page and ends on the next."""
        one = self._put(first)
        self._pages.append("")
        two = self._put(second)
        self._pages[-1] += "\n"
        self._blocks.append(Block(BlockKind.PARAGRAPH, (one, two)))

    def table(
        self,
        rows: Sequence[Sequence[str | None]],
        *,
        merged: Sequence[tuple[int, int, int, int]] = (),
        header_rows: int = 1,
        unit_row: int | None = None,
        unit: Span | None = None,
        caption: Span | None = None,
        conditions: tuple[int, ...] = (),
    ) -> None:
        """A table, None for a place that a merged cell (row, column, rows, columns) covers."""
        sizes = {(row, column): (rows_, columns) for row, column, rows_, columns in merged}
        cells, first = [], len(self._pages[-1])
        for row, words in enumerate(rows):
            for column, word in enumerate(words):
                if word is not None:
                    high, wide = sizes.get((row, column), (1, 1))
                    cells.append(Cell(row, column, self._put(word), word, high, wide))
                    self._pages[-1] += "\t"
            self._pages[-1] += "\n"
        span = Span(len(self._pages), first, len(self._pages[-1]) - 1)
        made = Table(tuple(cells), header_rows, unit_row, unit, caption, conditions)
        self._blocks.append(Block(BlockKind.TABLE, (span,), table=made))

    def read(self) -> ReadDocument:
        """What a reader would have made of it."""
        pages = tuple(Page(number, text) for number, text in enumerate(self._pages, 1))
        return ReadDocument("text/plain", self.title, pages, tuple(self._blocks))

    def _put(self, text: str) -> Span:
        start = len(self._pages[-1])
        self._pages[-1] += text
        return Span(len(self._pages), start, start + len(text))
