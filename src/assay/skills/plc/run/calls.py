"""Calls as generated code: what both backends do in the same way."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field

from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir.types import DataType
from assay.skills.plc.run.analysis import is_address
from assay.skills.plc.run.images import Images
from assay.skills.plc.run.layout import ADDRESS, open_dimensions
from assay.skills.plc.run.places import Address, Item, Ref
from assay.skills.plc.run.plan import Plan
from assay.skills.plc.run.statements import Statements


@dataclass(slots=True)
class Prepared:
    """A call of a function, method or action before it has a form: ``items`` to evaluate in order, each with the
    parameter (name, number of the bound or -1) that it is for."""

    targets: list[str]
    span: int
    items: list[Item] = field(default_factory=list)
    parameters: list[tuple[str, int]] = field(default_factory=list)
    bound: bool = False


class Calls(Statements):
    """How units call each other. ``numbers``: the number of each unit's code."""

    def __init__(self, plan: Plan, images: Images) -> None:
        super().__init__(plan)
        self.images = images
        self.numbers = {name: number for number, name in enumerate(self.analysis.order)}
        self.dispatchers: dict[tuple[tuple[str, ...], tuple[tuple[str, int], ...]], int] = {}

    # --- what a backend gives ---

    @abstractmethod
    def finish(self, call: ir.Invoke, prepared: Prepared) -> None:
        """A call of a function, method or action as a statement, with its outputs."""

    @abstractmethod
    def run_block(self, number: int, span: int, instance: str) -> None:
        """Run the body of a block's instance."""

    def check_convert(self, one: ir.Convert) -> None:
        """An address is no number: it differs from one executor to the other. Raises InputError."""
        if is_address(one.operand.type) != is_address(one.type):
            raise self.unsupported("ADR")

    # --- calls ---

    def call(self, call: ir.Invoke) -> None:
        unit = self.analysis.unit(call.unit)
        if call.virtual is None and unit.kind in ("function_block", "program"):
            self._block_call(call, unit)
        else:
            self.finish(call, self.prepare(call))

    def prepare(self, call: ir.Invoke) -> Prepared:
        """Instance, inputs and in_outs of a call of a function, method or action."""
        found = Prepared(self.analysis.targets(call), self.span(call.span))
        if not found.targets:
            raise self.unsupported(call.virtual or call.unit)
        unit = self.analysis.unit(found.targets[0])
        if unit.kind != "function":
            found.bound = True
            effects = self.analysis.effects(call.instance)
            text = self.instance(call.instance, found.span)
            found.items.append((text, ADDRESS, (effects[0], True)))
            found.parameters.append(("", -1))
        for name, expression in call.inputs:
            found.items.append((self.value(expression), expression.type, self.analysis.effects(expression)))
            found.parameters.append((name.upper(), -1))
        for name, place in call.in_outs:
            one = self._declared(unit, name)
            for number, text in enumerate(self.handed(place, one.type)):
                found.items.append((text, ADDRESS, self.analysis.effects(place)))
                found.parameters.append((name.upper(), number - 1))
        return found

    def instance(self, instance: object, span: int) -> str:
        """The address of the instance that a method or action runs on."""
        if instance is None:
            return "b"
        if isinstance(instance, ir.Place):
            kind = instance.type
            if is_address(kind):
                return self.checked_address(self.value(ir.Load(instance, kind)), span)
            return self.ref(instance).address.text
        return self.checked_address(self.value(instance), span)  # type: ignore[arg-type]

    def handed(self, place: ir.Place, kind: DataType) -> list[str]:
        """An in_out: its address, and for an ``ARRAY[*]`` its bounds."""
        ref = self.ref(place)
        if ref.part is not None or ref.local:
            raise self.unsupported("VAR_IN_OUT")
        return [ref.address.text, *(self.open_bounds(place) if open_dimensions(kind) else [])]

    def _block_call(self, call: ir.Invoke, unit: ir.Unit) -> None:
        if call.instance is None:
            area = self.plan.area("program", unit.name)
            if area is None:
                raise self.unsupported(unit.name)
            at = Address(area.address)
        elif isinstance(call.instance, ir.Place):
            at = self.fixed(call.instance).address
        else:
            raise self.unsupported(unit.name)
        for name, expression in call.inputs:
            part = self.instance_field(unit, name)
            self.store(Ref(part.node.type, at.plus(part.offset)), self.whole(expression))
        for name, place in call.in_outs:
            part = self.instance_field(unit, name)
            width = self.plan.layouts.of(ADDRESS).size
            texts = [self.declare(ADDRESS, one) for one in self.handed(place, part.node.type)]
            for number, text in enumerate(texts):
                self.store(Ref(ADDRESS, at.plus(part.offset + number * width)), text)
        self.run_block(self.numbers[unit.name.upper()], self.span(call.span), at.text)
        for name, place in call.outputs:
            part = self.instance_field(unit, name)
            self.assign(place, self.load(Ref(part.node.type, at.plus(part.offset))))

    def _declared(self, unit: ir.Unit, name: str) -> ir.Variable:
        one = unit.variable(name)
        if one is None:
            raise self.unsupported(f"{unit.name}.{name}")
        return one

    def dispatcher(self, prepared: Prepared) -> int:
        """The number of the code that looks up which of several methods runs."""
        key = (tuple(prepared.targets), tuple(prepared.parameters))
        return self.dispatchers.setdefault(key, len(self.dispatchers))

    def choices(self, targets: tuple[str, ...]) -> list[tuple[list[int], str]]:
        """For each method of a dispatcher the tags of the units that run it."""
        return [
            ([tag for name, tag in self.analysis.tags.items() if target in self._methods(name)], target)
            for target in targets
        ]

    def _methods(self, name: str) -> set[str]:
        return {one.upper() for one in self.analysis.project.units[name].methods.values()}
