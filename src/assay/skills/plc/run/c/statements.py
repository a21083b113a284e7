"""Statements and calls as C text."""

from __future__ import annotations

from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir.types import Block, DataType, Elementary, Text, base_of, default_of
from assay.skills.plc.run.analysis import is_aggregate, through_union
from assay.skills.plc.run.c.builtins import CBuiltins
from assay.skills.plc.run.c.conversions import c_integer, c_scalar, c_type, wrapped
from assay.skills.plc.run.calls import Prepared
from assay.skills.plc.run.images import Images
from assay.skills.plc.run.layout import Node
from assay.skills.plc.run.places import Ref
from assay.skills.plc.run.plan import Plan
from assay.skills.plc.run.statements import loop_type


class CStatements(CBuiltins):
    """Lines of C. ``texts``: constant strings; ``largest``: scratch memory of the unit's largest statement so far."""

    watchdog: int

    def __init__(self, plan: Plan, images: Images, prefix: str) -> None:
        super().__init__(plan, images)
        self.prefix = prefix
        self.texts: dict[str, str] = {}
        self.largest = 0
        self._starts: list[int] = []

    # --- constants ---

    def text_constant(self, value: str) -> str:
        name = f"{self.prefix}k{list(self.texts).index(value) if value in self.texts else len(self.texts)}"
        codes = ", ".join(str(ord(one)) for one in value) or "0"
        self.texts.setdefault(value, f"static const U32 {name}[] = {{{codes}}};")
        return name

    def constant_area(self, kind: DataType, value: object) -> str:
        node = self.plan.layouts.of(kind)
        return self._area(node, ir.Variable("", kind, "static", value, constant=True))  # type: ignore[arg-type]

    def image_area(self, node: Node) -> str:
        """The address of the initial contents of a frame."""
        return self._area(node, None)

    def _area(self, node: Node, variable: ir.Variable | None) -> str:
        name = str(len(self.plan.areas))
        self.plan.add("constant", name, node, variable)
        return str(self.plan.areas["constant", name].address)

    def default(self, kind: DataType) -> object:
        """The initial value of a scalar type."""
        return default_of(kind)

    # --- forms ---

    def open(self, head: str) -> None:
        self.lines.append(head + " {")

    def branch(self, word: str, condition: str) -> None:
        self.open(f"{'else if' if word == 'elif' else word} ({condition})")

    def close(self) -> None:
        self.lines.append("}")

    def write(self, line: str) -> None:
        self.lines.append(line + ";")

    def declare(self, kind: DataType, text: str) -> str:
        name = self.temp()
        self.write(f"{c_type(kind)} {name} = {text}")
        return name

    def whole(self, expression: ir.Expr) -> str:
        before = self.scratch
        text = self.value(expression)
        if self.scratch == before or is_aggregate(expression.type) or isinstance(base_of(expression.type), Text):
            return text
        mark, kept = self.temp(), self.temp()
        kind = c_type(expression.type)
        return f"({{ I64 {mark} = SCRATCH; {kind} {kept} = {text}; SCRATCH = {mark}; {kept}; }})"

    def begin(self, node: ir.Statement) -> None:
        self._measure()
        self._starts = [len(self.lines)]

    def end(self, node: ir.Statement) -> None:
        if self.scratch:
            mark = self.temp()
            self.lines.insert(self._starts[0], f"I64 {mark} = SCRATCH;")
            self.write(f"SCRATCH = {mark}")
        self._measure()

    def _measure(self) -> None:
        self.largest = max(self.largest, self.scratch)
        self.scratch = 0

    def either(self, conditions: list[tuple[str, str, str]]) -> str:
        texts = []
        for name, low, high in conditions:
            least, most = c_integer(int(low)), c_integer(int(high))
            texts.append(f"{name} == {least}" if low == high else f"({name} >= {least} && {name} <= {most})")
        return " || ".join(texts) or "0"

    def below(self, name: str, value: str) -> str:
        return f"{name} < {c_integer(int(value))}"

    def truth(self, value: bool) -> str:
        return str(int(value))

    # --- assignments ---

    def store(self, ref: Ref, text: str) -> None:
        self.lines.append(self._stored(ref, text))

    def _stored(self, ref: Ref, text: str) -> str:
        at = ref.address.text
        if ref.part is not None:
            return self._stored_part(ref, text)
        if ref.local:
            return f"{ref.local} = {text};"
        if isinstance(base_of(ref.type), Text):
            value, kind = self.temp(), base_of(ref.type)
            return f"{{ V {value} = {text}; store_v(m, {at}, {getattr(kind, 'length', 0)}, {value}); }}"
        if is_aggregate(ref.type):
            return self._stored_piece(ref, text)
        value, name = self.temp(), c_type(ref.type)
        if ref.unions and name in ("F4", "F8"):
            text = f"same{name[1]}({text})"
        return f"{{ {name} {value} = {text}; AT({name}, {at}) = {value}; }}"

    def _stored_piece(self, ref: Ref, text: str) -> str:
        value, to = self.temp(), self.temp()
        size = self.plan.layouts.of(ref.type).size
        tag = ""
        if isinstance(ref.type, Block) and ref.type.name.upper() in self.analysis.tags:
            tag = f" AT(I64, {to}) = {self.analysis.tags[ref.type.name.upper()]};"
        move = f"memmove(m + {to}, m + {value}, {size});"
        return f"{{ I64 {value} = {text}; I64 {to} = {ref.address.text}; {move}{tag} }}"

    def _stored_part(self, ref: Ref, text: str) -> str:
        low, bits = ref.part or (0, 0)
        kind = base_of(ref.whole or ref.type)
        if not isinstance(kind, Elementary):
            raise self.unsupported("%X")
        mask = f"{((1 << bits) - 1) << low}ULL"
        value, to, name = self.temp(), self.temp(), c_type(kind)
        target = f"&{ref.local}" if ref.local else f"&AT({name}, {ref.address.text})"
        new = wrapped(kind, f"((U64)*{to} & ~{mask}) | ((U64){value} << {low} & {mask})")
        return f"{{ U64 {value} = (U64){text}; {name} *{to} = {target}; *{to} = {new}; }}"

    def _assigned(self, place: ir.Place, text: str) -> str:
        """An assignment inside an expression."""
        if through_union(place):
            raise self.unsupported("UNION")
        return self._stored(self.ref(place), text)

    # --- loops ---

    def tick(self, span: int) -> None:
        self.write(f"turn(m, {self.watchdog}LL, {span})")

    def for_loop(self, loop: ir.ForLoop) -> None:
        kind = loop_type(loop.place)
        wide = "I128" if kind.bits > 32 else "I64"
        self.open("")
        start, stop, step = (self.temp() for _ in range(3))
        for name, one in ((start, loop.start), (stop, loop.stop), (step, loop.step)):
            self.write(f"{wide} {name} = {self.whole(one)}")
        ref = self.fixed(loop.place)
        if isinstance(loop.step, ir.Const):
            past = f"{start} > {stop}" if int(loop.step.value or 0) >= 0 else f"{start} < {stop}"  # type: ignore[arg-type]
        else:
            past = f"{step} >= 0 ? {start} > {stop} : {start} < {stop}"
        self.open(f"for (;; {start} = ({wide}){self.load(ref)} + {step})")
        self.store(ref, wrapped(kind, start))
        self.write(f"if ({past}) break")
        self.tick(self.span(loop.span))
        self.block(loop.body)
        self.close()
        self.close()

    def while_loop(self, loop: ir.Loop) -> None:
        condition = self.whole(loop.condition)
        self.open(f"while ({condition})" if loop.test_first else "do")
        self.tick(self.span(loop.span))
        self.block(loop.body)
        self.close()
        if not loop.test_first:
            self.write(f"while ({condition})")

    def leave(self, kind: str) -> None:
        for line in self.returning() if kind == "return" else [{"exit": "break"}.get(kind, kind)]:
            self.write(line)

    def returning(self) -> list[str]:
        """The statements that end a unit."""
        raise NotImplementedError

    # --- calls ---

    def run_block(self, number: int, span: int, instance: str) -> None:
        self.write(f"{self.prefix}u{number}(m, {span}, {instance})")

    def arguments(self, target: str, parameters: list[tuple[str, int]], texts: list[str]) -> list[str]:
        """Arguments in the order of the declaration, and the initial values of inputs that a call leaves out."""
        unit = self.analysis.unit(target)
        given = dict(zip(parameters, texts, strict=True))
        for name, _ in parameters:
            if name:
                self._declared(unit, name)
        found = [given["", -1]] if unit.kind != "function" else []
        for one in unit.variables:
            name = one.name.upper()
            if one.section == "input":
                found.append(given.get((name, -1)) or self._left_out(one))
            elif one.section == "in_out":
                found += [text for (other, _), text in given.items() if other == name]
        return found

    def _left_out(self, one: ir.Variable) -> str:
        if is_aggregate(one.type):
            return self.constant_area(one.type, one.initial)
        if isinstance(base_of(one.type), Text):
            value = str(one.initial or "")
            return f"((V){{{len(value)}, {self.text_constant(value)}}})"
        return c_scalar(one.type, default_of(one.type) if one.initial is None else one.initial)

    def _called(self, prepared: Prepared, names: list[str]) -> str:
        """The call, whose outputs come in the variables ``names``."""
        target = prepared.targets[0]
        unit = self.analysis.unit(target)

        def build(texts: list[str]) -> str:
            handed = [f"&{name}" for name in names]
            if len(prepared.targets) > 1:
                return self._call("v", self.dispatcher(prepared), prepared, [*texts, *handed])
            given = self.arguments(target, prepared.parameters, texts)
            return self._call("u", self.numbers[target], prepared, [*given, *handed])

        text = self.ordered(prepared.items, build)
        result = next((one for one in unit.variables if one.section == "result"), None)
        return text if result is None else self.kept(result.type, text)

    def _call(self, letter: str, number: int, prepared: Prepared, given: list[str]) -> str:
        return f"{self.prefix}{letter}{number}({', '.join(('m', str(prepared.span), *given))})"

    def _out_variables(self, prepared: Prepared) -> tuple[dict[str, str], list[str], list[str]]:
        """Variables for the outputs of a unit by their upper-case names, how they are declared, and how their values
        are kept after the call."""
        unit = self.analysis.unit(prepared.targets[0])
        outs = [one for one in unit.variables if one.section == "output"]
        names = {one.name.upper(): self.temp() for one in outs}
        declared = [f"{c_type(one.type)} {names[one.name.upper()]};" for one in outs]
        kept = []
        for one in outs:
            name = names[one.name.upper()]
            text = self.kept(one.type, name)
            if text != name:
                kept.append(f"{name} = {text};")
        return names, declared, kept

    def finish(self, call: ir.Invoke, prepared: Prepared) -> None:
        names, declared, kept = self._out_variables(prepared)
        self.lines += [*declared, self._called(prepared, list(names.values())) + ";", *kept]
        for name, place in call.outputs:
            self.assign(place, names[name.upper()])

    def call_value(self, call: ir.Invoke) -> str:
        prepared = self.prepare(call)
        names, declared, kept = self._out_variables(prepared)
        text = self._called(prepared, list(names.values()))
        if not names:
            return text
        unit = self.analysis.unit(prepared.targets[0])
        result = next((one for one in unit.variables if one.section == "result"), None)
        kind, value = c_type(result.type) if result else "I32", self.temp()
        stores = [self._assigned(place, names[name.upper()]) for name, place in call.outputs]
        return f"({{ {' '.join(declared)} {kind} {value} = {text}; {' '.join((*kept, *stores))} {value}; }})"
