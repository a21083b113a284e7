"""Elements of arrays, what pointers point to, bits of words, and directly addressed variables."""

from __future__ import annotations

from assay.skills.plc.front import tree
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.typed import kinds
from assay.skills.plc.typed.body import Body, Typed, const
from assay.skills.plc.typed.meaning import (
    Accessed,
    Meaning,
    Named,
    Spot,
    SuperBase,
    followed,
    global_spot,
    meaning,
    self_instance,
    spot_of,
)
from assay.skills.plc.typed.symbols import Var


def as_place(body: Body, expr: tree.Expr) -> Spot | None:
    """What can be indexed, followed or partly read: a place, or the value of a call in a place of its own."""
    from assay.skills.plc.typed.calls import read_property

    found = meaning(body, expr)
    if isinstance(found, Accessed):
        read = read_property(body, found, expr.span)
        inner = followed(body, read)
        found = inner if isinstance(inner, Spot) else None if read is None else Spot(body.keep(read.expr))
    if isinstance(found, Typed):
        found = Spot(body.keep(found.expr))
    if isinstance(found, Spot):
        return found
    if found is not None and not (isinstance(found, Named) and found.symbol.name == "?"):
        body.report("not_a_value", expr.span, name=_spelled(expr))
    body.failed = True
    return None


def _spelled(expr: tree.Expr) -> str:
    match expr:
        case tree.NameExpr():
            return expr.name.text
        case tree.Member():
            return f"{_spelled(expr.base)}.{expr.name.text}"
    return "?"


def index_place(body: Body, expr: tree.Index) -> Meaning:
    """``base[i, j]``."""
    from assay.skills.plc.typed.exprs import index

    base = as_place(body, expr.base)
    indices = [index(body, one) for one in expr.indices]
    if base is None:
        return None
    kind = base.place.type
    if isinstance(kind, t.Text):
        return _character(body, base, expr, indices)
    if isinstance(kind, t.Pointer):
        body.unsupported("pointer", expr.span)
        return Spot(ir.Followed(ir.Load(base.place, kind, expr.span), kind.target, expr.span), base.var)
    if not isinstance(kind, t.Array):
        body.report("not_indexed", expr.span, given=kinds.spell(kind))
        return None
    return _element(body, base, expr, indices)


def _element(body: Body, base: Spot, expr: tree.Index, indices: list[ir.Expr | None]) -> Meaning:
    kind, place = base.place.type, base.place
    given, spans = list(indices), [one.span for one in expr.indices]
    while given:
        if not isinstance(kind, t.Array) or len(given) < len(kind.bounds):
            wanted = len(kind.bounds) if isinstance(kind, t.Array) else 0
            body.report(
                "dimensions", expr.span, given=len(expr.indices), wanted=wanted or len(expr.indices) - len(given)
            )
            return None
        here = given[: len(kind.bounds)]
        for one, bound, span in zip(here, kind.bounds, spans, strict=False):
            if isinstance(one, ir.Const) and isinstance(one.value, int) and bound is not None:
                if not bound[0] <= one.value <= bound[1]:
                    body.report("out_of_bounds", span, index=one.value, low=bound[0], high=bound[1])
        if any(one is None for one in here):
            body.failed = True
            here = [one or const(0, t.INT, expr.span) for one in here]
        place = ir.ElementOf(place, tuple(one for one in here if one is not None), kind.element, expr.span)
        given, spans, kind = given[len(kind.bounds) :], spans[len(kind.bounds) :], kind.element
    return followed(body, Spot(place, base.var))


def _character(body: Body, base: Spot, expr: tree.Index, indices: list[ir.Expr | None]) -> Meaning:
    """One character of a string: SCL's ``s[3]`` is text from 1, CODESYS' ``s[3]`` a code from 0."""
    first = indices[0] if len(indices) == 1 else None
    if first is None:
        return None
    load = ir.Load(base.place, base.place.type, expr.span)
    kind = base.place.type
    assert isinstance(kind, t.Text)
    long = first if first.type == t.LINT else ir.Convert(first, t.LINT, first.span)
    one = const(1, t.LINT, expr.span)
    if body.env.dialect == "scl":
        return Typed(ir.Builtin("MID", (load, one, long), t.Text(kind.wide, 1), expr.span))
    place = ir.Binary("add", long, one, t.LINT, expr.span)
    piece = ir.Builtin("MID", (load, one, place), t.Text(kind.wide, 1), expr.span)
    code = ir.Builtin("__CODE", (piece,), t.UDINT, expr.span)
    return Typed(ir.Convert(code, t.WORD if kind.wide else t.BYTE, expr.span))


def deref(body: Body, expr: tree.Deref) -> Meaning:
    """``base^``."""
    if isinstance(expr.base, tree.This):
        return self_instance(body, expr.span)
    if isinstance(expr.base, tree.Super):
        return SuperBase(body.pou.base) if body.pou is not None else None
    found = meaning(body, expr.base, raw=True)
    value: ir.Expr | None = None
    var = None
    match found:
        case Spot():
            value, var = ir.Load(found.place, found.place.type, expr.span), found.var
        case Typed():
            value = found.expr
        case Accessed():
            from assay.skills.plc.typed.calls import read_property

            read = read_property(body, found, expr.span)
            value = None if read is None else read.expr
    if value is None:
        body.failed = True
        return None
    if not isinstance(value.type, t.Pointer):
        body.report("not_pointer", expr.span, given=kinds.spell(value.type))
        return None
    return Spot(ir.Followed(value, value.type.target, expr.span), var)


_WIDTH = {"X": 1, "B": 8, "W": 16, "D": 32, "L": 64}


def part(body: Body, expr: tree.PartAccess) -> Meaning:
    """``base.3``, ``base.%B1``."""
    base = as_place(body, expr.base)
    if base is None:
        return None
    kind = base.place.type
    inner = kind.base if isinstance(kind, (t.Subrange, t.Enum)) else kind
    if not isinstance(inner, t.Elementary) or inner.kind not in ("bits", "int"):
        body.report("part_type", expr.span, given=kinds.spell(kind))
        return None
    bits = _WIDTH[expr.size]
    low = expr.index * bits
    if low + bits > inner.bits:
        body.report("part_range", expr.span, index=expr.index, most=inner.bits // bits - 1, type=kinds.spell(kind))
        return None
    return Spot(ir.PartOf(base.place, low, bits, kinds.bit_string(bits), expr.span), base.var)


def direct(body: Body, expr: tree.DirectVar) -> Meaning:
    """``%IX0.0``: the variable that is declared there, or one that stands for it."""
    key = expr.text.upper()
    for var in (*(body.pou.all_vars() if body.pou is not None else ()), *body.world.globals):
        if var.location.upper() == key:
            return spot_of(body, var, expr.span, of_self=body.method is not None)
    found = body.world.direct.get(key)
    if found is None:
        size = key[2:3]
        kind = kinds.bit_string(_WIDTH.get(size, 1))
        found = Var(expr.text, "global", None, None, expr.span, body.env, full=expr.text, location=expr.text, type=kind)
        found.value = None
        body.world.direct[key] = found
    body.world.used_globals[key] = found
    assert found.type is not None
    return global_spot(body, found, expr.span)
