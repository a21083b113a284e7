"""The dependence graph of a unit: which variables a variable hangs on, directly and in the end."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from assay.skills.plc.explain.facts import Facts
from assay.skills.plc.ir.nodes import Variable


def direct(facts: Facts) -> dict[str, tuple[str, ...]]:
    """Variable (upper case) -> those whose values or conditions decide what is written to it, in the order of the text.

    An instance of a function block depends on all that is handed in; what reads one of its outputs depends on it.
    """
    made: dict[str, dict[str, None]] = {}
    seen: dict[str, set[int]] = {}
    for write in facts.writes:
        known, parts = made.setdefault(write.base.upper(), {}), seen.setdefault(write.base.upper(), set())
        for part in (write.value, *(one.expression for one in write.guards)):
            if id(part) not in parts:  # A long IF has its conditions at many writes.
                parts.add(id(part))
                known |= dict.fromkeys(name.upper() for name in facts.reads(part))
    return {name: tuple(known) for name, known in made.items()}


@dataclass(frozen=True, slots=True)
class Graph:
    """The dependences of a unit, read once: ``edges`` as of :func:`direct`, the globals it touches by upper-case name,
    and its variables by upper-case name."""

    edges: dict[str, tuple[str, ...]]
    outer: dict[str, str]
    declared: dict[str, Variable]

    @classmethod
    def of(cls, facts: Facts) -> Graph:
        """The graph of a unit's facts."""
        declared = {one.name.upper(): one for one in facts.unit.variables}
        return cls(direct(facts), {name.upper(): name for name in outside(facts)}, declared)

    def sources(self, name: str) -> list[str]:
        """The inputs and globals that a variable hangs on in the end, by their declared names, in the order found."""
        seen: dict[str, None] = {}
        todo = deque([name.upper()])
        while todo:
            for other in self.edges.get(todo.popleft(), ()):
                if other not in seen:
                    seen[other] = None
                    todo.append(other)
        found = []
        for one in seen:
            variable = self.declared.get(one)
            if variable is None:
                if one not in self.edges:  # a global that this unit writes is explained by what it hangs on itself
                    found.append(self.outer.get(one, one))
            elif variable.section in ("input", "in_out", "external") or is_input(variable):
                found.append(variable.name)
        return found


def is_input(variable: Variable) -> bool:
    """Whether a variable comes from the process: declared as an input, or at an input's address."""
    return variable.section == "input" or variable.location.upper().startswith("%I")


def is_output(variable: Variable) -> bool:
    """Whether a variable goes to the process or to the caller."""
    return variable.section in ("output", "result") or variable.location.upper().startswith("%Q")


def outside(facts: Facts) -> list[str]:
    """The globals that a unit reads or writes, by their full names, in the order of the text."""
    own = {one.name.upper() for one in facts.unit.variables}
    used: dict[str, None] = {}
    seen: set[int] = set()
    for one in facts.writes:
        for part in (one.value, *(guard.expression for guard in one.guards)):
            if id(part) not in seen:
                seen.add(id(part))
                used |= dict.fromkeys(facts.reads(part))
        used[one.base] = None
    return list({name.upper(): name for name in used if name.upper() not in own}.values())


def held(facts: Facts) -> set[str]:
    """The variables (upper case) that depend on their own value of the scan before."""
    graph = direct(facts)
    return {name for name in graph if name in _reach(graph, name)}


def _reach(graph: dict[str, tuple[str, ...]], name: str) -> set[str]:
    seen: set[str] = set()
    todo = list(graph.get(name, ()))
    while todo:
        here = todo.pop()
        if here not in seen:
            seen.add(here)
            todo.extend(graph.get(here, ()))
    return seen
