"""Programs that are the same where it matters are equal without a solver, products of reals or not."""

from __future__ import annotations

import pytest

from assay.skills.plc.front.source import Source
from assay.skills.plc.ir.nodes import Project
from assay.skills.plc.prove.equal import equal_outputs
from assay.skills.plc.typed.check import check

PROGRAM = """FUNCTION_BLOCK F
VAR_INPUT a, b : REAL; on : BOOL; END_VAR
VAR_OUTPUT q : REAL; END_VAR
VAR sum, old, rest : REAL; END_VAR
VAR CONSTANT D : REAL := 0.0; END_VAR
IF on THEN
    sum := sum + a * b;
    q := a * sum / 3.0;
END_IF;
rest := old - a;
IF D <> 0.0 THEN
    q := q + D * rest;
END_IF;
old := a;
END_FUNCTION_BLOCK
"""


def project(text: str) -> Project:
    checked = check([Source("f.st", text)], lints=False)
    assert checked.ok
    return checked.project


def told(text: str) -> tuple[str, str]:
    found = equal_outputs(project(PROGRAM), project(text), "F", 3, seconds=0.2)
    return found.status, found.method


def test_the_program_itself_and_changes_that_no_output_reads_are_equal() -> None:
    assert told(PROGRAM) == ("PROVED", "terms")
    assert told(PROGRAM.replace("old := a;", "old := b;")) == ("PROVED", "terms")
    assert told(PROGRAM.replace("old - a", "old + a")) == ("PROVED", "terms")


def test_inputs_are_numbers() -> None:
    assert told(PROGRAM.replace("IF on", "IF on AND a = a AND NOT (b <> b)")) == ("PROVED", "terms")
    assert told(PROGRAM.replace("IF on", "IF on AND sum = sum"))[0] != "PROVED"


@pytest.mark.parametrize(
    ("old", "new"),
    [("a * b;", "a * b + 1.0;"), ("D : REAL := 0.0", "D : REAL := 2.0"), ("IF on", "IF NOT on"), ("/ 3.0", "/ 4.0")],
)
def test_a_change_that_an_output_reads_is_not_called_equal(old: str, new: str) -> None:
    assert old in PROGRAM and told(PROGRAM.replace(old, new))[0] != "PROVED"


def test_another_first_value_is_another_program() -> None:
    assert told(PROGRAM.replace("VAR sum,", "VAR sum : REAL := 1.0;"))[0] != "PROVED"
