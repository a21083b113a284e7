"""What a unit reads, writes and calls, without running it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from assay.skills.plc.ir.nodes import (
    AddressOf,
    ElementOf,
    FieldOf,
    Followed,
    ForLoop,
    GlobalVar,
    Invoke,
    Load,
    LocalVar,
    PartOf,
    Place,
    Project,
    SelfInstance,
    SelfVar,
    Store,
    Unit,
)
from assay.skills.plc.ir.types import Array, Block, DataType, Struct

_SKIPPED = frozenset({"span", "type"})


def nodes(whole: Any) -> Iterator[Any]:
    """Every node of the intermediate form within a node or tuple of nodes, itself included, in order."""
    if isinstance(whole, tuple):
        for one in whole:
            if isinstance(one, tuple) or hasattr(one, "__dataclass_fields__"):
                yield from nodes(one)
        return
    yield whole
    for name in whole.__dataclass_fields__:
        if name in _SKIPPED:
            continue
        part = getattr(whole, name)
        if isinstance(part, tuple) or hasattr(part, "__dataclass_fields__"):
            yield from nodes(part)


#: A variable of the unit (``""`` before the name) or a global (``"."``), in capitals.
Root = tuple[str, str]


def root(place: Place | Any) -> Root | None:
    """The variable that a place is part of; None behind a pointer and for THIS^."""
    while isinstance(place, (FieldOf, ElementOf, PartOf)):
        place = place.base
    if isinstance(place, (LocalVar, SelfVar)):
        return ("", place.name.upper())
    if isinstance(place, GlobalVar):
        return (".", place.name.upper())
    return None


@dataclass(slots=True)
class Effects:
    """What a piece of a program does: variables it writes and reads, units it calls. ``anywhere``: it writes through
    a pointer or THIS^."""

    writes: set[Root] = field(default_factory=set)
    reads: set[Root] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)
    anywhere: bool = False


def effects(whole: Any) -> Effects:
    """The effects of statements or expressions themselves, without those of what they call."""
    result = Effects()
    for one in nodes(whole):
        if isinstance(one, Store):
            _written(result, one.place)
        elif isinstance(one, ForLoop):
            _written(result, one.place)
        elif isinstance(one, Invoke):
            result.calls.add(one.unit.upper())
            if one.instance is not None:
                place = one.instance.place if isinstance(one.instance, Load) else one.instance
                _written(result, place)
            for _, place in (*one.in_outs, *one.outputs):
                _written(result, place)
        elif isinstance(one, AddressOf):
            _written(result, one.place)
        elif isinstance(one, (LocalVar, SelfVar, GlobalVar)):
            found = root(one)
            assert found is not None
            result.reads.add(found)
    return result


def _written(result: Effects, place: Any) -> None:
    found = root(place)
    if found is not None:
        result.writes.add(found)
        return
    while isinstance(place, (FieldOf, ElementOf, PartOf)):
        place = place.base
    if isinstance(place, (Followed, SelfInstance)):
        result.anywhere = True


class Calls:
    """The units that a unit may run, and what all of them do."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._effects: dict[str, Effects] = {}

    def own(self, name: str) -> Effects:
        """The effects of one unit's body."""
        found = self._effects.get(name)
        if found is None:
            unit = self.project.units.get(name)
            found = self._effects[name] = Effects() if unit is None else effects(unit.body)
        return found

    def reachable(self, name: str) -> list[Unit]:
        """The unit and all that it may call (methods of every override), in a fixed order."""
        seen: dict[str, None] = {}
        todo = [name.upper()]
        while todo:
            one = todo.pop()
            unit = self.project.units.get(one)
            if one in seen or unit is None:
                continue
            seen[one] = None
            for called in sorted(self.own(one).calls):
                todo.append(called)
                todo += self._overrides(called)
        return [self.project.units[one] for one in seen]

    def _overrides(self, called: str) -> list[str]:
        """Methods of the same name elsewhere: a call through an interface or a base may mean them."""
        if "." not in called:
            return []
        method = called.rsplit(".", 1)[1]
        return sorted({one.methods[method].upper() for one in self.project.units.values() if method in one.methods})

    def globals(self, name: str) -> tuple[set[str], set[str]]:
        """Globals that a run of the unit may read, and may write, by upper-case name."""
        read: set[str] = set()
        written: set[str] = set()
        for unit in self.reachable(name):
            found = self.own(unit.name.upper())
            read |= {one for kind, one in found.reads if kind == "."}
            written |= {one for kind, one in found.writes if kind == "."}
        return read | written, written

    def written(self, name: str) -> set[str] | None:
        """Variables of the unit's own instance that a run may write (None: any of them)."""
        unit = self.project.units.get(name.upper())
        result: set[str] = set()
        for one in self.reachable(name):
            found = self.own(one.name.upper())
            if found.anywhere:
                return None
            mine = one is unit or (unit is not None and one.owner is not None and _is_a(self.project, unit, one.owner))
            if mine:
                own_names = set() if one is unit else {variable.name.upper() for variable in one.variables}
                result |= {root_name for kind, root_name in found.writes if kind == "" and root_name not in own_names}
        return result


def _is_a(project: Project, unit: Unit, owner: str) -> bool:
    one: Unit | None = unit
    while one is not None:
        if one.name.upper() == owner.upper():
            return True
        one = project.unit(one.base) if one.base else None
    return False


def scalars(kind: DataType) -> bool:
    """Whether the type is one scalar."""
    return not isinstance(kind, (Array, Struct, Block))
