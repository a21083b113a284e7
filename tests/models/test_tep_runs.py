"""Runs: warm starts, causes, operators' moves, trips, and the plant that is stepped live."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

from assay.kernel.errors import InputError
from assay.models.tep.braatz_structure import FREE_SETPOINTS, BraatzStructure
from assay.models.tep.live import LiveTep
from assay.models.tep.operating import mode_point
from assay.models.tep.process import noise_seed
from assay.models.tep.ricker import mode_setpoints
from assay.models.tep.runs import TAGS, Plant, Start, settle, simulate, structure
from assay.models.tep.scenario import OPERATOR_STEPS, Scenario, check_cause, draw_magnitude

pytest.importorskip("tep_studio", reason="needs the extra tep")


@cache
def start(name: str = "ricker") -> Start:
    return settle(name, None if name == "braatz" else mode_setpoints(1), None, 6.0, seed=2, apart=1.0, n=1)[0]


def column(values: np.ndarray, tag: str) -> np.ndarray:
    return values[:, TAGS.index(tag)]


@pytest.mark.parametrize("name", ["ricker", "braatz"])
def test_a_warm_start_continues_the_plant(name: str) -> None:
    """State and controller memory together: continued from a snapshot, the plant does not jump; noise alone differs."""
    plant = Plant(name, seed=noise_seed(1))
    plant.begin(None if name == "braatz" else mode_setpoints(1))
    ticks = round(1.0 / plant.control.period_hours)
    for _ in range(4 * ticks):
        plant.tick()
    kept = plant.snapshot()
    for _ in range(ticks):
        plant.tick()
    again = simulate(kept, Scenario("none", 0.0, 0.0, 3), 1.0).values
    twin = simulate(kept, Scenario("none", 0.0, 0.0, 4), 1.0).values
    # An hour later they differ by what noise feeds back: pressures by some kPa, the level by a per cent.
    for values in (plant.measured, twin[-1]):
        assert np.abs(np.array(values[:13]) - again[-1, :13])[[6, 7, 12]] == pytest.approx([0, 0, 0], abs=30)
        assert abs(values[7] - again[-1, 7]) < 4.0
    assert np.abs(again[0, 41:] - np.array(kept.state[38:50])).max() < 12.0
    assert abs(again[:, 8].mean() - 120.40) < 0.2


def test_a_snapshot_continues_exactly_without_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    """With true values instead of measured ones the continued and the uninterrupted run are one."""

    def quiet(self: Plant) -> None:
        self.commands = self.control.step(steady(self), self.process.time)
        self.positions = self.commands
        self.process.advance(self.positions, 10)

    def steady(plant: Plant) -> list[float]:
        # Any deterministic function of the state will do as measurements near the set points.
        base = [0.25, 3664.0, 4509.0, 9.35, 26.9, 42.3, 2705.0, 75.0, 120.4, 0.337, 80.1, 50.0, 2634.0, 25.2, 50.0]
        base += [3102.0, 22.95, 65.7, 230.3, 341.4, 94.6, 77.3, 32.2, 8.9, 26.4, 6.9, 18.8, 1.66, 33.0, 13.8, 24.0, 1.3]
        base += [18.6, 2.3, 4.8, 2.3, 0.018, 0.836, 0.099, 53.7, 43.8]
        wobble = float(np.tanh(plant.process.state[:10].sum() / 1e3))
        return [value * (1 + 1e-3 * wobble) for value in base]

    monkeypatch.setattr(Plant, "tick", quiet)
    one = Plant("ricker", seed=noise_seed(1))
    one.begin(mode_setpoints(1))
    for _ in range(60):
        one.tick()
    two = Plant("ricker", seed=noise_seed(9), start=one.snapshot())
    for _ in range(60):
        one.tick()
        two.tick()
    # The clock of the continued run starts at zero; set points ramp by elapsed time.
    assert two.commands == pytest.approx(one.commands, abs=1e-6)
    assert np.abs(one.process.state - two.process.state).max() < 1e-5 * np.abs(one.process.state).max()


def test_rows_come_at_the_sampling_interval() -> None:
    run = simulate(start(), Scenario("none", 0.0, 0.0, 1), 1.0, sample=0.05)
    assert run.values.shape == (20, 53) and run.positions.shape == (20, 12) and run.trip is None and run.end is None
    fine = simulate(start(), Scenario("none", 0.0, 0.0, 1), 1.0, sample=0.01, keep_end=True)
    assert np.array_equal(fine.values[4::5], run.values) and fine.end is not None


def test_a_stuck_valve_stays_while_its_command_moves() -> None:
    run = simulate(start(), Scenario("stuck:XMV_10", -5.0, 0.5, 6), 2.0)
    command, position = column(run.values, "XMV_10"), run.positions[:, 9]
    assert np.array_equal(command[:10], position[:10])
    assert np.ptp(position[11:]) == 0.0 and np.ptp(command[11:]) > 1.0
    assert position[-1] == pytest.approx(position[9] - 5.0, abs=3.0)
    low = simulate(start(), Scenario("stuck:XMV_9", -500.0, 0.0, 6), 0.2)
    assert low.positions[-1, 8] == 0.0 and column(low.values, "XMV_9")[-1] > 0.0


def test_an_operators_move_and_an_intervention_are_the_same_write() -> None:
    moved = simulate(start(), Scenario("operator:SP_SEPARATOR_LEVEL", 10.0, 0.5, 6), 3.0)
    assert column(moved.values, "XMEAS_12")[-20:].mean() == pytest.approx(60.0, abs=2.5)
    valve = simulate(start(), Scenario("operator:XMV_5", 10.0, 0.5, 6), 1.0)
    assert np.diff(column(valve.values, "XMV_5")).max() == pytest.approx(10.0)
    now = simulate(start(), Scenario("none", 0.0, 0.0, 6), 1.0, interventions=((0.5, "XMV_5", 40.0),))
    assert (column(now.values, "XMV_5")[11:] == 40.0).all() and (column(now.values, "XMV_5")[:9] != 40.0).all()


def test_a_trip_ends_the_run() -> None:
    run = simulate(start(), Scenario("stuck:XMV_11", -100.0, 0.25, 6), 10.0)
    assert run.trip and len(run.values) < 200 and np.isfinite(run.values).all()


def test_two_causes_at_once_and_a_stop() -> None:
    both = simulate(start(), Scenario("IDV4", 1.0, 0.5, 6), 1.5, also=(Scenario("operator:XMV_5", 10.0, 1.0, 6),))
    alone = simulate(start(), Scenario("IDV4", 1.0, 0.5, 6), 1.5)
    assert np.array_equal(both.values[:19], alone.values[:19])
    assert column(both.values, "XMV_5")[-1] == column(alone.values, "XMV_5")[-1] + 10.0
    stopped = simulate(start(), Scenario("none", 0.0, 0.0, 6), 5.0, stop=lambda plant: plant.process.time > 0.4)
    assert 8 <= len(stopped.values) <= 10


@pytest.mark.parametrize("cause", ["IDV29", "IDV0", "stuck:XMV_13", "stuck:XMEAS_1", "", "fire", "operator:XMV_10"])
def test_an_unknown_cause_is_refused_not_ignored(cause: str) -> None:
    """A cause that cannot be put into the process must not pass for normal operation."""
    with pytest.raises(InputError):
        simulate(start(), Scenario(cause, 1.0, 0.1, 6), 0.5)


def test_causes_by_name() -> None:
    for cause in ("none", "IDV1", "IDV28", "stuck:XMV_12", "operator:SP_YA"):
        assert check_cause(cause) == cause
    for cause in ("IDV29", "idv1", "stuck:XMV_0", "IDV1 ", ""):
        with pytest.raises(InputError):
            check_cause(cause)


def test_magnitudes_stay_in_their_ranges() -> None:
    rng = np.random.default_rng(1)
    idv = [draw_magnitude("IDV4", rng) for _ in range(200)]
    assert 0.5 <= min(idv) and max(idv) <= 1.0
    moves = [draw_magnitude("operator:SP_YA", rng) for _ in range(200)]
    low, high = OPERATOR_STEPS["SP_YA"]
    assert all(low <= abs(m) <= high for m in moves) and min(moves) < 0 < max(moves)
    stuck = [draw_magnitude("stuck:XMV_3", rng) for _ in range(200)]
    assert stuck.count(0.0) > 20 and max(abs(m) for m in stuck) <= 20.0


def test_unknown_structure_and_set_points_that_cannot_be_held() -> None:
    with pytest.raises(InputError, match="fuzzy"):
        structure("fuzzy")
    with pytest.raises(InputError):
        settle("ricker", mode_setpoints(1) | {"SP_REACTOR_PRESSURE": 3200.0}, None, 30.0, seed=1, apart=1.0, n=1)
    with pytest.raises(InputError, match="7"):
        mode_point("ricker", 7)


def test_the_braatz_loops_hold_the_plant_for_an_hour() -> None:
    run = simulate(start("braatz"), Scenario("none", 0.0, 0.0, 1), 1.0)
    assert run.trip is None and len(run.values) == 20
    for tag, level, spread in (("XMEAS_9", 120.4, 0.2), ("XMEAS_8", 75.0, 2.0), ("XMEAS_12", 50.0, 4.0)):
        assert column(run.values, tag).mean() == pytest.approx(level, abs=spread)


def test_the_braatz_structure_writes_free_set_points_only() -> None:
    control = BraatzStructure()
    assert "SP_REACTOR_COOLANT_TEMPERATURE" not in FREE_SETPOINTS and "SP_REACTOR_TEMPERATURE" in FREE_SETPOINTS
    control.reset([0.0] * 41)
    control.write("SP_REACTOR_TEMPERATURE", 121.0)
    control.write("XMV_12", 60.0)
    assert control.setpoints["SP_REACTOR_TEMPERATURE"] == 121.0 and control.constants["XMV_12"] == 60.0
    memory = control.memory()
    other = BraatzStructure()
    other.recall(memory)
    assert other.memory() == memory
    for tag in ("SP_REACTOR_COOLANT_TEMPERATURE", "XMV_10", "SP_YA"):
        with pytest.raises(InputError):
            control.write(tag, 1.0)


@pytest.fixture(scope="module")
def live() -> LiveTep:
    return LiveTep("ricker", mode=1, seed=3)


def test_a_live_plant_advances_and_obeys(live: LiveTep) -> None:
    before = dict(live.values())
    assert set(before) == set(live.tags()) and {"SP_REACTOR_LEVEL", "XMEAS_41", "XMV_12"} <= set(before)
    hours = live.hours
    live.advance(0.5)
    assert live.hours == pytest.approx(hours + 0.5) and live.values()["XMEAS_7"] != before["XMEAS_7"]
    live.write("SP_REACTOR_TEMPERATURE", 121.0)
    live.write("XMV_5", 30.0)
    assert live.values()["SP_REACTOR_TEMPERATURE"] == 121.0 and live.values()["XMV_5"] == 30.0
    live.advance(0.5)
    assert live.values()["XMEAS_9"] == pytest.approx(121.0, abs=0.3) and live.values()["XMV_5"] == 30.0
    assert live.tripped is None


def test_a_live_plant_refuses_bad_writes_and_disturbances(live: LiveTep) -> None:
    for tag, value in (("SP_YA", math.nan), ("SP_YA", math.inf), ("XMV_5", 101.0), ("XMV_5", -1.0), ("XMV_10", 5.0)):
        with pytest.raises(InputError):
            live.write(tag, value)
    for idv, magnitude in ((0, 1.0), (29, 1.0), (4, 0.0), (4, 1.5), (4, math.nan)):
        with pytest.raises(InputError):
            live.start_disturbance(idv, magnitude)
    with pytest.raises(InputError):
        live.stop_disturbance(29)


def test_a_live_plant_that_trips_stands_still() -> None:
    plant = LiveTep("ricker", mode=1, seed=3)
    plant.start_disturbance(6, 1.0)
    plant.advance(24.0)
    assert plant.tripped and plant.hours < 24.0
    values, hours = dict(plant.values()), plant.hours
    plant.advance(1.0)
    assert plant.values() == values and plant.hours == hours
