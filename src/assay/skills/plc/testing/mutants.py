"""Mutants of a program: one small fault each, made on the intermediate form so that every one is well typed.

Operators follow the usual families (Offutt et al., "An experimental determination of sufficient mutant operators",
TOSEM 5(2), 1996) with those of PLC programs added: timer presets, edges read as levels, stuck signals.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from assay.skills.plc.front.source import NOWHERE, Span
from assay.skills.plc.ir.nodes import Project, Unit
from assay.skills.plc.testing.operators import OPERATORS, Site, changes, other_constants
from assay.skills.plc.testing.walk import Path, Several, at, reachable, replaced, statement_of, walk
from assay.skills.plc.testing.wording import constant, words


@dataclass(frozen=True, slots=True)
class Mutant:
    """``project`` differs from the original in one place of ``unit``; ``before`` and ``after`` say it as ST text."""

    id: str
    operator: str
    unit: str
    span: Span
    before: str
    after: str
    project: Project


def mutate(
    project: Project,
    unit: str,
    *,
    operators: Iterable[str] | None = None,
    limit: int | None = None,
    seed: int = 0,
) -> list[Mutant]:
    """Every mutant of a unit and of the user's units that it runs, in the order of the text; with ``limit`` that many
    drawn by ``seed``, at least one of each operator while they last. Two that are the same program are made once."""
    chosen = frozenset(OPERATORS if operators is None else operators)
    found = project.unit(unit)
    assert found is not None, unit
    made: list[tuple[str, Unit, Unit, Span, str, str]] = []
    seen: set[Unit] = set()
    for one in reachable(project, found):
        if one.library:
            continue
        for operator, changed, span, before, after in _of_unit(one):
            key = dataclasses.replace(changed, methods={})
            if operator in chosen and key not in seen:
                seen.add(key)
                made.append((operator, one, changed, span, before, after))
    kept = made if limit is None or limit >= len(made) else _drawn(made, limit, seed)
    return [
        Mutant(f"M{index:04d}", operator, one.name, span, before, after, with_unit(project, changed))
        for index, (operator, one, changed, span, before, after) in enumerate(kept, 1)
    ]


def with_unit(project: Project, unit: Unit) -> Project:
    """The project with another unit of the same name."""
    return dataclasses.replace(project, units=project.units | {unit.name.upper(): unit})


def _drawn(made: list[Any], limit: int, seed: int) -> list[Any]:
    order = list(range(len(made)))
    random.Random(seed).shuffle(order)
    first: dict[str, int] = {}
    for index in order:
        first.setdefault(made[index][0], index)
    ordered = [*first.values(), *(index for index in order if index not in set(first.values()))]
    return [made[index] for index in sorted(ordered[:limit])]


def _of_unit(unit: Unit) -> Iterator[tuple[str, Unit, Span, str, str]]:
    for path, node in walk(unit.body):
        site = Site(unit, path, node, _parents(unit, path))
        for operator, place, new in changes(site):
            old = at(unit.body, place)
            body = replaced(unit.body, place, new)
            span = getattr(node, "span", NOWHERE)
            if span == NOWHERE:
                span = getattr(statement_of(unit.body, path), "span", NOWHERE)
            before, after = _said(operator, old, new)
            yield operator, dataclasses.replace(unit, body=body), span, before, after
    yield from _initials(unit)


def _said(operator: str, old: Any, new: Any) -> tuple[str, str]:
    if operator == "case_label":
        return f"{_labels(old)}:", f"{_labels(new)}:"
    if operator == "swap_branches":
        return words(old), f"{words(old)} (branches swapped)"
    return words(old), words(new.items if isinstance(new, Several) else new)


def _labels(ranges: tuple[tuple[int, int], ...]) -> str:
    return ", ".join(str(low) if low == high else f"{low}..{high}" for low, high in ranges)


def _parents(unit: Unit, path: Path) -> tuple[Any, ...]:
    """The nodes around a place, the nearest first."""
    found: list[Any] = []
    value: Any = unit.body
    for step in path[:-1]:
        value = value[step] if isinstance(step, int) else getattr(value, step)
        if dataclasses.is_dataclass(value):
            found.append(value)
    return tuple(reversed(found))


def _initials(unit: Unit) -> Iterator[tuple[str, Unit, Span, str, str]]:
    """Other initial values of what is declared with one."""
    for index, variable in enumerate(unit.variables):
        if variable.initial is None or variable.constant or isinstance(variable.initial, tuple):
            continue
        if variable.section in ("input", "in_out"):
            continue
        for value in other_constants(variable.initial, variable.type):
            other = dataclasses.replace(variable, initial=value)
            variables = (*unit.variables[:index], other, *unit.variables[index + 1 :])
            before, after = (f"{variable.name} := {constant(one, variable.type)}" for one in (variable.initial, value))
            yield "initial", dataclasses.replace(unit, variables=variables), variable.span, before, after
