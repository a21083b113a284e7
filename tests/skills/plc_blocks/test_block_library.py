"""The library: every block is whole, bilingual, and what its parameters allow is what is made."""

from __future__ import annotations

import pytest

from assay.kernel.errors import InputError
from assay.skills.plc.blocks.block import Block, block, blocks
from assay.skills.plc.blocks.building import amount, build
from assay.skills.plc.blocks.template import fill
from assay.skills.plc.front.parser import parse
from assay.skills.plc.front.source import Source
from assay.skills.plc.prove.property import parse_properties
from assay.skills.plc.prove.proving import Options, prove
from assay.skills.plc.run.machine import machine
from assay.skills.plc.testing.judge import bind, run_case
from assay.skills.plc.testing.layout import Layout
from assay.skills.plc.testing.running import choose_unit
from assay.skills.plc.testing.suites import suites_of
from assay.skills.plc.typed.check import check


@pytest.mark.parametrize("one", blocks(), ids=lambda one: one.id)
def test_every_block_is_whole(one: Block) -> None:
    assert set(one.title) == set(one.about) == set(one.words) == {"en", "zh"}
    assert all(len(words) >= 3 and all(isinstance(word, str) for word in words) for words in one.words.values())
    assert len(one.properties) >= 2 and one.tests["cases"]
    assert len({each["id"] for each in one.properties}) == len(one.properties)
    made = build(one, {})
    assert parse(Source("block.st", made.st)).diagnostics == ()
    assert "${" not in made.st and "%" not in made.st and "${" not in str(made.properties)


@pytest.mark.parametrize("one", blocks(), ids=lambda one: one.id)
def test_limits_hold_their_defaults_and_are_kept(one: Block) -> None:
    for parameter in one.parameters:
        if parameter.type == "BOOL":
            continue
        low, high = amount(parameter.type, parameter.low), amount(parameter.type, parameter.high)
        default = amount(parameter.type, parameter.default)
        assert low is not None and high is not None and default is not None and low <= default <= high
        with pytest.raises(InputError, match=parameter.name):
            build(one, {parameter.name: "T#9999999s" if parameter.type == "TIME" else "99999999999"})


def test_repeated_lines_and_lists_follow_the_count() -> None:
    one = block("interlock_select")
    assert one is not None
    made = build(one, {"N": "5"})
    assert "Want5 : BOOL;" in made.st and "Want6" not in made.st
    assert made.properties[0]["of"] == ["Out1", "Out2", "Out3", "Out4", "Out5"]
    assert made.tests is None  # written for three


def test_a_value_is_a_literal_and_never_code() -> None:
    one = block("debounce")
    assert one is not None
    for bad in ("T#50ms; Out := TRUE", "50", "T#", "T#1x", "", "T#-5s"):
        with pytest.raises(InputError):
            build(one, {"STABLE_TIME": bad})
    with pytest.raises(InputError):
        build(one, {"OTHER": "1"})
    for name in ("1A", "A B", "A__B", "A;B", ""):
        if name:
            with pytest.raises(InputError):
                build(one, {}, name=name)
    assert "STABLE_TIME : TIME := T#80ms;" in build(one, {"STABLE_TIME": "t#80MS"}).st


def test_parameters_that_contradict_each_other_are_refused() -> None:
    one = block("analog_alarm")
    assert one is not None
    with pytest.raises(InputError, match="rise"):
        build(one, {"H": "95.0"})
    with pytest.raises(InputError, match="递增"):
        build(one, {"L": "85.0"}, lang="zh").st  # noqa: B018
    assert "H : REAL := 85.0;" in build(one, {"H": "85"}).st


def test_a_template_fills_loops_line_by_line() -> None:
    assert (
        fill("a\n%for i in 1..N\n  x${i} := ${V};\n%end\nb", {"N": "2", "V": "0"}) == "a\n  x1 := 0;\n  x2 := 0;\nb\n"
    )
    counted = fill("%for i in N..2\nx${i} := x${i_before};\n%end", {"N": "3"})
    assert counted == "x3 := x2;\nx2 := x1;\n"


@pytest.mark.parametrize(
    ("name", "values"),
    [(one.id, {}) for one in blocks()]
    + [("cascade_start", {"N": "2"}), ("quiz_buzzer", {"N": "8"}), ("running_light", {"N": "16"}),
       ("reversing_starter", {"STOP_FIRST": "TRUE"}), ("band_control", {"ON_AT": "9.0", "OFF_AT": "5.0"})],
)  # fmt: skip
@pytest.mark.long
def test_every_property_of_a_block_is_proved_and_its_tests_pass(name: str, values: dict[str, str]) -> None:
    one = block(name)
    assert one is not None
    made = build(one, values)
    checked = check([Source("block.st", made.st)])
    assert checked.ok
    found = prove(checked.project, made.name, parse_properties(list(made.properties)), Options(timeout=60.0))
    assert {each.id: each.status for each in found.properties if each.status not in ("PROVED", "BOUNDED")} == {}
    if made.tests is not None:
        layout = Layout(checked.project, choose_unit(checked.project, made.name))
        tested = machine(checked.project, made.name)
        cases = bind(suites_of(dict(made.tests))[0].cases, layout)
        assert [case.name for case in cases if not run_case(tested, case).passed] == []
