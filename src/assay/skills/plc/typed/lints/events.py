"""Who reads, writes and calls which variable, in the order of the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes as ir

Mode = Literal["read", "write", "call", "both"]


@dataclass(frozen=True, slots=True)
class Event:
    """``whole``: the variable itself rather than a part of it; ``name`` upper case; ``is_global`` by its full name."""

    mode: Mode
    name: str
    is_global: bool
    span: Span
    whole: bool = True


def events(node: object) -> Iterator[Event]:
    """The events below a statement, an expression or a tuple of them."""
    match node:
        case tuple() if not isinstance(node, Span):
            for one in node:
                yield from events(one)
        case ir.Store():
            yield from events(node.value)
            yield from of_place(node.place, "write")
        case ir.Load():
            yield from of_place(node.place, "read")
        case ir.AddressOf():
            yield from of_place(node.place, "both")
        case ir.CallStatement() | ir.CallExpr():
            yield from _call(node.call)
        case ir.ForLoop():
            yield from events((node.start, node.stop, node.step))
            yield from of_place(node.place, "write")
            yield from events(node.body)
        case ir.Choice():
            for gate, body, _ in node.branches:
                yield from events((gate, body))
            yield from events(node.orelse)
        case ir.Switch():
            yield from events(node.selector)
            for _, body, _ in node.arms:
                yield from events(body)
            yield from events(node.orelse)
        case ir.Loop():
            yield from events((node.condition, node.body))
        case ir.Unary() | ir.Convert() | ir.History():
            yield from events(node.operand)
        case ir.Binary():
            yield from events((node.left, node.right))
        case ir.Builtin():
            yield from events(node.arguments)


def _call(call: ir.Invoke) -> Iterator[Event]:
    for _, value in call.inputs:
        yield from events(value)
    for _, place in call.in_outs:
        yield from of_place(place, "both")
    if call.instance is not None:
        if isinstance(call.instance, (ir.Load, ir.AddressOf, ir.CallExpr)):
            yield from events(call.instance)
        else:
            yield from of_place(call.instance, "call")  # type: ignore[arg-type]
    for _, place in call.outputs:
        yield from of_place(place, "write")


def of_place(place: ir.Place, mode: Mode, whole: bool = True) -> Iterator[Event]:
    """The events of using a place: its indices and pointers are read."""
    match place:
        case ir.LocalVar() | ir.SelfVar():
            yield Event(mode, place.name.upper(), False, place.span, whole)
        case ir.GlobalVar():
            yield Event(mode, place.name.upper(), True, place.span, whole)
        case ir.FieldOf() if isinstance(place.base, ir.SelfInstance):
            yield Event(mode, place.name.upper(), False, place.span, whole)
        case ir.FieldOf() | ir.PartOf():
            yield from of_place(place.base, mode, whole=False)
        case ir.ElementOf():
            yield from events(place.indices)
            yield from of_place(place.base, mode, whole=False)
        case ir.Followed():
            yield from events(place.pointer)
