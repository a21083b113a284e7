"""Which rows are printed as titles, and how deep: larger or bolder than the running text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from assay.knowledge.document import BlockKind
from assay.knowledge.reading.structure import sign_of
from assay.knowledge.reading.structure_layout import Placed
from assay.knowledge.reading.structure_words import row_text

_LARGER = 1.12
_LONGEST = 110
_DEEPEST = 6


def title_levels(rows: Sequence[Placed]) -> list[int | None]:
    """For each row the depth as a title from 1, 0 for running text; None for all where nothing tells titles apart."""
    sizes: Counter[float] = Counter()
    bold: Counter[bool] = Counter()
    for row in rows:
        for words in row.row:
            sizes[round(words.size * 2) / 2] += len(words.text)
            bold[words.bold] += len(words.text)
    body = max(sizes.items(), key=lambda one: (one[1], -one[0]))[0] if sizes else 0.0
    if not body:
        return [None] * len(rows)
    styles = [_style(row, body, bold_body=bold[True] > bold[False]) for row in rows]
    known = sorted({one for one in styles if one is not None}, reverse=True)
    if not known:
        return [None] * len(rows)
    level = {style: min(at + 1, _DEEPEST) for at, style in enumerate(known)}
    return [level[one] if one is not None else 0 for one in styles]


def _style(row: Placed, body: float, *, bold_body: bool) -> float | None:
    """The size that makes a row a title (the body's own for bold ones), or None."""
    text = row_text(row.row)
    if not row.row or len(text) > _LONGEST or text.rstrip().endswith(("。", ".", "；", ";", "，", ",", "：", ":")):
        return None
    if not any(c.isalpha() for c in text) or sign_of(text).kind in {
        BlockKind.CAPTION,
        BlockKind.WARNING,
        BlockKind.NOTE,
    }:
        return None
    size = min(words.size for words in row.row)
    if size >= _LARGER * body:
        return round(size)
    if not bold_body and size >= 0.95 * body and all(words.bold for words in row.row):
        return round(body)
    return None
