"""Making an expression have the type that is wanted, with a finding when it cannot or loses something."""

from __future__ import annotations

import math

from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.ir.types import DataType, Elementary
from assay.skills.plc.typed import constants, kinds, siemens
from assay.skills.plc.typed.body import Body, Typed
from assay.skills.plc.typed.symbols import Pou


def converted(expr: ir.Expr, kind: DataType, truncate: bool = False) -> ir.Expr:
    """A conversion, computed at once when it is one of a constant that stays in its range."""
    if expr.type == kind:
        return expr
    if isinstance(expr, ir.Const) and not isinstance(kind, t.Subrange):
        value = constants.converted(expr.value, expr.type, kind, truncate)
        if isinstance(value, (bool, int, float, str)):
            return ir.Const(value, kind, expr.span)
    if isinstance(expr, ir.Const) and isinstance(expr.value, int) and kinds.holds(kind, expr.value):
        return ir.Const(expr.value, kind, expr.span)
    return ir.Convert(expr, kind, expr.span, truncate)


def coerce(body: Body, found: Typed, kind: DataType, span: Span) -> ir.Expr | None:
    """The expression in the wanted type; None after a finding."""
    if found.type == kind and not found.loose:
        return found.expr
    if isinstance(found.expr, ir.Const):
        fixed = fit(body, found, kind, span)
        if fixed is not None:
            return fixed
    if isinstance(kind, (t.Pointer, t.Interface)) or isinstance(found.type, (t.Pointer, t.Interface)):
        return _pointed(body, found, kind, span)
    if isinstance(kind, t.Block) and isinstance(found.type, t.Block) and derives(body, found.type, kind):
        return found.expr
    match kinds.step(found.type, kind):
        case "same":
            return found.expr
        case "fine":
            return found.expr if isinstance(kind, t.Array) else converted(found.expr, kind)
        case "loss":
            if body.vendor and _alike(found.type, kind):
                return converted(found.expr, kind)
            if isinstance(kind, t.Enum):
                body.report("to_enum", span, given=kinds.spell(found.type), wanted=kinds.spell(kind))
            else:
                body.report("loss", span, given=kinds.spell(found.type), wanted=kinds.spell(kind))
            return found.expr if isinstance(kind, t.Array) else converted(found.expr, kind)
    if body.env.dialect == "iec" and siemens.is_character(kind, found):
        return siemens.unrun(body, kind, span).expr
    if body.env.dialect == "scl":
        made = siemens.implicit(body, found, kind, span)
        if made is not None:
            return made
    body.report("mismatch", span, given=kinds.spell(found.type), wanted=kinds.spell(kind))
    return None


def _alike(source: DataType, target: DataType) -> bool:
    """Unsigned integers and bit strings, which vendors take for each other."""
    pair = [one for one in (source, target) if isinstance(one, Elementary) and one.kind in ("int", "bits")]
    return len(pair) == 2 and not any(one.signed for one in pair)


def fit(body: Body, found: Typed, kind: DataType, span: Span) -> ir.Expr | None:
    """A constant in the wanted type if its value fits; None to go on with the rules of conversion."""
    assert isinstance(found.expr, ir.Const)
    value = found.expr.value
    base = kind.base if isinstance(kind, t.Subrange) else kind
    if isinstance(value, bool):
        return None
    if isinstance(value, int) and kinds.is_kind(found.type, "int", "bits"):
        return _fit_int(body, value, found, kind, base, span)
    if isinstance(value, float) and found.loose and isinstance(base, Elementary) and base.kind == "real":
        exact = constants.single(value) if base.bits == 32 else value
        if math.isinf(exact) and not math.isinf(value):
            body.report("too_large", span, value=f"{value:g}", type=kinds.spell(kind))
        return ir.Const(exact, kind, span)
    if isinstance(value, str) and isinstance(kind, t.Text) and isinstance(found.type, t.Text):
        if kind.wide != found.type.wide:
            if not found.loose:
                return None
            body.report("quotes", span, given=kinds.spell(found.type), wanted=kinds.spell(kind))
        if len(value) > kind.length:
            body.report("text_cut", span, length=len(value), most=kind.length)
        return ir.Const(value[: kind.length], kind, span)
    if found.loose and isinstance(base, Elementary) and isinstance(found.type, Elementary):
        same = base.kind == found.type.kind and base.kind in ("time", "date", "tod", "dt")
        return ir.Const(value, kind, span) if same else None
    return None


def _fit_int(body: Body, value: int, found: Typed, kind: DataType, base: DataType, span: Span) -> ir.Expr | None:
    if isinstance(kind, (t.Pointer, t.Interface)) and value == 0:
        return ir.Const(None, kind, span)
    if not isinstance(base, (Elementary, t.Enum)):
        return None
    if isinstance(base, t.Enum):
        if found.loose and any(value == number for _, number in base.members):
            body.report("to_enum", span, severity="info", given=str(value), wanted=base.name)
            return ir.Const(value, kind, span)
        return None
    if base.kind in ("int", "bits") and kinds.holds(kind, value):
        return ir.Const(value, kind, span)
    if not found.loose:
        return None
    match base.kind:
        case "bool" if value in (0, 1):
            return ir.Const(value == 1, kind, span)
        case "real":
            return ir.Const(constants.single(float(value)) if base.bits == 32 else float(value), kind, span)
        case "int" | "bits":
            fits = 0 <= value < 1 << base.bits and isinstance(found.type, Elementary) and found.type.kind == "bits"
            if (fits or (base.kind == "bits" and -(1 << (base.bits - 1)) <= value < 0)) and base == kind:
                wrapped = constants.wrap(value, base)
                body.report("wrapped", span, value=value, type=base.name, result=wrapped)
                return ir.Const(wrapped, kind, span)
            body.report("too_large", span, value=value, type=kinds.spell(kind))
            return ir.Const(constants.wrap(value, base), kind, span)
    return None


def derives(body: Body, source: DataType, target: DataType) -> bool:
    """Whether a block is of a type, extends it, or implements it."""
    if not isinstance(source, (t.Block, t.Interface)) or not isinstance(target, (t.Block, t.Interface)):
        return False
    start, goal = (body.world.names.get(one.name.upper()) for one in (source, target))
    return isinstance(start, Pou) and isinstance(goal, Pou) and _reaches(start, goal, set())


def _reaches(start: Pou, goal: Pou, seen: set[int]) -> bool:
    if start is goal or start.unknown_base:
        return True
    if id(start) in seen:
        return False
    seen.add(id(start))
    above = [*start.interfaces, *([start.base] if start.base is not None else [])]
    return any(_reaches(one, goal, seen) for one in above)


def _pointed(body: Body, found: Typed, kind: DataType, span: Span) -> ir.Expr | None:
    source = found.type
    if isinstance(kind, t.Interface):
        if isinstance(source, t.Block) and derives(body, source, kind) and isinstance(found.expr, ir.Load):
            return ir.AddressOf(found.expr.place, kind, span)
        if isinstance(source, t.Interface) and derives(body, source, kind):
            return _same(found.expr, kind)
        if isinstance(source, t.Pointer) and isinstance(source.target, t.Block) and derives(body, source.target, kind):
            return _same(found.expr, kind)
    if isinstance(kind, t.Pointer) and isinstance(source, t.Pointer):
        if derives(body, source.target, kind.target) or source.target == kind.target:
            return _same(found.expr, kind)
        if body.vendor:
            body.unsupported("pointer", span)
            return _same(found.expr, kind)
    one = kind if isinstance(kind, t.Pointer) else source
    other = source if one is kind else kind
    if isinstance(one, t.Pointer) and kinds.is_kind(other, "bits", "int") and body.vendor:
        # Addresses as numbers can be typed, but there is no address here.
        body.unsupported("address", span)
        return ir.Const(None if one is kind else 0, kind, span)
    body.report("mismatch", span, given=kinds.spell(source), wanted=kinds.spell(kind))
    return None


def _same(expr: ir.Expr, kind: DataType) -> ir.Expr:
    """The same pointer as one to a base."""
    return ir.Const(None, kind, expr.span) if isinstance(expr, ir.Const) else ir.Convert(expr, kind, expr.span)


def condition(body: Body, found: Typed | None, span: Span) -> ir.Expr | None:
    """A BOOL, for IF, WHILE and the like."""
    if found is None:
        return None
    if found.type == t.BOOL:
        return found.expr
    if isinstance(found.expr, ir.Const) and found.loose and found.expr.value in (0, 1):
        return ir.Const(found.expr.value == 1, t.BOOL, span)
    body.report("condition", span, given=kinds.spell(found.type))
    return None
