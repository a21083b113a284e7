"""What stands in a unit: variables, statements or a chart, methods, properties and actions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from assay.skills.plc.front import tree
from assay.skills.plc.front.charts import Charts
from assay.skills.plc.front.cursor import Bail, Open
from assay.skills.plc.front.instructions import Instructions
from assay.skills.plc.front.source import NOWHERE, Span
from assay.skills.plc.front.statements import SFC_WORDS
from assay.skills.plc.front.tree import Name, Qualifier, Statement
from assay.skills.plc.front.words import QUALIFIERS, SECTIONS, UNIT_ENDS, UNIT_WORDS

_UNIT_ENDS = frozenset(UNIT_ENDS.values())
#: What stands before a body in another language in the exports of CODESYS 2.
_GRAPHS = frozenset({"_LD_BODY", "_FBD_BODY", "_CFC_BODY", "_IL_BODY", "_SFC_BODY", "_INSTRUCTION_LIST_BODY"})


@dataclass
class Parts:
    """The parts of a unit as they were found."""

    blocks: list[tree.VarBlock] = field(default_factory=list)
    body: tuple[Statement, ...] = ()
    body_span: Span = NOWHERE
    methods: list[tree.Method] = field(default_factory=list)
    properties: list[tree.Property] = field(default_factory=list)
    actions: list[tree.Action] = field(default_factory=list)
    chart: tree.Chart | None = None


class Members(Charts, Instructions):
    """Reads the parts of a unit."""

    def qualifiers(self) -> frozenset[Qualifier]:
        """Access and kind words before a name."""
        found: set[Qualifier] = set()
        while self.key in QUALIFIERS and self.peek_kind() in ("name", "quoted", "word"):
            found.add(cast("Qualifier", self.key))
            self.advance()
        return frozenset(found)

    def members(self, end: str) -> Parts:
        """Everything up to ``end`` or what ends a unit further out; with no ``end``, only methods, properties and
        actions."""
        parts = Parts()
        while self.kind != "end" and self.key != end:
            began, opened = self.at, len(self.open)
            if self.member_begins():
                try:
                    self.part_of_unit(parts)
                except Bail:
                    del self.open[opened:]
                    self.resume(began)
            elif not end:
                break
            elif self.key in UNIT_WORDS or self.key in _UNIT_ENDS:
                break
            elif self.key in SECTIONS or (self.key == "CONST" and self.peek() != ":="):
                parts.blocks.extend(self.sections())
            elif self.key == "LABEL" and self.peek_kind() == "name":
                parts.blocks.extend(self.sections())
            elif self.key == "BEGIN" and self.peek() != ":=":
                self.advance()
            elif self.key in _GRAPHS and self.source.dialect == "codesys":
                self.graph(end)
            else:
                self.body(parts, end)
            if self.at == began:
                self.stray()
        return parts

    def graph(self, end: str) -> None:
        """The body of an export of CODESYS 2 that is no text: named and stepped over up to the unit's end."""
        start, head = self.start, self.text[self.open[0].start if self.open else 0 :]
        name = [*head.split(None, 2), "", ""][1]
        kind = self.key.strip("_").partition("_")[0]
        self.report("ST4010", "body_kind", self.here(), name=name, kind=kind)
        while self.kind != "end" and self.key != end and self.key not in _UNIT_ENDS:
            self.advance()
        self.forget(start, self.last_end)

    def body(self, parts: Parts, end: str) -> None:
        """Statements; a second piece of them joins the first."""
        start = self.start
        parts.body += self.code(end)
        span = self.since(start)
        parts.body_span = span if parts.body_span is NOWHERE else parts.body_span.to(span)

    def part_of_unit(self, parts: Parts) -> None:
        """A method, a property, an action or the chart. Raises Bail."""
        if self.key in SFC_WORDS:
            chart = self.chart()
            old = parts.chart
            parts.chart = chart
            if old is not None:
                steps, moves = old.steps + chart.steps, old.transitions + chart.transitions
                parts.chart = tree.Chart(steps, moves, old.span.to(chart.span))
            return
        if self.key == "METHOD":
            parts.methods.append(self.method())
        elif self.key == "PROPERTY":
            parts.properties.append(self.property())
        else:
            parts.actions.append(self.action())

    def method(self) -> tree.Method:
        """``METHOD PUBLIC name : type .. END_METHOD``. Raises Bail."""
        start, one = self.start, self.opened("METHOD", "END_METHOD")
        self.advance()
        qualifiers = self.qualifiers()
        name = self.name()
        result = None
        if self.accept(":"):
            result = self.type_spec()
        self.accept(";")
        blocks = self.sections()
        body = self.code("END_METHOD")
        self.close_member(one, "END_METHOD")
        return tree.Method(name, qualifiers, result, blocks, body, self.since(start))

    def close_member(self, one: Open, end: str) -> None:
        """The end of a method, property or action; interfaces and the files of CODESYS and TwinCAT leave it out."""
        free = self.source.dialect in ("codesys", "twincat") or any(other.word == "INTERFACE" for other in self.open)
        outside = self.kind == "end" or self.member_begins() or self.key in _UNIT_ENDS or self.key in UNIT_WORDS
        if self.key != end and free and outside:
            self.open.pop()
            return
        self.closed(one, end)

    def property(self) -> tree.Property:
        """``PROPERTY name : type GET .. END_GET SET .. END_SET END_PROPERTY``. Raises Bail."""
        start, one = self.start, self.opened("PROPERTY", "END_PROPERTY")
        self.advance()
        qualifiers = self.qualifiers()
        name = self.name()
        self.expect(":")
        kind = self.type_spec()
        self.accept(";")
        found: dict[str, tree.Method] = {}
        while self.key in ("GET", "SET"):
            word = self.key
            found[word] = self.accessor(name)
        if not found and self.key != "END_PROPERTY" and not self.member_begins() and self.key not in _UNIT_ENDS:
            found["GET"] = self.bare_getter(name)
        self.close_member(one, "END_PROPERTY")
        return tree.Property(name, qualifiers, kind, found.get("GET"), found.get("SET"), self.since(start))

    def accessor(self, name: Name) -> tree.Method:
        """GET or SET of a property."""
        start, end = self.start, f"END_{self.key}"
        one = self.opened(self.key, end)
        self.advance()
        qualifiers: set[Qualifier] = set()
        while self.key in QUALIFIERS:
            qualifiers.add(cast("Qualifier", self.key))
            self.advance()
        self.accept(";")
        blocks = self.sections()
        body = self.code(end)
        self.close_member(one, end)
        return tree.Method(name, frozenset(qualifiers), None, blocks, body, self.since(start))

    def bare_getter(self, name: Name) -> tree.Method:
        """A property whose text has no GET: what stands there reads it."""
        start = self.start
        blocks = self.sections()
        body = self.code("END_PROPERTY")
        return tree.Method(name, frozenset(), None, blocks, body, self.since(start))

    def action(self) -> tree.Action:
        """``ACTION name : .. END_ACTION``. Raises Bail."""
        start, one = self.start, self.opened("ACTION", "END_ACTION")
        self.advance()
        self.qualifiers()
        name = self.name()
        self.accept(":")
        body = self.code("END_ACTION")
        self.close_member(one, "END_ACTION")
        return tree.Action(name, body, self.since(start))
