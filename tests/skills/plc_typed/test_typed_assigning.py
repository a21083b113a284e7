"""Assignments as conditions, as CODESYS and TwinCAT take them, and namespaces that one unit uses."""

from __future__ import annotations

import pytest

from assay.skills.plc.front.source import Dialect, Source
from assay.skills.plc.run.machine import machine
from assay.skills.plc.typed.check import check

CHOICE = """PROGRAM p
VAR_INPUT n : INT; END_VAR
VAR_OUTPUT branch : INT; hit : BOOL; turns : INT; END_VAR
VAR k : INT; go : BOOL; END_VAR
IF n = 7 THEN branch := 1;
ELSIF hit := (n = 1) THEN branch := 2;
ELSIF n = 2 THEN branch := 3;
ELSE branch := 4; END_IF
k := 0; turns := 0;
WHILE go := (k < n) DO
  k := k + 1;
  IF k = 2 THEN CONTINUE; END_IF
  turns := turns + 1;
END_WHILE
END_PROGRAM
"""


@pytest.mark.parametrize("backend", ["python", "c"])
def test_what_a_condition_assigns_is_kept_and_looked_at(backend: str) -> None:
    checked = check([Source("t.st", CHOICE, "codesys")])
    assert checked.ok
    one = machine(checked.project, "p", backend=backend)  # type: ignore[arg-type]
    seen = {}
    for n in (7, 1, 2, 3):
        one.scan({"n": n})
        seen[n] = (one.read("branch"), one.read("hit"), one.read("turns"))
    assert seen == {7: (1, False, 6), 1: (2, True, 1), 2: (3, False, 1), 3: (4, False, 2)}


@pytest.mark.parametrize("condition", ["n := 3", "hit := n"])
def test_what_is_assigned_has_to_be_a_condition(condition: str) -> None:
    text = f"PROGRAM p\nVAR n : INT; hit : BOOL; END_VAR\nIF {condition} THEN n := 1; END_IF\nEND_PROGRAM\n"
    assert not check([Source("t.st", text, "codesys")]).ok


@pytest.mark.parametrize("dialect", ["iec", "codesys"])
def test_a_unit_may_use_a_namespace_of_its_own(dialect: Dialect) -> None:
    text = (
        "NAMESPACE a.b\nFUNCTION f : INT\nf := 1;\nEND_FUNCTION\nEND_NAMESPACE\n"
        "PROGRAM p\nUSING a.b;\nVAR y : INT; END_VAR\ny := f();\nEND_PROGRAM\n"
    )
    assert check([Source("t.st", text, dialect)]).ok
    assert not check([Source("t.st", text.replace("USING a.b;", ""), "iec")], lenient=False).ok
