"""The standard functions of ``ir/builtins.py`` as terms. What z3 has no term for is left unknown by the caller."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import z3

from assay.skills.plc.ir.nodes import Builtin
from assay.skills.plc.ir.types import LINT, Array, Elementary, base_of
from assay.skills.plc.prove import fold
from assay.skills.plc.prove.fold import Sort, Term, sort_of
from assay.skills.plc.prove.memory import TIME_SORT, Stamp
from assay.skills.plc.prove.terms import NotExpressible, known, or_

if TYPE_CHECKING:
    from assay.skills.plc.prove.expressions import Expressions

_LINT: Sort = sort_of(LINT)


def builtin(run: Expressions, node: Builtin) -> Term:
    """The value of a builtin. Raises NotExpressible."""
    if node.name == "__NOW":
        return Stamp(0)
    if node.name in ("LOWER_BOUND", "UPPER_BOUND"):
        return _bound(run, node)
    values = [run.value(one) for one in node.arguments]
    if node.name in ("SEL", "MUX", "MIN", "MAX", "LIMIT"):
        return _choice(run, node, values)
    values = [run.plain_time(one) for one in values]
    special = _SPECIAL.get(node.name)
    if special is not None:
        return special(run, node, values)
    if all(known(one) for one in values) and node.name in _MATH:
        return fold.rounded(_MATH[node.name](*values), sort_of(node.type)[1])
    raise NotExpressible(node.name)


def _bound(run: Expressions, node: Builtin) -> Term:
    from assay.skills.plc.ir.nodes import Load

    array = node.arguments[0]
    assert isinstance(array, Load)
    kind = run.locate(array.place).type
    number = run.value(node.arguments[1])
    if not isinstance(kind, Array) or not known(number):
        raise NotExpressible(node.name)
    if not 1 <= number <= len(kind.bounds):
        run.check("index", node.span, True)
        return 0
    bound = kind.bounds[number - 1] or (0, -1)
    return bound[0] if node.name == "LOWER_BOUND" else bound[1]


def _choice(run: Expressions, node: Builtin, values: list[Term]) -> Term:
    """SEL, MUX, MIN, MAX, LIMIT; also of points in time."""
    sort = sort_of(node.type)
    if node.name == "SEL":
        return run.choose(values[0], values[2], values[1], sort)
    if node.name == "MUX":
        selector, choices = values[0], values[1:]
        bad = or_(run.terms.binary("lt", selector, 0, _LINT), run.terms.binary("ge", selector, len(choices), _LINT))
        run.check("index", node.span, bad)
        result = choices[0]
        for number, one in enumerate(choices[1:], 1):
            result = run.choose(run.terms.binary("eq", selector, number, _LINT), one, result, sort)
        return result

    def less(left: Term, right: Term) -> Term:
        if isinstance(left, Stamp) or isinstance(right, Stamp):
            return run.terms.binary("lt", run.offset(left), run.offset(right), TIME_SORT)
        return run.terms.binary("lt", left, right, sort)

    if node.name == "LIMIT":
        low, result, high = values
        result = run.choose(less(result, low), low, result, sort)
        return run.choose(less(high, result), high, result, sort)
    result = values[0]
    for one in values[1:]:
        first = less(one, result) if node.name == "MIN" else less(result, one)
        result = run.choose(first, one, result, sort)
    return result


def _abs(run: Expressions, node: Builtin, values: list[Term]) -> Term:
    sort = sort_of(node.type)
    value = values[0]
    if sort[0] == "real":
        return abs(value) if known(value) else z3.fpAbs(value)
    if not sort[2]:
        return value
    negative = run.terms.binary("lt", value, 0, sort)
    return run.choose(negative, run.terms.unary("neg", value, sort), value, sort)


def _sqr(run: Expressions, node: Builtin, values: list[Term]) -> Term:
    sort = sort_of(node.type)
    if sort[0] == "int" and run.record:
        run.check("overflow", node.span, run.terms.overflow("mul", values[0], values[0], sort))
    return run.terms.binary("mul", values[0], values[0], sort)


def _sqrt(run: Expressions, node: Builtin, values: list[Term]) -> Term:
    bits = sort_of(node.type)[1]
    if known(values[0]):
        value = values[0]
        return math.nan if math.isnan(value) or value < 0 else fold.rounded(math.sqrt(value), bits)
    return z3.fpSqrt(z3.RNE(), values[0])


def _whole_real(run: Expressions, node: Builtin, values: list[Term]) -> Term:
    """CEIL, FLOOR, FRAC."""
    value, bits = values[0], sort_of(node.type)[1]
    if known(value):
        if math.isinf(value):
            return 0.0 if node.name == "FRAC" else value
        if math.isnan(value):
            return value
        if node.name == "FRAC":
            return fold.rounded(value - math.trunc(value), bits)
        return float(math.ceil(value) if node.name == "CEIL" else math.floor(value))
    if node.name == "FRAC":
        cut = z3.fpRoundToIntegral(z3.RTZ(), value)
        return z3.If(z3.fpIsInf(value), run.terms.lift(0.0, sort_of(node.type)), z3.fpSub(z3.RNE(), value, cut))
    return z3.fpRoundToIntegral(z3.RTP() if node.name == "CEIL" else z3.RTN(), value)


def _finite(run: Expressions, node: Builtin, values: list[Term]) -> Term:
    value = values[0]
    if known(value):
        return math.isfinite(value)
    return z3.Not(z3.Or(z3.fpIsNaN(value), z3.fpIsInf(value)))


def _shift(run: Expressions, node: Builtin, values: list[Term]) -> Term:
    """SHL and SHR by a number that is not negative."""
    sort = sort_of(node.type)
    bits = sort[1]
    value, places = values
    if known(value) and known(places):
        count = min(max(places, 0), bits)
        moved = value << count if node.name == "SHL" else value >> count
        return fold.wrap(moved, bits, sort[2])
    left, count = _counted(run, value, places, sort)
    if node.name == "SHL":
        return left << count
    return left >> count if sort[2] else z3.LShR(left, count)


def _counted(run: Expressions, value: Term, places: Term, sort: Sort) -> tuple[Any, Any]:
    """The value, and the number of places cut to 0 .. width, at the value's width (at least 8 bits for the number)."""
    if sort[0] != "int":
        raise NotExpressible("shift")
    bits = sort[1]
    if known(places):
        return run.terms.lift(value, sort), z3.BitVecVal(min(max(places, 0), bits), bits)
    limit = z3.BitVecVal(bits, 64)
    count = z3.If(places < 0, z3.BitVecVal(0, 64), z3.If(places > limit, limit, places))
    return run.terms.lift(value, sort), z3.Extract(bits - 1, 0, count) if bits < 64 else count


def _rotate(run: Expressions, node: Builtin, values: list[Term]) -> Term:
    sort = sort_of(node.type)
    bits = sort[1]
    value, places = values
    if known(places):
        count = max(places, 0) % bits
        if node.name == "ROR":
            count = (bits - count) % bits
        if known(value):
            pattern = value & ((1 << bits) - 1)
            return fold.wrap((pattern << count) | (pattern >> (bits - count)), bits, sort[2])
        if not z3.is_bv(value):
            raise NotExpressible(node.name)
        return z3.RotateLeft(value, count) if count else value
    if not z3.is_bv(run.terms.lift(value, sort)):
        raise NotExpressible(node.name)
    count = z3.If(places < 0, z3.BitVecVal(0, 64), z3.URem(places, z3.BitVecVal(bits, 64)))
    narrow = z3.Extract(bits - 1, 0, count) if bits < 64 else count
    turn = z3.RotateLeft if node.name == "ROL" else z3.RotateRight
    return turn(run.terms.lift(value, sort), narrow)


def _swap(run: Expressions, node: Builtin, values: list[Term]) -> Term:
    sort = sort_of(node.type)
    value, count = values[0], sort[1] // 8
    if count <= 1:
        return value
    if known(value):
        data = (value & ((1 << sort[1]) - 1)).to_bytes(count, "little")
        return fold.wrap(int.from_bytes(data, "big"), sort[1], sort[2])
    if not z3.is_bv(value):
        raise NotExpressible("SWAP")
    return z3.Concat(*[z3.Extract(8 * index + 7, 8 * index, value) for index in range(count)])


def _time_by(run: Expressions, node: Builtin, values: list[Term]) -> Term:
    """__MULTIME and __DIVTIME."""
    op = "mul" if node.name == "__MULTIME" else "div"
    number = sort_of(node.arguments[1].type)
    if number[0] == "real":
        sort: Sort = ("real", 64, True)
        exact = run.terms.convert(values[0], TIME_SORT, sort)
        return run.terms.convert(run.terms.binary(op, exact, values[1], sort), sort, TIME_SORT)
    if op == "div":
        run.check("div_zero", node.span, run.terms.binary("eq", values[1], 0, number))
    return run.terms.binary(op, values[0], run.terms.convert(values[1], number, TIME_SORT), TIME_SORT)


def _reinterpret(run: Expressions, node: Builtin, values: list[Term]) -> Term:
    source, target = sort_of(node.arguments[0].type), sort_of(node.type)
    value = values[0]
    if source[0] == target[0]:
        return run.terms.convert(value, source, target)
    term = run.terms.lift(value, source)
    if source[0] == "real":
        result = z3.fpToIEEEBV(term)
    elif z3.is_bv(term):
        result = z3.fpBVToFP(term, run.terms.z3_sort(target))
    else:
        raise NotExpressible(node.name)
    return run.terms.plain(z3.simplify(result), target) if known(value) else result


def _valid(run: Expressions, node: Builtin, values: list[Term]) -> Term:
    return run.terms.binary("ne", values[0], None, ("ref", 64, True))


def _length(run: Expressions, node: Builtin, values: list[Term]) -> Term:
    if not known(values[0]):
        raise NotExpressible("LEN")
    return len(values[0])


def _texts(run: Expressions, node: Builtin, values: list[Term]) -> Term:
    """CONCAT, LEFT, UPPER ... of strings that are known."""
    if not all(known(one) for one in values):
        raise NotExpressible(node.name)
    length = getattr(base_of(node.type), "length", 80)
    return str(_TEXT[node.name](*values))[:length]


def _bits_number(run: Expressions, node: Builtin, values: list[Term]) -> Term:
    if not known(values[0]) or not isinstance(base_of(node.type), Elementary):
        raise NotExpressible(node.name)
    if node.name == "__FROM_BCD":
        return sum(int(digit, 16) * 10**place for place, digit in enumerate(reversed(f"{values[0]:x}")))
    if node.name == "__IS_BCD":
        return all(digit in "0123456789" for digit in f"{values[0]:x}")
    return fold.wrap(int(str(abs(values[0])), 16), sort_of(node.type)[1], False)


_TEXT: dict[str, Callable[..., str]] = {
    "CONCAT": lambda *texts: "".join(texts),
    "LEFT": lambda text, count: text[: max(count, 0)],
    "RIGHT": lambda text, count: text[len(text) - min(max(count, 0), len(text)) :],
    "UPPER": lambda text: "".join(one.upper() if "a" <= one <= "z" else one for one in text),
    "LOWER": lambda text: "".join(one.lower() if "A" <= one <= "Z" else one for one in text),
}


def _guarded(function: Callable[..., float]) -> Callable[..., float]:
    def inner(*values: float) -> float:
        try:
            return function(*values)
        except OverflowError:
            return math.inf
        except ValueError:
            return math.nan

    return inner


_MATH: dict[str, Callable[..., float]] = {
    "LN": lambda value: -math.inf if value == 0 else _guarded(math.log)(value),
    "LOG": lambda value: -math.inf if value == 0 else _guarded(math.log10)(value),
    "EXP": _guarded(math.exp),
    "SIN": _guarded(math.sin),
    "COS": _guarded(math.cos),
    "TAN": _guarded(math.tan),
    "ASIN": _guarded(math.asin),
    "ACOS": _guarded(math.acos),
    "ATAN": math.atan,
    "ATAN2": math.atan2,
}

_SPECIAL: dict[str, Callable[[Any, Builtin, list[Term]], Term]] = {
    "ABS": _abs,
    "SQR": _sqr,
    "SQRT": _sqrt,
    "CEIL": _whole_real,
    "FLOOR": _whole_real,
    "FRAC": _whole_real,
    "__FINITE": _finite,
    "SHL": _shift,
    "SHR": _shift,
    "ROL": _rotate,
    "ROR": _rotate,
    "SWAP": _swap,
    "__MULTIME": _time_by,
    "__DIVTIME": _time_by,
    "__REINTERPRET": _reinterpret,
    "__VALID": _valid,
    "LEN": _length,
    "CONCAT": _texts,
    "LEFT": _texts,
    "RIGHT": _texts,
    "UPPER": _texts,
    "LOWER": _texts,
    "__FROM_BCD": _bits_number,
    "__TO_BCD": _bits_number,
    "__IS_BCD": _bits_number,
}
