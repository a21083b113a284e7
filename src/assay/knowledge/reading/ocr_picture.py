"""Pictures: files opened, pages of a PDF rendered, and the part of a page that a citation shows."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from assay.kernel.errors import InputError
from assay.knowledge.document import Box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

_DOTS = 200 / 72  # pixels a point for recognition
_MOST_PIXELS = 80_000_000  # of a picture file; an A0 drawing at 200 dpi has 62 million
_RENDERED_PIXELS = 12_000_000  # of a page rendered for recognition
MARGIN = 4.0  # points around a cited box


def pictures_in(data: bytes, name: str) -> Iterator[tuple[Picture, float, str]]:
    """Each picture of a file in RGB as it is to be seen (its orientation applied), its pixels a point, and its media.

    Raises InputError for a broken picture and for one with more pixels than a page can have.
    """
    import numpy as np
    from PIL import Image, ImageOps, ImageSequence

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data)) as file:
                media = str(file.format)
                for frame in ImageSequence.Iterator(file):
                    if frame.width * frame.height > _MOST_PIXELS:
                        raise InputError("reading.picture_too_large", name=name, pixels=frame.width * frame.height)
                    made = ImageOps.exif_transpose(frame)
                    yield np.asarray(_on_white(made)), _scale(frame), media
                    if media not in ("TIFF", "MPO"):
                        return
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InputError("reading.broken", name=name) from error


def _on_white(picture: Any) -> Any:
    from PIL import Image

    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        ground = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(ground, picture).convert("RGB")
    if picture.mode.startswith("I;16"):
        picture = picture.point(lambda value: value / 256).convert("L")
    return picture.convert("RGB")


def _scale(picture: Any) -> float:
    """Pixels a point: by the file's own resolution where it is that of a scan, else as an A4 page's width."""
    dots = picture.info.get("dpi", (0, 0))[0]
    if 90 <= dots <= 1300:
        return float(dots) / 72
    return max(picture.width, 1) / 595.0 if picture.width > 600 else 1.0


def rendered(page: Any) -> tuple[Picture, float]:
    """A pypdfium2 page as an RGB picture for recognition, and its pixels a point."""
    import numpy as np

    width, height = page.get_size()
    scale = min(_DOTS, (_RENDERED_PIXELS / max(1.0, width * height)) ** 0.5)
    picture = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False).to_numpy()
    return np.ascontiguousarray(_three(picture)), scale


def _three(picture: Any) -> Any:
    import numpy as np

    if picture.ndim == 2 or picture.shape[2] == 1:
        return np.repeat(picture.reshape(*picture.shape[:2], 1), 3, axis=2)
    return picture[:, :, :3]


def picture_of(data: bytes, media: str, page: int, box: Box | None = None, scale: float = 2.0) -> bytes:
    """A page of a PDF or picture file as PNG, or the part of it around ``box``; ``scale`` is pixels a point.

    ``media`` is the document's own ("PDF" for a PDF), ``page`` counts from 1. Raises InputError for a page that is not
    there.
    """
    from PIL import Image

    if media == "PDF":
        array, had = _page_picture(data, page, scale)
    else:
        array, had = next(
            ((one, own) for at, (one, own, _) in enumerate(pictures_in(data, ""), 1) if at == page), (None, 0.0)
        )
    if array is None:
        raise InputError("reading.no_page", page=page)
    picture = Image.fromarray(array)
    if box is not None:
        edges = (box.left - MARGIN, box.top - MARGIN, box.right + MARGIN, box.bottom + MARGIN)
        x0, y0, x1, y1 = (round(edge * had) for edge in edges)
        picture = picture.crop((max(0, x0), max(0, y0), min(picture.width, x1), min(picture.height, y1)))
    if abs(had / scale - 1) > 0.01:
        picture = picture.resize(
            (max(1, round(picture.width * scale / had)), max(1, round(picture.height * scale / had)))
        )
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _page_picture(data: bytes, page: int, scale: float) -> tuple[Any, float]:
    from assay.knowledge.reading.pdf_open import opened

    with opened(data, "") as document:
        if not 1 <= page <= len(document):
            return None, 0.0
        one = document[page - 1]
        width, height = one.get_size()
        scale = min(scale, (_RENDERED_PIXELS / max(1.0, width * height)) ** 0.5)
        return _three(one.render(scale=scale, rev_byteorder=True, prefer_bgrx=False).to_numpy()).copy(), scale
