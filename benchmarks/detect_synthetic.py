"""Detection on histories with known faults, drawn at random: by kind of fault, false alarms, modes, rivals in turn.

    python -m benchmarks.detect_synthetic --seeds 10 --json

The choices of the engine are made on these cases. No data is needed.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

import numpy as np

from assay.models.detect import Detection, detect
from assay.plant.series import Frame
from benchmarks.about import about
from benchmarks.detect_cases import KINDS, Case, draw
from benchmarks.detect_rivals import RIVALS, standardised
from benchmarks.detect_score import rounded, rows

FASTEST = ("PCA T2+Q", "sklearn LocalOutlierFactor", "pyod ECOD", "pyod KNN", "pyod MCD")
OURS = "assay"


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    seeds = parser.parse_args().seeds
    result = {kind: _kind([draw(kind, seed) for seed in range(seeds)]) for kind in KINDS}
    print(json.dumps(about(versions=("pyod", "ruptures"), seeds=seeds) | {"kinds": rounded(result)}, indent=2))


def frame_of(case: Case) -> Frame:
    """The case as a history of one row a minute."""
    times = np.datetime64("2026-01-01", "ns") + np.arange(len(case.values)) * np.timedelta64(60, "s")
    return Frame(times, tuple(f"T{i}" for i in range(case.values.shape[1])), case.values)


def _kind(cases: list[Case]) -> dict[str, Any]:
    parts: dict[str, list[Any]] = {}
    named, delays, said = [], [], []
    for case in cases:
        found = detect(frame_of(case), train_rows=case.normal)
        truth = case.fault[case.normal :]
        parts.setdefault(OURS, []).append((truth, found.scores.joint[case.normal :] > found.scores.threshold))
        normal, judged = standardised(case.values[: case.normal], case.values[case.normal :])
        for name in FASTEST:
            parts.setdefault(name, []).append((truth, RIVALS[name](normal, judged)[1]))
        if truth.any():
            _judge(case, found, named, delays, said)
    result: dict[str, Any] = {}
    for name, pairs in parts.items():
        truth, alarm = (np.concatenate([one[i] for one in pairs]) for i in range(2))
        result[name] = rows(truth, alarm)
    if named:
        result[OURS] |= {
            "right_tag_first": float(np.mean(named)),
            "median_delay_rows": float(np.median(delays)),
            "said_as_unseen_mode": float(np.mean(said)),
        }
    return result


def _judge(case: Case, found: Detection, named: list[bool], delays: list[int], said: list[bool]) -> None:
    """Whether the broken tag leads the contributions, rows until the alarm is raised, and what kind was said."""
    first, last = np.flatnonzero(case.fault)[[0, -1]]
    hits = [one for one in found.intervals if one.raised >= first and one.first <= last]
    tag = f"T{case.tag}"
    named.append(any(one.contributions and one.contributions[0].tag == tag for one in hits))
    delays.append(hits[0].raised - int(first) if hits else int(last - first))
    said.append(any(one.kind == "unseen_mode" for one in hits))


if __name__ == "__main__":
    main()
