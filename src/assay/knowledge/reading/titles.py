"""The title of a page that has no style for one: never a numbered clause, never a scrap of a scan."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assay.knowledge.document import Block, BlockKind, Page, Span
from assay.knowledge.reading.structure import HAN, reads_as_title, sign_of
from assay.knowledge.reading.tables_units import is_unit

_WORD = re.compile(r"(?<![^\W_])[^\W\d_]{3,}(?![^\W_])")


def title_of(pages: Sequence[Page], blocks: Sequence[Block]) -> str:
    """The title on the first page with text, or "".

    It is the highest heading without a number, unless a numbered one as high stands before it; else, of the short
    lines above the first numbered clause, the one in the largest letters.
    """
    page = next((page for page in pages if page.text.strip()), None)
    if page is None:
        return ""
    own = [block for block in blocks if block.spans[0].page == page.number and block.kind is not BlockKind.MARGIN]
    first = next((at for at, block in enumerate(own) if _numbered(page, block)), len(own))
    above = own[first].level if first < len(own) and own[first].kind is BlockKind.HEADING else 0
    headings = [
        block
        for at, block in enumerate(own)
        if block.kind is BlockKind.HEADING and not _numbered(page, block) and (at < first or block.level < above)
    ]
    if named := [block for block in headings if has_word(page.slice(block.spans[0]))]:
        return page.slice(min(named, key=lambda block: (block.level, block.spans[0].start)).spans[0])
    if first == len(own):
        return ""
    lines = [block.spans[0] for block in own[:first] if block.kind is BlockKind.PARAGRAPH]
    lines = [span for span in lines if reads_as_title(words := page.slice(span)) and has_word(words)]
    return page.slice(min(lines, key=lambda span: (-_height(page, span), span.start))) if lines else ""


def has_word(words: str) -> bool:
    """Whether a line has a real word: two Chinese characters, or three letters that are no unit."""
    return len(HAN.findall(words)) >= 2 or any(not is_unit(one) for one in _WORD.findall(words))


def _numbered(page: Page, block: Block) -> bool:
    if block.kind not in (BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.ITEM):
        return False
    # A reader may have taken the words of a large line for a title by their size alone.
    return bool(block.number or sign_of(page.slice(block.spans[0])).number)


def _height(page: Page, span: Span) -> int:
    """Half points, so that two lines of one size are of one size."""
    box = page.box(span)
    return 0 if box is None else round((box.bottom - box.top) * 2)
