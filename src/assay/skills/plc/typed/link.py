"""Second pass: bases, interfaces, overridden methods; what contains or extends itself."""

from __future__ import annotations

from assay.skills.plc.front import tree
from assay.skills.plc.ir import types as t
from assay.skills.plc.ir.types import DataType
from assay.skills.plc.typed import resolve
from assay.skills.plc.typed.elsewhere import nameless
from assay.skills.plc.typed.symbols import Method, Pou
from assay.skills.plc.typed.world import World


def link(world: World, units: list[Pou]) -> None:
    """Resolve what units extend and implement."""
    for pou in units:
        _bases(world, pou)
    for pou in units:
        _cycle(world, pou)
    for pou in units:
        if pou.base is not None:
            for above in pou.base.line():
                above.extended = True
        _promises(world, pou)


def _bases(world: World, pou: Pou) -> None:
    interface = pou.node.kind == "INTERFACE"
    if nameless(pou.node):
        pou.unknown_base = True
        world.report.add("owner_elsewhere", pou.node.name.span, name=pou.name)
    for one in pou.node.extends:
        found = _unit(world, pou, one)
        if found is None:
            pou.unknown_base = True
        elif interface and found.node.kind == "INTERFACE":
            pou.interfaces.append(found)
        elif not interface and found.node.kind in ("FUNCTION_BLOCK", "CLASS"):
            pou.base = found
            if "FINAL" in found.node.qualifiers:
                world.report.add("final", one.span, name=found.name)
        else:
            world.report.add("extends_what", one.span, name=found.name)
    for one in pou.node.implements:
        found = _unit(world, pou, one)
        if found is None:
            continue
        if found.node.kind != "INTERFACE":
            world.report.add("implements_what", one.span, name=found.name)
        else:
            pou.interfaces.append(found)


def _unit(world: World, pou: Pou, spec: tree.NamedType) -> Pou | None:
    found = world.find_path(pou.env, tuple(one.key for one in spec.parts))
    if isinstance(found, Pou):
        return found
    kind = resolve.of_symbol(world, found, spec, pou.env)
    if kind is not None:
        world.report.add("extends_what", spec.span, name=spec.parts[-1].text)
    return None


def _cycle(world: World, pou: Pou) -> None:
    seen: set[int] = set()
    one: Pou | None = pou
    while one is not None:
        if id(one) in seen:
            if one is pou:
                world.report.add("recursive_base", pou.node.name.span, name=pou.name)
            pou.base, pou.unknown_base = None, True
            return
        seen.add(id(one))
        one = one.base


def _promises(world: World, pou: Pou) -> None:
    """A block has the methods and properties of its interfaces, and those of an abstract base unless it is abstract."""
    if pou.node.kind == "INTERFACE" or pou.incomplete() or "ABSTRACT" in pou.node.qualifiers:
        return
    for interface in pou.interfaces:
        for above in _all_interfaces(interface, set()):
            names = [*(one.name for one in above.methods.values() if "." not in one.name)]
            names += [one.name.text for one in above.properties.values()]
            for name in names:
                if _own_method(pou, name) is None and all(name.upper() not in one.properties for one in pou.line()):
                    world.report.add("not_implemented", pou.node.name.span, once=(pou.key, name.upper()), name=name,
                                     unit=pou.name, interface=above.name)  # fmt: skip


def _own_method(pou: Pou, name: str) -> Method | None:
    return next((one.methods[name.upper()] for one in pou.line() if name.upper() in one.methods), None)


def _all_interfaces(interface: Pou, seen: set[int]) -> list[Pou]:
    if id(interface) in seen:
        return []
    seen.add(id(interface))
    return [interface, *(one for above in interface.interfaces for one in _all_interfaces(above, seen))]


def contained(world: World, units: list[Pou]) -> set[str]:
    """Upper-case names of the blocks that contain an instance of themselves (reported)."""
    bad: set[str] = set()
    state: dict[str, int] = {}

    def visit(kind: DataType | None) -> None:
        match kind:
            case t.Array():
                visit(kind.element)
            case t.Struct():
                for _, one in kind.fields:
                    visit(one)
            case t.Block():
                pou = world.names.get(kind.name.upper())
                if isinstance(pou, Pou):
                    enter(pou)

    def enter(pou: Pou) -> None:
        if state.get(pou.key) == 2:
            return
        if state.get(pou.key) == 1:
            world.report.add("recursive_type", pou.node.name.span, once=pou.key, name=pou.name)
            bad.add(pou.key)
            return
        state[pou.key] = 1
        for var in pou.all_vars():
            if var.section in ("input", "output", "static"):
                visit(resolve.type_of(world, var))
        state[pou.key] = 2

    for one in units:
        if one.node.kind != "FUNCTION":
            enter(one)
    return bad
