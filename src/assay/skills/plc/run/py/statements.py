"""Statements and calls as Python text."""

from __future__ import annotations

from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir.types import Block, DataType, Elementary, Struct, base_of
from assay.skills.plc.run.analysis import is_aggregate, through_union
from assay.skills.plc.run.calls import Prepared
from assay.skills.plc.run.images import Images
from assay.skills.plc.run.layout import ADDRESS
from assay.skills.plc.run.places import Ref
from assay.skills.plc.run.plan import Plan
from assay.skills.plc.run.py.conversions import wrapped
from assay.skills.plc.run.py.expressions import PyExpressions, scalar_text
from assay.skills.plc.run.statements import loop_type

#: Blocks inside each other that Python reads.
_DEEPEST = 90


class PyStatements(PyExpressions):
    """Lines of Python. ``constants``: values that the code is given by name; ``syncs``: unions
    that are kept in step, with the slots of what is stored;
    ``statements`` and ``branches``: numbers of what coverage counts."""

    def __init__(self, plan: Plan, images: Images, *, coverage: bool) -> None:
        super().__init__(plan, images)
        self.coverage = coverage
        self.constants: list[object] = []
        self.syncs: list[tuple[Struct, int]] = []
        self.statements: dict[Span, int] = {}
        self.branches: dict[Span, int] = {}

    # --- forms ---

    def open(self, head: str) -> None:
        if self.depth > _DEEPEST:
            raise self.unsupported(f"{_DEEPEST} +1")
        self.lines.append(" " * self.depth + head + ":")
        self.depth += 1
        self.lines.append(" " * self.depth + "pass")

    def branch(self, word: str, condition: str) -> None:
        self.open(f"{word} {condition}")

    def close(self) -> None:
        self.depth -= 1

    def write(self, line: str) -> None:
        self.lines.append(" " * self.depth + line)

    def declare(self, kind: DataType, text: str) -> str:
        name = self.temp()
        self.write(f"{name} = {text}")
        return name

    def constant(self, value: object) -> str:
        self.constants.append(value)
        return f"k{len(self.constants) - 1}"

    def literal(self, value: object) -> str:
        """The text of a scalar constant."""
        return self.constant(value) if isinstance(value, str) else scalar_text(value)

    def whole(self, expression: ir.Expr) -> str:
        return self.value(expression)

    def begin(self, node: ir.Statement) -> None:
        if self.coverage:
            number = self.statements.setdefault(node.span, len(self.statements))
            self.write(f"S.add({number})")

    def end(self, node: ir.Statement) -> None:
        return

    def mark(self, span: Span, went: bool) -> None:
        if self.coverage:
            self.write(f"B.add({self._branch(span) + went})")

    def watched(self, span: Span, condition: str) -> str:
        return f"hit({self._branch(span)}, {condition})" if self.coverage else condition

    def _branch(self, span: Span) -> int:
        return 2 * self.branches.setdefault(span, len(self.branches))

    def either(self, conditions: list[tuple[str, str, str]]) -> str:
        texts = [f"{name} == {low}" if low == high else f"{low} <= {name} <= {high}" for name, low, high in conditions]
        return " or ".join(texts) or "False"

    def below(self, name: str, value: str) -> str:
        return f"{name} < {value}"

    def truth(self, value: bool) -> str:
        return str(value)

    # --- assignments ---

    def store(self, ref: Ref, text: str) -> None:
        at = ref.address.text
        if ref.part is not None:
            self._store_part(ref, text)
        elif ref.local:
            self.write(f"{ref.local} = {text}")
        elif not is_aggregate(ref.type):
            self.write(f"M[{at}] = {text}")
        else:
            self._store_piece(ref, text)
        size = self.plan.layouts.of(ref.whole or ref.type).size
        for address, kind in ref.unions:
            self.syncs.append((kind, size))
            self.write(f"sync({len(self.syncs) - 1}, {address.text}, {at})")

    def _store_piece(self, ref: Ref, text: str) -> None:
        size = self.plan.layouts.of(ref.type).size
        if ref.address.terms:
            value, at = self.declare(ref.type, text), self.declare(ref.type, ref.address.text)
            self.write(f"M[{at}:{at} + {size}] = {value}")
        else:
            at = str(ref.address.offset)
            self.write(f"M[{at}:{ref.address.offset + size}] = {text}")
        if isinstance(ref.type, Block) and ref.type.name.upper() in self.analysis.tags:
            self.write(f"M[{at}] = {self.analysis.tags[ref.type.name.upper()]}")

    def _store_part(self, ref: Ref, text: str) -> None:
        low, bits = ref.part or (0, 0)
        if not ref.local:
            self.write(self._part_call(ref, text))
            return
        kind = base_of(ref.whole or ref.type)
        if not isinstance(kind, Elementary):
            raise self.unsupported("%X")
        mask = ((1 << bits) - 1) << low
        self.write(f"{ref.local} = {wrapped(kind, f'({ref.local} & {~mask} | (int({text}) << {low} & {mask}))')}")

    def _part_call(self, ref: Ref, text: str) -> str:
        low, bits = ref.part or (0, 0)
        kind = base_of(ref.whole or ref.type)
        if not isinstance(kind, Elementary):
            raise self.unsupported("%X")
        high = 1 << (kind.bits - 1) if kind.signed else 0
        value = self.temp()
        return f"({value} := {text}, set_part(M, {ref.address.text}, {low}, {bits}, {value}, {high}))"

    def _store_text(self, place: ir.Place, text: str) -> str:
        """An assignment inside an expression."""
        ref = self.ref(place)
        if through_union(place) or ref.local:
            raise self.unsupported("UNION")
        if ref.part is not None:
            return self._part_call(ref, text)
        if not is_aggregate(ref.type):
            return f"M.__setitem__({ref.address.text}, {text})"
        at, size = self.temp(), self.plan.layouts.of(ref.type).size
        return f"M.__setitem__(slice({at} := {ref.address.text}, {at} + {size}), {text})"

    # --- loops ---

    def tick(self, span: int) -> None:
        self.write("M[2] += 1")
        self.write(f"if M[2] > {self.watchdog}: stop(5, {span})")

    watchdog: int

    def for_loop(self, loop: ir.ForLoop) -> None:
        kind = loop_type(loop.place)
        start, stop, step = (self.declare(kind, self.value(one)) for one in (loop.start, loop.stop, loop.step))
        ref = self.fixed(loop.place)
        first, going = self.temp(), f"{start} > {stop} if {step} >= 0 else {start} < {stop}"
        if isinstance(loop.step, ir.Const):
            going = f"{start} > {stop}" if int(loop.step.value or 0) >= 0 else f"{start} < {stop}"  # type: ignore[arg-type]
        self.write(f"{first} = True")
        self.open("while True")
        self.write(f"if {first}: {first} = False")
        self.write(f"else: {start} = {self.load(ref)} + {step}")
        self.store(ref, wrapped(kind, start))
        self.open(f"if {going}")
        self.mark(loop.span, False)
        self.write("break")
        self.close()
        self.mark(loop.span, True)
        self.tick(self.span(loop.span))
        self.block(loop.body)
        self.close()

    def while_loop(self, loop: ir.Loop) -> None:
        condition = self.watched(loop.span, self.value(loop.condition))
        if not loop.test_first:
            first = self.declare(loop.condition.type, "True")
            condition = f"{first} or {condition}"
        self.open(f"while {condition}")
        if not loop.test_first:
            self.write(f"{first} = False")
        self.tick(self.span(loop.span))
        self.block(loop.body)
        self.close()

    def leave(self, kind: str) -> None:
        self.write({"exit": "break", "continue": "continue"}.get(kind) or f"return {self.returned()}")

    def returned(self) -> str:
        """What a unit gives back."""
        raise NotImplementedError

    # --- calls ---

    def run_block(self, number: int, span: int, instance: str) -> None:
        self.write(f"u{number}({span}, {instance})")

    def call_text(self, prepared: Prepared) -> str:
        """The call itself; parameters are given by name, in the order of the call."""
        texts = [one[0] for one in prepared.items]
        if len(prepared.targets) > 1:
            return f"v{self.dispatcher(prepared)}({', '.join((str(prepared.span), *texts))})"
        target = prepared.targets[0]
        given = self.keywords(target, prepared.parameters, texts)
        return f"u{self.numbers[target]}({', '.join(one for one in (str(prepared.span), given) if one)})"

    def keywords(self, target: str, parameters: list[tuple[str, int]], texts: list[str]) -> str:
        """Arguments by name, and the initial values of inputs that a call leaves out."""
        unit = self.analysis.unit(target)
        found, names = [], set()
        for (name, number), text in zip(parameters, texts, strict=True):
            if not name:
                found.append(f"b={text}")
                continue
            own = self.local_name(unit, self._declared(unit, name))
            names.add(name)
            found.append(f"{own}{'' if number < 0 else f'_{number}'}={text}")
        for one in unit.variables:
            if one.section == "input" and one.name.upper() not in names and unit.kind in ("function", "method"):
                image = self.images.of(self.plan.layouts.of(one.type), one.initial)
                value = self.constant(list(image)) if is_aggregate(one.type) else self.literal(image[0])
                found.append(f"{self.local_name(unit, one)}={value}")
        return ", ".join(found)

    def finish(self, call: ir.Invoke, prepared: Prepared) -> None:
        text = self.call_text(prepared)
        if not call.outputs:
            self.write(text)
            return
        result = self.declare(ADDRESS, text)
        for place, number in self._outputs(call, prepared):
            self.assign(place, f"{result}[{number}]")

    def call_value(self, call: ir.Invoke) -> str:
        prepared = self.prepare(call)
        text = self.call_text(prepared)
        unit = self.analysis.unit(prepared.targets[0])
        if not any(one.section == "output" for one in unit.variables):
            return text
        if not call.outputs:
            return f"{text}[0]"
        result = self.temp()
        stores = [self._store_text(place, f"{result}[{number}]") for place, number in self._outputs(call, prepared)]
        return f"({result} := {text}, {', '.join(stores)}, {result}[0])[-1]"

    def _outputs(self, call: ir.Invoke, prepared: Prepared) -> list[tuple[ir.Place, int]]:
        unit = self.analysis.unit(prepared.targets[0])
        names = [one.name.upper() for one in unit.variables if one.section == "output"]
        return [(place, names.index(name.upper()) + 1) for name, place in call.outputs]
