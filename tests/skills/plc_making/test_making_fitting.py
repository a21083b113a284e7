"""A library block is kept back when a sentence of the requirement asks for more than it does."""

from __future__ import annotations

import asyncio

import pytest

from assay.skills.plc.blocks.block import block
from assay.skills.plc.making.fitting import beyond
from assay.skills.plc.making.requirement import parse_requirement
from assay.skills.plc.making.work import Task, make

JAM = "If the jam sensor is blocked for more than 3 seconds while the conveyor runs, the conveyor stops until reset."
MOTOR = "电机 M1 由启动按钮 SB1 启动、停止按钮 SB2 停止，热继电器 FR 动作时必须停止并点亮故障灯 HL1。"
START = "The conveyor shall run when the start button is pressed and shall stop when the stop button is pressed."


@pytest.mark.parametrize(
    ("text", "name", "told"),
    [
        (JAM, "conveyor_jam", []),
        (f"{START}\n{JAM}", "conveyor_jam", ["R1"]),
        (f"{JAM}\nThe shift report shall list every hour.", "conveyor_jam", ["R2"]),
        (f"{JAM}\nThanks, Karl", "conveyor_jam", []),
        ("星三角启动，星形运行6秒后切三角。\nKM2 和 KM3 不得同时吸合。", "star_delta", []),
        (f"{MOTOR}故障后须按复位按钮 SB3 才能再启动。", "motor_starter", []),
        (f"{MOTOR}故障后须按复位按钮 SB3 才能再启动。", "two_hand_control", ["R1", "R2"]),
        ("主备泵轮换，每次启动交换。\n按下急停按钮时两台泵都停止。", "lead_lag_pumps", ["R2"]),
    ],
)
def test_each_sentence_must_lead_to_the_block(text: str, name: str, told: list[str]) -> None:
    found = block(name)
    assert found is not None
    assert [one.id for one in beyond(parse_requirement(text), found)] == told


def test_a_block_that_answers_only_one_sentence_is_not_released() -> None:
    made = asyncio.run(make(Task(parse_requirement(f"{START}\n{JAM}")), None))
    assert made.block is not None and not made.release.released
    assert made.release.reasons == (("beyond_block", {"sentences": "R1"}),)
