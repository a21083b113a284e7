"""Pages and charts read in Chinese on a machine without a Chinese font, and fetch nothing."""

from __future__ import annotations

import io
import re

import numpy as np

from assay.kernel.answer import Answer, Status
from assay.kernel.answer_page import answer_page
from assay.kernel.charts import png, svg
from assay.kernel.page import html_page


def chart(title: str) -> dict[str, object]:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "title": title,
        "data": {"values": [{"x": 1, "y": 2}, {"x": 2, "y": 3}]},
        "mark": "line",
        "encoding": {"x": {"field": "x", "type": "quantitative"}, "y": {"field": "y", "type": "quantitative"}},
    }


def ink(title: str) -> np.ndarray:
    """The rows of the picture above the plot, where the title stands."""
    import struct
    import zlib

    content = io.BytesIO(png(chart(title), scale=2.0)).read()
    width, height = struct.unpack(">II", content[16:24])
    packed, at = b"", 8
    while at < len(content):
        (size,) = struct.unpack(">I", content[at : at + 4])
        if content[at + 4 : at + 8] == b"IDAT":
            packed += content[at + 8 : at + 8 + size]
        at += size + 12
    rows = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, -1)
    return rows[: height // 12, 1 : 1 + 4 * width]


def test_chinese_titles_are_drawn_with_their_own_shapes() -> None:
    # Boxes for missing characters would make two titles of the same length the same picture.
    one, other = ink("进料温度"), ink("出口压力")
    assert one.shape == other.shape and (one != other).any()


def test_a_chart_without_chinese_keeps_its_font() -> None:
    assert "Noto" not in svg(chart("TI-101")) and "Noto Sans SC" in svg(chart("温度"))


def test_a_page_embeds_the_characters_that_it_shows_and_nothing_else() -> None:
    shown = html_page("报告", "<p>进料 <b>TI-101</b></p>", "p { margin: 0 }", "zh")
    assert 'lang="zh-CN"' in shown and re.search(r"font/woff;base64,[A-Za-z0-9+/=]+\)", shown)
    assert "default-src 'none'" in shown and "<script" not in shown and "http" not in shown.replace("http-equiv", "")
    assert "font/woff" not in html_page("Report <1>", "<p>x</p>", "", "en")
    assert "Report &lt;1&gt;" in html_page("Report <1>", "", "", "en")


def test_an_answer_on_a_page_escapes_what_it_quotes() -> None:
    answer = Answer(run="run_1", status=Status.REFUSED, lang="en", missing=("No <b>rows</b> & nothing else.",))
    shown = answer_page(
        answer, "Over <it>", "en", status="Refused.", replay="assay <x>", notes=("a < b",), table=("t <1>", "u")
    )
    assert "No &lt;b&gt;rows&lt;/b&gt; &amp; nothing else." in shown and "a &lt; b" in shown
    assert "<h1>Over &lt;it&gt;</h1>" in shown and "t &lt;1&gt;\nu" in shown and "assay &lt;x&gt;" in shown
