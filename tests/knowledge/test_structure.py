"""What a line is by its own words."""

from __future__ import annotations

import pytest

from assay.knowledge.document import BlockKind, Span
from assay.knowledge.reading.structure import sign_of, signs_of
from assay.knowledge.reading.structure_flow import Line, flow


@pytest.mark.parametrize(
    ("line", "level", "number", "title"),
    [
        ("5.3.2 Bearing replacement", 3, "5.3.2", "Bearing replacement"),
        ("3.1　泵的启动", 2, "3.1", "泵的启动"),
        ("4.1启动前检查", 2, "4.1", "启动前检查"),
        ("第三章 安全", 1, "第三章", "安全"),
        ("第二节 停机", 2, "第二节", "停机"),
        ("附录A 参数表", 1, "附录A", "参数表"),
        ("Appendix B Spare parts", 1, "Appendix B", "Spare parts"),
        ("A.2 General", 2, "A.2", "General"),
        ("一、概述", 1, "一", "概述"),
        ("（二）适用范围", 2, "（二）", "适用范围"),
        ("1. Safety", 1, "1", "Safety"),
        ("2 A short history", 1, "2", "A short history"),
    ],
)
def test_a_numbered_title_is_a_heading(line: str, level: int, number: str, title: str) -> None:
    sign = sign_of(line)
    assert (sign.kind, sign.level, sign.number, line[sign.rest :]) == (BlockKind.HEADING, level, number, title)


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("5.3.2 The pump shall be stopped before the cover is opened.", "5.3.2"),
        ("第3条 操作人员应戴手套。", "第3条"),
        ("7.1.4　压力表每半年校验一次。", "7.1.4"),
    ],
)
def test_a_numbered_sentence_is_a_clause(line: str, number: str) -> None:
    assert (sign_of(line).kind, sign_of(line).number) == (BlockKind.PARAGRAPH, number)


@pytest.mark.parametrize(
    "line",
    [
        "5.3 mm clearance",
        "10 bar at the outlet",
        "2024.03.15 发布",
        "3台泵同时运行",
        "192.168.1.20 is the address",
        "0. 4 MPa",
        "1.5～2.0 倍",
        "Section 3 describes the pump.",
        "第三章的规定",
    ],
)
def test_a_value_date_or_reference_at_the_front_is_no_number(line: str) -> None:
    assert (sign_of(line).kind, sign_of(line).number) == (BlockKind.PARAGRAPH, "")


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("1. Close the valve.", "1"),
        ("a) open the drain", "a)"),
        ("（1）打开入口阀", "（1）"),
        ("① 关闭电源", "①"),
        ("步骤3：关阀", "步骤3"),
        ("第一步 检查油位", "第一步"),
        ("Step 3 Open the vent", "Step 3"),
        ("• grease the bearing", ""),
        ("- grease the bearing", ""),
    ],
)
def test_steps_and_items(line: str, number: str) -> None:
    assert (sign_of(line).kind, sign_of(line).number) == (BlockKind.ITEM, number)


def test_a_word_with_the_sign_of_a_demand_is_no_demand() -> None:
    assert sign_of("3.2 反应釜的供应与响应").kind is BlockKind.HEADING
    assert sign_of("3.2 反应釜应停车").kind is BlockKind.PARAGRAPH


def test_numbers_close_before_chinese_words_are_steps_where_they_count_up() -> None:
    lines = ["1反应釜夹套温度不得超过120℃。", "2釜内压力应保持在0.35MPa。", "3台泵同时运行。", "3搅拌轴应盘车。"]
    numbers = [sign.number for sign in signs_of(lines)]
    assert numbers == ["1", "2", "", "3"]
    assert [sign.number for sign in signs_of(["1号泵停车。", "3台泵同时运行。", "检查油位。"])] == ["", "", ""]


def test_a_numbered_warning_is_a_warning() -> None:
    sign = sign_of("3.2 WARNING: Do not open the crankcase within")
    assert (sign.kind, sign.number) == (BlockKind.WARNING, "3.2")


def test_a_numbered_line_that_goes_on_is_the_beginning_of_a_clause() -> None:
    texts = ["4.5 For tightening step 4 of the flange, use", "a torque of 35 N·m in a crosswise order.", "4.6 Valves"]
    lines = [Line(Span(1, at, at + 1), text, title=0, full=True) for at, text in enumerate(texts)]
    blocks = flow([*lines, Line(Span(1, 3, 4), "Open the valves first.", title=0)])
    assert [(one.kind.value, one.number, one.spans[0].end) for one in blocks] == [
        ("paragraph", "4.5", 2),
        ("heading", "4.6", 3),
        ("paragraph", "", 4),
    ]


@pytest.mark.parametrize(
    "line", ["WARNING: hot surface", "DANGER", "Caution!", "警告：未停机不得拆卸", "【注意】高温", "小心！"]
)
def test_warnings(line: str) -> None:
    assert sign_of(line).kind is BlockKind.WARNING


@pytest.mark.parametrize("line", ["注意力要集中", "危险源辨识", "Warnings are shown in red.", "Cautious start"])
def test_words_that_only_begin_like_a_warning(line: str) -> None:
    assert sign_of(line).kind is BlockKind.PARAGRAPH


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("图 4 泵剖面", "图 4"),
        ("表 3-2 运行参数", "表 3-2"),
        ("续表 3-2", "续表 3-2"),
        ("Table 5 Limits", "Table 5"),
        ("Fig. 2: Pump section", "Fig. 2"),
    ],
)
def test_captions(line: str, number: str) -> None:
    assert (sign_of(line).kind, sign_of(line).number) == (BlockKind.CAPTION, number)


@pytest.mark.parametrize(
    "line", ["图4所示为泵的剖面", "表 3-2 中的数值适用于水。", "Table 5 shows the limits", "Fig. 2 and Fig. 3"]
)
def test_a_sentence_about_a_figure_is_no_caption(line: str) -> None:
    assert sign_of(line).kind is not BlockKind.CAPTION


def test_single_numbers_line_by_line_are_steps() -> None:
    kinds = [sign.kind for sign in signs_of(["1. Open the vent", "2. Start the pump", "3. Check the pressure"])]
    assert kinds == [BlockKind.ITEM] * 3


def test_a_warning_word_alone_takes_the_paragraph_below() -> None:
    texts = ["警告", "未停机不得拆卸护罩。", "5.1 启动"]
    blocks = flow([Line(Span(1, at, at + 1), text, gap=at == 2) for at, text in enumerate(texts)])
    assert [(block.kind, block.spans) for block in blocks] == [
        (BlockKind.WARNING, (Span(1, 0, 2),)),
        (BlockKind.HEADING, (Span(1, 2, 3),)),
    ]


def test_a_sentence_goes_on_over_the_end_of_a_page() -> None:
    first = Line(Span(1, 0, 1), "The pump must be stopped before the", full=True)
    second = Line(Span(2, 1, 2), "cover is opened.", jump=True)
    assert flow([first, second])[0].spans == (Span(1, 0, 1), Span(2, 1, 2))


def test_a_chinese_sentence_that_begins_with_a_tag_is_no_title() -> None:
    lines = ("H-4193 的额定电流为 116 A。H-4193 的加油量为 9 L。", "PUMP STATION 3", "TI-101 测温点")
    blocks = flow([Line(Span(1, at, at + 1), text, gap=True) for at, text in enumerate(lines)])
    assert [block.kind for block in blocks] == [BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.PARAGRAPH]
