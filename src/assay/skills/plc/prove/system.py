"""A unit as a transition system: state, inputs, next state, and what must not happen, as z3 terms.

The unit is run once from a symbolic state. Where that run shows that a scalar never changes, the scalar gets its first
value and the run is made again, so that fixed tables, limits and lengths are plain numbers; where it shows that a
scalar holds points in time, the scalar is kept as its distance from the clock.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import z3

from assay.skills.plc.front.source import Span
from assay.skills.plc.ir.nodes import Project, Unit
from assay.skills.plc.ir.types import DataType, Elementary, Enum, Subrange
from assay.skills.plc.prove.fold import Sort, Term, limits, sort_of
from assay.skills.plc.prove.memory import TIME_SORT, Branch, Stamp
from assay.skills.plc.prove.model import Model
from assay.skills.plc.prove.terms import Bits, and_, known, not_, or_
from assay.skills.plc.prove.watcher import Meant

#: A run is shorter than this (146 years), so the clock never wraps.
CLOCK_LIMIT = 1 << 62

#: Bounds of a scan time that varies.
VARYING = (1_000_000, 10_000_000_000)


@dataclass(slots=True)
class StateVar:
    """A scalar of the state: ``pre`` its symbol, ``next`` its value after a scan."""

    number: int
    name: str
    type: DataType
    sort: Sort
    pre: Any
    initial: Term
    next: Term = None
    stamp: bool = False
    watch: bool = False


@dataclass(slots=True)
class InputVar:
    """A scalar that may be anything in each scan. ``number`` -1: the time since the scan before; -2: a value that the
    prover does not know (what a function without a term gives)."""

    number: int
    name: str
    type: DataType | None
    sort: Sort
    term: Any


@dataclass(slots=True)
class Obligation:
    """Checks of one kind at one place: ``bad`` when the first fault of a scan is this one (or it happens at all)."""

    kind: str
    span: Span
    bad: Term


@dataclass(slots=True)
class System:
    """``bads`` and ``mets`` by property id; ``fault`` when a scan faults; ``constraints`` hold in every scan;
    ``needs``: terms that constraints tie to an unknown input (by the id of its symbol)."""

    model: Model
    terms: Bits
    states: list[StateVar] = field(default_factory=list)
    inputs: list[InputVar] = field(default_factory=list)
    constraints: list[Any] = field(default_factory=list)
    bads: dict[str, Term] = field(default_factory=dict)
    mets: dict[str, Term] = field(default_factory=dict)
    obligations: list[Obligation] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)
    fault: Term = False
    outputs: dict[int, Term] = field(default_factory=dict)
    needs: dict[int, list[Any]] = field(default_factory=dict)


def build(
    project: Project,
    unit: Unit,
    properties: Sequence[Meant] = (),
    *,
    scan_ns: int | None = 100_000_000,
    terms: Bits | None = None,
    loop_bound: int = 16,
    deadline: float = math.inf,
) -> System:
    """The system of a unit with its properties. Raises TooBig, also when the ``deadline`` (of the monotonic clock)
    passes."""
    terms = terms or Bits()
    model = Model(project, unit, properties, scan_ns=scan_ns, terms=terms, loop_bound=loop_bound)
    model.run.deadline = deadline
    fixed: set[int] = set()
    while True:
        system, seen = System(model, terms), len(model.run.addressed)
        stamps, same = _round(system, fixed)
        if not stamps and not same and len(model.run.addressed) == seen:
            model.run.deadline = math.inf
            return system
        model.stamps |= stamps
        fixed |= same


def _round(system: System, fixed: set[int]) -> tuple[set[int], set[int]]:
    """Run once. Returns slots that turned out to be points in time, and those that never change."""
    model, terms = system.model, system.terms
    clock = terms.var("clock@", TIME_SORT)
    _inputs(system)
    elapsed = _elapsed(system)
    state: dict[int, Term] = {}
    for one in model.slots.values():
        if one.role in ("state", "watch"):
            if one.number in fixed:
                state[one.number] = one.initial
                continue
            sort = sort_of(one.type)
            pre = terms.var(f"{one.name}@", sort)
            made = StateVar(one.number, one.name, one.type, sort, pre, one.initial)
            made.stamp, made.watch = one.number in model.stamps, one.role == "watch"
            system.states.append(made)
            state[one.number] = pre
    inputs = {one.number: one.term for one in system.inputs if one.number >= 0}
    model.run.assumptions = list(system.constraints)
    _ranges(system, clock)
    outcome = model.scan(state, inputs, elapsed, clock)
    stamps, same = _changes(system, fixed)
    if stamps or same:
        return stamps, same
    _finish(system, outcome.unknowns, clock, elapsed)
    system.bads = {name: seen.bad for name, seen in outcome.seen.items()}
    system.mets = {name: seen.met for name, seen in outcome.seen.items()}
    system.fault, system.branches = outcome.fault, outcome.branches
    _obligations(system)
    return set(), set()


def _changes(system: System, fixed: set[int]) -> tuple[set[int], set[int]]:
    stamps: set[int] = set()
    same: set[int] = set()
    for one in system.states:
        value = system.model.run.read(one.number)
        if isinstance(value, Stamp):
            if not one.stamp:
                stamps.add(one.number)
        elif not one.stamp and not known(value) and value.eq(one.pre):
            same.add(one.number)
        elif not one.stamp and known(value) and type(value) is type(one.initial) and value == one.initial:
            same.add(one.number)
    stamps |= {
        number
        for number in fixed
        if number not in system.model.stamps and isinstance(system.model.run.read(number), Stamp)
    }
    fixed -= stamps
    return stamps, same


def _finish(system: System, unknowns: list[Term], clock: Any, elapsed: Term) -> None:
    """Next values, the clock as a state variable, unknown values as inputs, outputs at the end of the scan."""
    model, terms = system.model, system.terms
    for one in system.states:
        one.next = model.after(one.number)
    tick = terms.binary("add", clock, elapsed, TIME_SORT)
    kind = Elementary("TIME", "time", 64, signed=True)
    system.states.append(StateVar(-1, "clock", kind, TIME_SORT, clock, 0, tick))
    for number, term in enumerate(unknowns):
        sort = next(one for known_term, one in model.run.unknowns if known_term is term)
        system.inputs.append(InputVar(-2, f"unknown{number}", None, sort, term))
    for slot in model.slots.values():
        if slot.role != "watch":
            system.outputs[slot.number] = model.run.plain_time(model.run.read(slot.number))


def _inputs(system: System) -> None:
    for one in system.model.slots.values():
        if one.role != "input":
            continue
        sort = sort_of(one.type)
        term = system.terms.var(f"{one.name}?", sort)
        system.inputs.append(InputVar(one.number, one.name, one.type, sort, term))
        system.constraints += _domain(system.terms, one.type, sort, term)


def _domain(terms: Bits, kind: DataType, sort: Sort, term: Any) -> list[Any]:
    """What an input may be: members of an enumeration, a subrange, finite numbers, texts and places that exist."""
    if isinstance(kind, Enum):
        return [or_(*[terms.binary("eq", term, value, sort) for _, value in kind.members])] if kind.members else []
    if isinstance(kind, Subrange):
        return [terms.binary("ge", term, kind.low, sort), terms.binary("le", term, kind.high, sort)]
    if sort[0] == "real":
        return [z3.Not(z3.fpIsNaN(term)), z3.Not(z3.fpIsInf(term))]
    if sort[0] == "text":
        return [term >= 0]
    if sort[0] == "ref":
        return [term == -1]
    return _in_range(terms, sort, term)


def _in_range(terms: Bits, sort: Sort, term: Any) -> list[Any]:
    """The range of a term whose z3 sort is wider than its type."""
    if not z3.is_int(term):
        return []
    low, high = limits(sort)
    terms.clocks.declare(term, (low, high))
    return [term >= low, term <= high]


def _elapsed(system: System) -> Term:
    scan = system.model.scan_ns
    if scan is not None:
        return scan
    term = system.terms.var("elapsed?", TIME_SORT)
    system.inputs.append(InputVar(-1, "elapsed", None, TIME_SORT, term))
    _within(system, term, *VARYING)
    return term


def _ranges(system: System, clock: Any) -> None:
    """The clock and points in time do not wrap; types that are wider than their z3 sort stay in their range."""
    _within(system, clock, 0, CLOCK_LIMIT)
    for one in system.states:
        if one.stamp:
            _within(system, one.pre, -CLOCK_LIMIT, CLOCK_LIMIT)
        elif one.watch and one.sort[0] == "time":
            _within(system, one.pre, 0, CLOCK_LIMIT)
        else:
            system.constraints += _in_range(system.terms, one.sort, one.pre)


def _within(system: System, term: Any, low: int, high: int) -> None:
    system.terms.clocks.declare(term, (low, high))
    system.constraints += [term >= low, term <= high]


def _obligations(system: System) -> None:
    """Checks grouped by kind and place. A fault counts where it is the first of its scan."""
    clean: Term = True
    groups: dict[tuple[str, Span], Term] = {}
    for one in system.model.run.checks:
        key = (one.kind, one.span)
        groups[key] = or_(groups.get(key, False), and_(clean, one.condition))
        if one.kind != "overflow":
            clean = and_(clean, not_(one.condition))
    system.obligations = [Obligation(kind, span, bad) for (kind, span), bad in groups.items()]
