"""A recognised picture as the draft of a page: words with places in points, tables by lines or alignment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assay.knowledge.reading.ocr import OcrLine, Recognised, recognise
from assay.knowledge.reading.structure_store import Draft
from assay.knowledge.reading.structure_words import Words
from assay.knowledge.reading.tables_grid import Rule

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]
    Boxes = NDArray[np.float32]


def draft_of(picture: Picture, scale: float, number: int, label: str = "") -> Draft:
    """Recognise an RGB picture; ``scale`` is its pixels a point. Places are those in the picture as it is."""
    from assay.knowledge.reading.pdf_page import placed

    seen = recognise(picture)
    turns = seen.turns
    height, width = picture.shape[0] / scale, picture.shape[1] / scale
    words = [_words(line, scale, seen, (width, height)) for line in seen.lines]
    across, down = _rules(seen.picture, scale)
    upright = width if turns % 2 else height
    return Draft(number, width, height, placed(words, across, down), True, label, upright)


def _words(line: OcrLine, scale: float, seen: Recognised, size: tuple[float, float]) -> Words:
    import numpy as np

    text = " ".join(line.text.split())
    edges = np.array(_collapsed(line), dtype=np.float32) / scale
    top, bottom = line.top / scale, line.bottom / scale
    rows = np.empty((len(text), 4), dtype=np.float32)
    rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 3] = edges[:, 0], top, edges[:, 1], bottom
    scores = _kept(line)
    middles = edges.mean(axis=1, dtype=np.float32)
    left, right = float(edges[0, 0]), float(edges[-1, 1])
    return Words(
        text, _as_shown(_askew(rows, seen, scale), seen.turns, size), middles, left, top, right, bottom, score=scores
    )


def _kept_places(line: OcrLine) -> list[int]:
    """The places of the characters that stay when white space is made single."""
    keep, last = [], True
    for at, c in enumerate(line.text):
        if not c.isspace() or not last:
            keep.append(at)
        last = c.isspace()
    return keep[:-1] if keep and line.text[keep[-1]].isspace() else keep


def _collapsed(line: OcrLine) -> list[tuple[float, float]]:
    return [line.edges[at] for at in _kept_places(line)]


def _kept(line: OcrLine) -> tuple[float, ...]:
    return tuple(line.scores[at] for at in _kept_places(line))


def _askew(rows: Boxes, seen: Recognised, scale: float) -> Boxes:
    """Boxes in the straightened picture moved to where their middles were before."""
    import numpy as np

    if not seen.skew:
        return rows
    angle = np.radians(seen.skew)
    middle_x, middle_y = seen.picture.shape[1] / scale / 2, seen.picture.shape[0] / scale / 2
    x, y = (rows[:, 0] + rows[:, 2]) / 2 - middle_x, (rows[:, 1] + rows[:, 3]) / 2 - middle_y
    moved_x = x * np.cos(angle) - y * np.sin(angle) - x
    moved_y = x * np.sin(angle) + y * np.cos(angle) - y
    moved = np.stack([moved_x, moved_y, moved_x, moved_y], axis=1)
    return np.asarray(rows + moved, dtype=np.float32)


def _as_shown(rows: Boxes, turns: int, size: tuple[float, float]) -> Boxes:
    """Boxes in the upright picture as boxes in the picture as it is (turned ``turns`` quarters clockwise)."""
    import numpy as np

    x0, y0, x1, y1 = rows.T
    width, height = size
    match turns:
        case 1:
            made = (width - y1, x0, width - y0, x1)
        case 2:
            made = (width - x1, height - y1, width - x0, height - y0)
        case 3:
            made = (y0, height - x1, y1, height - x0)
        case _:
            return rows
    return np.stack(made, axis=1).astype(np.float32)


def _rules(picture: Picture, scale: float) -> tuple[Sequence[Rule], Sequence[Rule]]:
    """The ruling lines of a picture: long dark runs along the axes (morphological opening)."""
    import cv2
    import numpy as np

    grey = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY)
    dark = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 12)
    length = max(20, int(28 * scale))
    found: list[list[Rule]] = []
    for axis in (0, 1):
        kernel = np.ones((1, length) if axis == 0 else (length, 1), np.uint8)
        thick = cv2.dilate(dark, np.ones((3, 1) if axis == 0 else (1, 3), np.uint8))  # a slope is made of steps
        opened = cv2.morphologyEx(thick, cv2.MORPH_OPEN, kernel)
        opened = cv2.dilate(opened, np.ones((3, 3), np.uint8))
        _, _, stats, _ = cv2.connectedComponentsWithStats(opened)
        found.append([_rule(one, axis, scale) for one in stats[1:] if min(one[2], one[3]) <= 6 * scale])
    return found[0], found[1]


def _rule(stats: Sequence[int], axis: int, scale: float) -> Rule:
    x, y, width, height = (float(one) / scale for one in stats[:4])
    return Rule(y + height / 2, x, x + width) if axis == 0 else Rule(x + width / 2, y, y + height)
