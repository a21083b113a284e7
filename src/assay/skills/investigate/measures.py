"""Measures: writes that may relieve the upset, each simulated on the twin from now."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.models.twin import Operating, Twin, TwinRun
from assay.plant.failures import Failure
from assay.plant.model import Plant

Array = NDArray[np.float64]

LOOK_AHEAD = 10.0  # hours
RUNS = 3
FINE = 4  # candidates tried on several courses
BAND_RUNS = 16
BAND_HOURS = 2.0
STANDING_NOW = 3.0
_PRIORITY = {"critical": 8.0, "high": 4.0, "medium": 2.0, "low": 1.0}


@dataclass(frozen=True, slots=True)
class Candidate:
    """Writes (tag, value) with the values before."""

    writes: tuple[tuple[str, float], ...]
    before: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """What the twin predicts under a candidate (or without one): share of runs that trip, the hours until the first
    trip, alarms standing at the end by (tag, type) with their priority weight, and the mean deviation from normal in
    normal spreads."""

    trips: float
    first_trip: float | None
    alarms: dict[tuple[str, str], float]
    deviation: float

    @property
    def cost(self) -> float:
        """Lower is better: a trip outweighs every alarm, an alarm every deviation. Weights of alarms hold already that
        one which stands now counts STANDING_NOW times as much as one that a measure would raise."""
        late = 0.0 if self.first_trip is None else 1.0 - min(self.first_trip / LOOK_AHEAD, 1.0)
        return 1000.0 * self.trips + 100.0 * late + sum(self.alarms.values()) + min(self.deviation, 50.0) / 50.0


def candidates(plant: Plant, failure: Failure | None, present: dict[str, float]) -> list[Candidate]:
    """Candidate writes within the tags' limits: those of the failure library in two sizes, the general moves of every
    writable tag whose present value is known, and pairs of the library's own."""
    steps: dict[str, list[float]] = {}
    for measure in failure.measures if failure is not None else ():
        signs = {"raise": (1.0,), "lower": (-1.0,), "either": (1.0, -1.0)}[measure.direction]
        steps.setdefault(measure.tag, []).extend(s * measure.max_step * f for s in signs for f in (0.5, 1.0))
    own = list(steps)
    for tag in present:
        limits = plant.limits(tag)
        if limits is not None and limits.writable:
            span = limits.maximum - limits.minimum
            steps.setdefault(tag, []).extend((0.3 * span, -0.3 * span))
    singles = [_candidate(plant, present, {tag: step}) for tag, moves in steps.items() for step in moves]
    pairs = [
        _candidate(plant, present, {a: x, b: y})
        for a, b in itertools.combinations(own, 2)
        for x in steps[a][:2]
        for y in steps[b][:2]
    ]
    unique: dict[tuple[tuple[str, float], ...], Candidate] = {}
    for candidate in (*singles, *pairs):
        if candidate is not None:
            unique.setdefault(candidate.writes, candidate)
    return list(unique.values())


def _candidate(plant: Plant, present: dict[str, float], moves: dict[str, float]) -> Candidate | None:
    writes: list[tuple[str, float]] = []
    before: list[float] = []
    for tag, move in sorted(moves.items()):
        limits = plant.limits(tag)
        if limits is None or not limits.writable or tag not in present:
            return None
        value = round(min(max(present[tag] + move, limits.minimum), limits.maximum), 3)
        if abs(value - present[tag]) < 1e-6:
            return None
        writes.append((tag, value))
        before.append(present[tag])
    return Candidate(tuple(writes), tuple(before))


def effect_of(
    plant: Plant, twin: Twin, runs: list[TwinRun], baseline: Array, scale: Array, now: frozenset[tuple[str, str]]
) -> Effect:
    """The effect shown by simulated courses; ``baseline`` and ``scale`` (tags of the twin), ``now`` standing alarms."""
    tripped = [run for run in runs if run.trip is not None]
    first = min((float(run.times[-1]) if len(run.times) else 0.0 for run in tripped), default=None)
    alarms: dict[tuple[str, str], float] = {}
    tails: list[Array] = []
    for run in runs:
        if len(run.values):
            tails.append(run.values[-round(1.0 / twin.sample) :].mean(axis=0))
    for tail in tails:
        for key, weight in standing(plant, dict(zip(twin.tags, tail.tolist(), strict=True)), now).items():
            alarms[key] = alarms.get(key, 0.0) + weight * (STANDING_NOW if key in now else 1.0) / len(tails)
    deviation = float(np.mean([np.abs((tail - baseline) / scale).mean() for tail in tails])) if tails else 50.0
    return Effect(len(tripped) / len(runs), first, alarms, deviation)


def standing(
    plant: Plant, values: dict[str, float], now: frozenset[tuple[str, str]] = frozenset()
) -> dict[tuple[str, str], float]:
    """Alarms beyond their limit at these values, with a weight by priority.

    Those that stand ``now`` return to normal only beyond their dead-band (ISA-18.2).
    """
    found: dict[tuple[str, str], float] = {}
    for tag, value in values.items():
        if not plant.has_tag(tag):
            continue
        for kind, limit in plant.tag(tag).alarms.items():
            margin = limit.deadband if (tag, kind) in now else 0.0
            if (value > limit.at - margin) if kind.startswith("H") else (value < limit.at + margin):
                found[(tag, kind)] = _PRIORITY.get(limit.priority, 1.0)
    return found


def band(twin: Twin, runs: list[TwinRun], tags: list[str]) -> dict[str, dict[str, list[float]]]:
    """Per tag the pointwise mean and 90 % prediction interval (Student's t) of one more course like these.

    Quantiles of so few courses would be too narrow: they leave out the courses that were not simulated.
    """
    from scipy.stats import t as student

    rows = min(len(run.values) for run in runs)
    stack = np.stack([run.values[:rows] for run in runs])
    result: dict[str, dict[str, list[float]]] = {}
    for tag in tags:
        column = stack[:, :, twin.tags.index(tag)]
        n = len(column)
        middle = column.mean(axis=0)
        reach = (
            float(student.ppf(0.95, max(n - 1, 1))) * column.std(axis=0, ddof=min(1, n - 1)) * np.sqrt(1.0 + 1.0 / n)
        )
        result[tag] = {"low": _list(middle - reach), "median": _list(middle), "high": _list(middle + reach)}
    return result


def _list(values: Array) -> list[float]:
    return [round(float(v), 6) for v in values]


def search(
    plant: Plant,
    twin: Twin,
    operating: Operating,
    cause: str,
    magnitude: float,
    since_onset: float,
    options: list[Candidate],
    baseline: Array,
    scale: Array,
    now: frozenset[tuple[str, str]],
) -> tuple[Effect, list[tuple[Candidate, Effect]]]:
    """The effect of doing nothing, and the best candidates with their effects, best first.

    Every candidate is tried on one course; the best ones on RUNS courses, so that luck does not choose.
    """

    def tried(of: Sequence[Candidate], runs: int, seed: int) -> list[list[TwinRun]]:
        return twin.compare(
            operating, cause, magnitude, since_onset, LOOK_AHEAD, [c.writes for c in of], runs, seed=seed
        )  # fmt: skip

    def effect(courses: list[TwinRun]) -> Effect:
        return effect_of(plant, twin, courses, baseline, scale, now)

    idle = Candidate((), ())
    coarse = [idle, *options]
    once = dict(zip(coarse, tried(coarse, 1, seed=11), strict=True))
    fine = [idle, *sorted(options, key=lambda candidate: effect(once[candidate]).cost)[:FINE]]
    more = tried(fine, RUNS - 1, seed=12) if RUNS > 1 else [[] for _ in fine]
    known = [(candidate, effect(once[candidate] + again)) for candidate, again in zip(fine, more, strict=True)]
    return known[0][1], sorted(known[1:], key=lambda pair: pair[1].cost)
