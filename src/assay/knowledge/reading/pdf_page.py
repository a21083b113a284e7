"""A page of a PDF as a draft: its words, tables and reading order from the text layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assay.knowledge.reading.pdf_chars import Characters, Frame, characters_of, frame_of
from assay.knowledge.reading.pdf_quality import poor
from assay.knowledge.reading.pdf_rules import Drawn, drawn_on
from assay.knowledge.reading.pdf_words import SLANTED, words_of
from assay.knowledge.reading.structure_layout import Placed, placed_row, reading_order
from assay.knowledge.reading.structure_store import Draft
from assay.knowledge.reading.structure_words import Words
from assay.knowledge.reading.tables_fill import filled
from assay.knowledge.reading.tables_grid import Rule, aligned_grids, ruled_grids

_FEW = 25  # visible characters: a page with fewer and a picture is a picture


@dataclass(frozen=True, slots=True)
class Layer:
    """A page's text layer as a draft; ``needs_ocr`` says why it will not do: "" (it does), "picture" or "poor"."""

    draft: Draft
    needs_ocr: str


def layer_of(page: Any, number: int) -> Layer:
    """Read the text layer of a pypdfium2 page."""
    frame = frame_of(page)
    drawn = drawn_on(page, frame)
    text_page = page.get_textpage()
    try:
        characters = characters_of(text_page, frame)
        groups = words_of(text_page, characters, frame.size)
    finally:
        text_page.close()
    draft = _draft(groups, frame, drawn, number)
    return Layer(draft, _needs_ocr(characters, drawn))


def _needs_ocr(characters: Characters, drawn: Drawn) -> str:
    text = characters.text
    if sum(not c.isspace() for c in text) < _FEW and (drawn.pictures > 0.05 or drawn.strokes > 300):
        return "picture"
    return "poor" if poor(text, characters.damaged) else ""


def _draft(groups: Sequence[tuple[int, list[Words]]], frame: Frame, drawn: Drawn, number: int) -> Draft:
    width, height = frame.size
    items: list[Placed] = []
    for at, (turn, words) in enumerate(groups):
        if turn == SLANTED:
            items += [placed_row([one]) for one in words]
        elif at == 0:
            across, down = drawn.rules(turn, frame.size)
            items += placed(words, across, down)
        else:  # what is turned otherwise (a stamp along the edge) comes behind
            items += reading_order(words, [])
    scanned = drawn.hidden and drawn.pictures > 0.7
    upright = width if groups and groups[0][0] in (1, 3) else height
    return Draft(number, width, height, items, scanned, upright=upright)


def placed(words: Sequence[Words], across: Sequence[Rule], down: Sequence[Rule]) -> list[Placed]:
    """Words and the tables that lines and alignment show, in reading order."""
    grids, left = filled(ruled_grids(across, down), words)
    open_rules = [r for r in across if not any(g.box[1] - 3 <= r.at <= g.box[3] + 3 for g in grids)]
    for grid, inside in aligned_grids(left, open_rules):
        taken = {id(one) for one in inside}
        left = [one for one in left if id(one) not in taken]
        grids.append(grid)
    return reading_order(left, grids)
