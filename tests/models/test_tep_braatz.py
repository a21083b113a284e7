"""The Braatz controller: its table, its arithmetic, its memory, and the plant under it."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.kernel.errors import InputError
from assay.models.tep.braatz import BraatzController, ControllerState
from assay.models.tep.braatz_loops import BASE_XMV, LOOPS, PURGE_OVERRIDE

np = pytest.importorskip("numpy")

SPAN = {loop.name: loop.span for loop in LOOPS}

# Means of the public fault-free test set d00_te (960 samples, 3 minutes apart), rounded, with its standard deviations.
D00 = {
    "XMEAS_1": (0.2502, 0.031),
    "XMEAS_5": (26.902, 0.205),
    "XMEAS_7": (2705.7, 6.9),
    "XMEAS_8": (75.02, 0.53),
    "XMEAS_9": (120.40, 0.020),
    "XMEAS_12": (49.93, 1.03),
    "XMEAS_13": (2634.4, 7.2),
    "XMEAS_15": (49.96, 1.04),
    "XMEAS_17": (22.91, 0.60),
    "XMEAS_21": (94.605, 0.128),
    "XMEAS_40": (53.71, 0.50),
}


def base_xmeas() -> list[float]:
    """Measured values that are exactly on every set point."""
    values = [0.0] * 41
    for loop in LOOPS:
        values[int(loop.measured.removeprefix("XMEAS_")) - 1] = loop.setpoint
    values[12] = PURGE_OVERRIDE.release
    return values


def ready() -> BraatzController:
    controller = BraatzController()
    controller.reset(base_xmeas(), BASE_XMV)
    return controller


def test_table_is_whole_and_consistent() -> None:
    names = [loop.name for loop in LOOPS]
    assert len(names) == len(set(names)) == 19
    assert {loop.manipulated for loop in LOOPS if loop.manipulated.startswith("XMV_")} == {
        f"XMV_{n}" for n in range(1, 12)
    }
    for loop in LOOPS:
        assert loop.manipulated.startswith("XMV_") or loop.manipulated in names
        assert loop.span > 0 and loop.period in (3, 360, 900) and loop.gain != 0
        assert loop.reset_time is None or loop.reset_time > 0


def test_on_set_point_nothing_moves() -> None:
    controller = ready()
    for second in range(3, 3601, 3):
        assert controller.step(base_xmeas(), second) == pytest.approx(list(BASE_XMV), abs=1e-9)


def test_proportional_loop_moves_by_gain_times_error() -> None:
    controller = ready()
    xmeas = base_xmeas()
    xmeas[11] += 0.7  # separator level, 1 % of its span of 70 %
    xmv = controller.step(xmeas, 3)
    assert xmv[6] == pytest.approx(BASE_XMV[6] + 2.06)
    assert controller.step(xmeas, 6)[6] == pytest.approx(xmv[6])  # velocity form: no further move for the same error


def test_integral_loop_keeps_moving() -> None:
    controller = ready()
    xmeas = base_xmeas()
    xmeas[16] -= 0.46  # stripper underflow, 1 % of its span of 46 m3/h
    first = controller.step(xmeas, 3)[10]
    second = controller.step(xmeas, 6)[10]
    assert first == pytest.approx(BASE_XMV[10] + 1.09 * (1 + 3 / 2600))
    assert second - first == pytest.approx(1.09 * 3 / 2600)


def test_cascade_moves_the_inner_set_point_three_seconds_before_the_valve() -> None:
    controller = ready()
    xmeas = base_xmeas()
    xmeas[8] += 1.5  # reactor temperature, 1 % of its span
    before = controller.setpoints["reactor_coolant_temperature"]
    xmv = controller.step(xmeas, 3)
    move = -28.3 * (1 + 3 / 982) * 1.5
    assert controller.setpoints["reactor_coolant_temperature"] == pytest.approx(before + move)
    assert xmv[9] == pytest.approx(BASE_XMV[9])
    assert controller.step(xmeas, 6)[9] > BASE_XMV[9] + 40  # cooler water wanted: the coolant valve opens


def test_composition_loops_wait_for_their_period() -> None:
    controller = ready()
    xmeas = base_xmeas()
    xmeas[22] -= 1.0  # A in the reactor feed
    xmeas[37] += 0.016  # E in the product
    a_feed, stripper = controller.setpoints["a_feed_flow"], controller.setpoints["stripper_temperature"]
    for second in range(3, 360, 3):
        controller.step(xmeas, second)
    assert controller.setpoints["a_feed_flow"] == a_feed
    controller.step(xmeas, 360)
    assert controller.setpoints["a_feed_flow"] == pytest.approx(a_feed + 18 * (1 + 360 / 3168) * 1.017 / 100)
    assert controller.setpoints["stripper_temperature"] == stripper
    controller.step(xmeas, 900)
    assert controller.setpoints["stripper_temperature"] == pytest.approx(stripper + 3.26 * (1 + 900 / 12408) * 1.3)


@pytest.mark.parametrize("second", [0, 1, 2, 4, 361, 3.6, -3])
def test_between_periods_the_valves_are_held(second: float) -> None:
    controller = ready()
    state = controller.state()
    xmeas = [value + 1 for value in base_xmeas()]
    assert controller.step(xmeas, second) == list(BASE_XMV)
    assert controller.state() == state


def test_purge_override_opens_holds_and_releases() -> None:
    controller = ready()
    xmeas = base_xmeas()
    for second, pressure, valve in [(3, 2960.0, 100.0), (6, 2700.0, 100.0), (9, 2600.0, PURGE_OVERRIDE.valve)]:
        xmeas[12] = pressure
        assert controller.step(xmeas, second)[5] == valve
    xmeas[12] = 2640.0
    assert controller.step(xmeas, 12)[5] == pytest.approx(PURGE_OVERRIDE.valve)
    for second, pressure, valve in [(15, 2290.0, 0.0), (18, 2600.0, 0.0), (21, 2640.0, PURGE_OVERRIDE.valve)]:
        xmeas[12] = pressure
        assert controller.step(xmeas, second)[5] == valve
    assert controller.state().override == 0


def test_set_points_are_checked_and_acted_on() -> None:
    controller = ready()
    controller.setpoints["separator_level"] = 57.0  # 10 % of span
    assert controller.step(base_xmeas(), 3)[6] == pytest.approx(BASE_XMV[6] - 20.6)
    with pytest.raises(InputError, match="no_such_loop"):
        controller.setpoints["no_such_loop"] = 1.0
    with pytest.raises(InputError, match="finite"):
        controller.setpoints["reactor_level"] = math.nan
    with pytest.raises(InputError, match="finite"):
        controller.setpoints.update(reactor_level=math.inf)
    with pytest.raises(InputError, match="removed"):
        del controller.setpoints["reactor_level"]
    with pytest.raises(InputError, match="XMEAS_8"):
        BraatzController({"XMEAS_8": 70.0})
    other = BraatzController({"reactor_level": 70.0})
    other.reset(base_xmeas(), BASE_XMV)
    assert other.setpoints["reactor_level"] == 70.0


@pytest.mark.parametrize(
    ("xmeas", "t"),
    [([1.0] * 40, 3), ([], 3), ([1.0] * 40 + [math.nan], 3), ([math.inf] + [1.0] * 40, 3), ([1.0] * 41, math.nan)],
)
def test_bad_measurements_are_refused_and_change_nothing(xmeas: list[float], t: float) -> None:
    controller = ready()
    state = controller.state()
    with pytest.raises(InputError) as caught:
        controller.step(xmeas, t)
    assert controller.state() == state
    assert caught.value.render("zh") != caught.value.render("en")


@given(st.lists(st.lists(st.floats(-5000, 5000), min_size=41, max_size=41), min_size=1, max_size=4))
def test_valves_stay_in_range_and_a_restored_state_continues_alike(rows: list[list[float]]) -> None:
    one = ready()
    one.step(rows[0], 3)
    two = BraatzController()
    two.restore(json.loads(json.dumps(one.state())))
    assert two.state() == one.state() and isinstance(two.state(), ControllerState)
    for k, row in enumerate(rows):
        xmv = one.step(row, 360 * (k + 1))
        assert xmv == two.step(np.array(row), 360 * (k + 1))
        assert all(0.0 <= value <= 100.0 for value in xmv)


@pytest.mark.parametrize("state", [(), None, ([1.0] * 12, [0.0], [0.0], 0), "text"])
def test_unfit_states_are_refused(state: Sequence[object]) -> None:
    controller = ready()
    kept = controller.state()
    with pytest.raises(InputError):
        controller.restore(state)
    assert controller.state() == kept


def simulate(hours: float, disturbance: int = 0, at_hour: float = 0.0) -> tuple[list[list[float]], str]:
    """The plant under the controller, recorded every 3 minutes; and the trip's message or an empty text.

    In the order of the recording program: control, measure, then an Euler step; the controller reads values that are
    one second old.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # third-party import only
        core = pytest.importorskip("tep_studio.simulation.core")
    process = core.TennesseeEastmanProcess(ms_flag=0x6F)
    xmeas, _ = process.reset(seed=1431902567.0)
    kernel, state = process.kernel, process.state.copy()
    controller = BraatzController()
    controller.reset(xmeas, state[38:50])
    flags, step, rows = np.zeros(28), 1 / 3600, []
    for second in range(1, int(hours * 3600) + 1):
        if second % 3 == 0:
            if disturbance and second >= at_hour * 3600:
                flags[disturbance - 1] = 1.0
            xmv = controller.step(xmeas, second)
            kernel.set_inputs(xmv, flags)
            if second % 180 == 0:
                rows.append([*xmeas, *xmv])
        if second % 3 == 2:
            xmeas = kernel.outputs((second - 1) * step, state)["measurements"]
            code, message = kernel.shutdown_status()
            if code:
                return rows, message
        state = state + step * kernel.derivatives((second - 1) * step, state)
    return rows, ""


def column(rows: list[list[float]], tag: str) -> list[float]:
    number = int(tag.rpartition("_")[2]) - 1
    return [row[number if tag.startswith("XMEAS") else 41 + number] for row in rows]


def assert_near(rows: list[list[float]], mean: float, spread: Callable[[float], bool]) -> None:
    for tag, (real_mean, real_std) in D00.items():
        values = np.array(column(rows, tag))
        assert abs(values.mean() - real_mean) < mean * real_std, tag
        assert spread(values.std() / real_std), tag


def test_plant_stays_at_the_base_case() -> None:
    rows, trip = simulate(2.0)
    assert trip == "" and len(rows) == 40
    assert_near(rows, 1.0, lambda ratio: ratio < 1.5)


@pytest.mark.long
def test_a_day_looks_like_the_public_data() -> None:
    rows, trip = simulate(25.0)
    assert trip == ""
    assert_near(rows, 0.6, lambda ratio: 0.6 < ratio < 1.5)


@pytest.mark.long
def test_faults_end_where_the_public_data_end() -> None:
    rows, trip = simulate(14.0, disturbance=1, at_hour=1.0)
    assert trip == ""
    tail = rows[-60:]
    assert np.mean(column(tail, "XMV_3")) == pytest.approx(74.7, abs=5.0)  # d01_te, 10 to 13 h after the fault
    assert np.mean(column(tail, "XMEAS_4")) == pytest.approx(8.69, abs=0.1)
    rows, trip = simulate(8.0, disturbance=6, at_hour=1.0)
    assert "Pressure" in trip  # d06_te stops at 3000 kPa, 5.95 h after the fault
    assert len(rows) * 0.05 - 1.0 == pytest.approx(5.95, abs=0.5)
