"""``check``: sources in, diagnostics and the intermediate form out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from assay.skills.plc.front import tree
from assay.skills.plc.front.diagnostic import Diagnostic
from assay.skills.plc.front.parser import parse
from assay.skills.plc.front.source import Source
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.typed import initials, kinds, resolve, walk
from assay.skills.plc.typed.collect import adopt, collect
from assay.skills.plc.typed.elsewhere import elsewhere
from assay.skills.plc.typed.link import contained, link
from assay.skills.plc.typed.report import Report
from assay.skills.plc.typed.symbols import Pou, Var
from assay.skills.plc.typed.tasks import tasks
from assay.skills.plc.typed.units import lower, variable
from assay.skills.plc.typed.world import World

#: SCL's names of the standard timers.
_ALIASES = {
    "TON_TIME": "TON", "TOF_TIME": "TOF", "TP_TIME": "TP", "TONR_TIME": "TONR",
    "TON_LTIME": "LTON", "TOF_LTIME": "LTOF", "TP_LTIME": "LTP",
}  # fmt: skip


#: Findings about parts that are not Structured Text: an error only where everything is asked to be here.
_NOT_TEXT = frozenset({"ST4010", "ST4012"})


@dataclass(frozen=True, slots=True)
class Checked:
    """``project``: what can be run and proved (units with errors, or that need one, are left out). ``left_out``: full
    names of the user's units that are not in it. ``units``: the syntax trees in the order of the sources."""

    project: ir.Project
    diagnostics: tuple[Diagnostic, ...]
    units: tuple[tree.Unit, ...]
    left_out: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether no error was found."""
        return all(one.severity != "error" for one in self.diagnostics)


@dataclass(frozen=True, slots=True)
class _Library:
    world: World
    units: dict[str, ir.Unit]


@cache
def _library() -> _Library:
    """The standard function blocks, parsed, checked and lowered once in a process."""
    report = Report()
    world = World(report)
    folder = resources.files("assay.skills.plc.typed").joinpath("library")
    problems: list[Diagnostic] = []
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".st"):
            source = Source(f"library/{file.name}", file.read_text(encoding="utf-8"), "codesys")
            parsed = parse(source)
            problems.extend(parsed.diagnostics)
            collect(world, parsed.unit, "codesys", library=True)
    link(world, world.units)
    units = {unit.name.upper(): unit for pou in world.units for unit, _ in lower(world, pou)}
    world.struct_initials = initials.struct_initials(world)
    for other, name in _ALIASES.items():
        world.names[other] = world.names[name]
    problems = [one for one in (*problems, *report.items) if one.severity != "info"]
    if problems:
        raise AssertionError(f"the library of standard function blocks: {problems[0]}")
    return _Library(world, units)


def start(report: Report) -> World:
    """A world that knows the library."""
    library = _library().world
    world = World(report)
    world.names.update(library.names)
    world.struct_specs.update(library.struct_specs)
    world.struct_initials.update(library.struct_initials)
    return world


def check(
    sources: Sequence[Source], *, lenient: bool | None = None, lints: bool = True, notes: Sequence[Diagnostic] = ()
) -> Checked:
    """Check sources together. ``lenient``: names that a missing library may bring are warnings; False: they are errors;
    None: errors but for what a source may take from the rest of its project (``elsewhere``; blocks, data and tags that
    SCL names without declaring them). Units that name such are typed and left out of the project, and so are those of
    which a part is in another language. ``notes``: what reading found. Never raises for any text. Diagnostics stand in
    the order of the sources and of their text."""
    report = Report(lenient)
    world = start(report)
    front: list[Diagnostic] = list(notes)
    units: list[tree.Unit] = []
    for source in sources:
        parsed = parse(source)
        front.extend(parsed.diagnostics)
        units.append(parsed.unit)
        collect(world, parsed.unit, source.dialect)
        report.elsewhere[source.name] = elsewhere(parsed.unit, source.dialect)
    adopt(world)
    _mark_broken(world, front)
    if lenient is not False:
        front = [replace(one, severity="warning") if one.code in _NOT_TEXT else one for one in front]
    lowered = _lowered(world)
    used = {unit.name.upper(): walk.uses(unit) for unit, _ in lowered}
    _recursion(world, lowered, used)
    project, left_out = _project(world, lowered, used)
    if lints:
        from assay.skills.plc.typed.lints import lint

        front.extend(lint(world, units, sources, [unit for unit, _ in lowered], project))
    order = {source.name: place for place, source in enumerate(sources)}
    found = sorted((*front, *report.items), key=lambda one: (order.get(one.span.source, -1), one.span.start, one.code))
    return Checked(project, tuple(found), tuple(units), left_out)


def _lowered(world: World) -> list[tuple[ir.Unit, bool]]:
    link(world, world.units)
    for name in world.types:
        resolve.type_of_name(world, name, name.node.name.span)
    for pou in world.units:
        for var in pou.vars.values():
            _declared(world, var)
    for var in world.globals:
        resolve.type_of(world, var)
    for key in contained(world, world.units):
        _fail(world, key)
    world.struct_initials.update(initials.struct_initials(world))
    lowered = [pair for pou in world.units for pair in lower(world, pou)]
    return lowered


def _declared(world: World, var: Var) -> None:
    """What can be said about a declaration alone."""
    kind = resolve.type_of(world, var)
    inner = kind.element if isinstance(kind, t.Array) else kind
    if isinstance(inner, t.Block) and var.section != "in_out":
        pou = world.names.get(inner.name.upper())
        if isinstance(pou, Pou) and "ABSTRACT" in pou.node.qualifiers:
            world.report.add("abstract", var.span, name=pou.name)
    if var.section == "external" and kind is not None:
        other = world.find(var.env, var.key)
        if isinstance(other, Var) and resolve.type_of(world, other) not in (None, kind):
            given, wanted = kinds.spell(kind), kinds.spell(resolve.type_of(world, other))
            world.report.add("external_type", var.span, name=var.name, given=given, wanted=wanted)


def _fail(world: World, key: str) -> None:
    pou = world.names.get(key)
    if isinstance(pou, Pou):
        pou.failed = True


def _mark_broken(world: World, front: list[Diagnostic]) -> None:
    """Units in which the parser found an error are checked, but left out."""
    errors = [one.span for one in front if one.severity == "error"]
    if not errors:
        return
    for pou in world.units:
        span = pou.node.span
        if any(one.source == span.source and span.start <= one.start <= span.end for one in errors):
            pou.failed = True


def _recursion(world: World, lowered: list[tuple[ir.Unit, bool]], used: dict[str, walk.Uses]) -> None:
    """Units that call themselves, directly or through others: an error by the standard, a warning for vendors."""
    graph = {key: set(one.calls) for key, one in used.items()}
    spans = {unit.name.upper(): unit for unit, _ in lowered}
    for component in _components(graph):
        first = next(one for one in graph if one in component)
        if len(component) == 1 and first not in graph[first]:
            continue
        unit = spans[first]
        pou = world.names.get((unit.owner or unit.name).upper())
        vendor = isinstance(pou, Pou) and pou.env.dialect in ("codesys", "twincat", "scl")
        names = " -> ".join([*(spans[one].name for one in graph if one in component), unit.name])
        span = pou.node.name.span if isinstance(pou, Pou) else unit.span
        world.report.add("recursion", span, severity="warning" if vendor else "error", once=first, path=names)
        if not vendor:
            for one in component:
                _fail(world, (spans[one].owner or spans[one].name).upper())


def _components(graph: dict[str, set[str]]) -> list[set[str]]:
    """Strongly connected components (Tarjan's algorithm, without recursion)."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    inside: set[str] = set()
    found: list[set[str]] = []
    for root in graph:
        if root in number:
            continue
        work = [(root, iter(sorted(graph[root] & graph.keys())))]
        number[root] = low[root] = len(number)
        stack.append(root)
        inside.add(root)
        while work:
            node, rest = work[-1]
            following = next(rest, None)
            if following is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == number[node]:
                    group: set[str] = set()
                    while node not in group:
                        group.add(stack.pop())
                    inside -= group
                    found.append(group)
            elif following not in number:
                number[following] = low[following] = len(number)
                stack.append(following)
                inside.add(following)
                work.append((following, iter(sorted(graph[following] & graph.keys()))))
            elif following in inside:
                low[node] = min(low[node], number[following])
    return found


def _project(
    world: World, lowered: list[tuple[ir.Unit, bool]], used: dict[str, walk.Uses]
) -> tuple[ir.Project, tuple[str, ...]]:
    """What can be run, and the names of the units that cannot."""
    library = _library().units
    runs = {unit.name.upper(): unit for unit, good in lowered if good and not _failed(world, unit)}
    every: dict[str, ir.Variable] = {}
    for key, var in (*((one.full.upper(), one) for one in world.globals), *world.used_globals.items()):
        made = variable(world, var) if key not in every else None
        if made is not None:
            every[key] = made
    for pou in world.units:
        for method_vars in (pou.vars, *(one.vars for one in pou.methods.values())):
            for var in method_vars.values():
                made = variable(world, var) if var.section == "global" else None
                if made is not None:
                    every[var.full.upper()] = made
    changed = True
    while changed:
        changed = False
        for key, unit in list(runs.items()):
            wanted = set(used[key].needs)
            for name in used[key].globals:
                wanted |= set(walk.block_names(every[name].type)) if name in every else {f"?{name}"}
            if unit.owner is not None and not _is_interface(world, unit.owner):
                wanted.add(unit.owner.upper())
            if not all(one in runs or one in library or one == key for one in wanted):
                del runs[key]
                changed = True
    kept = {
        key: var
        for key, var in every.items()
        if all(one in runs or one in library for one in walk.block_names(var.type))
    }
    wanted = {name for key in runs for name in used[key].needs | used[key].calls}
    brought = _closure(library, wanted | {name for var in kept.values() for name in walk.block_names(var.type)})
    units = {**{key: library[key] for key in library if key in brought}, **runs}
    out = tuple(unit.name for unit, _ in lowered if unit.name.upper() not in runs and unit.owner is None)
    globals_ = {one.name: one for one in kept.values()}
    return ir.Project(units, globals_, world.struct_initials, tasks(world, runs)), out


def _is_interface(world: World, name: str) -> bool:
    pou = world.names.get(name.upper())
    return isinstance(pou, Pou) and pou.node.kind == "INTERFACE"


def _failed(world: World, unit: ir.Unit) -> bool:
    pou = world.names.get((unit.owner or unit.name).upper())
    return isinstance(pou, Pou) and pou.failed


def _closure(library: dict[str, ir.Unit], todo: set[str]) -> set[str]:
    """The units of the library that some names bring along."""
    used: set[str] = set()
    while todo:
        key = todo.pop()
        unit = library.get(key)
        if unit is None or key in used:
            continue
        used.add(key)
        todo |= walk.uses(unit).needs | {one.upper() for one in unit.methods.values()}
    return used
