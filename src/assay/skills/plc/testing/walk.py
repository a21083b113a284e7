"""Walks over the intermediate form: every node with its path, and a copy in which one node is another."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes
from assay.skills.plc.ir.nodes import Invoke, Project, Statement, Unit
from assay.skills.plc.ir.types import (
    Array,
    Block,
    Elementary,
    Enum,
    Interface,
    Pointer,
    Struct,
    Subrange,
    Text,
)

#: From a node down: names of fields and places in tuples.
Path = tuple[str | int, ...]
_TYPES = (Array, Block, Elementary, Enum, Interface, Pointer, Struct, Subrange, Text)
_STATEMENTS = (
    nodes.Store, nodes.CallStatement, nodes.Choice, nodes.Switch, nodes.ForLoop, nodes.Loop, nodes.Leave,
)  # fmt: skip


@cache
def _fields(kind: type) -> tuple[str, ...]:
    return tuple(one.name for one in dataclasses.fields(kind) if one.name not in ("span", "type"))


def walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every node of the intermediate form at or below ``value`` in the order of the text; types and spans are not
    entered."""
    if isinstance(value, Span) or isinstance(value, _TYPES):
        return
    if isinstance(value, tuple):
        for index, one in enumerate(value):
            if isinstance(one, tuple) or dataclasses.is_dataclass(one):
                yield from walk(one, (*path, index))
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield path, value
        for name in _fields(type(value)):
            inner = getattr(value, name)
            if isinstance(inner, tuple) or dataclasses.is_dataclass(inner):
                yield from walk(inner, (*path, name))


def at(value: Any, path: Path) -> Any:
    """What stands at a path."""
    for step in path:
        value = value[step] if isinstance(step, int) else getattr(value, step)
    return value


@dataclass(frozen=True, slots=True)
class Several:
    """What takes the place of one item of a tuple: none, one or more."""

    items: tuple[Any, ...]


def replaced(value: Any, path: Path, new: Any) -> Any:
    """A copy of ``value`` with ``new`` at ``path``."""
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        if not rest and isinstance(new, Several):
            return (*value[:step], *new.items, *value[step + 1 :])
        return (*value[:step], replaced(value[step], rest, new), *value[step + 1 :])
    return dataclasses.replace(value, **{step: replaced(getattr(value, step), rest, new)})


def statement_of(body: tuple[Statement, ...], path: Path) -> Any:
    """The innermost statement in which a path ends."""
    found: Any = None
    value: Any = body
    for step in path:
        value = value[step] if isinstance(step, int) else getattr(value, step)
        if isinstance(value, _STATEMENTS):
            found = value
    return found


def reachable(project: Project, unit: Unit) -> tuple[Unit, ...]:
    """The unit, and every other that it may run or that is the type of one of its variables, in the order found."""
    found: dict[str, Unit] = {}
    waiting = [unit.name]
    while waiting:
        one = project.unit(waiting.pop(0))
        if one is None or one.name.upper() in found:
            continue
        found[one.name.upper()] = one
        waiting.extend(one.methods.values())
        if one.base is not None:
            waiting.append(one.base)
        if one.owner is not None:
            waiting.append(one.owner)
        for variable in one.variables:
            waiting.extend(_blocks(variable.type))
        waiting.extend(each.unit for _, each in walk(one.body) if isinstance(each, Invoke))
    return tuple(found.values())


def _blocks(kind: Any) -> Iterator[str]:
    if isinstance(kind, Block):
        yield kind.name
    elif isinstance(kind, Array):
        yield from _blocks(kind.element)
    elif isinstance(kind, Struct):
        for _, each in kind.fields:
            yield from _blocks(each)
