"""The standard functions, by name: which arguments they take and what they become."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assay.skills.plc.front import tree
from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.ir.types import DataType
from assay.skills.plc.typed import constants, kinds, siemens
from assay.skills.plc.typed.body import Body, Typed
from assay.skills.plc.typed.conversions import conversion, is_conversion, names_types
from assay.skills.plc.typed.convert import coerce
from assay.skills.plc.typed.operators import loose_one
from assay.skills.plc.typed.world import nearest

Given = list[tuple[Typed, Span]]
Rule = Callable[["Call", Given], Typed | None]


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a standard function."""

    body: Body
    name: str
    span: Span
    want: DataType | None


@dataclass(frozen=True, slots=True)
class Standard:
    """``names`` of the arguments; ``more``: the last counts on (IN1, IN2 ..); ``least``: how many there must be."""

    names: tuple[str, ...]
    rule: Rule
    least: int
    more: bool = False
    hint: bool = False


def standard(body: Body, name: str, expr: tree.Call, want: DataType | None) -> Typed | ir.Invoke | None:
    """A call of a standard function or conversion by its upper-case name."""
    from assay.skills.plc.typed import special
    from assay.skills.plc.typed.calls import arguments_alone, spelled, unknown_function
    from assay.skills.plc.typed.standard import TABLE

    if body.env.dialect == "scl" and name not in TABLE:
        name, expr, want = siemens.without_type(name, expr, want)
    made = special.special(body, name, expr, want)
    if made is not special.NONE:
        return made if isinstance(made, Typed) else None
    found = TABLE.get(name)
    if found is None and is_conversion(name):
        return _conversion(body, name, expr)
    if found is None and body.pou is not None and body.pou.incomplete():
        # It may be a method of the base that is not here.
        arguments_alone(body, expr)
        body.failed = True
        return None
    if found is None:
        close = nearest(name, tuple(TABLE)) if len(name) > 3 else ""
        close = close or body.world.close(name)
        unknown_function(body, expr, spelled(expr.target), close)
        return None
    given = _arguments(body, name, found, expr, want)
    if given is None:
        return None
    made_ = found.rule(Call(body, name, expr.span, want), given)
    return _enabled(body, expr, made_)


def _enabled(body: Body, expr: tree.Call, made: Typed | None) -> Typed | None:
    """EN and ENO of a standard function: the value is there at any rate."""
    for one in expr.arguments:
        if one.name is not None and one.name.key in ("EN", "ENO"):
            body.unsupported("en", one.span)
    return made


def _conversion(body: Body, name: str, expr: tree.Call) -> Typed | None:
    from assay.skills.plc.typed.calls import spelled, unknown_function
    from assay.skills.plc.typed.exprs import typed

    values = [one for one in expr.arguments if one.value is not None and _plain_name(one) not in ("EN", "ENO")]
    if not names_types(body, name):
        unknown_function(body, expr, spelled(expr.target), nearest(name, _conversion_names(), 0.9))
        return None
    if len(values) != 1:
        key = "too_few" if not values else "too_many"
        body.report(key, expr.span, name=spelled(expr.target), least=1, most=1, given=len(values))
        return None
    value = values[0].value
    assert value is not None
    found = typed(body, value)
    if found is None:
        return None
    failed, body.failed = body.failed, False
    made = conversion(body, name, found, value.span)
    if made is None and not body.failed:
        body.failed = True
        unknown_function(body, expr, spelled(expr.target), nearest(name, _conversion_names(), 0.9))
    body.failed = body.failed or failed
    return made


def _conversion_names() -> tuple[str, ...]:
    names = [one for one in t.ELEMENTARY if "_" not in one] + ["STRING"]
    return tuple(f"{one}_TO_{other}" for one in names for other in names)


def _plain_name(argument: tree.Argument) -> str:
    return "" if argument.name is None else argument.name.key


def _arguments(body: Body, name: str, found: Standard, expr: tree.Call, want: DataType | None) -> Given | None:
    """The arguments in the order of the function's own names."""
    from assay.skills.plc.typed.exprs import typed

    values: dict[int, tree.Expr] = {}
    for place, one in enumerate(one for one in expr.arguments if _plain_name(one) not in ("EN", "ENO")):
        where = place if one.name is None else _position(found, one.name.key, name)
        if where is None:
            body.report("unknown_argument", one.span, name=_plain_name(one), unit=name,
                        close=nearest(_plain_name(one), found.names))  # fmt: skip
            return None
        if one.value is not None:
            values[where] = one.value
    most = None if found.more else len(found.names)
    if len(values) < found.least or (most is not None and len(values) > most):
        key = "too_few" if len(values) < found.least else "too_many"
        body.report(key, expr.span, name=name, least=found.least, most=most or 0, given=len(values))
        return None
    hint = want if found.hint and want is not None and not isinstance(want, (t.Block, t.Interface)) else None
    given = [(typed(body, values[one], hint), values[one].span) for one in sorted(values)]
    good = [(one, span) for one, span in given if one is not None]
    return good if len(good) == len(given) else None


#: What vendors call the arguments of the functions of strings; the S7-300's LEN takes S.
_OTHER_NAMES = {"STR": ("IN",), "STR1": ("IN1",), "STR2": ("IN2",), "SIZE": ("L",), "LEN": ("L",), "POS": ("P",)}


def _position(found: Standard, key: str, name: str) -> int | None:
    if key in found.names:
        return found.names.index(key)
    stem = found.names[-1].rstrip("0123456789")
    digits = key[len(stem) :]
    if found.more and key.startswith(stem) and digits.isdigit():
        first = int(found.names[-1][len(stem) :] or 0)
        return len(found.names) - 1 + int(digits) - first
    other = ("IN",) if (name, key) == ("LEN", "S") else _OTHER_NAMES.get(key, ())
    return next((found.names.index(one) for one in other if one in found.names), None)


# --- common types of several arguments ------------------------------------------------------------------------------


def shared(call: Call, given: Given) -> DataType | None:
    """The type that all arguments take."""
    kind: DataType | None = None
    for one, _ in given:
        if one.loose:
            continue
        if kind is None:
            kind = one.type
            continue
        found = kinds.common(kind, one.type)
        kind = None if found is None else found[0]
        if kind is None:
            return None
    if kind is None:
        kind = _all_loose(call, given)
    for one, _ in given:
        if one.loose and kind is not None:
            fitting = loose_one(one, kind, call.want)
            if fitting is None:
                found = kinds.common(kind, one.type)
                fitting = None if found is None else found[0]
            kind = kind if kinds.is_kind(kind, "real") and fitting is not None else fitting
    return kind


def _all_loose(call: Call, given: Given) -> DataType | None:
    numbers = all(kinds.is_number(one.type) or kinds.is_kind(one.type, "bits") for one, _ in given)
    if numbers and call.want is not None and kinds.is_number(call.want):
        real = any(kinds.is_kind(one.type, "real") for one, _ in given)
        if not real or kinds.is_kind(call.want, "real"):
            return t.base_of(call.want)
    kind = given[0][0].type
    for one, _ in given[1:]:
        found = kinds.common(kind, one.type)
        if found is None:
            return None
        kind = found[0]
    return kind


def same(call: Call, given: Given, allowed: tuple[str, ...] | None = None) -> tuple[DataType, list[ir.Expr]] | None:
    """The arguments in their common type. ``allowed``: kinds of elementary types."""
    kind = shared(call, given)
    if kind is None or (allowed is not None and not kinds.is_kind(kind, *allowed)):
        refuse(call, given)
        return None
    out = [coerce(call.body, one, kind, span) for one, span in given]
    good = [one for one in out if one is not None]
    return (kind, good) if len(good) == len(out) else None


def refuse(call: Call, given: Given) -> None:
    """One finding for types that a function does not take."""
    if len(given) == 1:
        call.body.report("operand", call.span, op=call.name, given=kinds.spell(given[0][0].type))
    else:
        left, right = (kinds.spell(one.type) for one in (given[0][0], given[-1][0]))
        call.body.report("operands", call.span, op=call.name, left=left, right=right)


def built(call: Call, name: str, arguments: list[ir.Expr], kind: DataType) -> Typed:
    """A builtin, computed at once when all arguments are constants and it can be."""
    values = [one.value for one in arguments if isinstance(one, ir.Const)]
    if len(values) == len(arguments):
        found = constants.builtin(name, list(values), kind)
        if isinstance(found, (bool, int, float, str)):
            return Typed(ir.Const(found, kind, call.span))
    return Typed(ir.Builtin(name, tuple(arguments), kind, call.span))
