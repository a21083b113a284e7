"""Titles of files without a style for one: the line above the clauses or the file's name."""

from __future__ import annotations

import pytest
from tests.knowledge import made_pdf as made

from assay.knowledge.reading import read_bytes
from assay.knowledge.reading.titles import has_word

CLAUSES = ("1 总则", "1.1 本规程适用于循环水泵。", "2 启动", "2.1 启动前应检查油位。")


def title(*lines: str | tuple[str, float, bool]) -> str:
    return read_bytes(made.pdf(made.lines(*lines)), "files/旧规程 7.pdf", ocr=False).title


def test_the_line_above_the_first_clause_is_the_title() -> None:
    assert title("循环水泵 P-305 操作规程", *CLAUSES) == "循环水泵 P-305 操作规程"
    assert title("化工一厂设备处", ("循环水泵操作规程", 13, False), *CLAUSES) == "循环水泵操作规程"
    assert title(("Pump procedure", 20, True), "", *CLAUSES) == "Pump procedure"


@pytest.mark.parametrize(
    "lines",
    [
        CLAUSES,
        ("P-305", *CLAUSES),
        ("Q2MPa 0.4", *CLAUSES),
        ("本规程由设备处于二月发布，自发布之日起施行。", *CLAUSES),
        (("第一章 总则", 18, True), "", "第一条 本规程适用于循环水泵。"),
        (("1 General", 18, True), "", "This procedure is for the pump.", "", ("Scope", 18, True), "", "All pumps."),
        ("A letter to somebody about pumps", "that has no clauses at all and goes on in lines"),
    ],
)
def test_a_clause_or_a_scrap_is_no_title(lines: tuple[str, ...]) -> None:
    assert title(*lines) == "旧规程 7"


def test_a_field_of_the_front_is_no_title() -> None:
    lines = ("反应釜 R-101 检修作业指导书", ("编号：WI-R101-07", 16, True), "", *CLAUSES)
    assert title(*lines) == "反应釜 R-101 检修作业指导书"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("安全阀校验管理办法\n文号：HX-15\n\n第一条 每年校验一次。\n", "安全阀校验管理办法"),
        ("Pump operating manual\n\nNever run the pump dry.\n", "Pump operating manual"),
        ("泵 P-900 的额定流量为 35 m³/h。\n", "note"),
        ("文件编号：某某规程\n泵。\n", "note"),
    ],
)
def test_a_text_file_is_called_by_its_first_line_where_that_is_a_title(text: str, expected: str) -> None:
    assert read_bytes(text.encode(), "note.txt").title == expected


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("31 Q2MPa", False),
        ("P-305", False),
        ("0.4 MPa", False),
        ("泵", False),
        ("水泵", True),
        ("Pump 3", True),
        ("Насос", True),
        ("", False),
    ],
)
def test_what_a_word_is(words: str, says: bool) -> None:
    assert has_word(words) is says
