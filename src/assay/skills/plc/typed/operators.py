"""Operators: the common type of the operands, arithmetic of times, constant folding."""

from __future__ import annotations

from assay.skills.plc.front import tree
from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.ir.types import DataType, Elementary
from assay.skills.plc.typed import constants, kinds, siemens
from assay.skills.plc.typed.body import Body, Typed
from assay.skills.plc.typed.convert import coerce, converted

OPS: dict[str, ir.BinaryOp] = {
    "+": "add", "-": "sub", "*": "mul", "/": "div", "MOD": "mod", "**": "pow", "AND": "and", "OR": "or", "XOR": "xor",
    "AND_THEN": "and_then", "OR_ELSE": "or_else", "=": "eq", "<>": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge",
}  # fmt: skip
_COMPARE = ("eq", "ne", "lt", "le", "gt", "ge")
_LOGIC = ("and", "or", "xor", "and_then", "or_else")
_TIMED = ("time", "date", "tod", "dt")


def unary(body: Body, expr: tree.Unary, want: DataType | None) -> Typed | None:
    """``-x``, ``+x``, ``NOT x``."""
    from assay.skills.plc.typed.exprs import typed

    found = typed(body, expr.operand, want)
    if found is None:
        return None
    kind = found.type
    base = t.base_of(kind)
    good = isinstance(base, Elementary) and (
        base.kind in ("bool", "bits", "int") if expr.op == "NOT" else base.kind in ("int", "real", "time", "bits")
    )
    if not good or not isinstance(base, Elementary):
        body.report("operand", expr.span, op=expr.op, given=kinds.spell(kind))
        return None
    if expr.op == "NOT" and base.kind == "int" and not found.loose and not body.vendor:
        body.report("beyond", expr.span, op=expr.op, left=base.name, right=base.name)
    if expr.op == "+":
        return found
    return negated(found, base, expr)


def negated(found: Typed, base: Elementary, expr: tree.Unary) -> Typed:
    """The operator applied, at once on a constant."""
    op = "not" if expr.op == "NOT" else "neg"
    if isinstance(found.expr, ir.Const):
        value = constants.unary(op, found.expr.value, base, unbounded=found.loose)
        if isinstance(value, (bool, int, float)):
            kind: DataType = base
            if found.loose and isinstance(value, int) and base.kind in ("int", "bits") and op == "neg":
                kind = kinds.natural(value)
            return Typed(ir.Const(value, kind, expr.span), found.loose)
    operand = found.expr if found.type == base else converted(found.expr, base)
    if op == "neg" and base.kind == "bits":
        base = kinds.signed(base.bits)
        operand = converted(operand, base)
    return Typed(ir.Unary("not" if op == "not" else "neg", operand, base, expr.span))


def binary(body: Body, expr: tree.Binary, want: DataType | None) -> Typed | None:
    """An operator with two operands. Long chains are taken from the left without recursion."""
    from assay.skills.plc.typed.exprs import typed

    chain: list[tree.Binary] = []
    first: tree.Expr = expr
    while isinstance(first, tree.Binary):
        chain.append(first)
        first = first.left
    hints = [_hint(one, want) for one in chain]
    left = typed(body, first, hints[-1])
    for one, hint in zip(reversed(chain), reversed(hints), strict=True):
        op = OPS[one.op]
        if op in ("eq", "ne") and body.env.dialect == "scl" and siemens.asks_type(one.left):
            left = siemens.unrun(body, t.BOOL, one.span)
            continue
        if hint is None and op in _COMPARE and left is not None and isinstance(left.type, (t.Enum, t.Pointer)):
            hint = left.type
        if op in ("and_then", "or_else"):
            with body.holding():
                right = typed(body, one.right, hint)
        else:
            right = typed(body, one.right, hint)
        if left is None and right is not None and op in _COMPARE and isinstance(right.type, t.Enum):
            return None
        left = None if left is None or right is None else combine(body, op, left, right, one.span, want)
    return left


def _hint(expr: tree.Binary, want: DataType | None) -> DataType | None:
    """What an operator's operands take from the context: MOD is of integers even where a real is wanted."""
    op = OPS[expr.op]
    return None if op in _COMPARE or (op == "mod" and kinds.is_kind(want, "real")) else want


def combine(
    body: Body, op: ir.BinaryOp, left: Typed, right: Typed, span: Span, want: DataType | None = None
) -> Typed | None:
    """Two typed operands under an operator; also for the functions ADD, GT ..."""
    timed = _times(body, op, left, right, span) or siemens.moments(body, op, left, right, span)
    if timed is not None:
        return timed
    if op == "pow":
        return _power(body, left, right, span, want)
    moved = _pointers(body, op, left, right, span)
    if moved is not None:
        return moved
    shared = _shared(body, op, left, right, want)
    if shared is None or not _allowed(op, shared):
        shown = next((one for one, other in OPS.items() if other == op), op)
        body.report("operands", span, op=shown, left=kinds.spell(left.type), right=kinds.spell(right.type))
        return None
    if op in _LOGIC and kinds.is_kind(shared, "int") and not body.vendor and not (left.loose and right.loose):
        body.report("beyond", span, op=op.upper(), left=kinds.spell(left.type), right=kinds.spell(right.type))
    return _made(body, op, left, right, shared, span)


def _pointers(body: Body, op: str, left: Typed, right: Typed, span: Span) -> Typed | None:
    """Arithmetic and order of pointers, which vendors allow and nothing here runs."""
    pair = (left.type, right.type)
    if op in ("eq", "ne") or not body.vendor or not any(isinstance(one, t.Pointer) for one in pair):
        return None
    if not all(isinstance(one, t.Pointer) or kinds.is_kind(one, "int", "bits") for one in pair):
        return None
    body.unsupported("pointer", span)
    if op in _COMPARE:
        return Typed(ir.Const(False, t.BOOL, span))
    if all(isinstance(one, t.Pointer) for one in pair):
        return Typed(ir.Const(0, t.DINT, span))
    return left if isinstance(left.type, t.Pointer) else right


def _allowed(op: ir.BinaryOp, kind: DataType) -> bool:
    base = t.base_of(kind)
    if op in ("eq", "ne"):
        return not isinstance(base, (t.Array, t.Struct, t.Block))
    if op in _COMPARE:
        return isinstance(base, (Elementary, t.Text))
    if not isinstance(base, Elementary):
        return False
    if op in _LOGIC:
        return base.kind in ("bool", "bits", "int")
    if op == "mod":
        return base.kind in ("int", "bits", "real")
    return base.kind in ("int", "bits", "real")


def _shared(body: Body, op: str, left: Typed, right: Typed, want: DataType | None) -> DataType | None:
    """The type that both operands take."""
    if left.loose and right.loose:
        return _loose_pair(left, right)
    if left.loose or right.loose:
        free, fixed = (left, right) if left.loose else (right, left)
        found = loose_one(free, fixed.type, want)
        if found is not None:
            return found
    if isinstance(left.type, (t.Pointer, t.Interface)) or isinstance(right.type, (t.Pointer, t.Interface)):
        return left.type if isinstance(left.type, (t.Pointer, t.Interface)) else right.type
    found_ = kinds.common(left.type, right.type)
    if found_ is None:
        return None
    return found_[0]


def _loose_pair(left: Typed, right: Typed) -> DataType | None:
    pair = (left.type, right.type)
    if all(kinds.is_kind(one, "int", "bits") for one in pair):
        return t.LINT
    if all(kinds.is_number(one) or kinds.is_kind(one, "bits") for one in pair):
        return t.REAL
    found = kinds.common(*pair)
    return None if found is None else found[0]


def loose_one(free: Typed, fixed: DataType, want: DataType | None) -> DataType | None:
    """The type for a typed operand and a literal: that of the typed one if the literal fits."""
    value = free.expr.value if isinstance(free.expr, ir.Const) else None
    base = fixed.base if isinstance(fixed, t.Subrange) else fixed
    if isinstance(base, t.Enum) and isinstance(value, int):
        return base.base
    if not isinstance(base, Elementary):
        return fixed if isinstance(base, (t.Text, t.Pointer, t.Interface)) else None
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int) and kinds.is_kind(free.type, "int", "bits"):
        if base.kind == "real":
            return base
        if base.kind == "bool":
            return base if value in (0, 1) else None
        if base.kind in ("int", "bits"):
            if kinds.holds(base, value):
                return base
            if base.kind == "bits" and value < 0:
                return kinds.signed(base.bits)
            if kinds.is_kind(free.type, "bits") and value < 1 << base.bits:
                return base
            return None
    if isinstance(value, float):
        if base.kind == "real":
            return base
        if base.kind in ("int", "bits"):
            return t.REAL if base.bits <= 16 or want == t.REAL else t.LREAL
    return base if base.kind == (free.type.kind if isinstance(free.type, Elementary) else "") else None


def _made(body: Body, op: ir.BinaryOp, left: Typed, right: Typed, kind: DataType, span: Span) -> Typed | None:
    loose = left.loose and right.loose
    result: DataType = t.BOOL if op in _COMPARE else kind
    a, b = _as(body, left, kind), _as(body, right, kind)
    if a is None or b is None:
        return None
    if op in ("div", "mod") and isinstance(b, ir.Const) and b.value == 0 and not kinds.is_kind(kind, "real"):
        body.report("constant_zero", span)
        return None
    if op == "mod" and kinds.is_kind(kind, "real"):
        body.report("operands", span, op="MOD", left=kinds.spell(left.type), right=kinds.spell(right.type))
        return None
    if isinstance(a, ir.Const) and isinstance(b, ir.Const):
        value = constants.binary(op, a.value, b.value, kind, unbounded=loose)
        if isinstance(value, (bool, int, float)):
            if loose and result != t.BOOL and isinstance(value, int):
                result = kinds.natural(value)
            return Typed(ir.Const(value, result, span), loose and result != t.BOOL)
    return Typed(ir.Binary(op, a, b, result, span))


def _as(body: Body, found: Typed, kind: DataType) -> ir.Expr | None:
    """An operand in the common type, which was chosen so that it can have it."""
    if isinstance(found.expr, ir.Const) and found.loose:
        return coerce(body, found, kind, found.expr.span)
    if found.type == kind:
        return found.expr
    if isinstance(kind, (t.Pointer, t.Interface)):
        return coerce(body, found, kind, found.expr.span)
    if kinds.is_kind(found.type, "real") and kinds.is_kind(kind, "real") and kind == t.REAL:
        return coerce(body, found, kind, found.expr.span)
    return converted(found.expr, kind)


def _power(body: Body, left: Typed, right: Typed, span: Span, want: DataType | None) -> Typed | None:
    """``**`` and EXPT: in REAL, or LREAL where an operand or the context is."""
    for one in (left, right):
        if not kinds.is_number(one.type) and not kinds.is_kind(one.type, "bits"):
            body.report("operands", span, op="**", left=kinds.spell(left.type), right=kinds.spell(right.type))
            return None
    whole = all(kinds.is_kind(one.type, "int", "bits") for one in (left, right))
    if whole and left.loose and right.loose and isinstance(left.expr, ir.Const) and isinstance(right.expr, ir.Const):
        value = constants.binary("pow", left.expr.value, right.expr.value, t.LINT, unbounded=True)
        if isinstance(value, int) and -(1 << 63) <= value < 1 << 64:
            return Typed(ir.Const(value, kinds.natural(value), span), loose=True)
    kind = t.LREAL if whole or t.LREAL in (left.type, right.type, want) else t.REAL
    if left.type == t.REAL and not left.loose and right.type != t.LREAL:
        kind = t.REAL
    if isinstance(left.type, Elementary) and left.type.kind == "int" and left.type.bits > 16 and not left.loose:
        kind = t.LREAL
    a, b = (_as(body, one, kind) for one in (left, right))
    if a is None or b is None:
        return None
    made: ir.Expr = ir.Binary("pow", a, b, kind, span)
    integer = want if want is not None and kinds.is_kind(want, "int") else None
    if whole and body.vendor and integer is not None:
        # Vendors' compilers give an integer for two integers.
        return Typed(ir.Convert(made, integer, span, truncate=True))
    return Typed(made)


# --- times ----------------------------------------------------------------------------------------------------------

#: (operator, left, right) -> result, by the kinds of times and dates.
_TIME_RULES = {
    ("add", "time", "time"): "time", ("sub", "time", "time"): "time",
    ("add", "tod", "time"): "tod", ("sub", "tod", "time"): "tod", ("add", "time", "tod"): "tod",
    ("add", "dt", "time"): "dt", ("sub", "dt", "time"): "dt", ("add", "time", "dt"): "dt",
    ("add", "date", "time"): "date", ("sub", "date", "time"): "date",
    ("sub", "date", "date"): "time", ("sub", "tod", "tod"): "time", ("sub", "dt", "dt"): "time",
    ("add", "date", "tod"): "dt",
}  # fmt: skip
_PLAIN = {"time": t.TIME, "tod": t.TOD, "dt": t.DT, "date": t.DATE}


def _times(body: Body, op: ir.BinaryOp, left: Typed, right: Typed, span: Span) -> Typed | None:
    a, b = (one.base if isinstance(one, t.Subrange) else one for one in (left.type, right.type))
    if not (isinstance(a, Elementary) and isinstance(b, Elementary)):
        return None
    if body.env.dialect == "scl" and (a, b) == (t.TIME, t.DINT) and op in ("add", "sub"):
        right, b = Typed(converted(right.expr, t.TIME)), t.TIME
    result = _TIME_RULES.get((op, a.kind, b.kind))
    if result is not None:
        plain = _PLAIN[result]
        long = any(one.name.startswith("L") for one, typed in ((a, left), (b, right)) if not typed.loose)
        kind = t.ELEMENTARY["L" + plain.name] if long else plain
        if isinstance(left.expr, ir.Const) and isinstance(right.expr, ir.Const):
            value = constants.binary(op, left.expr.value, right.expr.value, kind)
            if isinstance(value, int):
                return Typed(ir.Const(value, kind, span), left.loose and right.loose)
        return Typed(ir.Binary(op, left.expr, right.expr, kind, span))
    if op in ("mul", "div") and a.kind == "time" and b.kind in ("int", "real", "bits"):
        return scaled(body, op, left, right, span)
    if op == "mul" and b.kind == "time" and a.kind in ("int", "real", "bits"):
        return scaled(body, op, right, left, span)
    if op == "div" and a.kind == b.kind == "time" and body.vendor:
        integer: list[ir.Expr] = [converted(one.expr, t.LTIME) for one in (left, right)]
        numbers = [ir.Convert(one, t.LINT, span) for one in integer]
        return Typed(ir.Binary("div", numbers[0], numbers[1], t.LINT, span))
    if op == "mod" and a.kind == b.kind == "time":
        kind = a if a.name.startswith("L") else b
        numbers = [ir.Convert(converted(one.expr, t.LTIME), t.LINT, span) for one in (left, right)]
        rest = ir.Binary("mod", numbers[0], numbers[1], t.LINT, span)
        return Typed(converted(ir.Convert(rest, t.LTIME, span), kind))
    return None


def scaled(body: Body, op: str, time: Typed, number: Typed, span: Span) -> Typed | None:
    """A time multiplied or divided by a number."""
    kind = t.LREAL if kinds.is_kind(number.type, "real") else t.LINT
    factor = coerce(body, number, kind, span) if number.loose else converted(number.expr, kind)
    if factor is None:
        return None
    if op == "div" and isinstance(factor, ir.Const) and factor.value == 0 and kind == t.LINT:
        body.report("constant_zero", span)
        return None
    name = "__MULTIME" if op == "mul" else "__DIVTIME"
    if isinstance(time.expr, ir.Const) and isinstance(factor, ir.Const):
        value = _scale_constant(op, time.expr.value, factor.value)
        if value is not None:
            return Typed(ir.Const(value, time.type, span), time.loose)
    return Typed(ir.Builtin(name, (time.expr, factor), time.type, span))


def _scale_constant(op: str, time: ir.Value, factor: ir.Value) -> int | None:
    if not isinstance(time, int) or not isinstance(factor, (int, float)):
        return None
    if isinstance(factor, int):
        whole = constants.binary("mul" if op == "mul" else "div", time, factor, t.LINT)
        return whole if isinstance(whole, int) else None
    if factor == 0.0 and op == "div":
        return None
    return constants.to_integer(float(time) * factor if op == "mul" else float(time) / factor, truncate=False)
