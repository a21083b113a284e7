"""SKAB: the first 400 rows of a file train, the rest is judged.

    python -m benchmarks.skab --data FOLDER --json

FOLDER holds valve1/*.csv. Rivals run on the same rows, file by file in turn. Change points of a rival that has none of
its own are the edges of its alarms, as in SKAB's notebooks; ours are taken at the row where they are established.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from assay.models.detect import detect
from assay.plant.series import Frame
from benchmarks.about import about
from benchmarks.detect_rivals import RIVALS, segment_rivals, standardised
from benchmarks.detect_score import change_points, false_alarms_at, rounded, rows

TRAIN = 400
OURS = "assay"
MISSED = 0.28
PUBLISHED = {
    "Conv-AE": {"f1": 0.78, "false_alarm_rate": 0.136, "missed_rate": 0.28},
    "T2+Q": {"f1": 0.76, "false_alarm_rate": 0.266, "missed_rate": 0.249},
    "best NAB, whole set": {"standard": 32.42},
}


def read(path: Path) -> tuple[Frame, np.ndarray[Any, Any], list[int]]:
    """The history of one file, which of its rows are abnormal, and the rows of its change points."""
    lines = path.read_text(encoding="utf-8").splitlines()
    tags = tuple(lines[0].split(";")[1:9])
    cells = [line.split(";") for line in lines[1:]]
    times = np.array([row[0].replace(" ", "T") for row in cells], dtype="datetime64[ns]")
    values = np.array([[float(cell) for cell in row[1:11]] for row in cells])
    return Frame(times, tags, values[:, :8]), values[:, 8] > 0, [int(i) for i in np.flatnonzero(values[:, 9] > 0)]


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--json", action="store_true")
    files = sorted((parser.parse_args().data / "valve1").glob("*.csv"), key=lambda path: int(path.stem))
    result = run(files)
    versions = ("pyod", "stumpy", "ruptures")
    print(json.dumps(about(files, versions=versions, train_rows=TRAIN) | rounded(result), indent=2))


def run(files: list[Path]) -> dict[str, Any]:
    """Ours and every rival on every file, pooled over the rows judged."""
    parts: dict[str, list[Any]] = {}
    changes: dict[str, list[Any]] = {}
    seconds: dict[str, float] = {}
    for path in files:
        frame, truth, true = read(path)
        clock = (frame.times.view(np.int64) - int(frame.times.view(np.int64)[0])) / 1e9
        started = time.perf_counter()
        ours = detect(frame, train_rows=TRAIN)
        seconds[OURS] = seconds.get(OURS, 0.0) + time.perf_counter() - started
        after = slice(TRAIN, len(frame))
        parts.setdefault(OURS, []).append((truth[after], ours.scores.joint[after], ours.scores.alarm[after]))
        changes.setdefault(OURS, []).append((clock, true, [one.established for one in ours.change_points]))
        normal, judged = standardised(frame.values[:TRAIN], frame.values[TRAIN:])
        for name, rival in RIVALS.items():
            started = time.perf_counter()
            score, alarm = rival(normal, judged)
            seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - started
            parts.setdefault(name, []).append((truth[after], score, alarm))
            edges = TRAIN + np.flatnonzero(np.diff(np.concatenate([[0], alarm.astype(np.int8)])))
            changes.setdefault(name, []).append((clock, true, [int(row) for row in edges]))
        for name, found in segment_rivals(normal, judged).items():
            changes.setdefault(name, []).append((clock, true, [TRAIN + row for row in found]))
    return _pooled(parts, changes, seconds)


def _pooled(parts: dict[str, Any], changes: dict[str, Any], seconds: dict[str, float]) -> dict[str, Any]:
    outliers = {}
    for name, files in parts.items():
        truth, score, alarm = (np.concatenate([one[i] for one in files]) for i in range(3))
        at = false_alarms_at(truth, score, MISSED)
        outliers[name] = rows(truth, alarm) | {"false_alarm_rate_at_missed_28": at, "seconds": seconds[name]}
    every = np.concatenate([one[0] for one in parts[OURS]])
    outliers["always"] = rows(every, np.ones(len(every), dtype=bool))
    points = {name: change_points(files) for name, files in changes.items()}
    best_mcc = max(one["mcc"] for name, one in outliers.items() if name != OURS)
    best_nab = max(one["standard"] for name, one in points.items() if name != OURS)
    reached = {
        "mcc_above_every_rival": outliers[OURS]["mcc"] > best_mcc,
        "false_alarm_rate_below_13.6": outliers[OURS]["false_alarm_rate_at_missed_28"] < 0.136,
        "nab_above_every_rival": points[OURS]["standard"] > best_nab,
        "nab_at_least_45": points[OURS]["standard"] >= 45.0,
    }
    return {"rows": outliers, "change_points": points, "reached": reached, "published": PUBLISHED}


if __name__ == "__main__":
    main()
