"""The interpreter's memory and path: slots with values that may be symbolic, branches that are merged, and checks."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import z3

from assay.skills.plc.front.source import Span
from assay.skills.plc.ir.nodes import Project, Value
from assay.skills.plc.ir.types import TIME, DataType
from assay.skills.plc.prove.fold import Sort, Term, sort_of
from assay.skills.plc.prove.layout import Layout, TooBig
from assay.skills.plc.prove.terms import Bits, and_, known, not_, or_

#: Statements and turns of loops in one scan, all branches together.
MOST_STEPS = 300_000

#: How far the solver may look to see that a loop has ended (z3's own measure of work).
_LOOP_EFFORT = 300_000

TIME_SORT: Sort = sort_of(TIME)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A point in time as its distance from the clock of this scan: ``__NOW() + offset``. Timers compare and subtract
    points in time; as distances they do not depend on how long the plant has run, so induction can reason on them."""

    offset: Term


@dataclass(slots=True)
class Check:
    """Something that must not happen in a scan: ``condition`` says when it does. ``kind``: a fault's, or ``unwind``
    (a loop that goes on past its unrolling), ``overflow`` (no fault). Faults stand in the order of execution."""

    kind: str
    span: Span
    condition: Term


@dataclass(slots=True)
class Branch:
    """A way through a statement: ``condition`` says when it is taken. ``detail``: which one (``then``, ``else``, an
    arm)."""

    span: Span
    detail: str
    condition: Term


#: No value anywhere.
MISSING = object()


class Layer:
    """Values written since a branch began; what it lacks stands further down."""

    __slots__ = ("below", "values")

    def __init__(self, below: Layer | None = None) -> None:
        self.values: dict[int, Term] = {}
        self.below = below

    def find(self, slot: int) -> Term:
        """The newest value of a slot, or MISSING."""
        layer: Layer | None = self
        while layer is not None:
            if slot in layer.values:
                return layer.values[slot]
            layer = layer.below
        return MISSING


@dataclass(slots=True)
class Memory:
    """Slots, the path condition and what was noted on the way. ``now`` is the clock of this scan."""

    project: Project
    terms: Bits
    layout: Layout
    now: Term = 0
    loop_bound: int = 16
    prune: bool = True
    sorts: list[Sort | None] = field(default_factory=list)
    types: list[DataType | None] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    layer: Layer = field(default_factory=Layer)
    path: list[Term] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)
    unknowns: list[tuple[Term, Sort]] = field(default_factory=list)
    assumptions: list[Term] = field(default_factory=list)
    blocks: dict[int, str] = field(default_factory=dict)
    steps: int = 0
    fresh_names: int = 0
    record: bool = True
    most_steps: int = MOST_STEPS
    deadline: float = math.inf
    entered: set[Span] = field(default_factory=set)

    # --- slots

    def allocate(self, kind: DataType, name: str, initial: Value = None, *, fill: bool = True) -> int:
        """Slots for a variable, with its initial value. Returns the first."""
        base = len(self.sorts)
        for leaf in self.layout.leaves(kind):
            if leaf.type is None:
                self.blocks[len(self.sorts)] = self._block_name(kind, leaf.path)
            self.sorts.append(None if leaf.type is None else sort_of(leaf.type))
            self.types.append(leaf.type)
            self.names.append(name + leaf.path)
        if fill:
            self.fill(base, self.layout.initial(kind, initial))
        return base

    def _block_name(self, kind: DataType, path: str) -> str:
        """The unit of the instance that lies at ``path`` within a value of ``kind``."""
        from assay.skills.plc.ir.types import Array, Block

        while True:
            if isinstance(kind, Array) and path.startswith("["):
                kind, path = kind.element, path[path.index("]") + 1 :]
            elif isinstance(kind, Block) and not path:
                return kind.name
            else:
                name = path[1:].split(".")[0].split("[")[0]
                found = self.layout.offset(kind, name)  # type: ignore[arg-type]
                assert found is not None
                kind, path = found[1], path[1 + len(name) :]

    def fill(self, base: int, values: list[Value]) -> None:
        """Write plain values from a slot on."""
        self.layer.values.update((base + index, value) for index, value in enumerate(values))

    def read(self, slot: int) -> Term:
        """The value of a slot on this path."""
        return self.layer.find(slot)

    def put(self, slot: int, value: Term) -> None:
        """Set a slot on this path."""
        self.layer.values[slot] = value

    def fresh(self, sort: Sort, why: str = "unknown") -> Term:
        """A value of which nothing is known."""
        self.fresh_names += 1
        term = self.terms.var(f"{why}!{self.fresh_names}", sort)
        self.unknowns.append((term, sort))
        return term

    # --- paths

    def step(self) -> None:
        """Count work. Raises TooBig, also when the ``deadline`` (of the monotonic clock) has passed."""
        self.steps += 1
        if not self.steps % 64 and time.monotonic() > self.deadline:
            raise TooBig("too_slow")
        if self.steps > self.most_steps:
            raise TooBig("too_many_steps")

    def branch(self, condition: Term, yes: Callable[[], None], no: Callable[[], None]) -> None:
        """Run one way or, when the condition is not known, both, and merge what they wrote."""
        if known(condition):
            (yes if condition else no)()
            return
        below = self.layer
        one = self._under(condition, yes)
        other = self._under(not_(condition), no)
        self.layer = below
        for slot in one.values | other.values:
            sort = self.sorts[slot]
            old = below.find(slot)
            if sort is None or old is MISSING:  # A local of a call on one way only: nobody reads it any more.
                continue
            first, second = one.values.get(slot, old), other.values.get(slot, old)
            below.values[slot] = self.choose(condition, first, second, sort)

    def _under(self, condition: Term, body: Callable[[], None]) -> Layer:
        before = self.layer
        self.layer = Layer(before)
        self.path.append(condition)
        try:
            body()
            return self.layer
        finally:
            self.path.pop()
            self.layer = before

    def choose(self, condition: Term, yes: Term, no: Term, sort: Sort) -> Term:
        """``ite`` that knows points in time."""
        if isinstance(yes, Stamp) or isinstance(no, Stamp):
            if known(condition):
                return yes if condition else no
            return Stamp(self.terms.ite(condition, self.offset(yes), self.offset(no), TIME_SORT))
        return self.terms.ite(condition, yes, no, sort)

    def offset(self, value: Term) -> Term:
        """A time as a distance from the clock."""
        if isinstance(value, Stamp):
            return value.offset
        return self.terms.binary("sub", value, self.now, TIME_SORT)

    def absolute(self, value: Term) -> Term:
        """A point in time as time since the start."""
        if isinstance(value, Stamp):
            return self.terms.binary("add", self.now, value.offset, TIME_SORT)
        return value

    def taken(self) -> Term:
        """The condition of the path so far."""
        return and_(*self.path)

    def check(self, kind: str, span: Span, bad: Term) -> None:
        """Note that something must not happen here."""
        if bad is False or not self.record:
            return
        condition = and_(*self.path, bad)
        if condition is not False:
            self.checks.append(Check(kind, span, condition))

    def way(self, span: Span, detail: str, condition: Term) -> None:
        """Note a branch."""
        if self.record:
            self.branches.append(Branch(span, detail, and_(*self.path, condition)))

    def feasible(self, condition: Term) -> bool:
        """False only when the solver shows that no run gets here with the condition."""
        if known(condition):
            return bool(condition)
        if not self.prune:
            return True
        solver = z3.Solver()
        solver.set("rlimit", _LOOP_EFFORT)
        solver.add(*[one for one in (*self.assumptions, *self.path, condition) if not known(one)])
        return bool(solver.check() != z3.unsat)

    def faults(self) -> Term:
        """When any fault (or an unrolling that is too short) has happened in this scan."""
        return or_(*[one.condition for one in self.checks if one.kind != "overflow"])
