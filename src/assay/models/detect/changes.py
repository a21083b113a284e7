"""Change points: rows at which the level of a tag changed, found in the whole history looked back upon.

Segmentation with the least squared error and a penalty a change (PELT: Killick, Fearnhead and Eckley 2012, by
ruptures' linear kernel), one tag at a time. The penalty comes from the noise: the logarithm of the rows times the
variance of a mean of correlated rows, and at least what the normal part itself shows of shifts between neighbouring
windows, where there is nothing to be found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from assay.models.detect.extra import library
from assay.models.detect.result import ChangePoint
from assay.models.detect.tails import effective_rows
from assay.plant.series import Frame, to_datetime

if TYPE_CHECKING:
    from assay.models.detect.detector import Learned

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_MOST_ROWS = 2000  # beyond them, rows are averaged before they are segmented
_SHORTEST = 4
_TOGETHER = 4  # changes of several tags within so many rows are one
_MARGIN = 1.5  # over the largest shift of the normal part
_LEAST = 1.0  # where the normal part does not move at all
_WINDOWS = (8, 16, 32, 64)


class _Change(NamedTuple):
    row: int
    established: int
    tag: int
    size: float
    gain: float


def penalties(z: Floats, use: Mask) -> Floats:
    """(k,) what a change must gain in squared error, from standardised rows of which ``use`` are normal."""
    normal = z[use]
    count, tags = normal.shape
    found = np.empty(tags)
    for j in range(tags):
        x = normal[:, j]
        scale = float(x.var()) * count / effective_rows(x)
        found[j] = max(2.0 * np.log(count * tags) * scale, _MARGIN * _largest_shift(x), _LEAST)
    return found


def _largest_shift(x: Floats) -> float:
    sums = np.concatenate([[0.0], np.cumsum(x)])
    largest = 0.0
    for width in _WINDOWS:
        if 2 * width > len(x):
            break
        means = (sums[width:] - sums[:-width]) / width
        largest = max(largest, float((width / 2.0 * (means[width:] - means[:-width]) ** 2).max()))
    return largest


def change_points(frame: Frame, learned: Learned, z: Floats, first: int, last: int) -> tuple[ChangePoint, ...]:
    """Changes in standardised rows (n, k) of the frame, outside its normal part ``first:last``."""
    found: list[_Change] = []
    for j, column in enumerate(learned.baseline.columns):
        found += _changes(z[:, j], float(learned.penalties[j]), int(column))
    outside = sorted(one for one in found if not first <= one.row < last)
    groups: list[list[_Change]] = []
    for one in outside:
        if groups and one.row - groups[-1][0].row <= _TOGETHER:
            groups[-1].append(one)
        else:
            groups.append([one])
    return tuple(_change_point(frame, learned, group) for group in groups)


def _change_point(frame: Frame, learned: Learned, group: list[_Change]) -> ChangePoint:
    ordered = sorted(group, key=lambda one: (-one.gain, one.tag))
    largest = ordered[0]
    established = max(min(one.established for one in group), largest.row)
    return ChangePoint(
        row=largest.row,
        established=established,
        time=to_datetime(frame.times[largest.row]),
        established_at=to_datetime(frame.times[established]),
        tags=tuple(dict.fromkeys(learned.tags[one.tag] for one in ordered)),
        size=largest.size,
    )


def _changes(x: Floats, penalty: float, tag: int) -> list[_Change]:
    ruptures = library("ruptures")
    step = max(1, -(-len(x) // _MOST_ROWS))
    whole = len(x) // step * step
    if whole // step < 2 * _SHORTEST:
        return []
    signal = x[:whole].reshape(-1, step).mean(axis=1)[:, None]
    model = ruptures.KernelCPD(kernel="linear", min_size=_SHORTEST, jump=1).fit(signal)
    ends = [int(end) * step for end in model.predict(pen=penalty / step)]
    bounds = [0, *ends[:-1], len(x)]
    found = []
    for before, row, after in zip(bounds, bounds[1:], bounds[2:], strict=False):
        row = _refined(x, before, row, after, step)
        old, new = float(x[before:row].mean()), float(x[row:after].mean())
        gain = np.cumsum((x[row:after] - old) ** 2 - (x[row:after] - new) ** 2)
        enough = np.flatnonzero(gain >= penalty)
        established = row + int(enough[0] if len(enough) else len(gain) - 1)
        found.append(_Change(row, established, tag, new - old, float(gain[-1])))
    return found


def _refined(x: Floats, before: int, row: int, after: int, step: int) -> int:
    """The row within ``step`` of ``row`` that parts the two segments best."""
    if step == 1:
        return row
    rows = np.arange(max(before + 1, row - step), min(after - 1, row + step) + 1)
    part = np.cumsum(x[before:after])
    left, total = part[rows - before - 1], part[-1]
    gain = left**2 / (rows - before) + (total - left) ** 2 / (after - rows)
    return int(rows[gain.argmax()])
