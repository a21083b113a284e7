"""Words with their places on a page, as the PDF's text layer or the OCR gives them, and the rows they stand in."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Boxes = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """A stretch of text in one line without a wide gap.

    ``boxes`` has a row for each character, as they are to be stored, NaN for one without a place; ``middles`` are the
    characters' middles from the left and ``left`` to ``bottom`` is the place in the frame in
    which the text is upright (points from the top left). ``size`` is the font's size in points, ``score`` the OCR's
    confidence in each character (None for a text layer); ``slanted`` ones stand at an angle between quarters.
    """

    text: str
    boxes: Boxes
    middles: Boxes
    left: float
    top: float
    right: float
    bottom: float
    size: float = 0.0
    bold: bool = False
    score: tuple[float, ...] | None = None
    slanted: bool = False

    @property
    def height(self) -> float:
        """Its height in points."""
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """The height of its middle line."""
        return (self.top + self.bottom) / 2

    def cut(self, start: int, end: int) -> Words:
        """A part of it, without white space at its ends; its characters must not all be white space."""
        import numpy as np

        part = self.text[start:end]
        start += len(part) - len(part.lstrip())
        end = start + len(part.strip())
        middles = self.middles[start:end]
        low, high = float(np.nanmin(middles)), float(np.nanmax(middles))
        half = 0.5 * (self.right - self.left) / max(1, len(self.text))
        score = self.score[start:end] if self.score else None
        part, boxes = self.text[start:end], self.boxes[start:end]
        return Words(part, boxes, middles, low - half, self.top, high + half, self.bottom, self.size, self.bold, score)


Row = list[Words]


def rows_of(words: Iterable[Words]) -> list[Row]:
    """Rows from top to bottom, each from left to right: what overlaps by half its height stands in one row."""
    rows: list[Row] = []
    for one in sorted(words, key=lambda w: (w.middle, w.left)):
        last = rows[-1] if rows else None
        if last is not None and _beside(last, one):
            last.append(one)
        else:
            rows.append([one])
    for row in rows:
        row.sort(key=lambda w: w.left)
    return rows


def _beside(row: Row, one: Words) -> bool:
    top, bottom = max(w.top for w in row[-3:]), min(w.bottom for w in row[-3:])
    shared = min(bottom, one.bottom) - max(top, one.top)
    return shared >= 0.5 * min(one.height, bottom - top)


def joint(before: str, after: str) -> str:
    """What stands between two pieces of text that were apart: nothing between Chinese characters, else a space."""
    if not before or not after or before[-1].isspace() or after[0].isspace():
        return ""
    return "" if _wide(before[-1]) and _wide(after[0]) else " "


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def between(one: Words, following: Words) -> str:
    """What stands between two words of a row: a space, or nothing where there is no gap (another font begins)."""
    return " " if following.left - one.right > 0.1 * min(one.height, following.height) else ""


def row_text(row: Sequence[Words]) -> str:
    """The words of a row with a space at each gap."""
    return "".join(between(row[at - 1], words) + words.text if at else words.text for at, words in enumerate(row))


def around(row: Sequence[Words]) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of all words."""
    return (
        min(w.left for w in row),
        min(w.top for w in row),
        max(w.right for w in row),
        max(w.bottom for w in row),
    )
