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


def suspicious_rows(values: Floats, some: Mask) -> Mask:
    """(n,) which rows lie far from the bulk by median and median absolute deviation of trailing means."""
    bad = np.zeros(len(values), dtype=bool)
    with np.errstate(invalid="ignore"):
        median = _nanmedian(values[some])
        filled = np.where(np.isfinite(values), values - median, 0.0)
        for width in _WIDTHS:
            means = trailing_means(filled, width)
            spread = 1.4826 * np.median(np.abs(means[some]), axis=0)
            floor = 1e-3 * filled[some].std(axis=0) + 1e-300
            # A tag of few steps may have no deviation in the middle: then its standard deviation must do.
            spread = np.where(spread > floor, spread, filled[some].std(axis=0) + 1e-300)
            bad |= (np.abs(means) > FAR * spread).any(axis=1)
    wide = np.convolve(bad, np.ones(2 * _WIDEN + 1, dtype=int), mode="same") > 0
    return wide & some


def _nanmedian(values: Floats) -> Floats:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # an empty column has no median
        return np.nan_to_num(np.nanmedian(values, axis=0))
