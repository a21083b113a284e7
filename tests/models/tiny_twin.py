"""A twin whose library is small enough for tests: five causes, few runs, a short settling. Built once a test session.

Everything else is the shipped twin: the process, the control, the settled starts, the simulation in processes.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from assay.models.tep import live as _live  # noqa: F401  (binds the true sizes before they are made small)
from assay.models.tep import twin as module
from assay.models.tep.library import Recipe
from assay.models.tep.runs import Run, Start, settle, simulate
from assay.models.tep.scenario import Scenario
from assay.models.twin import Operating
from assay.plant.series import Frame

CAUSES = ("IDV1", "IDV4", "IDV6", "IDV14", "operator:SP_REACTOR_TEMPERATURE")
RUNS = 8

SETTLE = 24.0
RECIPE = Recipe(runs=RUNS, normal=32, pairs=32, starts=5, length=5.5)


class TinyTwin(module.TepTwin):
    """``TepTwin("ricker")`` with few causes."""

    def causes(self) -> tuple[str, ...]:
        return CAUSES


@pytest.fixture(scope="module")
def small() -> Iterator[None]:
    """The twin's sizes are small while a test module uses this fixture."""
    patch = pytest.MonkeyPatch()
    patch.setattr(module, "SETTLE_HOURS", {"ricker": SETTLE, "braatz": 4.0})
    yield
    patch.undo()


@cache
def folder() -> Path:
    """Where the library is kept during the session."""
    made = Path(tempfile.mkdtemp(prefix="assay-tiny-twin-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


@cache
def twin() -> TinyTwin:
    """The session's twin. Use it in tests that use ``small``."""
    return TinyTwin("ricker", cache=folder(), recipe=RECIPE)


def operating() -> Operating:
    """Mode 1."""
    return twin().recognise({})


@cache
def _start() -> Start:
    """A settled start of its own, not one of the library's."""
    point = operating()
    return settle("ricker", dict(point.setpoints), None, 30.0, seed=77, apart=1.0, n=1)[0]


@cache
def course(
    cause: str = "none", magnitude: float = 1.0, *, onset: float = 3.0, hours: float = 6.0, seed: int = 15
) -> Run:
    """A run of the plant, the same in every call; do not change its arrays."""
    run = simulate(_start(), Scenario(cause, magnitude, onset, seed), hours)
    run.values.setflags(write=False)
    return run


BEGIN = np.datetime64("2026-03-04T00:00:00", "ns")


def frame_of(values: np.ndarray, *, sample: float = 0.05, skip: int = 1) -> Frame:
    """A history of these rows (53 columns), every ``skip``-th of them; times begin one row after BEGIN."""
    step = np.timedelta64(round(sample * 3600e9), "ns")
    times = BEGIN + step * np.arange(1, len(values) + 1)
    return Frame(times[skip - 1 :: skip], module.TAGS, np.array(values[skip - 1 :: skip], dtype=np.float64))


def at_hours(hours: float) -> datetime:
    """The time of a history's hour."""
    return datetime(2026, 3, 4, tzinfo=UTC) + timedelta(hours=hours)


@pytest.fixture
def tiny_home(small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of its own; every plant that has a twin has the tiny one."""
    from assay.skills.investigate import detect, diagnosis, measures, workbench

    home = tmp_path / "home"
    monkeypatch.setenv("ASSAY_HOME", str(home))
    monkeypatch.setattr(workbench, "twin_for", lambda plant, control=None: twin() if plant.twin is not None else None)
    monkeypatch.setattr(workbench, "controls_of", lambda plant: ("ricker",))
    monkeypatch.setattr(workbench, "FIT_RUNS", 4)
    # The runs are too short for a longer baseline and too few for the limits of a shorter one.
    monkeypatch.setattr(detect, "HEADS", (2.0,))
    monkeypatch.setattr(diagnosis, "TREES", 100)
    monkeypatch.setattr(diagnosis, "HIDDEN_TREES", 50)
    for name, size in (("LOOK_AHEAD", 0.5), ("RUNS", 1), ("FINE", 1), ("BAND_RUNS", 3), ("BAND_HOURS", 1.0)):
        monkeypatch.setattr(measures, name, size)
    every = measures.candidates
    monkeypatch.setattr(measures, "candidates", lambda *asked: every(*asked)[:3])
    return home
