"""Sequential charts in text: INITIAL_STEP, STEP, TRANSITION (IEC 61131-3:2013, 6.7)."""

from __future__ import annotations

from assay.skills.plc.front import tree
from assay.skills.plc.front.cursor import Bail
from assay.skills.plc.front.declarations import Declarations
from assay.skills.plc.front.statements import SFC_WORDS
from assay.skills.plc.front.tree import Expr, Name


class Charts(Declarations):
    """Reads the steps and transitions of a chart."""

    def chart(self) -> tree.Chart:
        """Steps and transitions as long as they follow one another."""
        start = self.start
        steps: list[tree.SfcStep] = []
        transitions: list[tree.SfcTransition] = []
        while self.key in SFC_WORDS and self.member_begins_here():
            began, opened = self.at, len(self.open)
            try:
                if self.key == "TRANSITION":
                    transitions.append(self.transition())
                else:
                    steps.append(self.step())
            except Bail:
                del self.open[opened:]
                self.resume_chart(began)
            while self.key == ";":
                self.advance()
        return tree.Chart(tuple(steps), tuple(transitions), self.since(start))

    def member_begins_here(self) -> bool:
        """A step's word and behind it a name or, of a transition, FROM or parentheses."""
        return self.peek_kind() in ("name", "quoted") or (self.key == "TRANSITION" and self.peek() == "(")

    def resume_chart(self, began: int) -> None:
        """To the next step, transition or action, or the end of the unit."""
        if self.at == began:
            self.advance()
        while self.kind != "end" and self.key not in ("END_STEP", "END_TRANSITION") and self.key not in SFC_WORDS:
            if self.key.startswith("END_") and self.ends_outside(self.key):
                return
            self.advance()
        if self.key in ("END_STEP", "END_TRANSITION"):
            self.advance()

    def step(self) -> tree.SfcStep:
        """``STEP s : a(N); b(L, T#5s); END_STEP``. Raises Bail."""
        start, initial = self.start, self.key == "INITIAL_STEP"
        one = self.opened(self.key, "END_STEP")
        self.advance()
        name = self.name()
        self.want(":")
        actions: list[tuple[Name, str, Expr | None]] = []
        while self.key != "END_STEP" and self.kind != "end" and not self.ends_outside(self.key):
            if self.accept(";"):
                continue
            actions.append(self.association())
        self.closed(one, "END_STEP")
        return tree.SfcStep(name, initial, tuple(actions), self.since(start))

    def association(self) -> tuple[Name, str, Expr | None]:
        """``a(L, T#5s);``; without a qualifier it is N."""
        action = self.name()
        qualifier, duration = "N", None
        if self.accept("("):
            if self.kind == "name":
                qualifier = self.key
                self.advance()
            while self.accept(","):
                value = self.expression()
                duration = value if duration is None else duration
            self.expect(")")
        self.want(";")
        return action, qualifier, duration

    def transition(self) -> tree.SfcTransition:
        """``TRANSITION [t] [(PRIORITY := 1)] FROM a TO (b, c) := condition; END_TRANSITION``. Raises Bail."""
        start, one = self.start, self.opened("TRANSITION", "END_TRANSITION")
        self.advance()
        if self.key != "FROM" and self.is_name():
            self.name()
        priority = self.priority() if self.key == "(" else None
        self.expect("FROM")
        sources = self.step_names()
        self.expect("TO")
        targets = self.step_names()
        if not self.accept(":="):
            self.want(":")
        condition = self.guarded(";", "END_TRANSITION")
        self.accept(";")
        self.closed(one, "END_TRANSITION")
        return tree.SfcTransition(sources, targets, condition, self.since(start), priority)

    def priority(self) -> int | None:
        """``(PRIORITY := 3)``."""
        for argument in self.arguments():
            value = argument.value
            if isinstance(value, tree.Literal_) and isinstance(value.value, int):
                return int(value.value)
        return None

    def step_names(self) -> tuple[Name, ...]:
        """One name, or several in parentheses."""
        if not self.accept("("):
            return (self.name(),)
        found = [self.name()]
        while self.accept(","):
            found.append(self.name())
        self.expect(")")
        return tuple(found)
