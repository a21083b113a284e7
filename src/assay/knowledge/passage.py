"""Passages: what is searched and shown; units: the sentences and table rows in them that an answer may pick."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assay.kernel.texts import Lang
from assay.knowledge.document import BlockKind, Span


class UnitKind(StrEnum):
    """A sentence, a row of a table, or a heading."""

    SENTENCE = "sentence"
    ROW = "row"
    HEADING = "heading"


@dataclass(frozen=True, slots=True)
class Field:
    """One cell of a row with what names it: column heading(s) joined, unit, and whether it is a condition."""

    header: str
    unit: str
    value: str
    span: Span
    header_span: Span | None = None
    unit_span: Span | None = None
    condition: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence or row. ``text`` is the stored text of ``spans`` (joined by a line break where there are several).

    ``context`` are the spans that a quote of it must show as well: a table's caption, headings and unit row, the
    introduction of a list ("The following must be closed:"). ``number`` is its own clause or step number.
    """

    kind: UnitKind
    text: str
    spans: tuple[Span, ...]
    number: str = ""
    fields: tuple[Field, ...] = ()
    context: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """Neighbouring units under one heading: a few sentences, or some rows of one table.

    ``id`` follows from document, version and place alone, so that it says nothing of other documents. ``headings`` are
    the titles above it, outermost first; ``clause`` the nearest clause number above it. ``lead`` are the words that
    stand outside its units and belong to them: a table's caption and unit, the introduction of a list.
    """

    id: str
    document: str
    version: str
    title: str
    headings: tuple[str, ...]
    clause: str
    kind: BlockKind
    lang: Lang
    units: tuple[Unit, ...]
    lead: str = ""

    @property
    def text(self) -> str:
        """The units' stored text, a line each."""
        return "\n".join(unit.text for unit in self.units)

    @property
    def first(self) -> Span:
        """Where it begins."""
        return self.units[0].spans[0]
