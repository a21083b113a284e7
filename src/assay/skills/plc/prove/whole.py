"""The algebra in which every integer is a whole number: for Spacer, which finds invariants over integers."""

from __future__ import annotations

from typing import Any

import z3

from assay.skills.plc.prove.fold import Sort, Term, limits, wrap
from assay.skills.plc.prove.terms import Bits, NotExpressible, known


class Whole(Bits):
    """As :class:`Bits`, with integers and bit strings of any width as z3's integers and wrap-around written out where
    it can happen. Bitwise operations and shifts have no term here, nor have conversions from and to reals."""

    def z3_sort(self, sort: Sort) -> Any:
        """Integers without a width."""
        return z3.IntSort() if sort[0] == "int" else super().z3_sort(sort)

    def var(self, name: str, sort: Sort) -> Any:
        """A fresh symbol, which is known to lie in its type."""
        term = super().var(name, sort)
        if sort[0] in ("int", "time"):
            self.clocks.declare(term, limits(sort))
        return term

    def lift(self, value: Term, sort: Sort) -> Any:
        """A value as a z3 term."""
        if known(value) and sort[0] == "int":
            return z3.IntVal(int(value))
        return super().lift(value, sort)

    def plain_whole(self, term: Any, sort: Sort) -> int:
        """An integer constant as a plain value."""
        return wrap(int(term.as_long()), sort[1], sort[2]) if z3.is_int_value(term) else 0

    def whole_unary(self, op: str, value: Any, sort: Sort) -> Any:
        """``-x``; ``NOT x`` is ``-1 - x``."""
        if op == "neg":
            return self.clocks.negated(value, limits(sort))
        low, high = limits(sort)
        return self.clocks.binary("sub", z3.IntVal(low + high), value, limits(sort))

    def whole_binary(self, op: str, left: Any, right: Any, sort: Sort) -> Any:
        """Arithmetic and comparisons."""
        if op in ("and", "or", "xor"):
            raise NotExpressible(op)
        return self.clocks.binary(op, left, right, limits(sort))

    def whole_overflow(self, op: str, left: Any, right: Any, sort: Sort) -> Any:
        """Whether the exact result leaves the type."""
        low, high = limits(sort)
        if op == "neg":
            return left == low if sort[2] else left != 0
        exact, bounds = self.clocks.exact(op, left, right)
        if low <= bounds[0] and bounds[1] <= high:
            return False
        return z3.Or(exact > high, exact < low)

    def resize(self, value: Any, source: Sort, target: Sort) -> Any:
        """The same number where the type holds it, else wrapped."""
        return self.clocks.wrapped(value, self.clocks.bounds(value), limits(target))

    def whole_to_real(self, value: Any, source: Sort, target: Sort) -> Any:
        """Not here."""
        raise NotExpressible("real")

    def real_to_whole(self, value: Any, source: Sort, target: Sort, truncate: bool) -> Any:
        """Not here."""
        raise NotExpressible("real")

    def _convert_time(self, value: Term, source: Sort, target: Sort, truncate: bool) -> Term:
        if "real" in (source[0], target[0]) or known(value):
            return super()._convert_time(value, source, target, truncate) if known(value) else self._no_term()
        if "bool" in (source[0], target[0]):
            return self._no_term()
        return self.resize(value, source, target)

    @staticmethod
    def _no_term() -> Term:
        raise NotExpressible("convert")

    def part(self, value: Term, low: int, bits: int, sort: Sort) -> Term:
        """Bits of a number by division."""
        if known(value):
            return super().part(value, low, bits, sort)
        piece = (value / (1 << low)) % (1 << bits)
        return piece == 1 if bits == 1 else piece

    def with_part(self, value: Term, low: int, bits: int, piece: Term, sort: Sort) -> Term:
        """A number with some of its bits replaced."""
        if known(value) and known(piece):
            return super().with_part(value, low, bits, piece, sort)
        old = self.part(value, low, bits, sort)
        one = ("bool", 1, False) if bits == 1 else ("int", bits, False)
        numbers = [
            z3.If(self.lift(each, one), z3.IntVal(1), z3.IntVal(0)) if bits == 1 else self.lift(each, one)
            for each in (old, piece)
        ]
        changed = self.lift(value, sort) + (numbers[1] - numbers[0]) * (1 << low)
        low_limit, high_limit = limits(sort)
        return self.clocks.wrapped(changed, (low_limit - (1 << sort[1]), high_limit + (1 << sort[1])), limits(sort))
