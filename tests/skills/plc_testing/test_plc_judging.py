"""Cases run on both executors, and what is said about each that fails."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Tree

import pytest

from assay.kernel.errors import InputError
from assay.skills.plc.front.source import Source
from assay.skills.plc.ir.nodes import Project
from assay.skills.plc.run.machine import Backend, machine
from assay.skills.plc.testing.coverage import totals
from assay.skills.plc.testing.coverage_page import coverage_page
from assay.skills.plc.testing.instrument import instrument
from assay.skills.plc.testing.junit import _st, write_junit
from assay.skills.plc.testing.layout import Layout
from assay.skills.plc.testing.running import choose_unit, run_trace
from assay.skills.plc.testing.sessions import Session, run_suites, session_document
from assay.skills.plc.testing.suites import suites_of
from assay.skills.plc.testing.traces import Row, Trace

BACKENDS: list[Backend] = ["python", "c"]
GOOD = [
    {"set": {"level": 12}, "expect": {"run": False, "mode": "Run", "load": 7.8}},
    {"set": {"start": True}, "scans": 3, "expect": {"run": True, "late": False}, "when": "each"},
    {"scans": 1, "expect": {"late": True, "t1.ET": "T#300ms"}},
    {"set": {"stop": True, "level": 3}, "expect": {"run": False, "mode": "E_Mode#Hold", "load": 0.6}},
]


def session(project: Project, *steps: dict[str, Any], backend: Backend = "python", **more: Any) -> Session:
    document = {"pou": "fb_motor", "scan": "100ms", "cases": [{"name": "one", "steps": list(steps)}]}
    return run_suites(project, suites_of(document), backend=backend, **more)


@pytest.mark.parametrize("backend", BACKENDS)
def test_good_cases_pass_on_both_executors(motor: Project, backend: Backend) -> None:
    assert session(motor, *GOOD, backend=backend).passed


def test_a_failure_names_step_scan_moment_and_both_values(motor: Project) -> None:
    wrong = {
        "scans": 3,
        "expect": {"run": True, "mode": "Idle", "t1.ET": 100},
        "when": "each",
        "tolerance": {"t1.et": 5},
    }
    ran = session(motor, {"set": {"level": 12, "start": True}}, wrong)
    (case,) = session_document(ran, {}, "en")["cases"]
    assert not case["passed"] and case["scans"] == 4
    keys = ("step", "scan", "t_ms", "variable", "expected", "got")
    assert [tuple(one[key] for key in keys) for one in case["failures"]] == [
        (2, 2, 100.0, "mode", "Idle", "Run"),
        (2, 3, 200.0, "t1.ET", "T#100ms", "T#200ms"),
    ]
    assert all(one["sentence"] for one in session_document(ran, {}, "zh")["cases"][0]["failures"])


def test_a_sentence_writes_values_as_st_does(motor: Project) -> None:
    ran = session(motor, {"set": {"level": 12, "start": True}, "expect": {"run": False}})
    (case,) = session_document(ran, {}, "en")["cases"]
    (failure,) = case["failures"]
    assert failure["got"] is True and "is TRUE, expected FALSE" in failure["sentence"]
    assert _st({"a": [True, 1, 0.5], "b": "T#1s"}) == '{"a": [TRUE, 1, 0.5], "b": T#1s}'


FAULTY = """
FUNCTION_BLOCK Div
VAR_INPUT a : INT; END_VAR
VAR_OUTPUT q : INT; n : INT; END_VAR
VAR RETAIN kept : INT; END_VAR
kept := kept + 1;
n := kept;
q := 100 / a;
END_FUNCTION_BLOCK
"""


@pytest.mark.parametrize("backend", BACKENDS)
def test_faults_fail_unless_they_are_expected(checked: Callable[..., Project], backend: Backend) -> None:
    project = checked(FAULTY)

    def run(*steps: dict[str, Any]) -> list[Any]:
        document = {"cases": [{"steps": list(steps)}]}
        ran = run_suites(project, suites_of(document), backend=backend)
        return [(one.step, one.variable, one.fault and one.fault.kind) for one in ran.suites[0].outcomes[0].failures]

    assert run({"set": {"a": 5}, "expect": {"q": 20}}) == []
    assert run({"set": {"a": 0}, "expect": {"q": 20}}) == [(1, "", "div_zero")]
    assert run({"set": {"a": 0}, "fault": "div_zero"}) == []
    assert run({"set": {"a": 0}, "fault": "index"}) == [(1, "", "div_zero")]
    assert run({"set": {"a": 1}, "fault": "div_zero"}) == [(1, "", None)]
    assert run({"set": {"a": 0}, "fault": "div_zero"}, {"expect": {"q": 0}}) == [(2, "q", "div_zero")]
    # Power off and on: what is retained stays, and the machine runs again.
    again = {"restart": True, "set": {"a": 4}, "expect": {"q": 25, "n": 2}}
    assert run({"set": {"a": 0}, "fault": "div_zero"}, again) == []


def test_a_run_keeps_what_ran_before_a_fault(checked: Callable[..., Project]) -> None:
    project = checked(FAULTY)
    unit = choose_unit(project, None)
    layout = Layout(project, unit)
    kind = layout.find("a")
    assert kind is not None
    trace = Trace((kind,), (Row(0, {"a": 5}, 2), Row(200_000_000, {"a": 0}, 3)))
    ran = run_trace(machine(project, unit.name), layout, trace, scan_ns=100_000_000, watch=["kept"])
    assert ran.fault is not None and ran.fault.kind == "div_zero" and ran.fault_ns == 200_000_000
    assert [(time, values["q"], values["kept"]) for time, values in ran.rows] == [(0, 20, 1), (100_000_000, 20, 2)]
    with pytest.raises(InputError, match="nothing"):
        run_trace(machine(project, unit.name), layout, trace, watch=["nothing"])


def test_all_scans_at_once_are_the_same_as_one_by_one(checked: Callable[..., Project]) -> None:
    project = checked(FAULTY)
    unit = choose_unit(project, None)
    layout = Layout(project, unit)
    kind = layout.find("a")
    assert kind is not None
    rows = tuple(Row(250_000_000 * index, {} if index == 2 else {"a": 4 - index}, index + 2) for index in range(6))
    ran = [
        run_trace(machine(project, unit.name, backend=backend), layout, Trace((kind,), rows), scan_ns=scan_ns)
        for scan_ns in (100_000_000, None)
        for backend in BACKENDS
    ]
    assert ran[0] == ran[1] and ran[2] == ran[3]
    assert ran[0].fault is not None and ran[0].fault_ns == 1_000_000_000 and len(ran[0].rows) == 10
    assert ran[2].fault_ns == 1_000_000_000 and [values["q"] for _, values in ran[2].rows] == [25, 33, 33, 100]


def test_the_unit_is_chosen_or_asked_for(checked: Callable[..., Project]) -> None:
    two = checked(
        "FUNCTION_BLOCK A VAR_INPUT x : INT; END_VAR ; END_FUNCTION_BLOCK\n"
        "FUNCTION_BLOCK B VAR a : A; END_VAR a(x := 1); END_FUNCTION_BLOCK"
    )
    assert choose_unit(two, None).name == "B"
    assert choose_unit(two, "a").name == "A"
    with pytest.raises(InputError, match="A, B"):
        choose_unit(two, "C")


# --- coverage ---


@pytest.mark.parametrize("backend", BACKENDS)
def test_coverage_counts_what_ran_and_changes_nothing(motor: Project, motor_text: str, backend: Backend) -> None:
    whole = session(motor, *GOOD, backend=backend, coverage=True)
    assert whole.passed and whole.counted is not None
    counts = totals(whole.counted)
    assert counts["statements"]["covered"] == counts["statements"]["total"] - 2  # EXIT, and mode := Idle
    missed = {(one.kind, one.result) for one, hit in whole.counted if not hit}
    assert ("branch", "taken") in missed  # CASE 0 never came
    assert ("loop", "zero") in missed and ("loop", "many") not in missed
    none = session(motor, {"set": {"level": 0}}, backend=backend, coverage=True)
    assert none.counted is not None
    assert totals(none.counted)["statements"]["covered"] < counts["statements"]["covered"]
    conditions = {(one.result, hit) for one, hit in none.counted if one.kind == "condition"}
    # Only the first branch was decided by its condition; edge.Q and level > 10 were both FALSE.
    assert conditions == {("true", False), ("false", True)}


def test_the_page_colours_lines_and_escapes_them(motor: Project, motor_text: str) -> None:
    ran = session(motor, *GOOD, coverage=True)
    assert ran.counted is not None
    source = Source("p.st", motor_text.replace("sum := 0;", "sum := 0; // <script>"))
    for lang in ("en", "zh"):
        page = coverage_page("FB_Motor", ran.counted, {"p.st": Source("p.st", motor_text)}, lang)  # type: ignore[arg-type]
        assert re.search(r'class="run"><td class="n">\d+</td><td>  run := TRUE;', page)
        assert re.search(r'class="miss"><td class="n">\d+</td><td>  0: mode', page) or "0: mode" in page
    assert "<script>" not in coverage_page("x", ran.counted, {"p.st": source}, "en")


def test_an_instrumented_program_computes_the_same(motor: Project) -> None:
    noted = instrument(motor).project
    one, other = machine(motor, "FB_Motor"), machine(noted, "FB_Motor")
    for index in range(40):
        sets = {"start": index % 7 < 3, "stop": index % 11 == 0, "level": index * 3 % 25}
        one.scan(sets, 100_000_000)
        other.scan(sets, 100_000_000)
        seen = {path: value for path, value in other.state().items() if "__" not in path}
        assert seen == one.state()


def test_junit_is_read_by_a_parser(motor: Project, tmp_path: Path) -> None:
    ran = session(motor, {"set": {"level": 1}, "expect": {"mode": "Run"}})
    path = tmp_path / "out.xml"
    write_junit(path, [(one.unit.name, one.outcomes) for one in ran.suites], "zh")
    root = Tree.parse(path).getroot()
    assert root.find("testsuite").attrib["failures"] == "1"  # type: ignore[union-attr]
    assert "Hold" in root.find("testsuite/testcase/failure").attrib["message"]  # type: ignore[union-attr]
