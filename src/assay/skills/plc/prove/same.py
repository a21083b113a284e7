"""Two programs that are the same where it matters: their outputs are made by the very same terms out of the same
inputs and of state that is made by the same terms too. Needs no solver, so products and quotients of reals do not
matter; what differs in a part that no output reads is seen to be equal at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assay.skills.plc.prove.system import StateVar, System


def same_terms(one: System, other: System, pairs: Iterable[tuple[Any, Any]]) -> bool:
    """Whether both terms of every pair are the same and read only what is the same in both systems, for ever.

    ``pairs`` are terms of ``one`` and of ``other`` over symbols that have the same names in both. False means nothing.
    """
    if any(entry.number == -2 for entry in (*one.inputs, *other.inputs)):
        return False
    if len(one.constraints) != len(other.constraints) or not all(map(_alike, one.constraints, other.constraints)):
        return False
    first, second = ({state.name: state for state in system.states} for system in (one, other))
    state_ids = {state.pre.get_id(): name for states in (first, second) for name, state in states.items()}
    same = {name for name in first.keys() & second.keys() if _begin_alike(first[name], second[name])}
    read, plain = _Reads(state_ids), _plain(one)

    def equal(mine: Any, its: Any) -> bool:
        for left, right in ((mine, its), (plain(mine), plain(its))):
            if _alike(left, right):
                return read.of(left) <= same
        return False

    while True:
        kept = {name for name in same if equal(first[name].next, second[name].next)}
        if kept == same:
            return all(equal(mine, its) for mine, its in pairs)
        same = kept


def _plain(system: System) -> Callable[[Any], Any]:
    """Terms without the comparisons of an input with itself: inputs are numbers, so they say nothing."""
    import z3

    from assay.skills.plc.prove.terms import known

    kept = [one for one in system.constraints if not known(one)]
    numbers = [
        entry.term
        for entry in system.inputs
        if entry.sort[0] == "real" and any(one.eq(z3.Not(z3.fpIsNaN(entry.term))) for one in kept)
    ]
    facts = [(z3.fpEQ(one, one), z3.BoolVal(True)) for one in numbers]
    made: dict[int, tuple[Any, Any]] = {}

    def plain(term: Any) -> Any:
        if known(term) or not facts:
            return term
        if term.get_id() not in made:
            made[term.get_id()] = (term, z3.simplify(z3.substitute(term, *facts)))
        return made[term.get_id()][1]

    return plain


def _begin_alike(one: StateVar, other: StateVar) -> bool:
    return one.sort == other.sort and one.pre.eq(other.pre) and _alike(one.initial, other.initial)


def _alike(one: Any, other: Any) -> bool:
    """The same term: one expression, or one value (a value that is not a number is one too)."""
    from assay.skills.plc.prove.terms import known

    if known(one) != known(other):
        return False
    return repr(one) == repr(other) and type(one) is type(other) if known(one) else bool(one.eq(other))


class _Reads:
    """Which state variables a term reads."""

    def __init__(self, state_ids: dict[int, str]) -> None:
        self._states = state_ids
        self._found: dict[int, frozenset[str]] = {}
        self._kept: list[Any] = []

    def of(self, term: Any) -> frozenset[str]:
        """Names of the state variables in a term."""
        from assay.skills.plc.prove.terms import known

        if known(term):
            return frozenset()
        self._kept.append(term)  # an id is only its term's as long as the term lives
        waiting = [term]
        while waiting:
            last = waiting[-1]
            key = last.get_id()
            if key in self._found:
                waiting.pop()
                continue
            children = last.children()
            open_ = [one for one in children if one.get_id() not in self._found]
            if open_:
                waiting.extend(open_)
                continue
            names = [self._found[one.get_id()] for one in children]
            own = frozenset({self._states[key]}) if key in self._states else frozenset()
            self._found[key] = own.union(*names)
            waiting.pop()
        return self._found[term.get_id()]
