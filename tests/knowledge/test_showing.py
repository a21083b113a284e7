"""The picture of a citation shows the quote, or there is none."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from tests.knowledge import made_pdf as made

from assay.knowledge.document import Span
from assay.knowledge.reading import read_bytes
from assay.knowledge.reading.showing import shown


def not_embedded() -> bytes:
    """A page in a Chinese font that the file does not bring."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.setFont("STSong-Light", 14)
    canvas.drawString(60, 700, "轴承温度不得超过 75 ℃")
    canvas.setFont("Helvetica", 14)
    canvas.drawString(60, 600, "Never run the pump dry 75")
    canvas.save()
    return out.getvalue()


def picture(data: bytes, words: str) -> bytes | None:
    document = read_bytes(data, "a.pdf", ocr=False)
    (page,) = document.pages
    at = page.text.index(words)
    return shown(data, document.media, page, Span(1, at, at + len(words)))


def test_a_quote_that_this_machine_cannot_draw_has_no_picture() -> None:
    data = not_embedded()
    assert picture(data, "Never run the pump dry 75") is not None
    if picture(data, "轴承温度不得超过") is not None:
        pytest.skip("this machine has a Chinese font")
    assert picture(data, "轴承温度不得超过 75") is None, "the digits alone are not the quote"


def test_letters_of_a_font_that_stands_in_leave_the_spaces_whole() -> None:
    (page,) = read_bytes(not_embedded(), "a.pdf", ocr=False).pages
    assert page.text.startswith("轴承温度不得超过 75 ℃")


def test_a_quote_in_a_font_of_the_file_has_one() -> None:
    data = made.pdf(made.lines("轴承温度不得超过 75", "一一一 1 l i", ("Title I", 30, True)))
    for words in ("轴承温度不得超过 75", "一一一 1 l i", "Title I", "温"):
        found = picture(data, words)
        assert found is not None
        assert Image.open(io.BytesIO(found)).convert("L").getextrema()[0] < 100


def test_an_invisible_quote_has_none() -> None:
    def white(canvas: object) -> None:
        canvas.setFillColorRGB(1, 1, 1)  # type: ignore[attr-defined]
        canvas.drawString(60, 700, "nothing to see")  # type: ignore[attr-defined]

    assert picture(made.pdf(white), "nothing to see") is None
