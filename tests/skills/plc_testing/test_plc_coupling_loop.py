"""Closed loop with a tank: two-point control holds the level, both executors take the same course, jitter is drawn; a
PI controller against a unit of the Functional Mock-up Interface."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assay.cli.root import run
from assay.kernel.errors import InputError
from assay.models.mechanism import Inputs, Trajectory, Variable, input_table, time_grid
from assay.skills.plc.ir.nodes import Project
from assay.skills.plc.ir.types import BOOL, INT, REAL
from assay.skills.plc.run.machine import Machine, machine
from assay.skills.plc.testing.coupling import ModelProcess, Process, Wire, closed_loop
from assay.skills.plc.testing.layout import Layout
from assay.skills.plc.testing.running import Ran

SOURCE = """PROGRAM Level
VAR_INPUT level: REAL; raw: INT; full: BOOL; stop: BOOL; divisor: INT := 1; END_VAR
VAR_OUTPUT pump: BOOL; speed: REAL; END_VAR
VAR run: TON; longest: TIME; d: INT; END_VAR
IF level < 40.0 THEN pump := TRUE; ELSIF level > 60.0 OR full OR stop THEN pump := FALSE; END_IF
run(IN := pump, PT := T#1h); IF run.ET > longest THEN longest := run.ET; END_IF
speed := SEL(pump, 0.0, 1.0); IF level > 50.0 THEN d := 100 / divisor; END_IF
END_PROGRAM"""

SCAN = 100_000_000


class Tank:
    """Level in percent: the pump gives 2 % a second, the drain takes 0.5 %. ``levels``: what it gave so far."""

    def __init__(self, level: float = 10.0) -> None:
        self.first = self.level = level
        self.levels: list[float] = []

    def start(self, seconds: float) -> Mapping[str, float]:
        self.level, self.levels = self.first, []
        return self.given()

    def step(self, inputs: Mapping[str, float], seconds: float) -> Mapping[str, float]:
        self.level = min(100.0, max(0.0, self.level + seconds * (2.0 * inputs["pump"] - 0.5)))
        return self.given()

    def given(self) -> Mapping[str, float]:
        self.levels.append(self.level)
        return {"level": self.level, "raw": self.level * 327.67, "full": float(self.level > 95.0)}


class TankModel:
    """The same tank behind the port of mechanism models; the state is the level, which no description tells."""

    inputs = (Variable("pump", "1", "input", start=0.0),)
    outputs = (Variable("level", "%", "output"),)
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


ONE_WAY = (Wire("level", REAL, "level", True), Wire("pump", BOOL, "pump", False))
WIRES = (*ONE_WAY, Wire("raw", INT, "raw", True), Wire("full", BOOL, "full", True))


@pytest.fixture
def pair(checked: Callable[..., Project]) -> list[tuple[Machine, Layout]]:
    project = checked(SOURCE)
    unit = project.unit("Level")
    assert unit is not None
    return [(machine(project, "Level", backend=one), Layout(project, unit)) for one in ("python", "c")]


def course(runs: tuple[Machine, Layout], process: Process | None = None, wires: Any = WIRES, **more: int) -> Ran:
    asked = {"scans": 3000, "scan_ns": SCAN} | more
    return closed_loop(*runs, process or Tank(), wires, watch=["level", "raw", "longest"], **asked)


def test_the_level_is_held_between_its_limits(pair: list[tuple[Machine, Layout]]) -> None:
    tank = Tank()
    found = course(pair[0], tank)
    assert found.fault is None
    assert len(found.rows) == 3000
    settled = tank.levels[400:]
    assert 39.9 < min(settled) < max(settled) < 60.3
    assert found.rows[-1][0] == 2999 * SCAN
    assert found.rows[-1][1]["raw"] == round(tank.levels[-1] * 327.67)
    switched = sum(a["pump"] != b["pump"] for (_, a), (_, b) in zip(found.rows, found.rows[1:], strict=False))
    assert switched > 4


def test_both_executors_take_the_same_course(pair: list[tuple[Machine, Layout]]) -> None:
    courses = [course(one, jitter_ns=30_000_000, seed=7).rows for one in pair]
    assert courses[0] == courses[1]
    assert courses[0] != course(pair[0], jitter_ns=30_000_000, seed=8).rows
    steps = {b - a for (a, _), (b, _) in zip(courses[0], courses[0][1:], strict=False)}
    assert len(steps) > 1000
    assert 70_000_000 <= min(steps) < max(steps) <= 130_000_000


def test_a_mechanism_model_goes_on_where_it_stopped(pair: list[tuple[Machine, Layout]]) -> None:
    tank, model = Tank(), ModelProcess(TankModel(), 0.03)
    direct, modelled = (course(pair[1], process, ONE_WAY, scans=600).rows for process in (tank, model))
    assert [row["pump"] for _, row in direct] == [row["pump"] for _, row in modelled]
    assert modelled[0][1]["level"] == 10.0
    assert isinstance(model._state, float)
    assert model._state == pytest.approx(tank.levels[-1], abs=1e-6)


def test_a_fault_ends_the_loop(pair: list[tuple[Machine, Layout]]) -> None:
    tank = Tank()
    tank.given = lambda: {"level": tank.level, "zero": 0.0}  # type: ignore[method-assign]
    found = course(pair[0], tank, (*ONE_WAY, Wire("divisor", INT, "zero", True)))
    assert found.fault is not None
    assert found.fault.kind == "div_zero"
    assert 0 < len(found.rows) < 3000


def test_a_jitter_that_leaves_no_time_is_refused(pair: list[tuple[Machine, Layout]]) -> None:
    with pytest.raises(InputError, match="jitter must be below"):
        course(pair[0], jitter_ns=SCAN)


TANK_PY = """
from pythonfmu import Fmi2Causality, Fmi2Slave, Real


class Tank(Fmi2Slave):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.level, self.inflow, self.draw = 0.5, 0.0, 0.02
        self.register_variable(Real("inflow", causality=Fmi2Causality.input))
        self.register_variable(Real("draw", causality=Fmi2Causality.input))
        self.register_variable(Real("level", causality=Fmi2Causality.output))

    def do_step(self, t, dt):
        self.level += dt * (self.inflow - self.draw)
        return True
"""

PI = """PROGRAM LevelPI
VAR_INPUT level: REAL; setpoint: REAL := 1.0; END_VAR
VAR_OUTPUT valve: REAL; END_VAR
VAR integral: REAL; deviation: REAL; END_VAR
deviation := setpoint - level;
valve := LIMIT(0.0, 0.5 * deviation + integral, 0.1);
IF valve > 0.0 AND valve < 0.1 THEN integral := integral + 0.02 * deviation * 0.1; END_IF;
END_PROGRAM
"""


@pytest.mark.long
@pytest.mark.parametrize("backend", ["python", "c"])
def test_a_pi_controller_holds_the_level_of_a_mock_up_unit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], backend: str
) -> None:
    pytest.importorskip("fmpy")
    pytest.importorskip("pythonfmu")
    monkeypatch.chdir(tmp_path)
    Path("tank.py").write_text(TANK_PY, encoding="utf-8")
    Path("pi.st").write_text(PI, encoding="utf-8")
    for name, options in (("state", ["--handle-state", "--serialize-state"]), ("plain", [])):
        command = [sys.executable, "-m", "pythonfmu", "build", "-f", "tank.py", "-d", name, *options]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    asked = ["plc", "run", "pi.st", "--wire", "level=level", "--wire", "valve=inflow", "--scan", "100ms"]
    asked += ["--backend", backend, "--lang", "en"]
    Path("flow.csv").write_text("t_ms,setpoint\n0,1.0\n60000,0.8\n149900,\n", encoding="utf-8")
    loop = [*asked, "--model", "state/Tank.fmu", "--inputs", "flow.csv", "--out", "out.csv"]
    assert run(loop) == 0
    with open("out.csv", encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 1500
    levels = [float(row["level"]) for row in rows]
    assert levels[0] == 0.5  # The unit's own start, which its description does not tell.
    assert levels[599] == pytest.approx(1.0, abs=0.02)
    assert levels[-1] == pytest.approx(0.8, abs=0.05)
    assert float(rows[599]["valve"]) == pytest.approx(0.02, abs=0.005)
    assert run([*asked, "--model", "plain/Tank.fmu", "--scans", "3"]) == 2
    assert "use a model that keeps its state" in capsys.readouterr().err
