"""Amounts of a request: which are a parameter's, which are none, and which nobody can tell."""

from __future__ import annotations

from itertools import permutations

import pytest

from assay.skills.plc.blocks.block import Block, Parameter, block, blocks
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


@pytest.mark.parametrize(
    ("name", "request_", "values"),
    [
        ("alarm_lamp", "lamp on and off for three quarters of a second", {"BLINK": "T#750ms"}),
        ("delayed_start", "the siren sounds for a third of a minute", {"START_DELAY": "T#20s"}),
        ("clamp_press", "holding time two and a quarter seconds", {"PRESS_TIME": "T#2250ms"}),
        ("run_on", "再运行一整分钟", {"RUN_ON": "T#60s"}),
        ("run_on", "it runs on for a whole minute", {"RUN_ON": "T#60s"}),
        ("debounce", "滤波四分之一秒", {"STABLE_TIME": "T#250ms"}),
        ("debounce", "filter time 50 milisec", {"STABLE_TIME": "T#50ms"}),
        ("two_point_control", "回差零点二", {"HYSTERESIS": "0.2"}),
        ("band_control", "两米五停止，一米启动", {"OFF_AT": "2.5", "ON_AT": "1.0"}),
    ],
)
def test_parts_and_words_are_read_as_they_are_meant(name: str, request_: str, values: dict[str, str]) -> None:
    filled = read(name, request_)
    assert (dict(filled.values), filled.unused, filled.unclear) == (values, (), ())


def test_a_number_of_levels_is_no_limit() -> None:
    assert dict(read("analog_alarm", "四级限值报警，带死区").values) == {}
    assert dict(read("analog_alarm", "two upper and two lower thresholds with reset differential").values) == {}
    assert dict(read("pid", "gain four, reset two minutes").values) == {"KP": "4.0", "TI": "120.0"}


def test_a_program_that_counts_takes_the_one_number_of_things_whatever_they_are_called() -> None:
    assert dict(read("occupancy_counter", "red light when eighty are in there").values) == {"CAPACITY": "80"}
    assert dict(read("moving_average", "ring buffer, 50 entries").values) == {"N": "50"}
    assert dict(read("moving_average", "ring buffer for 6 sensors").values) == {}
    assert read("interlock_select", "七个仓一条皮带，工人常开两个插板").unclear == ("N",)
    assert read("interlock_select", "七个仓一条皮带，任意两个不能一起开").unclear == ()


def test_zero_as_a_word_is_a_state_or_a_button() -> None:
    assert dict(read("flow_totalizer", "how much went through since I last pressed zero").values) == {}
    assert dict(read("analog_input", "scale it from zero to 16 bar").values) == {"LOW": "0.0", "HIGH": "16.0"}


@pytest.mark.parametrize(
    ("name", "request_", "values"),
    [
        ("analog_input", "原始值6400对应0，32000对应120立方/小时，线性转换",
         {"RAW_LOW": "6400.0", "RAW_HIGH": "32000.0", "LOW": "0.0", "HIGH": "120.0"}),
        ("analog_input", "conductivity: 4 mA = 0 µS, 20 mA = 2000 µS", {"LOW": "0.0", "HIGH": "2000.0"}),
        ("analog_input", "the card gives 3277 to 16384 for my 4-20 mA transmitter, need that as 0 to 4.5 m",
         {"RAW_LOW": "3277.0", "RAW_HIGH": "16384.0", "LOW": "0.0", "HIGH": "4.5"}),
        ("analog_input", "0 to 5000 kg from a 4-20 mA scale", {"LOW": "0.0", "HIGH": "5000.0"}),
        ("pid", "valve opening never below 10 nor above 90 percent", {"OUT_LOW": "10.0", "OUT_HIGH": "90.0"}),
        ("pid", "阀门开度不得低于10%也不得高于90%", {"OUT_LOW": "10.0", "OUT_HIGH": "90.0"}),
        ("band_control", "空压机6公斤启8公斤停", {"ON_AT": "6.0", "OFF_AT": "8.0"}),
        ("analog_alarm", "alarm bits at 9, 8, 2 and 1 bar", {"HH": "9.0", "H": "8.0", "L": "2.0", "LL": "1.0"}),
        ("analog_alarm", "warn when it goes over 78 and again when it goes over 82; same below 72 and 70",
         {"H": "78.0", "HH": "82.0", "L": "72.0", "LL": "70.0"}),
    ],
)  # fmt: skip
def test_ranges_points_and_limits_go_where_they_belong(name: str, request_: str, values: dict[str, str]) -> None:
    filled = read(name, request_)
    assert (dict(filled.values), filled.unused, filled.unclear) == (values, (), ())


def test_limits_that_contradict_their_names_are_not_turned_round() -> None:
    filled = read("analog_alarm", "high high at 80, high at 90")
    assert dict(filled.values) == {"H": "90.0", "HH": "80.0"}
    assert read("analog_alarm", "alarms at 9, 2, 8 and 1 bar").unused == ("9", "2", "8", "1 bar")


def test_an_amount_that_is_a_parameters_twice_is_no_pause() -> None:
    filled = read("run_reverse_cycle", "30 s left, rest, 30 s right, ten times")
    assert dict(filled.values) == {"RUN_TIME": "T#30s", "CYCLES": "10"} and filled.unused == ()
    assert dict(read("run_reverse_cycle", "rotate, 2 s stop, rotate the opposite way, 2 s stop").values) == {
        "PAUSE_TIME": "T#2s"
    }
    both = read("cascade_start", "switch on one after another, 2 s apart, switch off in reverse order 2 s apart")
    assert dict(both.values) == {"START_DELAY": "T#2s", "STOP_DELAY": "T#2s"}


def test_two_different_times_for_one_parameter_stay_open() -> None:
    assert read("run_reverse_cycle", "20 s right, 5 s rest, 15 s left").unused == ("15 s",)


def test_a_bare_number_at_the_end_of_a_clause_is_not_dropped() -> None:
    assert read("short_cycle_guard", "runs for three minutes, once stopped it stays off for six.").unused == ("six",)


@pytest.mark.parametrize(
    ("name", "request_", "values"),
    [
        ("sequence", "分四步，每步只给半分钟，屏上有暂停和终止两个键", {"N": "4", "STEP_TIME": "T#30s"}),
        ("run_reverse_cycle", "顺转一分钟、停十秒、逆转一分钟、停十秒，共六轮",
         {"RUN_TIME": "T#60s", "PAUSE_TIME": "T#10s", "CYCLES": "6"}),
        ("quiz_buzzer", "六人抢答题，主持人清零", {"N": "6"}),
        ("quiz_buzzer", "两个灯有时候会一起亮，要改成只亮一个", {}),
        ("interlock_select", "八个料仓要同一台风机，不让两个一起上", {"N": "8"}),
        ("ramp", "the set-point may climb by no more than half a degree per second", {"RISE": "0.5"}),
        ("ramp", "去年爆了两次管，升、降各有各的快慢", {}),
        ("pid", "a controller that i can call every 200 ms, proportional and integral", {"PERIOD": "T#200ms"}),
        ("pump_dry_run", "ignore flow switch 20 s after pump start", {"STARTUP_TIME": "T#20s"}),
        ("reversing_starter", "change of direction only by way of the STOP button", {"STOP_FIRST": "TRUE"}),
        ("reversing_starter", "不允许不经停止直接换向，间隔不小于1秒", {"DEAD_TIME": "T#1s", "STOP_FIRST": "TRUE"}),
        ("short_cycle_guard", "after dropping out don't come back for 3 minutes, keep going 60 s at least",
         {"MIN_OFF": "T#180s", "MIN_ON": "T#60s"}),
        ("flasher", "two seconds tone, four seconds silence", {"ON_TIME": "T#2s", "OFF_TIME": "T#4s"}),
        ("shuttle", "it is charged for 10 s, travels to the right and is discharged for 5 s",
         {"LOAD_TIME": "T#10s", "UNLOAD_TIME": "T#5s"}),
        ("analog_input", "4-20 mA, 0 to 3.5 m, fault if it is off by more than 800 counts",
         {"LOW": "0.0", "HIGH": "3.5", "MARGIN": "800.0"}),
        ("batch_dosing", "剩3升只开小阀，剩0.2升全关", {"FINE_BAND": "3.0", "IN_FLIGHT": "0.2"}),
    ],
)  # fmt: skip
def test_amounts_are_found_by_what_people_call_them(name: str, request_: str, values: dict[str, str]) -> None:
    filled = read(name, request_)
    assert (dict(filled.values), filled.unused, filled.unclear) == (values, (), ())


@pytest.mark.parametrize(
    ("request_", "values", "inputs"),
    [
        ("热熔胶罐保持180度，174度加热棒投入，186度切除", {"HYSTERESIS": "6.0"}, {"SetPoint": "180.0"}),
        ("the compressor runs when it is 2 K above the wanted temperature and quits when it is 2 K below",
         {"HYSTERESIS": "2.0", "COOLING": "TRUE"}, {}),
        ("设定值减八度接通、设定值加八度断开", {"HYSTERESIS": "8.0"}, {}),
    ],
)  # fmt: skip
def test_two_points_around_the_set_point_are_its_hysteresis(
    request_: str, values: dict[str, str], inputs: dict[str, str]
) -> None:
    filled = read("two_point_control", request_)
    assert (dict(filled.values), dict(filled.inputs), filled.unused) == (values, inputs, ())


@pytest.mark.parametrize("request_", ["on 2 K above it and off 1 K below it", "2 K above it, 2 K below it"])
def test_two_points_that_are_not_as_far_or_do_not_say_which_way_stay_open(request_: str) -> None:
    filled = read("two_point_control", request_)
    assert "HYSTERESIS" not in filled.values and filled.unused


def test_half_a_dozen_is_six() -> None:
    assert dict(read("quiz_buzzer", "half a dozen pushbuttons, the first wins").values) == {"N": "6"}


def test_a_great_number_of_things_that_the_block_does_not_count_is_named() -> None:
    assert read("clamp_press", "夹紧后压装，满500件停机换箱").unused == ("500",)
    assert read("clamp_press", "夹紧后压装，两人操作").unused == ()


@pytest.mark.parametrize(
    ("name", "request_", "values"),
    [
        (
            "ramp",
            "Slew the reference, 5 % per second going up and 2 % per second coming down",
            {"RISE": "5.0", "FALL": "2.0"},
        ),
        (
            "ramp",
            "Slew the reference, 2 % per second coming down and 5 % per second going up",
            {"RISE": "5.0", "FALL": "2.0"},
        ),
        (
            "cascade_start",
            "Bring it up from the stockpile end with 8 sec between belts, and on shutdown drop the crusher belt first "
            "and each following one 20 s later",
            {"START_DELAY": "T#8s", "STOP_DELAY": "T#20s"},
        ),
        (
            "cascade_start",
            "停机时每台隔20秒，启动时每台隔8秒",
            {"START_DELAY": "T#8s", "STOP_DELAY": "T#20s"},
        ),
        (
            "analog_alarm",
            "38度提醒,41度严重,往下30提醒、26严重,回差0.5度,超了3秒",
            {"H": "38.0", "HH": "41.0", "L": "30.0", "LL": "26.0", "HYSTERESIS": "0.5", "DELAY": "T#3s"},
        ),
    ],
)
def test_the_word_of_its_own_clause_is_the_amounts(name: str, request_: str, values: dict[str, str]) -> None:
    filled = read(name, request_)
    assert (dict(filled.values), filled.unused, filled.unclear) == (values, (), ())


def test_a_grade_that_does_not_fit_its_side_is_not_taken() -> None:
    filled = read("analog_alarm", "41度提醒，38度严重")
    assert filled.unused or filled.unclear or filled.values.get("H") != "41.0"


_EN = ("7 s {0}, 11 s {1}", "{0} 7 s, {1} 11 s", "7 s {0} and 11 s {1}", "{0} and {1} 7 s and 11 s respectively")
_ZH = ("{0}7秒，{1}11秒", "7秒{0}，11秒{1}", "{0}和{1}分别为7秒和11秒")


def test_the_times_of_two_parameters_are_never_swapped() -> None:
    """Every two times of every block in both orders, named before the amount, behind it and respectively."""
    read_right = 0
    for one in blocks():
        named = [two for two in one.parameters if two.type == "TIME"]
        for first, second in permutations(named, 2):
            for language, forms in (("en", _EN), ("zh", _ZH)):
                words = [_word(two, language, one) for two in (first, second)]
                if None in words:
                    continue
                for form in forms:
                    request = form.format(*words)
                    filled = read_parameters(one, request)
                    if not (filled.unused or filled.unclear):
                        got = filled.values.get(first.name), filled.values.get(second.name)
                        assert got == ("T#7s", "T#11s"), (one.id, request)
                        read_right += 1
    assert read_right > 100


def _word(parameter: Parameter, language: str, one: Block) -> str | None:
    """The first word that only this parameter of the block has."""
    others = {
        word.lower() for two in one.parameters if two is not parameter for some in two.words.values() for word in some
    }
    return next(
        (word for word in parameter.words.get(language, ()) if word.lower() not in others and word != "*"), None
    )


@pytest.mark.parametrize(
    ("request_", "values"),
    [
        ("alarms, high and low 11 °C and 7 °C respectively", {"H": "11.0", "L": "7.0"}),
        ("alarms, low and high 7 and 11 °C respectively", {"L": "7.0", "H": "11.0"}),
        ("high and low limits 11 and 7 bar", {"H": "11.0", "L": "7.0"}),
        ("高低报警分别为11和7度", {"H": "11.0", "L": "7.0"}),
    ],
)
def test_two_names_and_two_amounts_belong_together_in_their_order(request_: str, values: dict[str, str]) -> None:
    one = block("analog_alarm")
    assert one is not None
    read = read_parameters(one, request_)
    assert {name: read.values.get(name) for name in values} == values and not (read.unused or read.unclear)
    # The outer limits are not asked for: they are out of reach.
    assert float(read.values["HH"]) > 1000.0 and float(read.values["LL"]) < -1000.0


def test_and_is_no_per_day() -> None:
    one = block("ramp")
    assert one is not None
    read = read_parameters(one, "ramp with 7 °C rise and 11 °C fall")
    assert dict(read.values) == {"RISE": "7.0", "FALL": "11.0"} and not (read.unused or read.unclear)


@pytest.mark.parametrize(
    ("request_", "clear"),
    [
        ("CIP: pre-rinse, caustic, rinse, acid, final rinse. No step longer than 20 min", False),
        ("CIP: pre-rinse, caustic, rinse, acid, final rinse, no step longer than 20 min", False),
        ("顺控：进水、加药、搅拌、沉淀、排水，每步最长5分钟", False),
        ("Sequence: fill, heat, stir, drain. No step longer than 20 min", True),
        ("Step sequence with 6 steps: fill, heat, stir, drain, rinse, dry", True),
        ("Step sequence with hold, abort and resume", True),
    ],
)
def test_steps_that_are_listed_and_not_counted_are_asked_about(request_: str, clear: bool) -> None:
    one = block("sequence")
    assert one is not None
    assert ("N" not in read_parameters(one, request_).unclear) is clear


def test_three_switches_are_what_two_of_three_votes_on() -> None:
    one = block("vote_2oo3")
    assert one is not None
    for request in (
        "装了3个开关，两个动了就停，有一个对不上超过8秒就报",
        "3 level switches, trip on two, alarm when one differs for 8 s",
    ):
        read = read_parameters(one, request)
        assert dict(read.values) == {"DISCREPANCY_TIME": "T#8s"} and not read.unused
