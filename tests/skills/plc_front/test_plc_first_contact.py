"""What files of third parties hold beside what the manuals show first: it is read as their own tools read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.skills.plc.front import tree
from assay.skills.plc.front.files import read_sources
from assay.skills.plc.front.format import format_text
from assay.skills.plc.front.guess import guess_dialect
from assay.skills.plc.front.parser import Parsed, parse
from assay.skills.plc.front.source import Dialect, Source


def read(text: str, dialect: Dialect = "codesys", name: str = "t.st") -> Parsed:
    return parse(Source(name, text, dialect))


def keys(found: Parsed, severity: str = "error") -> list[str]:
    return [one.key.removeprefix("plc_front.") for one in found.diagnostics if one.severity == severity]


def block(declared: str, body: str) -> str:
    return f"FUNCTION_BLOCK b\nVAR\n{declared}\nEND_VAR\n{body}\nEND_FUNCTION_BLOCK\n"


DEBUG = """PROGRAM p
VAR a : BOOL; END_VAR
a := TRUE;
END_PROGRAM
(*DBG:char sum[] = "0f";*)
(*DBG:/**)
(*DBG: * a note**)
(*DBG:    //((some_t *) ptr)->value = *((BOOL *) val);*)
(*DBG:*)
"""


def test_a_line_of_c_that_openplc_adds_is_one_comment() -> None:
    found = read(DEBUG, "iec")
    assert not found.diagnostics and len(found.unit.elements) == 1
    assert [one.text for one in found.unit.trivia][3].endswith("val);*)")
    assert "comment_open" in keys(read("(*DBG: never closed\nPROGRAM p\nEND_PROGRAM", "iec"))


@pytest.mark.parametrize("dialect", ["codesys", "twincat"])
def test_a_text_may_go_on_over_lines_where_the_vendor_takes_it(dialect: Dialect) -> None:
    text = block("s : STRING(200);", "s := 'first\n   second (it goes on), third';\ns := 'x';")
    found = read(text, dialect)
    assert keys(found) == [] and keys(found, "warning") == ["string_lines"]
    assert keys(read(text, "iec"))[0] == "string_open"


@pytest.mark.parametrize(
    "body",
    [
        "s := 'abc;\ns := 'x';",
        "s := 'abc;\nt := '';\nIF s = 'a' THEN t := 'b'; END_IF",
        "s := 'abc\nt := ';';",
        "s := CONCAT('abc, 'd');\ns := 'e';",
        "IF s = 'abc THEN\n t := 'd'; END_IF",
    ],
)
def test_a_quote_that_is_missing_stays_an_error(body: str) -> None:
    assert "string_open" in keys(read(block("s : STRING; t : STRING;", body), "twincat"))


@pytest.mark.parametrize("text", ["1__000", "1000_", "16#_FF", "16#FF_", "INT#5_", "1_.5", "1.5_"])
def test_an_underscore_stands_between_two_digits(text: str) -> None:
    assert set(keys(read(block("x : DINT;", f"x := {text};")))) == {"literal"}


@pytest.mark.parametrize("text", ["1_000", "16#FF_FF", "2#1010_0101", "1_000.2_5", "DINT#1_0", "T#1h_30m_5s"])
def test_an_underscore_within_is_read(text: str) -> None:
    assert keys(read(block("x : DINT;", f"x := {text};"))) == []


def test_a_vector_is_an_array_from_zero_on() -> None:
    unit = read(block("v : __VECTOR[4] OF REAL;", "v[3] := 1.0;")).unit.elements[0]
    assert isinstance(unit, tree.Pou)
    kind = unit.blocks[0].declarations[0].type
    assert isinstance(kind, tree.ArrayType) and kind.bounds[0] is not None


@pytest.mark.parametrize("dialect", ["codesys", "twincat"])
def test_a_condition_may_assign_and_stays_where_it_is_when_formatted(dialect: Dialect) -> None:
    text = block(
        "a : BOOL; n : INT;", "IF a := (n = 1) THEN\n    n := 2;\nEND_IF\nIF (a := n > 2) THEN\n    n := 3;\nEND_IF"
    )
    found = read(text, dialect)
    assert keys(found) == [] and keys(found, "warning") == ["assign_condition"] * 2
    assert "IF a := (n = 1) THEN\n" in format_text(Source("t.st", text, dialect))
    assert keys(read(text, "iec"))[0] == "assign_inside"


@pytest.mark.parametrize("product", ["TwinCAT PLC Control", "CODESYS", "e!COCKPIT"])
def test_the_header_of_plcopen_xml_tells_the_vendor(product: str, tmp_path: Path) -> None:
    path = tmp_path / "p.xml"
    path.write_text(
        '<project xmlns="http://www.plcopen.org/xml/tc6_0200">'
        f'<fileHeader companyName="c" productName="{product}" productVersion="1"/><types><dataTypes/><pous/></types>'
        "</project>"
    )
    assert read_sources([path])[0][0].dialect == "codesys"
    path.write_text(path.read_text().replace(product, "Unnamed"))
    assert read_sources([path])[0][0].dialect == "iec"


@pytest.mark.parametrize(
    ("declared", "body", "dialect"),
    [
        ("f : ARRAY[0..1] OF FB_Other[(1), (2)];", "", "codesys"),
        ("f : Other;", "f.Start(1).Wait(2);", "codesys"),
        ("f : Other;", "f.Start(1);", "iec"),
        ("f : ARRAY[0..1] OF INT;", "f[0] := (1 + 2) * 3;", "iec"),
    ],
)
def test_what_only_codesys_has_tells_the_dialect(declared: str, body: str, dialect: Dialect) -> None:
    assert guess_dialect(f"PROGRAM p VAR {declared} END_VAR {body} END_PROGRAM") == dialect


def test_an_enumeration_with_texts_is_a_type(tmp_path: Path) -> None:
    path = tmp_path / "Side.TcTLEO"
    path.write_text(
        '<TcPlcObject Version="1.1.0.1"><EnumerationTextList Name="Side"><Declaration>'
        "<![CDATA[TYPE Side : (Left, Right);END_TYPE]]></Declaration><XmlArchive><Data/></XmlArchive>"
        "</EnumerationTextList></TcPlcObject>"
    )
    sources, notes = read_sources([tmp_path])
    (side,) = parse(sources[0]).unit.elements
    assert not notes and isinstance(side, tree.TypeDecl) and sources[0].dialect == "twincat"


def test_a_list_of_parameters_is_one_of_globals(tmp_path: Path) -> None:
    path = tmp_path / "Limits.TcGVL"
    path.write_text(
        '<TcPlcObject Version="1.1.0.1"><ParameterList Name="Limits"><Declaration><![CDATA[VAR_GLOBAL CONSTANT\n'
        "MOST : UINT := 5;\nEND_VAR]]></Declaration></ParameterList></TcPlcObject>"
    )
    (found,) = parse(read_sources([path])[0][0]).unit.elements
    assert isinstance(found, tree.GlobalVars) and found.name is not None and found.name.text == "Limits"
