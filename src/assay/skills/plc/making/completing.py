"""Statements that make a program keep a property, written by code from the property itself.

A property that a person confirmed is part of the requirement. Where it says plainly what an output must be (``when``
-> ``output = value``), code can write the statement; no model is needed for it. What comes out is a candidate like any
other: it goes through every gate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from assay.skills.plc.front import tree
from assay.skills.plc.front.parser import parse_expression
from assay.skills.plc.making.conditions import spelled
from assay.skills.plc.making.interface import Interface

_SAFE = {"BOOL": "FALSE", "REAL": "0.0", "LREAL": "0.0", "TIME": "T#0s"}
_HISTORY = re.compile(r"\b(PREV|ROSE|FELL)\s*\(", re.I)
_INSTANCE = re.compile(r"\binstance\.", re.I)


def statements(properties: list[Mapping[str, Any]], interface: Interface) -> str:
    """Structured Text that sets outputs as the properties say, in their order; empty when none says it plainly."""
    return "\n".join(line for one in properties for line in _of(one, interface))


def safe_values(interface: Interface) -> str:
    """Every output with the value that nothing has to justify, where its type has one."""
    made = []
    for name in interface.of("VAR_OUTPUT"):
        kind = interface.names[name][1]
        value = _SAFE.get(kind, "0" if re.fullmatch(r"U?[SDL]?INT", kind) else "")
        made += [f"{spelled(name, interface.declarations)} := {value};"] if value else []
    return "\n".join(made)


def _of(one: Mapping[str, Any], interface: Interface) -> Iterator[str]:
    when, then = (_plain(one.get(key)) for key in ("when", "then"))
    kind = one.get("kind")
    if _HISTORY.search(when + then):
        return
    if kind == "implication":
        yield from _guarded(when, then, interface)
    elif kind == "invariant":
        left, arrow, right = then.partition("-->")
        yield from _guarded(left, right, interface) if arrow else _always(then, interface)
    elif kind == "forbidden":
        yield from _guarded(when, _denied(when, interface), interface)
    elif kind == "exclusive":
        names = [str(name) for name in one.get("of", ())]
        for place, name in enumerate(names[1:], start=1):
            if _settable(name, interface):
                yield from _if(f"({' OR '.join(names[:place])}) AND {name}", [f"{name} := FALSE;"])


def _plain(value: Any) -> str:
    return _INSTANCE.sub("", str(value or "")).replace("&&", " AND ").replace("||", " OR ").strip()


def _guarded(when: str, then: str, interface: Interface) -> Iterator[str]:
    expression, _ = parse_expression(then)
    lines = list(_settings(expression, then, interface)) if expression is not None else []
    if lines and when:
        yield from _if(when, lines)


def _always(then: str, interface: Interface) -> Iterator[str]:
    """``out = expression`` for ever, and limits (``out >= 0``) by cutting."""
    expression, _ = parse_expression(then)
    for part in _parts(expression):
        if isinstance(part, tree.Binary) and part.op in (">=", "<=", ">", "<"):
            name, limit = _text(part.left, then), _text(part.right, then)
            if _settable(name, interface) and part.op in (">=", "<="):
                yield from _if(f"{name} {'<' if part.op == '>=' else '>'} {limit}", [f"{name} := {limit};"])
        else:
            yield from _settings(part, then, interface)


def _if(condition: str, lines: list[str]) -> Iterator[str]:
    yield f"IF {condition} THEN"
    yield from (f"    {line}" for line in lines)
    yield "END_IF;"


def _settings(expression: tree.Expr | None, text: str, interface: Interface) -> Iterator[str]:
    for part in _parts(expression):
        if isinstance(part, tree.Binary) and part.op == "=":
            name = _text(part.left, text)
            if _settable(name, interface):
                yield f"{name} := {_text(part.right, text)};"
        elif isinstance(part, tree.Unary) and part.op == "NOT":
            name = _text(_bare(part.operand), text)
            if _settable(name, interface):
                yield f"{name} := FALSE;"
        elif isinstance(part, tree.NameExpr) and _settable(part.name.text, interface):
            yield f"{part.name.text} := TRUE;"


def _denied(condition: str, interface: Interface) -> str:
    """What makes a forbidden conjunction false: its last output the other way round."""
    expression, _ = parse_expression(condition)
    for part in reversed(list(_parts(expression))):
        if isinstance(part, tree.NameExpr) and _settable(part.name.text, interface):
            return f"NOT {part.name.text}"
        if isinstance(part, tree.Binary) and part.op == "=" and _settable(_text(part.left, condition), interface):
            value = _text(part.right, condition).upper()
            if value in ("TRUE", "FALSE"):
                return f"{_text(part.left, condition)} = {'FALSE' if value == 'TRUE' else 'TRUE'}"
    return ""


def _parts(expression: tree.Expr | None) -> Iterator[tree.Expr]:
    bare = _bare(expression)
    if isinstance(bare, tree.Binary) and bare.op == "AND":
        yield from _parts(bare.left)
        yield from _parts(bare.right)
    elif bare is not None:
        yield bare


def _bare(expression: tree.Expr | None) -> tree.Expr | None:
    while isinstance(expression, tree.Paren):
        expression = expression.inner
    return expression


def _text(expression: tree.Expr | None, text: str) -> str:
    bare = _bare(expression)
    return text[bare.span.start : bare.span.end].strip() if bare is not None else ""


def _settable(name: str, interface: Interface) -> bool:
    section, _ = interface.names.get(name.upper(), ("", ""))
    return section in ("VAR_OUTPUT", "VAR", "VAR_IN_OUT")
