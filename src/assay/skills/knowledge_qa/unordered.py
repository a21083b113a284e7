"""Hits as they are judged: without orders to a machine, and without units that are nothing else.

Units keep their places and their other characters theirs, so that what is opened and quoted is the stored text; a unit
that is an order as a whole stays as an empty heading, which nothing picks and nothing quotes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assay.knowledge.document import BlockKind
from assay.knowledge.orders import Stretch, blanked, loose_sentences, order_spans, without_orders
from assay.knowledge.passage import Field, Passage, Unit, UnitKind
from assay.knowledge.reader import Hit
from assay.skills.knowledge_qa.question import Asked
from assay.skills.knowledge_qa.terms import coverage, said


def without_ordered(hits: Sequence[Hit], asked: Asked) -> tuple[Hit, ...]:
    """The hits without orders; one in which nothing else stands is left out.

    Of a unit that holds several sentences (an order without an end ran into a fact, or a list was badly set), only what
    says something of the question is judged.
    """
    read = [replace(hit, passage=passage_read(hit.passage, asked)) for hit in hits]
    return tuple(hit for hit in read if any(unit.text.strip() for unit in hit.passage.units))


def passage_read(passage: Passage, asked: Asked) -> Passage:
    """A passage without orders; itself where it has none."""
    table = passage.kind is BlockKind.TABLE
    units = tuple(_about(unit, asked) for unit in _units(passage.units))
    headings = tuple(without_orders(one, title=True) for one in passage.headings)
    title, lead = without_orders(passage.title, title=True), without_orders(passage.lead, title=table)
    if (title, lead, headings, units) == (passage.title, passage.lead, passage.headings, passage.units):
        return passage
    return replace(passage, title=title, lead=lead, headings=headings, units=units)


def _units(units: tuple[Unit, ...]) -> tuple[Unit, ...]:
    """Sentences are read together: an order may run over several, and its tail alone would not look like one."""
    texts = [unit.text for unit in units]
    spans = order_spans("\n".join(texts)) if any(not unit.fields for unit in units) else ()
    made, start = [], 0
    for unit, text in zip(units, texts, strict=True):
        if unit.fields:
            made.append(_row(unit))
        elif unit.kind is UnitKind.HEADING:
            made.append(replace(unit, text=blanked(text, title=True)))
        else:
            mine = [
                (max(0, a - start), min(len(text), b - start)) for a, b in spans if a < start + len(text) and b > start
            ]
            made.append(_kept(unit, _blank(text, mine)) if mine else unit)
        start += len(text) + 1
    return tuple(made)


def _about(unit: Unit, asked: Asked) -> Unit:
    """A sentence without what runs into it and says nothing of the question."""
    if unit.fields or unit.kind is UnitKind.HEADING:
        return unit
    pieces = loose_sentences(unit.text)
    mine = [coverage(asked.terms, said(unit.text[start:end])) > 0 for start, end in pieces] if len(pieces) > 1 else []
    if all(mine) or not any(mine):
        return unit
    return replace(unit, text=_blank(unit.text, [piece for piece, own in zip(pieces, mine, strict=True) if not own]))


def _row(unit: Unit) -> Unit:
    """A row whose cells have no orders."""
    fields = tuple(_cell(one) for one in unit.fields)
    if fields == unit.fields:
        return unit
    return replace(_kept(unit, " | ".join(one.value for one in fields)), fields=fields)


def _cell(one: Field) -> Field:
    header, value = without_orders(one.header, title=True), without_orders(one.value)
    return one if (header, value) == (one.header, one.value) else replace(one, header=header, value=value)


def _blank(text: str, spans: Sequence[Stretch]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _kept(unit: Unit, text: str) -> Unit:
    """A unit with its words; an empty heading where no word or number is left."""
    if any(one.isalnum() for one in text):
        return replace(unit, text=text)
    return replace(unit, kind=UnitKind.HEADING, text="", fields=())
