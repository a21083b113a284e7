"""The Braatz control structure in the shape that runs need (``models.tep.runs.ControlStructure``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assay.kernel.errors import InputError
from assay.models.tep.braatz import BraatzController
from assay.models.tep.braatz_loops import BASE_XMV, LOOPS

# Set points that no cascade moves: these an operator may write.
_CASCADED = {loop.manipulated for loop in LOOPS}
FREE_SETPOINTS: dict[str, str] = {f"SP_{loop.name.upper()}": loop.name for loop in LOOPS if loop.name not in _CASCADED}
_LOOP_VALVES = {loop.manipulated for loop in LOOPS if loop.manipulated.startswith("XMV_")}
_CONSTANT = tuple(f"XMV_{i}" for i in range(1, 13) if f"XMV_{i}" not in _LOOP_VALVES)


class BraatzStructure:
    """Set points by tag; one second Euler step, three seconds control, measurements two seconds old as recorded."""

    period_hours = 3.0 / 3600.0
    euler_hours = 1.0 / 3600.0
    measure_after = 1

    def __init__(self) -> None:
        self._controller = BraatzController()
        self.constants = {tag: BASE_XMV[int(tag[4:]) - 1] for tag in _CONSTANT}
        self.setpoints = {tag: self._controller.setpoints[name] for tag, name in FREE_SETPOINTS.items()}

    def reset(self, measured: Sequence[float]) -> None:
        """Start at the set points that are held now."""
        self._controller = BraatzController({FREE_SETPOINTS[tag]: value for tag, value in self.setpoints.items()})
        valves = list(BASE_XMV)
        for tag, value in self.constants.items():
            valves[int(tag[4:]) - 1] = value
        self._controller.reset(measured, valves)

    def step(self, measured: Sequence[float], time: float) -> list[float]:
        """The 12 valve commands; ``time`` in hours is that of the call, one period later than its measurements."""
        valves = self._controller.step_unchecked(list(measured), round(time * 3600.0) + 3)
        for tag, value in self.constants.items():
            valves[int(tag[4:]) - 1] = value
        return valves

    def write(self, tag: str, value: float) -> None:
        """Change a set point or a valve that no loop moves."""
        if tag in FREE_SETPOINTS:
            self._controller.setpoints[FREE_SETPOINTS[tag]] = value
            self.setpoints[tag] = value
        elif tag in self.constants:
            self.constants[tag] = value
        else:
            raise InputError("models.tep_not_writable", tag=tag)

    def memory(self) -> dict[str, Any]:
        """The whole memory as a copy."""
        return {
            "controller": self._controller.state(),
            "setpoints": dict(self.setpoints),
            "constants": dict(self.constants),
        }

    def recall(self, memory: dict[str, Any]) -> None:
        """Take up a memory."""
        self._controller.restore(memory["controller"])
        self.setpoints = dict(memory["setpoints"])
        self.constants = dict(memory["constants"])
