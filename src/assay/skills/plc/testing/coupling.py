"""A program in closed loop with a mechanism model: the outputs of one are the inputs of the other.

At each scan the program gets what the model gives at that moment, runs, and its outputs hold for the model until the
next scan. So the loop has the delay of one scan that it has in the plant.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assay.kernel.errors import InputError
from assay.skills.plc.ir.types import DataType, Elementary, Enum, base_of
from assay.skills.plc.run.machine import Machine
from assay.skills.plc.testing.layout import Layout
from assay.skills.plc.testing.running import Ran, moments, shown_columns
from assay.skills.plc.testing.traces import Trace, check_settable
from assay.skills.plc.testing.values import to_single

if TYPE_CHECKING:
    from assay.models.mechanism import MechanismModel


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
    model: MechanismModel,
    wired: Sequence[Wire],
    *,
    scan_ns: int,
    scans: int,
    trace: Trace | None = None,
    watch: Sequence[str] = (),
) -> Ran:
    """Run both together; ``trace`` sets the inputs that no wire drives. Raises InputError when the model cannot go on
    from where it stopped."""
    columns = shown_columns(layout, trace, [*watch, *(one.path for one in wired)])
    rows: list[tuple[int, dict[str, Any]]] = []
    held: dict[str, float] = {}
    state: object | None = None
    seconds = scan_ns / 1e9
    given = _start(model)
    for index, (time, fresh) in enumerate(moments(trace, scan_ns, scans)):
        sets = {path: value for row in fresh for path, value in row.values.items()}
        sets |= {one.path: from_number(given[one.variable], one) for one in wired if one.to_program}
        machine.scan(sets, time - machine.now_ns)
        if machine.fault is not None:
            return Ran(columns, rows, machine.fault, time, 0)
        rows.append((time, {path: machine.read(path) for path, _ in columns}))
        held |= {one.variable: to_number(machine.read(one.path), one) for one in wired if not one.to_program}
        ended = model.simulate(index * seconds, (index + 1) * seconds, seconds, held, state=state)
        state = ended.final_state
        if state is None and index + 1 < scans:
            raise InputError("plc_testing.no_state")
        given = {name: float(column[-1]) for name, column in ended.columns.items()}
    return Ran(columns, rows, None, 0, 0)


def _start(model: MechanismModel) -> Mapping[str, float]:
    """What the model gives before its first step."""
    return {one.name: one.start if one.start is not None else 0.0 for one in model.outputs}


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
