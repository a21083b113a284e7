"""Values that may be symbolic: plain Python values where everything is known, z3 terms elsewhere.

Integers and bit strings are bit-vectors of their width, so wrap-around is exact; times are whole numbers (``clocks``);
REAL and LREAL are IEEE 754 numbers with round to nearest even; a symbolic string is the number of a text in a table
(equality is exact, nothing else is known of it); a symbolic pointer is the number of a place (-1 for none). Every
function folds what is known, so running a program on plain values gives plain values: the same code is the prover's
interpreter and its simulator.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import z3

from assay.skills.plc.prove import fold
from assay.skills.plc.prove.clocks import Clocks
from assay.skills.plc.prove.fold import Sort, Term

#: Only one proof at a time: z3's terms live in one context.
_LOCK = threading.RLock()


@contextmanager
def proof() -> Iterator[None]:
    """A proof of its own, in a context of z3 of its own: what the solver finds depends on the numbers of its terms, so
    in a context that has served before the same question might get another (equally true) answer."""
    with _LOCK:
        before = z3.z3._main_ctx
        z3.z3._main_ctx = None
        try:
            yield
        finally:
            z3.z3._main_ctx = before


class NotExpressible(Exception):
    """This algebra has no term for the operation: the caller takes an unknown value instead."""


def known(value: Term) -> bool:
    """Whether a value is plain."""
    return not isinstance(value, z3.ExprRef)


def boolean(value: Term) -> Any:
    """A truth value as a z3 term."""
    if value is True:
        return z3.BoolVal(True)
    return z3.BoolVal(False) if value is False else value


def not_(value: Term) -> Term:
    """Negation."""
    if known(value):
        return not value
    if z3.is_not(value):
        return value.arg(0)
    return z3.Not(value)


def and_(*values: Term) -> Term:
    """Conjunction."""
    left: dict[int, Term] = {}
    for one in values:
        if not known(one):
            left.setdefault(one.get_id(), one)
        elif not one:
            return False
    if not left:
        return True
    return next(iter(left.values())) if len(left) == 1 else z3.And(*left.values())


def or_(*values: Term) -> Term:
    """Disjunction."""
    left: dict[int, Term] = {}
    for one in values:
        if not known(one):
            left.setdefault(one.get_id(), one)
        elif one:
            return True
    if not left:
        return False
    return next(iter(left.values())) if len(left) == 1 else z3.Or(*left.values())


class Bits:
    """Operations by sort, over bit-vectors. ``texts`` numbers the strings that are known."""

    def __init__(self) -> None:
        self.texts: dict[str, int] = {"": 0}
        self.clocks = Clocks()

    # --- sorts and constants

    def z3_sort(self, sort: Sort) -> Any:
        """The z3 sort of values of this sort."""
        if sort[0] == "bool":
            return z3.BoolSort()
        if sort[0] == "int":
            return z3.BitVecSort(sort[1])
        if sort[0] == "time":
            return z3.IntSort()
        if sort[0] == "real":
            return z3.Float32() if sort[1] == 32 else z3.Float64()
        return z3.BitVecSort(32)

    def var(self, name: str, sort: Sort) -> Any:
        """A fresh symbol."""
        return z3.Const(name, self.z3_sort(sort))

    def lift(self, value: Term, sort: Sort) -> Any:
        """A value as a z3 term."""
        if not known(value):
            return value
        if sort[0] == "bool":
            return z3.BoolVal(bool(value))
        if sort[0] == "int":
            return z3.BitVecVal(int(value), sort[1])
        if sort[0] == "time":
            return z3.IntVal(int(value))
        if sort[0] == "real":
            return z3.FPVal(value, self.z3_sort(sort))
        if sort[0] == "text":
            return z3.BitVecVal(self.texts.setdefault(value, len(self.texts)), 32)
        return z3.BitVecVal(-1 if value is None else value, 32)

    def plain(self, term: Any, sort: Sort) -> Term:
        """A z3 constant (of a model) as a plain value."""
        if sort[0] == "bool":
            return z3.is_true(term)
        if sort[0] == "time":
            return fold.wrap(int(term.as_long()), 64, True) if z3.is_int_value(term) else 0
        if sort[0] == "int":
            return self.plain_whole(term, sort)
        if sort[0] == "real":
            return _plain_real(term, sort[1])
        number = term.as_signed_long() if z3.is_bv_value(term) else 0
        if sort[0] == "text":
            return next((text for text, one in self.texts.items() if one == number), f"text {number}")
        return None if number < 0 else number

    def plain_whole(self, term: Any, sort: Sort) -> int:
        """An integer constant as a plain value."""
        if not z3.is_bv_value(term):
            return 0
        return int(term.as_signed_long() if sort[2] else term.as_long())

    # --- choice

    def ite(self, condition: Term, yes: Term, no: Term, sort: Sort) -> Term:
        """``yes`` if the condition, else ``no``."""
        if known(condition):
            return yes if condition else no
        if yes is no or (known(yes) and known(no) and type(yes) is type(no) and yes == no and sort[0] != "real"):
            return yes
        if sort[0] == "bool":
            return _ite_bool(condition, yes, no)
        first, second = self.lift(yes, sort), self.lift(no, sort)
        return yes if first.eq(second) else z3.If(condition, first, second)

    # --- operators

    def unary(self, op: str, value: Term, sort: Sort) -> Term:
        """``neg`` or ``not``."""
        if known(value):
            return fold.unary(op, value, sort)
        if sort[0] == "bool":
            return not_(value)
        if sort[0] == "real":
            return z3.fpNeg(value)
        if sort[0] == "time":
            return self.clocks.negated(value)
        return self.whole_unary(op, value, sort)

    def whole_unary(self, op: str, value: Any, sort: Sort) -> Any:
        """Of an integer term."""
        return -value if op == "neg" else ~value

    def binary(self, op: str, left: Term, right: Term, sort: Sort) -> Term:
        """An operator on two values of ``sort``; comparisons give a truth value."""
        if known(left) and known(right):
            return fold.binary(op, left, right, sort)
        if sort[0] == "bool":
            return _binary_bool(op, left, right)
        if sort[0] == "real":
            return self.real_binary(op, self.lift(left, sort), self.lift(right, sort), sort)
        if sort[0] in ("text", "ref"):
            same = self.lift(left, sort) == self.lift(right, sort)
            if op in ("eq", "ne"):
                return same if op == "eq" else z3.Not(same)
            raise NotExpressible(op)
        simple = _simple_whole(op, left, right, sort)
        if simple is not None:
            return simple
        if sort[0] == "time":
            if op in ("and", "or", "xor"):
                raise NotExpressible(op)
            return self.clocks.binary(op, self.lift(left, sort), self.lift(right, sort))
        return self.whole_binary(op, self.lift(left, sort), self.lift(right, sort), sort)

    def whole_binary(self, op: str, left: Any, right: Any, sort: Sort) -> Any:
        """Of two integer terms."""
        if op == "div":
            return z3.If(right == 0, right, left / right if sort[2] else z3.UDiv(left, right))
        if op == "mod":
            rest = z3.SRem(left, right) if sort[2] else z3.URem(left, right)
            return z3.If(right == 0, right, rest)
        return _SIGNED[op](left, right) if sort[2] or op not in _UNSIGNED else _UNSIGNED[op](left, right)

    def real_binary(self, op: str, left: Any, right: Any, sort: Sort) -> Any:
        """Of two IEEE numbers."""
        if op not in _FLOAT:
            raise NotExpressible(op)
        return _FLOAT[op](left, right)

    def overflow(self, op: str, left: Term, right: Term, sort: Sort) -> Term:
        """Whether the exact result of add, sub, mul, neg or div lies outside of the type."""
        if known(left) and known(right):
            exact = {"add": left + right, "sub": left - right, "mul": left * right, "neg": -left}.get(op, 0)
            return fold.wrap(exact, sort[1], sort[2]) != exact
        return self.whole_overflow(op, self.lift(left, sort), self.lift(right, sort), sort)

    def whole_overflow(self, op: str, left: Any, right: Any, sort: Sort) -> Any:
        """Of integer terms, computed at a greater width."""
        more = sort[1] + 1 if op != "mul" else 2 * sort[1]
        first, second = (_extend(one, sort[2], more) for one in (left, right))
        exact = {"add": first + second, "sub": first - second, "mul": first * second, "neg": -first}[op]
        return _extend(z3.Extract(sort[1] - 1, 0, exact), sort[2], more) != exact

    # --- conversions

    def convert(self, value: Term, source: Sort, target: Sort, truncate: bool = False) -> Term:
        """Between bool, int and real (times have been scaled by the caller)."""
        if source == target or (source[0] in ("int", "time") and source[1:] == target[1:] and known(value)):
            return value
        if source[0] == "time" or target[0] == "time":
            return self._convert_time(value, source, target, truncate)
        if known(value):
            return _convert_plain(value, source, target, truncate)
        if source[0] == "bool":
            if target[0] == "real":
                return self.ite(value, 1.0, 0.0, target)
            return self.ite(value, 1, 0, target)
        if target[0] == "bool":
            if source[0] == "real":
                return z3.Not(z3.fpEQ(value, self.lift(0.0, source)))
            return value != self.lift(0, source)
        if source[0] == "int" and target[0] == "int":
            return self.resize(value, source, target)
        if source[0] == "int" and target[0] == "real":
            return self.whole_to_real(value, source, target)
        if source[0] == "real" and target[0] == "int":
            return self.real_to_whole(value, source, target, truncate)
        if source[0] == "real" and target[0] == "real":
            return z3.fpFPToFP(z3.RNE(), value, self.z3_sort(target))
        raise NotExpressible("convert")

    def _convert_time(self, value: Term, source: Sort, target: Sort, truncate: bool) -> Term:
        """To and from times, through 64 bits."""
        wide: Sort = ("int", 64, True)
        if source[0] != "time":
            bits = self.convert(value, source, wide, truncate)
            return bits if known(bits) else z3.BV2Int(bits, is_signed=True)
        bits = value if known(value) else z3.Int2BV(value, 64)
        return self.convert(bits, wide, target)

    def resize(self, value: Any, source: Sort, target: Sort) -> Any:
        """An integer term at another width."""
        return _resize(value, source, target)

    def whole_to_real(self, value: Any, source: Sort, target: Sort) -> Any:
        """Nearest IEEE number."""
        make = z3.fpSignedToFP if source[2] else z3.fpUnsignedToFP
        return make(z3.RNE(), value, self.z3_sort(target))

    def real_to_whole(self, value: Any, source: Sort, target: Sort, truncate: bool) -> Any:
        """Half to even or towards zero, NaN 0, cut to 64 bit, then wrapped."""
        limit = self.lift(float(1 << 63), source)
        whole = z3.fpToSBV(z3.RTZ() if truncate else z3.RNE(), value, z3.BitVecSort(64))
        whole = z3.If(z3.fpGEQ(value, limit), z3.BitVecVal((1 << 63) - 1, 64), whole)
        whole = z3.If(z3.fpLEQ(value, z3.fpNeg(limit)), z3.BitVecVal(1 << 63, 64), whole)
        whole = z3.If(z3.fpIsNaN(value), z3.BitVecVal(0, 64), whole)
        return _resize(whole, ("int", 64, True), target)

    def part(self, value: Term, low: int, bits: int, sort: Sort) -> Term:
        """Bits of an integer, as a truth value (one bit) or an unsigned integer."""
        if known(value):
            piece = (value >> low) & ((1 << bits) - 1)
            return bool(piece) if bits == 1 else piece
        piece = z3.Extract(low + bits - 1, low, value)
        return piece == 1 if bits == 1 else piece

    def with_part(self, value: Term, low: int, bits: int, piece: Term, sort: Sort) -> Term:
        """An integer with some of its bits replaced."""
        width = sort[1]
        mask = ((1 << bits) - 1) << low
        if known(value) and known(piece):
            return fold.wrap((value & ~mask) | (int(piece) << low), width, sort[2])
        if bits == 1:
            piece = z3.If(boolean(piece), z3.BitVecVal(1, 1), z3.BitVecVal(0, 1))
        else:
            piece = self.lift(piece, ("int", bits, False))
        term = self.lift(value, sort)
        parts = [piece]
        if low + bits < width:
            parts.insert(0, z3.Extract(width - 1, low + bits, term))
        if low:
            parts.append(z3.Extract(low - 1, 0, term))
        return z3.Concat(*parts) if len(parts) > 1 else parts[0]


_SIGNED = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "xor": lambda a, b: a ^ b,
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
}

_UNSIGNED = {"lt": z3.ULT, "le": z3.ULE, "gt": z3.UGT, "ge": z3.UGE}

_FLOAT = {
    "add": lambda a, b: z3.fpAdd(z3.RNE(), a, b),
    "sub": lambda a, b: z3.fpSub(z3.RNE(), a, b),
    "mul": lambda a, b: z3.fpMul(z3.RNE(), a, b),
    "div": lambda a, b: z3.fpDiv(z3.RNE(), a, b),
    "eq": z3.fpEQ,
    "ne": lambda a, b: z3.Not(z3.fpEQ(a, b)),
    "lt": z3.fpLT,
    "le": z3.fpLEQ,
    "gt": z3.fpGT,
    "ge": z3.fpGEQ,
}


def _ite_bool(condition: Any, yes: Term, no: Term) -> Term:
    if yes is True:
        return or_(condition, no)
    if yes is False:
        return and_(not_(condition), no)
    if no is True:
        return or_(not_(condition), yes)
    if no is False:
        return and_(condition, yes)
    return yes if yes.eq(no) else z3.If(condition, yes, no)


def _binary_bool(op: str, left: Term, right: Term) -> Term:
    if op in ("and", "and_then"):
        return and_(left, right)
    if op in ("or", "or_else"):
        return or_(left, right)
    if op in ("xor", "ne", "eq"):
        same = op == "eq"
        for one, other in ((left, right), (right, left)):
            if known(one):
                return other if bool(one) == same else not_(other)
        if left.eq(right):
            return same
        return left == right if same else z3.Xor(left, right)
    smaller = {"lt": and_(not_(left), right), "ge": or_(left, not_(right))}
    return smaller.get(op) if op in smaller else _binary_bool({"gt": "lt", "le": "ge"}[op], right, left)


def _simple_whole(op: str, left: Term, right: Term, sort: Sort) -> Term | None:
    """What needs no solver: neutral elements, the same term twice."""
    if not known(left) and not known(right):
        if left.eq(right):
            return {"eq": True, "le": True, "ge": True, "ne": False, "lt": False, "gt": False}.get(op)
        return None
    plain, other = (left, right) if known(left) else (right, left)
    if plain == 0:
        if op in ("add", "or", "xor") or (op == "sub" and plain is right):
            return other
        if op in ("mul", "and"):
            return 0
    if plain == 1 and (op == "mul" or (op == "div" and plain is right)):
        return other
    return None


def _convert_plain(value: Term, source: Sort, target: Sort, truncate: bool) -> Term:
    if target[0] == "bool":
        return value != 0
    if target[0] == "real":
        return fold.rounded(float(value), target[1])
    whole = fold.to_whole(value, truncate) if source[0] == "real" else int(value)
    return fold.wrap(whole, target[1], target[2])


def _extend(term: Any, signed: bool, bits: int) -> Any:
    more = bits - term.size()
    return term if more <= 0 else (z3.SignExt(more, term) if signed else z3.ZeroExt(more, term))


def _resize(term: Any, source: Sort, target: Sort) -> Any:
    if target[1] <= source[1]:
        return term if target[1] == source[1] else z3.Extract(target[1] - 1, 0, term)
    return _extend(term, source[2], target[1])


def _plain_real(term: Any, bits: int) -> float:
    """An IEEE constant of a model as a float."""
    import math
    import struct

    if not z3.is_fp_value(term):
        return 0.0
    if term.isNaN():
        return math.nan
    pattern = z3.simplify(z3.fpToIEEEBV(term)).as_long()
    if bits == 32:
        return float(struct.unpack("<f", pattern.to_bytes(4, "little"))[0])
    return float(struct.unpack("<d", pattern.to_bytes(8, "little"))[0])
