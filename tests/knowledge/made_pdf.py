"""PDF files for the tests, made with reportlab: Chinese and English, tables, columns, scans, damaged ones."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from functools import cache
from importlib import resources
from itertools import groupby
from typing import Any

Draw = Callable[[Any], None]
WIDTH, HEIGHT = 595.0, 842.0


@cache
def han_font(characters: str, *, garbled: int = 0, family: str = "Han") -> str:
    """The kernel's Chinese font cut to these characters, registered with reportlab: the name it has there.

    reportlab reads TrueType outlines only, so the font's cubic curves are made quadratic. A ``garbled`` font has the
    characters from that code point on, in their order, as fonts of bad converters do.
    """
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont as Face

    source = resources.files("assay.kernel") / "fonts" / "NotoSansSC-GB2312.woff"
    font = TTFont(io.BytesIO(source.read_bytes()))
    cutter = subset.Subsetter(subset.Options(hinting=False, layout_features=[], notdef_outline=True))
    cutter.populate(text=characters)
    cutter.subset(font)
    _quadratic(font)
    if garbled:
        for table in font["cmap"].tables:
            table.cmap = {garbled + characters.index(chr(code)): glyph for code, glyph in table.cmap.items()}
    name = family + hashlib.sha256(f"{characters}{garbled}".encode()).hexdigest()[:12]
    for record in font["name"].names:  # reportlab keeps fonts of one name apart by nothing else
        record.string = name
    out = io.BytesIO()
    font.save(out)
    out.seek(0)
    pdfmetrics.registerFont(Face(name, out))
    return name


def _quadratic(font: Any) -> None:
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen
    from fontTools.ttLib import newTable

    names, outlines, glyphs = font.getGlyphOrder(), font.getGlyphSet(), {}
    for name in names:
        pen = TTGlyphPen(None)
        outlines[name].draw(Cu2QuPen(pen, 1.0, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphs, font["glyf"].glyphOrder = glyphs, names
    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    for field in "maxZones maxTwilightPoints maxStorage maxFunctionDefs maxInstructionDefs maxStackElements".split():
        setattr(maxp, field, 0)
    maxp.maxSizeOfInstructions = maxp.maxComponentElements = 0
    del font["CFF "]
    font.flavor, font.sfntVersion = None, "\x00\x01\x00\x00"


def _write(canvas: Any, words: str, x: float, y: float, size: float, every: str, *, bold: bool = False) -> None:
    """Words in two fonts, one for what Helvetica has, one for the rest of ``every`` word on the page."""
    for wide, run in groupby(words, lambda c: ord(c) > 255):
        part = "".join(run)
        plain = "Helvetica-Bold" if bold else "Helvetica"
        font = han_font("".join(sorted({c for c in every if ord(c) > 255}))) if wide else plain
        canvas.setFont(font, size)
        canvas.drawString(x, y, part)
        x += canvas.stringWidth(part, font, size)


def pdf(*pages: Draw, size: tuple[float, float] = (WIDTH, HEIGHT), title: str = "", **options: Any) -> bytes:
    """A PDF with a page for each function that draws on a canvas."""
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size, invariant=1, **options)
    if title:
        canvas.setTitle(title)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def lines(*texts: str | tuple[str, float, bool], left: float = 72, top: float = 90, size: float = 11) -> Draw:
    """A page of lines from the top; a tuple gives a line's own size and whether it is bold."""

    def draw(canvas: Any) -> None:
        y = top
        every = "".join(text if isinstance(text, str) else text[0] for text in texts)
        for text in texts:
            words, points, bold = text if isinstance(text, tuple) else (text, size, False)
            y += points * 1.4 if words else size * 1.4
            _write(canvas, words, left, HEIGHT - y, points, every, bold=bold)

    return draw


def garbled(words: str, *, left: float = 72, top: float = 100, first: int = 0xE000, family: str = "Han") -> Draw:
    """A page that shows words whose text layer says private characters."""
    characters = "".join(sorted(set(words)))

    def draw(canvas: Any) -> None:
        canvas.setFont(han_font(characters, garbled=first, family=family), 14)
        canvas.drawString(left, HEIGHT - top, "".join(chr(first + characters.index(c)) for c in words))

    return draw


def table(
    rows: Sequence[Sequence[str]],
    *,
    left: float = 72,
    top: float = 200,
    widths: Sequence[float] = (),
    merged: Sequence[tuple[int, int, int, int]] = (),
    rules: str = "all",
) -> Draw:
    """A table; ``merged`` are (row, column, rows, columns); ``rules`` is "all", "three" (above, below the head, below)
    or "none"."""

    def draw(canvas: Any) -> None:
        columns = widths or [100.0] * len(rows[0])
        xs = [left + sum(columns[:i]) for i in range(len(columns) + 1)]
        ys = [HEIGHT - top - 20 * i for i in range(len(rows) + 1)]
        hidden = {(r + i, c + j) for r, c, n, m in merged for i in range(n) for j in range(m)}
        every = "".join(words for row in rows for words in row)
        spans = {(r, c): (n, m) for r, c, n, m in merged}
        for r, row in enumerate(rows):
            for c, words in enumerate(row):
                if (r, c) in hidden and (r, c) not in spans:
                    continue
                high, wide = spans.get((r, c), (1, 1))
                if rules == "all":
                    canvas.rect(xs[c], ys[r + high], xs[c + wide] - xs[c], ys[r] - ys[r + high])
                _write(canvas, words, xs[c] + 4, ys[r] - 14, 10, every)
        if rules == "three":
            for y in (ys[0], ys[1], ys[-1]):
                canvas.line(xs[0], y, xs[-1], y)

    return draw


def both(*draws: Draw) -> Draw:
    """Several drawings on one page."""

    def draw(canvas: Any) -> None:
        for one in draws:
            one(canvas)

    return draw


def picture(data: bytes, page: int = 1, *, dots: int = 150, turn: float = 0) -> Any:
    """A page of a PDF as a Pillow picture, turned clockwise by ``turn`` degrees."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        made = document[page - 1].render(scale=dots / 72).to_pil().convert("RGB")
    finally:
        document.close()
    return made.rotate(-turn, expand=turn % 90 == 0, fillcolor="white", resample=3) if turn else made


def scanned(data: bytes, *, dots: int = 150, turn: float = 0) -> bytes:
    """The first page of a PDF as a scan: a PDF whose page is a picture and nothing else."""
    from reportlab.lib.utils import ImageReader

    made = picture(data, dots=dots, turn=turn)
    width, height = (made.width * 72 / dots, made.height * 72 / dots)
    return pdf(lambda canvas: canvas.drawImage(ImageReader(made), 0, 0, width, height), size=(width, height))


def locked(data_pages: Sequence[Draw], user: str, owner: str = "owner") -> bytes:
    """A PDF under a user password (an empty one opens for everybody)."""
    from reportlab.lib.pdfencrypt import StandardEncryption

    return pdf(*data_pages, encrypt=StandardEncryption(user, ownerPassword=owner))


def turned(data: bytes, degrees: int) -> bytes:
    """The PDF with its first page's /Rotate set."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    document[0].set_rotation(degrees)
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()
