"""Where a rule's field stands in a design: certain where one key fits; kinds of objects; the plant dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.knowledge.search.dictionary import Dictionary, Group
from assay.skills.rules.checking import checked
from assay.skills.rules.design import design_of
from assay.skills.rules.notation import read_test
from assay.skills.rules.plantwords import plant_groups
from assay.skills.rules.rule import Part, Rule


def rule(test: str, when: Sequence[str] = (), unless: Sequence[str] = ()) -> Rule:
    groups = [tuple((read_test(line),) for line in lines) for lines in (when, unless)]
    return Rule(id="r", quote="q", parts=(Part(test=read_test(test), when=groups[0], unless=groups[1]),))


def found(one: Rule, design: dict[str, Any], dictionary: Dictionary | None = None) -> dict[str, Any]:
    made = design_of("d", design)
    words = [] if dictionary is None else plant_groups(dictionary, [one], made)
    return checked([one], made, None, words)["results"][0]


def verdict(one: Rule, design: dict[str, Any], dictionary: Dictionary | None = None) -> str:
    result: str = found(one, design, dictionary)["verdict"]
    return result


@pytest.mark.parametrize(
    ("test", "design"),
    [
        ("电机 :: 功率 >= 10 kW", {"泵": {"电机功率": "15 kW"}}),
        ("电机 :: 功率 >= 10 kW", {"泵": [{"名称": "P-1", "泵电机的功率": "15 kW"}]}),
        ("吸入管 :: 流速 >= 1 m/s", {"泵": [{"吸入管流速": "1.2 m/s"}, {"吸入管的流速": "1.1 m/s"}]}),
        ("泵与墙之间 :: 净距 >= 1 m", {"泵": {"与墙之间的净距": "1.2 m"}}),
        ("泵与墙之间 :: 净距 >= 1 m", {"泵": {"距墙净距": "1.2 m"}}),
        ("泵与墙之间 :: 净距 >= 1 m", {"墙": {"与泵的净距": "1.2 m"}}),
        ("between pump and wall :: clearance >= 1 m", {"pump": {"clearance_to_wall": "1.2 m"}}),
        ("between pump and wall :: clearance >= 1 m", {"pump": {"clearance between pump and wall": "1.2 m"}}),
        ("泵房 :: 出口 >= 2", {"泵房": {"出口数量": 2}}),
        ("泵房 :: 出口数量 >= 2", {"泵房": {"出口": 2}}),
        ("pump inlet :: diameter >= 100 mm", {"pump": {"inlet_diameter": "120 mm"}}),
        ("pump inlet :: diameter >= 100 mm", {"pump": {"inletDiameter": "120 mm"}}),
        ("suction pipe :: velocity >= 1 m/s", {"pump": {"velocity of the suction pipe": "1.2 m/s"}}),
        ("pump house :: exits >= 2", {"Pump_House": {"number_of_exits": 2}}),
        ("pump house :: exits >= 2", {"pump house": {"exit count": 3}}),
        ("building stair :: width >= 1 m", {"building": {"stair width": "1.1 m"}}),
    ],
)
def test_words_written_together_are_the_field(test: str, design: dict[str, Any]) -> None:
    assert verdict(rule(test), design) == "pass"


@pytest.mark.parametrize(
    ("test", "design"),
    [
        ("电机 :: 功率 >= 10 kW", {"泵": {"功率": "15 kW"}}),
        ("泵与墙之间 :: 净距 >= 1 m", {"泵": {"与泵的净距": "1.2 m"}}),
        ("between pump and wall :: clearance >= 1 m", {"pump": {"clearance to fence": "1.2 m"}}),
        ("泵房 :: 净高 >= 3 m", {"泵房": {"泵": {"净高": "3.5 m"}}}),
        ("管道 :: 净距 >= 1 m", {"管道": {"净距数量": 2}}),
        ("pump :: rate >= 1 m/s", {"pump": {"pumping rate": "2 m/s"}}),
        ("stair :: width >= 1 m", {"stair": {"clear width": "2 m"}}),
    ],
)
def test_words_that_are_only_alike_are_not(test: str, design: dict[str, Any]) -> None:
    assert verdict(rule(test), design) == "cannot_tell"


KEYS = [
    "电机功率",
    "电机的功率",
    "泵电机功率",
    "泵的电机功率",
    "马达功率",
    "motor power",
    "motor_power",
    "power of the motor",
]
NOISE = ["功率", "电机", "电机型号", "额定功率", "电机额定功率", "motor power factor", "泵功率"]


@given(st.lists(st.sampled_from(KEYS), unique=True, max_size=3), st.lists(st.sampled_from(NOISE), unique=True))
def test_a_mapping_is_certain_only_if_it_is_unique(keys: list[str], noise: list[str]) -> None:
    pump = {**dict.fromkeys(noise, "1 kW"), **dict.fromkeys(keys, "15 kW")}
    one = found(rule("电机 :: 功率 >= 10 kW"), {"泵": pump})
    assert one["verdict"] == ("pass" if len(keys) == 1 else "cannot_tell")
    if len(keys) > 1:
        (gap,) = one["found"][0]["missing"]
        assert gap["kind"] == "mapping" and set(gap["candidates"]) == {f"/泵/{key}" for key in keys}


@given(st.lists(st.sampled_from(["净宽", "净宽度", "clear width", "楼梯净宽", "stair clear width"]), unique=True))
def test_own_words_and_the_glossary_are_certain_only_if_unique(keys: list[str]) -> None:
    stair = {"名称": "S", **dict.fromkeys(keys, "1.2 m")}
    assert verdict(rule("楼梯 :: 净宽 >= 1.1 m"), {"楼梯": stair}) == ("pass" if len(keys) == 1 else "cannot_tell")


def test_a_part_inside_an_object_and_a_field_of_it_are_two() -> None:
    one = rule("泵 :: 流量 >= 1 m³/h", ["电机 :: 功率 > 10 kW"])
    pump = {"流量": "2 m³/h", "电机功率": "15 kW"}
    assert verdict(one, {"泵": pump}) == "pass"
    assert verdict(one, {"泵": {**pump, "电机": {"功率": "5 kW"}}}) == "cannot_tell"


PLANT = Dictionary(
    [Group(("给料机", "screw feeder"), ("绞龙",)), Group(("填充率", "filling degree", "loading"), ("满度",))]
)


def test_formal_words_of_the_plant_dictionary_map_where_unique() -> None:
    one = rule("给料机 :: 填充率 <= 45 %")
    assert verdict(one, {"screw feeder": {"filling degree": "40 %"}}) == "cannot_tell"
    assert verdict(one, {"screw feeder": {"filling degree": "40 %"}}, PLANT) == "pass"
    assert verdict(one, {"screw feeder": {"filling degree": "40 %", "loading": "50 %"}}, PLANT) == "cannot_tell"
    assert verdict(one, {"给料机": {"填充率": "50 %", "loading": "40 %"}}, PLANT) == "fail"  # its own words come first
    assert verdict(one, {"给料机": {"满度": "40 %"}}, PLANT) == "cannot_tell"  # spoken words prove nothing


UNDERGROUND = rule("泵房 :: 出口 >= 2", unless=["地下泵房 present"])
IN_ENGLISH = rule("pump house :: exits >= 2", unless=["underground pump houses present"])


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"类型": "地上"}, "fail"),
        ({"类型": "地下"}, "not_applicable"),
        ({"泵房类型": "地下式泵房"}, "not_applicable"),
        ({"位置": "地下"}, "not_applicable"),
        ({"位置": "地上"}, "fail"),
        ({"位置": "厂区东侧"}, "cannot_tell"),
        ({"类型": "半地下"}, "cannot_tell"),
        ({"类型": "待定"}, "cannot_tell"),
        ({"类型": "地上", "位置": "地下"}, "cannot_tell"),
        ({"地下": "否"}, "fail"),
        ({}, "cannot_tell"),
    ],
)
def test_a_kind_of_the_object_is_read_from_its_own_fields(fields: dict[str, str], expected: str) -> None:
    assert verdict(UNDERGROUND, {"泵房": {"出口数量": 1, **fields}}) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"type": "above ground"}, "fail"),
        ({"type": "underground"}, "not_applicable"),
        ({"location": "underground"}, "not_applicable"),
        ({"location": "north yard"}, "cannot_tell"),
        ({"underground": False}, "fail"),
        ({"type": "TBD"}, "cannot_tell"),
        ({}, "cannot_tell"),
    ],
)
def test_a_kind_in_english(fields: dict[str, Any], expected: str) -> None:
    assert verdict(IN_ENGLISH, {"pump house": {"exits": 1, **fields}}) == expected


def test_a_type_says_nothing_of_what_an_object_has() -> None:
    assert verdict(rule("pump :: guard present"), {"pump": {"type": "centrifugal"}}) == "cannot_tell"
    assert verdict(rule("pump :: exits >= 2", ["pump :: outdoor present"]), {"pump": {"location": "indoor"}}) == (
        "not_applicable"
    )
