"""Lints: each finds its case, and is silent about the ordinary one and where it is switched off."""

from __future__ import annotations

import pytest
from plc_typed_st import checked

HEAD = """(* what it is for *)
FUNCTION_BLOCK F VAR_INPUT a : INT; c : BOOL; END_VAR VAR_OUTPUT q : BOOL; END_VAR
VAR t1 : TON; i : INT; r : REAL; d : TIME; e : INT := 1; END_VAR
"""
PLAIN = "t1(IN := c, PT := T#1s); i := a; r := i; d := t1.ET; q := t1.Q AND r > 1.5 AND d > T#1s AND i > e;\n"


def codes(statements: str, head: str = HEAD) -> list[str]:
    """The codes of the lints that are more than a note."""
    found = checked(f"{head}{PLAIN if head == HEAD else ''}{statements}\nEND_FUNCTION_BLOCK", lints=True)
    assert found.ok, found.diagnostics
    return [one.code for one in found.diagnostics if one.code.startswith("ST3")]


def test_an_ordinary_block_has_no_finding() -> None:
    assert codes("") == []


@pytest.mark.parametrize(
    ("statements", "code"),
    [
        ("a := 3;", "ST3005"),
        ("IF r = 1.5 THEN i := 1; END_IF", "ST3020"),
        ("IF d = T#1s THEN i := 1; END_IF", "ST3021"),
        ("IF TRUE THEN i := 1; END_IF", "ST3023"),
        ("IF c THEN i := 1; ELSIF c THEN i := 2; END_IF", "ST3034"),
        ("q := c AND c;", "ST3034"),
        ("i := i;", "ST3033"),
        ("r := a * i;", "ST3035"),
        ("t1(IN := q);", "ST3027"),
        ("FOR i := 0 TO 3 DO i := i + 1; END_FOR", "ST3029"),
        ("CASE a OF 1: i := 2; END_CASE", "ST3026"),
        ("IF c THEN IF q THEN IF a > 1 THEN IF a > 2 THEN IF a > 3 THEN IF a > 4 THEN i := 1;"
         " END_IF END_IF END_IF END_IF END_IF END_IF", "ST3024"),
    ],
)  # fmt: skip
def test_each_lint_finds_its_case_and_can_be_switched_off(statements: str, code: str) -> None:
    assert codes(statements) == [code]
    assert codes(f"{statements} // assay: off {code}") == []
    assert codes(f"// assay: off\n{statements}") == []
    assert codes(f"// assay: off ST3999\n{statements}") == [code]
    assert codes(f"(* assay: off *)\n(* assay: on *)\n{statements}") == [code]


def test_code_behind_a_return_is_dead() -> None:
    assert "ST3022" in codes("RETURN; i := 1;")
    assert "ST3022" in codes("IF c THEN RETURN; ELSE RETURN; END_IF i := 1;")


def test_blocks_called_in_other_branches_are_no_double_call() -> None:
    head = "(* x *) FUNCTION_BLOCK F VAR_INPUT c : BOOL; END_VAR VAR t1 : TON; END_VAR\n"
    assert codes("IF c THEN t1(IN := TRUE); ELSE t1(IN := FALSE); END_IF", head) == []
    assert codes("IF c THEN t1(IN := TRUE); END_IF", head) == ["ST3028"]


def test_unused_and_unassigned() -> None:
    head = "(* x *) FUNCTION_BLOCK F VAR_INPUT c : BOOL; END_VAR VAR_OUTPUT q : BOOL; END_VAR VAR n : INT; END_VAR\n"
    assert codes("", head) == ["ST3001", "ST3001"]
    assert codes("IF c THEN n := 1; END_IF", head) == ["ST3002"]
    found = checked(
        "(* x *) FUNCTION G : INT VAR_INPUT a : INT; END_VAR VAR x : INT; END_VAR x := a; END_FUNCTION", lints=True
    )
    assert [one.code for one in found.diagnostics] == ["ST3004"]


def test_globals_written_from_two_tasks_and_addresses_that_overlap() -> None:
    source = """VAR_GLOBAL g : INT; w AT %QW0 : WORD;  END_VAR
(* a *) PROGRAM A g := 1; END_PROGRAM (* b *) PROGRAM B g := 2; END_PROGRAM
CONFIGURATION C RESOURCE R ON P TASK T1(INTERVAL := T#1s, PRIORITY := 1); TASK T2(INTERVAL := T#2s, PRIORITY := 1);
PROGRAM a1 WITH T1 : A; PROGRAM b1 WITH T2 : B; END_RESOURCE END_CONFIGURATION"""
    found = checked(source, "iec", lints=True)
    assert "ST3006" in [one.code for one in found.diagnostics]
    rules = {one.code: one.values["rule"] for one in found.diagnostics if "rule" in one.values}
    assert rules["ST3006"] == "PLCopen-CP10"
