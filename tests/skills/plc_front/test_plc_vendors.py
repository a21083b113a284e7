"""What one vendor alone writes is read, and what is not program text is named rather than taken for a mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.skills.plc.front import tree
from assay.skills.plc.front.files import read_sources
from assay.skills.plc.front.guess import guess_dialect
from assay.skills.plc.front.parser import Parsed, parse
from assay.skills.plc.front.source import Dialect, Source


def read(text: str, dialect: Dialect = "iec", name: str = "t.st") -> Parsed:
    """A text read alone."""
    return parse(Source(name, text, dialect))


def wrong(found: Parsed) -> list[str]:
    """The errors' keys without their room."""
    return [one.key.removeprefix("plc_front.") for one in found.diagnostics if one.severity == "error"]


def statements(text: str, dialect: Dialect) -> tuple[tree.Statement, ...]:
    """The statements of a program, which must read well."""
    found = read(f"PROGRAM p\n{text}\nEND_PROGRAM", dialect)
    assert wrong(found) == []
    program = found.unit.elements[0]
    assert isinstance(program, tree.Pou)
    return program.body


@pytest.mark.parametrize("tag", ['"Valve":P', '"Plant".level:P', "%IW64:P"])
def test_a_tag_is_read_and_written_at_the_module(tag: str) -> None:
    one, two = statements(f"#x := {tag};\n{tag} := #x;", "scl")
    assert isinstance(one, tree.Assign) and isinstance(two, tree.Assign)
    assert isinstance(two.targets[0], (tree.NameExpr, tree.Member, tree.DirectVar))


def test_a_colon_behind_a_label_of_case_stays_a_colon() -> None:
    (one,) = statements('CASE #x OF\n"FIRST": #y := 1;\n"SECOND" : P := 2;\nEND_CASE;', "scl")
    assert isinstance(one, tree.Case)
    assert len(one.arms) == 2
    assert wrong(read('PROGRAM p\nx := "Valve":P;\nEND_PROGRAM', "iec"))


def test_a_reference_of_b_and_r_is_set() -> None:
    (one,) = statements("buffer ACCESS ADR(store);\n", "iec")
    assert isinstance(one, tree.Assign) and one.op == "REF="
    (two,) = statements("access := 1;", "iec")
    assert isinstance(two, tree.Assign) and two.op == ":="


def test_an_assignment_that_is_not_retained() -> None:
    one, two = statements("lamp [:=] 1; row[2] := 3;", "iec")
    assert isinstance(one, tree.Assign) and isinstance(one.targets[0], tree.NameExpr)
    assert isinstance(two, tree.Assign) and isinstance(two.targets[0], tree.Index)
    assert wrong(read("PROGRAM p\nlamp [:= 1;\nEND_PROGRAM"))


@pytest.mark.parametrize("kind", ["...", "INT...", "{sized} INT..."])
def test_any_number_of_arguments(kind: str) -> None:
    found = read(f"{{external}}\nFUNCTION report : DINT\nVAR_INPUT\n args : {kind};\nEND_VAR\nEND_FUNCTION")
    assert wrong(found) == []
    function = found.unit.elements[0]
    assert isinstance(function, tree.Pou)
    assert function.blocks[0].declarations[0].variadic


EXPORT = """(* @PATH := '' *)
PROGRAM Main
VAR
 n : INT;
END_VAR
(* @END_DECLARATION := '0' *)
n := n + 1;
END_PROGRAM

LIBRARY
Basics.lib 1.2.10 14:48:34
NumOfPOUs: 2
Say'Hi: 0
END_LIBRARY

PLC_CONFIGURATION
_GLOBAL
_VERSION: 3
PLC_END

VAR_GLOBAL
 g : BOOL;
END_VAR
"""


def test_an_export_holds_more_than_programs() -> None:
    found = read(EXPORT, "codesys", "plant.exp")
    assert wrong(found) == []
    assert [one.values["found"] for one in found.diagnostics if one.severity == "warning"] == [
        "LIBRARY",
        "PLC_CONFIGURATION",
    ]
    assert [type(one) for one in found.unit.elements] == [tree.Pou, tree.GlobalVars]
    assert wrong(read(EXPORT, "codesys", "plant.st")), "elsewhere it is a mistake"


def test_a_body_that_is_a_drawing_is_named_once(tmp_path: Path) -> None:
    path = tmp_path / "plant.exp"
    path.write_text(
        "FUNCTION_BLOCK Guard\nVAR_INPUT\n a : BOOL;\nEND_VAR\n_LD_BODY\n_NETWORKS : 1\n_COMMENT\n'it\n_END_COMMENT\n"
        "_LD_ASSIGN\nEND_FUNCTION_BLOCK\nPROGRAM p\nEND_PROGRAM\n",
        encoding="utf-8",
    )
    sources, notes = read_sources([path])
    assert notes == [] and sources[0].dialect == "codesys"
    found = parse(sources[0])
    assert wrong(found) == ["body_kind"]
    assert found.diagnostics[0].values == {"name": "Guard", "kind": "LD"}
    assert len(found.unit.elements) == 2


def test_the_values_of_an_array_in_parentheses() -> None:
    found = read("PROGRAM p\nVAR\n a : ARRAY[0..2] OF INT := (1, 2, 3);\nEND_VAR\nEND_PROGRAM")
    assert wrong(found) == []
    program = found.unit.elements[0]
    assert isinstance(program, tree.Pou)
    value = program.blocks[0].declarations[0].initial
    assert isinstance(value, tree.ArrayInit) and len(value.items) == 3
    assert wrong(read("PROGRAM p\nx := (1, 2;\nEND_PROGRAM"))


@pytest.mark.parametrize("rest", [": X.Y;", ";", "", "5", "USING"])
def test_a_broken_using_is_stepped_over(rest: str) -> None:
    found = read(f"FUNCTION_BLOCK f\nUSING {rest}\nVAR x : INT; END_VAR\nEND_FUNCTION_BLOCK\nPROGRAM p\nEND_PROGRAM")
    assert len(found.unit.elements) == 2
    assert wrong(read(f"USING {rest}\nFUNCTION f : INT\nUSING a.;\nEND_FUNCTION"))


def test_a_plain_file_that_may_have_been_cut_off_is_said() -> None:
    cut = Source("m.st", "PROGRAM Main\nVAR x : INT; END_VAR\nx := x + 1;\n", "codesys")
    (found,) = parse(cut).diagnostics
    assert (found.code, found.severity, found.values["end"]) == ("ST1014", "warning", "END_PROGRAM")
    assert parse(Source("m.st", cut.text + "END_PROGRAM\n", "codesys")).diagnostics == ()


def test_arms_of_a_case_may_be_numbered_actions() -> None:
    (one,) = statements("CASE a OF\nACTION 0: b := 1;\nACTION 1, 2:\nb := 2;\nELSE b := 3;\nEND_CASE;", "codesys")
    assert isinstance(one, tree.Case) and [len(arm.labels) for arm in one.arms] == [1, 2]
    text = "PROGRAM p\nCASE a OF\n0: b := 1;\nEND_CASE\nEND_PROGRAM\nACTION Fill:\nb := 2;\nEND_ACTION\n"
    assert wrong(read(text, "codesys")) == []
    assert wrong(read("PROGRAM p\nCASE a OF\nACTION 1 b := 1;\nEND_CASE\nEND_PROGRAM", "codesys")) != []


def test_an_address_in_a_data_block_is_a_member() -> None:
    (one,) = statements("#d.%DBX0.1 := TRUE;", "scl")
    assert isinstance(one, tree.Assign)
    (target,) = one.targets
    assert isinstance(target, tree.Member) and target.name.text == "%DBX0.1"
    assert wrong(read("PROGRAM p\nd.%DBX0.1 := TRUE;\nEND_PROGRAM")) != []


def test_the_address_of_a_variable_may_stand_behind_its_type() -> None:
    text = "PROGRAM p\nVAR a : UINT AT %MW0 := 20; b AT %QX0.0 : BOOL; END_VAR\nb := a > 3;\nEND_PROGRAM\n"
    found = read(text)
    assert wrong(found) == []
    program = found.unit.elements[0]
    assert isinstance(program, tree.Pou)
    first, second = program.blocks[0].declarations
    assert first.location is not None and first.location.text == "%MW0" and first.initial is not None
    assert second.location is not None and second.location.text == "%QX0.0"
    assert wrong(read(text, "codesys")) != []
    assert wrong(read("PROGRAM p\nVAR a AT %MW0 : UINT AT %MW2; END_VAR\nEND_PROGRAM\n")) != []


def test_an_object_with_methods_may_stand_without_its_end() -> None:
    text = "FUNCTION_BLOCK Lamp\nVAR\non : BOOL;\nEND_VAR\n{}METHOD PUBLIC Switch\non := TRUE;\nEND_METHOD\n{}"
    assert guess_dialect(text.format("", ""), ".st") == "codesys"
    assert wrong(read(text.format("on := FALSE;\n", ""), "codesys")) == []
    assert guess_dialect(text.format("", "END_FUNCTION_BLOCK\n"), ".st") == "iec"
    assert guess_dialect("CLASS Lamp\nMETHOD Switch\nEND_METHOD\n", ".st") == "iec"


@pytest.mark.parametrize(
    "part",
    [
        "VAR_INST n : INT; END_VAR",
        "VAR r : REFERENCE TO INT; END_VAR",
        "SUPER^.Switch();",
        "on := on AND_THEN n > 0;",
        "p := ADR(on);",
    ],
)
def test_an_object_of_the_standard_has_no_words_of_codesys(part: str) -> None:
    text = "FUNCTION_BLOCK Lamp\nVAR on : BOOL; n : INT; END_VAR\nMETHOD Switch\n{}\nEND_METHOD\nEND_FUNCTION_BLOCK\n"
    assert guess_dialect(text.format(part), ".st") == "codesys"
    assert guess_dialect(text.format(f"(* {part} *)"), ".st") == "iec"
    assert guess_dialect(f"{text.format('')}PROGRAM PLC_PRG\nEND_PROGRAM\n", ".st") == "codesys"
