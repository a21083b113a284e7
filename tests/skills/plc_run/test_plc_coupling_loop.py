"""Closed loop with a tank: two-point control holds the level, both executors take the same course, jitter is drawn."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from plc_run_ir import both
from plc_run_st import checked

from assay.kernel.errors import InputError
from assay.models.mechanism import Inputs, Trajectory, Variable, input_table, time_grid
from assay.skills.plc.run.coupling import Course, ModelProcess, Process, Wiring, couple
from assay.skills.plc.run.machine import Machine

SOURCE = """PROGRAM Level
VAR_INPUT level: REAL; raw: INT; full: BOOL; stop: BOOL; divisor: INT := 1; END_VAR
VAR_OUTPUT pump: BOOL; speed: REAL; END_VAR
VAR run: TON; longest: TIME; d: INT; END_VAR
IF level < 40.0 THEN pump := TRUE; ELSIF level > 60.0 OR full OR stop THEN pump := FALSE; END_IF
run(IN := pump, PT := T#1h); IF run.ET > longest THEN longest := run.ET; END_IF
speed := SEL(pump, 0.0, 1.0); IF level > 50.0 THEN d := 100 / divisor; END_IF
END_PROGRAM"""


class Tank:
    """Level in percent: the pump gives 2 % a second, the drain takes 0.5 %."""

    def __init__(self, level: float = 10.0) -> None:
        self.first = self.level = level

    def start(self) -> Mapping[str, float]:
        self.level = self.first
        return self.given()

    def step(self, inputs: Mapping[str, float], seconds: float) -> Mapping[str, float]:
        self.level = min(100.0, max(0.0, self.level + seconds * (2.0 * inputs["pump"] - 0.5)))
        return self.given()

    def given(self) -> Mapping[str, float]:
        return {"level": self.level, "raw": self.level * 327.67, "full": float(self.level > 95.0)}


class TankModel:
    """The same tank behind the port of mechanism models; the state is the level."""

    inputs = (Variable("pump", "1", "input", start=0.0),)
    outputs = (Variable("level", "%", "output", start=10.0),)
    parameters = ()
    digest = "tank"

    def get_state(self) -> object | None:
        return 10.0

    def set_state(self, state: object | None) -> None:
        raise NotImplementedError

    def simulate(
        self,
        start: float,
        stop: float,
        step: float,
        inputs: Inputs | None = None,
        parameters: Mapping[str, float] | None = None,
        state: object | None = None,
    ) -> Trajectory:
        times = time_grid(start, stop, step)
        pump = input_table(self.inputs, inputs, times)["pump"]
        assert isinstance(state, float)
        levels = state + np.concatenate(([0.0], np.cumsum(np.diff(times) * (2.0 * pump[:-1] - 0.5))))
        return Trajectory(times, {"level": levels}, final_state=float(levels[-1]))


WIRING = Wiring({"level": "level", "raw": "raw", "full": "full"}, {"pump": "pump"}, {"stop": False})


@pytest.fixture(scope="module")
def pair() -> list[Machine]:
    return both(checked(SOURCE), "Level")


def course(machine: Machine, process: Process | None = None, **more: int) -> Course:
    asked = {"scans": 3000, "scan_ns": 100_000_000} | more
    return couple(machine, process or Tank(), WIRING, watch=["level", "raw", "longest"], **asked)


def test_the_level_is_held_between_its_limits(pair: list[Machine]) -> None:
    found = course(pair[0])
    assert found.fault is None
    assert len(found.rows) == 3000
    levels = [row.process["level"] for row in found.rows]
    settled = levels[400:]
    assert 39.9 < min(settled) < max(settled) < 60.3
    assert found.rows[-1].t_ns == 2999 * 100_000_000
    assert found.rows[-1].program["raw"] == round(levels[-1] * 327.67)
    switched = sum(a.program["pump"] != b.program["pump"] for a, b in zip(found.rows, found.rows[1:], strict=False))
    assert switched > 4


def test_both_executors_take_the_same_course(pair: list[Machine]) -> None:
    courses = [course(one, jitter_ns=30_000_000, seed=7) for one in pair]
    assert courses[0] == courses[1]
    assert courses[0] != course(pair[0], jitter_ns=30_000_000, seed=8)
    steps = {b.t_ns - a.t_ns for a, b in zip(courses[0].rows, courses[0].rows[1:], strict=False)}
    assert len(steps) > 1000
    assert 70_000_000 <= min(steps) < max(steps) <= 130_000_000


def test_a_mechanism_model_goes_on_where_it_stopped(pair: list[Machine]) -> None:
    wiring = Wiring({"level": "level"}, {"pump": "pump"}, {})
    direct, model = (
        couple(pair[1], process, wiring, scans=600, scan_ns=100_000_000)
        for process in (Tank(), ModelProcess(TankModel(), 0.03))
    )
    assert [row.program for row in direct.rows] == [row.program for row in model.rows]
    ends = [one.rows[-1].process["level"] for one in (direct, model)]
    assert ends[0] == pytest.approx(ends[1], abs=1e-6)


def test_a_fault_ends_the_loop(pair: list[Machine]) -> None:
    wiring = Wiring({"level": "level"}, {"pump": "pump"}, {"divisor": 0})
    found = couple(pair[0], Tank(), wiring, scans=3000, scan_ns=100_000_000)
    assert found.fault is not None
    assert found.fault.kind == "div_zero"
    assert 0 < len(found.rows) < 3000


def test_what_cannot_be_coupled_is_refused(pair: list[Machine]) -> None:
    with pytest.raises(InputError, match="jitter must be below"):
        course(pair[0], jitter_ns=100_000_000)
    with pytest.raises(InputError, match="no variable at"):
        couple(pair[0], Tank(), Wiring({"level": "nope"}, {}, {}), scans=2, scan_ns=1)
