"""Alarm analysis on simulated upsets: are the key figures exact, is the root named, what does the advice remove?

    python -m benchmarks.alarm_kpis --cases 60 --seed 1 --modes 1,2 --json

Logs come from ``alarm_cases``: limits at mean +- 2 s of each mode without dead-band or delay, failures of the library
drawn at random.

- ``kpi``: every figure against ``alarm_reference`` (a loop for each definition); ``differences`` must be 0.
- ``root``: of each case's first flood with more than ten annunciations of the failure's doing, one of them on its
  equipment (``faults.yaml``): is the root on that equipment? Beside it the first alarm by the clock. Noise alone makes
  floods in such a plant; those have no root. ``every_flood``: the same with the first flood after the failure in which
  its equipment has any alarm, whoever made it.
- ``advice``: annunciations removed, all cases together, with the upset named (as a plant's log book would) and without.
  What is the failure's doing differs by 2 s from the same run without the failure; its first alarm is the first-out. It
  is lost when that alarm does not come from 10 min before to 10 min after. ``held_out``: one case's advice on the next.

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
    roots: dict[str, dict[str, int]] = field(default_factory=dict)
    misses: list[str] = field(default_factory=list)
    advice: dict[str, dict[str, int]] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--modes", default="1", help="modes of operation, for instance 1,2,3; the cases are shared out")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    began = time.monotonic()
    modes = [int(mode) for mode in options.modes.split(",")]
    score, digests = Score(), []
    for place, mode in enumerate(modes):
        cases = drawn(len(range(place, options.cases, len(modes))), options.seed + 100_000 * (mode - 1), mode)
        digests += [one.frame.digest() for one in cases]
        one_mode(cases, options.seed, mode, score)
    report = summary(score, options, digests)
    report["seconds"] = round(time.monotonic() - began, 1)
    print(json.dumps(report, indent=2) if options.json else "\n".join(lines(report)))
    return int(bool(score.differences) or report["advice"]["named"]["lost"] > 0)


def one_mode(cases: Sequence[Case], seed: int, mode: int, score: Score) -> None:
    """Score the cases of one mode under the limits of that mode."""
    mean, std = limits(10_000 + seed, mode)
    with tempfile.TemporaryDirectory() as folder:
        plant = load_plant(write_plant(Path(folder) / "plant", mean, std))
        library = load_failures(plant)
        settings = [judge(one, plant, library, std, score) for one in cases]
        for one, others in zip(cases[1:], settings, strict=False):
            count(score, "held_out", one, plant, std, others)


def drawn(count: int, seed: int, mode: int) -> list[Case]:
    """Cases with failures drawn at random, from a few settled plants."""
    rng = np.random.default_rng(seed)
    plants = starts(20_000 + seed, STARTS, mode)
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
    judge_root(one, log, end, plant, library, std, score)
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


def judge_root(
    one: Case, log: AlarmLog, end: int, plant: Plant, library: FailureLibrary, std: Array, score: Score
) -> None:
    """Whether the root of the failure's flood is on the failure's equipment."""
    seen = scene(log, BEGIN, end)
    equipment = library.get(one.scenario.id).equipment
    mine = caused(one, seen.raised, std)
    there = np.array([plant.tag(tag).equipment == equipment for tag, _ in log.alarms], bool)[seen.raised.alarm]
    after = [flood for flood in seen.floods if flood.end > BEGIN + int(one.scenario.onset * HOUR)]
    for name, enough in (("of_the_failure", 11), ("every_flood", 0)):
        sums = score.roots.setdefault(name, {"floods": 0, "named": 0, "first_by_the_clock": 0})
        for flood in after:
            rows = slice(*np.searchsorted(seen.raised.times, [flood.first, flood.end]))
            if mine[rows].sum() < enough or not (there[rows] & (mine[rows] | (enough == 0))).any():
                continue
            first, candidates = root_of(seen, flood, plant, library)
            sums["floods"] += 1
            sums["first_by_the_clock"] += first[0].equipment == equipment
            sums["named"] += candidates[0].first.equipment == equipment
            if enough and candidates[0].first.equipment != equipment:
                score.misses.append(f"{one.scenario.id} on {equipment}: {candidates[0].first.equipment}")
            break


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
    """The first alarm that the failure caused."""
    raised = log.raised()
    rows = np.flatnonzero(caused(one, raised, std))
    return (raised.alarms[raised.alarm[rows[0]]], int(raised.times[rows[0]])) if len(rows) else None


def caused(one: Case, raised: AlarmLog, std: Array) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which annunciations are the failure's doing: the value differs by 2 s from the run without the failure."""
    rows = np.rint((raised.times - BEGIN) / (SAMPLE * HOUR)).astype(np.int64) - 1
    columns = np.array([TAGS.index(tag) for tag, _ in raised.alarms], np.int64)[raised.alarm]
    known = (rows >= one.onset) & (rows < len(one.free))
    at = np.where(known, rows, 0)
    far: np.ndarray[tuple[int], np.dtype[np.bool_]] = (
        np.abs(one.values[at, columns] - one.free[at, columns]) >= 2 * std[columns]
    )
    return far & known


def summary(score: Score, options: argparse.Namespace, digests: Sequence[str]) -> dict[str, Any]:
    """The report as plain data."""
    from benchmarks.tep_diagnosis import wilson

    advice = {
        name: {**sums, "removed_share": round(1.0 - sums["after"] / max(sums["before"], 1), 4)}
        for name, sums in score.advice.items()
    }
    roots = {
        name: {
            **sums,
            "share": round(sums["named"] / sums["floods"], 4) if sums["floods"] else None,
            "interval_95": wilson(sums["named"], sums["floods"]) if sums["floods"] else None,
        }
        for name, sums in score.roots.items()
    }
    return {
        "what": "alarm analysis on simulated upsets",
        "cases": options.cases,
        "seed": options.seed,
        "modes": options.modes,
        "data": content_hash(list(digests))[:16],
        "kpi": {"figures": score.compared, "differences": len(score.differences), "where": score.differences[:10]},
        "root": {**roots, "misses": score.misses},
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
    for name in ("of_the_failure", "every_flood"):
        if name in root:
            sums = root[name]
            clock = sums["first_by_the_clock"]
            shown.append(f"root, {name}: {sums['named']} of {sums['floods']} floods (first by the clock: {clock})")
    for name, sums in report["advice"].items():
        less = 100 * sums["removed_share"]
        shown.append(
            f"advice, {name}: {sums['before']} -> {sums['after']} annunciations, {less:.1f} % less; "
            f"{sums['lost']} of {sums['first_outs']} first-outs lost"
        )
    return shown


if __name__ == "__main__":
    sys.exit(main())
