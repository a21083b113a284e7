"""What a name, a member, an index or a dereference stands for."""

from __future__ import annotations

from dataclasses import dataclass

from assay.skills.plc.front import tree
from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.ir.types import DataType
from assay.skills.plc.typed import kinds, resolve
from assay.skills.plc.typed.body import Body, Typed, const
from assay.skills.plc.typed.symbols import GlobalList, Method, Pou, Space, Symbol, TypeName, Var
from assay.skills.plc.typed.world import nearest


@dataclass(frozen=True, slots=True)
class Spot:
    """A place; ``var`` is the variable that it is or lies in."""

    place: ir.Place
    var: Var | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A namespace, a type, a unit, a list of globals."""

    symbol: Symbol


@dataclass(frozen=True, slots=True)
class Accessed:
    """A property of an instance."""

    pou: Pou
    node: tree.Property
    instance: ir.Place
    exact: bool


@dataclass(frozen=True, slots=True)
class Bound:
    """A method or action of an instance. ``exact``: the instance is of the declared type itself; ``again``: called
    through SUPER."""

    method: Method
    instance: ir.Place
    exact: bool


@dataclass(frozen=True, slots=True)
class SuperBase:
    """``SUPER^``: the instance seen as its base."""

    base: Pou | None


Meaning = Spot | Typed | Named | Accessed | Bound | SuperBase | None


def meaning(body: Body, expr: tree.Expr, raw: bool = False) -> Meaning:
    """What an expression stands for; None when it is unknown (that has been reported). References are followed unless
    ``raw``."""
    found = _meaning(body, expr)
    return found if raw else followed(body, found)


def followed(body: Body, found: Meaning) -> Meaning:
    """A reference stands for what it refers to."""
    if isinstance(found, Spot) and isinstance(found.place.type, t.Pointer) and found.place.type.kind == "reference":
        place = found.place
        kind = found.place.type
        return Spot(ir.Followed(ir.Load(place, kind, place.span), kind.target, place.span), found.var)
    if isinstance(found, Typed) and isinstance(found.type, t.Pointer) and found.type.kind == "reference":
        return Spot(ir.Followed(found.expr, found.type.target, found.expr.span))
    return found


def _meaning(body: Body, expr: tree.Expr) -> Meaning:
    from assay.skills.plc.typed.exprs import typed

    match expr:
        case tree.NameExpr():
            return named(body, expr.name, expr.sigil)
        case tree.Member():
            return _member(body, expr)
        case tree.Index():
            return _index(body, expr)
        case tree.Deref():
            return _deref(body, expr)
        case tree.PartAccess():
            return _part(body, expr)
        case tree.DirectVar():
            return _direct(body, expr)
        case tree.Paren():
            return meaning(body, expr.inner)
        case tree.This():
            return self_instance(body, expr.span)
        case tree.Super():
            return SuperBase(body.pou.base) if body.pou is not None else None
        case tree.Broken():
            body.failed = True
            return None
    return typed(body, expr)


def self_instance(body: Body, span: Span) -> Meaning:
    """THIS, as a pointer that is followed at once or by ``^``."""
    pou = body.pou
    if pou is None or pou.node.kind == "FUNCTION":
        body.report("no_owner", span, name="THIS")
        return None
    return Spot(ir.SelfInstance(t.Block(pou.name), span))


# --- names ----------------------------------------------------------------------------------------------------------


def named(body: Body, name: tree.Name, sigil: str = "") -> Meaning:
    """A bare name: local, of the owner, global, a member of an enumeration, a unit ..."""
    key = name.key
    found: Meaning = None
    if sigil != '"':
        found = own_meaning(body, name)
        if found is not None:
            return found
    if sigil != "#":
        symbol = body.world.find(body.env, key)
        if isinstance(symbol, Var):
            return global_spot(body, symbol, name.span)
        member = _enum_member(body, name)
        if member is not None and not isinstance(symbol, TypeName):
            return member
        if symbol is not None:
            return Named(symbol)
    elif sigil == "#" and key in body.world.names and isinstance(body.world.names[key], Var):
        body.report("local_sigil", name.span, name=name.text)
        return None
    if key == "ENO" and body.env.dialect == "scl":
        return _enabled(body, name.span)
    _unknown(body, name)
    return None


def _enabled(body: Body, span: Span) -> Meaning:
    """SCL's ENO: a flag of the call, TRUE at its start."""
    if all(one.name != "ENO" for one in body.extra):
        body.extra.append(ir.Variable("ENO", t.BOOL, "temp", True, span=span))
    return Spot(ir.LocalVar("ENO", t.BOOL, span))


def _unknown(body: Body, name: tree.Name) -> None:
    owner = body.owner
    if body.pou is not None and body.pou.incomplete():
        body.failed = True
        return
    local: tuple[str, ...] = ()
    if isinstance(owner, Method):
        local = tuple(one.name for one in (*owner.vars.values(), *owner.owner.all_vars()))
    elif owner is not None:
        local = tuple(one.name for one in owner.all_vars())
    close = body.world.close(name.key, local)
    typo = close in local
    place = owner.full if isinstance(owner, Method) else owner.name if owner is not None else ""
    body.report("unknown_name", name.span, once=(place.upper(), name.key), name=name.text, close=close, typo=typo)


def own_meaning(body: Body, name: tree.Name) -> Meaning:
    """What a name means within the unit and its owner; None when nothing there has it."""
    owner, key = body.owner, name.key
    if isinstance(owner, Method):
        var = owner.vars.get(key)
        if var is not None:
            inner = var.owner is not owner and var.section != "global"
            return spot_of(body, var, name.span, of_self=inner)
        part = owner.name.partition(".")[0] if owner.part == "get" else owner.name
        if part.upper() == key and resolve.gives(owner):
            kind = resolve.result_of(body.world, owner)
            return None if kind is None else Spot(ir.LocalVar(part, kind, name.span))
        return _of_pou(body, owner.owner, name, of_self=True)
    if owner is None:
        return None
    if owner.bare.upper() == key and resolve.gives(owner):
        var = owner.vars.get(key)
        kind = resolve.result_of(body.world, owner)
        if var is None:
            return _silent(body) if kind is None else Spot(ir.LocalVar(owner.bare, kind, name.span))
    return _of_pou(body, owner, name, of_self=False)


def _silent(body: Body) -> Meaning:
    """Something that exists, but whose type is unknown."""
    body.failed = True
    return Named(Space("?"))


def _of_pou(body: Body, pou: Pou, name: tree.Name, of_self: bool) -> Meaning:
    var = pou.find_var(name.key)
    if var is not None:
        return spot_of(body, var, name.span, of_self)
    prop = pou.find_property(name.key)
    if prop is not None:
        return Accessed(pou, prop, ir.SelfInstance(t.Block(pou.name), name.span), exact=False)
    method = pou.find_method(name.key)
    if method is not None:
        return Bound(method, ir.SelfInstance(t.Block(pou.name), name.span), exact=False)
    return None


def spot_of(body: Body, var: Var, span: Span, of_self: bool) -> Meaning:
    """A variable of the unit at hand."""
    if var.section == "external":
        return _external(body, var, span)
    if var.section == "global":
        return global_spot(body, var, span)
    kind = resolve.type_of(body.world, var)
    if kind is None:
        return _silent(body)
    folded = constant_of(body, var, kind, span)
    if folded is not None:
        return folded
    return Spot(ir.SelfVar(var.name, kind, span) if of_self else ir.LocalVar(var.name, kind, span), var)


def constant_of(body: Body, var: Var, kind: DataType, span: Span) -> Typed | None:
    """The value of a declared constant of a scalar type."""
    if not var.constant or var.initial is None or isinstance(kind, (t.Array, t.Struct, t.Block)):
        return None
    if var.section in ("input", "in_out"):
        return None
    from assay.skills.plc.typed.initials import value_of

    value = value_of(body.world, var)
    body.world.folded.add(var.span)
    return None if value is None or isinstance(value, tuple) else Typed(const(value, kind, span))


def _external(body: Body, var: Var, span: Span) -> Meaning:
    symbol = body.world.find(body.env, var.key)
    if isinstance(symbol, Var):
        return global_spot(body, symbol, span)
    # Declared nowhere: it stands as a global of its own, so that the unit can be checked and run alone.
    body.world.report.add("no_external", var.span, once=var.key, name=var.name)
    made = Var(var.name, "global", var.spec, var.initial, var.span, var.env, full=var.name)
    body.world.names[var.key] = made
    body.world.globals.append(made)
    return global_spot(body, made, span)


def global_spot(body: Body, var: Var, span: Span) -> Meaning:
    """A global variable."""
    kind = resolve.type_of(body.world, var)
    if kind is None:
        return _silent(body)
    folded = constant_of(body, var, kind, span)
    if folded is not None:
        return folded
    body.world.used_globals[var.full.upper()] = var
    return Spot(ir.GlobalVar(var.full, kind, span), var)


def _enum_member(body: Body, name: tree.Name) -> Meaning:
    several = body.world.members.get(name.key)
    if not several:
        return None
    if len(several) > 1:
        body.report("ambiguous", name.span, severity="info", name=name.text, one=several[0].name, other=several[1].name)
    return member_of(body, several[0], name)


def member_of(body: Body, found: TypeName, name: tree.Name) -> Meaning:
    """A member of an enumeration."""
    kind = resolve.type_of_name(body.world, found, name.span)
    if not isinstance(kind, t.Enum):
        return None
    value = next((number for one, number in kind.members if one.upper() == name.key), None)
    if value is None:
        close = nearest(name.key, tuple(one for one, _ in kind.members))
        body.report("unknown_member", name.span, name=name.text, type=kind.name, close=close)
        return None
    return Typed(const(value, kind, name.span))


# --- members --------------------------------------------------------------------------------------------------------


def _member(body: Body, expr: tree.Member) -> Meaning:
    dotted = _whole_path(body, expr)
    if dotted is not None:
        return dotted
    base = meaning(body, expr.base)
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
                return _silent(body)
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
        return _silent(body)
    var = pou.find_var(name.key)
    if var is not None:
        inner = resolve.type_of(body.world, var)
        if inner is None:
            return _silent(body)
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
        return _silent(body)
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
    inherited = _of_pou(body, found.base, name, of_self=body.method is not None)
    if inherited is None:
        _unknown(body, name)
    return inherited


# --- indices, pointers, parts ---------------------------------------------------------------------------------------


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


def _index(body: Body, expr: tree.Index) -> Meaning:
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


def _deref(body: Body, expr: tree.Deref) -> Meaning:
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


def _part(body: Body, expr: tree.PartAccess) -> Meaning:
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


def _direct(body: Body, expr: tree.DirectVar) -> Meaning:
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
