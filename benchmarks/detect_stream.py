"""How many rows a second the streaming detector takes, by lane and block size, and that its memory does not grow.

``python -m benchmarks.detect_stream --json``: 50 related tags are drawn, a detector is fitted, and blocks of rows go
through every lane and through rivals in turn (scikit-learn's PCA reconstruction and isolation forest and pyod's ECOD,
each fitted on the same normal rows and called once a block). Then ``--rows`` rows go through all lanes and the resident
memory is read on the way. The limit stated beside is arithmetic: the multiplications of a row at the speed of this
machine's matrix product, and the bytes of a row's passes at the speed of its memory.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.models.detect import Detector
from assay.models.detect.stream import StreamDetector
from assay.plant.series import Frame
from benchmarks.about import about

Floats = NDArray[np.float64]
Score = Callable[[int, Floats], Any]

TAGS, CAUSES = 50, 8
NORMAL, LENGTH = 2000, 4096
BLOCKS = (1, 32, 256)
ROUNDS = 5
SECONDS = 0.4  # at least so long is measured a round
START = np.datetime64("2024-01-01T00:00", "ns")
LANES = {
    "univariate": ("univariate",),
    "t2_spe": ("components",),
    "univariate_and_t2_spe": ("univariate", "components"),
    "neighbours": ("neighbours",),
    "all": ("univariate", "components", "neighbours"),
}


def plant(rows: int, seed: int) -> Floats:
    """Rows of 50 tags with eight common causes that persist."""
    from scipy.signal import lfilter

    rng = np.random.default_rng(seed)
    mixing = np.random.default_rng(0).normal(size=(CAUSES, TAGS))
    causes = lfilter([0.6], [1.0, -0.8], rng.normal(size=(rows, CAUSES)), axis=0)
    return np.asarray(causes @ mixing + 0.5 * rng.normal(size=(rows, TAGS)))


def times(first: int, count: int) -> NDArray[np.datetime64]:
    """A row a second."""
    return START + np.arange(first, first + count) * np.timedelta64(1, "s")


def streams(detector: Detector) -> dict[str, Score]:
    """One fresh stream a lane set; each counts its own rows, so that times go on."""
    found: dict[str, Score] = {}
    for name, lanes in LANES.items():
        found[name] = _stream(StreamDetector(detector, lanes=lanes))
    return found


def _stream(stream: StreamDetector) -> Score:
    at = 0

    def score(_: int, block: Floats) -> Any:
        nonlocal at
        at += len(block)
        return stream.update(times(at, len(block)), block)

    return score


def rivals(normal: Floats) -> dict[str, Score]:
    """Batch models that score block by block."""
    from pyod.models.ecod import ECOD
    from sklearn.decomposition import PCA
    from sklearn.ensemble import IsolationForest

    pca = PCA(CAUSES).fit(normal)
    forest = IsolationForest(n_estimators=100, random_state=0).fit(normal)
    ecod = ECOD().fit(normal)

    def residual(_: int, block: Floats) -> Any:
        scores = pca.transform(block)
        return (scores**2 / pca.explained_variance_).sum(axis=1), ((block - pca.inverse_transform(scores)) ** 2).sum(1)

    return {
        "sklearn_pca_t2_spe_without_tails": residual,
        "sklearn_iforest": lambda _, block: forest.score_samples(block),
        "pyod_ecod": lambda _, block: ecod.decision_function(block),
    }


def measure(scorers: dict[str, Score], data: Floats) -> dict[str, dict[str, float]]:
    """Rows a second by scorer and block size: the best of interleaved rounds."""
    found: dict[str, dict[str, float]] = {name: {} for name in scorers}
    for size in BLOCKS:
        for _ in range(ROUNDS):
            for name, score in scorers.items():
                rows, start = 0, time.perf_counter()
                while (spent := time.perf_counter() - start) < SECONDS:
                    score(rows, data[rows % LENGTH : rows % LENGTH + size])
                    rows += size
                found[name][str(size)] = round(max(found[name].get(str(size), 0.0), rows / spent))
    return found


def limits(detector: Detector) -> dict[str, Any]:
    """What a row costs at least: multiply-adds of the matrix products, and bytes of passes over the channels."""
    members = detector.learned.ensemble.members
    tags, columns = len(detector.learned.baseline.columns), len(members.components.vectors)
    channels = 2 * tags
    flops = {
        "univariate": 2 * 2 * tags * tags,
        "t2_spe": 2 * columns * columns,
        "neighbours": 2 * (3 * tags + len(members.neighbours.reference)) * members.neighbours.vectors.shape[1],
    }
    passes = 8 * (2 * len(members.quick.widths) + len(members.slow.widths))
    moved = {"univariate": 8 * passes * channels, "t2_spe": 8 * 8 * len(members.quick.widths) * columns}
    square = np.random.default_rng(0).normal(size=(512, 512))
    start = time.perf_counter()
    for _ in range(10):
        square @ square
    rate = 10 * 2 * 512**3 / (time.perf_counter() - start)
    long = np.ones(1 << 15)  # 256 kB: the size of a block's channels
    start = time.perf_counter()
    for _ in range(2000):
        np.maximum(long, 0.5, out=long)
    bandwidth = 2000 * 2 * long.nbytes / (time.perf_counter() - start)
    return {
        "flops_a_row": flops,
        "bytes_a_row": moved,
        "matrix_product_flops_a_second": round(rate),
        "in_cache_bytes_a_second": round(bandwidth),
        "rows_a_second": {name: round(1.0 / (flops[name] / rate + moved.get(name, 0) / bandwidth)) for name in flops},
    }


def memory(detector: Detector, rows: int, block: int = 256) -> dict[str, Any]:
    """Resident memory while ``rows`` rows go through all lanes."""
    stream, data, at, marks = StreamDetector(detector), plant(LENGTH + block, 3), 0, []
    start, alarms = time.perf_counter(), 0
    while at < rows:
        count = min(block, rows - at)
        found = stream.update(times(at, count), data[at % LENGTH : at % LENGTH + count])
        alarms += int((found.joint > detector.threshold).sum())
        at += count
        if at >= rows * (len(marks) + 1) // 5:
            marks.append({"rows": at, "resident_kb": _resident()})
    spent = time.perf_counter() - start
    state = stream.to_parts().arrays
    return {
        "rows": rows,
        "rows_a_second": round(rows / spent),
        "resident": marks,
        "state_bytes": int(sum(array.nbytes for array in state.values())),
        "share_above_threshold": round(alarms / rows, 5),
    }


def _resident() -> int:
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def main() -> None:
    """Print one JSON object."""
    from threadpoolctl import threadpool_limits

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the memory run")
    parser.add_argument("--json", action="store_true", help="one line instead of indented text")
    given = parser.parse_args()
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        normal = plant(NORMAL, 1)
        names = tuple(f"T{number:02d}" for number in range(TAGS))
        detector = Detector().fit(Frame(times(0, NORMAL), names, normal))
        data = plant(LENGTH + max(BLOCKS), 2)
        result = {
            "benchmark": "detect_stream",
            "about": about(versions=("pyod",), seed=(0, 1, 2, 3), threads=1),
            "tags": TAGS,
            "normal_rows": NORMAL,
            "lags": detector.learned.ensemble.members.components.lags,
            "rows_a_second": measure({**streams(detector), **rivals(normal)}, data),
            "limit": limits(detector),
            "memory": memory(detector, given.rows),
        }
    print(json.dumps(result, indent=None if given.json else 2))


if __name__ == "__main__":
    main()
