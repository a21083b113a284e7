"""A program in closed loop with a process: the outputs of one are the inputs of the other.

At each scan the program gets what the process gives at that moment, runs, and its outputs hold for the process until
the next scan. So the loop has the delay of one scan that it has in the plant. A process is anything with a step
(:class:`Process`): a function of a few lines, or a mechanism model of ``assay.models`` (a unit of the Functional
Mock-up Interface, a simulator of ours) through :class:`ModelProcess`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from assay.kernel.errors import InputError
from assay.skills.plc.ir.types import DataType, Elementary, Enum, base_of
from assay.skills.plc.run.machine import Machine
from assay.skills.plc.testing.layout import Layout
from assay.skills.plc.testing.running import Ran, moments, shown_columns
from assay.skills.plc.testing.traces import Trace, check_settable
from assay.skills.plc.testing.values import to_single

if TYPE_CHECKING:
    from assay.models.mechanism import MechanismModel


class Process(Protocol):
    """A process that can be stepped. Names are its own; values are numbers, TRUE is 1."""

    def start(self, seconds: float) -> Mapping[str, float]:
        """Back to its beginning; what it gives there. ``seconds``: how long a step usually is."""

    def step(self, inputs: Mapping[str, float], seconds: float) -> Mapping[str, float]:
        """Go on by ``seconds`` with inputs that hold; what it gives then."""


class ModelProcess:
    """A mechanism model as a process. ``step_s``: its own grid within a scan (seconds), a scan is cut into equal parts
    that are not longer; None: a scan is one step. Raises InputError when the model cannot go on from the state it
    stopped in."""

    def __init__(
        self, model: MechanismModel, step_s: float | None = None, parameters: Mapping[str, float] | None = None
    ) -> None:
        self.model, self.step_s, self.parameters = model, step_s, parameters
        self._time, self._state = 0.0, model.get_state()

    def start(self, seconds: float) -> Mapping[str, float]:
        """A step that is thrown away shows what the model gives before it: its description need not say that."""
        self._time, self._state = 0.0, self.model.get_state()
        resting = {one.name: one.start or 0.0 for one in self.model.inputs}
        ended = self.model.simulate(0.0, seconds, seconds, resting, self.parameters, self._state)
        return {name: float(column[0]) for name, column in ended.columns.items()}

    def step(self, inputs: Mapping[str, float], seconds: float) -> Mapping[str, float]:
        parts = 1 if self.step_s is None else max(1, math.ceil(seconds / self.step_s - 1e-9))
        stop = self._time + seconds
        ended = self.model.simulate(self._time, stop, seconds / parts, inputs, self.parameters, self._state)
        if ended.final_state is None:
            raise InputError("plc_testing.no_state")
        self._time, self._state = stop, ended.final_state
        return {name: float(column[-1]) for name, column in ended.columns.items()}


@dataclass(frozen=True, slots=True)
class Wire:
    """A path of the program and a variable of the model; ``to_program``: the model gives the value."""

    path: str
    kind: DataType
    variable: str
    to_program: bool


def wires(pairs: Sequence[str], layout: Layout, model: MechanismModel) -> tuple[Wire, ...]:
    """``PATH=VARIABLE`` each. An input of the model is driven by the program, an output drives it. InputError for what
    is not there, is wired twice or holds no number."""
    inputs, outputs = ({one.name for one in side} for side in (model.inputs, model.outputs))
    made: list[Wire] = []
    for pair in pairs:
        path, _, variable = (one.strip() for one in pair.partition("="))
        found = layout.find(path)
        if found is None or not isinstance(base_of(found[1]), Elementary) or isinstance(found[1], Enum):
            raise InputError("plc_testing.wire_path", wire=pair, path=path, unit=layout.unit.name)
        if variable not in inputs | outputs:
            names = ", ".join(sorted(inputs | outputs)[:20])
            raise InputError("plc_testing.wire_variable", wire=pair, variable=variable, names=names)
        if variable in outputs:
            check_settable(found[0], layout, pair)
        one = Wire(found[0], found[1], variable, variable in outputs)
        if any(
            (other.path == one.path if one.to_program else other.variable == variable)
            for other in made
            if other.to_program == one.to_program
        ):
            raise InputError("plc_testing.wire_twice", wire=pair)
        made.append(one)
    if not made:
        raise InputError("plc_testing.no_wires")
    return tuple(made)


def closed_loop(
    machine: Machine,
    layout: Layout,
    process: Process,
    wired: Sequence[Wire],
    *,
    scan_ns: int,
    scans: int,
    trace: Trace | None = None,
    watch: Sequence[str] = (),
    jitter_ns: int = 0,
    seed: int = 0,
) -> Ran:
    """Run both together from their beginnings; ``trace`` sets the inputs that no wire drives and is overridden by
    wires. The time between scans is ``scan_ns`` and up to ``jitter_ns`` more or less, drawn from ``seed``. Raises
    InputError when the model cannot go on from where it stopped, or the jitter leaves no time between scans."""
    if not 0 <= jitter_ns < scan_ns:
        raise InputError("plc_testing.coupling_step", scan_ms=scan_ns / 1e6, jitter_ms=jitter_ns / 1e6)
    columns = shown_columns(layout, trace, [*watch, *(one.path for one in wired)])
    rows: list[tuple[int, dict[str, Any]]] = []
    machine.reset()
    given = dict(process.start(scan_ns / 1e9))
    held: dict[str, float] = {}
    last: int | None = None
    for time, fresh in moments(trace, scan_ns, scans, jitter_ns, seed):
        if last is not None:
            given |= process.step(held, (time - last) / 1e9)
        last = time
        sets = {path: value for row in fresh for path, value in row.values.items()}
        sets |= {one.path: from_number(given[one.variable], one) for one in wired if one.to_program}
        machine.scan(sets, time - machine.now_ns)
        if machine.fault is not None:
            return Ran(columns, rows, machine.fault, time, 0)
        rows.append((time, {path: machine.read(path) for path, _ in columns}))
        held |= {one.variable: to_number(machine.read(one.path), one) for one in wired if not one.to_program}
    return Ran(columns, rows, None, 0, 0)


def to_number(value: Any, wire: Wire) -> float:
    """A value of the program for the model: TRUE is 1, a time is in seconds."""
    base = base_of(wire.kind)
    if isinstance(base, Elementary) and base.kind in ("time", "tod", "date", "dt"):
        return float(value) / 1e9
    return float(value)


def from_number(value: float, wire: Wire) -> Any:
    """A number of the model as the program's type: TRUE from 0.5 on, integers rounded and cut to their range as an
    input module does."""
    base = base_of(wire.kind)
    assert isinstance(base, Elementary)
    if base.kind == "bool":
        return value >= 0.5
    if base.kind == "real":
        return to_single(value) if base.bits == 32 else value
    if not math.isfinite(value):
        return 0
    low, high = getattr(wire.kind, "low", base.low), getattr(wire.kind, "high", base.high)
    return min(max(round(value * 1e9 if base.kind == "time" else value), low), high)
