"""The last rows of one series in one piece of memory, so that windows are views."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Recent:
    """Times (s) and values of at most the last ``capacity`` rows and at least, once seen, half of them."""

    __slots__ = ("_buffer", "_end", "_start", "capacity")

    def __init__(self, capacity: int, rows: Floats | None = None) -> None:
        self.capacity = capacity
        self._buffer = np.empty((2, 2 * capacity))
        self._start = self._end = 0
        if rows is not None:
            self._end = rows.shape[1]
            self._buffer[:, : self._end] = rows

    def __len__(self) -> int:
        return self._end - self._start

    def push(self, time: float, value: float) -> None:
        """One more row."""
        if self._end == self._buffer.shape[1]:
            kept = self.rows().copy()
            self._start, self._end = 0, kept.shape[1]
            self._buffer[:, : self._end] = kept
        self._buffer[0, self._end] = time
        self._buffer[1, self._end] = value
        self._end += 1
        self._start = max(self._start, self._end - self.capacity)

    def rows(self) -> Floats:
        """(2, n): times and values, oldest first."""
        return self._buffer[:, self._start : self._end]

    @property
    def times(self) -> Floats:
        """(n,) times."""
        return self._buffer[0, self._start : self._end]

    @property
    def values(self) -> Floats:
        """(n,) values."""
        return self._buffer[1, self._start : self._end]
