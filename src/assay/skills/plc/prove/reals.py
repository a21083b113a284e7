"""IEEE arithmetic without bit-blasting: every result is left open, and bounded by what rounding keeps.

Rounding is monotone: from ``a <= p`` follows ``fl(a + c) <= fl(p + c)``, and both sides of that can be computed exactly
for any number ``p``. Instances are made at the numbers with which the program and the properties compare an operand, at
their neighbours, and at the images of such numbers under the operations before. The system so abstracted allows more
runs than the exact one, so what is proved of it holds; what is refuted of it need not.
"""

from __future__ import annotations

import math
import struct
from typing import Any

import z3

from assay.skills.plc.prove import fold
from assay.skills.plc.prove.fold import Sort, Term
from assay.skills.plc.prove.system import InputVar, Obligation, StateVar, System
from assay.skills.plc.prove.terms import known

#: Points at which one operation is bounded, and pairs of points for two open operands.
MOST_POINTS, MOST_PAIRS = 24, 64

_OPS = {
    z3.Z3_OP_FPA_ADD: "add", z3.Z3_OP_FPA_SUB: "sub", z3.Z3_OP_FPA_MUL: "mul", z3.Z3_OP_FPA_DIV: "div",
    z3.Z3_OP_FPA_SQRT: "sqrt",
}  # fmt: skip

_COMPARISONS = frozenset(
    {z3.Z3_OP_FPA_LT, z3.Z3_OP_FPA_LE, z3.Z3_OP_FPA_GT, z3.Z3_OP_FPA_GE, z3.Z3_OP_FPA_EQ, z3.Z3_OP_EQ}
)


def abstracted(system: System, targets: dict[str, Term]) -> System:
    """The system with every sum, difference, product, quotient and root of reals as a bounded unknown, and ``targets``
    as its ``bads``."""
    return _Abstraction(system, targets).made()


class _Abstraction:
    def __init__(self, system: System, targets: dict[str, Term]) -> None:
        self._system, self._terms, self._targets = system, system.terms, targets
        self._done: dict[int, Any] = {}
        self._kept: list[Any] = []
        self._points: dict[int, list[float]] = {}
        self._compared: dict[int, set[float]] = {}
        self._lemmas: list[Any] = []
        self._inputs: list[InputVar] = []
        self._needs: dict[int, list[Any]] = {}

    def made(self) -> System:
        old = self._system
        everything = [one.next for one in old.states] + list(self._targets.values())
        everything += [one.bad for one in old.obligations] + [old.fault, *old.constraints]
        for term in everything:
            self._compare(term)
        new = System(old.model, old.terms)
        new.states = [
            StateVar(
                one.number, one.name, one.type, one.sort, one.pre, one.initial, self._of(one.next), one.stamp, one.watch
            )
            for one in old.states
        ]
        new.bads = {name: self._of(term) for name, term in self._targets.items()}
        new.obligations = [Obligation(one.kind, one.span, self._of(one.bad)) for one in old.obligations]
        new.fault = self._of(old.fault)
        new.constraints = [self._of(term) for term in old.constraints] + self._lemmas
        new.needs = self._needs
        new.inputs = [*old.inputs, *self._inputs]
        return new

    # --- the numbers that operands are compared with

    def _compare(self, term: Term) -> None:
        seen: set[int] = set()
        todo = [] if known(term) else [term]
        while todo:
            one = todo.pop()
            if one.get_id() in seen:
                continue
            seen.add(one.get_id())
            self._kept.append(one)
            if one.decl().kind() in _COMPARISONS and z3.is_fp(one.arg(0)):
                for side, other in ((one.arg(0), one.arg(1)), (one.arg(1), one.arg(0))):
                    if z3.is_fp_value(other):
                        self._compared.setdefault(side.get_id(), set()).add(self._plain(other))
            todo += one.children()

    def _plain(self, term: Any) -> float:
        return float(self._terms.plain(term, _sort(term)))

    def _points_of(self, term: Any) -> list[float]:
        """Numbers at which an (old) term is worth looking at."""
        number = term.get_id()
        if number not in self._points:
            if z3.is_fp_value(term):
                found = {self._plain(term)}
            else:
                found = {0.0}
                for one in self._compared.get(number, ()):
                    found |= {one, *_neighbours(one, _sort(term)[1])}
                if z3.is_app_of(term, z3.Z3_OP_ITE):
                    found |= set(self._points_of(term.arg(1))) | set(self._points_of(term.arg(2)))
                elif term.decl().kind() in _OPS:
                    found |= self._images(term)
            self._points[number] = sorted(one for one in found if math.isfinite(one))[:MOST_POINTS]
        return self._points[number]

    def _images(self, term: Any) -> set[float]:
        op, operands = _OPS[term.decl().kind()], term.children()[1:]
        lists = [self._points_of(one) for one in operands]
        if len(lists) == 1:
            return set()
        pairs = [(one, other) for one in lists[0] for other in lists[1]][:MOST_PAIRS]
        return {fold.binary(op, one, other, _sort(term)) for one, other in pairs}

    # --- the new terms

    def _of(self, term: Term) -> Term:
        if known(term):
            return term
        stack = [term]
        while stack:
            one = stack[-1]
            if one.get_id() in self._done:
                stack.pop()
                continue
            missing = [part for part in one.children() if part.get_id() not in self._done]
            if missing:
                stack += missing
                continue
            stack.pop()
            self._kept.append(one)
            self._done[one.get_id()] = self._one(one)
        return self._done[term.get_id()]

    def _one(self, term: Any) -> Any:
        parts = [self._done[part.get_id()] for part in term.children()]
        if term.decl().kind() in _OPS:
            return self._unknown(term, parts[1:])
        if term.decl().kind() == z3.Z3_OP_FPA_TO_FP and z3.is_app_of(parts[1], z3.Z3_OP_INT2BV):
            return self._counted(term, parts[1].arg(0))
        return term.decl()(*parts) if parts else term

    def _new(self, term: Any, operands: list[Any]) -> Any:
        result = z3.Const(f"real!{len(self._inputs)}", term.sort())
        self._inputs.append(InputVar(-2, f"real{len(self._inputs)}", None, _sort(term), result))
        self._needs[result.get_id()] = operands
        return result

    def _counted(self, term: Any, whole: Any) -> Any:
        """A time as a number: finite, and on the right side of the points that matter."""
        result, sort = self._new(term, [whole]), _sort(term)
        limit = 1 << 63  # Outside of it the bits wrap.
        inside = z3.And(whole >= -limit, whole < limit)
        self._lemmas.append(z3.Not(z3.Or(z3.fpIsNaN(result), z3.fpIsInf(result))))
        for point in sorted({0, 1, *[int(one) for one in self._points_of(term) if one.is_integer()]}):
            if abs(point) < 1 << 24:  # Exact in either format.
                at = self._lift(float(point), sort)
                self._lemmas.append(z3.Implies(z3.And(inside, whole >= point), z3.fpGEQ(result, at)))
                self._lemmas.append(z3.Implies(z3.And(inside, whole <= point), z3.fpLEQ(result, at)))
        return result

    def _unknown(self, term: Any, operands: list[Any]) -> Any:
        sort = _sort(term)
        result = self._new(term, operands)
        op = _OPS[term.decl().kind()]
        if op == "sqrt":
            self._lemmas.append(z3.Implies(z3.Not(z3.fpIsNaN(result)), z3.fpGEQ(result, z3.fpMinusZero(term.sort()))))
            return result
        left, right = operands
        self._lemmas.append(z3.fpIsNaN(result) == _no_number(op, left, right))
        old = term.children()[1:]
        self._bounded(op, result, (left, right), old, sort)
        return result

    def _bounded(self, op: str, result: Any, operands: tuple[Any, Any], old: list[Any], sort: Sort) -> None:
        first, second = (self._points_of(one) for one in old)
        fixed = [z3.is_fp_value(one) for one in operands]
        if op in ("mul", "div") and not any(fixed):
            self._signed(op, result, operands)
            return
        if op == "div" and not fixed[1]:
            return
        pairs = [(one, other) for one in first for other in second][:MOST_PAIRS]
        for one, other in pairs:
            value = fold.binary(op, one, other, sort)
            if math.isnan(value):
                continue
            at = [self._lift(one, sort), self._lift(other, sort)]
            for over in (False, True):
                sides = self._sides(op, operands, at, (one, other), fixed, over)
                if sides is None:
                    continue
                bound = self._lift(value, sort)
                holds = z3.fpGEQ(result, bound) if over else z3.fpLEQ(result, bound)
                self._lemmas.append(z3.Implies(z3.And(*sides, z3.Not(z3.fpIsNaN(result))), holds))

    def _signed(self, op: str, result: Any, operands: tuple[Any, Any]) -> None:
        """The sign of a product or quotient of two open operands; a divisor of zero has a sign that is not compared."""
        zero = z3.fpMinusZero(result.sort())
        left, right = operands
        above, below = (z3.fpGT, z3.fpLT) if op == "div" else (z3.fpGEQ, z3.fpLEQ)
        some = z3.Not(z3.fpIsNaN(result))
        for up, side in ((z3.fpGEQ, z3.fpLEQ), (z3.fpLEQ, z3.fpGEQ)):
            self._lemmas.append(z3.Implies(z3.And(up(left, zero), above(right, zero), some), up(result, zero)))
            self._lemmas.append(z3.Implies(z3.And(side(left, zero), below(right, zero), some), up(result, zero)))

    @staticmethod
    def _sides(
        op: str, operands: tuple[Any, Any], at: list[Any], values: tuple[float, float], fixed: list[bool], over: bool
    ) -> list[Any] | None:
        """What must hold of the operands for the result to lie above (``over``) or below its value at the points."""
        ups = [over, over]
        if op == "sub":
            ups[1] = not over
        if op in ("mul", "div"):
            factor = values[1] if fixed[1] else values[0]
            if factor == 0.0:
                return None
            moving = 0 if fixed[1] else 1
            up = over if factor > 0 else not over
            return [z3.fpGEQ(operands[moving], at[moving]) if up else z3.fpLEQ(operands[moving], at[moving])]
        return [
            z3.fpGEQ(operand, point) if up else z3.fpLEQ(operand, point)
            for operand, point, up in zip(operands, at, ups, strict=True)
        ]

    def _lift(self, value: float, sort: Sort) -> Any:
        return self._terms.lift(value, sort)


def _sort(term: Any) -> Sort:
    return ("real", 32 if term.sort().sbits() == 24 else 64, True)


def _no_number(op: str, left: Any, right: Any) -> Any:
    """When the exact operation gives NaN."""
    either = z3.Or(z3.fpIsNaN(left), z3.fpIsNaN(right))
    if op in ("add", "sub"):
        same = z3.fpIsNegative(left) == z3.fpIsNegative(right)
        clash = z3.Not(same) if op == "add" else same
        return z3.Or(either, z3.And(z3.fpIsInf(left), z3.fpIsInf(right), clash))
    if op == "mul":
        mixed = z3.Or(z3.And(z3.fpIsZero(left), z3.fpIsInf(right)), z3.And(z3.fpIsInf(left), z3.fpIsZero(right)))
        return z3.Or(either, mixed)
    both = z3.Or(z3.And(z3.fpIsZero(left), z3.fpIsZero(right)), z3.And(z3.fpIsInf(left), z3.fpIsInf(right)))
    return z3.Or(either, both)


def _neighbours(value: float, bits: int) -> tuple[float, float]:
    """The nearest numbers below and above."""
    if not math.isfinite(value):
        return value, value
    if bits == 64:
        return math.nextafter(value, -math.inf), math.nextafter(value, math.inf)
    if value == 0.0:
        least = struct.unpack("<f", struct.pack("<I", 1))[0]
        return -least, least
    pattern = struct.unpack("<I", struct.pack("<f", value))[0]
    nearer, further = (struct.unpack("<f", struct.pack("<I", pattern + step))[0] for step in (-1, 1))
    return (nearer, further) if value > 0 else (further, nearer)
