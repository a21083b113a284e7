"""The types of expressions: literals take the type that the context wants, operands get a common type."""

from __future__ import annotations

from assay.skills.plc.front import tree
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.ir.types import DataType
from assay.skills.plc.typed import constants, kinds, operators, siemens
from assay.skills.plc.typed.body import Body, Typed, const
from assay.skills.plc.typed.convert import coerce
from assay.skills.plc.typed.meaning import Accessed, Bound, Named, Spot, SuperBase, meaning, own_meaning
from assay.skills.plc.typed.symbols import TypeName, Var

#: Deeper expressions than this are refused in one sentence.
MOST_DEPTH = 120


def typed(body: Body, expr: tree.Expr, want: DataType | None = None) -> Typed | None:
    """An expression with its type; None when it is unknown (that has been reported). ``want``: a hint for literals."""
    if body.depth > MOST_DEPTH:
        body.report("too_deep", expr.span, once=body.world, most=MOST_DEPTH)
        return None
    body.depth += 1
    try:
        return _typed(body, expr, want)
    finally:
        body.depth -= 1


def _typed(body: Body, expr: tree.Expr, want: DataType | None) -> Typed | None:
    match expr:
        case tree.Literal_():
            return literal(body, expr, want)
        case tree.Paren():
            return typed(body, expr.inner, want)
        case tree.Unary():
            return operators.unary(body, expr, want)
        case tree.Binary():
            return operators.binary(body, expr, want)
        case tree.Call():
            from assay.skills.plc.typed.calls import call_value

            return call_value(body, expr, want)
        case tree.ArrayInit() | tree.StructInit():
            return _aggregate(body, expr, want)
        case tree.Broken():
            body.failed = True
            return None
        case tree.This():
            spot = meaning(body, expr)
            if not isinstance(spot, Spot):
                return None
            return Typed(ir.AddressOf(spot.place, t.Pointer("pointer", spot.place.type), expr.span))
    if isinstance(expr, tree.NameExpr) and isinstance(want, t.Enum):
        member = _wanted_member(body, expr, want)
        if member is not None:
            return member
    return value_of(body, meaning(body, expr), expr)


def _wanted_member(body: Body, expr: tree.NameExpr, want: t.Enum) -> Typed | None:
    """A member of the enumeration that the context wants, where several have one of this name."""
    value = next((number for name, number in want.members if name.upper() == expr.name.key), None)
    if value is None or own_meaning(body, expr.name) is not None:
        return None
    symbol = body.world.find(body.env, expr.name.key)
    return None if isinstance(symbol, Var) else Typed(const(value, want, expr.span))


def value_of(body: Body, found: object, expr: tree.Expr) -> Typed | None:
    """The value of what a name stands for."""
    match found:
        case Typed():
            return found
        case Spot():
            return Typed(ir.Load(found.place, found.place.type, expr.span))
        case Accessed():
            from assay.skills.plc.typed.calls import read_property

            read = read_property(body, found, expr.span)
            if read is not None and isinstance(read.type, t.Pointer) and read.type.kind == "reference":
                place = ir.Followed(read.expr, read.type.target, expr.span)
                return Typed(ir.Load(place, place.type, expr.span))
            return read
        case Bound():
            body.report("not_called", expr.span, name=found.method.name)
        case Named() if found.symbol.name != "?":
            if isinstance(found.symbol, TypeName) or not body.vendor:
                body.report("not_a_value", expr.span, name=found.symbol.name)
            else:
                body.report("not_a_value", expr.span, name=found.symbol.name)
        case SuperBase():
            body.report("not_a_value", expr.span, name="SUPER")
        case None | Named():
            body.failed = True
    return None


def value(body: Body, expr: tree.Expr, kind: DataType) -> ir.Expr | None:
    """An expression converted to a type."""
    found = typed(body, expr, kind)
    return None if found is None else coerce(body, found, kind, expr.span)


def index(body: Body, expr: tree.Expr) -> ir.Expr | None:
    """An index: any integer, bit string or enumeration."""
    found = typed(body, expr)
    if found is None:
        return None
    if kinds.is_kind(found.type, "int", "bits") or isinstance(found.type, t.Enum):
        return found.expr
    body.report("index_type", expr.span, given=kinds.spell(found.type))
    return None


# --- literals -------------------------------------------------------------------------------------------------------

_LITERAL_TYPES: dict[str, DataType] = {
    "bool": t.BOOL, "time": t.TIME, "date": t.DATE, "tod": t.TOD, "dt": t.DT,
}  # fmt: skip


def literal(body: Body, expr: tree.Literal_, want: DataType | None = None) -> Typed | None:
    """A literal in its own type, or loose in the type that is most natural for it."""
    prefix = expr.type_name
    if prefix == "DTL" and expr.kind == "dt":
        return siemens.dtl_constant(body, expr)
    if prefix is not None and expr.kind in ("int", "real", "bool", "string", "wstring"):
        return _prefixed(body, expr, prefix)
    match expr.kind:
        case "null":
            pointer = want if isinstance(want, (t.Pointer, t.Interface)) else t.Pointer("pointer", t.BYTE)
            return Typed(const(None, pointer, expr.span), loose=True)
        case "int":
            number = expr.value if isinstance(expr.value, int) else 0
            if not -(1 << 63) <= number < 1 << 64:
                body.report("too_large", expr.span, value=expr.raw[:30], type="LWORD")
                return None
            kind: DataType = kinds.natural(number)
            if "#" in expr.raw and not kinds.holds(t.INT, number):
                kind = next((one for one in (t.WORD, t.DWORD) if kinds.holds(one, number)), t.LWORD)
            return Typed(const(number, kind, expr.span), loose=True)
        case "real":
            number_ = float(expr.value) if isinstance(expr.value, (int, float)) else 0.0
            return Typed(const(number_, t.REAL, expr.span), loose=True)
        case "string" | "wstring":
            text = expr.value if isinstance(expr.value, str) else ""
            kind = t.Text(expr.kind == "wstring", max(1, len(text)))
            return Typed(const(text, kind, expr.span), loose=True)
    long = prefix is not None and prefix.startswith("L")
    base = _LITERAL_TYPES[expr.kind]
    if long and isinstance(base, t.Elementary):
        base = t.ELEMENTARY["L" + base.name]
    return Typed(const(expr.value, base, expr.span), loose=expr.kind != "bool")


def _prefixed(body: Body, expr: tree.Literal_, prefix: str) -> Typed | None:
    """``INT#5``, ``REAL#1``, ``BOOL#1``, ``STRING#'a'``, ``MyEnum#Value`` (where the parser gives an identifier)."""
    kind = t.ELEMENTARY.get(prefix)
    if kind is None:
        if prefix in ("STRING", "WSTRING", "CHAR", "WCHAR") and isinstance(expr.value, str):
            return Typed(const(expr.value, t.Text(prefix[0] == "W", max(1, len(expr.value))), expr.span))
        if prefix in ("CHAR", "WCHAR") and isinstance(expr.value, int):
            return Typed(const(chr(expr.value % 0x10000), t.Text(prefix[0] == "W", 1), expr.span))
        symbol = body.world.find(body.env, prefix)
        if isinstance(symbol, TypeName):
            from assay.skills.plc.typed.resolve import type_of_name

            found = type_of_name(body.world, symbol, expr.span)
            return None if found is None or expr.value is None else Typed(const(expr.value, found, expr.span))
        body.report("unknown_type", expr.span, once=prefix, name=prefix, close="")
        return None
    number = expr.value
    if kind.kind == "bool":
        return Typed(const(bool(number), kind, expr.span))
    if kind.kind == "real" and isinstance(number, (int, float)):
        return Typed(const(constants.single(float(number)) if kind.bits == 32 else float(number), kind, expr.span))
    if isinstance(number, int) and not isinstance(number, bool) and kind.kind in ("int", "bits"):
        if kinds.holds(kind, number):
            return Typed(const(number, kind, expr.span))
        if "#" in expr.raw.partition("#")[2] and 0 <= number < 1 << kind.bits:
            return Typed(const(constants.wrap(number, kind), kind, expr.span))
        body.report("too_large", expr.span, value=number, type=kind.name)
        return None
    body.report("mismatch", expr.span, given=expr.kind.upper(), wanted=kind.name)
    return None


def _aggregate(body: Body, expr: tree.ArrayInit | tree.StructInit, want: DataType | None) -> Typed | None:
    """A value of an array or structure in a statement: only where its type is known and all is constant."""
    from assay.skills.plc.typed.initials import initial

    if want is None:
        body.report("not_constant", expr.span)
        return None
    found = initial(body, expr, want)
    return None if found is None else Typed(const(found, want, expr.span))
