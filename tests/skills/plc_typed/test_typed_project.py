"""A source of SIMATIC controllers that was given alone: what it takes from its project, and what stays wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from plc_typed_st import keys
from typer.testing import CliRunner

from assay.cli import plc_check, plc_prove
from assay.kernel.texts import text
from assay.skills.plc.front.convert import convert
from assay.skills.plc.front.format import format_text
from assay.skills.plc.front.source import Source
from assay.skills.plc.run.machine import machine
from assay.skills.plc.typed.check import Checked, check

STATION = """FUNCTION_BLOCK "Station"
{ S7_Optimized_Access := 'TRUE' }
VERSION : 0.1
VAR_INPUT
   go : Bool;
   n : Int;
END_VAR
VAR_OUTPUT
   lamp : Bool;
   level : Int;
END_VAR
BEGIN
   %s
END_FUNCTION_BLOCK
"""


def given(source: str, *, lenient: bool | None = None) -> Checked:
    """A source of SCL, checked as the command does."""
    return check([Source("t.scl", source, "scl")], lenient=lenient, lints=False)


def station(statements: str, *, lenient: bool | None = None) -> Checked:
    """Statements of a block that writes # before its own variables."""
    return given(STATION % statements, lenient=lenient)


@pytest.mark.parametrize(
    ("statements", "finding"),
    [
        ('#lamp := "Line".ready AND #go;', "unknown_name_external"),
        ('"Horn" := #go;', "unknown_name_external"),
        ('CASE #n OF "STATE_IDLE": #level := 1; "STATE_A".."STATE_B": #level := 2; END_CASE;', "unknown_name_external"),
        ('"Motor_DB"(run := #go, speed => #level);', "unknown_function_external"),
        ('#level := "Scaler"(raw := #n);', "unknown_function_external"),
        ('"MAX"(first := #n);', "unknown_function_external"),
        ("PickUp(place := #n);", "unknown_function_external"),
        ("Line.speed := #n;", "unknown_name_external"),
        ('"Delay".TON(IN := #go, PT := T#5s, Q => #lamp);', "unknown_name_external"),
        ('"Line".words[#n].%X3 := #go;', "unknown_name_external"),
        ('"Valve":P := "Button":P;', "unknown_name_external"),
    ],
)
def test_what_the_project_brings_is_a_warning_and_its_unit_is_left_out(statements: str, finding: str) -> None:
    found = station(statements)
    assert found.ok
    assert keys(found, "warning")[0] == finding
    assert found.left_out == ("Station",) and not found.project.own()
    for one in found.diagnostics:
        assert text(one.key, "en", **one.values) != text(one.key, "zh", **one.values)
    assert not station(statements, lenient=False).ok


@pytest.mark.parametrize(
    "variables",
    [
        'VAR x : "Recipe"; END_VAR',
        'VAR x : Array[1.."SLOTS"] of Int; END_VAR',
        'VAR x : "Recipe_DB"; y : Feeder; END_VAR',
    ],
)
def test_a_type_of_the_project_keeps_its_unit_out(variables: str) -> None:
    found = given(
        f'FUNCTION_BLOCK "A"\n{variables}\nVAR_OUTPUT q : Bool; END_VAR\nBEGIN\n#q := TRUE;\nEND_FUNCTION_BLOCK\n'
    )
    assert found.ok and found.left_out == ("A",)


def test_only_what_depends_on_the_project_is_left_out() -> None:
    found = given(
        """FUNCTION_BLOCK "Inner"
VAR_OUTPUT q : Bool; END_VAR
BEGIN
#q := "Tag";
END_FUNCTION_BLOCK
FUNCTION_BLOCK "Outer"
VAR one : "Inner"; END_VAR
BEGIN
#one();
END_FUNCTION_BLOCK
FUNCTION_BLOCK "Free"
VAR_OUTPUT n : Int; END_VAR
BEGIN
#n := #n + 1;
END_FUNCTION_BLOCK
"""
    )
    assert found.ok
    assert found.left_out == ("Inner", "Outer")
    assert [one.name for one in found.project.own()] == ["Free"]


def test_each_name_is_told_once_and_what_it_is_used_for_is_still_typed() -> None:
    found = station('"Line".a := 1; "Line".b := 2; #lamp := "Line".c; #level := #go;')
    assert keys(found, "error", "warning") == ["unknown_name_external", "mismatch"]


@pytest.mark.parametrize(
    ("statements", "finding"),
    [
        ("#lavel := 1;", "unknown_name_close"),
        ("#other := 1;", "unknown_name"),
        ("#level := 1; other := 1;", "unknown_name"),
        ("#other(IN := #go);", "unknown_name"),
        ("#level := LIMTI(MN := 0, IN := #n, MX := 9);", "unknown_function_close"),
        ("levl.x := 1;", "unknown_name_close"),
    ],
)
def test_what_no_project_can_bring_stays_an_error(statements: str, finding: str) -> None:
    assert keys(station(statements)) == [finding]


def test_a_source_of_step_7_names_the_table_of_symbols_without_quotes() -> None:
    body = "FUNCTION_BLOCK FB9\nVAR level : INT; last : BOOL; END_VAR\nBEGIN\n%s\nEND_FUNCTION_BLOCK\n"
    alone = given(body % "IF Tick AND NOT last THEN Total := Total + 1; END_IF; last := Tick; Plant.x := level;")
    assert alone.ok and alone.left_out == ("FB9",)
    assert keys(alone, "warning") == ["unknown_name_external"] * 3
    assert keys(given(body % "lavel := 1;")) == ["unknown_name_close"]
    assert keys(given(body % "#level := 1; Total := 2;")) == ["unknown_name"], "where own variables have their #"


def test_with_the_other_sources_of_the_project_it_runs() -> None:
    user = 'FUNCTION_BLOCK "User"\nVAR_OUTPUT n : Int; END_VAR\nBEGIN\n%s\nEND_FUNCTION_BLOCK\n'
    user %= '#n := "Store".count + "Twice"(x := 4);'
    store = 'DATA_BLOCK "Store"\nSTRUCT\n   count : Int := 5;\nEND_STRUCT;\nBEGIN\nEND_DATA_BLOCK\n'
    twice = 'FUNCTION "Twice" : Int\nVAR_INPUT x : Int; END_VAR\nBEGIN\n#Twice := 2 * #x;\nEND_FUNCTION\n'
    sources = [Source(f"{name}.scl", one, "scl") for name, one in zip("abc", (user, store, twice), strict=True)]
    found = check(sources, lints=False)
    assert keys(found, "error", "warning") == []
    one = machine(found.project, "User")
    one.scan()
    assert one.read("n") == 13


START = """TYPE "Recipe"
   STRUCT
      n : Int := 7;
      span : Array[0..1] of Int := [4, 5];
   END_STRUCT;
END_TYPE
FUNCTION_BLOCK "Counter"
VAR_INPUT step : Int := 3; END_VAR
VAR count : Int := 40; END_VAR
BEGIN
END_FUNCTION_BLOCK
DATA_BLOCK "Own"
   STRUCT
      speed : Int := 12;
      row : Array[1..2, 0..1] of Int := [1, 2, 3, 4];
      list : Array[1..3] of "Recipe";
      inner : Struct a : Int := 8; b : Int := 9; END_STRUCT;
   END_STRUCT;
BEGIN
   row[2, 0] := 30;
   list[2].n := 70;
   list[3].span[1] := 50;
   inner.a := 80;
%s
END_DATA_BLOCK
DATA_BLOCK "One" "Counter"
BEGIN
   count := 41;
END_DATA_BLOCK
FUNCTION_BLOCK "User"
VAR_OUTPUT sum : Int; END_VAR
BEGIN
   #sum := "Own".speed + "One".count;
END_FUNCTION_BLOCK
"""


@pytest.mark.parametrize("backend", ["python", "c"])
def test_a_data_block_starts_with_its_declared_and_its_start_values(backend: str) -> None:
    found = given(START % "")
    assert keys(found, "error", "warning") == []
    one = machine(found.project, "User", backend="c" if backend == "c" else "python")
    one.scan()
    assert one.read("sum") == 12 + 41
    state = {name.removeprefix("Own."): value for name, value in one.state().items() if name.startswith("Own.")}
    assert [state[f"row[{at}]"] for at in ("1,0", "1,1", "2,0", "2,1")] == [1, 2, 30, 4]
    assert [state[f"list[{at}].n"] for at in (1, 2, 3)] == [7, 70, 7]
    assert [state[f"list[{at}].span[{part}]"] for at in (1, 3) for part in (0, 1)] == [4, 5, 4, 50]
    assert (state["inner.a"], state["inner.b"]) == (80, 9)


@pytest.mark.parametrize(
    ("start", "finding"),
    [
        ("speeed := 1;", "unknown_member_close"),
        ("row[3, 0] := 1;", "out_of_bounds"),
        ("row[1] := 1;", "dimensions"),
        ("speed[1] := 1;", "not_indexed"),
        ("speed.x := 1;", "no_members"),
        ("list[1].n := TRUE;", "mismatch"),
    ],
)
def test_start_values_are_checked(start: str, finding: str) -> None:
    assert keys(given(START % start)) == [finding]


# --- what SCL does without being asked -------------------------------------------------------------------------------

NARROW = """FUNCTION_BLOCK "Narrow"
VAR_INPUT wide : DInt; bits : LWord; r : Real; d : Date; stamp : Date_And_Time; END_VAR
VAR_OUTPUT level : Int; low : Byte; w : Word; dw : DWord; ui : UInt; dtl : DTL; END_VAR
VAR CONSTANT
   IDLE : Int;
   BUSY : Int := 1;
END_VAR
BEGIN
%s
END_FUNCTION_BLOCK
"""


@pytest.mark.parametrize("backend", ["python", "c"])
def test_a_value_is_cut_to_fewer_bits(backend: str) -> None:
    found = given(NARROW % "#level := #wide; #low := SHR(IN := #bits, N := 8); #w := #wide;")
    assert keys(found) == [] and keys(found, "warning") == ["loss"] * 3
    one = machine(found.project, "Narrow", backend="c" if backend == "c" else "python")
    one.scan({"wide": 70_000, "bits": 0xABCDEF})
    assert (one.read("level"), one.read("low"), one.read("w")) == (70_000 - 65_536, 0xCD, 70_000 - 65_536)
    strict = "PROGRAM P VAR a : INT; b : DINT; END_VAR a := b; END_PROGRAM"
    assert keys(check([Source("t.st", strict, "iec")], lints=False)) == ["mismatch"]


@pytest.mark.parametrize("statement", ["#dw := #r;", "#ui := #d;", "#dtl := #stamp;"])
def test_copied_bits_and_moments_are_typed_and_not_run(statement: str) -> None:
    found = given(NARROW % statement)
    assert found.ok and found.left_out == ("Narrow",)


@pytest.mark.parametrize("statement", ["#level := #r;", "#dtl := #d;", "#low := #r;"])
def test_other_types_are_still_asked_for(statement: str) -> None:
    assert keys(given(NARROW % statement)) == ["mismatch"]


def test_a_constant_without_a_value_is_zero() -> None:
    found = given(NARROW % "CASE #wide OF #IDLE: #level := 10; #BUSY: #level := 20; END_CASE;")
    assert keys(found) == []
    one = machine(found.project, "Narrow")
    one.scan({"wide": 0})
    assert one.read("level") == 10
    twice = "CASE #wide OF #IDLE: #level := 10; 0: #level := 20; END_CASE;"
    assert keys(given(NARROW % twice)) == ["case_twice"]


def test_integer_division_of_step_7() -> None:
    source = Source(
        "t.scl",
        'FUNCTION FC4 : INT\nTITLE =" parts"\nVERSION : " 1.2"\nVAR_INPUT a : INT; b : INT; END_VAR\nBEGIN\n'
        "FC4 := (a + 1) DIV b * 2 + DIV(IN1 := a, IN2 := b);\nEND_FUNCTION\n",
        "scl",
    )
    for one in (source, Source("t.scl", format_text(source), "scl")):
        found = check([one], lints=False)
        assert keys(found) == []
    made, lost = convert([source], "st")
    assert not lost
    assert "(a + 1) / b * 2 + DIV(IN1 := a, IN2 := b)" in made
    runner = "PROGRAM P VAR_OUTPUT r : INT; END_VAR r := FC4(a := 16, b := 3); END_PROGRAM"
    for sources in ([source, Source("r.st", runner, "codesys")], [Source("m.st", f"{made}\n{runner}", "codesys")]):
        both = check(sources, lints=False)
        assert keys(both) == []
        one_run = machine(both.project, "P")
        one_run.scan()
        assert one_run.read("r") == 15


def test_the_length_of_step_7_names_its_argument_s() -> None:
    found = given("FUNCTION FC5 : INT\nVAR_INPUT s1 : STRING; END_VAR\nBEGIN\nFC5 := LEN(S := s1);\nEND_FUNCTION\n")
    assert keys(found) == []
    wrong = "FUNCTION FC5 : REAL\nVAR_INPUT r : REAL; END_VAR\nBEGIN\nFC5 := SIN(S := r);\nEND_FUNCTION\n"
    assert keys(given(wrong)) == ["unknown_argument"]


def test_a_value_at_the_module_keeps_its_form() -> None:
    source = Source("t.scl", STATION % '"Valve":P := "Button":P; #lamp := "Button":P;', "scl")
    made = format_text(source)
    assert '"Valve":P := "Button":P;' in made
    assert keys(check([Source("t.scl", made, "scl")], lints=False)) == []


# --- the commands ----------------------------------------------------------------------------------------------------


def commands() -> typer.Typer:
    """The two commands alone."""
    app = typer.Typer()
    plc_check.register(app)
    plc_prove.register(app)
    return app


def test_the_commands_say_what_they_do_not_know(tmp_path: Path) -> None:
    file = tmp_path / "station.scl"
    file.write_text(STATION % '#lamp := #go AND "Released";', encoding="utf-8")
    runner = CliRunner()
    found = runner.invoke(commands(), ["check", str(file), "--no-lints", "--json"])
    assert found.exit_code == 0
    document = json.loads(found.output)
    assert document["ok"] and document["left_out"] == ["Station"]
    assert "Released" in document["diagnostics"][0]["message"]
    assert runner.invoke(commands(), ["check", str(file), "--missing-libraries", "error"]).exit_code == 1
    properties = tmp_path / "p.json"
    properties.write_text('[{"id": "A", "kind": "invariant", "then": "NOT lamp OR go"}]', encoding="utf-8")
    proved = runner.invoke(commands(), ["prove", str(file), "--properties", str(properties), "--lang", "en"])
    assert proved.exit_code == 1
    assert "PROVED" not in proved.output and "Released is declared in no file given here" in proved.output
    assert proved.output.rstrip().endswith("Give the missing files or libraries too.")


HALVES = """FUNCTION Halves : INT
VAR_INPUT whole : INT; END_VAR
VAR_OUTPUT rest : INT; END_VAR
BEGIN
   Halves := whole / 2;
   rest := whole MOD 2;
END_FUNCTION
FUNCTION_BLOCK Again
VAR_INPUT a : INT; END_VAR
VAR_OUTPUT b : INT; END_VAR
BEGIN
   b := a;
END_FUNCTION_BLOCK
FUNCTION_BLOCK Caller
VAR_OUTPUT r : INT; left : INT; END_VAR
VAR again : Again; END_VAR
BEGIN
   %s
END_FUNCTION_BLOCK
"""


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("r := Halves(whole := 7, rest := left);", []),
        ("r := Halves(whole := 7, rest => left);", []),
        ("r := Halves(whole => left, rest := left);", ["wrong_arrow"]),
        ("r := Halves(whole := 7, rest := 3);", ["not_a_place"]),
        ("again(a := 1, b := left);", ["wrong_arrow"]),
    ],
)
def test_functions_of_step_7_take_their_outputs_by_the_same_sign(statement: str, finding: list[str]) -> None:
    found = given(HALVES % statement)
    assert keys(found) == finding
    marked = HALVES.replace("Halves := whole", "#Halves := #whole") % "r := Halves(whole := 7, rest := left);"
    assert keys(given(marked)) == ["wrong_arrow"]


def test_an_output_by_the_same_sign_runs_and_is_converted() -> None:
    source = Source("t.scl", HALVES % "r := Halves(whole := 7, rest := left);", "scl")
    one = machine(check([source], lints=False).project, "Caller")
    one.scan()
    assert (one.read("r"), one.read("left")) == (3, 1)
    made, lost = convert([source], "st")
    assert not lost
    assert "Halves(whole := 7, rest => left)" in made
    assert keys(check([Source("t.st", made, "codesys")], lints=False)) == []


def test_the_block_before_its_data_block_is_left_out_in_structured_text() -> None:
    text_ = HALVES % "Again.DB7(a := 5); left := DB7.b;" + "DATA_BLOCK DB7\nAgain\nBEGIN\nEND_DATA_BLOCK\n"
    source = Source("t.scl", text_, "scl")
    assert keys(check([source], lints=False)) == []
    made, lost = convert([source], "st")
    assert not lost
    assert " DB7(a := 5)" in made
    found = check([Source("t.st", made, "codesys")], lints=False)
    assert keys(found) == []
    one = machine(found.project, "Caller")
    one.scan()
    assert one.read("left") == 5


PLANT = """FUNCTION_BLOCK "Lift"
VERSION : 0.1
VAR_INPUT speed : Int := 1; END_VAR
VAR wait { ExternalVisible := 'False' } : TON_TIME; limit : Time; END_VAR
BEGIN
   #wait(IN := TRUE, PT := #limit);
END_FUNCTION_BLOCK
DATA_BLOCK "Lift DB"
VERSION : 0.1
"Lift"
BEGIN
   speed := 4;
   limit := S5T#2s;
END_DATA_BLOCK
DATA_BLOCK "Plant"
VERSION : 0.1
   VAR
      "top level" : Int := 3;   // metres
      belt : Struct
         mask : Word := W#16#F0;
         names : Array[0..1] of Int;
      END_STRUCT;
   END_VAR
   VAR RETAIN
      timer {InstructionName := 'TON_TIME'; LibVersion := '1.0'} : TON_TIME;
   END_VAR
BEGIN
   "top level" := 9;
   belt.mask := W#16#0F;
   belt.names[1] := 6;
END_DATA_BLOCK
DATA_BLOCK "Nothing"
BEGIN
END_DATA_BLOCK
"""


def test_start_values_become_initial_values_in_structured_text() -> None:
    source = Source("t.scl", PLANT, "scl")
    assert keys(check([source], lints=False)) == []
    made, lost = convert([source], "st")
    assert [one.values["what"] for one in lost] == ["BEGIN"]
    assert "Lift_DB : Lift := (speed := 4, limit := T#2s);" in made
    assert "Plant : Plant_T := (top_level := 9, belt := (mask := WORD#16#0F));" in made
    assert "(* belt.names[1] := 6; *)" in made
    assert "timer  : TON;" in made
    reader = (
        "PROGRAM P VAR_OUTPUT a, b : INT; m : WORD; t : TIME; END_VAR a := Plant.top_level; m := Plant.belt.mask;"
        " b := Lift_DB.speed; t := Lift_DB.limit; END_PROGRAM"
    )
    found = check([Source("t.st", made, "codesys"), Source("r.st", reader, "codesys")], lints=False)
    assert keys(found) == []
    one = machine(found.project, "P")
    one.scan()
    assert (one.read("a"), one.read("b"), one.read("m")) == (9, 4, 15)
