"""A copy of a program that computes the expressions of its properties at the end of each scan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from assay.skills.plc.ir import nodes
from assay.skills.plc.ir.nodes import Expr, History, Project, Statement, Unit, Variable
from assay.skills.plc.ir.types import BOOL
from assay.skills.plc.prove.judging import Columns
from assay.skills.plc.prove.watcher import Meant


class Probes:
    """``project``: the copy; ``names``: the outputs that were added. The last scan's values are kept as the program
    keeps its own; before the first scan they have the initial values of their type."""

    def __init__(self, project: Project, unit: Unit, meant: Sequence[Meant]) -> None:
        self._places: dict[Expr, str] = {}
        self._past: dict[Expr, nodes.LocalVar] = {}
        self._variables: list[Variable] = []
        stores = [self._store(one) for each in meant for one in each.expressions() if one not in self._places]
        keep = [nodes.Store(place, self._now(one)) for one, place in self._past.items()]
        tail: tuple[Statement, ...] = (*stores, *keep)
        body = (*_with_tail(unit.body, tail), *tail)
        changed = replace(unit, variables=(*unit.variables, *self._variables), body=body)
        self.project = replace(project, units={**project.units, unit.name.upper(): changed})
        self.names = tuple(self._places.values())

    def read(self, meant: Meant, values: Mapping[str, Sequence[Any]]) -> Columns:
        """The columns of one property."""

        def column(one: Expr | None) -> Sequence[bool]:
            return [True] * count if one is None else [bool(value) for value in values[self._places[one]]]

        count = min((len(one) for one in values.values()), default=0)
        before = None if meant.before is None else column(meant.before)
        return Columns(column(meant.when), column(meant.then), before, [column(one) for one in meant.of])

    def _variable(self, kind: Any) -> nodes.LocalVar:
        name = f"ASSAY__{len(self._variables)}"
        self._variables.append(Variable(name, kind, "output"))
        return nodes.LocalVar(name, kind)

    def _store(self, one: Expr) -> Statement:
        value = self._now(one)
        place = self._variable(BOOL)
        self._places[one] = place.name
        return nodes.Store(place, value)

    def _now(self, one: Any) -> Any:
        """An expression with the past in variables."""
        if isinstance(one, History):
            old = self._before(one.operand)
            if one.kind == "prev":
                return nodes.Load(old, one.operand.type)
            now, was = self._now(one.operand), nodes.Load(old, BOOL)
            true, false = (now, was) if one.kind == "rose" else (was, now)
            return nodes.Binary("and", true, nodes.Unary("not", false, BOOL), BOOL)
        if isinstance(one, tuple):
            return tuple(self._now(each) for each in one)
        if not any(isinstance(each, History) for each in _inner(one)):
            return one
        parts = {name: self._now(getattr(one, name)) for name in one.__dataclass_fields__ if name not in _PLAIN}
        return replace(one, **parts)

    def _before(self, operand: Expr) -> nodes.LocalVar:
        if operand not in self._past:
            self._past[operand] = self._variable(operand.type)
        return self._past[operand]


_PLAIN = frozenset({"span", "type"})


def _inner(one: Any) -> list[Any]:
    from assay.skills.plc.prove.walk import nodes as every

    return list(every(one)) if hasattr(one, "__dataclass_fields__") else []


def _with_tail(body: tuple[Statement, ...], tail: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """The statements with the tail before each RETURN."""
    made: list[Statement] = []
    for one in body:
        match one:
            case nodes.Leave(kind="return"):
                made += [*tail, one]
            case nodes.Choice():
                branches = tuple((test, _with_tail(inside, tail), span) for test, inside, span in one.branches)
                made.append(replace(one, branches=branches, orelse=_with_tail(one.orelse, tail)))
            case nodes.Switch():
                arms = tuple((values, _with_tail(inside, tail), span) for values, inside, span in one.arms)
                made.append(replace(one, arms=arms, orelse=_with_tail(one.orelse, tail)))
            case nodes.ForLoop() | nodes.Loop():
                made.append(replace(one, body=_with_tail(one.body, tail)))
            case _:
                made.append(one)
    return tuple(made)
