"""A copy of a project that notes what runs: one flag a point, set by assignments put between the statements.

The copy is an ordinary project, so both executors run it, and nothing it computes for the user changes: the flags are
one global array that no other statement reads.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes
from assay.skills.plc.ir.nodes import Const, Expr, Load, LocalVar, Project, Statement, Store, Unit, Variable
from assay.skills.plc.ir.types import BOOL, DINT, Array
from assay.skills.plc.testing.walk import walk

#: The name of the array of flags among the globals of the copy.
FLAGS = "__HITS"

PointKind = Literal["statement", "branch", "loop", "condition"]
Result = Literal["run", "true", "false", "taken", "zero", "one", "many"]


@dataclass(frozen=True, slots=True)
class Point:
    """Something that tests should make happen: a statement ``run``; the condition of a branch ``true`` or ``false``; an
    arm of CASE (or none of them, with the span of the CASE) ``taken``; a loop that turns ``zero`` times, ``one`` or
    ``many``; a condition that is part of a decision ``true`` or ``false``."""

    kind: PointKind
    unit: str
    span: Span
    result: Result


@dataclass(frozen=True, slots=True)
class Instrumented:
    """The copy, and its points in the order of their flags."""

    project: Project
    points: tuple[Point, ...]


def instrument(project: Project) -> Instrumented:
    """Note what runs in the units that the user wrote."""
    _, points = _noted(project, _flags(1))
    flags = _flags(max(1, len(points)))
    units, points = _noted(project, flags)
    variable = Variable(FLAGS, flags, "global", retain=True)
    copy = dataclasses.replace(project, units=units, globals=project.globals | {FLAGS: variable})
    return Instrumented(copy, tuple(points))


def _noted(project: Project, flags: Array) -> tuple[dict[str, Unit], list[Point]]:
    """The units with notes into flags of this type, and the points; how many there are is only known afterwards."""
    points: list[Point] = []
    units = dict(project.units)
    for key, unit in project.units.items():
        if not unit.library:
            units[key] = _Notes(unit, points, flags).unit()
    return units, points


def _flags(count: int) -> Array:
    return Array(((0, count - 1),), BOOL)


class _Notes:
    """Puts the notes into one unit."""

    def __init__(self, unit: Unit, points: list[Point], flags: Array) -> None:
        self._unit, self._points = unit, points
        self._flags = nodes.GlobalVar(FLAGS, flags)
        self._counters: list[Variable] = []

    def unit(self) -> Unit:
        body = self._block(self._unit.body)
        return dataclasses.replace(self._unit, body=body, variables=(*self._unit.variables, *self._counters))

    def _note(self, kind: PointKind, span: Span, result: Result) -> Store:
        place = nodes.ElementOf(self._flags, (Const(len(self._points), DINT),), BOOL)
        self._points.append(Point(kind, self._unit.name, span, result))
        return Store(place, Const(True, BOOL))

    def _block(self, body: tuple[Statement, ...]) -> tuple[Statement, ...]:
        made: list[Statement] = []
        for one in body:
            made.append(self._note("statement", one.span, "run"))
            made.extend(self._statement(one))
        return tuple(made)

    def _statement(self, one: Statement) -> Iterator[Statement]:
        if isinstance(one, nodes.Choice):
            yield from self._choice(one.branches, one.orelse, one.span)
        elif isinstance(one, nodes.Switch):
            arms = tuple(
                (ranges, (self._note("branch", span, "taken"), *self._block(body)), span)
                for ranges, body, span in one.arms
            )
            orelse = (self._note("branch", one.span, "taken"), *self._block(one.orelse))
            yield dataclasses.replace(one, arms=arms, orelse=orelse)
        elif isinstance(one, (nodes.ForLoop, nodes.Loop)):
            yield from self._loop(one)
        else:
            yield one

    def _choice(self, branches: Any, orelse: tuple[Statement, ...], span: Span) -> Iterator[Statement]:
        """ELSIF becomes an IF in the ELSE, so that the conditions of a decision are noted where it is made."""
        (condition, body, place), *others = branches
        parts = list(atoms(condition))
        for part in parts if len(parts) > 1 else ():
            if is_pure(part):
                notes = (self._note("condition", part.span, "true"), self._note("condition", part.span, "false"))
                yield nodes.Choice(((part, (notes[0],), part.span),), (notes[1],))
        then = (self._note("branch", place, "true"), *self._block(body))
        otherwise: tuple[Statement, ...] = (self._note("branch", place, "false"),)
        otherwise += tuple(self._choice(others, orelse, span)) if others else self._block(orelse)
        yield nodes.Choice(((condition, then, place),), otherwise, span)

    def _loop(self, one: nodes.ForLoop | nodes.Loop) -> Iterator[Statement]:
        counter = LocalVar(f"__TURNS{len(self._counters)}", DINT)
        self._counters.append(Variable(counter.name, DINT, "temp"))
        count = Load(counter, DINT)
        counted = Store(counter, nodes.Binary("add", count, Const(1, DINT), DINT))
        wanted = _turns(one)
        first: list[Statement] = [nodes.Choice(((_less(count, 2), (counted,), one.span),), ())]
        if "many" in wanted:
            # Noted inside: a RETURN may leave the loop before anything after it runs.
            many = (self._note("loop", one.span, "many"),)
            first.append(nodes.Choice(((nodes.Binary("eq", count, Const(2, DINT), BOOL), many, one.span),), ()))
        yield Store(counter, Const(0, DINT))
        yield dataclasses.replace(one, body=(*first, *self._block(one.body)))
        for number, name in ((0, "zero"), (1, "one")):
            if name in wanted:
                note = (self._note("loop", one.span, "zero" if number == 0 else "one"),)
                test = nodes.Binary("eq", count, Const(number, DINT), BOOL)
                yield nodes.Choice(((test, note, one.span),), ())


def _less(left: Expr, right: int) -> Expr:
    return nodes.Binary("lt", left, Const(right, DINT), BOOL)


def _turns(one: nodes.ForLoop | nodes.Loop) -> frozenset[str]:
    """How often a loop can turn at all, as far as its own text tells."""
    if isinstance(one, nodes.Loop):
        return frozenset({"one", "many"} | ({"zero"} if one.test_first else set()))
    bounds = [part.value for part in (one.start, one.stop, one.step) if isinstance(part, Const)]
    numbers = [int(value) for value in bounds if isinstance(value, int)]
    if len(numbers) < 3 or numbers[2] == 0:
        return frozenset({"zero", "one", "many"})
    turns = max(0, (numbers[1] - numbers[0]) // numbers[2] + 1)
    if turns < 2:
        return frozenset({"one" if turns else "zero"})
    leaves = any(isinstance(node, nodes.Leave) and node.kind == "exit" for _, node in walk(one.body))
    return frozenset({"one", "many"} if leaves else {"many"})


def atoms(condition: Expr) -> Iterator[Expr]:
    """The conditions that a decision is put together from by AND, OR, XOR and NOT."""
    if isinstance(condition, nodes.Unary) and condition.op == "not":
        yield from atoms(condition.operand)
    elif isinstance(condition, nodes.Binary) and condition.op in ("and", "or", "xor", "and_then", "or_else"):
        yield from atoms(condition.left)
        yield from atoms(condition.right)
    elif not isinstance(condition, Const):
        yield condition


def is_pure(part: Expr) -> bool:
    """Whether it can be evaluated once more without doing anything and without a fault."""
    for _, node in walk(part):
        if isinstance(node, (nodes.CallExpr, nodes.ElementOf, nodes.Followed, nodes.History)):
            return False
        if isinstance(node, nodes.Binary) and node.op in ("div", "mod"):
            return False
        if isinstance(node, nodes.Builtin) and node.name in ("MUX", "__DIVTIME", "LOWER_BOUND", "UPPER_BOUND"):
            return False
        if isinstance(node, nodes.Convert):
            return False
    return True
