"""The memory of one machine: a header, globals, programs, the unit that runs, what its in_outs stand for, and frames of
locals that lie in memory. Everything has a fixed address; recursive units have a frame for each level."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from assay.kernel.errors import InputError
from assay.skills.plc.ir.nodes import Unit, Value, Variable
from assay.skills.plc.ir.types import Array, Block, DataType, Struct, Text
from assay.skills.plc.run.analysis import Analysis, is_aggregate
from assay.skills.plc.run.layout import Bytes, Layouts, Metric, Node, Part, Slots, instance_parts, open_dimensions
from assay.skills.plc.run.machine import RECURSION_LIMIT

#: Most bytes (as C holds them) and slots that a machine may have.
MAX_BYTES = 64 << 20
MAX_SLOTS = 4 << 20

AreaKind = Literal["global", "program", "root", "in_out", "frame", "constant"]


@dataclass(frozen=True, slots=True)
class Area:
    """A piece of memory with a name: ``node`` at ``address``, ``copies`` times."""

    kind: AreaKind
    name: str
    address: int
    node: Node
    initial: Value = None
    variable: Variable | None = None
    copies: int = 1


@dataclass(slots=True)
class Plan:
    """Areas by kind and upper-case name; ``size`` is that of the whole memory."""

    analysis: Analysis
    layouts: Layouts
    areas: dict[tuple[AreaKind, str], Area] = field(default_factory=dict)
    size: int = 0

    @property
    def root(self) -> Area:
        return self.areas["root", self.analysis.root]

    def area(self, kind: AreaKind, name: str) -> Area | None:
        """An area by its kind and name, without case; the root program stands for itself among the programs."""
        name = name.upper()
        if kind == "program" and name == self.analysis.root:
            kind = "root"
        return self.areas.get((kind, name))

    def each(self, kind: AreaKind) -> Iterator[Area]:
        return (one for one in self.areas.values() if one.kind == kind)

    def add(self, kind: AreaKind, name: str, node: Node, variable: Variable | None = None, copies: int = 1) -> None:
        """The next area."""
        address = -(-self.size // node.align) * node.align
        initial = variable.initial if variable else None
        self.areas[kind, name.upper()] = Area(kind, name, address, node, initial, variable, copies)
        self.size = address + node.size * copies


def in_memory(analysis: Analysis, unit: Unit, one: Variable, *, texts: bool) -> bool:
    """A local that must lie in memory: something points to it, or it is more than a scalar (``texts``: or a string)."""
    if one.section == "in_out":
        return False
    return (
        is_aggregate(one.type)
        or one.name.upper() in analysis.addressed[unit.name.upper()]
        or (texts and isinstance(one.type, Text))
    )


def locals_of(unit: Unit) -> list[Variable]:
    """The variables that live as long as a call."""
    if unit.kind in ("program", "function_block"):
        return [one for one in unit.variables if one.section == "temp"]
    return [one for one in unit.variables if one.section not in ("in_out", "external")]


def make_plan(analysis: Analysis, metric: Metric, header: int, *, texts: bool) -> Plan:
    """The memory of a machine for ``analysis.root``. Raises InputError when it cannot run alone or is too large."""
    project, root = analysis.project, analysis.unit(analysis.root)
    layouts = Layouts(project, metric, analysis.tags)
    plan = Plan(analysis, layouts, size=header)
    for name, one in project.globals.items():
        plan.add("global", name, layouts.of(one.type), one)
    for name in analysis.order:
        unit = analysis.unit(name)
        if unit.kind == "program" and name != analysis.root:
            plan.add("program", unit.name, layouts.of(Block(unit.name)))
    plan.add("root", root.name, _root_node(layouts, root))
    for one in root.variables:
        if one.section == "in_out":
            if open_dimensions(one.type):
                raise InputError("plc_run.not_alone", unit=root.name, name=one.name)
            plan.add("in_out", one.name, layouts.of(one.type), one)
    for name in analysis.order:
        unit = analysis.unit(name)
        parts: list[Part] = [
            (one.name, one.type, "", one) for one in locals_of(unit) if in_memory(analysis, unit, one, texts=texts)
        ]
        if parts:
            copies = RECURSION_LIMIT if name in analysis.recursive else 1
            plan.add("frame", unit.name, layouts.record(_Frame, parts), copies=copies)
    return plan


#: The type of records that no program can name.
_Frame = Struct("__FRAME", ())


def _root_node(layouts: Layouts, root: Unit) -> Node:
    if root.kind in ("program", "function_block"):
        return layouts.of(Block(root.name))
    if root.kind != "function":
        raise InputError("plc_run.unknown_unit", unit=root.name)
    parts = [one for one in instance_parts(root) if one[2] == "" and one[3] and one[3].section != "static"]
    return layouts.record(_Frame, parts)


def check_size(analysis: Analysis) -> None:
    """Refuse a machine that is too large, whatever its backend. Raises InputError."""
    for metric, limit, width in ((Bytes(), MAX_BYTES, 1), (Slots(), MAX_SLOTS, 8)):
        size = make_plan(analysis, metric, 0, texts=True).size
        if size > limit:
            unit = analysis.unit(analysis.root).name
            megabytes = max(size * width >> 20, (limit * width >> 20) + 1)
            raise InputError("plc_run.too_large", unit=unit, size=megabytes, limit=limit * width >> 20)


def element_suffix(kind: Array, number: int) -> str:
    """How element ``number`` (from 0, row-major) is written: ``[3]``, ``[1,2]``."""
    indices = []
    for bound in reversed(kind.bounds):
        low, high = bound or (0, -1)
        width = max(1, high - low + 1)
        indices.append(low + number % width)
        number //= width
    return "[" + ",".join(str(one) for one in reversed(indices)) + "]"


def element_number(kind: Array, indices: list[int]) -> int | None:
    """The element's number from 0, or None outside the bounds."""
    if len(indices) != len(kind.bounds):
        return None
    number = 0
    for bound, index in zip(kind.bounds, indices, strict=True):
        low, high = bound or (0, -1)
        if not low <= index <= high:
            return None
        number = number * (high - low + 1) + index - low
    return number


def type_name(kind: DataType) -> str:
    """A type as a person writes it, for messages."""
    if isinstance(kind, Array):
        return f"ARRAY OF {type_name(kind.element)}"
    if isinstance(kind, Text):
        return f"{'WSTRING' if kind.wide else 'STRING'}[{kind.length}]"
    return str(getattr(kind, "name", "")) or ("POINTER" if hasattr(kind, "target") else type_name(kind.base))  # type: ignore[union-attr]
