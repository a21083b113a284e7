"""Lines of a page or file grouped into blocks in reading order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from assay.knowledge.document import Block, BlockKind, Span
from assay.knowledge.reading.structure import HAN, PLAIN, Sign, signs_of

_JOINS = (BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.WARNING, BlockKind.NOTE, BlockKind.CAPTION)
_ENDS = tuple("。；;！？!?.:：")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of stored text.

    ``gap`` says that more room than usual (a blank line) stands above it; ``title`` is the depth that its typography
    gives it as a heading (0 for none, None where the format has no typography); ``full`` says that it reaches the right
    margin, so that its sentence may go on in the next line; ``indent`` is its left edge in heights of a
    line; ``jump`` says that another column or page begins with it.
    """

    span: Span
    text: str
    gap: bool = False
    title: int | None = None
    full: bool = True
    indent: float = 0.0
    jump: bool = False


def flow(lines: Sequence[Line]) -> list[Block]:
    """Blocks of lines: what a line is comes from its words and typography, what it continues from the room around it.

    A warning or note word alone in its line takes the paragraph below with it. A block that goes on after the end of a
    page has a span on each of the pages.
    """
    signs = [
        _with_typography(line, sign) for line, sign in zip(lines, signs_of([one.text for one in lines]), strict=True)
    ]
    signs = _broken_clauses(lines, _titles_between_gaps(lines, signs))
    made: list[Block] = []
    open_line: Line | None = None
    alone = False  # a warning word whose text has not come yet
    for line, sign in zip(lines, signs, strict=True):
        last = made[-1] if made else None
        if last is not None and open_line is not None and _goes_on(last, open_line, line, sign, alone):
            made[-1] = replace(last, spans=_longer(last.spans, line.span))
            alone = False
        else:
            made.append(Block(sign.kind, (line.span,), sign.level, sign.number))
            alone = sign.kind in (BlockKind.WARNING, BlockKind.NOTE) and not line.text[sign.rest :].strip()
        open_line = line
    return made


def _with_typography(line: Line, sign: Sign) -> Sign:
    if line.title is None or sign.kind in (BlockKind.WARNING, BlockKind.NOTE, BlockKind.CAPTION):
        return sign
    if line.title:
        level = sign.level if sign.kind is BlockKind.HEADING and sign.number else line.title
        return Sign(BlockKind.HEADING, level, sign.number, sign.rest)
    if sign.kind is BlockKind.HEADING and sign.number.isdigit():
        # Printed like the text around it: a step. Deeper numbers stay titles, many manuals set them plainly.
        return Sign(BlockKind.ITEM, number=sign.number, rest=sign.rest)
    return sign


def _titles_between_gaps(lines: Sequence[Line], signs: list[Sign]) -> list[Sign]:
    """Where there is no typography: a short line in capitals, alone between gaps, is a title."""
    result = list(signs)
    for at, line in enumerate(lines):
        words = line.text.strip()
        if line.title is None and signs[at] == PLAIN and (line.gap or at == 0) and 3 < len(words) <= 60:
            letters = [c for c in words if c.isalpha()]
            # A Chinese sentence that begins with a tag has no small letters either.
            if len(letters) > 3 and words.isupper() and not HAN.search(words) and not words.endswith((".", ":")):
                result[at] = Sign(BlockKind.HEADING, 1)
    return result


def _broken_clauses(lines: Sequence[Line], signs: list[Sign]) -> list[Sign]:
    """A numbered line that reads like a title but goes on in the next one is the beginning of a clause."""
    result = list(signs)
    for at, (line, after) in enumerate(pairwise(lines)):
        sign = signs[at]
        if sign.kind is not BlockKind.HEADING or not sign.number or line.title or after.gap or signs[at + 1] != PLAIN:
            continue
        broken = line.title is not None and line.full and not after.title and HAN.match(after.text) is not None
        if after.text[:1].islower() or broken:
            kind = BlockKind.ITEM if sign.number.isdigit() else BlockKind.PARAGRAPH
            result[at] = Sign(kind, number=sign.number, rest=sign.rest)
    return result


def _goes_on(last: Block, before: Line, line: Line, sign: Sign, alone: bool) -> bool:
    if sign != PLAIN:
        return False
    if last.kind is BlockKind.HEADING:
        return before.title is not None and before.title > 0 and before.title == line.title and not line.gap
    if last.kind not in _JOINS or line.title:
        return False
    if alone:
        return True
    ended = before.text.rstrip().endswith(_ENDS)
    if not ended and line.text[:1].islower():
        return not line.gap
    if line.gap or not before.full or (ended and (line.jump or last.kind is BlockKind.CAPTION)):
        return False
    return last.kind is not BlockKind.PARAGRAPH or line.jump or line.indent < before.indent + 1.2


def _longer(spans: tuple[Span, ...], more: Span) -> tuple[Span, ...]:
    if spans[-1].page == more.page:
        return (*spans[:-1], replace(spans[-1], end=more.end))
    return (*spans, more)
