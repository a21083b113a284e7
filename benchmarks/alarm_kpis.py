"""Alarm analysis on simulated upsets: are the key figures exact, is the root named, what does the advice remove?

    python -m benchmarks.alarm_kpis --cases 60 --seed 1 --json

Logs come from ``alarm_cases``: limits at mean +- 2 s without dead-band, failures of the library drawn at random.

- ``kpi``: every figure against ``alarm_reference`` (a loop for each definition); ``differences`` must be 0.
- ``root``: of each case's first flood that ends after the failure began, where the failure's equipment
  (``faults.yaml``) has an alarm: is the root on that equipment? Beside it the first alarm by the clock.
- ``advice``: annunciations removed, all cases together, with the upset named (as a plant's log book would) and without.
  A first-out is the failure's: the first alarm whose value differs by 2 s from the same run without the failure. It is
  lost when that alarm does not come from 10 min before to 10 min after. ``held_out``: one case's advice on the next.

Exit 1 when a figure is not exact or the advice with named upsets loses a first-out.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from assay.kernel.evidence import content_hash
from assay.models.tep.runs import TAGS
from assay.plant.failures import FailureLibrary, load_failures
from assay.plant.model import Plant, load_plant
from assay.skills.alarms.advice import advise_by_values, engine_log
from assay.skills.alarms.by_values import Proposal, with_settings
from assay.skills.alarms.flooding import root_of, scene
from assay.skills.alarms.kpi import figures
from assay.skills.alarms.log import NANO, RAISED, Alarm, AlarmLog
from assay.skills.alarms.protected import lost
from assay.skills.alarms.settings import Setting
from benchmarks import alarm_reference as reference
from benchmarks.alarm_cases import EPOCH, FAILURES, SAMPLE, Array, Case, case, limits, starts, write_plant

BEGIN = int(EPOCH.timestamp()) * NANO
HOUR = 3600 * NANO
STARTS = 6


@dataclass
class Score:
    """What is counted over all cases."""

    differences: list[str] = field(default_factory=list)
    compared: int = 0
    floods: int = 0
    on_equipment: int = 0
    named: int = 0
    clock: int = 0
    misses: list[str] = field(default_factory=list)
    advice: dict[str, dict[str, int]] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    began = time.monotonic()
    mean, std = limits(10_000 + options.seed)
    cases = drawn(options.cases, options.seed)
    with tempfile.TemporaryDirectory() as folder:
        plant = load_plant(write_plant(Path(folder) / "plant", mean, std))
        library = load_failures(plant)
        score = Score()
        settings: list[Sequence[Proposal]] = []
        for one in cases:
            settings.append(judge(one, plant, library, std, score))
        for one, others in zip(cases[1:], settings, strict=False):
            count(score, "held_out", one, plant, std, others)
    report = summary(score, options, cases)
    report["seconds"] = round(time.monotonic() - began, 1)
    print(json.dumps(report, indent=2) if options.json else "\n".join(lines(report)))
    return int(bool(score.differences) or report["advice"]["named"]["lost"] > 0)


def drawn(count: int, seed: int) -> list[Case]:
    """Cases with failures drawn at random, from a few settled plants."""
    rng = np.random.default_rng(seed)
    plants = starts(20_000 + seed, STARTS)
    return [case(plants[k % STARTS], str(rng.choice(FAILURES)), rng) for k in range(count)]


def judge(one: Case, plant: Plant, library: FailureLibrary, std: Array, score: Score) -> Sequence[Proposal]:
    """Score one case; the proposals made with its upset named."""
    log = engine_log(plant, one.frame)
    end = int(one.frame.times[-1].astype(np.int64))
    rows: list[reference.Row] = [
        (int(t), log.label(int(a)), "raised" if s == RAISED else "returned", log.priorities[int(p)])
        for t, a, s, p in zip(log.times, log.alarm, log.state, log.priority, strict=True)
    ]
    expected = reference.figures(rows, BEGIN, end)
    score.compared += len(expected)
    score.differences += reference.differences(figures(log, BEGIN, end), expected)
    judge_root(one, log, end, plant, library, score)
    upset = (BEGIN + int(one.scenario.onset * HOUR), end + 1)
    made = {}
    for name, upsets in (("named", [upset]), ("unnamed", [])):
        found = advise_by_values(plant, one.frame, library, upsets, None)
        if found["count"] != len(found["list"]):
            raise SystemExit("more proposals than the report lists")
        made[name] = [
            Proposal((entry["tag"], entry["type"]), Setting(**entry["now"]), Setting(**entry["then"]), 0, 0)
            for entry in found["list"]
        ]
        count(score, name, one, plant, std, made[name])
    return made["named"]


def judge_root(one: Case, log: AlarmLog, end: int, plant: Plant, library: FailureLibrary, score: Score) -> None:
    """Whether the root of the upset's first flood is on the failure's equipment."""
    seen = scene(log, BEGIN, end)
    onset = BEGIN + int(one.scenario.onset * HOUR)
    flood = next((flood for flood in seen.floods if flood.end > onset), None)
    if flood is None:
        return
    score.floods += 1
    first, candidates = root_of(seen, flood, plant, library)
    equipment = library.get(one.scenario.id).equipment
    if equipment not in {candidate.first.equipment for candidate in candidates}:
        return
    score.on_equipment += 1
    score.clock += first[0].equipment == equipment
    if candidates[0].first.equipment == equipment:
        score.named += 1
    else:
        score.misses.append(f"{one.scenario.id} on {equipment}: {candidates[0].first.equipment}")


def count(score: Score, name: str, one: Case, plant: Plant, std: Array, proposals: Sequence[Proposal]) -> None:
    """Add a case's annunciations before and after, and whether its first-out is lost."""
    before, after = engine_log(plant, one.frame), engine_log(with_settings(plant, proposals), one.frame)
    sums = score.advice.setdefault(name, {"before": 0, "after": 0, "first_outs": 0, "lost": 0})
    sums["before"] += len(before.raised())
    sums["after"] += len(after.raised())
    first = first_out(one, before, std)
    if first is None:
        return
    sums["first_outs"] += 1
    raised = after.raised()
    times = raised.times[[raised.alarms[alarm] == first[0] for alarm in raised.alarm.tolist()]]
    if lost(times, [first[1]]):
        sums["lost"] += 1
        score.lost.append(f"{name}: {one.scenario.id}, {' '.join(first[0])}")


def first_out(one: Case, log: AlarmLog, std: Array) -> tuple[Alarm, int] | None:
    """The first alarm that the failure caused: its value differs by 2 s from the run without the failure."""
    raised = log.raised()
    for alarm, at in zip(raised.alarm.tolist(), raised.times.tolist(), strict=True):
        row = round((at - BEGIN) / (SAMPLE * HOUR)) - 1
        column = TAGS.index(raised.alarms[alarm][0])
        if one.onset <= row < len(one.free) and abs(one.values[row, column] - one.free[row, column]) >= 2 * std[column]:
            return raised.alarms[alarm], at
    return None


def summary(score: Score, options: argparse.Namespace, cases: Sequence[Case]) -> dict[str, Any]:
    """The report as plain data."""
    from benchmarks.tep_diagnosis import wilson

    advice = {
        name: {**sums, "removed_share": round(1.0 - sums["after"] / max(sums["before"], 1), 4)}
        for name, sums in score.advice.items()
    }
    share = round(score.named / score.on_equipment, 4) if score.on_equipment else None
    return {
        "what": "alarm analysis on simulated upsets",
        "cases": options.cases,
        "seed": options.seed,
        "data": content_hash([one.frame.digest() for one in cases])[:16],
        "kpi": {"figures": score.compared, "differences": len(score.differences), "where": score.differences[:10]},
        "root": {
            "floods": score.floods,
            "with_an_alarm_on_the_equipment": score.on_equipment,
            "named": score.named,
            "share": share,
            "interval_95": wilson(score.named, score.on_equipment) if score.on_equipment else None,
            "first_by_the_clock": score.clock,
            "misses": score.misses,
        },
        "advice": advice,
        "lost": score.lost,
        "targets": {"differences": 0, "root_share": 0.9, "removed_share": 0.6, "lost": 0},
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": {name: metadata.version(name) for name in ("assay", "numpy", "scipy", "tep-studio")},
    }


def lines(report: dict[str, Any]) -> list[str]:
    """The report as text."""
    kpi, root = report["kpi"], report["root"]
    shown = [f"kpi: {kpi['figures']} figures, {kpi['differences']} differ from the definitions"]
    shown.append(
        f"root: {root['named']} of {root['with_an_alarm_on_the_equipment']} floods "
        f"(first by the clock: {root['first_by_the_clock']}; floods in all: {root['floods']})"
    )
    for name, sums in report["advice"].items():
        less = 100 * sums["removed_share"]
        shown.append(
            f"advice, {name}: {sums['before']} -> {sums['after']} annunciations, {less:.1f} % less; "
            f"{sums['lost']} of {sums['first_outs']} first-outs lost"
        )
    return shown


if __name__ == "__main__":
    sys.exit(main())
