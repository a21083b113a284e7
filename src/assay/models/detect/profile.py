"""Matrix profile against the normal part (Yeh et al. 2016): how unlike every normal stretch the last rows are.

Over the leading components of the tags, z-normalised (shape) and not (level and shape), by stumpy. Its first call
compiles for some twenty seconds, so it is run only when asked for.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.models.detect.extra import library

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

WINDOW = 16
_MOST_COMPONENTS = 5


@dataclass(frozen=True, slots=True)
class Profile:
    """``vectors`` (k, c); ``normal`` (rows, c): the normal part, stretches apart by NaN; ``usual`` (2, c) distances."""

    vectors: Floats
    normal: Floats
    usual: Floats

    @classmethod
    def of(cls, z: Floats, use: Mask) -> Profile:
        """From standardised rows (n, k) without gaps, of which the rows ``use`` are normal."""
        kept = z[use]
        values, vectors = np.linalg.eigh(kept.T @ kept / max(1, len(kept)))
        count = min(_MOST_COMPONENTS, len(values))
        leading = vectors[:, ::-1][:, :count] / np.sqrt(np.maximum(values[::-1][:count], 1e-6))
        normal = np.where(use[:, None], z @ leading, np.nan)
        usual = np.empty((2, count))
        for j in range(count):
            for i, normalise in enumerate((True, False)):
                found = _join(normal[:, j], None, normalise)
                found = found[np.isfinite(found)]
                usual[i, j] = np.median(found) + 1e-9 if len(found) else 1.0
        return cls(leading, normal, usual)

    def distances(self, z: Floats) -> Floats:
        """(n,) the largest distance over components and kinds, in what is usual there."""
        rows = z @ self.vectors
        result = np.zeros(len(rows))
        if len(rows) < WINDOW or len(self.normal) < WINDOW:
            return result
        for j in range(rows.shape[1]):
            for i, normalise in enumerate((True, False)):
                found = _join(rows[:, j], self.normal[:, j], normalise) / self.usual[i, j]
                found = np.where(np.isfinite(found), found, 0.0)
                result[WINDOW - 1 :] = np.maximum(result[WINDOW - 1 :], found)
        return result


def _join(rows: Floats, normal: Floats | None, normalise: bool) -> Floats:
    """(n - WINDOW + 1,) distance of each window to the nearest one in ``normal`` (None: elsewhere in ``rows``)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numba and stumpy speak of threads and short windows
        stumpy = library("stumpy")
        if normal is None:
            found = stumpy.stump(rows, WINDOW, normalize=normalise)
        else:
            found = stumpy.stump(rows, WINDOW, normal, ignore_trivial=False, normalize=normalise)
    return np.asarray(found[:, 0], dtype=np.float64)
