"""Times and dates as whole numbers of nanoseconds without a width, with exact wrap-around where it can happen.

Timers compare and subtract; a solver of linear arithmetic does that far better than one of 64-bit adders. Bounds of
terms are computed on the side: only where a sum can leave 64 bits is its wrap written out.
"""

from __future__ import annotations

from typing import Any

import z3

LOW, HIGH = -(1 << 63), (1 << 63) - 1
_SPAN = 1 << 64

Bounds = tuple[int, int]


class Clocks:
    """Arithmetic of 64-bit times over z3's integers. ``known`` holds the bounds of symbols by their ids."""

    def __init__(self) -> None:
        self._bounds: dict[int, Bounds] = {}
        self._kept: list[Any] = []

    def declare(self, term: Any, bounds: Bounds) -> None:
        """Bounds that a symbol is known to keep."""
        self._bounds[term.get_id()] = bounds
        self._kept.append(term)

    def bounds(self, term: Any) -> Bounds:
        """Bounds of a term (64 bit where nothing better is known)."""
        found = self._bounds.get(term.get_id())
        if found is None:
            found = self._of(term)
            self.declare(term, found)
        return found

    def _of(self, term: Any) -> Bounds:
        if z3.is_int_value(term):
            value = int(term.as_long())
            return value, value
        kind = term.decl().kind()
        if kind == z3.Z3_OP_ITE:
            (low, high), (other_low, other_high) = self.bounds(term.arg(1)), self.bounds(term.arg(2))
            return min(low, other_low), max(high, other_high)
        parts = [self.bounds(one) for one in term.children()] if kind in _LINEAR else []
        if kind == z3.Z3_OP_ADD:
            return sum(one[0] for one in parts), sum(one[1] for one in parts)
        if kind == z3.Z3_OP_SUB and len(parts) == 2:
            return parts[0][0] - parts[1][1], parts[0][1] - parts[1][0]
        if kind == z3.Z3_OP_UMINUS:
            return -parts[0][1], -parts[0][0]
        return LOW, HIGH

    def wrapped(self, term: Any, bounds: Bounds) -> Any:
        """A term with exact bounds, back in 64 bits."""
        low, high = bounds
        if LOW <= low and high <= HIGH:
            self.declare(term, bounds)
            return term
        if low >= LOW - _SPAN and high <= HIGH + _SPAN:
            return z3.If(term > HIGH, term - _SPAN, z3.If(term < LOW, term + _SPAN, term))
        return (term - LOW) % _SPAN + LOW

    def binary(self, op: str, left: Any, right: Any) -> Any:
        """add, sub, mul, div and mod, or a comparison."""
        (low, high), (other_low, other_high) = self.bounds(left), self.bounds(right)
        if op == "add":
            return self.wrapped(left + right, (low + other_low, high + other_high))
        if op == "sub":
            return self.wrapped(left - right, (low - other_high, high - other_low))
        if op == "mul":
            corners = [one * other for one in (low, high) for other in (other_low, other_high)]
            return self.wrapped(left * right, (min(corners), max(corners)))
        if op == "div":
            return self.wrapped(z3.If(right == 0, 0, _cut(left, right)), (LOW, HIGH + 1))
        if op == "mod":
            return z3.If(right == 0, 0, left - right * _cut(left, right))
        return _COMPARED[op](left, right)

    def negated(self, term: Any) -> Any:
        """``-term``."""
        low, high = self.bounds(term)
        return self.wrapped(-term, (-high, -low))


def _cut(left: Any, right: Any) -> Any:
    """Division towards zero of z3's integers (whose own rounds so that the rest is not negative)."""
    whole = _size(left) / _size(right)
    return z3.If((left < 0) == (right < 0), whole, -whole)


def _size(term: Any) -> Any:
    return z3.If(term < 0, -term, term)


_LINEAR = frozenset({z3.Z3_OP_ADD, z3.Z3_OP_SUB, z3.Z3_OP_UMINUS})

_COMPARED: dict[str, Any] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
}
