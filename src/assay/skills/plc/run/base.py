"""What both executors share: paths, values, cold and warm starts. A backend gives the memory and runs the scans."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from assay.kernel.errors import InputError
from assay.skills.plc.ir.nodes import Project
from assay.skills.plc.ir.types import Elementary, Text, base_of
from assay.skills.plc.run.analysis import is_address
from assay.skills.plc.run.layout import Node
from assay.skills.plc.run.machine import Backend, Fault, Hits
from assay.skills.plc.run.paths import Paths
from assay.skills.plc.run.plan import Plan
from assay.skills.plc.run.values import fitted, parts_of

_FOREVER = 1 << 62


class BaseMachine(ABC):
    """A machine over a plan; see :class:`~assay.skills.plc.run.machine.Machine` for the meaning."""

    backend: ClassVar[Backend]

    def __init__(self, plan: Plan, paths: Paths) -> None:
        self._plan, self._paths = plan, paths
        self._fault: Fault | None = None
        self._now = 0

    @property
    def project(self) -> Project:
        return self._plan.analysis.project

    @property
    def unit_name(self) -> str:
        return self._plan.root.name

    @property
    def now_ns(self) -> int:
        return self._now

    @property
    def fault(self) -> Fault | None:
        return self._fault

    @property
    def hits(self) -> Hits:
        return Hits()

    # --- what a backend gives ---

    @abstractmethod
    def _get(self, address: int, node: Node) -> Any:
        """A scalar as it is held; an address as a number."""

    @abstractmethod
    def _put(self, address: int, node: Node, value: Any) -> None: ...

    @abstractmethod
    def _cold(self) -> None:
        """The initial image everywhere."""

    @abstractmethod
    def _piece(self, address: int, size: int) -> Any:
        """A copy of a piece of the memory."""

    @abstractmethod
    def _paste(self, address: int, piece: Any) -> None: ...

    @abstractmethod
    def _execute(self) -> Fault | None:
        """One run of the unit at the time ``now_ns``."""

    # --- the port ---

    def reset(self) -> None:
        self._cold()
        self._fault, self._now = None, 0

    def restart(self) -> None:
        kept = [(at, self._piece(at, size)) for at, size in self._retained()]
        self._cold()
        for at, piece in kept:
            self._paste(at, piece)
        self._fault = None

    def scan(self, inputs: Mapping[str, object] | None = None, elapsed_ns: int = 0) -> None:
        now = self._now + checked_elapsed(elapsed_ns)
        if inputs:
            self._write_all(inputs)
        self._now = min(now, _FOREVER)
        if self._fault is None:
            self._fault = self._execute()

    def run(
        self,
        scans: int,
        inputs: Mapping[str, Sequence[object]],
        outputs: Sequence[str],
        elapsed_ns: int | Sequence[int],
    ) -> dict[str, list[object]]:
        columns = [(path, *self._scalar(path), values) for path, values in inputs.items()]
        for path, _, _, values in columns:
            if len(values) != scans:
                raise InputError("plc_run.rows", path=path, got=len(values), wanted=scans)
        found = [self._scalar(path) for path in outputs]
        table: list[list[object]] = [[] for _ in outputs]
        for row in range(scans):
            for path, at, node, values in columns:
                self._put(at, node, fitted(node, values[row], path))
            self.scan(None, elapsed_ns if isinstance(elapsed_ns, int) else elapsed_ns[row])
            if self._fault is not None:
                break
            for column, (at, node) in zip(table, found, strict=True):
                column.append(self._shown(self._get(at, node), node))
        return dict(zip(outputs, table, strict=True))

    def read(self, path: str) -> object:
        return self._value(*self._paths.find(path))

    def write(self, path: str, value: object) -> None:
        self._write_all({path: value})

    def outputs(self) -> dict[str, object]:
        unit = self._plan.analysis.unit(self._plan.analysis.root)
        names = [one.name for one in unit.variables if one.section in ("output", "in_out", "result")]
        return {name: self._value(*self._paths.own(name)) for name in names}

    def state(self) -> dict[str, object]:
        return {leaf.path: self._shown(self._get(leaf.address, leaf.node), leaf.node) for leaf in self._paths.leaves()}

    def load(self, state: Mapping[str, object]) -> None:
        self._write_all(state)

    # --- inside ---

    def _write_all(self, values: Mapping[str, object]) -> None:
        todo: list[tuple[int, Node, object]] = []
        for path, value in values.items():
            at, node = self._paths.find(path)
            todo.extend(self._scalars_of(at, node, value, path))
        for at, node, value in todo:
            self._put(at, node, value)

    def _scalars_of(self, at: int, node: Node, value: object, path: str) -> Iterator[tuple[int, Node, object]]:
        if not node.scalar:
            for inner, offset, part, one in parts_of(node, value, path):
                yield from self._scalars_of(at + offset, part, one, inner)
        elif not is_address(node.type):
            yield at, node, fitted(node, value, path)
        elif value is None:
            yield at, node, 0
        else:
            yield at, node, self._paths.place(str(value))

    def _value(self, at: int, node: Node) -> object:
        if node.element is not None:
            size = node.element.size
            return [self._value(at + n * size, node.element) for n in range(node.type.size)]  # type: ignore[union-attr]
        if node.fields:
            return {one.name: self._value(at + one.offset, one.node) for one in node.fields if one.role == ""}
        return {} if not node.scalar else self._shown(self._get(at, node), node)

    def _shown(self, value: Any, node: Node) -> object:
        if value != value:
            return math.nan
        return self._paths.name_of(value, node.type) if is_address(node.type) else value

    def _scalar(self, path: str) -> tuple[int, Node]:
        at, node = self._paths.find(path)
        if not node.scalar or isinstance(node.type, Text) or not isinstance(base_of(node.type), Elementary):
            raise InputError("plc_run.scalar", path=path, type=type(node.type).__name__.upper())
        return at, node

    def _retained(self) -> list[tuple[int, int]]:
        """Pieces of memory that a warm start keeps."""
        found: list[tuple[int, int]] = []
        for area in self._plan.areas.values():
            if area.kind == "global" and area.variable is not None and area.variable.retain:
                found.append((area.address, area.node.size))
            elif area.kind in ("global", "root", "program"):
                _retained_in(area.node, area.address, found)
        return found


def _retained_in(node: Node, at: int, found: list[tuple[int, int]]) -> None:
    if node.element is not None and _has_retain(node.element):
        for place in range(at, at + node.size, node.element.size):
            _retained_in(node.element, place, found)
    for one in node.fields:
        if one.variable is not None and one.variable.retain:
            found.append((at + one.offset, one.node.size))
        elif one.role == "":
            _retained_in(one.node, at + one.offset, found)


def _has_retain(node: Node) -> bool:
    if node.element is not None:
        return _has_retain(node.element)
    return any((one.variable is not None and one.variable.retain) or _has_retain(one.node) for one in node.fields)


def checked_elapsed(value: object) -> int:
    """Nanoseconds from 0 on. Raises InputError."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InputError("plc_run.elapsed", value=value)
    return value
