"""Tables of limits: the sign in the cell, the head or the caption; labels as objects; what is not read is told."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assay.knowledge.document import Span
from assay.knowledge.passage import Field
from assay.knowledge.passages import cut
from assay.knowledge.reading import read_bytes
from assay.skills.rules.extract import Extracted, extract
from assay.skills.rules.grammar import Stop
from assay.skills.rules.notation import read_test, write_test
from assay.skills.rules.tables_read import asks, row_parts, splitting


def table(caption: str, *rows: str) -> Extracted:
    lines = [f"| {row} |" for row in rows]
    lines.insert(1, "|" + "---|" * (rows[0].count("|") + 1))
    words = "# 5 Tables\n\n" + caption + "\n\n" + "\n".join(lines) + "\n"
    document = read_bytes(words.encode(), "t.md")
    return extract(cut(document, "t.md", "1"), document.slice)


def said(found: Extracted) -> list[str]:
    out = []
    for part in (part for rule in found.rules for part in rule.parts):
        when = ["; ".join(write_test(test) for test in group) for group in part.when]
        out.append(" if ".join([write_test(part.test), *when]))
    return out


def test_cells_with_signs_under_row_labels() -> None:
    found = table("表 4.5 噪声", "场所 | 昼间噪声 (dB) | 夜间噪声 (dB)", "泵房内 | ≤85 | ≤80", "控制室 | 不大于 70 | -")
    assert said(found) == ["泵房 :: 昼间噪声 <= 85 dB", "泵房 :: 夜间噪声 <= 80 dB", "控制室 :: 昼间噪声 <= 70 dB"]
    assert not found.unread
    assert [rule.clause for rule in found.rules] == ["表4.5", "表4.5"]


@pytest.mark.parametrize(
    ("cell", "test"),
    [
        ("0.8～1.2", "between 0.8 m/s and 1.2 m/s"),
        ("≥ 0.5", ">= 0.5 m/s"),
        ("not more than 2", "<= 2 m/s"),
        ("at least 0.3", ">= 0.3 m/s"),
        ("max. 2", "<= 2 m/s"),
        ("2 max", "<= 2 m/s"),
        ("1.5以下", "<= 1.5 m/s"),
        ("不应小于 0.6", ">= 0.6 m/s"),
        ("<3", "< 3 m/s"),
    ],
)
def test_every_way_to_write_a_limit(cell: str, test: str) -> None:
    found = table("Table 1 Flow", "Pipe | Velocity (m/s)", f"suction pipe | {cell}", "drain pipe | ≤ 3")
    assert said(found) == [f"suction pipe :: Velocity {test}", "drain pipe :: Velocity <= 3 m/s"]


def test_the_sign_in_the_head_or_the_caption() -> None:
    assert said(table("Table 2 Minimum clearances", "Equipment | Clearance (mm)", "Pump | 900", "Panel | 1000")) == [
        "Pump :: Clearance >= 900 mm",
        "Panel :: Clearance >= 1000 mm",
    ]
    assert said(table("Table 3 Noise", "Room | Maximum noise (dB)", "Office | 55", "Workshop | 85")) == [
        "Office :: noise <= 55 dB",
        "Workshop :: noise <= 85 dB",
    ]
    assert said(table("表 3 噪声限值", "场所 | 噪声 (dB)", "办公室 | 60", "机房 | 85")) == [
        "办公室 :: 噪声 <= 60 dB",
        "机房 :: 噪声 <= 85 dB",
    ]


def test_rows_of_measures_with_a_column_of_units() -> None:
    found = table("表 4 运行参数", "项目 | 单位 | 允许值", "轴承温度 | ℃ | ≤75", "进口压力 | MPa | 0.2～0.6")
    assert said(found) == ["轴承 :: 温度 <= 75 degC", "进口 :: 压力 between 0.2 MPa and 0.6 MPa"]


def test_a_column_that_splits_a_range_is_a_condition() -> None:
    head = "管道 | 公称直径 (mm) | 流速 (m/s)"
    found = table("表 5 流速", head, "吸入管 | <250 | 0.8～1.2", "吸入管 | ≥250 | 1.2～1.6")
    assert said(found) == [
        "吸入管 :: 流速 between 0.8 m/s and 1.2 m/s if 公称直径 < 250 mm",
        "吸入管 :: 流速 between 1.2 m/s and 1.6 m/s if 公称直径 >= 250 mm",
    ]


def test_what_is_not_read_is_told_and_data_are_no_limits() -> None:
    found = table("表 6 限值", "场所 | 照度 (lx) | 噪声 (dB)", "泵房 | 200 | ≤85", "走廊 | ≥100 | ≤70以及安静")
    assert not found.rules and [one.reason for one in found.unread] == ["unread_row_direction", "unread_row_value"]
    found = table("表 7 净距", "设备 | 净距", "泵 | ≥900", "风机 | ≥800")
    assert not found.rules and [one.reason for one in found.unread] == ["unread_row_unit"] * 2
    found = table("表 8 规格", "型号 | 流量 (m³/h)", "A1 | 20", "A2 | 30")
    assert not found.rules and not found.unread
    found = table("表 9 净距", "设备 | 净距 (m) | 备注", "泵 | ≥0.9 | 有罩时可减少", "风机 | ≥0.8 | ")
    assert said(found) == ["风机 :: 净距 >= 0.8 m"] and [one.reason for one in found.unread] == ["unread_row"]


CELL = st.text(alphabet="≤≥<>=~-±.0123456789 m不大于小max.以下 IP54,（）()", max_size=10)


@given(st.lists(CELL, min_size=2, max_size=4), st.lists(CELL, min_size=4, max_size=4), CELL)
@example(["0", "<0"], ["", "", "", ""], "")
def test_no_cell_takes_the_reading_of_tables_down(cells: list[str], heads: list[str], caption: str) -> None:
    fields = tuple(Field(heads[n], "", cell, Span(1, 0, 1), condition=n == 0) for n, cell in enumerate(cells))
    asks([fields], [caption, *heads])
    try:
        parts = row_parts(fields, caption, splitting([fields]))
    except Stop:
        return
    assert all(part.test.limits and (part.test.limits[0].words or read_test(write_test(part.test))) for part in parts)
