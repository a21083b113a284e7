"""Workbooks: sheets are pages, tables are found where they stand, values show as a person sees them."""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import Any

import openpyxl
import pytest

from assay.kernel.errors import InputError
from assay.knowledge.document import BlockKind, ReadDocument, Table
from assay.knowledge.reading import excel, read_bytes
from assay.knowledge.reading.sheet_formats import number


def read(book: Any, name: str = "a.xlsx") -> ReadDocument:
    target = io.BytesIO()
    book.save(target)
    return read_bytes(target.getvalue(), name)


def tables(made: ReadDocument) -> list[Table]:
    return [one.table for one in made.blocks if one.table]


def filled() -> Any:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "参数"
    sheet["A1"] = "表 2 运行参数"
    sheet.merge_cells("A1:D1")
    for row in (
        ["模式", "压力", "", "日期"],
        ["", "低", "高", ""],
        ["自动", 0.4, 0.65, datetime.date(2024, 3, 1)],
        ["手动", 0.5, 1234.5, datetime.datetime(2024, 3, 1, 8, 30)],
    ):
        sheet.append(row)
    sheet.merge_cells("B2:C2")
    sheet["B4"].number_format = "0.00"
    sheet["B5"].number_format = "0%"
    sheet["C5"].number_format = '#,##0.00" kPa"'
    sheet["D4"].number_format = 'yyyy"年"m"月"d"日"'
    sheet["A6"] = "注：手动时关闭。"
    for at, row in enumerate((("代码", "含义"), ("E01", "高温"), ("E02", "低压")), 2):
        sheet[f"F{at}"], sheet[f"G{at}"] = row
    sheet["A10"] = "=1+1"
    hidden = book.create_sheet("hidden one")
    hidden.sheet_state = "hidden"
    hidden["B2"], hidden["C2"], hidden["B3"], hidden["C3"] = "secret", 0.1 + 0.2, "x", -5
    return book


def test_sheets_tables_titles_and_values() -> None:
    made = read(filled())
    assert [page.label for page in made.pages] == ["参数", "hidden one"]
    first, codes, hidden = tables(made)
    texts = [(cell.row, cell.column, cell.text) for cell in first.cells]
    assert texts[-8:] == [
        (2, 0, "自动"),
        (2, 1, "0.40"),
        (2, 2, "0.65"),
        (2, 3, "2024年3月1日"),
        (3, 0, "手动"),
        (3, 1, "50%"),
        (3, 2, "1,234.50 kPa"),
        (3, 3, "2024-03-01 08:30"),
    ]
    assert (first.header_rows, first.cells[1].columns) == (2, 2)
    assert first.caption and made.slice(first.caption) == "表 2 运行参数"
    assert [cell.text for cell in codes.cells] == ["代码", "含义", "E01", "高温", "E02", "低压"]
    assert [cell.text for cell in hidden.cells] == ["secret", "0.3", "x", "-5"]
    assert [made.slice(one.spans[0]) for one in made.blocks if one.kind is BlockKind.NOTE] == ["注：手动时关闭。"]
    for table in tables(made):
        assert all(made.slice(cell.span) == cell.text for cell in table.cells)
    notes = " ".join(one["en"] for one in made.notes)
    assert "hidden one" in notes and "1 formulas" in notes


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (0.1 + 0.2, "", "0.3"),
        (85.0, "", "85"),
        (1e-6, "", "0.000001"),
        (2.5, "0", "3"),
        (0.125, "0.00", "0.13"),
        (-3.2, "0.0", "-3.2"),
        (-3.2, "0.0;(0.0)", "(3.2)"),
        (0.0, '0.0;-0.0;"-"', "-"),
        (0.256, "0.0%", "25.6%"),
        (12345.6, "#,##0.0", "12,345.6"),
        (5.0, '0.0#" MPa"', "5.0 MPa"),
        (85.0, r"0\℃", "85℃"),
        (7.0, "000", "007"),
        (1234000.0, "0.0,,", "1.2"),
        (12345.0, "0.00E+00", "1.23E+04"),
        (-0.001, "0.0", "0.0"),
        (1.5, "# ?/?", "1.5"),
        (3.0, "[Red]0.0;[Blue]-0.0", "3.0"),
        (0.5, ".00", ".50"),
        (-5.5, 'General" kPa"', "-5.5 kPa"),
        (150.0, "[>=100]0;0.00", "150"),
        (5.0, ";;;", "5"),
    ],
)
def test_numbers_by_their_format(value: float, code: str, expected: str) -> None:
    assert number(value, code) == expected


def test_more_cells_than_are_read_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel, "CELLS", 100)
    book = openpyxl.Workbook()
    for row in range(80):
        book.active.append([row, "a", "b"])
    book.create_sheet("last")["A1"] = "x"
    made = read(book)
    assert len(tables(made)[0].cells) < 110
    notes = " ".join(one["en"] for one in made.notes)
    assert "80 rows; the first 34" in notes and "last" in notes


def test_a_cell_far_out_does_not_take_all_memory() -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = 1
    book.active["XFD1048576"] = 1
    with pytest.raises(InputError, match="reach over"):
        read(book)


def test_chart_sheets_and_empty_sheets_are_pages_without_words() -> None:
    book = openpyxl.Workbook()
    book.create_chartsheet("chart")
    made = read(book)
    assert [page.text for page in made.pages] == ["", ""] and "No text" in made.notes[-1]["en"]


OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
SPACES = " ".join(f'xmlns:{one}="{OFFICE}:{one}:1.0"' for one in ("office", "table", "text", "manifest"))


def ods(rows: str) -> bytes:
    target = io.BytesIO()
    sheet = f'<office:spreadsheet><table:table table:name="S">{rows}</table:table></office:spreadsheet>'
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f"<manifest:manifest {SPACES}/>")
        content = f"<office:document-content {SPACES}><office:body>{sheet}</office:body></office:document-content>"
        archive.writestr("content.xml", content)
    return target.getvalue()


def row(*cells: str, times: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{times}">{"".join(cells)}</table:table-row>'


def cell(words: str = "", times: int = 1) -> str:
    content = f' office:value-type="string"><text:p>{words}</text:p></table:table-cell>' if words else "/>"
    return f'<table:table-cell table:number-columns-repeated="{times}"{content}'


def test_open_document_sheets_and_their_bombs() -> None:
    far = row(cell(times=16384), times=1048570)
    made = read_bytes(ods(row(cell("模式"), cell("压力")) + row(cell("自动"), cell("0.6")) + far), "a.ods")
    assert made.pages[0].text == "模式 | 压力\n自动 | 0.6\n" and "opendocument" in made.media
    with pytest.raises(InputError, match="reach over"):
        read_bytes(ods(row(cell("x", times=16384), times=1048576)), "a.ods")
