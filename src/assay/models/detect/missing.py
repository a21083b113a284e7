"""Missing values of standardised rows, as the values that are there let expect them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_MOST_PATTERNS = 2000
_FARTHEST = 1e6  # standard deviations: beyond, only rounding is left of the others


def completed(z: Floats, covariance: Floats) -> Floats:
    """Standardised rows (n, k) without gaps: the conditional mean under ``covariance`` (Nelson, Taylor and MacGregor
    1996), so that a gap in one of two tags that move together is no break of their relation; 0 where a row is empty.

    Beyond 2,000 different patterns of gaps the rest is filled with 0, the mean.
    """
    gaps = ~np.isfinite(z)
    filled = np.clip(np.where(gaps, 0.0, z), -_FARTHEST, _FARTHEST)
    partly = gaps.any(axis=1) & ~gaps.all(axis=1)
    if not partly.any():
        return filled
    patterns, which = np.unique(gaps[partly], axis=0, return_inverse=True)
    rows = np.flatnonzero(partly)
    which = which.reshape(-1)
    order = np.argsort(which, kind="stable")
    starts = np.searchsorted(which[order], np.arange(len(patterns) + 1))
    safe = covariance + 0.02 * np.eye(len(covariance))
    for index in range(min(len(patterns), _MOST_PATTERNS)):
        gap = patterns[index]
        members = rows[order[starts[index] : starts[index + 1]]]
        weights = np.linalg.solve(safe[np.ix_(~gap, ~gap)], safe[np.ix_(~gap, gap)])
        filled[np.ix_(members, np.flatnonzero(gap))] = filled[members][:, ~gap] @ weights
    return filled


def pairwise_covariance(z: Floats) -> Floats:
    """(k, k) covariance around zero over the rows in which both tags are there, made positive semidefinite."""
    seen = np.isfinite(z)
    filled = np.where(seen, z, 0.0)
    counts = seen.astype(np.float64).T @ seen.astype(np.float64)
    covariance = filled.T @ filled / np.maximum(counts, 1.0)
    if seen.all():
        return np.asarray(covariance)
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray((vectors * np.maximum(values, 0.0)) @ vectors.T)
