"""The port of a mechanism model: variables with units, a state, and a simulation from it.

A simulator of our own, a unit of the Functional Mock-up Interface (:mod:`assay.models.fmi`) and a stranger's model all
look like :class:`MechanismModel`. A simulation changes nothing in the model: it begins at the model's state, and the
state it ends in comes back with the trajectory, so the same call gives the same value and can be run again as evidence.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from assay.kernel.errors import InputError, TerminalError

FloatArray = NDArray[np.float64]
Causality = Literal["input", "output", "parameter", "local"]

MAX_POINTS = 20_000_000


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a model. ``unit`` is UCUM-style text, empty when the model gives none."""

    name: str
    unit: str
    causality: Causality
    description: str = ""
    minimum: float | None = None
    maximum: float | None = None
    start: float | None = None


@dataclass(frozen=True, slots=True)
class Trajectory:
    """Values over time: ``times`` (n, seconds, strictly rising) and ``columns`` by variable name (n each, float64).

    ``final_state`` is the model's state at the last time, None when the model cannot give one. ``notes`` are text keys
    of what a reader must know about how the values came to be.
    """

    times: FloatArray
    columns: Mapping[str, FloatArray]
    final_state: object | None = None
    notes: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, times: ArrayLike, columns: Mapping[str, ArrayLike]) -> Trajectory:
        """A checked trajectory. Raises InputError when lengths differ, times do not rise or a value is not finite."""
        grid = _floats("time", times)
        if grid.size == 0 or not np.all(np.diff(grid) > 0):
            raise InputError("models.mech_times")
        table = {name: _floats(name, values) for name, values in columns.items()}
        for name, values in table.items():
            if values.size != grid.size:
                raise InputError("models.mech_length", name=name, count=grid.size, got=values.size)
        return cls(grid, table)

    def held(self, name: str, times: FloatArray) -> FloatArray:
        """Column ``name`` at ``times``, each value held until the next one; the first value before the first time."""
        positions = np.searchsorted(self.times, times, side="right") - 1
        return self.columns[name][np.maximum(positions, 0)]


Inputs = Trajectory | Mapping[str, float]


@runtime_checkable
class MechanismModel(Protocol):
    """What every mechanism model offers."""

    @property
    def inputs(self) -> Sequence[Variable]: ...

    @property
    def outputs(self) -> Sequence[Variable]: ...

    @property
    def parameters(self) -> Sequence[Variable]: ...

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of what defines the model: its file, or its code and constants."""

    def get_state(self) -> object | None:
        """The state a simulation begins at; None is the model's own start."""

    def set_state(self, state: object | None) -> None:
        """Begin at ``state`` (of ``get_state`` or of a trajectory's end) from now on. Raises InputError if unfit."""

    def simulate(
        self,
        start: float,
        stop: float,
        step: float,
        inputs: Inputs | None = None,
        parameters: Mapping[str, float] | None = None,
        state: object | None = None,
    ) -> Trajectory:
        """The outputs at ``start``, ``start + step`` ... ``stop`` (seconds).

        An input holds its last value; one that is not given holds its start value. ``state`` is used instead of the
        model's own, this once. Raises InputError for an unknown name, a value that is not finite or out of its range, a
        bad time grid or an unfit state; TerminalError when the model fails or its values stop being finite.
        """


def time_grid(start: float, stop: float, step: float) -> FloatArray:
    """``start``, ``start + step`` ... ``stop``. Raises InputError unless the span is a whole number (> 0) of steps."""
    if not (math.isfinite(start) and math.isfinite(stop) and math.isfinite(step)):
        raise InputError("models.mech_grid_not_finite", start=start, stop=stop, step=step)
    if step <= 0:
        raise InputError("models.mech_step", step=step)
    if stop <= start:
        raise InputError("models.mech_stop", start=start, stop=stop)
    exact = (stop - start) / step
    if exact > MAX_POINTS:
        raise InputError("models.mech_too_many", limit=MAX_POINTS, step=step)
    count = round(exact)
    if count < 1 or abs(exact - count) > 1e-6 * max(1.0, exact * 1e-3):
        raise InputError("models.mech_step_uneven", start=start, stop=stop, step=step)
    # Multiplied, not summed: no rounding piles up over a long run.
    grid: FloatArray = start + (stop - start) * np.arange(count + 1, dtype=np.float64) / count
    return grid


def input_table(variables: Iterable[Variable], inputs: Inputs | None, times: FloatArray) -> dict[str, FloatArray]:
    """Each given input at each of ``times``, checked against ``variables`` (see :meth:`MechanismModel.simulate`)."""
    if inputs is None:
        return {}
    known = {variable.name: variable for variable in variables}
    if isinstance(inputs, Trajectory):
        if inputs.columns and inputs.times[0] > times[0]:
            raise InputError("models.mech_inputs_late", begins=inputs.times[0], start=times[0])
        named = {name: inputs.held(name, times) for name in inputs.columns if _known("input", name, known)}
    else:
        named = {
            name: np.full(times.size, _number(name, value))
            for name, value in inputs.items()
            if _known("input", name, known)
        }
    for name, values in named.items():
        _check_values(known[name], values)
    return named


def checked_parameters(variables: Iterable[Variable], parameters: Mapping[str, float] | None) -> dict[str, float]:
    """Parameter values as floats, checked for name, finiteness and range. Raises InputError."""
    known = {variable.name: variable for variable in variables}
    checked: dict[str, float] = {}
    for name, value in (parameters or {}).items():
        _known("parameter", name, known)
        checked[name] = _number(name, value)
        _check_values(known[name], np.array([checked[name]]))
    return checked


def require_finite(times: FloatArray, columns: Mapping[str, FloatArray]) -> None:
    """Raises TerminalError that names the first variable and time at which a simulation stopped being finite."""
    first: tuple[float, str] | None = None
    for name, values in columns.items():
        bad = np.flatnonzero(~np.isfinite(values))
        if bad.size and (first is None or times[bad[0]] < first[0]):
            first = (float(times[bad[0]]), name)
    if first is not None:
        raise TerminalError("models.mech_diverged", name=first[1], t=first[0])


def _known(kind: str, name: str, known: Mapping[str, Variable]) -> bool:
    if name not in known:
        raise InputError(f"models.mech_unknown_{kind}", name=name, known=", ".join(sorted(known)) or "-")
    return True


def _number(name: str, value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise InputError("models.mech_not_number", name=name) from error


def _floats(name: str, values: ArrayLike) -> FloatArray:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError("models.mech_not_number", name=name) from error
    if array.ndim != 1:
        raise InputError("models.mech_not_number", name=name)
    if not np.all(np.isfinite(array)):
        raise InputError("models.mech_not_finite", name=name)
    return array


def _check_values(variable: Variable, values: FloatArray) -> None:
    if not np.all(np.isfinite(values)):
        raise InputError("models.mech_not_finite", name=variable.name)
    low = -math.inf if variable.minimum is None else variable.minimum
    high = math.inf if variable.maximum is None else variable.maximum
    outside = values[(values < low) | (values > high)]
    if outside.size:
        raise InputError(
            "models.mech_range", name=variable.name, value=float(outside[0]), low=low, high=high, unit=variable.unit
        )
