"""Conversion between forms, and the commands for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assay.cli.root import run
from assay.skills.plc.front import tree
from assay.skills.plc.front.convert import convert
from assay.skills.plc.front.files import read_sources
from assay.skills.plc.front.layout import nodes
from assay.skills.plc.front.parser import parse
from assay.skills.plc.front.source import Source

CODE = """TYPE Kind : (A, B := 5); END_TYPE
TYPE Row : STRUCT v : ARRAY[0..3] OF INT := [2(1), 7, 8]; s : STRING[20] := 'a & <b>'; END_STRUCT END_TYPE
FUNCTION Twice : INT VAR_INPUT x : INT; END_VAR Twice := 2 * x; END_FUNCTION
FUNCTION_BLOCK Motor
VAR_INPUT on : BOOL; END_VAR
VAR_OUTPUT run : BOOL; END_VAR
VAR t : TON; row : Row; k : INT := 3; END_VAR
VAR CONSTANT c : TIME := T#5s; END_VAR
(* waits ]]> *)
t(IN := on, PT := c);
IF t.Q AND limit > Twice(k) THEN run := TRUE; row.v[0] := 5; END_IF;
END_FUNCTION_BLOCK
VAR_GLOBAL limit : INT := 10; END_VAR
CONFIGURATION C RESOURCE R ON PLC TASK t1(INTERVAL := T#20ms, PRIORITY := 1); PROGRAM p WITH t1 : Main; END_RESOURCE
END_CONFIGURATION
"""
SCL = """FUNCTION_BLOCK "Motor 1"
{ S7_Optimized_Access := 'TRUE' }
VERSION : 0.1
   VAR_INPUT
      start : Bool;
   END_VAR
   VAR
      "t 1" {InstructionName := 'TON_TIME'; LibVersion := '1.0'} : TON_TIME;
   END_VAR
BEGIN
   REGION Wait
      #"t 1"(IN := #start, PT := S5T#5s);
   END_REGION
   "DB_1".out := #"t 1".Q;
END_FUNCTION_BLOCK
DATA_BLOCK "DB_1"
VERSION : 0.1
   VAR
      out : Bool;
   END_VAR
BEGIN
END_DATA_BLOCK
"""


def body_of(source: Source, name: str) -> list[object]:
    parsed = parse(source)
    assert parsed.ok, parsed.diagnostics
    unit = next(one for one in parsed.unit.elements if isinstance(one, tree.Pou) and one.name.text == name)
    return [type(one).__name__ for one in nodes(unit.body)]


def test_plcopen_out_and_in_again_is_the_same_program(tmp_path: Path) -> None:
    source = Source("p.st", CODE)
    written, lost = convert([source], "plcopen", "demo")
    assert not lost
    path = tmp_path / "p.xml"
    path.write_text(written, encoding="utf-8")
    (again,), notes = read_sources([path])
    assert not notes
    for unit in ("Motor", "Twice"):
        assert body_of(again, unit) == body_of(source, unit)
    assert "(* waits ]]> *)" in again.text
    twice, _ = convert([again], "plcopen", "demo")
    (third,), _ = read_sources([path])
    assert body_of(third, "Motor") == body_of(source, "Motor")
    assert "INTERVAL := T#20ms" in again.text and "limit : INT := 10" in again.text and twice.startswith("<?xml")


def test_scl_marks_locals_blocks_and_globals() -> None:
    written, lost = convert([Source("p.st", CODE)], "scl")
    assert parse(Source("p.scl", written, "scl")).ok
    for piece in (
        "#t(IN := #on, PT := #c);",
        'IF #t.Q AND "Globals".limit > "Twice"(#k) THEN',
        "t : TON_TIME;",
        'row : "Row";',
        'FUNCTION "Twice" : INT',
        'DATA_BLOCK "Globals"',
    ):
        assert piece in written, piece
    assert {one.values["what"] for one in lost} == {"TYPE", "CONFIGURATION"}


def test_scl_becomes_plain_text() -> None:
    written, lost = convert([Source("p.scl", SCL, "scl")], "st")
    assert not lost
    source = Source("p.st", written)
    assert parse(source).ok
    assert "t_1(IN := start, PT := T#5s);" in written
    assert "DB_1.out := t_1.Q;" in written
    assert "t_1  : TON;" in written and "#" not in written.replace("T#", "") and '"' not in written


def test_a_word_by_its_bytes_or_digits_becomes_a_number() -> None:
    text = "FUNCTION f : WORD\nVAR_TEMP d : DWORD; END_VAR\nBEGIN\n"
    text += "f := B#(1,255); d := BYTE#(1, 0, 0, 2); f := C#12;\nEND_FUNCTION\n"
    written, lost = convert([Source("p.scl", text, "scl")], "st")
    assert not lost and parse(Source("p.st", written)).ok
    assert "f := WORD#16#1FF; d := DWORD#16#1000002; f := WORD#16#12;" in written


GLOBAL_LISTS = """FUNCTION_BLOCK Belt
VAR_INPUT speed : INT; END_VAR
VAR CONSTANT most : INT := 4; END_VAR
VAR held : ARRAY[0..most] OF INT; first : INT := most; END_VAR
held[0] := speed + shift;
IF Sensor THEN held[1] := ABS(held[0]); Horn := TRUE; END_IF;
END_FUNCTION_BLOCK
VAR_GLOBAL belt1 : Belt := (speed := size); size : INT := 3; END_VAR
PROGRAM Main
belt1(speed := size);
shift := belt1.first;
END_PROGRAM
VAR_GLOBAL shift : INT; END_VAR
"""


def test_lists_of_globals_and_instances_become_data_blocks() -> None:
    written, lost = convert([Source("p.st", GLOBAL_LISTS)], "scl")
    assert not lost
    assert parse(Source("p.scl", written, "scl")).ok
    for piece in (
        'DATA_BLOCK "belt1"\n',
        '"Belt"\n\nBEGIN\n   speed := "Globals".size;\n',
        'DATA_BLOCK "Globals"\n',
        'DATA_BLOCK "Globals_2"\n',
        '"belt1"(speed := "Globals".size);',
        '"Globals_2".shift := "belt1".first;',
        "held : Array[0..#most] of INT;",
        "first : INT := #most;",
        'IF "Sensor" THEN #held[1] := ABS(#held[0]); "Horn" := TRUE; END_IF;',
        '#held[0] := #speed + "Globals_2".shift;',
    ):
        assert piece in written, piece


def test_an_instance_in_a_named_list_is_a_data_block_too(tmp_path: Path) -> None:
    path = tmp_path / "Line.st"
    path.write_text(
        "{attribute 'qualified_only'}\nVAR_GLOBAL\n  belt1 : Belt;\n  n : INT;\nEND_VAR\n", encoding="utf-8"
    )
    sources, _ = read_sources([path])
    unit = parse(sources[0]).unit.elements[0]
    assert isinstance(unit, tree.GlobalVars)
    label = unit.name.text if unit.name else "Globals"
    code = "FUNCTION_BLOCK Belt VAR_INPUT n : INT; END_VAR END_FUNCTION_BLOCK "
    code += "PROGRAM P LIST.belt1(n := LIST.n); END_PROGRAM"
    written, _ = convert([*sources, Source("p.st", code.replace("LIST", label))], "scl")
    assert f'"belt1"(n := "{label}".n);' in written


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASSAY_LANG", "en")
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "home"))


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "p.st"
    path.write_text("program p\nvar x:INT;end_var\nx:=1;\nend_program\n", encoding="utf-8")
    assert run(["plc", "format", str(path), "--check"]) == 1
    assert run(["plc", "format", str(path), "--write"]) == 0
    assert path.read_text(encoding="utf-8").startswith("PROGRAM p\nVAR x : INT; END_VAR\nx := 1;\n")
    assert run(["plc", "format", str(path), "--check"]) == 0
    capsys.readouterr()
    assert run(["plc", "convert", str(path), "--to", "plcopen", "--out", str(tmp_path / "p.xml"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["diagnostics"] == []
    assert run(["plc", "format", str(tmp_path / "p.xml")]) == 2
    assert run(["plc", "convert", str(path), "--to", "pascal"]) == 2
    path.write_text("PROGRAM p x := ; END_PROGRAM", encoding="utf-8")
    assert run(["plc", "format", str(path), "--write"]) == 1
    assert run(["plc", "convert", str(path), "--to", "scl"]) == 2
    assert path.read_text(encoding="utf-8") == "PROGRAM p x := ; END_PROGRAM"
