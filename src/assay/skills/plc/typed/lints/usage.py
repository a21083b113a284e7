"""Lints about variables: unused, never assigned, written where they should not be, written by several."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.typed.lints.events import Event, events
from assay.skills.plc.typed.lints.rules import Lints

MOST_PARAMETERS = 20


def usage(
    lints: Lints, project: ir.Project, units: Sequence[ir.Unit], globals_: dict[str, ir.Variable], folded: set[Span]
) -> None:
    """Look at all units together: methods and actions use the variables of their owner. ``folded``: where constants
    stand whose value was put in their place."""
    parts: dict[str, list[ir.Unit]] = defaultdict(list)
    for unit in units:
        parts[(unit.owner or unit.name).upper()].append(unit)
    extended = {unit.base.upper() for unit in units if unit.base is not None}
    by_unit = {unit.name.upper(): list(events(unit.body)) for unit in units}
    for key, several in parts.items():
        head = next((one for one in several if one.owner is None), None)
        for unit in several:
            own = by_unit[unit.name.upper()]
            if unit.owner is None:
                own = [one for part in several for one in by_unit[part.name.upper()]]
            _unit(lints, unit, own, key in extended or (head is not None and head.base is not None), folded)
            _shadow(lints, unit, globals_)
    _globals(lints, project, units, by_unit, globals_)


def _unit(lints: Lints, unit: ir.Unit, found: list[Event], open_: bool, folded: set[Span]) -> None:
    read = {one.name for one in found if not one.is_global and one.mode != "write"}
    written = {one.name for one in found if not one.is_global and one.mode in ("write", "both", "call")}
    used = read | written
    set_first: dict[str, Event] = {}
    for one in found:
        if one.mode == "write" and not one.is_global:
            set_first.setdefault(one.name, one)
    inherited = unit.base is not None
    parameters = 0
    for var in unit.variables:
        key = var.name.upper()
        if var.name.startswith("__") or var.span.source != unit.span.source or not _inside(var.span, unit.span):
            continue
        parameters += var.section in ("input", "output", "in_out")
        if var.section == "result":
            if key not in written and unit.body:
                lints.add("lint_result", var.span, name=unit.name)
        elif var.section == "output":
            if key not in written and unit.body and not open_ and not isinstance(var.type, t.Block):
                lints.add("lint_unassigned", var.span, name=var.name)
        elif var.section in ("static", "temp", "input", "in_out"):
            if unit.kind == "method" and var.section in ("input", "in_out"):
                continue  # An interface or a base may ask for it.
            if key not in used and not var.location and not open_ and var.span not in folded:
                lints.add("lint_unused", var.span, name=var.name)
            elif var.section != "input" and var.section != "in_out":
                _never(lints, var, key in written, key in read and not open_)
        if var.section == "input" and not inherited:
            first = set_first.get(key)
            if first is not None and unit.kind in ("function_block", "program"):
                lints.add("lint_input_written", first.span, name=var.name)
    if parameters > MOST_PARAMETERS:
        lints.add("lint_parameters", unit.span, name=unit.name, given=parameters, most=MOST_PARAMETERS)


def _never(lints: Lints, var: ir.Variable, written: bool, read: bool) -> None:
    """Read, but never written and without an initial value: it is always what its type starts with."""
    plain = isinstance(t.base_of(var.type), (t.Elementary, t.Text))
    if plain and read and not written and var.initial is None and not var.constant and not var.location:
        lints.add("lint_never_written", var.span, name=var.name)


def _inside(span: Span, outer: Span) -> bool:
    return outer.start <= span.start <= outer.end


def _shadow(lints: Lints, unit: ir.Unit, globals_: dict[str, ir.Variable]) -> None:
    for var in unit.variables:
        other = globals_.get(var.name.upper())
        if other is not None and var.section not in ("external", "result") and other.span != var.span:
            lints.add("lint_shadow", var.span, related=(other.span,), name=var.name)


def _globals(
    lints: Lints, project: ir.Project, units: Sequence[ir.Unit], by_unit: dict[str, list[Event]],
    globals_: dict[str, ir.Variable],
) -> None:  # fmt: skip
    """Globals that several programs or tasks write; physical outputs that are written in several places."""
    writers: dict[str, dict[str, Span]] = defaultdict(dict)
    for unit in units:
        for one in by_unit[unit.name.upper()]:
            if one.is_global and one.mode in ("write", "both"):
                writers[one.name].setdefault((unit.owner or unit.name).upper(), one.span)
    programs = {unit.name.upper() for unit in units if unit.kind == "program"}
    tasks = {unit.upper(): task.name for task in project.tasks for _, unit in task.programs}
    for name, found in writers.items():
        var = globals_.get(name)
        if var is not None and var.location.upper().startswith("%Q") and len(found) > 1:
            first, second = list(found.values())[:2]
            lints.add("lint_output_twice", second, related=(first,), name=var.name)
        writing = [one for one in found if one in programs]
        if var is None or isinstance(var.type, t.Block) or len(writing) < 2:
            continue
        several = {tasks[one] for one in writing if one in tasks}
        spans = tuple(found[one] for one in writing)
        if len(several) > 1:
            lints.add("lint_tasks", spans[1], related=spans[:1], name=var.name, tasks=", ".join(sorted(several)))
        else:
            lints.add("lint_writers", spans[1], related=spans[:1], name=var.name, units=", ".join(sorted(writing)))


_BITS = {"X": 1, "B": 8, "W": 16, "D": 32, "L": 64}


def overlaps(lints: Lints, variables: Sequence[ir.Variable]) -> None:
    """Located variables that share bits."""
    taken: dict[str, list[tuple[int, int, ir.Variable]]] = defaultdict(list)
    for var in variables:
        place = _bits(var.location)
        if place is None:
            continue
        area, low, high = place
        near = (one for one in taken[area] if low < one[1] and one[0] < high and one[:2] != (low, high))
        other = next(near, None)
        if other is not None and not other[2].name.startswith("%") and not var.name.startswith("%"):
            lints.add("lint_overlap", var.span, related=(other[2].span,), name=var.name, other=other[2].name)
        taken[area].append((low, high, var))


def _bits(location: str) -> tuple[str, int, int] | None:
    """Area, first bit and the bit behind the last of ``%QW4``; None where there is no number. Words count bytes, as
    vendors with byte addresses do."""
    plain = location.lstrip("%")
    if len(plain) < 2 or plain[0] not in "IQM":
        return None
    size, digits = (plain[1], plain[2:]) if plain[1] in _BITS else ("X", plain[1:])
    parts = digits.split(".")
    if not all(one.isdigit() for one in parts) or len(parts) > 2 or (size != "X" and len(parts) > 1):
        return None
    if size == "X":
        low = int(parts[0]) * 8 + (int(parts[1]) if len(parts) == 2 else 0)
        return plain[0], low, low + 1
    low = int(parts[0]) * _BITS[size]
    return plain[0] + size, low, low + _BITS[size]
