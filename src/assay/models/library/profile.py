"""What a model's features looked like in its training, kept beside the model to recognise drift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assay.models.library.parts import Parts
from assay.plant.series import Floats, Frame

BINS = 10
_KEPT_ROWS = 4000


@dataclass(frozen=True, slots=True)
class Profile:
    """Per feature, columns in the order of ``tags``.

    edges: (BINS - 1, k) deciles; codes: (m, k) bin of every ``every``-th training row, BINS where the value is missing;
    shares: (BINS + 1, k) share of all rows by bin; low, high, q05, median, q95, iqr: (k,), NaN without a value; step:
    median seconds between rows, None with fewer than two.
    """

    tags: tuple[str, ...]
    edges: Floats
    codes: NDArray[np.int8]
    every: int
    shares: Floats
    low: Floats
    high: Floats
    q05: Floats
    median: Floats
    q95: Floats
    iqr: Floats
    step: float | None

    @classmethod
    def of(cls, frame: Frame, tags: Sequence[str]) -> Profile:
        """The profile of a frame's good values."""
        values = frame.good().select(tags).values
        quantiles = column_quantiles(values, [0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0])
        edges = column_quantiles(values, [k / BINS for k in range(1, BINS)])
        codes = codes_of(values, edges)
        every = max(1, -(-len(codes) // _KEPT_ROWS))
        low, q05, q25, median, q75, q95, high = quantiles
        return cls(
            tuple(tags),
            edges,
            codes[::every],
            every,
            shares_of(codes),
            low,
            high,
            q05,
            median,
            q95,
            q75 - q25,
            median_step(frame),
        )

    def to_parts(self) -> Parts:
        """Arrays by name."""
        names = ("edges", "codes", "shares", "low", "high", "q05", "median", "q95", "iqr")
        arrays = {name: getattr(self, name) for name in names}
        return Parts(about={"tags": list(self.tags), "every": self.every, "step": self.step}, arrays=arrays)

    @classmethod
    def from_parts(cls, parts: Parts) -> Profile:
        """As it was."""
        about: Any = parts.about
        arrays: Any = dict(parts.arrays)
        return cls(tags=tuple(about["tags"]), every=about["every"], step=about["step"], **arrays)


def column_quantiles(values: Floats, at: Sequence[float]) -> Floats:
    """(len(at), k) quantiles of each column's known values, NaN for a column without any."""
    found = np.full((len(at), values.shape[1]), np.nan)
    for column, known in enumerate((~np.isnan(values)).T):
        if known.any():
            found[:, column] = np.quantile(values[known, column], at)
    return found


def codes_of(values: Floats, edges: Floats) -> NDArray[np.int8]:
    """(n, k) the bin of each value among its column's edges; BINS for a missing value."""
    codes = np.full(values.shape, BINS, np.int8)
    for column in range(values.shape[1]):
        known = ~np.isnan(values[:, column])
        codes[known, column] = np.searchsorted(edges[:, column], values[known, column], "left")
    return codes


def shares_of(codes: NDArray[np.int8]) -> Floats:
    """(BINS + 1, k) share of rows by bin, half a row added to each so that no share is zero."""
    counts = np.stack([(codes == one).sum(axis=0) for one in range(BINS + 1)]).astype(float) + 0.5
    found: Floats = counts / counts.sum(axis=0)
    return found


def median_step(frame: Frame) -> float | None:
    """Median seconds between rows; None with fewer than two."""
    steps = np.diff(frame.times.view(np.int64))
    return float(np.median(steps)) / 1e9 if len(steps) else None
