"""Runs of the process in closed loop, from a settled start."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.models.tep.process import TepProcess, noise_seed
from assay.models.tep.scenario import NONE, Scenario, check_cause

TAGS: tuple[str, ...] = tuple(f"XMEAS_{i}" for i in range(1, 42)) + tuple(f"XMV_{i}" for i in range(1, 13))
Array = NDArray[np.float64]
DIVERGED = "the process left the range in which its model holds"


class ControlStructure(Protocol):
    """What a control structure must offer: periods, writable set points, and a memory that can be copied."""

    period_hours: float
    euler_hours: float
    measure_after: int  # Euler steps of a period after which the measurements are taken
    setpoints: dict[str, float]
    constants: dict[str, float]

    def reset(self, measured: Any) -> None: ...
    def step(self, measured: Any, time: float) -> list[float]: ...
    def write(self, tag: str, value: float) -> None: ...
    def memory(self) -> dict[str, Any]: ...
    def recall(self, memory: dict[str, Any]) -> None: ...


@dataclass(frozen=True, slots=True)
class Start:
    """A warm start: the plant's state and the controller's memory, kept together."""

    structure: str
    state: Array
    memory: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """A recorded run: ``values`` (rows, 53) in the order of ``TAGS`` every ``sample`` hours, first row at ``sample``.

    ``positions`` differ from the valve columns only for a stuck valve: they hold the actual position. ``trip`` is the
    shutdown message; rows after it do not exist.
    """

    scenario: Scenario
    sample: float
    values: Array
    positions: Array
    trip: str | None
    end: Start | None = field(default=None, repr=False)


def structure(name: str) -> ControlStructure:
    """A fresh control structure: ``ricker`` or ``braatz``."""
    if name == "ricker":
        from assay.models.tep.ricker import RickerController

        return RickerController()
    if name == "braatz":
        from assay.models.tep.braatz_structure import BraatzStructure

        return BraatzStructure()
    raise InputError("models.structure_unknown", name=name)


class Plant:
    """The process with its control structure, stepped one control period at a time."""

    def __init__(self, name: str, *, seed: float, start: Start | None = None, state: Array | None = None) -> None:
        self.name = name
        self.control = structure(name)
        self.process = TepProcess(self.control.euler_hours)
        self._steps = max(1, round(self.control.period_hours / self.control.euler_hours))
        self.measured = self.process.reset(seed, start.state if start else state)
        if start:
            self.control.recall(start.memory)
        self.commands = self.process.state[38:50].tolist()
        self.stuck: dict[int, float] = {}
        self.positions = list(self.commands)
        self.trip: str | None = None
        self._started = start is not None

    def begin(self, setpoints: dict[str, float] | None = None) -> None:
        """Start a cold controller at the given set points (those missing are taken from the measurements)."""
        self.control.setpoints.update(setpoints or {})
        self.control.reset(self.measured)
        self._started = True

    def tick(self) -> None:
        """One control period; sets ``trip`` when the plant shuts down or the model leaves the range where it holds."""
        self.commands = self.control.step(self.measured, self.process.time)
        self.positions = self.commands
        if self.stuck:
            self.positions = [self.stuck.get(i, value) for i, value in enumerate(self.commands)]
        before = self.control.measure_after
        self.process.advance(self.positions, before)
        self.measured = self.process.measure()
        if before < self._steps:
            self.process.advance(None, self._steps - before)
        self.trip = self.process.trip()
        if not math.isfinite(sum(self.measured)):
            self.trip = self.trip or DIVERGED

    def inject(self, scenario: Scenario) -> None:
        """Make the scenario's cause act from now on."""
        idv, valve, tag = scenario.idv, scenario.stuck_valve, scenario.operator_tag
        if idv is not None:
            self.process.set_disturbance(idv, scenario.magnitude)
        elif valve is not None:
            self.stuck[valve] = min(max(self.positions[valve] + scenario.magnitude, 0.0), 100.0)
        elif tag is not None:
            self.control.write(tag, self.value(tag) + scenario.magnitude)

    def value(self, tag: str) -> float:
        """The present set point or constant valve command of ``tag``."""
        if tag in self.control.setpoints:
            return self.control.setpoints[tag]
        if tag in self.control.constants:
            return self.control.constants[tag]
        raise InputError("models.tep_not_writable", tag=tag)

    def snapshot(self) -> Start:
        """A warm start at the present moment."""
        return Start(self.name, self.process.state, self.control.memory())


def simulate(
    start: Start,
    scenario: Scenario,
    hours: float,
    *,
    sample: float = 0.05,
    interventions: tuple[tuple[float, str, float], ...] = (),
    keep_end: bool = False,
    also: tuple[Scenario, ...] = (),
    stop: Callable[[Plant], bool] | None = None,
) -> Run:
    """Run ``hours`` from ``start`` with the scenario's cause (and those of ``also``).

    ``interventions`` are (time in hours, tag, value) writes to set points or constant valves, as an operator makes.
    """
    plant = Plant(start.structure, seed=noise_seed(scenario.seed, scenario.id), start=start)
    period = plant.control.period_hours
    every = max(1, round(sample / period))
    ticks = round(hours / period)
    pending = _schedule(plant, (scenario, *also), interventions)
    rows: list[list[float]] = []
    positions: list[list[float]] = []
    for tick in range(1, ticks + 1):
        while pending and plant.process.time >= pending[0][0] - 1e-9:
            pending.pop(0)[1]()
        plant.tick()
        if plant.trip is not None:
            break
        if tick % every == 0:
            rows.append(plant.measured + plant.commands)
            positions.append(list(plant.positions))
            if stop and stop(plant):
                break
    values = np.asarray(rows, dtype=np.float64).reshape(-1, len(TAGS))
    end = plant.snapshot() if keep_end else None
    return Run(scenario, sample, values, np.asarray(positions).reshape(-1, 12), plant.trip, end)


def _schedule(
    plant: Plant, scenarios: tuple[Scenario, ...], interventions: tuple[tuple[float, str, float], ...]
) -> list[tuple[float, Callable[[], None]]]:
    """What happens when, in order of time."""
    causes = [(s.onset, partial(plant.inject, s)) for s in scenarios if check_cause(s.id) != NONE]
    writes = [(time, partial(plant.control.write, tag, value)) for time, tag, value in interventions]
    return sorted([*causes, *writes], key=lambda item: item[0])


def settle(
    name: str,
    setpoints: dict[str, float] | None,
    state: Array | None,
    hours: float,
    *,
    seed: int,
    apart: float,
    n: int,
    constants: dict[str, float] | None = None,
) -> list[Start]:
    """``n`` settled starts, ``apart`` hours from one another, after ``hours`` at the set points.

    A start is a state of normal operation, not the nominal state: Mode 1 drifts for tens of hours from its nominal
    start. Raises InputError when the plant trips on the way: then these set points cannot be held.
    """
    plant = Plant(name, seed=noise_seed(seed, "settle"), state=state)
    plant.control.constants.update(constants or {})
    plant.begin(setpoints)
    starts: list[Start] = []
    period = plant.control.period_hours
    for k in range(n):
        for _ in range(round((hours if k == 0 else apart) / period)):
            plant.tick()
            if plant.trip is not None:
                raise InputError("models.settle_trip", problem=plant.trip)
        starts.append(plant.snapshot())
    return starts
