"""The mutation operators: what may stand at a place of a program instead of what does."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assay.skills.plc.ir import nodes
from assay.skills.plc.ir.nodes import Binary, Builtin, Const, Load, LocalVar, Store, Unary, Unit
from assay.skills.plc.ir.types import BOOL, LINT, Block, DataType, Elementary, Enum, Subrange, Text
from assay.skills.plc.testing.values import to_single
from assay.skills.plc.testing.walk import Path, Several

_Table = dict[nodes.BinaryOp, tuple[nodes.BinaryOp, ...]]

#: What :func:`~.mutants.mutate` may be asked for.
OPERATORS = (
    "relational", "arithmetic", "logical", "negate_condition", "constant", "time", "timer_preset", "case_label",
    "stuck", "remove_statement", "swap_branches", "wrong_variable", "edge_to_level", "drop_not", "initial",
)  # fmt: skip
_RELATIONAL: _Table = {
    "eq": ("ne",), "ne": ("eq",), "lt": ("le", "ge"), "le": ("lt", "gt"), "gt": ("ge", "le"), "ge": ("gt", "lt"),
}  # fmt: skip
_ARITHMETIC: _Table = {
    "add": ("sub",),
    "sub": ("add",),
    "mul": ("div",),
    "div": ("mul",),
    "mod": ("div",),
    "pow": ("mul",),
}
_LOGICAL: _Table = {
    "and": ("or",), "or": ("and",), "xor": ("or",), "and_then": ("or_else",), "or_else": ("and_then",),
}  # fmt: skip
_EDGES = {"R_TRIG": False, "F_TRIG": True}
_MOST_VARIABLES = 2

Change = tuple[str, Path, Any]


@dataclass(frozen=True, slots=True)
class Site:
    """One node of a unit's body: its path and the nodes around it, the nearest first."""

    unit: Unit
    path: Path
    node: Any
    parents: tuple[Any, ...]


def changes(site: Site) -> Iterator[Change]:
    """Operator, path and what stands there instead (a tuple for a statement: nothing or several)."""
    node, path = site.node, site.path
    if isinstance(node, Binary):
        yield from _binary(node, path)
    elif isinstance(node, Const):
        operator = _constant_kind(site)
        for value in other_constants(node.value, node.type):
            yield operator, path, dataclasses.replace(node, value=value)
    elif isinstance(node, Unary) and node.op == "not":
        yield "drop_not", path, node.operand
    elif isinstance(node, Load):
        yield from _load(site, node)
    elif isinstance(node, nodes.Choice):
        yield from _choice(node, path)
    elif isinstance(node, nodes.Loop):
        yield "negate_condition", (*path, "condition"), negated(node.condition)
    elif isinstance(node, nodes.Switch):
        yield from _switch(node, path)
    if isinstance(node, (Store, nodes.CallStatement, nodes.Leave)):
        yield from _statement(node, path)


def negated(condition: nodes.Expr) -> nodes.Expr:
    """NOT of a condition, without two NOTs in a row."""
    if isinstance(condition, Unary) and condition.op == "not":
        return condition.operand
    return Unary("not", condition, BOOL, condition.span)


def _binary(node: Binary, path: Path) -> Iterator[Change]:
    logical = node.op in _LOGICAL and node.type == BOOL
    for operator, table in (("relational", _RELATIONAL), ("arithmetic", _ARITHMETIC), ("logical", _LOGICAL)):
        for op in table.get(node.op, ()):
            if isinstance(node.type, Elementary) and node.type.kind == "time" and op in ("mul", "div", "mod"):
                continue
            yield operator, path, dataclasses.replace(node, op=op)
    if logical and node.op in ("and", "and_then"):
        for level, edge in ((node.left, node.right), (node.right, node.left)):
            if isinstance(edge, Unary) and edge.op == "not" and isinstance(edge.operand, Load):
                yield "edge_to_level", path, level


def _constant_kind(site: Site) -> str:
    node = site.node
    if isinstance(node.type, Elementary) and node.type.kind == "time":
        call = next((one for one in site.parents if isinstance(one, nodes.Invoke)), None)
        return "time" if call is None else "timer_preset"
    return "constant"


def other_constants(value: Any, kind: DataType) -> Iterator[Any]:
    """Near values of the same type."""
    if isinstance(kind, Enum):
        numbers = [number for _, number in kind.members]
        if value in numbers and len(numbers) > 1:
            yield numbers[(numbers.index(value) + 1) % len(numbers)]
    elif isinstance(kind, Text):
        yield "" if value else "?"
    elif isinstance(kind, Subrange):
        yield from (one for one in (value + 1, value - 1) if kind.low <= one <= kind.high)
    elif isinstance(kind, Elementary):
        yield from _other_elementary(value, kind)


def _other_elementary(value: Any, kind: Elementary) -> Iterator[Any]:
    if kind.kind == "bool":
        yield not value
    elif kind.kind == "time":
        yield from (value * 2, value // 2) if value else (10**9,)
    elif kind.kind == "real":
        near = (value + 1.0, value - 1.0) if abs(value) >= 1.0 or value == 0.0 else (value * 2.0, value * 0.5)
        yield from (one for one in ((to_single(each) if kind.bits == 32 else each) for each in near) if one != value)
    elif kind.kind in ("int", "bits"):
        yield from (one for one in (value + 1, value - 1) if kind.low <= one <= kind.high)


def _load(site: Site, node: Load) -> Iterator[Change]:
    place, unit = node.place, site.unit
    if node.type == BOOL:
        for value in (True, False):
            yield "stuck", site.path, Const(value, BOOL, node.span)
    if not isinstance(place, LocalVar) or isinstance(node.type, Block):
        return
    own = unit.variable(place.name)
    others = [
        one
        for one in unit.variables
        if one.type == node.type and not one.constant and one.name.upper() != place.name.upper()
    ]
    if own is not None:
        others.sort(key=lambda one: one.section != own.section)
    for one in others[:_MOST_VARIABLES]:
        yield "wrong_variable", site.path, Load(LocalVar(one.name, one.type, place.span), node.type, node.span)


def _choice(node: nodes.Choice, path: Path) -> Iterator[Change]:
    for index, (condition, _, _) in enumerate(node.branches):
        yield "negate_condition", (*path, "branches", index, 0), negated(condition)
    first = node.branches[0]
    if len(node.branches) == 1 and node.orelse:
        swapped = dataclasses.replace(node, branches=((first[0], node.orelse, first[2]),), orelse=first[1])
        yield "swap_branches", path, swapped
    for index in range(len(node.branches) - 1):
        one, other = node.branches[index], node.branches[index + 1]
        pair = ((one[0], other[1], one[2]), (other[0], one[1], other[2]))
        branches = (*node.branches[:index], *pair, *node.branches[index + 2 :])
        yield "swap_branches", path, dataclasses.replace(node, branches=branches)


def _switch(node: nodes.Switch, path: Path) -> Iterator[Change]:
    for index, (ranges, body, _) in enumerate(node.arms):
        yield "case_label", (*path, "arms", index, 0), tuple((low + 1, high + 1) for low, high in ranges)
        if index + 1 < len(node.arms):
            other = node.arms[index + 1]
            pair = ((ranges, other[1], node.arms[index][2]), (other[0], body, other[2]))
            arms = (*node.arms[:index], *pair, *node.arms[index + 2 :])
            yield "swap_branches", path, dataclasses.replace(node, arms=arms)


def _statement(node: Any, path: Path) -> Iterator[Change]:
    yield "remove_statement", path, Several(())
    if not isinstance(node, nodes.CallStatement):
        return
    call = node.call
    for index, (name, value) in enumerate(call.inputs):
        kind = getattr(value, "type", None)
        if name.upper() == "PT" and isinstance(kind, Elementary) and kind.kind == "time":
            if not isinstance(value, Const):
                twice = Builtin("__MULTIME", (value, Const(2, LINT)), kind, value.span)
                yield "timer_preset", (*path, "call", "inputs", index, 1), twice
        if name.upper() == "CLK" and call.unit.upper() in _EDGES and isinstance(call.instance, _PLACES):
            level = negated(value) if _EDGES[call.unit.upper()] else value
            place = nodes.FieldOf(call.instance, "Q", BOOL, node.span)
            yield "edge_to_level", path, Store(place, level, node.span)


_PLACES = (nodes.LocalVar, nodes.SelfVar, nodes.GlobalVar, nodes.FieldOf, nodes.ElementOf, nodes.Followed)
