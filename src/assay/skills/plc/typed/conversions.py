"""Conversion functions by their names: ``INT_TO_REAL``, ``TO_INT``, ``REAL_TRUNC_INT``, ``BCD_TO_INT`` ..."""

from __future__ import annotations

import re

from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.ir.types import DataType, Elementary
from assay.skills.plc.typed import kinds, siemens
from assay.skills.plc.typed.body import Body, Typed
from assay.skills.plc.typed.convert import converted
from assay.skills.plc.typed.symbols import TypeName

_TEXTS: dict[str, DataType] = {
    "STRING": t.Text(False, 80),
    "WSTRING": t.Text(True, 80),
    "CHAR": t.Text(False, 1),
    "WCHAR": t.Text(True, 1),
}
_BCD = {"BCD": 0, "BCD16": 16, "BCD32": 32}
_TIMED = ("time", "date", "tod", "dt")


def _plain(name: str) -> DataType | None:
    return t.ELEMENTARY.get(name) or _TEXTS.get(name) or {"BIT": t.BOOL, "S5TIME": t.TIME}.get(name)


def is_conversion(name: str) -> bool:
    """Whether an upper-case name reads as one of a conversion."""
    return bool(re.fullmatch(r"(\w+_)?(TO|TRUNC)_\w+|BCD\d*_TO_\w+", name))


def names_types(body: Body, name: str) -> bool:
    """Whether what a name converts into is a type that is known here; LREAL_TO_FMTSTR is a library's function."""
    if "BCD" in name:
        return True
    ends = ((name[: found.start()], name[found.end() :]) for found in re.finditer(r"_?(TO|TRUNC)_", name))
    return any(_known(body, goal) and (source in ("", "ANY") or _known(body, source)) for source, goal in ends)


def _known(body: Body, name: str) -> bool:
    """Whether a type has this upper-case name."""
    return _plain(name) is not None or _declared(body, name) is not None


def conversion(body: Body, name: str, found: Typed, span: Span) -> Typed | None:
    """The conversion that a name says, applied; None with a finding when there is no such."""
    made = _bcd(body, name, found, span) or siemens.dtl_conversion(body, name, found, span)
    if made is not None:
        return made
    for match in re.finditer(r"_?(TO|TRUNC)_", name):
        source, goal = name[: match.start()], name[match.end() :]
        target = _plain(goal) or _declared(body, goal)
        origin = _plain(source) or _declared(body, source)
        if target is None or (source and origin is None and source != "ANY"):
            continue
        if origin is not None:
            checked = _given(body, found, origin, span)
            if checked is None:
                return None
            found = checked
        return applied(body, found, target, span, truncate=match[1] == "TRUNC")
    return None


def _declared(body: Body, name: str) -> DataType | None:
    symbol = body.world.names.get(name)
    if not isinstance(symbol, TypeName):
        return None
    from assay.skills.plc.typed.resolve import type_of_name

    return type_of_name(body.world, symbol, symbol.node.span)


def _given(body: Body, found: Typed, origin: DataType, span: Span) -> Typed | None:
    """The argument in the type that the name asks for, by the rules of implicit conversion."""
    from assay.skills.plc.typed.convert import coerce

    if isinstance(origin, t.Text) and isinstance(found.type, t.Text):
        return found
    if isinstance(found.type, t.Enum) and isinstance(origin, Elementary) and origin.kind in ("int", "bits"):
        return Typed(converted(found.expr, origin))
    if not found.loose and isinstance(origin, Elementary) and isinstance(found.type, Elementary):
        if origin.kind == found.type.kind and kinds.step(found.type, origin) == "no":
            body.report("loss", span, given=kinds.spell(found.type), wanted=origin.name)
            return Typed(converted(found.expr, origin))
    expr = coerce(body, found, origin, span)
    return None if expr is None else Typed(expr)


def applied(body: Body, found: Typed, target: DataType, span: Span, truncate: bool = False) -> Typed | None:
    """An explicit conversion."""
    source = t.base_of(found.type)
    if isinstance(source, (t.Pointer, t.Interface)) and kinds.is_kind(target, "bits", "int"):
        body.unsupported("address", span)
        return Typed(ir.Const(0, target, span))
    if not isinstance(source, (Elementary, t.Text)):
        body.report("mismatch", span, given=kinds.spell(found.type), wanted=kinds.spell(target))
        return None
    expr = found.expr if found.type == source else converted(found.expr, source)
    if found.type == t.REAL and found.loose and isinstance(expr, ir.Const):
        expr = ir.Const(expr.value, t.LREAL, span)
    special = _special(body, expr, source, target, span)
    if special is not None:
        return Typed(special)
    return Typed(_located(converted(expr, target, truncate), span))


def _located(expr: ir.Expr, span: Span) -> ir.Expr:
    return ir.Convert(expr.operand, expr.type, span, expr.truncate) if isinstance(expr, ir.Convert) else expr


def _special(body: Body, expr: ir.Expr, source: DataType, target: DataType, span: Span) -> ir.Expr | None:
    """Characters as codes, and SCL's copies of bits between REAL and bit strings."""
    character = isinstance(source, t.Text) and source.length == 1 and body.env.dialect == "scl"
    if character and kinds.is_kind(target, "int", "bits"):
        return converted(ir.Builtin("__CODE", (expr,), t.UDINT, span), target)
    if isinstance(target, t.Text) and target.length == 1 and kinds.is_kind(source, "int", "bits"):
        return ir.Builtin("__CHAR", (converted(expr, t.LINT),), target, span)
    if body.env.dialect == "scl" and isinstance(source, Elementary) and isinstance(target, Elementary):
        if {source.kind, target.kind} == {"real", "bits"} and source.bits == target.bits:
            return ir.Builtin("__REINTERPRET", (expr,), target, span)
    return None


def _bcd(body: Body, name: str, found: Typed, span: Span) -> Typed | None:
    """``BCD_TO_INT``, ``WORD_BCD_TO_UINT``, ``INT_TO_BCD``, ``UINT_TO_BCD_WORD``, ``BCD16_TO_INT``."""
    into = re.fullmatch(r"(?:(BYTE|WORD|DWORD|LWORD)_)?BCD(?:16|32)?_TO_(\w+)", name)
    out = re.fullmatch(r"(\w+)_TO_BCD(?:_(BYTE|WORD|DWORD|LWORD)|16|32)?", name)
    if into is not None and kinds.is_kind(_plain(into[2]), "int"):
        base = t.base_of(found.type)
        if not (isinstance(base, Elementary) and base.kind in ("bits", "int")):
            body.report("mismatch", span, given=kinds.spell(found.type), wanted="WORD")
            return None
        target = _plain(into[2])
        assert target is not None
        bits = converted(found.expr, kinds.bit_string(base.bits))
        return Typed(converted(ir.Builtin("__FROM_BCD", (bits,), t.ULINT, span), target))
    if out is not None and kinds.is_kind(_plain(out[1]), "int"):
        width = t.ELEMENTARY[out[2]] if out[2] else None
        origin = _plain(out[1])
        assert isinstance(origin, Elementary)
        if not kinds.is_kind(found.type, "int", "bits"):
            body.report("mismatch", span, given=kinds.spell(found.type), wanted=origin.name)
            return None
        return Typed(
            ir.Builtin("__TO_BCD", (converted(found.expr, t.LINT),), width or kinds.bit_string(origin.bits), span)
        )
    return None
