"""The twin of the Tennessee Eastman process under one control structure."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import IntegrityError
from assay.models.parallel import run_parallel
from assay.models.tep import operating as op
from assay.models.tep.runs import TAGS, Start, settle, simulate, structure
from assay.models.tep.scenario import Scenario, draw_magnitude
from assay.models.tep.starts import load_starts, save_starts
from assay.models.twin import NONE, Library, Operating, Progress, TwinRun
from assay.plant.home import home

Array = NDArray[np.float64]

SETTLE_HOURS = {"ricker": 72.0, "braatz": 30.0}
STARTS = 24  # different states of normal operation: runs from one state resemble each other too much
ONSET = 2.0  # hours of normal operation before the cause in every library run
LENGTH = 13.0
_BEFORE = 0.25  # hours of normal operation before the cause in a forecast
# Runs of a disturbance; stuck valves and operator's moves get half as many.
RUNS = {"ricker": 32, "braatz": 14}
NORMAL_RUNS = {"ricker": 200, "braatz": 100}

# Shutdown limits on measurements (Downs and Vogel 1993, table 6): tag -> (low, high).
SHUTDOWN: dict[str, tuple[float, float]] = {
    "XMEAS_7": (-np.inf, 3000.0),
    "XMEAS_9": (-np.inf, 175.0),
}


class TepTwin:
    """``structure_name`` is ``ricker`` or ``braatz``; libraries are kept under the home folder."""

    version = "1"
    tags = TAGS
    sample = 0.05

    def __init__(self, structure_name: str, *, cache: Path | None = None, runs: int | None = None) -> None:
        self.structure_name = structure_name
        self.name = f"tennessee_eastman/{structure_name}"
        self._cache = cache or home() / "twins"
        self._runs = runs or RUNS[structure_name]
        self._normal_runs = NORMAL_RUNS[structure_name] if runs is None else max(20, 4 * runs)
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
                library = _load(path, operating)
            except (OSError, IntegrityError):
                library = self._build(operating, progress)
                _save(path, library)
            self._memory[key] = library
        return self._memory[key]

    def normal_runs(self, operating: Operating, runs: int, hours: float) -> Array:
        """See ``models.twin.Twin``; kept in memory."""
        key = f"{self._key(operating)}/{runs}/{hours}"
        if key not in self._normal:
            starts = self.starts(operating)
            jobs = [(k % len(starts), Scenario(NONE, 0.0, 0.0, 7001 + k), hours, ()) for k in range(runs)]
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
            (k % STARTS, Scenario(cause, magnitude, _BEFORE, seed * 1009 + k), now + hours, writes)
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
            kept = load_starts(path, self.structure_name, STARTS)
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
            n=STARTS,
            constants={k: v for k, v in operating.setpoints.items() if k in self._constants},
        )

    def _setpoint_tags(self) -> tuple[str, ...]:
        return tuple(structure_setpoints(self.structure_name))

    def _jobs(self) -> list[tuple[int, Scenario]]:
        rng = np.random.default_rng(20260101)
        jobs: list[tuple[int, Scenario]] = []
        for cause in self.causes():
            for _ in range(self._runs if cause.startswith("IDV") else max(4, self._runs * 5 // 8)):
                magnitude = draw_magnitude(cause, rng)
                onset = ONSET + float(rng.uniform(0.0, 0.25))  # any phase of the analysers
                jobs.append((int(rng.integers(STARTS)), Scenario(cause, magnitude, onset, int(rng.integers(1 << 30)))))
        for _ in range(self._normal_runs):
            jobs.append((int(rng.integers(STARTS)), Scenario(NONE, 0.0, ONSET, int(rng.integers(1 << 30)))))
        return jobs

    def _build(self, operating: Operating, progress: Progress | None) -> Library:
        jobs = self._jobs()
        starts = self.starts(operating)
        rows = round(LENGTH / self.sample)
        values = np.full((len(jobs), rows, len(self.tags)), np.nan, dtype=np.float32)
        for index, (run, _) in enumerate(
            run_parallel(_course, (starts, self.sample), [(k, s, LENGTH, ()) for k, s in jobs])
        ):
            values[index, : len(run)] = run
            if progress is not None and (index % 20 == 19 or index + 1 == len(jobs)):
                progress(index + 1, len(jobs))
        causes = np.array([s.id for _, s in jobs])
        magnitudes = np.array([s.magnitude for _, s in jobs])
        onsets = np.array([s.onset for _, s in jobs])
        digest = _digest(values, causes, magnitudes, onsets)
        return Library(self.tags, self.sample, values, causes, magnitudes, onsets, digest, operating)

    def _key(self, operating: Operating) -> str:
        recipe: dict[str, Any] = {
            "twin": self.name,
            "version": self.version,
            "setpoints": {k: round(v, 6) for k, v in sorted(operating.setpoints.items())},
            "start": operating.label if operating.label.startswith("mode") else "",
            "causes": self.causes(),
            "runs": [self._runs, self._normal_runs, LENGTH, ONSET, self.sample],
            "starts": [STARTS, SETTLE_HOURS[self.structure_name]],
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
    index, scenario, hours, interventions = job
    run = simulate(starts[index], scenario, hours, sample=sample, interventions=interventions)
    return run.values.astype(np.float32), run.trip


def _digest(*arrays: NDArray[Any]) -> str:
    sha = hashlib.sha256()
    for array in arrays:
        data = np.char.encode(array, "utf-8") if array.dtype.kind == "U" else np.ascontiguousarray(array)
        sha.update(data.tobytes())
    return sha.hexdigest()


def _save(path: Path, library: Library) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.tmp.npz")
    np.savez(
        partial,
        values=library.values,
        causes=library.causes,
        magnitudes=library.magnitudes,
        onsets=library.onsets,
        digest=np.array(library.digest),
    )
    os.replace(partial, path)


def _load(path: Path, operating: Operating) -> Library:
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            parts = [file[name] for name in ("values", "causes", "magnitudes", "onsets")]
            digest = str(file["digest"])
    except FileNotFoundError:
        raise
    except Exception as error:  # a damaged file ends in any of a dozen errors of zipfile, numpy and the tokenizer
        raise IntegrityError("models.library_changed", path=str(path)) from error
    if _digest(*parts) != digest:
        raise IntegrityError("models.library_changed", path=str(path))
    values, causes, magnitudes, onsets = parts
    return Library(TAGS, TepTwin.sample, values, causes, magnitudes, onsets, digest, operating)
