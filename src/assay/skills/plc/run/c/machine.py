"""The C executor: generated functions over a block of bytes."""

from __future__ import annotations

import math
import struct
from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar

from assay.kernel.errors import InputError
from assay.skills.plc.front.source import Span
from assay.skills.plc.ir.nodes import Project
from assay.skills.plc.ir.types import DataType, Elementary, Subrange, Text, base_of
from assay.skills.plc.run.analysis import analyse
from assay.skills.plc.run.base import BaseMachine, checked_elapsed
from assay.skills.plc.run.c.build import library
from assay.skills.plc.run.c.code import HEADER, CCode
from assay.skills.plc.run.images import Image, Images
from assay.skills.plc.run.layout import Bytes, Node
from assay.skills.plc.run.machine import FAULT_KINDS, Backend, Fault
from assay.skills.plc.run.paths import Leaf, Paths
from assay.skills.plc.run.plan import Plan, check_size, make_plan
from assay.skills.plc.run.unions import code_of
from assay.skills.plc.run.values import fitted, single

#: Types of Python values that a column may hold without a look at each.
_PLAIN: dict[str, set[type]] = {"bool": {bool}, "real": {float, int}}
_INTEGERS: set[type] = {int}


class ByteEncoder:
    """Initial contents as bytes."""

    def blank(self, size: int) -> Image:
        return bytearray(size)

    def scalar(self, kind: DataType, value: object) -> Image:
        return bytearray(packed(kind, value))

    def union(self, node: Node, image: Image, chosen: int) -> None:
        """All fields share one store already."""


def packed(kind: DataType, value: Any) -> bytes:
    """The bytes of a scalar."""
    held = base_of(kind)
    if isinstance(held, Text):
        codes = str(value)[: held.length].encode("utf-32-le", "surrogatepass")
        return struct.pack("<i", len(codes) // 4) + codes.ljust(4 * held.length, b"\0")
    if not isinstance(held, Elementary):
        return struct.pack("<q", value or 0)
    if held.kind == "real" and held.bits == 32:
        value = single(float(value))
    return struct.pack("<" + code_of(held), value)


def c_machines(
    units: Sequence[tuple[Project, str]], *, watchdog: int, extra: tuple[str, ...] = ()
) -> Iterator[CMachine]:
    """Machines for several units from one translation unit; see ``machine.compile_many``."""
    made = [_Made(project, name, watchdog, f"p{number}_") for number, (project, name) in enumerate(units)]
    if made:
        loaded = library([one.source for one in made], [one.code.prefix for one in made], extra)
        for number, one in enumerate(made):
            yield CMachine(one, number, loaded)


class _Made:
    """The code of one unit, and its memory before the first scan."""

    def __init__(self, project: Project, unit_name: str, watchdog: int, prefix: str) -> None:
        analysis = analyse(project, unit_name)
        check_size(analysis)
        self.plan = make_plan(analysis, Bytes(), HEADER, texts=True)
        images = Images(project, ByteEncoder(), analysis.tags)
        self.code = CCode(self.plan, images, watchdog, prefix)
        self.source = self.code.source()
        self.image = _memory(self.plan, images)


class CMachine(BaseMachine):
    """See :class:`~assay.skills.plc.run.machine.Machine`."""

    backend: ClassVar[Backend] = "c"

    def __init__(self, made: _Made, number: int, loaded: tuple[Any, Any]) -> None:
        super().__init__(made.plan, Paths(made.plan))
        self._number, self._image, self._spans = number, bytes(made.image), list(made.code.spans)
        self._ffi, self._library = loaded
        self._scratch = len(self._image)
        self._end = self._scratch + made.code.scratch_size()
        self._words = self._ffi.new("int64_t[]", self._end // 8 + 1)
        self._memory = self._ffi.cast("char *", self._words)
        self._bytes = self._ffi.buffer(self._words)
        self._readers: list[tuple[str, Callable[[Any, int], tuple[Any, ...]], int, str, Node]] | None = None
        self._cold()

    def _get(self, address: int, node: Node) -> Any:
        kind = base_of(node.type)
        if isinstance(kind, Text):
            length: int = struct.unpack_from("<i", self._bytes, address)[0]
            return bytes(self._bytes[address + 4 : address + 4 + 4 * length]).decode("utf-32-le", "surrogatepass")
        code = code_of(kind) if isinstance(kind, Elementary) else "q"
        value = struct.unpack_from("<" + code, self._bytes, address)[0]
        return value != 0 if isinstance(kind, Elementary) and kind.kind == "bool" else value

    def state(self) -> dict[str, object]:
        if self._readers is None:
            self._readers = [_reader(leaf) for leaf in self._paths.leaves()]
        found: dict[str, object] = {}
        for path, unpack, address, how, node in self._readers:
            value = unpack(self._bytes, address)[0]
            if how == "bool":
                value = value != 0
            elif how == "text":
                value = self._get(address, node)
            elif how == "address" or value != value:
                value = self._shown(value, node)
            found[path] = value
        return found

    def _put(self, address: int, node: Node, value: Any) -> None:
        self._paste(address, packed(node.type, value))

    def _cold(self) -> None:
        self._bytes[: len(self._image)] = self._image

    def _piece(self, address: int, size: int) -> Any:
        return bytes(self._bytes[address : address + size])

    def _paste(self, address: int, piece: Any) -> None:
        self._bytes[address : address + len(piece)] = piece

    def _execute(self) -> Fault | None:
        struct.pack_into("<q", self._bytes, 8, self._now)
        return self._fault_of(self._library.plc_once(self._number, self._memory, self._scratch, self._end))

    def _fault_of(self, kind: int) -> Fault | None:
        if kind == 0:
            return None
        if kind > len(FAULT_KINDS):
            raise RuntimeError("scratch memory of strings was measured too small")
        span: Span = self._spans[struct.unpack_from("<i", self._bytes, 60)[0]]
        return Fault(FAULT_KINDS[kind - 1], span)

    def run(
        self,
        scans: int,
        inputs: Any,
        outputs: Sequence[str],
        elapsed_ns: int | Sequence[int],
    ) -> dict[str, list[object]]:
        if self._fault is not None:
            return super().run(scans, inputs, outputs, elapsed_ns)
        given = [self._column(path, values, scans) for path, values in inputs.items()]
        wanted = [self._empty(path, scans) for path in outputs]
        single = isinstance(elapsed_ns, int)
        steps = [elapsed_ns] if isinstance(elapsed_ns, int) else list(elapsed_ns)
        if len(steps) != (1 if single else scans):
            raise InputError("plc_run.rows", path="t", got=len(steps), wanted=scans)
        elapsed = array("q", [min(checked_elapsed(one), 1 << 62) for one in steps] or [0])
        struct.pack_into("<q", self._bytes, 8, self._now)
        columns = [self._columns(table) for table in (given, wanted)]
        done = self._library.plc_rows(
            self._number, self._memory, self._scratch, self._end, scans, self._ffi.from_buffer("int64_t[]", elapsed),
            0 if single else 1, len(given), columns[0][0], len(wanted), columns[1][0],
        )  # fmt: skip
        self._now = struct.unpack_from("<q", self._bytes, 8)[0]
        self._fault = self._fault_of(struct.unpack_from("<i", self._bytes, 56)[0])
        return {path: self._read(table, done) for path, table in zip(outputs, wanted, strict=True)}

    def _column(self, path: str, values: Sequence[object], scans: int) -> tuple[int, Node, array[Any]]:
        at, node = self._scalar(path)
        if len(values) != scans:
            raise InputError("plc_run.rows", path=path, got=len(values), wanted=scans)
        kind = base_of(node.type)
        assert isinstance(kind, Elementary)
        plain = set(map(type, values)) <= _PLAIN.get(kind.kind, _INTEGERS) and not isinstance(node.type, Subrange)
        fits: Any = values
        try:
            return at, node, array(code_of(kind), fits if plain else [fitted(node, one, path) for one in values])
        except OverflowError:
            return at, node, array(code_of(kind), [fitted(node, one, path) for one in fits])

    def _empty(self, path: str, scans: int) -> tuple[int, Node, array[Any]]:
        at, node = self._scalar(path)
        kind = base_of(node.type)
        assert isinstance(kind, Elementary)
        return at, node, array(code_of(kind), bytes(node.size * max(1, scans)))

    def _columns(self, table: list[tuple[int, Node, array[Any]]]) -> tuple[Any, list[Any]]:
        """The table as C reads it; the buffers are kept alive as long as it is."""
        columns = self._ffi.new("Column[]", max(1, len(table)))
        kept = [self._ffi.from_buffer("char[]", data) if len(data) else self._ffi.NULL for _, _, data in table]
        for column, (at, node, _), data in zip(columns, table, kept, strict=False):
            column.address, column.size, column.data = at, node.size, data
        return columns, kept

    def _read(self, table: tuple[int, Node, array[Any]], rows: int) -> list[object]:
        _, node, data = table
        kind = base_of(node.type)
        if isinstance(kind, Elementary) and kind.kind == "bool":
            return list(map(bool, data[:rows]))
        values = data[:rows].tolist()
        if isinstance(kind, Elementary) and kind.kind == "real" and any(map(math.isnan, values)):
            return [self._shown(one, node) for one in values]
        return values


def _reader(leaf: Leaf) -> tuple[str, Callable[[Any, int], tuple[Any, ...]], int, str, Node]:
    """How a scalar of the state is read: path, unpacking, address, what its value still needs, layout."""
    kind = base_of(leaf.node.type)
    code, how = "q", "address"
    if isinstance(kind, Text):
        code, how = "i", "text"
    elif isinstance(kind, Elementary):
        code, how = code_of(kind), kind.kind if kind.kind in ("bool", "real") else ""
    return leaf.path, struct.Struct("<" + code).unpack_from, leaf.address, how, leaf.node


def _memory(plan: Plan, images: Images) -> bytearray:
    memory = bytearray((plan.size + 7) & ~7)
    for area in plan.areas.values():
        image = images.of(area.node, area.initial)
        for copy in range(area.copies):
            at = area.address + copy * area.node.size
            memory[at : at + area.node.size] = image
    for one in plan.root.node.fields:
        if one.role == "in_out":
            at = plan.root.address + one.offset
            struct.pack_into("<q", memory, at, plan.areas["in_out", one.name.upper()].address)
    return memory
