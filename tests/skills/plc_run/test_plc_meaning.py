"""What programs mean: each runs in both executors, which agree with each other and with what is written here."""

from __future__ import annotations

from typing import Any

import pytest
from plc_run_st import checked, same

from assay.skills.plc.run.machine import Machine, compile_many, machine

#: Name -> (source with a program Main, inputs of each scan, what Main holds after the last).
CASES: dict[str, tuple[str, list[dict[str, Any]], dict[str, Any]]] = {
    "wraps": (
        """PROGRAM Main VAR a: SINT := 127; b: USINT; c: INT := -32768; d: UDINT; e: LINT := 9223372036854775807;
        w: WORD := 16#FFFF; n: BYTE; END_VAR
        a := a + 1; b := b - 1; c := -c; d := d - 1; e := e + 1; w := SHL(w, 4); n := NOT n; END_PROGRAM""",
        [{}],
        {"a": -128, "b": 255, "c": -32768, "d": 4294967295, "e": -(2**63), "w": 0xFFF0, "n": 255},
    ),
    "division": (
        """PROGRAM Main VAR_INPUT x: INT := -7; y: INT := 2; o: INT; END_VAR VAR q, m, z, r: INT; END_VAR
        q := x / y; m := x MOD y; z := x MOD o; r := x / -2; END_PROGRAM""",
        [{}],
        {"q": -3, "m": -1, "z": 0, "r": 3},
    ),
    "reals": (
        """PROGRAM Main VAR_INPUT z: REAL; END_VAR VAR a: REAL := 16777216.0; b: LREAL := 0.1; i: INT; j: INT;
        inf: REAL; less, other: BOOL; t: DINT; END_VAR
        a := a + 1.0; b := b + 0.2; i := REAL_TO_INT(2.5); j := LREAL_TO_INT(-3.5); inf := 1.0 / z; t := TRUNC(-2.9);
        less := (inf - inf) < 1.0; other := (inf - inf) <> 1.0; END_PROGRAM""",
        [{}],
        {"a": 16777216.0, "b": 0.30000000000000004, "i": 2, "j": -4, "inf": float("inf"), "t": -2, "less": False,
         "other": True},
    ),
    "loops": (
        """PROGRAM Main VAR i, s, k, w: INT; u: USINT; n: INT; END_VAR
        s := 0; k := 0; n := 0;
        FOR i := 1 TO 10 DO IF i = 3 THEN CONTINUE; END_IF; IF i = 8 THEN EXIT; END_IF; s := s + i; END_FOR
        FOR u := 250 TO 255 DO n := n + 1; END_FOR
        FOR w := 5 TO 1 BY -2 DO k := k * 10 + w; END_FOR
        w := 0; WHILE TRUE DO w := w + 1; IF w > 4 THEN EXIT; END_IF; END_WHILE
        REPEAT w := w + 10; IF w < 30 THEN CONTINUE; END_IF; UNTIL w > 20 END_REPEAT END_PROGRAM""",
        [{}, {}],
        {"i": 8, "s": 25, "k": 531, "u": 0, "n": 6, "w": 25},
    ),
    "case": (
        """PROGRAM Main VAR_INPUT x: INT; END_VAR VAR r: INT; END_VAR
        CASE x OF 1: r := 10; 2, 5..7: r := 20; -3: r := 30; ELSE r := r + 1; END_CASE END_PROGRAM""",
        [{"x": 1}, {"x": 99}, {"x": 6}, {"x": 0}, {"x": 0}],
        {"r": 22},
    ),
    "structures": (
        """TYPE P : STRUCT x: INT := 3; y: ARRAY[1..2] OF REAL := [1.5, 2.5]; END_STRUCT END_TYPE
        TYPE Q : STRUCT p: P := (x := 9); n: INT; END_STRUCT END_TYPE
        PROGRAM Main VAR a, b: Q; l: ARRAY[0..1, -1..1] OF P; i: INT := 1; m: ARRAY[0..1, -1..1] OF P; END_VAR
        a.p.y[2] := 7.0; b := a; a.n := 1; l[i, -i] := b.p; m := l; l[1, -1].x := 0; END_PROGRAM""",
        [{}],
        {"b.p.x": 9, "b.p.y[2]": 7.0, "b.n": 0, "m[1,-1].x": 9, "m[1,-1].y[2]": 7.0, "m[0,0].x": 3, "l[1,-1].x": 0},
    ),
    "functions": (
        """FUNCTION Add3 : INT VAR_INPUT a: INT; b: INT := 5; END_VAR VAR_IN_OUT c: INT; END_VAR
        VAR_OUTPUT d: INT; END_VAR VAR t: INT := 100; END_VAR
        t := t + 1; c := c + 1; d := t; Add3 := a + b + c; END_FUNCTION
        FUNCTION Fact : DINT VAR_INPUT n: DINT; END_VAR
        IF n <= 1 THEN Fact := 1; RETURN; END_IF Fact := n * Fact(n - 1); END_FUNCTION
        FUNCTION Total : INT VAR_IN_OUT v: ARRAY[*] OF INT; END_VAR VAR i: DINT; END_VAR
        FOR i := LOWER_BOUND(v, 1) TO UPPER_BOUND(v, 1) DO Total := Total + v[i]; v[i] := 0; END_FOR END_FUNCTION
        PROGRAM Main VAR x: INT := 1; r, d, s, x2: INT; f: DINT; l: ARRAY[3..6] OF INT := [1, 2, 3, 4]; END_VAR
        r := Add3(a := x, c := x, d => d); x2 := Add3(1, 2, x) + x; f := Fact(12); s := Total(l); END_PROGRAM""",
        [{}],
        {"r": 8, "d": 101, "x": 3, "x2": 9, "f": 479001600, "s": 10, "l[4]": 0},
    ),
    "references": (
        """FUNCTION_BLOCK Acc VAR_INPUT n: INT; END_VAR VAR_IN_OUT t: INT; END_VAR VAR calls: INT; END_VAR
        t := t + n; calls := calls + 1; END_FUNCTION_BLOCK
        PROGRAM Main VAR a: ARRAY[0..2] OF INT; i: INT; p: POINTER TO INT; q: POINTER TO INT; r: REFERENCE TO INT;
        acc: ARRAY[0..1] OF Acc; ok: BOOL; END_VAR
        i := 1; acc[i](n := 5, t := a[i]); i := 2; p := ADR(a[i]); p^ := 7; r REF= a[0]; r := r + 1;
        ok := __ISVALIDREF(r) AND p <> 0; END_PROGRAM""",
        [{}, {}],
        {"a[0]": 2, "a[1]": 10, "a[2]": 7, "p": "a[2]", "q": None, "r": "a[0]", "acc[1].calls": 2, "acc[0].calls": 0,
         "ok": True},
    ),
    "methods": (
        """INTERFACE IShape METHOD Area : INT VAR_INPUT k: INT; END_VAR END_METHOD END_INTERFACE
        FUNCTION_BLOCK Base IMPLEMENTS IShape VAR s: INT := 2; END_VAR
        METHOD Area : INT VAR_INPUT k: INT; END_VAR Area := s * k; END_METHOD
        METHOD Twice : INT Twice := THIS^.Area(1) * 2; END_METHOD
        PROPERTY Size : INT GET Size := s; END_GET SET s := Size; END_SET END_PROPERTY
        END_FUNCTION_BLOCK
        FUNCTION_BLOCK Der EXTENDS Base VAR e: INT := 100; END_VAR
        METHOD Area : INT VAR_INPUT k: INT; END_VAR Area := SUPER^.Area(k) + e; END_METHOD
        END_FUNCTION_BLOCK
        PROGRAM Main VAR b: Base; d: Der; i: IShape; r1, r2, r3, r4, r5: INT; rb: REFERENCE TO Base; END_VAR
        r1 := b.Twice(); r2 := d.Twice(); i := d; r3 := i.Area(3); i := b; r4 := i.Area(3); rb REF= d; rb.Size := 4;
        r5 := rb.Area(k := 1) + d.Size; END_PROGRAM""",
        [{}],
        {"r1": 4, "r2": 204, "r3": 106, "r4": 6, "r5": 108, "d.s": 4, "i": "b", "rb": "d"},
    ),
    "strings": (
        """PROGRAM Main VAR s: STRING[8] := 'ab'; t, u, v: STRING; n, f: INT; w: WSTRING := "\u6c34"; less: BOOL;
        END_VAR
        s := CONCAT(s, 'cdefghij'); t := MID(s, 3, 2); u := REPLACE(s, 'X', 2, 1); n := LEN(s); f := FIND(s, 'ef');
        v := CONCAT(INT_TO_STRING(-12), REAL_TO_STRING(1.5)); w := CONCAT(w, "\u4f4d"); less := 'abc' < 'abd';
        END_PROGRAM""",
        [{}],
        {"s": "abcdefgh", "t": "bcd", "u": "Xcdefgh", "n": 8, "f": 5, "v": "-121.5", "w": "\u6c34\u4f4d", "less": True},
    ),
    "bits": (
        """PROGRAM Main VAR w: WORD := 16#00F0; b: BOOL; i: INT := -1; END_VAR
        b := w.4; w.0 := TRUE; w.7 := FALSE; i.15 := FALSE; END_PROGRAM""",
        [{}],
        {"b": True, "w": 0x0071, "i": 32767},
    ),
    "union": (
        """TYPE U : UNION d: DWORD; r: REAL; b: ARRAY[0..3] OF BYTE; END_UNION END_TYPE
        PROGRAM Main VAR u, v: U; x: DWORD; END_VAR u.r := 1.0; x := u.d; v := u; v.b[3] := 16#40; END_PROGRAM""",
        [{}],
        {"x": 0x3F800000, "u.b[2]": 0x80, "v.d": 0x40800000, "v.r": 4.0},
    ),
    "many arms": (
        "PROGRAM Main VAR_INPUT x: INT; END_VAR VAR r: INT; END_VAR CASE x OF -5..-1, 400: r := 1; "
        + "".join(f"{n}, {n + 1000}..{n + 1001}: r := {n + 10}; " for n in range(300))
        + "ELSE r := r + 1000; END_CASE END_PROGRAM",
        [{"x": 1150}, {"x": 32767}, {"x": -6}],
        {"r": 2159},
    ),
    "many branches": (
        "PROGRAM Main VAR_INPUT x: INT; END_VAR VAR r, e: INT; END_VAR IF x < 0 THEN r := -1; "
        + "".join(f"ELSIF x = {n} THEN r := r * 10 + 1; " for n in range(250))
        + "ELSE e := e + 1; END_IF END_PROGRAM",
        [{"x": -1}, {"x": 3}, {"x": 249}, {"x": 250}],
        {"r": -89, "e": 1},
    ),
    "bool union": (
        """TYPE U : UNION d: LWORD; b: ARRAY[0..7] OF BOOL; r: LREAL; s: ARRAY[0..1] OF REAL; END_UNION END_TYPE
        PROGRAM Main VAR_INPUT u: U; END_VAR VAR q: LWORD; c: ARRAY[0..7] OF BOOL; n: INT; END_VAR
        c := u.b; IF c[0] = TRUE THEN n := n + 1; END_IF u.b[1] := TRUE; u.s[1] := 2.0; q := u.d; END_PROGRAM""",
        [{"u.d": 0x7FF0000000000102}, {}],
        {"q": 0x4000000000000102, "n": 2, "u.b[0]": True},
    ),
    "unions in arrays": (
        """TYPE U : UNION d: DWORD; b: ARRAY[0..3] OF BYTE; END_UNION END_TYPE
        TYPE S : STRUCT n: INT; u: ARRAY[0..1] OF U; END_STRUCT END_TYPE
        PROGRAM Main VAR l: ARRAY[1..3] OF S; i: INT := 2; p: POINTER TO S; END_VAR
        l[i].u[i - 1].b[i + 1] := 16#AB; p := ADR(l[3]); p^.u[i - 2].b[0].7 := TRUE; END_PROGRAM""",
        [{}],
        {"l[2].u[1].d": 0xAB000000, "l[3].u[0].d": 0x80, "l[3].u[1].d": 0},
    ),
    "shortcut": (
        """PROGRAM Main VAR a: ARRAY[0..2] OF INT; i: INT := 5; r, q: BOOL; END_VAR
        r := i <= 2 AND_THEN a[i] = 0; q := i > 2 OR_ELSE a[i] = 0; END_PROGRAM""",
        [{}],
        {"r": False, "q": True},
    ),
    "order": (
        """VAR_GLOBAL g: INT; END_VAR
        FUNCTION Bump : INT VAR_INPUT k: INT; END_VAR g := g + k; Bump := g; END_FUNCTION
        PROGRAM Main VAR a, b, c: INT; l: ARRAY[0..9] OF INT; s: STRING; END_VAR
        a := g + Bump(1) + g; l[Bump(1)] := g * 10 + Bump(1); b := MAX(g, Bump(2), g); c := LIMIT(g, Bump(1), 50);
        s := CONCAT(INT_TO_STRING(Bump(1)), INT_TO_STRING(Bump(1))); END_PROGRAM""",
        [{}],
        {"a": 2, "l[3]": 12, "b": 5, "c": 6, "s": "78", "g": 8},
    ),
    "programs": (
        """PROGRAM Other VAR_INPUT x: INT; END_VAR VAR_OUTPUT y: INT; END_VAR y := x * 2; END_PROGRAM
        PROGRAM Main VAR r: INT; END_VAR Other(x := 4); r := Other.y; END_PROGRAM""",
        [{}],
        {"r": 8, "Other.y": 8},
    ),
    "times": (
        """PROGRAM Main VAR t: TIME := T#1S500MS; d: DATE := D#2024-02-28; n: DINT; m: TIME; l: DINT; dt1: DT;
        tod1: TOD; s: STRING; END_VAR
        m := t * 2 + T#1MS; n := TIME_TO_DINT(m); l := DINT#7; dt1 := DT#2024-02-29-12:30:00; tod1 := DT_TO_TOD(dt1);
        d := DT_TO_DATE(dt1); s := TIME_TO_STRING(m); END_PROGRAM""",
        [{}],
        {"m": 3_001_000_000, "n": 3001, "tod1": 45_000_000_000_000, "d": 1_709_164_800_000_000_000, "s": "T#3s1ms"},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def machines() -> dict[str, list[Machine]]:
    """Both machines of every case; C of all of them in one translation unit."""
    projects = {name: checked(source) for name, (source, _, _) in CASES.items()}
    compiled = compile_many([(one, "Main") for one in projects.values()])
    return {name: [machine(one, "main"), other] for (name, one), other in zip(projects.items(), compiled, strict=True)}


@pytest.mark.parametrize("name", CASES)
def test_a_program_means_what_is_written(name: str, machines: dict[str, list[Machine]]) -> None:
    _, scans, expected = CASES[name]
    for inputs in scans:
        for one in machines[name]:
            one.scan(inputs, 10_000_000)
        same(machines[name])
    for one in machines[name]:
        assert one.fault is None
        assert {path: one.read(path) for path in expected} == expected
