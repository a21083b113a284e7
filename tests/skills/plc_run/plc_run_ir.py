"""Short forms to write the intermediate form by hand."""

from __future__ import annotations

from typing import Any

from assay.skills.plc.front.source import NOWHERE, Span
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as ty
from assay.skills.plc.run.machine import Backend, Machine, machine

BACKENDS: tuple[Backend, ...] = ("python", "c")


def at(n: int) -> Span:
    """A span that can be told from others."""
    return Span("t.st", n, n + 1)


def var(name: str, kind: ty.DataType, section: ir.Section = "static", initial: Any = None, **more: Any) -> ir.Variable:
    return ir.Variable(name, kind, section, initial, **more)


def v(name: str, kind: ty.DataType) -> ir.LocalVar:
    return ir.LocalVar(name, kind)


def ld(place: Any) -> ir.Load:
    return ir.Load(place, place.type)


def c(value: Any, kind: ty.DataType) -> ir.Const:
    return ir.Const(value, kind)


def op(name: Any, left: Any, right: Any, kind: ty.DataType | None = None, span: Span = NOWHERE) -> ir.Binary:
    compare = name in ("eq", "ne", "lt", "le", "gt", "ge")
    return ir.Binary(name, left, right, kind or (ty.BOOL if compare else left.type), span)


def store(place: Any, value: Any, span: Span = NOWHERE) -> ir.Store:
    return ir.Store(place, value, span)


def conv(value: Any, kind: ty.DataType, *, truncate: bool = False, span: Span = NOWHERE) -> ir.Convert:
    return ir.Convert(value, kind, span, truncate)


def fn(name: str, kind: ty.DataType, *arguments: Any) -> ir.Builtin:
    return ir.Builtin(name, arguments, kind)


def unit(name: str, kind: ir.UnitKind, variables: list[ir.Variable], body: list[Any], **more: Any) -> ir.Unit:
    return ir.Unit(name, kind, tuple(variables), tuple(body), **more)


def project(*units: ir.Unit, variables: list[ir.Variable] | None = None, **more: Any) -> ir.Project:
    names = {one.name.upper(): one for one in units}
    return ir.Project(names, {one.name: one for one in variables or []}, **more)


def both(whole: ir.Project, name: str, **more: Any) -> list[Machine]:
    """A machine of each backend."""
    return [machine(whole, name, backend=backend, **more) for backend in BACKENDS]
