"""Mean and spread of series with missing values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def centre_and_spread(values: Floats) -> tuple[Floats, Floats]:
    """Mean and population standard deviation of the known values of every row, both (series, 1).

    The spread of a constant series is exactly 0, whatever rounding does to its mean. Every series needs a value.
    """
    known = ~np.isnan(values)
    count = known.sum(axis=1, keepdims=True)
    low, high = np.nanmin(values, axis=1, keepdims=True), np.nanmax(values, axis=1, keepdims=True)
    centre = np.where(known, values, 0.0).sum(axis=1, keepdims=True) / count
    centre = np.where(low == high, low, centre)
    square = np.where(known, values - centre, 0.0) ** 2
    spread: Floats = np.sqrt(square.sum(axis=1, keepdims=True) / count)
    return centre, spread
