"""Derive the first symptoms of every failure of the Tennessee Eastman plants by putting it into the simulator.

    python -m benchmarks.derive_symptoms [PLANT] [--seeds 4] [--hours 8] [--only IDV4] [--json]   print what moves first
    python -m benchmarks.derive_symptoms [PLANT] --verify                                  judge those of faults.yaml

Method: mode 1 under the plant's own loops, settled for 60 h; from the same moment one stretch with the failure and one
without, with the same measurement noise. The effect on a tag is the difference of the two, averaged over half an hour
and divided by the tag's normal standard deviation. A tag has moved when the effect stays beyond 1.5 for half an hour;
the sign counts when all seeds agree, else the tag is noted as ``variance`` when its spread over two hours has at least
1.6 times the normal one. Random failures wander, so most of their symptoms are of this kind. Valves stick 10 % below
where they stood and operators raise a set
point by the middle of the twin's ``OPERATOR_STEPS``: the other way round all signs turn.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass

import numpy as np

from assay.models.tep.scenario import OPERATOR_STEPS, Scenario
from assay.plant.failures import load_failures
from assay.plant.model import Plant, load_plant
from benchmarks.tep_runs import COLUMNS, ROW, Array, settled, stretch

WINDOW = 10  # rows: half an hour
SPREAD_WINDOW = 40  # rows: two hours
MOVED = 1.5
WIDER = 1.6
STUCK_JUMP = -10.0


@dataclass(frozen=True)
class Effect:
    """What a failure does to one tag: ``lag`` in hours, ``size`` in normal standard deviations."""

    tag: str
    sign: str  # + - variance
    lag: float
    size: float


def candidates(plant: Plant) -> list[str]:
    """Ids of everything that can be put into the simulator."""
    return [
        *(f"IDV{n}" for n in range(1, 29)),
        *(f"stuck:XMV_{n}" for n in range(1, 13)),
        *(f"operator:{tag.id}" for tag in plant.tags if tag.writable),
    ]


def scenario(id: str) -> Scenario:
    """The failure at full size; a valve sticks ``STUCK_JUMP`` from where it stood."""
    if id.startswith("stuck:"):
        return Scenario(id, STUCK_JUMP)
    if id.startswith("operator:"):
        return Scenario(id, sum(OPERATOR_STEPS[id.removeprefix("operator:")]) / 2)
    return Scenario(id)


class Stage:
    """Settled plants of several seeds, each with its undisturbed continuation and the normal spread of every tag."""

    def __init__(self, structure: str, seeds: int, hours: float) -> None:
        self.hours = hours
        self.starts = [settled(structure, seed) for seed in range(1, seeds + 1)]
        self.base = [stretch(start, k, max(hours, 20.0)).values for k, start in enumerate(self.starts)]
        self.spread = np.concatenate(self.base).std(axis=0)
        self.spread[self.spread < 1e-9] = np.inf  # constant valves: seen through their set value alone

    def effects(self, id: str) -> tuple[list[Effect], list[str]]:
        """Effects of one failure, first first, and how each seed's run ended (empty: no trip)."""
        shifts, wider, trips = [], [], []
        for seed, (start, base) in enumerate(zip(self.starts, self.base, strict=True)):
            run = stretch(start, seed, self.hours, scenario(id))
            trips.append(f"{run.trip} after {run.hours:.2f} h" if run.trip else "")
            rows = run.values
            shifts.append(smooth((rows - base[: len(rows)]) / self.spread, WINDOW))
            wider.append(spreads(rows, self.spread) / spreads(base[: len(rows)], self.spread))
        found = [judge(c, [s[:, c] for s in shifts], [w[c] for w in wider]) for c in range(len(COLUMNS))]
        # First by half hours, then by size: neighbouring lags are not told apart by the noise.
        order = sorted((e for e in found if e is not None), key=lambda e: (round(e.lag * 2), -e.size))
        return order, trips


def smooth(values: Array, window: int) -> Array:
    """Means of the last ``window`` rows."""
    if len(values) < window:
        return values.mean(axis=0, keepdims=True) if len(values) else values
    total = np.cumsum(np.vstack((np.zeros(values.shape[1]), values)), axis=0)
    return np.asarray((total[window:] - total[:-window]) / window)


def spreads(rows: Array, scale: Array) -> Array:
    """Mean over two-hour windows of each tag's standard deviation."""
    windows = [rows[i : i + SPREAD_WINDOW] for i in range(0, max(1, len(rows) - SPREAD_WINDOW + 1), SPREAD_WINDOW)]
    return np.asarray(np.mean([w.std(axis=0) for w in windows], axis=0) / scale + 1e-9)


def judge(column: int, shifts: list[Array], wider: list[float]) -> Effect | None:
    """One tag's effect over all seeds."""
    lags, signs, sizes = [], [], []
    for shift in shifts:
        beyond = np.abs(shift) > MOVED
        held = beyond[:-WINDOW] & beyond[WINDOW:] if len(beyond) > WINDOW else beyond
        if not held.any():
            continue
        first = int(np.argmax(held))
        lags.append((first + WINDOW / 2) * ROW)
        signs.append(np.sign(shift[first]))
        sizes.append(float(np.abs(shift[first : first + 4 * WINDOW]).max()))
    if len(lags) == len(shifts) and abs(sum(signs)) == len(signs):
        return Effect(COLUMNS[column], "+" if signs[0] > 0 else "-", float(np.median(lags)), float(np.median(sizes)))
    if sorted(wider)[len(wider) // 2] >= WIDER:
        lag = float(np.median(lags)) if lags else 1.0
        return Effect(COLUMNS[column], "variance", lag, float(np.median(wider)))
    return None


def verify(plant: Plant, stage: Stage, ids: list[str]) -> list[str]:
    """Symptoms in faults.yaml that the simulator does not show."""
    library = load_failures(plant)
    wrong = []
    for id in ids:
        seen = {effect.tag: effect for effect in stage.effects(id)[0]}
        for symptom in library.get(id).symptoms:
            if id == f"operator:{symptom.tag}":
                continue  # the moved tag itself
            effect = seen.get(symptom.tag)
            shown = effect.sign if effect is not None else "none"
            wanders = symptom.sign == "variance" and shown != "none"  # few seeds may agree on a sign by chance
            if shown != symptom.sign and not wanders and not (shown == "none" and symptom.weak):
                wrong.append(f"{id} {symptom.tag}: faults.yaml says {symptom.sign}, the simulator shows {shown}")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plant", nargs="?", default="tennessee_eastman")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--only", action="append")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--verify", action="store_true")
    options = parser.parse_args()
    plant = load_plant(options.plant)
    if plant.twin is None:
        raise SystemExit(f"{plant.id} has no twin")
    stage = Stage(plant.twin.control, options.seeds, options.hours)
    ids = options.only or candidates(plant)
    if options.verify:
        wrong = verify(plant, stage, ids)
        print("\n".join(wrong) or f"{len(ids)} failures: every symptom is as faults.yaml says")
        return int(bool(wrong))
    report = {}
    for id in ids:
        effects, trips = stage.effects(id)
        report[id] = {"trips": trips, "effects": [vars(effect) for effect in effects]}
        if not options.json:
            shown = "  ".join(f"{e.tag}{e.sign[0]} {e.lag:.1f}h {e.size:.1f}" for e in effects[:16])
            print(f"{id}  {[t for t in trips if t]}\n    {shown}", flush=True)
    if options.json:
        print(json.dumps(report, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
