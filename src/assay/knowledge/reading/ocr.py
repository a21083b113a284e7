"""Text recognition in pictures by RapidOCR (PP-OCR models, Apache-2.0) on onnxruntime.

The models come in RapidOCR's wheel; nothing is fetched, logged or written. One engine is kept in the process, with few
threads and one user at a time.
"""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from assay.kernel.errors import MissingDependency
from assay.knowledge.reading.ocr_ink import ink_lines

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

_ENGINE = threading.Lock()
_LONGEST = 2600  # pixels of a side that the detector sees; more is scaled down
_LOOK_SIDE = 1100  # pixels of the longer side when only the way up is looked for
_SKEW = (0.4, 15.0)  # degrees: a page that lies less askew is taken as it is; more is no skew
_SURE = 0.8  # confidence from which a line counts that the detector did not see
_LOOKED_AT = 12  # lines that tell which way up a page is


@dataclass(frozen=True, slots=True)
class OcrLine:
    """A recognised line in pixels: its characters with left and right edge and confidence, its top and bottom."""

    text: str
    edges: tuple[tuple[float, float], ...]
    scores: tuple[float, ...]
    top: float
    bottom: float
    score: float


@dataclass(frozen=True, slots=True)
class Recognised:
    """Lines with their places in ``picture``, which is the given one made upright.

    It was turned counter-clockwise by ``turns`` quarters, then by ``skew`` degrees around its middle.
    """

    lines: list[OcrLine]
    picture: Picture
    turns: int
    skew: float


def recognise(picture: Picture) -> Recognised:
    """The lines in an RGB picture, whichever way up it lies and if it lies a little askew."""
    import numpy as np

    with _ENGINE, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library's own, about its models' operators
        engine = _engine()
        turns, skew = _lies(engine, picture)
        upright = _straight(np.ascontiguousarray(np.rot90(picture, turns)[:, :, ::-1]), skew)
        lines = _seen(engine(upright, use_cls=False, return_word_box=True, return_single_char_box=True))
        lines += _passed_over(engine, upright, lines)
    return Recognised(lines, upright[:, :, ::-1], turns, skew)


def _straight(picture: Picture, skew: float) -> Picture:
    import cv2
    import numpy as np

    if not skew:
        return picture
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), skew, 1.0)
    white = (255, 255, 255)
    made = cv2.warpAffine(picture, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=white)
    return np.asarray(made, dtype=np.uint8)


def _seen(found: Any) -> list[OcrLine]:
    if not getattr(found, "txts", None):
        return []
    words = found.word_results or [()] * len(found.txts)
    every = zip(found.txts, found.boxes, found.scores, words, strict=False)
    lines = [_line(text, box, float(score), word) for text, box, score, word in every]
    return [line for line in lines if line.text.strip()]


def _passed_over(engine: Any, upright: Picture, lines: Sequence[OcrLine]) -> list[OcrLine]:
    """Lines that the detector passed over: it looks at a page as a whole and misses what stands alone in white."""
    import numpy as np

    taken = [(round(one.edges[0][0]), round(one.top), round(one.edges[-1][1]), round(one.bottom)) for one in lines]
    height = float(np.median([one.bottom - one.top for one in lines])) * 0.7 if lines else 0.0
    boxes = ink_lines(upright, taken, height=height)
    if not boxes:
        return []
    read = engine.recognize_txt([np.ascontiguousarray(upright[y0:y1, x0:x1]) for x0, y0, x1, y1 in boxes])
    found = []
    for (x0, y0, x1, y1), text, score in zip(boxes, read.txts, read.scores, strict=True):
        if score >= _SURE and any(c.isalnum() for c in text):
            room = (y1 - y0) // 6
            corners = np.array([(x0 + room, y0), (x1 - room, y0), (x1 - room, y1), (x0 + room, y1)], dtype=float)
            found.append(_line(text, corners, float(score), ()))
    return found


@cache
def _engine() -> Any:
    try:
        from rapidocr import RapidOCR
    except ImportError as error:
        raise MissingDependency("reading.no_rapidocr") from error
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    threads = int(wanted) if wanted.isdigit() and int(wanted) else min(4, os.cpu_count() or 1)
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.max_side_len": _LONGEST,
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _lies(engine: Any, picture: Picture) -> tuple[int, float]:
    """How many quarters counter-clockwise, and then how many degrees, make the picture upright.

    By the shape and slope of its lines and the classifier that tells a line from one upside down.
    """
    import cv2
    import numpy as np

    part = min(1.0, _LOOK_SIDE / max(picture.shape[:2]))
    size = max(32, round(picture.shape[1] * part)), max(32, round(picture.shape[0] * part))
    small = cv2.resize(np.ascontiguousarray(picture[:, :, ::-1]), size, interpolation=cv2.INTER_AREA)
    boxes = _boxes(engine, small)
    sides = [_sides(box) for box in boxes]
    tall = sum(height > 1.5 * width for width, height in sides)
    wide = sum(width > 1.5 * height for width, height in sides)
    quarter = 1 if tall > wide else 0
    if quarter:
        small = np.ascontiguousarray(np.rot90(small))
        boxes = _boxes(engine, small)
    longest = sorted(boxes, key=lambda box: -_sides(box)[0])[:_LOOKED_AT]
    if not longest:
        return 0, 0.0
    crops = engine.crop_text_regions(small, np.array(longest))
    labels = engine._load_cls_model()(crops).cls_res
    upside_down = sum(score if "180" in label else -score for label, score in labels)
    slopes = [
        np.degrees(np.arctan2(box[1][1] - box[0][1], box[1][0] - box[0][0]))
        for box in longest
        if 2 * _sides(box)[0] >= _sides(longest[0])[0]
    ]
    skew = float(np.median(slopes))
    skew = round(skew, 2) if _SKEW[0] <= abs(skew) <= _SKEW[1] else 0.0
    return quarter + (2 if upside_down > 0 else 0), skew


def _boxes(engine: Any, picture: Any) -> list[Any]:
    """The corners of lines: the detector's, or those of the ink where it sees hardly any."""
    import numpy as np

    found = engine._load_det_model()(picture)
    boxes = [] if found.boxes is None else list(found.boxes)
    if len(boxes) >= 3:
        return boxes
    ink = ink_lines(picture)
    return [np.array([(a, b), (c, b), (c, d), (a, d)], dtype=np.float32) for a, b, c, d in ink] or boxes


def _sides(box: Any) -> tuple[float, float]:
    return float(box[:, 0].max() - box[:, 0].min()), float(box[:, 1].max() - box[:, 1].min())


def _line(text: str, box: Any, score: float, words: Any) -> OcrLine:
    """A line with a place for each character: the recogniser's where it tells them all, else by their widths."""
    left, right = float(box[:, 0].min()), float(box[:, 0].max())
    top, bottom = float(box[:, 1].min()), float(box[:, 1].max())
    seen = [c for c in text if not c.isspace()]
    if words and [one[0] for one in words] == seen:
        places = iter([(float(min(p[0] for p in w[2])), float(max(p[0] for p in w[2])), float(w[1])) for w in words])
        edges, scores, last = [], [], left
        for c in text:
            x0, x1, sure = (last, last, 1.0) if c.isspace() else next(places)
            edges.append((x0, x1))
            scores.append(sure)
            last = x1
        return OcrLine(text, tuple(edges), tuple(scores), top, bottom, score)
    widths = [1.0 if ord(c) > 0x2E80 else 0.55 for c in text]
    unit, x, edges = (right - left) / sum(widths), left, []
    for width in widths:
        edges.append((x, x + width * unit))
        x += width * unit
    return OcrLine(text, tuple(edges), (score,) * len(text), top, bottom, score)
