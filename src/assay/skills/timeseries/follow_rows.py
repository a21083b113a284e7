"""New rows of a history that another process writes: each one once, in order, and only when it is complete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from assay.plant.historian import Readable
from assay.plant.series import Frame, to_datetime

OVERLAP = 64  # samples before the newest taken row that are read again, to see what comes late
MOST = 5000  # samples of time that are read at once
_NEXT = timedelta(microseconds=1)
_SPARSE = 0.5  # share of known values, below which rows are put on a regular grid


@dataclass(frozen=True, slots=True)
class Fresh:
    """``rows`` nobody has seen, rising; ``late``: how many rows appeared at or before the newest taken one; ``more``:
    whether more waits to be read."""

    rows: Frame
    late: int
    more: bool


@dataclass(slots=True)
class Feed:
    """Reads on from ``last`` (the newest time that was taken).

    ``sample``: usual seconds between rows; ``step``: seconds of the grid for tags that report at times of their own,
    None for rows as they were recorded. The newest row counts when every tag has a value in it, when a later one
    follows, or when it stayed the same for one poll: its writer may be half-way through it.
    """

    reader: Readable
    tags: tuple[str, ...]
    sample: float
    last: datetime
    step: float | None = None
    _seen: set[int] | None = None
    _held: str = ""
    _from: datetime | None = None

    def fresh(self) -> Fresh:
        """What was recorded since the last call, at most ``MOST`` samples of it."""
        span = self.reader.span()
        if span is None:
            return Fresh(Frame.empty(self.tags), 0, False)
        at = max(self.last, self._from or self.last)
        start, end = at - timedelta(seconds=OVERLAP * self.sample), at + timedelta(seconds=MOST * self.sample)
        more = span[1] >= end
        frame = self.reader.read(self.tags, start, end, step=self.step).good()
        taken = _times(frame.between(None, self.last + _NEXT))
        late = 0 if self._seen is None else len(taken - self._seen)
        rows = frame.between(self.last + _NEXT, None)
        if not more:
            rows = self._settled(rows)
        if len(rows):
            self.last = to_datetime(rows.times[-1])
        self._seen, self._from = taken | _times(rows), end if more else None
        return Fresh(rows, late, more)

    def _settled(self, rows: Frame) -> Frame:
        if not len(rows):
            self._held = ""
            return rows
        digest = rows.digest()
        whole = self.step is None and bool(np.isfinite(rows.values[-1]).all())
        if whole or digest == self._held:
            self._held = ""
            return rows
        self._held = digest
        return rows.between(None, to_datetime(rows.times[-1]))


def _times(frame: Frame) -> set[int]:
    return set(frame.times.view(np.int64).tolist())


def spacing(normal: Frame) -> tuple[float, float | None]:
    """The usual seconds between rows, and the grid's step where tags report at times of their own (else None).

    The grid's step is the median over the tags of each one's median distance.
    """
    stamps = normal.times.view(np.int64)
    known = np.isfinite(normal.values)
    some = known.any(axis=0)
    sample = float(np.median(np.diff(stamps))) / 1e9 if len(stamps) > 1 else 1.0
    if not some.any() or float(known[:, some].mean()) >= _SPARSE:
        return max(sample, 1e-3), None
    own = [np.median(np.diff(stamps[known[:, k]])) for k in np.flatnonzero(some) if known[:, k].sum() > 1]
    step = max(round(float(np.median(own)) / 1e9, 3), 1e-3) if own else sample
    return step, step


def known_tags(reader: Readable, wanted: Sequence[str]) -> tuple[str, ...]:
    """``wanted`` without repetition, or every tag of the history."""
    return tuple(dict.fromkeys(wanted)) or reader.tags()
