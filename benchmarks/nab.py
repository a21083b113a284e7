"""The online detector of one series on the Numenta anomaly benchmark, rivals interleaved.

``python -m benchmarks.nab --data FOLDER --json``: every file goes row by row through every detector in turn, with one
set of settings for all files; the scores of all are judged by ``nab_score``. Beside the benchmark's own rule, which
takes the threshold that is best on the very files it is judged on, stand three that do not: the detector's own
threshold, thresholds from one half of the files on the other, and from the other folders on each folder. ``--generated
SEED`` takes generated series instead, on which the settings were chosen.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.about import about
from benchmarks.nab_rivals import RIVALS
from benchmarks.nab_score import PROFILES, Profile, Series, best, counts, load, normalised, raw_at
from benchmarks.nab_series import generate

Array = NDArray[np.float64]

OURS = "assay_online"
PUBLISHED = {
    "about": "all 58 files of the corpus, from the benchmark's public table: context, not a comparison",
    "best": {"standard": 74.9, "reward_low_fp": 65.1, "reward_low_fn": 80.4},
    "random": {"standard": 11.0},
}


def ours(series: Series) -> Array:
    """The scores of the online detector with its default settings."""
    from assay.models.detect.stream import OnlineUnivariate

    return OnlineUnivariate().update_many(series.times, series.values)


def held_out(files: Sequence[Series], scores: Sequence[Array], profile: Profile, groups: Sequence[int]) -> float:
    """The normalised score where each group's threshold is the best one on the files of the others."""
    total = 0.0
    for group in sorted(set(groups)):
        mine = [place for place, one in enumerate(groups) if one == group]
        others = [place for place, one in enumerate(groups) if one != group]
        threshold, _ = best([files[place] for place in others], [scores[place] for place in others], profile)
        total += raw_at([files[place] for place in mine], [scores[place] for place in mine], profile, threshold)
    return normalised(total, files, profile)


def judged(files: Sequence[Series], scores: Sequence[Array]) -> dict[str, Any]:
    """All that is said of one detector."""
    folders = [series.name.split("/")[0] for series in files]
    halves, by_folder = [place % 2 for place in range(len(files))], [sorted(set(folders)).index(one) for one in folders]
    found: dict[str, Any] = {}
    for name, profile in PROFILES.items():
        threshold, score = best(files, scores, profile)
        found[name] = {
            "score": round(score, 2),
            "threshold": threshold if np.isfinite(threshold) else None,
            "threshold_from_other_half": round(held_out(files, scores, profile, halves), 2),
            "threshold_from_other_folders": round(held_out(files, scores, profile, by_folder), 2),
            **counts(files, scores, threshold),
        }
    return found


def by_folder(files: Sequence[Series], scores: Sequence[Array], threshold: float) -> dict[str, Any]:
    """Found windows and false rows of each folder at a threshold."""
    found = {}
    for folder in sorted({series.name.split("/")[0] for series in files}):
        places = [place for place, series in enumerate(files) if series.name.startswith(f"{folder}/")]
        found[folder] = counts([files[place] for place in places], [scores[place] for place in places], threshold)
    return found


def run(files: Sequence[Series], only: Sequence[str] | None = None) -> dict[str, Any]:
    """Every detector over every file, in turn file by file."""
    detectors = {OURS: ours, **RIVALS}
    detectors = {name: one for name, one in detectors.items() if not only or name in only}
    scores: dict[str, list[Array]] = {name: [] for name in detectors}
    seconds = dict.fromkeys(detectors, 0.0)
    for series in files:
        for name, detector in detectors.items():
            start = time.perf_counter()
            scores[name].append(detector(series))
            seconds[name] += time.perf_counter() - start
    rows = sum(len(series.values) for series in files)
    found: dict[str, Any] = {
        name: {**judged(files, each), "microseconds_a_row": round(1e6 * seconds[name] / rows, 1)}
        for name, each in scores.items()
    }
    if OURS in found:
        from assay.models.detect.stream.univariate import THRESHOLD

        own = {
            name: round(normalised(raw_at(files, scores[OURS], profile, THRESHOLD), files, profile), 2)
            for name, profile in PROFILES.items()
        }
        found[OURS]["own_threshold"] = {"threshold": THRESHOLD, **own}
        found[OURS]["folders"] = by_folder(files, scores[OURS], found[OURS]["standard"]["threshold"] or np.inf)
    return found


def main() -> None:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the benchmark's folder: data/ and labels/")
    parser.add_argument("--generated", type=int, metavar="SEED", help="generated series instead")
    parser.add_argument("--only", nargs="*", choices=[OURS, *RIVALS], help="these detectors only")
    parser.add_argument("--json", action="store_true", help="one line instead of indented text")
    given = parser.parse_args()
    if (given.data is None) == (given.generated is None):
        parser.error("give --data FOLDER or --generated SEED")
    files = load(given.data) if given.data else generate(given.generated)
    paths = sorted((given.data / "data").glob("*/*.csv")) if given.data else []
    result = {
        "benchmark": "nab",
        "about": about(paths, versions=("pyod",), seed=0),
        "files": len(files),
        "windows": sum(len(series.windows) for series in files),
        "rows": sum(len(series.values) for series in files),
        "detectors": run(files, given.only),
        "published": PUBLISHED if given.data else None,
    }
    print(json.dumps(result, indent=None if given.json else 2))


if __name__ == "__main__":
    main()
