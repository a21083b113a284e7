"""Units as C source. Every name in it is made here, strings are arrays of numbers: nothing of a user's text becomes
code. ``prefix`` keeps apart the programs of one translation unit."""

from __future__ import annotations

from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir.types import Block, DataType, Text, base_of
from assay.skills.plc.run.analysis import is_aggregate
from assay.skills.plc.run.c.conversions import c_scalar, c_type
from assay.skills.plc.run.c.statements import CStatements
from assay.skills.plc.run.images import Images
from assay.skills.plc.run.layout import ADDRESS, Node, is_union, open_dimensions
from assay.skills.plc.run.machine import RECURSION_LIMIT
from assay.skills.plc.run.places import Address, Ref
from assay.skills.plc.run.plan import Plan, in_memory, locals_of

HEADER = 64


class CCode(CStatements):
    """The source of everything that a root unit can reach; ``<prefix>main`` runs it once."""

    def __init__(self, plan: Plan, images: Images, watchdog: int, prefix: str) -> None:
        super().__init__(plan, images, prefix)
        self.watchdog = watchdog
        self.heads: list[str] = []
        self.loose_bools = any(is_union(one) for one in plan.layouts.known())
        self.most: dict[str, int] = {}

    def source(self) -> str:
        """All of it. Raises InputError for what no executor runs."""
        for name in self.analysis.order:
            self._unit(name)
        self._main()
        done = 0
        while done < len(self.dispatchers):
            key = list(self.dispatchers)[done]
            self._dispatcher(done, *key)
            done += 1
        return "\n".join([*self.texts.values(), *self.heads, *self.lines]) + "\n"

    def scratch_size(self) -> int:
        """Most bytes of scratch memory in use at once: each unit's largest statement, at each level of recursion."""
        levels = {name: RECURSION_LIMIT if name in self.analysis.recursive else 1 for name in self.most}
        return 64 + sum(size * levels[name] for name, size in self.most.items())

    def _unit(self, name: str) -> None:
        self.unit = unit = self.analysis.unit(name)
        self.owner = self.analysis.project.unit(unit.owner) if unit.owner else None
        self.frame, self._temps, self.largest = None, 0, 0
        number = self.numbers[name]
        result = self._result(unit)
        given = self._parameters(unit)
        names = ", ".join(("m", *(one.split()[-1].lstrip("*") for one in given)))
        edges = [one for one in unit.variables if one.edge and unit.kind in ("function_block", "program")]
        recursive = name in self.analysis.recursive
        self._head(f"{result} {self.prefix}u{number}({', '.join(('char *m', 'I32 s', *given))})")
        self.write(f"turn(m, {self.watchdog}LL, s)")
        self._check_handed(unit)
        if recursive or edges:
            self._around(unit, f"{self.prefix}w{number}({names})", edges, recursive=recursive)
            self._head(f"{result} {self.prefix}w{number}({', '.join(('char *m', *given))})")
        area = self.plan.areas.get(("frame", name))
        if area is not None:
            self.frame = Address(0, ("f",)) if recursive else Address(area.address)
            if recursive:
                self.write(f"I64 f = {area.address} + (DEPTH - 1) * {area.node.size}")
            self._fill(area.node)
        self._locals(unit)
        self.block(unit.body)
        self.leave("return")
        self.close()
        self.most[name] = self.largest

    def _head(self, head: str) -> None:
        self.heads.append(f"FN {head};")
        self.open(f"FN {head}")

    def _result(self, unit: ir.Unit) -> str:
        one = next((one for one in unit.variables if one.section == "result"), None)
        return c_type(one.type) if one and unit.kind in ("function", "method") else "I32"

    def _parameters(self, unit: ir.Unit) -> list[str]:
        if unit.kind in ("function_block", "program"):
            return ["I64 b"]
        found = [] if unit.kind == "function" else ["I64 b"]
        for one in unit.variables:
            name = self.local_name(unit, one)
            if one.section == "input":
                found.append(f"{c_type(one.type)} {name}")
            elif one.section == "in_out":
                bounds = 2 * open_dimensions(one.type)
                found += [f"I64 {name}", *(f"I64 {name}_{n}" for n in range(bounds))]
        return found + [f"{c_type(one.type)} *o{name}" for name, one in self._outs(unit)]

    def _outs(self, unit: ir.Unit) -> list[tuple[str, ir.Variable]]:
        return [(self.local_name(unit, one), one) for one in unit.variables if one.section == "output"]

    def _check_handed(self, unit: ir.Unit) -> None:
        """A block whose in_outs were never given cannot run."""
        if unit.kind in ("function_block", "program"):
            for one in unit.variables:
                if one.section == "in_out":
                    self.write(f"nn(m, AT(I64, b + {self.instance_field(unit, one.name).offset}), s)")

    def _around(self, unit: ir.Unit, inner: str, edges: list[ir.Variable], *, recursive: bool) -> None:
        """What happens before and after the body: the depth, and inputs that are TRUE only in the scan of an edge."""
        if recursive:
            self.write(f"if (++DEPTH > {RECURSION_LIMIT}) stop(m, 6, s)")
        kept = [(one, *self._edge(unit, one)) for one in edges]
        for number, (one, at, before) in enumerate(kept):
            self.write(f"U8 e{number} = AT(U8, b + {at})")
            now = f"e{number} && !AT(U8, b + {before})"
            if one.edge == "falling":
                now = f"AT(U8, b + {before}) && !e{number}"
            self.write(f"AT(U8, b + {at}) = {now}")
            self.write(f"AT(U8, b + {before}) = e{number}")
        self.write(f"{self._result(unit)} r = {inner}")
        for _, at, before in kept:
            self.write(f"AT(U8, b + {at}) = AT(U8, b + {before})")
        if recursive:
            self.write("DEPTH--")
        self.write("return r")
        self.close()

    def _edge(self, unit: ir.Unit, one: ir.Variable) -> tuple[int, int]:
        fields = self.plan.layouts.of(Block(unit.name)).fields
        at = self.instance_field(unit, one.name).offset
        return at, next(part.offset for part in fields if part.role == "edge" and part.name == one.name)

    def _fill(self, node: Node) -> None:
        start = self.frame or Address()
        image = bytes(self.images.of(node))
        if any(image):
            self.write(f"memcpy(m + {start.text}, m + {self.image_area(node)}, {node.size})")
        else:
            self.write(f"memset(m + {start.text}, 0, {node.size})")
        if self.unit.kind in ("program", "function_block"):
            return
        for one in node.fields:
            variable = one.variable
            if variable is not None and variable.section == "input":
                self.store(Ref(one.node.type, start.plus(one.offset)), self.local_name(self.unit, variable))

    def _locals(self, unit: ir.Unit) -> None:
        for one in locals_of(unit):
            given = one.section == "input" and unit.kind not in ("program", "function_block")
            if not given and not in_memory(self.analysis, unit, one, texts=True):
                self.write(f"{c_type(one.type)} {self.local_name(unit, one)} = {self.initial(one)}")

    def returning(self) -> list[str]:
        """The statements that end a unit."""
        unit = self.unit
        if unit.kind in ("program", "function_block"):
            return ["return 0"]
        own = [f"*o{name} = {self._own(one)}" for name, one in self._outs(unit)]
        result = next((self._own(one) for one in unit.variables if one.section == "result"), "0")
        return [*own, f"return {result}"]

    def _own(self, one: ir.Variable) -> str:
        return self.load(self.ref(ir.LocalVar(one.name, one.type)))

    def _dispatcher(self, number: int, targets: tuple[str, ...], parameters: tuple[tuple[str, int], ...]) -> None:
        first = self.analysis.unit(targets[0])
        given, names = [], []
        for place, (name, bound) in enumerate(parameters):
            kind = "I64" if not name or bound >= 0 else self._parameter_type(first, name)
            names.append(f"p{place}" if name else "b")
            given.append(f"{kind} {names[-1]}")
        outs = [f"{c_type(one.type)} *o{n}" for n, (_, one) in enumerate(self._outs(first))]
        result = self._result(first)
        self._head(f"{result} {self.prefix}v{number}({', '.join(('char *m', 'I32 s', *given, *outs))})")
        for tags, target in self.choices(targets):
            if self._result(self.analysis.unit(target)) != result:
                raise self.unsupported(target)
            texts = [*self.arguments(target, list(parameters), names), *(f"o{n}" for n in range(len(outs)))]
            match = " || ".join(f"AT(I64, b) == {tag}" for tag in tags) or "0"
            self.write(f"if ({match}) return {self.prefix}u{self.numbers[target]}({', '.join(('m', 's', *texts))})")
        self.write("stop(m, 4, s)")
        self.close()

    def _parameter_type(self, unit: ir.Unit, name: str) -> str:
        one = self._declared(unit, name)
        return "I64" if one.section == "in_out" else c_type(one.type)

    def _main(self) -> None:
        root = self.analysis.unit(self.analysis.root)
        self.unit, self.owner, self.frame = root, None, None
        span = self.span(root.span)
        self._head(f"void {self.prefix}main(char *m)")
        if root.kind != "function":
            self.write(f"{self.prefix}u0(m, {span}, {self.plan.root.address})")
        else:
            self._function_main(root, span)
        self.close()

    def _function_main(self, root: ir.Unit, span: int) -> None:
        given = ["m", str(span)]
        for one in root.variables:
            if one.section == "in_out":
                given.append(str(self.plan.areas["in_out", one.name.upper()].address))
            elif one.section == "input":
                given.append(self.load(self._root_ref(one)))
        for name, one in self._outs(root):
            self.write(f"{c_type(one.type)} o{name}")
            given.append(f"&o{name}")
        self.write(f"{self._result(root)} r = {self.prefix}u0({', '.join(given)})")
        for one in root.variables:
            if one.section == "result":
                self.store(self._root_ref(one), "r")
            elif one.section == "output":
                self.store(self._root_ref(one), f"o{self.local_name(root, one)}")

    def _root_ref(self, one: ir.Variable) -> Ref:
        area = self.plan.root
        return Ref(one.type, Address(area.address + area.node.names[one.name.upper()].offset))

    def initial(self, one: ir.Variable) -> str:
        """The initial value of a scalar as C text."""
        kind: DataType = one.type
        if is_aggregate(kind) or isinstance(base_of(kind), Text):
            raise self.unsupported(one.name)
        value = one.initial if one.initial is not None else self.default(kind)
        return c_scalar(ADDRESS if c_type(kind) == "I64" else kind, value)
