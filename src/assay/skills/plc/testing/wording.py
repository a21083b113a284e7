"""Pieces of the intermediate form as ST text, for a person who reads what a mutant changed."""

from __future__ import annotations

from typing import Any

from assay.skills.plc.ir import nodes
from assay.skills.plc.ir.types import DataType, Text
from assay.skills.plc.testing.values import show_value

_BINARY = {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "mod": "MOD", "pow": "**", "and": "AND", "or": "OR", "xor": "XOR",
    "and_then": "AND_THEN", "or_else": "OR_ELSE", "eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">=",
}  # fmt: skip


def words(node: Any) -> str:
    """One expression, place or statement on one line; bodies of branches and loops are left out."""
    if isinstance(node, tuple):
        return " ".join(words(one) for one in node)
    return _expression(node) if isinstance(node, _EXPRESSIONS) else _statement(node)


_EXPRESSIONS = (
    nodes.Const, nodes.Load, nodes.AddressOf, nodes.Unary, nodes.Binary, nodes.Convert, nodes.Builtin, nodes.CallExpr,
    nodes.History, nodes.LocalVar, nodes.SelfVar, nodes.GlobalVar, nodes.FieldOf, nodes.ElementOf, nodes.PartOf,
    nodes.Followed, nodes.SelfInstance,
)  # fmt: skip


def constant(value: Any, kind: DataType) -> str:
    """A constant as ST writes it."""
    if isinstance(kind, Text):
        quote = '"' if kind.wide else "'"
        return f"{quote}{value}{quote}"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float, str)):
        return str(show_value(value, kind))
    return "(...)" if value is not None else "NULL"


def _expression(node: Any) -> str:
    match node:
        case nodes.Const():
            return constant(node.value, node.type)
        case nodes.LocalVar() | nodes.SelfVar() | nodes.GlobalVar():
            return node.name
        case nodes.FieldOf():
            return f"{_expression(node.base)}.{node.name}"
        case nodes.ElementOf():
            return f"{_expression(node.base)}[{', '.join(_expression(one) for one in node.indices)}]"
        case nodes.PartOf():
            return f"{_expression(node.base)}.{node.low}"
        case nodes.Followed():
            return f"{_expression(node.pointer)}^"
        case nodes.SelfInstance():
            return "THIS^"
        case nodes.Load():
            return _expression(node.place)
        case nodes.AddressOf():
            return f"ADR({_expression(node.place)})"
        case nodes.Unary():
            inner = _within(node.operand)
            return f"NOT {inner}" if node.op == "not" else f"-{inner}"
        case nodes.Binary():
            return f"{_within(node.left)} {_BINARY[node.op]} {_within(node.right)}"
        case nodes.Convert():
            return _expression(node.operand)
        case nodes.Builtin():
            return f"{node.name}({', '.join(_expression(one) for one in node.arguments)})"
        case nodes.CallExpr():
            return _call(node.call)
        case nodes.History():
            return f"{node.kind.upper()}({_expression(node.operand)})"
    return "?"


def _within(node: Any) -> str:
    shown = _expression(node)
    inner = node.operand if isinstance(node, nodes.Convert) else node
    return f"({shown})" if isinstance(inner, nodes.Binary) else shown


def _call(call: nodes.Invoke) -> str:
    name = call.unit if call.instance is None else _expression(call.instance)
    handed = [f"{one} := {_expression(value)}" for one, value in (*call.inputs, *call.in_outs)]
    taken = [f"{one} => {_expression(place)}" for one, place in call.outputs]
    return f"{name}({', '.join(handed + taken)})"


def _statement(node: Any) -> str:
    match node:
        case nodes.Store():
            return f"{_expression(node.place)} := {_expression(node.value)};"
        case nodes.CallStatement():
            return f"{_call(node.call)};"
        case nodes.Invoke():
            return f"{_call(node)};"
        case nodes.Choice():
            return f"IF {_expression(node.branches[0][0])} THEN ..."
        case nodes.Switch():
            return f"CASE {_expression(node.selector)} OF ..."
        case nodes.ForLoop():
            place, start, stop = (_expression(one) for one in (node.place, node.start, node.stop))
            return f"FOR {place} := {start} TO {stop} DO ..."
        case nodes.Loop():
            return f"WHILE {_expression(node.condition)} DO ..."
        case nodes.Leave():
            return f"{node.kind.upper()};"
    return "?"
