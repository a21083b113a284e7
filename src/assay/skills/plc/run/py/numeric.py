"""Numbers, bits and choices of generated Python code, as ``ir/nodes.py`` and ``ir/builtins.py`` define them.

Where Python's ``math`` raises, the value of IEEE 754 (C99 annex F) stands. Integers come back unwrapped: the generated
code wraps.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from ctypes import c_float
from typing import Any

INF, NAN = math.inf, math.nan
_LOW, _HIGH = -(1 << 63), (1 << 63) - 1


class Stop(Exception):
    """A fault: its number (from 1, in the order of ``FAULT_KINDS``) and that of its span."""

    def __init__(self, kind: int, span: int) -> None:
        super().__init__(kind, span)
        self.kind, self.span = kind, span


def stop(kind: int, span: int) -> Any:
    """End the scan."""
    raise Stop(kind, span)


def divide(left: int, right: int, span: int) -> int:
    """Integer division towards zero."""
    if right == 0:
        raise Stop(1, span)
    return towards_zero(left, right)


def towards_zero(left: int, right: int) -> int:
    """Integer division towards zero; the right one is not 0."""
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def modulo(left: int, right: int) -> int:
    """Remainder with the sign of the left one; 0 when the right one is 0."""
    if right == 0:
        return 0
    rest = abs(left) % abs(right)
    return -rest if left < 0 else rest


def real_divide(left: float, right: float) -> float:
    """Division by IEEE 754."""
    if right != 0.0:
        return left / right
    if left == 0.0 or left != left:
        return NAN
    return math.copysign(INF, left) * math.copysign(1.0, right)


def power(left: float, right: float) -> float:
    """C's pow."""
    try:
        return math.pow(left, right)
    except OverflowError:
        odd = right == math.floor(right) and math.fmod(right, 2.0) != 0.0
        return -INF if left < 0.0 and odd else INF
    except ValueError:
        if left == 0.0:
            odd = right == math.floor(right) and math.fmod(right, 2.0) != 0.0
            return math.copysign(INF, left) if odd else INF
        return NAN


def whole(value: float) -> int:
    """Half to even; NaN gives 0, what is out of range the nearest 64-bit integer."""
    if value != value:
        return 0
    if value >= 9223372036854775808.0:
        return _HIGH
    if value < -9223372036854775808.0:
        return _LOW
    return round(value)


def cut(value: float) -> int:
    """Towards zero, otherwise as :func:`whole`."""
    if value != value:
        return 0
    if value >= 9223372036854775808.0:
        return _HIGH
    if value < -9223372036854775808.0:
        return _LOW
    return int(value)


def to_single(value: int) -> float:
    """An integer to the nearest 32-bit float, rounded once."""
    size = abs(value)
    excess = size.bit_length() - 24
    if excess > 0:
        low = size & ((1 << excess) - 1)
        size >>= excess
        half = 1 << (excess - 1)
        if low > half or (low == half and size & 1):
            size += 1
        size <<= excess
    return float(-size if value < 0 else size)


def guarded(function: Callable[[float], float], overflow: float = NAN) -> Callable[[float], float]:
    """A function of ``math`` that gives NaN (or ``overflow``) instead of raising."""

    def call(value: float) -> float:
        try:
            return function(value)
        except OverflowError:
            return overflow
        except ValueError:
            return NAN

    return call


def _logarithm(function: Callable[[float], float]) -> Callable[[float], float]:
    def call(value: float) -> float:
        if value > 0.0:
            return function(value)
        return -INF if value == 0.0 else NAN

    return call


def ceil(value: float) -> float:
    """Least whole number that is not below, as a float with the sign of zero kept."""
    return math.copysign(float(math.ceil(value)), value) if math.isfinite(value) else value


def floor(value: float) -> float:
    """Greatest whole number that is not above."""
    return math.copysign(float(math.floor(value)), value) if math.isfinite(value) else value


def fraction(value: float) -> float:
    """What is behind the point, with the sign of the number."""
    if math.isinf(value):
        return 0.0
    return value - float(math.trunc(value)) if value == value else value


def least(first: Any, *others: Any) -> Any:
    """MIN."""
    for one in others:
        if one < first:
            first = one
    return first


def greatest(first: Any, *others: Any) -> Any:
    """MAX."""
    for one in others:
        if one > first:
            first = one
    return first


def limit(low: Any, value: Any, high: Any) -> Any:
    """LIMIT."""
    if value < low:
        value = low
    return high if value > high else value


def select(chosen: bool, no: Any, yes: Any) -> Any:
    """SEL."""
    return yes if chosen else no


def multiplex(span: int, number: int, *values: Any) -> Any:
    """MUX."""
    if not 0 <= number < len(values):
        raise Stop(2, span)
    return values[number]


def shift_left(value: int, places: int, bits: int) -> int:
    """SHL, unwrapped but small."""
    return 0 if places >= bits else value << max(places, 0)


def shift_right(value: int, places: int, bits: int) -> int:
    """SHR: zeros come in for what is not negative, else the sign."""
    return value >> min(max(places, 0), bits)


def rotate(value: int, places: int, bits: int) -> int:
    """ROL of the bit pattern (ROR with negated places), unwrapped."""
    pattern = value & ((1 << bits) - 1)
    places %= bits
    return (pattern << places | pattern >> (bits - places)) & ((1 << bits) - 1)


def rotate_left(value: int, places: int, bits: int) -> int:
    """ROL; negative places count as 0."""
    return rotate(value, max(places, 0), bits)


def rotate_right(value: int, places: int, bits: int) -> int:
    """ROR; negative places count as 0."""
    return rotate(value, -max(places, 0), bits)


def swap(value: int, size: int) -> int:
    """The bytes in the opposite order, unwrapped."""
    return int.from_bytes((value & ((1 << 8 * size) - 1)).to_bytes(size, "little"), "big")


def from_bcd(value: int, size: int) -> int:
    """Digits times powers of ten."""
    return sum((value >> 4 * n & 15) * 10**n for n in range(2 * size))


def to_bcd(value: int) -> int:
    """The decimal digits of the magnitude as hexadecimal ones, unwrapped."""
    return int(str(abs(value)), 16)


def is_bcd(value: int, size: int) -> bool:
    """Every hexadecimal digit is a decimal one."""
    return all((value >> 4 * n & 15) <= 9 for n in range(2 * size))


def real_bits(value: float, bits: int) -> int:
    """The bit pattern of a real; every NaN has the same one."""
    if value != value:
        return 0x7FC00000 if bits == 32 else 0x7FF8000000000000
    packed = struct.pack("<f" if bits == 32 else "<d", value)
    return int.from_bytes(packed, "little")


def bits_real(value: int, bits: int) -> float:
    """The real of a bit pattern."""
    packed = (value & ((1 << bits) - 1)).to_bytes(bits // 8, "little")
    result: float = struct.unpack("<f" if bits == 32 else "<d", packed)[0]
    return result


def bound(span: int, number: int, *limits: int) -> int:
    """The bound of dimension ``number`` from 1."""
    if not 1 <= number <= len(limits):
        raise Stop(2, span)
    return limits[number - 1]


def set_part(memory: list[Any], address: int, low: int, bits: int, value: int, high: int) -> None:
    """Set bits of an integer in memory; ``high``: least number that is negative when signed, else 0."""
    mask = ((1 << bits) - 1) << low
    raw = memory[address] & ~mask | int(value) << low & mask
    if high:
        raw = (raw + high & 2 * high - 1) - high
    memory[address] = raw


#: By the name in generated code.
NAMES: dict[str, Any] = {
    "INF": INF, "NAN": NAN, "F": c_float, "stop": stop, "divide": divide, "towards_zero": towards_zero,
    "modulo": modulo, "real_divide": real_divide, "power": power, "whole": whole, "cut": cut,
    "to_single": to_single, "least": least, "greatest": greatest, "limit": limit, "select": select,
    "multiplex": multiplex, "shift_left": shift_left, "shift_right": shift_right, "rotate_left": rotate_left,
    "rotate_right": rotate_right, "swap": swap, "from_bcd": from_bcd, "to_bcd": to_bcd, "is_bcd": is_bcd,
    "real_bits": real_bits, "bits_real": bits_real, "bound": bound, "set_part": set_part, "isfinite": math.isfinite,
    "SQRT": guarded(math.sqrt), "LN": _logarithm(math.log), "LOG": _logarithm(math.log10),
    "EXP": guarded(math.exp, INF), "SIN": guarded(math.sin), "COS": guarded(math.cos), "TAN": guarded(math.tan),
    "ASIN": guarded(math.asin), "ACOS": guarded(math.acos), "ATAN": math.atan, "ATAN2": math.atan2,
    "CEIL": ceil, "FLOOR": floor, "FRAC": fraction,
}  # fmt: skip
