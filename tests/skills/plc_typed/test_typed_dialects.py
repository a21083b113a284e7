"""Each dialect's own ways: accepted, typed, and run as they mean."""

from __future__ import annotations

from plc_typed_st import checked, keys

from assay.skills.plc.front.source import Source
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.run.machine import machine
from assay.skills.plc.typed.check import check

OBJECTS = """INTERFACE I_Drive
METHOD Start : BOOL VAR_INPUT speed : REAL; END_VAR END_METHOD
METHOD Stop END_METHOD
PROPERTY Calls : INT GET END_GET SET END_SET END_PROPERTY
END_INTERFACE
FUNCTION_BLOCK ABSTRACT FB_Base IMPLEMENTS I_Drive
VAR_INPUT enable : BOOL; END_VAR
VAR_OUTPUT level : INT; END_VAR
VAR count : INT; active : BOOL; END_VAR
level := level + 1;
METHOD Start : BOOL
VAR_INPUT speed : REAL; END_VAR
VAR_INST calls : INT; END_VAR
calls := calls + 1; count := calls; Start := Fits(speed) AND THIS^.enable;
END_METHOD
METHOD Fits : BOOL
VAR_INPUT s : REAL; END_VAR
Fits := s > 0.0;
END_METHOD
METHOD Stop
active := FALSE;
END_METHOD
PROPERTY Calls : INT
GET Calls := count; END_GET
SET count := 10 * Calls; END_SET
END_PROPERTY
END_FUNCTION_BLOCK
FUNCTION_BLOCK FB_Drive EXTENDS FB_Base
SUPER^(); IF level > 2 THEN Reset(); END_IF
ACTION Reset: level := 0; END_ACTION
METHOD Fits : BOOL
VAR_INPUT s : REAL; END_VAR
Fits := SUPER^.Fits(s) AND s < 50;
END_METHOD
END_FUNCTION_BLOCK
PROGRAM Main
VAR d : FB_Drive; itf : I_Drive; p : POINTER TO FB_Base; END_VAR
VAR_OUTPUT small, big : BOOL; n, c : INT; END_VAR
d(enable := TRUE);
itf := d; p := ADR(d);
small := itf.Start(10);
big := p^.Start(speed := 60);
n := d.level; c := d.Calls; itf.Calls := c + 1; itf.Stop();
END_PROGRAM"""


def test_methods_interfaces_and_inheritance() -> None:
    found = checked(OBJECTS)
    assert keys(found, "error", "warning") == []
    unit = found.project.unit("FB_Drive")
    assert unit is not None
    assert unit.base == "FB_Base"
    assert unit.methods == {
        "START": "FB_Base.Start",
        "FITS": "FB_Drive.Fits",
        "RESET": "FB_Drive.Reset",
        "STOP": "FB_Base.Stop",
        "CALLS.GET": "FB_Base.Calls.GET",
        "CALLS.SET": "FB_Base.Calls.SET",
    }
    runs = machine(found.project, "Main")
    for level, calls in ((1, 2), (2, 4), (0, 6), (1, 8)):
        runs.scan({}, 1)
        assert runs.fault is None
        assert runs.outputs() == {"small": True, "big": False, "n": level, "c": calls}
        assert runs.read("d.count") == 10 * (calls + 1)


def test_globals_of_several_files_and_their_lists() -> None:
    files = [
        Source(
            "a.st", "VAR_GLOBAL CONSTANT N : INT := 3; END_VAR VAR_GLOBAL g : ARRAY[1..N] OF INT := [N(2)]; END_VAR"
        ),
        Source(
            "b.st", "PROGRAM P VAR_EXTERNAL g : ARRAY[1..3] OF INT; END_VAR VAR i : INT; END_VAR i := g[N]; END_PROGRAM"
        ),
    ]
    found = check(files, lints=False)
    assert keys(found) == []
    assert found.project.globals["g"].initial == (2, 2, 2)


def test_programs_have_one_instance_that_others_name() -> None:
    found = checked(
        """PROGRAM Sub VAR_INPUT a : INT; END_VAR VAR n : INT; END_VAR n := n + a; END_PROGRAM
PROGRAM Main VAR_OUTPUT q : INT; END_VAR Sub(a := 2); q := Sub.n; END_PROGRAM"""
    )
    assert keys(found) == []
    assert found.project.globals["Sub"].type == t.Block("Sub")
    runs = machine(found.project, "Main")
    runs.scan({}, 0)
    runs.scan({}, 1)
    assert runs.outputs() == {"q": 4}


SCL = """TYPE "UDT_Motor" VERSION : 0.1
STRUCT Run : Bool; Speed : Int := 100; Inner : Struct a : Int; END_STRUCT; END_STRUCT;
END_TYPE
DATA_BLOCK "DB_Global"
VAR Motor : "UDT_Motor"; Count : DInt; END_VAR
BEGIN
  Motor.Speed := 55;
END_DATA_BLOCK
FUNCTION "FC_Scale" : Real
VAR_INPUT raw : Int; END_VAR
BEGIN
  #FC_Scale := SCALE_X(MIN := 0.0, VALUE := NORM_X(MIN := 0, VALUE := #raw, MAX := 200), MAX := 100.0);
END_FUNCTION
FUNCTION_BLOCK "FB_Motor"
VAR_INPUT Start : Bool; END_VAR
VAR_OUTPUT Q : Bool; half : Real; bits : DWord; END_VAR
VAR timer {InstructionName := 'TON_TIME'} : TON_TIME; it : IEC_TIMER; state : Int; END_VAR
VAR CONSTANT RUNNING : Int := 10; END_VAR
BEGIN
REGION Timer
  #timer(IN := #Start, PT := T#1s);
  #it.TON(IN := #Start, PT := T#2s, Q => #Q);
END_REGION
  CASE #state OF 0: #state := #RUNNING; RUNNING: ; END_CASE;
  #half := "FC_Scale"("DB_Global".Motor.Speed); "DB_Global".Count += 1;
  #bits := REAL_TO_DWORD(1.0);
END_FUNCTION_BLOCK
DATA_BLOCK "Motor_DB" "FB_Motor"
BEGIN
END_DATA_BLOCK
ORGANIZATION_BLOCK "Main"
BEGIN
 "Motor_DB"(Start := TRUE, Q => %Q0.0);
END_ORGANIZATION_BLOCK"""


def test_scl_with_data_blocks_timers_and_regions() -> None:
    found = checked(SCL, "scl")
    assert keys(found, "error", "warning") == []
    runs = machine(found.project, "FB_Motor")
    for _ in range(22):
        runs.scan({"Start": True}, 100_000_000)
    assert runs.fault is None
    assert runs.read("timer.Q") is True
    assert runs.outputs() == {"Q": True, "half": 27.5, "bits": 0x3F800000}
    main = machine(found.project, "Main")
    main.scan({}, 0)
    assert main.fault is None


def test_vendors_names_of_the_standard_inputs() -> None:
    found = checked(
        """PROGRAM P VAR c : CTU; s : SR; r : RS; END_VAR VAR_OUTPUT q : BOOL; END_VAR
c(CU := TRUE, RESET := FALSE, PV := 1); s(SET1 := c.Q, RESET := FALSE); r(SET := s.Q1, RESET1 := c.RESET); q := r.Q1;
END_PROGRAM"""
    )
    assert keys(found) == []
    runs = machine(found.project, "P")
    runs.scan({}, 0)
    assert runs.outputs() == {"q": True}


def test_arrays_of_any_size_know_their_bounds() -> None:
    found = checked(
        """FUNCTION Sum : DINT VAR_IN_OUT a : ARRAY[*] OF INT; END_VAR VAR i : DINT; END_VAR
FOR i := LOWER_BOUND(a, 1) TO UPPER_BOUND(a, 1) DO Sum := Sum + a[i]; END_FOR END_FUNCTION
PROGRAM P VAR x : ARRAY[3..5] OF INT := [1, 2, 3]; END_VAR VAR_OUTPUT n : DINT; END_VAR n := Sum(x); END_PROGRAM"""
    )
    assert keys(found) == []
    runs = machine(found.project, "P")
    runs.scan({}, 0)
    assert runs.outputs() == {"n": 6}


def test_initial_values_of_types_structures_and_blocks() -> None:
    found = checked(
        """TYPE Small : INT(5..9); END_TYPE TYPE Start : INT := 4; END_TYPE
TYPE S : STRUCT a : Start; b : ARRAY[0..2] OF Start := [1]; c : REAL := 0.1; END_STRUCT END_TYPE
PROGRAM P VAR s : S := (c := 2); l : ARRAY[0..1] OF S := [(a := 9)]; m : Small; t1 : TON := (PT := T#3s);
n : INT := 2 * 3 + 1; f : REAL := 1/3.0; END_VAR END_PROGRAM"""
    )
    assert keys(found) == []
    unit = found.project.unit("P")
    assert unit is not None
    values = {one.name: one.initial for one in unit.variables}
    assert values["s"] == (("c", 2.0),)
    assert values["l"] == ((("a", 9),), None)
    assert values["t1"] == (("PT", 3_000_000_000),)
    assert (values["m"], values["n"], values["f"]) == (5, 7, 0.3333333432674408)
    assert found.project.struct_initials["S"] == (("a", 4), ("b", (1, None, None)), ("c", 0.10000000149011612))


def test_a_call_switched_by_en_runs_only_then() -> None:
    found = checked(
        """FUNCTION_BLOCK Count VAR_OUTPUT n : INT; END_VAR n := n + 1; END_FUNCTION_BLOCK
PROGRAM P VAR_INPUT go : BOOL; END_VAR VAR c : Count; END_VAR VAR_OUTPUT n : INT; done : BOOL; END_VAR
c(EN := go, n => n, ENO => done); END_PROGRAM""",
        "iec",
    )
    assert keys(found) == []
    runs = machine(found.project, "P")
    for go, expected in ((True, 1), (False, 1), (True, 2)):
        runs.scan({"go": go}, 1)
        assert runs.outputs() == {"n": expected, "done": go}


def test_what_cannot_be_run_is_typed_and_said() -> None:
    found = checked("PROGRAM P VAR i : INT; END_VAR again: i := i + 1; IF i < 3 THEN JMP again; END_IF END_PROGRAM")
    assert found.ok
    assert keys(found, "warning") == ["not_run_goto"]
    assert found.left_out == ("P",)


def test_tasks_of_a_configuration() -> None:
    found = checked(
        """PROGRAM Main END_PROGRAM CONFIGURATION C VAR_GLOBAL g : INT; END_VAR RESOURCE R ON PLC
TASK Fast(INTERVAL := T#20ms, PRIORITY := 1); PROGRAM p1 WITH Fast : Main; END_RESOURCE END_CONFIGURATION""",
        "iec",
    )
    assert keys(found) == []
    assert found.project.tasks == (ir.TaskSpec("Fast", 20_000_000, 1, (("p1", "Main"),)),)
    assert "g" in found.project.globals


def test_a_function_with_any_number_of_arguments_is_typed_and_not_run() -> None:
    found = checked(
        """FUNCTION Print : DINT
VAR_INPUT text : STRING; END_VAR
VAR_INPUT args : ...; END_VAR
END_FUNCTION
PROGRAM P
VAR n : DINT; END_VAR
n := Print('x'); n := Print('x', n); n := Print('x', n, 3.5, TRUE);
END_PROGRAM
""",
        "iec",
    )
    assert keys(found) == []
    wrong = checked(
        "FUNCTION Print : DINT\nVAR_INPUT args : ...; END_VAR\nEND_FUNCTION\nPROGRAM P\nVAR b : BOOL; END_VAR\n"
        "b := Print(missing, 2);\nEND_PROGRAM\n",
        "iec",
    )
    assert sorted(keys(wrong)) == ["mismatch", "unknown_name"]


def test_a_library_s_function_that_only_looks_like_a_conversion() -> None:
    text = "PROGRAM P\nVAR s : STRING; r : LREAL; END_VAR\ns := LREAL_TO_SHORTTEXT(r, 2, TRUE);\nEND_PROGRAM\n"
    assert keys(checked(text, "twincat")) == ["unknown_function"]
    assert keys(checked(text, "twincat", lenient=True)) == []
    assert keys(checked(text.replace("SHORTTEXT", "STRING"), "twincat")) == ["too_many"]


def test_a_function_may_be_named_like_a_type() -> None:
    text = (
        "FUNCTION TIME : TIME\nTIME := T#5s;\nEND_FUNCTION\nPROGRAM P\nVAR t : TIME; END_VAR\nt := T#1s;\nEND_PROGRAM\n"
    )
    assert keys(checked(text)) == []


ACTIONS = """FUNCTION_BLOCK FB_Tank
VAR_INPUT amount : INT; END_VAR
VAR_OUTPUT level : INT; END_VAR
level := 100;
ACTION Fill: level := level + amount; END_ACTION
END_FUNCTION_BLOCK
PROGRAM Main
VAR tanks : ARRAY[1..2] OF FB_Tank; END_VAR
VAR_OUTPUT a, b : INT; END_VAR
tanks[1].Fill(amount := 3, level => a);
tanks[2].Fill(%s);
b := tanks[2].level;
END_PROGRAM"""


def test_an_action_takes_and_gives_the_variables_of_its_unit() -> None:
    for dialect in ("codesys", "twincat"):
        found = checked(ACTIONS % "amount := 2 * a", dialect)
        assert keys(found) == []
        runs = machine(found.project, "Main")
        for a, b in ((3, 6), (6, 18), (9, 36)):
            runs.scan({}, 0)
            assert runs.fault is None and runs.outputs() == {"a": a, "b": b}


def test_an_action_takes_no_others_and_by_the_standard_none() -> None:
    assert keys(checked(ACTIONS % "amont := 2")) == ["unknown_argument_close"]
    assert keys(checked(ACTIONS % "amount := 'x'")) == ["mismatch"]
    assert keys(checked(ACTIONS % "", "iec")) == ["too_many"]


def test_the_states_of_a_chart_are_parts_of_their_unit() -> None:
    text = "FUNCTION_BLOCK FB_Step\nEND_FUNCTION_BLOCK\nFUNCTION_BLOCK FB_Door EXTENDS FB_Step\nEND_FUNCTION_BLOCK\n"
    text += "PROGRAM Main\nVAR door : FB_Door; open : BOOL; END_VAR\nopen := door.UML_SC_FB_{}.Opened;\nEND_PROGRAM\n"
    for unit in ("Door", "Step"):
        found = checked(text.format(unit), "twincat")
        assert keys(found) == [] and found.left_out == ("Main",)
    assert keys(checked(text.format("Gate"), "twincat")) == ["unknown_member"]


def test_a_file_of_one_list_gives_the_list_its_name() -> None:
    program = "PROGRAM Main\nVAR n : INT; END_VAR\nn := Lines.speed; n := speed;\nEND_PROGRAM\n"
    files = [
        Source("Lines.st", "VAR_GLOBAL\nspeed : INT := 4;\nEND_VAR\nVAR_GLOBAL CONSTANT\nmost : INT := 9;\nEND_VAR\n"),
        Source("main.st", program),
    ]
    assert keys(check([Source(one.name, one.text, "codesys") for one in files], lints=False)) == []
    found = check([Source(one.name, one.text, "iec") for one in files], lenient=False, lints=False)
    assert keys(found) == ["unknown_name"]
