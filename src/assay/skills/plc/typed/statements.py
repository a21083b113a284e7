"""Statements: assignments, choices, loops, jumps, and calls."""

from __future__ import annotations

from collections.abc import Iterator

from assay.skills.plc.front import tree
from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.typed import kinds, resolve
from assay.skills.plc.typed.body import Body, Typed
from assay.skills.plc.typed.calls import call, read_property, spelled, write_property
from assay.skills.plc.typed.convert import coerce, condition
from assay.skills.plc.typed.exprs import MOST_DEPTH, typed
from assay.skills.plc.typed.meaning import Accessed, Bound, Named, Spot, meaning
from assay.skills.plc.typed.symbols import Method, Pou

Statements = tuple[ir.Statement, ...]


def block(body: Body, statements: tuple[tree.Statement, ...]) -> Statements:
    """A sequence of statements; what is wrong is left out."""
    if body.depth > MOST_DEPTH:
        if statements:
            body.report("too_deep", statements[0].span, once=body.world, most=MOST_DEPTH)
        return ()
    out: list[ir.Statement] = []
    body.depth += 3
    was, body.held = body.held, False
    for one in statements:
        saved = body.before, body.after
        body.before, body.after = [], []
        made = statement(body, one)
        out.extend(body.before)
        out.extend(made)
        out.extend(body.after)
        body.before, body.after = saved
    body.held = was
    body.depth -= 3
    return tuple(out)


def statement(body: Body, one: tree.Statement) -> Statements:
    """One statement."""
    match one:
        case tree.Assign():
            return _assign(body, one)
        case tree.CallStatement():
            return _call(body, one)
        case tree.If():
            return _if(body, one)
        case tree.Case():
            from assay.skills.plc.typed.cases import case

            return case(body, one)
        case tree.For():
            return _for(body, one)
        case tree.While() | tree.Repeat():
            return _loop(body, one)
        case tree.Jump():
            return _jump(body, one)
        case tree.Region():
            return block(body, one.body)
        case tree.Try():
            return _try(body, one)
        case tree.Label():
            return ()
    return ()


# --- assignments ----------------------------------------------------------------------------------------------------


def target(body: Body, expr: tree.Expr, raw: bool = False) -> Spot | Accessed | None:
    """What an assignment goes to; None after a finding."""
    found = meaning(body, expr, raw)
    match found:
        case Spot():
            writable(body, found, expr.span)
            return found
        case Accessed():
            return found
        case Typed():
            name = spelled(expr)
            constant = isinstance(found.expr, ir.Const) and isinstance(expr, (tree.NameExpr, tree.Member))
            if constant:
                body.report("to_constant", expr.span, name=name)
            elif isinstance(expr, tree.Index):
                body.unsupported("character", expr.span)
            else:
                body.report("not_a_place", expr.span, name=name)
        case Bound():
            body.report("not_a_place", expr.span, name=found.method.name)
        case Named() if found.symbol is body.owner and _head_elsewhere(body):
            body.report("result_elsewhere", expr.span, once=found.symbol.name, name=found.symbol.name)
        case Named() if found.symbol.name != "?":
            body.report("not_a_place", expr.span, name=found.symbol.name)
    body.failed = True
    return None


def _head_elsewhere(body: Body) -> bool:
    """Whether a function's result and variables are declared in another file (B&R)."""
    owner = body.owner
    if not isinstance(owner, Pou):
        return False
    bare = owner.node.kind == "FUNCTION" and not owner.node.blocks
    report = body.world.report
    return bare and (report.lenient is True or report.outside("owner_elsewhere", owner.node.span, "", ""))


def writable(body: Body, found: Spot, span: Span) -> None:
    """Constants are never assigned to; inputs of others only through a call or by vendors' leave."""
    var = found.var
    if var is None or isinstance(found.place, ir.Followed):
        return
    if var.constant:
        body.report("to_constant", span, name=var.name)


def store_into(body: Body, place: Spot | Accessed, value: Typed, span: Span) -> ir.Statement | None:
    """A value into a place or property."""
    if isinstance(place, Accessed):
        return write_property(body, place, value, span)
    expr = coerce(body, value, place.place.type, span)
    return None if expr is None else ir.Store(place.place, expr, span)


def _assign(body: Body, one: tree.Assign) -> Statements:
    if one.op == "REF=":
        return _refer(body, one)
    if one.op == "?=":
        body.unsupported("query", one.span)
        target(body, one.targets[0], raw=True)
        typed(body, one.value)
        return ()
    places = [target(body, expr) for expr in one.targets]
    last = places[-1]
    kind = None
    if isinstance(last, Spot):
        kind = last.place.type
    elif isinstance(last, Accessed):
        kind = resolve.resolve(body.world, last.node.type, last.pou.env, last.pou)
        kind = kind.target if isinstance(kind, t.Pointer) and kind.kind == "reference" else kind
    if one.op in ("S=", "R="):
        return _set(body, one, places)
    if kind is None and isinstance(one.value, (tree.StructInit, tree.ArrayInit)):
        body.failed = True
        return ()
    value = typed(body, one.value, kind)
    if one.op != ":=" and value is not None and isinstance(last, Spot):
        value = _with(body, one, last, value)
    if value is None or last is None:
        body.failed = True
        return ()
    out: list[ir.Statement] = []
    made = store_into(body, last, value, one.value.span if len(places) == 1 else one.span)
    for place in reversed(places[:-1]):
        if made is None or place is None or not isinstance(last, Spot):
            break
        out.append(_spanned(made, one.span))
        made = store_into(body, place, Typed(ir.Load(last.place, last.place.type, one.span)), one.span)
    if made is None:
        return ()
    out.append(_spanned(made, one.span))
    return tuple(out)


def _spanned(made: ir.Statement, span: Span) -> ir.Statement:
    return ir.Store(made.place, made.value, span) if isinstance(made, ir.Store) else made


def _with(body: Body, one: tree.Assign, place: Spot, value: Typed) -> Typed | None:
    """``x += v`` and its kin."""
    from assay.skills.plc.typed.operators import OPS, combine

    left = Typed(ir.Load(place.place, place.place.type, one.span))
    return combine(body, OPS[one.op[0]], left, value, one.span, place.place.type)


def _set(body: Body, one: tree.Assign, places: list[Spot | Accessed | None]) -> Statements:
    """``S=`` and ``R=``: set or reset when the value is TRUE."""
    gate = condition(body, typed(body, one.value, t.BOOL), one.value.span)
    value = Typed(ir.Const(one.op == "S=", t.BOOL, one.span))
    stores = [store_into(body, place, value, one.span) for place in places if place is not None]
    if gate is None or any(made is None for made in stores):
        return ()
    done = tuple(made for made in stores if made is not None)
    return (ir.Choice(((gate, done, one.value.span),), (), one.span),)


def _refer(body: Body, one: tree.Assign) -> Statements:
    """``r REF= x``."""
    place = target(body, one.targets[0], raw=True)
    if not isinstance(place, Spot) or not isinstance(place.place.type, t.Pointer):
        if place is not None:
            given = kinds.spell(place.place.type) if isinstance(place, Spot) else "PROPERTY"
            body.report("not_pointer", one.targets[0].span, given=given)
        typed(body, one.value)
        return ()
    kind = place.place.type
    if isinstance(one.value, tree.Literal_):
        return (ir.Store(place.place, ir.Const(None, kind, one.span), one.span),)
    from assay.skills.plc.typed.arguments import handed

    reference = t.Pointer("reference", kind.target)
    expr = handed(body, one.value, reference)
    if expr is None:
        body.failed = True
        return ()
    if kind != reference:
        expr = ir.AddressOf(expr.place, kind, one.span) if isinstance(expr, ir.AddressOf) else expr
    return (ir.Store(place.place, expr, one.span),)


# --- calls ----------------------------------------------------------------------------------------------------------


def _call(body: Body, one: tree.CallStatement) -> Statements:
    if one.bare:
        return _bare(body, one)
    found = call(body, one.call)
    if isinstance(found, ir.Invoke):
        return (ir.CallStatement(found, one.span),) if found.unit else ()
    if isinstance(found, Typed):
        expr = found.expr
        if isinstance(expr, ir.CallExpr):
            return (ir.CallStatement(expr.call, one.span),)
        if not isinstance(expr, ir.Load) and not body.not_run:
            body.report("no_effect", one.span)
    return ()


def _bare(body: Body, one: tree.CallStatement) -> Statements:
    """A name alone: a call of an action, or a forgotten assignment."""
    found = meaning(body, one.call.target)
    if isinstance(found, Bound) and found.method.part == "action":
        return (ir.CallStatement(ir.Invoke(found.method.full, found.instance, (), (), (), one.span), one.span),)
    if isinstance(found, (Spot, Typed, Bound, Accessed)):
        body.report("no_effect", one.span)
    if isinstance(found, Accessed):
        read_property(body, found, one.span)
    return ()


# --- choices and loops ----------------------------------------------------------------------------------------------


def _if(body: Body, one: tree.If) -> Statements:
    branches: list[tuple[ir.Expr, Statements, Span]] = []
    for place, branch in enumerate(one.branches):
        if place:
            with body.holding():
                gate = condition(body, typed(body, branch.condition, t.BOOL), branch.condition.span)
        else:
            gate = condition(body, typed(body, branch.condition, t.BOOL), branch.condition.span)
        done = block(body, branch.body)
        if gate is None:
            body.failed = True
        else:
            branches.append((gate, done, branch.span))
    orelse = block(body, one.orelse or ())
    return (ir.Choice(tuple(branches), orelse, one.span),) if branches else orelse


def _for(body: Body, one: tree.For) -> Statements:
    place = target(body, one.variable)
    kind = place.place.type if isinstance(place, Spot) else None
    counts = kind is not None and (kinds.is_kind(kind, "int", "bits") or (isinstance(kind, t.Enum) and body.vendor))
    good = isinstance(place, Spot) and counts
    if place is not None and not good:
        body.report("for_variable", one.variable.span, given=kinds.spell(kind))
    bounds: list[ir.Expr | None] = []
    wanted = t.base_of(kind) if kind is not None and good else t.DINT
    for part in (one.start, one.stop, one.step):
        found = Typed(ir.Const(1, wanted, one.span)) if part is None else typed(body, part, wanted)
        span = one.span if part is None else part.span
        bounds.append(None if found is None else _limit(body, found, wanted, span, part is one.step))
    step = bounds[2]
    if isinstance(step, ir.Const) and step.value == 0:
        body.report("for_step_zero", one.step.span if one.step is not None else one.span)
    body.loops += 1
    done = block(body, one.body)
    body.loops -= 1
    start, stop = bounds[0], bounds[1]
    if not isinstance(place, Spot) or not good or start is None or stop is None or step is None:
        body.failed = True
        return done
    return (ir.ForLoop(place.place, start, stop, step, done, one.span),)


def _limit(body: Body, found: Typed, kind: t.DataType, span: Span, step: bool) -> ir.Expr | None:
    """A limit of FOR in the variable's type; a literal step may be negative, a wider limit stays as it is."""
    if isinstance(found.expr, ir.Const) and found.loose and kinds.is_kind(found.type, "int"):
        number = found.expr.value
        if step and isinstance(number, int) and number < 0 and not kinds.holds(kind, number):
            return ir.Const(number, kinds.natural(number), span)
    fixed = isinstance(found.expr, ir.Const)
    if not fixed and kinds.is_kind(found.type, "int", "bits") and kinds.step(found.type, kind) == "no" and body.vendor:
        body.report("loss", span, given=kinds.spell(found.type), wanted=kinds.spell(kind))
        return found.expr
    return coerce(body, found, kind, span)


def _loop(body: Body, one: tree.While | tree.Repeat) -> Statements:
    first = isinstance(one, tree.While)
    if isinstance(one, tree.Repeat):
        body.loops += 1
        done = block(body, one.body)
        body.loops -= 1
        expr = one.until
    else:
        done, expr = (), one.condition
    with body.holding():
        gate = condition(body, typed(body, expr, t.BOOL), expr.span)
    if isinstance(one, tree.While):
        body.loops += 1
        done = block(body, one.body)
        body.loops -= 1
    if gate is None:
        body.failed = True
        return done
    if not first:
        from assay.skills.plc.typed.operators import negated

        turned = negated(Typed(gate), t.BOOL, tree.Unary("NOT", expr, expr.span))
        gate = turned.expr
    return (ir.Loop(gate, done, first, one.span),)


def _jump(body: Body, one: tree.Jump) -> Statements:
    match one.kind:
        case "RETURN":
            if one.value is not None:
                return (*_result(body, one), ir.Leave("return", one.span))
            return (ir.Leave("return", one.span),)
        case "EXIT" | "CONTINUE":
            if not body.loops:
                body.report("exit_outside", one.span, name=one.kind)
                return ()
            return (ir.Leave("exit" if one.kind == "EXIT" else "continue", one.span),)
    if one.label is not None and one.label.key not in body.labels:
        body.report("unknown_label", one.span, name=one.label.text)
    body.unsupported("goto", one.span)
    return ()


def _result(body: Body, one: tree.Jump) -> Statements:
    """``RETURN value``."""
    owner = body.owner
    assert one.value is not None
    name: tree.Name | None = None
    if isinstance(owner, Method):
        name = tree.Name(owner.name.partition(".")[0], one.span)
    elif isinstance(owner, Pou):
        name = owner.node.name
    found = None if name is None else meaning(body, tree.NameExpr(tree.Name(name.text, one.span), one.span))
    if not isinstance(found, Spot):
        typed(body, one.value)
        return ()
    value = typed(body, one.value, found.place.type)
    made = None if value is None else store_into(body, found, value, one.span)
    return () if made is None else (made,)


def _try(body: Body, one: tree.Try) -> Statements:
    """What is tried is typed and runs; nothing is caught."""
    body.unsupported("try", one.span)
    done = block(body, one.body)
    block(body, one.handler)
    return (*done, *block(body, one.last))


def every(statements: tuple[tree.Statement, ...]) -> Iterator[tree.Statement]:
    """Each statement, with those inside it."""
    todo = list(statements)
    while todo:
        one = todo.pop()
        yield one
        match one:
            case tree.If():
                for branch in one.branches:
                    todo.extend(branch.body)
                todo.extend(one.orelse or ())
            case tree.Case():
                for arm in one.arms:
                    todo.extend(arm.body)
                todo.extend(one.orelse or ())
            case tree.For() | tree.While() | tree.Repeat() | tree.Region():
                todo.extend(one.body)
            case tree.Try():
                todo.extend((*one.body, *one.handler, *one.last))


def labels(statements: tuple[tree.Statement, ...]) -> frozenset[str]:
    """All labels of a body, upper case."""
    return frozenset(one.name.key for one in every(statements) if isinstance(one, tree.Label))
