"""A long requirement: one thing is one line, amounts become constants, and what is unclear is asked."""

from __future__ import annotations

import asyncio

import pytest

from assay.kernel.texts import text
from assay.skills.plc.front.source import Source
from assay.skills.plc.making.amounts import read_amounts
from assay.skills.plc.making.bundle import proposal_document
from assay.skills.plc.making.faces import Proposal, propose_interface, with_names
from assay.skills.plc.making.interface import assemble, read_interface
from assay.skills.plc.making.proposing import propose
from assay.skills.plc.making.requirement import parse_requirement
from assay.skills.plc.typed.check import check


def proposed(words: str) -> Proposal:
    made = asyncio.run(propose_interface(parse_requirement(words), (), None))
    face = read_interface(made.st)
    keep = "\n".join(f"{name} := {name};" for name in face.of("VAR_OUTPUT"))
    assert check([Source("face.st", assemble(face, "", keep))], lints=False).ok
    return made


def told(made: Proposal) -> dict[str, str]:
    short = {"VAR_INPUT": "in", "VAR_OUTPUT": "out", "VAR CONSTANT": "is"}
    return {one.name: f"{short[one.section]} {one.type} {one.initial}".strip() for one in made.lines}


def amounts(words: str) -> list[str]:
    return [f"{one.name} {one.value} {one.unit}".strip() for one in read_amounts(parse_requirement(words).sentences)]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("The fan starts above 35 ppm and stops below 20.5 ppm.",
         ["ConcentrationHigh 35.0 ppm", "ConcentrationLow 20.5 ppm"]),
        ("液位低于 -30 mm 启动，转速达到 1450 r/min 停止。", ["LevelLow -30.0 mm", "SpeedHigh 1450.0 rpm"]),
        ("电导率高于 2200 µS/cm 报警。pH 值低于 6.5 报警。", ["ConductivityHigh 2200.0 µS/cm", "PHLow 6.5"]),
        ("Keep the oil between 40 and 55 °C.", ["TemperatureSetpoint 40.0 °C", "TemperatureSetpoint 55.0 °C"]),
        ("After 5 rejects stop. 计满 20 批后停止，计到 12 个亮灯。", ["RejectCount 5", "BatchCount 20", "Count 12"]),
        ("延时 2 分 30 秒后启动，再过半小时停止。", ["DelayTime T#2m30s", "RunTime T#0.5h"]),
        ("Two 30 kW, 400 V motors. 电源为 380 V。三台泵，2 个按钮，4-20 mA 变送器，量程 0~5 m。", []),
        ("3#皮带先启动。Step 3 is next.", []),
        ("The level transmitter (0 to 6 m) is read. %IW4, I0.3.", []),
        ("The voltage is below 360 V for 2 s.", ["VoltageLow 360.0 V", "HoldTime T#2s"]),
    ],
)  # fmt: skip
def test_amounts_become_constants_and_ratings_do_not(words: str, wanted: list[str]) -> None:
    assert amounts(words) == wanted


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("两台潜水泵 P1、P2 一用一备。急停按钮按下时两台泵停止。急停后复位。"
         "液位由液位计 LT1 测量，液位高于 3 m 时启动一台泵。",
         {"P1", "P2", "EStop", "LT1"}),
        ("Two pumps, P-101 and P-102, run when the level is above 2 m. Level is measured by a transmitter, LIT-100. "
         "The lag pump helps. Both pumps stop at an emergency stop. The emergency stop button is red.",
         {"P_101", "P_102", "LIT_100", "EmergencyStopButton"}),
        ("The exhaust fan and the supply fan start when the start button is pressed. "
         "Both fans stop with the stop button.",
         {"ExhaustFan", "SupplyFan", "StartButton", "StopButton"}),
        ("任一皮带过载（FR1～FR3）时 KM1～KM3 断开。", {"FR1", "FR2", "FR3", "KM1", "KM2", "KM3"}),
        ("A door motor has two outputs, motor up and motor down. The door stops at the upper and lower limit switches.",
         {"MotorUp", "MotorDown", "UpperLimitSwitch", "LowerLimitSwitch"}),
        ("按下启动、停止按钮控制红、黄、绿灯。", {"StartButton", "StopButton", "RedLamp", "YellowLamp", "GreenLamp"}),
        ("A门和B门各有一个按钮和一把电磁锁。", {"ADoorButton", "BDoorButton", "ADoorLock", "BDoorLock"}),
        ("The burner lights when the selector switch is on; start the chiller below 18 degrees.",
         {"Burner", "SelectorSwitch", "Chiller", "Temperature"}),
        ("| Tag | I/O | Text |\n|---|---|---|\n| TT-1 | AI | air temperature |\n| EH-1 | DO | heating element |",
         {"TT_1", "EH_1"}),
    ],
)  # fmt: skip
def test_one_thing_is_one_line(words: str, wanted: set[str]) -> None:
    made = proposed(words)
    assert {one.name for one in made.lines if one.section != "VAR CONSTANT"} == wanted


SPEC = """Write a function block in Structured Text (ST) named OvenControl with the following Requirements.
Signals: the block has two input variables: OvenTemp (REAL) and DoorClosed (BOOL), and two outputs: Heater (BOOL) and
Beeper (BOOL).
Temperature Control: oWhen OvenTemp is below 180 °C andDoorClosed is TRUE, the oven heater is on. oThe beeper sounds
when the heating is done. Use a CASE or a REPEAT loop. The exhaust fan is not ours."""


def test_a_text_that_declares_its_variables_declares_no_others() -> None:
    made = proposed(SPEC)
    assert made.name == "OvenControl"
    assert told(made) == {
        "OvenTemp": "in REAL", "DoorClosed": "in BOOL", "Heater": "out BOOL", "Beeper": "out BOOL",
        "TemperatureLow": "is REAL 180.0",
    }  # fmt: skip
    assert "exhaust fan" in {one.words for one in made.questions if one.why == "unlisted"}


def test_a_text_without_an_end_is_read_in_pieces() -> None:
    words = "the start button starts the motor above 3 bar, " * 400
    assert {"StartButton", "Motor", "PressureHigh"} <= set(told(proposed(words)))


def test_two_things_with_words_of_their_own_stay_two() -> None:
    words = (
        "Suction pressure below 0.8 bar or discharge pressure above 16 bar stops the pump. The pressure lamp is lit."
    )
    made = told(proposed(words))
    assert made["SuctionPressure"] == made["DischargePressure"] == "in REAL" and made["PressureLamp"] == "out BOOL"
    assert made["PressureLow"] == "is REAL 0.8" and made["PressureHigh"] == "is REAL 16.0"


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("The vibration switch on each fan trips it; fans run when the start button is on. The motor stops.",
         {"vibration switch": "several", "fan": "several"}),
        ("Inputs: start button Go. Outputs: motor M1. The horn sounds after 3 s.", {"horn": "unlisted"}),
        ("按启动按钮，前进电机启动，碰到限位开关后改为后退。", {"后退": "opposite"}),
        ("重量传感器大于 150 kg 时卸料阀关闭，没有达到设定值时报警，须复位。",
         {"设定值": "reference", "复位": "by_hand"}),
    ],
)  # fmt: skip
def test_what_is_unclear_is_asked(words: str, asked: dict[str, str]) -> None:
    made = proposed(words)
    assert {one.words: one.why for one in made.questions} == asked
    for one in made.questions:
        assert f"(* ? {one.words}. {one.sentence.id}: " in made.st and one.words in one.sentence.text
        for lang in ("zh", "en"):
            assert one.words in text(f"plc_making.question_{one.why}", lang, words=one.words)
    assert [one["why"] for one in proposal_document(made)["questions"]] == list(asked.values())


def test_a_tag_with_a_hyphen_keeps_its_sentences_readable() -> None:
    words = "When the switch HS-1 is on, pump P-101 must be on. P-101 and P-102 must never be on at the same time."
    made = proposed(words)
    found = propose(with_names(parse_requirement(words), made), read_interface(made.st))
    assert [{key: one[key] for key in ("when", "then", "of") if key in one} for one in found] == [
        {"when": "HS_1", "then": "P_101"}, {"of": ["P_101", "P_102"]},
    ]  # fmt: skip
