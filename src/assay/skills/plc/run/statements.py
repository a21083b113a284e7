"""Statements as generated code: what both backends do in the same way."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir.types import DataType, Elementary, base_of
from assay.skills.plc.run.analysis import through_union
from assay.skills.plc.run.places import Address, Places, Ref
from assay.skills.plc.run.plan import Plan


class Statements(Places):
    """Writes lines of code, indented; a backend gives the forms of blocks and assignments."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.lines: list[str] = []
        self.depth = 0

    # --- what a backend gives ---

    @abstractmethod
    def open(self, head: str) -> None:
        """Begin a block: ``if``, ``else``, ``while`` with its condition."""

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def branch(self, word: str, condition: str) -> None:
        """Begin ``if`` or ``elif`` with a condition."""

    @abstractmethod
    def write(self, line: str) -> None:
        """One simple statement."""

    @abstractmethod
    def declare(self, kind: DataType, text: str) -> str:
        """Keep a value in a new variable of the code and give its name."""

    @abstractmethod
    def store(self, ref: Ref, text: str) -> None:
        """Assign a value to a place."""

    @abstractmethod
    def load(self, ref: Ref) -> str:
        """The value of a place."""

    @abstractmethod
    def whole(self, expression: ir.Expr) -> str:
        """A value that a statement needs at its start; scratch memory is free again after it."""

    @abstractmethod
    def tick(self, span: int) -> None:
        """Count the turn of a loop."""

    @abstractmethod
    def for_loop(self, loop: ir.ForLoop) -> None: ...

    @abstractmethod
    def while_loop(self, loop: ir.Loop) -> None: ...

    @abstractmethod
    def leave(self, kind: str) -> None: ...

    @abstractmethod
    def call(self, call: ir.Invoke) -> None:
        """A call as a statement."""

    @abstractmethod
    def begin(self, node: ir.Statement) -> None:
        """Before a statement."""

    @abstractmethod
    def end(self, node: ir.Statement) -> None:
        """After a simple statement."""

    def mark(self, span: Span, went: bool) -> None:
        """Coverage of a branch, where it is a statement of its own."""

    def watched(self, span: Span, condition: str) -> str:
        """A condition whose coverage is kept."""
        return condition

    # --- statements ---

    def block(self, statements: Sequence[ir.Statement]) -> None:
        """Statements one after the other."""
        for one in statements:
            self.statement(one)

    def statement(self, one: ir.Statement) -> None:
        self.begin(one)
        if isinstance(one, ir.Store):
            self.assign(one.place, self.value(one.value))
            self.end(one)
        elif isinstance(one, ir.CallStatement):
            self.call(one.call)
            self.end(one)
        elif isinstance(one, ir.Choice):
            self._choice(one)
        elif isinstance(one, ir.Switch):
            self._switch(one)
        elif isinstance(one, ir.ForLoop):
            self.for_loop(one)
        elif isinstance(one, ir.Loop):
            self.while_loop(one)
        else:
            self.leave(one.kind)

    def assign(self, place: ir.Place, text: str) -> None:
        """A value to a place: the value first, then the place."""
        if through_union(place):
            text = self.declare(place.type, text)
            self.store(self.fixed(place), text)
        else:
            self.store(self.ref(place), text)

    def fixed(self, place: object) -> Ref:
        """A place that has been resolved now: what it depends on may change afterwards."""
        ref = self.ref(place)
        if ref.local or all(one in ("b", "f") for one in ref.address.terms):
            return ref
        kept = self.declare(_ADDRESS, ref.address.text)
        moved = Address(0, (kept,))
        unions = tuple(
            (Address(one.offset - ref.address.offset, (kept,)), kind, number) for one, kind, number in ref.unions
        )
        if any(one.terms != ref.address.terms for one, _, _ in ref.unions):
            raise self.unsupported("UNION")
        return Ref(ref.type, moved, "", ref.part, ref.whole, unions)

    def _choice(self, one: ir.Choice) -> None:
        word = "if"
        for condition, body, span in one.branches:
            self.branch(word, self.watched(span, self.whole(condition)))
            self.block(body)
            self.close()
            word = "elif"
        if one.orelse:
            self.open("else")
            self.block(one.orelse)
            self.close()

    def _switch(self, one: ir.Switch) -> None:
        selector = self.declare(one.selector.type, self.whole(one.selector))
        word = "if"
        for ranges, body, span in one.arms:
            self.branch(word, self.either([_within(selector, low, high) for low, high in ranges]))
            self.mark(span, True)
            self.block(body)
            self.close()
            word = "elif"
        if word == "if":
            self.mark(one.span, False)
            self.block(one.orelse)
            return
        self.open("else")
        self.mark(one.span, False)
        self.block(one.orelse)
        self.close()

    @abstractmethod
    def either(self, conditions: list[tuple[str, str, str]]) -> str:
        """TRUE when one of (variable, low, high) holds; an empty list never."""


_ADDRESS = Elementary("__ADDRESS", "int", 64, signed=True)


def _within(selector: str, low: int, high: int) -> tuple[str, str, str]:
    return selector, str(low), str(high)


def loop_type(place: ir.Place) -> Elementary:
    """The integer type of a loop's variable."""
    kind = base_of(place.type)
    if not isinstance(kind, Elementary):
        raise TypeError("the variable of a FOR loop is an integer")
    return kind
