"""Files: encodings, dialects by content, the XML of TwinCAT and PLCopen with places in the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.kernel.errors import InputError
from assay.skills.plc.front import tree
from assay.skills.plc.front.files import read_sources
from assay.skills.plc.front.guess import guess_dialect
from assay.skills.plc.front.parser import parse
from assay.skills.plc.front.source import Source

TCPOU = """<?xml version="1.0" encoding="utf-8"?>
<TcPlcObject Version="1.1.0.1">
  <POU Name="FB_Motor" Id="{0}" SpecialFunc="None">
    <Declaration><![CDATA[{attribute 'reflection'}
FUNCTION_BLOCK FB_Motor EXTENDS FB_Base
VAR
  x : INT; // count
END_VAR]]></Declaration>
    <Implementation><ST><![CDATA[x := x + 1; // last]]></ST></Implementation>
    <Folder Name="Inner" Id="{1}" />
    <Method Name="Start" Id="{2}">
      <Declaration><![CDATA[METHOD PUBLIC Start : BOOL]]></Declaration>
      <Implementation><ST><![CDATA[Start := x &gt 0;]]></ST></Implementation>
    </Method>
    <Property Name="Speed" Id="{3}">
      <Declaration><![CDATA[PROPERTY Speed : REAL]]></Declaration>
      <Get Name="Get" Id="{4}"><Declaration><![CDATA[VAR
END_VAR]]></Declaration><Implementation><ST><![CDATA[Speed := 1.0;]]></ST></Implementation></Get>
    </Property>
    <Action Name="Reset" Id="{5}"><Implementation><ST><![CDATA[x := 0;]]></ST></Implementation></Action>
  </POU>
</TcPlcObject>"""

PLCOPEN = """<?xml version="1.0" encoding="utf-8"?>
<project xmlns="http://www.plcopen.org/xml/tc6_0201"><types><dataTypes>
<dataType name="Kind"><baseType><enum><values><value name="A"/><value name="B" value="5"/></values></enum></baseType>
</dataType>
<dataType name="Row"><baseType><struct><variable name="v"><type><array><dimension lower="0" upper="3"/><baseType><INT/>
</baseType></array></type><initialValue><arrayValue><value repetitionValue="4"><simpleValue value="7"/></value>
</arrayValue></initialValue></variable></struct></baseType></dataType></dataTypes>
<pous>%s</pous></types></project>"""

INTERFACE = """<interface><inputVars><variable name="a"><type><BOOL/></type></variable>
<variable name="b"><type><BOOL/></type></variable></inputVars><outputVars>
<variable name="q"><type><BOOL/></type></variable><variable name="r"><type><BOOL/></type></variable></outputVars>
<localVars><variable name="t"><type><derived name="TON"/></type></variable></localVars></interface>"""


def point(*wires: str) -> str:
    inner = "".join(f'<connection refLocalId="{one.split(".")[0]}" {name(one)}/>' for one in wires)
    return f"<connectionPointIn>{inner}</connectionPointIn>"


def name(wire: str) -> str:
    return f'formalParameter="{wire.split(".")[1]}"' if "." in wire else ""


def pou(body: str) -> str:
    return PLCOPEN % f'<pou name="P" pouType="program">{INTERFACE}<body>{body}</body></pou>'


def read(tmp_path: Path, name: str, data: str | bytes) -> tuple[Source, list[str]]:
    path = tmp_path / name
    path.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
    (source,), notes = read_sources([path])
    return source, [one.code for one in notes]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_chinese_comments_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    code = "PROGRAM P\r\nVAR\r\n  x : INT; // 电机启动，停止信号\r\nEND_VAR\r\nEND_PROGRAM\r\n"
    source, notes = read(tmp_path, "p.st", code.encode(encoding))
    assert not notes
    assert source.text.lstrip("\ufeff") == code
    assert parse(source).ok


def test_german_comments_in_latin_1(tmp_path: Path) -> None:
    source, _ = read(tmp_path, "p.st", "PROGRAM P // größer für Öl, Prüfgröße\nEND_PROGRAM".encode("latin-1"))
    assert "größer für Öl, Prüfgröße" in source.text


@pytest.mark.parametrize(
    ("code", "dialect"),
    [
        ("PROGRAM P x := 1; END_PROGRAM", "iec"),
        ('FUNCTION_BLOCK "A" BEGIN #x := 1; END_FUNCTION_BLOCK', "scl"),
        ("DATA_BLOCK DB1 STRUCT x : INT; END_STRUCT BEGIN END_DATA_BLOCK #x", "scl"),
        ("{attribute 'qualified_only'}\nVAR_GLOBAL x : INT; END_VAR", "codesys"),
        ("FUNCTION_BLOCK F EXTENDS G\nVAR x : REFERENCE TO INT; END_VAR", "codesys"),
        ("NAMESPACE A CLASS B END_CLASS END_NAMESPACE", "iec"),
        ('PROGRAM P (* #x := "y".z; #w *) x := INT#5 + 16#FF; END_PROGRAM', "iec"),
    ],
)
def test_the_dialect_is_told_by_what_only_it_has(code: str, dialect: str) -> None:
    assert guess_dialect(code) == dialect


def test_twincat_xml_is_one_text_with_places_in_the_file(tmp_path: Path) -> None:
    code = TCPOU.replace("x &gt 0", "x > 0")
    source, notes = read(tmp_path, "FB_Motor.TcPOU", code)
    assert not notes and source.dialect == "twincat"
    parsed = parse(source)
    assert not parsed.diagnostics
    (unit,) = parsed.unit.elements
    assert isinstance(unit, tree.Pou)
    assert (len(unit.methods), len(unit.properties), len(unit.actions), len(unit.body)) == (1, 1, 1, 1)
    lines = code.split("\n")
    for node, word in ((unit.name, "FB_Motor"), (unit.methods[0].name, "Start"), (unit.body[0], "x := x + 1;")):
        place = source.position(node.span.start)
        assert lines[place.line - 1][place.column - 1 :].startswith(word)


def test_an_error_in_twincat_xml_points_into_the_file(tmp_path: Path) -> None:
    source, _ = read(tmp_path, "FB_Motor.TcPOU", TCPOU.replace("x := 0;", "x := ;").replace("x &gt 0", "x"))
    (only,) = parse(source).diagnostics
    place = source.position(only.span.start)
    line = TCPOU.replace("x := 0;", "x := ;").split("\n")[place.line - 1]
    assert line[place.column - 1 :].startswith(";]]")


def test_a_list_of_globals_has_the_name_of_its_file(tmp_path: Path) -> None:
    code = (
        "<TcPlcObject><GVL Name=\"GVL_IO\"><Declaration><![CDATA[{attribute 'qualified_only'}\nVAR_GLOBAL\n x : INT;\n"
        "END_VAR]]></Declaration></GVL></TcPlcObject>"
    )
    source, _ = read(tmp_path, "GVL_IO.TcGVL", code)
    (only,) = parse(source).unit.elements
    assert isinstance(only, tree.GlobalVars) and only.name is not None
    assert (only.name.text, only.qualified_only) == ("GVL_IO", True)


def test_a_body_that_is_no_text_is_named(tmp_path: Path) -> None:
    code = (
        '<TcPlcObject><POU Name="P"><Declaration><![CDATA[PROGRAM P]]></Declaration><Implementation><NWL/>'
        "</Implementation></POU></TcPlcObject>"
    )
    _, notes = read(tmp_path, "P.TcPOU", code)
    assert notes == ["ST4010"]


def test_function_block_diagrams_become_statements(tmp_path: Path) -> None:
    body = f"""<FBD><inVariable localId="1" negated="true"><position x="0" y="0"/>
<expression>a</expression></inVariable>
<inVariable localId="2"><expression>b</expression></inVariable>
<inVariable localId="3"><expression>T#1s</expression></inVariable>
<block localId="4" typeName="AND"><inputVariables><variable formalParameter="IN1">{point("1")}</variable>
<variable formalParameter="IN2">{point("2")}</variable></inputVariables></block>
<block localId="5" typeName="TON" instanceName="t"><inputVariables>
<variable formalParameter="IN">{point("4.OUT")}</variable>
<variable formalParameter="PT">{point("3")}</variable></inputVariables></block>
<outVariable localId="6">{point("5.Q")}<expression>q</expression></outVariable></FBD>"""
    source, notes = read(tmp_path, "p.xml", pou(body))
    assert not notes and parse(source).ok
    assert "t(IN := (NOT a) AND b, PT := T#1s);\nq := t.Q;\n" in source.text


def test_ladders_become_statements(tmp_path: Path) -> None:
    body = f"""<LD><leftPowerRail localId="1"/><contact localId="2">{point("1")}<variable>a</variable></contact>
<contact localId="3" negated="true">{point("1")}<variable>b</variable></contact>
<contact localId="4">{point("2", "3")}<variable>r</variable></contact>
<coil localId="5">{point("4")}<variable>q</variable></coil>
<coil localId="6" storage="set">{point("2")}<variable>r</variable></coil></LD>"""
    source, notes = read(tmp_path, "p.xml", pou(body))
    assert not notes and parse(source).ok
    assert "q := (a OR (NOT b)) AND r;" in source.text
    assert "IF a THEN r := TRUE; END_IF" in source.text


def test_charts_become_textual_charts(tmp_path: Path) -> None:
    body = f"""<SFC><step localId="1" name="S0" initialStep="true">{point("4")}</step>
<transition localId="2">{point("1")}<condition><inline name=""><ST><xhtml>a AND b</xhtml></ST></inline></condition>
</transition>
<step localId="3" name="S1">{point("2")}</step>
<transition localId="4" priority="2">{point("3")}<condition><reference name="r"/></condition></transition>
<actionBlock localId="5">{point("3")}<action localId="6" qualifier="L" duration="T#2s"><reference name="q"/></action>
</actionBlock></SFC>"""
    source, notes = read(tmp_path, "p.xml", pou(body))
    parsed = parse(source)
    assert not notes and parsed.ok
    unit = parsed.unit.elements[-1]
    assert isinstance(unit, tree.Pou) and unit.chart is not None
    moves = [(one.sources[0].text, one.targets[0].text, one.priority) for one in unit.chart.transitions]
    assert moves == [("S0", "S1", None), ("S1", "S0", 2)]
    assert [(name.text, kind) for name, kind, _ in unit.chart.steps[1].actions] == [("q", "L")]


def test_a_part_of_a_diagram_without_an_equal_is_named(tmp_path: Path) -> None:
    body = f'<LD><leftPowerRail localId="1"/><jump localId="2" label="x">{point("1")}</jump></LD>'
    source, notes = read(tmp_path, "p.xml", pou(body))
    assert notes == ["ST4010"]
    assert parse(source).ok


def test_types_of_plcopen_are_read(tmp_path: Path) -> None:
    source, _ = read(tmp_path, "p.xml", PLCOPEN % "")
    parsed = parse(source)
    assert parsed.ok
    kind, row = parsed.unit.elements
    assert isinstance(kind, tree.TypeDecl) and isinstance(kind.spec, tree.EnumType)
    assert isinstance(row, tree.TypeDecl) and isinstance(row.spec, tree.StructType)
    assert isinstance(row.spec.fields[0].initial, tree.ArrayInit)


@pytest.mark.parametrize(
    ("name", "data", "key"),
    [
        ("p.st", b"\x7fELF\x00\x01\x02\x00\x05", "plc_front.binary"),
        ("p.xml", b"<project><types></project>", "plc_front.xml_broken"),
        ("p.xml", b"<Document/>", "plc_front.xml_other"),
        ("p.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><project/>', "plc_front.xml_doctype"),
        ("p.xml", b"<a>" * 600 + b"</a>" * 600, "plc_front.xml_deep"),
    ],
)
def test_bad_files_are_one_sentence(tmp_path: Path, name: str, data: bytes, key: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, name, data)
    assert caught.value.key == key


def test_folders_are_searched_and_other_files_in_them_stepped_over(tmp_path: Path) -> None:
    (tmp_path / "b.st").write_text("PROGRAM B END_PROGRAM", encoding="utf-8")
    (tmp_path / "a.TcPOU").write_text(TCPOU.replace("&gt", ">"), encoding="utf-8")
    (tmp_path / "other.xml").write_text("<Document/>", encoding="utf-8")
    (tmp_path / "cache.db").write_bytes(b"SQLite\x00\x01\x00\x00\x02")
    sources, notes = read_sources([tmp_path])
    assert [Path(one.name).name for one in sources] == ["a.TcPOU", "b.st"]
    assert [one.code for one in notes] == ["ST4002"]
    with pytest.raises(InputError):
        read_sources([tmp_path / "none.st"])


def test_a_database_of_another_kind_in_a_folder_is_stepped_over(tmp_path: Path) -> None:
    (tmp_path / "line.db").write_text(
        'DATA_BLOCK "Line"\nVERSION : 0.1\nSTRUCT\n n : Int;\nEND_STRUCT;\nBEGIN\nEND_DATA_BLOCK\n'
    )
    (tmp_path / "motor.db").write_text('record(ai, "$(P):SPEED") {\n  field(EGU, "rpm")\n}\n')
    assert [Path(one.name).name for one in read_sources([tmp_path])[0]] == ["line.db"]
    assert len(read_sources([tmp_path / "motor.db"])[0]) == 1


def test_an_empty_file_is_said(tmp_path: Path) -> None:
    assert read(tmp_path, "p.st", "")[1] == ["ST4001"]


VENDOR = "http://www.3s-software.com/plcopenxml"
CODESYS_FILE = f"""<project xmlns="http://www.plcopen.org/xml/tc6_0200"><types><dataTypes/><pous/></types>
<instances><configurations/></instances><addData><data name="{VENDOR}/application"><resource name="App 1">
<task name="Main Task" interval="PT0S" priority="20"><pouInstance name="P" typeName=""/><addData>
<data name="{VENDOR}/tasksettings"><TaskSettings Interval="10000" IntervalUnit="us"/></data></addData></task>
<globalVars name="GVL"><variable name="g"><type><BOOL/></type></variable><addData>
<data name="{VENDOR}/interfaceasplaintext"><InterfaceAsPlainText><xhtml>{{attribute 'qualified_only'}}
VAR_GLOBAL
  g : BOOL; // kept
END_VAR</xhtml></InterfaceAsPlainText></data></addData></globalVars>
<addData><data name="{VENDOR}/pou"><pou name="P" pouType="program"><interface/><body><LD><leftPowerRail localId="0"/>
<vendorElement localId="2"/><contact localId="4"><connectionPointIn><connection refLocalId="0"/></connectionPointIn>
<variable>GVL.g</variable></contact>
<block localId="3" typeName="EXECUTE"><inputVariables><variable formalParameter="EN"><connectionPointIn>
<connection refLocalId="4"/></connectionPointIn></variable></inputVariables><addData><data name="{VENDOR}/stcode">
<STCode>x := 1;</STCode></data></addData></block>
<coil localId="7"><connectionPointIn><connection refLocalId="3"/></connectionPointIn><variable>q</variable></coil></LD>
</body><addData><data name="{VENDOR}/interfaceasplaintext"><InterfaceAsPlainText><xhtml>PROGRAM P
VAR
  x : INT; // kept too
  q : BOOL;
END_VAR</xhtml></InterfaceAsPlainText></data></addData></pou></data></addData></resource></data></addData></project>"""


def test_the_files_of_codesys_have_all_in_their_additions(tmp_path: Path) -> None:
    source, notes = read(tmp_path, "p.xml", CODESYS_FILE)
    parsed = parse(source)
    assert not notes and not parsed.diagnostics
    unit, names, configuration = parsed.unit.elements
    assert isinstance(unit, tree.Pou) and isinstance(names, tree.GlobalVars)
    assert isinstance(configuration, tree.Configuration)
    assert names.name is not None and names.name.text == "GVL" and names.qualified_only
    assert [note.text for note in unit.blocks[0].declarations[0].notes] == ["// kept too"]
    assert "IF GVL.g THEN\nx := 1;\nEND_IF\nq := GVL.g;" in source.text
    assert "TASK Main_Task (INTERVAL := T#10000us, PRIORITY := 20);" in source.text
    assert configuration.programs[0].type.parts[0].text == "P"


def test_mutated_xml_is_read_or_refused_with_one_sentence(tmp_path: Path) -> None:
    import random

    from benchmarks.plc_fuzz import mutate

    path = tmp_path / "p.xml"
    for number in range(300):
        chance = random.Random(number)
        code = chance.choice([TCPOU.replace("&gt", ">"), CODESYS_FILE, pou("<FBD/>")])
        for _ in range(chance.randint(1, 3)):
            code = mutate(code, chance)
        path.write_bytes(code.encode("utf-8"))
        try:
            sources, _ = read_sources([path])
        except InputError:
            continue
        for source in sources:
            for one in parse(source).diagnostics:
                source.position(one.span.start)


def test_guessing_takes_no_time_on_empty_lines_and_comments() -> None:
    import time

    began = time.process_time()
    for code in ("//\n" * 60_000, "\n" * 200_000, "(*" * 60_000, "'" * 100_000, "'$" * 100_000, " " * 200_000):
        guess_dialect(code)
    assert time.process_time() - began < 3
