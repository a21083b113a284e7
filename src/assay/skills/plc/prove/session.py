"""Which unit each property is about: by its own word, by the caller's, by where its comment stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from assay.kernel.errors import InputError
from assay.skills.plc.front.source import Source
from assay.skills.plc.ir.nodes import Project, Unit
from assay.skills.plc.prove.property import Property, properties_in
from assay.skills.plc.testing.running import choose_unit

RUNNABLE = ("program", "function_block", "function")


def in_comments(project: Project, sources: Iterable[Source]) -> list[Property]:
    """The properties in the comments of all sources. Ids that meet are told apart by the source's order.

    Raises InputError."""
    units = [(one.name, one.span) for one in project.own() if one.kind in RUNNABLE]
    found: list[Property] = []
    taken: set[str] = set()
    for source in sources:
        for one in properties_in(source, units):
            name, number = one.id, 1
            while name in taken:
                number += 1
                name = f"{one.id}.{number}"
            taken.add(name)
            found.append(replace(one, id=name))
    return found


def grouped(project: Project, properties: Sequence[Property], pou: str | None) -> list[tuple[Unit, list[Property]]]:
    """The units to prove, in the order of the program, each with its properties. ``pou``: only this unit; properties
    without a unit of their own are about it. Without properties and ``pou``: every unit that can run by itself.

    Raises InputError for a unit that is not there.
    """
    chosen = choose_unit(project, pou) if pou is not None else None
    groups: dict[str, list[Property]] = {} if chosen is None else {chosen.name.upper(): []}
    for one in properties:
        unit = _unit(project, one, chosen)
        if chosen is None or unit is chosen:
            groups.setdefault(unit.name.upper(), []).append(one)
    if not groups:
        return [(one, []) for one in alone(project)]
    return [(one, groups[key]) for key, one in project.units.items() if key in groups]


def _unit(project: Project, one: Property, chosen: Unit | None) -> Unit:
    if not one.pou:
        return chosen or choose_unit(project, None)
    unit = project.unit(one.pou)
    if unit is None or unit.kind not in RUNNABLE:
        raise InputError("plc_prove.no_pou", where=one.id, name=one.pou)
    return unit


def alone(project: Project) -> list[Unit]:
    """The user's programs and function blocks, or, when there is none, functions. Raises InputError."""
    own = [one for one in project.own() if one.kind in RUNNABLE]
    found = [one for one in own if one.kind != "function"] or own
    if not found:
        raise InputError("plc_prove.nothing")
    return found
