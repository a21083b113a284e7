"""Rules beside the learned methods: limits, rates, balances and relations with units, and where the two disagree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.kernel.errors import InputError
from assay.models.detect import RuleSet
from assay.models.detect.expressions import evaluate, parse, quantity
from assay.models.detect.rules import check, disagreements
from assay.plant.series import Frame

ROWS = 100


def history() -> Frame:
    times = np.datetime64("2026-01-01", "ns") + np.arange(ROWS) * np.timedelta64(60, "s")
    pressure = np.full(ROWS, 3.0)
    pressure[40:50] = 6.5
    inflow, outflow = np.full(ROWS, 60.0), np.full(ROWS, 1000.0)
    outflow[70:80] = 800.0
    level = np.full(ROWS, 20.0)
    level[20:] = 26.0
    level[90] = np.nan
    return Frame(times, ("P-1", "FI", "FO", "T"), np.stack([pressure, inflow, outflow, level], axis=1))


UNITS = {"P-1": "bar", "FI": "m3/h", "FO": "L/min", "T": "Cel"}


def spans(*rules: dict[str, object]) -> list[list[tuple[int, int]]]:
    found = check(RuleSet.of({"units": UNITS, "rules": list(rules)}), history())
    return [[(one.first, one.last) for one in finding.violations] for finding in found]


def test_limits_rates_balances_and_relations_convert_units() -> None:
    assert spans(
        {"id": "limit", "kind": "limit", "tag": "P-1", "high": 600, "unit": "kPa"},
        {"id": "rate", "kind": "rate", "tag": "T", "most": 5, "per": "min"},
        {"id": "balance", "kind": "balance", "inflow": ["FI"], "outflow": ["FO"], "tolerance": 0.05},
        {"id": "relation", "kind": "relation", "left": "{P-1} * 2", "is": "at_most", "right": "1 [MPa]"},
        {"id": "kelvin", "kind": "relation", "left": "T", "right": "293.15 [K]", "tolerance": "1 [K]"},
    ) == [[(40, 49)], [(20, 20)], [(70, 79)], [(40, 49)], [(20, 89), (91, 99)]]


def test_a_missing_value_is_unknown_and_hold_asks_for_rows_running() -> None:
    (finding,) = check(
        RuleSet.of({"rules": [{"id": "x", "kind": "limit", "tag": "T", "high": 25, "hold": 30}]}), history()
    )
    assert finding.unknown == 1 and finding.broken == 70
    assert [(one.first, one.last) for one in finding.violations] == [(20, 89)]
    assert finding.violations[0].worst == pytest.approx(1.0)


def test_disagreements_name_both_sides() -> None:
    rules = RuleSet.of({"units": UNITS, "rules": [{"id": "p", "kind": "limit", "tag": "P-1", "high": 6}]})
    findings = check(rules, history())
    both = disagreements(findings, [(38, 45)], history())
    assert both == ()
    apart = disagreements(findings, [(5, 9)], history())
    assert [(one.side, one.rule, one.first, one.last) for one in apart] == [
        ("learned", None, 5, 9),
        ("rule", "p", 40, 49),
    ]


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ({"id": "a", "kind": "limit", "tag": "P-1"}, "low or high"),
        ({"id": "a", "kind": "relation", "left": "P + ", "right": "1"}, "character"),
        ({"id": "a", "kind": "relation", "left": "__import__(1)", "right": "1"}, "no function"),
        ({"id": "a", "kind": "relation", "left": "T.real", "right": "1"}, "character"),
        ({"id": "a", "kind": "other"}, "does not fit"),
        ({"id": "a", "kind": "relation", "left": "(" * 90 + "1" + ")" * 90, "right": "1"}, "character"),
        ({"id": "a", "kind": "relation", "left": "-" * 90 + "1", "right": "1"}, "character"),
    ],
)
def test_rules_that_do_not_fit_are_named(rule: dict[str, object], text: str) -> None:
    with pytest.raises(InputError, match=text):
        RuleSet.of({"rules": [rule]})


def test_units_that_do_not_fit_and_unknown_tags_are_named() -> None:
    wrong = {"id": "w", "kind": "relation", "left": "FI", "right": "{P-1}"}
    with pytest.raises(InputError, match="Rule w cannot be evaluated: Units do not fit"):
        spans(wrong)
    with pytest.raises(InputError, match="Rule u"):
        spans({"id": "u", "kind": "limit", "tag": "NONE", "high": 1})
    with pytest.raises(InputError, match="unit"):
        spans({"id": "u", "kind": "limit", "tag": "FI", "high": 1, "unit": "zorkmid"})


def test_a_file_is_read_and_a_broken_one_said(tmp_path: Path) -> None:
    good = tmp_path / "rules.yaml"
    good.write_text("units: {T: Cel}\nrules:\n- {id: a, kind: limit, tag: T, high: 25}\n", encoding="utf-8")
    assert RuleSet.read(good).rules[0].id == "a"
    bad = tmp_path / "bad.yaml"
    bad.write_text("rules: [", encoding="utf-8")
    for path in (bad, tmp_path / "none.yaml"):
        with pytest.raises(InputError):
            RuleSet.read(path)


@settings(deadline=None, max_examples=25)
@given(
    st.recursive(
        st.floats(0.1, 9, allow_nan=False).map(lambda x: f"{x:.3f}"),
        lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        max_leaves=8,
    )
)
def test_arithmetic_agrees_with_arithmetic(source: str) -> None:
    # Only numbers, parentheses and three signs reach Python here.
    expected = eval(source, {"__builtins__": {}})
    assert float(evaluate(parse(source), {}).magnitude) == pytest.approx(expected)


def test_precedence_powers_and_functions() -> None:
    columns = {"A": quantity(np.array([4.0]), "m"), "B": quantity(np.array([9.0]), "m")}
    assert evaluate(parse("2 + 3 * 2 ^ 3 - 4 / 2"), {}).magnitude == pytest.approx(24.0)
    assert evaluate(parse("-2 ^ 2"), {}).magnitude == pytest.approx(-4.0)
    assert evaluate(parse("sqrt(A * B)"), columns).magnitude == pytest.approx(6.0)
    assert evaluate(parse("max(A, B) - min(A, B) + abs(A - B)"), columns).magnitude == pytest.approx(10.0)
