"""The dependence graph of a unit: which variables a variable hangs on, directly and in the end."""

from __future__ import annotations

from assay.skills.plc.explain.facts import Facts, names, root


def direct(facts: Facts) -> dict[str, tuple[str, ...]]:
    """Variable (upper case) -> those whose values or conditions decide what is written to it, in the order of the text.

    An instance of a function block depends on all that is handed in; what reads one of its outputs depends on it.
    """
    made: dict[str, dict[str, None]] = {}
    for write in facts.writes:
        known = made.setdefault(root(write.path), {})
        for part in (write.value, *(one.expression for one in write.guards)):
            for name in names(part):
                known[root(name)] = None
    return {name: tuple(known) for name, known in made.items()}


def sources(facts: Facts, name: str) -> list[str]:
    """The inputs and globals that a variable hangs on in the end, by their declared names, in the order found."""
    graph = direct(facts)
    declared = {one.name.upper(): one for one in facts.unit.variables}
    seen: dict[str, None] = {}
    todo = [name.upper()]
    while todo:
        here = todo.pop(0)
        for other in graph.get(here, ()):
            if other not in seen:
                seen[other] = None
                todo.append(other)
    found = []
    for one in seen:
        variable = declared.get(one)
        if variable is None or variable.section in ("input", "in_out", "external"):
            found.append(variable.name if variable is not None else one)
    return found


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
