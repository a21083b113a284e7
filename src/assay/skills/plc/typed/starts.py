"""The start values of SCL's data blocks: what stands behind BEGIN, upon what the declarations say."""

from __future__ import annotations

from assay.skills.plc.front import tree
from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.ir.types import DataType
from assay.skills.plc.typed import kinds, resolve
from assay.skills.plc.typed.body import Body
from assay.skills.plc.typed.symbols import Pou, Var
from assay.skills.plc.typed.world import World, nearest

#: A name of a field, or the indices of an element with the place where they stand.
_Step = tree.Name | tuple[tuple[tree.Expr, ...], Span]


def started(world: World, var: Var, kind: DataType, value: ir.Value) -> ir.Value:
    """The initial value of a data block, its start values put into what its type brings."""
    body = Body(world, var.env, var.owner, constant=True)
    for one in var.starts:
        for target in one.targets:
            steps = _steps(target)
            if steps:
                value = _put(body, kind, value, steps, one.value)
    return value


def _steps(target: tree.Expr) -> list[_Step]:
    """The way to a target from the block; empty for what is none."""
    steps: list[_Step] = []
    while True:
        match target:
            case tree.Member():
                steps.append(target.name)
                target = target.base
            case tree.Index():
                steps.append((target.indices, target.span))
                target = target.base
            case tree.NameExpr():
                return [target.name, *reversed(steps)]
            case _:
                return []


def _put(body: Body, kind: DataType, value: ir.Value, steps: list[_Step], new: tree.Expr) -> ir.Value:
    """A value with a new one at the end of the way; None stands for the type's own, as everywhere."""
    from assay.skills.plc.typed.initials import initial

    if not steps:
        found = initial(body, new, kind)
        return value if found is None else found
    step = steps[0]
    if isinstance(step, tree.Name):
        known = _field(body, kind, step)
        if known is None:
            return value
        name, inner, own = known
        pairs = _pairs(value)
        made = _put(body, inner, pairs.get(name, own), steps[1:], new)
        if made is not None:
            pairs[name] = made
        return tuple(pairs.items())
    place = _element(body, kind, *step)
    if place is None or not isinstance(kind, t.Array):
        return value
    items: list[ir.Value] = [None] * kind.size
    if isinstance(value, tuple):
        items[: len(value)] = value  # a single value stands for the first element
    items[place] = _put(body, kind.element, items[place], steps[1:], new)
    return tuple(items)


def _pairs(value: ir.Value) -> dict[str, ir.Value]:
    """The fields of a structure's value by name."""
    found = value if isinstance(value, tuple) else ()
    return {str(one[0]): one[1] for one in found if isinstance(one, tuple) and len(one) == 2}


def _field(body: Body, kind: DataType, name: tree.Name) -> tuple[str, DataType, ir.Value] | None:
    """A field: its name as it is declared, its type and what its declaration starts it with."""
    from assay.skills.plc.typed.initials import value_of

    world = body.world
    known = False
    names: tuple[str, ...] = ()
    if isinstance(kind, t.Struct):
        known, names = kind.name.upper() not in world.open_structs, tuple(one for one, _ in kind.fields)
        for one, inner in kind.fields:
            if one.upper() == name.key:
                return one, inner, dict(world.struct_initials.get(kind.name.upper(), ())).get(one)
    elif isinstance(kind, t.Block):
        pou = world.names.get(kind.name.upper())
        if isinstance(pou, Pou):
            known, names = not pou.incomplete(), tuple(one.name for one in pou.all_vars())
            var = pou.find_var(name.key)
            if var is not None:
                inner_type = resolve.type_of(world, var)
                return None if inner_type is None else (var.name, inner_type, value_of(world, var))
    else:
        body.report("no_members", name.span, name=name.text, type=kinds.spell(kind))
    if known:
        body.report("unknown_member", name.span, name=name.text, type=kinds.spell(kind), close=nearest(name.key, names))
    return None


def _element(body: Body, kind: DataType, indices: tuple[tree.Expr, ...], span: Span) -> int | None:
    """The place of an element in the value of an array, by rows."""
    if not isinstance(kind, t.Array):
        body.report("not_indexed", span, given=kinds.spell(kind))
        return None
    if len(indices) != len(kind.bounds):
        body.report("dimensions", span, given=len(indices), wanted=len(kind.bounds))
        return None
    place = 0
    for one, bound in zip(indices, kind.bounds, strict=True):
        index = resolve.constant_int(body.world, one, body.env, body.owner)
        if index is None or bound is None:
            return None
        if not bound[0] <= index <= bound[1]:
            body.report("out_of_bounds", one.span, index=index, low=bound[0], high=bound[1])
            return None
        place = place * (bound[1] - bound[0] + 1) + index - bound[0]
    return place
