"""Rows of the normal part that look abnormal themselves: found by robust statistics, left out of the fit, and said."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assay.models.detect.adaptive import trailing_means

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

FAR = 8.0  # robust standard deviations of a trailing mean's own spread
_WIDTHS = (1, 8)
_WIDEN = 4  # rows on either side of a suspicious one


def suspicious_rows(centred: Floats, some: Mask) -> Mask:
    """(n,) which of the rows ``some`` lie far from the bulk, by the median absolute deviation of trailing means.

    ``centred``: rows (n, k) around the center of their operating mode, NaN for missing.
    """
    bad = np.zeros(len(centred), dtype=bool)
    filled = np.where(np.isfinite(centred), centred, 0.0)
    # A tenth of the moves may be into and out of faults; without it normal moves have 0.79 of their spread.
    moves = np.sort(np.abs(np.diff(filled[some], axis=0)), axis=0)[: int(0.9 * some.sum())]
    noise = np.sqrt((moves**2).mean(axis=0) / 2.0) / 0.79
    whole = filled[some].std(axis=0) + 1e-300
    for width in _WIDTHS:
        means = trailing_means(filled, width)
        means = means - np.median(means[some], axis=0)
        # A tag of few steps may have no deviation in the middle: its noise from row to row is the least.
        spread = np.maximum(1.4826 * np.median(np.abs(means[some]), axis=0), noise / np.sqrt(width))
        # Of a tag that mostly stands still, its rare moves say nothing.
        spread = np.where(spread > 1e-3 * whole, spread, np.inf)
        bad |= (np.abs(means) > FAR * spread).any(axis=1)
    wide = np.convolve(bad, np.ones(2 * _WIDEN + 1, dtype=int), mode="same") > 0
    return np.asarray(wide & some)
