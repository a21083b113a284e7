"""Which rows of a block count: late and empty ones do not, and a long gap makes what was before it stale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.models.detect.stream.result import EMPTY, FIRST, LATE, SCORED

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEVER = int(np.iinfo(np.int64).min)


@dataclass(slots=True)
class Admission:
    """``gap`` in nanoseconds (None: none is too long), ``last`` time that counted, and how many rows did not."""

    gap: int | None
    last: int = NEVER
    late: int = 0
    empty: int = 0

    def judge(self, times: Ints, values: Floats) -> NDArray[np.int8]:
        """(n,) the status of rows, as in ``StreamScores``; ``times`` in nanoseconds."""
        status = np.full(len(times), SCORED, dtype=np.int8)
        status[~np.isfinite(values).any(axis=1)] = EMPTY
        some = np.flatnonzero(status == SCORED)
        highest = np.maximum.accumulate(np.concatenate([[self.last], times[some]]))
        status[some[times[some] <= highest[:-1]]] = LATE
        kept = np.flatnonzero(status == SCORED)
        if len(kept):
            before = np.concatenate([[self.last], times[kept][:-1]])
            stale = before == NEVER
            if self.gap is not None:
                stale |= times[kept] > np.where(stale, 0, before) + self.gap
            status[kept[stale]] = FIRST
            self.last = int(times[kept[-1]])
        self.late += int((status == LATE).sum())
        self.empty += int((status == EMPTY).sum())
        return status


def stretches(status: NDArray[np.int8], longest: int) -> list[Ints]:
    """The rows that count, in stretches of at most ``longest`` that no gap cuts."""
    kept = np.flatnonzero((status == SCORED) | (status == FIRST))
    if not len(kept):
        return []
    starts = np.flatnonzero(status[kept] == FIRST)
    parts = np.split(kept, starts[starts > 0])
    return [part[at : at + longest] for part in parts for at in range(0, len(part), longest)]
