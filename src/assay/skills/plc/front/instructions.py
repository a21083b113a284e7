"""Instruction List: its lines are read as the statements that do the same.

The current result is kept as an expression: ``LD a``, ``ANDN b``, ``ST c`` is ``c := a AND NOT b``, and what was stored
is the current result afterwards. A jump forward over lines that no other jump enters is an IF, with the lines behind it
as ELSE when they are jumped over in turn; other jumps stay jumps. What would need the current result kept in a place of
its own (it is used after what it was made of has changed, or behind a label) is not read, and is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

from assay.skills.plc.front import tree
from assay.skills.plc.front.cursor import Bail
from assay.skills.plc.front.jumps import Item, structured
from assay.skills.plc.front.layout import nodes
from assay.skills.plc.front.source import Span
from assay.skills.plc.front.statements import Statements
from assay.skills.plc.front.tree import Expr, Statement
from assay.skills.plc.front.words import CLOSERS, SECTIONS, UNIT_WORDS

_BINARY: Final = {
    "AND": "AND", "&": "AND", "OR": "OR", "XOR": "XOR", "ADD": "+", "SUB": "-", "MUL": "*", "DIV": "/", "MOD": "MOD",
    "GT": ">", "GE": ">=", "EQ": "=", "NE": "<>", "LE": "<=", "LT": "<",
}  # fmt: skip
_NEGATED: Final = {f"{one}N": one for one in ("AND", "OR", "XOR", "LD", "ST")}
#: Inputs of standard blocks that are operators too: ``IN timer`` calls the instance with it.
_INPUTS: Final = frozenset("CLK CU CD PV IN PT S1 R1".split())
#: Functions of one operand, which is the one in the line when there is one.
_OF_ONE: Final = frozenset("ABS SQRT LN LOG EXP SIN COS TAN ASIN ACOS ATAN TRUNC LEN".split())
_BEGIN: Final = frozenset({"LD", "LDN", "CAL"})
_VALUES: Final = frozenset("name int real time date typed string wide direct local quoted".split())
#: So many operations may make one result, which is an expression with as many levels.
_MOST: Final = 100


class Unread(Exception):
    """A list that cannot be said in statements."""


@dataclass(slots=True)
class _Result:
    """The current result: None when there is none; ``stale`` when what it is made of has changed since, ``used`` when
    something was done with it, ``choice`` the IF that sets and resets by it."""

    value: Expr | None = None
    stale: bool = False
    size: int = 0
    used: bool = False
    choice: Item | None = None


class Instructions(Statements):
    """Reads the body of a unit, which may be a list of instructions."""

    #: Whether a body was a list.
    lists = False

    def code(self, *stops: str) -> tuple[Statement, ...]:
        """Statements, in either language, up to one of the keys."""
        if not self.instructions_begin():
            return self.statements(*stops)
        self.lists = True
        start, at, kept = self.start, self.at, len(self.diagnostics)
        try:
            return structured(self.instructions(frozenset(stops)))
        except Unread:
            del self.diagnostics[kept:]
            self.at = at
            self.kind, self.key = self.kinds[at], self.keys[at]
            head = [*self.text[self.open[0].start if self.open else 0 :].split(None, 2), "", ""][1]
            self.report("ST4010", "body_kind", self.here(), name=head, kind="IL")
            while self.kind != "end" and self.key not in stops and self.key not in CLOSERS:
                self.advance()
            self.forget(start, self.last_end)
            return ()

    def instructions_begin(self) -> bool:
        """Whether the token begins a list: behind labels, an operator of its own with an operand in the same line."""
        place = self.at
        while self.kinds[place] == "name" and place + 2 < len(self.keys) and self.keys[place + 1] == ":":
            place += 2
        if not self.begins_line(place):
            return False
        if self.keys[place] in _BEGIN:
            return True
        # ``Scale raw`` is no statement either, when a line with an operator is next.
        return self.keys[place + 2] in (*_BEGIN, "ST") and self.begins_line(place + 2)

    def begins_line(self, place: int) -> bool:
        """Whether a name with an operand in the same line stands there."""
        if place + 1 >= len(self.keys) or self.kinds[place] != "name":
            return False
        if "\n" in self.text[self.ends[place] : self.starts[place + 1]]:
            return False
        return self.kinds[place + 1] in _VALUES or self.keys[place + 1] in ("TRUE", "FALSE", "-")

    def same_line(self) -> bool:
        """Whether the token stands in the line of the one before."""
        return self.kind != "end" and "\n" not in self.text[self.last_end : self.start]

    def instructions(self, stops: frozenset[str]) -> list[Item]:
        """The lines up to one of the keys, as statements, labels and jumps. Raises Unread."""
        out: list[Item] = []
        now, outer = _Result(), list[tuple[str, bool, _Result]]()
        while self.kind != "end" and self.key not in stops:
            if self.key in CLOSERS or self.key in SECTIONS or self.key in UNIT_WORDS or self.member_begins():
                break
            if self.accept(";"):
                continue
            if self.kind == "name" and self.peek() == ":":
                name = self.name()
                self.advance()
                _drop(now, out)
                out.append(Item(label=name))
                now = _Result()
                continue
            began = self.at
            try:
                now = self.instruction(now, outer, out)
                if self.same_line() and self.key != ";" and self.key not in stops:
                    raise self.fail("ST1012", "statement")
            except Bail:
                self.at = max(self.at, began + 1)
                while (
                    self.kinds[self.at] != "end"
                    and "\n" not in self.text[self.ends[self.at - 1] : self.starts[self.at]]
                ):
                    self.at += 1
                self.kind, self.key = self.kinds[self.at], self.keys[self.at]
                now = _Result(tree.Literal_("bool", True, None, "TRUE", self.here()))
        _drop(now, out)
        if outer:
            self.report("ST1010", "expected", self.here(), wanted=")", found=self.found())
        return out

    def instruction(self, now: _Result, outer: list[tuple[str, bool, _Result]], out: list[Item]) -> _Result:
        """One line. Raises Bail."""
        start, word = self.start, self.key
        negated = word in _NEGATED
        key = _NEGATED.get(word, word)
        if word == ")":
            if not outer:
                raise self.fail("ST1012", "statement")
            self.advance()
            operator, wrong, before = outer.pop()
            return self.combined(before, operator, wrong, self.taken(now), start)
        if word == "NOT" or key in _BINARY or self.kind == "name":
            self.advance()
        else:
            raise self.fail("ST1012", "statement")
        if word == "NOT":
            return self.grow(now, tree.Unary("NOT", self.taken(now), self.since(start)))
        if key in _BINARY:
            return self.operation(now, outer, key, negated, start)
        if key == "LD":
            _drop(now, out)
            value = self.operand()
            return _Result(tree.Unary("NOT", value, value.span) if negated else value, size=1)
        if key in ("ST", "S", "R") and self.same_line():
            return self.stored(now, key, negated, start, out)
        if key in ("JMP", "JMPC", "JMPCN", "CAL", "CALC", "CALCN", "RET", "RETC", "RETCN"):
            return self.controlled(now, key, start, out)
        return self.function(now, start, out)

    def operation(
        self, now: _Result, outer: list[tuple[str, bool, _Result]], key: str, negated: bool, start: int
    ) -> _Result:
        """``AND x``, or ``AND(`` up to whose ``)`` another result is made."""
        if self.key != "(" or not self.same_line():
            return self.combined(now, key, negated, self.operand(), start)
        self.taken(now)
        self.advance()
        outer.append((key, negated, now))
        if self.same_line() and self.key != ")" and self.kind != "end":
            if self.kind == "name" and self.key in _BEGIN:
                return _Result()
            value = self.operand()
            return _Result(value, size=1)
        return _Result()

    def combined(self, now: _Result, key: str, negated: bool, value: Expr, start: int) -> _Result:
        """The result and an operand."""
        left = self.taken(now)
        span = self.since(min(start, left.span.start))
        right: Expr = tree.Unary("NOT", _whole(value), value.span) if negated else _whole(value)
        operator = cast("tree.BinaryOp", _BINARY[key])
        if isinstance(left, tree.Binary) and left.op != operator:
            left = _whole(left)
        return self.grow(now, tree.Binary(operator, left, right, span))

    def grow(self, now: _Result, value: Expr) -> _Result:
        if now.size >= _MOST:
            raise Unread
        return _Result(value, size=now.size + 1)

    def taken(self, now: _Result) -> Expr:
        """The current result, to be used. Raises Unread when it is not known."""
        if now.value is None or now.stale:
            raise Unread
        now.used = True
        return now.value

    def operand(self) -> Expr:
        """What stands behind an operator, in its line. Raises Bail."""
        if not self.same_line():
            raise self.fail("ST1011", "expression")
        if self.key == "NOT":
            raise self.fail("ST1012", "statement")
        return self.unary()

    def stored(self, now: _Result, key: str, negated: bool, start: int, out: list[Item]) -> _Result:
        """``ST x``, ``S x``, ``R x``. What is set, reset and stored by one result stands in one IF."""
        chosen = now.choice if now.choice is not None and out[-1] is now.choice else None
        value = self.taken(now) if chosen is None else tree.Literal_("bool", True, None, "TRUE", self.here())
        target = self.operand()
        span = self.since(start)
        if key == "ST":
            if chosen is not None:
                true, false = (_fixed(target, one, span) for one in (not negated, negated))
                chosen.done = _more(chosen.done, true, false)
            else:
                value = tree.Unary("NOT", _whole(value), value.span) if negated else value
                out.append(Item(tree.Assign((target,), ":=", value, span)))
            return _Result(tree.Unary("NOT", target, target.span) if negated else target, size=1)
        done = _fixed(target, key == "S", span)
        if chosen is not None:
            chosen.done = _more(chosen.done, done, None)
        else:
            now.choice = Item(tree.If((tree.Branch(value, (done,), span),), None, span))
            out.append(now.choice)
        return self.after(now, target)

    def after(self, now: _Result, changed: Expr) -> _Result:
        """The current result when a variable or instance has changed."""
        if now.value is not None and _root(changed) in _roots(now.value):
            now.stale = True
        return now

    def controlled(self, now: _Result, key: str, start: int, out: list[Item]) -> _Result:
        """A jump, a call of an instance or a return, with or without a condition."""
        condition: Expr | None = None
        plain = key.removesuffix("N") if key.endswith("CN") else key
        if plain in ("JMPC", "CALC", "RETC"):
            value = self.taken(now)
            condition = tree.Unary("NOT", _whole(value), value.span) if key.endswith("CN") else value
        if plain in ("JMP", "JMPC"):
            label = self.name()
            out.append(Item(jump=label, condition=condition, span=self.since(start)))
            return now if condition is not None else _Result()
        done: Statement
        changed: Expr | None = None
        if plain in ("RET", "RETC"):
            done = tree.Jump("RETURN", self.since(start))
        else:
            changed = self.operand()
            call = changed if isinstance(changed, tree.Call) else tree.Call(changed, (), changed.span)
            done, changed = tree.CallStatement(call, self.since(start)), call.target
        span = self.since(start)
        if condition is not None:
            done = tree.If((tree.Branch(condition, (done,), span),), None, span)
        out.append(Item(done))
        return now if changed is None else self.after(now, changed)

    def function(self, now: _Result, start: int, out: list[Item]) -> _Result:
        """``LIMIT a, b`` with the current result as the first argument, ``LIMIT(..)`` with all of its own, and
        ``IN timer``."""
        place = self.at - 1
        word, key = self.text[self.starts[place] : self.ends[place]], self.keys[place]
        name = tree.Name(word, self.span(self.starts[place], self.ends[place]))
        target = tree.NameExpr(name, name.span)
        if self.key == "(" and self.same_line():
            _drop(now, out)
            arguments = self.arguments()
            return _Result(tree.Call(target, arguments, self.since(start)), size=1)
        operands: list[Expr] = []
        if self.same_line() and self.key != ";":
            operands.append(self.operand())
            while self.accept(","):
                operands.append(self.operand())
        more = tuple(tree.Argument(None, ":=", one, one.span) for one in operands)
        if operands and (now.value is None or "_TO_" in key or key in _OF_ONE):
            _drop(now, out)
            return _Result(tree.Call(target, more, self.since(start)), size=1)
        value = self.taken(now)
        if key in _INPUTS and len(operands) == 1:
            given = tree.Argument(name, ":=", value, value.span)
            call = tree.Call(operands[0], (given,), self.since(start))
            out.append(Item(tree.CallStatement(call, self.since(start))))
            return self.after(now, operands[0])
        first = tree.Argument(None, ":=", value, value.span)
        return self.grow(now, tree.Call(target, (first, *more), self.since(start)))


def _fixed(target: Expr, value: bool, span: Span) -> Statement:
    literal = tree.Literal_("bool", value, None, "TRUE" if value else "FALSE", target.span)
    return tree.Assign((target,), ":=", literal, span)


def _more(choice: Statement | None, true: Statement, false: Statement | None) -> Statement:
    """An IF with one statement more where it holds, and where it does not."""
    assert isinstance(choice, tree.If)
    (branch,) = choice.branches
    branch = tree.Branch(branch.condition, (*branch.body, true), branch.span)
    orelse = choice.orelse if false is None else (*(choice.orelse or ()), false)
    return tree.If((branch,), orelse, choice.span)


def _drop(now: _Result, out: list[Item]) -> None:
    """A result that nothing was done with: the call of a function that made it stands for itself."""
    if isinstance(now.value, tree.Call) and not now.used:
        out.append(Item(tree.CallStatement(now.value, now.value.span)))


def _whole(value: Expr) -> Expr:
    return tree.Paren(value, value.span) if isinstance(value, (tree.Binary, tree.Unary)) else value


def _root(value: Expr) -> str:
    """The variable that a place begins with."""
    while not isinstance(value, tree.NameExpr):
        base = getattr(value, "base", None)
        if base is None:
            return str(getattr(value, "text", "")).upper()
        value = base
    return value.name.key


def _roots(value: Expr) -> set[str]:
    found = {one.name.key for one in nodes(value) if isinstance(one, tree.NameExpr)}
    return found | {one.text.upper() for one in nodes(value) if isinstance(one, tree.DirectVar)}
