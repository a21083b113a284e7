"""Statements and calls of the intermediate form over values that may be symbolic.

Both ways of a branch run one after the other on their own layer of memory and are merged; RETURN, EXIT and CONTINUE are
flags in memory, so that merging works on them too; loops are unrolled until their condition is plainly false, until the
solver shows that no run goes on, or up to ``loop_bound`` turns, where an ``unwind`` check stands in for the rest; calls
run on the instance's own slots, functions on slots of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from assay.skills.plc.front.source import Span
from assay.skills.plc.ir.nodes import (
    CallStatement,
    Choice,
    Expr,
    ForLoop,
    Invoke,
    Leave,
    Load,
    Loop,
    Statement,
    Store,
    Switch,
    Unit,
)
from assay.skills.plc.ir.types import BOOL, Block, DataType, Interface, Pointer
from assay.skills.plc.prove.expressions import Expressions
from assay.skills.plc.prove.fold import Term, sort_of
from assay.skills.plc.prove.layout import TooBig
from assay.skills.plc.prove.places import Frame, Ref, Unbound
from assay.skills.plc.prove.terms import and_, known, not_, or_

#: Calls within calls of units that can call themselves.
RECURSION_LIMIT = 64

#: Instances among which a call may choose.
MOST_INSTANCES = 200

#: Conditions of an IF or arms of a CASE that are no work of their own.
SHORT_CHAIN = 16

#: Turns of one loop whose number is plain.
MOST_TURNS = 20_000


def _nothing() -> None:
    return None


@dataclass(slots=True)
class Interpreter(Expressions):
    """Runs units. ``frame`` is the unit that runs; ``bound`` holds the in_outs of instances; ``globals`` those of the
    project by upper-case name."""

    frame: Frame = field(default=None)  # type: ignore[assignment]
    globals: dict[str, Ref] = field(default_factory=dict)
    bound: dict[tuple[int, str], Ref] = field(default_factory=dict)
    addressed: set[tuple[int, DataType]] = field(default_factory=set)
    history: Callable[..., Term] | None = None
    leaves: int = 0
    depth: int = 0
    watch: frozenset[Span] | None = None

    # --- blocks

    def run(self, statements: tuple[Statement, ...]) -> None:
        """Run statements; what follows a RETURN, EXIT or CONTINUE runs only where it was not reached."""
        for index, one in enumerate(statements):
            before = self.leaves
            self._one(one)
            if self.leaves == before:
                continue
            live = self._live()
            if live is False:
                return
            if live is not True:
                rest = statements[index + 1 :]
                if rest:
                    self._when_live(live, partial(self.run, rest))
                return

    def _live(self) -> Term:
        return not_(or_(*[self.read(slot) for slot in self.frame.flags]))

    def _when_live(self, live: Term, body: Callable[[], None]) -> None:
        """Run on where no flag is set; there the flags are plainly down."""

        def yes() -> None:
            for slot in self.frame.flags:
                self.put(slot, False)
            body()

        self.branch(live, yes, _nothing)

    def _one(self, statement: Statement) -> None:
        self.step()
        if known_path(self.path):
            self.entered.add(statement.span)
        try:
            self._statement(statement)
        except Unbound:
            return

    def _statement(self, statement: Statement) -> None:
        if isinstance(statement, Store):
            self.store(statement.place, self.values(statement.value))
        elif isinstance(statement, CallStatement):
            self.invoke(statement.call)
        elif isinstance(statement, Choice):
            self._choice(statement, 0)
        elif isinstance(statement, Switch):
            selector = self.plain_time(self.value(statement.selector))
            self._switch(statement, selector, 0)
        elif isinstance(statement, ForLoop):
            self._for(statement)
        elif isinstance(statement, Loop):
            self._loop(statement)
        else:
            self._leave(statement)

    def _leave(self, statement: Leave) -> None:
        self.leaves += 1
        place = {"return": 0, "exit": 1, "continue": 2}[statement.kind]
        if place < len(self.frame.flags):
            self.put(self.frame.flags[place], True)

    def _choice(self, node: Choice, index: int) -> None:
        if index == len(node.branches):
            self.run(node.orelse)
            return
        self._far_down(index)
        condition, body, span = node.branches[index]
        value = self.value(condition)
        self.way(span, "then", value)
        if index == len(node.branches) - 1 and node.orelse:
            self.way(span, "else", not_(value))
        self.branch(value, lambda: self.run(body), lambda: self._choice(node, index + 1))

    def _far_down(self, index: int) -> None:
        """Each condition of a long chain is work as a statement is."""
        if index >= SHORT_CHAIN:
            self.step()

    def _switch(self, node: Switch, selector: Term, index: int) -> None:
        if index == len(node.arms):
            if node.orelse:
                self.way(node.span, "else", True)
            self.run(node.orelse)
            return
        self._far_down(index)
        ranges, body, span = node.arms[index]
        sort = sort_of(node.selector.type)
        hits = []
        for low, high in ranges:
            if low == high:
                hits.append(self.terms.binary("eq", selector, low, sort))
            else:
                over = self.terms.binary("ge", selector, low, sort)
                hits.append(and_(over, self.terms.binary("le", selector, high, sort)))
        hit = or_(*hits)
        self.way(span, "arm", hit)
        self.branch(hit, lambda: self.run(body), lambda: self._switch(node, selector, index + 1))

    # --- loops

    def _for(self, node: ForLoop) -> None:
        sort = sort_of(node.place.type)
        start, stop, step = (self.value(one) for one in (node.start, node.stop, node.step))
        self.store(node.place, [start])
        ended: list[Term] = [False]

        def test() -> Term:
            current = self.load(node.place)
            up = self.terms.binary("ge", step, 0, sort_of(node.step.type))
            on = self.choose(
                up,
                self.terms.binary("le", current, stop, sort),
                self.terms.binary("ge", current, stop, sort),
                ("bool", 1, False),
            )
            return and_(not_(ended[0]), on)

        def advance() -> None:
            current = self.load(node.place)
            ended[0] = self.terms.overflow("add", current, step, sort)
            self.store(node.place, [self.terms.binary("add", current, step, sort)])

        self._turns(test, node.body, advance, node.span, 0)

    def _loop(self, node: Loop) -> None:
        first = [not node.test_first]

        def test() -> Term:
            if first[0]:
                first[0] = False
                return True
            value = self.value(node.condition)
            self.way(node.span, "turn", value)
            return value

        self._turns(test, node.body, _nothing, node.span, 0)

    def _turns(
        self,
        test: Callable[[], Term],
        body: tuple[Statement, ...],
        advance: Callable[[], None],
        span: Span,
        count: int,
    ) -> None:
        """Turns of a loop from the test on, within flags of its own."""
        outer = self.frame.flags
        exits, again = self.allocate(BOOL, "!exit"), self.allocate(BOOL, "!continue")
        self.frame.flags = (outer[0], exits, again)
        try:
            self._turn(test, body, advance, span, count)
        finally:
            self.frame.flags = outer

    def _turn(
        self,
        test: Callable[[], Term],
        body: tuple[Statement, ...],
        advance: Callable[[], None],
        span: Span,
        count: int,
    ) -> None:
        while True:
            self.step()
            condition = test()
            if condition is False:
                return
            if condition is not True:
                self._symbolic_turn(condition, test, body, advance, span, count)
                return
            if count >= MOST_TURNS:
                raise TooBig("too_many_turns")
            live = self._body(body, advance)
            count += 1
            if live is False:
                return
            if live is not True:
                self._when_live(live, partial(self._turn, test, body, advance, span, count))
                return

    def _symbolic_turn(
        self,
        condition: Term,
        test: Callable[[], Term],
        body: tuple[Statement, ...],
        advance: Callable[[], None],
        span: Span,
        count: int,
    ) -> None:
        if count >= 2 and not self.feasible(condition):
            return
        if count >= self.loop_bound:
            self.check("unwind", span, condition)
            return

        def yes() -> None:
            live = self._body(body, advance)
            if live is not False:
                self._when_live(live, lambda: self._turn(test, body, advance, span, count + 1))

        self.branch(condition, yes, _nothing)

    def _body(self, body: tuple[Statement, ...], advance: Callable[[], None]) -> Term:
        """One turn; whether the loop goes on as far as RETURN and EXIT are concerned."""
        before = self.leaves
        self.run(body)
        if self.leaves == before:
            advance()
            return True
        self.put(self.frame.flags[2], False)
        live = self._live()
        self.branch(live, advance, _nothing)
        return live

    # --- calls

    def invoke(self, call: Invoke) -> Ref | None:
        """Run a call: every instance that it may mean, one after the other."""
        self.step()
        if call.instance is None:
            return self._function(call)
        instance = self._instance(call)
        result: list[Ref | None] = [None]

        def rest(index: int) -> None:
            condition, slot = instance.ways[index]

            def one() -> None:
                result[0] = self._member(call, slot, instance.type)

            if index == len(instance.ways) - 1:
                one()
            else:
                self.branch(condition, one, lambda: rest(index + 1))

        rest(0)
        return result[0] if len(instance.ways) == 1 else None

    def _instance(self, call: Invoke) -> Ref:
        """Where the instance lies; an interface or reference holds its first slot."""
        place = call.instance
        if isinstance(place, Expr):
            if isinstance(place, Load) and isinstance(place.type, Block):
                return self.locate(place.place)
            return self._pointed(call, self.value(place), place.type)
        assert place is not None
        if isinstance(place.type, (Interface, Pointer)):
            return self._pointed(call, self.load(place), place.type)
        return self.locate(place)

    def _pointed(self, call: Invoke, value: Term, kind: DataType) -> Ref:
        """The instances whose first slot an interface or reference may hold."""
        if known(value):
            if value is None:
                self.check("null", call.span, True)
                raise Unbound("")
            return Ref(((True, value),), kind)
        self.check("null", call.span, self.terms.binary("eq", value, None, ("ref", 64, True)))
        slots = [one for one in self.possible(value) if one in self.blocks]
        slots = slots or [slot for slot, name in sorted(self.blocks.items()) if self._fits(name, kind)]
        if not slots or len(slots) > MOST_INSTANCES:
            raise TooBig("unknown_instance")
        return Ref(tuple((value == one, one) for one in slots), kind)

    def _fits(self, name: str, kind: DataType) -> bool:
        """Whether an instance of this unit can stand behind a reference of the type."""
        target = kind.target if isinstance(kind, Pointer) else kind
        wanted = getattr(target, "name", "").upper()
        unit = self.project.unit(name)
        while unit is not None:
            if wanted in (unit.name.upper(), *[one.upper() for one in unit.interfaces]):
                return True
            unit = self.project.unit(unit.base) if unit.base else None
        return False

    def _member(self, call: Invoke, slot: int, declared: DataType) -> Ref | None:
        """A function block's body, or one of its methods or actions."""
        actual = self.blocks.get(slot, declared.name if isinstance(declared, Block) else "")
        name = call.unit
        owner = self.project.unit(actual)
        if call.virtual is not None and owner is not None:
            name = owner.methods.get(call.virtual.upper(), name)
        unit = self.project.unit(name)
        if unit is None:
            raise TooBig("unknown_unit")
        if unit.kind in ("function_block", "program"):
            if call.virtual is not None and owner is not None:
                unit = owner
            self._body_call(call, unit, slot, Block(actual))
            return None
        return self._own_frame(call, unit, slot, Block(actual))

    def _body_call(self, call: Invoke, unit: Unit, slot: int, block: Block) -> None:
        for name, value in call.inputs:
            found = self.layout.offset(block, name)
            if found is None:
                continue
            variable = unit.variable(name)
            values = self.values(value)
            if variable is not None and variable.edge:
                values = [self.fresh(("bool", 1, False), "edge")]
            for index, one in enumerate(values):
                self.put(slot + found[0] + index, one)
        for name, place in call.in_outs:
            self.bound[slot, name.upper()] = self.locate(place)
        frame = Frame(unit, slot, block)
        self._temporaries(frame, unit)
        self._enter(frame, unit)
        for name, place in call.outputs:
            found = self.layout.offset(block, name)
            if found is not None:
                whole = Ref(((True, slot + found[0]),), found[1])
                self.store(place, self.load_all(whole))

    def _temporaries(self, frame: Frame, unit: Unit) -> None:
        for one in unit.variables:
            if one.section == "temp":
                base = self.allocate(one.type, f"!{unit.name}.{one.name}", one.initial)
                frame.own[one.name.upper()] = Ref(((True, base),), one.type)

    def _function(self, call: Invoke) -> Ref | None:
        unit = self.project.unit(call.unit)
        if unit is None:
            raise TooBig("unknown_unit")
        return self._own_frame(call, unit, None, None)

    def _own_frame(self, call: Invoke, unit: Unit, slot: int | None, block: Block | None) -> Ref | None:
        """A function, method or action: its variables live only in the call."""
        frame = Frame(unit, slot, block)
        given = {name.upper(): value for name, value in call.inputs}
        in_outs = {name.upper(): place for name, place in call.in_outs}
        result: Ref | None = None
        values = {name: self.values(value) for name, value in given.items()}
        for one in unit.variables:
            key = one.name.upper()
            if one.section == "external":
                continue
            if key in in_outs:
                frame.own[key] = self.locate(in_outs[key])
                continue
            base = self.allocate(one.type, f"!{unit.name}.{one.name}", one.initial)
            frame.own[key] = Ref(((True, base),), one.type)
            for index, value in enumerate(values.get(key, ())):
                self.put(base + index, value)
            if one.section == "result":
                result = frame.own[key]
        self._enter(frame, unit)
        for name, place in call.outputs:
            own = frame.own.get(name.upper())
            if own is not None:
                self.store(place, self.load_all(own))
        return result

    def _enter(self, frame: Frame, unit: Unit) -> None:
        if self.depth >= RECURSION_LIMIT:
            self.check("recursion", unit.span, True)
            return
        outer, self.frame = self.frame, frame
        frame.flags = (self.allocate(BOOL, "!return"),)
        self.depth += 1
        try:
            self.run(unit.body)
        finally:
            self.frame = outer
            self.depth -= 1


def known_path(path: list[Term]) -> bool:
    """Whether the run is plain so far (no open condition)."""
    return not path
