"""The grammar doubts a reading that leaves something over, and what is unclear is confirmed by its id only."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks import rules

from assay.knowledge.passages import cut
from assay.knowledge.reading import read_bytes
from assay.skills.rules.design import split_unit
from assay.skills.rules.extract import Extracted, extract
from assay.skills.rules.grammar import read_sentence
from assay.skills.rules.grammar.doubt import doubts, left_over
from assay.skills.rules.notation import read_test, write_test
from assay.skills.rules.rule import Part
from assay.skills.rules.rulesfile import RuleBook, confirm, read_book, write_book
from assay.skills.rules.units import difference


def parts(*tests: str, when: str = "") -> tuple[Part, ...]:
    groups = ((read_test(when),),) if when else ()
    return tuple(Part(test=read_test(one), when=groups) for one in tests)


@pytest.mark.parametrize(
    ("sentence", "reading", "reason"),
    [
        ("The pressure shall not exceed 3 bar for 20 min.", parts("pressure <= 3 bar"), "numbers"),
        ("The pressure of red valves shall not exceed 3 bar.", parts("valves :: pressure <= 3 bar"), "left_over"),
        ("红色阀门的压力不应大于3MPa。", parts("阀门 :: 压力 <= 3 MPa"), "left_over"),
        ("未设护栏的平台宽度不应小于1m。", parts("未设护栏的平台 :: 宽度 >= 1 m"), "negation"),
        ("设备运行时的噪声不应大于80dB。", parts("设备运行时 :: 噪声 <= 80 dB"), "name"),
        ("The furnace shall not exceed 30 m.", parts("furnace <= 30 m"), "name"),
        ("The noise of fans shall be limited to 85 dB.", parts("fans :: noise = 85 dB"), "comparison"),
        ("风管的厚度不应小于1mm，法兰间距不应大于2m。", parts("风管 :: 厚度 >= 1 mm", "法兰 :: 间距 <= 2 m"), "whose"),
        (
            "管道的接头内径不应小于9mm，长度不应大于2m。",
            parts("管道 :: 接头内径 >= 9 mm", "管道 :: 长度 <= 2 m"),
            "whose",
        ),
        (
            "酸库应设置机械通风，换气次数不应小于8次/h。",
            parts("酸库 :: 机械通风 present", "酸库 :: 换气次数 >= 8 1/h"),
            "after",
        ),
        (
            "Each pump shall have suction and discharge valves.",
            parts("Each pump :: suction present", "Each pump :: discharge valves present"),
            "list",
        ),
    ],
)
def test_a_reading_that_leaves_something_over_is_doubted(sentence: str, reading: tuple[Part, ...], reason: str) -> None:
    assert reason in doubts(sentence, reading)


@pytest.mark.parametrize(
    "sentence",
    [
        "疏散楼梯的净宽度不应小于1.1m。",
        "当介质温度高于60℃时，管道外表面应采取防烫伤措施。",
        "仪表气源的露点应比环境最低温度低10℃以上。",
        "The clear width of exit stairs shall be at least 1.1 m.",
        "LPG cylinders must be stored at least 3 m away from any source of ignition.",
        "Pumps shall be inspected at intervals not exceeding 12 months.",
        "The temperature of the room shall be 20 °C ± 2 °C.",
    ],
)
def test_a_plain_reading_is_not_doubted(sentence: str) -> None:
    read = read_sentence(sentence)
    assert doubts(sentence, read) == () and left_over(sentence.rstrip("。."), read) == ""


def test_what_is_read_wrong_is_hardly_ever_sure_and_what_is_read_right_hardly_ever_unclear() -> None:
    scores = [rules.run(split, None)[kind] for split in ("test", "fresh") for kind in rules.TARGETS]
    sentences = sum(one["sentences"] for one in scores)
    assert sum(one["wrong_as_sure"] for one in scores) <= 0.01 * sentences
    assert sum(one["right_as_proposed"] for one in scores) <= 0.08 * sentences


TEXT = """# Manual

1.1 The clear width of stairs shall be at least 1.1 m.

1.2 风管的厚度不应小于1mm，法兰间距不应大于2m。

1.3 Keep the cabinet at least 1 m from heaters. The cabinet is grey and about 2 m high.

1.4 Do not paint.
"""


def read(words: str) -> Extracted:
    document = read_bytes(words.encode(), "manual.md")
    return extract(cut(document, "manual.md", "1"), document.slice, ())


def test_orders_of_manuals_are_rules_and_what_only_tells_is_nothing() -> None:
    found = read(TEXT)
    assert [write_test(rule.parts[0].test) for rule in found.rules] == [
        "stairs :: clear width >= 1.1 m",
        "风管 :: 厚度 >= 1 mm",
        "cabinet :: distance from heaters >= 1 m",
    ]
    assert found.unread == []


def test_what_is_unclear_is_confirmed_by_its_id_only(tmp_path: Path) -> None:
    found = read(TEXT)
    unclear = [rule for rule in found.rules if rule.doubts]
    assert len(unclear) == 1 and "whose" in unclear[0].doubts
    path = tmp_path / "rules.yaml"
    path.write_text(write_book(RuleBook(found.rules, found.unread)), encoding="utf-8")
    assert "state: unclear" in path.read_text(encoding="utf-8")
    book = read_book(path)
    assert book.rules == found.rules
    after, new = confirm(book.rules, None, by="Li", at="2026-01-01T00:00:00Z")
    assert len(new) == 2 and not any(rule.doubts for rule in new)
    after, new = confirm(after, [unclear[0].id], by="Li", at="2026-01-01T00:00:00Z")
    assert [rule.id for rule in new] == [unclear[0].id] and all(rule.confirmed for rule in after)


def test_doubts_are_no_part_of_what_a_person_confirms() -> None:
    rule = read(TEXT).rules[1]
    assert rule.doubts and rule.hash == rule.model_copy(update={"doubts": ()}).hash


@pytest.mark.parametrize(
    ("sentence", "lines"),
    [
        ("Do not operate the pump above 3600 r/min.", ["pump :: speed <= 3600 r/min"]),
        ("Maximum ambient temperature: 40 °C.", ["ambient temperature <= 40 degC"]),
        ("Ensure that the supply voltage is between 207 V and 253 V.", ["supply :: voltage between 207 V and 253 V"]),
        ("油温控制在35～45℃。", ["油温 between 35 degC and 45 degC"]),
        ("泵房应保证室温不低于5℃。", ["泵房 :: 室温 >= 5 degC"]),
        (
            "The flash point shall be at least 10 °C above the operating temperature.",
            ["flash point >= 1 * [operating temperature] + 10 degC"],
        ),
        (
            "The flow shall exceed the required flow by at least 2 m³/h.",
            ["flow >= 1 * [required flow] + 2 m³/h"],
        ),
        (
            "Not more than 250 L of solvent shall be stored in a cabinet.",
            ["cabinet :: solvent <= 250 L"],
        ),
        (
            "Slings shall not be loaded beyond their rated capacity.",
            ["Slings :: load <= 1 * [Slings :: rated capacity]"],
        ),
        ("焊条使用前应烘干。", ["焊条 :: 烘干 present"]),
        ("10kV及以下电缆的弯曲半径不应小于1m。", ["电缆 :: 弯曲半径 >= 1 m"]),
    ],
)
def test_freer_ways_to_say_a_limit(sentence: str, lines: list[str]) -> None:
    assert [write_test(part.test) for part in read_sentence(sentence)] == lines


def test_a_difference_of_temperatures_is_no_temperature() -> None:
    assert difference(10, "degC", "degF") == pytest.approx(18)
    assert difference(10, "degC", "K") == pytest.approx(10)
    assert difference(1, "m", "mm") == pytest.approx(1000)


def test_a_unit_amid_a_heading_is_the_columns_and_one_in_months_is_a_number_of_months() -> None:
    table = "表1 场所要求\n\n| 场所 | 照度（lx）不应小于 | 温度（℃） |\n|---|---|---|\n| 泵房 | 100 | 5～40 |\n"
    (rule,) = read(table).rules
    assert [write_test(part.test) for part in rule.parts] == [
        "泵房 :: 照度 >= 100 lx",
        "泵房 :: 温度 between 5 degC and 40 degC",
    ]
    assert split_unit("校验周期（月）") == ("校验周期", "month")


def test_a_limit_under_a_heading_of_its_own_is_a_rule() -> None:
    found = read("# Data\n\n## 3.9 Maximum ambient temperature: 40 degC\n\nText follows here.\n")
    assert [write_test(rule.parts[0].test) for rule in found.rules] == ["ambient temperature <= 40 degC"]
