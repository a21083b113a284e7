"""Features of a course around its alarm: windowed means and log-spreads in units of normal spread.

The same features are made of the observed course and of every simulated one, so they can be compared whatever tags,
sampling interval and hours after the alarm the history offers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assay.skills.investigate.rolling import between, sums

Array = NDArray[np.float64]

# Hours relative to the alarm.
EDGES: tuple[tuple[float, float], ...] = ((-0.5, 0.0), (0.0, 0.5), (0.5, 1.0), (1.0, 2.0), (2.0, 4.0), (4.0, 8.0))
HORIZONS: tuple[float, ...] = (0.15, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
_CLIP = 200.0


def usable_horizon(hours: float) -> float:
    """The longest horizon of HORIZONS that ``hours`` after the alarm allow (at least the shortest)."""
    return max((h for h in HORIZONS if h <= hours + 1e-9), default=HORIZONS[0])


def features(
    values: NDArray[np.float32] | Array,
    baseline: Array,
    scale: Array,
    alarms: NDArray[np.int64],
    sample: float,
    horizon: float,
) -> Array:
    """(runs, features): per window the arcsinh of the mean deviation and half the log of the variance of each tag.

    ``values`` (runs, rows, tags); ``baseline`` (runs, tags) normal means; ``scale`` (tags,); ``alarms`` (runs,) row of
    the alarm. A window past the end of a run (after a trip) repeats the last window that has data: a tripped plant
    keeps the marks that it had when it tripped.
    """
    rows = values.shape[1]
    z = np.clip((values - baseline[:, None, :]) / scale, -_CLIP, _CLIP).astype(np.float64)
    s = sums(z)
    blocks: list[Array] = []
    previous: tuple[Array, Array] | None = None
    for begin, end in EDGES:
        end = min(end, horizon)
        if end <= begin:
            break
        first = np.clip(alarms + round(begin / sample) + (1 if begin >= 0 else 0), 0, rows)
        last = np.clip(alarms + round(end / sample) + 1, first, rows)
        mean, variance = between(s, first, last)
        block = (np.arcsinh(mean), 0.5 * np.log(variance + 1e-2))
        if previous is not None:
            block = (_patched(block[0], previous[0]), _patched(block[1], previous[1]))
        blocks.extend(block)
        previous = block
    return np.nan_to_num(np.concatenate(blocks, axis=1))


def _patched(block: Array, previous: Array) -> Array:
    return np.where(np.isfinite(block), block, previous)
