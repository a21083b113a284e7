"""Requests in free words: the right block with its parameters, or nothing, or a question back."""

from __future__ import annotations

from importlib import resources

import pytest
import yaml

from assay.skills.plc.blocks.block import block, blocks
from assay.skills.plc.blocks.building import build
from assay.skills.plc.blocks.choosing import choose
from assay.skills.plc.blocks.filling import read_parameters
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
    ("两台电动机：按启动M1先启动，10s后M2启动；按停止M2先停，15s后M1停", "cascade_start",
     {"N": "2", "START_DELAY": "T#10s", "STOP_DELAY": "T#15s"}),
    ("东西绿灯亮20s后闪3s灭，黄灯亮2s，南北红灯25s，然后南北绿灯30s，循环", "traffic_light_flash",
     {"GREEN_A": "T#20s", "GREEN_B": "T#30s", "FLASH": "T#3s", "YELLOW": "T#2s"}),
    ("press start, motor M1 runs and seals itself in; stop button or thermal overload stops it", "start_stop", {}),
    ("compressor on at 6.5 bar, off at 8 bar", "band_control", {"ON_AT": "6.5", "OFF_AT": "8.0"}),
    ("fault: lamp flashes at 2 Hz and the horn sounds; acknowledge makes the lamp steady and silences the horn",
     "alarm_lamp", {"BLINK": "T#250ms"}),
    ("小车装料12秒后右行，到右端卸料7秒再返回，如此循环", "shuttle", {"LOAD_TIME": "T#12s", "UNLOAD_TIME": "T#7s"}),
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


@pytest.mark.parametrize(
    ("request_", "wanted", "values"),
    [
        ("left and right button must be pushed not more than 0.3 s apart", "two_hand_control",
         {"TOGETHER_TIME": "T#300ms"}),
        ("debouce a swich, 30 ms, no need for acknowledgement", "debounce", {"STABLE_TIME": "T#30ms"}),
        ("motor start/stop with overload, run feedback within four secs. By the way, is 24 V fine?", "motor_starter",
         {"FEEDBACK_TIME": "T#4s"}),
        ("红绿灯：绿灯四十秒，黄闪就不要了，黄灯3秒，全红1秒", "traffic_light",
         {"GREEN": "T#40s", "YELLOW": "T#3s", "ALL_RED": "T#1s"}),
        ("speed setpoint 0 to 50 Hz in 10 s up, down in 5 s", "ramp", {"RISE": "5.0", "FALL": "10.0"}),
        ("limit the rate of change of the setpoint to 2 %/s in both directions", "ramp",
         {"RISE": "2.0", "FALL": "2.0"}),
        ("惯性滤波，新值占百分之五", "low_pass_filter", {"FACTOR": "0.05"}),
        ("dose with coarse and fine feed, the last 2.5 kg fine, cutoff 300 g early", "batch_dosing",
         {"FINE_BAND": "2.5", "IN_FLIGHT": "0.3"}),
        ("signal lamp 2 Hz blinking", "flasher", {"ON_TIME": "T#250ms", "OFF_TIME": "T#250ms"}),
        ("count tins; 4 dozen make a tray", "part_counter", {"FULL": "48"}),
        ("bearing temp: H at 75, HH at 90, lows at 10 and 5", "analog_alarm",
         {"H": "75.0", "HH": "90.0", "L": "10.0", "LL": "5.0"}),
        ("AI通道原始值5530到27648换算成0到10巴", "analog_input",
         {"RAW_LOW": "5530.0", "RAW_HIGH": "27648.0", "LOW": "0.0", "HIGH": "10.0"}),
    ],
)  # fmt: skip
def test_people_say_the_same_in_many_ways(request_: str, wanted: str, values: dict[str, str]) -> None:
    found, _ = choose(request_)
    assert found is not None and found.id == wanted
    filled = read_parameters(found, request_)
    assert dict(filled.values) == values and filled.unused == () and filled.unclear == ()


@pytest.mark.parametrize(
    "request_",
    [
        "三台泵两用一备，自动轮换",
        "control of three pumps in rotation, duty and standby",
        "at least 3 of the 4 gas detectors must see gas before shutdown",
        "one out of two high level switches trips",
        "四取二联锁",
        "PID cascade for a reactor jacket",
        "人脸识别开门",
        "三台风机运行监视，只有一台运转绿灯0.5Hz闪",
        "pressure PID with sleep mode below 20 Hz",
        "flash a lamp until it is acknowledged, with lamp test and silence for each of the two groups A组 B组",
        "十字路口红绿灯，绿灯20s黄灯3s，带左转灯",
        "a motor that may not be started more than 3 times within one hour",
        "star-delta with automatic restart after a power dip",
        "PID with two setpoints for day and night",
        "count parts and stop the line for good and rejected bottles",
        "报警灯：一级报警慢闪，二级报警快闪",
        "正反转电机每15分钟自动换向一次",
        "compressor surge control",
    ],
)
def test_another_number_or_another_thing_is_not_the_block(request_: str) -> None:
    assert choose(request_)[0] is None


def test_what_a_request_says_for_an_input_is_no_parameter_and_is_kept() -> None:
    one = block("two_point_control")
    assert one is not None
    filled = read_parameters(one, "thermostat for an oven: keep at 180 degC, hysteresis 3 K")
    assert dict(filled.values) == {"HYSTERESIS": "3.0"} and dict(filled.inputs) == {"SetPoint": "180.0"}
    assert filled.unused == ()


def test_a_time_that_nobody_can_read_is_named() -> None:
    one = block("debounce")
    assert one is not None
    assert read_parameters(one, "debounce a contact, umpteen milliseconds").unused == ("umpteen ms",)
    assert read_parameters(one, "按钮消抖，ＸＸ毫秒").unused == ("毫秒",)


def test_numbers_of_a_list_are_no_amounts() -> None:
    one = block("star_delta")
    assert one is not None
    text = "练习3：\n(1)按启动，星形运行；\n(2)8s后断开，延时0.5s后三角形运行；\n(3)热继电器动作即停。"
    filled = read_parameters(one, text)
    assert dict(filled.values) == {"STAR_TIME": "T#8s", "PAUSE_TIME": "T#500ms"} and filled.unused == ()


def test_a_time_that_is_no_sum_is_named() -> None:
    one = block("traffic_light")
    assert one is not None
    assert read_parameters(one, "绿灯20s，黄灯3s，全红1s，红灯25s").unused == ()
    assert read_parameters(one, "绿灯20s，黄灯3s，全红1s，红灯40s").unused == ("40s",)


def test_limits_that_nobody_asked_for_do_not_stand_in_the_way() -> None:
    one = block("analog_alarm")
    assert one is not None
    filled = read_parameters(one, "high alarm at 6.5 bar and low alarm at 2 bar")
    assert dict(filled.values) == {"H": "6.5", "L": "2.0", "HH": "1000000.0", "LL": "-1000000.0"}
    build(one, filled.values)


def test_two_blocks_that_are_both_asked_for_are_asked_back() -> None:
    found, near = choose("conveyor jam detection with a photocell for 5 s, and count the boxes, 24 per pallet")
    assert found is None and {one.block.id for one in near} == {"conveyor_jam", "part_counter"}


def test_every_block_has_signs_and_only_blocks_have() -> None:
    folder = resources.files("assay.skills.plc.blocks")
    signs = yaml.safe_load(folder.joinpath("signs.yaml").read_text(encoding="utf-8"))
    known = {one.id for one in blocks()}
    assert set(signs["signs"]) == known
    assert {*signs["over"], *(one for some in signs["over"].values() for one in some), *signs["general"]} <= known
    beyond = yaml.safe_load(folder.joinpath("beyond.yaml").read_text(encoding="utf-8"))
    more = yaml.safe_load(folder.joinpath("more.yaml").read_text(encoding="utf-8"))
    named = {one for some in more["asked"].values() for one in (*some["by"], *some.get("but", ()))}
    named |= {one for some in more["counted"].values() for one in (*some["free"], *some["may"])}
    assert named | {one for some in more["answered"].values() for one in some["by"]} <= known
    assert all(isinstance(one, str) for some in beyond.values() for one in some)
    assert all(
        isinstance(word, str) for one in blocks() for p in one.parameters for w in p.words.values() for word in w
    )
