"""What is said about a program follows from its statements, with their lines, in both languages."""

from __future__ import annotations

import pytest

from assay.kernel.errors import InputError
from assay.skills.plc.blocks.block import block, blocks
from assay.skills.plc.blocks.building import build
from assay.skills.plc.explain.facts import read_facts
from assay.skills.plc.explain.graph import Graph, direct, held
from assay.skills.plc.explain.review import review
from assay.skills.plc.explain.screen import Binding, bindings, check_bindings, screen
from assay.skills.plc.explain.sentences import Sentence, explain
from assay.skills.plc.front.source import Source
from assay.skills.plc.ir.nodes import Project, Unit
from assay.skills.plc.typed.check import check

MIXER = """FUNCTION_BLOCK FB_Mixer
VAR_INPUT Start, Stop, Full, Hot : BOOL; END_VAR
VAR_OUTPUT Valve, Heater, Done, Lost : BOOL; Power : INT; END_VAR
VAR Step : INT; Wait : TON; Edge : R_TRIG; END_VAR
Edge(CLK := Start);
Wait(IN := Step = 2, PT := T#5s);
CASE Step OF
  0: IF Edge.Q THEN Step := 1; END_IF;
  1: IF Full THEN Step := 2; END_IF;
  2: IF Hot OR Wait.Q THEN Step := 0; Done := TRUE; END_IF;
END_CASE;
IF Stop THEN Step := 0; Done := FALSE; END_IF;
Valve := Step = 1;
Heater := (Step = 2 OR Heater) AND NOT Stop AND NOT Hot;
IF Heater THEN Power := 80; ELSE Power := 0; END_IF;
END_FUNCTION_BLOCK
"""


def checked(text: str, name: str) -> tuple[Project, Unit, Source]:
    source = Source("p.st", text)
    found = check([source])
    assert found.ok, found.diagnostics
    unit = found.project.unit(name)
    assert unit is not None
    return found.project, unit, source


def told(text: str, name: str, topic: str, subject: str) -> list[tuple[str, int]]:
    project, unit, source = checked(text, name)
    return [
        (one.text("en"), source.position(one.spans[0].start).line)
        for one in explain(project, unit)
        if one.topic == topic and one.subject == subject
    ]


def test_states_timers_latches_and_settings_are_said_with_their_lines() -> None:
    steps = told(MIXER, "FB_Mixer", "state", "Step")
    assert ("Step goes from 0 to 1 when Edge.Q.", 8) in steps and ("Step goes from 1 to 2 when Full.", 9) in steps
    assert ("Step becomes 0 when Stop.", 12) in steps
    assert any(line == 10 and "from 2 to 0 when Hot OR Wait.Q" in words for words, line in steps)
    assert told(MIXER, "FB_Mixer", "timer", "Wait") == [
        ("Wait is an on-delay timer: Wait.Q becomes TRUE after Step = 2 has been TRUE for T#5s.", 6)
    ]
    assert told(MIXER, "FB_Mixer", "edge", "Edge")[0][0].startswith("Edge.Q is TRUE for one scan when Start")
    heater = told(MIXER, "FB_Mixer", "output", "Heater")
    assert heater[0][1] == 14 and "set by Step = 2, holds itself" in heater[0][0] and "NOT Stop" in heater[0][0]
    assert heater[1][0] == "In the end Heater hangs on: Stop, Hot, Full, Start."
    assert ("Power gets 80, when Heater.", 15) in told(MIXER, "FB_Mixer", "output", "Power")
    assert ("Power gets 0, when NOT Heater.", 15) in told(MIXER, "FB_Mixer", "output", "Power")
    done = told(MIXER, "FB_Mixer", "output", "Done")
    assert any(line == 12 and words == "Done is reset to FALSE, when Stop." for words, line in done)
    assert told(MIXER, "FB_Mixer", "output", "Lost") == [("Lost is never written: it keeps its initial value.", 3)]


def test_the_dependence_graph_goes_through_blocks_and_conditions() -> None:
    project, unit, _ = checked(MIXER, "FB_Mixer")
    facts = read_facts(project, unit)
    assert direct(facts)["POWER"] == ("HEATER",) and direct(facts)["VALVE"] == ("STEP",)
    assert set(Graph.of(facts).sources("Valve")) == {"Full", "Hot", "Start", "Stop"}
    assert held(facts) >= {"HEATER", "STEP"} and "VALVE" not in held(facts)


@pytest.mark.parametrize("one", blocks(), ids=lambda one: one.id)
def test_every_block_of_the_library_is_explained_in_both_languages(one: object) -> None:
    made = build(one, {})  # type: ignore[arg-type]
    project, unit, _ = checked(made.st, made.name)
    found: list[Sentence] = explain(project, unit)
    outputs = {each.name for each in unit.variables if each.section == "output"}
    assert {each.subject for each in found if each.topic in ("output", "state")} >= outputs
    for lang in ("en", "zh"):
        words = [each.text(lang) for each in found]
        assert all(one and "{" not in one for one in words)
    assert all(each.spans for each in found)


def test_a_screen_binds_what_there_is_and_a_wrong_binding_is_found() -> None:
    one = block("motor_starter")
    assert one is not None
    made = build(one, {})
    project, unit, _ = checked(made.st, made.name)
    svg = screen(project, unit, "zh")
    found = bindings(svg)
    assert Binding("FB_MotorStarter.Run", "BOOL", "read") in found
    assert Binding("FB_MotorStarter.Wait.ET", "TIME", "read") in found
    assert check_bindings(project, found) == []
    bad = svg.replace("FB_MotorStarter.Stop", "FB_MotorStarter.Halt").replace(
        '.Run" data-type="BOOL" data-access="read"', '.Run" data-type="INT" data-access="write"'
    )
    wrong = dict((each.tag, key) for each, key in check_bindings(project, bindings(bad)))
    assert wrong == {"FB_MotorStarter.Halt": "binding_unknown", "FB_MotorStarter.Run": "binding_type"}
    sets = svg.replace('.Run" data-type="BOOL" data-access="read"', '.Run" data-type="BOOL" data-access="write"')
    assert [key for _, key in check_bindings(project, bindings(sets))] == ["binding_access"]
    with pytest.raises(InputError):
        bindings("no svg")


def test_a_review_names_what_is_wrong_with_the_run_that_shows_it() -> None:
    bad = """FUNCTION_BLOCK FB_Bad
VAR_INPUT n : INT; go : BOOL; END_VAR
VAR_OUTPUT q : INT; alarm : BOOL; END_VAR
q := 100 / n;
IF n > 5 AND n < 3 THEN q := 1; END_IF;
IF go THEN alarm := TRUE; END_IF;
END_FUNCTION_BLOCK
"""
    source = Source("bad.st", bad)
    found = {one.code: one for one in review(check([source]))}
    assert found["RV-div_zero"].severity == "error" and found["RV-div_zero"].trace
    assert source.position(found["RV-div_zero"].span.start).line == 4
    assert source.position(found["RV-dead"].span.start).line == 5
    assert source.position(found["RV-never-reset"].span.start).line == 6
    assert all(one.text(lang) for one in found.values() for lang in ("en", "zh"))
    one = block("motor_starter")
    assert one is not None
    clean = review(check([Source("ok.st", build(one, {}).st)]))
    assert [each for each in clean if each.severity == "error" or each.code.startswith("RV-")] == []


LINE = """VAR_GLOBAL Start, Stop, Motor : BOOL; Lamps : ARRAY[0..1] OF BOOL; END_VAR
TYPE E_Phase : (Idle, Filling); END_TYPE
PROGRAM Main
VAR Level AT %IW0 : INT; Valve AT %QX0.0 : BOOL; Phase : E_Phase; i, Sum : INT; END_VAR
CASE Phase OF
  Idle: IF Level < 10 THEN Phase := Filling; END_IF;
  Filling: IF Level > 90 THEN Phase := Idle; END_IF;
END_CASE;
Valve := Phase = Filling;
IF Stop THEN Valve := FALSE; END_IF;
Motor := (Start OR Motor) AND NOT Stop;
Lamps[1] := NOT Motor;
FOR i := 1 TO 3 DO Sum := Sum + i; END_FOR;
END_PROGRAM
"""


def test_globals_and_addresses_are_what_a_program_reads_and_gives() -> None:
    assert told(LINE, "Main", "purpose", "Main")[0][0] == (
        "The program Main reads Level, Stop, Start and gives Valve, Motor, Lamps."
    )
    motor = [words for words, _ in told(LINE, "Main", "output", "Motor")]
    assert "set by Start, holds itself" in motor[0] and motor[1] == "In the end Motor hangs on: Start, Stop."
    assert told(LINE, "Main", "output", "Lamps")[0] == ("Lamps[1] is TRUE exactly while NOT Motor.", 12)


def test_the_values_of_an_enumeration_are_called_by_their_names() -> None:
    steps = [words for words, _ in told(LINE, "Main", "state", "Phase")]
    assert steps[0].endswith("its values are Idle, Filling.")
    assert "Phase goes from Idle to Filling when Level < 10." in steps


def test_exactly_is_said_only_where_nothing_else_writes() -> None:
    valve = told(LINE, "Main", "output", "Valve")
    assert valve[0] == ("Valve gets Phase = Filling.", 9) and not any("exactly" in words for words, _ in valve)
    assert valve[2] == ("Where several of these apply to Valve in one scan, the last one in the text counts.", 9)
    assert told(LINE, "Main", "internal", "i") == [("i runs from 1 to 3 in a loop.", 13)]
    assert [words for words, _ in told(LINE, "Main", "internal", "Sum")] == ["Sum gets Sum + i."]


def test_a_long_chain_is_told_by_its_nearest_conditions() -> None:
    chain = "".join(f"ELSIF x = {number} THEN y := {number};\n" for number in range(1, 60))
    names = "".join(f"a{number} : BOOL; " for number in range(60))
    source = (
        f"FUNCTION_BLOCK E\nVAR_INPUT x : INT; {names}END_VAR\nVAR_OUTPUT y : INT; END_VAR\n"
        f"IF x = 0 THEN y := 0;\n{chain}END_IF;\nEND_FUNCTION_BLOCK\n"
    )
    project, unit, _ = checked(source, "E")
    said = [one.text("en") for one in explain(project, unit)]
    assert "a38, 21 more" in said[0] and "a39" not in said[0]
    last = next(one for one in said if one.startswith("y gets 59"))
    assert "20 more AND NOT (x = 20) AND" in last and "x = 59" in last and "NOT (x = 19)" not in last


def test_a_review_says_what_it_had_no_time_for() -> None:
    unit = "FUNCTION U{0} : INT\nVAR_INPUT n : INT; END_VAR\nU{0} := 10 / n;\nEND_FUNCTION\n"
    found = check([Source("p.st", "".join(unit.format(number) for number in range(3)))])
    late = [one for one in review(found, timeout=1e-6) if one.code == "RV-time"]
    assert [one.values["late"] for one in late] == [3]
    assert "3 of 3 units were not proved" in late[0].text("en")
    assert not [one for one in review(found) if one.code == "RV-time"]
