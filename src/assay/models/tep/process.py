"""The process kernel: the compiled model of ``tep-studio``, stepped by explicit Euler.

The model is the revision of Bathelt, Ricker and Jelali (2015) of the process of Downs and Vogel (1993). The loop here
calls the compiled functions directly: the arithmetic is that of ``TennesseeEastmanProcess(solver_method="Euler")``
(a test compares them), without its bookkeeping, which costs ten times the model itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import MissingDependency, TerminalError

N_STATES, N_MEASURED, N_VALVES, N_DISTURBANCES = 50, 41, 12, 28

# Model switches: 0x0F further outputs, 0x20 own generator for disturbances, 0x40 disturbance walks updated in time
# order, 0x80 disturbances take a magnitude between 0 and 1.
FLAGS = 0xEF

Array = NDArray[np.float64]


def _native() -> Any:
    try:
        from tep_studio.simulation import native
    except ImportError as error:
        raise MissingDependency("models.tep_missing", problem=str(error)) from None
    return native


def noise_seed(seed: int, *salt: object) -> float:
    """A user's seed as a large odd number: the model's generator multiplies modulo 2^32, so 0 and even numbers
    degenerate. Different ``salt`` gives independent streams."""
    digest = hashlib.sha256(repr((int(seed), *salt)).encode()).digest()
    return float((int.from_bytes(digest[:4], "big") | 0x40000001) & 0xFFFFFFFF)


class TepProcess:
    """One instance of the process. Times in hours, states and measurements in the model's own units."""

    def __init__(self, step_hours: float) -> None:
        native = _native()
        self._lib, self._ffi = native.lib, native.ffi
        handle = self._lib.tep_create()
        if handle == self._ffi.NULL:
            raise TerminalError("models.tep_memory")
        self._handle = self._ffi.gc(handle, self._lib.tep_destroy)
        self.step_hours = step_hours
        self.time = 0.0
        self._state = np.zeros(N_STATES)
        self._rate = np.zeros(N_STATES)
        self._valves = np.zeros(N_VALVES)
        self._idv = np.zeros(N_DISTURBANCES)
        self._outputs = [np.zeros(n) for n in (N_MEASURED, 32, 21, 62, 96)]
        self._pointers = {
            name: self._ffi.from_buffer("double[]", array)
            for name, array in (
                ("state", self._state),
                ("rate", self._rate),
                ("valves", self._valves),
                ("idv", self._idv),
            )
        }
        self._output_pointers = [self._ffi.from_buffer("double[]", array) for array in self._outputs]

    def reset(self, seed: float, state: Array | None = None) -> list[float]:
        """Start at time zero from ``state`` (50 values; None: the published base case). Returns the measurements."""
        initial = _base_state() if state is None else np.ascontiguousarray(state, dtype=np.float64)
        pointer = self._ffi.from_buffer("double[]", initial)
        if self._lib.tep_reset(self._handle, pointer, 1, float(seed), 1, float(FLAGS)) != 0:
            raise TerminalError("models.tep_memory")
        self._state[:] = initial
        self._valves[:] = initial[38:50]
        self._idv[:] = 0.0
        self.time = 0.0
        self._apply()
        return self.measure()

    def set_disturbance(self, number: int, magnitude: float) -> None:
        """Activate IDV ``number`` (1..28) with a magnitude in 0..1; 0 stops it."""
        self._idv[number - 1] = magnitude
        self._apply()

    def advance(self, valves: Sequence[float] | None, steps: int) -> None:
        """Hold the 12 valve commands (per cent; None: those of the last call) for ``steps`` Euler steps."""
        if valves is not None:
            self._valves[:] = valves
            self._apply()
        derivatives, handle = self._lib.tep_derivatives, self._handle
        state, rate = self._pointers["state"], self._pointers["rate"]
        step, time, y, dy = self.step_hours, self.time, self._state, self._rate
        for index in range(steps):
            derivatives(handle, time + index * step, state, rate)
            np.multiply(dy, step, out=dy)
            np.add(y, dy, out=y)
        self.time = time + steps * step

    def measure(self) -> list[float]:
        """The 41 measurements with noise; every call draws new noise, so call it once a control step."""
        self._lib.tep_outputs(self._handle, self.time, self._pointers["state"], *self._output_pointers)
        return self._outputs[0].tolist()

    @property
    def state(self) -> Array:
        """A copy of the 50 states."""
        return self._state.copy()

    def trip(self) -> str | None:
        """The shutdown message, or None while the plant runs."""
        if self._lib.tep_shutdown_code(self._handle) == 0.0:
            return None
        buffer = self._ffi.new("char[]", 256)
        self._lib.tep_shutdown_message(self._handle, buffer, 256)
        message: str = self._ffi.string(buffer).decode("utf-8", errors="replace").strip()
        return message or "shutdown"

    def _apply(self) -> None:
        self._lib.tep_set_inputs(self._handle, self._pointers["valves"], self._pointers["idv"])


def _base_state() -> Array:
    from tep_studio import TennesseeEastmanProcess

    process = TennesseeEastmanProcess()
    process.reset()
    return np.asarray(process.state, dtype=np.float64).copy()
