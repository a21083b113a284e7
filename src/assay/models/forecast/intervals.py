"""Conformal intervals from the errors at earlier origins.

Split conformal prediction (Vovk et al. 2005; Lei et al. 2018) on rolling origins: absolute errors are divided by the
series's own size of error (from the other origins) and by the panel's profile over the steps of the horizon; a quantile
of these scores, moved up for their finite number, gives the half width. Short series lean on the panel's scores.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SHRINK = 0.5  # origins' worth of the panel's size of error in a series's own
LEAN = 6.0  # origins' worth of the panel's scores in a series's quantile
TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Calibration:
    """Half widths in scaled units: (series, horizon)."""

    widths: Floats


def calibrate(errors: Floats, interval: float) -> Calibration:
    """From scaled errors (series, origins, horizon), NaN where nothing was observed."""
    size = np.abs(errors)
    own = _mean(size, 2)  # (series, origins)
    pooled = float(np.nanmedian(own)) if np.isfinite(own).any() else 0.0
    profile = _profile(size, own)
    spread = _left_out(own, max(pooled, TINY))
    scores = size / (np.maximum(spread, TINY)[:, :, None] * profile)
    counts = np.isfinite(own).sum(axis=1)
    level = _level(interval, int(counts.sum()), errors.shape[2])
    everyones = _quantile(scores[np.isfinite(scores)], level)
    widths = np.empty((len(errors), errors.shape[2]))
    total = _totals(own, max(pooled, TINY))
    borrowed = LEAN if len(errors) > 1 else 0.0
    for series in range(len(errors)):
        mine = scores[series][np.isfinite(scores[series])]
        quantile = everyones
        if mine.size:
            share = counts[series] / (counts[series] + borrowed)
            quantile = share * _quantile(mine, level) + (1.0 - share) * everyones
        widths[series] = quantile * total[series] * profile
    return Calibration(widths)


def held_out_widths(errors: Floats, interval: float) -> Floats:
    """(series, origins, horizon): the half widths at each origin from the other origins only."""
    origins = errors.shape[1]
    out = np.empty(errors.shape)
    for at in range(origins):
        rest = [one for one in range(origins) if one != at]
        out[:, at] = calibrate(errors[:, rest], interval).widths
    return out


def _level(interval: float, origins: int, horizon: int) -> float:
    """The quantile's level, moved up for a finite number of trials: the steps of one origin move together, so that
    they count for the root of their number."""
    return min(1.0, interval * (1.0 + 1.0 / max(origins * math.sqrt(horizon), 1.0)))


def _mean(values: Floats, axis: int) -> Floats:
    known = np.isfinite(values)
    count = known.sum(axis=axis)
    total = np.where(known, values, 0.0).sum(axis=axis)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan), np.float64)


def _profile(size: Floats, own: Floats) -> Floats:
    """(horizon,) with mean 1: how the errors grow over the steps, a power of the step and what is smooth beside it."""
    relative = size / np.maximum(own, TINY)[:, :, None]
    steps = _mean(relative.reshape(-1, size.shape[2]), 0)
    steps = np.maximum(np.where(np.isfinite(steps), steps, 1.0), 0.05)
    log_step = np.log(np.arange(1.0, len(steps) + 1.0))
    centred = log_step - log_step.mean()
    slope = float(centred @ np.log(steps)) / float(centred @ centred) if len(steps) > 1 else 0.0
    growth = np.exp(np.clip(slope, 0.0, 1.0) * centred)
    trials = max(1, int(np.isfinite(own).sum()))
    half = max(0, round(len(steps) / (2.0 * np.sqrt(trials))))
    padded = np.pad(steps / growth, half, mode="edge")
    smooth = growth * np.convolve(padded, np.ones(2 * half + 1) / (2 * half + 1), "valid")
    return np.asarray(np.maximum(smooth / float(smooth.mean()), 0.05), np.float64)


def _left_out(own: Floats, pooled: float) -> Floats:
    """(series, origins): the size of error from the other origins, shrunk to the panel's."""
    known = np.isfinite(own)
    rest_sum = np.where(known, own, 0.0).sum(axis=1, keepdims=True) - np.where(known, own, 0.0)
    rest = known.sum(axis=1, keepdims=True) - known
    return np.asarray((rest_sum + SHRINK * pooled) / (rest + SHRINK), np.float64)


def _totals(own: Floats, pooled: float) -> Floats:
    known = np.isfinite(own)
    sums = np.where(known, own, 0.0).sum(axis=1)
    return np.asarray((sums + SHRINK * pooled) / (known.sum(axis=1) + SHRINK), np.float64)


def _quantile(scores: Floats, level: float) -> float:
    return float(np.quantile(scores, level, method="higher")) if scores.size else 0.0
