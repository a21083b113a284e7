"""The Python executor: generated functions over a list of slots."""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar

from assay.skills.plc.front.source import Span
from assay.skills.plc.ir.nodes import Project
from assay.skills.plc.ir.types import DataType, Elementary, base_of
from assay.skills.plc.run.analysis import analyse
from assay.skills.plc.run.base import BaseMachine
from assay.skills.plc.run.images import Image, Images
from assay.skills.plc.run.layout import Bytes, Layouts, Node, Slots
from assay.skills.plc.run.machine import FAULT_KINDS, Backend, Fault, Hits
from assay.skills.plc.run.paths import Paths
from assay.skills.plc.run.plan import Plan, check_size, make_plan
from assay.skills.plc.run.py import chars, numeric
from assay.skills.plc.run.py.code import HEADER, PyCode
from assay.skills.plc.run.unions import synchronise
from assay.skills.plc.run.values import single


class SlotEncoder:
    """Initial contents as lists of slots."""

    def __init__(self, layouts: Layouts) -> None:
        self.layouts = layouts

    def blank(self, size: int) -> Image:
        return [0] * size

    def scalar(self, kind: DataType, value: object) -> Image:
        held = base_of(kind)
        if isinstance(held, Elementary) and held.kind == "real" and isinstance(value, (int, float)):
            return [single(value) if held.bits == 32 else float(value)]
        if isinstance(held, Elementary) and held.kind == "bool":
            return [bool(value)]
        return [0 if value is None else value]

    def union(self, node: Node, image: Image, chosen: int) -> None:
        one = node.fields[chosen]
        self.sync(node, image, 0, one.offset, one.node.size)

    def sync(self, node: Node, memory: list[Any], start: int, place: int, size: int) -> None:
        """After a store of ``size`` slots at ``place`` in the union at ``start``."""
        synchronise(node, self.layouts.of(node.type), memory, start, place, size)


class PythonMachine(BaseMachine):
    """See :class:`~assay.skills.plc.run.machine.Machine`."""

    backend: ClassVar[Backend] = "python"

    def __init__(self, project: Project, unit_name: str, *, watchdog: int, coverage: bool = False) -> None:
        analysis = analyse(project, unit_name)
        check_size(analysis)
        plan = make_plan(analysis, Slots(), HEADER, texts=False)
        super().__init__(plan, Paths(plan))
        encoder = SlotEncoder(Layouts(project, Bytes(), analysis.tags))
        images = Images(project, encoder, analysis.tags)
        code = PyCode(plan, images, watchdog, coverage=coverage)
        source = code.source()
        self._image = _memory(plan, images)
        self._memory: list[Any] = list(self._image)
        self._spans = list(code.spans)
        self._statements, self._branches = list(code.statements), list(code.branches)
        self._seen: set[int] = set()
        self._went: set[int] = set()
        self._main = self._compiled(source, code, encoder, plan)
        self._encoder, self._unions = encoder, self._paths.unions()

    def _compiled(self, source: str, code: PyCode, encoder: SlotEncoder, plan: Plan) -> Any:
        memory, went = self._memory, self._went
        nodes = [(plan.layouts.of(kind), size) for kind, size in code.syncs]

        def sync(number: int, start: int, place: int) -> None:
            node, size = nodes[number]
            encoder.sync(node, memory, start, place, size)

        def hit(branch: int, condition: bool) -> bool:
            went.add(branch + condition)
            return condition

        names: dict[str, Any] = {**_names(), "M": memory, "S": self._seen, "B": went, "sync": sync, "hit": hit}
        names |= {f"k{number}": value for number, value in enumerate(code.constants)}
        exec(compile(source, "<plc>", "exec"), names)  # made of the intermediate form only
        return names["main"]

    @property
    def hits(self) -> Hits:
        spans, branches = self._statements, self._branches
        return Hits(
            frozenset(spans[number] for number in self._seen),
            frozenset((branches[number // 2], bool(number % 2)) for number in self._went),
        )

    def _get(self, address: int, node: Node) -> Any:
        return self._memory[address]

    def _put(self, address: int, node: Node, value: Any) -> None:
        self._memory[address] = value
        for start, union in self._unions:
            if start <= address < start + union.size:
                self._encoder.sync(union, self._memory, start, address, node.size)

    def _cold(self) -> None:
        self._memory[:] = self._image

    def _piece(self, address: int, size: int) -> Any:
        return self._memory[address : address + size]

    def _paste(self, address: int, piece: Any) -> None:
        self._memory[address : address + len(piece)] = piece

    def _execute(self) -> Fault | None:
        memory = self._memory
        memory[1], memory[2], memory[3] = self._now, 0, 0
        try:
            self._main()
        except numeric.Stop as stop:
            span: Span = self._spans[stop.span]
            return Fault(FAULT_KINDS[stop.kind - 1], span)
        return None


@cache
def _names() -> dict[str, Any]:
    return {**numeric.NAMES, **chars.NAMES}


def _memory(plan: Plan, images: Images) -> list[Any]:
    memory: list[Any] = [0] * plan.size
    for area in plan.areas.values():
        image = images.of(area.node, area.initial)
        for copy in range(area.copies if area.kind == "frame" else 1):
            at = area.address + copy * area.node.size
            memory[at : at + area.node.size] = image
    for one in plan.root.node.fields:
        if one.role == "in_out":
            memory[plan.root.address + one.offset] = plan.areas["in_out", one.name.upper()].address
    return memory
