"""Statements, with recovery: what cannot be read is reported, stepped over, and reading goes on behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from assay.skills.plc.front import tree
from assay.skills.plc.front.cursor import Bail, Open
from assay.skills.plc.front.expressions import Expressions
from assay.skills.plc.front.source import Span
from assay.skills.plc.front.tree import Expr, Literal_, Statement
from assay.skills.plc.front.words import CLOSERS, SECTIONS, UNIT_ENDS, UNIT_WORDS

_ASSIGNS: Final = frozenset({":=", "?=", "+=", "-=", "*=", "/="})
_LETTERED: Final = {"REF": "REF=", "S": "S=", "R": "R="}
#: What may stand in the label of a CASE arm.
_IN_LABEL: Final = frozenset({"name", "int", "typed", "quoted", "local", "string", "wide", "real", "time", "date"})
_LABEL_OPS: Final = frozenset({",", "..", ".", "-", "+", "*", "/", "(", ")"})
#: Words after which, with a name, a part of a unit begins that is no statement.
MEMBERS: Final = frozenset({"METHOD", "PROPERTY", "ACTION"})
SFC_WORDS: Final = frozenset({"INITIAL_STEP", "STEP", "TRANSITION"})
_STRUCTURES: Final = {
    "IF": "END_IF",
    "CASE": "END_CASE",
    "FOR": "END_FOR",
    "WHILE": "END_WHILE",
    "REPEAT": "END_REPEAT",
}
#: A branch, and what its condition assigns before it is looked at.
_Assigned = tuple[tuple[Statement, ...], tree.Branch]
_UNIT_ENDS: Final = frozenset(UNIT_ENDS.values())
_NESTS: Final = frozenset({*_STRUCTURES, "REGION", "__TRY"})
_NEST_ENDS: Final = frozenset({*_STRUCTURES.values(), "END_REGION", "__ENDTRY"})


class Statements(Expressions):
    """Reads lists of statements."""

    def statements(self, *stops: str, labels: bool = False) -> tuple[Statement, ...]:
        """Until one of the keys, the label of a CASE arm (``labels``), or what ends a structure further out."""
        out: list[Statement] = []
        ends = frozenset(stops)
        while self.kind != "end" and self.key not in ends:
            if self.kind == "name" and self.corrected():
                continue
            key = self.key
            if key in CLOSERS or key in SECTIONS or key in UNIT_WORDS:
                if self.ends_outside(key) or key in _UNIT_ENDS:
                    break
                self.stray()
                continue
            if (labels and self.at_label()) or self.member_begins():
                break
            if self.kind == "int" and any(one.word == "CASE" for one in self.open):
                break
            began, opened = self.at, len(self.open)
            try:
                found = self.statement()
                if found is not None:
                    out.append(found)
            except Bail:
                del self.open[opened:]
                self.resume(began)
                out.append(tree.Empty(self.since(self.starts[began])))
        return tuple(out)

    def ends_outside(self, key: str) -> bool:
        """Whether something that is open further out ends here."""
        if key in SECTIONS or key in UNIT_WORDS:
            return True
        return any(key in one.ends for one in self.open)

    def stray(self) -> None:
        """An end that ends nothing."""
        self.report("ST1015", "stray", self.here(), found=self.found())
        self.advance()
        self.accept(";")

    def member_begins(self) -> bool:
        """Whether a method, property, action, step or transition begins at the token."""
        if self.key not in MEMBERS and self.key not in SFC_WORDS:
            return False
        after = self.peek_kind()
        return after in ("name", "quoted") or (self.key in MEMBERS and after == "word" and self.peek() == "FINAL")

    def at_label(self) -> bool:
        """Whether the label of a CASE arm begins at the token: up to a colon only values, dots and commas."""
        if self.kind in ("int", "typed", "string") or self.numbered_action():
            return True
        if self.kind not in _IN_LABEL and self.key not in ("-", "(", "+", "TRUE", "FALSE"):
            return False
        place = self.at
        while True:
            key, kind = self.keys[place], self.kinds[place]
            if key == ":":
                return place > self.at
            if kind not in _IN_LABEL and key not in _LABEL_OPS and key not in ("TRUE", "FALSE"):
                return False
            place += 1

    def numbered_action(self) -> bool:
        """Whether ``ACTION 3:`` begins, as B&R writes the arms of a CASE."""
        return self.key == "ACTION" and self.kinds[self.at + 1] == "int"

    # --- one statement

    def statement(self) -> Statement | None:
        """One statement; None when only something was reported. Raises Bail."""
        key = self.key
        if self.kind == "word":
            reader = _BY_WORD.get(key)
            if reader is None:
                raise self.fail("ST1012", "statement")
            return self.nested(reader)
        if key == ";":
            self.advance()
            return tree.Empty(self.since(self.ends[self.at - 1] - 1))
        if self.kind == "name":
            found = self.special(key)
            if found is not None:
                return found
        if self.kind == "region":
            return self.nested(Statements.region)
        return self.simple()

    def nested(self, reader: Callable[[Statements], Statement]) -> Statement:
        """A structure, one level down; one that is too deep is stepped over as a whole. Raises Bail."""
        began = self.at
        try:
            self.deeper()
            return reader(self)
        except Bail:
            if self.at == began:
                self.skip_structure()
            raise
        finally:
            self.depth -= 1

    def skip_structure(self) -> None:
        """Over a whole structure, with all that is nested in it."""
        level = 0
        while self.kind != "end":
            level += (self.key in _NESTS) - (self.key in _NEST_ENDS)
            if self.key in UNIT_WORDS:
                return
            self.advance()
            if level <= 0:
                self.accept(";")
                return

    def special(self, key: str) -> Statement | None:
        """Statements that begin with a word which elsewhere may be a name."""
        after = self.peek()
        if after == ":" and self.peek(2) != "=":
            start, name = self.start, self.take_name()
            self.advance()
            return tree.Label(name, self.since(start))
        if key == "CONTINUE" and after not in (":=", ".", "(", "["):
            return self.leave("CONTINUE")
        if key in ("GOTO", "JMP") and self.peek_kind() in ("name", "int", "quoted"):
            start = self.start
            self.advance()
            label = self.take_name()
            self.want(";")
            return tree.Jump("GOTO", self.since(start), label)
        if key == "__TRY":
            return self.nested(Statements.try_)
        return None

    def simple(self) -> Statement:
        """An assignment or a call."""
        start = self.start
        if self.kind not in ("name", "quoted", "local", "direct") and self.key != "(":
            raise self.fail("ST1012", "statement")
        targets = [self.postfix()]
        if self.key in _LETTERED and self.peek() == "=" and self.starts[self.at + 1] == self.ends[self.at]:
            op = _LETTERED[self.key]
            self.advance()
            self.advance()
        elif self.key in _ASSIGNS:
            op = self.key
            self.advance()
        elif self.key == "[" and self.peek() == ":=" and self.peek(2) == "]":  # Rockwell: not retained
            op = ":="
            self.advance()
            self.advance()
            self.advance()
        elif self.key == "ACCESS" and self.peek_kind() == "name":  # B&R: where a reference points to
            op = "REF="
            self.advance()
        else:
            return self.call_statement(targets[0], start)
        value = self.expression()
        while self.key == ":=" or (self.key in _LETTERED and self.peek() == "="):
            if self.key != ":=":
                self.advance()
            self.advance()
            targets.append(value)
            value = self.expression()
        self.finish()
        return tree.Assign(tuple(targets), op, value, self.since(start))  # type: ignore[arg-type]

    def call_statement(self, target: Expr, start: int) -> Statement:
        """A call, with or without parentheses; what only looks like a statement is reported."""
        if self.key == "=":
            raise self.fail("ST1019", "equals")
        if isinstance(target, tree.Call):
            self.finish()
            return tree.CallStatement(target, self.since(start))
        if isinstance(target, (tree.NameExpr, tree.Member, tree.Deref, tree.Index, tree.This, tree.Super)):
            if self.key != ";" and self.kind != "end" and self.key not in CLOSERS:
                raise self.fail("ST1010", "expected", wanted=":=")
            call = tree.Call(target, (), target.span)
            self.finish()
            return tree.CallStatement(call, self.since(start), bare=True)
        raise self.fail("ST1012", "statement")

    def finish(self) -> None:
        """The semicolon at the end of a statement; when it is missing the next statement is read all the same."""
        if self.key == ";":
            self.advance()
            return
        if self.key in ("=", ")", "]", ",", ":=") or (self.kind == "op" and self.key != "("):
            raise self.fail("ST1010", "expected", wanted=";")
        self.want(";")

    # --- structures

    def opened(self, word: str, *ends: str) -> Open:
        """Notes that a structure waits for its end."""
        one = Open(word, frozenset(ends), self.start)
        self.open.append(one)
        return one

    def closed(self, one: Open, end: str, semicolon: bool = True) -> None:
        """The end of a structure; when it is missing the place where it began, or the structure inside whose end
        stands under another one's beginning, is told with it."""
        self.open.pop()
        if self.key == end:
            self.compare(one)
            self.advance()
            if semicolon:
                self.accept(";")
            return
        word, start = one.word, one.start
        if one.suspect and one.suspect[2] == self.indent(one.start):
            word, start = one.suspect[:2]
        related = (self.span(start, start + len(word)),)
        line = self.source.position(start).line
        end = _STRUCTURES.get(word, end)
        self.report("ST1014", "not_closed", self.here(), related, word=word, line=line, end=end, found=self.found())

    def compare(self, one: Open) -> None:
        """An end that stands in another column than its beginning makes the structure suspect."""
        if not self.open or self.open[-1].suspect or one.word not in _STRUCTURES:
            return
        if one.suspect:
            self.open[-1].suspect = one.suspect
            return
        began, ended = self.indent(one.start), self.indent(self.start)
        if began is not None and ended is not None and began != ended:
            self.open[-1].suspect = (one.word, one.start, ended)

    def indent(self, place: int) -> str | None:
        """The white space before a word; None when it is not the first of its line (then it says nothing)."""
        before = self.text[self.text.rfind("\n", 0, place) + 1 : place]
        return before if not before.strip() else None

    def if_(self) -> Statement:
        start, one = self.start, self.opened("IF", "END_IF", "ELSE", "ELSIF")
        branches: list[_Assigned] = []
        while self.key in ("IF", "ELSIF"):
            self.advance()
            before, condition = self.assigning("THEN")
            body = self.statements("ELSIF", "ELSE", "END_IF")
            branches.append((before, tree.Branch(condition, body, condition.span)))
        orelse = None
        if self.accept("ELSE"):
            orelse = self.statements("END_IF")
            while self.key in ("ELSE", "ELSIF") and not any(self.key in other.ends for other in self.open[:-1]):
                self.report("ST1023", "after_else", self.here(), found=self.found())
                self.advance()
                if self.keys[self.at - 1] == "ELSIF":
                    self.condition("THEN")
                orelse += self.statements("END_IF")
        self.closed(one, "END_IF")
        return self.chained(branches, orelse, self.since(start))

    def chained(self, branches: list[_Assigned], orelse: tuple[Statement, ...] | None, span: Span) -> Statement:
        """The branches as one statement; before a condition that assigns stands its assignment, in the ELSE of the
        branches before it."""
        chain: tuple[tree.Branch, ...] = ()
        for before, branch in reversed(branches):
            chain = (branch, *chain)
            if before:
                orelse, chain = (*before, tree.If(chain, orelse, self.span(branch.span.start, span.end))), ()
        return tree.If(chain, orelse, span) if chain else tree.Region("", orelse or (), span)

    def assigning(self, word: str) -> tuple[tuple[Statement, ...], Expr]:
        """A condition and the word behind it. CODESYS and TwinCAT take an assignment there: it comes first."""
        start, vendor = self.start, self.source.dialect in ("codesys", "twincat")
        target = self.guarded(word)
        made: tree.Assign | None = None
        if vendor and self.key == ":=" and isinstance(target, (tree.NameExpr, tree.Member, tree.Index)):
            sign = self.here()
            self.advance()
            made = tree.Assign((target,), ":=", self.guarded(word), self.since(start))
        elif vendor and isinstance(target, tree.StructInit) and len(target.fields) == 1:  # (a := b)
            sign, (name, value) = target.span, target.fields[0]
            target = tree.NameExpr(name, name.span)
            made = tree.Assign((target,), ":=", value, sign)
        if made is None:
            return (), self.condition(word, target)
        self.report("ST1021", "assign_condition", sign, (), "warning", found=":=")
        return (made,), self.condition(word, target)

    def condition(self, word: str, read: Expr | None = None) -> Expr:
        """A condition, unless it was ``read`` already, and the word behind it."""
        condition = read or self.guarded(word)
        if self.key == ":=":
            self.report("ST1021", "assign_inside", self.here(), found=":=")
            self.advance()
            self.guarded(word)
        if self.key != word:
            self.report("ST1010", "expected", self.here(), wanted=word, found=self.found())
            if self.key == ";":
                self.advance()
            elif self.kind == "op":
                while self.key not in (word, ";") and self.kind != "end" and not self.is_structure():
                    self.advance()
                self.accept(word)
            return condition
        self.advance()
        return condition

    def case(self) -> Statement:
        start, one = self.start, self.opened("CASE", "END_CASE", "ELSE")
        self.advance()
        selector = self.condition("OF")
        arms: list[tree.CaseArm] = []
        orelse = None
        while self.key not in ("ELSE", "END_CASE") and self.kind != "end":
            if not self.at_label():
                before = self.at
                if self.key in CLOSERS or self.key in UNIT_WORDS or self.key in SECTIONS:
                    if self.ends_outside(self.key):
                        break
                    self.stray()
                    continue
                if self.key == ";":
                    self.advance()
                    continue
                self.report("ST1024", "case_label", self.here(), found=self.found())
                self.statements("ELSE", "END_CASE", labels=True)
                if self.at == before:
                    break
                continue
            arms.append(self.arm())
        if self.accept("ELSE"):
            self.accept(":")
            orelse = self.statements("END_CASE")
        self.closed(one, "END_CASE")
        return tree.Case(selector, tuple(arms), orelse, self.since(start))

    def arm(self) -> tree.CaseArm:
        """``1, 3..5: statements``."""
        start, began = self.start, self.at
        if self.numbered_action():
            self.advance()
        labels: list[tree.CaseLabel] = []
        try:
            while True:
                at = self.start
                low = self.expression()
                high = self.expression() if self.accept("..") else None
                labels.append(tree.CaseLabel(low, high, self.since(at)))
                if not self.accept(","):
                    break
            self.expect(":")
        except Bail:
            self.resume(began)
        body = self.statements("ELSE", "END_CASE", labels=True)
        return tree.CaseArm(tuple(labels), body, self.since(start))

    def for_(self) -> Statement:
        start, one = self.start, self.opened("FOR", "END_FOR")
        self.advance()
        variable: Expr = tree.Broken(self.here())
        first: Expr = variable
        try:
            variable = self.postfix()
            self.expect(":=")
            first = self.expression()
            self.expect("TO")
        except Bail:
            while self.key not in ("TO", "DO", ";") and self.kind != "end" and not self.is_structure():
                self.advance()
            self.accept("TO")
        stop = self.guarded("BY", "DO")
        step = self.guarded("DO") if self.accept("BY") else None
        if self.want("DO") is False:
            self.accept(";")
        body = self.statements("END_FOR")
        self.closed(one, "END_FOR")
        return tree.For(variable, first, stop, step, body, self.since(start))

    def while_(self) -> Statement:
        start, one = self.start, self.opened("WHILE", "END_WHILE")
        self.advance()
        before, condition = self.assigning("DO")
        body = self.statements("END_WHILE")
        self.closed(one, "END_WHILE")
        if before:
            place = condition.span
            leave = tree.Branch(tree.Unary("NOT", condition, place), (tree.Jump("EXIT", place),), place)
            body = (*before, tree.If((leave,), None, place), *body)
            condition = Literal_("bool", True, None, "TRUE", place)
        return tree.While(condition, body, self.since(start))

    def repeat(self) -> Statement:
        start, one = self.start, self.opened("REPEAT", "UNTIL", "END_REPEAT")
        self.advance()
        body = self.statements("UNTIL", "END_REPEAT")
        until: Expr = tree.Broken(self.here())
        if self.key == "UNTIL":
            self.advance()
            until = self.guarded("END_REPEAT")
            self.accept(";")
        elif self.key == "END_REPEAT":
            self.report("ST1010", "expected", self.here(), wanted="UNTIL", found=self.found())
        self.closed(one, "END_REPEAT")
        return tree.Repeat(body, until, self.since(start))

    def region(self) -> Statement:
        """SCL's REGION: its title is the rest of the line."""
        start, one = self.start, self.opened("REGION", "END_REGION")
        title = self.spelt()[len("REGION") :].strip()
        self.advance()
        body = self.statements("END_REGION")
        self.closed(one, "END_REGION")
        return tree.Region(title, body, self.since(start))

    def try_(self) -> Statement:
        start, one = self.start, self.opened("__TRY", "__CATCH", "__FINALLY", "__ENDTRY")
        self.advance()
        body = self.statements("__CATCH", "__FINALLY", "__ENDTRY")
        caught: Expr | None = None
        handler: tuple[Statement, ...] = ()
        last: tuple[Statement, ...] = ()
        if self.accept("__CATCH"):
            if self.accept("("):
                caught = self.guarded(")")
                self.want(")")
            handler = self.statements("__FINALLY", "__ENDTRY")
        if self.accept("__FINALLY"):
            last = self.statements("__ENDTRY")
        self.closed(one, "__ENDTRY")
        return tree.Try(body, caught, handler, last, self.since(start))

    def leave(self, kind: str) -> Statement:
        start = self.start
        self.advance()
        self.finish()
        return tree.Jump(kind, self.since(start))  # type: ignore[arg-type]

    def exit(self) -> Statement:
        return self.leave("EXIT")

    def return_(self) -> Statement:
        same_line = "\n" not in self.text[self.ends[self.at] : self.starts[min(self.at + 1, len(self.starts) - 1)]]
        if self.peek() == ";" or not same_line or self.peek() in CLOSERS or self.peek_kind() == "end":
            return self.leave("RETURN")
        start = self.start
        self.advance()
        value = self.expression()
        self.finish()
        return tree.Jump("RETURN", self.since(start), value=value)


_BY_WORD: dict[str, Callable[[Statements], Statement]] = {
    "IF": Statements.if_,
    "CASE": Statements.case,
    "FOR": Statements.for_,
    "WHILE": Statements.while_,
    "REPEAT": Statements.repeat,
    "EXIT": Statements.exit,
    "RETURN": Statements.return_,
}
