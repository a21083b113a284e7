"""A document as it was read: pages of stored text, and the structure in them.

Positions are code points in a page's stored text. The stored text is what the readers made of the file, in reading
order, tables row by row; it never changes afterwards, so a quote is a slice of it and nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Boxes = NDArray[np.float32]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a page's stored text: page from 1, ``start`` to ``end`` (exclusive) in code points."""

    page: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in points (1/72 inch) from the top left corner."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Page:
    """One page (a sheet of a workbook, a slide, the whole of a text file).

    ``boxes`` has a row (left, top, right, bottom) in points for each code point of ``text``, NaN for one without a
    place (a line break); None for formats without places. ``width`` and ``height`` are points, 0 where there are none.
    ``scanned`` says that the text was recognised from a picture; ``label`` is the page's own name (sheet, slide, "iv").
    """

    number: int
    text: str
    width: float = 0.0
    height: float = 0.0
    boxes: Boxes | None = None
    scanned: bool = False
    label: str = ""

    @property
    def sha256(self) -> str:
        """Hash of the stored text: a citation holds it, so a changed page is noticed."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    def slice(self, span: Span) -> str:
        """The words of a span of this page."""
        return self.text[span.start : span.end]

    def box(self, span: Span) -> Box | None:
        """The smallest rectangle around a span, or None where the page has no places."""
        if self.boxes is None or span.end <= span.start:
            return None
        import numpy as np

        part = self.boxes[span.start : span.end]
        part = part[~np.isnan(part).any(axis=1)]
        if not len(part):
            return None
        low, high = part.min(axis=0), part.max(axis=0)
        return Box(self.number, float(low[0]), float(low[1]), float(high[2]), float(high[3]))


class BlockKind(StrEnum):
    """What a stretch of text is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"  # of a list or a procedure
    TABLE = "table"
    CAPTION = "caption"  # of a figure or table
    WARNING = "warning"  # danger, warning, caution
    NOTE = "note"
    CODE = "code"
    MARGIN = "margin"  # running head or foot: stored, never searched


@dataclass(frozen=True, slots=True)
class Cell:
    """A table's cell: ``row`` and ``column`` from 0; a merged cell stands once, at its first row and column."""

    row: int
    column: int
    span: Span
    text: str
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table in stored text, row by row, also across pages.

    The first ``header_rows`` rows name the columns (a head repeated on the next page is left out of ``cells``);
    ``unit_row`` is the row that holds the units, if one does; ``unit`` is a unit stated for the whole table
    ("单位: mm", "Dimensions in mm"); ``conditions`` are the columns that say when a row holds (mode, size, state ...),
    as against those that hold values.
    """

    cells: tuple[Cell, ...]
    header_rows: int = 1
    unit_row: int | None = None
    unit: Span | None = None
    caption: Span | None = None
    conditions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of the document in reading order; several spans where it runs over the end of a page.

    ``level`` is a heading's depth from 1; ``number`` the clause, step or figure number as printed ("5.3.2", "第3条",
    "图 4"), without the title behind it. ``table`` is there for tables only.
    """

    kind: BlockKind
    spans: tuple[Span, ...]
    level: int = 0
    number: str = ""
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """A number that must not be used before a person has looked at it (a scanned number without its unit ...).

    ``reason`` is a key of this room's texts; ``details`` fill it.
    """

    span: Span
    reason: str
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stated:
    """What a document says of itself: version, first day of validity, last day, the names of what it replaces, and
    whether it is ``superseded`` since a day that it does not tell."""

    version: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    replaces: tuple[str, ...] = ()
    superseded: bool = False


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """What a reader made of one file. ``notes`` are sentences in zh and en about what could not be read; ``number`` is
    the document's own as its front states it ("编号：Q/HX 203-2025", "Document No. SOP-12")."""

    media: str
    title: str
    pages: tuple[Page, ...]
    blocks: tuple[Block, ...]
    stated: Stated = Stated()
    doubts: tuple[Doubt, ...] = ()
    notes: tuple[Mapping[str, str], ...] = ()
    number: str = ""

    def slice(self, span: Span) -> str:
        """The stored words of a span."""
        return self.pages[span.page - 1].slice(span)
