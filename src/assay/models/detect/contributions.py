"""Which tags make an interval abnormal.

Complete decomposition contributions of the whole-space index z' C^-1 z (Alcala and Qin 2011): the squared entries of
C^-1/2 z, which sum to the index, for the level of the interval; and squared standard errors of the tags' movement. A
tag whose own level is within its normal spread and that contributes all the same breaks its relation with others.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assay.models.detect.detector import Learned
from assay.models.detect.result import Contribution

Floats = NDArray[np.float64]

_SHOWN = 10
_LEAST = 0.01
_SHIFTED = 1.0


def contributions(
    learned: Learned, z: Floats, first: int, last: int, gaps: NDArray[np.bool_] | None = None
) -> tuple[Contribution, ...]:
    """The largest contributions of rows ``first`` to ``last``, at least a hundredth each; values at ``gaps`` (n, k)
    were filled."""
    count = last - first + 1
    mean = z[first : last + 1].mean(axis=0)
    covariance = learned.baseline.covariance
    values, vectors = np.linalg.eigh(covariance + 0.05 * np.eye(len(covariance)))
    whitened = vectors @ ((vectors.T @ mean) / np.sqrt(np.maximum(values, 1e-9)))
    level = count * whitened**2
    start = max(0, first - 1)
    filled = None if gaps is None else gaps[start : last + 1]
    moved = learned.ensemble.members.spreads(z[start : last + 1], filled)
    movement = moved[first - start :, : z.shape[1]].mean(axis=0)
    spread = np.where(np.abs(movement) > 3.0, movement**2, 0.0)
    total = float(level.sum() + spread.sum())
    if total <= 0.0:
        return ()
    found = []
    for position, column in enumerate(learned.baseline.columns):
        share = float((level[position] + spread[position]) / total)
        if spread[position] > level[position]:
            kind, size = "spread", float(movement[position])
        else:
            kind, size = "level" if abs(mean[position]) >= _SHIFTED else "relation", float(mean[position])
        found.append(Contribution(learned.tags[column], share, kind, size))
    found.sort(key=lambda one: (-one.share, one.tag))
    return tuple(one for one in found[:_SHOWN] if one.share >= _LEAST)
