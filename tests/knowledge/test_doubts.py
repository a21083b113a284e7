"""The guard over numbers: lost units and signs are doubts, well-formed numbers are not."""

from __future__ import annotations

import pytest

from assay.kernel.texts import text
from assay.knowledge.document import Block, BlockKind, Cell, Page, Span, Table
from assay.knowledge.reading.doubts import find_doubts
from assay.knowledge.reading.structure import sign_of


def doubts(words: str, *, scanned: bool = True, scores: list[float] | None = None) -> list[tuple[str, str]]:
    page, sign = Page(1, words, scanned=scanned), sign_of(words)
    block = Block(sign.kind, (Span(1, 0, len(words)),), sign.level, sign.number)
    found = find_doubts([page], [block], {1: scores} if scores else None)
    for doubt in found:
        assert text(doubt.reason, "en", **doubt.details)
        assert text(doubt.reason, "zh", **doubt.details)
    return [(page.slice(doubt.span), doubt.reason.removeprefix("reading.doubt_")) for doubt in found]


@pytest.mark.parametrize(
    ("words", "number", "reason"),
    [
        ("轴承温度不得超过85，否则停机。", "85", "no_unit"),
        ("轴承温度达到 85 时停机", "85", "no_unit"),
        ("The pressure must not exceed 0.6 during start-up.", "0.6", "no_unit"),
        ("转速 2950", "2950", "no_unit"),
        ("Bearing temperature must not exceed 85 C.", "85", "damaged_unit"),
        ("油温1209C", "1209", "damaged_unit"),
        ("油温85°", "85", "damaged_unit"),
        ("流量 50 m/h", "50", "damaged_unit"),
        ("直径 25 um", "25", "damaged_unit"),
        ("The tolerance is 10 5 mm.", "10 5", "lost_sign"),
        ("温度控制在100 2℃", "100 2", "lost_sign"),
        ("温度控制在100土2℃", "100土2", "lost_sign"),
        ("at 1O0 kPa", "1O0", "letters"),
        ("about O.5 MPa", "O.5", "letters"),
        ("set to 05 MPa", "05", "point"),
        ("0. 4 MPa", "0. 4", "point"),
    ],
)
def test_what_the_scan_may_have_spoilt(words: str, number: str, reason: str) -> None:
    assert doubts(words) == [(number, reason)]
    assert doubts(words, scanned=False) == []


@pytest.mark.parametrize(
    "words",
    [
        "轴承温度不得超过85℃。",
        "温度控制在100±2℃",
        "压力 0.4~0.6 MPa",
        "最高温度（℃）：80",
        "The flow rate is 40, 50 or 60 m3/h",
        "at a pressure of 10 000 Pa",
        "The motor current is 45 A at a voltage of 400 V.",
        "Check the pressure of 2 pumps",
        "检查 2 台泵的压力",
        "压力表 2 只",
        "5.3.2 温度测量",
        "2024年3月5日压力试验",
        "压力容器按GB/T 150-2011",
        "see Table 5 and Section 3.2",
        "三台泵 P-101A/B/C",
        "1. Close 3 valves",
        "角度 45°",
        "每运行500h更换润滑油，每2年大修一次。",
        "Tighten the 4 bolts M12 with a torque of 85 N·m.",
    ],
)
def test_well_formed_numbers(words: str) -> None:
    assert doubts(words) == []


def test_a_comma_for_a_point_is_doubted_where_points_are_used() -> None:
    assert doubts("0.5 MPa or 0,4 MPa") == [("0,4", "point")]
    assert doubts("0,5 MPa or 0,4 MPa") == []


def test_a_number_of_which_the_recogniser_was_not_sure() -> None:
    words = "every 300 h"
    assert doubts(words, scores=[1.0] * 7 + [0.3] + [1.0] * 3) == [("300", "unsure")]
    assert doubts(words, scores=[1.0] * len(words)) == []


def test_a_number_beside_unreadable_characters_in_a_text_layer() -> None:
    assert doubts("below 85\ufffdC", scanned=False) == [("85", "damaged")]


def table_doubts(
    rows: list[list[str]], unit_row: int | None = None, *, head: int = 1, scanned: bool = True
) -> list[str]:
    parts, cells, length = [], [], 0
    for r, row in enumerate(rows):
        for c, words in enumerate(row):
            cells.append(Cell(r, c, Span(1, length, length + len(words)), words))
            parts.append(words)
            length += len(words) + 1
    page = Page(1, "\n".join(parts), scanned=scanned)
    head = head if unit_row is None else 2
    table = Table(tuple(cells), header_rows=head, unit_row=unit_row, conditions=(0,))
    found = find_doubts([page], [Block(BlockKind.TABLE, (Span(1, 0, length - 1),), table=table)])
    return [page.slice(doubt.span) for doubt in found]


def test_a_value_in_a_table_has_its_unit_from_the_head() -> None:
    assert table_doubts([["工况", "温度"], ["启动", "85"], ["运行", "90℃"]]) == ["85"]
    assert table_doubts([["工况", "温度(℃)"], ["启动", "85"]]) == []
    assert table_doubts([["Mode", "Pressure, bar"], ["Start", "2"]]) == []
    assert table_doubts([["工况", "温度"], ["", "℃"], ["启动", "85"]], unit_row=1) == []
    assert table_doubts([["Item", "Value"], ["Temperature", "85"], ["Bolts", "4"]]) == ["85"]


def test_a_damaged_unit_in_the_head_puts_its_column_in_doubt() -> None:
    assert table_doubts([["工况", "温度(C)"], ["启动", "85"]]) == ["85"]


def test_a_value_with_neither_unit_nor_words_is_doubted() -> None:
    lost = [["21", "1/2"], ["22", "75", "80"], ["23", "3000h"], ["24", "6~8"]]
    assert table_doubts(lost, head=0) == ["75", "80", "6", "8"]
    assert table_doubts(lost, head=0, scanned=False) == []
    assert table_doubts([["", ""], ["P-1", "85"]]) == ["85"]
    assert table_doubts([["", "mm"], ["P-1", "85"]]) == []


def test_a_value_that_a_word_names_is_not() -> None:
    assert table_doubts([["螺栓", "4"], ["垫片", "12"]], head=0) == []
    assert table_doubts([["Bolts", "4"], ["Stages", "3"]], head=0) == []
    assert table_doubts([["No.", "Q"], ["1", "85"]]) == []
    assert table_doubts([["1", "泵盖", "2"], ["2", "轴", "1"]], head=0) == []
