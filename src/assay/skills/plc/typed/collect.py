"""First pass: every declaration of every source gets its full name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from assay.skills.plc.front import tree
from assay.skills.plc.front.source import Dialect
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.typed.elsewhere import nameless
from assay.skills.plc.typed.symbols import Env, GlobalList, Method, Pou, Space, TypeName, Var
from assay.skills.plc.typed.world import World

_SECTIONS: dict[str, ir.Section] = {
    "VAR_INPUT": "input",
    "VAR_OUTPUT": "output",
    "VAR_IN_OUT": "in_out",
    "VAR_TEMP": "temp",
    "VAR_EXTERNAL": "external",
    "VAR_GLOBAL": "global",
}
_LASTING = ("PROGRAM", "FUNCTION_BLOCK", "CLASS", "ORGANIZATION_BLOCK", "INTERFACE")


def collect(world: World, unit: tree.Unit, dialect: Dialect, library: bool = False) -> None:
    """Enter what a parsed source declares."""
    usings = tuple(_keys(one) for one in unit.usings)
    _elements(world, unit.elements, Env((), usings, dialect, library))


def adopt(world: World) -> None:
    """Methods and actions that stand in files of their own go to their unit, which the file's name tells."""
    for node, env in world.orphans:
        collector = _Collector(world, env)
        found = world.names.get(collector.full(node.name.text).upper())
        if isinstance(found, Pou) and not found.env.library:
            collector.parts(found, node)
        else:
            collector.pou(node)
    world.orphans.clear()


def _keys(names: Iterable[tree.Name]) -> tuple[str, ...]:
    return tuple(key for one in names for key in one.key.split("."))


def _elements(world: World, elements: tuple[tree.Element, ...], env: Env) -> None:
    for one in elements:
        match one:
            case tree.Pou() if nameless(one):
                world.orphans.append((one, env))
            case tree.Pou():
                own = replace(env, usings=env.usings + tuple(map(_keys, one.usings))) if one.usings else env
                _Collector(world, own).pou(one)
            case tree.TypeDecl():
                _Collector(world, env).type(one)
            case tree.GlobalVars():
                _Collector(world, env).globals(one)
            case tree.DataBlock():
                _Collector(world, env).data_block(one)
            case tree.Configuration():
                world.configurations.append(one)
                for block in one.blocks:
                    if block.section == "VAR_GLOBAL":
                        _Collector(world, env).global_block(block, None, False)
            case tree.Namespace():
                inner = env.namespace + _keys(one.name)
                path = env.path + tuple(part for name in one.name for part in name.text.split("."))
                for depth in range(len(inner)):
                    world.names.setdefault(".".join(inner[: depth + 1]), Space(".".join(path[: depth + 1])))
                usings = env.usings + tuple(map(_keys, one.usings))
                _elements(world, one.elements, Env(inner, usings, env.dialect, env.library, path))


@dataclass(frozen=True, slots=True)
class _Collector:
    world: World
    env: Env

    def full(self, name: str) -> str:
        """A name with the namespace that it stands in."""
        return ".".join((*self.env.path, name))

    def type(self, node: tree.TypeDecl) -> None:
        """A data type; the members of an enumeration can be named without it."""
        found = TypeName(self.full(node.name.text), node, self.env)
        if not self.world.enter(found.name.upper(), found, node.name.span):
            return
        self.world.types.append(found)
        if isinstance(node.spec, tree.EnumType):
            self.members(found, node.spec)
        elif isinstance(node.spec, tree.StructType):
            self.inner_types(found.name, node.spec.fields)

    def members(self, found: TypeName, spec: tree.EnumType) -> None:
        """The members of an enumeration."""
        strict = any("QUALIFIED_ONLY" in one.text.upper() for one in found.node.notes if one.kind == "pragma")
        if not strict:
            for name, _ in spec.members:
                self.world.members.setdefault(name.key, []).append(found)

    def inner_types(self, owner: str, declarations: tuple[tree.VarDecl, ...]) -> None:
        """Structures and enumerations that are declared where they are used get a name from there."""
        for one in declarations:
            spec: tree.TypeSpec | None = one.type
            while isinstance(spec, (tree.ArrayType, tree.PointerType)):
                spec = spec.element if isinstance(spec, tree.ArrayType) else spec.target
            if not isinstance(spec, (tree.EnumType, tree.StructType)) or not one.names:
                continue
            name = tree.Name(f"{owner}.{one.names[0].text}", one.names[0].span)
            found = TypeName(name.text, tree.TypeDecl(name, spec, None, spec.span), self.env)
            self.world.inline[id(spec)] = found
            if isinstance(spec, tree.EnumType):
                self.members(found, spec)
            else:
                self.inner_types(name.text, spec.fields)

    def globals(self, node: tree.GlobalVars) -> None:
        """``VAR_GLOBAL`` outside a unit, with or without a list's name."""
        name = None if node.name is None else self.full(node.name.text)
        if name is not None:
            self.world.names.setdefault(name.upper(), GlobalList(name))
        for block in node.blocks:
            self.global_block(block, name, node.qualified_only)

    def global_block(self, block: tree.VarBlock, name: str | None, qualified: bool) -> None:
        """The variables of one block of globals."""
        self.inner_types(name or self.full("GLOBAL"), block.declarations)
        for var in self.variables(block, "global", None):
            var.full = f"{name}.{var.name}" if name else self.full(var.name)
            if self.world.enter(var.full.upper(), var, var.span):
                self.world.globals.append(var)
                if name and not qualified:
                    self.world.bare.setdefault(var.key, []).append(var)

    def data_block(self, node: tree.DataBlock) -> None:
        """A data block: one global of its type, its function block or a structure of its own."""
        spec: tree.TypeSpec | None = node.type
        if spec is None:
            fields = tuple(one for block in node.blocks for one in block.declarations)
            spec = tree.StructType(fields, node.span)
            name = tree.Name(node.name.text, node.name.span)
            self.world.inline[id(spec)] = TypeName(name.text, tree.TypeDecl(name, spec, None, node.span), self.env)
            self.inner_types(name.text, fields)
        var = Var(node.name.text, "global", spec, None, node.name.span, self.env, full=node.name.text)
        var.declared, var.starts = "DATA_BLOCK", node.assigns
        if self.world.enter(var.key, var, node.name.span):
            self.world.globals.append(var)

    def pou(self, node: tree.Pou) -> None:
        """A unit with its variables, methods, properties and actions."""
        found = Pou(self.full(node.name.text), node, self.env)
        if not self.world.enter(found.key, found, node.name.span):
            return
        self.world.units.append(found)
        for block in node.blocks:
            self.unit_block(found, block)
        self.parts(found, node)

    def parts(self, found: Pou, node: tree.Pou) -> None:
        """The methods, properties and actions of a unit."""
        for method in node.methods:
            self.method(found, method, method.name.text, "method", method.result)
        for one in node.properties:
            found.properties[one.name.key] = one
            self.accessors(found, one)
        for action in node.actions:
            self.enter_method(found, Method(action.name.text, found, action, "action", None), action.name)

    def accessors(self, found: Pou, node: tree.Property) -> None:
        """The getter and the setter of a property; those of an interface have no body."""
        name = node.name
        if node.getter is not None:
            self.method(found, node.getter, f"{name.text}.GET", "get", node.type)
        if node.setter is not None:
            made = self.method(found, node.setter, f"{name.text}.SET", "set", None)
            var = Var(name.text, "input", node.type, None, name.span, self.env, made)
            made.vars = {name.key: var, **made.vars}

    def method(self, found: Pou, node: tree.Method, name: str, part: str, result: tree.TypeSpec | None) -> Method:
        """A method or accessor with its variables."""
        made = Method(name, found, node, "get" if part == "get" else "set" if part == "set" else "method", result)
        self.enter_method(found, made, node.name)
        for block in node.blocks:
            self.inner_types(made.full, block.declarations)
            for var in self.variables(block, _SECTIONS.get(block.section, "temp"), made):
                self.method_variable(found, made, block, var)
        return made

    def method_variable(self, found: Pou, made: Method, block: tree.VarBlock, var: Var) -> None:
        """Its own, or one that lasts: with the instance (VAR_INST), or for all calls (VAR_STAT)."""
        key = var.key
        if key in made.vars:
            self.world.report.add("declared_twice", var.span, related=(made.vars[key].span,), name=var.name)
            return
        made.vars[key] = var
        if block.section == "VAR_INST":
            var.name, var.section, var.owner = f"{made.name}__{var.name}", "static", found
            found.vars[var.key] = var
        elif block.section == "VAR_STAT":
            var.section, var.full = "global", f"{made.full}.{var.name}"

    def enter_method(self, found: Pou, made: Method, name: tree.Name) -> None:
        """Put a method under its name; two of one name are an error."""
        before = found.methods.get(made.name.upper())
        if before is not None:
            self.world.report.add("declared_twice", name.span, related=(before.node.name.span,), name=name.text)
            return
        found.methods[made.name.upper()] = made

    def unit_block(self, found: Pou, block: tree.VarBlock) -> None:
        """The variables of one block of a unit."""
        lasting = found.node.kind in _LASTING
        section = _SECTIONS.get(block.section, "static" if lasting else "temp")
        self.inner_types(found.name, block.declarations)
        for var in self.variables(block, section, found):
            if block.section in ("VAR_CONFIG", "VAR_ACCESS"):
                continue
            if block.section == "VAR_GLOBAL":
                var.owner, var.full = None, self.full(var.name)
                if self.world.enter(var.full.upper(), var, var.span):
                    self.world.globals.append(var)
                continue
            before = found.vars.get(var.key)
            if before is not None:
                self.world.report.add("declared_twice", var.span, related=(before.span,), name=var.name)
                continue
            if block.section == "VAR_STAT" and self.env.dialect != "scl":
                var.section, var.full = "global", f"{found.name}.{var.name}"
            found.vars[var.key] = var

    def view(self, var: Var, other: tree.DirectVar) -> None:
        """SCL: one variable as another type of the same bytes. It is typed, but nothing runs it."""
        self.world.report.add("not_run_view", other.span, name=var.name, other=other.text)
        if isinstance(var.owner, Pou):
            var.owner.failed = True

    def variables(self, block: tree.VarBlock, section: ir.Section, owner: Pou | Method | None) -> Iterable[Var]:
        """The variables that a block declares, in order."""
        for one in block.declarations:
            for name in one.names:
                var = Var(name.text, section, one.type, one.initial, name.span, self.env, owner)
                var.constant = "CONSTANT" in block.qualifiers
                var.retain = bool(block.qualifiers & {"RETAIN", "PERSISTENT"})
                if one.location is not None and one.location.text.startswith("%"):
                    var.location = one.location.text
                elif one.location is not None:
                    self.view(var, one.location)
                if one.edge:
                    var.edge = "rising" if one.edge == "R_EDGE" else "falling"
                var.notes, var.declared, var.variadic = one.notes, block.section, one.variadic
                yield var
