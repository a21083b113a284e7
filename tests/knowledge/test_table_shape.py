"""What the rows and columns of a table are for."""

from __future__ import annotations

import pytest

from assay.knowledge.document import Cell, Span
from assay.knowledge.reading.tables import Shape, grid_of, is_value, shape_of, table_of, unit_column
from assay.knowledge.reading.tables_units import is_unit, stated_unit, unit_starts


@pytest.mark.parametrize(
    "text", "mm,(kPa),℃,r/min,m³/h,kgf/cm2,N·m,%,mm/s,W/(m·K),MPa(g),kW·h,dB(A),次/分,MPa/℃,μm,m/s²".split(",")
)
def test_units(text: str) -> None:
    assert is_unit(text)


@pytest.mark.parametrize("text", ["valve", "P-101", "A1", "M8", "Item", "max.", "Start", "启动", "DN25", "C3", "12"])
def test_what_is_no_unit(text: str) -> None:
    assert not is_unit(text)


def test_unit_at_the_front() -> None:
    assert unit_starts(" MPa at the outlet") == "MPa"
    assert unit_starts(" valves") == ""
    assert unit_starts("℃。") == "℃"


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("单位：mm", "mm"),
        ("表1 尺寸（单位: mm）", "mm"),
        ("Dimensions in mm", "mm"),
        ("All values in bar", "bar"),
        ("Values are in the table", None),
        ("Unit 3 pump", None),
    ],
)
def test_a_unit_stated_for_a_table(text: str, unit: str | None) -> None:
    place = stated_unit(text)
    assert (text[slice(*place)] if place else None) == unit


@pytest.mark.parametrize("text", ["85", "≤ 85", "0.4~0.6 MPa", "±5 %", "20 N·m", "50 ± 0.5", "10-12"])
def test_values(text: str) -> None:
    assert is_value(text)


@pytest.mark.parametrize("text", ["P-101", "Start", "2 pumps in parallel are allowed", "", "M8"])
def test_what_is_no_value(text: str) -> None:
    assert not is_value(text)


def rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("Mode|Pressure|Temp\n|bar|℃\nStart|2|30\nRun|4-6|≤ 80", Shape(2, 1, (0,))),
        ("工况|压力(MPa)|温度(℃)\n启动|0.2|30\n运行|0.4~0.6|≤80", Shape(1, None, (0,))),
        ("型号|流量|流量|备注\n型号|最小|最大|备注\n|m³/h|m³/h|\nP-101|10|20|x\nP-102|12|24|冬季", Shape(3, 2, (0,))),
        ("型号|介质|流量|压力\nIS65|水|25|0.3\nIS80|油|50|0.5", Shape(1, None, (0, 1))),
        ("Limit|Mode|Value\nTemperature|summer|85\nTemperature|winter|75", Shape(1, None, (0, 1))),
        ("Value|Season\n85|summer\n75|winter", Shape(1, None, (1,))),
        ("Rated power|15 kW\nSpeed|2950 r/min", Shape(0, None, (0,))),
        ("序号|故障现象|原因|处理\n1|不出水|阀门关闭|打开阀门\n2|噪声|汽蚀|提高吸入压力", Shape(1, None, (1,))),
        (
            "Symptom|Cause|Remedy\nNo flow|Valve closed|Open the valve.\nNoise|Cavitation|Raise the pressure.",
            Shape(1, None, (0,)),
        ),
        ("Parameter|Unit|P-101|P-102\nFlow|m³/h|10|20\nHead|m|30|40", Shape(1, None, (0,), 1)),
        ("DN|25|40|50\nL (mm)|100|120|140", Shape(1, None, (0,))),
        ("10|20\n30|40", Shape(0, None, (0,))),
    ],
)
def test_shapes(text: str, shape: Shape) -> None:
    assert shape_of(rows(text)) == shape


def test_a_format_that_names_its_head_is_believed() -> None:
    assert shape_of(rows("10|20\n30|40"), head=1).header_rows == 1


def test_a_merged_cell_stands_in_all_its_places() -> None:
    nowhere = Span(1, 0, 0)
    cells = [
        Cell(0, 0, nowhere, "Model", rows=2),
        Cell(0, 1, nowhere, "Flow", columns=2),
        Cell(1, 1, nowhere, "min"),
        Cell(1, 2, nowhere, "max"),
        Cell(2, 0, nowhere, "P-101"),
        Cell(2, 1, nowhere, "10"),
        Cell(2, 2, nowhere, "20"),
    ]
    assert grid_of(cells) == rows("Model|Flow|Flow\nModel|min|max\nP-101|10|20")
    assert table_of(cells).header_rows == 2
    assert unit_column(table_of(cells)) is None
