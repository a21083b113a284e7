"""Obligations that nobody asked for, and the comparison of two versions."""

from __future__ import annotations

import pytest
from plc_prove_st import block, project_of, proved

from assay.skills.plc.prove.equal import equal_outputs
from assay.skills.plc.prove.property import Property
from assay.skills.plc.prove.proving import Options, prove
from assay.skills.plc.prove.report import rendered
from assay.skills.plc.prove.verdict import Verdict


def duties(body: str, variables: str = "") -> dict[str, list[Verdict]]:
    report = proved(block(body, variables), obligations=True, backends=("python", "c"))
    kinds: dict[str, list[Verdict]] = {}
    for one in report.obligations:
        kinds.setdefault(one.kind, []).append(one)
    return kinds


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("div_zero", "m := 100 / n;", "REFUTED"),
        ("div_zero", "IF n <> 0 THEN m := 100 / n; END_IF;", "PROVED"),
        ("index", "m := t[n];", "REFUTED"),
        ("index", "m := t[LIMIT(0, n, 4)];", "PROVED"),
        ("index", "i := (i + 1) MOD 5; m := t[i];", "PROVED"),
        ("range", "g := INT_TO_DINT(n);", "REFUTED"),
        ("range", "IF n > 0 AND n < 9 THEN g := INT_TO_DINT(n); END_IF;", "PROVED"),
        ("overflow", "m := n + 1;", "REFUTED"),
        ("overflow", "IF n < 100 THEN m := MAX(n, 0) + 1; END_IF;", "PROVED"),
        ("loop", "i := 0; WHILE i < n AND i < 20 DO i := i + 1; END_WHILE;", "PROVED"),
        ("loop", "WHILE n > 0 DO m := 1; END_WHILE;", "UNKNOWN"),
    ],
)
def test_faults(kind: str, body: str, status: str) -> None:
    found = duties(body, "t : ARRAY[0..4] OF INT; i : INT; g : DINT(0..10);")[kind]
    assert [one.status for one in found] == [status] * len(found)
    if status == "REFUTED":
        assert found[0].trace is not None
        assert found[0].trace.replayed == (("interpreter",) if kind == "overflow" else ("python", "c"))
        assert found[0].severity == ("warning" if kind == "overflow" else "error")


def test_branches_that_no_run_takes_and_outputs_that_nobody_writes() -> None:
    body = "CASE s OF 0: s := 1; 1: s := 0; 2: q := TRUE; ELSE r := TRUE; END_CASE; m := s;"
    found = duties(body, "s : INT;")
    assert [(one.text, one.status) for one in found["dead"]] == [
        ("else", "REFUTED"),
        ("arm", "PROVED"),
        ("arm", "PROVED"),
        ("arm", "REFUTED"),
    ]
    assert {one.text for one in found["unwritten"] if one.status == "REFUTED"} == {"y"}


def test_a_fault_ends_the_run_so_nothing_after_it_counts() -> None:
    found = duties("m := 100 / n; IF n = 0 THEN q := TRUE; END_IF; m := t[n / 1000];", "t : ARRAY[-33..33] OF INT;")
    assert [one.status for one in found["index"]] == ["PROVED"]


@pytest.mark.parametrize(
    ("other", "status"),
    [
        ("IF b THEN q := FALSE; ELSIF a THEN q := TRUE; END_IF; m := n * 2;", "PROVED"),
        ("IF a AND NOT b THEN q := TRUE; END_IF; IF b THEN q := FALSE; END_IF; m := n + n;", "PROVED"),
        ("IF a THEN q := TRUE; ELSIF b THEN q := FALSE; END_IF; m := n + n;", "REFUTED"),
        ("IF b THEN q := FALSE; ELSIF a THEN q := TRUE; END_IF; m := n + n; y := 1.0;", "REFUTED"),
    ],
)
def test_versions(other: str, status: str) -> None:
    first = project_of(block("IF b THEN q := FALSE; ELSIF a THEN q := TRUE; END_IF; m := n + n;"))
    found = equal_outputs(first, project_of(block(other)), "F", 5)
    assert found.status == status
    assert (found.trace is not None) == (status == "REFUTED")


def test_a_loop_without_an_end_is_shown_by_a_run_although_it_is_too_big_for_the_search() -> None:
    source = "PROGRAM P\nVAR x : INT; END_VAR\nWHILE TRUE DO x := x + 1; END_WHILE;\nEND_PROGRAM\n"
    report = prove(project_of(source), "P", (), Options(timeout=20.0))
    assert [(one.kind, one.status) for one in report.obligations] == [("watchdog", "REFUTED")]
    trace = report.obligations[0].trace
    assert trace is not None and trace.replayed == ("python", "c")
    assert [key for key, _ in report.notes] == ["too_many_turns"]
    assert not report.clean


@pytest.mark.parametrize("chain", ["ELSIF x = {0} AND b THEN y := {0};\n", "END_IF;\nIF x = {0} THEN y := {0} + x;\n"])
def test_a_long_program_is_given_up_or_decided_in_time(chain: str) -> None:
    head = (
        "FUNCTION_BLOCK E\nVAR_INPUT x : INT; b : BOOL; END_VAR\nVAR_OUTPUT y : INT; END_VAR\nIF x = 0 THEN y := 0;\n"
    )
    source = head + "".join(chain.format(number) for number in range(1, 300)) + "END_IF;\nEND_FUNCTION_BLOCK\n"
    report = prove(project_of(source), "E", (), Options(timeout=1.0))
    assert report.seconds < 20.0
    undecided = [one for one in report.obligations if one.status == "UNKNOWN"]
    assert all(one.why for one in undecided)
    assert undecided or report.notes or len(report.obligations) >= 300


def test_many_branches_are_run_before_they_are_searched() -> None:
    count = 400
    inputs = "".join(f"i{number} : BOOL; " for number in range(count))
    body = "".join(
        f"IF i{number} THEN q{number} := TRUE; ELSE q{number} := FALSE; END_IF;\n" for number in range(count)
    )
    outputs = inputs.replace("i", "q")
    source = f"PROGRAM P\nVAR_INPUT {inputs}END_VAR\nVAR_OUTPUT {outputs}END_VAR\n{body}END_PROGRAM\n"
    report = prove(project_of(source), "P", (), Options(timeout=60.0))
    assert [one.status for one in report.obligations if one.kind == "dead"] == ["PROVED"] * 2 * count
    assert report.seconds < 30.0


def test_a_contradiction_stands_before_the_verdicts_and_values_are_written_as_st_writes_them() -> None:
    project = project_of("PROGRAM P\nVAR_INPUT a : BOOL; END_VAR\nVAR_OUTPUT q : BOOL; END_VAR\nq := a;\nEND_PROGRAM\n")
    wanted = [
        Property("A", "implication", when="a", then="q"),
        Property("B", "implication", when="a", then="NOT q"),
    ]
    lines = rendered(prove(project, "P", wanted, Options(obligations=False)), project, {}, "en")
    assert lines[1].startswith("A and B contradict each other")
    assert lines[2].startswith("PROVED A")
    (row,) = [line for line in lines if line.split()[:2] == ["1", "T#100ms"]]
    assert row.split()[2:] == ["TRUE", "TRUE"]
