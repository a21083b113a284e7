"""Mutants, their score, and tests that are proposed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assay.skills.plc.ir.nodes import Project
from assay.skills.plc.testing.judge import bind
from assay.skills.plc.testing.layout import Layout
from assay.skills.plc.testing.mutants import mutate
from assay.skills.plc.testing.operators import OPERATORS
from assay.skills.plc.testing.proposing import propose
from assay.skills.plc.testing.scoring import Prover, score
from assay.skills.plc.testing.sessions import run_suites
from assay.skills.plc.testing.suites import suites_of


def said(project: Project, unit: str, operator: str) -> set[tuple[str, str]]:
    return {(one.before, one.after) for one in mutate(project, unit, operators=[operator])}


def test_each_operator_makes_its_fault(motor: Project) -> None:
    assert ("level > 10", "level >= 10") in said(motor, "FB_Motor", "relational")
    assert ("sum + i", "sum - i") in said(motor, "FB_Motor", "arithmetic")
    assert ("edge.Q AND (level > 10)", "edge.Q OR (level > 10)") in said(motor, "FB_Motor", "logical")
    assert ("stop", "NOT stop") in said(motor, "FB_Motor", "negate_condition")
    assert ("10", "11") in said(motor, "FB_Motor", "constant")
    assert ("T#300ms", "T#600ms") in said(motor, "FB_Motor", "timer_preset")
    assert ("T#300ms", "T#150ms") in said(motor, "FB_Motor", "timer_preset")
    assert ("stop", "TRUE") in said(motor, "FB_Motor", "stuck")
    assert ("run := FALSE;", "") in said(motor, "FB_Motor", "remove_statement")
    assert ("start", "stop") in said(motor, "FB_Motor", "wrong_variable")
    assert ("1..5:", "2..6:") in said(motor, "FB_Motor", "case_label")
    assert any("edge.Q := start" in after for _, after in said(motor, "FB_Motor", "edge_to_level"))
    assert said(motor, "FB_Motor", "swap_branches")


def test_mutants_are_drawn_the_same_and_over_all_operators(motor: Project) -> None:
    everything = mutate(motor, "FB_Motor")
    assert len({one.id for one in everything}) == len(everything) > 60
    drawn = [mutate(motor, "FB_Motor", limit=20, seed=3) for _ in range(2)]
    assert [one.after for one in drawn[0]] == [one.after for one in drawn[1]] and len(drawn[0]) == 20
    kinds = {one.operator for one in everything}
    assert kinds <= set(OPERATORS) and {one.operator for one in drawn[0]} == kinds
    for one in everything:
        assert one.project.unit("FB_Motor") != motor.unit("FB_Motor")
        assert one.span.source == "p.st" and one.before != one.after


LIMIT_TEXT = """
FUNCTION_BLOCK Clamp
VAR_INPUT x : INT; END_VAR
VAR_OUTPUT y : INT; END_VAR
IF x > 100 THEN y := 100; ELSE y := x; END_IF;
END_FUNCTION_BLOCK
"""


def bound(project: Project, unit: str, document: Any) -> Any:
    found = project.unit(unit)
    assert found is not None
    return found, bind(suites_of(document)[0].cases, Layout(project, found))


@pytest.mark.parametrize("prove", [True, False])
def test_weak_tests_have_a_lower_score_and_equivalent_mutants_do_not_count(
    checked: Callable[..., Project], prove: bool
) -> None:
    project = checked(LIMIT_TEXT)
    mutants = mutate(project, "Clamp")
    weak = {"cases": [{"steps": [{"set": {"x": 5}, "expect": {"y": 5}}]}]}
    values = ((100, 100), (5, 5), (101, 100), (102, 100), (-7, -7), (99, 99))
    strong = {"cases": [{"steps": [{"set": {"x": x}, "expect": {"y": y}} for x, y in values]}]}
    prover = Prover(project, "Clamp", 100_000_000) if prove else None
    scores = []
    for document in (weak, strong):
        unit, cases = bound(project, "Clamp", document)
        scores.append(score(project, unit, mutants, cases, prover=prover))
    assert scores[0].share is not None and scores[1].share is not None
    assert scores[0].share < scores[1].share
    if prove:
        # x > 100 and x >= 100 are the same program here.
        same = [one for one in scores[1].judged if one.fate == "equivalent"]
        assert "x >= 100" in {one.mutant.after for one in same}
        assert scores[1].share == 1.0


DEEP = """
FUNCTION_BLOCK Lock
VAR_INPUT code : DINT; END_VAR
VAR_OUTPUT open : BOOL; END_VAR
open := code * 3 + 7 = 1000003;
END_FUNCTION_BLOCK
"""


def test_the_prover_finds_the_input_that_nobody_guesses(checked: Callable[..., Project]) -> None:
    project = checked(DEEP)
    unit = project.unit("Lock")
    assert unit is not None
    (mutant,) = [one for one in mutate(project, "Lock") if one.after == "1000004"]
    prover = Prover(project, "Lock", 100_000_000)
    made = propose(project, unit, mutants=[mutant], telling=prover.telling)
    assert made.killed == 1
    steps = made.document["cases"][-1]["steps"]
    code = steps[-1]["set"]["code"]
    assert steps[-1]["expect"] == {"open": code == 333332}
    assert (code * 3 + 7) % 2**32 in (1000003, 1000004)  # one of the two locks opens
    assert propose(project, unit, mutants=[mutant]).killed == 0


def test_proposed_tests_pass_cover_and_kill(motor: Project) -> None:
    unit = motor.unit("FB_Motor")
    assert unit is not None
    mutants = mutate(motor, "FB_Motor", limit=30)
    made = propose(motor, unit, mutants=mutants, runs=200)
    assert made.document == propose(motor, unit, mutants=mutants, runs=200).document
    assert all(one["proposed"] for one in made.document["cases"])
    assert run_suites(motor, suites_of(made.document)).passed
    assert made.covered >= 0.9 * made.points
    assert made.killed >= 0.8 * made.mutants
