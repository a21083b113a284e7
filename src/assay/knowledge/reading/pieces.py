"""Blocks while they are made: from stretches of a text, and tables with the caption and unit that stand beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assay.knowledge.document import Block, BlockKind, Page, Span, Table
from assay.knowledge.reading.lines import FilePages, Range
from assay.knowledge.reading.tables_units import stated_unit

#: A line longer than this is no statement of a table's unit.
_UNIT_LINE = 80
_OF_TABLE = re.compile(r"\s*(?:续\s*)?(?:表|Tab)", re.IGNORECASE)


@dataclass(slots=True)
class Piece:
    """A block whose stretches are places in a whole text."""

    kind: BlockKind
    ranges: list[Range]
    level: int = 0
    number: str = ""
    table: Table | None = None


def blocks_of(pieces: Sequence[Piece], pages: FilePages) -> tuple[Block, ...]:
    """The pieces as blocks with spans; one without words is left out."""
    made = []
    for piece in pieces:
        spans = pages.spans(piece.ranges)
        if spans:
            table = _placed(piece.table, pages) if piece.table else None
            made.append(Block(piece.kind, spans, piece.level, piece.number, table))
    return with_captions(made, pages.pages)


def _placed(table: Table, pages: FilePages) -> Table:
    """A table whose cells are places in the whole text, with places on pages."""
    cells = [replace(cell, span=pages.one(cell.span.start, cell.span.end)) for cell in table.cells]
    return replace(table, cells=tuple(cells))


def with_captions(blocks: Sequence[Block], pages: Sequence[Page]) -> tuple[Block, ...]:
    """Every table with its caption (above it, else below) and the unit that a line between or its caption states."""
    made = list(blocks)
    for at, block in enumerate(made):
        if block.table is None:
            continue
        caption = block.table.caption
        unit = block.table.unit
        for above in (at - 1, at - 2):
            if above < 0 or caption is not None or made[above].table is not None:
                break
            if made[above].kind is BlockKind.CAPTION:
                caption = _caption(made[above], pages)
                break
            if unit is not None or (unit := _unit(made[above].spans[0], pages)) is None:
                break
        if caption is None and at + 1 < len(made) and not (at + 2 < len(made) and made[at + 2].table):
            caption = _caption(made[at + 1], pages)
        if unit is None and caption is not None:
            unit = _unit(caption, pages)
        made[at] = replace(block, table=replace(block.table, caption=caption, unit=unit))
    return tuple(made)


def _caption(block: Block, pages: Sequence[Page]) -> Span | None:
    """A caption's span if it is one of a table, as its number says, or has no number at all."""
    if block.kind is not BlockKind.CAPTION or (block.number and not _OF_TABLE.match(block.number)):
        return None
    return block.spans[0]


def _unit(span: Span, pages: Sequence[Page]) -> Span | None:
    words = pages[span.page - 1].slice(span)
    found = stated_unit(words) if len(words) <= _UNIT_LINE else None
    return Span(span.page, span.start + found[0], span.start + found[1]) if found else None
