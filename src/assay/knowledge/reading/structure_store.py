"""Drafts of pages (rows of words and grids in reading order) made into stored text, boxes and blocks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from assay.knowledge.document import Block, BlockKind, Cell, Page, Span
from assay.knowledge.reading.pieces import with_captions
from assay.knowledge.reading.structure_flow import flow
from assay.knowledge.reading.structure_layout import Placed
from assay.knowledge.reading.structure_lines import lines_of
from assay.knowledge.reading.structure_margins import margins
from assay.knowledge.reading.structure_styles import title_levels
from assay.knowledge.reading.structure_words import Words, between, joint, row_text, rows_of
from assay.knowledge.reading.tables_grid import Grid
from assay.knowledge.reading.tables_pages import Part, tables_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Boxes = NDArray[np.float32]


_CONTINUED = re.compile(r"续\s*表|[（(]\s*续\s*[）)]|\bcont(?:inue|\.|')?d?\b", re.IGNORECASE)
_BEFORE_HYPHEN = re.compile(r"([^\W\d_]+)[-\u2010]$")
_FIRST_WORD = re.compile(r"[^\W_]+")
_HYPHENED = re.compile(r"[^\W\d_]+-[^\W_]+")


@dataclass(frozen=True, slots=True)
class Draft:
    """A page before its text is stored: its rows and tables in reading order."""

    number: int
    width: float
    height: float
    items: list[Placed]
    scanned: bool = False
    label: str = ""
    #: Height in the frame in which its text is upright.
    upright: float = 0.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A row or table of a page (counted from 0) in the order of the document."""

    page: int
    item: Placed
    margin: bool
    title: int | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """Pages with their blocks; ``scores`` holds the OCR's confidence in each character of a scanned page."""

    pages: tuple[Page, ...]
    blocks: tuple[Block, ...]
    scores: dict[int, list[float]]


@dataclass(slots=True)
class Writer:
    """A page's stored text as it grows, with a box and a score for each character."""

    number: int
    parts: list[str] = field(default_factory=list)
    boxes: list[Boxes] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    length: int = 0

    def write(self, text: str, boxes: Boxes | None = None, score: Sequence[float] | None = None) -> None:
        """Add characters; without boxes they have no place."""
        import numpy as np

        if not text:
            return
        self.parts.append(text)
        self.boxes.append(np.full((len(text), 4), np.nan, dtype=np.float32) if boxes is None else boxes)
        self.scores.extend(score if score is not None else [1.0] * len(text))
        self.length += len(text)

    def since(self, start: int) -> str:
        """The text written from a place on."""
        text = ""
        for part in reversed(self.parts):
            if self.length - len(text) <= start:
                break
            text = part + text
        return text

    def row(self, row: Sequence[Words], *, without_hyphen: bool = False) -> None:
        """Add the words of a row."""
        for at, words in enumerate(row):
            if at:
                self.write(between(row[at - 1], words))
            end = len(words.text) - (without_hyphen and at == len(row) - 1)
            self.write(words.text[:end], words.boxes[:end], words.score[:end] if words.score else None)

    def page(self, draft: Draft) -> Page:
        """The page as stored."""
        import numpy as np

        boxes = np.concatenate(self.boxes) if self.boxes else np.empty((0, 4), dtype=np.float32)
        boxes.setflags(write=False)
        return Page(draft.number, "".join(self.parts), draft.width, draft.height, boxes, draft.scanned, draft.label)


def stored(drafts: Sequence[Draft]) -> Stored:
    """Pages and blocks of drafts: margins taken out, titles by their print, paragraphs joined, tables across pages."""
    entries = _entries(drafts)
    planned = _planned(entries)
    known = _vocabulary(entries)
    writers = [Writer(draft.number) for draft in drafts]
    written: dict[int, Span] = {}
    parts: list[Part] = []
    for start, end in sorted(span for block in planned for span in _ranges(block)):
        writer = writers[entries[start].page]
        if writer.length:
            writer.write("\n")
        before, grid = writer.length, entries[start].item.grid
        cells: list[Cell] = []
        if grid is None:
            _write_rows(writer, [one.item.row for one in entries[start:end]], known)
        else:
            cells = _write_table(writer, grid)
        written[start] = Span(writer.number, before, writer.length)
        if grid is not None:
            parts.append(Part(start, written[start], cells, grid, *_at_edges(entries, start, drafts)))
    blocks = _with_tables(planned, written, parts)
    pages = tuple(writer.page(draft) for writer, draft in zip(writers, drafts, strict=True))
    scores = {draft.number: writer.scores for writer, draft in zip(writers, drafts, strict=True) if draft.scanned}
    return Stored(pages, with_captions(blocks, pages), scores)


def _entries(drafts: Sequence[Draft]) -> list[Entry]:
    """Everything in the order of the document, on each page its head first and its foot last."""
    outer = margins([(draft.items, draft.upright or draft.height) for draft in drafts])
    result = []
    for page, (draft, taken) in enumerate(zip(drafts, outer, strict=True)):
        half = (draft.upright or draft.height) / 2
        head = [at for at in sorted(taken) if draft.items[at].box[1] < half]
        foot = [at for at in sorted(taken) if draft.items[at].box[1] >= half]
        body = [at for at in range(len(draft.items)) if at not in taken]
        result += [Entry(page, draft.items[at], at in taken) for at in (*head, *body, *foot)]
    rows = [one for one in result if not one.margin and one.item.grid is None]
    titles = iter(title_levels([one.item for one in rows]))
    return [one if one.margin or one.item.grid is not None else replace(one, title=next(titles)) for one in result]


def _planned(entries: Sequence[Entry]) -> list[Block]:
    """The blocks with numbers of entries as their spans, in the order of the document."""
    blocks: list[Block] = []
    stretch: list[int] = []
    for at, entry in enumerate([*entries, None]):
        if entry is not None and entry.margin:
            blocks.append(Block(BlockKind.MARGIN, (Span(entry.page, at, at + 1),)))
        elif entry is not None and entry.item.grid is None:
            stretch.append(at)
        else:
            blocks += flow(
                lines_of([(one, entries[one].page, entries[one].item, entries[one].title) for one in stretch])
            )
            stretch = []
            if entry is not None:
                blocks.append(Block(BlockKind.TABLE, (Span(entry.page, at, at + 1),)))
    return sorted(blocks, key=lambda block: block.spans[0].start)


def _ranges(block: Block) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in block.spans]


def _at_edges(entries: Sequence[Entry], at: int, drafts: Sequence[Draft]) -> tuple[bool, bool]:
    """Whether a table is the first thing on its page (but for "continued") and the last one."""
    page = entries[at].page
    body = [i for i, one in enumerate(entries) if one.page == page and not one.margin]
    before = [entries[i].item for i in body if i < at]
    goes_on = not before or (len(before) == 1 and bool(_CONTINUED.search(row_text(before[0].row))))
    height = drafts[page].upright or drafts[page].height
    return goes_on, at == body[-1] and entries[at].item.box[3] > 0.5 * height


def _with_tables(planned: Sequence[Block], written: Mapping[int, Span], parts: Sequence[Part]) -> list[Block]:
    joined = {group[0].start: (group, table) for group, table in tables_of(parts)}
    blocks = []
    for block in planned:
        if block.kind is not BlockKind.TABLE:
            spans = tuple(written[span.start] for span in block.spans)
            blocks.append(Block(block.kind, spans, block.level, block.number))
        elif block.spans[0].start in joined:
            group, table = joined[block.spans[0].start]
            blocks.append(Block(BlockKind.TABLE, tuple(part.span for part in group), table=table))
    return blocks


def _write_rows(writer: Writer, rows: Sequence[Sequence[Words]], known: frozenset[str]) -> None:
    """The rows of a paragraph as one line of text; a word that was parted at the end of a row is whole again."""
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        if following is None:
            writer.row(row)
            return
        parted = _parted(row_text(row), row_text(following), known)
        writer.row(row, without_hyphen=parted == "")
        writer.write(joint(row[-1].text, following[0].text) if parted is None else "")


def _parted(text: str, following: str, known: frozenset[str]) -> str | None:
    """What stays at the end of a row that ends with a hyphen: "-" or nothing; None where none parts a word."""
    first, second = _BEFORE_HYPHEN.search(text), _FIRST_WORD.match(following)
    if first is None or second is None:
        return None
    whole = f"{first[1]}-{second[0]}".casefold()
    if whole in known or not second[0][0].islower():
        return "-"
    return ""


def _vocabulary(entries: Sequence[Entry]) -> frozenset[str]:
    """The words with a hyphen inside that the document writes within a row."""
    return frozenset(
        found.casefold()
        for entry in entries
        for words in entry.item.row
        if "-" in words.text
        for found in _HYPHENED.findall(words.text)
    )


def _write_table(writer: Writer, grid: Grid) -> list[Cell]:
    cells: list[Cell] = []
    row = None
    for one in grid.cells:
        if row is not None:
            writer.write(" | " if one.row == row else "\n")
        row = one.row
        start = writer.length
        rows = rows_of(one.words)
        for at, words in enumerate(rows):
            if at:
                writer.write(joint(rows[at - 1][-1].text, words[0].text))
            writer.row(words)
        span = Span(writer.number, start, writer.length)
        cells.append(Cell(one.row, one.column, span, writer.since(start), one.rows, one.columns))
    return cells
