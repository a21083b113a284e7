"""Calls: of functions, function blocks, programs, methods, actions and properties, with their arguments bound."""

from __future__ import annotations

from assay.skills.plc.front import tree
from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.ir.types import DataType
from assay.skills.plc.typed import kinds, resolve, siemens
from assay.skills.plc.typed.arguments import Bindings, bind
from assay.skills.plc.typed.body import Body, Typed
from assay.skills.plc.typed.meaning import (
    Accessed,
    Bound,
    Meaning,
    Named,
    Spot,
    SuperBase,
    followed,
    meaning,
    own_meaning,
)
from assay.skills.plc.typed.members import program_spot
from assay.skills.plc.typed.symbols import Method, Pou, Symbol, Var


def call_value(body: Body, expr: tree.Call, want: DataType | None) -> Typed | None:
    """A call where a value is wanted."""
    found = call(body, expr, want)
    if isinstance(found, ir.Invoke):
        body.report("no_result", expr.span, name=spelled(expr.target))
        return None
    return found


def call(body: Body, expr: tree.Call, want: DataType | None = None) -> Typed | ir.Invoke | None:
    """A call: a typed value, or an invocation without one; None when it is unknown (reported)."""
    target = callee(body, expr.target)
    match target:
        case str():
            from assay.skills.plc.typed.functions import standard

            return standard(body, target, expr, want)
        case Bound():
            return _method(body, target, expr)
        case Spot():
            return _instance(body, target, expr)
        case Named():
            return _named(body, target.symbol, expr)
        case SuperBase():
            return _super(body, target, expr)
        case Typed():
            body.report("not_called", expr.target.span, name=spelled(expr.target))
        case Accessed():
            read = followed(body, read_property(body, target, expr.span))
            if isinstance(read, Spot):
                return _instance(body, read, expr)
    arguments_alone(body, expr)
    body.failed = True
    return None


def spelled(target: tree.Expr) -> str:
    """A call's target as it is written."""
    match target:
        case tree.NameExpr():
            return target.name.text
        case tree.Member():
            return f"{spelled(target.base)}.{target.name.text}"
        case tree.Deref():
            return f"{spelled(target.base)}^"
        case tree.This():
            return "THIS"
        case tree.Super():
            return "SUPER"
        case tree.Index():
            return f"{spelled(target.base)}[]"
    return "?"


def callee(body: Body, target: tree.Expr) -> Meaning | str:
    """What is called; a string is the upper-case name of what may be a standard function."""
    if body.env.dialect == "scl":
        target = siemens.instance_of(body, target) or target
    if isinstance(target, tree.NameExpr):
        if target.sigil == "#" and own_meaning(body, target.name) is None:
            return meaning(body, target)
        if target.sigil != '"':
            own = own_meaning(body, target.name)
            if own is not None and not (isinstance(own, Spot) and _is_own_name(body, target.name)):
                return target.name.key if _plain(own) and is_standard(target.name.key) else followed(body, own)
        if target.sigil != "#":
            symbol = body.world.find(body.env, target.name.key)
            if isinstance(symbol, Pou):
                return Named(symbol)
            if symbol is None and target.sigil == '"' and is_standard(target.name.key):
                return siemens.block_outside(body, target)
            if symbol is None or not isinstance(symbol, Var) or is_standard(target.name.key):
                return target.name.key
    if isinstance(target, tree.Member) and isinstance(target.base, tree.NameExpr):
        base = target.base.name.key
        if base in body.world.library_spaces and base not in body.world.names:
            symbol = body.world.names.get(target.name.key)
            return Named(symbol) if isinstance(symbol, Pou) else target.name.key
    return meaning(body, target)


def _plain(found: Meaning) -> bool:
    """Whether a name stands for a value that cannot be called, so that a function of this name is meant."""
    kind = found.type if isinstance(found, Typed) else found.place.type if isinstance(found, Spot) else None
    return kind is not None and not isinstance(kind, (t.Block, t.Pointer, t.Interface))


def is_standard(key: str) -> bool:
    """Whether a standard function has this upper-case name."""
    from assay.skills.plc.typed.standard import TABLE

    return key in TABLE


def _is_own_name(body: Body, name: tree.Name) -> bool:
    """A function that calls itself by its name, which is also that of its result."""
    owner = body.owner
    return isinstance(owner, Pou) and owner.node.kind == "FUNCTION" and owner.bare.upper() == name.key


def arguments_alone(body: Body, expr: tree.Call) -> None:
    """The arguments of something unknown are checked by themselves."""
    from assay.skills.plc.typed.exprs import typed

    for one in expr.arguments:
        if one.value is not None and not isinstance(one.value, (tree.StructInit, tree.ArrayInit)):
            if one.mode == ":=":
                typed(body, one.value)
            else:
                meaning(body, one.value)


def unknown_function(body: Body, expr: tree.Call, name: str, close: str) -> None:
    """One finding for a function that is declared nowhere."""
    external = siemens.is_external(body, expr.target, close)
    body.report("unknown_function", expr.target.span, once=name.upper(), name=name, close=close, external=external)
    arguments_alone(body, expr)
    body.failed = True


# --- what is called -------------------------------------------------------------------------------------------------


def _named(body: Body, symbol: Symbol, expr: tree.Call) -> Typed | ir.Invoke | None:
    if isinstance(symbol, Pou):
        if symbol.node.kind == "FUNCTION":
            bound = bind(body, list(symbol.vars.values()), expr, spelled(expr.target), function=True)
            result = None
            if resolve.gives(symbol):
                result = resolve.result_of(body.world, symbol)
                if result is None:
                    body.failed = True
                    return None
            if bound is None:
                return _failed(body, result, expr.span)
            return made(body, symbol.name, None, bound, expr.span, result)
        if symbol.node.kind in ("PROGRAM", "ORGANIZATION_BLOCK"):
            return _instance(body, program_spot(body, symbol, expr.target.span), expr)
    if symbol.name != "?":
        body.report("called_type", expr.target.span, name=symbol.name)
    arguments_alone(body, expr)
    body.failed = True
    return None


def _failed(body: Body, result: DataType | None, span: Span) -> Typed | None:
    """After a wrong call its type is still known, so that nothing follows from it."""
    body.failed = True
    return None if result is None else Typed(ir.Const(None, result, span))


def made(
    body: Body,
    unit: str,
    instance: ir.Place | None,
    bound: Bindings,
    span: Span,
    result: DataType | None,
    virtual: str | None = None,
) -> Typed | ir.Invoke:
    """The invocation; one that is switched by EN becomes a choice before the statement at hand."""
    invoke = ir.Invoke(unit, instance, bound.inputs, bound.in_outs, bound.outputs, span, virtual)
    if bound.enable is None and bound.enabled is None:
        return invoke if result is None else Typed(ir.CallExpr(invoke, result, span))
    return _switched(body, invoke, bound, span, result)


def _switched(body: Body, invoke: ir.Invoke, bound: Bindings, span: Span, result: DataType | None) -> Typed | ir.Invoke:
    enable = bound.enable or ir.Const(True, t.BOOL, span)
    done: list[ir.Statement] = []
    flag = body.keep(enable)
    held = None
    if result is None:
        done.append(ir.CallStatement(invoke, span))
    else:
        held = body.temporary(result, span)
        done.append(ir.Store(held, ir.CallExpr(invoke, result, span), span))
    done.extend(bound.after)
    bound.after.clear()
    body.before.append(ir.Choice(((ir.Load(flag, t.BOOL, span), tuple(done), span),), (), span))
    if bound.enabled is not None:
        body.before.append(ir.Store(bound.enabled, ir.Load(flag, t.BOOL, span), span))
    if held is None:
        # The call stands before; what is left of the statement does nothing.
        return ir.Invoke("", None, (), (), (), span)
    return Typed(ir.Load(held, held.type, span))


def _instance(body: Body, target: Spot, expr: tree.Call) -> ir.Invoke | Typed | None:
    kind = target.place.type
    if not isinstance(kind, t.Block):
        body.report("not_called", expr.target.span, name=spelled(expr.target), severity="error")
        arguments_alone(body, expr)
        body.failed = True
        return None
    pou = body.world.names.get(kind.name.upper())
    if not isinstance(pou, Pou):
        body.failed = True
        return None
    bound = bind(
        body, pou.all_vars(), expr, spelled(expr.target), function=False, instance=target.place, open_=pou.incomplete()
    )
    if bound is None or pou.incomplete():
        body.failed = True
        return None
    return made(body, pou.name, target.place, bound, expr.span, None)


def _super(body: Body, target: SuperBase, expr: tree.Call) -> ir.Invoke | Typed | None:
    if target.base is None:
        if body.pou is not None and not body.pou.incomplete():
            body.report("no_owner", expr.span, name="SUPER")
        body.failed = True
        return None
    place = ir.SelfInstance(t.Block(target.base.name), expr.span)
    bound = bind(body, target.base.all_vars(), expr, "SUPER", function=False, instance=place)
    return None if bound is None else made(body, target.base.name, place, bound, expr.span, None)


def _method(body: Body, target: Bound, expr: tree.Call) -> Typed | ir.Invoke | None:
    method = target.method
    if method.part == "action":
        return _action(body, target, expr)
    result = None
    if resolve.gives(method):
        result = resolve.result_of(body.world, method)
        if result is None:
            body.failed = True
            arguments_alone(body, expr)
            return None
    bound = bind(body, list(method.vars.values()), expr, spelled(expr.target), function=True)
    if bound is None:
        return _failed(body, result, expr.span)
    return made(body, method.full, target.instance, bound, expr.span, result, _virtual(target))


def _action(body: Body, target: Bound, expr: tree.Call) -> ir.Invoke | None:
    """An action has no variables: what CODESYS lets a call hand in and out are those of its unit, stored before the
    action runs and read after it."""
    method = target.method
    plain = ir.Invoke(method.full, target.instance, (), (), (), expr.span)
    if not expr.arguments:
        return plain
    if not body.vendor:
        body.report("too_many", expr.span, name=method.name, most=0, given=len(expr.arguments))
        return plain
    named = {one.name.key for one in expr.arguments if one.name is not None}
    variables = [one for one in method.owner.all_vars() if one.section != "in_out" or one.key in named]
    open_ = method.owner.incomplete()
    name = spelled(expr.target)
    bound = bind(body, variables, expr, name, function=False, instance=target.instance, open_=open_)
    if bound is None:
        return None
    if bound.in_outs or bound.enable is not None or bound.enabled is not None:
        body.unsupported("in_out", expr.span)
    for key, value in bound.inputs:
        body.before.append(ir.Store(ir.FieldOf(target.instance, key, value.type, expr.span), value, expr.span))
    for key, place in bound.outputs:
        held = ir.FieldOf(target.instance, key, place.type, expr.span)
        body.after.append(ir.Store(place, ir.Load(held, place.type, expr.span), expr.span))
    return plain


def _virtual(target: Bound) -> str | None:
    """The name to look up when the program runs, where the instance may be of a type that extends the declared one."""
    face = target.method.owner.node.kind == "INTERFACE"
    return target.method.name.upper() if face or (target.method.owner.extended and not target.exact) else None


# --- properties -----------------------------------------------------------------------------------------------------


def _accessor(body: Body, found: Accessed, part: str, span: Span) -> Method | None:
    method = found.pou.find_method(f"{found.node.name.key}.{part}")
    if method is None:
        if found.pou.node.kind == "INTERFACE":
            # An interface may name a property without saying how it is reached.
            body.failed = True
        elif not found.pou.incomplete():
            body.report("not_a_value" if part == "GET" else "not_a_place", span, name=found.node.name.text)
    return method


def read_property(body: Body, found: Accessed, span: Span) -> Typed | None:
    """The value of a property by its getter."""
    method = _accessor(body, found, "GET", span)
    kind = resolve.resolve(body.world, found.node.type, found.pou.env, found.pou)
    if method is None or kind is None:
        body.failed = True
        return None
    bound = Bound(method, found.instance, found.exact)
    invoke = ir.Invoke(method.full, found.instance, (), (), (), span, _virtual(bound))
    return Typed(ir.CallExpr(invoke, kind, span))


def write_property(body: Body, found: Accessed, value: Typed, span: Span) -> ir.Statement | None:
    """An assignment to a property by its setter (or through the reference that its getter gives)."""
    from assay.skills.plc.typed.convert import coerce

    kind = resolve.resolve(body.world, found.node.type, found.pou.env, found.pou)
    if isinstance(kind, t.Pointer) and kind.kind == "reference":
        place = followed(body, read_property(body, found, span))
        if isinstance(place, Spot):
            expr = coerce(body, value, place.place.type, span)
            return None if expr is None else ir.Store(place.place, expr, span)
        return None
    method = _accessor(body, found, "SET", span)
    if method is None or kind is None:
        body.failed = True
        return None
    expr = coerce(body, value, kind, span)
    if expr is None:
        return None
    bound = Bound(method, found.instance, found.exact)
    inputs = ((found.node.name.text, expr),)
    return ir.CallStatement(ir.Invoke(method.full, found.instance, inputs, (), (), span, _virtual(bound)), span)


def kept_type(kind: DataType | None) -> str:
    """A type for a message."""
    return kinds.spell(kind)
