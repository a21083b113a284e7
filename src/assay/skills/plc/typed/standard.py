"""The standard functions of IEC 61131-3 and what vendors add: the rule of each, and the table of all."""

from __future__ import annotations

from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.ir.types import DataType
from assay.skills.plc.typed import kinds
from assay.skills.plc.typed.body import Typed
from assay.skills.plc.typed.conversions import applied
from assay.skills.plc.typed.convert import coerce, condition, converted
from assay.skills.plc.typed.functions import Call, Given, Standard, built, refuse, same
from assay.skills.plc.typed.operators import combine, scaled


def _abs(call: Call, given: Given) -> Typed | None:
    found = same(call, given, ("int", "real", "time", "bits"))
    return None if found is None else built(call, call.name, found[1], found[0])


def real_type(call: Call, given: Given) -> DataType | None:
    """REAL or LREAL for functions of reals; integers are converted."""
    kind: DataType | None = None
    for one, _ in given:
        if one.loose and kinds.is_kind(one.type, "int", "real", "bits"):
            continue
        base = t.base_of(one.type)
        if not (isinstance(base, t.Elementary) and base.kind in ("int", "real", "bits")):
            refuse(call, [(one, call.span)])
            return None
        mine = base if base.kind == "real" else t.REAL if base.bits <= 16 else t.LREAL
        kind = t.LREAL if t.LREAL in (kind, mine) else mine
    return kind or (t.LREAL if call.want == t.LREAL else t.REAL)


def _real(call: Call, given: Given) -> Typed | None:
    kind = real_type(call, given)
    if kind is None:
        return None
    out = [coerce(call.body, one, kind, span) if one.loose else converted(one.expr, kind) for one, span in given]
    good = [one for one in out if one is not None]
    return built(call, call.name, good, kind) if len(good) == len(out) else None


def _whole(call: Call, given: Given) -> Typed | None:
    """TRUNC, ROUND, CEIL, FLOOR and their kin: a real as an integer."""
    kind = real_type(call, given)
    if kind is None:
        return None
    one, span = given[0]
    expr = coerce(call.body, one, kind, span) if one.loose else converted(one.expr, kind)
    if expr is None:
        return None
    stem, _, suffix = call.name.partition("_")
    goal: DataType = t.ELEMENTARY.get(suffix, t.DINT)
    if not suffix and call.want is not None and kinds.is_kind(call.want, "int"):
        goal = t.base_of(call.want)
    if stem == "ROUND" and call.want is not None and kinds.is_kind(call.want, "real") and not suffix:
        return Typed(converted(ir.Convert(expr, t.LINT, call.span), t.base_of(call.want)))
    if stem in ("CEIL", "FLOOR"):
        expr = built(call, stem, [expr], kind).expr
    return Typed(converted(expr, goal, truncate=stem == "TRUNC"))


def _ordered(call: Call, given: Given) -> Typed | None:
    if len(given) == 1:
        return given[0][0]
    found = same(call, given)
    if found is None:
        return None
    if not isinstance(t.base_of(found[0]), (t.Elementary, t.Text)):
        refuse(call, given)
        return None
    return built(call, call.name, found[1], found[0])


def _select(call: Call, given: Given) -> Typed | None:
    gate = condition(call.body, given[0][0], given[0][1])
    found = same(call, given[1:])
    return None if found is None or gate is None else Typed(
        ir.Builtin("SEL", (gate, *found[1]), found[0], call.span)
    )  # fmt: skip


def long(call: Call, one: Typed, span: Span) -> ir.Expr | None:
    """A number of places, of characters and the like, as LINT."""
    if not (kinds.is_kind(one.type, "int", "bits") or isinstance(one.type, t.Enum)):
        call.body.report("mismatch", span, given=kinds.spell(one.type), wanted="INT")
        return None
    return converted(one.expr, t.LINT)


def _mux(call: Call, given: Given) -> Typed | None:
    place = long(call, *given[0])
    found = same(call, given[1:])
    if place is None or found is None:
        return None
    return Typed(ir.Builtin("MUX", (place, *found[1]), found[0], call.span))


def _shift(call: Call, given: Given) -> Typed | None:
    (one, span), places = given[0], long(call, *given[1])
    kind = t.base_of(one.type)
    if one.loose:
        kind = t.base_of(call.want) if call.want is not None and kinds.is_kind(call.want, "bits", "int") else kind
    if not (isinstance(kind, t.Elementary) and kind.kind in ("bits", "int", "bool")) or places is None:
        if places is not None:
            refuse(call, given[:1])
        return None
    expr = coerce(call.body, one, kind, span)
    return None if expr is None else built(call, call.name, [expr, places], kind)


def _text(call: Call, given: Given) -> Typed | None:
    texts: list[t.Text] = []
    out: list[ir.Expr] = []
    number = {"LEFT": 1, "RIGHT": 1, "MID": 1, "LEN": 1, "DELETE": 1, "CONCAT": 99}.get(call.name, 2)
    for place, (one, span) in enumerate(given):
        if place < number:
            if not isinstance(one.type, t.Text):
                call.body.report("mismatch", span, given=kinds.spell(one.type), wanted="STRING")
                return None
            texts.append(one.type)
            out.append(one.expr)
            continue
        places = long(call, one, span)
        if places is None:
            return None
        out.append(places)
    if call.name in ("LEN", "FIND"):
        return Typed(ir.Builtin(call.name, tuple(out), t.INT, call.span))
    grows = call.name in ("CONCAT", "INSERT", "REPLACE")
    length = min(sum(one.length for one in texts), 65_535) if grows else texts[0].length
    return Typed(ir.Builtin(call.name, tuple(out), t.Text(texts[0].wide, length), call.span))


def _operator(call: Call, given: Given) -> Typed | None:
    op = _OPERATORS[call.name]
    found, last = given[0][0], None
    compare = op in ("eq", "ne", "lt", "le", "gt", "ge")
    whole: Typed | None = None
    for one, _ in given[1:]:
        left = last if compare and last is not None else found
        made = combine(call.body, op, left, one, call.span, call.want)
        if made is None:
            return None
        last = one
        if not compare:
            found = made
        else:
            whole = made if whole is None else combine(call.body, "and", whole, made, call.span)
    return whole if compare else found


def _not(call: Call, given: Given) -> Typed | None:
    found = same(call, given, ("bool", "bits", "int"))
    return None if found is None else Typed(ir.Unary("not", found[1][0], found[0], call.span))


def _move(call: Call, given: Given) -> Typed | None:
    return given[0][0]


def _time_by_number(call: Call, given: Given) -> Typed | None:
    one, number = given[0][0], given[1][0]
    if not kinds.is_kind(one.type, "time") or not kinds.is_kind(number.type, "int", "real", "bits"):
        refuse(call, given)
        return None
    return scaled(call.body, "mul" if call.name.startswith("MUL") else "div", one, number, call.span)


def _longs(call: Call, given: Given) -> Typed | None:
    out = [long(call, one, span) for one, span in given]
    good = [one for one in out if one is not None]
    kind = t.ELEMENTARY[call.name.removeprefix("CONCAT_")]
    return Typed(ir.Builtin(call.name, tuple(good), kind, call.span)) if len(good) == len(out) else None


def _concat_dt(call: Call, given: Given) -> Typed | None:
    out = [long(call, one, span) for one, span in given]
    good = [one for one in out if one is not None]
    if len(good) != len(out):
        return None
    zero = ir.Const(0, t.LINT, call.span)
    good += [zero] * (7 - len(good))
    date = ir.Builtin("CONCAT_DATE", tuple(good[:3]), t.DATE, call.span)
    time = ir.Builtin("CONCAT_TOD", tuple(good[3:]), t.TOD, call.span)
    return Typed(ir.Binary("add", date, time, t.DT, call.span))


def _of_date(call: Call, given: Given) -> Typed | None:
    one, _ = given[0]
    if not kinds.is_kind(one.type, "date", "dt"):
        refuse(call, given)
        return None
    expr = one.expr if kinds.is_kind(one.type, "date") else converted(one.expr, t.DATE)
    return Typed(ir.Builtin(call.name, (expr,), t.INT, call.span))


def _valid(call: Call, given: Given) -> Typed | None:
    one, _ = given[0]
    if not kinds.is_kind(one.type, "real"):
        return Typed(ir.Const(True, t.BOOL, call.span))
    return Typed(ir.Builtin("__FINITE", (one.expr,), t.BOOL, call.span))


def _is_bcd(call: Call, given: Given) -> Typed | None:
    one, _ = given[0]
    if not kinds.is_kind(one.type, "bits"):
        refuse(call, given)
        return None
    return Typed(ir.Builtin("__IS_BCD", (one.expr,), t.BOOL, call.span))


def _char(call: Call, given: Given) -> Typed | None:
    return applied(call.body, given[0][0], t.Text(False, 1), call.span)


_IN2 = ("IN1", "IN2")
_OPERATORS: dict[str, ir.BinaryOp] = {
    "ADD": "add", "SUB": "sub", "MUL": "mul", "DIV": "div", "MOD": "mod", "AND": "and", "OR": "or", "XOR": "xor",
    "EXPT": "pow", "GT": "gt", "GE": "ge", "EQ": "eq", "LE": "le", "LT": "lt", "NE": "ne", "POW": "pow",
    "ADD_TIME": "add", "SUB_TIME": "sub", "ADD_TOD_TIME": "add", "ADD_DT_TIME": "add", "SUB_DATE_DATE": "sub",
    "SUB_TOD_TIME": "sub", "SUB_TOD_TOD": "sub", "SUB_DT_TIME": "sub", "SUB_DT_DT": "sub", "CONCAT_DATE_TOD": "add",
    "ADD_LTIME": "add", "SUB_LTIME": "sub", "ADD_LTOD_LTIME": "add", "ADD_LDT_LTIME": "add", "SUB_LDATE_LDATE": "sub",
    "SUB_LTOD_LTIME": "sub", "SUB_LTOD_LTOD": "sub", "SUB_LDT_LTIME": "sub", "SUB_LDT_LDT": "sub",
    "CONCAT_DATE_LTOD": "add", "T_ADD": "add", "T_SUB": "sub", "T_DIFF": "sub", "T_COMBINE": "add",
}  # fmt: skip


def _table() -> dict[str, Standard]:
    one = ("IN",)
    table = {
        name: Standard(one, _real, 1, hint=True)
        for name in ("SQRT", "LN", "LOG", "EXP", "SIN", "COS", "TAN", "ASIN", "ACOS", "ATAN", "FRAC")
    }
    table |= {
        name: Standard(one, _whole, 1)
        for base in ("TRUNC", "ROUND", "CEIL", "FLOOR")
        for name in (base, f"{base}_INT", f"{base}_DINT", f"{base}_LINT", f"{base}_SINT")
    }
    long_operators = ("ADD", "MUL", "AND", "OR", "XOR", "GT", "GE", "EQ", "LE", "LT")
    table |= {name: Standard(_IN2, _operator, 2, more=name in long_operators, hint=True) for name in _OPERATORS}
    table |= {
        "EXPT": Standard(_IN2, _operator, 2, hint=True),
        "ABS": Standard(one, _abs, 1, hint=True),
        "SQR": Standard(one, _abs, 1, hint=True),
        "ATAN2": Standard(("Y", "X"), _real, 2, hint=True),
        "MIN": Standard(_IN2, _ordered, 1, more=True, hint=True),
        "MAX": Standard(_IN2, _ordered, 1, more=True, hint=True),
        "LIMIT": Standard(("MN", "IN", "MX"), _ordered, 3, hint=True),
        "SEL": Standard(("G", "IN0", "IN1"), _select, 3, hint=True),
        "MUX": Standard(("K", "IN0"), _mux, 2, more=True, hint=True),
        "NOT": Standard(one, _not, 1),
        "MOVE": Standard(one, _move, 1, hint=True),
        "SWAP": Standard(one, _shift_one, 1),
        "CONCAT": Standard(_IN2, _text, 1, more=True),
        "LEN": Standard(one, _text, 1),
        "LEFT": Standard(("IN", "L"), _text, 2),
        "RIGHT": Standard(("IN", "L"), _text, 2),
        "MID": Standard(("IN", "L", "P"), _text, 3),
        "INSERT": Standard(("IN1", "IN2", "P"), _text, 3),
        "DELETE": Standard(("IN", "L", "P"), _text, 3),
        "REPLACE": Standard(("IN1", "IN2", "L", "P"), _text, 4),
        "FIND": Standard(_IN2, _text, 2),
        "CONCAT_DATE": Standard(("YEAR", "MONTH", "DAY"), _longs, 3),
        "CONCAT_TOD": Standard(("HOUR", "MINUTE", "SECOND", "MILLISECOND"), _longs, 4),
        "CONCAT_DT": Standard(
            ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "MILLISECOND"), _concat_dt, 6
        ),
        "__YEAR": Standard(one, _of_date, 1),
        "__MONTH": Standard(one, _of_date, 1),
        "__DAY": Standard(one, _of_date, 1),
        "DAY_OF_WEEK": Standard(one, _of_date, 1),
        "IS_VALID": Standard(one, _valid, 1),
        "IS_VALID_BCD": Standard(one, _is_bcd, 1),
        "CHR": Standard(one, _char, 1),
    }  # fmt: skip
    table |= {name: Standard(("IN", "N"), _shift, 2, hint=True) for name in ("SHL", "SHR", "ROL", "ROR")}
    by_number = ("MULTIME", "DIVTIME", "MUL_TIME", "DIV_TIME", "MUL_LTIME", "DIV_LTIME")
    return table | {name: Standard(_IN2, _time_by_number, 2) for name in by_number}


def _shift_one(call: Call, given: Given) -> Typed | None:
    kind = t.base_of(given[0][0].type)
    if not (isinstance(kind, t.Elementary) and kind.kind in ("bits", "int")):
        refuse(call, given)
        return None
    return built(call, call.name, [given[0][0].expr], kind)


TABLE: dict[str, Standard] = _table()
