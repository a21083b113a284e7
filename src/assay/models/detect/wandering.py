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
SHARE = 16  # the slow average reaches over a sixteenth of the normal rows


def wanders(values: Floats) -> NDArray[np.bool_]:
    """(k,) which columns of normal rows (n, k), NaN where missing, wander."""
    return np.array([_wanders(values[:, j]) for j in range(values.shape[1])], dtype=bool)


def _wanders(x: Floats) -> bool:
    x = x[np.isfinite(x)]
    return len(x) >= INDEPENDENT and effective_rows(x) < INDEPENDENT


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
