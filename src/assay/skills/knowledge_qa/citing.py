"""A unit as it is cited: where it stands, its words as stored, and what a quote of it must show as well."""

from __future__ import annotations

from typing import Any

from assay.kernel.errors import InputError
from assay.knowledge.document import Span
from assay.knowledge.passage import Field, Passage, Unit
from assay.knowledge.reader import Reader
from assay.skills.knowledge_qa.candidates import line_of, value_of


def opened(
    reader: Reader, passage: str, unit: int, cell: int | None = None, start: int | None = None, end: int | None = None
) -> dict[str, Any]:
    """The value of ``knowledge_qa.open``: ``said`` is what a sentence shows, ``citations`` where that stands.

    InputError for a passage, unit or cell that the asker's documents do not have.
    """
    found = reader.passage(passage)
    if unit >= len(found.units) or (cell is not None and cell >= len(found.units[unit].fields)):
        raise InputError("knowledge_qa.no_unit", passage=passage)
    one = found.units[unit]
    field = one.fields[cell] if cell is not None else None
    version = next(
        info for info in reader.documents(outdated=True) if (info.id, info.version) == (found.document, found.version)
    )
    return {
        "document": version.name,
        "document_id": found.document,
        "version": found.version,
        "title": found.title or version.name,
        "current": version.current,
        "page_label": _label(reader, found, one),
        "headings": list(found.headings),
        "said": said_of(one, field),
        "short": _short(one, field, start, end),
        "citations": [_citation(reader, found, span) for span in one.spans],
        "context": [_citation(reader, found, span) for span in one.context],
        "cells": [_cell(each, one) for each in one.fields],
    }


def said_of(unit: Unit, field: Field | None) -> str:
    """What is shown of a unit: a sentence as stored, of a row the cell with its heading, unit and conditions."""
    if field is None:
        return line_of(unit)
    value = value_of(field, unit)
    named = [
        f"{each.header}: {value_of(each, unit)}" if each.header else value_of(each, unit)
        for at, each in enumerate(unit.fields)
        if each is not field and each.value and (each.condition or at == 0)
    ]
    head = f"{field.header} = {value}" if field.header else value
    return f"{head} ({'; '.join(named)})" if named else head


def _short(unit: Unit, field: Field | None, start: int | None, end: int | None) -> str:
    if field is not None:
        return value_of(field, unit)
    return " ".join(unit.text[start:end].split())


def _label(reader: Reader, passage: Passage, unit: Unit) -> str:
    page = reader.page(passage.document, passage.version, unit.spans[0].page)
    return f"{page.label} ({page.number})" if page.label and page.label != str(page.number) else str(page.number)


def _citation(reader: Reader, passage: Passage, span: Span) -> dict[str, Any]:
    page = reader.page(passage.document, passage.version, span.page)
    box = page.box(span)
    return {
        "page": span.page,
        "start": span.start,
        "end": span.end,
        "quote": page.slice(span),
        "sha256": page.sha256,
        "box": None if box is None else [round(x, 1) for x in (box.left, box.top, box.right, box.bottom)],
    }


def _cell(cell: Field, unit: Unit) -> dict[str, Any]:
    return {
        "header": cell.header,
        "value": cell.value,
        "unit": cell.unit,
        "shown": value_of(cell, unit),
        "condition": cell.condition,
        "start": cell.span.start,
        "end": cell.span.end,
        "page": cell.span.page,
    }
