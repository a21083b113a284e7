"""Names, types, calls and statements: what is accepted, and the one finding for what is not."""

from __future__ import annotations

import pytest
from plc_typed_st import body, checked, keys

from assay.kernel.texts import LANGS, text

GOOD = [
    "i := i + 1; i := 5; d := i; r := i; lr := r; l := u; r := 1; lr := 0.1; d := 40000 - i;",
    "w := 16#FFFF; i := 16#7FFF; byt := 255; w := byt; w := w AND 16#0F; w := SHL(w, 2); dw := ROL(dw, i);",
    "b := i > 3 AND NOT c OR w = 16#FF XOR b; b := byt.7; w.15 := b; byt := w.%B1; b := i = 3;",
    "t := T#1s + T#500ms; t := t * 2; t := t / 3; b := t > T#1s; dt1 := dt1 + t; t := dt1 - dt1; d := TIME_TO_DINT(t);",
    "s := 'abc'; s := CONCAT(s, 'x', INT_TO_STRING(i)); i := LEN(s); i := FIND(s, 'b'); b := s > 'a'; ws := \"abc\";",
    "a[i] := k; a[k] := a[a[0]]; m[0, 1] := r; p.x := m[i, j]; p.n := a[3];",
    "col := Green; b := col = Color.Red; i := col; CASE col OF Red: i := 1; Color#Green: i := 2; END_CASE",
    "timer(IN := b, PT := T#5s, Q => c); b := timer.Q; timer.PT := T#1s; t := timer.ET; motor(go := b, total := d);",
    "i := Twice(3); i := Twice(a := i); i := MAX(i, 3, j); r := MIN(r, 3); r := LIMIT(0, r, 100); i := SEL(b, 1, i);",
    "i := MUX(i, 1, 2, 3); r := ABS(-r); r := SQRT(i); r := SIN(r); lr := EXPT(lr, 2); d := TRUNC(r); i := ROUND(r);",
    "i := REAL_TO_INT(r); i := TO_INT(d); r := INT_TO_REAL(i); w := INT_TO_WORD(i); i := BCD_TO_INT(w);",
    "FOR i := 0 TO 3 DO a[i] := i; IF i = 2 THEN EXIT; END_IF; IF b THEN CONTINUE; END_IF; END_FOR",
    "WHILE i < 3 DO i := i + 1; END_WHILE REPEAT i := i - 1; UNTIL i = 0 END_REPEAT RETURN;",
    "CASE i OF 1, 2: j := 1; 3..5: j := 2; k + 10: j := 3; ELSE j := 0; END_CASE",
    "pi := ADR(i); pi^ := 5; i := pi^; b := pi = 0; small := 9; small := i; i := SIZEOF(a); j := i := 3;",
    "b := GT(i, 3, 1); i := ADD(1, i, 2); d := MUL(d, 2); b := AND(b, c); w := OR(w, 1); r := MOVE(r);",
    "da := DT_TO_DATE(dt1); b := INT_TO_BOOL(i); dt1 := CONCAT_DATE_TOD(da, TOD#12:00); t := TIME(); r := -r;",
]


@pytest.mark.parametrize("statements", GOOD)
def test_statements_that_are_right(statements: str) -> None:
    found = body(statements)
    assert keys(found) == []
    assert found.project.unit("P") is not None


BAD = [
    ("x := 1;", "unknown_name"),
    ("timr := 1;", "unknown_name_close"),
    ("i := Nope(1);", "unknown_function"),
    ("i := INT_TO_COLOUR(1);", "unknown_function"),
    ("p.z := 1;", "unknown_member"),
    ("i.x := 1;", "no_members"),
    ("col := Color.Pink;", "unknown_member"),
    ("i := r;", "mismatch"),
    ("i := d;", "mismatch"),
    ("i := b;", "mismatch"),
    ("b := i;", "mismatch"),
    ("s := i;", "mismatch"),
    ("t := 5;", "mismatch"),
    ("i := 40000;", "too_large"),
    ("byt := 256;", "too_large"),
    ("i := 1 + TRUE;", "operands"),
    ("b := s + 1;", "operands"),
    ("r := NOT r;", "operand"),
    ("IF i THEN j := 1; END_IF", "condition"),
    ("WHILE r DO j := 1; END_WHILE", "condition"),
    ("i[0] := 1;", "not_indexed"),
    ("m[0] := 1;", "dimensions"),
    ("a[4] := 1;", "out_of_bounds"),
    ("a[r] := 1;", "index_type"),
    ("i := i^;", "not_pointer"),
    ("b := r.3;", "part_type"),
    ("b := byt.8;", "part_range"),
    ("i := i / 0;", "constant_zero"),
    ("k := 4;", "to_constant"),
    ("Twice := 4;", "not_a_place"),
    ("5 := i;", None),
    ("Twice(1, 2);", "too_many"),
    ("i := Twice();", "too_few"),
    ("i := Twice(b := 1);", "unknown_argument"),
    ("timer(IN := b, IN := c);", "argument_twice"),
    ("timer(Q := b);", "wrong_arrow"),
    ("timer(IN => b);", "wrong_arrow"),
    ("motor(go := b);", "missing_in_out"),
    ("motor(go := b, total := 3);", "in_out_place"),
    ("motor(go := b, total := i);", "in_out_type"),
    ("TON(IN := b);", "called_type"),
    ("i := timer(IN := b);", "no_result"),
    ("i := timer;", "mismatch"),
    ("i(3);", "not_called"),
    ("i := SQRT('a');", "operand"),
    ("i := LEN(3);", "mismatch"),
    ("i := MAX(1, 'a');", "operands"),
    ("i := REAL_TO_INT(s);", "mismatch"),
    ("EXIT;", "exit_outside"),
    ("CASE r OF 1: i := 1; END_CASE", "case_type"),
    ("CASE i OF 1: j := 1; 1: j := 2; END_CASE", "case_twice"),
    ("CASE i OF j: i := 1; END_CASE", "not_constant"),
    ("CASE col OF 'a': i := 1; END_CASE", "mismatch"),
    ("FOR r := 0 TO 1 DO i := 1; END_FOR", "for_variable"),
    ("FOR i := 0 TO 1 BY 0 DO j := 1; END_FOR", "for_step_zero"),
    ("FOR i := 0 TO 100000 DO j := 1; END_FOR", "too_large"),
    ("JMP nowhere;", None),
]


@pytest.mark.parametrize(("statements", "key"), BAD)
def test_each_mistake_is_one_finding(statements: str, key: str | None) -> None:
    found = body(f"{statements} i := 1;")
    errors = keys(found)
    assert len(errors) == 1, errors
    assert key is None or errors == [key]
    assert found.project.unit("P") is None
    assert found.left_out == ("P",)
    for one in found.diagnostics:
        assert all(text(one.key, lang, **one.values) for lang in LANGS)


WARNED = [
    ("r := lr;", "loss"),
    ("r := d;", "loss"),
    ("u := i;", "loss"),
    ("i := w;", "loss"),
    ("col := i;", "to_enum"),
    ("i := 16#FFFF;", "wrapped"),
    ("s := 'x'; s2 := 'abcdef';", "text_cut"),
    ("i + 1;", None),
    ("CASE byt OF 300: i := 1; END_CASE", "case_never"),
    ("CASE i OF 5..1: i := 1; END_CASE", "case_range"),
]


@pytest.mark.parametrize(("statements", "key"), WARNED)
def test_what_vendors_allow_is_a_warning(statements: str, key: str | None) -> None:
    found = body(statements, "s2 : STRING[3];")
    if key is None:
        return
    assert keys(found) == []
    assert keys(found, "warning") == [key]


def test_logic_on_integers_is_beyond_the_standard_only() -> None:
    assert keys(body("i := i AND j;", dialect="iec"), "error", "warning") == ["beyond"]
    assert keys(body("i := i AND j;", dialect="codesys"), "error", "warning") == []


DECLARED = [
    ("PROGRAM P VAR a : INT; A : INT; END_VAR END_PROGRAM", "declared_twice"),
    ("PROGRAM P END_PROGRAM FUNCTION_BLOCK p END_FUNCTION_BLOCK", "declared_twice"),
    ("TYPE A : STRUCT b : A; END_STRUCT END_TYPE", "recursive_type"),
    ("TYPE A : STRUCT b : B; END_STRUCT END_TYPE TYPE B : ARRAY[0..1] OF A; END_TYPE", "recursive_type"),
    ("FUNCTION_BLOCK F VAR f : F; END_VAR END_FUNCTION_BLOCK", "recursive_type"),
    ("FUNCTION_BLOCK F EXTENDS F END_FUNCTION_BLOCK", "recursive_base"),
    ("TYPE A : ARRAY[0..100000000] OF INT; END_TYPE", "huge_array"),
    ("TYPE A : ARRAY[5..1] OF INT; END_TYPE", "bounds_order"),
    ("TYPE A : INT(5..1); END_TYPE", "subrange_order"),
    ("TYPE E : (a, b, A); END_TYPE", "enum_twice"),
    ("TYPE A : STRING[0]; END_TYPE", "string_length"),
    ("PROGRAM P VAR a : Nope; b : Nope; END_VAR a.x := 1; a(q := 3); b := a; END_PROGRAM", "unknown_type"),
    ("PROGRAM P VAR a : ARRAY[0..n] OF INT; n : INT; END_VAR END_PROGRAM", "not_constant"),
    ("PROGRAM P VAR a : ARRAY[0..2] OF INT := [1, 2, 3, 4]; END_VAR END_PROGRAM", "initial_items"),
    ("PROGRAM P VAR a : INT := TRUE; END_VAR END_PROGRAM", "mismatch"),
    ("PROGRAM P VAR a : ARRAY[*] OF INT; END_VAR END_PROGRAM", "open_array"),
    ("INTERFACE I METHOD Go : BOOL END_METHOD END_INTERFACE FUNCTION_BLOCK F IMPLEMENTS I END_FUNCTION_BLOCK",
     "not_implemented"),
    ("FUNCTION_BLOCK ABSTRACT F END_FUNCTION_BLOCK PROGRAM P VAR f1 : F; END_VAR END_PROGRAM", "abstract"),
    ("FUNCTION_BLOCK FINAL F END_FUNCTION_BLOCK FUNCTION_BLOCK G EXTENDS F END_FUNCTION_BLOCK", "final"),
    ("FUNCTION_BLOCK F EXTENDS INT END_FUNCTION_BLOCK", None),
    ("VAR_GLOBAL CONSTANT a : INT := b; b : INT := a; END_VAR", "recursive_constant"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "key"), DECLARED)
def test_each_wrong_declaration_is_one_finding(source: str, key: str | None) -> None:
    errors = keys(checked(source))
    assert len(errors) == 1, errors
    assert key is None or errors == [key]


def test_recursion_is_an_error_by_the_standard_only() -> None:
    source = "FUNCTION F : INT VAR_INPUT n : INT; END_VAR IF n > 0 THEN F := F(n - 1); END_IF END_FUNCTION"
    assert keys(checked(source, "iec")) == ["recursion"]
    assert keys(checked(source, "codesys"), "warning") == ["recursion"]
    assert checked(source, "codesys").project.unit("F") is not None


def test_a_missing_library_is_said_once_for_each_name() -> None:
    source = """PROGRAM P VAR m, n : MC_Power; x : INT; END_VAR
m(Enable := TRUE, Axis := x); n(Enable := m.Status AND n.Error.Id > 3); x := LibCall(m.Status) + 1;
x := LibCall(3); END_PROGRAM"""
    assert keys(checked(source)) == ["unknown_type", "unknown_function"]
    lenient = checked(source, lenient=True)
    assert lenient.ok
    assert keys(lenient, "warning") == ["unknown_type", "unknown_function"]
    assert lenient.left_out == ("P",)


def test_behind_an_unknown_base_nothing_is_called_unknown() -> None:
    source = """FUNCTION_BLOCK F EXTENDS FB_Elsewhere VAR i : INT; END_VAR
i := inherited + 1; Start(); SUPER^.Stop(); THIS^.level := 3; IF Ready() THEN i := 2; END_IF; i := TRUE;
END_FUNCTION_BLOCK
PROGRAM P VAR f1 : F; END_VAR f1(x := 3); f1.other := 2; END_PROGRAM"""
    assert keys(checked(source)) == ["unknown_type", "mismatch"]


def test_a_unit_with_errors_takes_those_that_need_it_along_and_no_other() -> None:
    found = checked(
        """FUNCTION_BLOCK Bad x := 1; END_FUNCTION_BLOCK
FUNCTION_BLOCK User VAR b : Bad; END_VAR b(); END_FUNCTION_BLOCK
PROGRAM Fine VAR i : INT; END_VAR i := 1; END_PROGRAM"""
    )
    assert found.left_out == ("Bad", "User")
    assert [one.name for one in found.project.own()] == ["Fine"]


def test_findings_stand_at_their_place_and_name_the_other_one() -> None:
    source = "PROGRAM P VAR a : INT; a : BOOL; END_VAR END_PROGRAM"
    one = checked(source).diagnostics[0]
    assert source[one.span.start : one.span.end] == "a"
    assert one.span.start == source.index("a : BOOL")
    assert one.related[0].start == source.index("a : INT")


def test_a_program_that_is_nested_without_end_is_one_sentence() -> None:
    deep = "PROGRAM P VAR i : INT; END_VAR i := " + "(" * 400 + "1" + ")" * 400 + "; END_PROGRAM"
    assert len(keys(checked(deep))) == 1
    chain = "PROGRAM P VAR i : INT; END_VAR i := " + "+".join(["i"] * 200) + "; END_PROGRAM"
    assert keys(checked(chain)) == []
