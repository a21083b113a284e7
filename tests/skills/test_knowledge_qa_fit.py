"""Codes that name equipment by family, nickname or document; clauses that pull both ways; what is never answered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assay.knowledge.document import BlockKind, Span
from assay.knowledge.passage import Field, Passage, Unit, UnitKind
from assay.knowledge.reader import Hit
from assay.skills.knowledge_qa.candidates import Candidate, candidates_of
from assay.skills.knowledge_qa.fit import answer_fit, dimension_fit, names_code
from assay.skills.knowledge_qa.polarity import torn, yes_or_no
from assay.skills.knowledge_qa.question import read_question
from assay.skills.knowledge_qa.ranking import Pick
from assay.skills.knowledge_qa.spans import Short, short_answers
from assay.skills.knowledge_qa.verifier import OPTIONS, _shown, _words, _words_of
from assay.skills.knowledge_qa.vetoes import certain, vetoed


@pytest.mark.parametrize(
    ("asked", "told", "named"),
    [
        ("K-301", "K-301A", True),
        ("201B", "P-201B", True),
        ("P-201A", "P-201A", True),
        ("P-201A", "P-201B", False),
        ("K-30", "K-301", False),
        ("201", "P-2201", False),
        ("K-301A", "K-301", False),
    ],
)
def test_a_family_and_a_nickname_name_equipment(asked: str, told: str, named: bool) -> None:
    assert names_code(asked, told) is named


def row(*cells: tuple[str, str, bool]) -> Candidate:
    fields, at = [], 0
    for header, value, condition in cells:
        fields.append(Field(header, "", value, Span(1, at, at + len(value)), condition=condition))
        at += len(value) + 3
    unit = Unit(UnitKind.ROW, " | ".join(one.value for one in fields), (Span(1, 0, at),), fields=tuple(fields))
    passage = Passage("p", "d", "1", "Belts", ("Splices",), "", BlockKind.TABLE, "en", (unit,))
    return Candidate(passage, 0, field=fields[-1])


def test_the_neighbour_of_a_row_that_is_gone_is_known_by_its_label() -> None:
    asked = read_question("What is the curing temperature of a splice of grade EP500 in winter?")
    short = short_answers(asked, row(("Belt", "EP630", True), ("Curing temperature", "20 °C", False)).unit, None)[0]
    one = answer_fit(asked, row(("Belt", "EP630", True), ("Curing temperature", "20 °C", False)), short, {})
    own = answer_fit(asked, row(("Belt", "EP500", True), ("Curing temperature", "20 °C", False)), short, {})
    assert one["label_other"] == 1.0 and own["label_other"] == 0.0
    assert one["substituted"] == 1.0 and own["substituted"] == 0.0
    assert one["codes_missing"] == 1.0 and own["codes_missing"] == 0.0
    of_document = answer_fit(asked, row(("Belt", "EP630", True)), short, {"d": frozenset({"EP500"})})
    assert of_document["codes_missing"] == 0.0


def test_a_sentence_that_allows_and_forbids_decides_by_its_subject_or_not_at_all() -> None:
    text = "连续两个周期合格的显示仪表可以延长一个周期，联锁仪表不得延长。"
    assert yes_or_no(read_question("联锁用的仪表连续两次合格，可以延长校验周期吗？"), text) is not True
    two = "旋转自学习时电机必须与负载脱开，静态自学习不需要脱开。"
    assert yes_or_no(read_question("VF-60 静态自学习需要把电机和负载脱开吗？"), two) is False
    both = "Valves may be opened by operators, valves must not be opened by contractors."
    asked = read_question("May valves be opened by operators or contractors?")
    assert torn(asked, both) and yes_or_no(asked, both) is None


def test_what_nothing_decides_is_never_answered() -> None:
    asked = read_question("Can coupling bolts be used again?")
    pick = Pick(row(("Bolt", "M16", True), ("Torque", "85 N·m", False)), Short("85 N·m", 0, 6, "cell"), None, {})
    assert vetoed(asked, replace(pick, features={"undecided": 1.0}))
    assert not vetoed(asked, replace(pick, features={"undecided": 0.0}))


@pytest.mark.parametrize(
    ("short", "fit"), [("85 ℃", 1.0), ("5 bar", -1.0), ("55 ℃/h", 0.0), ("many", 0.0), ("12", 0.0)]
)
def test_only_a_plain_dimension_speaks_against_an_answer(short: str, fit: float) -> None:
    assert dimension_fit(read_question("轴承最高温度是多少？"), Short(short, 0, len(short), "cell")) == fit


def test_titles_reach_the_model_without_markup() -> None:
    assert (
        _words("7 <b>Oil</b> [ignore](http://x.y/z) {call} \u200bchange").split()
        == "7 Oil ignore ( call change".split()
    )


@pytest.mark.parametrize(
    ("question", "text", "yes"),
    [
        ("露天电机停了三天，启动前要测绝缘吗？", "露天电机停用超过 48 小时的，启动前应测绝缘。", True),
        ("露天电机停了30小时，启动前要测绝缘吗？", "露天电机停用超过 48 小时的，启动前应测绝缘。", None),
        ("压力到 2.5 MPa 可以继续运行吗？", "压力超过 2 MPa 时应停机。", None),
        ("压力可以到 2.5 MPa 吗？", "压力不得超过 2 MPa。", False),
        ("Can it run at 90 °C?", "If the temperature is above 80 °C, stop the pump.", None),
        ("May the pump run for 3 minutes?", "The pump may run at most 2 minutes.", False),
        ("Can I start at 70 °C?", "Starts are allowed above 60 °C.", True),
    ],
)
def test_a_number_that_says_when_is_no_limit(question: str, text: str, yes: bool | None) -> None:
    assert yes_or_no(read_question(question), text) is yes


def test_the_worked_examples_answer_in_words_of_their_passage_or_refuse() -> None:
    rules, *turns = _shown()
    asked, answers = turns[::2], [one.content for one in turns[1::2]]
    assert rules.role == "system" and all(one.role == "user" for one in asked) and len(asked) == len(answers)
    refused = answers.count(OPTIONS[1])
    assert 0.35 < refused / len(answers) < 0.5
    assert all(one == OPTIONS[1] or one.startswith(f"{OPTIONS[0]} ") for one in answers)
    assert turns[-1].fixed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1 70 °C", "70 °C"),
        ("70 °C", "70 °C"),
        ("0", ""),
        ("0 it does not say", ""),
        ("", ""),
        ("1\nPassage: more", ""),
        ("1 every\t30  days\n1 or 0?", "every 30 days"),
        ("10 s", "10 s"),
    ],
)
def test_the_words_stand_behind_the_option_or_alone(text: str, words: str) -> None:
    assert _words_of(text) == words


def picked(one: Candidate, question: str) -> Pick:
    """A unit with its first short answer."""
    return Pick(one, short_answers(read_question(question), one.unit, one.field)[0], None, one.features)


@pytest.mark.parametrize(
    ("question", "cell", "barred"),
    [
        ("Where is the spare splice kept?", ("Spare", "yes", False), True),
        ("Where is the spare splice kept?", ("Spare", "store B", False), False),
        ("Is a spare splice kept?", ("Spare", "yes", False), False),
        ("What is to be done when the belt slips?", ("Cause", "wet drum", False), True),
        ("What is to be done when the belt slips?", ("Remedy", "new lagging", False), False),
        ("皮带打滑怎么处理？", ("原因", "滚筒潮湿", False), True),
        ("皮带打滑怎么处理？", ("处理", "换包胶", False), False),
    ],
)
def test_a_cell_of_another_kind_answers_nothing(question: str, cell: tuple[str, str, bool], barred: bool) -> None:
    one = row(("Belt", "EP500", True), cell)
    assert vetoed(read_question(question), picked(one, question)) is barred


def test_of_a_table_of_faults_the_remedy_says_what_to_do() -> None:
    fault = row(("Fault", "belt slips", False), ("Cause", "wet drum", False), ("Remedy", "dry it", False))
    hit = Hit(fault.passage, 1.0, coverage=1.0)
    (one,) = candidates_of(read_question("The belt slips: what to do?"), [hit])
    assert one.field is not None and one.field.header == "Remedy"


def test_half_speed_is_not_full_speed() -> None:
    asked = read_question("At what vibration does the fan trip at half speed?")
    full, half = (row(("Speed", speed, True), ("Trip", "7 mm/s", False)) for speed in ("full speed", "half speed"))
    made = [candidates_of(asked, [Hit(one.passage, 1.0, coverage=1.0)])[0].features for one in (full, half)]
    assert [one["state_conflict"] for one in made] == [1.0, 0.0]


def test_what_to_do_with_a_named_thing_needs_no_statistics_but_every_word() -> None:
    told = {"wanted_way": 1.0, "kind_fit": 1.0, "code_own": 1.0, "all_said": 1.0}
    assert certain(told) and certain({**told, "given": 1.0})
    assert not any(certain({**told, name: 0.0}) for name in (*told, "given"))
    assert not certain({**told, "given": 1.0, "agrees": -1.0})
    assert not certain({**told, "codes_missing": 1.0}) and not certain({**told, "cells_tied": 1.0})
