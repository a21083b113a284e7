"""From scores per row to alarm intervals: raised on several rows, closed after quiet ones, and where each began."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RAISE = 3  # rows above the threshold among the last WITHIN raise an alarm
WITHIN = 5
CLOSE = 5  # rows running below it end it
_LOOK_BACK = 96


def alarm_intervals(above: NDArray[np.bool_]) -> list[tuple[int, int, int]]:
    """(first, last, raised) of each alarm; ``first`` is the first row above among those that raised it."""
    found: list[tuple[int, int, int]] = []
    recent = np.convolve(above, np.ones(WITHIN, dtype=int))[: len(above)]
    raising = np.flatnonzero(above & (recent >= RAISE))
    rows = np.flatnonzero(above)
    end = -1
    for raised in raising:
        if raised <= end:
            continue
        start = max(int(raised) - WITHIN + 1, end + 1)
        first = int(rows[np.searchsorted(rows, start)])
        later = rows[np.searchsorted(rows, raised) :]
        pause = np.flatnonzero(np.diff(later) > CLOSE)
        end = int(later[pause[0]] if len(pause) else later[-1])
        found.append((first, end, int(raised)))
    return found


def onset(z: Floats, first: int, raised: int) -> int:
    """The row at or before ``raised`` in which the mean of rows (n, k) most probably left 0.

    By maximum likelihood for one change along the direction in which the raising rows lie (Hinkley 1970).
    """
    start = max(0, first - _LOOK_BACK)
    direction = z[first : raised + 1].mean(axis=0)
    length = float(np.linalg.norm(direction))
    if length < 1e-9:
        return first
    along = z[start : raised + 1] @ (direction / length)
    gain = np.cumsum((along - length / 2.0)[::-1])[::-1]
    return min(start + int(gain.argmax()), first)
