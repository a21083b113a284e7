"""Histories with known faults, drawn at random: several tags with common causes, slow and fast, some that wander.

Choices of the detection engine are made on these, never on public data. Every case has ``normal`` rows first, then
rows with one fault and its end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

KINDS = ("none", "step", "small", "ramp", "noise", "stuck", "relation", "wave", "modes", "unseen")
AFTER = 800  # rows after the normal ones
FAULT = (300, 550)  # of these
MODE_ROWS = 120


@dataclass(frozen=True, slots=True)
class Case:
    """``values`` (n, k), of which the first ``normal`` rows are given as normal; ``fault`` (n,) says which are not."""

    kind: str
    seed: int
    values: Floats
    normal: int
    fault: NDArray[np.bool_]
    tag: int


def draw(kind: str, seed: int) -> Case:
    """One case; the same for the same kind and seed."""
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    normal = int(rng.integers(400, 1200))
    rows, tags = normal + AFTER, int(rng.integers(4, 16))
    values, own = _plant(rng, rows, tags)
    if kind in ("modes", "unseen"):
        values = values + _modes(rng, rows, tags, values[:normal].std(axis=0))
    tag = int(rng.integers(tags))
    fault = np.zeros(rows, dtype=bool)
    first, last = normal + FAULT[0], normal + FAULT[1]
    if kind not in ("none", "modes"):
        fault[first:last] = True
        _break(kind, rng, values, own, tag, first, last, normal)
    return Case(kind, seed, values, normal, fault, tag)


def _plant(rng: np.random.Generator, rows: int, tags: int) -> tuple[Floats, Floats]:
    """Values and the part of each tag that is its own."""
    causes = max(1, tags // 3)
    memory = np.concatenate([rng.uniform(0.0, 0.9, causes), rng.uniform(0.0, 0.8, tags)])
    wander = rng.random(causes + tags) < 0.1
    memory[wander] = rng.uniform(0.99, 1.0, int(wander.sum()))
    noise = rng.normal(size=(rows + 200, causes + tags))
    series = np.zeros_like(noise)
    for row in range(1, len(noise)):
        series[row] = memory * series[row - 1] + np.sqrt(1.0 - np.minimum(memory, 0.9995) ** 2) * noise[row]
    series = series[200:]
    weights = rng.normal(size=(causes, tags)) * (rng.random((causes, tags)) < 0.6)
    own = series[:, causes:] * rng.uniform(0.3, 1.0, tags)
    scale = 10.0 ** rng.uniform(-2, 3, tags)
    values = (series[:, :causes] @ weights + own) * scale + scale * rng.uniform(-20, 20, tags)
    return values, own * scale


def _modes(rng: np.random.Generator, rows: int, tags: int, scale: Floats) -> Floats:
    """Offsets of two or three operating modes that take turns, each in the normal part, with short ramps between."""
    count = int(rng.integers(2, 4))
    centers = rng.normal(size=(count, tags)) * 8.0 * scale
    levels = centers[np.arange(rows) // MODE_ROWS % count]
    ramp = np.ones(5) / 5.0
    padded = np.concatenate([np.repeat(levels[:1], 4, axis=0), levels])
    return np.stack([np.convolve(column, ramp, mode="valid") for column in padded.T], axis=1)


def _break(
    kind: str, rng: np.random.Generator, values: Floats, own: Floats, tag: int, first: int, last: int, normal: int
) -> None:
    sign = float(rng.choice([-1.0, 1.0]))
    spread = float((values[1:normal, tag] - values[: normal - 1, tag]).std()) / np.sqrt(2.0)
    length = last - first
    x = values[:, tag]
    if kind == "step":
        x[first:last] += sign * rng.uniform(3, 8) * spread
    elif kind == "small":
        x[first:last] += sign * rng.uniform(1.0, 2.0) * spread
    elif kind == "ramp":
        x[first:last] += sign * rng.uniform(5, 10) * spread * np.linspace(0, 1, length)
    elif kind == "noise":
        x[first:last] += rng.uniform(2, 4) * spread * rng.normal(size=length)
    elif kind == "stuck":
        x[first:last] = x[first]
    elif kind == "relation":
        x[first:last] = x[first:last][rng.permutation(length)]
        x[first:last] += 2.0 * (rng.permutation(own[first:last, tag]) - own[first:last, tag])
    elif kind == "wave":
        x[first:last] += rng.uniform(3, 6) * spread * np.sin(np.arange(length) / rng.uniform(3, 10))
    else:
        values[first:last] += rng.normal(size=values.shape[1]) * 8.0 * values[:normal].std(axis=0)
