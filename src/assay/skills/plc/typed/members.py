"""What ``base.name`` stands for: a field, a variable, property or method of an instance, a name of a namespace."""

from __future__ import annotations

from assay.skills.plc.front import tree
from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.typed import kinds, resolve, siemens
from assay.skills.plc.typed.body import Body, Typed, const
from assay.skills.plc.typed.meaning import (
    Accessed,
    Bound,
    Meaning,
    Named,
    Spot,
    SuperBase,
    base_of,
    constant_of,
    followed,
    global_spot,
    meaning,
    member_of,
    of_pou,
    own_meaning,
    silent,
    spot_of,
    unknown,
)
from assay.skills.plc.typed.symbols import GlobalList, Pou, Space, Symbol, TypeName, Var
from assay.skills.plc.typed.world import nearest


def member(body: Body, expr: tree.Member) -> Meaning:
    """``base.name``."""
    if isinstance(expr.base, tree.DirectVar) and expr.base.text.upper().startswith("%DB"):
        body.unsupported("vendor", expr.span)
        return silent(body)
    if expr.name.text.startswith("%"):
        meaning(body, expr.base)
        body.unsupported("vendor", expr.span)
        return silent(body)
    dotted = _whole_path(body, expr)
    if dotted is not None:
        return dotted
    base = siemens.data_outside(body, expr.base) or base_of(body, expr.base)
    match base:
        case None:
            body.failed = True
            return None
        case Named():
            return _of_symbol(body, base.symbol, expr)
        case Spot():
            return member_place(body, base, expr.name, expr.span)
        case Typed():
            if isinstance(base.type, t.Interface):
                return member_place(body, Spot(ir.Followed(base.expr, base.type, expr.span)), expr.name, expr.span)
            return member_place(body, Spot(body.keep(base.expr)), expr.name, expr.span)
        case Accessed():
            from assay.skills.plc.typed.calls import read_property

            read = read_property(body, base, expr.span)
            inner = followed(body, read)
            if isinstance(inner, Spot):
                return member_place(body, inner, expr.name, expr.span)
            if read is None:
                return None
            if isinstance(read.type, t.Interface):
                return member_place(body, Spot(ir.Followed(read.expr, read.type, expr.span)), expr.name, expr.span)
            return member_place(body, Spot(body.keep(read.expr)), expr.name, expr.span)
        case SuperBase():
            return _of_super(body, base, expr.name)
        case Bound():
            body.report("no_members", expr.base.span, name=base.method.name, type="METHOD")
    return None


def _whole_path(body: Body, expr: tree.Member) -> Meaning:
    """A dotted name that is declared as a whole, when its first part is no variable here."""
    parts: list[tree.Name] = [expr.name]
    base = expr.base
    while isinstance(base, tree.Member):
        parts.append(base.name)
        base = base.base
    if not isinstance(base, tree.NameExpr) or base.sigil == "#":
        return None
    parts.append(base.name)
    if own_meaning(body, base.name) is not None:
        return None
    keys = tuple(one.key for one in reversed(parts))
    for depth in range(len(body.env.namespace), -1, -1):
        symbol = body.world.names.get(".".join((*body.env.namespace[:depth], *keys)))
        if isinstance(symbol, Var):
            return global_spot(body, symbol, expr.span)
        if symbol is not None:
            return Named(symbol)
    if keys[0] not in body.world.names and keys[0] in body.world.library_spaces:
        symbol = body.world.names.get(keys[-1])
        if isinstance(symbol, (Pou, TypeName)) and symbol.env.library:
            return Named(symbol)
    return None


def _of_symbol(body: Body, symbol: Symbol, expr: tree.Member) -> Meaning:
    name = expr.name
    match symbol:
        case TypeName():
            kind = resolve.type_of_name(body.world, symbol, name.span)
            if isinstance(kind, t.Enum):
                return member_of(body, symbol, name)
            if kind is not None:
                body.report("not_a_value", expr.base.span, name=symbol.name)
        case Pou() if symbol.node.kind in ("PROGRAM", "ORGANIZATION_BLOCK"):
            return member_place(body, program_spot(body, symbol, expr.base.span), name, expr.span)
        case Pou():
            body.report("not_a_value", expr.base.span, name=symbol.name)
        case Space() if symbol.name == "?":
            body.failed = True
        case Space() | GlobalList():
            prefix = symbol.name.upper() + "."
            names = tuple(one.name for key, one in body.world.names.items() if key.startswith(prefix))
            close = nearest(name.key, names)
            body.report("unknown_member", name.span, name=name.text, type=symbol.name, close=close)
    return None


def program_spot(body: Body, pou: Pou, span: Span) -> Spot:
    """The one instance of a program that others name: a global with the program's name."""
    if pou is body.pou:
        return Spot(ir.SelfInstance(t.Block(pou.name), span))
    var = body.world.used_globals.get(pou.key)
    if var is None:
        var = Var(pou.name, "global", None, None, pou.node.name.span, pou.env, full=pou.name, type=t.Block(pou.name))
        var.value = None
        body.world.used_globals[pou.key] = var
    return Spot(ir.GlobalVar(pou.name, t.Block(pou.name), span), var)


def member_place(body: Body, base: Spot, name: tree.Name, span: Span) -> Meaning:
    """A field of a structure, or a variable, property or method of an instance."""
    kind = base.place.type
    match kind:
        case t.Struct():
            for field, inner in kind.fields:
                if field.upper() == name.key:
                    return Spot(ir.FieldOf(base.place, field, inner, span), base.var)
            if kind.name.upper() in body.world.open_structs:
                return silent(body)
            close = nearest(name.key, tuple(one for one, _ in kind.fields))
            body.report("unknown_member", name.span, name=name.text, type=kind.name, close=close)
        case t.Block() | t.Interface():
            return _of_instance(body, base, kind, name, span)
        case t.Pointer() if kind.kind == "pointer" and body.env.dialect != "iec" and isinstance(kind.target, t.Block):
            place = ir.Followed(ir.Load(base.place, kind, span), kind.target, span)
            body.report("not_pointer", name.span, severity="warning", given=kinds.spell(kind))
            return member_place(body, Spot(place, base.var), name, span)
        case t.Elementary() if kind.kind in ("bits", "int") and kind.bits > 1 and _bit(body, name) is not None:
            low = _bit(body, name)
            assert low is not None
            if not 0 <= low < kind.bits:
                body.report("part_range", span, index=low, most=kind.bits - 1, type=kind.name)
                return None
            return Spot(ir.PartOf(base.place, low, 1, t.BOOL, span), base.var)
        case t.Enum() if any(one.upper() == name.key for one, _ in kind.members):
            # A variable that is named like its type: `mode : Mode` and `Mode.Off`.
            value = next(number for one, number in kind.members if one.upper() == name.key)
            return Typed(const(value, kind, name.span))
        case _:
            body.report("no_members", name.span, name=name.text, type=kinds.spell(kind))
    return None


#: Methods that every block of CODESYS has, declared or not.
_LIFE = frozenset({"FB_INIT", "FB_REINIT", "FB_EXIT"})


def _born(body: Body, name: tree.Name) -> Meaning:
    body.unsupported("init", name.span)
    return silent(body)


def _bit(body: Body, name: tree.Name) -> int | None:
    """The number of a bit that is named by a constant (CODESYS: ``word.BIT_NAME``)."""
    found = own_meaning(body, name)
    if found is None:
        symbol = body.world.find(body.env, name.key)
        found = global_spot(body, symbol, name.span) if isinstance(symbol, Var) else None
    if isinstance(found, Typed) and isinstance(found.expr, ir.Const) and isinstance(found.expr.value, int):
        return None if isinstance(found.expr.value, bool) else found.expr.value
    return None


def _of_instance(body: Body, base: Spot, kind: t.Block | t.Interface, name: tree.Name, span: Span) -> Meaning:
    pou = body.world.names.get(kind.name.upper())
    if not isinstance(pou, Pou):
        return silent(body)
    var = pou.find_var(name.key)
    if var is not None:
        inner = resolve.type_of(body.world, var)
        if inner is None:
            return silent(body)
        if var.section == "global" or var.section == "external":
            return spot_of(body, var, span, of_self=False)
        if var.section in ("temp", "in_out") and not body.history and var.section == "temp":
            body.report("private", name.span, name=name.text, type=pou.name)
        if isinstance(base.place, ir.SelfInstance) and pou is body.pou:
            return spot_of(body, var, span, of_self=body.method is not None)
        folded = constant_of(body, var, inner, span)
        return folded or Spot(ir.FieldOf(base.place, var.name, inner, span), var if body.pou is not pou else base.var)
    exact = isinstance(base.place, (ir.LocalVar, ir.SelfVar, ir.GlobalVar, ir.FieldOf, ir.ElementOf))
    exact = exact and not (base.var is not None and base.var.section == "in_out")
    prop = pou.find_property(name.key)
    if prop is not None:
        return Accessed(pou, prop, base.place, exact)
    method = pou.find_method(name.key)
    if method is not None:
        return Bound(method, base.place, exact)
    if pou.env.library and name.key == pou.key:
        # SCL: `timer.TON(..)` of an instance that is a TON already.
        return base
    if pou.incomplete():
        return silent(body)
    if name.key in _LIFE:
        return _born(body, name)
    if any(name.key == f"UML_SC_{one.key}" for one in pou.line()):
        # The states that TwinCAT makes of a state chart and puts into its unit.
        body.unsupported("vendor", name.span)
        return silent(body)
    names = (*(one.name for one in pou.all_vars()), *(one.name for two in pou.line() for one in two.methods.values()))
    body.report("unknown_member", name.span, name=name.text, type=pou.name, close=nearest(name.key, names))
    return None


def _of_super(body: Body, found: SuperBase, name: tree.Name) -> Meaning:
    if found.base is None:
        if body.pou is not None and not body.pou.incomplete():
            body.report("no_owner", name.span, name="SUPER")
        body.failed = True
        return None
    instance = ir.SelfInstance(t.Block(found.base.name), name.span)
    method = found.base.find_method(name.key)
    if method is not None:
        return Bound(method, instance, exact=True)
    prop = found.base.find_property(name.key)
    if prop is not None:
        return Accessed(found.base, prop, instance, exact=True)
    if name.key in _LIFE:
        return _born(body, name)
    inherited = of_pou(body, found.base, name, of_self=body.method is not None)
    if inherited is None:
        unknown(body, name)
    return inherited
