"""Word: headings, counted numbers, tables with merged cells, notes, text boxes, tracked changes, page breaks."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import docx
import pytest
from docx.enum.text import WD_BREAK
from docx.oxml import parse_xml

from assay.knowledge.document import BlockKind, ReadDocument
from assay.knowledge.reading import read_bytes
from assay.knowledge.reading.word_numbers import printed

SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def read(document: Any, name: str = "a.docx") -> ReadDocument:
    target = io.BytesIO()
    document.save(target)
    return read_bytes(target.getvalue(), name)


def xml(inner: str) -> Any:
    return parse_xml(f"<w:body {SPACE}>{inner}</w:body>")[0]


def blocks(made: ReadDocument) -> list[tuple[str, str, str]]:
    return [(str(one.kind), one.number, made.slice(one.spans[0])) for one in made.blocks]


def test_headings_margins_and_pages() -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "SOP-12 Rev C"
    document.add_paragraph("循环泵操作规程", "Title")
    document.add_heading("1 总则", 1)
    document.add_heading("1.1 启动", 2)
    paragraph = document.add_paragraph("before")
    paragraph.runs[0].add_break(WD_BREAK.PAGE)
    paragraph.add_run("after")
    made = read(document)
    assert made.title == "循环泵操作规程"
    assert [(one.level, one.number) for one in made.blocks if one.kind is BlockKind.HEADING] == [
        (1, ""),
        (1, "1"),
        (2, "1.1"),
    ]
    assert blocks(made)[0] == ("margin", "", "SOP-12 Rev C")
    assert [made.slice(span) for span in made.blocks[-1].spans] == ["before", "after"]
    assert [page.number for page in made.pages] == [1, 2]
    assert made.stated.version == "C"


def test_numbers_that_word_counts_are_part_of_the_text() -> None:
    document = docx.Document()
    numbering = document.part.numbering_part.element
    numbering.insert(
        0,
        xml(
            '<w:abstractNum w:abstractNumId="77">'
            '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="第%1条"/>'
            '</w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:isLgl/>'
            '<w:lvlText w:val="%1.%2"/></w:lvl>'
            "</w:abstractNum>"
        ),
    )
    numbering.append(xml('<w:num w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    for depth, text in (
        (0, "泵启动前应关阀。"),
        (1, "先开冷却水。"),
        (1, "再开泵。"),
        (0, "停泵后应断电。"),
        (1, "挂牌。"),
    ):
        paragraph = document.add_paragraph(text)
        paragraph._p.get_or_add_pPr().append(xml(f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="77"/></w:numPr>'))
    document.add_paragraph("Close V-101", "List Number")
    document.add_paragraph("Open V-102", "List Number")
    document.add_paragraph("bullet", "List Bullet")
    found = [(number, text) for _, number, text in blocks(read(document))]
    assert found == [
        ("第一条", "第一条 泵启动前应关阀。"),
        ("1.1", "1.1 先开冷却水。"),
        ("1.2", "1.2 再开泵。"),
        ("第二条", "第二条 停泵后应断电。"),
        ("2.1", "2.1 挂牌。"),
        ("1", "1. Close V-101"),
        ("2", "2. Open V-102"),
        ("", "bullet"),
    ]


@pytest.mark.parametrize(
    ("count", "form", "expected"),
    [
        (12, "chineseCounting", "十二"),
        (20, "chineseCounting", "二十"),
        (103, "chineseCounting", "一百零三"),
        (28, "upperLetter", "BB"),
        (14, "lowerRoman", "xiv"),
        (3, "decimalEnclosedCircleChinese", "③"),
        (3, "ideographTraditional", "丙"),
        (7, "decimalZero", "07"),
    ],
)
def test_forms_of_numbers(count: int, form: str, expected: str) -> None:
    assert printed(count, form) == expected


def test_a_table_with_merged_cells_caption_and_unit() -> None:
    document = docx.Document()
    document.add_paragraph("表 3 运行参数 (单位: MPa)", "Caption")
    table = document.add_table(4, 3)
    for row, line in enumerate(
        [("模式", "压力", ""), ("", "low", "high"), ("自动", "0.4", "0.6"), ("手动", "0.5", "0.8")]
    ):
        for column, text in enumerate(line):
            table.cell(row, column).text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(0, 0).merge(table.cell(1, 0))
    made = read(document)
    found = next(one.table for one in made.blocks if one.table)
    assert [(cell.row, cell.column, cell.rows, cell.columns, cell.text) for cell in found.cells][:4] == [
        (0, 0, 2, 1, "模式"),
        (0, 1, 1, 2, "压力"),
        (1, 1, 1, 1, "low"),
        (1, 2, 1, 1, "high"),
    ]
    assert all(made.slice(cell.span) == cell.text for cell in found.cells)
    assert found.header_rows == 2 and found.conditions == (0,)
    assert found.caption and made.slice(found.caption) == "表 3 运行参数 (单位: MPa)"
    assert found.unit and made.slice(found.unit) == "MPa"


def test_tracked_changes_hidden_text_symbols_and_text_boxes() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("压力应 ")
    for inner in (
        '<w:r><w:rPr><w:rFonts w:ascii="Symbol"/></w:rPr><w:sym w:font="Symbol" w:char="F0A3"/></w:r>',
        "<w:r><w:t> 0.6 MPa</w:t></w:r>",
        '<w:ins w:id="1" w:author="a"><w:r><w:t> inserted</w:t></w:r></w:ins>',
        '<w:del w:id="2" w:author="a"><w:r><w:delText> deleted</w:delText></w:r></w:del>',
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r>",
        "<w:r><w:pict><w:txbxContent><w:p><w:r><w:t>警告：框内文字。</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>",
    ):
        paragraph._p.append(xml(inner))
    made = read(document)
    assert blocks(made) == [("paragraph", "", "压力应 ≤ 0.6 MPa inserted"), ("warning", "", "警告：框内文字。")]
    notes = " ".join(one["en"] for one in made.notes)
    assert "1 insertions" in notes and "1 deletions" in notes and "hidden" in notes


def test_a_frame_around_a_warning_is_the_warning_and_a_wrong_name_is_said() -> None:
    document = docx.Document()
    document.add_table(1, 2).cell(0, 1).text = "WARNING: hot surface."
    made = read(document, "a.pdf")
    assert blocks(made) == [("warning", "", "WARNING: hot surface.")]
    assert "Word" in made.notes[0]["en"]


def test_bold_lines_are_headings_and_toc_lines_are_margins() -> None:
    document = docx.Document()
    document.styles.add_style("toc 1", 1)
    document.add_paragraph("启动 ...... 3", "toc 1")
    document.add_paragraph().add_run("启动准备").bold = True
    document.add_paragraph("关闭出口阀。")
    assert [kind for kind, _, _ in blocks(read(document))] == ["margin", "heading", "paragraph"]


def test_footnotes_stand_behind_their_paragraph() -> None:
    target = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("压力 0.6 MPa")._p.append(xml('<w:r><w:footnoteReference w:id="2"/></w:r>'))
    document.add_paragraph("next")
    document.save(target)
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    parts = {one: zipfile.ZipFile(target).read(one) for one in zipfile.ZipFile(target).namelist()}
    rels = "word/_rels/document.xml.rels"
    link = f'<Relationship Id="rId99" Type="{kind}" Target="footnotes.xml"/></Relationships>'
    parts[rels] = parts[rels].replace(b"</Relationships>", link.encode())
    note = '<w:footnote w:id="2"><w:p><w:r><w:t>表压。</w:t></w:r></w:p></w:footnote>'
    parts["word/footnotes.xml"] = f"<w:footnotes {SPACE}>{note}</w:footnotes>".encode()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert blocks(read_bytes(target.getvalue(), "a.docx")) == [
        ("paragraph", "", "压力 0.6 MPa[1]"),
        ("note", "", "[1] 表压。"),
        ("paragraph", "", "next"),
    ]


def test_a_table_goes_on_where_word_last_broke_the_page() -> None:
    document = docx.Document()
    table = document.add_table(3, 2)
    for row, line in enumerate((("Mode", "Limit"), ("auto", "5 bar"), ("manual", "6 bar"))):
        for column, text in enumerate(line):
            table.cell(row, column).text = text
    table.cell(2, 0).paragraphs[0].runs[0]._r.insert(0, xml("<w:lastRenderedPageBreak/>"))
    made = read(document)
    assert [page.text for page in made.pages] == ["Mode | Limit\nauto | 5 bar\n", "manual | 6 bar\n"]
    assert [span.page for span in made.blocks[0].spans] == [1, 2]
