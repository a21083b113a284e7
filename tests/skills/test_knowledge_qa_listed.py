"""Several properties of one thing, times of day that differ, and rules that do not apply."""

from __future__ import annotations

import pytest
from tests.skills.test_knowledge_qa_heard import answered

from assay.knowledge.passage import Unit, UnitKind
from assay.skills.knowledge_qa.months import clocks_of
from assay.skills.knowledge_qa.parts import parts_of
from assay.skills.knowledge_qa.polarity import plain_rule
from assay.skills.knowledge_qa.question import read_question
from assay.skills.knowledge_qa.spans import short_answers


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "Name pressure, oxygen period and air break of table T-16.",
            [
                "what is the pressure of table T-16",
                "what is the oxygen period of table T-16",
                "what is the air break of table T-16",
            ],
        ),
        (
            "pressure, speed and current of pump P-3?",
            ["what is the pressure of pump P-3", "what is the speed of pump P-3", "what is the current of pump P-3"],
        ),
        (
            "Give me pressure and temperature of the mixer M-4",
            ["what is the pressure of the mixer M-4", "what is the temperature of the mixer M-4"],
        ),
        (
            "T-16 表的压力、氧疗时长和空气间歇各是多少？",
            ["T-16 表的压力多少", "T-16 表的氧疗时长多少", "T-16 表的空气间歇多少"],
        ),
        (
            "Gas in the hall, B-101 - what are the limit and the delay?",
            ["Gas in the hall, B-101 - what is the limit", "Gas in the hall, B-101 - what is the delay"],
        ),
        (
            "西伯、阿施、老鳇三种罐的胶圈各是什么颜色？",
            ["西伯罐的胶圈什么颜色", "阿施罐的胶圈什么颜色", "老鳇罐的胶圈什么颜色"],
        ),
        ("P-1和P-2两台泵的流量各是多少", ["P-1泵的流量多少", "P-2泵的流量多少"]),
        (
            "For program P2, give me the number of steps, the running time and the final angle.",
            [
                "For program P2, what is the number of steps",
                "For program P2, what is the running time",
                "For program P2, what is the final angle",
            ],
        ),
        ("列出 P-3 的压力、转速和电流", ["P-3 的压力是多少", "P-3 的转速是多少", "P-3 的电流是多少"]),
    ],
)
def test_each_property_of_a_list_is_asked_for(question: str, parts: list[str]) -> None:
    assert [one.text for one in parts_of(read_question(question))] == parts


@pytest.mark.parametrize(
    "question",
    ["油压、油温和油位都正常的时候能启动吗", "What is the wear and tear of belts?", "Lock and tag of the pump?"],
)
def test_what_is_no_list_of_properties_is_one_question(question: str) -> None:
    assert len(parts_of(read_question(question))) == 1


@pytest.mark.parametrize(
    ("question", "sentence", "short"),
    [
        ("出库几点到几点办理？", "出库只在 14:00 至 16:00 办理，其他时间要主管签字。", "14:00 至 16:00"),
        ("Between what times is it shipped?", "Shipping is open from 14:00 to 16:00 only.", "14:00 to 16:00"),
        ("At what times are the racks turned?", "The racks are turned at 07:00 and 16:00.", "07:00 and 16:00"),
        ("At what time is the gate opened?", "The gate is open from 14:00 to 16:00 only.", "14:00"),
        ("出库几点到几点办理？", "出库 14:00 开始办理。", "14:00"),
        ("工段长哪天几点来看本子？", "工段长每周一 9:00 审阅本子。", "每周一 9:00"),
        ("On which day and at what time is it read?", "It is read on Mondays at 9:00.", "Mondays at 9:00"),
        (
            "How soon after sampling must it be cooled?",
            "It is cooled within 5 min and is kept in the bath for no more than 2 h.",
            "5 min",
        ),
        ("取样后多长时间内要冷却？", "取样后放置不得超过 2 h，样品须在 5 min 内冷却。", "5 min"),
    ],
)
def test_a_time_is_answered_whole_and_as_it_is_asked_for(question: str, sentence: str, short: str) -> None:
    asked = read_question(question)
    assert short_answers(asked, Unit(UnitKind.SENTENCE, sentence, ()), None)[0].text == short


def test_a_list_is_answered_from_one_row() -> None:
    text = (
        "# Chambers\n\n| Table | Pressure (kPa) | Oxygen period (min) | Air break (min) |\n|---|---|---|---|\n"
        "| T-16 | 160 | 35 | 8 |\n| T-18 | 180 | 30 | 5 |\n"
    )
    outcome = answered("Name pressure, oxygen period and air break of table T-16.", "T-16", text)
    assert outcome.answered
    assert outcome.short == "160 kPa; 35 min; 8 min"


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("每天 15:30 收取", {930}),
        ("at 3 pm", {900}),
        ("3:30 p.m.", {930}),
        ("12 am", {0}),
        ("下午 3 点半", {930}),
        ("早上 8 点", {480}),
        ("10:15:30", set()),
        ("ISO 4406 18:16:13", set()),
        ("2 时", set()),
        ("5 min", set()),
    ],
)
def test_times_of_day_are_read_as_minutes(text: str, minutes: set[int]) -> None:
    assert clocks_of(text) == minutes


def test_another_time_of_day_in_another_document_is_a_conflict() -> None:
    one, two = "# 规程\n\n产卵木条每天 15:30 收取。\n", "# 速览卡\n\n产卵木条每天 16:30 收取。\n"
    question = "产卵木条几点收取？"
    assert answered(question, "产卵木条", one).answered
    assert answered(question, "产卵木条", one, two).reason == "conflict"
    assert answered(question, "产卵木条", one, two.replace("16:30", "15:30")).answered


def test_what_is_certain_by_its_words_alone_is_not_so_against_another_document() -> None:
    one = "# Procedure\n\nA trainee may hold heads after 40 supervised extractions.\n"
    two = "# Overview\n\n| What | Value |\n|---|---|\n| Supervised extractions before a trainee may hold heads | 50 |\n"
    question = "After how many supervised extractions may a trainee hold heads?"
    asked = ("40 supervised", one)
    assert answered(question, *asked, odds=0.1, shipped=True).answered
    assert answered(question, *asked, two, odds=0.1, shipped=True).reason == "conflict"
    assert answered(question, *asked, two.replace("50", "40"), odds=0.1, shipped=True).answered


def test_words_of_the_model_do_not_replace_the_number_at_the_comparison() -> None:
    text = "# Procedure\n\nA sample is cooled within 5 min and is kept in the bath for no more than 2 h.\n"
    outcome = answered("How soon must a sample be cooled?", "cooled", text, words="2 h")
    assert outcome.short != "2 h"
    assert answered("How soon must a sample be cooled?", "cooled", text, words="5 min").short == "5 min"


def test_another_property_of_the_same_machine_is_no_rival() -> None:
    head = "| Item | AB-1 the Altar | AB-2 the Pulpit | AB-3 the Shoebox |\n|---|---|---|---|\n"
    one = f"# Overview\n\n{head}| Length of the hook (cm) | 100 | 140 | 70 |\n"
    two = f"# Procedure\n\n{head}| Height of the table (cm) | 92 | 104 | 85 |\n"
    question = "What is the length of the hook of AB-1?"
    assert answered(question, "hook", one, two).short == "100 cm"
    assert (
        answered(question, "hook", one, two.replace("Height of the table", "Length of the hook")).reason == "conflict"
    )


@pytest.mark.parametrize("rule", ["This limit does not apply to FD-2.", "本条不适用于乙机。", "13 m 天线不受此限。"])
def test_a_rule_that_does_not_apply_decides_nothing_by_itself(rule: str) -> None:
    assert not plain_rule(rule)


def test_what_only_the_sister_may_decides_for_the_other() -> None:
    text = "# 饲料\n\n鱼杂允许掺到 8 %，但只限西线。\n"
    outcome = answered("东线的料里掺鱼杂，允许吗？", "鱼杂", text)
    assert outcome.answered and outcome.text.startswith("以此为准：")
    assert not answered("东线的料里掺鱼杂，允许吗？", "鱼杂", text.replace("，但只限西线", "，西线如此")).answered
