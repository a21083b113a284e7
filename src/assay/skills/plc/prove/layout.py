"""Where every scalar of a program lies: arrays, structures and function blocks laid out as numbered slots."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from assay.skills.plc.ir.nodes import Project, Unit, Value, Variable
from assay.skills.plc.ir.types import Array, Block, DataType, Elementary, Enum, Interface, Pointer, Struct, Subrange

#: More scalars than this in one unit are not taken on.
MOST_SLOTS = 200_000


class TooBig(Exception):
    """The program needs more memory or more steps than the prover takes on; ``args[0]`` is the reason's key."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One scalar of a type: the path from the whole to it and its type. A function block has a leaf without a type at
    its start, so that its place is not that of its first variable."""

    path: str
    type: DataType | None


KEPT = ("input", "output", "static", "result")


def kept(unit: Unit) -> tuple[Variable, ...]:
    """The variables that an instance of the unit holds itself."""
    return tuple(one for one in unit.variables if one.section in KEPT)


def simple(kind: DataType) -> bool:
    """Whether values of the type are single scalars."""
    return not isinstance(kind, (Array, Struct, Block))


def zero(kind: DataType) -> Value:
    """The initial value of a scalar type without one of its own."""
    if isinstance(kind, Subrange):
        return kind.low if not kind.low <= 0 <= kind.high else 0
    if isinstance(kind, Enum):
        values = [value for _, value in kind.members]
        return 0 if 0 in values or not values else values[0]
    if isinstance(kind, Elementary):
        return {"bool": False, "real": 0.0}.get(kind.kind, 0)
    return None if isinstance(kind, (Pointer, Interface)) else ""


class Layout:
    """Sizes, offsets and initial values of the types of one project."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._leaves: dict[DataType, tuple[Leaf, ...]] = {}
        self._offsets: dict[DataType, dict[str, tuple[int, DataType]]] = {}

    def fields(self, kind: Struct | Block) -> list[tuple[str, DataType, Value]]:
        """Names, types and initial values of a structure's fields or of an instance's variables."""
        if isinstance(kind, Struct):
            known = dict(self._project.struct_initials.get(kind.name.upper(), ()))
            return [(name, one, known.get(name)) for name, one in kind.fields]
        unit = self._project.unit(kind.name)
        return [] if unit is None else [(one.name, one.type, one.initial) for one in kept(unit)]

    def leaves(self, kind: DataType) -> tuple[Leaf, ...]:
        """All scalars of a type, in order. Raises TooBig."""
        found = self._leaves.get(kind)
        if found is None:
            found = self._leaves[kind] = tuple(self._spread(kind))
        return found

    def _spread(self, kind: DataType) -> list[Leaf]:
        if simple(kind):
            return [Leaf("", kind)]
        if isinstance(kind, Array):
            inner = self.leaves(kind.element)
            if kind.size * len(inner) > MOST_SLOTS:
                raise TooBig("too_much_memory")
            spans = [range(low, high + 1) for low, high in (one or (0, -1) for one in kind.bounds)]
            names = ["[" + ",".join(map(str, one)) + "]" for one in product(*spans)]
            return [Leaf(name + leaf.path, leaf.type) for name in names for leaf in inner]
        assert isinstance(kind, (Struct, Block))
        result = [Leaf("", None)] if isinstance(kind, Block) else []
        for name, one, _ in self.fields(kind):
            result += [Leaf(f".{name}{leaf.path}", leaf.type) for leaf in self.leaves(one)]
            if len(result) > MOST_SLOTS:
                raise TooBig("too_much_memory")
        return result

    def size(self, kind: DataType) -> int:
        """Number of slots."""
        return 1 if simple(kind) else len(self.leaves(kind))

    def offset(self, kind: Struct | Block, name: str) -> tuple[int, DataType] | None:
        """Where a field lies from the start of the whole, and its type."""
        table = self._offsets.get(kind)
        if table is None:
            table, place = {}, 1 if isinstance(kind, Block) else 0
            for field, one, _ in self.fields(kind):
                table[field.upper()] = (place, one)
                place += self.size(one)
            self._offsets[kind] = table
        return table.get(name.upper())

    def initial(self, kind: DataType, value: Value) -> list[Value]:
        """The values of all slots of a type that starts as ``value`` (None: as the type says)."""
        if simple(kind):
            return [zero(kind) if value is None else value]
        if isinstance(kind, Array):
            given = value if isinstance(value, tuple) else ()
            plain = self.initial(kind.element, None)
            result: list[Value] = []
            for index in range(kind.size):
                one = given[index] if index < len(given) else None
                result += plain if one is None else self.initial(kind.element, one)
            return result
        assert isinstance(kind, (Struct, Block))
        pairs = value if isinstance(value, tuple) else ()
        own = {str(one[0]).upper(): one[1] for one in pairs}  # type: ignore[index]
        result = [None] if isinstance(kind, Block) else []
        for name, one_type, first in self.fields(kind):
            result += self.initial(one_type, own.get(name.upper(), first))
        return result
