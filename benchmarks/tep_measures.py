"""Does the proposed measure avoid the trip? Simulated upsets of the Tennessee Eastman process that would shut it down.

    python -m benchmarks.tep_measures --cases 30 --seed 1 --json

A plant (settled starts and noises that no library uses) suffers a fault of ``--causes`` that would shut it down within
the skill's look-ahead, and is investigated ``--after`` hours after its alarm. The plant then goes on with the best
measure that the skill proposes, and with each of the other candidates. A case counts when at least one candidate avoids
the trip on the plant itself; a case in which nothing is proposed counts as not avoided. No language model takes part.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from assay.models.parallel import run_parallel
from assay.models.tep.operating import initial_state, mode_point
from assay.models.tep.runs import Start, settle, simulate
from assay.models.tep.scenario import Scenario
from assay.models.tep.twin import SETTLE_HOURS
from assay.models.twin import NONE
from assay.plant.model import load_plant
from assay.skills.investigate import findings, measures
from assay.skills.investigate.relief import relief
from assay.skills.investigate.workbench import Workbench
from benchmarks.tep_diagnosis import EPOCH, SAMPLE, frame_of, wilson

# The causes that shut this plant down within hours (Ricker's loops hold the others).
CAUSES = ("IDV6", *(f"stuck:XMV_{valve}" for valve in (1, 2, 4, 7, 8, 10, 11)))
DRAWN = 5  # scenarios drawn for each case that is asked for: most do not trip
Writes = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A plant at the moment of the question: what was tried, and what the skill proposed (None: nothing)."""

    scenario: Scenario
    start: int
    now: float
    cause: str
    proposed: Writes | None
    candidates: tuple[Writes, ...]


def _course(starts: list[Start], job: tuple[int, Scenario, float, tuple[tuple[float, str, float], ...]]) -> Any:
    index, scenario, hours, writes = job
    run = simulate(starts[index], scenario, hours, sample=SAMPLE, interventions=writes)
    return run.values, run.trip


def drawn(causes: list[str], count: int, seed: int) -> list[Scenario]:
    """``count`` scenarios over the causes in turn, magnitudes 0.6 to 1 (a stuck valve jumps by 5 to 20 per cent)."""
    rng = np.random.default_rng(seed)
    scenarios = []
    for case in range(count):
        cause = causes[case % len(causes)]
        size = float(rng.uniform(0.6, 1.0))
        if cause.startswith("stuck:"):
            size = float(rng.choice((-1.0, 1.0)) * rng.uniform(5.0, 20.0))
        scenarios.append(Scenario(cause, size, float(rng.uniform(2.0, 6.0)), int(rng.integers(1 << 30))))
    return scenarios


def trips(plant: Any, values: np.ndarray[Any, Any], trip: str | None, after: float) -> float | None:
    """The hour of the question where the plant, left alone, trips later and within the look-ahead; else None."""
    screen = Workbench(plant, frame_of(values)).screen
    if trip is None or screen.alarm is None:
        return None
    now, end = (screen.alarm + 1) * SAMPLE + after, len(values) * SAMPLE
    return now if now + SAMPLE < end <= now + measures.LOOK_AHEAD else None


def asked(plant: Any, scenario: Scenario, start: int, values: np.ndarray[Any, Any], now: float) -> Case | None:
    """The skill's proposal at the hour ``now``; None where nothing later than then had raised the alarm."""
    frame = frame_of(values)
    bench = Workbench(plant, frame, at=EPOCH + timedelta(hours=now))
    if bench.screen.alarm is None:
        return None
    first = findings.tested(bench)["causes"][0]
    present = {**_valves(plant), **dict(bench.control.operating.setpoints)}
    failure = bench.failures.get(first["id"]) if first["id"] in bench.failures else None
    options = tuple(candidate.writes for candidate in measures.candidates(plant, failure, present))
    proposed: Writes | None = None
    if first["id"] != NONE:
        best = relief(bench, first["id"], first["magnitude"] or 1.0, present)["best"]
        proposed = None if best is None else tuple((w["tag"], w["value"]) for w in best["writes"])
    return Case(scenario, start, now, first["id"], proposed, options)


def _valves(plant: Any) -> dict[str, float]:
    """The valves that the control structure holds constant, at their normal values."""
    tags = [plant.tag(tag) for tag in plant.twin.constant]
    return {tag.id: tag.normal for tag in tags if tag.writable and tag.normal is not None}


def outcome(starts: list[Start], case: Case) -> dict[str, Any]:
    """What happens to the plant itself under every candidate."""
    end = case.now + measures.LOOK_AHEAD
    ways: list[Writes] = sorted({*case.candidates, *(() if case.proposed is None else (case.proposed,))})
    jobs = [(case.start, case.scenario, end, tuple((case.now, tag, v) for tag, v in writes)) for writes in ways]
    tripped = {w: trip is not None for w, (_, trip) in zip(ways, run_parallel(_course, starts, jobs), strict=True)}
    return {
        "cause": case.scenario.id,
        "said": case.cause,
        "avoidable": any(not tripped[writes] for writes in case.candidates),
        "avoided": case.proposed is not None and not tripped[case.proposed],
        "proposed": [f"{tag}={value:g}" for tag, value in case.proposed or ()],
        "candidates_that_avoid": sum(not tripped[writes] for writes in case.candidates),
        "candidates": len(case.candidates),
    }


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """All cases and their shares."""
    began = time.monotonic()
    plant = load_plant("tennessee_eastman")
    point = mode_point("ricker", arguments.mode)
    starts = settle(
        "ricker", dict(point.setpoints), initial_state(point), SETTLE_HOURS["ricker"],
        seed=200_000 + arguments.seed, apart=5.0, n=6,
    )  # fmt: skip
    scenarios = drawn(arguments.causes.split(","), DRAWN * arguments.cases, arguments.seed)
    jobs = [
        (i % len(starts), s, s.onset + 3.0 + arguments.after + measures.LOOK_AHEAD, ()) for i, s in enumerate(scenarios)
    ]
    found: list[dict[str, Any]] = []
    for (start, scenario, *_), (values, trip) in zip(jobs, run_parallel(_course, starts, jobs), strict=True):
        now = trips(plant, values, trip, arguments.after)
        case = asked(plant, scenario, start, values, now) if now is not None and len(found) < arguments.cases else None
        if case is not None:
            found.append(outcome(starts, case))
            print(f"{len(found)}/{arguments.cases} {found[-1]}", file=sys.stderr, flush=True)
    counted = [entry for entry in found if entry["avoidable"]]
    by: dict[str, list[bool]] = defaultdict(list)
    for entry in counted:
        by[entry["cause"]].append(entry["avoided"])
    avoided = sum(entry["avoided"] for entry in counted)
    named = [entry for entry in counted if entry["said"] != NONE]
    return {
        "benchmark": "tep_measures",
        "arguments": {k: v for k, v in vars(arguments).items() if k != "json"},
        "machine": {"processor": platform.processor() or platform.machine(), "cores": os.cpu_count()},
        "load": os.getloadavg(),
        "seconds": round(time.monotonic() - began, 1),
        "cases": len(found),
        "avoidable": len(counted),
        "avoided_by_the_best": round(avoided / len(counted), 4) if counted else None,
        "interval": wilson(avoided, len(counted)),
        "avoided_where_a_cause_is_named": [sum(entry["avoided"] for entry in named), len(named)],
        "by_cause": {cause: [sum(hits), len(hits)] for cause, hits in sorted(by.items())},
    }


def main() -> None:
    """Parse the arguments, run, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mode", type=int, default=1, choices=range(1, 7))
    parser.add_argument("--after", type=float, default=1.0, help="hours between the alarm and the question")
    parser.add_argument("--causes", default=",".join(CAUSES))
    parser.add_argument("--json", action="store_true", help="indented JSON (otherwise one line)")
    arguments = parser.parse_args()
    print(json.dumps(run(arguments), indent=2 if arguments.json else None))


if __name__ == "__main__":
    main()
