"""Lints by the PLCopen coding guidelines, and the comments that switch them off.

``(* assay: off *)`` or ``// assay: off ST3001, ST3020`` on a line with code is for that line; on a line of its own it
holds until ``assay: on`` or the end of the file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assay.skills.plc.front import tree
from assay.skills.plc.front.diagnostic import Diagnostic
from assay.skills.plc.front.source import Source
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.typed.lints.flow import flow
from assay.skills.plc.typed.lints.rules import Lints
from assay.skills.plc.typed.lints.usage import overlaps, usage
from assay.skills.plc.typed.statements import every
from assay.skills.plc.typed.units import variable
from assay.skills.plc.typed.world import World

_SWITCH = re.compile(r"\bassay:\s*(off|on)\b([\sA-Z0-9,]*)", re.IGNORECASE)


def lint(
    world: World, trees: Sequence[tree.Unit], sources: Sequence[Source], units: Sequence[ir.Unit], project: ir.Project
) -> list[Diagnostic]:
    """What the guidelines advise against, in units that are typed without an error."""
    lints = Lints([])
    good = [one for one in units if (one.owner or one.name).upper() not in world.broken]
    globals_ = {var.full.upper(): made for var in world.globals if (made := variable(world, var)) is not None}
    usage(lints, project, good, globals_, world.folded)
    for unit in good:
        flow(lints, unit)
    located = [var for unit in good for var in unit.variables if var.location]
    overlaps(lints, [*(one for one in globals_.values() if one.location), *located])
    _comments(lints, world, trees)
    _jumps(lints, world)
    return _switched(lints.items, trees, sources)


def _comments(lints: Lints, world: World, trees: Sequence[tree.Unit]) -> None:
    """Units without a word about what they are for, before them or before their statements."""
    comments = {unit.source: [one.span.start for one in unit.trivia if one.kind == "comment"] for unit in trees}
    for pou in world.units:
        node = pou.node
        said = any(one.kind == "comment" for one in node.notes)
        last = max(node.body_span.start, *(one.span.end for one in node.blocks), node.name.span.end)
        said = said or any(node.span.start <= one <= last for one in comments.get(node.span.source, ()))
        if (node.blocks or node.body or node.methods) and not said:
            lints.add("lint_comment", pou.node.name.span, name=pou.name)


def _jumps(lints: Lints, world: World) -> None:
    """GOTO, and RETURN before the end."""
    for pou in world.units:
        for body in (pou.node.body, *(one.node.body for one in pou.methods.values())):
            for one in every(body):
                if isinstance(one, tree.Jump) and one.kind in ("GOTO", "RETURN") and one.value is None:
                    lints.add("lint_jump", one.span, name=one.kind)


@dataclass(frozen=True, slots=True)
class _Off:
    """Lints that are off from one line to another; no codes: all."""

    first: int
    last: int
    codes: frozenset[str]


def _switched(found: list[Diagnostic], trees: Sequence[tree.Unit], sources: Sequence[Source]) -> list[Diagnostic]:
    off = {source.name: _offs(unit, source) for unit, source in zip(trees, sources, strict=True)}
    if not any(off.values()):
        return found
    by_name = {source.name: source for source in sources}

    def stays(one: Diagnostic) -> bool:
        source = by_name.get(one.span.source)
        if source is None or not off[source.name]:
            return True
        line = source.text.count("\n", 0, one.span.start)
        return not any(
            each.first <= line <= each.last and (not each.codes or one.code in each.codes) for each in off[source.name]
        )

    return [one for one in found if stays(one)]


def _offs(unit: tree.Unit, source: Source) -> list[_Off]:
    found: list[_Off] = []
    for one in unit.trivia:
        match = _SWITCH.search(one.text)
        if match is None:
            continue
        line = source.text.count("\n", 0, one.span.start)
        if match[1].lower() == "on":
            found = [_Off(each.first, min(each.last, line), each.codes) for each in found]
            continue
        codes = frozenset(re.findall(r"ST3\d\d\d", match[2].upper()))
        start = source.text.rfind("\n", 0, one.span.start) + 1
        alone = not source.text[start : one.span.start].strip()
        found.append(_Off(line, 1 << 60 if alone else line, codes))
    return found
