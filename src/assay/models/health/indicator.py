"""A health indicator of one machine from its own tags: how far they are from the machine's own normal.

Every tag is taken robustly (median and median absolute deviation) against the first part of the record. The indicator
is the root mean square of these deviations over the tags, 1.0 at the level that the normal part itself reaches rarely.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assay.kernel.errors import InputError
from assay.plant.series import Floats

NORMAL_SHARE, RARE = 0.3, 0.99
POINTS = 600
LEAST_POINTS = 20
CLIP = 20.0  # spreads: one tag that jumped must not be all there is


@dataclass(frozen=True, eq=False)
class Indicator:
    """time: (n,) seconds or cycles of blocks; value: (n,) NaN where nothing is known; share: (tags,) of the last
    blocks' squared deviation; change: (tags,) the last blocks against normal, in its spreads; normal: (first, last)
    time that counts as normal; left_out: tags that say nothing."""

    time: Floats
    value: Floats
    tags: tuple[str, ...]
    share: Floats
    change: Floats
    normal: tuple[float, float]
    left_out: tuple[str, ...]


def blocks(time: Floats, values: Floats, points: int = POINTS) -> tuple[Floats, Floats]:
    """Medians over at most ``points`` blocks of equal time: (m,) last times, (m, k) medians. Empty blocks are left out.

    Medians, because single wild values are the instrument's, not the machine's.
    """
    span = float(time[-1] - time[0])
    if len(time) <= points or span <= 0:
        return time, values
    place = np.minimum(((time - time[0]) / span * points).astype(np.int64), points - 1)
    kept, first = np.unique(place, return_index=True)
    ends = np.append(first[1:], len(time))
    found = np.full((len(kept), values.shape[1]), np.nan)
    for row, (start, end) in enumerate(zip(first, ends, strict=True)):
        part = values[start:end]
        good = np.isfinite(part).any(axis=0)
        found[row, good] = np.nanmedian(part[:, good], axis=0)
    return time[ends - 1], found


def deviation(time: Floats, values: Floats, tags: tuple[str, ...], normal: float = NORMAL_SHARE) -> Indicator:
    """The indicator from tags. time: (n,) ascending; values: (n, k). InputError when fewer than 20 blocks hold values
    or no tag moves in the normal part."""
    time, values = blocks(time, values)
    edge = time[0] + normal * (time[-1] - time[0])
    own = time <= edge
    kept, centre, spread = [], [], []
    for index in range(values.shape[1]):
        part = values[own, index]
        part = part[np.isfinite(part)]
        middle = float(np.median(part)) if len(part) else 0.0
        width = 1.4826 * float(np.median(np.abs(part - middle))) if len(part) else 0.0
        width = width if width > 1e-9 * abs(middle) else float(np.std(part)) if len(part) else 0.0
        if len(part) >= LEAST_POINTS // 4 and width > 1e-9 * max(1.0, abs(middle)):
            kept.append(index)
            centre.append(middle)
            spread.append(width)
    if not kept or len(time) < LEAST_POINTS:
        raise InputError("machine_health.record_short", rows=len(time), least=LEAST_POINTS, tags=len(kept))
    z = np.clip((values[:, kept] - np.array(centre)) / np.array(spread), -CLIP, CLIP)
    good = np.isfinite(z)
    mean = np.where(good, z**2, 0.0).sum(axis=1) / np.maximum(good.sum(axis=1), 1)
    raw = np.where(good.any(axis=1), np.sqrt(mean), np.nan)
    edge_value = float(np.nanquantile(raw[own], RARE))
    last = slice(-max(3, len(time) // 20), None)
    change = np.array(
        [float(np.median(column[np.isfinite(column)])) if np.isfinite(column).any() else 0.0 for column in z[last].T]
    )
    square = change**2
    names = tuple(tags[i] for i in kept)
    return Indicator(
        time,
        raw / max(edge_value, 1e-12),
        names,
        square / max(float(square.sum()), 1e-12),
        change,
        (float(time[0]), float(edge)),
        tuple(tag for i, tag in enumerate(tags) if i not in kept),
    )
