"""Web pages and presentations: what a person sees, in its order, with its structure."""

from __future__ import annotations

import io

import pptx
import pytest
from pptx.util import Inches

from assay.kernel.errors import InputError
from assay.knowledge.document import BlockKind, ReadDocument
from assay.knowledge.reading import read_bytes

PAGE = """<!doctype html><html><head><title>Pump manual</title>
<style>.x{display:none} p.y, #z {visibility:hidden}</style><script>bad()</script></head>
<body><nav>Menu</nav><h1>5 Pump</h1><p>First <b>bold</b> text<br>second 10<sup>5</sup> Pa m<sup>3</sup>.</p>
<p class="x">hidden 1</p><p id=z>hidden 2</p><div style="display: none">hidden 3</div><p hidden>hidden 4</p>
<span style="font-size:0">hidden 5</span><!-- hidden 6 --><noscript>hidden 7</noscript>
<ol start=3><li>Close<ul><li>slowly</li></ul></li><li>Open</li></ol>
<div class="admonition warning"><p>Hot!</p></div>
<table><caption>表 1 参数 (单位: bar)</caption><thead><tr><th rowspan=2>Mode</th><th colspan=2>P</th></tr>
<tr><th>low</th><th>high</th></tr></thead><tr><td>auto</td><td>1</td><td>2 <span hidden>9</span></td></tr></table>
<p>Warning: do not.</p></body></html>"""


def blocks(made: ReadDocument) -> list[tuple[str, str, str]]:
    return [(str(one.kind), one.number, made.slice(one.spans[0])) for one in made.blocks if one.table is None]


def test_a_page_as_a_person_sees_it() -> None:
    made = read_bytes(PAGE.encode(), "a.txt")
    assert (made.media, made.title) == ("text/html", "Pump manual")
    assert blocks(made) == [
        ("margin", "", "Menu"),
        ("heading", "5", "5 Pump"),
        ("paragraph", "", "First bold text\nsecond 10⁵ Pa m³."),
        ("item", "3", "3. Close"),
        ("item", "", "slowly"),
        ("item", "4", "4. Open"),
        ("warning", "", "Hot!"),
        ("caption", "表 1", "表 1 参数 (单位: bar)"),
        ("warning", "", "Warning: do not."),
    ]
    assert "hidden" not in made.pages[0].text and "bad" not in made.pages[0].text
    assert made.notes


def test_a_table_of_a_page() -> None:
    made = read_bytes(PAGE.encode(), "a.html")
    table = next(one.table for one in made.blocks if one.table)
    assert [(cell.row, cell.column, cell.rows, cell.columns, cell.text) for cell in table.cells] == [
        (0, 0, 2, 1, "Mode"),
        (0, 1, 1, 2, "P"),
        (1, 1, 1, 1, "low"),
        (1, 2, 1, 1, "high"),
        (2, 0, 1, 1, "auto"),
        (2, 1, 1, 1, "1"),
        (2, 2, 1, 1, "2"),
    ]
    assert table.header_rows == 2 and all(made.slice(cell.span) == cell.text for cell in table.cells)
    assert table.unit and made.slice(table.unit) == "bar"


def test_absurd_nesting_and_spans() -> None:
    deep = "<div>" * 100_000 + "deep" + "</div>" * 100_000
    with pytest.raises(InputError, match="deeper"):
        read_bytes(deep.encode(), "a.html")
    assert "deep" in read_bytes(deep[: 5 * 500].encode() + b"deep", "a.html").pages[0].text
    wide = "<table>" + "<tr><td colspan=99999 rowspan=99999>x</td></tr>" * 50 + "</table>"
    assert "left out" in read_bytes(wide.encode(), "a.html").notes[0]["en"]
    entity = "<!DOCTYPE html [<!ENTITY a 'haha'>]><html><p>&a;&a;</p></html>"
    assert "haha" not in read_bytes(entity.encode(), "a.html").pages[0].text


def test_slides_are_pages_with_titles_tables_and_notes() -> None:
    deck = pptx.Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.shapes.title.text, first.placeholders[1].text = "泵的启动", "one\ntwo"
    first.notes_slide.notes_text_frame.text = "say this"
    second = deck.slides.add_slide(deck.slide_layouts[5])
    second.shapes.title.text = "Limits"
    table = second.shapes.add_table(3, 2, Inches(1), Inches(2), Inches(4), Inches(2)).table
    for row, line in enumerate([("Mode", "p in bar"), ("auto", "5"), ("manual", "6")]):
        for column, text in enumerate(line):
            table.cell(row, column).text = text
    deck.slides.add_slide(deck.slide_layouts[6])
    deck.slides[1]._element.set("show", "0")
    target = io.BytesIO()
    deck.save(target)
    made = read_bytes(target.getvalue(), "a.pptx")
    assert [page.label for page in made.pages] == ["1", "2", "3"] and made.title == "泵的启动"
    assert blocks(made) == [
        ("heading", "", "泵的启动"),
        ("item", "", "one"),
        ("item", "", "two"),
        ("note", "", "say this"),
        ("heading", "", "Limits"),
    ]
    found = made.blocks[-1]
    assert found.kind is BlockKind.TABLE and found.table is not None and found.table.cells[3].text == "5"
    assert [one["en"] for one in made.notes] == [
        "Hidden slides were read too: 2.",
        "Slides without any text, perhaps pictures only: 3.",
    ]
