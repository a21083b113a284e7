"""What a single file of a project takes from files that were not given: warnings name it, and nothing of it runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.skills.plc.front.files import read_sources
from assay.skills.plc.front.source import Dialect, Source
from assay.skills.plc.run.machine import machine
from assay.skills.plc.typed.check import Checked, check
from assay.skills.plc.typed.elsewhere import slip


def whole(*texts: str, dialect: Dialect = "codesys", lenient: bool | None = None) -> Checked:
    sources = [Source(f"t{number}.st", text, dialect) for number, text in enumerate(texts)]
    return check(sources, lenient=lenient, lints=False)


def found(checked: Checked, severity: str = "error") -> list[tuple[str, object]]:
    chosen = (one for one in checked.diagnostics if one.severity == severity)
    return [(one.key.removeprefix("plc_typed."), one.values.get("name")) for one in chosen]


OBJECT = """PROGRAM Line
VAR feeder : FB_Feeder; speed : REAL; mode : E_Mode; END_VAR
feeder(go := Panel.start AND safe, speed := speed);
IF feeder.done THEN mode := E_Mode.Idle; counted := counted + 1; Report(feeder.id); END_IF
speed := LIMIT(0.0, Scale(feeder.raw), 10.0);
"""


@pytest.mark.parametrize("dialect", ["codesys", "twincat"])
def test_an_object_of_a_project_names_what_stands_elsewhere(dialect: Dialect) -> None:
    checked = whole(OBJECT, dialect=dialect)
    assert checked.ok and checked.left_out == ("Line",)
    assert set(found(checked, "warning")) >= {
        ("unknown_type_external", "FB_Feeder"),
        ("unknown_type_external", "E_Mode"),
        ("unknown_name_external", "Panel"),
        ("unknown_name_external", "safe"),
        ("unknown_name_external", "counted"),
        ("unknown_function_external", "Report"),
        ("unknown_function_external", "Scale"),
    }
    assert not whole(OBJECT, dialect=dialect, lenient=False).ok


def test_what_is_wrong_beside_what_is_missing_stays_wrong() -> None:
    checked = whole("PROGRAM p VAR a : BOOL; b : INT; f : FB_Elsewhere; END_VAR\na := b; f(x := a + 1);\n")
    assert [key for key, _ in found(checked)] == ["mismatch", "operands"]


def test_a_slip_of_the_pen_is_no_other_file() -> None:
    checked = whole(
        "PROGRAM p VAR level : INT; Valve1 : BOOL; END_VAR\nlevl := 1; Valve2 := Valve1; glevel := level;\n"
    )
    assert found(checked) == [("unknown_name_close", "levl")]
    assert [name for _, name in found(checked, "warning") if name] == ["Valve2", "glevel"]
    assert [key for key, _ in found(whole("PROGRAM p VAR a : STRIGN; END_VAR END_PROGRAM"))] == ["unknown_type_close"]


@pytest.mark.parametrize(
    ("name", "other", "near"),
    [
        ("levl", "level", True),
        ("leevl", "level", True),
        ("lebel", "level", True),
        ("bStart", "xStart", False),
        ("PumpA", "PumpB", False),
        ("Valve1", "Valve2", False),
        ("Motor_1_On", "Motor_2_On", False),
        ("Light", "Lights", False),
        ("tank", "bank", False),
        ("E_Mode", "Mode", False),
        ("FB_NCAxis", "FB_EncAxis", False),
        ("FB_Mtor", "FB_Motor", True),
        ("PlcData", "pData", False),
        ("abc", "adc", False),
        ("level", "LEVEL", False),
    ],
)
def test_when_two_names_are_one_with_a_slip(name: str, other: str, near: bool) -> None:
    assert slip(name, other) is near and slip(other, name) is near


def test_a_whole_program_by_the_standard_declares_what_it_uses() -> None:
    checked = whole("PROGRAM p VAR m : Mixer; END_VAR m(); x := 1; END_PROGRAM", dialect="iec")
    assert [key for key, _ in found(checked)] == ["unknown_type", "unknown_name"]
    named = whole("PROGRAM p VAR m : FB_Mixer; s : ST_Set; END_VAR m(s := s); END_PROGRAM", dialect="iec")
    assert named.ok and named.left_out == ("p",)


def test_a_piece_of_a_library_takes_types_and_functions_from_others_but_no_variables() -> None:
    piece = "FUNCTION f : REAL VAR_INPUT c : Complex; END_VAR f := Modulus(c) + c.re; END_FUNCTION"
    checked = whole(piece, dialect="iec")
    assert checked.ok and found(checked, "warning") == [
        ("unknown_type_external", "Complex"),
        ("unknown_function_external", "Modulus"),
    ]
    variable = whole("FUNCTION f : INT f := total; END_FUNCTION", dialect="iec")
    assert [key for key, _ in found(variable)] == ["unknown_name"]
    used = whole("USING Plant.Clocks;\nPROGRAM p VAR t : DT; END_VAR GetClock(now => t); END_PROGRAM", dialect="iec")
    assert used.ok and used.left_out == ("p",)


METHOD = "METHOD Raise : BOOL\nVAR_INPUT code : INT; END_VAR\nTHIS^.code := code; last := code;\nRaise := TRUE;\n"
OWNER = "FUNCTION_BLOCK Base\nVAR code, last : INT; END_VAR\nIF Raise(3) THEN Clear(); END_IF\n"


def test_methods_in_files_of_their_own_go_to_their_unit() -> None:
    alone = whole(METHOD)
    assert alone.ok and found(alone, "warning") == [("owner_elsewhere_external", "t0")]
    assert not whole(METHOD, lenient=False).ok
    sources = [
        Source("Base.Raise.st", METHOD, "codesys"),
        Source("Base.st", OWNER, "codesys"),
        Source("Base.Clear.st", "ACTION Clear:\nlast := 0;\nEND_ACTION\n", "codesys"),
    ]
    together = check(sources, lenient=False, lints=False)
    assert together.ok and together.left_out == ()
    for backend in ("python", "c"):
        made = machine(together.project, "Base", backend=backend)  # type: ignore[arg-type]
        made.scan()
        assert (made.read("code"), made.read("last")) == (3, 0)


def test_a_function_whose_head_stands_elsewhere() -> None:
    checked = whole("FUNCTION Ramp_Cyclic\nRamp_Cyclic := FALSE;\nt.OUT.value := t.IN.value;\nEND_FUNCTION\n")
    assert checked.ok and ("result_elsewhere", "Ramp_Cyclic") in found(checked, "warning")
    assert checked.left_out == ("Ramp_Cyclic",)
    assert [key for key, _ in found(whole("FUNCTION g VAR a : INT; END_VAR g := a; END_FUNCTION"))] == ["not_a_place"]


def test_a_function_of_a_library_is_no_conversion_of_an_unknown_type() -> None:
    checked = whole("PROGRAM p VAR t : DT; o : INT; END_VAR\nt := UTC_TO_LTIME(t, TRUE, o);\n")
    assert checked.ok and ("unknown_function_external", "UTC_TO_LTIME") in found(checked, "warning")
    assert [key for key, _ in found(whole("PROGRAM p VAR i : INT; END_VAR\ni := REAL_TO_INT(1.5, 2);\n"))] == [
        "too_many"
    ]


TWINCAT = (
    '<TcPlcObject><POU Name="P"><Declaration><![CDATA[PROGRAM P VAR a : BOOL; END_VAR]]></Declaration>'
    "<Implementation><ST><![CDATA[Drawn(); a := TRUE;]]></ST></Implementation>"
    '<Action Name="Drawn"><Implementation><NWL/></Implementation></Action></POU></TcPlcObject>'
)


def test_a_unit_with_a_part_in_another_language_is_typed_and_not_run(tmp_path: Path) -> None:
    file = tmp_path / "P.TcPOU"
    file.write_text(TWINCAT, encoding="utf-8")
    sources, notes = read_sources([file])
    checked = check(sources, lints=False, notes=notes)
    assert checked.ok and checked.left_out == ("P",)
    assert [(one.code, one.severity) for one in checked.diagnostics] == [("ST4010", "warning")]
    assert not check(sources, lenient=False, lints=False, notes=notes).ok


def test_inline_code_keeps_its_unit_from_running_and_no_other() -> None:
    code = (
        "FUNCTION_BLOCK Note VAR_INPUT go : BOOL; END_VAR\n{{ send(); }}\nEND_FUNCTION_BLOCK\n"
        "PROGRAM p VAR i : INT; END_VAR i := i + 1; END_PROGRAM"
    )
    checked = whole(code, dialect="iec")
    assert checked.ok and checked.left_out == ("Note",)


def test_a_variable_may_have_the_name_of_its_type() -> None:
    code = """TYPE Tank : STRUCT level : INT := 3; END_STRUCT; END_TYPE
CONFIGURATION c VAR_GLOBAL tank : Tank; END_VAR RESOURCE r ON PLC TASK t (INTERVAL := T#10ms, PRIORITY := 1);
PROGRAM i WITH t : p; END_RESOURCE END_CONFIGURATION
PROGRAM p VAR_EXTERNAL tank : Tank; END_VAR VAR x : INT; copy : Tank; END_VAR
x := tank.level + 1; copy.level := x; tank := copy; END_PROGRAM"""
    checked = whole(code, dialect="iec", lenient=False)
    assert checked.ok and checked.left_out == ()
    for backend in ("python", "c"):
        made = machine(checked.project, "p", backend=backend)  # type: ignore[arg-type]
        made.scan()
        made.scan()
        assert made.read("x") == 5


def test_enumerations_count_loops_of_vendors() -> None:
    code = """TYPE Place : (Left, Middle := 3, Right, Far := 7); END_TYPE
PROGRAM p VAR at : Place; n, sum : INT; seen : BOOL; END_VAR
n := 0; sum := 0;
FOR at := Left TO Far DO n := n + 1; sum := sum + at; IF at = Right THEN seen := TRUE; END_IF END_FOR
FOR at := Far TO Left BY -2 DO n := n + 10; END_FOR
END_PROGRAM"""
    checked = whole(code)
    assert checked.ok and checked.left_out == ()
    states = []
    for backend in ("python", "c"):
        made = machine(checked.project, "p", backend=backend)  # type: ignore[arg-type]
        made.scan()
        states.append(made.state())
    assert states[0] == states[1]
    assert (states[0]["n"], states[0]["sum"], states[0]["seen"]) == (48, 28, True)
    assert [key for key, _ in found(whole(code, dialect="iec"))] == ["for_variable", "for_variable"]


def test_generic_constants_are_typed_and_not_run() -> None:
    code = """FUNCTION_BLOCK Buffer VAR_GENERIC CONSTANT size : DINT := 4; END_VAR
VAR values : ARRAY[1..size] OF INT; END_VAR values[1] := 1; END_FUNCTION_BLOCK
PROGRAM p VAR plain : Buffer; wide : Buffer<size + 2>; i : INT; END_VAR plain(); wide(); i := 1; END_PROGRAM
VAR_GLOBAL CONSTANT size : DINT := 8; END_VAR"""
    checked = whole(code)
    assert checked.ok and checked.left_out == ("p",)
    assert found(checked, "warning") == [("not_run_generic", "Buffer")]


def test_a_unit_with_inline_code_does_not_run_nor_does_what_calls_it() -> None:
    code = (
        "FUNCTION Ticks : INT\nVAR n : INT; END_VAR\n{extern int ticks; N = ticks;}\nTicks := n;\nEND_FUNCTION\n"
        "PROGRAM Uses\nVAR a : INT; END_VAR\na := Ticks();\nEND_PROGRAM\n"
        "PROGRAM Other\nVAR a : INT; END_VAR\n{attribute 'hide'}\na := a + 1;\nEND_PROGRAM\n"
    )
    checked = whole(code, dialect="iec")
    assert checked.ok and checked.left_out == ("Ticks", "Uses")
    assert [one.code for one in checked.diagnostics if one.severity == "warning"][:1] == ["ST4012"]
    assert not whole(code, dialect="iec", lenient=False).ok


def test_arguments_of_an_instance_are_no_enumeration() -> None:
    text = "PROGRAM p VAR a, b : INT; f : FB_Other(a, E_Side.Left, b); g : FB_Other(a, b); END_VAR\nf(); g();\n"
    checked = whole(text)
    assert checked.ok and ("unknown_type_external", "FB_Other") in found(checked, "warning")
    text = "TYPE Base : INT; Side : Base (Left, Right); END_TYPE\n"
    text += "PROGRAM p VAR s : Side; t : USINT (Up, Down); END_VAR\ns := Left; t := Down;\n"
    assert whole(text).ok


def test_a_variable_may_have_the_name_of_its_type_in_another_file() -> None:
    checked = whole("VAR fb_motor : FB_Motor; END_VAR\n")
    assert checked.ok and ("unknown_type_external", "FB_Motor") in found(checked, "warning")
    assert found(
        whole("PROGRAM p VAR_EXTERNAL x : INT; END_VAR VAR y : x; END_VAR END_PROGRAM VAR_GLOBAL x : INT; END_VAR")
    ) == [("not_a_type", "x")]


def test_the_blocks_of_openplc_and_beremiz_are_not_missing() -> None:
    program = "PROGRAM p VAR a : BOOL; f : {}; END_VAR\nf(AUTO := a);\nEND_PROGRAM\n"
    for name in ("PID", "Ramp", "python_poll"):
        checked = whole(program.format(name), dialect="iec")
        assert checked.ok and ("unknown_type_external", name) in found(checked, "warning")
    assert found(whole(program.format("FIFO"), dialect="iec")) == [("unknown_type", "FIFO")]


def test_published_libraries_are_not_missing_in_a_whole_program() -> None:
    program = "PROGRAM p\nVAR a : BOOL; w : BYTE; f : {}; END_VAR\nf(Enable := a);\na := {}(w, 1);\nEND_PROGRAM\n"
    for block in ("BLINK", "Lin_Trafo", "MC_MoveJog", "SMC_CamEditor", "AXIS_REF_SM3"):
        checked = whole(program.format(block, "EXTRACT"), dialect="iec")
        assert checked.ok and ("unknown_type_external", block) in found(checked, "warning")
        assert ("unknown_function_external", "EXTRACT") in found(checked, "warning")
        assert checked.left_out == ("p",)
    assert found(whole(program.format("BLNK", "EXTRCT"), dialect="iec")) == [
        ("unknown_type", "BLNK"),
        ("unknown_function", "EXTRCT"),
    ]


def test_this_is_a_variable_in_the_programs_of_a_task() -> None:
    checked = whole("PROGRAM _CYCLIC\nthis.speed(In := this.raw);\nIF this.speed.Q THEN n := 1; END_IF\nEND_PROGRAM\n")
    assert checked.ok and ("unknown_name_external", "this") in found(checked, "warning")
    assert found(whole("PROGRAM p\nTHIS^.speed := 1;\nEND_PROGRAM\n")) == [("unknown_member", "speed")]


def test_what_a_dot_follows_may_stand_in_another_file_of_a_library() -> None:
    text = "FUNCTION Grade : INT\nVAR_INPUT raw : REAL; END_VAR\n{}\nEND_FUNCTION\n"
    checked = whole(text.format("IF raw > Limits.most THEN Grade := 2; END_IF"), dialect="iec")
    assert checked.ok and found(checked, "warning") == [("unknown_name_external", "Limits")]
    bare = whole(text.format("IF raw > most THEN Grade := 2; END_IF"), dialect="iec")
    assert found(bare) == [("unknown_name", "most")]
    assert found(whole(text.format("Grade := gade.most;"), dialect="iec")) == [("unknown_name_close", "gade")]
    program = text.format("Grade := Limits.most;") + "PROGRAM p\nVAR n : INT; END_VAR\nn := Grade(2.0);\nEND_PROGRAM\n"
    assert found(whole(program, dialect="iec")) == [("unknown_name", "Limits")]


def test_the_result_of_a_method_may_be_of_a_type_of_another_file() -> None:
    text = "FUNCTION_BLOCK FB_Gate\nVAR n : INT; END_VAR\nMETHOD State : FB_Elsewhere\nState := FB_Other.Shut;\n"
    checked = whole(text + "State.n := n;\nEND_METHOD\nEND_FUNCTION_BLOCK\n")
    assert checked.ok and "State" not in [name for _, name in found(checked, "warning")]


def test_a_structure_has_what_its_incomplete_base_has() -> None:
    base = "TYPE ST_Base : STRUCT beam : ST_Elsewhere; n : INT; END_STRUCT END_TYPE\n"
    side = "TYPE ST_Side EXTENDS ST_Base : STRUCT m : INT; END_STRUCT END_TYPE\n"
    main = "PROGRAM Main\nVAR s : ST_Side; END_VAR\ns.n := s.m; s.beam.width := 3;\nEND_PROGRAM\n"
    for texts in ((base, side, main), (side, main)):
        checked = whole(*texts)
        assert checked.ok and checked.left_out == ("Main",)
    known = base.replace("ST_Elsewhere", "INT")
    assert found(whole(known, side, main.replace("s.beam.width", "s.beem"))) == [("unknown_member", "beem")]
