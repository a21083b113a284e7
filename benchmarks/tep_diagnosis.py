"""Root causes of Tennessee Eastman upsets: simulated cases on unseen seeds, or the public Braatz files.

    python -m benchmarks.tep_diagnosis --cases 510 --seed 1 --json
    python -m benchmarks.tep_diagnosis --cases 60 --seed 1 --group operator --json
    python -m benchmarks.tep_diagnosis --cases 60 --seed 1 --exclude IDV4 --json
    python -m benchmarks.tep_diagnosis --data FOLDER [--withhold-loops] --json

Groups: ``faults`` (the 17 detectable disturbances of IDV 1-20), ``weak`` (3, 9, 15), ``normal``, ``operator``,
``stuck``, ``double`` (two faults at once: outside the library). A fault that is never detected counts as wrong; beside
it stands the share of those that plain T2 and SPE detect (see ``benchmarks.t2spe``), for the operating modes in which
some faults are invisible. No language model takes part: it chooses nothing that decides a cause.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from assay.models.parallel import run_parallel
from assay.models.tep.operating import initial_state, mode_point
from assay.models.tep.runs import TAGS, Start, settle, simulate
from assay.models.tep.scenario import NONE, Scenario, draw_magnitude
from assay.models.tep.twin import SETTLE_HOURS
from assay.models.twins import twin_for
from assay.plant.model import load_plant
from assay.plant.series import Frame
from assay.skills.investigate import findings
from assay.skills.investigate.workbench import Workbench
from benchmarks.t2spe import Pca

DETECTABLE = tuple(f"IDV{i}" for i in range(1, 21) if i not in (3, 9, 15))
WEAK = ("IDV3", "IDV9", "IDV15")
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
SAMPLE = 0.05
HORIZONS = (1.0, 4.0, 8.0)
BRAATZ_ROW = timedelta(minutes=3)
BRAATZ_ONSET = 160


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one case ended in at one horizon; ``first`` is None when nothing was detected."""

    cause: str
    first: str | None
    probability: float
    probabilities: dict[str, float]
    delay: float | None
    detectable: bool | None = None


def frame_of(values: np.ndarray[Any, Any], tags: tuple[str, ...] = TAGS) -> Frame:
    """A history of three-minute rows."""
    times = np.datetime64(EPOCH.replace(tzinfo=None), "ns") + np.arange(1, len(values) + 1) * np.timedelta64(180, "s")
    return Frame(times, tags, values)


def judge(bench: Workbench, true: str, onset: float | None) -> Verdict:
    """The verdict of the skill's own code on a case."""
    screen = bench.screen
    if screen.alarm is None:
        return Verdict(true, None, 1.0, {}, None)
    tested = findings.tested(bench)
    probabilities = {c["id"]: float(c["probability"]) for c in tested["causes"]}
    first = tested["causes"][0]["id"]
    hours = (bench.grid.time(screen.alarm) - EPOCH).total_seconds() / 3600.0
    return Verdict(true, first, probabilities[first], probabilities, None if onset is None else hours - onset)


def judged(frame: Frame, plant: Any, true: str, onset: float | None, exclude: frozenset[str]) -> dict[float, Verdict]:
    """Verdicts at all horizons: the history is cut that long after the alarm that it raises."""
    bench = Workbench(plant, frame, exclude=exclude)
    if bench.screen.alarm is None:
        return dict.fromkeys(HORIZONS, judge(bench, true, onset))
    alarm = bench.grid.time(bench.screen.alarm)
    return {
        h: judge(Workbench(plant, frame, at=alarm + timedelta(hours=h + 0.01), exclude=exclude), true, onset)
        for h in HORIZONS
    }


def scenarios(group: str, cases: int, seed: int, magnitude: float | None, only: str | None) -> list[list[Scenario]]:
    """The cases of a group: a list of simultaneous causes each."""
    rng = np.random.default_rng(seed)
    writable = ("SP_REACTOR_LEVEL SP_REACTOR_PRESSURE SP_REACTOR_TEMPERATURE SP_SEPARATOR_LEVEL SP_STRIPPER_LEVEL "
                "SP_PCT_G SP_PRODUCTION_RATE SP_YA SP_YAC XMV_5 XMV_9 XMV_12").split()  # fmt: skip
    pools = {
        "faults": (only,) if only else DETECTABLE,
        "weak": WEAK,
        "normal": (NONE,),
        "operator": tuple(f"operator:{tag}" for tag in writable),
        "stuck": tuple(f"stuck:XMV_{i}" for i in range(1, 13)),
        "double": DETECTABLE,
    }
    drawn: list[list[Scenario]] = []
    for case in range(cases):
        onset = float(rng.uniform(2.0, 9.0))
        pool = pools[group]
        ids = [pool[case % len(pool)]]
        if group == "double":
            ids.append(str(rng.choice([c for c in DETECTABLE if c != ids[0]])))
        drawn.append([_drawn(str(i), onset, magnitude, rng) for i in ids])
    return drawn


def _drawn(cause: str, onset: float, magnitude: float | None, rng: np.random.Generator) -> Scenario:
    size = draw_magnitude(cause, rng)
    if cause.startswith("IDV"):
        size = magnitude if magnitude is not None else float(rng.uniform(0.6, 1.0))
    return Scenario(cause, size, onset, int(rng.integers(1 << 30)))


def _simulated(starts: list[Start], job: tuple[int, list[Scenario]]) -> np.ndarray[Any, Any]:
    index, causes = job
    run = simulate(starts[index], causes[0], causes[0].onset + 12.0, also=tuple(causes[1:]))
    return run.values


def simulated_cases(arguments: argparse.Namespace) -> Iterator[tuple[list[Scenario], np.ndarray[Any, Any]]]:
    """Cases from settled starts of their own seeds, which no library uses."""
    point = mode_point("ricker", arguments.mode)
    starts = settle(
        "ricker", dict(point.setpoints), initial_state(point), SETTLE_HOURS["ricker"],
        seed=100_000 + arguments.seed, apart=5.0, n=6,
    )  # fmt: skip
    only = arguments.exclude[0] if arguments.exclude and arguments.group == "faults" else None
    cases = scenarios(arguments.group, arguments.cases, arguments.seed, arguments.magnitude, only)
    jobs = [(i % len(starts), causes) for i, causes in enumerate(cases)]
    yield from zip(cases, run_parallel(_simulated, starts, jobs), strict=True)


def plain_rival(plant: Any, mode: int) -> Pca:
    """Plain T2 and SPE on the library's normal runs."""
    twin = twin_for(plant)
    assert twin is not None
    normal = twin.library(mode_point("ricker", mode)).normal().astype(np.float64)
    return Pca.of(normal.reshape(-1, normal.shape[2]))


def braatz_cases(folder: Path) -> Iterator[tuple[str, Frame]]:
    """The test files ``dNN_te.dat`` of the folder: XMEAS 1-41 and XMV 1-11, the fault starts after row 160."""
    tags = TAGS[:52]
    for path in sorted(folder.glob("d*_te.dat")):
        values = np.loadtxt(path)
        values = values if values.shape[1] == len(tags) else values.T
        number = int(path.name[1:3])
        yield (f"IDV{number}" if number else NONE), frame_of(values, tags)


def wilson(right: int, n: int) -> list[float]:
    """95 % interval of a share (Wilson 1927)."""
    if n == 0:
        return [0.0, 1.0]
    z, p = 1.96, right / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return [round(max(0.0, middle - half), 4), round(min(1.0, middle + half), 4)]


def summary(verdicts: list[Verdict]) -> dict[str, Any]:
    """Shares over the cases of one horizon."""
    # A normal course is judged right when nothing is detected, too.
    verdicts = [replace(v, first=NONE) if v.cause == NONE and v.first is None else v for v in verdicts]
    n = len(verdicts)
    right = sum(v.first == v.cause for v in verdicts)
    ranked = [_named(v) for v in verdicts]
    two = sum(v.cause in names[:2] for v, names in zip(verdicts, ranked, strict=True))
    sure = [v for v in verdicts if v.first not in (None, NONE) and v.probability >= 0.9]
    named = sum(v.first not in (None, NONE) and v.probability >= 0.5 for v in verdicts)
    by: dict[str, list[bool]] = defaultdict(list)
    for verdict in verdicts:
        by[verdict.cause].append(verdict.first == verdict.cause)
    return {
        "n": n,
        "right_first": round(right / n, 4),
        "right_first_interval": wilson(right, n),
        "right_first_two": round(two / n, 4),
        "best_named_right": round(
            sum(names[:1] == [v.cause] for v, names in zip(verdicts, ranked, strict=True)) / n, 4
        ),
        "detected": round(sum(v.first is not None for v in verdicts) / n, 4),
        **_of_detectable(verdicts),
        "said_with_0.9": round(len(sure) / n, 4),
        "right_of_those": round(sum(v.first == v.cause for v in sure) / len(sure), 4) if sure else None,
        "named_with_0.5": round(named / n, 4),
        "median_delay_hours": _median([v.delay for v in verdicts if v.delay is not None]),
        "wrong": sorted(f"{v.cause}->{v.first}" for v in verdicts if v.first != v.cause),
        "by_cause": {cause: round(sum(hits) / len(hits), 3) for cause, hits in sorted(by.items())},
    }


def _of_detectable(verdicts: list[Verdict]) -> dict[str, Any]:
    """The share of right first causes among the cases that plain T2 and SPE detect."""
    seen = [v for v in verdicts if v.detectable]
    if not seen:
        return {}
    right = sum(v.first == v.cause for v in seen)
    return {
        "detectable": len(seen),
        "right_of_detectable": round(right / len(seen), 4),
        "right_of_detectable_interval": wilson(right, len(seen)),
        "missed_of_detectable": sum(v.first is None for v in seen),
    }


def _named(verdict: Verdict) -> list[str]:
    order = sorted(verdict.probabilities, key=lambda cause: -verdict.probabilities[cause])
    return [cause for cause in order if cause != NONE]


def _median(values: list[float]) -> float | None:
    return round(float(np.median(values)), 3) if values else None


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """All cases; the summary by horizon."""
    exclude = frozenset(arguments.exclude or ())
    found: dict[float, list[Verdict]] = {h: [] for h in HORIZONS}
    began = time.monotonic()
    rival: Pca | None = None
    if arguments.data is not None:
        plant = load_plant("tennessee_eastman" if arguments.withhold_loops else "tennessee_eastman_braatz")
        named = [(cause, frame, BRAATZ_ONSET * SAMPLE) for cause, frame in braatz_cases(arguments.data)]
    else:
        plant = load_plant("tennessee_eastman")
        rival = plain_rival(plant, arguments.mode)
        named = []
        for causes, values in simulated_cases(arguments):
            label = "+".join(sorted(c.id for c in causes)) if arguments.group == "double" else causes[0].id
            named.append((label, frame_of(values), causes[0].onset))
    for number, (cause, frame, onset) in enumerate(named, 1):
        detectable = None if rival is None else rival.detects(frame.values, onset or 0.0, SAMPLE)
        for horizon, verdict in judged(frame, plant, cause, onset, exclude).items():
            found[horizon].append(replace(verdict, detectable=detectable))
        if number % 20 == 0:
            print(f"{number}/{len(named)} cases, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return {
        "benchmark": "tep_diagnosis",
        "arguments": {k: str(v) if isinstance(v, Path) else v for k, v in vars(arguments).items() if k != "json"},
        "machine": {"processor": platform.processor() or platform.machine(), "cores": os.cpu_count()},
        "load": os.getloadavg(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "seconds": round(time.monotonic() - began, 1),
        "by_hours_after_alarm": {f"{h:g}": summary(verdicts) for h, verdicts in found.items() if verdicts},
    }


def main() -> None:
    """Parse the arguments, run, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=51)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mode", type=int, default=1, choices=range(1, 7))
    parser.add_argument("--magnitude", type=float)
    parser.add_argument("--exclude", action="append")
    parser.add_argument(
        "--group", default="faults", choices=("faults", "weak", "normal", "operator", "stuck", "double")
    )  # fmt: skip
    parser.add_argument("--data", type=Path)
    parser.add_argument("--withhold-loops", action="store_true")
    parser.add_argument("--json", action="store_true", help="indented JSON (otherwise one line)")
    arguments = parser.parse_args()
    print(json.dumps(run(arguments), indent=2 if arguments.json else None))


if __name__ == "__main__":
    main()
