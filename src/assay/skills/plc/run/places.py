"""Where a place lies, as text of generated code: an address with a fixed part and terms, or a variable of the code."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assay.kernel.errors import InputError
from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir.types import Array, Block, DataType, Struct
from assay.skills.plc.run.layout import ADDRESS, Field, open_dimensions
from assay.skills.plc.run.plan import Plan, in_memory


@dataclass(frozen=True, slots=True)
class Address:
    """``offset`` plus the sum of ``terms`` (texts)."""

    offset: int = 0
    terms: tuple[str, ...] = ()

    def plus(self, offset: int, *terms: str) -> Address:
        return Address(self.offset + offset, self.terms + terms)

    @property
    def text(self) -> str:
        if not self.terms:
            return str(self.offset)
        parts = [*self.terms, str(self.offset)] if self.offset else [*self.terms]
        return parts[0] if len(parts) == 1 else f"({' + '.join(parts)})"


@dataclass(frozen=True, slots=True)
class Ref:
    """A place: at ``address`` or the code's variable ``local``; ``part``: bits [low, low + bits) of what is there, of
    type ``whole``. ``unions``: the unions it is part of, innermost first."""

    type: DataType
    address: Address = Address()
    local: str = ""
    part: tuple[int, int] | None = None
    whole: DataType | None = None
    unions: tuple[tuple[Address, Struct], ...] = ()


#: A text with its type and whether evaluating it (calls, faults).
Item = tuple[str, DataType, tuple[bool, bool]]


class Places(ABC):
    """Places of the unit whose code is being made. A backend gives the texts of operations."""

    texts_in_memory: bool

    def __init__(self, plan: Plan) -> None:
        self.plan, self.analysis = plan, plan.analysis
        self.spans: dict[Span, int] = {}
        self.unit: ir.Unit = self.analysis.unit(self.analysis.root)
        self.owner: ir.Unit | None = None
        self.frame: Address | None = None
        self._temps = 0
        self.pinning = False

    # --- what a backend gives ---

    @abstractmethod
    def pinned(self, address: Address) -> Address:
        """An address that is kept in a variable of the code."""

    @abstractmethod
    def value(self, expression: ir.Expr) -> str:
        """The text of an expression's value."""

    @abstractmethod
    def memory(self, address: str, kind: DataType) -> str:
        """The scalar at an address, to read or to assign."""

    @abstractmethod
    def checked_index(self, text: str, low: str, high: str, span: int) -> str:
        """An index that has been checked against its bounds."""

    @abstractmethod
    def checked_address(self, text: str, span: int) -> str:
        """An address that is not 0."""

    @abstractmethod
    def ordered(self, items: Sequence[Item], build: Callable[[list[str]], str]) -> str:
        """The text that ``build`` makes of the items, which are evaluated in their order."""

    # --- places ---

    def index(self, expression: ir.Expr) -> str:
        """An index before its check."""
        return self.value(expression)

    def span(self, span: Span) -> int:
        """The number of a span in the table that faults point into."""
        return self.spans.setdefault(span, len(self.spans))

    def temp(self) -> str:
        """A new variable of the code."""
        self._temps += 1
        return f"t{self._temps}"

    def ref(self, place: object) -> Ref:
        """Where a place lies."""
        if isinstance(place, ir.LocalVar):
            return self._variable(self.unit, place, own=True)
        if isinstance(place, ir.SelfVar):
            return self._variable(self.owner or self.unit, place, own=False)
        if isinstance(place, ir.GlobalVar):
            return self._global(place.name, place.type)
        if isinstance(place, ir.FieldOf):
            return self._field(place)
        if isinstance(place, ir.ElementOf):
            return self._element(place)
        if isinstance(place, ir.PartOf):
            base = self.ref(place.base)
            low = place.low + (base.part[0] if base.part else 0)
            return Ref(place.type, base.address, base.local, (low, place.bits), base.whole or base.type, base.unions)
        if isinstance(place, ir.Followed):
            text = self.checked_address(self.value(place.pointer), self.span(place.span))
            return Ref(place.type, Address(0, (text,)))
        if isinstance(place, ir.SelfInstance):
            return Ref(place.type, Address(0, ("b",)))
        raise self.unsupported(type(place).__name__)

    def unsupported(self, what: str) -> InputError:
        """The error for something that no executor runs."""
        return InputError("plc_run.unsupported", unit=self.unit.name, what=what)

    def instance_field(self, unit: ir.Unit, name: str) -> Field:
        """A variable of a block or program in its instance."""
        found = self.plan.layouts.of(Block(unit.name)).names.get(name.upper())
        if found is None:
            raise self.unsupported(f"{unit.name}.{name}")
        return found

    def is_local(self, unit: ir.Unit, one: ir.Variable) -> bool:
        """It lives as long as a call of its unit."""
        return unit.kind not in ("program", "function_block") or one.section == "temp"

    def local_name(self, unit: ir.Unit, one: ir.Variable) -> str:
        """The code's variable or parameter for a variable of a unit."""
        return f"x{next(n for n, other in enumerate(unit.variables) if other is one)}"

    def _variable(self, unit: ir.Unit, place: ir.LocalVar | ir.SelfVar, *, own: bool) -> Ref:
        one = unit.variable(place.name)
        if one is None:
            raise self.unsupported(place.name)
        if one.section == "external":
            return self._global(one.name, one.type)
        if one.section == "in_out":
            if self.is_local(unit, one):
                return Ref(place.type, Address(0, (self.local_name(unit, one),)))
            text = self.memory(Address(self.instance_field(unit, one.name).offset, ("b",)).text, ADDRESS)
            return Ref(place.type, Address(0, (text if own else self.checked_address(text, self.span(place.span)),)))
        if not self.is_local(unit, one):
            return Ref(place.type, Address(self.instance_field(unit, one.name).offset, ("b",)))
        if in_memory(self.analysis, unit, one, texts=self.texts_in_memory) and self.frame is not None:
            frame = self.plan.areas["frame", unit.name.upper()].node
            return Ref(place.type, self.frame.plus(frame.names[one.name.upper()].offset))
        return Ref(place.type, local=self.local_name(unit, one))

    def _global(self, name: str, kind: DataType) -> Ref:
        area = self.plan.area("global", name) or self.plan.area("program", name)
        if area is None:
            raise self.unsupported(name)
        return Ref(kind, Address(area.address))

    def _field(self, place: ir.FieldOf) -> Ref:
        base = self.ref(place.base)
        kind = place.base.type
        found = self.plan.layouts.of(kind).names.get(place.name.upper())
        if found is None:
            raise self.unsupported(place.name)
        unions = base.unions
        if isinstance(kind, Struct) and kind.union:
            start = self.pinned(base.address) if self.pinning else base.address
            base, unions = Ref(base.type, start), ((start, kind), *unions)
        at = base.address.plus(found.offset)
        if found.role == "in_out":
            at = Address(0, (self.checked_address(self.memory(at.text, ADDRESS), self.span(place.span)),))
        return Ref(place.type, at, unions=unions)

    def _element(self, place: ir.ElementOf) -> Ref:
        base = self.ref(place.base)
        kind = place.base.type
        if not isinstance(kind, Array):
            raise self.unsupported("[]")
        size = self.plan.layouts.of(kind.element).size
        if open_dimensions(kind):
            at = base.address.plus(0, self._open_index(place, size))
        else:
            at = self._fixed_index(place, kind, size, base.address)
        return Ref(place.type, at, unions=base.unions)

    def _fixed_index(self, place: ir.ElementOf, kind: Array, size: int, base: Address) -> Address:
        bounds = [one or (0, -1) for one in kind.bounds]
        strides = [size] * len(bounds)
        for n in range(len(bounds) - 2, -1, -1):
            strides[n] = strides[n + 1] * (bounds[n + 1][1] - bounds[n + 1][0] + 1)
        offset, factors = 0, []
        items: list[Item] = []
        for index, (low, high), stride in zip(place.indices, bounds, strides, strict=True):
            if isinstance(index, ir.Const) and low <= int(index.value or 0) <= high:  # type: ignore[arg-type]
                offset += (int(index.value or 0) - low) * stride  # type: ignore[arg-type]
                continue
            text = self.checked_index(self.index(index), str(low), str(high), self.span(place.span))
            items.append((text, ADDRESS, (self.analysis.effects(index)[0], True)))
            factors.append(stride)
            offset -= low * stride
        if not items:
            return base.plus(offset)
        return self._summed(base, self.analysis.effects(place.base), items, factors).plus(offset)

    def _summed(self, base: Address, effects: tuple[bool, bool], items: Sequence[Item], factors: list[int]) -> Address:
        def build(texts: list[str]) -> str:
            return " + ".join(f"{one} * {n}" if n != 1 else one for one, n in zip(texts, factors, strict=True))

        if not any(effects):
            text = self.ordered(items, build)
            return base.plus(0, text if len(items) == 1 and factors[0] == 1 else f"({text})")
        whole = [(base.text, ADDRESS, effects), *items]
        return Address(0, (self.ordered(whole, lambda texts: f"({texts[0]} + {build(texts[1:])})"),))

    def _open_index(self, place: ir.ElementOf, size: int) -> str:
        """The offset in an array whose bounds came with it."""
        bounds = self.open_bounds(place.base)
        items: list[Item] = []
        for n, index in enumerate(place.indices):
            low, high = bounds[2 * n : 2 * n + 2]
            text = self.checked_index(self.index(index), low, high, self.span(place.span))
            items.append((text, ADDRESS, (self.analysis.effects(index)[0], True)))

        def build(texts: list[str]) -> str:
            total = f"({texts[0]} - {bounds[0]})"
            for n, one in enumerate(texts[1:], 1):
                low, high = bounds[2 * n : 2 * n + 2]
                total = f"({total} * ({high} - {low} + 1) + ({one} - {low}))"
            return total

        return f"({self.ordered(items, build)}) * {size}"

    def open_bounds(self, place: object) -> list[str]:
        """The texts of the bounds (low, high a dimension) of an array, fixed or handed in."""
        kind = getattr(place, "type", None)
        if not isinstance(kind, Array):
            raise self.unsupported("ARRAY[*]")
        if not open_dimensions(kind):
            return [str(limit) for bound in kind.bounds for limit in (bound or (0, -1))]
        unit = self.owner if isinstance(place, ir.SelfVar) and self.owner else self.unit
        one = unit.variable(place.name) if isinstance(place, (ir.LocalVar, ir.SelfVar)) else None
        if one is None or one.section != "in_out":
            raise self.unsupported("ARRAY[*]")
        count = 2 * open_dimensions(kind)
        if self.is_local(unit, one):
            return [f"{self.local_name(unit, one)}_{n}" for n in range(count)]
        start = self.instance_field(unit, one.name).offset
        width = self.plan.layouts.of(ADDRESS).size
        return [self.memory(Address(start + width * (n + 1), ("b",)).text, ADDRESS) for n in range(count)]
