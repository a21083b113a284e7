"""The ruling lines and pictures that a PDF page draws."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from typing import Any

from assay.knowledge.reading.pdf_chars import Frame, upright
from assay.knowledge.reading.tables_grid import Rule

_SHORT = 6.0  # points: what is shorter is no ruling line
_MOST = 20_000  # drawings with more strokes than this are no tables
Box4 = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]
_UNIT: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(slots=True)
class Drawn:
    """Lines along the axes as shown, the share of the page that pictures cover, and how many strokes there are;
    ``hidden`` says that a text is there which is not painted (the layer of a searchable scan)."""

    lines: list[Box4] = field(default_factory=list)
    pictures: float = 0.0
    strokes: int = 0
    hidden: bool = False

    def rules(self, turn: int, size: tuple[float, float]) -> tuple[list[Rule], list[Rule]]:
        """The lines across and down in the frame of text that is turned by ``turn`` quarters."""
        across, down = [], []
        for line in self.lines:
            x0, y0, x1, y1 = upright(*line, turn, size)
            if y1 - y0 <= 1.0:
                across.append(Rule((y0 + y1) / 2, x0, x1))
            else:
                down.append(Rule((x0 + x1) / 2, y0, y1))
        return across, down


def drawn_on(page: Any, frame: Frame) -> Drawn:
    """What a page draws besides its text; forms inside it included."""
    import pypdfium2.raw as raw

    drawn = Drawn()
    count = raw.FPDFPage_CountObjects(page.raw)
    _walk(raw, [raw.FPDFPage_GetObject(page.raw, at) for at in range(count)], _UNIT, frame, drawn, 0)
    return drawn


def _walk(raw: Any, objects: list[Any], outer: Matrix, frame: Frame, drawn: Drawn, depth: int) -> None:
    for one in objects:
        kind = raw.FPDFPageObj_GetType(one)
        if kind == raw.FPDF_PAGEOBJ_PATH:
            if drawn.strokes < _MOST:
                _path(raw, one, _times(_matrix(raw, one), outer), frame, drawn)
        elif kind == raw.FPDF_PAGEOBJ_IMAGE:
            width, height = frame.size
            x0, y0, x1, y1 = frame.place(*_corners(_times(_matrix(raw, one), outer)))
            seen = max(0.0, min(x1, width) - max(x0, 0)) * max(0.0, min(y1, height) - max(y0, 0))
            drawn.pictures += seen / (width * height)
        elif kind == raw.FPDF_PAGEOBJ_TEXT:
            drawn.hidden = drawn.hidden or raw.FPDFTextObj_GetTextRenderMode(one) == 3
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < 4:
            inner = [raw.FPDFFormObj_GetObject(one, at) for at in range(raw.FPDFFormObj_CountObjects(one))]
            _walk(raw, inner, _times(_matrix(raw, one), outer), frame, drawn, depth + 1)


def _matrix(raw: Any, one: Any) -> Matrix:
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(one, ctypes.byref(matrix))
    return (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)


def _times(m: Matrix, n: Matrix) -> Matrix:
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )


def _apply(m: Matrix, x: float, y: float) -> tuple[float, float]:
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]


def _corners(m: Matrix) -> tuple[float, float, float, float]:
    points = [_apply(m, x, y) for x, y in ((0, 0), (0, 1), (1, 0), (1, 1))]
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return min(xs), min(ys), max(xs), max(ys)


def _path(raw: Any, one: Any, matrix: Matrix, frame: Frame, drawn: Drawn) -> None:
    """The straight lines along the axes of a path (a thin filled rectangle is its two edges)."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(one, ctypes.byref(fill), ctypes.byref(stroke))
    if not fill.value and not stroke.value:
        return
    count = raw.FPDFPath_CountSegments(one)
    drawn.strokes += count
    if count > _MOST:
        return
    x, y = ctypes.c_float(), ctypes.c_float()
    start = last = (0.0, 0.0)
    for at in range(count):
        segment = raw.FPDFPath_GetPathSegment(one, at)
        raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        point = _apply(matrix, x.value, y.value)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = point
        elif kind == raw.FPDF_SEGMENT_LINETO:
            _line(frame, last, point, drawn)
        last = point
        if raw.FPDFPathSegment_GetClose(segment):
            _line(frame, last, start, drawn)
            last = start


def _line(frame: Frame, a: tuple[float, float], b: tuple[float, float], drawn: Drawn) -> None:
    x0, y0, x1, y1 = frame.place(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))
    if (y1 - y0 <= 1.0) != (x1 - x0 <= 1.0) and max(x1 - x0, y1 - y0) >= _SHORT:
        drawn.lines.append((x0, y0, x1, y1))
