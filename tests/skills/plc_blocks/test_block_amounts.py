"""Amounts of a request: which are a parameter's, which are none, and which nobody can tell."""

from __future__ import annotations

import pytest

from assay.skills.plc.blocks.block import block
from assay.skills.plc.blocks.filling import Filled, read_parameters


def read(name: str, request: str) -> Filled:
    one = block(name)
    assert one is not None
    return read_parameters(one, request)


@pytest.mark.parametrize(
    ("name", "request_", "values"),
    [
        ("run_on", "Lab sheet 5: the fan runs on for 30 s after B1 has gone to 0", {"RUN_ON": "T#30s"}),
        ("run_on", "实验五：B1变为0后风机再运转30秒", {"RUN_ON": "T#30s"}),
        ("star_delta", "Tender item 3.4: star 6 s", {"STAR_TIME": "T#6s"}),
        ("run_hours", "Tender, section 5.3: service every 500 hours", {"SERVICE_HOURS": "500"}),
        ("star_delta", "按第5.3条要求，星形6秒", {"STAR_TIME": "T#6s"}),
        ("clamp_press", "Lab task 8, cylinder 1A clamps, cylinder 2A stamps. 2A stays for 2 s, then 1A retracts.",
         {"PRESS_TIME": "T#2s"}),
        ("emergency_stop", "stop category 0; I0.1一直为1则不通，Q0.0立刻断", {}),
        ("occupancy_counter", "车位120，进车加1，出车减1，满了亮灯", {"CAPACITY": "120"}),
        ("traffic_light", "basic 4-way stop light, yellow 4 s", {"YELLOW": "T#4s"}),
        ("vote_2oo3", "shut down when at least 2 agree", {}),
        ("band_control", "only a 4-20 transmitter there; on at 5.5 bar and off at 7.5",
         {"ON_AT": "5.5", "OFF_AT": "7.5"}),
        ("pulse_stretch", "the robot misses it half of the time, 250 ms please", {"LENGTH": "T#250ms"}),
    ],
)  # fmt: skip
def test_numbers_that_are_names_states_or_kinds_are_no_amounts(
    name: str, request_: str, values: dict[str, str]
) -> None:
    filled = read(name, request_)
    assert (dict(filled.values), filled.unused, filled.unclear) == (values, (), ())


def test_figures_that_a_parameter_or_a_demand_means_stay() -> None:
    assert dict(read("first_out_alarm", "6-way first out alarm").values) == {"N": "6"}
    assert dict(read("pid", "增益为1，积分时间20秒").values) == {"KP": "1.0", "TI": "20.0"}
    assert dict(read("band_control", "on at 0, off at 1").values) == {"ON_AT": "0.0", "OFF_AT": "1.0"}
    assert read("ramp", "the task 10 s later").unused == ("10 s",)
    assert read("start_stop", "the motor trips at 5A").unused == ("5A",)


@pytest.mark.parametrize(
    ("name", "request_", "named"),
    [
        ("valve_feedback", "几秒内没到位就报警", ()),
        ("vote_2oo3", "say it when the odd one differs for longer than a few seconds", ()),
        ("short_cycle_guard", "压缩机断开之后要隔几分钟才能再合", ()),
        ("run_hours", "显示一共开了多少个小时", ()),
        ("valve_feedback", "若在T秒内未到位则报警", ()),
        ("stair_light", "the light stays on for a few seconds", ("a few seconds",)),
        ("debounce", "按钮消抖，稳定几秒", ("几秒",)),
        ("toggle_button", "wait a few seconds", ("a few seconds",)),
    ],
)
def test_a_time_without_a_number_leaves_a_default_that_is_such_a_time(
    name: str, request_: str, named: tuple[str, ...]
) -> None:
    filled = read(name, request_)
    assert (dict(filled.values), filled.unused) == ({}, named)


def test_an_amount_said_twice_is_not_given_to_a_second_parameter() -> None:
    filled = read("run_reverse_cycle", "正转2分钟，反转2分钟，中间停一停，做满15个循环结束")
    assert dict(filled.values) == {"RUN_TIME": "T#120s", "CYCLES": "15"} and filled.unused == ()
