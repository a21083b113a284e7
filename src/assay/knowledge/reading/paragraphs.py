"""Lines of running text as blocks: what each line is by its words, and which lines belong together."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assay.knowledge.document import Span
from assay.knowledge.reading import structure_flow
from assay.knowledge.reading.lines import Line, merged
from assay.knowledge.reading.pieces import Piece

#: What a line is shows in its front; a file may be a single line.
_FRONT = 400
#: Marks of emphasis around the words that tell what a paragraph is: "**Warning:** ...".
_EMPHASIS = re.compile(r"(?:\*\*\*|\*\*|__|(?<!\*)\*(?!\s)|(?<!\w)_(?=\w))")


def pieces_of(lines: Sequence[Line], text: str) -> list[Piece]:
    """The blocks of the lines, in order; a blank line between two of them is room between paragraphs."""
    flowing, gap = [], True
    for line in lines:
        if line.blank:
            gap = True
            continue
        flowing.append(structure_flow.Line(Span(1, line.start, line.end), words(line.text), gap))
        gap = False
    made, at = [], 0
    for block in structure_flow.flow(flowing):
        (span,) = block.spans
        first = at
        while at < len(lines) and lines[at].start < span.end:
            at += 1
        made.append(Piece(block.kind, merged(lines[first:at], text), block.level, block.number))
    return made


def words(line: str) -> str:
    """The front of a line without marks of emphasis; a line cut off ends like a sentence, so that it is no title."""
    plain = _EMPHASIS.sub("", line[:_FRONT])
    return plain + "。" if len(line) > _FRONT else plain
