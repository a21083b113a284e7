"""Names that documents give their machines: what tells one, and that it counts as the machine's code."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

import pytest
from tests.skills.knowledge_qa_shelf import Doc, ShelfReader

from assay.knowledge.document import Doubt, Span
from assay.llm.pairs import Read, Text
from assay.skills.knowledge_qa.nicknames import (
    designations_of,
    names_of,
    said_in,
    told_designations,
    told_names,
    with_codes,
)
from assay.skills.knowledge_qa.quantities import codes, known_as
from assay.skills.knowledge_qa.question import read_question
from assay.skills.knowledge_qa.runner import Asking, Outcome, ask

PRESSES = """# 硫化机手册
1.1 HX-45（双模）俗称“双胞胎”，HX-65（单模）俗称“高塔”。

## 2 参数
| 项目 | 单位 | HX-45 | HX-65 |
|---|---|---|---|
| 合模力 | kN | 1720 | 4350 |

## 3 HX-45
热板温度为 171 ℃。
"""
DRYERS = """# Dryer manual
FD-18 is the big one, called "Giraffe". FD-28 has no such name.

## 2 Limits
## FD-28
The inlet air temperature is at most 86 °C.
"""


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("BX-45（乘用胎，双模）俗称“双胞胎”，BX-65（载重胎）俗称“铁塔”。", {("双胞胎", "BX-45"), ("铁塔", "BX-65")}),
        ("大车（ZS-480）用于粗丝。", {("大车", "ZS-480")}),
        ('The boiler K-12 ("Old Bess") is fired with oil.', {("Old Bess", "K-12")}),
        ('The D-400 is called "the Winkle" and the D-1200 "the Whelk".', {("Winkle", "D-400"), ("Whelk", "D-1200")}),
        ('In use: "Winkle" for the D-400, "Whelk" for the D-1200.', {("Winkle", "D-400"), ("Whelk", "D-1200")}),
        ('See "Annex" for P-101 details.', set()),
        ("P-301, called Bruno, stands in the cellar.", {("Bruno", "P-301")}),
        ('P-101, called "What", and P-102, called Pump. P-103 又称循环水泵。', set()),
        ("P-101（循环水泵）与 V-5（常开）、TI-3（出口温度）、P-102（备用）。", set()),
    ],
)
def test_what_tells_a_name(text: str, names: set[tuple[str, str]]) -> None:
    assert set(told_names(text)) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("1号盘（直径8 m）俗称“小磨盘”，2号盘俗称“大磨盘”。", {("小磨盘", "1号盘"), ("大磨盘", "2号盘")}),
        ("| 1号灭菌柜（老炮） | 121 |\n| 3号炉（东侧） | 1 |\n| 2号泵（备用） | 2 |", {("老炮", "1号灭菌柜")}),
        ("二号机柜间的为2021年新系统，叫“新系统”。", set()),
        ('Chambers: A ("Pip", 9 m³) and B ("Goliath", 41 m³).', {("Pip", "chamber A"), ("Goliath", "chamber B")}),
        (
            'Tower 2 ("Fatty") and Line 6, called "Triplet".',
            {("Fatty", "Tower 2"), ("Triplet", "Line 6")},
        ),
        ('Boiler 2 is called "What" and line 4 is called "Needle".', {("Needle", "line 4")}),
        ("工人把西线叫“长龙”。甲线：12个池，2009年投用，现场叫“平池”。", {("长龙", "西线"), ("平池", "甲线")}),
        (
            'Hall A is the old hall, called "the Attic"; hall B is new, called "the Annex".',
            {("Attic", "Hall A"), ("Annex", "hall B")},
        ),
        ("甲醇（原料）、北区（备用）。", set()),
        ('See Table 4 "Limits"; line 4 is started with "Start".', set()),
    ],
)
def test_machines_without_a_code_are_known_by_their_designation(text: str, names: set[tuple[str, str]]) -> None:
    assert set(told_designations(text)) == names


def test_the_designation_behind_a_name_is_asked_for() -> None:
    text = '# Steriliser\nChambers: A ("Pip", 9 m³) and B ("Goliath", 41 m³).\n\nPump down takes 12 minutes.\n'
    hits = ShelfReader({"manual": Doc(text)}).search("Goliath pump down")
    names = said_in("How long does Goliath take?", designations_of(hits))
    assert names == (("Goliath", "chamber B"),)
    asked = with_codes(read_question("How long does Goliath take?"), names)
    assert asked.text == "How long does Goliath (chamber B) take?"
    assert said_in("How long does chamber B, Goliath, take?", designations_of(hits)) == ()


def test_a_name_counts_as_its_code_while_it_is_known() -> None:
    with known_as((("高塔", "HX-65"), ("Giraffe", "FD-18"))):
        assert codes("高塔的合模力") == ["HX-65"]
        assert codes("whats the limit on giraffe?") == ["FD-18"]
        assert codes("A giraffe-like Neck of HX-65") == ["HX-65"]
    assert codes("高塔的合模力") == []


def liking(question: str, texts: Sequence[Text]) -> list[Read]:
    """A reader that is sure of what stands behind the limits' names, whatever the machine."""
    return [Read(6.0 if re.search(r"合模力|热板|inlet air", one.text) else -6.0) for one in texts]


def answered(text: str, question: str) -> Outcome:
    return asyncio.run(ask(question, ShelfReader({"manual": Doc(text)}), Asking(pairs=liking)))


def test_a_name_chooses_its_machines_column() -> None:
    outcome = answered(PRESSES, "高塔的合模力是多少？")
    assert outcome.answered
    assert outcome.short == "4350 kN"


@pytest.mark.parametrize(
    ("text", "question"),
    [(PRESSES, "高塔的热板温度是多少？"), (DRYERS, "What is the inlet air temperature of Giraffe at most?")],
)
def test_what_is_told_of_the_sister_alone_does_not_answer(text: str, question: str) -> None:
    outcome = answered(text, question)
    assert not outcome.answered


def test_a_name_of_two_machines_means_neither() -> None:
    one, two = Doc("P-1（小白）。"), Doc("P-2（小白）。")
    assert said_in("小白的油温", names_of(ShelfReader({"one": one}).search("小白"))) == (("小白", "P-1"),)
    assert names_of(ShelfReader({"one": one, "two": two}).search("小白")) == ()


def quoted(outcome: Outcome) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for claim in outcome.document()["claims"]:
        found.setdefault(claim["topic"], []).append(claim["citations"][0]["quote"])
    return found


def test_what_gives_the_machine_its_name_is_quoted_beside_the_answer() -> None:
    told = quoted(answered(PRESSES, "高塔的合模力是多少kN？"))
    assert "4350" in told["answer"][0]
    assert told["name"] == ["1.1 HX-45（双模）俗称“双胞胎”，HX-65（单模）俗称“高塔”。"]
    assert "name" not in quoted(answered(PRESSES, "HX-65的合模力是多少kN？")), "the code itself needs no such sentence"


def test_a_quote_that_says_the_name_itself_stands_alone() -> None:
    text = DRYERS.replace("The inlet air", 'FD-28 is called "Needle Tower". On the Needle Tower the inlet air')
    told = quoted(answered(text, "What is the inlet air temperature limit of the Needle Tower?"))
    assert "86 °C" in told["answer"][0] and "name" not in told


def test_an_answer_that_hangs_on_a_name_nobody_may_trust_is_refused() -> None:
    question, start = "高塔的合模力是多少kN？", PRESSES.index("1.1")
    doubted = Doc(PRESSES, doubts=(Doubt(Span(1, start, start + 3), "knowledge.doubt"),))
    outcome = asyncio.run(ask(question, ShelfReader({"manual": doubted}), Asking(pairs=liking)))
    assert answered(PRESSES, question).answered and not outcome.answered
    by_code = asyncio.run(ask("HX-65的合模力是多少kN？", ShelfReader({"manual": doubted}), Asking(pairs=liking)))
    assert by_code.answered, "the doubt is about the name alone"
