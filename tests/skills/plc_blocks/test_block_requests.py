"""Requests in free words: the right block with its parameters, or nothing, or a question back."""

from __future__ import annotations

import pytest

from assay.skills.plc.blocks.block import block
from assay.skills.plc.blocks.building import build
from assay.skills.plc.blocks.filling import read_parameters
from assay.skills.plc.blocks.finding import choose
from assay.skills.plc.front.source import Source
from assay.skills.plc.typed.check import check

FOUND = [
    ("a starter for a pump motor with seal-in that trips when its contactor feedback is missing for 2 s",
     "motor_starter", {"FEEDBACK_TIME": "T#2s"}),
    ("电机星三角启动，星形运行6秒，切换间隔300毫秒", "star_delta", {"STAR_TIME": "T#6s", "PAUSE_TIME": "T#300ms"}),
    ("two-hand button for a press, both pushed within half a second", "two_hand_control", {"TOGETHER_TIME": "T#0.5s"}),
    ("水箱低液位起泵高液位停泵，水源无水8秒停泵", "tank_level", {"DRY_TIME": "T#8s"}),
    ("6路首出报警，带确认和消音", "first_out_alarm", {"N": "6"}),
    ("ramp for a speed set-point, 5 per second up and 8 per second down", "ramp", {"RISE": "5.0", "FALL": "8.0"}),
    ("compressor should run at least 2 minutes and rest at least 5 minutes", "short_cycle_guard",
     {"MIN_ON": "T#120s", "MIN_OFF": "T#300s"}),
    ("PI controller, gain 2, Ti two and a half minutes", "pid", {"KP": "2.0", "TI": "150.0"}),
    ("15 kW 的电机星三角起动，星形 1 分 10 秒", "star_delta", {"STAR_TIME": "T#70s"}),
    ("limit alarms HH, H, L and LL at 90, 70, 20 and 5 bar", "analog_alarm",
     {"HH": "90.0", "H": "70.0", "L": "20.0", "LL": "5.0"}),
    ("给定斜坡，每分钟上升30，每分钟下降60", "ramp", {"RISE": "0.5", "FALL": "1.0"}),
    ("thermostat for 70 degrees", "two_point_control", {}),
    ("4-20mA 换算成 0 到 16 bar", "analog_input", {"LOW": "0.0", "HIGH": "16.0"}),
]  # fmt: skip


@pytest.mark.parametrize(("request_", "wanted", "values"), FOUND, ids=[one for _, one, _ in FOUND])
def test_the_block_and_its_parameters_are_found(request_: str, wanted: str, values: dict[str, str]) -> None:
    found, _ = choose(request_)
    assert found is not None and found.id == wanted
    filled = read_parameters(found, request_)
    same = {name: value.replace("T#500ms", "T#0.5s") for name, value in filled.values.items()}
    assert same == values and filled.unclear == ()


@pytest.mark.parametrize(
    "request_",
    [
        "Calculate the checksum of a Modbus telegram",
        "机器人轨迹规划",
        "sort an array of 100 numbers",
        "",
        "？！",
        "写一首诗",
        "PID 参数自整定",
        "servo axis: run to 120 mm on a button",
    ],
)
def test_what_the_library_has_not_is_not_answered_with_the_least_bad_block(request_: str) -> None:
    assert choose(request_) == (None, [])


def test_an_amount_that_no_parameter_takes_is_named() -> None:
    one = block("toggle_button")
    assert one is not None
    assert read_parameters(one, "one push button, 24 V, waits 3 s").unused == ("24 V", "3 s")


def test_a_number_in_words_that_only_counts_things_is_no_amount() -> None:
    one = block("two_hand_control")
    assert one is not None
    filled = read_parameters(one, "两个按钮必须在0.4秒以内同时按下")
    assert dict(filled.values) == {"TOGETHER_TIME": "T#400ms"} and filled.unused == ()


@pytest.mark.parametrize(
    ("request_", "said"), [("debounce a switch for some seconds", "some seconds"), ("输入消抖，稳定几秒", "几秒")]
)
def test_a_time_without_a_number_is_named(request_: str, said: str) -> None:
    one = block("debounce")
    assert one is not None
    assert said in read_parameters(one, request_).unused


def test_a_word_of_several_blocks_alone_is_asked_back() -> None:
    found, near = choose("filter this noisy input")
    assert found is None and {one.block.id for one in near} == {"debounce", "low_pass_filter", "moving_average"}


@pytest.mark.parametrize("said", ["10s", "T#10s", "10000 ms", "t#10S", "TIME#10s"])
def test_a_time_may_be_set_as_people_write_it(said: str) -> None:
    one = block("star_delta")
    assert one is not None
    made = build(one, {"STAR_TIME": said})
    assert made.values["STAR_TIME"] in ("T#10s", "T#10000ms") and check([Source("a.st", made.st)]).ok
