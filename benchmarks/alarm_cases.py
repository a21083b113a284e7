"""Alarm logs of simulated upsets, with their truth, for ``alarm_kpis``.

A badly kept alarm system on purpose: limits at mean +- 2 s of normal runs, no dead-band, no delay. Each case is a
settled plant (Tennessee Eastman, mode 1), normal for ``NORMAL`` hours, then with one failure of the library. The same
noise is run once more without the failure: what differs is the failure's doing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assay.models.tep.operating import initial_state, mode_point
from assay.models.tep.process import noise_seed
from assay.models.tep.runs import TAGS, Plant, Start, settle
from assay.models.tep.scenario import Scenario, draw_magnitude
from assay.models.tep.twin import SETTLE_HOURS
from assay.plant.series import Frame

Array = npt.NDArray[np.float64]
PLANT = "tennessee_eastman"
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
SAMPLE = 0.05  # hours between rows
NORMAL = 24.0
AFTER = 8.0
SIGMAS = 2.0
#: Disturbances that show (3, 9 and 15 do not) and valves that stick.
FAILURES = (
    *(f"IDV{i}" for i in range(1, 21) if i not in (3, 9, 15)),
    *(f"stuck:XMV_{i}" for i in (1, 2, 3, 4, 6, 7, 8, 9, 10, 11)),
)
PRIORITY = {"flow": "low", "composition": "low", "position": "low", "power": "low", "level": "medium"}


@dataclass(frozen=True, slots=True)
class Case:
    """``values`` and ``free`` (rows, 53): with the failure and without it, under the same noise; ``onset`` the first
    row after the failure began."""

    scenario: Scenario
    values: Array
    free: Array
    onset: int
    trip: str

    @property
    def frame(self) -> Frame:
        """The case as a history."""
        first = np.datetime64(EPOCH.replace(tzinfo=None), "ns")
        step = np.timedelta64(round(SAMPLE * 3600), "s")
        return Frame(first + np.arange(1, len(self.values) + 1) * step, TAGS, self.values)


def starts(seed: int, count: int, mode: int = 1) -> list[Start]:
    """Plants settled in a mode of operation, ten hours apart."""
    point = mode_point("ricker", mode)
    hours = SETTLE_HOURS["ricker"]
    state = initial_state(point)
    return settle("ricker", dict(point.setpoints), state, hours, seed=seed, apart=10.0, n=count)


def course(start: Start, seed: int, scenario: Scenario | None, hours: float) -> tuple[Array, str]:
    """Rows from ``start``; the noise is the seed's, whatever the scenario."""
    plant = Plant(start.structure, seed=noise_seed(seed, "alarms"), start=start)
    every = round(SAMPLE / plant.control.period_hours)
    rows: list[list[float]] = []
    waiting = scenario is not None
    for _ in range(round(hours / SAMPLE)):
        for _ in range(every):
            if waiting and scenario is not None and plant.process.time >= scenario.onset - 1e-9:
                plant.inject(scenario)
                waiting = False
            plant.tick()
            if plant.trip is not None:
                return np.asarray(rows).reshape(-1, len(TAGS)), plant.trip
        rows.append(plant.measured + plant.commands)
    return np.asarray(rows).reshape(-1, len(TAGS)), ""


def limits(seed: int, mode: int = 1, runs: int = 4, hours: float = 40.0) -> tuple[Array, Array]:
    """Mean and standard deviation (53,) of normal runs in a mode."""
    begun = enumerate(starts(seed, runs, mode))
    flat = np.concatenate([course(start, seed + k, None, hours)[0] for k, start in begun])
    return flat.mean(axis=0), flat.std(axis=0)


def case(start: Start, failure: str, rng: np.random.Generator) -> Case:
    """One case."""
    size = draw_magnitude(failure, rng)
    if failure.startswith("stuck:"):
        size = float(rng.choice((-1.0, 1.0)) * rng.uniform(5.0, 20.0))
    seed = int(rng.integers(1 << 30))
    scenario = Scenario(failure, size, NORMAL + float(rng.uniform(0.0, 1.0)), seed)
    values, trip = course(start, seed, scenario, NORMAL + 1.0 + AFTER)
    free, _ = course(start, seed, None, NORMAL + 1.0 + AFTER)
    return Case(scenario, values, free[: len(values)], int(scenario.onset / SAMPLE), trip)


def write_plant(folder: Path, mean: Array, std: Array) -> Path:
    """A plant like the reference plant with the limits of this benchmark: H and L at mean +- 2 s, nothing else."""
    import yaml

    from assay.plant.model import load_plant

    base = load_plant(PLANT)
    tags: list[dict[str, Any]] = []
    for column, name in enumerate(TAGS):
        alarms: dict[str, Any] = dict.fromkeys(base.tag(name).alarms)
        if std[column] > 1e-9:
            priority = PRIORITY.get(base.tag(name).quantity, "high")
            for which, sign in (("L", -SIGMAS), ("H", SIGMAS)):
                at = float(mean[column] + sign * std[column])
                # Said, or the reference plant's own dead-bands and delays would stay.
                alarms[which] = {"at": at, "priority": priority, "basis": "derived", "deadband": 0.0, "delay": 0.0}
        if alarms:
            tags.append({"id": name, "alarms": alarms})
    folder.mkdir(parents=True, exist_ok=True)
    about = {"format": 1, "id": "alarm_benchmark", "extends": PLANT, "tags": tags}
    (folder / "plant.yaml").write_text(yaml.safe_dump(about, sort_keys=False), encoding="utf-8")
    (folder / "faults.yaml").write_text(f"format: 1\nextends: {PLANT}\nfailures: []\n", encoding="utf-8")
    return folder
