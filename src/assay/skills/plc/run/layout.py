"""Where everything lies in a machine's memory.

One way to lay out types, measured in two ways: the Python executor has a slot for each scalar, the C executor bytes
with natural alignment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from assay.kernel.errors import InputError
from assay.skills.plc.ir.nodes import Project, Unit, Variable
from assay.skills.plc.ir.types import (
    Array,
    Block,
    DataType,
    Elementary,
    Enum,
    Interface,
    Pointer,
    Struct,
    Subrange,
    Text,
    base_of,
)

Role = Literal["", "in_out", "edge", "tag"]

#: What an address is held as, and the tag that tells an instance's own unit.
ADDRESS = Elementary("__ADDRESS", "int", 64, signed=True)


@dataclass(frozen=True, slots=True)
class Field:
    """A part of a record at ``offset`` from its start. ``in_out``: the address of the place that was handed in (and
    the bounds of an ``ARRAY[*]``); ``edge``: what an input with an edge held in the call before; ``tag``: the unit."""

    name: str
    offset: int
    node: Node
    role: Role = ""
    variable: Variable | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """A type with its size; ``fields`` of structures and blocks, ``element`` of arrays."""

    type: DataType
    size: int
    align: int
    fields: tuple[Field, ...] = ()
    element: Node | None = None
    names: dict[str, Field] = field(default_factory=dict, compare=False)

    @property
    def scalar(self) -> bool:
        return self.element is None and not isinstance(self.type, (Struct, Block, Array))


class Metric(Protocol):
    """How scalars are measured. ``overlay``: the fields of a union share one store."""

    overlay: bool

    def scalar(self, kind: DataType) -> tuple[int, int]:
        """Size and alignment of a scalar."""


class Slots:
    """A slot for each scalar."""

    overlay = False

    def scalar(self, kind: DataType) -> tuple[int, int]:
        return 1, 1


class Bytes:
    """Bytes as C holds them: a string is its length (32 bit) and 32 bits a character."""

    overlay = True

    def scalar(self, kind: DataType) -> tuple[int, int]:
        if isinstance(kind, Text):
            return 4 + 4 * kind.length, 4
        if isinstance(kind, (Enum, Subrange)):
            kind = kind.base
        if isinstance(kind, Elementary):
            size = max(1, kind.bits // 8)
            return size, size
        return 8, 8


#: A part of a record before it has a place.
Part = tuple[str, DataType, Role, Variable | None]


class Layouts:
    """The layouts of a project's types. ``tags`` numbers the units whose instances must tell what they are."""

    def __init__(self, project: Project, metric: Metric, tags: dict[str, int]) -> None:
        self.project, self.metric, self.tags = project, metric, tags
        self._known: dict[DataType, Node] = {}
        self._open: set[DataType] = set()

    def of(self, kind: DataType) -> Node:
        """The layout of a type. Raises InputError when it contains itself or something that cannot be laid out."""
        known = self._known.get(kind)
        if known is not None:
            return known
        if kind in self._open:
            raise InputError("plc_run.cyclic", name=getattr(kind, "name", "ARRAY"))
        self._open.add(kind)
        node = self._make(kind)
        self._open.discard(kind)
        self._known[kind] = node
        return node

    def known(self) -> list[Node]:
        """All layouts that have been asked for."""
        return list(self._known.values())

    def record(self, kind: DataType, parts: Iterable[Part], *, overlay: bool = False) -> Node:
        """Parts one after the other (``overlay``: all at the start)."""
        fields: list[Field] = []
        end, align, size = 0, 1, 0
        for name, part, role, variable in parts:
            node = self._reference(part) if role == "in_out" else self.of(part)
            at = 0 if overlay else -(-end // node.align) * node.align
            fields.append(Field(name, at, node, role, variable))
            end, align = at + node.size, max(align, node.align)
            size = max(size, end)
        names = {one.name.upper(): one for one in fields if one.role in ("", "in_out")}
        return Node(kind, max(-(-size // align) * align, align), align, tuple(fields), None, names)

    def _make(self, kind: DataType) -> Node:
        if isinstance(kind, Array):
            element = self.of(kind.element)
            return Node(kind, max(element.size * kind.size, element.align), element.align, (), element)
        if isinstance(kind, Struct):
            parts: list[Part] = [(name, one, "", None) for name, one in kind.fields]
            if kind.union and not all(_plain(one) for _, one in kind.fields):
                raise InputError("plc_run.union", name=kind.name)
            node = self.record(kind, parts, overlay=kind.union and self.metric.overlay)
            if kind.union and self.metric.overlay and cover(node) is None:
                raise InputError("plc_run.union", name=kind.name)
            return node
        if isinstance(kind, Block):
            return self.record(kind, self._block(kind))
        size, align = self.metric.scalar(kind)
        return Node(kind, size, align)

    def _block(self, kind: Block) -> list[Part]:
        unit = self.project.unit(kind.name)
        if unit is None:
            raise InputError("plc_run.unknown_unit", unit=kind.name)
        tag: list[Part] = [("", ADDRESS, "tag", None)] if kind.name.upper() in self.tags else []
        return tag + instance_parts(unit)

    def _reference(self, kind: DataType) -> Node:
        """An address, and two bounds for each dimension of an ``ARRAY[*]``."""
        size, align = self.metric.scalar(ADDRESS)
        return Node(kind, size * (1 + 2 * open_dimensions(kind)), align)


def open_dimensions(kind: DataType) -> int:
    """Dimensions of an array whose bounds come with the argument, else 0."""
    return len(kind.bounds) if isinstance(kind, Array) and None in kind.bounds else 0


def instance_parts(unit: Unit) -> list[Part]:
    """What an instance of a function block or program keeps from call to call."""
    parts: list[Part] = []
    for one in unit.variables:
        if one.section in ("input", "output", "static", "result", "global"):
            parts.append((one.name, one.type, "", one))
        elif one.section == "in_out":
            parts.append((one.name, one.type, "in_out", one))
        if one.edge:
            parts.append((one.name, one.type, "edge", one))
    return parts


def _plain(kind: DataType) -> bool:
    """It may share its store: whatever its bytes are, it is a value."""
    if isinstance(kind, Array):
        return None not in kind.bounds and _plain(kind.element)
    if isinstance(kind, Struct):
        return all(_plain(one) for _, one in kind.fields)
    return not isinstance(kind, (Text, Block, Pointer, Interface))


def exact(node: Node) -> bool:
    """Every pattern of its bytes is a value of its own: integers and bit strings, not BOOL and reals."""
    if node.element is not None:
        return exact(node.element)
    kind = base_of(node.type)
    own = not isinstance(kind, Elementary) or kind.kind not in ("bool", "real")
    return own and all(exact(one.node) for one in node.fields)


def is_union(node: Node) -> bool:
    """A structure whose fields share one store."""
    return isinstance(node.type, Struct) and node.type.union


def cover(raw: Node) -> int | None:
    """The number of a field that tells every byte of a union (laid out in bytes)."""
    numbers = (n for n, one in enumerate(raw.fields) if one.node.size == raw.size and exact(one.node))
    return next(numbers, None)
