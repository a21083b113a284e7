"""What code reads out of questions and sentences: amounts, codes, kinds of question, short answers, yes and no."""

from __future__ import annotations

import pytest

from assay.knowledge.document import Span
from assay.knowledge.passage import Unit, UnitKind
from assay.skills.knowledge_qa.months import months_of
from assay.skills.knowledge_qa.parts import parts_of
from assay.skills.knowledge_qa.polarity import yes_or_no
from assay.skills.knowledge_qa.quantities import amounts, clauses, codes
from assay.skills.knowledge_qa.question import Wanted, read_question
from assay.skills.knowledge_qa.ranges import holds
from assay.skills.knowledge_qa.spans import short_answers


@pytest.mark.parametrize(
    ("one", "other"),
    [("1 MPa", "10 bar"), ("120 min", "2 h"), ("0.5 mm", "500 μm"), ("45 N·m", "45 Nm"), ("-20 ℃", "-20 °C")],
)
def test_an_amount_is_the_same_in_any_unit(one: str, other: str) -> None:
    assert amounts(one)[0].same(amounts(other)[0])


@pytest.mark.parametrize(("one", "other"), [("1 MPa", "1 bar"), ("20 ℃", "-20 ℃"), ("5 min", "5 mm"), ("5", "5 h")])
def test_other_amounts_are_not_the_same(one: str, other: str) -> None:
    assert not amounts(one)[0].same(amounts(other)[0])


def test_codes_dates_and_clauses_are_no_amounts() -> None:
    text = "按 GB/T 3766-2015 第 5.3.2 条，2024-03-01 起 P-201A 用 6204-2RS1 轴承，压力 1.6 MPa"
    assert [one.text for one in amounts(text)] == ["1.6 MPa"]
    assert codes(text) == ["GB/T3766-2015", "P-201A", "6204-2RS1"]
    assert clauses("见 5.3.2") == ["5.3.2"]


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("P-201A 的最小连续流量是多少？", Wanted.NUMBER),
        ("多久换一次油？", Wanted.DURATION),
        ("谁可以批准一级动火作业？", Wanted.PERSON),
        ("报警可以搁置吗？", Wanted.YES_NO),
        ("为什么启动前要盘车？", Wanted.REASON),
        ("需要几个人监护？", Wanted.COUNT),
        ("How often must the oil be changed?", Wanted.DURATION),
        ("Can emergency alarms be shelved?", Wanted.YES_NO),
        ("Who approves the permit?", Wanted.PERSON),
        ("What is the noise of K-301B?", Wanted.NUMBER),
        ("Why is the valve closed first?", Wanted.REASON),
        ("LAH-7 alarm: what to do?", Wanted.WAY),
        ("What must be done when LAH-7 comes?", Wanted.WAY),
        ("LAH-7 报警怎么处理？", Wanted.WAY),
        ("When must the oil be changed?", Wanted.DATE),
    ],
)
def test_the_kind_of_a_question(question: str, wanted: Wanted) -> None:
    assert read_question(question).wanted is wanted


@pytest.mark.parametrize(
    ("question", "clause", "yes"),
    [
        ("报警可以搁置吗？", "紧急报警不得搁置。", False),
        ("可以用水冲洗吗？", "可以用清水冲洗。", True),
        ("需要停机吗？", "更换滤芯无需停机。", False),
        ("出口阀关着可以运行 3 分钟吗？", "出口阀关闭状态下的运转时间不得超过 2 分钟。", False),
        ("出口阀关着可以运行 90 秒吗？", "出口阀关闭状态下的运转时间不得超过 2 分钟。", True),
        ("Can emergency alarms be shelved?", "Emergency alarms must not be shelved.", False),
        ("May it run at 45 °C?", "It may run at up to 50 °C.", True),
        ("Do I need a permit?", "A permit is required for every entry.", True),
        ("Is it blue?", "The housing is made of steel.", None),
    ],
)
def test_yes_and_no_follow_from_words_and_numbers(question: str, clause: str, yes: bool | None) -> None:
    assert yes_or_no(read_question(question), clause) is yes


def test_a_question_for_two_things_has_two_parts() -> None:
    assert len(parts_of(read_question("P-201A 和 P-201B 的最小连续流量分别是多少？"))) == 2
    assert len(parts_of(read_question("What is the oil charge of K-301A and K-301B?"))) == 2
    assert len(parts_of(read_question("报警和停机值各是多少？"))) == 2
    assert len(parts_of(read_question("Who approves it, and how long is it valid?"))) == 2
    assert len(parts_of(read_question("联轴器间隙是多少？"))) == 1


@pytest.mark.parametrize(
    ("stated", "number", "held"),
    [
        ("22 kW 及以下", "20 kW", True),
        ("30 kW 至 90 kW", "55 kW", True),
        ("110 kW 及以上", "55 kW", False),
        ("≤ 30 MPa", "20 MPa", True),
        ("above 40 °C", "50 °C", True),
        ("5 °C", "7 °C", False),
        ("5 m", "7 °C", None),
    ],
)
def test_a_range_takes_a_number_in(stated: str, number: str, held: bool | None) -> None:
    assert holds(stated, amounts(number)[0]) is held


def test_the_number_under_the_condition_of_the_question_is_taken() -> None:
    text = "断电后应等待直流母线放电：22 kW 及以下等待 5 min，30 kW 至 90 kW 等待 10 min，110 kW 及以上等待 15 min。"
    unit = Unit(UnitKind.SENTENCE, text, (Span(1, 0, len(text)),))
    assert short_answers(read_question("55 kW 的变频器断电后等几分钟？"), unit, None)[0].text == "10 min"
    assert short_answers(read_question("132 kW 的变频器断电后等几分钟？"), unit, None)[0].text == "15 min"


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("What stick-out is set in WC-6? in WC-5 it's 15 mm", "What stick-out is set in WC-6?"),
        ("PC-3 的滤筒压差到多少换？PC-1 是 1.5 kPa。", "PC-3 的滤筒压差到多少换?"),
        ("2# 主变风扇在多少度启动？1# 的主变是 55。", "2# 主变风扇在多少度启动?"),
        ("下冲用的脂是哪个牌号？上冲的我知道。", "下冲用的脂是哪个牌号?"),
    ],
)
def test_what_is_known_of_another_thing_is_not_asked_about(question: str, asked: str) -> None:
    assert read_question(question).text == asked


@pytest.mark.parametrize(
    "question",
    [
        "Last thunder was 35 minutes ago. May we go back into the tower?",
        "May the pump be started? The oil is at 12 °C.",
        "油温到多少报警,再到多少停泵?我说的是大机的液压油。",
        "How much oil does P-1 take?",
        "What is the minimum flow of the pump? We've got the P-201B",
        "What torque for the flange bolts? The bolts are M16, the flange is 80 mm",
        "How long must I wait before opening the drive? We have the 132 kW one",
        "电机轴承的报警温度是多少?我问的是2号电机",
        "怎么办?罐液位显示是 95%",
    ],
)
def test_the_case_that_a_question_tells_stays(question: str) -> None:
    assert read_question(question).text == question


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("油温到多少报警，再到多少停泵？我说的是大机的液压油。", 2),
        ("PC-3 启动前空吹，冬天几分钟夏天几分钟？", 2),
        ("203 和 205 间各限几个人？", 2),
        ("N-1 跟 N-2 的吸附切换周期各是几秒", 2),
        ("Alarm and trip temperature of the bearings on HP-1?", 2),
        ("Longest runs between two CIPs for cheese milk and for cream?", 2),
        ("When was T12 handed over, and how many hours did its trial run take?", 2),
        ("2号机运行几分钟停几分钟？", 2),
        ("What is the distance between P-1 and P-2?", 1),
        ("P-1 跟 P-2 差多少？", 1),
        ("温度从多少度升到多少度？", 1),
        ("转速在 1200 和 1500 间要停留多久？", 1),
        ("Suction and discharge pressure equal on P-1, what should I do?", 1),
    ],
)
def test_several_things_are_asked_in_one_breath(question: str, parts: int) -> None:
    assert len(parts_of(read_question(question))) == parts


def test_a_part_keeps_its_subject() -> None:
    parts = parts_of(read_question("2号机运行几分钟停几分钟？"))
    assert [one.text for one in parts] == ["2号机运行几分钟?", "2号机停几分钟?"]


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("夏季 7、8 月除外", {7, 8}),
        ("现在是七月", {7}),
        ("11 月至次年 2 月", {11, 12, 1, 2}),
        ("from November to January", {11, 12, 1}),
        ("except in May", {5}),
        ("夏季七、八月", {7, 8}),
        ("七八月", {7, 8}),
        ("七到九月", {7, 8, 9}),
        ("10月底至次年1月初", {10, 11, 12, 1}),
        ("between May and July", {5, 6, 7}),
        ("1 October to 31 December", {10, 11, 12}),
        ("三月内", set()),
        ("May the pump run for 3 months?", set()),
        ("每 3 个月一次，2024-05-03 起", set()),
    ],
)
def test_months_are_read_as_they_are_said(text: str, months: set[int]) -> None:
    assert months_of(text) == months


@pytest.mark.parametrize(
    ("question", "text", "yes"),
    [
        (
            "May people walk down a stopped escalator in an evacuation?",
            "A missing comb tooth: stop at once; never use it as a staircase, except in an evacuation.",
            True,
        ),
        (
            "Can visitors go into the hall if no engineer is present?",
            "Only staff may enter the hall; never visitors, unless an engineer is present.",
            False,
        ),
        ("现在是七月，加热器照样一直投着对吧？", "电缆室加热器常年投，夏季 7、8 月除外。", False),
        ("七月份电缆室加热器要投吗？", "电缆室加热器必须常年投用，夏季七、八月除外。", False),
        ("九月份电缆室加热器要投吗？", "电缆室加热器必须常年投用，夏季七、八月除外。", True),
        ("调度还没书面同意，这酸能卸不能？", "夜间不得卸酸，经调度书面同意的除外。", False),
        ("晚上来了酸槽车，调度已经书面同意了，能卸不能？", "夜间不得卸酸，经调度书面同意的除外。", True),
    ],
)
def test_an_exception_turns_the_rule_round(question: str, text: str, yes: bool) -> None:
    assert yes_or_no(read_question(question), text) is yes
