"""What a block of rows of a stream is answered with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SCORED, EMPTY, LATE, FIRST = 0, 1, 2, 3


@dataclass(frozen=True, slots=True, eq=False)
class StreamScores:
    """One entry a row of the block, in its order.

    ``joint``: -log10 of ``probability``, that a normal row is as unusual in any method; NaN where a row was not scored.
    ``alarm``: whether an alarm stands after the row. ``lanes``: the surprise of each method, in the same unit.
    ``status``: SCORED; FIRST, scored too, the first row of all or after a gap, with nothing before it to judge by;
    EMPTY, no tag had a value; LATE, not later than a row before it. EMPTY and LATE rows change nothing.
    ``changes``: tags whose level changed, by row of the block.
    """

    joint: Floats
    alarm: NDArray[np.bool_]
    lanes: Mapping[str, Floats]
    status: NDArray[np.int8]
    changes: tuple[Change, ...]

    @property
    def probability(self) -> Floats:
        """(n,) of a normal row to be as unusual."""
        return np.asarray(10.0**-self.joint)


@dataclass(frozen=True, slots=True)
class Change:
    """The level of ``tag`` changed about ``ago`` rows before ``row`` of the block, by ``size`` normal deviations."""

    row: int
    tag: str
    ago: int
    size: float
