"""Scanned pages and pictures."""

from __future__ import annotations

import io
import logging
import math
import socket
import struct
import zlib
from typing import Any

import pytest
from PIL import Image
from tests.knowledge import made_pdf as made

from assay.kernel.errors import InputError
from assay.knowledge.document import Box, ReadDocument, Span
from assay.knowledge.reading.ocr_picture import picture_of
from assay.knowledge.reading.pdf import read_pdf, read_picture

LINES = (
    "轴承温度不得超过85℃，温升不得超过40℃。",
    "冷却水压力为0.25～0.4 MPa，流量不小于12 m³/h。",
    "油箱加热温度控制在60±5℃。",
    "The discharge temperature must not exceed 110 °C.",
    "Bearing clearance: 0.12 ± 0.03 mm.",
)
PAGE = made.pdf(
    made.both(
        made.lines("5.1 运行", *LINES),
        made.table([["工况", "压力", "温度"], ["", "MPa", "℃"], ["启动", "0.2", "30"], ["运行", "0.4", "80"]], top=350),
    )
)


def saved(picture: Any, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def plain(text: str) -> str:
    return "".join(text.split())


def check_page(document: ReadDocument, *, at_least: float = 0.98) -> None:
    """The words of PAGE are there, but for a few characters, and its table is a table."""
    page = document.pages[0]
    assert page.scanned
    missed = sum(plain(line) not in plain(page.text) for line in LINES)
    assert missed <= round((1 - at_least) * 50)
    (table,) = [block.table for block in document.blocks if block.table]
    assert (table.header_rows, table.unit_row, table.conditions) == (2, 1, (0,))
    assert [cell.text for cell in table.cells if cell.row == 3] == ["运行", "0.4", "80"]
    assert page.boxes is not None
    assert len(page.boxes) == len(page.text)


@pytest.mark.long
def test_a_scanned_page_in_two_languages(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    document = read_pdf(made.scanned(PAGE, dots=200), "scan.pdf")
    check_page(document)
    assert capfd.readouterr() == ("", "")
    assert not [one for one in logging.getLogger("RapidOCR").handlers if isinstance(one, logging.FileHandler)]
    assert document.doubts == ()
    page, text = document.pages[0], read_pdf(PAGE, "text.pdf").pages[0]
    for word in ("85", "MPa", "110"):
        seen = page.box(Span(1, page.text.index(word), page.text.index(word) + len(word)))
        true = text.box(Span(1, text.text.index(word), text.text.index(word) + len(word)))
        assert seen is not None
        assert true is not None
        assert (seen.left, seen.right) == pytest.approx((true.left, true.right), abs=6)
        assert (seen.top + seen.bottom) / 2 == pytest.approx((true.top + true.bottom) / 2, abs=3)


@pytest.mark.long
@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_scan_that_lies_on_its_side(turn: int) -> None:
    document = read_pdf(made.scanned(PAGE, dots=150, turn=turn), "scan.pdf")
    check_page(document)
    page = document.pages[0]
    at = page.text.index("110")
    box = page.box(Span(1, at, at + 3))
    straight = read_pdf(PAGE, "text.pdf").pages[0]
    true = straight.box(Span(1, straight.text.index("110"), straight.text.index("110") + 3))
    assert box is not None
    assert true is not None
    expected = {
        90: (made.HEIGHT - true.bottom, true.left),
        180: (made.WIDTH - true.right, made.HEIGHT - true.bottom),
        270: (true.top, made.WIDTH - true.right),
    }[turn]
    assert (box.left, box.top) == pytest.approx(expected, abs=7)


@pytest.mark.long
@pytest.mark.parametrize("degrees", [-3.0, 2.0])
def test_a_scan_that_lies_askew(degrees: float) -> None:
    document = read_pdf(made.scanned(PAGE, dots=170, turn=degrees), "scan.pdf")
    check_page(document)
    page, straight = document.pages[0], read_pdf(PAGE, "text.pdf").pages[0]
    box = page.box(Span(1, page.text.index("110"), page.text.index("110") + 3))
    true = straight.box(Span(1, straight.text.index("110"), straight.text.index("110") + 3))
    assert box is not None
    assert true is not None
    x, y = (true.left + true.right) / 2 - made.WIDTH / 2, (true.top + true.bottom) / 2 - made.HEIGHT / 2
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    expected = x * cosine - y * sine + made.WIDTH / 2, x * sine + y * cosine + made.HEIGHT / 2
    assert ((box.left + box.right) / 2, (box.top + box.bottom) / 2) == pytest.approx(expected, abs=5)


@pytest.mark.long
def test_signs_that_the_scan_lost_are_doubts() -> None:
    lost = made.pdf(
        made.lines("轴承温度不得超过85，超过后停机。", "油箱加热温度控制在60 5℃。", "压力不得超过0.6 MPa。")
    )
    document = read_pdf(made.scanned(lost, dots=200), "scan.pdf")
    found = [(document.slice(doubt.span), doubt.reason) for doubt in document.doubts]
    assert found == [("85", "reading.doubt_no_unit"), ("60 5", "reading.doubt_lost_sign")]


@pytest.mark.long
def test_a_garbled_text_layer_is_read_from_its_picture() -> None:
    words = "轴承温度不得超过规定的数值"
    document = read_pdf(made.pdf(made.garbled(words)), "garbled.pdf")
    assert document.pages[0].text == words
    assert document.pages[0].scanned
    assert "damaged" in document.notes[0]["en"]


@pytest.mark.long
@pytest.mark.parametrize("turn", [0, 90, 180])
def test_lines_that_stand_alone_in_white_are_not_passed_over(turn: int) -> None:
    page = made.pdf(made.lines("压力0.6 MPa时报警", *[""] * 20, "Open V-102"))
    document = read_pdf(made.scanned(page, dots=150, turn=turn), "scan.pdf")
    assert [plain(line) for line in document.pages[0].text.splitlines()] == ["压力0.6MPa时报警", "OpenV-102"]


@pytest.mark.long
def test_a_picture_file_of_two_pages() -> None:
    one, other = made.picture(PAGE), made.picture(made.pdf(made.lines("Second page of the scan")))
    data = saved(one, "TIFF", save_all=True, append_images=[other], dpi=(150, 150))
    document = read_picture(data, "scan.tiff")
    check_page(document)
    assert document.pages[1].text == "Second page of the scan"
    assert document.media == "TIFF"
    assert document.pages[0].width == pytest.approx(made.WIDTH, abs=1)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "WEBP"])
def test_pictures_are_opened_and_named_when_nothing_is_recognised(kind: str) -> None:
    document = read_picture(saved(Image.new("RGB", (300, 200), "white"), kind), f"a.{kind}", ocr=False)
    assert document.media == kind
    assert (document.pages[0].text, document.pages[0].scanned) == ("", True)
    assert "not recognised" in document.notes[0]["en"]


def test_a_transparent_picture_is_seen_on_white() -> None:
    picture = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    shown = Image.open(io.BytesIO(picture_of(saved(picture, "PNG"), "PNG", 1)))
    assert shown.convert("RGB").getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    "data",
    [
        saved(Image.new("RGB", (300, 200), "white"), "PNG")[:60],
        b"\x89PNG\r\n\x1a\n",
        b"II*\0" + b"\xff" * 50,
        b"BM" + b"\0" * 60,
    ],
    ids=["cut off", "only a mark", "broken directory", "no size"],
)
def test_a_broken_picture_is_one_sentence(data: bytes) -> None:
    with pytest.raises(InputError) as raised:
        read_picture(data, "broken.png", ocr=False)
    assert raised.value.key == "reading.broken"


def test_a_picture_with_too_many_pixels_is_not_unpacked() -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 12_000, 12_000, 8, 0, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    with pytest.raises(InputError) as raised:
        read_picture(bomb, "bomb.png", ocr=False)
    assert raised.value.key == "reading.picture_too_large"


def test_the_hidden_text_of_a_searchable_scan_counts_as_recognised() -> None:
    from reportlab.lib.utils import ImageReader

    words = "Bearing temperature must not exceed 85 in summer."

    def draw(canvas: Any) -> None:
        canvas.drawImage(ImageReader(made.picture(PAGE, dots=40)), 0, 0, made.WIDTH, made.HEIGHT)
        text = canvas.beginText(72, 700)
        text.setTextRenderMode(3)
        text.setFont("Helvetica", 12)
        text.textOut(words)
        canvas.drawText(text)

    document = read_pdf(made.pdf(draw), "searchable.pdf")
    assert document.pages[0].text == words
    assert document.pages[0].scanned
    assert [document.slice(doubt.span) for doubt in document.doubts] == ["85"]


def test_the_picture_of_a_cited_box() -> None:
    document = read_pdf(PAGE, "text.pdf")
    page = document.pages[0]
    at = page.text.index("110")
    box = page.box(Span(1, at, at + 3))
    shown = Image.open(io.BytesIO(picture_of(PAGE, document.media, 1, box, scale=3.0)))
    assert box is not None
    assert shown.size == pytest.approx(((box.right - box.left + 8) * 3, (box.bottom - box.top + 8) * 3), abs=2)
    assert shown.convert("L").getextrema()[0] < 100  # there is ink in it
    whole = Image.open(io.BytesIO(picture_of(PAGE, document.media, 1)))
    assert whole.size == pytest.approx((made.WIDTH * 2, made.HEIGHT * 2), abs=2)


def test_a_page_that_is_not_there_has_no_picture() -> None:
    with pytest.raises(InputError) as raised:
        picture_of(PAGE, "PDF", 7, Box(7, 0, 0, 10, 10))
    assert raised.value.key == "reading.no_page"
