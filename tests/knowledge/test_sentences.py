"""Sentences: cases that a manual is full of, and the laws of the spans."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.knowledge.sentences import introduces, language, marked, sentences

#: ``|`` marks where a sentence ends.
CASES = [
    "Set No. 3 pump to 0.45 MPa.| See Fig. 4 and Sec. 5.3.2.| Wait 10 min.| Then open approx. 20 %, e.g. XV-101B.",
    "Is it closed?| No.| Then stop!",
    "泵的压力不得低于0.4MPa；|温度应为85℃。|是否停泵？|是！",
    "操作员说：“停泵。关阀。”然后离开。",
    "冷却水（流量≥2.5 m³/h。见图3）投用。|完毕",
    "启动前应符合下列要求：|1）油位正常；|2）阀门关闭。",
    "5.3.2. The pump shall be\nstopped at 80 °C.| J. Smith signed.",
    "1. Close the valve.|\n2. Open the drain.",
    "The following apply:|\n- item one|\n- item two",
    "First part|\n\nSecond part",
    'He said "Stop."| Then left.',
    "见附录A.| 然后停泵.|再启动",
    "Keep oil, grease, etc. in the store.| Max. 80 °C is allowed.",
    "按 GB/T 3766.1-2015 执行。",
    "Rinse for 19 min.| [more](javascript:x) and 3 min. [sic] after that.",
    "(unclosed bracket.| Next one.| 下一句。|好",
    "",
    " \n\t ",
    "。。。",
]


@pytest.mark.parametrize("case", CASES)
def test_sentences_end_where_they_end(case: str) -> None:
    text = case.replace("|", "")
    assert [text[start:end] for start, end in sentences(text)] == [
        part.strip() for part in case.split("|") if part.strip()
    ]


@given(st.text(alphabet="aB1 .。；;:：!?\n\n-()（）“”\"'…、①No.", max_size=300) | st.text(max_size=200))
def test_spans_are_ordered_and_cover_what_is_not_blank(text: str) -> None:
    at = 0
    for start, end in sentences(text):
        assert at <= start < end <= len(text)
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()


def test_an_endless_sentence_is_cut() -> None:
    text = "word " * 2000
    spans = sentences(text)
    assert max(end - start for start, end in spans) <= 900
    assert "".join(text[start:end] for start, end in spans).replace(" ", "") == text.replace(" ", "")


def test_introductions_and_markers() -> None:
    assert introduces("The following must be closed:")
    assert introduces("应符合下列规定。")
    assert not introduces("The pump runs.")
    assert [marked(text) for text in ("1) a", "（2）b", "- c", "③d", "12.5 MPa", "plain", "2、e")] == [
        "1)", "（2）", "-", "③", "", "", "2、",
    ]  # fmt: skip


def test_language() -> None:
    assert language("启动 pump P-101 前检查") == "zh"
    assert language("Start the pump 泵") == "en"
    assert language("12.5 3.4", "zh") == "zh"
