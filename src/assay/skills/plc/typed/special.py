"""Functions whose arguments are places or types rather than values: ADR, SIZEOF, bounds, the clock, history ..."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from assay.skills.plc.front import tree
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.ir.builtins import BUILTINS
from assay.skills.plc.ir.types import DataType
from assay.skills.plc.typed import kinds, resolve, siemens
from assay.skills.plc.typed.body import Body, Typed
from assay.skills.plc.typed.convert import coerce, condition, converted
from assay.skills.plc.typed.meaning import Named, Spot, meaning
from assay.skills.plc.typed.symbols import Pou, TypeName
from assay.skills.plc.typed.vendor import SCL_FUNCTIONS


class _None:
    """The name is none of these functions."""


NONE: Final = _None()


def special(body: Body, name: str, expr: tree.Call, want: DataType | None) -> Typed | _None | None:
    """The call if the name is one of these, else ``NONE``."""
    if body.history and name in ("PREV", "ROSE", "FELL"):
        return _history(body, name, expr)
    system = name.startswith("__") and name not in _HANDLERS and name not in BUILTINS and body.vendor
    if system or (body.env.dialect == "scl" and (name in SCL_FUNCTIONS or siemens.is_absolute(name))):
        _vendor(body, expr)
        return None
    if name == "MUX" and any(one.name is not None and one.name.key == "INELSE" for one in expr.arguments):
        return siemens.mux_else(body, expr, want)
    made = _HANDLERS.get(name)
    if made is None or (name in ("REF",) and len(expr.arguments) != 1):
        return NONE
    return made(body, expr, want)


def _vendor(body: Body, expr: tree.Call) -> None:
    """A function of the controller's system: its value is unknown."""
    from assay.skills.plc.typed.calls import arguments_alone

    arguments_alone(body, expr)
    body.unsupported("vendor", expr.span)
    body.failed = True


def _only(body: Body, expr: tree.Call, number: int = 1) -> list[tree.Expr] | None:
    values = [one.value for one in expr.arguments if one.value is not None]
    if len(values) == number:
        return values
    key = "too_few" if len(values) < number else "too_many"
    name = expr.target.name.text if isinstance(expr.target, tree.NameExpr) else "?"
    body.report(key, expr.span, name=name, least=number, most=number, given=len(values))
    return None


def _history(body: Body, name: str, expr: tree.Call) -> Typed | None:
    from assay.skills.plc.typed.exprs import typed

    values = _only(body, expr)
    found = None if values is None else typed(body, values[0])
    if found is None or values is None:
        return None
    if name == "PREV":
        return Typed(ir.History("prev", found.expr, found.type, expr.span))
    inner = condition(body, found, values[0].span)
    kind = "rose" if name == "ROSE" else "fell"
    return None if inner is None else Typed(ir.History("rose" if kind == "rose" else "fell", inner, t.BOOL, expr.span))


def _address(body: Body, expr: tree.Call, want: DataType | None) -> Typed | None:
    values = _only(body, expr)
    found = None if values is None else meaning(body, values[0])
    if values is None or found is None:
        return None
    if not isinstance(found, Spot):
        if not (isinstance(found, Named) and found.symbol.name == "?"):
            body.unsupported("address", expr.span)
        body.failed = body.failed or isinstance(found, Named)
        kind = want if isinstance(want, t.Pointer) else t.Pointer("pointer", t.BYTE)
        return Typed(ir.Const(None, kind, expr.span), loose=True)
    return Typed(ir.AddressOf(found.place, t.Pointer("pointer", found.place.type), expr.span))


def _number(body: Body, expr: tree.Call, want: DataType | None) -> Typed | None:
    """An address as a number: BITADR, INDEXOF."""
    body.unsupported("address", expr.span)
    return Typed(ir.Const(0, t.DINT, expr.span))


def size_of(body: Body, kind: DataType, seen: frozenset[str] = frozenset()) -> int:
    """Bytes of a type, without the gaps that a compiler may leave."""
    match kind:
        case t.Elementary():
            return 4 if kind.name in ("TIME", "DATE", "TOD", "DT") else max(1, kind.bits // 8)
        case t.Subrange() | t.Enum():
            return size_of(body, kind.base)
        case t.Text():
            return (kind.length + 1) * (2 if kind.wide else 1)
        case t.Array():
            return kind.size * size_of(body, kind.element, seen)
        case t.Struct():
            sizes = [size_of(body, one, seen) for _, one in kind.fields]
            return max(sizes, default=0) if kind.union else sum(sizes)
        case t.Block() if kind.name not in seen:
            pou = body.world.names.get(kind.name.upper())
            types = [resolve.type_of(body.world, one) for one in pou.all_vars()] if isinstance(pou, Pou) else []
            return sum(size_of(body, one, seen | {kind.name}) for one in types if one is not None)
    return 8


def _size(body: Body, expr: tree.Call, want: DataType | None) -> Typed | None:
    values = _only(body, expr)
    if values is None:
        return None
    kind = _type_named(body, values[0])
    if kind is None:
        from assay.skills.plc.typed.exprs import typed

        found = typed(body, values[0])
        kind = None if found is None else found.type
    return None if kind is None else Typed(ir.Const(size_of(body, kind), t.UDINT, expr.span), loose=True)


def _type_named(body: Body, value: tree.Expr) -> DataType | None:
    if not isinstance(value, tree.NameExpr):
        return None
    plain = t.ELEMENTARY.get(value.name.key)
    symbol = body.world.find(body.env, value.name.key)
    if plain is not None and symbol is None:
        return plain
    if isinstance(symbol, TypeName):
        return resolve.type_of_name(body.world, symbol, value.span)
    if isinstance(symbol, Pou) and symbol.node.kind == "FUNCTION_BLOCK":
        return t.Block(symbol.name)
    return None


def _bound(body: Body, expr: tree.Call, want: DataType | None) -> Typed | None:
    from assay.skills.plc.typed.exprs import typed

    values = [one.value for one in expr.arguments if one.value is not None]
    if not 1 <= len(values) <= 2:
        _only(body, expr, 2)
        return None
    found = meaning(body, values[0])
    number = typed(body, values[1]) if len(values) == 2 else Typed(ir.Const(1, t.INT, expr.span), loose=True)
    if not isinstance(found, Spot) or number is None:
        body.failed = True
        return None
    kind = found.place.type
    if not isinstance(kind, t.Array) or not kinds.is_kind(number.type, "int", "bits"):
        body.report("not_indexed", values[0].span, given=kinds.spell(kind))
        return None
    assert isinstance(expr.target, tree.NameExpr)
    lower = expr.target.name.key.startswith("LOWER")
    if isinstance(number.expr, ir.Const) and isinstance(number.expr.value, int):
        place = number.expr.value
        if not 1 <= place <= len(kind.bounds):
            body.report("dimensions", expr.span, given=place, wanted=len(kind.bounds))
            return None
        bound = kind.bounds[place - 1]
        if bound is not None:
            return Typed(ir.Const(bound[0 if lower else 1], t.DINT, expr.span), loose=True)
    load = ir.Load(found.place, kind, expr.span)
    name = "LOWER_BOUND" if lower else "UPPER_BOUND"
    return Typed(ir.Builtin(name, (load, converted(number.expr, t.LINT)), t.DINT, expr.span))


def _now(body: Body, expr: tree.Call, want: DataType | None) -> Typed | None:
    found: ir.Expr = ir.Builtin("__NOW", (), t.TIME, expr.span)
    long = isinstance(expr.target, tree.NameExpr) and expr.target.name.key == "LTIME"
    return Typed(converted(found, t.LTIME) if long else found)


def _valid_reference(body: Body, expr: tree.Call, want: DataType | None) -> Typed | None:
    values = _only(body, expr)
    found = None if values is None else meaning(body, values[0], raw=True)
    if not isinstance(found, Spot) or not isinstance(found.place.type, (t.Pointer, t.Interface)):
        body.failed = body.failed or found is None
        return Typed(ir.Const(True, t.BOOL, expr.span))
    load = ir.Load(found.place, found.place.type, expr.span)
    return Typed(ir.Builtin("__VALID", (load,), t.BOOL, expr.span))


def _new(body: Body, expr: tree.Call, want: DataType | None) -> Typed | None:
    body.unsupported("memory", expr.span)
    kind = want if isinstance(want, (t.Pointer, t.Interface)) else t.Pointer("pointer", t.BYTE)
    return Typed(ir.Const(None, kind, expr.span), loose=True)


def _query(body: Body, expr: tree.Call, want: DataType | None) -> Typed | None:
    body.unsupported("query", expr.span)
    return Typed(ir.Const(False, t.BOOL, expr.span))


def _scaling(body: Body, expr: tree.Call, want: DataType | None) -> Typed | None:
    """NORM_X and SCALE_X of SCL: a value between two limits as a fraction, and back."""
    from assay.skills.plc.typed.exprs import typed

    assert isinstance(expr.target, tree.NameExpr)
    by_name = {one.name.key: one.value for one in expr.arguments if one.name is not None}
    order = ("MIN", "VALUE", "MAX")
    values = [by_name.get(one) for one in order] if by_name else [one.value for one in expr.arguments]
    given: list[ir.Expr] = []
    for value in values:
        found = None if value is None else typed(body, value)
        if found is None or value is None:
            body.failed = True
            return None
        if not kinds.is_number(found.type) and not kinds.is_kind(found.type, "bits"):
            body.report("operand", value.span, op=expr.target.name.text, given=kinds.spell(found.type))
            return None
        expr_ = coerce(body, found, t.LREAL, value.span) if found.loose else converted(found.expr, t.LREAL)
        if expr_ is None:
            return None
        given.append(expr_)
    if len(given) != 3:
        _only(body, expr, 3)
        return None
    inputs = tuple(zip(order, given, strict=True))
    unit = f"__{expr.target.name.key}"
    made: ir.Expr = ir.CallExpr(ir.Invoke(unit, None, inputs, (), (), expr.span), t.LREAL, expr.span)
    goal: DataType = t.REAL
    if want is not None and kinds.is_number(want):
        goal = t.base_of(want)
    return Typed(ir.Convert(made, goal, expr.span) if goal != t.LREAL else made)


_Handler = Callable[[Body, tree.Call, DataType | None], Typed | None]
_HANDLERS: dict[str, _Handler] = {
    "ADR": _address, "REF": _address, "ADRINST": _number, "BITADR": _number, "INDEXOF": _number,
    "SIZEOF": _size, "XSIZEOF": _size, "LOWER_BOUND": _bound, "UPPER_BOUND": _bound,
    "TIME": _now, "LTIME": _now, "__NOW": _now, "__ISVALIDREF": _valid_reference, "__NEW": _new, "__DELETE": _new,
    "__QUERYINTERFACE": _query, "__QUERYPOINTER": _query, "NORM_X": _scaling, "SCALE_X": _scaling,
}  # fmt: skip
