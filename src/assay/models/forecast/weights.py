"""How the candidates are combined for each series: by their errors at earlier origins, shrunk to the whole panel's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
POWER = 3.0
PRIOR = 1.0  # origins' worth of the panel's view
CUT = 1.5  # a candidate this many times worse than the series's best gets nothing


def weights_of(errors: Floats) -> Floats:
    """(series, candidates) weights that sum to 1, from scaled errors (series, candidates, origins, horizon).

    A candidate's loss is its mean absolute error. Each series's losses relative to its median candidate are mixed with
    the panel's median of the same, then turned into weights by the inverse of a power; far worse ones get none. NaN
    errors of all candidates alike (values not observed) are left out; a candidate with NaN alone gets no weight.
    """
    seen = np.asarray(~np.isnan(errors).all(axis=1, keepdims=True))
    absent = np.asarray(np.isnan(errors) & seen).any(axis=(2, 3))
    size = np.where(np.isnan(errors), 0.0, np.abs(errors))
    count = np.maximum(seen.sum(axis=(2, 3)), 1)
    loss = np.where(absent, np.nan, size.sum(axis=(2, 3)) / count)
    floor = 1e-6
    logs = np.log(np.maximum(loss, floor))
    centre = np.nanmedian(logs, axis=1, keepdims=True)
    relative = logs - centre
    origins = np.asarray(seen.any(axis=3)).sum(axis=(1, 2))[:, None]
    if len(errors) > 1:
        panel = _median(relative)
        relative = np.where(absent, np.nan, (origins * relative + PRIOR * panel) / (origins + PRIOR))
    best = np.nanmin(relative, axis=1, keepdims=True)
    raw = np.where(absent | (relative > best + np.log(CUT)), 0.0, np.exp(-POWER * (relative - best)))
    return np.asarray(raw / raw.sum(axis=1, keepdims=True), np.float64)


def combine(weights: Floats, forecasts: Floats) -> Floats:
    """(series, origins, horizon) from (series, candidates, origins, horizon); weightless NaN do not matter."""
    mixed = np.einsum("sc,scoh->soh", weights, np.where((weights > 0)[:, :, None, None], forecasts, 0.0))
    return np.asarray(mixed, np.float64)


def _median(relative: Floats) -> Floats:
    """(1, candidates): the median over the series that have the candidate."""
    out = np.zeros((1, relative.shape[1]))
    for at in range(relative.shape[1]):
        column = relative[:, at]
        known = column[~np.isnan(column)]
        if known.size:
            out[0, at] = np.median(known)
    return out
