"""What programs of strangers hold beyond the standard: inline code of matiec, names that only some compilers reserve,
edges in ladders, the parts of B&R's and CODESYS's projects."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.skills.plc.front import tree
from assay.skills.plc.front.files import read_sources
from assay.skills.plc.front.format import format_text
from assay.skills.plc.front.guess import guess_dialect
from assay.skills.plc.front.parser import Parsed, parse
from assay.skills.plc.front.source import Dialect, Source


def read(code: str, dialect: Dialect = "iec") -> Parsed:
    return parse(Source("p.st", code, dialect))


def test_inline_code_is_one_finding_and_the_rest_is_read() -> None:
    found = read(
        "FUNCTION_BLOCK Note\nVAR_INPUT go : BOOL; END_VAR\nVAR last : BOOL; END_VAR\n"
        'IF go AND NOT last THEN\n {{\n  send((char*)GetFbVar(TEXT, .body), "}");\n }}\nEND_IF;\nlast := go;\n'
        "END_FUNCTION_BLOCK\nPROGRAM p VAR n : Note; END_VAR n(go := TRUE); END_PROGRAM"
    )
    assert [(one.code, one.severity) for one in found.diagnostics] == [("ST4012", "error")]
    assert len(found.unit.elements) == 2
    note = found.unit.elements[0]
    assert isinstance(note, tree.Pou) and len(note.body) == 2


def test_inline_code_stays_where_it_is_when_formatted() -> None:
    code = "PROGRAM p\nVAR\n    a : INT;\nEND_VAR\n{{ a = 1; b = {2}; }}\na := a + 1;\nEND_PROGRAM\n"
    assert "{{ a = 1; b = {2}; }}" in format_text(Source("p.st", code, "iec"))


NAMES = """TYPE Setup_typ : STRUCT
    Type : USINT;
    Configuration : INT;
    Program : ARRAY[0..3] OF INT;
END_STRUCT; END_TYPE
PROGRAM Main
VAR
    configuration : Setup_typ;
    type : INT := 3;
    function : ARRAY[1..2] OF INT;
END_VAR
Configuration.Type := 4;
configuration.Configuration := type;
Function[1] := Configuration.Program[2] + function[2];
type := 2;
END_PROGRAM
FUNCTION Next : INT
VAR_INPUT type : INT; END_VAR
Next := type.1;
END_FUNCTION
"""


def test_words_that_begin_units_are_names_before_what_only_a_name_can_have() -> None:
    found = read(NAMES.replace("type.1", "1"))
    assert found.diagnostics == ()
    assert [type(one) for one in found.unit.elements] == [tree.TypeDecl, tree.Pou, tree.Pou]
    main = found.unit.elements[1]
    assert isinstance(main, tree.Pou) and len(main.body) == 4


def test_such_names_stay_when_formatted() -> None:
    once = format_text(Source("p.st", NAMES, "iec"))
    assert format_text(Source("p.st", once, "iec")) == once
    assert parse(Source("p.st", once, "iec")).ok
    assert "Configuration.Type := 4;" in once


def point(*sources: str) -> str:
    wires = "".join(f'<connection refLocalId="{one}"/>' for one in sources)
    return f"<connectionPointIn>{wires}</connectionPointIn>"


def ladder(body: str, where: str = "") -> str:
    return (
        '<project xmlns="http://www.plcopen.org/xml/tc6_0201"><types><dataTypes/><pous>'
        '<pou name="p" pouType="program"><interface><localVars><variable name="a"><type><BOOL/></type></variable>'
        '<variable name="q"><type><BOOL/></type></variable></localVars></interface>'
        f"{where}<body>{body}</body></pou></pous></types></project>"
    )


@pytest.mark.parametrize(("edge", "block"), [("rising", "R_TRIG"), ("falling", "F_TRIG")])
def test_edges_of_a_ladder_are_instances_of_their_own(edge: str, block: str, tmp_path: Path) -> None:
    file = tmp_path / "p.xml"
    file.write_text(
        ladder(
            f'<LD><leftPowerRail localId="1"/><contact localId="2" edge="{edge}">{point("1")}<variable>a</variable>'
            f'</contact><coil localId="3" storage="set">{point("2")}<variable>q</variable></coil>'
            f'<coil localId="4" edge="{edge}">{point("2")}<variable>r</variable></coil></LD>'
        ),
        encoding="utf-8",
    )
    (source,), notes = read_sources([file])
    assert notes == [] and parse(source).ok
    assert f"EDGE_2 : {block};" in source.text and f"EDGE_4 : {block};" in source.text
    assert source.text.count("EDGE_2(CLK := a);") == 1
    assert "IF EDGE_2.Q THEN q := TRUE; END_IF" in source.text
    assert "EDGE_4(CLK := EDGE_2.Q);\nr := EDGE_4.Q;" in source.text


def test_an_edge_in_an_action_has_no_place_for_its_instance(tmp_path: Path) -> None:
    drawn = (
        f'<LD><leftPowerRail localId="1"/><contact localId="2" edge="rising">{point("1")}<variable>a</variable>'
        f'</contact><coil localId="3">{point("2")}<variable>q</variable></coil></LD>'
    )
    file = tmp_path / "p.xml"
    action = f'<actions><action name="act"><body>{drawn}</body></action></actions>'
    file.write_text(ladder("<ST><xhtml>q := a;</xhtml></ST>", action), encoding="utf-8")
    (source,), notes = read_sources([file])
    assert [one.code for one in notes] == ["ST4010"] and parse(source).ok


@pytest.mark.parametrize(
    ("text", "suffix", "dialect"),
    [
        ("PROGRAM _CYCLIC\n x := 1;\nEND_PROGRAM", ".st", "codesys"),
        ("PROGRAM Main\nVAR a : INT; END_VAR\na := GVL_IO.level;\nEND_PROGRAM", ".st", "codesys"),
        ("PROGRAM Main\nIF EDGEPOS(go) THEN n := 1; END_IF\nEND_PROGRAM", ".st", "codesys"),
        ("PROGRAM Main\nVAR a : INT; END_VAR\na := 1;\nEND_PROGRAM", ".st", "iec"),
        ("TYPE a : STRUCT x : INT; END_STRUCT; END_TYPE", ".typ", "codesys"),
        ("FUNCTION f : INT\nf := 1;\nEND_FUNCTION", ".pou", "codesys"),
    ],
)
def test_the_dialect_of_a_part_of_a_project(text: str, suffix: str, dialect: Dialect) -> None:
    assert guess_dialect(text, suffix) == dialect


def test_a_reserved_word_in_ticks_is_a_name() -> None:
    code = "PROGRAM p\nVAR\n    `IF` : INT;\nEND_VAR\n`IF` := `IF` + 1;\nEND_PROGRAM\n"
    found = read(code, "codesys")
    assert found.diagnostics == ()
    (unit,) = found.unit.elements
    assert isinstance(unit, tree.Pou) and unit.blocks[0].declarations[0].names[0].text == "IF"
    assert "`IF` := `IF` + 1;" in format_text(Source("p.st", code, "codesys"))


def test_the_constants_of_a_generic_block_stand_behind_its_name() -> None:
    code = "PROGRAM p\nVAR\n    a : Buffer<N + 2, 3>(id := 4);\n    b : BOOL := 1 < 2;\nEND_VAR\nEND_PROGRAM\n"
    found = read(code, "codesys")
    assert found.diagnostics == ()
    (unit,) = found.unit.elements
    assert isinstance(unit, tree.Pou)
    kind = unit.blocks[0].declarations[0].type
    assert isinstance(kind, tree.NamedType) and (len(kind.generics), len(kind.arguments)) == (2, 1)
    once = format_text(Source("p.st", code, "codesys"))
    assert read(once, "codesys").diagnostics == () and "".join(once.split()) == "".join(code.split())


@pytest.mark.parametrize("text", ["IF a THEN b := 1; END_IF", "FUNCTION Ramp\nRamp := 1;\nEND_FUNCTION"])
def test_code_without_declarations_is_a_part_of_a_project(text: str) -> None:
    assert guess_dialect(text, ".st") == "codesys"


@pytest.mark.parametrize("code", ["{extern int ticks; N = ticks;}", "{N = 3 * 2;}", "{\n  send(data__);\n  N = 1;}"])
def test_statements_of_c_in_a_pragma_are_inline_code(code: str) -> None:
    found = read(f"FUNCTION Ticks : INT\nVAR n : INT; END_VAR\nn := 0;\n{code}\nTicks := n;\nEND_FUNCTION")
    assert [one.code for one in found.diagnostics] == ["ST4012"]
    text = found.diagnostics[0].span
    assert text.end - text.start == len(code)


@pytest.mark.parametrize(
    "pragma",
    [
        "{attribute 'hide'}",
        "{text 'first; then second'}",
        "{warning 'a; b'}",
        '{region "a; b"}',
        "{a := 'x'; b := 'y'}",
    ],
)
def test_a_pragma_is_no_inline_code(pragma: str) -> None:
    assert read(f"PROGRAM p\nVAR n : INT; END_VAR\n{pragma}\nn := 1;\nEND_PROGRAM", "codesys").diagnostics == ()


DESCRIBED = """(*@PROPERTIES_EX@
TYPE: POU
*)
(*@KEY@:DESCRIPTION*)
version 2.0, 40 °C
IF the level isn't known THEN (* nothing runs
(*@KEY@:END_DESCRIPTION*)
FUNCTION_BLOCK Level
VAR_INPUT raw : INT; END_VAR
VAR_OUTPUT full : BOOL; END_VAR
(*@KEY@: WORKSHEET
NAME: Level
*)
full := raw > 900;
(*@KEY@: END_WORKSHEET *)
END_FUNCTION_BLOCK
"""


def test_what_an_export_of_pc_worx_describes_is_a_comment() -> None:
    found = read(DESCRIBED)
    assert found.diagnostics == ()
    (unit,) = found.unit.elements
    assert isinstance(unit, tree.Pou) and unit.name.text == "Level" and len(unit.body) == 1
    kept = format_text(Source("p.st", DESCRIBED, "iec"))
    assert DESCRIBED.partition("FUNCTION_BLOCK")[0].strip() in kept and read(kept).diagnostics == ()


def test_a_description_that_does_not_end_is_one_comment_and_no_more() -> None:
    (unit,) = read("(*@KEY@:DESCRIPTION*)\nPROGRAM p\nEND_PROGRAM").unit.elements
    assert isinstance(unit, tree.Pou)


def test_generic_constants_may_stand_before_what_a_block_extends() -> None:
    code = (
        "FUNCTION_BLOCK Store\nVAR_GENERIC CONSTANT\n    Top : UDINT := 4;\nEND_VAR EXTENDS Base IMPLEMENTS I_A, I_B\n"
        "VAR\n    all : ARRAY[0..Top] OF INT;\nEND_VAR\nall[0] := 1;\nEND_FUNCTION_BLOCK\n"
    )
    found = read(code, "codesys")
    assert found.diagnostics == ()
    (unit,) = found.unit.elements
    assert isinstance(unit, tree.Pou)
    assert [one.parts[0].text for one in (*unit.extends, *unit.implements)] == ["Base", "I_A", "I_B"]
    assert [len(one.declarations) for one in unit.blocks] == [1, 1] and len(unit.body) == 1
    once = format_text(Source("p.st", code, "codesys"))
    assert "".join(once.split()) == "".join(code.split()) and read(once, "codesys").diagnostics == ()
