"""One running instance of a co-simulation unit (FMI 2.0 or 3.0): set, step, read, keep its state.

FMPy speaks to the unit's shared library; this module gives its calls one shape for both versions and turns every way in
which a unit can fail into one error. Used by :mod:`assay.models.fmi` only.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assay.kernel.errors import AssayError, InputError, TerminalError

_WHOLE = {"Integer", "Enumeration"} | {f"{sign}Int{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64)}
NUMERIC = _WHOLE | {"Real", "Float32", "Float64", "Boolean"}

_STATUS_WARNING, _STATUS_FATAL = 1, 4
_REASON_LIMIT = 200

# FMPy changes the working directory of the process while it loads a unit's library.
_loading = threading.Lock()


class RunningUnit:
    """An instance between instantiation and release. Use it as a context manager; it is not safe across threads."""

    def __init__(self, name: str, folder: Path, description: Any) -> None:
        """Loads and instantiates the extracted unit in ``folder``. Raises TerminalError when that fails."""
        self._name = name
        self._description = description
        self._fmi3 = str(description.fmiVersion).startswith("3.")
        self._types = {v.name: (v.valueReference, self._suffix(v.type), v.type) for v in description.modelVariables}
        self._plans: dict[tuple[str, ...], dict[str, tuple[list[int], list[int]]]] = {}
        self._messages: list[str] = []
        self._fatal = False
        with self._guard("load"), _loading:
            self._unit = self._instantiate(folder)

    def __enter__(self) -> RunningUnit:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        """Ends and releases the instance; after a failure without the polite end, after a fatal one not at all."""
        if self._fatal:
            return
        try:
            if kind is None:
                with self._guard("terminate"):
                    self._unit.terminate()
        finally:
            self._unit.freeInstance()

    def begin(self, start: float, stop: float, parameters: Mapping[str, float], inputs: Mapping[str, float]) -> None:
        """Initialises at ``start`` (seconds) with these parameters and first inputs."""
        with self._guard("initialise"):
            if self._fmi3:
                self.write(parameters)
                self._unit.enterInitializationMode(startTime=start, stopTime=stop)
            else:
                self._unit.setupExperiment(startTime=start, stopTime=stop)
                self.write(parameters)
                self._unit.enterInitializationMode()
            self.write(inputs)
            self._unit.exitInitializationMode()

    def resume(self, data: bytes) -> None:
        """Puts the instance into a state that :meth:`state` gave."""
        with self._guard("restore"):
            handle = self._unit.deserializeFMUState(data)
            self._unit.setFMUState(handle)
            self._unit.freeFMUState(handle)

    def state(self) -> bytes:
        """The unit's whole state as bytes."""
        with self._guard("keep"):
            handle = self._unit.getFMUState()
            data = bytes(self._unit.serializeFMUState(handle))
            self._unit.freeFMUState(handle)
        return data

    def write(self, values: Mapping[str, float]) -> None:
        """Sets variables by name."""
        with self._guard("set"):
            for name, value in values.items():
                reference, suffix, kind = self._types[name]
                getattr(self._unit, f"set{suffix}")([reference], [_native(name, kind, value)])

    def read(self, names: Sequence[str]) -> list[float]:
        """Values of variables by name, one call to the unit for each type among them."""
        values = [0.0] * len(names)
        with self._guard("read"):
            for suffix, (positions, references) in self._by_type(tuple(names)).items():
                for position, value in zip(positions, getattr(self._unit, f"get{suffix}")(references), strict=True):
                    values[position] = float(value)
        return values

    def step(self, t: float, length: float) -> None:
        """Advances from ``t`` by ``length`` seconds. Raises TerminalError when the unit fails or wants to end."""
        with self._guard("step", t):
            result = self._unit.doStep(currentCommunicationPoint=t, communicationStepSize=length)
        if self._fmi3 and (result[1] or result[2]):  # it asks to terminate, or came back early without leave
            raise TerminalError("models.fmi_stopped", name=self._name, t=float(result[3]))

    def _by_type(self, names: tuple[str, ...]) -> dict[str, tuple[list[int], list[int]]]:
        """Positions in ``names`` and value references by type; kept, because a simulation reads the same each step."""
        if names not in self._plans:
            plan: dict[str, tuple[list[int], list[int]]] = {}
            for position, name in enumerate(names):
                reference, suffix, _ = self._types[name]
                positions, references = plan.setdefault(suffix, ([], []))
                positions.append(position)
                references.append(reference)
            self._plans[names] = plan
        return self._plans[names]

    def _suffix(self, kind: str) -> str:
        if kind == "Enumeration":
            return "Int64" if self._fmi3 else "Integer"
        return kind

    def _instantiate(self, folder: Path) -> Any:
        from fmpy.simulation import instantiate_fmu  # type: ignore[import-untyped]

        here = os.getcwd()
        try:
            # Logging on: without it some units keep the reason of a failure to themselves.
            log = self._log3 if self._fmi3 else self._log2
            return instantiate_fmu(str(folder), self._description, "CoSimulation", debug_logging=True, logger=log)
        finally:
            os.chdir(here)  # FMPy does not come back when the library cannot be loaded

    def _log2(self, _environment: object, _instance: bytes, status: int, _category: bytes, message: bytes) -> None:
        self._log3(_environment, status, _category, message)

    def _log3(self, _environment: object, status: int, _category: bytes, message: bytes) -> None:
        if status > _STATUS_WARNING and message:
            self._messages.append(message.decode("utf-8", "replace"))

    @contextmanager
    def _guard(self, doing: str, t: float | None = None) -> Iterator[None]:
        """Anything a unit or FMPy raises becomes one TerminalError with the unit's own words, shortened."""
        try:
            yield
        except AssayError:
            raise
        except Exception as error:  # FMPy raises plain Exception, ctypes and the operating system their own
            self._fatal = self._fatal or getattr(error, "status", None) == _STATUS_FATAL
            reason = one_line(self._messages[-1] if self._messages else str(error))
            raise TerminalError(f"models.fmi_failed_{doing}", name=self._name, t=t, reason=reason) from error


def one_line(message: str) -> str:
    """A stranger's message, on one line and cut to a length that fits a sentence."""
    words = " ".join(message.split())
    return words if len(words) <= _REASON_LIMIT else words[: _REASON_LIMIT - 3] + "..."


def _native(name: str, kind: str, value: float) -> float | int | bool:
    if kind == "Boolean":
        return value != 0
    if kind in _WHOLE:
        if value != int(value):
            raise InputError("models.mech_not_whole", name=name, value=value)
        return int(value)
    return float(value)
