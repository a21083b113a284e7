"""Walking the intermediate form: every node, and which units and block types a unit needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.ir.types import DataType

_SKIP = frozenset({"type", "span", "name", "op", "virtual", "truncate"})


_PARTS: dict[type, tuple[str, ...]] = {
    kind: tuple(one for one in kind.__dataclass_fields__ if one not in _SKIP)
    for kind in vars(ir).values()
    if isinstance(kind, type) and hasattr(kind, "__dataclass_fields__")
}


def nodes(start: object) -> Iterator[object]:
    """Each node below a unit's body, a statement or an expression, in the order of the text."""
    todo: list[object] = [start]
    while todo:
        one = todo.pop()
        if isinstance(one, tuple):
            if not isinstance(one, Span):
                todo.extend(reversed(one))
            continue
        kind = type(one)
        parts = _PARTS.get(kind)
        if parts is None:
            continue
        yield one
        if kind is not ir.Const:
            todo.extend(getattr(one, name) for name in reversed(parts))


def block_names(kind: DataType | None, seen: set[str] | None = None) -> Iterator[str]:
    """Upper-case names of the blocks whose instances lie in a value of a type (not behind pointers)."""
    match kind:
        case t.Block():
            yield kind.name.upper()
        case t.Array():
            yield from block_names(kind.element, seen)
        case t.Struct():
            known = set() if seen is None else seen
            if kind.name not in known:
                known.add(kind.name)
                for _, one in kind.fields:
                    yield from block_names(one, known)


@dataclass(frozen=True, slots=True)
class Uses:
    """Upper-case full names: the units that a unit cannot run without, those that it calls, the globals it names."""

    needs: frozenset[str]
    calls: frozenset[str]
    globals: frozenset[str]


def uses(unit: ir.Unit) -> Uses:
    """What a unit needs, in one walk."""
    wanted = {name for var in unit.variables for name in block_names(var.type)}
    if unit.base is not None:
        wanted.add(unit.base.upper())
    called: set[str] = set()
    globals_: set[str] = set()
    for one in nodes(unit.body):
        if isinstance(one, ir.Invoke):
            called.add(one.unit.upper())
            if not one.virtual:
                wanted.add(one.unit.upper())
        elif isinstance(one, ir.GlobalVar):
            globals_.add(one.name.upper())
            wanted.update(block_names(one.type))
    wanted.discard(unit.name.upper())
    return Uses(frozenset(wanted), frozenset(called), frozenset(globals_))
