"""What a question leaves open, what is denied, which column is named, and what a unit is to be read with."""

from __future__ import annotations

import asyncio

import pytest
from tests.skills.knowledge_qa_shelf import Doc, ShelfReader

from assay.knowledge.document import BlockKind, Span
from assay.knowledge.passage import Passage, Unit, UnitKind
from assay.knowledge.reader import Hit
from assay.skills.knowledge_qa.candidates import Candidate, candidates_of
from assay.skills.knowledge_qa.columns import implied_codes
from assay.skills.knowledge_qa.combine import combiner
from assay.skills.knowledge_qa.denials import denied
from assay.skills.knowledge_qa.judge import Judge, Reason
from assay.skills.knowledge_qa.question import language_of, read_question
from assay.skills.knowledge_qa.ranking import ranked
from assay.skills.knowledge_qa.terms import said


def passage(*sentences: str, id: str = "p", document: str = "d") -> Passage:
    units = tuple(Unit(UnitKind.SENTENCE, text, (Span(1, 0, len(text)),)) for text in sentences)
    lang = language_of(sentences[0])
    return Passage(id, document, "1", "Manual", (), "", BlockKind.PARAGRAPH, lang, units)


def hits(*passages: Passage) -> list[Hit]:
    return [Hit(one, 1.0 - 0.1 * at, {}, 0.5, 0.0) for at, one in enumerate(passages)]


def ruling(question: str, *passages: Passage) -> Reason | None:
    return asyncio.run(Judge(combiner()).rule(read_question(question), hits(*passages))).reason


def first(question: str, table: str) -> Candidate:
    asked = read_question(question)
    found = ranked(asked, ShelfReader({"m": Doc(table)}).search(asked.text), combiner(), None)
    return found[0].candidate


@pytest.mark.parametrize(
    ("text", "open_one", "closed"),
    [
        (
            "Tip speed of the fans: 40 m/s in the dryer, 55 m/s in the stack.",
            "",
            "What is the tip speed of the fans in the stack?",
        ),
        (
            "The seal water pressure is 2 bar for KP-11 and 3 bar for KP-12.",
            "What is the seal water pressure?",
            "What is the seal water pressure of KP-12?",
        ),
        ("清洗周期：刮板机 20 天，斗提机 35 天，绞龙 50 天。", "清洗周期是多少天？", "斗提机的清洗周期是多少天？"),
        ("洗网水压：Q1 为 1.2 MPa，Q2 为 1.8 MPa。", "洗网水压应该是多少？", "Q2 的洗网水压应该是多少？"),
        ("板框厚 60 mm，磨到 48 mm 要换。", "", "板框磨到多少毫米要换？"),
        (
            "Contact tips are changed in WC-5 every 4 hours of arc time and in WC-6 every 2 hours, as they scrape.",
            "How often are the contact tips changed?",
            "How often are the contact tips changed in WC-6?",
        ),
        (
            "Strips are laid in after 17 days in the summer programme and after 19 days in the winter programme.",
            "After how many days are the strips laid in?",
            "After how many days are the strips laid in in winter?",
        ),
    ],
)
def test_a_list_of_cases_is_asked_back_where_the_question_names_none(text: str, open_one: str, closed: str) -> None:
    if open_one:
        assert ruling(open_one, passage(text)) is Reason.AMBIGUOUS
    assert ruling(closed, passage(text)) is not Reason.AMBIGUOUS


def test_sisters_of_one_plant_are_asked_back() -> None:
    two = (
        passage("Crusher CB-7 may be started 4 times in an hour.", id="a"),
        passage("The drive of crusher CB-8 may be started 9 times in an hour.", id="b"),
    )
    assert ruling("How many times in an hour may the crusher be started?", *two) is Reason.AMBIGUOUS
    assert ruling("How many times in an hour may crusher CB-8 be started?", *two) is not Reason.AMBIGUOUS


def test_a_season_that_the_question_leaves_open_is_asked_back() -> None:
    two = passage("LX-4 的循环水压力设定为 0.30 MPa。", "冬季 LX-4 的循环水压力设定为 0.22 MPa。")
    assert ruling("LX-4 的循环水压力设定为多少？", two) is Reason.AMBIGUOUS
    assert ruling("冬季 LX-4 的循环水压力设定为多少？", two) is not Reason.AMBIGUOUS


ROOMS = """# Halls

Table 1: Air of the halls

| Item | Unit | KX-1 | KX-2 |
|---|---|---|---|
| Air change | 1/h | 6 | 9 |
| Dust limit | mg/m³ | 3 | 3 |
"""


def test_columns_for_several_machines_tie_where_none_is_named() -> None:
    assert first("What is the air change?", ROOMS).features["cells_tied"] == 1.0
    named = first("What is the air change of KX-2?", ROOMS)
    assert named.features["cells_tied"] == 0.0 and named.field is not None and named.field.value == "9"
    assert first("What is the dust limit?", ROOMS).features["cells_tied"] == 0.0


LEVELS = """# Detectors

Table 1: Detectors

| Where | Level 1 | Level 2 |
|---|---|---|
| Kiln | 20 ppm | 90 ppm |
| Cellar | 25 ppm | 70 ppm |
"""
CODES = """# 报警

表 1 报警代码

| 代码 | 含义 | 处理 |
|---|---|---|
| E-31 | 主轴超温 | 停机检查 |
| E-32 | 油位低 | 加油 |
"""
RANGES = """# 线压

表 1 线压（kN/m）

| 压区 | 定量 70 g 以下 | 定量 100 g 以上 |
|---|---|---|
| 上压 | 61 | 88 |
"""


@pytest.mark.parametrize(
    ("question", "table", "value"),
    [
        ("What is level 2 of the detector in the cellar?", LEVELS, "70 ppm"),
        ("What is level 1 of the detector in the cellar?", LEVELS, "25 ppm"),
        ("代码 E-32 是什么意思？", CODES, "油位低"),
        ("主轴超温的代码是哪个？", CODES, "E-31"),
        ("上压抄 120 g 的纸线压是多少？", RANGES, "88"),
        ("上压抄 60 g 的纸线压是多少？", RANGES, "61"),
    ],
)
def test_the_column_that_the_question_names_answers(question: str, table: str, value: str) -> None:
    found = first(question, table)
    assert found.field is not None and found.field.value == value


def test_a_name_that_stands_beside_one_code_means_it() -> None:
    told = ["The brine pump KP-31 is canned, the pumps KP-32 and KP-33 are not.", "KP-34 卸酸泵为磁力泵。"]
    assert implied_codes(read_question("At which pressure does the brine pump trip?"), told) == {"KP-31"}
    assert implied_codes(read_question("卸酸泵的流量是多少？"), told) == {"KP-34"}
    assert not implied_codes(read_question("What is the flow of the pumps?"), told)
    assert not implied_codes(read_question("What is the flow of KP-32?"), told)


def test_a_range_of_codes_names_those_between() -> None:
    assert "QT-13" in said("QT-11 to QT-14 are tested yearly").codes
    assert "Q2" in said("Q1～Q3 不用动").codes
    assert "QT-15" not in said("QT-11 to QT-14").codes


def test_a_question_and_a_bare_title_are_no_answers_and_lead_theirs() -> None:
    text = passage("**Table B.", "Seal rings**", "May the ring be turned?", "Only once.", "It is then marked red.")
    found = {one.unit.text: one for one in candidates_of(read_question("May the seal ring be turned?"), hits(text))}
    assert "Seal rings**" not in found and "May the ring be turned?" not in found
    assert "May the ring be turned?" in found["Only once."].above


def test_a_sentence_that_points_back_is_read_with_the_one_before() -> None:
    asked = read_question("What torque do the cover screws of GV-61 get?")
    text = passage("The cover of GV-61 is opened every spring.", "Its screws get 35 Nm.")
    back = candidates_of(asked, hits(text))[1]
    assert back.features["code_own"] == 1.0 and "GV-61" in back.above


@pytest.mark.parametrize(
    ("question", "text", "denies"),
    [
        ("BD-4 的刮刀片多久换一次？", "BD-3 每季换片，BD-4 没有刮刀片。", True),
        ("BD-3 的刮刀片多久换一次？", "BD-3 每季换片，BD-4 没有刮刀片。", False),
        ("风冷辊每次打几克脂？", "轴承每周 80 g，风冷辊为稀油，不打脂。", True),
        ("卸料站 KP-52 的流量低报警是多少？", "卸料站 KP-52 只有一台，没有备用。", False),
        ("What pressure does the condenser of TS-3 hold?", "TS-3 is small; it has no condenser.", True),
        ("What does the blower of ZD-2 draw?", "ZD-2 vents through the blower and has no silencer.", False),
        ("At which hour is cell 9 flushed?", "Cells 1 to 4 are flushed at 04:00, cell 9 not at all.", True),
        ("Which pressure has the gate valve?", "The gate valve has no more than 3 bar.", False),
    ],
)
def test_a_denial_counts_where_it_denies_what_is_asked_about(question: str, text: str, denies: bool) -> None:
    assert denied(read_question(question), text) is denies


def test_two_documents_in_two_languages_that_differ_are_a_conflict() -> None:
    one = passage("VX-6 容器液位高联锁值为 80 %。", id="a", document="a")
    other = passage("The level interlock of vessel VX-6 is set to 85 %.", id="b", document="b")
    assert ruling("VX-6 容器液位高联锁值是多少？", one, other) is Reason.CONFLICT
