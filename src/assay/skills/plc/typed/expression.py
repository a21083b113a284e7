"""Expressions over the variables of a checked unit: what properties, tests and watches are made of."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace

from assay.skills.plc.front import tree
from assay.skills.plc.front.diagnostic import Diagnostic
from assay.skills.plc.front.parser import parse_expression
from assay.skills.plc.front.source import NOWHERE
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.ir.types import DataType
from assay.skills.plc.typed.body import Body
from assay.skills.plc.typed.check import start
from assay.skills.plc.typed.exprs import typed
from assay.skills.plc.typed.report import Report
from assay.skills.plc.typed.symbols import Env, GlobalList, Method, Pou, TypeName, Var
from assay.skills.plc.typed.world import World

_KINDS: dict[ir.UnitKind, tree.PouKind] = {
    "program": "PROGRAM", "function_block": "FUNCTION_BLOCK", "function": "FUNCTION",
}  # fmt: skip


def expression(
    project: ir.Project, unit_name: str, text: str, *, history: bool = True
) -> tuple[ir.Expr | None, tuple[Diagnostic, ...]]:
    """An expression of Structured Text over a unit's variables and the globals, typed.

    ``history``: PREV(x), ROSE(x) and FELL(x) may stand. ``instance.x`` and ``UnitName.x`` are the unit's own ``x``;
    ``a --> b`` is implication, weaker than OR and taken from the right. The expression is None after an error; places
    in the diagnostics are code points of ``text`` (source ``<expression>``).
    """
    unit = project.unit(unit_name)
    report = Report()
    env = Env((), (), "codesys")
    if unit is None:
        report.add("unknown_name", NOWHERE, name=unit_name)
        return None, tuple(report.items)
    found, problems = _parsed(text)
    if found is None or any(one.severity == "error" for one in problems):
        return None, problems
    world = _world(project, report, env)
    pou = world.names.get(unit.name.upper())
    body = Body(world, env, pou if isinstance(pou, Pou) else None, history=history)
    made = typed(body, _own_names(found, unit), t.BOOL)
    errors = any(one.severity == "error" for one in report.items)
    hidden = bool(body.before or body.after or body.not_run)
    if hidden and not errors:
        report.add("not_run_value", found.span, severity="error")
    return (None if made is None or errors or hidden else made.expr), (*problems, *report.items)


# --- implication ----------------------------------------------------------------------------------------------------


def _parsed(text: str) -> tuple[tree.Expr | None, tuple[Diagnostic, ...]]:
    """Parsed with ``-->``: each side keeps its place in the text."""
    place = _arrow(text)
    if place is None:
        inner = _in_parentheses(text)
        return parse_expression(inner, dialect="codesys") if inner is not None else _implied(text)
    left, problems = _parsed(text[:place])
    right, more = _parsed(" " * (place + 3) + text[place + 3 :])
    if left is None or right is None:
        return None, (*problems, *more)
    span = left.span.to(right.span)
    return tree.Binary("OR", tree.Unary("NOT", left, left.span), right, span), (*problems, *more)


def _arrow(text: str) -> int | None:
    """Where the first ``-->`` outside parentheses and quotes stands."""
    depth, quote = 0, ""
    for place, one in enumerate(text):
        if quote:
            quote = "" if one == quote else quote
        elif one in "'\"":
            quote = one
        elif one in "([":
            depth += 1
        elif one in ")]":
            depth -= 1
        elif depth == 0 and text.startswith("-->", place):
            return place
    return None


def _in_parentheses(text: str) -> str | None:
    """The text itself when there is no ``-->`` within parentheses."""
    return None if "-->" in text else text


def _implied(text: str) -> tuple[tree.Expr | None, tuple[Diagnostic, ...]]:
    """``-->`` within parentheses is written with NOT and OR, from the innermost outwards."""
    inner = re.compile(r"\(([^()]*?)-->([^()]*)\)")
    before = ""
    while "-->" in text and before != text:
        before = text
        text = inner.sub(lambda one: f"⟦(NOT ⟦{one[1]}⟧) OR ⟦{one[2]}⟧⟧".replace("(", "⟦").replace(")", "⟧"), text)
        if before == text:
            # Parentheses without an arrow hide the next ones.
            text = re.sub(r"\(([^()]*)\)", r"⟦\1⟧", text, count=1)
    return parse_expression(text.replace("⟦", "(").replace("⟧", ")"), dialect="codesys")


def _own_names(expr: tree.Expr, unit: ir.Unit) -> tree.Expr:
    """``instance.x`` and ``Unit.x`` as ``x``, everywhere in an expression."""
    bare = unit.name.rpartition(".")[2].upper()
    names = {one for one in ("INSTANCE", bare, unit.name.upper()) if unit.variable(one) is None}

    def renamed(one: object) -> object:
        if isinstance(one, tree.Member) and isinstance(one.base, tree.NameExpr) and one.base.name.key in names:
            return tree.NameExpr(one.name, one.span)
        if isinstance(one, tuple) and not hasattr(one, "_fields"):
            return tuple(renamed(part) for part in one)
        if is_dataclass(one) and not isinstance(one, type) and type(one).__module__ == tree.__name__:
            changed = {part.name: renamed(getattr(one, part.name)) for part in fields(one)}
            return replace(one, **changed)
        return one

    made = renamed(expr)
    assert isinstance(made, tree.Expr)
    return made


# --- the names of a project ------------------------------------------------------------------------------------------


def _world(project: ir.Project, report: Report, env: Env) -> World:
    """A world with the names of a project."""
    world = start(report)
    for one in project.globals.values():
        var = _variable(one, env, None)
        var.full = one.name
        world.names[one.name.upper()] = var
        world.globals.append(var)
        head, dot, tail = one.name.rpartition(".")
        if dot:
            world.names.setdefault(head.upper(), GlobalList(head))
            world.bare.setdefault(tail.upper(), []).append(var)
        _types(world, one.type, env)
    for unit in project.units.values():
        if unit.owner is None and not unit.library:
            _enter(world, unit, env)
    for unit in project.units.values():
        if unit.owner is not None:
            _method(world, unit, env)
    return world


def _enter(world: World, unit: ir.Unit, env: Env) -> None:
    name = tree.Name(unit.name.rpartition(".")[2], unit.span)
    result = tree.NamedType((tree.Name("BOOL", unit.span),), unit.span) if unit.result is not None else None
    node = tree.Pou(_KINDS.get(unit.kind, "FUNCTION_BLOCK"), name, (), (), unit.span, unit.span, result=result)
    pou = Pou(unit.name, node, env, result=unit.result)
    for one in unit.variables:
        if one.section != "result":
            pou.vars[one.name.upper()] = _variable(one, env, pou)
        _types(world, one.type, env)
    world.names[pou.key] = pou


def _method(world: World, unit: ir.Unit, env: Env) -> None:
    owner = world.names.get((unit.owner or "").upper())
    if not isinstance(owner, Pou) or unit.owner is None:
        return
    name = unit.name[len(unit.owner) + 1 :]
    bare = tree.Name(name, unit.span)
    node = tree.Method(bare, frozenset(), None, (), (), unit.span)
    part = "action" if unit.kind == "action" else "method"
    method = Method(name, owner, node, "action" if part == "action" else "method", None, known=unit.result)
    for one in unit.variables:
        if one.section != "result":
            method.vars[one.name.upper()] = _variable(one, env, method)
    owner.methods[name.upper()] = method


def _variable(one: ir.Variable, env: Env, owner: Pou | Method | None) -> Var:
    made = Var(one.name, one.section, None, None, one.span, env, owner, full=one.name, location=one.location)
    made.type, made.value, made.constant = one.type, one.initial, one.constant
    return made


def _types(world: World, kind: DataType, env: Env) -> None:
    """The members of enumerations can be named."""
    todo, seen = [kind], set[str]()
    while todo:
        one = todo.pop()
        match one:
            case t.Array():
                todo.append(one.element)
            case t.Pointer():
                todo.append(one.target)
            case t.Struct() if one.name not in seen:
                seen.add(one.name)
                todo.extend(inner for _, inner in one.fields)
            case t.Enum() if one.name.upper() not in world.names:
                members = tuple((tree.Name(name, NOWHERE), None) for name, _ in one.members)
                spec = tree.EnumType(members, None, NOWHERE)
                name = tree.Name(one.name, NOWHERE)
                found = TypeName(one.name, tree.TypeDecl(name, spec, None, NOWHERE), env, type=one)
                world.names[one.name.upper()] = found
                for member, _ in one.members:
                    world.members.setdefault(member.upper(), []).append(found)
