"""Markdown, plain text and tables of text: the stored text is the file's own, and its structure is found."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.kernel.errors import InputError
from assay.knowledge.document import Block, BlockKind, ReadDocument
from assay.knowledge.reading import read_bytes

MANUAL = """\
---
title: Pump procedure
version: 2.10
valid_from: 2024-03-01
replaces: [SOP-12 Rev B]
---
# 循环泵 P-101 操作规程

Intro line one
line two of it.

## 5.3 启动 ##

1. Close **V-101**.
2. Open V-102:
   - slowly
   - at most 5 °
     more words

     second paragraph
3. Wait.
lazy line

> **Warning**
> Hot surface.

> [!CAUTION]
> Never open above 85 °C.

!!! danger "Read me"
    Pressure stays.

:::warning
小心高温。
:::

表 3 运行参数

单位: mm

| 模式 | 压力 | 备注 |
|:---|---:|---|
|  | MPa |  |
| 自动 | **0.6** | a\\|b |

Setext title
------------
```python
code # not heading
```

<!-- hidden
words -->
5.3.2 泵停运后应立即关闭出口阀。

图 4 泵的结构
"""


def words(read: ReadDocument, block: Block) -> list[str]:
    return [read.slice(span) for span in block.spans]


def of(read: ReadDocument, kind: BlockKind) -> list[list[str]]:
    return [words(read, block) for block in read.blocks if block.kind is kind]


def md(text: str) -> ReadDocument:
    return read_bytes(text.encode(), "a.md")


def assert_sound(read: ReadDocument) -> None:
    """Every place is inside its page, has words, and is in one block only."""
    taken = sorted(span for block in read.blocks for span in block.spans)
    assert all(a.page < b.page or a.end <= b.start for a, b in pairwise(taken))
    for block in read.blocks:
        assert block.spans
        for span in block.spans:
            assert 0 <= span.start < span.end <= len(read.pages[span.page - 1].text)
            assert read.slice(span).strip() == read.slice(span) != ""
        for cell in block.table.cells if block.table else ():
            assert read.slice(cell.span) == cell.text != ""


def test_markdown_is_stored_as_it_is_and_its_blocks_are_its_words() -> None:
    read = read_bytes(("\ufeff" + MANUAL).replace("\n", "\r\n").encode(), "a.md")
    assert read.pages[0].text == MANUAL
    assert_sound(read)
    assert (read.media, read.title) == ("text/markdown", "Pump procedure")
    headings = [(words(read, one)[0], one.level, one.number) for one in read.blocks if one.kind is BlockKind.HEADING]
    assert headings == [("循环泵 P-101 操作规程", 1, ""), ("5.3 启动", 2, "5.3"), ("Setext title", 2, "")]
    items = [(words(read, one)[0], one.number) for one in read.blocks if one.kind is BlockKind.ITEM]
    assert items[:3] == [("1. Close **V-101**.", "1"), ("2. Open V-102:", "2"), ("slowly", "")]
    assert items[4] == ("3. Wait.\nlazy line", "3")
    assert ["second paragraph"] in of(read, BlockKind.PARAGRAPH)
    assert of(read, BlockKind.CODE) == [["code # not heading"]]


def test_front_matter_states_version_days_and_what_is_replaced() -> None:
    stated = md(MANUAL).stated
    assert (stated.version, stated.valid_from, stated.replaces) == ("2.10", date(2024, 3, 1), ("SOP-12 Rev B",))
    assert md("---\na: &x [1]\nb: *x\n---\n# T\n").title == "T"


def test_warnings_in_every_fashion_are_warnings() -> None:
    read = md(MANUAL)
    warnings = [" ".join(one) for one in of(read, BlockKind.WARNING)]
    for expected in ("Hot surface.", "Never open above 85 °C.", "Pressure stays.", "小心高温。"):
        assert any(expected in one for one in warnings), expected


def test_a_pipe_table_has_cells_head_unit_row_caption_and_unit() -> None:
    read = md(MANUAL)
    table = next(one.table for one in read.blocks if one.table)
    assert [(cell.row, cell.column, cell.text) for cell in table.cells if cell.row > 1] == [
        (2, 0, "自动"),
        (2, 1, "0.6"),
        (2, 2, r"a\|b"),
    ]
    assert (table.header_rows, table.unit_row, table.conditions) == (2, 1, (0,))
    assert table.caption and read.slice(table.caption) == "表 3 运行参数"
    assert table.unit and read.slice(table.unit) == "mm"


def test_an_html_table_in_markdown_keeps_its_places() -> None:
    text = """Text before.

<table>
<caption>表 1 参数</caption>
<tr><th rowspan="2">模式</th><th colspan=2>压力</th></tr>
<tr><th>low</th><th><b>high</b></th></tr>
<tr><td>自动</td><td>0.4</td><td>0.6</td></tr>
</table>

Text after.
"""
    read = md(text)
    table = next(one.table for one in read.blocks if one.table)
    assert [(one.row, one.column, one.rows, one.columns, one.text) for one in table.cells] == [
        (0, 0, 2, 1, "模式"),
        (0, 1, 1, 2, "压力"),
        (1, 1, 1, 1, "low"),
        (1, 2, 1, 1, "high"),
        (2, 0, 1, 1, "自动"),
        (2, 1, 1, 1, "0.4"),
        (2, 2, 1, 1, "0.6"),
    ]
    assert table.header_rows == 2 and table.caption and read.slice(table.caption) == "表 1 参数"
    assert of(read, BlockKind.PARAGRAPH) == [["Text before."], ["Text after."]]
    assert_sound(read)
    for broken in (text.replace("</table>", ""), text.replace("<td>", "<table><td>"), "<table>\n</table>\n"):
        assert_sound(md(broken))
        assert md(broken).pages[0].text == broken


def test_comments_are_stored_but_in_no_block() -> None:
    read = md("a <!-- secret --> b\n\n<!-- more\nsecret -->\nlast\n\n```\n<!-- code -->\n```\n")
    assert "secret" in read.pages[0].text
    assert not any("secret" in part for block in read.blocks for part in words(read, block))
    assert of(read, BlockKind.CODE) == [["<!-- code -->"]]


def test_plain_text_finds_clauses_steps_and_pages() -> None:
    text = "泵操作规程\n\n1 总则\n\n1.1 本规程适用于P-101泵。\n警告：高温！\n不得触摸。\n\n1）关阀\n2）停泵\n\f第二页\n"
    read = read_bytes(text.encode("gb18030"), "a.txt")
    assert "".join(page.text for page in read.pages) == text
    assert len(read.pages) == 2 and read.pages[1].text == "第二页\n"
    assert [block.number for block in read.blocks] == ["", "1", "1.1", "", "1）", "2）", ""]
    assert of(read, BlockKind.WARNING) == [["警告：高温！\n不得触摸。"]]
    assert_sound(read)


def test_a_table_of_text_is_a_table_with_places_in_the_file() -> None:
    text = '模式,压力,备注\n自动,0.6,"a, ""b"""\n手动,0.8,\n'
    read = read_bytes(text.encode("gbk"), "a.csv")
    table = read.blocks[0].table
    assert table is not None and read.pages[0].text == text
    assert [(cell.row, cell.column, cell.text) for cell in table.cells][3:] == [
        (1, 0, "自动"),
        (1, 1, "0.6"),
        (1, 2, 'a, ""b""'),
        (2, 0, "手动"),
        (2, 1, "0.8"),
    ]
    semicolons = read_bytes(b"a;b\n1,5;2,5\n3,5;4,5\n", "x.csv").blocks[0].table
    assert semicolons is not None and semicolons.cells[2].text == "1,5"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings_with_rare_characters(encoding: str) -> None:
    text = "㐂𠀀泵的启动与停止运行，阀门应当关闭，温度不得超过 85 ℃。龘靐\n"
    assert read_bytes(text.encode(encoding), "a.txt").pages[0].text == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("循環水泵之啟動應依下列步驟進行，閥門必須關閉，不得遲延。", "big5"),
        ("ポンプの起動前にバルブを閉じてください。", "shift_jis"),
        ("펌프를 시작하기 전에 밸브를 닫으십시오. 압력이 설정값을 초과하면 경보가 발생합니다.", "euc-kr"),
        ("Перед пуском насоса закройте клапан на выходе", "cp1251"),
    ],
)
def test_other_encodings_are_refused_and_never_read_as_something_else(text: str, encoding: str) -> None:
    with pytest.raises(InputError, match="UTF-8"):
        read_bytes(text.encode(encoding), "a.txt")


def test_guesses_and_cuts_are_said() -> None:
    western = read_bytes("Keep below 85 °C ±2, µm range – ok".encode("cp1252"), "a.txt")
    assert western.pages[0].text == "Keep below 85 °C ±2, µm range – ok" and "Western" in western.notes[0]["en"]
    cut = read_bytes("泵的启动".encode()[:-1], "a.txt")
    assert cut.pages[0].text == "泵的启" and "截断" in cut.notes[0]["zh"]
    nulls = read_bytes(b"valve open " * 20 + b"\0x", "a.txt")
    assert "\0" not in nulls.pages[0].text and "null" in nulls.notes[0]["en"]


LINE = st.sampled_from(
    "# 标题;text of a line;- item;  - deeper;1. one;> quoted;> > twice;| a | b |;|---|---|;```;;;    code;<!-- x;-->;"
    "表 1 参数;Warning: hot;---;===;!!! note;:::tip;:::;\f;5.1 条文;<table>;<tr><td>x<td rowspan=3>y;</table>".split(
        ";"
    )
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(LINE | st.text(max_size=12), max_size=25), st.sampled_from(["a.md", "a.txt", "a.csv"]))
def test_whatever_is_written_is_stored_as_it_is_with_sound_places(lines: list[str], name: str) -> None:
    text = "x\n" + "\n".join(lines)
    text = "".join(char for char in text if char.isprintable() or char in "\n\f")
    read = read_bytes(text.encode(), name)
    assert "".join(page.text for page in read.pages) == text
    assert_sound(read)
    assert read == read_bytes(text.encode(), name)
