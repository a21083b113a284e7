"""The twin of the Tennessee Eastman process under one control structure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import IntegrityError
from assay.models.parallel import run_parallel
from assay.models.tep import operating as op
from assay.models.tep.library import (
    ONSET,
    SAMPLE,
    Job,
    Recipe,
    digest_of,
    library_jobs,
    load_library,
    pair_jobs,
    save_library,
    visible,
)
from assay.models.tep.runs import TAGS, Start, settle, simulate, structure
from assay.models.tep.scenario import Scenario
from assay.models.tep.starts import load_starts, save_starts
from assay.models.twin import NONE, Library, Operating, Progress, TwinRun
from assay.plant.home import home

Array = NDArray[np.float64]

SETTLE_HOURS = {"ricker": 72.0, "braatz": 30.0}
_BEFORE = 0.25  # hours of normal operation before the cause in a forecast
RECIPES = {"ricker": Recipe(runs=32, normal=200, pairs=600), "braatz": Recipe(runs=14, normal=100, pairs=250)}

# Shutdown limits on measurements (Downs and Vogel 1993, table 6): tag -> (low, high).
SHUTDOWN: dict[str, tuple[float, float]] = {
    "XMEAS_7": (-np.inf, 3000.0),
    "XMEAS_9": (-np.inf, 175.0),
}


class TepTwin:
    """``structure_name`` is ``ricker`` or ``braatz``; libraries are kept under the home folder."""

    version = "2"
    tags = TAGS
    sample = SAMPLE

    def __init__(self, structure_name: str, *, cache: Path | None = None, recipe: Recipe | None = None) -> None:
        self.structure_name = structure_name
        self.name = f"tennessee_eastman/{structure_name}"
        self._cache = cache or home() / "twins"
        self._recipe = recipe or RECIPES[structure_name]
        self._constants = dict(structure(structure_name).constants)
        self._memory: dict[str, Library] = {}
        self._starts: dict[str, list[Start]] = {}
        self._normal: dict[str, Array] = {}

    def causes(self) -> tuple[str, ...]:
        """The 28 disturbances, 12 stuck valves, and operator's moves of every writable tag."""
        writable = [tag for tag in (*self._setpoint_tags(), *self._constants)]
        return (
            *(f"IDV{i}" for i in range(1, 29)),
            *(f"stuck:XMV_{i}" for i in range(1, 13)),
            *(f"operator:{tag}" for tag in writable),
        )

    def recognise(self, means: Mapping[str, float]) -> Operating:
        """See ``models.tep.operating.recognise``."""
        return op.recognise(self.structure_name, means, self._constants)

    def cached(self, operating: Operating) -> bool:
        """Whether the library of this operating point exists."""
        return self._key(operating) in self._memory or self._path(operating).exists()

    def library(self, operating: Operating, progress: Progress | None = None) -> Library:
        """Load or simulate; a damaged file is refused by its digest and simulated again."""
        key = self._key(operating)
        if key not in self._memory:
            path = self._path(operating)
            try:
                library = load_library(path, operating)
            except (OSError, IntegrityError):
                library = self._build(operating, progress)
                save_library(path, library)
            self._memory[key] = library
        return self._memory[key]

    def normal_runs(self, operating: Operating, runs: int, hours: float) -> Array:
        """See ``models.twin.Twin``; kept in memory."""
        key = f"{self._key(operating)}/{runs}/{hours}"
        if key not in self._normal:
            starts = self.starts(operating)
            jobs = [(k % len(starts), Scenario(NONE, 0.0, 0.0, 7001 + k), hours, (), ()) for k in range(runs)]
            courses = [values for values, _ in run_parallel(_course, (starts, self.sample), jobs)]
            self._normal[key] = np.asarray(courses, dtype=np.float64)
        return self._normal[key]

    def trips(self, values: Array) -> Array:
        """Rows beyond a shutdown limit."""
        beyond = np.zeros(len(values), dtype=bool)
        for tag, (low, high) in SHUTDOWN.items():
            column = values[:, self.tags.index(tag)]
            beyond |= (column < low) | (column > high)
        return beyond

    def forecast(
        self,
        operating: Operating,
        cause: str,
        magnitude: float,
        hours_since_onset: float,
        hours: float,
        writes: Sequence[tuple[str, float]] = (),
        runs: int = 1,
        seed: int = 1,
    ) -> list[TwinRun]:
        """Courses from now on under a cause and under writes made now; see ``models.twin.Twin``."""
        return self.compare(operating, cause, magnitude, hours_since_onset, hours, [writes], runs, seed)[0]

    def compare(
        self,
        operating: Operating,
        cause: str,
        magnitude: float,
        hours_since_onset: float,
        hours: float,
        options: Sequence[Sequence[tuple[str, float]]],
        runs: int = 1,
        seed: int = 1,
    ) -> list[list[TwinRun]]:
        """``runs`` courses for each option; see ``models.twin.Twin``."""
        now = _BEFORE + hours_since_onset
        jobs = [
            (k % self._recipe.starts, Scenario(cause, magnitude, _BEFORE, seed * 1009 + k), now + hours, writes, ())
            for writes in [tuple((now, tag, value) for tag, value in option) for option in options]
            for k in range(runs)
        ]
        courses = self._courses(operating, jobs, now)
        return [courses[i : i + runs] for i in range(0, len(courses), runs)]

    def _courses(self, operating: Operating, jobs: list[Any], now: float) -> list[TwinRun]:
        """The part of each job's run after ``now``."""
        skip = round(now / self.sample)
        courses: list[TwinRun] = []
        for values, trip in run_parallel(_course, (self.starts(operating), self.sample), jobs):
            kept = values[skip:].astype(np.float64)
            courses.append(TwinRun(self.sample * np.arange(1.0, len(kept) + 1.0), kept, trip))
        return courses

    def starts(self, operating: Operating) -> list[Start]:
        """Settled warm starts at an operating point, from disk or simulated now (hundreds of hours of plant time)."""
        key = self._key(operating)
        if key not in self._starts:
            path = self._path(operating).with_suffix(".starts.json")
            kept = load_starts(path, self.structure_name, self._recipe.starts)
            self._starts[key] = kept if kept is not None else self._settled(operating)
            if kept is None:
                save_starts(path, self._starts[key])
        return self._starts[key]

    def _settled(self, operating: Operating) -> list[Start]:
        return settle(
            self.structure_name,
            {k: v for k, v in operating.setpoints.items() if k not in self._constants},
            op.initial_state(operating),
            SETTLE_HOURS[self.structure_name],
            seed=1,
            apart=4.0,
            n=self._recipe.starts,
            constants={k: v for k, v in operating.setpoints.items() if k in self._constants},
        )

    def _setpoint_tags(self) -> tuple[str, ...]:
        return tuple(structure_setpoints(self.structure_name))

    def _build(self, operating: Operating, progress: Progress | None) -> Library:
        starts = self.starts(operating)
        jobs = library_jobs(self.causes(), self._recipe)
        total = len(jobs) + self._recipe.pairs
        values = np.full((total, round(self._recipe.length / self.sample), len(self.tags)), np.nan, dtype=np.float32)
        self._fill(values, 0, starts, jobs, progress)
        seen = visible(values[: len(jobs)], np.array([job[1].id for job in jobs]), round(ONSET / self.sample))
        pairs = pair_jobs(seen, self._recipe)
        self._fill(values, len(jobs), starts, pairs, progress)
        jobs += pairs
        parts = (
            values[: len(jobs)],
            np.array([scenario.id for _, scenario, *_ in jobs]),
            np.array([scenario.magnitude for _, scenario, *_ in jobs]),
            np.array([scenario.onset for _, scenario, *_ in jobs]),
            np.array([also[0].id if also else "" for *_, also in jobs]),
        )
        return Library(self.tags, self.sample, *parts, digest_of(*parts), operating)

    def _fill(
        self, values: NDArray[np.float32], first: int, starts: list[Start], jobs: list[Job], progress: Progress | None
    ) -> None:
        """Simulate the jobs into the rows of ``values`` from ``first`` on."""
        for index, (run, _) in enumerate(run_parallel(_course, (starts, self.sample), jobs), first):
            values[index, : len(run)] = run
            if progress is not None and (index % 20 == 19 or index + 1 == len(values)):
                progress(index + 1, len(values))

    def _key(self, operating: Operating) -> str:
        recipe: dict[str, Any] = {
            "twin": self.name,
            "version": self.version,
            "setpoints": {k: round(v, 6) for k, v in sorted(operating.setpoints.items())},
            "start": operating.label if operating.label.startswith("mode") else "",
            "causes": self.causes(),
            "runs": [*astuple(self._recipe), ONSET, self.sample],
            "settled": SETTLE_HOURS[self.structure_name],
        }
        return hashlib.sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()[:24]

    def _path(self, operating: Operating) -> Path:
        return self._cache / f"{self.structure_name}-{self._key(operating)}.npz"


def structure_setpoints(name: str) -> tuple[str, ...]:
    """The set-point tags of a control structure that an operator may write."""
    if name == "ricker":
        from assay.models.tep.ricker import SETPOINT_TAGS

        return tuple(SETPOINT_TAGS)
    from assay.models.tep.braatz_structure import FREE_SETPOINTS

    return tuple(FREE_SETPOINTS)


def _course(state: tuple[list[Start], float], job: Any) -> tuple[NDArray[np.float32], str | None]:
    starts, sample = state
    index, scenario, hours, interventions, also = job
    run = simulate(starts[index], scenario, hours, sample=sample, interventions=interventions, also=also)
    return run.values.astype(np.float32), run.trip
