"""Settled closed-loop stretches of the Tennessee Eastman process for the generators of this folder.

Columns 0..52 are XMEAS_1..41 and XMV_1..12; a valve's column is what the controller commands, also while the valve
itself is stuck. Stretches from one start with one seed carry the same measurement noise, with or without a failure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assay.models.tep.operating import initial_state, mode_point
from assay.models.tep.process import noise_seed
from assay.models.tep.runs import TAGS, Plant, Start, settle
from assay.models.tep.scenario import Scenario

Array = npt.NDArray[np.float64]
COLUMNS = TAGS
ROW = 0.05  # hours between rows
SETTLE = 60.0  # hours: mode 1 drifts for tens of hours from its nominal start


@dataclass(frozen=True)
class Stretch:
    """``values`` (rows, 53); ``trip`` is the shutdown's message, empty without one."""

    values: Array
    trip: str

    @property
    def hours(self) -> float:
        """Length of the stretch."""
        return len(self.values) * ROW


def settled(structure: str, seed: int, mode: int = 1) -> Start:
    """One plant in normal operation."""
    point = mode_point(structure, mode)
    return settle(structure, dict(point.setpoints), initial_state(point), SETTLE, seed=seed, apart=1.0, n=1)[0]


def stretch(start: Start, seed: int, hours: float, scenario: Scenario | None = None) -> Stretch:
    """Go on from ``start``; the scenario's cause acts from the first moment."""
    plant = Plant(start.structure, seed=noise_seed(seed, "stretch"), start=start)
    if scenario is not None:
        plant.inject(scenario)
    every = max(1, round(ROW / plant.control.period_hours))
    rows: list[list[float]] = []
    trip = None
    for _ in range(round(hours / ROW)):
        for _ in range(every):
            plant.tick()
        trip = plant.process.trip()
        if trip is not None:
            break
        rows.append(plant.measured + plant.commands)
    return Stretch(np.asarray(rows, dtype=np.float64).reshape(-1, len(COLUMNS)), trip or "")
