"""Ink that looks like lines of text, found without a model: the detector passes over lines that stand alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels

_MOST = 80  # places looked at: a page with more is a drawing
_SMALLEST, _LARGEST = 8, 120  # pixels of height


def ink_lines(picture: Picture, taken: Sequence[Box] = (), *, height: float = 0.0) -> list[Box]:
    """The places of dark runs of the size of text lines in an RGB picture outside the boxes ``taken``, top down.

    ``height`` is the usual height of a line in pixels, where it is known. Long straight lines are no text.
    """
    import cv2
    import numpy as np

    dark = _dark(picture)
    for left, top, right, bottom in taken:
        room = (bottom - top) // 4
        dark[max(0, top - room) : bottom + room, max(0, left - 2 * room) : right + 2 * room] = 0
    high = height or _letter_height(dark)
    if not high:
        return []
    joined = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((1, max(3, int(1.4 * high))), np.uint8))
    joined = cv2.morphologyEx(joined, cv2.MORPH_CLOSE, np.ones((max(2, int(0.3 * high)), 1), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    found = []
    for x, y, wide, tall, _ in stats[1:].tolist():
        ink = np.count_nonzero(dark[y : y + tall, x : x + wide]) / (wide * tall)
        fits = max(_SMALLEST, 0.5 * high) <= tall <= min(_LARGEST, 2.2 * high)
        if fits and wide >= 0.5 * tall and 0.06 <= ink <= 0.75:
            room = max(3, tall // 4)
            edges = max(0, x - room), max(0, y - room), min(dark.shape[1], x + wide + room)
            found.append((*edges, min(dark.shape[0], y + tall + room)))
    return sorted(found, key=lambda box: (box[1], box[0])) if len(found) <= _MOST else []


def _dark(picture: Picture) -> Picture:
    """Where there is ink, without long straight lines."""
    import cv2
    import numpy as np

    grey = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY)
    grey = cv2.medianBlur(grey, 3)
    dark = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 41, 20)
    length = max(60, picture.shape[1] // 16)
    for shape in ((1, length), (length, 1)):
        rules = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones(shape, np.uint8))
        dark[cv2.dilate(rules, np.ones((3, 3), np.uint8)) > 0] = 0
    return np.asarray(dark, dtype=np.uint8)


def _letter_height(dark: Picture) -> float:
    """The usual height of what hangs together: a letter's."""
    import cv2
    import numpy as np

    _, _, stats, _ = cv2.connectedComponentsWithStats(dark)
    heights = stats[1:, 3]
    heights = heights[(heights >= _SMALLEST) & (heights <= _LARGEST)]
    return float(np.percentile(heights, 75)) if len(heights) else 0.0
