"""A report as plain blocks, before it is HTML or Markdown. All texts in here are raw: each renderer escapes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Spec = dict[str, Any]
Tone = Literal["good", "fair", "bad"]


@dataclass(frozen=True, slots=True)
class Share:
    """A part of one (0 to 1), shown as a bar with its text."""

    value: float
    shown: str


@dataclass(frozen=True, slots=True)
class Code:
    """An identifier or a command, to be copied as it stands."""

    text: str


@dataclass(frozen=True, slots=True)
class Refs:
    """References to evidence, by id."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """The place in the appendix that references to this piece of evidence lead to."""

    id: str


Cell = str | Share | Code | Refs | Target


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Plain sentences with the evidence behind them."""

    text: str
    refs: Refs = Refs(())
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list of sentences."""

    items: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Pairs of a label and a value."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under a head; ``numeric`` columns are set right; rows in ``marked`` are the ones to look at."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: frozenset[int] = frozenset()
    marked: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Key:
    """One entry of a legend: what a stroke or an area in the charts means."""

    label: str
    colour: str
    dash: tuple[int, ...] = ()
    area: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """One chart: a Vega-Lite spec under a caption that stands outside the drawing."""

    caption: str
    spec: Spec


@dataclass(frozen=True, slots=True)
class Figures:
    """Charts of one kind under one legend; ``wide`` ones take a whole line."""

    figures: tuple[Figure, ...]
    legend: tuple[Key, ...]
    note: str = ""
    wide: bool = False


Block = Paragraph | Items | Facts | Table | Figures


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its blocks; a section without blocks is not shown."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person must see first: what it is, how likely, what to do."""

    label: str
    finding: str
    probability: Share | None
    todo_label: str
    todo: tuple[str, ...]
    tone: Tone


@dataclass(frozen=True, slots=True)
class Document:
    """The whole report. ``evidence`` are the ids in the order of their numbers."""

    lang: Literal["zh", "en"]
    title: str
    badge: str
    badge_tone: Tone
    facts: Facts
    verdict: Verdict
    sections: tuple[Section, ...]
    evidence: tuple[str, ...]
    footer: str
    labels: dict[str, str] = field(default_factory=dict)

    def number(self, evidence: str) -> int:
        """The number, from 1, by which a piece of evidence is referred to."""
        return self.evidence.index(evidence) + 1

    def figures(self) -> list[Figure]:
        """All charts in their order."""
        blocks = [block for section in self.sections for block in section.blocks]
        return [figure for block in blocks if isinstance(block, Figures) for figure in block.figures]
