"""What a number or a code in a text looks like once it is read."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a number: ``mantissa`` x 10^``power``, ``decimals`` of the mantissa shown, and its unit."""

    mantissa: Decimal
    decimals: int
    unit: str = ""
    power: int = 0


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a text. ``sign`` is ``""``, ``+``, ``-`` or ``±``; ``readings`` are the ways to read it."""

    text: str
    start: int
    end: int
    sign: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A word with digits in it (``XMEAS_9``, ``T-1203A``, ``2oo3``): a name, not a number."""

    text: str
    start: int
    end: int
