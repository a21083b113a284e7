"""How unusual a measure is among the last ones of its own series, as -log10 of a probability.

Inside what was seen, the share of earlier values at least as large (conformal, over a sliding window: Vovk et al.
2005). Beyond the largest tenth, a tail that falls with a power of the value, its exponent from that tenth (Hill 1975):
it asks for no scale and is cautious where the true tail is lighter.
"""

from __future__ import annotations

import math

from assay.models.detect.stream.ordered import Floats, Ordered

WINDOW = 16_384  # eight weeks of five minutes
FEWEST = 50
_SHARE = 0.1
_LEAST_TOP = 10
_LEAST_SHAPE = 0.02
MOST = 12.0  # no record of a series bears more


class Likelihood:
    """The logarithms of the last measures of a series, larger for stranger."""

    __slots__ = ("seen",)

    def __init__(self, logs: Floats | None = None) -> None:
        self.seen = Ordered(WINDOW, logs)

    def update(self, value: float) -> float:
        """-log10 of the probability of a measure this large, before it is taken in; 0 while little was seen."""
        surprise = self._surprise(value) if len(self.seen) >= FEWEST else 0.0
        self.seen.push(value)
        return surprise

    def _surprise(self, value: float) -> float:
        count = len(self.seen)
        top = min(max(_LEAST_TOP, int(count * _SHARE)), count - 1)
        start = self.seen.sizes[count - top - 1]
        if value <= start:
            return -math.log10((self.seen.at_least(value) + 1.0) / (count + 1.0))
        shape = max(self.seen.top_mean(top) - start, _LEAST_SHAPE)
        beyond = (value - start) / (shape * math.log(10.0))
        return min(MOST, beyond - math.log10((top + 1.0) / (count + 1.0)))
