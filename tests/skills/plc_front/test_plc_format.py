"""The formatter: meaning and comments stay, twice is once, and the way the text was laid out does not matter."""

from __future__ import annotations

import random
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from benchmarks.plc_fuzz_seeds import CLASSIC, CODESYS, IEC, SCL

from assay.skills.plc.front.format import format_text
from assay.skills.plc.front.format_file import format_file
from assay.skills.plc.front.lexer import tokenize
from assay.skills.plc.front.parser import parse
from assay.skills.plc.front.source import Dialect, Source, Span

SEEDS: list[tuple[str, Dialect]] = [(IEC, "iec"), (CODESYS, "codesys"), (SCL, "scl"), (CLASSIC, "scl")]


def without_places(node: object) -> object:
    if isinstance(node, Span):
        return None
    if isinstance(node, tuple):
        return tuple(without_places(one) for one in node)
    if is_dataclass(node):
        return (type(node).__name__, *(without_places(getattr(node, one.name)) for one in fields(node)))
    return node


def shaken(code: str, dialect: Dialect, chance: random.Random) -> str:
    """The same tokens and comments with other white space between them."""
    source = Source("p.st", code, dialect)
    tokens = tokenize(source)
    atoms = [
        (start, end) for start, end, kind in zip(tokens.starts, tokens.ends, tokens.kinds, strict=True) if kind != "end"
    ]
    atoms += [(one.span.start, one.span.end) for one in tokens.trivia]
    out, last = [], 0
    for start, end in sorted(atoms):
        gap = code[last:start]
        if "\n" in gap:
            gap = "\n" * chance.choice([1, 1, 2, 4]) + " " * chance.randrange(9)
        elif gap:
            gap = chance.choice([" ", "   ", "\t"])
        out += [gap, code[start:end]]
        last = end
    return "".join(out)


@pytest.mark.parametrize(("code", "dialect"), SEEDS)
def test_meaning_and_comments_stay(code: str, dialect: Dialect) -> None:
    for seed in range(8):
        text = shaken(code, dialect, random.Random(seed))
        source = Source("p.st", text, dialect)
        assert parse(source).ok
        done = Source("p.st", format_text(source), dialect)
        assert without_places(parse(done).unit) == without_places(parse(source).unit)
        assert format_text(done) == done.text
        assert done.text != text


def test_structure_sets_the_indent() -> None:
    code = (
        "program P\nvar\na:INT:=-1;// n\nend_var\nif a>1 then\n(* c *)\ncase a of\n1,2:a:=2;\n3..5:\na:=(3+\n4)*-a;\n"
        "else\na:=f(x:=1,y=>a);\nend_case\nelsif not(a=2)then\n;\nend_if\n\n\n\nend_program"
    )
    assert format_text(Source("p.st", code)) == (
        "PROGRAM P\nVAR\n    a : INT := -1; // n\nEND_VAR\nIF a > 1 THEN\n    (* c *)\n    CASE a OF\n"
        "        1, 2: a := 2;\n        3..5:\n            a := (3 +\n                4) * -a;\n        ELSE\n"
        "            a := f(x := 1, y => a);\n    END_CASE\nELSIF NOT (a = 2) THEN\n    ;\nEND_IF\n\nEND_PROGRAM\n"
    )


def test_a_text_with_errors_stays_as_it_is() -> None:
    code = "program P\nif a then\nx := ;\nend_program"
    assert format_text(Source("p.st", code)) == code


def test_tabs_and_line_ends_stay() -> None:
    code = "PROGRAM P\r\nVAR\r\n\ta:INT;\r\nEND_VAR\r\nEND_PROGRAM\r\n"
    assert format_text(Source("p.st", code)) == "PROGRAM P\r\nVAR\r\n\ta : INT;\r\nEND_VAR\r\nEND_PROGRAM\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_file_keeps_its_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "p.st"
    path.write_bytes("PROGRAM P\nVAR\nx:INT; // 电机启动，停止信号\nEND_VAR\nEND_PROGRAM\n".encode(encoding))
    before, after, whole = format_file(path)
    assert whole
    assert before == path.read_bytes()
    assert after.decode(encoding) == "PROGRAM P\nVAR\n    x : INT; // 电机启动，停止信号\nEND_VAR\nEND_PROGRAM\n"


def test_only_the_text_in_twincat_xml_changes(tmp_path: Path) -> None:
    path = tmp_path / "P.TcPOU"
    frame = (
        '<?xml version="1.0" encoding="utf-8"?>\r\n<TcPlcObject><POU Name="P"><Declaration><![CDATA[{}]]></Declaration>'
        "<Implementation><ST><![CDATA[{}]]></ST></Implementation></POU></TcPlcObject>"
    )
    path.write_bytes(
        frame.format("PROGRAM P\r\nVAR\r\n\ta:INT;\r\nEND_VAR\r\n", "if a>1 then\r\na:=2;\r\nend_if").encode()
    )
    _, after, _ = format_file(path)
    wanted = frame.format("PROGRAM P\r\nVAR\r\n\ta : INT;\r\nEND_VAR\r\n", "IF a > 1 THEN\r\n    a := 2;\r\nEND_IF")
    assert after.decode() == wanted
