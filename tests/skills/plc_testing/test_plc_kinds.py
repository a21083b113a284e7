"""Values of every kind through tests, runs and proposals, on both executors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assay.skills.plc.ir.nodes import Project
from assay.skills.plc.run.machine import Backend, machine
from assay.skills.plc.testing.layout import Layout
from assay.skills.plc.testing.mutants import mutate
from assay.skills.plc.testing.proposing import propose
from assay.skills.plc.testing.running import run_trace
from assay.skills.plc.testing.sessions import run_suites
from assay.skills.plc.testing.stimuli import Stimuli
from assay.skills.plc.testing.suites import suites_of

MIX = """
TYPE
  Pt : STRUCT x : REAL := 1.5; n : ARRAY[1..2] OF INT; END_STRUCT;
  Mode : (Off, Auto := 5, Hand);
END_TYPE
VAR_GLOBAL
  gSpeed : INT := 7;
  gStart AT %IX0.0 : BOOL;
END_VAR
FUNCTION Add3 : DINT
VAR_INPUT a : DINT; b : DINT := 4; END_VAR
VAR_OUTPUT twice : DINT; END_VAR
Add3 := a + b + 3;
twice := 2 * Add3;
END_FUNCTION
FUNCTION_BLOCK Fb
VAR_INPUT p : Pt; m : Mode; s : STRING[10]; d : DATE; t : TIME; arr : ARRAY[0..2] OF INT; END_VAR
VAR_IN_OUT io : ARRAY[0..1] OF DINT; END_VAR
VAR_OUTPUT q : Pt; mo : Mode; so : STRING[20]; dd : DATE; tt : TIME; total : DINT; END_VAR
VAR i : INT; END_VAR
q := p; q.n[2] := q.n[2] + 1; mo := m; so := CONCAT(s, '!'); dd := d; tt := t * 2;
total := 0;
FOR i := 0 TO 2 DO total := total + arr[i]; END_FOR;
io[0] := io[0] + total;
END_FUNCTION_BLOCK
PROGRAM Main
VAR_EXTERNAL gSpeed : INT; gStart : BOOL; END_VAR
VAR RETAIN n : INT; END_VAR
VAR fb : Fb; io : ARRAY[0..1] OF DINT; END_VAR
IF gStart THEN gSpeed := gSpeed + 1; END_IF;
n := n + 1;
fb(io := io, arr := fb.arr);
END_PROGRAM
"""
TESTS: list[Any] = [
    {
        "pou": "Add3",
        "cases": [
            {
                "name": "f",
                "steps": [
                    {"set": {"a": 5}, "expect": {"Add3": 12, "twice": 24}},
                    {"set": {"a": 5, "b": 1}, "expect": {"add3": 9}},
                ],
            }
        ],
    },
    {
        "pou": "fb",
        "scan": 50,
        "cases": [
            {
                "name": "all",
                "steps": [
                    {
                        "set": {
                            "p": {"x": 2.25, "n": [1, 2]},
                            "m": "Hand",
                            "s": "ab",
                            "d": "D#2024-02-29",
                            "t": "1.5s",
                            "arr": [1, 2, 3],
                            "io": [10, 20],
                        },
                        "expect": {
                            "q": {"x": 2.25, "n": [1, 3]},
                            "mo": "Hand",
                            "so": "ab!",
                            "dd": "2024-02-29",
                            "tt": "T#3s",
                            "total": 6,
                            "io": [16, 20],
                        },
                    },
                    {
                        "set": {"arr[1]": 100, "p.x": 0.1},
                        "scans": 2,
                        "expect": {"q.x": 0.1, "total": 104, "io[0]": 224},
                    },
                ],
            }
        ],
    },
    {
        "pou": "Main",
        "cases": [
            {
                "name": "g",
                "steps": [
                    {"set": {"gStart": True}, "scans": 3, "expect": {"gSpeed": 10, "n": 3, "fb.total": 0}},
                    {
                        "restart": True,
                        "set": {"fb.arr": [1, 1, 1], "gStart": False},
                        "expect": {"gSpeed": 7, "n": 4, "fb.total": 3, "io": [3, 0]},
                    },
                ],
            }
        ],
    },
]


@pytest.fixture(scope="module")
def mix(checked: Callable[..., Project]) -> Project:
    return checked(MIX)


@pytest.mark.parametrize("backend", ["python", "c"])
def test_functions_blocks_and_programs_are_tested_by_path_and_type(mix: Project, backend: Backend) -> None:
    ran = run_suites(mix, suites_of(TESTS), backend=backend, coverage=True)
    assert [(one.unit.name, [each.failures for each in one.outcomes]) for one in ran.suites] == [
        ("Add3", [()]),
        ("Fb", [()]),
        ("Main", [()]),
    ]
    assert ran.counted is not None and all(hit for point, hit in ran.counted if point.kind == "statement")


def test_a_search_sets_what_comes_from_outside(mix: Project) -> None:
    def driven(name: str) -> list[str]:
        unit = mix.unit(name)
        assert unit is not None
        return list(Stimuli(mix, unit, 100_000_000).leaves)

    assert driven("Main") == ["gStart"]  # it stands at an input address; gSpeed does not
    assert driven("Add3") == ["a", "b"]
    assert driven("Fb")[:4] == ["p.x", "p.n[1]", "p.n[2]", "m"] and driven("Fb")[-1] == "io[1]"


@pytest.mark.parametrize("name", ["Add3", "Fb", "Main"])
def test_proposals_of_every_kind_of_unit_pass(mix: Project, name: str) -> None:
    unit = mix.unit(name)
    assert unit is not None
    made = propose(mix, unit, runs=40)
    assert made.document["cases"] and run_suites(mix, suites_of(made.document)).passed
    assert made.covered > 0


def test_a_program_without_outputs_shows_its_variables(mix: Project) -> None:
    unit = mix.unit("Main")
    assert unit is not None
    ran = run_trace(machine(mix, "Main"), Layout(mix, unit), scan_ns=100_000_000, scans=2, watch=["FB.q"])
    names = [path for path, _ in ran.columns]
    assert names[0] == "n" and {"io[0]", "gSpeed", "fb.q.n[2]"} <= set(names) and "fb.io[0]" not in names
    assert [values["n"] for _, values in ran.rows] == [1, 2]


def test_an_input_that_is_sorted_in_place_is_watched(checked: Callable[..., Project]) -> None:
    project = checked(
        "FUNCTION_BLOCK Swap VAR_INPUT a : ARRAY[0..1] OF INT; on : BOOL; END_VAR VAR_OUTPUT done : BOOL; END_VAR "
        "VAR t : INT; END_VAR IF a[0] > a[1] THEN t := a[0]; a[0] := a[1]; a[1] := t; END_IF; done := on; "
        "END_FUNCTION_BLOCK"
    )
    unit = project.unit("Swap")
    assert unit is not None
    assert [name for name, _ in Layout(project, unit).given] == ["done", "a"]
    (mutant,) = [one for one in mutate(project, "Swap") if one.operator == "relational" and one.after == "a[0] <= a[1]"]
    assert propose(project, unit, mutants=[mutant]).killed == 1
