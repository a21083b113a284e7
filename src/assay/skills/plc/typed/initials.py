"""Initial values of variables: literals, arrays with repetition, structures, blocks, and what a type declares."""

from __future__ import annotations

from assay.skills.plc.front import tree
from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.ir.types import DataType
from assay.skills.plc.typed import kinds, resolve
from assay.skills.plc.typed.body import Body, Typed
from assay.skills.plc.typed.starts import started
from assay.skills.plc.typed.symbols import Env, Pou, TypeName, Var, _Pending
from assay.skills.plc.typed.world import World, nearest


def value_of(world: World, var: Var) -> ir.Value:
    """The initial value of a variable; None when it is its type's own."""
    if id(var) in world.busy:
        world.report.add("recursive_constant", var.span, name=var.name)
        return None
    if not isinstance(var.value, _Pending):
        return var.value
    kind = resolve.type_of(world, var)
    value: ir.Value = None
    if kind is not None and var.initial is not None:
        world.busy.add(id(var))
        value = initial(Body(world, var.env, var.owner, constant=True), var.initial, kind)
        world.busy.discard(id(var))
    elif kind is not None:
        value = of_spec(world, var.spec, var.env, kind)
    if kind is not None and var.starts:
        value = started(world, var, kind, value)
    var.value = value
    return value


def of_spec(world: World, spec: tree.TypeSpec | None, env: Env, kind: DataType) -> ir.Value:
    """The initial value that a type brings: of its declaration, the first member of an enumeration, the lower limit
    of a subrange (IEC 61131-3, default initial values); None where it is 0."""
    match spec, kind:
        case tree.NamedType(), _:
            symbol = world.find_path(env, tuple(one.key for one in spec.parts))
            if isinstance(symbol, TypeName):
                return _of_name(world, symbol, kind)
        case tree.ArrayType(), t.Array() if kind.size:
            one = of_spec(world, spec.element, env, kind.element)
            return None if one is None else (one,) * kind.size
        case _, t.Enum() if kind.members and kind.members[0][1] != 0:
            return kind.members[0][1]
        case _, t.Subrange() if not kind.low <= 0 <= kind.high:
            return kind.low
    return None


def _of_name(world: World, symbol: TypeName, kind: DataType) -> ir.Value:
    if symbol.node.initial is not None:
        return initial(Body(world, symbol.env, None, constant=True), symbol.node.initial, kind)
    if isinstance(symbol.node.spec, tree.StructType):
        return None
    return of_spec(world, symbol.node.spec, symbol.env, kind)


def struct_initials(world: World) -> dict[str, tuple[tuple[str, ir.Value], ...]]:
    """The declared initial values of the fields of all structures."""
    found: dict[str, tuple[tuple[str, ir.Value], ...]] = {}
    for key, (spec, env) in list(world.struct_specs.items()):
        pairs: list[tuple[str, ir.Value]] = []
        if spec.extends is not None:
            pairs.extend(found.get(".".join(one.key for one in spec.extends.parts), ()))
        for one in spec.fields:
            kind = resolve.resolve(world, one.type, env, None, pointed=True)
            if kind is None:
                continue
            if one.initial is not None:
                value = initial(Body(world, env, None, constant=True), one.initial, kind)
            else:
                value = of_spec(world, one.type, env, kind)
            if value is not None:
                pairs.extend((name.text, value) for name in one.names)
        found[key] = tuple(pairs)
    return found


def initial(body: Body, value: tree.Expr, kind: DataType) -> ir.Value:
    """An initial value of a type; None after a finding or where it is the type's own."""
    from assay.skills.plc.typed.convert import coerce
    from assay.skills.plc.typed.exprs import typed

    if body.env.dialect == "scl" and isinstance(kind, t.Struct) and isinstance(value, (tree.Paren, tree.ArrayInit)):
        items = value.items if isinstance(value, tree.ArrayInit) else ((None, value.inner),)
        return _in_order(body, items, kind, value.span)
    while isinstance(value, tree.Paren) and isinstance(kind, (t.Array, t.Struct, t.Block)):
        value = value.inner
    match value, kind:
        case tree.StructInit(), _ if not value.fields and body.env.dialect == "scl":
            return None
        case tree.ArrayInit(), t.Array():
            return _array(body, value, kind)
        case tree.StructInit(), t.Struct() | t.Block():
            return _fields(body, value, kind)
        case tree.ArrayInit() | tree.StructInit(), _:
            body.report("mismatch", value.span, given="[..]" if isinstance(value, tree.ArrayInit) else "(..)",
                        wanted=kinds.spell(kind))  # fmt: skip
            return None
    found = typed(body, value, kind)
    if found is None:
        return None
    if isinstance(kind, t.Pointer) and isinstance(found.expr, (ir.AddressOf, ir.Load)):
        _unknown(body, value.span)
        return None
    if isinstance(kind, t.Array) and not isinstance(found.type, t.Array):
        one = coerce(body, found, kind.element, value.span)
        return (one.value,) if isinstance(one, ir.Const) else None
    return _constant(body, found, kind, value.span)


def _constant(body: Body, found: Typed, kind: DataType, span: Span) -> ir.Value:
    from assay.skills.plc.typed.convert import coerce

    expr = coerce(body, found, kind, span)
    if expr is None:
        return None
    if isinstance(expr, ir.Const):
        return expr.value
    if isinstance(expr, ir.Load) and isinstance(expr.place, ir.GlobalVar):
        var = body.world.names.get(expr.place.name.upper())
        if isinstance(var, Var):
            if not var.constant:
                body.report("no_initial", span)
            return value_of(body.world, var)
    if isinstance(expr, ir.Load) and isinstance(expr.place, (ir.LocalVar, ir.SelfVar)) and body.owner is not None:
        pou = body.pou
        var_ = None if pou is None else pou.find_var(expr.place.name.upper())
        if var_ is not None and var_.section != "input":
            return value_of(body.world, var_)
    _unknown(body, span)
    return None


def _unknown(body: Body, span: Span) -> None:
    """What is not known before the program runs: the unit is not run."""
    body.report("no_initial", span)
    if body.pou is not None:
        body.pou.failed = True


def _array(body: Body, value: tree.ArrayInit, kind: t.Array) -> ir.Value:
    items: list[ir.Value] = []
    size = kind.size
    for count, item in map(lambda one: _repeated(body, *one), value.items):
        times = 1 if count is None else resolve.constant_int(body.world, count, body.env, body.owner)
        if times is None:
            return None
        if times < 0 or len(items) + times > max(size, resolve.MOST_ELEMENTS):
            body.report("initial_items", item.span, given=len(items) + times, most=size)
            return None
        record = count is None and isinstance(kind.element, t.Struct) and body.env.dialect == "scl"
        if isinstance(item, tree.ArrayInit) and not isinstance(kind.element, t.Array) and not record:
            inner = _array(body, item, t.Array(((1, max(1, size)),), kind.element))
            part: list[ir.Value] = list(inner) if isinstance(inner, tuple) else [None]
            while part and part[-1] is None:
                part.pop()
        else:
            part = [initial(body, item, kind.element)]
        items.extend(part * times)
    if len(items) > size:
        body.report("initial_items", value.span, given=len(items), most=size)
        return None
    items.extend([None] * (size - len(items)))
    return tuple(items)


def _repeated(body: Body, count: tree.Expr | None, item: tree.Expr) -> tuple[tree.Expr | None, tree.Expr]:
    """``N(0)`` with a named constant reads like a call."""
    if count is None and isinstance(item, tree.Call) and isinstance(item.target, tree.NameExpr):
        symbol = body.world.find(body.env, item.target.name.key)
        own = body.pou.find_var(item.target.name.key) if body.pou is not None else None
        if (own is not None or isinstance(symbol, Var)) and len(item.arguments) == 1:
            one = item.arguments[0].value
            return (item.target, one) if one is not None else (None, item)
    return count, item


def _in_order(
    body: Body, items: tuple[tuple[tree.Expr | None, tree.Expr], ...], kind: t.Struct, span: Span
) -> ir.Value:
    """SCL's ``(32, (), TRUE)``: the values of a structure's fields in their order, ``()`` for the type's own."""
    if len(items) > len(kind.fields):
        if kind.name.upper() not in body.world.open_structs:
            body.report("initial_items", span, given=len(items), most=len(kind.fields))
        return None
    values = [(name, initial(body, item, inner)) for (name, inner), (_, item) in zip(kind.fields, items, strict=False)]
    return tuple((name, value) for name, value in values if value is not None)


def _fields(body: Body, value: tree.StructInit, kind: t.Struct | t.Block) -> ir.Value:
    pairs: list[tuple[str, ir.Value]] = []
    types: dict[str, tuple[str, DataType | None]]
    if isinstance(kind, t.Struct):
        types = {name.upper(): (name, inner) for name, inner in kind.fields}
        incomplete = kind.name.upper() in body.world.open_structs
    else:
        pou = body.world.names.get(kind.name.upper())
        if not isinstance(pou, Pou):
            return None
        types = {one.key: (one.name, resolve.type_of(body.world, one)) for one in pou.all_vars()}
        incomplete = pou.incomplete()
    for name, item in value.fields:
        known = types.get(name.key)
        if known is None:
            if not incomplete:
                close = nearest(name.key, tuple(one for one, _ in types.values()))
                body.report("unknown_member", name.span, name=name.text, type=kinds.spell(kind), close=close)
            continue
        if known[1] is not None:
            found = initial(body, item, known[1])
            if found is not None:
                pairs.append((known[0], found))
    return tuple(pairs)


def default_constant(kind: DataType, span: Span) -> ir.Const:
    """The value of a type that nothing has been said about (for a structure or array: its own initial one)."""
    match t.base_of(kind):
        case t.Elementary() as one:
            value: ir.Value = False if one.kind == "bool" else 0.0 if one.kind == "real" else 0
        case t.Text():
            value = ""
        case _:
            value = None
    return ir.Const(value, kind, span)
