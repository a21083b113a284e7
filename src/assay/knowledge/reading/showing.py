"""The picture of a cited stretch, if the page can show it: fonts that a file does not bring may be absent here."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from assay.knowledge.document import Page, Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SCALE = 2.0  # pixels a point
_INK = 40  # of 255: between the darkest and the brightest point of a character that is there
_MOST_BLANK = 0.25
_EDGE = 0.1  # of a character's box on each side, where its neighbours may stand


def shown(data: bytes, media: str, page: Page, span: Span) -> bytes | None:
    """The span's box as PNG, cut from the page's picture; None where the page has no places, and where more than a
    quarter of the characters would be blank in it (a font that neither the file nor this machine has)."""
    from assay.knowledge.reading.ocr_picture import MARGIN, picture_of

    box = page.box(span)
    if box is None:
        return None
    picture = picture_of(data, media, span.page, box, _SCALE)
    # What was recognised in a picture is in it.
    if not page.scanned and _blank(picture, page, span, (box.left - MARGIN, box.top - MARGIN)) > _MOST_BLANK:
        return None
    return picture


def _blank(picture: bytes, page: Page, span: Span, corner: tuple[float, float]) -> float:
    """The share of a span's letters and digits in whose boxes there is no ink."""
    import numpy as np
    from PIL import Image

    assert page.boxes is not None
    grey = np.asarray(Image.open(io.BytesIO(picture)).convert("L"))
    boxes = page.boxes[span.start : span.end]
    letters = [one.isalnum() for one in page.slice(span)]
    places = boxes[np.array(letters, dtype=bool) & np.isfinite(boxes).all(axis=1)]
    left, top = max(0.0, corner[0]), max(0.0, corner[1])
    blank = [not _inked(grey, *((place - (left, top, left, top)) * _SCALE)) for place in places]
    return sum(blank) / max(1, len(blank))


def _inked(grey: NDArray[np.uint8], x0: float, y0: float, x1: float, y1: float) -> bool:
    dx, dy = (x1 - x0) * _EDGE, (y1 - y0) * _EDGE
    rows = slice(max(0, int(y0 + dy)), int(y1 - dy) + 1)
    part = grey[rows, max(0, int(x0 + dx)) : int(x1 - dx) + 1]
    return part.size > 0 and int(part.max()) - int(part.min()) > _INK
