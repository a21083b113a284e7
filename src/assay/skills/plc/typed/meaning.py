"""What a name, a member, an index or a dereference stands for."""

from __future__ import annotations

from dataclasses import dataclass

from assay.skills.plc.front import tree
from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.ir.types import DataType
from assay.skills.plc.typed import resolve, siemens
from assay.skills.plc.typed.body import Body, Typed, const
from assay.skills.plc.typed.elsewhere import slip
from assay.skills.plc.typed.symbols import Method, Pou, Space, Symbol, TypeName, Var
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
    from assay.skills.plc.typed import members, places
    from assay.skills.plc.typed.exprs import typed

    match expr:
        case tree.NameExpr():
            return named(body, expr.name, expr.sigil)
        case tree.Member():
            return members.member(body, expr)
        case tree.Index():
            return places.index_place(body, expr)
        case tree.Deref():
            return places.deref(body, expr)
        case tree.PartAccess():
            return places.part(body, expr)
        case tree.DirectVar():
            return places.direct(body, expr)
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


#: The programs that a task of B&R consists of. Their language has no THIS.
_TASK_PARTS = frozenset({"_INIT", "_CYCLIC", "_EXIT"})


def self_instance(body: Body, span: Span) -> Meaning:
    """THIS, as a pointer that is followed at once or by ``^``; a variable like any in the programs of B&R."""
    pou = body.pou
    if pou is not None and pou.node.kind == "PROGRAM" and pou.name.upper() in _TASK_PARTS:
        return named(body, tree.Name("this", span))
    if pou is None or pou.node.kind == "FUNCTION":
        body.report("no_owner", span, name="THIS")
        return None
    return Spot(ir.SelfInstance(t.Block(pou.name), span))


# --- names ----------------------------------------------------------------------------------------------------------


def base_of(body: Body, expr: tree.Expr) -> Meaning:
    """What stands before a dot: a bare name there may also be a list of globals or an enumeration of another file."""
    if isinstance(expr, tree.NameExpr):
        return followed(body, named(body, expr.name, expr.sigil, dotted=True))
    return meaning(body, expr)


def named(body: Body, name: tree.Name, sigil: str = "", dotted: bool = False) -> Meaning:
    """A bare name: local, of the owner, global, a member of an enumeration, a unit ... ``dotted``: a dot follows."""
    key = name.key
    found: Meaning = None
    if sigil != '"':
        found = own_meaning(body, name)
        if found is not None:
            return found
    if sigil != "#":
        symbol = body.world.value(body.env, key)
        if isinstance(symbol, Var):
            return global_spot(body, symbol, name.span)
        member = _enum_member(body, name)
        if member is not None and not isinstance(symbol, TypeName):
            return member
        if symbol is not None and not (sigil == '"' and symbol is body.owner and resolve.gives(symbol)):
            return Named(symbol)
    elif sigil == "#" and key in body.world.names and isinstance(body.world.names[key], Var):
        body.report("local_sigil", name.span, name=name.text)
        return None
    if body.env.dialect == "scl":
        return _of_siemens(body, name, sigil)
    unknown(body, name, dotted=dotted)
    return None


def _of_siemens(body: Body, name: tree.Name, sigil: str) -> Meaning:
    """What SCL means by a name that is declared nowhere: ENO, an address; else it must be one of another file, which
    only a name in quotes can be."""
    owner = body.owner
    if name.key == "ENO" and sigil != "#":
        return _enabled(body, name.span)
    if sigil == '"' and isinstance(owner, Pou) and owner.bare.upper() == name.key and resolve.gives(owner):
        return own_meaning(body, name)
    if sigil == "" and siemens.is_absolute(name.key):
        body.unsupported("vendor", name.span)
        return silent(body)
    bare = sigil == "" and body.world.report.outside("unknown_name", name.span, name.text, "")
    local = sigil != '"' and siemens.declares(body) and not bare
    unknown(body, name, local=local, external=not local and not bare)
    return None


def _enabled(body: Body, span: Span) -> Meaning:
    """SCL's ENO: a flag of the call, TRUE at its start."""
    if all(one.name != "ENO" for one in body.extra):
        body.extra.append(ir.Variable("ENO", t.BOOL, "temp", True, span=span))
    return Spot(ir.LocalVar("ENO", t.BOOL, span))


def unknown(body: Body, name: tree.Name, local: bool = False, external: bool = False, dotted: bool = False) -> None:
    """One finding for a name that is declared nowhere. ``local``: no other file can declare it; ``external``: SCL takes
    it from the rest of the project; ``dotted``: what a dot follows may be an object of another file."""
    owner = body.owner
    if body.pou is not None and body.pou.incomplete():
        body.failed = True
        return
    near: tuple[str, ...] = ()
    if isinstance(owner, Method):
        near = tuple(one.name for one in (*owner.vars.values(), *owner.owner.all_vars()))
    elif owner is not None:
        near = tuple(one.name for one in owner.all_vars())
    close = body.world.close(name.key, near)
    typo = local or (close in near and (body.env.dialect == "scl" or slip(name.key, close)))
    finding = "unknown_base" if dotted else "unknown_name"
    external = external or (not typo and body.world.report.outside(finding, name.span, name.text, close))
    shared = (body.world.report.lenient and not typo) or (external and body.world.report.lenient is None)
    place = "" if body.pou is None or shared else body.pou.key
    once, text = (place, name.key), name.text
    body.report("unknown_name", name.span, once=once, name=text, close=close, typo=typo, external=external)
    body.failed = True


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
            return silent(body) if kind is None else Spot(ir.LocalVar(part, kind, name.span))
        return of_pou(body, owner.owner, name, of_self=True)
    if owner is None:
        return None
    if owner.bare.upper() == key and resolve.gives(owner):
        var = owner.vars.get(key)
        kind = resolve.result_of(body.world, owner)
        if var is None:
            return silent(body) if kind is None else Spot(ir.LocalVar(owner.bare, kind, name.span))
    return of_pou(body, owner, name, of_self=False)


def silent(body: Body) -> Meaning:
    """Something that exists, but whose type is unknown."""
    body.failed = True
    return Named(Space("?"))


def of_pou(body: Body, pou: Pou, name: tree.Name, of_self: bool) -> Meaning:
    """What a name means among the variables, properties and methods of a unit."""
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
        return silent(body)
    folded = constant_of(body, var, kind, span)
    if folded is not None:
        return folded
    return Spot(ir.SelfVar(var.name, kind, span) if of_self else ir.LocalVar(var.name, kind, span), var)


def constant_of(body: Body, var: Var, kind: DataType, span: Span) -> Typed | None:
    """The value of a declared constant of a scalar type."""
    if not var.constant or isinstance(kind, (t.Array, t.Struct, t.Block)) or var.section in ("input", "in_out"):
        return None
    from assay.skills.plc.typed.initials import default_constant, value_of

    if var.initial is None and var.env.dialect != "scl":
        return None
    value = value_of(body.world, var)
    body.world.folded.add(var.span)
    if var.initial is None and value is None:
        return Typed(default_constant(kind, span))
    return None if value is None or isinstance(value, tuple) else Typed(const(value, kind, span))


def _external(body: Body, var: Var, span: Span) -> Meaning:
    symbol = body.world.value(body.env, var.key)
    if isinstance(symbol, Var):
        return global_spot(body, symbol, span)
    # Declared nowhere: it stands as a global of its own, so that the unit can be checked and run alone.
    body.world.report.add("no_external", var.span, once=var.key, name=var.name)
    made = Var(var.name, "global", var.spec, var.initial, var.span, var.env, full=var.name)
    body.world.enter(var.key, made, var.span)
    body.world.globals.append(made)
    return global_spot(body, made, span)


def global_spot(body: Body, var: Var, span: Span) -> Meaning:
    """A global variable."""
    kind = resolve.type_of(body.world, var)
    if kind is None:
        return silent(body)
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
