"""Who writes what and under which conditions: the facts of one unit, read off its intermediate form.

A write stands with the conditions of the branches around it. What a call of a function block hands in counts as a write
of the instance's input, what it reads out as a write of the place that gets it. Nothing is guessed: every fact has the
span of the statement it comes from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes
from assay.skills.plc.ir.nodes import Project, Unit
from assay.skills.plc.ir.types import DataType
from assay.skills.plc.testing.walk import walk
from assay.skills.plc.testing.wording import constant, words


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition around a statement: an expression that is TRUE (or, with ``wanted`` False, FALSE) there, or a CASE
    whose selector is one of ``values`` (none of them with ``wanted`` False)."""

    expression: nodes.Expr
    wanted: bool
    span: Span
    values: tuple[tuple[int, int], ...] = ()

    def text(self) -> str:
        """The condition as ST text."""
        said = words(self.expression)
        if self.values:
            shown = self.shown_values()
            return f"{said} = {shown}" if self.wanted else f"{said} <> {shown}"
        if self.wanted:
            return said
        return f"NOT {said}" if said.isidentifier() else f"NOT ({said})"

    def shown_values(self) -> str:
        """The values of a CASE as ST text, those of an enumeration by their names."""
        kind = self.expression.type
        return ", ".join(
            constant(low, kind) if low == high else f"{constant(low, kind)}..{constant(high, kind)}"
            for low, high in self.values
        )

    def excludes(self, other: Guard) -> bool:
        """Whether both belong to one IF or CASE and can never hold together."""
        if self.expression is not other.expression:
            return False
        if not (self.values and other.values):
            return self.wanted != other.wanted
        if not (self.wanted and other.wanted):
            return self.wanted != other.wanted
        return all(b < c or d < a for a, b in self.values for c, d in other.values)


@dataclass(frozen=True, slots=True)
class Write:
    """``path`` (as ST text) gets ``value`` under ``guards`` (outermost first). ``base`` is the variable that the path
    begins with, ``until`` the last value where a FOR counts the path up or down."""

    path: str
    value: nodes.Expr
    guards: tuple[Guard, ...]
    span: Span
    base: str
    type: DataType
    until: nodes.Expr | None = None

    def excludes(self, other: Write) -> bool:
        """Whether at most one of both can happen in a scan, as two branches of one IF or CASE: that in which their
        ways part."""
        parting = (pair for pair in zip(self.guards, other.guards, strict=False) if pair[0] is not pair[1])
        one, two = next(parting, (None, None))
        return one is not None and two is not None and one.excludes(two)


@dataclass(frozen=True, slots=True)
class Called:
    """A call of a function-block instance: ``instance`` as text, the unit's name, what is handed in."""

    instance: str
    unit: str
    inputs: tuple[tuple[str, nodes.Expr], ...]
    guards: tuple[Guard, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Facts:
    """All writes and calls of a unit in the order of the text; ``by_name`` holds the writes of each variable."""

    unit: Unit
    writes: tuple[Write, ...]
    calls: tuple[Called, ...]
    by_name: Mapping[str, Sequence[Write]] = field(compare=False, repr=False)
    _read: dict[int, list[str]] = field(default_factory=dict, compare=False, repr=False)

    def of(self, name: str) -> list[Write]:
        """The writes of a variable (of any part of it)."""
        return list(self.by_name.get(name.upper(), ()))

    def reads(self, expression: nodes.Expr) -> list[str]:
        """:func:`bases` of an expression of this unit, read once: conditions of a long IF stand with many writes."""
        found = self._read.get(id(expression))
        if found is None:
            found = self._read[id(expression)] = bases(expression)
        return found


def read_facts(project: Project, unit: Unit) -> Facts:
    """The facts of a unit. Methods and actions of it are read where they are called."""
    writes: list[Write] = []
    calls: list[Called] = []
    _Reader(project, writes, calls, (unit.name.upper(),)).body(unit.body, ())
    by_name: dict[str, list[Write]] = {}
    for one in writes:
        by_name.setdefault(one.base.upper(), []).append(one)
    return Facts(unit, tuple(writes), tuple(calls), by_name)


def base(place: Any) -> str:
    """The variable that a place belongs to, by its full name (``GVL.Motor`` of ``GVL.Motor.Run[3]``)."""
    while isinstance(place, nodes.FieldOf | nodes.ElementOf | nodes.PartOf):
        place = place.base
    if isinstance(place, nodes.Followed):
        found = bases(place.pointer)
        return found[0] if found else words(place)
    return words(place)


def bases(expression: Any) -> list[str]:
    """The variables that an expression reads, by their full names, each once, in order."""
    found = {base(node.place): None for _, node in walk(expression) if isinstance(node, nodes.Load)}
    return list(found)


def names(expression: Any) -> list[str]:
    """The paths that an expression reads, as ST text, each once, in order."""
    found: dict[str, None] = {}
    for _, node in walk(expression):
        if isinstance(node, nodes.Load):
            found[words(node.place)] = None
    return list(found)


@dataclass(slots=True)
class _Reader:
    project: Project
    writes: list[Write]
    calls: list[Called]
    open: tuple[str, ...]

    def body(self, statements: tuple[nodes.Statement, ...], guards: tuple[Guard, ...]) -> None:
        for one in statements:
            self._statement(one, guards)

    def _statement(self, one: nodes.Statement, guards: tuple[Guard, ...]) -> None:
        match one:
            case nodes.Store():
                self._write(one.place, one.value, guards, one.span)
                for call in _calls_in(one.value):
                    self._call(call, guards)
            case nodes.CallStatement():
                self._call(one.call, guards)
            case nodes.Choice():
                self._choice(one, guards)
            case nodes.Switch():
                self._switch(one, guards)
            case nodes.ForLoop():
                self._write(one.place, one.start, guards, one.span, one.stop)
                self.body(one.body, guards)
            case nodes.Loop():
                self.body(one.body, (*guards, Guard(one.condition, True, one.span)) if one.test_first else guards)
            case nodes.Leave():
                pass

    def _write(
        self, place: nodes.Place, value: nodes.Expr, guards: tuple[Guard, ...], span: Span, until: Any = None
    ) -> None:
        self.writes.append(Write(words(place), value, guards, span, base(place), place.type, until))

    def _choice(self, one: nodes.Choice, guards: tuple[Guard, ...]) -> None:
        before: tuple[Guard, ...] = ()
        for condition, body, span in one.branches:
            self.body(body, (*guards, *before, Guard(condition, True, span)))
            before = (*before, Guard(condition, False, span))
        self.body(one.orelse, (*guards, *before))

    def _switch(self, one: nodes.Switch, guards: tuple[Guard, ...]) -> None:
        known: tuple[tuple[int, int], ...] = ()
        for ranges, body, span in one.arms:
            self.body(body, (*guards, Guard(one.selector, True, span, ranges)))
            known += ranges
        self.body(one.orelse, (*guards, Guard(one.selector, False, one.span, known)))

    def _call(self, call: nodes.Invoke, guards: tuple[Guard, ...]) -> None:
        instance = words(call.instance) if call.instance is not None else ""
        self.calls.append(Called(instance, call.unit, call.inputs, guards, call.span))
        for name, value in call.inputs if instance else ():
            whole, kind = base(call.instance), value.type
            self.writes.append(Write(f"{instance}.{name}", value, guards, call.span, whole, kind))
        for name, place in call.outputs:
            source = _output(self.project, call, name)
            if source is not None:
                self._write(place, source, guards, call.span)
        inner = self.project.unit(call.unit)
        if inner is not None and inner.kind == "action" and inner.name.upper() not in self.open:
            _Reader(self.project, self.writes, self.calls, (*self.open, inner.name.upper())).body(inner.body, guards)


def _output(project: Project, call: nodes.Invoke, name: str) -> nodes.Expr | None:
    """What an output of a call reads, as the variable of the instance."""
    unit = project.unit(call.unit)
    variable = unit.variable(name) if unit is not None else None
    if variable is None or call.instance is None or not isinstance(call.instance, _PLACES):
        return None
    place = nodes.FieldOf(call.instance, variable.name, variable.type, call.span)
    return nodes.Load(place, variable.type, call.span)


_PLACES = (nodes.LocalVar, nodes.SelfVar, nodes.GlobalVar, nodes.FieldOf, nodes.ElementOf)


def _calls_in(expression: nodes.Expr) -> Iterator[nodes.Invoke]:
    for _, node in walk(expression):
        if isinstance(node, nodes.CallExpr):
            yield node.call
