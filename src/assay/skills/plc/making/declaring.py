"""Small mends of a draft that need no model: an END_IF that stands before its ELSIF, and declarations that were
forgotten where the use says plainly what a name is (the variable of a FOR, a counter, a flag, a timer, an edge).
Anything else stays as it is, and the checker says so."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

from assay.skills.plc.front import tree
from assay.skills.plc.front.parser import parse
from assay.skills.plc.front.source import Source, Span
from assay.skills.plc.making.drafting import Draft
from assay.skills.plc.making.interface import Interface, assemble

_EARLY_END = re.compile(r"\bEND_IF\s*;?\s*(?=(?:ELSIF|ELSE)\b)", re.I)
_BY_INPUTS = {frozenset({"IN", "PT"}): "TON", frozenset({"CLK"}): "R_TRIG"}


def declared(draft: Draft, interface: Interface) -> Draft:
    """The draft with the missing declarations that are plain."""
    text = assemble(interface, draft.local, draft.body)
    unit = next((one for one in parse(Source("draft.st", text)).unit.elements if isinstance(one, tree.Pou)), None)
    if unit is None:
        return draft
    known = {name.key for block in unit.blocks for one in block.declarations for name in one.names}
    known |= {unit.name.key}
    found: dict[str, str] = {}
    for name, kind in _uses(unit.body):
        if name.upper() not in known and name.upper() not in {one.upper() for one in found}:
            found[name] = kind
    if not found:
        return draft
    lines = "\n".join(f"    {name} : {kind};" for name, kind in found.items())
    local = "\n".join(one for one in (draft.local, f"VAR\n{lines}\nEND_VAR") if one)
    return dataclasses.replace(draft, local=local)


def joined(draft: Draft, interface: Interface) -> Draft:
    """The draft without an END_IF before each ELSIF or ELSE, when it cannot be read with them and can without."""
    body = _EARLY_END.sub("", draft.body)
    if body == draft.body or _readable(draft.body, draft, interface) or not _readable(body, draft, interface):
        return draft
    return dataclasses.replace(draft, body=body)


def _readable(body: str, draft: Draft, interface: Interface) -> bool:
    return parse(Source("draft.st", assemble(interface, draft.local, body))).ok


def _uses(statements: tuple[tree.Statement, ...]) -> Iterator[tuple[str, str]]:
    for node in _nodes(statements):
        if isinstance(node, tree.For) and isinstance(node.variable, tree.NameExpr):
            yield node.variable.name.text, "INT"
        elif isinstance(node, tree.CallStatement) and isinstance(node.call.target, tree.NameExpr):
            inputs = frozenset(one.name.key for one in node.call.arguments if one.name is not None)
            kind = _BY_INPUTS.get(inputs - {"Q", "ET"})
            if kind is not None:
                yield node.call.target.name.text, kind
        elif isinstance(node, tree.Assign):
            kind = _kind(node.value)
            for target in node.targets:
                if kind is not None and isinstance(target, tree.NameExpr):
                    yield target.name.text, kind


def _kind(value: tree.Expr) -> str | None:
    """What an assigned value says of its variable; None when it says nothing plain."""
    match value:
        case tree.Paren():
            return _kind(value.inner)
        case tree.Literal_():
            return {"bool": "BOOL", "int": "INT", "real": "REAL", "time": "TIME"}.get(value.kind)
        case tree.Unary():
            return "BOOL" if value.op == "NOT" else _kind(value.operand)
        case tree.Binary():
            if value.op in ("=", "<>", "<", ">", "<=", ">=", "AND", "OR", "XOR", "AND_THEN", "OR_ELSE"):
                return "BOOL"
            return _kind(value.right) or _kind(value.left)
        case _:
            return None


def _nodes(value: Any) -> Iterator[Any]:
    """Every node of the tree at or below a value, in the order of the text."""
    if isinstance(value, Span):
        return
    if isinstance(value, tuple):
        for one in value:
            yield from _nodes(one)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield value
        for field in dataclasses.fields(value):
            yield from _nodes(getattr(value, field.name))
