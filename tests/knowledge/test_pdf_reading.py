"""PDF files as documents: places, structure, tables, damaged files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.knowledge import made_pdf as made

from assay.kernel.errors import InputError
from assay.knowledge.document import Block, BlockKind, ReadDocument, Span
from assay.knowledge.reading.pdf import read_pdf
from assay.knowledge.reading.pdf_quality import poor

MANUAL = made.pdf(
    made.both(
        made.lines(
            ("离心泵维护手册", 20, False),
            "",
            ("1 概述", 14, True),
            "本手册适用于P-101型离心泵，规定了启动、运行和停机的操作要求，操作人员应在上岗",
            "前完成培训。",
            "警告：未停机不得拆卸护罩。",
            "（1）关闭出口阀",
            "（2）打开入口阀",
            "",
            "表 1 运行参数",
        ),
        made.table(
            [["工况", "压力", "温度"], ["", "MPa", "℃"], ["启动", "0.2", "30"], ["运行", "0.4~0.6", "80"]], top=350
        ),
        made.lines("图 2 泵的剖面", top=480),
    )
)


def read(data: bytes) -> ReadDocument:
    return read_pdf(data, "manual.pdf", ocr=False)


def words(document: ReadDocument, block: Block) -> str:
    return " / ".join(document.slice(span) for span in block.spans)


def kinds(document: ReadDocument) -> list[tuple[str, str]]:
    return [(block.kind.value, words(document, block)) for block in document.blocks]


def test_structure_of_a_manual() -> None:
    document = read(MANUAL)
    assert document.title == "离心泵维护手册"
    assert kinds(document) == [
        ("heading", "离心泵维护手册"),
        ("heading", "1 概述"),
        ("paragraph", "本手册适用于P-101型离心泵，规定了启动、运行和停机的操作要求，操作人员应在上岗前完成培训。"),
        ("warning", "警告：未停机不得拆卸护罩。"),
        ("item", "（1）关闭出口阀"),
        ("item", "（2）打开入口阀"),
        ("caption", "表 1 运行参数"),
        ("table", "工况 | 压力 | 温度\n | MPa | ℃\n启动 | 0.2 | 30\n运行 | 0.4~0.6 | 80"),
        ("caption", "图 2 泵的剖面"),
    ]
    table = next(block.table for block in document.blocks if block.table)
    assert table is not None
    assert (table.header_rows, table.unit_row, table.conditions) == (2, 1, (0,))
    assert table.caption is not None
    assert document.slice(table.caption) == "表 1 运行参数"
    assert all(document.slice(cell.span) == cell.text for cell in table.cells)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_turned_page_reads_the_same_and_its_places_turn_with_it(degrees: int) -> None:
    plain, document = read(MANUAL), read(made.turned(MANUAL, degrees))
    assert kinds(document) == kinds(plain)
    page, shown = plain.pages[0], document.pages[0]
    assert (shown.width, shown.height) == ((made.HEIGHT, made.WIDTH) if degrees % 180 else (made.WIDTH, made.HEIGHT))
    at = page.text.index("未停机")
    was, now = page.box(Span(1, at, at + 3)), shown.box(Span(1, at, at + 3))
    assert was is not None
    assert now is not None
    expected = {
        90: (made.HEIGHT - was.bottom, was.left, made.HEIGHT - was.top, was.right),
        180: (made.WIDTH - was.right, made.HEIGHT - was.bottom, made.WIDTH - was.left, made.HEIGHT - was.top),
        270: (was.top, made.WIDTH - was.right, was.bottom, made.WIDTH - was.left),
    }[degrees]
    assert (now.left, now.top, now.right, now.bottom) == pytest.approx(expected, abs=4)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_words_drawn_in_another_direction_read_the_same(degrees: int) -> None:
    """A wide table set along the long side of an upright page: here the content is turned, not the page."""
    rows = [["Tag", "High", "Low"], ["", "°C", "°C"], ["TI-1", "70", "20"], ["TI-2", "71", "21"], ["TI-3", "72", "22"]]
    draw = made.both(made.lines("Table 7 Temperature limits", left=150, top=300), made.table(rows, left=150, top=320))

    def turned(canvas: Any) -> None:
        canvas.translate(made.WIDTH / 2, made.HEIGHT / 2)
        canvas.rotate(degrees)
        canvas.translate(-made.WIDTH / 2, -made.HEIGHT / 2)
        draw(canvas)

    plain, document = read(made.pdf(draw)), read(made.pdf(turned))
    assert kinds(document) == kinds(plain)
    (table,) = [block.table for block in document.blocks if block.table]
    assert table.unit_row == 1
    page = document.pages[0]
    at = page.text.index("TI-2")
    box = page.box(Span(1, at, at + 4))
    assert box is not None
    long, short = box.bottom - box.top, box.right - box.left
    assert (long > short) is (degrees != 180)


def test_a_second_column_that_has_only_begun_is_read_behind_the_first() -> None:
    left = [f"The bearing {at} is greased every {at} hours by hand," for at in range(1, 15)]
    right = ["The last lines of the text stand in the other column", "and go on here, before they end."]
    draws = made.lines(*left, left=50, size=9), made.lines(*right, left=320, size=9)
    text = read(made.pdf(made.both(*draws))).pages[0].text
    assert text.index("other column") > text.index("bearing 14")


def test_each_character_has_its_box_within_a_point() -> None:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    text = "Close valve V-102 before 0.6 MPa is reached"
    page = read(made.pdf(made.lines(text, left=72, top=100, size=12))).pages[0]
    assert page.text == text
    assert page.boxes is not None
    assert page.boxes.shape == (len(text), 4)
    for at, character in enumerate(text):
        left, top, right, bottom = page.boxes[at]
        start = 72 + stringWidth(text[:at], "Helvetica", 12)
        assert left == pytest.approx(start, abs=1)
        assert right == pytest.approx(start + stringWidth(character, "Helvetica", 12), abs=1)
        assert top < 100 + 12 * 1.4 < bottom + 1
        assert bottom - top == pytest.approx(12, rel=0.3)


def test_a_crop_box_moves_the_places_and_hides_what_is_outside() -> None:
    def draw(canvas: Any) -> None:
        canvas.setCropBox((50, 400, 545, 842))
        made.lines("Inside the crop", left=72, top=100, size=12)(canvas)
        made.lines("Outside of it", left=72, top=700, size=12)(canvas)

    page = read(made.pdf(draw)).pages[0]
    assert page.text == "Inside the crop"
    assert (page.width, page.height) == (495, 442)
    box = page.box(Span(1, 0, 6))
    assert box is not None
    assert box.left == pytest.approx(22, abs=1)


def test_a_word_parted_at_the_end_of_a_line_is_whole_and_keeps_its_boxes() -> None:
    page = read(
        made.pdf(
            made.lines(
                "The pump needs continuous lubri-", "cation. High-pressure oil goes to the high-", "pressure side."
            )
        )
    ).pages[0]
    assert page.text == "The pump needs continuous lubrication. High-pressure oil goes to the high-pressure side."
    assert page.boxes is not None
    assert len(page.boxes) == len(page.text)
    at = page.text.index("cation")
    assert page.boxes[at, 0] == pytest.approx(72, abs=1)  # on the second line
    assert page.boxes[at - 1, 0] > 150


def test_two_columns_are_read_one_after_the_other() -> None:
    left = [f"Left column line number {at} runs to its side" for at in range(12)]
    right = [f"Right column line number {at} goes on there" for at in range(12)]
    document = read(
        made.pdf(
            made.both(
                made.lines(("A title over both columns of this page", 18, True), top=60),
                made.lines(*left, left=60, top=120, size=10),
                made.lines(*right, left=320, top=120, size=10),
            )
        )
    )
    text = document.pages[0].text
    assert [text.index(line) for line in left + right] == sorted(text.index(line) for line in left + right)
    assert document.blocks[0].kind is BlockKind.HEADING


def test_heads_and_feet_are_margins() -> None:
    def page(number: int) -> made.Draw:
        return made.both(
            made.lines("Pump manual", top=20),
            made.lines(f"Text of page {number} about the pump."),
            made.lines(f"Page {number} of 3", top=800),
        )

    document = read(made.pdf(*(page(number) for number in (1, 2, 3))))
    margins = [words(document, block) for block in document.blocks if block.kind is BlockKind.MARGIN]
    assert margins == [one for at in (1, 2, 3) for one in ("Pump manual", f"Page {at} of 3")]
    assert [w for k, w in kinds(document) if k == "paragraph"] == [
        f"Text of page {at} about the pump." for at in (1, 2, 3)
    ]


def test_a_table_over_two_pages_is_one_and_its_repeated_head_no_row() -> None:
    document = read(
        made.pdf(
            made.both(
                made.lines("Some text before the table."),
                made.table([["Mode", "Limit"], ["A1", "1"], ["A2", "2"]], top=720),
            ),
            made.both(
                made.table([["Mode", "Limit"], ["B1", "3"], ["B2", "4"]], top=60), made.lines("The end.", top=200)
            ),
        )
    )
    (block,) = [block for block in document.blocks if block.table]
    assert block.table is not None
    assert [span.page for span in block.spans] == [1, 2]
    assert [[c.text for c in block.table.cells if c.row == row] for row in range(5)] == [
        ["Mode", "Limit"],
        ["A1", "1"],
        ["A2", "2"],
        ["B1", "3"],
        ["B2", "4"],
    ]
    assert {cell.span.page for cell in block.table.cells if cell.row >= 3} == {2}


def test_merged_cells_and_a_unit_row() -> None:
    rows = [
        ["Model", "Flow", "Flow", "Note"],
        ["Model", "min", "max", "Note"],
        ["", "L/min", "L/min", ""],
        ["P-101", "10", "20", "a"],
    ]
    document = read(made.pdf(made.table(rows, merged=[(0, 1, 1, 2), (0, 0, 2, 1), (0, 3, 2, 1)])))
    (table,) = [block.table for block in document.blocks if block.table]
    assert (table.header_rows, table.unit_row, table.conditions) == (3, 2, (0,))
    (flow,) = [cell for cell in table.cells if cell.text == "Flow"]
    assert (flow.row, flow.column, flow.rows, flow.columns) == (0, 1, 1, 2)


def test_a_watermark_and_a_table_of_contents_are_no_text() -> None:
    def watermark(canvas: Any) -> None:
        canvas.saveState()
        canvas.translate(150, 420)
        canvas.rotate(45)
        canvas.setFont("Helvetica", 40)
        canvas.drawString(0, 0, "CONTROLLED COPY")
        canvas.restoreState()

    contents = [f"{at} Chapter {at} {'.' * 30} {at + 2}" for at in range(1, 7)]
    texts = [f"The bearing number {at} is greased every {100 * at} h by the operator." for at in range(1, 25)]
    document = read(
        made.pdf(
            made.both(made.lines(("Contents", 16, True), *contents), watermark),
            *(made.both(made.lines(*texts, "", f"End {at}"), watermark) for at in range(3)),
        )
    )
    texts_found = [w for k, w in kinds(document) if k != "margin"]
    assert texts_found[0] == "Contents"
    assert not [one for one in texts_found if "CONTROLLED" in one or "....." in one]
    assert all(any(line in one for one in texts_found) for line in texts)
    assert "CONTROLLEDCOPY" in document.pages[1].text
    _check_laws(document)


@pytest.mark.parametrize("rules", ["three", "none"])
def test_a_table_without_vertical_lines(rules: str) -> None:
    rows = [["Size", "Length", "Width"], ["DN25", "100", "50 ± 0.5"], ["DN40", "120", "60"]]
    document = read(
        made.pdf(
            made.both(
                made.lines("Table 5 Limits", "Dimensions in mm", top=150),
                made.table(rows, top=200, rules=rules),
                made.lines("Text after the table.", top=300),
            )
        )
    )
    (table,) = [block.table for block in document.blocks if block.table]
    assert [cell.text for cell in table.cells] == [cell for row in rows for cell in row]
    assert table.caption is not None
    assert table.unit is not None
    assert (document.slice(table.caption), document.slice(table.unit)) == ("Table 5 Limits", "mm")


def test_raised_digits_are_no_digits_of_the_number() -> None:
    def draw(canvas: Any) -> None:
        text = canvas.beginText(72, 700)
        text.setFont("Helvetica", 12)
        text.textOut("at most 18 m")
        text.setFont("Helvetica", 7)
        text.setRise(5)
        text.textOut("3")
        text.setRise(0)
        text.setFont("Helvetica", 12)
        text.textOut(" in all")
        canvas.drawText(text)

    assert read(made.pdf(draw)).pages[0].text == "at most 18 m³ in all"


def test_a_page_without_text_is_named_where_nothing_is_recognised() -> None:
    document = read(made.scanned(made.pdf(made.lines("Text"))))
    assert document.pages[0].text == ""
    assert document.notes[0]["en"] == "Pages 1 are pictures and were not recognised."
    assert "1" in document.notes[0]["zh"]


def test_a_damaged_text_layer_is_told() -> None:
    document = read(made.pdf(made.garbled("轴承温度不得超过规定的数值")))
    assert [note["en"] for note in document.notes] == ["The text layer of pages 1 is damaged and was stored as it is."]


def test_signs_of_the_symbol_font_are_themselves() -> None:
    plain = made.lines("The length is 120 mm", "The tolerance is half a millimetre.")
    page = made.both(plain, made.garbled("±", left=400, first=0xF0B1, family="Symbol"))
    assert "±" in read(made.pdf(page)).pages[0].text
    other = made.both(plain, made.garbled("±", left=400, first=0xF0B1))
    assert "±" not in read(made.pdf(other)).pages[0].text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("The pump is started with the valve closed. " * 10, False),
        ("泵在出口阀关闭的情况下启动，然后缓慢打开出口阀。" * 5, False),
        ("\ue001\ue002\ue003 and more", True),
        ("PT-1101 FT-1102 LT-1103 PSV-1104 TT-1105 PDT-1106 " * 20, False),
        ("\uf0b7 a list \uf0b7 with bullets of an old font", False),
        ("7KH SXPS LV VWDUWHG ZLWK WKH YDOYH FORVHG " * 10, True),
        ("枧栿檁櫦欯歍殅毣氎汼泃洜涰淛渏湆溠滻漞潩澪濺瀟灋" * 5, True),
    ],
)
def test_what_a_poor_text_layer_is(text: str, says: bool) -> None:
    assert poor(text) is says


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (made.locked([made.lines("Secret")], "user"), "reading.password"),
        (b"%PDF-1.7\nnothing of the kind", "reading.broken"),
        (MANUAL[: len(MANUAL) // 3], "reading.broken"),
        (b"%PDF-", "reading.broken"),
    ],
    ids=["password", "no pdf", "cut off", "only a mark"],
)
def test_a_file_that_cannot_be_opened_is_one_sentence(data: bytes, key: str) -> None:
    with pytest.raises(InputError) as raised:
        read(data)
    assert raised.value.key == key
    assert "manual.pdf" in raised.value.render("zh")


def test_an_empty_user_password_opens() -> None:
    assert read(made.locked([made.lines("Open to all")], "")).pages[0].text == "Open to all"


def test_the_same_file_gives_the_same_document() -> None:
    one, other = read(MANUAL), read(MANUAL)
    assert one.blocks == other.blocks
    assert [page.sha256 for page in one.pages] == [page.sha256 for page in other.pages]
    for page, again in zip(one.pages, other.pages, strict=True):
        assert page.boxes is not None
        assert again.boxes is not None
        np.testing.assert_array_equal(page.boxes, again.boxes)


LINES = st.lists(
    st.text(st.sampled_from("abcdefghij ABC 0123456789 .:-()1."), min_size=1, max_size=60).filter(str.strip),
    min_size=1,
    max_size=12,
)
CELLS = st.lists(
    st.lists(st.sampled_from(["", "a", "12", "0.5", "Mode", "x y"]), min_size=3, max_size=3), min_size=2, max_size=4
)


@settings(max_examples=40, deadline=None)
@given(LINES, CELLS, st.sampled_from(["all", "three", "none"]))
def test_blocks_hold_all_characters_once(texts: list[str], cells: list[list[str]], rules: str) -> None:
    document = read(
        made.pdf(made.both(made.lines(*texts), made.table(cells, top=600, rules=rules)), made.lines(*texts))
    )
    _check_laws(document)
    printed = "".join("".join(texts).split()) * 2 + "".join("".join(row) for row in cells).replace(" ", "")
    stored = "".join(page.text for page in document.pages)
    assert sorted(stored.replace("|", "").replace("-", "").split()) != [] or not printed
    assert _letters(stored) == _letters(printed)


def _letters(text: str) -> list[str]:
    return sorted(c for c in text if c.isalnum() or c in "().:")


def _check_laws(document: ReadDocument) -> None:
    for page in document.pages:
        assert page.boxes is not None
        assert len(page.boxes) == len(page.text)
        covered = np.zeros(len(page.text), dtype=int)
        for span in _spans(document.blocks, page.number):
            assert 0 <= span.start < span.end <= len(page.text)
            assert page.slice(span).strip()
            covered[span.start : span.end] += 1
        assert covered.max(initial=0) <= 1
        assert all(count == 1 for count, c in zip(covered, page.text, strict=True) if not c.isspace())
        placed = ~np.isnan(page.boxes).any(axis=1)
        inside = page.boxes[placed]
        assert (inside[:, 0] <= inside[:, 2]).all()
        assert (inside >= -2).all()
    for block in document.blocks:
        for cell in block.table.cells if block.table else ():
            assert document.slice(cell.span) == cell.text


def _spans(blocks: Sequence[Block], page: int) -> list[Span]:
    return [span for block in blocks for span in block.spans if span.page == page]
