"""Tags whose level wanders in normal operation: only their changes can be judged, not their level.

A tag wanders when it moves so slowly that the normal rows are worth fewer than INDEPENDENT independent ones: where its
level may go next cannot be known from them. Such a tag is compared with its own slow trailing average (exponentially
weighted, Roberts 1959), which follows it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assay.models.detect.tails import effective_rows

Floats = NDArray[np.float64]

INDEPENDENT = 16.0  # independent rows from which a tag's level can be known
SHARE = 16  # the slow average reaches over at most a sixteenth of the normal rows
_SHORTEST = 2


def reaches(values: Floats) -> NDArray[np.int64]:
    """(k,) of columns of normal rows (n, k), NaN where missing: 0 for a tag with a level of its own, else the rows over
    which its slow average reaches: as many as leave twice INDEPENDENT independent differences to it.
    """
    return np.array([_reach(values[:, j]) for j in range(values.shape[1])], dtype=np.int64)


def _reach(x: Floats) -> int:
    seen = x[np.isfinite(x)]
    if len(seen) < INDEPENDENT or effective_rows(seen) >= INDEPENDENT:
        return 0
    reach = max(len(seen) // SHARE, _SHORTEST)
    while reach > _SHORTEST:
        difference = seen - slow_average(seen[:, None], reach)[:, 0]
        if effective_rows(difference) >= 2 * INDEPENDENT:
            break
        reach = max(reach // 2, _SHORTEST)
    return reach


def slow_average(values: Floats, reach: int) -> Floats:
    """(n, k) the slow average of what came before each row; missing values carry it on.

    The average of few rows weighs them alike, so that the first rows are compared with what little is known.
    """
    from scipy.signal import lfilter

    seen = np.isfinite(values)
    first = values[np.maximum(seen.argmax(axis=0), 0), np.arange(values.shape[1])]
    first = np.where(np.isfinite(first), first, 0.0)
    keep = 1.0 - 1.0 / max(reach, 2)
    total = lfilter([1.0], [1.0, -keep], np.where(seen, values - first, 0.0), axis=0)
    weight = lfilter([1.0], [1.0, -keep], seen.astype(np.float64), axis=0)
    average = first + total / np.maximum(weight, 1e-12)
    before: Floats = np.empty_like(average)
    before[0] = first
    before[1:] = average[:-1]
    return before
