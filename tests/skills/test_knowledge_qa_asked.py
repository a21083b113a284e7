"""The short answer of the case that is asked for, kinds of question by their grammar, questions in several parts."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from assay.knowledge.document import Span
from assay.knowledge.passage import Unit, UnitKind
from assay.skills.knowledge_qa.parts import parts_of
from assay.skills.knowledge_qa.polarity import yes_or_no
from assay.skills.knowledge_qa.quantities import codes
from assay.skills.knowledge_qa.question import Wanted, read_question
from assay.skills.knowledge_qa.spans import short_answers


def _short(question: str, sentence: str) -> str:
    unit = Unit(UnitKind.SENTENCE, sentence, (Span(1, 0, len(sentence)),))
    return short_answers(read_question(question), unit, None)[0].text


@pytest.mark.parametrize(
    ("question", "sentence", "short"),
    [
        (
            "At which gap is the mandrel to be scrapped?",
            "A gap of 0.4 mm calls for a new shim; at 0.7 mm the mandrel is to be scrapped.",
            "0.7 mm",
        ),
        (
            "At which gap does it need a new shim?",
            "A gap of 0.4 mm calls for a new shim; at 0.7 mm the mandrel is to be scrapped.",
            "0.4 mm",
        ),
        ("炉膛壁温到多少度联锁停炉？", "壁温超过 610 ℃ 报警，超过 640 ℃ 联锁停炉。", "640 ℃"),
        ("炉膛壁温到多少度报警？", "壁温超过 610 ℃ 报警，超过 640 ℃ 联锁停炉。", "610 ℃"),
        ("离心机停了五个小时，启动前要盘多久？", "停机 3 h 以上的，启动前盘车 15 分钟。", "15 分钟"),
        ("What draught should the kiln hood show?", "The hood draught at KL-3 shall be 4 Pa to 7 Pa.", "4 Pa to 7 Pa"),
        ("above how many m/s may stage 2 not be lit?", "With a wind above 17 m/s stage 2 may not be lit.", "17 m/s"),
        (
            "At what hour does the wash begin on a Saturday?",
            "A wash takes 40 minutes; it begins at 05:30 except on Saturdays, when it begins at 10:15.",
            "10:15",
        ),
        (
            "At what hour does the wash begin on weekdays?",
            "A wash takes 40 minutes; it begins at 05:30 except on Saturdays, when it begins at 10:15.",
            "05:30",
        ),
        ("锅炉内检安排在几月？", "锅炉内检每两年一次，安排在 9 月，由检验所进行。", "9 月"),
        ("星期几清网？", "提升泵前池每周三清网，用时 2 h。", "每周三"),
        (
            "Under what circumstances may the hatch be opened?",
            "Hatch H-2 is locked; it may be opened only while the fan is at rest.",
            "only while the fan is at rest",
        ),
        ("How many shots has the blank after 12 broken teeth?", "9 teeth: 4 shots; 12 teeth: 6 shots.", "6"),
    ],
)
def test_the_value_of_the_asked_case_is_taken(question: str, sentence: str, short: str) -> None:
    assert _short(question, sentence) == short


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("above how many m/s does it stop?", Wanted.NUMBER),
        ("Within how many minutes must it be shut?", Wanted.DURATION),
        ("How slow must the lid be lowered?", Wanted.NUMBER),
        ("How old may a hose get?", Wanted.DURATION),
        ("Which pump stays on when the room is cut off?", Wanted.NAME),
        ("几月做内检？", Wanted.DATE),
        ("几个月做一次内检？", Wanted.DURATION),
        ("几点开始？", Wanted.DATE),
        ("How many people must be there?", Wanted.COUNT),
        ("How is it cleaned?", Wanted.WAY),
    ],
)
def test_what_kind_of_thing_answers(question: str, wanted: Wanted) -> None:
    assert read_question(question).wanted is wanted


@pytest.mark.parametrize(
    ("question", "clause", "yes"),
    [
        ("May the guard be off on a running line?", "It may be off to set it, and never on a running line.", False),
        ("May the guard be off to set it?", "It may be off to set it, and never on a running line.", True),
        ("May I ride the lift while it moves?", "It may be used to 3 m; nobody is on the lift while it moves.", False),
        ("Are the drains blown daily during a start?", "The drains are blown daily, except during a start.", False),
        ("换 G3 滤网要停泵吗？", "换 G5 滤网必须先停泵，G1～G4 不用停泵。", False),
        ("换 G5 滤网要停泵吗？", "换 G5 滤网必须先停泵，G1～G4 不用停泵。", True),
    ],
)  # fmt: skip
def test_what_a_permission_leaves_out_is_no(question: str, clause: str, yes: bool) -> None:
    assert yes_or_no(read_question(question), clause) is yes


def test_a_run_of_codes_names_those_between_its_ends() -> None:
    assert set(codes("G1～G4")) == {"G1", "G2", "G3", "G4"}
    assert set(codes("P-101 to P-103")) == {"P-101", "P-102", "P-103"}
    assert set(codes("P-101 and P-103, K2 to M4")) == {"P-101", "P-103", "K2", "M4"}


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("How long does the rinse last in cell 3 and in cell 8?", ("in cell 3", "in cell 8")),
        ("Feed rates for line 1 and line 2?", ("for line 1", "for line 2")),
        ("How many turns before a dry and a wet run?", ("before a dry run", "before a wet run")),
        ("Belt tension: how often is it checked and by whom?", ("how often is it checked", "by whom is it checked")),
        ("At what pressures are the filter and the demister of KF-2 cleaned?", ("are the filter", "are the demister")),
        ("Which axial and radial clearances are set on the rotor?", ("axial clearances", "radial clearances")),
        ("How long are logs kept, normally and after a trip?", ("normally", "after a trip")),
        ("乙炔和氧气的瓶压最低留到多少？", ("乙炔的瓶压", "氧气的瓶压")),
        ("压机压 A 型、B 型各保压多少秒？", ("A 型", "B 型")),
        ("配电间和 C 间冬天温度控制在多少？", ("配电间", "C 间")),
        ("驱动侧和自由侧每月各加多少油？", ("驱动侧", "自由侧")),
    ],
)  # fmt: skip
def test_each_of_two_things_is_a_part(question: str, parts: tuple[str, str]) -> None:
    found = parts_of(read_question(question))
    assert len(found) == 2
    assert all(words in part.text for words, part in zip(parts, found, strict=True))


@pytest.mark.parametrize(
    "question",
    [
        "What is the distance between the fan and the wall?",
        "进口和出口的压差是多少？",
        "轴承和轴之间的间隙是多少？",
        "When the pump and the fan are off, how long may the room stay shut?",
        "Who checks the pump and the fan?",
        "May the pump and the fan run together?",
        "高液位报警后，阀门要在几秒内关到位？",
        "What pressure does the pump give at start and stop?",
    ],
)
def test_one_thing_stays_one_question(question: str) -> None:
    assert len(parts_of(read_question(question))) == 1


@pytest.mark.parametrize(
    ("question", "clause", "yes"),
    [
        ("夜班可以动火吗？", "动火作业只允许在白班进行。", None),
        ("白班可以动火吗？", "动火作业只允许在白班进行。", True),
        ("在线下装时可以删点吗？", "在线下装仅限增加点。", None),
        ("在线下装时可以增加点吗？", "在线下装仅限增加点。", True),
        ("May the crane be used to lift people?", "The crane may only be used to lift loads.", None),
        ("May visitors enter the switch room?", "Only electricians with a permit may enter the switch room.", None),
        ("May the bypass be opened?", "The bypass may be opened only when the supervisor has signed.", True),
        ("YH-9 擦模面时可以只打急停吗？", "仅擦拭模面的可以只打急停（YH-9 除外，它要加撑柱）。", False),
        ("YH-8 擦模面时可以只打急停吗？", "仅擦拭模面的可以只打急停（YH-9 除外，它要加撑柱）。", True),
        ("立磨能带病开一班吗？", "球磨可以坚持一班，立磨不行。", False),
    ],
)
def test_what_is_allowed_alone_or_left_out_says_no_yes_to_others(question: str, clause: str, yes: bool | None) -> None:
    assert yes_or_no(read_question(question), clause) is yes


@pytest.mark.parametrize(
    "question",
    [
        "My partner is off sick tonight. May I go into the egg store by myself?",
        "A lorry is at gate 2; do we still take it?",
        "The tank is down to 35 °C and tagged. Is that enough",
        "它已经转了40小时，够了吧？",
        "滤芯才堵了一半，够不够换的条件",
    ],
)
def test_a_story_before_a_question_leaves_it_a_question_of_yes_or_no(question: str) -> None:
    assert read_question(question).wanted is Wanted.YES_NO


@pytest.mark.parametrize(
    "question",
    ["The pump is off. How long may it stand?", "Which valves are closed? The line is hot.", "停了以后多久够冷？"],
)
def test_what_asks_for_more_than_yes_or_no_is_no_question_of_yes_or_no(question: str) -> None:
    assert read_question(question).wanted is not Wanted.YES_NO


@pytest.mark.parametrize(
    ("question", "clause", "yes"),
    [
        # a number of the question in what is left out
        ("滤网还没换，油温才11 ℃，继续放船行吗？", "换滤网之前可以继续放船，但油温低于15 ℃时除外。", False),
        ("滤网还没换，油温有21 ℃，继续放船行吗？", "换滤网之前可以继续放船，但油温低于15 ℃时除外。", True),
        ("这批暂养了70天，可以进车间吗？", "C类的不得进车间，已暂养满60天的除外。", True),
        ("这批暂养了50天，可以进车间吗？", "C类的不得进车间，已暂养满60天的除外。", False),
        ("车速165 r/min，可以用手捞浮丝吗？", "缫丝中可以用手捞浮丝，车速高于160 r/min时例外。", False),
        # a proviso that the question denies
        ("两条船的货，质检员还没签字，可以同池吗？", "不同船的可以同池，但须质检员签字。", False),
        ("两条船的货，质检员签了字，可以同池吗？", "不同船的可以同池，但须质检员签字。", True),
        (
            "Two lots share the tank; can we start, the inspector has not signed?",
            "Two lots may share a tank, provided that the inspector has signed.",
            False,
        ),
        # what is left out has a rule of its own
        ("原种存了55天，还可以用吗？", "超过45天的不得使用；原种除外，原种可用到60天。", True),
        ("原种存了65天，还可以用吗？", "超过45天的不得使用；原种除外，原种可用到60天。", False),
        (
            "May I enter the egg room alone?",
            "The staff may work in pairs only; exception: the egg room may be entered alone.",
            True,
        ),
        (
            "Are live mussels still taken at a quarter to seven?",
            "Deliveries may be taken until 17:30, except live mussels, which are taken until 19:00.",
            None,
        ),
        (
            "Only the iris seal was rebuilt. Must the engineer be there?",
            "After a rebuild the engineer must be on site. Exception: rebuilds of the iris seal.",
            False,
        ),
        ("2号闸门差0.13 m，可以开门吗？", "水位差不得大于0.10 m；1号闸门除外，该处允许0.15 m。", False),
        ("1号闸门差0.13 m，可以开门吗？", "水位差不得大于0.10 m；1号闸门除外，该处允许0.15 m。", True),
        # no exception, and a violation
        ("结婚戒指可以戴进去吗？", "戴首饰的不得进入；结婚戒指也不例外。", False),
        ("带手机进接种室，算不算违规？", "手机不得带入接种室。", True),
        ("May the lift be used by guests?", "The lift may be used by the fire brigade only.", None),
        (
            "We have the kit LF-3. Can we purge scallops in the small unit?",
            "Scallops may be purged only in the large unit and only with the kit LF-3.",
            None,
        ),
    ],
)
def test_exceptions_provisos_and_their_own_rules(question: str, clause: str, yes: bool | None) -> None:
    assert yes_or_no(read_question(question), clause) is yes


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("How much oil does a lane get and over what length?", ("How much oil", "over what length")),
        ("D-21的触发值是多少，两扇门要退开多远再关？", ("触发值是多少", "多远")),
    ],
)
def test_a_second_asking_word_is_a_part(question: str, parts: tuple[str, str]) -> None:
    found = parts_of(read_question(question))
    assert len(found) == 2 and all(words in part.text for words, part in zip(parts, found, strict=True))


def test_shares_are_the_same_in_whatever_order_a_set_gives_its_pieces() -> None:
    """Four strings hash otherwise in every process: a sum in that order decided at times which clause was meant."""
    code = (
        "from assay.skills.knowledge_qa.terms import shares;"
        "parts = ['且真空泵停掉', '不越过护栏的可以不停泵', '毯下地坑必须两人'];"
        "print(shares('只是在护栏外看一眼毯下地坑，真空泵必须停吗？', parts))"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in range(6)
    }
    assert len(made) == 1
