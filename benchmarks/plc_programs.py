"""Random well-typed programs of Structured Text: types, functions, function blocks with timers and counters, and one
program that uses them, as a tree of text pieces that can be cut down while it still shows a difference."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from assay.skills.plc.ir import types
from assay.skills.plc.ir.types import Array, DataType, Elementary, Enum, Struct, Subrange
from benchmarks.plc_expressions import (
    BITS,
    INTEGERS,
    Expressions,
    Place,
    Routine,
    Scope,
    scalar,
    type_text,
)


@dataclass
class Node:
    """A piece of the text: ``head``, then blocks (each a heading and its nodes), then ``tail``."""

    head: str = ""
    blocks: list[tuple[str, list[Node]]] = field(default_factory=list)
    tail: str = ""

    def lines(self, indent: int = 0) -> Iterator[str]:
        pad = "  " * indent
        if self.head:
            yield pad + self.head
        for heading, nodes in self.blocks:
            if heading:
                yield pad + heading
            for one in nodes:
                yield from one.lines(indent + 1)
        if self.tail:
            yield pad + self.tail

    def text(self) -> str:
        return "\n".join(self.lines()) + "\n"


@dataclass
class RandomProgram:
    """``unit`` is what to run; ``inputs`` its inputs (paths of scalars)."""

    tree: Node
    unit: str
    inputs: tuple[tuple[str, DataType], ...]


@dataclass(frozen=True)
class _Block:
    """A function block of the user's that can be instantiated."""

    name: str
    inputs: tuple[tuple[str, DataType], ...]
    outputs: tuple[tuple[str, DataType], ...]
    in_outs: tuple[tuple[str, DataType], ...]
    methods: tuple[Routine, ...] = ()


_TIMERS = ("TON", "TOF", "TP")
_TIME = (("IN", types.BOOL), ("PT", types.TIME)), (("Q", types.BOOL), ("ET", types.TIME))
_STANDARD: dict[str, tuple[tuple[tuple[str, DataType], ...], tuple[tuple[str, DataType], ...]]] = {
    "TON": _TIME,
    "TOF": _TIME,
    "TP": _TIME,
    "CTU": (
        (("CU", types.BOOL), ("R", types.BOOL), ("PV", types.INT)), (("Q", types.BOOL), ("CV", types.INT)),
    ),
    "CTD": (
        (("CD", types.BOOL), ("LD", types.BOOL), ("PV", types.INT)), (("Q", types.BOOL), ("CV", types.INT)),
    ),
    "CTUD": (
        (("CU", types.BOOL), ("CD", types.BOOL), ("R", types.BOOL), ("LD", types.BOOL), ("PV", types.INT)),
        (("QU", types.BOOL), ("QD", types.BOOL), ("CV", types.INT)),
    ),
    "R_TRIG": ((("CLK", types.BOOL),), (("Q", types.BOOL),)),
    "F_TRIG": ((("CLK", types.BOOL),), (("Q", types.BOOL),)),
    "SR": ((("S1", types.BOOL), ("R", types.BOOL)), (("Q1", types.BOOL),)),
    "RS": ((("S", types.BOOL), ("R1", types.BOOL)), (("Q1", types.BOOL),)),
}  # fmt: skip


def random_program(seed: int, prefix: str = "P") -> RandomProgram:
    """One program; ``prefix`` begins the names of everything that it declares. The same seed gives the same text."""
    return _Programs(random.Random(f"plc program {seed}"), prefix).program()


class _Programs:
    def __init__(self, rng: random.Random, prefix: str) -> None:
        self.rng, self.prefix = rng, prefix
        self.composite: list[DataType] = []
        self.routines: list[Routine] = []
        self.blocks: list[_Block] = []
        self.globals: list[tuple[str, DataType]] = []

    def program(self) -> RandomProgram:
        rng, parts = self.rng, []
        parts += self._types()
        if rng.random() < 0.4:
            parts.append(self._globals())
        parts += [self._function(index) for index in range(rng.randint(0, 2))]
        parts += [self._function_block(index) for index in range(rng.randint(0, 2))]
        family = _Family(self) if rng.random() < 0.25 else None
        parts += family.units() if family is not None else []
        if rng.random() < 0.1:
            parts.append(self._recursive())
        name = f"{self.prefix}_Main"
        body = _Body(self, name)
        inputs = body.variables("VAR_INPUT", rng.randint(2, 6), "in", scalars=True, writable=rng.random() < 0.2)
        body.variables("VAR_OUTPUT", rng.randint(1, 4), "out")
        body.variables("VAR", rng.randint(2, 8), "v", retain=rng.random() < 0.3)
        body.variables("VAR CONSTANT", rng.choice((0, 0, 1, 2)), "c", scalars=True, writable=False)
        body.variables("VAR_TEMP", rng.choice((0, 0, 1, 2)), "t")
        body.instances()
        body.globals()
        body.pointers()
        if family is not None:
            family.use(body)
        kind = rng.choice(("PROGRAM", "FUNCTION_BLOCK"))
        parts.append(body.unit(f"{kind} {name}", f"END_{kind}", rng.randint(3, 9)))
        return RandomProgram(Node(blocks=[("", parts)]), name, tuple(inputs))

    # --- types ---

    def _types(self) -> list[Node]:
        rng, made = self.rng, []
        if rng.random() < 0.5:
            names = [f"{self.prefix}_{one}" for one in ("Idle", "Run", "Hold", "Stop")]
            numbers = rng.choice(([0, 1, 2, 3], [5, 6, 10, 20]))
            kind = Enum(f"{self.prefix}_E", types.INT, tuple(zip(names, numbers, strict=True)))
            self.composite.append(kind)
            members = ", ".join(f"{one} := {number}" for one, number in kind.members)
            made.append(Node(f"{kind.name} : ({members});"))
        if rng.random() < 0.6:
            fields = tuple((f"f{index}", self._field(index)) for index in range(rng.randint(1, 4)))
            struct = Struct(f"{self.prefix}_S", fields)
            declared = [Node(f"{name} : {type_text(each)}{self._initial(each)};") for name, each in fields]
            made.append(Node(f"{struct.name} :", [("STRUCT", declared)], "END_STRUCT;"))
            self.composite.append(struct)
            if rng.random() < 0.4:
                outer = Struct(f"{self.prefix}_T", (("inner", struct), ("n", types.INT)))
                inner = [Node(f"{name} : {type_text(each)};") for name, each in outer.fields]
                made.append(Node(f"{outer.name} :", [("STRUCT", inner)], "END_STRUCT;"))
                self.composite.append(outer)
        if rng.random() < 0.06:
            parts = (("whole", types.DWORD), ("low", types.WORD), ("bytes", Array(((0, 3),), types.BYTE)))
            union = Struct(f"{self.prefix}_U", parts, union=True)
            members = [Node(f"{name} : {type_text(each)};") for name, each in parts]
            made.append(Node(f"{union.name} :", [("UNION", members)], "END_UNION;"))
            self.composite.append(union)
        return [Node(blocks=[("TYPE", made)], tail="END_TYPE")] if made else []

    def _field(self, index: int) -> DataType:
        if index == 1 and self.rng.random() < 0.4:
            return Array(((0, self.rng.randint(1, 3)),), scalar(self.rng))
        return scalar(self.rng)

    def type(self) -> DataType:
        """A type for a variable."""
        rng = self.rng
        form = rng.random()
        if form < 0.12:
            low = rng.choice((0, 1, -2))
            bounds = [(low, low + rng.randint(1, 5))]
            if rng.random() < 0.25:
                bounds.append((1, rng.randint(1, 3)))
            structs = [one for one in self.composite if isinstance(one, Struct)]
            element = rng.choice(structs) if structs and rng.random() < 0.25 else scalar(rng)
            return Array(tuple(bounds), element)
        if form < 0.25 and self.composite:
            return rng.choice(self.composite)
        if form < 0.29:
            return Subrange(types.INT, 0, rng.choice((10, 100)))
        return scalar(rng)

    def _initial(self, kind: DataType) -> str:
        rng = self.rng
        if rng.random() < 0.5:
            return ""
        maker = Expressions(rng, Scope())
        if isinstance(kind, Array):
            if not isinstance(kind.element, (Elementary, types.Text)):
                return ""
            first = maker.literal(kind.element)
            rest = kind.size - 1
            return f" := [{first}, {rest}({maker.literal(kind.element)})]" if rest else f" := [{first}]"
        if isinstance(kind, Struct):
            if kind.union:
                return ""
            name, each = kind.fields[0]
            return f" := ({name} := {maker.literal(each)})" if isinstance(each, Elementary) else ""
        return f" := {maker.literal(kind, typed=rng.random() < 0.5)}"

    def initial(self, kind: DataType) -> str:
        """`` := value`` or nothing."""
        return self._initial(kind)

    def _globals(self) -> Node:
        self.globals = [(f"{self.prefix}_g{index}", self.type()) for index in range(self.rng.randint(1, 3))]
        declared = [Node(f"{name} : {type_text(each)}{self._initial(each)};") for name, each in self.globals]
        return Node(blocks=[("VAR_GLOBAL", declared)], tail="END_VAR")

    # --- routines ---

    def _function(self, index: int) -> Node:
        rng, name = self.rng, f"{self.prefix}_F{index}"
        result = scalar(rng)
        body = _Body(self, name, function=True)
        inputs = body.variables("VAR_INPUT", rng.randint(1, 3), "a", scalars=True, writable=rng.random() < 0.3)
        in_outs = []
        if rng.random() < 0.3:
            in_outs = body.variables("VAR_IN_OUT", 1, "io", scalars=True)
        body.variables("VAR", rng.randint(0, 3), "l")
        body.scope.places.append(Place(name, result))
        node = body.unit(f"FUNCTION {name} : {type_text(result)}", "END_FUNCTION", rng.randint(1, 4))
        self.routines.append(Routine(name, tuple(inputs), result, tuple(in_outs)))
        return node

    def _recursive(self) -> Node:
        """A function that calls itself, deeper than is allowed now and then."""
        name = f"{self.prefix}_R"
        handed = Node(blocks=[("VAR_INPUT", [Node("n : INT;")])], tail="END_VAR")
        again = Node(f"{name} := {name}(n := n - 1) + n;")
        self.routines.append(Routine(name, (("n", types.INT),), types.INT))
        branch = Node("", [("IF n > 0 THEN", [again])], "END_IF;")
        return Node(f"FUNCTION {name} : INT", [("", [handed, branch])], "END_FUNCTION")

    def _function_block(self, index: int) -> Node:
        rng, name = self.rng, f"{self.prefix}_B{index}"
        body = _Body(self, name)
        inputs = body.variables("VAR_INPUT", rng.randint(1, 3), "i", scalars=True)
        outputs = body.variables("VAR_OUTPUT", rng.randint(1, 3), "o", scalars=True)
        in_outs = body.variables("VAR_IN_OUT", rng.randint(0, 1), "io")
        if rng.random() < 0.3:
            edge = rng.choice(("R_EDGE", "F_EDGE"))
            body.declared.append(Node(blocks=[("VAR_INPUT", [Node(f"clk : BOOL {edge};")])], tail="END_VAR"))
            body.scope.places.append(Place("clk", types.BOOL, False))
            inputs.append(("clk", types.BOOL))
        own = body.variables("VAR", rng.randint(1, 4), "v")
        body.instances()
        methods, texts = [], []
        if rng.random() < 0.35:
            method, text = self._method(index, own)
            methods.append(method)
            texts.append(text)
        node = body.unit(f"FUNCTION_BLOCK {name}", "END_FUNCTION_BLOCK", rng.randint(1, 5), texts)
        self.blocks.append(_Block(name, tuple(inputs), tuple(outputs), tuple(in_outs), tuple(methods)))
        return node

    def _method(self, index: int, own: list[tuple[str, DataType]]) -> tuple[Routine, Node]:
        rng, name = self.rng, f"Do{index}"
        result = scalar(rng)
        body = _Body(self, name, function=True)
        inputs = body.variables("VAR_INPUT", rng.randint(1, 2), "m", scalars=True)
        body.scope.places += [Place(one, kind) for one, kind in own]
        body.scope.places.append(Place(name, result))
        node = body.unit(f"METHOD {name} : {type_text(result)}", "END_METHOD", rng.randint(1, 3))
        return Routine(name, tuple(inputs), result), node


class _Family:
    """An interface, a block that implements it, one that extends this, and a function over arrays of any size."""

    def __init__(self, programs: _Programs) -> None:
        self.programs, self.rng = programs, programs.rng
        self.kind = self.rng.choice((types.INT, types.DINT, types.REAL, types.BYTE, types.BOOL))
        self.names = [f"{programs.prefix}_{one}" for one in ("I", "Base", "Derived", "Sum")]

    def units(self) -> list[Node]:
        kind = type_text(self.kind)
        face, base, derived, total = self.names
        head = f"METHOD Act : {kind}"
        handed = Node(blocks=[("VAR_INPUT", [Node(f"x : {kind};")])], tail="END_VAR")
        held = Node(blocks=[("VAR", [Node(f"held : {kind};"), Node("calls : INT;")])], tail="END_VAR")
        act = Node(head, [("", [handed, *self._act(["x", "held"]), Node("calls := calls + 1;")])], "END_METHOD")
        over = [Node("calls := calls + 10;"), *self._act(["x", "held"])]
        if self.rng.random() < 0.6:
            over.append(Node("Act := SUPER^.Act(x := x);"))
        override = Node(head, [("", [handed, *over])], "END_METHOD")
        action = Node("ACTION Clear:", [("", [Node("calls := 0;")])], "END_ACTION")
        body = Node("held := THIS^.Act(x := held);") if self.rng.random() < 0.5 else Node("calls := calls + 1;")
        loop = Node(
            "",
            [("FOR i := LOWER_BOUND(a, 1) TO UPPER_BOUND(a, 1) DO", [Node(f"{total} := {total} + a[i];")])],
            "END_FOR;",
        )
        any_size = Node(blocks=[("VAR_IN_OUT", [Node("a : ARRAY[*] OF INT;")])], tail="END_VAR")
        counter = Node(blocks=[("VAR", [Node("i : DINT;")])], tail="END_VAR")
        return [
            Node(f"INTERFACE {face}", [("", [Node(head, [("", [handed])], "END_METHOD")])], "END_INTERFACE"),
            Node(f"FUNCTION_BLOCK {base} IMPLEMENTS {face}", [("", [held, act, action, body])], "END_FUNCTION_BLOCK"),
            Node(
                f"FUNCTION_BLOCK {derived} EXTENDS {base}",
                [("", [override, Node("SUPER^();"), Node("calls := calls + 100;")])],
                "END_FUNCTION_BLOCK",
            ),
            Node(f"FUNCTION {total} : INT", [("", [any_size, counter, loop])], "END_FUNCTION"),
        ]

    def _act(self, names: list[str]) -> list[Node]:
        scope = Scope([Place(one, self.kind) for one in names])
        made = Expressions(self.rng, scope)
        return [Node(f"held := {made.expr(self.kind, 2)};"), Node(f"Act := {made.expr(self.kind, 1)};")]

    def use(self, body: _Body) -> None:
        """Instances in a body, called by their own type, by the base and by the interface."""
        face, base, derived, total = self.names
        low = self.rng.choice((0, 1, -3))
        declared = [
            Node(f"one : {base};"), Node(f"two : {derived};"), Node(f"face : {face};"),
            Node(f"many : ARRAY[{low}..{low + 3}] OF INT := [4(3)];"), Node("sum : INT;"),
        ]  # fmt: skip
        body.declared.append(Node(blocks=[("VAR", declared)], tail="END_VAR"))
        for name in ("one", "two", "face"):
            body.scope.routines.append(Routine(f"{name}.Act", (("x", self.kind),), self.kind))
        body.scope.places += [Place("sum", types.INT), Place(f"many[{low + 1}]", types.INT)]
        body.callable += [("one", base), ("two", derived)]
        chosen = self.rng.choice(("one", "two"))
        condition = body.made.expr(types.BOOL, 1)
        body.first += [
            Node("", [(f"IF {condition} THEN", [Node(f"face := {chosen};")])], "END_IF;"),
            Node(f"sum := {total}(a := many);"),
            Node("one.Clear();"),
        ][self.rng.randint(0, 1) :]


class _Body:
    """Declarations and statements of one unit."""

    def __init__(self, programs: _Programs, name: str, *, function: bool = False) -> None:
        self.programs, self.rng, self.name, self.function = programs, programs.rng, name, function
        self.scope = Scope(routines=list(programs.routines))
        self.made = Expressions(self.rng, self.scope)
        self.declared: list[Node] = []
        self.callable: list[tuple[str, str]] = []
        self.counters = 0
        self.loops = 0
        self.first: list[Node] = []

    def variables(
        self, section: str, count: int, stem: str, *, scalars: bool = False, writable: bool = True, retain: bool = False
    ) -> list[tuple[str, DataType]]:
        made = [(f"{stem}{index}", scalar(self.rng) if scalars else self.programs.type()) for index in range(count)]
        if not made:
            return made
        nodes = []
        for name, kind in made:
            initial = "" if section == "VAR_IN_OUT" else self.programs.initial(kind)
            nodes.append(Node(f"{name} : {type_text(kind)}{initial};"))
            if section == "VAR CONSTANT":
                self.scope.places.append(Place(name, kind, False, constant=True))
            else:
                self._reach(name, kind, writable)
        heading = f"{section} RETAIN" if retain else section
        self.declared.append(Node(blocks=[(heading, nodes)], tail="END_VAR"))
        return made

    def _reach(self, name: str, kind: DataType, writable: bool) -> None:
        self.scope.places.append(Place(name, kind, writable))
        if isinstance(kind, Struct):
            for field_name, each in kind.fields:
                self._reach(f"{name}.{field_name}", each, writable)
        elif isinstance(kind, Array):
            for _ in range(2):
                one = self.made.element(Place(name, kind, writable), depth=0)
                self.scope.places.append(one)

    def instances(self) -> None:
        rng, nodes = self.rng, []
        for index in range(rng.randint(0, 3)):
            name, kind = f"s{index}", rng.choice(list(_STANDARD))
            nodes.append(Node(f"{name} : {kind};"))
            self.callable.append((name, kind))
            self.scope.places += [Place(f"{name}.{one}", each, False) for one, each in _STANDARD[kind][1]]
        for index, block in enumerate(self.programs.blocks):
            if rng.random() < 0.7:
                name = f"b{index}"
                nodes.append(Node(f"{name} : {block.name};"))
                self.callable.append((name, block.name))
                self.scope.places += [Place(f"{name}.{one}", each, False) for one, each in block.outputs]
                self.scope.routines += [Routine(f"{name}.{one.name}", one.inputs, one.result) for one in block.methods]
        if rng.random() < 0.2:
            kind = rng.choice(list(_STANDARD))
            nodes.append(Node(f"row : ARRAY[0..2] OF {kind};"))
            place = f"row[{self.made.index((0, 2), 1)}]"
            self.callable += [("row[1]", kind), (place, kind)]
            self.scope.places += [Place(f"row[1].{one}", each, False) for one, each in _STANDARD[kind][1]]
        if nodes:
            self.declared.append(Node(blocks=[("VAR", nodes)], tail="END_VAR"))

    def globals(self) -> None:
        nodes = []
        for name, kind in self.programs.globals:
            nodes.append(Node(f"{name} : {type_text(kind)};"))
            self._reach(name, kind, True)
        if nodes:
            self.declared.append(Node(blocks=[("VAR_EXTERNAL", nodes)], tail="END_VAR"))

    def pointers(self) -> None:
        """A reference, a pointer and a partial access by them; now and then one that points to nothing."""
        rng = self.rng
        targets = [one for one in self.scope.places if one.writable and isinstance(one.type, Elementary)]
        targets = [one for one in targets if "[" not in one.text and "." not in one.text]
        if not targets or rng.random() < 0.7:
            return
        target = rng.choice(targets)
        others = [one for one in targets if one.type == target.type]
        kind = type_text(target.type)
        self.declared.append(
            Node(
                blocks=[("VAR", [Node(f"ref : REFERENCE TO {kind};"), Node(f"ptr : POINTER TO {kind};")])],
                tail="END_VAR",
            )
        )
        if rng.random() < 0.9:
            self.first += [Node(f"ref REF= {target.text};"), Node(f"ptr := ADR({rng.choice(others).text});")]
        self.scope.places += [Place("ref", target.type), Place("ptr^", target.type)]

    def unit(self, head: str, tail: str, statements: int, methods: list[Node] | None = None) -> Node:
        body = [*self.first, *(self.statement(2) for _ in range(statements))]
        if self.counters:
            names = [Node(f"k{index} : INT;") for index in range(self.counters)]
            self.declared.append(Node(blocks=[("VAR", names)], tail="END_VAR"))
        return Node(head, [("", [*self.declared, *(methods or []), *body])], tail)

    # --- statements ---

    def statements(self, depth: int) -> list[Node]:
        return [self.statement(depth) for _ in range(self.rng.choice((1, 1, 1, 2, 2)))]

    def statement(self, depth: int) -> Node:
        rng = self.rng
        makers: list[tuple[int, Callable[[], Node | None]]] = [(45, self._assign)]
        if depth > 0:
            for weight, maker in ((14, self._if), (6, self._case), (6, self._for), (5, self._while)):
                makers.append((weight, partial(maker, depth - 1)))
        if self.callable:
            makers.append((16, self._call))
        if self.loops:
            makers.append((4, self._leave))
        if depth < 2:
            makers.append((1, self._return))
        makers += [(4, self._bit), (2, self._latch)]
        maker = rng.choices([one for _, one in makers], [weight for weight, _ in makers])[0]
        return maker() or self._assign()

    def _assign(self) -> Node:
        places = [one for one in self.scope.places if one.writable]
        if not places:
            return Node(";")
        place = self.rng.choice(places)
        if isinstance(place.type, Array) and self.rng.random() < 0.6:
            place = self.made.element(place)
        value = self.made.expr(place.type, self.rng.randint(1, 4))
        if value == place.text and not isinstance(place.type, (Array, Struct)):
            value = self.made.literal(place.type)
        return Node(f"{place.text} := {value or place.text};")

    def _bit(self) -> Node | None:
        words = [one for one in self.scope.places if one.type in BITS and one.writable]
        if not words:
            return None
        word = self.rng.choice(words)
        assert isinstance(word.type, Elementary)
        if word.type.bits > 8 and self.rng.random() < 0.3:
            return Node(f"{word.text}.%B{self.rng.randrange(word.type.bits // 8)} := {self.made.expr(types.BYTE, 2)};")
        return Node(f"{word.text}.{self.rng.randrange(word.type.bits)} := {self.made.expr(types.BOOL, 2)};")

    def _latch(self) -> Node | None:
        flags = self.scope.of(types.BOOL, writable=True)
        if not flags:
            return None
        return Node(f"{self.rng.choice(flags).text} {self.rng.choice('SR')}= {self.made.expr(types.BOOL, 2)};")

    def _call(self) -> Node | None:
        rng = self.rng
        name, kind = rng.choice(self.callable)
        block = next((one for one in self.programs.blocks if one.name == kind), None)
        inputs, outputs = (block.inputs, block.outputs) if block is not None else _STANDARD.get(kind, ((), ()))
        handed = []
        for one, each in inputs:
            if rng.random() < 0.85:
                handed.append(f"{one} := {self._preset(each) if one == 'PT' else self.made.expr(each, 2)}")
        for one, each in block.in_outs if block is not None else ():
            places = self.scope.of(each, writable=True)
            if not places:
                return None
            handed.append(f"{one} := {rng.choice(places).text}")
        for one, each in outputs:
            places = self.scope.of(each, writable=True)
            if places and rng.random() < 0.3:
                handed.append(f"{one} => {rng.choice(places).text}")
        return Node(f"{name}({', '.join(handed)});")

    def _preset(self, kind: DataType) -> str:
        return self.rng.choice(("T#100ms", "T#250ms", "T#1s", "T#0s", self.made.expr(kind, 1)))

    def _if(self, depth: int) -> Node:
        blocks = [(f"IF {self.made.expr(types.BOOL, 3)} THEN", self.statements(depth))]
        for _ in range(self.rng.choice((0, 0, 1, 2))):
            blocks.append((f"ELSIF {self.made.expr(types.BOOL, 2)} THEN", self.statements(depth)))
        if self.rng.random() < 0.5:
            blocks.append(("ELSE", self.statements(depth)))
        return Node("", blocks, "END_IF;")

    def _case(self, depth: int) -> Node:
        rng = self.rng
        enums = [one for one in self.programs.composite if isinstance(one, Enum)]
        blocks: list[tuple[str, list[Node]]] = []
        if enums and rng.random() < 0.5:
            kind: DataType = enums[0]
            labels = [f"{kind.name}#{one}" for one, _ in enums[0].members][: rng.randint(1, 4)]
        else:
            kind = rng.choice([one for one in INTEGERS if one.signed])
            labels = ["0", "1, 2", "3..5", "-2", "-10..-5, 9"][: rng.randint(1, 5)]
        head = f"CASE {self.made.expr(kind, 2)} OF"
        blocks += [(f"{label}:", self.statements(depth)) for label in labels]
        if rng.random() < 0.6:
            blocks.append(("ELSE", self.statements(depth)))
        return Node(head, blocks, "END_CASE;")

    def _counter(self) -> str:
        self.counters += 1
        return f"k{self.counters - 1}"

    def _loop_body(self, depth: int, name: str) -> list[Node]:
        self.scope.places.append(Place(name, types.INT, False))
        self.loops += 1
        body = self.statements(depth)
        self.loops -= 1
        return body

    def _for(self, depth: int) -> Node:
        rng, name = self.rng, self._counter()
        start, stop = rng.choice((("0", "3"), ("1", "5"), ("5", "1"), ("-2", "2"), ("0", "v"), ("32765", "32767")))
        if stop == "v":
            stop = f"({self.made.expr(types.INT, 1)}) MOD 8"
        step = rng.choice(("", "", " BY 2", " BY -1"))
        body = self._loop_body(depth, name)
        return Node("", [(f"FOR {name} := {start} TO {stop}{step} DO", body)], "END_FOR;")

    def _while(self, depth: int) -> Node:
        name = self._counter()
        most, condition = self.rng.randint(1, 6), self.made.expr(types.BOOL, 1)
        body = [Node(f"{name} := {name} + 1;"), *self._loop_body(depth, name)]
        start = Node(f"{name} := 0;")
        if self.rng.random() < 0.5:
            loop = Node("", [(f"WHILE ({name} < {most}) AND ({condition}) DO", body)], "END_WHILE;")
        else:
            loop = Node("", [("REPEAT", body)], f"UNTIL ({name} >= {most}) OR ({condition}) END_REPEAT;")
        return Node("", [("", [start, loop])])

    def _return(self) -> Node:
        return Node("", [(f"IF {self.made.expr(types.BOOL, 2)} THEN", [Node("RETURN;")])], "END_IF;")

    def _leave(self) -> Node:
        kind = self.rng.choice(("EXIT", "CONTINUE"))
        return Node("", [(f"IF {self.made.expr(types.BOOL, 1)} THEN", [Node(f"{kind};")])], "END_IF;")
