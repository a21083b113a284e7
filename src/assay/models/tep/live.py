"""The process as a live plant: stepped in plant time, written to like a plant, disturbed on request."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache

from assay.kernel.errors import InputError
from assay.models.tep.operating import initial_state, mode_point
from assay.models.tep.process import noise_seed
from assay.models.tep.runs import TAGS, Plant, Start, settle
from assay.models.tep.twin import SETTLE_HOURS

_UNITS = (
    "kscmh kg/h kg/h kscmh kscmh kscmh kPa % Cel kscmh Cel % kPa m3/h % kPa m3/h Cel kg/h kW Cel Cel".split()
    + ["mol%"] * 19
    + ["%"] * 12
)
_SETPOINT_UNITS = {
    "SP_REACTOR_LEVEL": "%",
    "SP_REACTOR_PRESSURE": "kPa",
    "SP_REACTOR_TEMPERATURE": "Cel",
    "SP_SEPARATOR_LEVEL": "%",
    "SP_STRIPPER_LEVEL": "%",
    "SP_PRODUCTION_RATE": "m3/h",
    "SP_PRODUCTION_FLOW": "m3/h",
    "SP_RECYCLE_FLOW": "kscmh",
}


@lru_cache(maxsize=8)
def _settled(structure: str, mode: int, seed: int) -> Start:
    point = mode_point(structure, mode)
    hours = SETTLE_HOURS[structure]
    return settle(
        structure, dict(point.setpoints), initial_state(point), hours, seed=seed, apart=1.0, n=1
    )[0]  # fmt: skip


class LiveTep:
    """A running plant under ``structure`` (``ricker`` or ``braatz``), from a settled state of ``mode``.

    ``hours`` is plant time since the start; ``tripped`` the shutdown message, after which values stand still.
    """

    def __init__(self, structure: str = "ricker", *, mode: int = 1, seed: int = 1) -> None:
        start = _settled(structure, mode, seed)
        self._plant = Plant(structure, seed=noise_seed(seed, "live"), start=start)
        self._plant.tick()
        self._offset = self._plant.process.time
        self.tripped: str | None = None

    @property
    def hours(self) -> float:
        """Plant time since the start, hours."""
        return self._plant.process.time - self._offset

    def tags(self) -> Mapping[str, str]:
        """Tag -> unit of all values."""
        return dict(zip(TAGS, _UNITS, strict=True)) | {
            tag: _SETPOINT_UNITS.get(tag, "mol%") for tag in self._plant.control.setpoints
        }

    def values(self) -> Mapping[str, float]:
        """All present values: measurements with noise, valve commands, set points."""
        columns = dict(zip(TAGS, self._plant.measured + self._plant.commands, strict=True))
        return columns | self._plant.control.setpoints

    def advance(self, hours: float) -> None:
        """Simulate forward; a trip ends it early."""
        ticks = round(hours / self._plant.control.period_hours)
        for _ in range(ticks):
            if self.tripped is not None:
                return
            self._plant.tick()
            self.tripped = self._plant.trip

    def write(self, tag: str, value: float) -> None:
        """Write a set point or a valve that the structure holds constant; InputError otherwise."""
        if not math.isfinite(value):
            raise InputError("models.tep_value", tag=tag, value=value)
        if tag in self._plant.control.constants and not 0.0 <= value <= 100.0:
            raise InputError("models.tep_value", tag=tag, value=value)
        self._plant.control.write(tag, value)
        if tag in self._plant.control.constants:
            self._plant.commands[int(tag[4:]) - 1] = value

    def start_disturbance(self, idv: int, magnitude: float) -> None:
        """Start disturbance 1..28 with a magnitude above 0 up to 1."""
        if not (1 <= idv <= 28 and 0.0 < magnitude <= 1.0):
            raise InputError("models.idv_unknown", idv=idv, magnitude=magnitude)
        self._plant.process.set_disturbance(idv, magnitude)

    def stop_disturbance(self, idv: int) -> None:
        """Stop a disturbance."""
        if not 1 <= idv <= 28:
            raise InputError("models.idv_unknown", idv=idv, magnitude=0.0)
        self._plant.process.set_disturbance(idv, 0.0)
