"""A program in closed loop with a process: what the process gives is read at the start of a scan, what the program sets
holds for the process until the next one. The time between scans may vary, as it does in a plant.

A process is anything with a step (:class:`Process`): a function of a few lines, or a mechanism model of
``assay.models`` (a unit of the Functional Mock-up Interface, a simulator of ours) through :class:`ModelProcess`.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from assay.kernel.errors import InputError
from assay.skills.plc.run.machine import Fault, Machine

if TYPE_CHECKING:
    from assay.models.mechanism import MechanismModel

Scalar = bool | int | float


class Process(Protocol):
    """A process that can be stepped. Names are its own; values are numbers or BOOL."""

    def start(self) -> Mapping[str, Scalar]:
        """Back to its beginning; what it gives there."""

    def step(self, inputs: Mapping[str, Scalar], seconds: float) -> Mapping[str, Scalar]:
        """Go on by ``seconds`` with inputs that hold; what it gives then."""


class ModelProcess:
    """A mechanism model as a process. ``step_s``: its own grid within a scan (seconds); a scan is cut into equal parts
    that are not longer. Raises InputError when the model cannot go on from the state it stopped in."""

    def __init__(self, model: MechanismModel, step_s: float, parameters: Mapping[str, float] | None = None) -> None:
        self.model, self.step_s, self.parameters = model, step_s, parameters
        self._time, self._state = 0.0, model.get_state()

    def start(self) -> Mapping[str, Scalar]:
        self._time, self._state = 0.0, self.model.get_state()
        return {one.name: one.start or 0.0 for one in self.model.outputs}

    def step(self, inputs: Mapping[str, Scalar], seconds: float) -> Mapping[str, Scalar]:
        if seconds <= 0.0:
            return {}
        step = seconds / max(1, math.ceil(seconds / self.step_s - 1e-9))
        stop = self._time + seconds
        given = {name: float(value) for name, value in inputs.items()}
        ended = self.model.simulate(self._time, stop, step, given, self.parameters, self._state)
        if ended.final_state is None:
            raise InputError("plc_run.coupling_state")
        self._time, self._state = stop, ended.final_state
        return {name: float(column[-1]) for name, column in ended.columns.items()}


@dataclass(frozen=True, slots=True)
class Wiring:
    """``sensors``: process name -> path of the program that reads it; ``actuators``: path of the program -> process
    name that it drives. ``fixed``: paths that hold a value all the time."""

    sensors: Mapping[str, str]
    actuators: Mapping[str, str]
    fixed: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Row:
    """After a scan: its time since the start, the program's values by path, and what the process gave for it."""

    t_ns: int
    program: Mapping[str, object]
    process: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class Course:
    """A run: a row a scan, and the fault that ended it early."""

    rows: tuple[Row, ...]
    fault: Fault | None


def couple(
    machine: Machine,
    process: Process,
    wiring: Wiring,
    *,
    scans: int,
    scan_ns: int,
    jitter_ns: int = 0,
    seed: int = 0,
    watch: Sequence[str] = (),
) -> Course:
    """Run both from a cold start. The time between scans is ``scan_ns`` and up to ``jitter_ns`` more or less, drawn
    from ``seed``: the same seed gives the same course. Raises InputError for a path that is not there, or when the
    jitter leaves no time between scans."""
    if not 0 <= jitter_ns < scan_ns:
        raise InputError("plc_run.coupling_step", scan_ms=scan_ns / 1e6, jitter_ms=jitter_ns / 1e6)
    rng = random.Random(seed)
    machine.reset()
    given = dict(process.start())
    paths = [*watch, *wiring.actuators]
    rows: list[Row] = []
    waited = 0
    for number in range(scans):
        inputs = {path: measured(machine.read(path), given[name]) for name, path in wiring.sensors.items()}
        machine.scan({**wiring.fixed, **inputs}, waited)
        if machine.fault is not None:
            break
        values = {path: machine.read(path) for path in paths}
        rows.append(Row(machine.now_ns, values, dict(given)))
        if number + 1 < scans:
            waited = scan_ns + (rng.randint(-jitter_ns, jitter_ns) if jitter_ns else 0)
            driven = {name: driving(values[path], path) for path, name in wiring.actuators.items()}
            given |= process.step(driven, waited / 1e9)
    return Course(tuple(rows), machine.fault)


def measured(held: object, value: Scalar) -> object:
    """A value of the process as the program's variable takes it, whose present value ``held`` tells the type: BOOL from
    0.5 on, an integer by rounding half to even as an input module does. NaN gives FALSE or 0, never a fault."""
    if isinstance(held, bool):
        return bool(value >= 0.5)
    if isinstance(held, int):
        return round(value) if math.isfinite(value) else 0
    return float(value)


def driving(value: object, path: str) -> Scalar:
    """A value of the program as the process takes it. Raises InputError for strings and aggregates."""
    if isinstance(value, (bool, int, float)):
        return value
    raise InputError("plc_run.scalar", path=path, type=type(value).__name__.upper())
