"""The title of a page that has no style for one: never a numbered clause, never a scrap of a scan."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assay.knowledge.document import Block, BlockKind, Page, Span
from assay.knowledge.reading.structure import HAN, reads_as_title, sign_of
from assay.knowledge.reading.tables_units import is_unit

#: Such a line says something of a document, it does not name it.
_FIELD = re.compile(
    r"^(?:(?:文件|文档|受控|标准)?\s*(?:编\s*号|编\s*码|文\s*号|版\s*本\s*号?|版\s*次|密\s*级|日\s*期)|(?:编制|审核|批准|发布|生效|实施)\S{0,3}"
    r"|(?:doc(?:ument|\.)?\s*)?(?:no\.?|number|id)|rev(?:ision)?\.?|version|date|page|effective\s+\w+)\s*[:：]",
    re.IGNORECASE,
)
#: What a document calls itself at the end of its title.
_KIND = re.compile(
    r"(?:规程|规范|手册|指导书|说明书|说明|指南|标准|制度|办法|规定|细则|方案|预案|台账|清单|记录表?|报告|通知|手顺)$"
    r"|\b(?:manual|procedure|instructions?|guide(?:lines?)?|handbook|specification|standard|checklist|report|policy|log|register)$",
    re.IGNORECASE,
)
_WORD = re.compile(r"(?<![^\W_])[^\W\d_]{3,}(?![^\W_])")


def title_of(pages: Sequence[Page], blocks: Sequence[Block]) -> str:
    """The title on the first page with text, or "".

    It is the highest heading without a number, unless a numbered one as high stands before it; else, of the short
    lines above the first numbered clause, the one in the largest letters; where nothing is numbered, the first line
    if it ends as titles do ("... manual").
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
    if named := [block for block in headings if _names(page.slice(block.spans[0]))]:
        return page.slice(min(named, key=lambda block: (block.level, block.spans[0].start)).spans[0])
    if first == len(own):
        return title_line([page], own)
    lines = [block.spans[0] for block in own[:first] if block.kind is BlockKind.PARAGRAPH]
    lines = [span for span in lines if reads_as_title(words := page.slice(span)) and _names(words)]
    return page.slice(min(lines, key=lambda span: (-_height(page, span), span.start))) if lines else ""


def title_line(pages: Sequence[Page], blocks: Sequence[Block]) -> str:
    """The first line of blocks if it ends as titles do, or ""."""
    if not blocks or blocks[0].kind is not BlockKind.PARAGRAPH:
        return ""
    span = blocks[0].spans[0]
    words = next(page for page in pages if page.number == span.page).slice(span)
    words = words.partition("\n")[0].strip()
    return words if reads_as_title(words) and _names(words) and _KIND.search(words) else ""


def _names(words: str) -> bool:
    """Whether a line may name a document: it has a word, and is no field of its front."""
    return has_word(words) and _FIELD.match(words) is None


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
