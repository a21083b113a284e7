"""How far a valve has moved and how often it turned back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Travel:
    """``travel`` and ``range`` in percent of the stroke; ``reversals`` counts changes of direction."""

    positions: int
    travel: float
    range: float
    reversals: int


def travel(positions: Sequence[float], dead_band: float = 0.0) -> Travel:
    """The travel over ``positions`` (percent); a move of at most ``dead_band`` from the last turning counts as noise.

    Positions that are not finite are left out. Raises ValueError with fewer than two positions left.
    """
    finite = [position for position in positions if math.isfinite(position)]
    if len(finite) < 2:
        raise ValueError("fewer than two finite positions")
    total, reversals, direction, last = 0.0, 0, 0, finite[0]
    for position in finite[1:]:
        move = position - last
        if abs(move) <= dead_band:
            continue
        total += abs(move)
        turned = 1 if move > 0 else -1
        reversals += direction not in (0, turned)
        direction, last = turned, position
    return Travel(len(finite), total, max(finite) - min(finite), reversals)
