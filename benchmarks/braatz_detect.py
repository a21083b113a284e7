"""Tennessee Eastman, Braatz: thresholds from d00, faults d01 to d07 from row 161 of their test files on.

    python -m benchmarks.braatz_detect --data FOLDER --json

Both ours and PCA T2/SPE are compared at 1 % false alarms measured on d00_te (their thresholds scaled until it is so);
the rates at the thresholds as they were set stand beside.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.models.detect import Detector
from assay.plant.series import Frame
from benchmarks.about import about
from benchmarks.detect_rivals import RIVALS, standardised
from benchmarks.detect_score import rounded

Floats = NDArray[np.float64]

ONSET = 160
FAULTS = range(1, 8)
RATE = 0.01
OURS, PCA = "assay", "PCA T2+Q"
TAGS = tuple([f"XMEAS_{i}" for i in range(1, 42)] + [f"XMV_{i}" for i in range(1, 12)])


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", action="store_true")
    folder = parser.parse_args().data
    files = [folder / "d00.dat", *(folder / f"d{i:02d}_te.dat" for i in (0, *FAULTS))]
    print(json.dumps(about(files, versions=("pyod", "stumpy")) | rounded(run(files)), indent=2))


def run(files: list[Path]) -> dict[str, Any]:
    """Ours and the rivals, each fitted on d00 and run on the same rows in turn."""
    normal = np.loadtxt(files[0])
    normal = normal.T if normal.shape[0] == len(TAGS) else normal
    tests = [np.loadtxt(path) for path in files[1:]]
    started = time.perf_counter()
    detector = Detector(false_alarms=RATE).fit(_frame(normal))
    every: dict[str, list[tuple[Floats, NDArray[np.bool_]]]] = {name: [] for name in (OURS, *RIVALS)}
    for values in tests:
        scores = detector.score(_frame(values))
        every[OURS].append((scores.joint, scores.joint > scores.threshold))
    seconds = {OURS: time.perf_counter() - started}
    for name, rival in RIVALS.items():
        started = time.perf_counter()
        for values in tests:
            every[name].append(rival(*standardised(normal, values)))
        seconds[name] = time.perf_counter() - started
    table = {name: _judged(runs) | {"seconds": seconds[name]} for name, runs in every.items()}
    ours, pca = table[OURS]["at_1_percent"], table[PCA]["at_1_percent"]
    worst = max(b - a for a, b in zip(ours["detection"], pca["detection"], strict=True))
    reached = {
        "mean_above_pca": ours["mean"] > pca["mean"],
        "no_fault_lower_by_more_than_0.02": worst <= 0.02,
        "median_delay_not_longer": ours["median_delay"] <= pca["median_delay"],
    }
    expected = detector.learned.expected
    held = {"measured_on_held_out_blocks": expected.measured, "interval": [expected.low, expected.high]}
    return {"faults": [f"d{i:02d}" for i in FAULTS], "methods": table, "expected": held, "reached": reached}


def _judged(runs: list[tuple[Floats, NDArray[np.bool_]]]) -> dict[str, Any]:
    normal, threshold = runs[0][0], float(np.quantile(runs[0][0], 1.0 - RATE))
    adjusted = [score > threshold for score, _ in runs[1:]]
    return {
        "at_1_percent": _rates(adjusted) | {"false_alarms": float((normal > threshold).mean())},
        "as_set": _rates([alarm for _, alarm in runs[1:]]) | {"false_alarms": float(runs[0][1].mean())},
    }


def _rates(alarms: list[NDArray[np.bool_]]) -> dict[str, Any]:
    detection = [float(alarm[ONSET:].mean()) for alarm in alarms]
    delays = [int(alarm[ONSET:].argmax()) if alarm[ONSET:].any() else len(alarm) - ONSET for alarm in alarms]
    return {
        "detection": detection,
        "mean": float(np.mean(detection)),
        "delay_rows": delays,
        "median_delay": float(np.median(delays)),
    }


def _frame(values: Floats) -> Frame:
    times = np.datetime64("2000-01-01", "ns") + np.arange(len(values)) * np.timedelta64(180, "s")
    return Frame(times, TAGS, values)


if __name__ == "__main__":
    main()
