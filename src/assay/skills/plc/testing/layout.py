"""The variables of a unit by path: what type stands there, how it is spelled, and the elementary places below it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

from assay.skills.plc.ir.nodes import ElementOf, FieldOf, GlobalVar, LocalVar, PartOf, Project, Store, Unit, Variable
from assay.skills.plc.ir.types import Array, Block, DataType, Elementary, Enum, Struct, Subrange, Text
from assay.skills.plc.testing.walk import reachable, walk

_STEP = re.compile(r"\s*(?:\.?\s*([^\s.\[\]]+)|\[([^\]]*)\])\s*")


class Layout:
    """Paths of one unit: ``q``, ``timer.ET``, ``a[3].b``, ``grid[1,2]``, globals by their full name. Names without
    case. A leading ``instance.`` is dropped."""

    def __init__(self, project: Project, unit: Unit) -> None:
        self.project, self.unit = project, unit
        self._found: dict[str, tuple[str, DataType] | None] = {}

    @property
    def inputs(self) -> tuple[Variable, ...]:
        """What comes from outside: inputs, and in_outs, whose place the runner owns."""
        return tuple(one for one in self.unit.variables if one.section in ("input", "in_out"))

    @property
    def driven(self) -> tuple[tuple[str, DataType], ...]:
        """What a search may set: the inputs and what stands at an input address; of a unit that has neither, the
        globals that it and its parts name."""
        found = [(one.name, one.type) for one in self.unit.variables if one.location.upper().startswith("%I")]
        found += [(one.name, one.type) for one in self.inputs if not one.location]
        units = reachable(self.project, self.unit)
        used = {node.name.upper() for unit in units for _, node in walk(unit.body) if isinstance(node, GlobalVar)}
        there = [one for name, one in self.project.globals.items() if name.upper() in used and not one.constant]
        found += [(one.name, one.type) for one in there if one.location.upper().startswith("%I")]
        return tuple(found) or tuple((one.name, one.type) for one in there)

    @property
    def outputs(self) -> tuple[Variable, ...]:
        """Outputs, a function's result, and in_outs."""
        return tuple(one for one in self.unit.variables if one.section in ("output", "result", "in_out"))

    @property
    def given(self) -> tuple[tuple[str, DataType], ...]:
        """What a unit gives: its outputs, and the inputs that it writes itself (an array that is sorted in place); of
        one without any, its variables and the globals that it writes."""
        own_writes = self._own_writes()
        shown = self.outputs + tuple(one for one in self.unit.variables if one.name.upper() in own_writes)
        if shown:
            return tuple((one.name, one.type) for one in shown)
        written = {
            node.place.name.upper(): (node.place.name, node.place.type)
            for unit in reachable(self.project, self.unit)
            for _, node in walk(unit.body)
            if isinstance(node, Store) and isinstance(node.place, GlobalVar)
        }
        own = [one for one in self.unit.variables if one.section == "static" and not one.constant]
        own = [one for one in own if not one.name.startswith("__")]  # made by us, as the turns of tasks
        return (*((one.name, one.type) for one in own), *written.values())

    def _own_writes(self) -> set[str]:
        roots = set()
        for _, node in walk(self.unit.body):
            place: Any = node.place if isinstance(node, Store) else None
            while isinstance(place, (FieldOf, ElementOf, PartOf)):
                place = place.base
            if isinstance(place, LocalVar):
                roots.add(place.name.upper())
        return {one.name.upper() for one in self.unit.variables if one.section == "input"} & roots

    def find(self, path: str) -> tuple[str, DataType] | None:
        """The path as it is declared and the type that stands there; None when there is no such place."""
        if path not in self._found:
            found = self._walk(path)
            if found is None and path.lower().startswith("instance."):
                found = self._walk(path[len("instance.") :])
            self._found[path] = found
        return self._found[path]

    def _walk(self, path: str) -> tuple[str, DataType] | None:
        steps = _steps(path)
        if not steps or not isinstance(steps[0], str):
            return None
        variable = self.unit.variable(steps[0])
        if variable is not None:
            return self._down(variable.name, variable.type, steps[1:])
        for taken in range(1, len(steps) + 1):
            head = steps[:taken]
            if not all(isinstance(one, str) for one in head):
                break
            wanted = ".".join(str(one) for one in head).upper()
            for name, each in self.project.globals.items():
                if name.upper() == wanted:
                    return self._down(name, each.type, steps[taken:])
        return None

    def _down(self, spelled: str, kind: DataType, steps: list[str | tuple[int, ...]]) -> tuple[str, DataType] | None:
        for step in steps:
            if isinstance(step, str):
                fields = {name.upper(): (name, each) for name, each in self.fields(kind)}
                if step.upper() not in fields:
                    return None
                name, kind = fields[step.upper()]
                spelled += f".{name}"
            elif isinstance(kind, Array) and _inside(step, kind):
                kind = kind.element
                spelled += f"[{','.join(str(one) for one in step)}]"
            else:
                return None
        return spelled, kind

    def fields(self, kind: DataType) -> tuple[tuple[str, DataType], ...]:
        """Fields of a structure or variables of a function block; empty for anything else."""
        if isinstance(kind, Struct):
            return kind.fields
        if isinstance(kind, Block):
            unit = self.project.unit(kind.name)
            held = ("input", "output", "static")  # in_outs of an instance are places of others, temporaries are gone
            return () if unit is None else tuple((one.name, one.type) for one in unit.variables if one.section in held)
        return ()

    def leaves(self, path: str, kind: DataType) -> Iterator[tuple[str, DataType]]:
        """Every elementary place at or below a path, in the order of declaration; what holds no value (pointers,
        interfaces) is left out."""
        if isinstance(kind, Array):
            if any(one is None for one in kind.bounds):
                return
            ranges = [range(one[0], one[1] + 1) for one in kind.bounds if one is not None]
            for place in product(*ranges):
                yield from self.leaves(f"{path}[{','.join(str(one) for one in place)}]", kind.element)
        elif isinstance(kind, (Struct, Block)):
            for name, each in self.fields(kind):
                yield from self.leaves(f"{path}.{name}", each)
        elif isinstance(kind, (Elementary, Enum, Subrange, Text)):
            yield path, kind

    def names(self) -> str:
        """The names of the inputs and outputs, for a sentence about an unknown one."""
        found = [one.name for one in self.unit.variables if one.section in ("input", "in_out", "output", "result")]
        return ", ".join(found[:20]) + (" ..." if len(found) > 20 else "")


def _steps(path: str) -> list[str | tuple[int, ...]]:
    steps: list[str | tuple[int, ...]] = []
    place = 0
    while place < len(path):
        found = _STEP.match(path, place)
        if found is None or found.end() == place:
            return []
        if found[1] is not None:
            steps.append(found[1])
        else:
            try:
                steps.append(tuple(int(one) for one in found[2].split(",")))
            except ValueError:
                return []
        place = found.end()
    return steps


def _inside(place: tuple[int, ...], kind: Array) -> bool:
    if len(place) != len(kind.bounds):
        return False
    return all(bound is not None and bound[0] <= one <= bound[1] for one, bound in zip(place, kind.bounds, strict=True))
