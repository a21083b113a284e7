"""Each kind of property: proved where it holds, refuted with the shortest run where it does not."""

from __future__ import annotations

from typing import Any

import pytest
from plc_prove_st import block, project_of, proved, verdict

from assay.skills.plc.prove.property import Property
from assay.skills.plc.prove.resolve import resolve
from assay.skills.plc.prove.spacer import never
from assay.skills.plc.prove.system import System, build
from assay.skills.plc.prove.whole import Whole

LATCH = block("IF b THEN q := FALSE; ELSIF a THEN q := TRUE; END_IF; r := NOT q;")
DELAY = block("t(IN := a, PT := T#500ms); q := t.Q; p(IN := b, PT := T#300ms); r := p.Q;", "t : TON; p : TP;")
STEPS = block(
    """CASE s OF
0: IF a THEN s := 1; END_IF;
1: q := TRUE; IF b THEN s := 2; q := FALSE; END_IF;
2: r := TRUE; IF NOT b THEN s := 0; r := FALSE; END_IF;
END_CASE; m := s;""",
    "s : INT;",
)


def test_an_implication_holds_for_ever() -> None:
    found = verdict(LATCH, "implication", "b", "NOT q")
    assert (found.status, found.method) == ("PROVED", "k-induction")


def test_a_wrong_implication_comes_with_the_shortest_run_that_both_executors_repeat() -> None:
    found = verdict(LATCH, "implication", "a", "q", backends=("python", "c"))
    assert found.status == "REFUTED" and found.trace is not None and found.k == 1
    assert found.trace.replayed == ("python", "c")
    row = found.trace.rows[-1]
    assert row.inputs["a"] is True and row.inputs["b"] is True and row.after["q"] is False
    assert found.trace.spans


@pytest.mark.parametrize(
    ("text", "kind", "when", "then", "more", "status"),
    [
        (LATCH, "invariant", "", "q <> r", {}, "PROVED"),
        (LATCH, "forbidden", "q AND r", "", {}, "PROVED"),
        (LATCH, "exclusive", "", "", {"of": ("q", "r")}, "PROVED"),
        (LATCH, "exclusive", "", "", {"of": ("a", "q")}, "REFUTED"),
        (STEPS, "reachable", "m = 2", "", {}, "PROVED"),
        (STEPS, "reachable", "m = 3", "", {}, "REFUTED"),
        (STEPS, "forbidden", "q AND r", "", {}, "PROVED"),
        (STEPS, "implication", "m = 1 AND NOT q", "PREV(m) <> 1", {}, "PROVED"),
        (LATCH, "response", "a AND NOT b", "q", {"scans": 0}, "PROVED"),
        (STEPS, "response", "m = 1", "q", {"scans": 1}, "REFUTED"),
        (DELAY, "held", "a", "q", {"time_ns": 500_000_000}, "PROVED"),
        (DELAY, "held", "a", "q", {"scans": 6}, "PROVED"),
        (DELAY, "held", "a", "q", {"scans": 5}, "REFUTED"),
        (DELAY, "held", "a", "q", {"time_ns": 500_000_000, "scan_ns": None}, "PROVED"),
        (DELAY, "stays", "ROSE(r)", "r", {"time_ns": 300_000_000}, "PROVED"),
        (DELAY, "stays", "ROSE(r)", "r", {"time_ns": 400_000_000}, "REFUTED"),
        (LATCH, "implication", "NOT q AND a AND NOT b", "q", {"at": "start"}, "PROVED"),
        (LATCH, "implication", "a", "NOT q", {"before": "q"}, "REFUTED"),
        (LATCH, "implication", "NOT a AND NOT b", "q", {"before": "q"}, "PROVED"),
    ],
)
def test_kinds(text: str, kind: str, when: str, then: str, more: dict[str, object], status: str) -> None:
    found = verdict(text, kind, when, then, **more)
    assert found.status == status, (found.why, found.k)
    if status == "REFUTED" and kind != "reachable":
        assert found.trace is not None and found.trace.replayed


def test_wrap_around_is_exact() -> None:
    text = block("IF a THEN s := s + 1; END_IF; m := s;", "s : INT := 32760;")
    found = verdict(text, "invariant", "", "m >= 0")
    assert (found.status, found.k) == ("REFUTED", 8)


def test_what_is_not_inductive_is_bounded() -> None:
    text = block("IF a THEN s := s + 1; END_IF; q := s > 100000;", "s : DINT;")
    found = verdict(text, "invariant", "", "NOT q")
    assert (found.status, found.k) == ("BOUNDED", 12)


def test_reals_are_bounded_by_rounding() -> None:
    text = block("IF x < 0.0 OR x > 100.0 THEN y := 0.0; ELSE y := 4.0 + x * 16.0 / 100.0; END_IF;")
    assert verdict(text, "implication", "x >= 0.0 AND x <= 100.0", "y >= 4.0 AND y <= 20.0").method == "intervals"
    wrong = verdict(text, "implication", "x >= 0.0 AND x <= 100.0", "y < 20.0")
    assert wrong.status == "REFUTED" and wrong.trace is not None


def test_properties_that_cannot_be_judged_are_unsound_and_not_refuted() -> None:
    made = [
        Property("free", "implication", "a", "b"),
        Property("name", "invariant", then="nothing = 1"),
        Property("type", "invariant", then="n"),
        Property("fine", "implication", "b", "NOT q"),
    ]
    report = proved(LATCH, *made)
    assert [one.status for one in report.properties] == ["UNSOUND", "UNSOUND", "UNSOUND", "PROVED"]
    assert [one.why[0][0] for one in report.properties[:3]] == [
        "unsound_inputs",
        "unsound_expression",
        "unsound_type",
    ]
    assert report.clean


def test_conditions_that_never_come_and_properties_that_contradict() -> None:
    made = [
        Property("never", "implication", "q AND r", "a"),
        Property("none", "implication", "n > 5 AND n < 5", "q"),
        Property("one", "implication", "c", "q"),
        Property("other", "implication", "c", "NOT q"),
    ]
    report = proved(LATCH, *made)
    assert [key for key, _ in report.properties[0].notes] == ["note_vacuous"]
    assert ("note_no_value", {"id": "none"}) in report.notes
    assert ("note_contradict", {"first": "one", "second": "other"}) in report.notes


def test_the_same_twice() -> None:
    first = proved(STEPS, Property("P", "forbidden", "q AND r"), obligations=True)
    proved(DELAY, Property("P", "invariant", then="NOT q OR NOT r"))
    second = proved(STEPS, Property("P", "forbidden", "q AND r"), obligations=True)
    assert [(one.status, one.k, one.invariants) for one in first.verdicts] == [
        (one.status, one.k, one.invariants) for one in second.verdicts
    ]


def test_spacer_finds_what_no_template_guesses() -> None:
    text = block(
        """IF a AND i < 1000 THEN i := i + 1; j := j + 2; k := k + 3;
ELSIF b AND i > 0 THEN i := i - 1; j := j - 2; k := k - 3; END_IF; q := 3 * i <> k OR j <> 2 * i;""",
        "i, j, k : INT;",
    )
    project = project_of(text)
    unit = project.unit("F")
    assert unit is not None
    meant = [one for one, _ in resolve(project, unit, [Property("P", "invariant", then="NOT q")])]
    system = build(project, unit, meant, terms=Whole())
    invariant = never(system, system.bads["P"], effort=30_000_000, milliseconds=20_000)
    assert invariant is not None and "3*i" in invariant
    assert never(system, _where(system, "i") == 3, effort=3_000_000, milliseconds=2_000) is None


def _where(system: System, name: str) -> Any:
    return next(one.pre for one in system.states if one.name == name)
