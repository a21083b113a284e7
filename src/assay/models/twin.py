"""Digital twins: a mechanism model, its control configuration, and a library of what each cause would look like."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Progress = Callable[[int, int], None]

NONE = "none"


@dataclass(frozen=True, slots=True)
class Operating:
    """An operating point: the set points and constant valves by tag; ``label`` is a known mode or ``observed``."""

    label: str
    setpoints: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Library:
    """Simulated runs of one operating point.

    ``values`` (runs, rows, tags) every ``sample`` hours, NaN after a trip; ``causes`` (runs,) ids with ``none`` for
    normal operation; ``magnitudes`` (runs,); ``onsets`` (runs,) hours at which the cause starts (the first row is at
    ``sample`` hours). ``also`` (runs,) a second cause that acts in the same run, empty in most: such runs are no
    hypotheses, they show what an upset outside the library looks like. ``digest`` is the SHA-256 of all arrays.
    """

    tags: tuple[str, ...]
    sample: float
    values: NDArray[np.float32]
    causes: NDArray[np.str_]
    magnitudes: Array
    onsets: Array
    also: NDArray[np.str_]
    digest: str
    operating: Operating

    def normal(self) -> NDArray[np.float32]:
        """The runs without a cause."""
        runs: NDArray[np.float32] = self.values[self.causes == NONE]
        return runs


@dataclass(frozen=True, slots=True)
class TwinRun:
    """One simulated course: ``times`` in hours from its start, ``values`` (rows, tags), the trip message or None."""

    times: Array
    values: Array
    trip: str | None


class Twin(Protocol):
    """What the skill ``investigate`` needs of a plant's twin."""

    name: str
    version: str
    tags: tuple[str, ...]
    sample: float

    def causes(self) -> tuple[str, ...]:
        """All hypotheses that can be simulated."""
        ...

    def recognise(self, means: Mapping[str, float]) -> Operating:
        """The operating point that the normal means (tag -> mean) show."""
        ...

    def library(self, operating: Operating, progress: Progress | None = None) -> Library:
        """The library of an operating point: from the cache, or simulated now in parallel processes."""
        ...

    def cached(self, operating: Operating) -> bool:
        """Whether ``library`` would answer from the cache."""
        ...

    def normal_runs(self, operating: Operating, runs: int, hours: float) -> Array:
        """Normal operation (runs, rows, tags) at an operating point, simulated now: cheap, unlike the library."""
        ...

    def trips(self, values: Array) -> Array:
        """Rows (bool) of ``values`` (rows, tags) that lie beyond a shutdown limit."""
        ...

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
        """``runs`` courses of ``hours`` from now, the cause being active since ``hours_since_onset``, with ``writes``
        (tag, value) made now."""
        ...

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
        """``runs`` courses for each option of writes, every option with the same noises, in parallel."""
        ...
