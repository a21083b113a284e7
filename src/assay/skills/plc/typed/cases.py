"""CASE: constant labels and ranges, labels that stand twice, labels that the selector never reaches."""

from __future__ import annotations

from assay.skills.plc.front import tree
from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.ir.types import DataType
from assay.skills.plc.typed import kinds, siemens
from assay.skills.plc.typed.body import Body
from assay.skills.plc.typed.convert import converted
from assay.skills.plc.typed.exprs import typed

#: Labels of ranges wider than this are compared as ranges only.
Ranges = list[tuple[int, int, Span]]


def case(body: Body, one: tree.Case) -> tuple[ir.Statement, ...]:
    """A CASE statement."""
    from assay.skills.plc.typed.statements import block

    if body.env.dialect == "scl" and siemens.asks_type(one.selector):
        return _by_type(body, one)
    found = typed(body, one.selector)
    kind: DataType | None = None if found is None else found.type
    if found is not None and isinstance(found.expr, ir.Const) and found.loose:
        kind = t.DINT
    character = isinstance(kind, t.Text) and body.env.dialect in (("scl", "iec") if kind.length == 1 else ("iec",))
    if kind is not None and not (kinds.is_kind(kind, "int", "bits") or isinstance(kind, t.Enum) or character):
        if not (kinds.is_kind(kind, "bool") and body.vendor):
            body.report("case_type", one.selector.span, given=kinds.spell(kind))
            found, kind = None, None
    seen: Ranges = []
    arms: list[tuple[tuple[tuple[int, int], ...], tuple[ir.Statement, ...], Span]] = []
    for arm in one.arms:
        ranges = [pair for label in arm.labels if (pair := _label(body, label, kind, seen)) is not None]
        done = block(body, arm.body)
        span = arm.labels[0].span.to(arm.labels[-1].span) if arm.labels else arm.span
        if ranges:
            arms.append((tuple(ranges), done, span))
    orelse = block(body, one.orelse or ())
    if found is None or kind is None:
        body.failed = True
        return ()
    selector = found.expr
    if kinds.is_kind(kind, "bool"):
        selector = converted(selector, t.BYTE)
    if isinstance(kind, t.Text) and kind.length > 1:
        body.unsupported("character", one.selector.span)
        body.failed = True
    if character:
        selector = ir.Builtin("__CODE", (selector,), t.UDINT, one.selector.span)
    return (ir.Switch(selector, tuple(arms), orelse, one.span),)


def _by_type(body: Body, one: tree.Case) -> tuple[ir.Statement, ...]:
    """SCL's ``CASE TypeOf(x) OF``: its labels are types. What stands in the branches is typed."""
    from assay.skills.plc.typed.statements import block

    siemens.unrun(body, t.BOOL, one.selector.span)
    for inner in (*(arm.body for arm in one.arms), one.orelse or ()):
        block(body, inner)
    return ()


def _label(body: Body, label: tree.CaseLabel, kind: DataType | None, seen: Ranges) -> tuple[int, int] | None:
    ends = [_constant(body, one, kind) for one in (label.low, label.high) if one is not None]
    if not ends or any(one is None for one in ends):
        body.failed = True
        return None
    low, high = ends[0], ends[-1]
    assert low is not None and high is not None
    if low > high:
        body.report("case_range", label.span, low=low, high=high)
        return None
    for first, last, span in seen:
        if low <= last and first <= high:
            name = str(low) if low == high else f"{low}..{high}"
            severity = "error" if (first, last) == (low, high) and low == high else "warning"
            body.report("case_twice", label.span, related=(span,), name=name,
                        severity="error" if severity == "error" else "warning")  # fmt: skip
            break
    seen.append((low, high, label.span))
    base = t.base_of(kind) if kind is not None else None
    if isinstance(base, t.Elementary) and base.kind != "bool" and (high < base.low or low > base.high):
        body.report("case_never", label.span, name=str(low), type=base.name)
    return low, high


def _constant(body: Body, value: tree.Expr, kind: DataType | None) -> int | None:
    was, body.constant = body.constant, True
    found = typed(body, value, kind)
    body.constant = was
    if found is None:
        return None
    if not isinstance(found.expr, ir.Const):
        body.report("not_constant", value.span)
        return None
    number = found.expr.value
    if isinstance(kind, t.Text):
        if isinstance(number, str) and len(number) == 1:
            return ord(number)
        if isinstance(number, str) and kind.length > 1:
            body.failed = True
            return None
        body.report("mismatch", value.span, given=kinds.spell(found.type), wanted="CHAR")
        return None
    if kind is None and not isinstance(number, int):
        return None
    fits = isinstance(number, int) and (not isinstance(number, bool) or (kind is not None and kind == t.BOOL))
    enums = isinstance(found.type, t.Enum) and isinstance(kind, t.Enum) and found.type != kind
    if not fits or enums or not isinstance(number, int):
        body.report("mismatch", value.span, given=kinds.spell(found.type), wanted=kinds.spell(kind))
        return None
    return int(number)
