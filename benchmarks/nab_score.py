"""The score of the Numenta anomaly benchmark, from its published definition.

Lavin and Ahmad, "Evaluating real-time anomaly detection algorithms", ICMLA 2015. A detection counts by where it stands
with respect to the labelled windows: inside one, the earliest detected row counts and is worth most at the window's
start; outside, every detected row costs, less so right behind a window. A file's first rows are not scored. One
threshold holds for all files; the rule of the benchmark is to take the one with the best score. A result is given
between the detector that never speaks (0) and the one that speaks at the first row of every window (100).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

PROBATION = 0.15
PROBATION_ROWS = 750  # 15 % of 5,000 rows
FAR_BEHIND = 3.0  # window lengths behind a window from which a false detection costs all


@dataclass(frozen=True, slots=True)
class Profile:
    """What a detection, a false detection and a missed window are worth."""

    hit: float = 1.0
    false: float = 0.11
    miss: float = 1.0


PROFILES: Mapping[str, Profile] = {
    "standard": Profile(),
    "reward_low_fp": Profile(false=0.22),
    "reward_low_fn": Profile(miss=2.0),
}


@dataclass(frozen=True, slots=True)
class Series:
    """One file: its times (s since 1970), values, and windows as first and last row, in order."""

    name: str
    times: Array
    values: Array
    windows: tuple[tuple[int, int], ...]

    @property
    def probation(self) -> int:
        """How many of the first rows are not scored."""
        return int(min(PROBATION * len(self.values), PROBATION_ROWS))


def load(folder: Path) -> list[Series]:
    """Every labelled file below ``folder``/data, in the order of names."""
    labels = json.loads((folder / "labels" / "combined_windows.json").read_text(encoding="utf-8"))
    found = sorted((folder / "data").glob("*/*.csv"))
    return [_read(path, labels[f"{path.parent.name}/{path.name}"]) for path in found]


def _read(path: Path, labels: Sequence[Sequence[str]]) -> Series:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    stamps = np.array([row["timestamp"] for row in rows], dtype="datetime64[us]")
    windows = []
    for start, end in labels:
        inside = np.flatnonzero((stamps >= np.datetime64(start)) & (stamps <= np.datetime64(end)))
        windows.append((int(inside[0]), int(inside[-1])))
    times = stamps.astype("int64") / 1e6
    return Series(
        f"{path.parent.name}/{path.name}", times, np.array([float(row["value"]) for row in rows]), tuple(windows)
    )


def worth(position: Array) -> Array:
    """The sigmoid of the paper: +1 early in a window (-1), 0 at its end, -1 far behind it."""
    return np.where(position > FAR_BEHIND, -1.0, 2.0 / (1.0 + np.exp(5.0 * position)) - 1.0)


def row_worth(series: Series, profile: Profile) -> tuple[Array, NDArray[np.int64]]:
    """What a detection at each row is worth, and the window it stands in (-1: none, -2: not scored)."""
    count = len(series.values)
    rows = np.arange(count)
    value, inside = np.full(count, -profile.false), np.full(count, -1)
    for number, (left, right) in enumerate(series.windows):
        width = right - left + 1
        behind = rows > right
        value[behind] = profile.false * worth((rows[behind] - right) / max(width - 1, 1))
        within = (rows >= left) & (rows <= right)
        value[within] = profile.hit * worth(-(right - rows[within] + 1) / width) / worth(np.array(-1.0))
        inside[within] = number
    inside[: series.probation] = -2
    return value, inside


def gains(series: Series, scores: Array, profile: Profile) -> tuple[Array, Array]:
    """Scores in falling order, and by how much each row changes the sum once the threshold has come down to it."""
    value, inside = row_worth(series, profile)
    order = np.argsort(-scores, kind="stable")
    order = order[inside[order] != -2]
    gain = value[order].copy()
    for number in range(len(series.windows)):
        mine = np.flatnonzero(inside[order] == number)
        if len(mine):
            best = np.maximum.accumulate(gain[mine])
            gain[mine] = np.diff(best, prepend=-profile.miss)
    return scores[order], gain


def curve(files: Sequence[Series], scores: Sequence[Array], profile: Profile) -> tuple[Array, Array]:
    """Every threshold that makes a difference, falling, and the sum over the files at each (first: never speaks)."""
    pairs = [gains(series, score, profile) for series, score in zip(files, scores, strict=True)]
    score = np.concatenate([pair[0] for pair in pairs])
    gain = np.concatenate([pair[1] for pair in pairs])
    order = np.argsort(-score, kind="stable")
    score, total = score[order], np.cumsum(gain[order])
    last = np.append(np.flatnonzero(np.diff(score)), len(score) - 1)
    null = -profile.miss * _windows(files)
    return np.append(np.inf, score[last]), np.append(null, null + total[last])


def normalised(raw: float, files: Sequence[Series], profile: Profile) -> float:
    """A raw sum between the silent detector (0) and the perfect one (100); NaN where no window is."""
    windows = _windows(files)
    return (
        100.0 * (raw + profile.miss * windows) / ((profile.hit + profile.miss) * windows) if windows else float("nan")
    )


def best(files: Sequence[Series], scores: Sequence[Array], profile: Profile) -> tuple[float, float]:
    """(threshold, normalised score) by the benchmark's rule: one threshold for all, the best."""
    thresholds, total = curve(files, scores, profile)
    at = int(np.argmax(total))
    return float(thresholds[at]), normalised(float(total[at]), files, profile)


def raw_at(files: Sequence[Series], scores: Sequence[Array], profile: Profile, threshold: float) -> float:
    """The sum over the files with rows of at least ``threshold`` detected."""
    total = -profile.miss * _windows(files)
    for series, score in zip(files, scores, strict=True):
        ordered, gain = gains(series, score, profile)
        total += float(gain[ordered >= threshold].sum())
    return total


def counts(files: Sequence[Series], scores: Sequence[Array], threshold: float) -> dict[str, Any]:
    """Windows, windows found and false rows at a threshold, for people."""
    found = false = 0
    for series, score in zip(files, scores, strict=True):
        _, inside = row_worth(series, Profile())
        hit = score >= threshold
        found += len(np.unique(inside[hit & (inside >= 0)]))
        false += int((hit & (inside == -1)).sum())
    return {"windows": _windows(files), "found": found, "false_rows": false}


def _windows(files: Sequence[Series]) -> int:
    return sum(len(series.windows) for series in files)
