"""Units of the intermediate form from what was collected: variables with their initial values, and bodies."""

from __future__ import annotations

from assay.skills.plc.front import tree
from assay.skills.plc.front.layout import nodes
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.typed import charts, resolve
from assay.skills.plc.typed.body import Body
from assay.skills.plc.typed.exprs import typed
from assay.skills.plc.typed.initials import of_spec, value_of
from assay.skills.plc.typed.statements import block, labels
from assay.skills.plc.typed.symbols import Method, Pou, Var
from assay.skills.plc.typed.world import World

_KINDS: dict[str, ir.UnitKind] = {
    "PROGRAM": "program", "ORGANIZATION_BLOCK": "program", "FUNCTION": "function", "FUNCTION_BLOCK": "function_block",
    "CLASS": "function_block", "INTERFACE": "function_block",
}  # fmt: skip


def comment_of(notes: tuple[tree.Trivia, ...]) -> str:
    """The comments of a declaration in one line."""
    parts = [one.text for one in notes if one.kind == "comment"]
    plain = (one.removeprefix("(*").removesuffix("*)").removeprefix("//").lstrip("/").strip() for one in parts)
    return " ".join(" ".join(one.split()) for one in plain if one)


def variable(world: World, var: Var) -> ir.Variable | None:
    """A variable; None when its type is unknown."""
    kind = resolve.type_of(world, var)
    if kind is None:
        return None
    value = value_of(world, var)
    return ir.Variable(
        var.name if var.section != "global" else var.full,
        kind,
        var.section,
        value,
        var.constant,
        var.retain,
        var.location,
        var.edge,
        comment_of(var.notes),
        var.span,
    )


def lower(world: World, pou: Pou) -> list[tuple[ir.Unit, bool]]:
    """A unit with its methods and actions, each with whether it can be run."""
    if pou.node.kind == "INTERFACE":
        # What an interface declares is typed and stands in the project without a body; blocks run it.
        return [lower_method(world, one) for one in pou.methods.values()]
    statements = pou.node.body
    if pou.node.chart is not None:
        statements = charts.expand(world, pou)
    own = [one for one in pou.all_vars() if one.section not in ("external", "global")]
    methods = {key: one.full for above in reversed(list(pou.line())) for key, one in above.methods.items()}
    body = Body(world, pou.env, pou, labels=labels(statements))
    done = block(body, statements)
    _given(body, own)
    result = None
    extra: list[ir.Variable] = list(body.extra)
    if resolve.gives(pou):
        result = resolve.result_of(world, pou)
        if result is None:
            body.failed = True
        else:
            start = of_spec(world, pou.node.result, pou.env, result)
            extra.insert(0, ir.Variable(pou.bare, result, "result", start, span=pou.node.name.span))
    variables = _variables(world, own, body)
    created = pou.find_method("FB_INIT")
    if created is not None and created.node.body:
        body.unsupported("init", created.node.name.span)
    unit = ir.Unit(
        pou.name, _KINDS[pou.node.kind], (*variables, *extra), done, result,
        base=pou.base.name if pou.base is not None else None,
        interfaces=tuple(one.name for one in pou.interfaces), methods=methods, library=pou.env.library,
        span=pou.node.span,
    )  # fmt: skip
    if body.failed or pou.failed or pou.incomplete():
        world.broken.add(pou.key)
    runs = not (body.failed or body.not_run or pou.failed or pou.incomplete())
    return [(unit, runs), *(lower_method(world, one) for one in pou.methods.values())]


def _variables(world: World, own: list[Var], body: Body) -> list[ir.Variable]:
    variables: list[ir.Variable] = []
    for var in own:
        made = variable(world, var)
        if made is None:
            body.failed = True
        else:
            variables.append(made)
    return variables


def _given(body: Body, own: list[Var]) -> None:
    """The arguments that instances get where they are declared, ``drive : FB_Drive(id, Side.Left)``: what they name has
    to exist, and is used."""
    known = {var.key: var for var in own}
    for var in own:
        spec = var.spec
        while isinstance(spec, tree.ArrayType):
            spec = spec.element
        for one in spec.arguments if isinstance(spec, tree.NamedType) else ():
            if one.value is not None:
                parts = list(nodes(one.value))
                if not any(isinstance(part, (tree.ArrayInit, tree.StructInit)) for part in parts):
                    typed(body, one.value)
                named = (part.name.key for part in parts if isinstance(part, tree.NameExpr))
                body.world.folded.update(known[key].span for key in named if key in known)


def lower_method(world: World, method: Method) -> tuple[ir.Unit, bool]:
    """A method, action, getter or setter."""
    pou = method.owner
    body = Body(world, pou.env, method, labels=labels(method.node.body))
    done = block(body, method.node.body)
    own = [one for one in method.vars.values() if one.owner is method and one.section != "global"]
    _given(body, own)
    variables = _variables(world, own, body)
    extra = list(body.extra)
    result: t.DataType | None = None
    if resolve.gives(method):
        result = resolve.result_of(world, method)
        if result is None:
            body.failed = True
        else:
            name = method.name.partition(".")[0]
            start = of_spec(world, method.result, pou.env, result)
            extra.insert(0, ir.Variable(name, result, "result", start, span=method.node.name.span))
    unit = ir.Unit(
        method.full, "action" if method.part == "action" else "method", (*variables, *extra), done, result,
        owner=pou.name, library=pou.env.library, span=method.node.span,
    )  # fmt: skip
    if body.failed:
        world.broken.add(pou.key)
    return unit, not (body.failed or body.not_run or pou.incomplete())
