"""Places of the intermediate form as slots: each place is one of several slots, with the condition for each."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product

from assay.skills.plc.front.source import Span
from assay.skills.plc.ir.nodes import (
    ElementOf,
    Expr,
    FieldOf,
    Followed,
    GlobalVar,
    LocalVar,
    PartOf,
    Place,
    SelfInstance,
    SelfVar,
    Unit,
)
from assay.skills.plc.ir.types import LINT, Array, Block, DataType, Interface, Pointer, Struct
from assay.skills.plc.prove.fold import Sort, Term, sort_of
from assay.skills.plc.prove.layout import TooBig, simple
from assay.skills.plc.prove.memory import Memory
from assay.skills.plc.prove.terms import and_, known, not_, or_

#: An element chosen by an index that is not known may be one of this many at most.
MOST_CHOICES = 2_000

_LINT: Sort = sort_of(LINT)


@dataclass(frozen=True, slots=True)
class Ref:
    """Where a place may lie: (condition, first slot), exactly one condition holds; and the type that lies there."""

    ways: tuple[tuple[Term, int], ...]
    type: DataType


@dataclass(slots=True)
class Frame:
    """A running unit: ``base`` is the first slot of the instance (its own, or its owner's for methods and actions),
    ``own`` the variables that live only in this call, ``flags`` the slots that say RETURN, and EXIT and CONTINUE of
    the innermost loop."""

    unit: Unit
    base: int | None
    block: Block | None
    own: dict[str, Ref] = field(default_factory=dict)
    flags: tuple[int, ...] = ()


class Places(Memory):
    """A memory that finds places. The expressions within places are evaluated by the class built on this one."""

    frame: Frame
    globals: dict[str, Ref]
    bound: dict[tuple[int, str], Ref]
    addressed: set[tuple[int, DataType]]

    def value(self, expression: Expr) -> Term:
        """The value of a scalar expression."""
        raise NotImplementedError

    def locate(self, place: Place) -> Ref:
        """The slots of a place (never a :class:`PartOf`). Notes faults on the way."""
        if isinstance(place, LocalVar):
            return self._variable(place.name, place.span, owner=False)
        if isinstance(place, SelfVar):
            return self._variable(place.name, place.span, owner=True)
        if isinstance(place, GlobalVar):
            return self.globals[place.name.upper()]
        if isinstance(place, FieldOf):
            return self._field(self.locate(place.base), place)
        if isinstance(place, ElementOf):
            return self._element(self.locate(place.base), place)
        if isinstance(place, Followed):
            return self._followed(place)
        if isinstance(place, SelfInstance):
            assert self.frame.base is not None and self.frame.block is not None
            return Ref(((True, self.frame.base),), self.frame.block)
        raise TypeError(place)

    def _variable(self, name: str, span: Span, owner: bool) -> Ref:
        key = name.upper()
        if not owner and key in self.frame.own:
            return self.frame.own[key]
        if self.frame.base is not None:
            if (self.frame.base, key) in self.bound:
                return self.bound[self.frame.base, key]
            block = self.frame.block
            found = None if block is None else self.layout.offset(block, name)
            if found is not None:
                return Ref(((True, self.frame.base + found[0]),), found[1])
        self.check("null", span, True)
        raise Unbound(name)

    def _field(self, base: Ref, place: FieldOf) -> Ref:
        key = place.name.upper()
        if len(base.ways) == 1 and (base.ways[0][1], key) in self.bound:
            return self.bound[base.ways[0][1], key]
        assert isinstance(base.type, (Struct, Block))
        found = self.layout.offset(base.type, place.name)
        if found is None:
            raise Unbound(place.name)
        return Ref(tuple((condition, slot + found[0]) for condition, slot in base.ways), found[1])

    def _element(self, base: Ref, place: ElementOf) -> Ref:
        assert isinstance(base.type, Array)
        sort = _LINT
        indices = []
        for one in place.indices:
            own = sort_of(one.type)
            indices.append(self.terms.convert(self.value(one), own, sort))
        bounds = [one or (0, -1) for one in base.type.bounds]
        size = self.layout.size(base.type.element)
        bad = [self._outside(index, low, high) for index, (low, high) in zip(indices, bounds, strict=True)]
        self.check("index", place.span, or_(*bad))
        choices = [self._choices(index, low, high) for index, (low, high) in zip(indices, bounds, strict=True)]
        ways: list[tuple[Term, int]] = []
        for combination in product(*choices):
            place_in = 0
            for (_, number), (low, high) in zip(combination, bounds, strict=True):
                place_in = place_in * (high - low + 1) + number - low
            condition = and_(*[one for one, _ in combination])
            ways += [(and_(first, condition), slot + place_in * size) for first, slot in base.ways]
            if len(ways) > MOST_CHOICES:
                raise TooBig("too_many_choices")
        return Ref(tuple(ways), base.type.element)

    def _outside(self, index: Term, low: int, high: int) -> Term:
        numbers = [] if known(index) else self.possible(index)
        if numbers and low <= numbers[0] and numbers[-1] <= high:
            return False
        under = self.terms.binary("lt", index, low, _LINT)
        return or_(under, self.terms.binary("gt", index, high, _LINT))

    def _choices(self, index: Term, low: int, high: int) -> list[tuple[Term, int]]:
        """(condition, element) for an index; outside of the bounds it is the nearest one (that scan has faulted)."""
        if known(index):
            return [(True, max(low, min(high, int(index))))]
        numbers = [one for one in self.possible(index) if low <= one <= high] or list(range(low, high + 1))
        ways: list[tuple[Term, int]] = []
        for number in numbers[:-1]:
            ways.append((self.terms.binary("eq", index, number, _LINT), number))
        ways.append((not_(or_(*[one for one, _ in ways])) if ways else True, numbers[-1]))
        return ways

    def possible(self, term: Term) -> list[int]:
        """All values of a term whose ends are all plain (a choice between numbers); empty when there may be others."""
        import z3

        seen: set[int] = set()
        found: set[int] = set()
        todo = [term]
        while todo:
            one = todo.pop()
            if one.get_id() in seen:
                continue
            seen.add(one.get_id())
            if z3.is_app_of(one, z3.Z3_OP_ITE):
                todo += [one.arg(1), one.arg(2)]
            elif z3.is_bv_value(one):
                found.add(int(one.as_signed_long()))
            elif z3.is_int_value(one):
                found.add(int(one.as_long()))
            elif z3.is_app_of(one, z3.Z3_OP_SIGN_EXT):
                inner = self.possible(one.arg(0))
                if not inner:
                    return []
                found.update(inner)
            else:
                return []
            if len(seen) > 4 * MOST_CHOICES:
                return []
        return sorted(found)

    def _followed(self, place: Followed) -> Ref:
        value = self.value(place.pointer)
        kind = place.pointer.type
        target = kind.target if isinstance(kind, Pointer) else place.type
        if known(value):
            if value is None:
                self.check("null", place.span, True)
                raise Unbound("")
            return Ref(((True, value),), self._actual(value, target))
        self.check("null", place.span, self.terms.binary("eq", value, None, ("ref", 64, True)))
        slots = [one for one in self.possible(value) if one >= 0]
        if not slots:
            slots = sorted({slot for slot, one in self.addressed if one == target})
        if not slots:
            raise Unbound("")
        ways: list[tuple[Term, int]] = [(value == slot, slot) for slot in slots[:-1]]
        ways.append((not_(or_(*[one for one, _ in ways])) if ways else True, slots[-1]))
        return Ref(tuple(ways), self._actual(slots[0], target))

    def _actual(self, slot: int, declared: DataType) -> DataType:
        """The type that lies at a slot: for a function block the instance's own."""
        if isinstance(declared, (Block, Interface)) and slot in self.blocks:
            return Block(self.blocks[slot])
        return declared

    # --- reading and writing

    def load(self, place: Place) -> Term:
        """The value of a scalar place."""
        if isinstance(place, PartOf):
            whole = self.load(place.base)
            sort = sort_of(place.base.type)
            return self.terms.part(whole, place.low, place.bits, sort)
        return self.load_at(self.locate(place))

    def load_at(self, ref: Ref, offset: int = 0) -> Term:
        """The value of one slot of a place."""
        result = self.read(ref.ways[-1][1] + offset)
        for condition, slot in reversed(ref.ways[:-1]):
            sort = self.sorts[slot + offset]
            if sort is not None:
                result = self.choose(condition, self.read(slot + offset), result, sort)
        return result

    def save(self, ref: Ref, value: Term, offset: int = 0) -> None:
        """Write one slot of a place."""
        if len(ref.ways) == 1:
            self.put(ref.ways[0][1] + offset, value)
            return
        for condition, slot in ref.ways:
            sort = self.sorts[slot + offset]
            if sort is not None:
                self.put(slot + offset, self.choose(condition, value, self.read(slot + offset), sort))

    def load_all(self, ref: Ref) -> list[Term]:
        """The values of all slots of a place."""
        return [self.load_at(ref, index) for index in range(self.layout.size(ref.type))]

    def store(self, place: Place, values: list[Term]) -> None:
        """Assign a value (all of its slots) to a place."""
        if isinstance(place, PartOf):
            whole = self.load(place.base)
            piece = self.terms.with_part(whole, place.low, place.bits, values[0], sort_of(place.base.type))
            self.store(place.base, [piece])
            return
        ref = self.locate(place)
        for index, value in enumerate(values):
            self.save(ref, value, index)
        part: Place = place
        while isinstance(part, (FieldOf, ElementOf, PartOf)):
            if isinstance(part, FieldOf) and isinstance(part.base.type, Struct) and part.base.type.union:
                self._spoil(part)
            part = part.base

    def _spoil(self, place: FieldOf) -> None:
        """The other fields of a union hold something else now: nothing is known of it."""
        base = self.locate(place.base)
        assert isinstance(base.type, Struct)
        for name, kind, _ in self.layout.fields(base.type):
            if name.upper() == place.name.upper():
                continue
            found = self.layout.offset(base.type, name)
            assert found is not None
            for index in range(self.layout.size(kind)):
                sort = self.sorts[base.ways[0][1] + found[0] + index]
                if sort is not None:
                    self.save(base, self.fresh(sort, "union"), found[0] + index)


class Unbound(Exception):
    """A place that lies nowhere (an in_out that was never handed in, a pointer to nothing): the scan ends there."""


def scalar(kind: DataType) -> bool:
    """Whether a value of the type is one slot."""
    return simple(kind)
