"""Other cases by number or designation, codes in headings, kinds of things before codes, periods and persons."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assay.knowledge.document import BlockKind, Span
from assay.knowledge.passage import Field, Passage, Unit, UnitKind
from assay.knowledge.reader import Hit
from assay.skills.knowledge_qa.candidates import Candidate, candidates_of, kind_fit
from assay.skills.knowledge_qa.clashes import clash_features
from assay.skills.knowledge_qa.fit import answer_fit, codes_missing, described, dimension_fit
from assay.skills.knowledge_qa.question import Wanted, read_question
from assay.skills.knowledge_qa.ranking import Pick
from assay.skills.knowledge_qa.spans import Short, short_answers
from assay.skills.knowledge_qa.terms import terms_of
from assay.skills.knowledge_qa.vetoes import vetoed


def row(*cells: tuple[str, str, str, bool]) -> Candidate:
    """Cells as heading, value, unit and whether they are a condition; the last one answers."""
    fields, at = [], 0
    for header, value, unit, condition in cells:
        fields.append(Field(header, unit, value, Span(1, at, at + len(value)), condition=condition))
        at += len(value) + 3
    one = Unit(UnitKind.ROW, " | ".join(cell.value for cell in fields), (Span(1, 0, at),), fields=tuple(fields))
    passage = Passage("p", "d", "1", "Machines", ("Data",), "", BlockKind.TABLE, "en", (one,))
    return Candidate(passage, 0, field=fields[-1])


def sentence(text: str) -> Candidate:
    unit = Unit(UnitKind.SENTENCE, text, (Span(1, 0, len(text)),))
    return Candidate(Passage("p", "d", "1", "Machines", ("Data",), "", BlockKind.PARAGRAPH, "en", (unit,)), 0)


@pytest.mark.parametrize(
    ("question", "text", "clash"),
    [
        ("Can AT-712 be isolated?", "The horn of AT-711 to AT-714 may be silenced.", 0.0),
        ("Can AT-715 be isolated?", "The horn of AT-711 to AT-714 may be silenced.", 1.0),
        ("May they play on lane 17?", "League games are not played on lanes 13 to 20.", 0.0),
        ("May they play on lane 9?", "League games are not played on lanes 13 to 20.", 1.0),
        ("换 F2 毛毯前要拉出靴套吗？", "F1～F3 换毯不用动靴套。", 0.0),
        ("4号机组呢？", "1～3号机组停机后盘车。", 1.0),
        ("Is T-9 cleaned?", "T-1 - 20 mm of sludge.", 1.0),
        ("2号闸开门水位差多少？", "1号闸开门水位差为 0.1 m。", 1.0),
        ("西线投多少？", "东线投料 7 kg。", 1.0),
        ("Can AT-005 be silenced?", "The horn of AT-001 to AT-010 may be silenced.", 0.0),
        ("Is line 5 fast?", "Set line 2 to 60.", 1.0),
        ("Is P-150 fast?", "P-101 to T-205 are cleaned.", 1.0),
    ],
)
def test_a_range_holds_what_lies_in_it(question: str, text: str, clash: float) -> None:
    assert clash_features(read_question(question), sentence(text))["mark_clash"] == clash


@pytest.mark.parametrize(
    ("question", "cell", "unit", "clash"),
    [
        ("What is the interval of the oil above 80 °C?", "up to 80", "°C", True),
        ("What is the interval of the oil at 75 °C?", "up to 80", "°C", False),
        ("What is the interval of the oil above 80 °C?", "above 80", "°C", False),
        ("油温 80 ℃ 以上时换油周期是多少？", "不高于 80", "℃", True),
        ("What is the interval of the oil at -10 °C?", "10 to 40", "°C", True),
    ],
)
def test_a_row_for_other_numbers_is_no_answer(question: str, cell: str, unit: str, clash: bool) -> None:
    one = row(("Gearbox", "GB-9", "", True), ("Oil temperature", cell, unit, True), ("Interval", "500", "h", False))
    asked = read_question(question)
    found = clash_features(asked, one)
    assert bool(found["range_clash"]) is clash
    pick = Pick(one, Short("500 h", kind="cell"), features=dict(found))
    assert vetoed(asked, pick) is clash


@pytest.mark.parametrize(
    ("question", "label", "clash"),
    [
        ("How long is a splice of the belt EP 700/4?", "EP 600/3", True),
        ("How long is a splice of the belt EP 700/4?", "EP 700/4", False),
        ("一级动火由谁签发？", "二级", True),
        ("一级动火由谁签发？", "一级", False),
        ("Who signs a class 1 permit?", "二级", True),
        ("Who signs a permit?", "二级", False),
    ],
)
def test_a_row_of_another_designation_is_no_answer(question: str, label: str, clash: bool) -> None:
    one = row(("Kind", label, "", True), ("Value", "700", "mm", False))
    assert bool(clash_features(read_question(question), one)["mark_clash"]) is clash


def test_a_sentence_that_names_the_designation_at_its_end_does_not_clash() -> None:
    asked = read_question("How long does the reaction last for G30?")
    assert not clash_features(asked, sentence("It lasts 90 minutes for G10 and 120 minutes for G30."))["mark_clash"]
    assert clash_features(asked, sentence("It lasts 90 minutes for G10 and G20."))["mark_clash"]


def test_a_code_in_a_heading_names_the_equipment_of_its_column() -> None:
    one = row(("Item", "Motor", "", False), ("BL-7", "22", "kW", False))
    assert codes_missing(read_question("What is the motor power of BL-7?"), one, frozenset()) == []
    assert codes_missing(read_question("What is the motor power of BL-9?"), one, frozenset()) == ["BL-9"]


def test_words_that_say_what_a_code_is_need_not_be_said_again() -> None:
    assert described(read_question("How heavy is the planetary gearbox GB-9?")) >= {"planetary"}
    assert described(read_question("碱泵 P-9 的流量是多少？"))
    assert not described(read_question("What is the alarm of the sump of GB-9?"))
    asked = read_question("What is the speed of the planetary gearbox GB-9?")
    near = answer_fit(asked, row(("Item", "Speed", "", False), ("GB-9", "25", "r/min", False)), Short("25 r/min"), {})
    other = answer_fit(asked, row(("Item", "Speed", "", False), ("GB-8", "25", "r/min", False)), Short("25 r/min"), {})
    assert near["uncovered"] < other["uncovered"]


def test_how_often_is_answered_in_words() -> None:
    text = "保护定值每年校验一次，热继电器在额定电流的 1.2 倍时应在 20 min 内动作。"
    asked = read_question("保护定值多久校验一次？")
    assert short_answers(asked, sentence(text).unit, None)[0].text == "每年"
    asked = read_question("How often are the guards checked?")
    assert (
        short_answers(asked, sentence("The guards are checked weekly within 10 minutes.").unit, None)[0].text
        == "weekly"
    )
    asked = read_question("How often is the oil changed?")
    assert short_answers(asked, sentence("The oil is changed every 500 h.").unit, None)[0].text == "500 h"


def test_the_person_of_the_case_that_is_asked_for() -> None:
    text = "A breach is reported within 24 hours by the water officer, at weekends by the shift supervisor."
    asked = read_question("Who reports a breach at weekends?")
    assert short_answers(asked, sentence(text).unit, None)[0].text == "shift supervisor"
    asked = read_question("Who reports a breach?")
    assert short_answers(asked, sentence(text).unit, None)[0].text == "water officer"


def test_the_number_of_the_case_that_is_named_by_a_number() -> None:
    text = "2 极电动机的振动不超过 0.05 mm，4 极不超过 0.085 mm。"
    assert short_answers(read_question("4 极电机振动不得超过多少？"), sentence(text).unit, None)[0].text == "0.085 mm"


def test_a_voltage_is_meant_although_the_question_names_another() -> None:
    text = "6 kV 电动机的直流耐压，大修时为 15 kV，1 min；"
    assert short_answers(read_question("6 kV 电机大修时直流耐压多少？"), sentence(text).unit, None)[0].text == "15 kV"


def test_an_acidity_stands_behind_its_name() -> None:
    asked = read_question("Below what pH is lye dosed?")
    assert short_answers(asked, sentence("Lye of 30 % is dosed below pH 7.2.").unit, None)[0].text == "7.2"
    with_one, without = sentence("Lye is dosed below pH 7.2."), sentence("Lye of 30 % is fed.")
    assert kind_fit(asked, with_one.unit) > kind_fit(asked, without.unit)


def test_months_in_a_cell_and_times_that_are_none() -> None:
    asked = read_question("P-9 多久换一次机械密封？")
    assert dimension_fit(asked, Short("24 月", kind="cell")) == 1.0
    assert dimension_fit(asked, Short("3 °", kind="number")) == -1.0


def test_which_end_is_no_number_and_a_sister_is_no_material() -> None:
    assert read_question("绝缘轴承装在哪一端？").wanted is Wanted.NAME
    text = "P-9A 用丁腈橡胶，P-9B 用三元乙丙橡胶。"
    first = short_answers(read_question("P-9B 的密封圈用什么橡胶？"), sentence(text).unit, None)[0]
    assert first.kind == "sentence" and "三元乙丙" in first.text


def test_a_short_phrase_is_no_part_of_a_word_and_a_compound_has_its_heads_quantity() -> None:
    assert "wit" not in [term.text for term in terms_of("the temperature with class h insulation")]
    assert next(term.group for term in terms_of("出口最高温度") if "温度" in term.text) == "temperature"


def test_without_a_question_number_nothing_clashes() -> None:
    one = row(
        ("Gearbox", "GB-9", "", True), ("Oil temperature", "up to 80", "°C", True), ("Interval", "500", "h", False)
    )
    asked = replace(read_question("What is the interval?"), amounts=())
    assert clash_features(asked, one) == {"range_clash": 0.0, "mark_clash": 0.0}


@pytest.mark.parametrize(
    ("question", "heading", "text", "clash"),
    [
        ("D 间的灭火剂浓度是多少？", "灭火", "A 间用七氟丙烷，浓度 8 %。", True),
        ("A 间的灭火剂浓度是多少？", "灭火", "4.1 A 间用七氟丙烷，浓度 8 %。", False),
        ("D 间的灭火剂浓度是多少？", "A 间灭火", "用七氟丙烷，浓度 8 %。", True),
        ("2 号炉的升温速度是多少？", "1号炉", "升温速度 30 ℃/h。", True),
        ("二号炉的升温速度是多少？", "2#炉", "升温速度 30 ℃/h。", False),
        ("2 号炉的升温速度是多少？", "2 号炉和 3 号炉", "升温速度 30 ℃/h。", False),
        ("2 号炉用几号机油？", "2 号炉", "用 46 号机油。", False),
        ("What flow has pump 3?", "Pumps", "Pump 2 gives 30 m³/h.", True),
        ("What flow has pump 3?", "Pump No. 3", "It gives 30 m³/h.", False),
        ("What gas protects room B?", "控制中心", "A 间用七氟丙烷。", True),
        ("How often is the oil of press No. 1 filtered?", "滤油", "2 号机每 300 h 滤一次。", True),
        ("How often is the oil of press No. 1 filtered?", "滤油", "1 号机每 300 h 滤一次。", False),
        ("How often is the oil of press No. 1 filtered?", "2 号库", "滤油每 300 h 一次。", False),
        ("2 号窑的升温速度是多少？", "Kilns", "Kiln 1 is heated at 30 K/h.", True),
        ("How far is the pump from line 2?", "Layout", "The pump stands 3 m from it.", False),
    ],
)
def test_another_room_or_machine_of_the_kind_is_another_case(
    question: str, heading: str, text: str, clash: bool
) -> None:
    one = sentence(text)
    one = replace(one, passage=replace(one.passage, headings=(heading,)))
    assert bool(clash_features(read_question(question), one)["mark_clash"]) is clash


@pytest.mark.parametrize(
    ("question", "headings", "text", "conflict"),
    [
        ("At which temperature does M-71 stop?", ("Mills M-71 / M-72", "3 Mill M-72"), "It stops at 80 °C.", 1.0),
        ("At which temperature does M-72 stop?", ("Mills M-71 / M-72", "3 Mill M-72"), "It stops at 80 °C.", 0.0),
        ("At which temperature does M-71 stop?", ("3 Mill M-72",), "It stops at 80 °C, as M-71 does.", 0.0),
        ("At which temperature does M-71 stop?", ("Mills M-71 / M-72",), "It stops at 80 °C.", 0.0),
        ("At which temperature does M-71 stop?", ("M-71", "3 Oil station"), "It stops at 80 °C.", 0.0),
        ("At which temperature does K-301 stop?", ("Compressor K-301A",), "It stops at 80 °C.", 0.0),
    ],
)
def test_what_stands_under_a_siblings_heading_is_the_siblings(
    question: str, headings: tuple[str, ...], text: str, conflict: float
) -> None:
    passage = replace(sentence(text).passage, headings=headings)
    (one,) = candidates_of(read_question(question), [Hit(passage, 1.0, coverage=1.0)])
    assert one.features["code_conflict"] == conflict
