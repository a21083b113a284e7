"""Copies of a transition system, one a scan: cones of influence, the run from the start, the step of an induction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import z3

from assay.skills.plc.prove.fold import Term
from assay.skills.plc.prove.layout import zero
from assay.skills.plc.prove.system import InputVar, StateVar, System
from assay.skills.plc.prove.terms import boolean, known

#: The time between scans of a run in which it does not matter.
IDLE_NS = 100_000_000


class Symbols:
    """The ids of the symbols in terms, remembered by term."""

    def __init__(self) -> None:
        self._found: dict[int, frozenset[int]] = {}
        self._kept: list[Any] = []
        self._parts: tuple[System, Parts] | None = None

    def parts(self, system: System) -> Parts:
        """The parts of a finished system, looked up once."""
        if self._parts is None or self._parts[0] is not system:
            self._parts = (system, Parts(system, self))
        return self._parts[1]

    def of(self, term: Term) -> frozenset[int]:
        """Ids of all symbols of a term."""
        if known(term):
            return frozenset()
        found = self._found.get(term.get_id())
        if found is None:
            found = frozenset(_walk(term))
            self._found[term.get_id()] = found
            self._kept.append(term)  # An id is given again when its term dies.
        return found


def _walk(term: Any) -> set[int]:
    seen: set[int] = set()
    result: set[int] = set()
    todo = [term]
    while todo:
        one = todo.pop()
        number = one.get_id()
        if number in seen:
            continue
        seen.add(number)
        if one.num_args():
            todo += one.children()
        elif one.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            result.add(number)
    return result


class Parts:
    """What of a system hangs on which symbol, so that a small cone of a big system costs little: ``states`` by the id
    of their symbol, constraints and faults by one of theirs (None: they have none), all with their places."""

    def __init__(self, system: System, symbols: Symbols) -> None:
        self.states = {one.pre.get_id(): (place, one) for place, one in enumerate(system.states)}
        faults = [one.bad for one in system.obligations if one.kind != "overflow" and not known(one.bad)]
        self.constraints = self._by_symbol(system.constraints, symbols)
        self.faults = self._by_symbol(faults, symbols)

    @staticmethod
    def _by_symbol(terms: Iterable[Term], symbols: Symbols) -> dict[int | None, list[tuple[int, Term]]]:
        found: dict[int | None, list[tuple[int, Term]]] = {}
        for place, term in enumerate(terms):
            found.setdefault(min(symbols.of(term), default=None), []).append((place, term))
        return found


class Cone:
    """The part of a system that some terms depend on: ``states`` with their inputs and the faults that only speak of
    them (a run with a fault does not count)."""

    def __init__(self, system: System, terms: Iterable[Term], symbols: Symbols) -> None:
        self.system, self.symbols = system, symbols
        parts = symbols.parts(system)
        wanted: set[int] = set()
        todo = [one for term in terms for one in symbols.of(term)]
        while todo:
            one = todo.pop()
            if one in wanted:
                continue
            wanted.add(one)
            if one in parts.states:
                todo += symbols.of(parts.states[one][1].next)
            todo += [each for term in system.needs.get(one, ()) for each in symbols.of(term)]
        self.ids = frozenset(wanted)
        found = sorted((parts.states[one] for one in wanted & parts.states.keys()), key=lambda pair: pair[0])
        self.states: list[StateVar] = [one for _, one in found]
        self.constraints = self._inside(parts.constraints)
        self.inputs: list[InputVar] = list(system.inputs)
        self.faults = [boolean(one) for one in self._inside(parts.faults)]
        if system.fault is True:
            self.faults = [z3.BoolVal(True)]

    def _inside(self, by_symbol: dict[int | None, list[tuple[int, Term]]]) -> list[Term]:
        """The terms that speak of nothing but this part, in their order."""
        near = [pair for one in (None, *self.ids) for pair in by_symbol.get(one, ())]
        return [term for _, term in sorted(near, key=lambda pair: pair[0]) if self.symbols.of(term) <= self.ids]


def solver_for(cone: Cone) -> Any:
    """z3's solver for bit-vectors, which is much faster than its general one; with IEEE numbers that for both."""
    sorts = [one.sort for one in cone.states] + [one.sort for one in cone.inputs]
    if any(one[0] == "time" for one in sorts):
        return z3.Solver()
    floats = any(one[0] == "real" for one in sorts)
    return z3.SolverFor("QF_BVFP" if floats else "QF_BV")


class Frames:
    """A solver with copies 0, 1, 2 ... of a cone. ``start``: copy 0 is the initial state, else any state. ``ends``: the
    newest copy has no fault either; without it only those before."""

    def __init__(self, cone: Cone, *, start: bool, effort: int, ends: bool = True) -> None:
        self.cone, self.start, self.ends = cone, start, ends
        self.solver = solver_for(cone)
        self.solver.set("rlimit", effort)
        self.maps: list[dict[int, tuple[Any, Any]]] = []
        self._state: list[Any] = []
        self._ends: dict[int, tuple[Any, Any]] = {}
        terms = cone.system.terms
        for one in cone.states:
            symbol = z3.Const(f"{one.name}#0", one.pre.sort())
            self._state.append(terms.lift(one.initial, one.sort) if start else symbol)

    def grow(self) -> int:
        """One more copy. Returns its number."""
        number = len(self.maps)
        pairs = self._now()
        for entry in self.cone.inputs:
            key = entry.term.get_id()
            if key in self.cone.ids:
                pairs[key] = (entry.term, z3.Const(f"{entry.name}#{number}", entry.term.sort()))
        self.maps.append(pairs)
        for constraint in self.cone.constraints:
            self.solver.add(self._put(boolean(constraint), pairs))
        if self.ends:
            self._clean(number)
        elif number:
            self._clean(number - 1)
        self._advance(number, pairs)
        self._ends = self._now()
        return number

    def _clean(self, number: int) -> None:
        for fault in self.cone.faults:
            self.solver.add(z3.Not(self._put(fault, self.maps[number])))

    def _now(self) -> dict[int, tuple[Any, Any]]:
        """The symbols of the state, by id, and their newest values."""
        return {one.pre.get_id(): (one.pre, now) for one, now in zip(self.cone.states, self._state, strict=True)}

    def _put(self, term: Any, pairs: dict[int, tuple[Any, Any]]) -> Any:
        """A term with values for its symbols; only its own are handed to z3, which would look at all."""
        return z3.substitute(term, *[pairs[one] for one in sorted(self.cone.symbols.of(term)) if one in pairs])

    def _advance(self, number: int, pairs: dict[int, tuple[Any, Any]]) -> None:
        """The state after the newest copy: plain values stay plain, others get a symbol."""
        terms = self.cone.system.terms
        following: list[Any] = []
        for one in self.cone.states:
            value = self._put(terms.lift(one.next, one.sort), pairs)
            if self.start:
                value = z3.simplify(value)
            if z3.is_const(value) and (value.decl().kind() != z3.Z3_OP_UNINTERPRETED or not self.start):
                following.append(value)
                continue
            symbol = z3.Const(f"{one.name}#{number + 1}", one.pre.sort())
            self.solver.add(symbol == value)
            following.append(symbol)
        self._state = following

    def at(self, term: Term, number: int) -> Any:
        """A term over the state and inputs of a copy."""
        return self._put(boolean(term), self.maps[number])

    def after(self, term: Term) -> Any:
        """A term over the state after the newest copy."""
        return self._put(boolean(term), self._ends)

    def check(self, *assumed: Any) -> str:
        """``sat``, ``unsat`` or ``unknown`` together with what is assumed."""
        return str(self.solver.check(*assumed))

    def inputs(self, model: Any) -> list[dict[int, Any]]:
        """The inputs of every copy in a model, by slot (-1: time since the last scan)."""
        terms = self.cone.system.terms
        rows = []
        for pairs in self.maps:
            row: dict[int, Any] = {}
            for one in self.cone.inputs:
                if one.number == -2:
                    continue
                if one.term.get_id() not in self.cone.ids:  # It does not matter, so nothing was said of it.
                    row[one.number] = IDLE_NS if one.type is None else zero(one.type)
                    continue
                value = model.eval(pairs[one.term.get_id()][1], model_completion=True)
                row[one.number] = terms.plain(value, one.sort)
            rows.append(row)
        return rows
