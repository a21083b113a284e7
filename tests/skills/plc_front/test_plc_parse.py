"""The parser: what the trees hold, several errors a run with their places, and texts that are hostile."""

from __future__ import annotations

import pytest
from benchmarks.plc_fuzz_seeds import CLASSIC, CODESYS, IEC, SCL

from assay.kernel.texts import text
from assay.skills.plc.front import tree
from assay.skills.plc.front.parser import Parsed, parse, parse_expression
from assay.skills.plc.front.source import Dialect, Source


def read(code: str, dialect: Dialect = "iec") -> Parsed:
    return parse(Source("p.st", code, dialect))


def body(code: str, dialect: Dialect = "iec") -> tuple[tree.Statement, ...]:
    parsed = read(f"PROGRAM P\n{code}\nEND_PROGRAM\n", dialect)
    assert not parsed.diagnostics, parsed.diagnostics
    pou = parsed.unit.elements[0]
    assert isinstance(pou, tree.Pou)
    return pou.body


def wrong(code: str, dialect: Dialect = "iec") -> list[tuple[str, int, int]]:
    source = Source("p.st", code, dialect)
    return [(one.code, *source.position(one.span.start)) for one in parse(source).diagnostics]


@pytest.mark.parametrize(
    ("code", "dialect"), [(IEC, "iec"), (CODESYS, "codesys"), (CODESYS, "twincat"), (SCL, "scl"), (CLASSIC, "scl")]
)
def test_every_construct_is_read(code: str, dialect: Dialect) -> None:
    assert not read(code, dialect).diagnostics


@pytest.mark.parametrize(
    ("code", "kind", "value", "name"),
    [
        ("16#FF", "int", 255, None),
        ("2#1010_1010", "int", 170, None),
        ("INT#-5", "int", -5, "INT"),
        ("W#16#1F", "int", 31, "WORD"),
        ("1_000.5E-1", "real", 100.05, None),
        ("REAL#2.5", "real", 2.5, "REAL"),
        ("BOOL#1", "bool", True, "BOOL"),
        ("T#1h30m", "time", 5400 * 10**9, "TIME"),
        ("T#-1.5s", "time", -1_500_000_000, "TIME"),
        ("LTIME#5us3ns", "time", 5003, "LTIME"),
        ("S5T#1m_30s", "time", 90 * 10**9, "S5TIME"),
        ("D#1970-01-03", "date", 2 * 86400 * 10**9, "DATE"),
        ("TOD#00:00:01.5", "tod", 1_500_000_000, "TOD"),
        ("DT#1970-01-02-00:00:01", "dt", 86401 * 10**9, "DT"),
        ("'a$'b$N$41$$'", "string", "a'b\nA$", None),
        ('"w$"$0041"', "wstring", 'w"A', None),
        ("'it''s'", "string", "it's", None),
    ],
)
def test_literals_have_their_values(code: str, kind: str, value: object, name: str | None) -> None:
    found, diagnostics = parse_expression(code)
    assert not diagnostics
    assert isinstance(found, tree.Literal_)
    assert (found.kind, found.value, found.type_name, found.raw) == (kind, value, name, code)


@pytest.mark.parametrize(
    ("code", "value", "name"),
    [
        ("B#(1, 2)", 258, "WORD"),
        ("BYTE#(255,0,0,1)", 0xFF000001, "DWORD"),
        ("C#120", 0x120, "WORD"),
        ("BCD16#-12", 0xF012, "WORD"),
        ("bcd32#1_234_567", 0x1234567, "DWORD"),
    ],
)
def test_words_of_scl_are_written_by_their_bytes_or_decimal_digits(code: str, value: int, name: str) -> None:
    found, diagnostics = parse_expression(code, dialect="scl")
    assert not diagnostics and isinstance(found, tree.Literal_)
    assert (found.kind, found.value, found.type_name, found.raw) == ("int", value, name, code)


def test_words_of_scl_have_so_many_parts() -> None:
    assert parse_expression("B#(1,2)")[1]
    for code in ("B#(256,0)", "B#(1,2,3)", "C#1000", "BCD16#2#1"):
        assert parse_expression(code, dialect="scl")[1]


@pytest.mark.parametrize("code", ["T#5", "D#2020-13-01", "TOD#25:00:00", "BOOL#2", "INT#x", "16#", "1e999", "'open"])
def test_a_literal_that_is_none_is_an_error(code: str) -> None:
    found, diagnostics = parse_expression(code)
    assert found is None or isinstance(found, tree.Member)
    assert diagnostics or isinstance(found, tree.Member)


def test_operators_bind_as_the_standard_has_it() -> None:
    def shape(one: tree.Expr) -> str:
        if isinstance(one, tree.Binary):
            return f"({shape(one.left)} {one.op} {shape(one.right)})"
        if isinstance(one, tree.Unary):
            return f"({one.op} {shape(one.operand)})"
        assert isinstance(one, tree.NameExpr)
        return one.name.text

    found, _ = parse_expression("a OR b XOR c & d = e < f + g * -h ** i")
    assert found is not None
    assert shape(found) == "(a OR (b XOR (c AND (d = (e < (f + (g * ((- h) ** i))))))))"
    left, _ = parse_expression("a - b - c AND NOT d")
    assert left is not None
    assert shape(left) == "(((a - b) - c) AND (NOT d))"


def test_labels_jumps_and_calls_are_told_apart() -> None:
    found = body("lbl: x := 1; DoIt; DoIt(); CASE x OF 1, 3..5: y := 2; K: ; END_CASE")
    assert [type(one).__name__ for one in found] == ["Label", "Assign", "CallStatement", "CallStatement", "Case"]
    assert isinstance(found[2], tree.CallStatement) and found[2].bare
    case = found[-1]
    assert isinstance(case, tree.Case)
    assert [len(one.labels) for one in case.arms] == [2, 1]


def test_scl_knows_locals_and_blocks_by_their_marks() -> None:
    (assign,) = body('"DB 1".x[#i] := #"my var";', "scl")
    assert isinstance(assign, tree.Assign)
    target = assign.targets[0]
    assert isinstance(target, tree.Index) and isinstance(target.base, tree.Member)
    assert isinstance(target.base.base, tree.NameExpr) and target.base.base.sigil == '"'
    assert isinstance(assign.value, tree.NameExpr)
    assert (assign.value.name.text, assign.value.sigil) == ("my var", "#")


def test_comments_at_a_variable_belong_to_it() -> None:
    parsed = read(
        "PROGRAM P VAR\n  a : INT; // of a\n  // above b\n  b : INT; (* of b *)\n  c : INT;\nEND_VAR END_PROGRAM"
    )
    pou = parsed.unit.elements[0]
    assert isinstance(pou, tree.Pou)
    notes = [[note.text for note in one.notes] for one in pou.blocks[0].declarations]
    assert notes == [["// of a"], ["// above b", "(* of b *)"], []]


def test_conditional_parts_that_do_not_hold_are_left_out() -> None:
    found = body(
        "{IF defined (X)}\nx := 1;\n{ELSE}\nx := 2;\n{END_IF}\n{define Y}{IF defined (Y) AND NOT defined (X)}y;{END_IF}"
    )
    assert len(found) == 2


def test_several_errors_in_one_run() -> None:
    code = "PROGRAM P\na = 5;\nb := 3 +;\nc := (1;\nENDIF;\nx := 'open;\nFOR i := 1 TO DO END_FOR\ny := 1\nz := 2;\n"
    code += "END_PROGRAM"
    assert wrong(code) == [
        ("ST1019", 2, 3),
        ("ST1011", 3, 9),
        ("ST1010", 4, 8),
        ("ST1022", 5, 1),
        ("ST1002", 6, 6),
        ("ST1011", 7, 15),
        ("ST1013", 8, 6),
    ]


def test_a_missing_end_far_away_names_the_if_that_lacks_it() -> None:
    lines = [
        "PROGRAM P",
        "IF a THEN",
        "  IF b THEN",
        "    x := 1;",
        "  y := 2;",
        "END_IF",
        *["z := 1;"] * 500,
        "END_PROGRAM",
    ]
    source = Source("p.st", "\n".join(lines))
    (only,) = parse(source).diagnostics
    assert only.code == "ST1014"
    assert source.position(only.related[0].start) == (3, 3)
    for lang in ("zh", "en"):
        assert "3" in text(only.key, lang, **only.values)


@pytest.mark.parametrize(
    "code",
    [
        "PROGRAM P\nx := " + "(" * 10_000 + "1" + ")" * 10_000 + ";\nEND_PROGRAM",
        "PROGRAM P\nx := " + "-" * 10_000 + "1;\nEND_PROGRAM",
        "PROGRAM P\nx := " + "a + " * 10_000 + "1;\nEND_PROGRAM",
        "PROGRAM P\nx := a" + "[0]" * 10_000 + ";\nEND_PROGRAM",
        "PROGRAM P\n" + "IF a THEN\n" * 5_000 + "END_IF\n" * 5_000 + "END_PROGRAM",
        "TYPE T : " + "STRUCT a : " * 5_000 + "INT;" + "END_STRUCT;" * 5_000 + "END_TYPE",
        "TYPE T : " + "ARRAY[0..1] OF " * 5_000 + "INT; END_TYPE",
        "NAMESPACE a " * 2_000,
        "PROGRAM P\n" + "__TRY\n" * 2_000,
        "PROGRAM P\n" + "REGION r\n" * 2_000,
        "PROGRAM P\nx := " + "f(a := " * 2_000,
        "PROGRAM P\nVAR x : a := " + "[" * 2_000,
        "PROGRAM P\nVAR x : a := " + "(b := " * 2_000,
        "PROGRAM P\n" + "CASE x OF 1: " * 2_000,
        "TYPE a : " + "POINTER TO " * 2_000,
    ],
)
def test_deep_nesting_is_a_finding(code: str) -> None:
    assert any(one[0] == "ST1016" for one in wrong(code, "scl"))


@pytest.mark.parametrize(
    "code", ["", " \n", "\0", "(*", "USING", "END_IF", "#", '"', "VAR", "TYPE", "{", "PROGRAM", "()"]
)
def test_no_text_makes_the_parser_fail(code: str) -> None:
    for dialect in ("iec", "codesys", "twincat", "scl"):
        read(code, dialect)


def test_full_width_signs_are_read_and_named() -> None:
    found = read("PROGRAM P\nx ：＝ 1；\nEND_PROGRAM")
    assert [one.values["plain"] for one in found.diagnostics] == [":=", ";"]
    assert len(found.unit.elements) == 1


def test_comments_nest_until_one_does_not_close_that_way() -> None:
    assert not read("PROGRAM P (* a (* b *) c *) x; END_PROGRAM").diagnostics
    assert not read("PROGRAM P (* a (* b *) x; END_PROGRAM").diagnostics
    assert wrong("PROGRAM P x; (* open") == [("ST1001", 1, 14), ("ST1014", 1, 21)]


def test_an_expression_must_fill_its_text() -> None:
    assert parse_expression("a AND b")[0] is not None
    assert parse_expression("a AND b;")[1][0].code == "ST1026"
    assert parse_expression("")[1][0].code == "ST1011"


@pytest.mark.long
def test_twenty_thousand_lines_take_seconds() -> None:
    import time

    code = (
        "PROGRAM P\n"
        + "IF a > 3 AND b < 5.0 THEN\n  x[a] := foo(a, b := 5) + 3; // n\nEND_IF;\n" * 6_700
        + "END_PROGRAM"
    )
    began = time.process_time()
    assert not read(code).diagnostics
    assert time.process_time() - began < 8


def test_a_piece_of_code_alone_is_a_program_of_the_file_s_name() -> None:
    (only,) = parse(Source("a/b/step 1.st", "VAR x : INT; END_VAR\nx := 1;")).unit.elements
    assert isinstance(only, tree.Pou)
    assert (only.kind, only.name.text, len(only.blocks), len(only.body)) == ("PROGRAM", "step_1", 1, 1)
    assert wrong("nonsense here and there") != []
    (owner,) = parse(Source("FB_Motor.Start.st", "METHOD Start : BOOL\nStart := TRUE;\nEND_METHOD")).unit.elements
    assert isinstance(owner, tree.Pou) and owner.name.text == "FB_Motor" and len(owner.methods) == 1


def test_a_wrong_end_of_a_unit_is_one_error() -> None:
    code = "FUNCTION_BLOCK F\na := 1;\nEND_FUNCTION\nPROGRAM P\nEND_PROGRAM"
    assert wrong(code) == [("ST1010", 3, 1)]
    assert wrong("```\nPROGRAM P\nEND_PROGRAM")[0] == ("ST1003", 1, 1)


def test_a_text_without_a_program_is_not_silently_good() -> None:
    found = read('{"a": 1, "b": [1, 2]}')
    assert found.ok and [one.code for one in found.diagnostics] == ["ST4003"]


def test_usual_slips_are_read_as_what_they_mean() -> None:
    code = "PROGRAM P\nVAR_INPUT\na : INT;\nEND_VAR_INPUT\nIF a THEN\n b;\nELSEIF c THEN\n d;\nENDIF;\nEND_PROGRAM"
    assert wrong(code) == [("ST1022", 4, 1), ("ST1022", 7, 1), ("ST1022", 9, 1)]
    assert wrong('FUNCTION_BLOCK "A"\nVAR\nx : Int;\nBEGIN\n#x := 1;\nEND_FUNCTION_BLOCK', "scl") == [("ST1014", 4, 1)]


def test_statements_among_declarations_tell_that_the_section_lacks_its_end() -> None:
    assert wrong("PROGRAM P\nVAR\n a : INT;\n\na := 1;\nEND_PROGRAM") == [("ST1014", 5, 1)]


def test_located_variables_without_a_name_have_their_address_as_name() -> None:
    (pou,) = read("PROGRAM P VAR AT %IX1.1 : BOOL := 1; b AT %Q* : BYTE; END_VAR END_PROGRAM").unit.elements
    assert isinstance(pou, tree.Pou)
    first, second = pou.blocks[0].declarations
    assert (first.names[0].text, first.location and first.location.text) == ("%IX1.1", "%IX1.1")
    assert (second.names[0].text, second.location and second.location.text) == ("b", "%Q*")


def test_get_and_set_may_be_names_and_a_block_may_begin_with_nothing() -> None:
    code = (
        "FUNCTION_BLOCK F\nVAR l : FB_List := (); END_VAR\nMETHOD Get : INT\nGet := 1;\nEND_METHOD\n"
        "PROPERTY P : INT\nGET\nSet := TRUE;\nP := 1;\nEND_GET\nSET\nx := P;\nEND_SET\nEND_PROPERTY\nEND_FUNCTION_BLOCK"
    )
    parsed = read(code)
    (unit,) = parsed.unit.elements
    assert not parsed.diagnostics and isinstance(unit, tree.Pou)
    getter, setter = unit.properties[0].getter, unit.properties[0].setter
    assert getter is not None and setter is not None and (len(getter.body), len(setter.body)) == (2, 1)


def test_a_type_may_stand_where_memory_is_asked_for() -> None:
    (assign,) = body("p := __NEW(POINTER TO ST_Node, TO_UDINT(n));", "codesys")
    assert isinstance(assign, tree.Assign) and isinstance(assign.value, tree.Call)
    first = assign.value.arguments[0].value
    assert isinstance(first, tree.NameExpr) and first.name.text == "POINTER TO ST_Node"
