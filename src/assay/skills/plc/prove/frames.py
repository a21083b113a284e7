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


class Cone:
    """The part of a system that some terms depend on: ``states`` with their inputs and the faults that only speak of
    them (a run with a fault does not count)."""

    def __init__(self, system: System, terms: Iterable[Term], symbols: Symbols) -> None:
        self.system = system
        by_id = system.by_id
        wanted: set[int] = set()
        todo = [one for term in terms for one in symbols.of(term)]
        while todo:
            one = todo.pop()
            if one in wanted:
                continue
            wanted.add(one)
            state = by_id.get(one)
            if state is not None:
                todo += symbols.of(state.next)
            todo += [each for term in system.needs.get(one, ()) for each in symbols.of(term)]
        self.ids = frozenset(wanted)
        self.states: list[StateVar] = [one for one in system.states if one.pre.get_id() in wanted]
        self.constraints = [one for one in system.constraints if symbols.of(one) <= self.ids]
        self.inputs: list[InputVar] = list(system.inputs)
        self.faults = [
            boolean(one.bad)
            for one in system.obligations
            if one.kind != "overflow" and not known(one.bad) and symbols.of(one.bad) <= self.ids
        ]
        if system.fault is True:
            self.faults = [z3.BoolVal(True)]


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
        self.maps: list[list[tuple[Any, Any]]] = []
        self._state: list[Any] = []
        terms = cone.system.terms
        for one in cone.states:
            symbol = z3.Const(f"{one.name}#0", one.pre.sort())
            self._state.append(terms.lift(one.initial, one.sort) if start else symbol)

    def grow(self) -> int:
        """One more copy. Returns its number."""
        number = len(self.maps)
        pairs = [(one.pre, now) for one, now in zip(self.cone.states, self._state, strict=True)]
        pairs += [(one.term, z3.Const(f"{one.name}#{number}", one.term.sort())) for one in self.cone.inputs]
        self.maps.append(pairs)
        for constraint in self.cone.constraints:
            self.solver.add(z3.substitute(boolean(constraint), *pairs))
        if self.ends:
            self._clean(number)
        elif number:
            self._clean(number - 1)
        self._advance(number, pairs)
        return number

    def _clean(self, number: int) -> None:
        for fault in self.cone.faults:
            self.solver.add(z3.Not(z3.substitute(fault, *self.maps[number])))

    def _advance(self, number: int, pairs: list[tuple[Any, Any]]) -> None:
        """The state after the newest copy: plain values stay plain, others get a symbol."""
        terms = self.cone.system.terms
        following: list[Any] = []
        for one in self.cone.states:
            value = z3.substitute(terms.lift(one.next, one.sort), *pairs)
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
        return z3.substitute(boolean(term), *self.maps[number])

    def after(self, term: Term) -> Any:
        """A term over the state after the newest copy."""
        pairs = [(one.pre, now) for one, now in zip(self.cone.states, self._state, strict=True)]
        return z3.substitute(boolean(term), *pairs)

    def check(self, *assumed: Any) -> str:
        """``sat``, ``unsat`` or ``unknown`` together with what is assumed."""
        return str(self.solver.check(*assumed))

    def inputs(self, model: Any) -> list[dict[int, Any]]:
        """The inputs of every copy in a model, by slot (-1: time since the last scan)."""
        terms = self.cone.system.terms
        rows = []
        for pairs in self.maps:
            table = {symbol.get_id(): now for symbol, now in pairs}
            row: dict[int, Any] = {}
            for one in self.cone.inputs:
                if one.number == -2:
                    continue
                if one.term.get_id() not in self.cone.ids:  # It does not matter, so nothing was said of it.
                    row[one.number] = IDLE_NS if one.type is None else zero(one.type)
                    continue
                value = model.eval(table[one.term.get_id()], model_completion=True)
                row[one.number] = terms.plain(value, one.sort)
            rows.append(row)
        return rows
