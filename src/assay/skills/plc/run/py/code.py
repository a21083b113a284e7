"""Units as Python source. Every name in it is made here; strings and aggregates are handed in as objects, so nothing of
a user's text becomes code. Slot 0 of the memory is empty, 1 the clock, 2 the turns of this scan, 3 the open calls."""

from __future__ import annotations

from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir.types import Block
from assay.skills.plc.run.images import Images
from assay.skills.plc.run.layout import Node, open_dimensions
from assay.skills.plc.run.machine import RECURSION_LIMIT
from assay.skills.plc.run.places import Address, Ref
from assay.skills.plc.run.plan import Plan, in_memory, locals_of
from assay.skills.plc.run.py.statements import PyStatements

HEADER = 4


class PyCode(PyStatements):
    """The source of everything that a root unit can reach; ``main()`` runs it once."""

    def __init__(self, plan: Plan, images: Images, watchdog: int, *, coverage: bool) -> None:
        super().__init__(plan, images, coverage=coverage)
        self.watchdog = watchdog

    def source(self) -> str:
        """All of it. Raises InputError for what no executor runs."""
        for name in self.analysis.order:
            self._unit(name)
        done = 0
        while done < len(self.dispatchers):
            key = list(self.dispatchers)[done]
            self._dispatcher(done, *key)
            done += 1
        self._main()
        return "\n".join(self.lines) + "\n"

    def _unit(self, name: str) -> None:
        self.unit = unit = self.analysis.unit(name)
        self.owner = self.analysis.project.unit(unit.owner) if unit.owner else None
        self.frame, self._temps = None, 0
        number = self.numbers[name]
        parameters = self._parameters(unit)
        recursive = name in self.analysis.recursive
        edges = [one for one in unit.variables if one.edge and unit.kind in ("function_block", "program")]
        self.open(f"def u{number}({', '.join(('s', *parameters))})")
        self.write("M[2] += 1")
        self.write(f"if M[2] > {self.watchdog}: stop(5, s)")
        self._check_handed(unit)
        if recursive or edges:
            self._around(unit, number, parameters, edges, recursive=recursive)
            self.open(f"def w{number}({', '.join(parameters)})")
        area = self.plan.areas.get(("frame", name))
        if area is not None:
            self.frame = Address(0, ("f",)) if recursive else Address(area.address)
            if recursive:
                self.write(f"f = {area.address} + (M[3] - 1) * {area.node.size}")
            self._fill(area.node)
        self._locals(unit)
        self.block(unit.body)
        self.leave("return")
        self.close()

    def _parameters(self, unit: ir.Unit) -> list[str]:
        if unit.kind in ("function_block", "program"):
            return ["b"]
        found = [] if unit.kind == "function" else ["b"]
        for one in unit.variables:
            if one.section in ("input", "in_out"):
                name = self.local_name(unit, one)
                bounds = 2 * open_dimensions(one.type) if one.section == "in_out" else 0
                found += [name, *(f"{name}_{n}" for n in range(bounds))]
        return found

    def _check_handed(self, unit: ir.Unit) -> None:
        """A block whose in_outs were never given cannot run."""
        if unit.kind in ("function_block", "program"):
            for one in unit.variables:
                if one.section == "in_out":
                    offset = self.instance_field(unit, one.name).offset
                    self.write(f"if not M[b + {offset}]: stop(4, s)")

    def _around(
        self, unit: ir.Unit, number: int, parameters: list[str], edges: list[ir.Variable], *, recursive: bool
    ) -> None:
        """What happens before and after the body: the depth, and inputs that are TRUE only in the scan of an edge."""
        if recursive:
            self.write("M[3] += 1")
            self.write(f"if M[3] > {RECURSION_LIMIT}: stop(6, s)")
        kept = [(one, *self._edge(unit, one)) for one in edges]
        for one, at, before in kept:
            now = f"M[b + {at}] and not M[b + {before}]"
            if one.edge == "falling":
                now = f"M[b + {before}] and not M[b + {at}]"
            self.write(f"M[b + {at}], M[b + {before}] = {now}, M[b + {at}]")
        self.write(f"r = w{number}({', '.join(parameters)})")
        for _, at, before in kept:
            self.write(f"M[b + {at}] = M[b + {before}]")
        if recursive:
            self.write("M[3] -= 1")
        self.write("return r")
        self.close()

    def _edge(self, unit: ir.Unit, one: ir.Variable) -> tuple[int, int]:
        fields = self.plan.layouts.of(Block(unit.name)).fields
        at = self.instance_field(unit, one.name).offset
        return at, next(part.offset for part in fields if part.role == "edge" and part.name == one.name)

    def _fill(self, node: Node) -> None:
        start = self.frame or Address()
        image = self.constant(list(self.images.of(node)))
        self.write(f"M[{start.text}:{start.plus(node.size).text}] = {image}")
        if self.unit.kind in ("program", "function_block"):
            return
        for one in node.fields:
            variable = one.variable
            if variable is not None and variable.section == "input":
                self.store(Ref(one.node.type, start.plus(one.offset)), self.local_name(self.unit, variable))

    def _locals(self, unit: ir.Unit) -> None:
        for one in locals_of(unit):
            given = one.section == "input" and unit.kind not in ("program", "function_block")
            if not given and not in_memory(self.analysis, unit, one, texts=False):
                image = self.images.of(self.plan.layouts.of(one.type), one.initial)
                self.write(f"{self.local_name(unit, one)} = {self.literal(image[0])}")

    def returned(self) -> str:
        """What a unit gives back: its result, or a tuple of it and its outputs."""
        unit = self.unit
        if unit.kind in ("program", "function_block"):
            return "None"
        result = next((self._own(one) for one in unit.variables if one.section == "result"), "None")
        outputs = [self._own(one) for one in unit.variables if one.section == "output"]
        return f"({', '.join((result, *outputs))})" if outputs else result

    def _own(self, one: ir.Variable) -> str:
        return self.load(self.ref(ir.LocalVar(one.name, one.type)))

    def _dispatcher(self, number: int, targets: tuple[str, ...], parameters: tuple[tuple[str, int], ...]) -> None:
        names = ["b", *(f"p{n}" for n in range(1, len(parameters)))]
        self.open(f"def v{number}({', '.join(('s', *names))})")
        self.write("t = M[b]")
        for tags, target in self.choices(targets):
            given = self.keywords(target, list(parameters), names)
            self.write(f"if t in {tuple(tags)}: return u{self.numbers[target]}(s, {given})")
        self.write("stop(4, s)")
        self.close()

    def _main(self) -> None:
        root = self.analysis.unit(self.analysis.root)
        self.unit, self.owner = root, None
        span, at = self.span(root.span), self.plan.root
        self.open("def main()")
        if root.kind != "function":
            self.write(f"u0({span}, {at.address})")
        else:
            self._function_main(root, span)
        self.close()

    def _function_main(self, root: ir.Unit, span: int) -> None:
        given = [str(span)]
        for one in root.variables:
            if one.section == "in_out":
                given.append(str(self.plan.areas["in_out", one.name.upper()].address))
            elif one.section == "input":
                given.append(self.load(self._root_ref(one)))
        self.write(f"r = u0({', '.join(given)})")
        outputs = [one for one in root.variables if one.section == "output"]
        kept = [*(one for one in root.variables if one.section == "result"), *outputs]
        if outputs and len(kept) == len(outputs):
            kept = [None, *kept]  # type: ignore[list-item]
        for number, one in enumerate(kept):
            if one is not None:
                self.store(self._root_ref(one), f"r[{number}]" if outputs else "r")

    def _root_ref(self, one: ir.Variable) -> Ref:
        area = self.plan.root
        return Ref(one.type, Address(area.address + area.node.names[one.name.upper()].offset))
