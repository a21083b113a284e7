"""The last values of a series, in order of time and in order of size, in bounded memory."""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Ordered:
    """At most ``capacity`` of the last values pushed; the oldest leaves when another comes."""

    __slots__ = ("_next", "_ring", "capacity", "sizes")

    def __init__(self, capacity: int, values: Floats | None = None) -> None:
        self.capacity = capacity
        self.sizes: array[float] = array("d")
        self._ring: array[float] = array("d")
        self._next = 0
        if values is not None:
            self._ring = array("d", values.tolist())
            self.sizes = array("d", sorted(self._ring))

    def __len__(self) -> int:
        return len(self.sizes)

    def push(self, value: float) -> None:
        """Take one finite value in."""
        if len(self._ring) < self.capacity:
            self._ring.append(value)
        else:
            oldest = self._ring[self._next]
            del self.sizes[bisect_left(self.sizes, oldest)]
            self._ring[self._next] = value
            self._next = (self._next + 1) % self.capacity
        insort(self.sizes, value)

    def quantile(self, share: float) -> float:
        """The value below which ``share`` of the values lie; NaN where there is none."""
        return self.sizes[int(share * (len(self.sizes) - 1))] if self.sizes else float("nan")

    def at_least(self, value: float) -> int:
        """How many values are as large as ``value`` or larger."""
        return len(self.sizes) - bisect_left(self.sizes, value)

    def top_mean(self, count: int) -> float:
        """The mean of the ``count`` largest."""
        return float(np.frombuffer(self.sizes, dtype=np.float64)[-count:].mean())

    def in_time(self) -> Floats:
        """The values from the oldest to the latest."""
        ring = np.array(self._ring, dtype=np.float64)
        return np.concatenate([ring[self._next :], ring[: self._next]])
