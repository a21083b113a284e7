"""A property as a small automaton that runs beside the program: the same for the proof and for the simulation.

What a property must remember (values of the scan before, how long something has lasted) is kept in slots of the
interpreter's memory, so for the proof it is part of the state of the transition system. Times are counted in
nanoseconds; with a fixed scan time a number of scans is a time too, so that it can be compared with the timers of the
program, with a varying one it is counted in scans.
"""

from __future__ import annotations

from dataclasses import dataclass

from assay.skills.plc.ir.nodes import Expr, History
from assay.skills.plc.ir.types import BOOL, TIME
from assay.skills.plc.prove.fold import Sort, Term, sort_of
from assay.skills.plc.prove.interpreter import Interpreter
from assay.skills.plc.prove.memory import TIME_SORT
from assay.skills.plc.prove.property import Bound, Property
from assay.skills.plc.prove.terms import and_, not_, or_
from assay.skills.plc.prove.walk import nodes

_BOOL: Sort = sort_of(BOOL)


@dataclass(frozen=True, slots=True)
class Meant:
    """A property with its expressions resolved against a unit."""

    property: Property
    when: Expr | None = None
    then: Expr | None = None
    before: Expr | None = None
    of: tuple[Expr, ...] = ()

    def expressions(self) -> tuple[Expr, ...]:
        """All of them."""
        return tuple(one for one in (self.when, self.then, self.before, *self.of) if one is not None)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a scan means for the property: ``bad`` it is violated now (for ``reachable``: it is reached now); ``met``
    its condition was TRUE."""

    bad: Term
    met: Term


class Watcher:
    """One property over one memory. Made while the memory holds the initial state and the unit's frame is set."""

    def __init__(self, run: Interpreter, meant: Meant, scan_ns: int | None) -> None:
        self.meant, self.property = meant, meant.property
        self._run, self._scan = run, scan_ns
        self._history: dict[Expr, tuple[int, Sort]] = {}
        self._started: Term = False
        name = f"@{self.property.id}"
        for expression in meant.expressions():
            for one in reversed(list(nodes(expression))):
                if isinstance(one, History) and one.operand not in self._history:
                    first = self._value(one.operand)
                    slot = run.allocate(one.operand.type, f"{name}.prev{len(self._history)}", first)
                    self._history[one.operand] = (slot, sort_of(one.operand.type))
        self._was = run.allocate(BOOL, f"{name}.was", self._first_before())
        self._on = run.allocate(BOOL, f"{name}.on", False)
        self._since = run.allocate(TIME, f"{name}.since", 0)

    @property
    def slots(self) -> tuple[int, ...]:
        """Where it remembers."""
        return (*[slot for slot, _ in self._history.values()], self._was, self._on, self._since)

    def _first_before(self) -> bool:
        return False

    def _value(self, expression: Expr) -> Term:
        self._run.history = self._past
        before, self._run.record = self._run.record, False
        try:
            return self._run.plain_time(self._run.value(expression))
        finally:
            self._run.record = before

    def _past(self, node: History) -> Term:
        if node.operand not in self._history:  # Its own operand is being given a first value.
            return self._value(node.operand) if node.kind == "prev" else False
        slot, _ = self._history[node.operand]
        old = self._run.plain_time(self._run.read(slot))
        if node.kind == "prev":
            return old
        now = self._value(node.operand)
        return and_(now, not_(old)) if node.kind == "rose" else and_(not_(now), old)

    # --- a scan

    def start(self) -> None:
        """When the inputs of a scan are there and the unit has not run."""
        if self.property.at == "start" and self.meant.when is not None:
            self._started = self._value(self.meant.when)

    def end(self, elapsed: Term) -> Seen:
        """When the unit has run; ``elapsed`` is the time since the scan before."""
        when = self._when()
        then = True if self.meant.then is None else self._value(self.meant.then)
        seen = self._judge(when, then, elapsed)
        if self.meant.before is not None:
            self._run.put(self._was, self._value(self.meant.before))
        fresh = [(slot, self._value(one)) for one, (slot, _) in self._history.items()]
        for slot, value in fresh:
            self._run.put(slot, value)
        return seen

    def _when(self) -> Term:
        if self.meant.when is None:
            when: Term = True
        else:
            when = self._started if self.property.at == "start" else self._value(self.meant.when)
        return when if self.meant.before is None else and_(self._run.read(self._was), when)

    def _judge(self, when: Term, then: Term, elapsed: Term) -> Seen:
        kind = self.property.kind
        if kind in ("invariant", "implication"):
            return Seen(and_(when, not_(then)), when)
        if kind in ("forbidden", "reachable"):
            return Seen(and_(when, then), True)
        if kind == "exclusive":
            values = [self._value(one) for one in self.meant.of]
            pairs = [and_(one, or_(*values[index + 1 :])) for index, one in enumerate(values[:-1])]
            return Seen(or_(*pairs), True)
        if kind == "response":
            return self._response(when, then, elapsed)
        return self._held(when, then, elapsed) if kind == "held" else self._stays(when, then, elapsed)

    # --- lasting

    def _limit(self, bound: Bound | None, less: int = 0) -> tuple[int, bool]:
        """The bound in the unit that is counted, and whether scans are counted. ``less``: scans to take off."""
        assert bound is not None
        if bound.scans is not None:
            count = max(bound.scans - less, 0)
            return (count, True) if self._scan is None else (count * self._scan, False)
        return bound.time_ns or 0, False

    def _passed(self, on: Term, scans: bool, elapsed: Term, limit: int) -> Term:
        """How long it has lasted now, cut above the limit; 0 when it was not on."""
        terms = self._run.terms
        since = self._run.read(self._since)
        longer = terms.binary("add", since, 1 if scans else elapsed, TIME_SORT)
        longer = terms.ite(terms.binary("gt", since, limit, TIME_SORT), since, longer, TIME_SORT)
        return terms.ite(on, longer, 0, TIME_SORT)

    def _keep(self, on: Term, since: Term) -> None:
        self._run.put(self._on, on)
        self._run.put(self._since, self._run.terms.ite(on, since, 0, TIME_SORT))

    def _response(self, when: Term, then: Term, elapsed: Term) -> Seen:
        limit, scans = self._limit(self.property.within)
        pending = self._run.read(self._on)
        since = self._passed(pending, scans, elapsed, limit)
        open_now = or_(pending, when)
        compare = self._run.terms.binary
        if scans or self._scan is not None:
            exact = limit if scans else limit // (self._scan or 1) * (self._scan or 1)
            bad = and_(open_now, not_(then), compare("ge", since, exact, TIME_SORT))
        else:
            bad = and_(open_now, compare("gt", since, limit, TIME_SORT))
        self._keep(and_(open_now, not_(then), not_(bad)), since)
        return Seen(bad, when)

    def _held(self, when: Term, then: Term, elapsed: Term) -> Seen:
        limit, scans = self._limit(self.property.lasting, 1)
        since = self._passed(self._run.read(self._on), scans, elapsed, limit)
        long_enough = and_(when, self._run.terms.binary("ge", since, limit, TIME_SORT))
        self._keep(when, since)
        return Seen(and_(long_enough, not_(then)), long_enough)

    def _stays(self, when: Term, then: Term, elapsed: Term) -> Seen:
        limit, scans = self._limit(self.property.lasting)
        since = self._passed(self._run.read(self._on), scans, elapsed, limit)
        since = self._run.terms.ite(when, 0, since, TIME_SORT)
        inside = and_(or_(when, self._run.read(self._on)), self._run.terms.binary("lt", since, limit, TIME_SORT))
        self._keep(inside, since)
        return Seen(and_(inside, not_(then)), when)
