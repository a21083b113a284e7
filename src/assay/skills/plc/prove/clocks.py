"""Whole numbers without a width, with exact wrap-around where it can happen: times and dates always, all integers for
the solver that finds invariants over integers.

Timers compare and subtract; a solver of linear arithmetic does that far better than one of 64-bit adders. Bounds of
terms are computed on the side: only where a sum can leave its type is its wrap written out.
"""

from __future__ import annotations

from typing import Any

import z3

Bounds = tuple[int, int]

LOW, HIGH = -(1 << 63), (1 << 63) - 1

#: The range of times and dates.
TIME_RANGE: Bounds = (LOW, HIGH)

#: Holds every value of every type.
_ANY: Bounds = (-(1 << 63), (1 << 64) - 1)


class Clocks:
    """Arithmetic over z3's integers. ``limits`` is the range of the type that an operation is in."""

    def __init__(self) -> None:
        self._bounds: dict[int, Bounds] = {}
        self._kept: list[Any] = []

    def declare(self, term: Any, bounds: Bounds) -> None:
        """Bounds that a symbol is known to keep."""
        self._bounds[term.get_id()] = bounds
        self._kept.append(term)

    def bounds(self, term: Any) -> Bounds:
        """Bounds of a term (those of all types where nothing better is known)."""
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
        return _ANY

    def wrapped(self, term: Any, bounds: Bounds, limits: Bounds = TIME_RANGE) -> Any:
        """A term with exact bounds, back in its type."""
        low, high = limits
        span = high - low + 1
        if low <= bounds[0] and bounds[1] <= high:
            self.declare(term, bounds)
            return term
        if bounds[0] >= low - span and bounds[1] <= high + span:
            result = z3.If(term > high, term - span, z3.If(term < low, term + span, term))
        else:
            result = (term - low) % span + low
        self.declare(result, limits)
        return result

    def binary(self, op: str, left: Any, right: Any, limits: Bounds = TIME_RANGE) -> Any:
        """add, sub, mul, div and mod, or a comparison."""
        if op in COMPARED:
            return COMPARED[op](left, right)
        if op == "div":
            return self.wrapped(z3.If(right == 0, 0, _cut(left, right)), (limits[0], limits[1] + 1), limits)
        if op == "mod":
            return self.wrapped(z3.If(right == 0, 0, left - right * _cut(left, right)), limits, limits)
        return self.wrapped(*self.exact(op, left, right), limits)

    def exact(self, op: str, left: Any, right: Any) -> tuple[Any, Bounds]:
        """A sum, difference or product without its wrap, and its bounds."""
        (low, high), (other_low, other_high) = self.bounds(left), self.bounds(right)
        if op == "add":
            return left + right, (low + other_low, high + other_high)
        if op == "sub":
            return left - right, (low - other_high, high - other_low)
        corners = [one * other for one in (low, high) for other in (other_low, other_high)]
        return left * right, (min(corners), max(corners))

    def negated(self, term: Any, limits: Bounds = TIME_RANGE) -> Any:
        """``-term``."""
        low, high = self.bounds(term)
        return self.wrapped(-term, (-high, -low), limits)


def _cut(left: Any, right: Any) -> Any:
    """Division towards zero of z3's integers (whose own rounds so that the rest is not negative)."""
    whole = _size(left) / _size(right)
    return z3.If((left < 0) == (right < 0), whole, -whole)


def _size(term: Any) -> Any:
    return z3.If(term < 0, -term, term)


_LINEAR = frozenset({z3.Z3_OP_ADD, z3.Z3_OP_SUB, z3.Z3_OP_UMINUS})

COMPARED: dict[str, Any] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
}
