"""What SIMATIC controllers' SCL has of its own: accepted and typed as its tool does, and what is wrong stays wrong."""

from __future__ import annotations

import pytest
from plc_typed_st import checked, keys

from assay.skills.plc.run.machine import machine
from assay.skills.plc.typed.check import Checked

INTERFACE = """FUNCTION_BLOCK "Probe"
VERSION : 0.1
VAR_INPUT
   n : Int;
   stamp : DTL;
   since : DTL;
   flag : Bool;
END_VAR
VAR_OUTPUT
   level : Int;
   year : UInt;
   weekday : USInt;
   span : Time;
   clock : Time_Of_Day;
   day : Date;
END_VAR
BEGIN
"""


def probe(statements: str, *, lenient: bool = False) -> Checked:
    """Statements in a block with some inputs and outputs, and a VARIANT where one is named."""
    free = "VAR_INPUT\n   free : Variant;\nEND_VAR\n" if "#free" in statements else ""
    interface = INTERFACE.replace("BEGIN\n", f"{free}BEGIN\n")
    return checked(f"{interface}{statements}\nEND_FUNCTION_BLOCK\n", "scl", lenient=lenient)


def test_mux_takes_its_else_value_outside_the_inputs() -> None:
    found = probe("#level := MUX(K := #n, IN0 := 10, IN1 := 20, INELSE := 99);")
    assert keys(found, "error", "warning") == []
    for backend in ("python", "c"):
        one = machine(found.project, "Probe", backend="python" if backend == "python" else "c")
        seen = []
        for n in (0, 1, 2, -1, 300):
            one.scan({"n": n})
            seen.append(one.read("level"))
        assert seen == [10, 20, 99, 99, 99]
    assert "too_few" in keys(probe("#level := MUX(K := #n, IN1 := 20, INELSE := 99);"))


def test_a_dtl_literal_is_its_fields() -> None:
    found = probe("#since := DTL#2024-02-29-12:30:00.5; #year := #since.YEAR; #weekday := #since.WEEKDAY;")
    assert keys(found) == []
    one = machine(found.project, "Probe")
    one.scan()
    assert one.read("year") == 2024
    assert one.read("weekday") == 5, "a Thursday, counted from Sunday = 1"
    assert one.read("since.NANOSECOND") == 500_000_000


@pytest.mark.parametrize(
    "statement",
    [
        "#span := T_DIFF(IN1 := #stamp, IN2 := #since);",
        "#stamp := T_ADD(IN1 := #since, IN2 := T#2h);",
        "#flag := #stamp >= #since;",
        "#clock := DTL_TO_TOD(#stamp); #day := DTL_TO_DATE(#stamp);",
        "IF TypeOf(#free) = Int OR TypeOf(#free) <> Array_Kind THEN #level := 1; END_IF;",
        "CASE TypeOf(#free) OF Int: #level := 1; Real: #level := 2; END_CASE;",
        "M20.3 := #flag AND E0.1 OR A4.2; MW30 := PEW256; #level := WORD_TO_INT(DB7.DW[4]);",
        "#flag := OK; ENO := #flag;",
    ],
)
def test_typed_though_not_run(statement: str) -> None:
    assert keys(probe(statement)) == []


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("#leval := 1;", "unknown_name_close"),
        ("#missing := 1;", "unknown_name"),
        ("missing := 1;", "unknown_name"),
        ("#missing(IN := #flag);", "unknown_name"),
        ("#level := #stamp - 5;", "operands"),
        ("#span := #stamp;", "mismatch"),
        ("#flag := #stamp = T#5s;", "operands"),
        ("CASE TypeOf(#free) OF Int: #flag := 5; END_CASE;", "mismatch"),
    ],
)
def test_what_no_other_file_can_bring_is_an_error_at_any_rate(statement: str, finding: str) -> None:
    assert finding in keys(probe(statement, lenient=True))


def test_a_name_in_quotes_may_be_of_another_file() -> None:
    found = probe('"Plant".tank[#n].level := #level; "Doser"(start := #flag);', lenient=True)
    assert keys(found) == []
    assert "unknown_name" in keys(found, "warning")


def test_a_classic_call_names_the_block_and_its_data() -> None:
    found = checked(
        """FUNCTION_BLOCK FB7
VAR_INPUT go : BOOL; END_VAR
VAR_OUTPUT runs : INT; END_VAR
IF go THEN runs := runs + 1; END_IF;
END_FUNCTION_BLOCK
DATA_BLOCK DB17 FB7
BEGIN
END_DATA_BLOCK
FUNCTION_BLOCK FB8
VAR_OUTPUT n : INT; END_VAR
FB7.DB17(go := TRUE);
n := DB17.runs;
END_FUNCTION_BLOCK
""",
        "scl",
    )
    assert keys(found) == []
    one = machine(found.project, "FB8")
    one.scan()
    one.scan()
    assert one.read("n") == 2
    wrong = checked(
        "FUNCTION_BLOCK FB7\nVAR_INPUT go : BOOL; END_VAR\nEND_FUNCTION_BLOCK\nDATA_BLOCK DB17 FB7\nBEGIN\n"
        "END_DATA_BLOCK\nFUNCTION FC1 : VOID\nFB7.DB17(stop := TRUE);\nEND_FUNCTION\n",
        "scl",
    )
    assert "unknown_argument" in keys(wrong) or "unknown_argument_close" in keys(wrong)


def test_a_function_may_name_its_result_in_quotes() -> None:
    found = checked(
        'FUNCTION "Half" : Real\nVAR_INPUT x : Real; END_VAR\nBEGIN\n"Half" := #x / 2.0;\nEND_FUNCTION\n', "scl"
    )
    assert keys(found) == []


def test_a_type_may_stand_behind_a_function() -> None:
    statement = "#level := SCALE_X_INT(MIN := 0, VALUE := NORM_X_REAL(MIN := 0, VALUE := #n, MAX := 50), MAX := 100);"
    found = probe(f"{statement} #year := LIMIT_UINT(MN := 1, IN := #year, MX := 9);")
    assert keys(found) == []
    one = machine(found.project, "Probe")
    one.scan({"n": 10})
    assert (one.read("level"), one.read("year")) == (20, 1)
    assert keys(probe("#level := MAX_INT(IN1 := 1, IN2 := 'x');")) == ["operands"]
    assert keys(probe("#level := QWERTY_INT(IN1 := 1);")) == ["unknown_function"]


NAMELESS = """FUNCTION_BLOCK "Feeder"
VAR_IN_OUT
   limits : Struct low : Int; high : Array[0..1] of Struct x : Bool; END_STRUCT; END_STRUCT;
END_VAR
VAR
   kept : Struct low : Int; high : Array[0..1] of Struct x : Bool; END_STRUCT; END_STRUCT;
   other : Struct low : Int; high : Int; END_STRUCT;
END_VAR
BEGIN
   #kept := #limits;
   %s
END_FUNCTION_BLOCK
"""


def test_structures_without_a_name_are_alike_by_their_fields() -> None:
    assert keys(checked(NAMELESS % ";", "scl")) == []
    assert keys(checked(NAMELESS % "#other := #limits;", "scl")) == ["mismatch"]
    named = 'TYPE "A" STRUCT x : Int; END_STRUCT; END_TYPE TYPE "B" STRUCT x : Int; END_STRUCT; END_TYPE\n'
    two = 'FUNCTION "f" : Void\nVAR_TEMP a : "A"; b : "B"; END_VAR\nBEGIN\n#a := #b;\nEND_FUNCTION\n'
    assert keys(checked(named + two, "scl")) == ["mismatch"], "two names are two types"


@pytest.mark.parametrize("name", ["SFC20", "RDSYSST", "GET_ERR_ID", "WORD_TO_BLOCK_DB", "Scale"])
def test_what_the_firmware_brings_is_not_missing(name: str) -> None:
    found = probe(f"#level := {name}(#n); {name}(IN := #level);")
    assert keys(found) == []
    assert "not_run_vendor" in keys(found, "warning")


def test_case_over_characters() -> None:
    declared = (
        'FUNCTION_BLOCK "Keys"\nVAR_INPUT key : Char; END_VAR\nVAR_OUTPUT level : Int; END_VAR\nBEGIN\n'
        "%s\nEND_FUNCTION_BLOCK\n"
    )
    text = "CASE #key OF 'a': #level := 1; 'b'..'d', 'x': #level := 2; ELSE #level := 3; END_CASE;"
    found = checked(declared % text, "scl")
    assert keys(found) == []
    one = machine(found.project, "Keys")
    seen = []
    for key in "acxz":
        one.scan({"key": key})
        seen.append(one.read("level"))
    assert seen == [1, 2, 2, 3]
    assert keys(checked(declared % "CASE #key OF 5: ; 'ab': ; END_CASE;", "scl")) == ["mismatch", "mismatch"]


def test_the_values_of_a_structure_in_their_order() -> None:
    text = """TYPE "Recipe"
   STRUCT n : Int := 7; on : Bool; inner : Struct a : Int; b : Int := 4; END_STRUCT; END_STRUCT;
END_TYPE
FUNCTION_BLOCK "Store"
VAR
   one : "Recipe" := (32, TRUE, (1, 2));
   two : "Recipe" := ((), TRUE);
   row : Array[1..3] of "Recipe" := [(5), (), (6, TRUE, (8))];
END_VAR
BEGIN
   ;
END_FUNCTION_BLOCK
"""
    found = checked(text, "scl")
    assert keys(found) == []
    made = machine(found.project, "Store")
    assert [made.read(f"one.{one}") for one in ("n", "on", "inner.a", "inner.b")] == [32, True, 1, 2]
    assert [made.read(f"two.{one}") for one in ("n", "on", "inner.b")] == [7, True, 4]
    assert [made.read(f"row[{place}].n") for place in (1, 2, 3)] == [5, 7, 6]
    assert made.read("row[3].inner.a") == 8 and made.read("row[3].inner.b") == 4
    assert keys(checked(text.replace("(32, TRUE, (1, 2))", "(32, 5)"), "scl")) == ["mismatch"]
    assert keys(checked(text.replace("(32, TRUE, (1, 2))", "(1, TRUE, (), 4)"), "scl")) == ["initial_items"]


def test_a_system_block_by_its_number() -> None:
    text = "FUNCTION_BLOCK FB3\nVAR t : SFB4; c : SFB0; END_VAR\nVAR_OUTPUT q : BOOL; END_VAR\n%s\nEND_FUNCTION_BLOCK\n"
    found = checked(text % "t(IN := TRUE, PT := T#1s); q := t.Q; c(CU := q, PV := 3);", "scl")
    assert keys(found) == []
    one = machine(found.project, "FB3")
    one.scan()
    one.scan(elapsed_ns=2_000_000_000)
    assert one.read("q") is True
    assert keys(checked(text % "t(CU := TRUE);", "scl")) == ["unknown_argument"]


ELEMENTS = """FUNCTION Digits : BOOL
VAR_INPUT s : STRING; END_VAR
VAR_TEMP c : STRING; k : CHAR; n : INT; b : BYTE; END_VAR
%s
END_FUNCTION
"""


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        ("c := s[1]; k := s[n]; Digits := s[1] = '+' AND k >= '0'; b := s[0];", []),
        ("CASE c OF '0': n := 0; '10': n := 10; ELSE ; END_CASE;", []),
        ("CASE k OF '0'..'9': n := 1; END_CASE;", []),
        ("k := b;", ["mismatch"]),
        ("k := INT_TO_BYTE(n);", ["mismatch"]),
        ("CASE c OF 1: ; END_CASE;", ["mismatch"]),
        ("Digits := b = '+';", ["operands"]),
    ],
)
def test_the_element_of_a_string_is_a_character_in_the_third_edition(statements: str, found: list[str]) -> None:
    assert keys(checked(ELEMENTS % statements, "iec")) == found


def test_an_address_in_a_data_block_is_left_to_the_system() -> None:
    found = checked(
        'FUNCTION "f" : Void\nVAR_INPUT\n   d : DB_ANY;\nEND_VAR\nBEGIN\n#d.%DBW4 := 3;\nEND_FUNCTION\n', "scl"
    )
    assert keys(found) == [] and found.left_out == ("f",)
    assert keys(probe("#other.%DBW4 := 3;")) == ["unknown_name"]


def test_powers_of_ten_and_whole_rests_where_a_real_is_wanted() -> None:
    text = 'FUNCTION_BLOCK "Probe"\nVAR_INPUT n : INT; END_VAR\nVAR_OUTPUT r, s : REAL; END_VAR\n'
    text += "BEGIN\n{}\nEND_FUNCTION_BLOCK\n"
    found = checked(text.format("r := EXPD(n) + 0.5; s := 1.5 + ROUND(n / 2.0) MOD 3;"), "scl")
    assert keys(found, "error", "warning") == []
    one = machine(found.project, "Probe")
    one.scan({"n": 2})
    assert one.outputs() == {"r": 100.5, "s": 2.5}
    one.scan({"n": 10})
    assert one.outputs()["s"] == 3.5
    assert keys(checked(text.format("r := n MOD 2.5;"), "scl")) == ["operands"]
