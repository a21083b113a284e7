"""Variables by their paths: from a text to a place in memory and back, the same for both executors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from assay.kernel.errors import InputError
from assay.skills.plc.ir.types import Array, Block, DataType, Interface, Pointer
from assay.skills.plc.run.layout import Field, Node, is_union
from assay.skills.plc.run.plan import Area, Plan, element_number, element_suffix

_TOKEN = re.compile(r"""\s*(?:\.?\s*(?:([^\W\d]\w*)|"([^"]+)")|\[\s*(-?\d+(?:\s*,\s*-?\d+)*)\s*\])\s*""")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar of the state."""

    path: str
    address: int
    node: Node


@dataclass(slots=True)
class Paths:
    """The names of a plan. ``leaves``: the state, in order."""

    plan: Plan
    _leaves: list[Leaf] | None = None
    _found: dict[str, tuple[int, Node]] = field(default_factory=dict)
    _names: dict[tuple[int, DataType], str] | None = None
    _places: dict[str, int] = field(default_factory=dict)

    def find(self, path: str) -> tuple[int, Node]:
        """Address and layout of what stands at a path. Raises InputError when nothing does."""
        found = self._found.get(path)
        if found is None:
            found = self._find(path) or self._leaf(path)
            if found is None:
                raise InputError("plc_run.path", path=path, unit=self.plan.root.name)
            self._found[path] = found
        return found

    def unions(self) -> list[tuple[int, Node]]:
        """Places and layouts of all unions that a path reaches, the innermost first."""
        if not any(is_union(one) for one in self.plan.layouts.known()):
            return []
        found = [(at, node) for path, at, node in self._everything() if is_union(node)]
        return sorted(dict.fromkeys(found), key=lambda one: one[1].size)

    def own(self, name: str) -> tuple[int, Node]:
        """A variable of the unit that runs by its name, which may hold any character."""
        handed = self.plan.area("in_out", name)
        if handed is not None:
            return handed.address, handed.node
        found = self.plan.root.node.names[name.upper()]
        return self.plan.root.address + found.offset, found.node

    def leaves(self) -> list[Leaf]:
        """All scalars of the state: the unit's variables and what its in_outs stand for, globals, other programs."""
        if self._leaves is None:
            self._leaves = [leaf for path, at, node in self._roots() for leaf in _scalars(path, at, node)]
        return self._leaves

    def name_of(self, address: int, kind: DataType) -> str | None:
        """The path of what a pointer of type ``kind`` points to; None when it points to nothing."""
        if address == 0:
            return None
        if self._names is None:
            self._names = {}
            for path, at, node in self._everything():
                self._names.setdefault((at, _key(node.type)), path)
                self._places.setdefault(path.upper(), at)
        target = kind.target if isinstance(kind, Pointer) else kind
        return self._names.get((address, _key(target)), "?")

    def place(self, path: str) -> int:
        """The address of what :meth:`name_of` gave this path. Raises InputError."""
        self.name_of(-1, Block(""))
        known = self._places.get(path.upper())
        return self.find(path)[0] if known is None else known

    def _leaf(self, path: str) -> tuple[int, Node] | None:
        """A scalar by its path as :meth:`leaves` writes it, where names have characters that no identifier has."""
        return next(((one.address, one.node) for one in self.leaves() if one.path.upper() == path.upper()), None)

    def _find(self, path: str) -> tuple[int, Node] | None:
        tokens, place = [], 0
        while place < len(path):
            match = _TOKEN.match(path, place)
            if match is None:
                return None
            indices = match[3]
            tokens.append((match[1] or match[2]) if indices is None else [int(one) for one in indices.split(",")])
            place = match.end()
        start = self._start([one.upper() if isinstance(one, str) else one for one in tokens], path.lstrip()[:1] == ".")
        if start is None:
            return None
        at, node, rest = start
        for one in rest:
            step = _step(node, one)
            if step is None:
                return None
            at, node = at + step[0], step[1]
        return at, node

    def _start(self, tokens: list[str | list[int]], outside: bool) -> tuple[int, Node, list[str | list[int]]] | None:
        root = self.plan.root
        first = tokens[0] if tokens else None
        if not isinstance(first, str):
            return None
        if not outside:
            if first == root.name.upper() and first not in root.node.names and len(tokens) > 1:
                return self._start(tokens[1:], outside)
            handed = self.plan.area("in_out", first)
            if handed is not None:
                return handed.address, handed.node, tokens[1:]
            own = root.node.names.get(first)
            if own is not None:
                return root.address + own.offset, own.node, tokens[1:]
        for count in range(1, len(tokens) + 1):
            names = [one for one in tokens[:count] if isinstance(one, str)]
            if len(names) < count:
                break
            area = self.plan.area("global", ".".join(names)) or self.plan.areas.get(("program", ".".join(names)))
            if area is not None:
                return area.address, area.node, tokens[count:]
        return None

    def _roots(self) -> Iterator[tuple[str, int, Node]]:
        root = self.plan.root
        own = set(root.node.names)
        for one in root.node.fields:
            if _kept(one):
                yield one.name, root.address + one.offset, one.node
        for area in self.plan.each("in_out"):
            yield area.name, area.address, area.node
        for area in self.plan.each("global"):
            if area.variable is not None and area.variable.constant:
                continue
            name = area.variable.name if area.variable else area.name
            yield ("." + name if name.split(".")[0].upper() in own else name), area.address, area.node
        for area in self.plan.each("program"):
            yield ("." + area.name if area.name.split(".")[0].upper() in own else area.name), area.address, area.node

    def _everything(self) -> Iterator[tuple[str, int, Node]]:
        root = self.plan.root
        for path, at, node in (*self._roots(), (root.name, root.address, root.node), *self._hidden()):
            yield from _inside(path, at, node)

    def _hidden(self) -> Iterator[tuple[str, int, Node]]:
        for area in self.plan.each("global"):
            if area.variable is not None and area.variable.constant:
                yield area.name, area.address, area.node
        for area in self.plan.each("frame"):
            for copy in range(area.copies):
                yield _frame_name(area, copy), area.address + copy * area.node.size, area.node


def _frame_name(area: Area, copy: int) -> str:
    return f"{area.name}#{copy}" if area.copies > 1 else f"{area.name}#"


def _key(kind: DataType) -> DataType:
    """Types that can stand for one another at one place: any block for a base or an interface."""
    return Block("") if isinstance(kind, (Block, Interface)) else kind


def _kept(one: Field) -> bool:
    return one.role == "" and not (one.variable is not None and one.variable.constant)


def _step(node: Node, token: str | list[int]) -> tuple[int, Node] | None:
    if isinstance(token, list):
        if node.element is None or not isinstance(node.type, Array):
            return None
        number = element_number(node.type, token)
        return None if number is None else (number * node.element.size, node.element)
    found = node.names.get(token)
    return (found.offset, found.node) if found is not None and found.role == "" else None


def _parts(path: str, at: int, node: Node) -> Iterator[tuple[str, int, Node]]:
    if node.element is not None and isinstance(node.type, Array):
        for number in range(node.type.size):
            yield path + element_suffix(node.type, number), at + number * node.element.size, node.element
    for one in node.fields:
        if _kept(one):
            yield f"{path}.{one.name}", at + one.offset, one.node


def _scalars(path: str, at: int, node: Node) -> Iterator[Leaf]:
    if node.scalar:
        yield Leaf(path, at, node)
    for inner in _parts(path, at, node):
        yield from _scalars(*inner)


def _inside(path: str, at: int, node: Node) -> Iterator[tuple[str, int, Node]]:
    yield path, at, node
    for inner in _parts(path, at, node):
        yield from _inside(*inner)
