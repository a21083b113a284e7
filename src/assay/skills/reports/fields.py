"""The fields that a template may ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["about", "number", "alarms", "list", "ask", "chart", "entered"]

STATISTICS = ("mean", "min", "max", "first", "last", "std", "change", "total", "hours_above", "hours_below", "good")
"""Figures of one tag over the period."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field: what kind it is, how it is written, and how few and how many arguments it has.

    Its meaning for a person is the text ``reports.field_NAME``.
    """

    kind: Kind
    usage: str
    arguments: tuple[int, int]


FIELDS: Mapping[str, Field] = {
    "plant": Field("about", "{{plant}}", (0, 0)),
    "period": Field("about", "{{period}}", (0, 0)),
    "from": Field("about", "{{from}}", (0, 0)),
    "to": Field("about", "{{to}}", (0, 0)),
    "set": Field("entered", "{{set NAME}}", (1, 1)),
    **{
        name: Field("number", f"{{{{{name} TAG LIMIT}}}}", (2, 2))
        if name.startswith("hours_")
        else Field("number", f"{{{{{name} TAG}}}}", (1, 1))
        for name in STATISTICS
    },
    "alarms": Field("alarms", "{{alarms count|rate|floods|peak}}", (1, 1)),
    "top_alarms": Field("list", "{{top_alarms [N]}}", (0, 1)),
    "events": Field("list", "{{events operator|alarm|work_order|batch_step|finding [N] [first]}}", (1, 3)),
    "actions": Field("list", "{{actions [N]}}", (0, 1)),
    "ask": Field("ask", '{{ask "QUESTION"}}', (1, 1)),
    "chart": Field("chart", "{{chart TAG [TAG..]}}", (1, 4)),
}
