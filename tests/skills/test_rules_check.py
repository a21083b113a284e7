"""Checking designs: units, three values, several objects, mapping, grades, and laws that any evaluation must keep."""

from __future__ import annotations

from typing import Any

import pytest
from benchmarks import rules as benchmark
from benchmarks.rules_designs import cases
from benchmarks.rules_score import gold_parts
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.skills.rules.checking import checked
from assay.skills.rules.design import Design, design_of
from assay.skills.rules.grammar.build import NEGATED
from assay.skills.rules.lookup import FieldMap
from assay.skills.rules.notation import read_test
from assay.skills.rules.rule import Part, Rule


def rule(test: str, when: list[list[str]] | None = None, unless: list[list[str]] | None = None) -> Rule:
    def groups(lines: list[list[str]] | None) -> tuple:
        return tuple(tuple(read_test(line) for line in group) for group in lines or [])

    return Rule(id="r", quote="q", parts=(Part(test=read_test(test), when=groups(when), unless=groups(unless)),))


def verdict(one: Rule, design: dict[str, Any], mapping: FieldMap | None = None) -> str:
    return checked([one], design_of("d", design), mapping)["results"][0]["verdict"]


def missing(one: Rule, design: dict[str, Any]) -> list[str]:
    found = checked([one], design_of("d", design))["results"][0]["found"]
    return [gap["kind"] for each in found for gap in each["missing"]]


@pytest.mark.parametrize("split", ["dev", "test"])
def test_designs_around_every_gold_limit(split: str) -> None:
    for case in benchmark.load(split):
        for part in gold_parts(case) or ():
            for made in cases(part):
                got = verdict(Rule(id="r", quote="q", parts=(part,)), made.design)
                assert got == made.verdict, (case["id"], made)


WIDTH = "stair :: width >= 1.1 m"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1.1 m", "pass"),
        ("1100 mm", "pass"),
        ("1099.9 mm", "fail"),
        ("43.4 in", "pass"),
        ("1.1～1.3 m", "pass"),
        ("1.0～1.3 m", "fail"),
        ("1.2", "cannot_tell"),
        (1.2, "cannot_tell"),
        ("1.2 kg", "cannot_tell"),
        ("wide", "cannot_tell"),
        ("1.2 m or so", "cannot_tell"),
        ("", "cannot_tell"),
        (float("nan"), "cannot_tell"),
        (True, "cannot_tell"),
        ({"value": 1.2, "unit": "m"}, "pass"),
    ],
)
def test_values_and_units(value: object, expected: str) -> None:
    assert verdict(rule(WIDTH), {"stair": {"width": value}}) == expected


def test_each_object_is_checked_and_one_that_fails_fails_the_clause() -> None:
    design = {"stairs": [{"name": "A", "width": "1.2 m"}, {"name": "B", "width": "0.9 m"}, {"name": "C"}]}
    found = checked([rule(WIDTH)], design_of("d", design))["results"][0]
    assert [(one["object"], one["verdict"]) for one in found["found"]] == [
        ("A", "pass"),
        ("B", "fail"),
        ("C", "cannot_tell"),
    ]
    assert found["verdict"] == "fail"
    assert found["found"][1]["test"]["where"] == "/stairs/1/width"


def test_a_condition_around_the_object_counts_for_it() -> None:
    one = rule(WIDTH, [["building :: height > 24 m"]], [["building :: sprinklered present"]])
    stair = {"stair": {"width": "1.0 m"}}
    assert verdict(one, {"building": {"height": "30 m", "sprinklered": "no", **stair}}) == "fail"
    assert verdict(one, {"building": {"height": "24 m", "sprinklered": "no", **stair}}) == "not_applicable"
    assert verdict(one, {"building": {"height": "30 m", "sprinklered": "yes", **stair}}) == "not_applicable"
    assert verdict(one, {"building": {"height": "30 m", **stair}}) == "cannot_tell"
    assert verdict(one, {"building": {"sprinklered": True, **stair}}) == "not_applicable"
    assert verdict(one, {"building": {"height": "30 m", "sprinklered": "TBD", **stair}}) == "cannot_tell"
    assert missing(one, {"building": {"height": "30 m", **stair}}) == ["field"]


def test_a_field_that_may_stand_at_several_places_is_not_chosen() -> None:
    one = rule(WIDTH, [["building :: height > 24 m"]])
    design = {"buildings": [{"height": "30 m"}, {"height": "10 m"}], "stair": {"width": "1 m"}}
    assert verdict(one, design) == "cannot_tell"
    assert missing(one, design) == ["mapping"]


def test_a_nearly_equal_name_is_offered_and_a_person_settles_it() -> None:
    design = {"flight": {"free width": "1.2 m"}}
    one = rule("stair :: width >= 1.1 m")
    assert verdict(one, design) == "cannot_tell"
    mapping = FieldMap.load({"objects": {"stair": "flight"}, "fields": {"stair :: width": "free width"}})
    assert verdict(one, design, mapping) == "pass"
    found = checked([one], design_of("d", {"stair": {"free width": "1.2 m"}}))["results"][0]["found"]
    assert found[0]["missing"] == [{"kind": "mapping", "field": "stair :: width", "candidates": ["/stair/free width"]}]


def test_an_object_of_another_name_is_offered_and_settled() -> None:
    one = rule("exit stair :: clear width >= 1.1 m")
    flat = {"clear width": "1.2 m"}
    found = checked([one], design_of("d", flat))["results"][0]["found"][0]
    assert found["verdict"] == "cannot_tell" and found["missing"][0]["candidates"] == ["/clear width"]
    told = FieldMap.load({"fields": {"exit stair :: clear width": "clear width"}})
    assert verdict(one, flat, told) == "pass"
    named = {"exit stair A": {"clear width": "1.0 m"}}
    assert missing(one, named) == ["mapping"]
    assert verdict(one, named, FieldMap.load({"objects": {"exit stair": "exit stair A"}})) == "fail"


def test_the_glossary_joins_languages() -> None:
    assert verdict(rule("疏散楼梯 :: 净宽度 >= 1.1 m"), {"exit stairs": [{"clear width": "1.2 m"}]}) == "pass"
    assert verdict(rule("exit stair :: clear width >= 1.1 m"), {"疏散楼梯": {"净宽": "900 mm"}}) == "fail"
    assert verdict(rule("管道 :: 设计压力 <= 1 MPa"), {"pipe": {"pressure": "0.5 MPa"}}) == "cannot_tell"


@pytest.mark.parametrize(
    ("limit", "value", "expected"),
    [
        ("IP54", "IP65", "pass"),
        ("IP54", "IP45", "fail"),
        ("IP54", "IPX4", "cannot_tell"),
        ("二级", "一级", "pass"),
        ("二级", "三级", "fail"),
        ("C30", "C25", "fail"),
        ("C30", "Q235", "cannot_tell"),
        ("0.5级", "0.2级", "pass"),
    ],
)
def test_grades_have_an_order_or_none(limit: str, value: str, expected: str) -> None:
    assert verdict(rule(f'a :: b >= "{limit}"'), {"a": {"b": value}}) == expected


def test_limits_that_are_other_fields() -> None:
    one = rule("test pressure >= 1.5 * [design pressure]")
    assert verdict(one, {"vessel": {"test pressure": "1.5 MPa", "design pressure": "10 bar"}}) == "pass"
    assert verdict(one, {"vessel": {"test pressure": "1.4 MPa", "design pressure": "10 bar"}}) == "fail"
    assert verdict(one, {"vessel": {"test pressure": "1.4 MPa"}}) == "cannot_tell"
    plus = rule("tank :: height >= 1 * [liquid level] + 300 mm")
    assert verdict(plus, {"tank": {"height": "3.3 m", "liquid level": "3 m"}}) == "pass"
    assert verdict(plus, {"tank": {"height": "3.2 m", "liquid level": "3 m"}}) == "fail"


def test_what_an_object_is_grants_an_exception_of_its_kind() -> None:
    one = rule("door :: self-closing present", unless=[["dwelling present"]])
    assert verdict(one, {"doors": [{"type": "dwelling", "self-closing": "no"}]}) == "not_applicable"
    assert verdict(one, {"doors": [{"type": "shop", "self-closing": "no"}]}) == "cannot_tell"
    assert verdict(one, {"doors": [{"type": "shop", "dwelling": "no", "self-closing": "no"}]}) == "fail"


numbers = st.integers(1, 999)


@settings(max_examples=200, deadline=None)
@given(
    numbers, numbers, numbers, numbers, st.sampled_from([">=", ">", "<=", "<"]), st.sampled_from([">=", ">", "<=", "<"])
)
def test_an_inverted_condition_flips_whether_a_rule_applies(
    width: int, limit: int, height: int, above: int, asks: str, when: str
) -> None:
    inverse = {op.value: other.value for op, other in NEGATED.items() if other is not None}[when]
    design = {"building": {"height": f"{height} m"}, "stair": {"width": f"{width} mm"}}
    test = f"stair :: width {asks} {limit} mm"
    got = verdict(rule(test, [[f"building :: height {when} {above} m"]]), design)
    other = verdict(rule(test, [[f"building :: height {inverse} {above} m"]]), design)
    assert {got, other} in ({"pass", "not_applicable"}, {"fail", "not_applicable"})
    bare = verdict(rule(test), design)
    assert bare in (got, other)
    assert verdict(rule(f"stair :: width {inverse_of(asks)} {limit} mm"), design) != bare


def inverse_of(op: str) -> str:
    return {one.value: other.value for one, other in NEGATED.items() if other is not None}[op]


def test_a_design_is_the_same_after_it_was_kept() -> None:
    design = design_of("d", {"a": [{"b": "1 m", "list": ["x", "y"]}, {"b": 2}], "c": {"d": {"e": True}}})
    assert Design.load(design.document()) == design
