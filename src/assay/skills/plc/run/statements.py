"""Statements as generated code: what both backends do in the same way."""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Sequence

from assay.kernel.errors import InputError
from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir.types import BOOL, DINT, DataType, Elementary, base_of
from assay.skills.plc.run.analysis import through_union
from assay.skills.plc.run.layout import ADDRESS
from assay.skills.plc.run.places import Address, Places, Ref
from assay.skills.plc.run.plan import Plan

#: Branches in one chain, and loops inside each other (Python reads twenty blocks).
_CHAIN = 100
_LOOPS = 18


class Statements(Places):
    """Writes lines of code, indented; a backend gives the forms of blocks and assignments."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.lines: list[str] = []
        self.depth = 0
        self.loops = 0

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
        elif isinstance(one, (ir.ForLoop, ir.Loop)):
            self._loop(one)
        else:
            self.leave(one.kind)

    def _loop(self, one: ir.ForLoop | ir.Loop) -> None:
        self.loops += 1
        if self.loops > _LOOPS:
            raise InputError("plc_run.loops", unit=self.unit.name, most=_LOOPS)
        if isinstance(one, ir.ForLoop):
            self.for_loop(one)
        else:
            self.while_loop(one)
        self.loops -= 1

    def assign(self, place: ir.Place, text: str) -> None:
        """A value to a place: the value first, then the place."""
        if through_union(place):
            text = self.declare(place.type, text)
            self.store(self.fixed(place), text)
        else:
            self.store(self.ref(place), text)

    def fixed(self, place: object) -> Ref:
        """A place that has been resolved now: what it depends on may change afterwards."""
        self.pinning = True
        ref = self.ref(place)
        self.pinning = False
        if ref.local:
            return ref
        return Ref(ref.type, self.pinned(ref.address), "", ref.part, ref.whole, ref.unions)

    def pinned(self, address: Address) -> Address:
        if all(one in ("b", "f") for one in address.terms):
            return address
        return Address(0, (self.declare(ADDRESS, address.text),))

    def _choice(self, one: ir.Choice) -> None:
        """A long chain is cut into pieces, because compilers nest it; ``rest`` says that no branch has run yet."""
        pieces = [one.branches[at : at + _CHAIN] for at in range(0, len(one.branches), _CHAIN)]
        rest = self.declare(BOOL, self.truth(True)) if len(pieces) > 1 else ""
        for number, piece in enumerate(pieces):
            conditions = [self.watched(span, self.whole(condition)) for condition, _, span in piece]
            word = "if"
            if number:
                self.branch("if", rest)
            for condition, (_, body, _) in zip(conditions, piece, strict=True):
                self.branch(word, condition)
                if rest:
                    self.write(f"{rest} = {self.truth(False)}")
                self.block(body)
                self.close()
                word = "elif"
            if number:
                self.close()
        if one.orelse:
            self.branch("if", rest) if rest else self.open("else")
            self.block(one.orelse)
            self.close()

    def _switch(self, one: ir.Switch) -> None:
        """CASE as a chain; with many ranges the number of the arm is looked up first, by halving."""
        selector = self.declare(one.selector.type, self.whole(one.selector))
        tests = [self.either([(selector, str(low), str(high)) for low, high in ranges]) for ranges, _, _ in one.arms]
        if len(tests) <= _CHAIN:
            self._chain(one, tests)
            return
        arm = self.declare(DINT, "-1")
        pieces = disjoint([ranges for ranges, _, _ in one.arms])
        self._halved(
            0, len(pieces), lambda n: (selector, str(pieces[n][0])), lambda n: self._found(selector, arm, pieces[n])
        )
        self.branch("if", self.either([(arm, "-1", "-1")]))
        self._arm(one, len(one.arms))
        self.close()
        self.open("else")
        self._halved(0, len(one.arms), lambda n: (arm, str(n)), lambda n: self._arm(one, n))
        self.close()

    def _chain(self, one: ir.Switch, tests: list[str]) -> None:
        word = "if"
        for number, test in enumerate(tests):
            self.branch(word, test)
            self._arm(one, number)
            self.close()
            word = "elif"
        if word == "elif":
            self.open("else")
        self._arm(one, len(tests))
        if word == "elif":
            self.close()

    def _arm(self, one: ir.Switch, number: int) -> None:
        """The statements of an arm; the one after the last is ELSE."""
        if number < len(one.arms):
            self.mark(one.arms[number][2], True)
            self.block(one.arms[number][1])
        else:
            self.mark(one.span, False)
            self.block(one.orelse)

    def _found(self, selector: str, arm: str, piece: tuple[int, int, int]) -> None:
        self.branch("if", self.either([(selector, str(piece[0]), str(piece[1]))]))
        self.write(f"{arm} = {piece[2]}")
        self.close()

    def _halved(
        self, start: int, stop: int, least: Callable[[int], tuple[str, str]], write: Callable[[int], None]
    ) -> None:
        """Write the number in [start, stop) that holds: the last whose least value (variable, value) is not above."""
        if stop - start == 1:
            write(start)
            return
        middle = (start + stop) // 2
        name, value = least(middle)
        self.branch("if", self.below(name, value))
        self._halved(start, middle, least, write)
        self.close()
        self.open("else")
        self._halved(middle, stop, least, write)
        self.close()

    @abstractmethod
    def below(self, name: str, value: str) -> str:
        """A variable is less than a number."""

    @abstractmethod
    def truth(self, value: bool) -> str:
        """TRUE or FALSE."""

    @abstractmethod
    def either(self, conditions: list[tuple[str, str, str]]) -> str:
        """TRUE when one of (variable, low, high) holds; an empty list never."""


def disjoint(arms: Sequence[Sequence[tuple[int, int]]]) -> list[tuple[int, int, int]]:
    """Sorted ranges without overlap, each with the number of the first arm that holds it."""
    taken: list[tuple[int, int, int]] = []
    for number, ranges in enumerate(arms):
        for low, high in ranges:
            _add(taken, low, high, number)
    return taken


def _add(taken: list[tuple[int, int, int]], low: int, high: int, number: int) -> None:
    """Put in what of [low, high] no earlier range holds."""
    at = max(0, bisect_right(taken, (low, low, -1)) - 1)
    while low <= high:
        while at < len(taken) and taken[at][1] < low:
            at += 1
        if at == len(taken) or taken[at][0] > high:
            taken.insert(at, (low, high, number))
            return
        if taken[at][0] > low:
            taken.insert(at, (low, taken[at][0] - 1, number))
            at += 1
        low = taken[at][1] + 1


def loop_type(place: ir.Place) -> Elementary:
    """The integer type of a loop's variable."""
    kind = base_of(place.type)
    if not isinstance(kind, Elementary):
        raise TypeError("the variable of a FOR loop is an integer")
    return kind
