"""What SCL has beside the standard: addresses, DTL, types that are asked for, MUX with ELSE, instances by two names."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assay.skills.plc.front import tree
from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.ir.types import DataType
from assay.skills.plc.typed import kinds, resolve
from assay.skills.plc.typed.body import Body, Typed
from assay.skills.plc.typed.symbols import Pou, TypeName

if TYPE_CHECKING:
    from assay.skills.plc.typed.meaning import Meaning

#: Blocks, timers, counters, inputs, outputs, memory and the open data block, German and international.
_ABSOLUTE = re.compile(
    r"(DB|DI|FB|FC|OB|SDB|SFB|SFC|UDT|VAT|T|C|Z)\d+|P?[IEAQ][BWDX]?\d*|M[BWDX]?\d*|(DB|DI|D|L)[BWDX]\d*|OK|EN"
)
#: Functions behind whose name the type of what they work on may stand.
_WITH_TYPE = re.compile(
    r"(NORM_X|SCALE_X|MIN|MAX|LIMIT|SEL|MUX|ABS|SQR|SQRT|LN|EXP|SIN|COS|TAN|ASIN|ACOS|ATAN|FRAC|EXPT|SHL|SHR|ROL|ROR|MOVE|"
    rf"SWAP|LEN|LEFT|RIGHT|MID|CONCAT|INSERT|DELETE|REPLACE|FIND|ENCO|DECO)_({'|'.join(t.ELEMENTARY)}|W?STRING|W?CHAR)"
)
_ASKS = frozenset({"TYPEOF", "TYPEOFELEMENTS", "TYPEOFDB"})


def is_absolute(key: str) -> bool:
    """Whether an upper-case name is an address or the number of a block, which no file declares."""
    return _ABSOLUTE.fullmatch(key) is not None


def without_type(name: str, expr: tree.Call, want: DataType | None) -> tuple[str, tree.Call, DataType | None]:
    """``LIMIT_REAL(..)``, ``SCALE_X_INT(..)`` as LIMIT and SCALE_X whose result is of that type; STEP 7's ``EXPD(x)``
    as ten to the power of x."""
    if not isinstance(expr.target, tree.NameExpr):
        return name, expr, want
    if name == "EXPD" and len(expr.arguments) == 1:
        span = expr.target.span
        ten = tree.Argument(None, ":=", tree.Literal_("real", 10.0, None, "10.0", span), span)
        return "EXPT", _renamed(expr, expr.target, "EXPT", (ten, replace(expr.arguments[0], name=None))), want
    found = _WITH_TYPE.fullmatch(name)
    if found is None:
        return name, expr, want
    return found[1], _renamed(expr, expr.target, found[1], expr.arguments), t.ELEMENTARY.get(found[2], want)


def _renamed(expr: tree.Call, target: tree.NameExpr, name: str, arguments: tuple[tree.Argument, ...]) -> tree.Call:
    return replace(expr, target=replace(target, name=replace(target.name, text=name)), arguments=arguments)


def asks_type(expr: tree.Expr) -> bool:
    """``TypeOf(x)`` and its kin: what it is compared with is a type, not a value."""
    while isinstance(expr, tree.Paren):
        expr = expr.inner
    return isinstance(expr, tree.Call) and isinstance(expr.target, tree.NameExpr) and expr.target.name.key in _ASKS


def declares(body: Body) -> bool:
    """Whether the unit at hand declares anything, so that a name it does not declare is wrong rather than cut off."""
    return body.pou is not None and bool(body.pou.all_vars())


def is_external(body: Body, target: tree.Expr, close: str) -> bool:
    """Whether what is called and declared nowhere may be another block of the project: a name in quotes always, another
    one unless it is nearly a name that is known (``close``)."""
    if body.env.dialect != "scl" or not isinstance(target, tree.NameExpr):
        return False
    return target.sigil == '"' or (target.sigil == "" and not close)


def data_outside(body: Body, base: tree.Expr) -> Meaning:
    """``Plant`` of ``Plant.level`` that nothing here declares: a data block of the project, unless it is nearly the
    name of something known. None for anything else."""
    from assay.skills.plc.typed.meaning import own_meaning, silent, unknown

    if body.env.dialect != "scl" or not isinstance(base, tree.NameExpr) or base.sigil or not declares(body):
        return None
    key = base.name.key
    known = key in ("ENO", "THIS", "SUPER") or is_absolute(key) or body.world.find(body.env, key) is not None
    if known or key in body.world.members or own_meaning(body, base.name) is not None:
        return None
    near = tuple(one.name for one in body.pou.all_vars()) if body.pou is not None else ()
    if body.world.close(key, near) or body.world.report.lenient is False:
        return None
    unknown(body, base.name, external=True)
    return silent(body)


def block_outside(body: Body, target: tree.NameExpr) -> Meaning:
    """A block in quotes that has the name of a standard function and is another block of the project."""
    from assay.skills.plc.typed.meaning import silent

    name = target.name.text
    body.report("unknown_function", target.span, once=name.upper(), name=name, close="", external=True)
    return silent(body)


def instance_of(body: Body, target: tree.Expr) -> tree.NameExpr | None:
    """``FB10.DB11(..)``, ``"Valve"."Valve_DB"(..)``: the data block, when the first part is a function block."""
    if not (isinstance(target, tree.Member) and isinstance(target.base, tree.NameExpr) and target.base.sigil != "#"):
        return None
    symbol = body.world.find(body.env, target.base.name.key)
    if not (isinstance(symbol, Pou) and symbol.node.kind == "FUNCTION_BLOCK" and not symbol.env.library):
        return None
    return tree.NameExpr(target.name, target.span, '"')


def is_character(kind: DataType, element: Typed) -> bool:
    """Whether an element of a string stands where text is wanted: IEC's 3rd edition gives it as a character, compilers
    of the 2nd as its code."""
    code = element.expr.operand if isinstance(element.expr, ir.Convert) else None
    return isinstance(kind, t.Text) and isinstance(code, ir.Builtin) and code.name == "__CODE"


#: Times and the integers that count their milliseconds.
_COUNTED = tuple(map(frozenset, ({"TIME", "DINT"}, {"TIME", "DWORD"}, {"TOD", "UDINT"}, {"TOD", "DWORD"})))
#: Types whose bits SCL takes for each other.
_SAME_BITS = tuple(
    map(
        frozenset,
        (
            {"DATE", "UINT"}, {"DATE", "WORD"}, {"REAL", "DWORD"}, {"LREAL", "LWORD"}, {"LTIME", "LINT"},
            {"LTIME", "LWORD"}, {"LTOD", "ULINT"}, {"LTOD", "LWORD"}, {"LDT", "ULINT"}, {"LDT", "LWORD"},
        ),
    )
)  # fmt: skip


def implicit(body: Body, found: Typed, kind: DataType, span: Span) -> ir.Expr | None:
    """A value that SCL takes for another type without being asked, beyond what the standard allows: cut to fewer bits,
    counted milliseconds (both run, with a warning), copied bits, moments and structures that are alike (typed only)."""
    from assay.skills.plc.typed.convert import converted

    source = found.type
    if alike(source, kind):
        return unrun(body, kind, span).expr
    if is_dtl(source) != is_dtl(kind) and kinds.is_kind(kind if is_dtl(source) else source, "dt"):
        return unrun(body, kind, span).expr
    if not (isinstance(source, t.Elementary) and isinstance(kind, t.Elementary)):
        return None
    names = frozenset({source.name, kind.name})
    cut = all(one.kind in ("int", "bits") for one in (source, kind))
    if cut or names in _COUNTED:
        body.report("loss", span, given=kinds.spell(source), wanted=kinds.spell(kind))
        return converted(found.expr, kind)
    if names in _SAME_BITS:
        body.report("loss", span, given=kinds.spell(source), wanted=kinds.spell(kind))
        return unrun(body, kind, span).expr
    return None


def alike(given: DataType, wanted: DataType) -> bool:
    """Whether SCL takes two types for one: structures without a name whose fields are the same."""
    match given, wanted:
        case t.Struct(), t.Struct() if given != wanted:
            nameless = "." in given.name or "." in wanted.name
            pairs = zip(given.fields, wanted.fields, strict=False)
            same = all(one.upper() == other.upper() and alike(a, b) for (one, a), (other, b) in pairs)
            return nameless and len(given.fields) == len(wanted.fields) and same
        case t.Array(), t.Array():
            return given.bounds == wanted.bounds and alike(given.element, wanted.element)
    return given == wanted


# --- DTL ------------------------------------------------------------------------------------------------------------


def is_dtl(kind: DataType) -> bool:
    """Whether a type is DTL."""
    return isinstance(kind, t.Struct) and kind.name.upper() == "DTL"


def dtl_type(body: Body, span: Span) -> DataType | None:
    """The structure DTL of the library."""
    symbol = body.world.names.get("DTL")
    return resolve.type_of_name(body.world, symbol, span) if isinstance(symbol, TypeName) else None


def dtl_constant(body: Body, expr: tree.Literal_) -> Typed | None:
    """``DTL#2024-02-29-12:30:00.5`` as the fields of the structure; WEEKDAY counts from Sunday = 1."""
    kind = dtl_type(body, expr.span)
    if kind is None or not isinstance(expr.value, int):
        return None
    seconds, nano = divmod(expr.value, 1_000_000_000)
    days, rest = divmod(seconds, 86_400)
    try:
        day = datetime.date(1970, 1, 1) + datetime.timedelta(days=days)
    except OverflowError:
        return None
    fields: tuple[tuple[str, ir.Value], ...] = (
        ("YEAR", day.year), ("MONTH", day.month), ("DAY", day.day), ("WEEKDAY", day.isoweekday() % 7 + 1),
        ("HOUR", rest // 3600), ("MINUTE", rest // 60 % 60), ("SECOND", rest % 60), ("NANOSECOND", nano),
    )  # fmt: skip
    return Typed(ir.Const(fields, kind, expr.span))


def moments(body: Body, op: str, left: Typed, right: Typed, span: Span) -> Typed | None:
    """Differences, sums and comparisons of DTL: typed and not run. None for other operands."""
    a, b = (is_dtl(one.type) for one in (left, right))
    times = isinstance(right.type, t.Elementary) and right.type.kind == "time"
    result: DataType | None = None
    pair = is_character(left.type, right) or is_character(right.type, left)
    if pair and body.env.dialect == "iec" and op in ("eq", "ne", "lt", "le", "gt", "ge"):
        result = t.BOOL
    if a and b and op in ("eq", "ne", "lt", "le", "gt", "ge"):
        result = t.BOOL
    elif a and b and op == "sub":
        result = t.TIME
    elif a and times and op in ("add", "sub"):
        result = left.type
    return None if result is None else unrun(body, result, span)


def unrun(body: Body, kind: DataType, span: Span) -> Typed:
    """A value of a known type that nothing here computes: the unit is typed and left out of what runs."""
    from assay.skills.plc.typed.initials import default_constant

    body.unsupported("vendor", span)
    body.failed = True
    return Typed(default_constant(kind, span))


def dtl_conversion(body: Body, name: str, found: Typed, span: Span) -> Typed | None:
    """``DTL_TO_DATE``, ``DTL_TO_TOD``, ``DT_TO_DTL`` and the like; None for other names."""
    source, _, goal = name.partition("_TO_")
    if is_dtl(found.type) and source in ("DTL", "") and goal in ("DATE", "TOD", "LTOD", "DT", "LDT"):
        return unrun(body, t.ELEMENTARY[goal], span)
    kind = dtl_type(body, span) if goal == "DTL" else None
    dated = isinstance(found.type, t.Elementary) and found.type.kind in ("date", "dt")
    return unrun(body, kind, span) if kind is not None and dated else None


# --- MUX ------------------------------------------------------------------------------------------------------------


def mux_else(body: Body, expr: tree.Call, want: DataType | None) -> Typed | None:
    """``MUX(K := k, IN0 := a, IN1 := b, INELSE := c)``: c where k names no input."""
    from assay.skills.plc.typed.convert import converted
    from assay.skills.plc.typed.exprs import typed
    from assay.skills.plc.typed.functions import Call, Given, same
    from assay.skills.plc.typed.standard import long

    named = {one.name.key: one.value for one in expr.arguments if one.name is not None and one.value is not None}
    inputs = sorted((int(key[2:]), value) for key, value in named.items() if re.fullmatch(r"IN\d+", key))
    if "K" not in named or [number for number, _ in inputs] != list(range(len(inputs))) or not inputs:
        least = len(inputs) + 2
        body.report("too_few", expr.span, name="MUX", least=max(3, least), most=0, given=len(expr.arguments))
        return None
    values = [*(value for _, value in inputs), named["INELSE"]]
    given: Given = []
    for value in values:
        found = typed(body, value, want)
        if found is None:
            return None
        given.append((found, value.span))
    selector = typed(body, named["K"])
    call = Call(body, "MUX", expr.span, want)
    place = None if selector is None else long(call, selector, named["K"].span)
    shared = same(call, given)
    if place is None or shared is None:
        return None
    held = ir.Load(body.keep(place), t.LINT, expr.span)
    last = ir.Const(len(inputs), t.LINT, expr.span)
    below = ir.Binary("lt", held, ir.Const(0, t.LINT, expr.span), t.BOOL, expr.span)
    beyond = ir.Binary("or", below, ir.Binary("gt", held, last, t.BOOL, expr.span), t.BOOL, expr.span)
    index = ir.Builtin("SEL", (beyond, held, last), t.LINT, expr.span)
    return Typed(converted(ir.Builtin("MUX", (index, *shared[1]), shared[0], expr.span), shared[0]))
