"""Distance to the nearest normal windows: mean, spread and slope of every tag over a short window, whitened.

What it sees that sums of squares do not: a state between two normal ones, and shapes. Distances to the k-th neighbour
(Ramaswamy, Rastogi and Shim 2000).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.models.detect.adaptive import between_blocks, trailing_count, trailing_means

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

NEIGHBOURS = 5
WINDOW = 8
_MOST_REFERENCE = 1500
_MOST_COLUMNS = 20
_CHUNK = 2048


@dataclass(frozen=True, slots=True)
class Neighbours:
    """``reference`` (windows, c): normal windows in the whitened space of ``center``, ``vectors`` (features, c)."""

    window: int
    center: Floats
    vectors: Floats
    reference: Floats

    @classmethod
    def of(cls, z: Floats, use: Mask, window: int = WINDOW) -> Neighbours:
        """From standardised rows (n, k) without gaps, of which the rows ``use`` are normal."""
        features = window_features(z, window)
        whole = trailing_count(use, window) == window
        kept = features[whole if whole.sum() >= NEIGHBOURS else use]
        center = kept.mean(axis=0)
        centred = kept - center
        values, vectors = np.linalg.eigh(centred.T @ centred / max(1, len(kept)))
        values, vectors = values[::-1], vectors[:, ::-1]
        edge = (1.0 + np.sqrt(window * len(values) / max(len(kept), 1))) ** 2 * float(values.mean())
        count = int(min(max((values > edge).sum(), 2), _MOST_COLUMNS, len(values)))
        spread = values[:count] + between_blocks(centred @ vectors[:, :count]) + 1e-9
        whitening = vectors[:, :count] / np.sqrt(spread)
        step = max(1, -(-len(kept) // _MOST_REFERENCE))
        return cls(window, center, whitening, centred[::step] @ whitening)

    def distances(self, z: Floats) -> Floats:
        """(n,) distance of each row's trailing window to its fifth nearest normal window; 0 before a window is full."""
        points = (window_features(z, self.window) - self.center) @ self.vectors
        nth = min(NEIGHBOURS, len(self.reference)) - 1
        norms = (self.reference**2).sum(axis=1)
        result = np.empty(len(points))
        for first in range(0, len(points), _CHUNK):
            part = points[first : first + _CHUNK]
            squares = (part**2).sum(axis=1)[:, None] + norms - 2.0 * part @ self.reference.T
            nearest = np.partition(squares, nth, axis=1)[:, nth]
            result[first : first + _CHUNK] = np.sqrt(np.maximum(nearest, 0.0))
        result[: self.window - 1] = 0.0
        return result


def window_features(z: Floats, window: int) -> Floats:
    """(n, 3 k): mean, log spread and slope over the trailing window."""
    mean = trailing_means(z, window)
    variance = np.maximum(trailing_means(z**2, window) - mean**2, 0.0)
    half = window // 2
    recent = trailing_means(z, half)
    earlier = np.empty_like(recent)
    earlier[half:] = recent[:-half]
    earlier[:half] = recent[:half]
    return np.concatenate([mean, np.log(variance + 1e-2), recent - earlier], axis=1)
