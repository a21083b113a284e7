"""Units of the Functional Mock-up Interface as mechanism models: FMI 2.0 and 3.0, co-simulation, through FMPy.

A unit (``.fmu``) is a zip of a model description and native code. Reading the description runs nothing of it;
:meth:`FmiModel.simulate` loads the code into this process with this process's rights, so open only units that you
trust. Specification: https://fmi-standard.org (FMI 2.0.5 and 3.0.2).

Numeric scalars are offered; strings, binaries, clocks and arrays are named in :attr:`FmiModel.skipped`.
"""

from __future__ import annotations

import hashlib
import math
import os
import shutil
import tempfile
import weakref
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from assay.kernel.errors import InputError, MissingDependency
from assay.models.fmi_unit import NUMERIC, RunningUnit, one_line
from assay.models.mechanism import (
    Causality,
    Inputs,
    Trajectory,
    Variable,
    checked_parameters,
    input_table,
    require_finite,
    time_grid,
)

MAX_UNPACKED_BYTES = 2 * 1024**3
NO_STATE = "models.fmi_no_state"
_CAUSALITY: Mapping[str, Causality] = {"input": "input", "output": "output", "parameter": "parameter"}


@dataclass(frozen=True, slots=True)
class FmiState:
    """A unit's serialized state, the unit's digest and the time (seconds) it was taken at."""

    digest: str
    time: float
    data: bytes


class FmiModel:
    """A co-simulation unit behind the port :class:`assay.models.mechanism.MechanismModel`.

    A unit without serializable state (``has_state`` is False) is initialised anew by every simulation; its trajectories
    say so in ``notes`` and carry no final state. ``problems`` tells where the description departs from the standard.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Reads the unit's description. Raises InputError when the file is missing, broken or not of a kind we run,
        MissingDependency without FMPy."""
        fmpy = _fmpy()
        self.path = Path(path)
        if not self.path.is_file():
            raise InputError("models.fmi_no_file", path=str(path))
        self._description, self.problems = _read(self.path)
        self.name: str = self._description.modelName or self.path.stem
        self.fmi_version: str = self._description.fmiVersion
        self._require_cosimulation()
        self.platforms: tuple[str, ...] = tuple(fmpy.supported_platforms(str(self.path)))
        with self.path.open("rb") as file:
            self.digest: str = hashlib.file_digest(file, "sha256").hexdigest()
        numeric = [v for v in self._description.modelVariables if v.type in NUMERIC and not v.shape]
        self.variables: tuple[Variable, ...] = tuple(_variable(v) for v in numeric)
        self.inputs = tuple(v for v in self.variables if v.causality == "input")
        self.outputs = tuple(v for v in self.variables if v.causality == "output")
        self.parameters = tuple(v for v in self.variables if v.causality == "parameter")
        self.skipped: tuple[str, ...] = tuple(
            v.name for v in self._description.modelVariables if v.type not in NUMERIC or v.shape
        )
        self.has_state: bool = _true(self._description.coSimulation.canSerializeFMUstate)
        self._tunable = {v.name for v in numeric if v.variability == "tunable"}
        self._state: FmiState | None = None
        self._folder: Path | None = None

    def get_state(self) -> FmiState | None:
        """The state a simulation begins at; None is the unit's own start."""
        return self._state

    def set_state(self, state: object | None) -> None:
        """Begin at ``state`` from now on. Raises InputError when it is not this unit's, or the unit cannot take one."""
        self._state = None if state is None else self._fit(state)

    def simulate(
        self,
        start: float,
        stop: float,
        step: float,
        inputs: Inputs | None = None,
        parameters: Mapping[str, float] | None = None,
        state: object | None = None,
    ) -> Trajectory:
        """See :meth:`assay.models.mechanism.MechanismModel.simulate`; ``step`` is the communication step.

        From a state, ``start`` must be that state's time and only tunable parameters may be given (InputError).
        """
        times = time_grid(start, stop, step)
        table = input_table(self.inputs, inputs, times)
        values = checked_parameters(self.parameters, parameters)
        origin = self._state if state is None else self._fit(state)
        if origin is not None:
            self._check_origin(origin, start, values)
        names = [variable.name for variable in self.outputs]
        rows = np.empty((times.size, len(names)), dtype=np.float64)
        with RunningUnit(self.name, self._unpacked(), self._description) as unit:
            first = {name: float(column[0]) for name, column in table.items()}
            if origin is None:
                unit.begin(start, stop, values, first)
            else:
                unit.resume(origin.data)
                unit.write({**values, **first})
            rows[0] = unit.read(names)
            length = (stop - start) / (times.size - 1)  # the same for all: a unit of fixed step may compare it
            for i in range(times.size - 1):
                unit.write({name: float(column[i]) for name, column in table.items()})
                unit.step(float(times[i]), length)
                rows[i + 1] = unit.read(names)
            final = FmiState(self.digest, float(times[-1]), unit.state()) if self.has_state else None
        columns = {name: rows[:, i].copy() for i, name in enumerate(names)}
        require_finite(times, columns)
        return Trajectory(times, columns, final, () if self.has_state else (NO_STATE,))

    def close(self) -> None:
        """Removes the unpacked files; a later simulation unpacks them again."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _fit(self, state: object) -> FmiState:
        if not self.has_state:
            raise InputError("models.fmi_state_unsupported", name=self.name)
        if not isinstance(state, FmiState) or state.digest != self.digest:
            raise InputError("models.fmi_state_unfit", name=self.name)
        return state

    def _check_origin(self, origin: FmiState, start: float, parameters: Mapping[str, float]) -> None:
        if not math.isclose(origin.time, start, rel_tol=1e-9, abs_tol=1e-9):
            raise InputError("models.fmi_state_time", name=self.name, at=origin.time, start=start)
        fixed = sorted(set(parameters) - self._tunable)
        if fixed:
            raise InputError("models.fmi_fixed", name=self.name, parameters=", ".join(fixed))

    def _require_cosimulation(self) -> None:
        if not (self.fmi_version == "2.0" or self.fmi_version.startswith("3.")):
            raise InputError("models.fmi_version", name=self.name, version=self.fmi_version)
        if self._description.coSimulation is None:
            raise InputError("models.fmi_not_cosimulation", name=self.name)

    def _unpacked(self) -> Path:
        fmpy = _fmpy()
        native = str(fmpy.platform)
        if native not in self.platforms:
            raise InputError(
                "models.fmi_platform", name=self.name, here=native, platforms=", ".join(self.platforms) or "-"
            )
        if self._folder is None:
            self._folder = _unpack(self.path)
            weakref.finalize(self, shutil.rmtree, self._folder, True)
        return self._folder


def _fmpy() -> ModuleType:
    try:
        import fmpy  # type: ignore[import-untyped]
    except ImportError as error:
        raise MissingDependency("models.fmi_missing") from error
    module: ModuleType = fmpy
    return module


def _read(path: Path) -> tuple[Any, tuple[str, ...]]:
    """The description, and where it departs from the standard: many tools' units do, and run all the same."""
    from fmpy.model_description import ValidationError, read_model_description  # type: ignore[import-untyped]

    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size <= MAX_UNPACKED_BYTES:
            try:
                return read_model_description(str(path)), ()
            except ValidationError as error:
                problems = tuple(one_line(problem) for problem in error.problems)
                return read_model_description(str(path), validate=False), problems
    except Exception as error:  # a stranger's file: zip, XML and FMPy's own plain exceptions all end up here
        raise InputError("models.fmi_broken", path=str(path), reason=one_line(str(error))) from error
    raise InputError("models.fmi_too_large", path=str(path), limit=MAX_UNPACKED_BYTES // 1024**2)


def _unpack(path: Path) -> Path:
    """The unit's libraries and resources in a new folder. FMPy and zipfile refuse paths that leave it."""
    folder = Path(tempfile.mkdtemp(prefix="assay-fmu-"))
    try:
        _fmpy().extract(str(path), str(folder), include=lambda name: name.startswith(("binaries/", "resources/")))
    except Exception as error:  # as in _read
        shutil.rmtree(folder, ignore_errors=True)
        raise InputError("models.fmi_broken", path=str(path), reason=one_line(str(error))) from error
    return folder


def _variable(source: Any) -> Variable:
    """A variable with what its declared type adds."""
    declared = source.declaredType

    def attribute(name: str) -> str | None:
        own: str | None = getattr(source, name)
        return own if own is not None or declared is None else getattr(declared, name)

    return Variable(
        name=source.name,
        unit=attribute("unit") or "",
        causality=_CAUSALITY.get(source.causality, "local"),
        description=source.description or "",
        minimum=_float(attribute("min")),
        maximum=_float(attribute("max")),
        start=_float(source.start),
    )


def _float(text: str | None) -> float | None:
    """The number in an attribute; true and false count as 1 and 0."""
    if text is None or not str(text).strip():
        return None
    word = str(text).strip().lower()
    return {"true": 1.0, "false": 0.0}[word] if word in ("true", "false") else float(word)


def _true(value: object) -> bool:
    return value is True or str(value).lower() in ("true", "1")
