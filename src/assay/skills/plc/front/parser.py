"""A source to its syntax tree, with everything that is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

from assay.skills.plc.front import tree
from assay.skills.plc.front.cursor import Bail
from assay.skills.plc.front.diagnostic import Diagnostic
from assay.skills.plc.front.lexer import tokenize
from assay.skills.plc.front.source import Dialect, Source, Span
from assay.skills.plc.front.units import Units


@dataclass(frozen=True, slots=True)
class Parsed:
    """The tree of a source and its diagnostics in the order of the text. ``ok``: no error among them; ``lists``: a body
    is a list of instructions."""

    unit: tree.Unit
    diagnostics: tuple[Diagnostic, ...]
    lists: bool = False

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not any(one.severity == "error" for one in self.diagnostics)


def parse(source: Source) -> Parsed:
    """The tree of the whole source; never raises, for any text."""
    tokens = tokenize(source)
    parser = Units(source, tokens)
    unit = parser.unit()
    if not unit.elements and not parser.diagnostics and source.text.strip():
        span = Span(source.name, 0, 0)
        parser.diagnostics.append(Diagnostic("ST4003", "warning", span, "plc_front.nothing", {}))
    return Parsed(unit, _in_order([*tokens.diagnostics, *parser.diagnostics]), parser.lists)


def parse_expression(
    text: str, name: str = "<expression>", dialect: Dialect = "iec"
) -> tuple[tree.Expr | None, tuple[Diagnostic, ...]]:
    """One expression that fills the whole text; None when it cannot be read. Never raises."""
    source = Source(name, text, dialect)
    tokens = tokenize(source)
    parser = Units(source, tokens)
    found: tree.Expr | None
    try:
        found = parser.expression()
        if parser.kind != "end":
            raise parser.fail("ST1026", "behind")
    except Bail:
        found = None
    wrong = _in_order([*tokens.diagnostics, *parser.diagnostics])
    return (None if wrong else found), wrong


def _in_order(found: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(sorted(found, key=lambda one: (one.span.start, one.span.end, one.code)))
