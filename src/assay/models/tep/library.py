"""What a library holds: which runs are simulated for it, and how it is kept on disk."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import IntegrityError
from assay.models.tep.runs import TAGS
from assay.models.tep.scenario import NONE, Scenario, draw_magnitude
from assay.models.twin import Library, Operating

ONSET = 2.0  # hours of normal operation before the cause in every library run
SAMPLE = 0.05  # hours
PHASE = 0.25  # hours within which the onset is drawn: any phase of the analysers
TOGETHER = 0.6  # share of pairs whose causes begin at the same moment
APART = 3.0  # hours that the second cause of the others may be late
SEEN = 0.8  # share of a cause's runs that must stand out before it is paired


@dataclass(frozen=True, slots=True)
class Recipe:
    """How many runs a library holds: ``runs`` of a disturbance or a stuck valve (operator's moves get fewer),
    ``normal`` ones, ``pairs`` under two causes at once, from which is learnt what the library does not hold.

    ``starts`` are different states of normal operation (runs from one state resemble each other too much); a run takes
    ``length`` hours.
    """

    runs: int
    normal: int
    pairs: int
    starts: int = 24
    length: float = 13.0


# Start, scenario, hours, writes, further causes.
Job = tuple[int, Scenario, float, tuple[()], tuple[Scenario, ...]]


def library_jobs(causes: tuple[str, ...], recipe: Recipe) -> list[Job]:
    """The runs under one cause each, and the normal ones."""
    rng = np.random.default_rng(20260101)
    jobs: list[Job] = []
    for cause in causes:
        for _ in range(recipe.runs if not cause.startswith("operator:") else max(4, recipe.runs * 5 // 8)):
            magnitude = draw_magnitude(cause, rng)
            onset = ONSET + float(rng.uniform(0.0, PHASE))
            jobs.append(_job(rng, recipe, Scenario(cause, magnitude, onset)))
    jobs += [_job(rng, recipe, Scenario(NONE, 0.0, ONSET)) for _ in range(recipe.normal)]
    return jobs


def pair_jobs(causes: list[str], recipe: Recipe) -> list[Job]:
    """The runs under two of ``causes`` at once, disturbances first; none where there is nothing to pair."""
    rng = np.random.default_rng(20261126)
    disturbances = [cause for cause in causes if cause.startswith("IDV")]
    others = [cause for cause in causes if cause not in disturbances] or disturbances
    jobs: list[Job] = []
    if len(disturbances) < 2:
        return jobs
    while len(jobs) < recipe.pairs:
        pool = disturbances if rng.random() < 0.75 else others
        first, second = str(rng.choice(disturbances)), str(rng.choice(pool))
        if first == second:
            continue
        onset = ONSET + float(rng.uniform(0.0, PHASE))
        late = 0.0 if rng.random() < TOGETHER else float(rng.uniform(0.0, APART))
        also = Scenario(second, draw_magnitude(second, rng), onset + late)
        jobs.append(_job(rng, recipe, Scenario(first, draw_magnitude(first, rng), onset), (also,)))
    return jobs


def _job(rng: np.random.Generator, recipe: Recipe, scenario: Scenario, also: tuple[Scenario, ...] = ()) -> Job:
    start, seed = int(rng.integers(recipe.starts)), int(rng.integers(1 << 30))
    return start, replace(scenario, seed=seed), recipe.length, (), also


def visible(values: NDArray[np.float32], causes: NDArray[np.str_], onset: int) -> list[str]:
    """The causes whose runs stand out from normal operation: one that hides changes nothing that a pair could show.

    A run stands out when the mean or the spread of some tag moved further from before ``onset`` (row) to after it than
    in 95 of 100 normal runs the furthest tag did.
    """
    with np.errstate(invalid="ignore"):
        before, after = values[:, :onset].astype(np.float64), values[:, onset:].astype(np.float64)
        moved = np.stack([np.nanmean(after, 1) - np.nanmean(before, 1), np.log(np.nanstd(after, 1) + 1e-9)])
    normal = moved[:, causes == NONE]
    scale = normal.std(axis=1) + 1e-9
    peaks = np.nan_to_num(np.abs(moved - normal.mean(axis=1)[:, None]) / scale[:, None]).max(axis=(0, 2))
    beyond = peaks > np.quantile(peaks[causes == NONE], 0.95)
    return [str(cause) for cause in dict.fromkeys(causes) if cause != NONE and beyond[causes == cause].mean() >= SEEN]


def digest_of(*arrays: NDArray[Any]) -> str:
    """SHA-256 of the arrays' content, in order."""
    sha = hashlib.sha256()
    for array in arrays:
        data = np.char.encode(array, "utf-8") if array.dtype.kind == "U" else np.ascontiguousarray(array)
        sha.update(data.tobytes())
    return sha.hexdigest()


_PARTS = ("values", "causes", "magnitudes", "onsets", "also")


def save_library(path: Path, library: Library) -> None:
    """Write the library so that a reader sees all of it or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.tmp.npz")
    np.savez(partial, **{name: getattr(library, name) for name in _PARTS}, digest=np.array(library.digest))
    os.replace(partial, path)


def load_library(path: Path, operating: Operating) -> Library:
    """The library; FileNotFoundError where there is none, IntegrityError where the file was changed."""
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            values, causes, magnitudes, onsets, also = (file[name] for name in _PARTS)
            digest = str(file["digest"])
    except FileNotFoundError:
        raise
    except Exception as error:  # a damaged file ends in any of a dozen errors of zipfile, numpy and the tokenizer
        raise IntegrityError("models.library_changed", path=str(path)) from error
    if digest_of(values, causes, magnitudes, onsets, also) != digest:
        raise IntegrityError("models.library_changed", path=str(path))
    return Library(TAGS, SAMPLE, values, causes, magnitudes, onsets, also, digest, operating)
