"""What a generator of code must know of a program beforehand: which units run, which can reach themselves, which
locals must lie in memory because something points to them, and which expressions call or can fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import get_args

from assay.kernel.errors import InputError
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir.types import Array, Block, DataType, Interface, Pointer, Struct, Subrange

#: Builtins that can fault.
FAULTING = frozenset(("MUX", "__DIVTIME", "LOWER_BOUND", "UPPER_BOUND"))


_CLASSES: tuple[type, ...] = (
    *get_args(ir.Place), *get_args(ir.Expr), *get_args(ir.Statement), ir.Invoke,
)  # fmt: skip

#: The parts of each class that can hold other nodes, last first.
_PARTS: dict[type, tuple[str, ...]] = {
    one: tuple(part.name for part in reversed(fields(one)) if part.name not in ("type", "span", "name"))
    for one in _CLASSES
} | {ir.Const: ()}


def walk(node: object) -> Iterator[object]:
    """A node of the intermediate form and everything inside it, in the order in which it is written."""
    stack = [node]
    while stack:
        one = stack.pop()
        kind = type(one)
        if kind is tuple:
            stack.extend(reversed(one))  # type: ignore[call-overload]
            continue
        parts = _PARTS.get(kind)
        if parts is not None:
            yield one
            for part in parts:
                stack.append(getattr(one, part))


@dataclass(slots=True)
class Analysis:
    """``order``: the full names (upper case) of the units that can run, the root first. ``recursive``: those that can
    reach themselves. ``tags``: numbers of the function blocks whose instances must tell their unit. ``addressed``: by
    unit, upper-case names of variables that something can point to."""

    project: ir.Project
    root: str
    order: list[str] = field(default_factory=list)
    recursive: set[str] = field(default_factory=set)
    tags: dict[str, int] = field(default_factory=dict)
    addressed: dict[str, set[str]] = field(default_factory=dict)
    _effects: dict[int, tuple[object, bool, bool]] = field(default_factory=dict)

    def unit(self, name: str) -> ir.Unit:
        """A unit that must be there."""
        unit = self.project.unit(name)
        if unit is None:
            raise InputError("plc_run.unknown_unit", unit=name)
        return unit

    def targets(self, call: ir.Invoke) -> list[str]:
        """The units that a call can run, upper-case, in the order of the tags."""
        if call.virtual is None:
            return [call.unit.upper()]
        wanted, found = call.virtual.upper(), []
        receiver = receiver_of(call)
        for name in self.tags:
            unit = self.project.units[name]
            if wanted in unit.methods and self._fits(unit, receiver):
                found.append(unit.methods[wanted].upper())
        return list(dict.fromkeys(found))

    def _fits(self, unit: ir.Unit, receiver: DataType | None) -> bool:
        if not isinstance(receiver, Block):
            return True
        seen: str | None = unit.name
        while seen is not None:
            if seen.upper() == receiver.name.upper():
                return True
            above = self.project.unit(seen)
            seen = above.base if above else None
        return False

    def effects(self, node: object) -> tuple[bool, bool]:
        """Whether evaluating it can call a unit, and whether it can fault."""
        known = self._effects.get(id(node))
        if known is None:
            calls = faults = False
            for one in walk(node):
                if isinstance(one, ir.Invoke):
                    calls = faults = True
                    break
                faults = faults or _faults(one)
            known = self._effects[id(node)] = (node, calls, faults)
        return known[1], known[2]


def receiver_of(call: ir.Invoke) -> DataType | None:
    """The type that the instance of a call is known to have: a block or an interface."""
    kind = getattr(call.instance, "type", None)
    return kind.target if isinstance(kind, Pointer) else kind


def _faults(one: object) -> bool:
    if isinstance(one, (ir.ElementOf, ir.Followed, ir.SelfVar)):
        return True
    if isinstance(one, ir.Binary):
        return one.op == "div"
    if isinstance(one, ir.Builtin):
        return one.name in FAULTING
    if isinstance(one, ir.LocalVar):
        return False
    return isinstance(one, ir.Convert) and isinstance(one.type, Subrange)


def analyse(project: ir.Project, root: str) -> Analysis:
    """The analysis of everything that the unit ``root`` can reach."""
    found = Analysis(project, root.upper())
    found.tags = _tags(project)
    calls: dict[str, list[str]] = {}
    waiting = [root.upper()]
    while waiting:
        name = waiting.pop()
        if name in calls:
            continue
        unit = found.unit(name)
        calls[name] = []
        found.order.append(name)
        found.addressed[name] = _addressed(project, unit)
        for one in walk(unit.body):
            if isinstance(one, ir.Invoke):
                calls[name] += found.targets(one)
        waiting.extend(reversed(calls[name]))
    found.recursive = _recursive(calls)
    return found


def _tags(project: ir.Project) -> dict[str, int]:
    bases = {one.base.upper() for one in project.units.values() if one.base}
    names = [
        name
        for name, one in project.units.items()
        if one.kind == "function_block" and (one.methods or one.base or one.interfaces or name in bases)
    ]
    return {name: number for number, name in enumerate(names, 1)}


def root_of(place: object) -> object:
    """The place that a place is part of."""
    while isinstance(place, (ir.FieldOf, ir.ElementOf, ir.PartOf)):
        place = place.base
    return place


def through_union(place: object) -> bool:
    """It is part of a union, so that other names reach the same store."""
    while isinstance(place, (ir.FieldOf, ir.ElementOf, ir.PartOf)):
        if isinstance(place, ir.FieldOf) and isinstance(place.base.type, Struct) and place.base.type.union:
            return True
        place = place.base
    return False


def _addressed(project: ir.Project, unit: ir.Unit) -> set[str]:
    """Names of variables that are handed in as in_outs, pointed to, or set by a call inside an expression."""
    found: set[str] = set()

    def take(place: object, *, alias: bool) -> None:
        if alias and through_union(place):
            raise InputError("plc_run.union_place", unit=unit.name)
        inner = root_of(place)
        if isinstance(inner, ir.LocalVar):
            found.add(inner.name.upper())

    for one in walk(unit.body):
        if isinstance(one, ir.AddressOf):
            take(one.place, alias=True)
        elif isinstance(one, ir.Invoke):
            for _, place in one.in_outs:
                take(place, alias=True)
        if isinstance(one, ir.CallExpr):
            for _, place in one.call.outputs:
                take(place, alias=False)
    return found


def _recursive(calls: dict[str, list[str]]) -> set[str]:
    """Units that can reach themselves: the strongly connected components (Tarjan 1972, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: set[str] = set()
    for start in calls:
        work = [(start, -1)] if start not in index else []
        while work:
            name, place = work.pop()
            if place < 0:
                index[name] = low[name] = len(index)
                stack.append(name)
            for number in range(max(place, 0), len(calls[name])):
                other = calls[name][number]
                if other not in index:
                    work += [(name, number), (other, -1)]
                    break
                if other in stack:
                    low[name] = min(low[name], low[other])
            else:
                if low[name] == index[name]:
                    part = stack[stack.index(name) :]
                    del stack[stack.index(name) :]
                    if len(part) > 1 or name in calls[name]:
                        found.update(part)
    return found


def is_aggregate(kind: DataType) -> bool:
    """An array, a structure or a block: its value is a piece of memory."""
    return isinstance(kind, (Array, Struct, Block))


def is_address(kind: DataType) -> bool:
    """Its value is the address of something, or 0."""
    return isinstance(kind, (Pointer, Interface))
