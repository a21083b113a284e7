"""A proposed operator screen for a unit: SVG whose elements are bound to variables, and the check of such bindings.

Inputs stand left (buttons for BOOL, entry fields for numbers), outputs right (lamps and values), timers below with
their time. Every element that shows or takes a value has ``data-tag``, ``data-type`` and ``data-access``; a screen says
what it would bind, nothing is connected by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from assay.kernel.errors import InputError
from assay.kernel.texts import Lang, text
from assay.skills.plc.explain.facts import read_facts
from assay.skills.plc.explain.graph import is_input, is_output
from assay.skills.plc.explain.roles import helpers
from assay.skills.plc.ir.nodes import Project, Unit, Variable
from assay.skills.plc.ir.types import BOOL, Array, Block, DataType, Elementary, Enum, Pointer, Struct, Subrange, Text

_ROW, _TOP, _WIDE, _COLUMN = 44, 96, 900, 420
_STYLE = (
    "text{font-family:'Noto Sans SC',sans-serif;font-size:14px;fill:#1c2733}.title{font-size:20px;font-weight:600}"
    ".head{font-size:13px;fill:#5b6b7a}.note{font-size:12px;fill:#5b6b7a}.box{fill:#fff;stroke:#c4ced8}"
    ".lamp{fill:#d5dce3;stroke:#5b6b7a}.button{fill:#e8eef4;stroke:#5b6b7a}.value{fill:#f4f7fa;stroke:#c4ced8}"
    ".unit{font-size:12px;fill:#5b6b7a}"
)


@dataclass(frozen=True, slots=True)
class Binding:
    """One element's variable: the path below the unit, its type's name, and whether the screen shows or sets it."""

    tag: str
    type: str
    access: str


def screen(project: Project, unit: Unit, lang: Lang) -> str:
    """The SVG text."""
    left = [one for one in unit.variables if (is_input(one) or one.section == "in_out") and _simple(one.type)]
    right = [one for one in unit.variables if is_output(one) and _simple(one.type)]
    timers = [one.instance for one in helpers(read_facts(project, unit)) if one.family == "timer"]
    rows = max(len(left), len(right), 1)
    bottom = _TOP + rows * _ROW + 20
    height = bottom + (40 + _ROW * len(timers) if timers else 0) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {height}" width="{_WIDE}" height="{height}">',
        f"<title>{escape(unit.name)}</title><style>{_STYLE}</style>",
        f'<rect width="{_WIDE}" height="{height}" fill="#eef2f6"/>',
        f'<text class="title" x="24" y="40">{escape(unit.name)}</text>',
        f'<text class="note" x="24" y="62">{escape(text("plc_explain.screen_note", lang))}</text>',
        f'<text class="head" x="24" y="86">{escape(text("plc_explain.screen_inputs", lang))}</text>',
        f'<text class="head" x="{24 + _COLUMN}" y="86">{escape(text("plc_explain.screen_outputs", lang))}</text>',
    ]
    for place, one in enumerate(left):
        parts.extend(_element(unit, one, 24, _TOP + place * _ROW, "write"))
    for place, one in enumerate(right):
        parts.extend(_element(unit, one, 24 + _COLUMN, _TOP + place * _ROW, "read"))
    if timers:
        parts.append(
            f'<text class="head" x="24" y="{bottom + 18}">{escape(text("plc_explain.screen_timers", lang))}</text>'
        )
        for place, instance in enumerate(timers):
            parts.extend(_timer(unit, instance, 24, bottom + 28 + place * _ROW))
    return "\n".join([*parts, "</svg>", ""])


def bindings(svg: str) -> list[Binding]:
    """Every bound element of a screen, in order. Raises InputError when the text is no SVG."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        top = etree.fromstring(svg.encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        raise InputError("plc_explain.not_svg", problem=str(error)[:120]) from error
    return [
        Binding(str(one.get("data-tag")), str(one.get("data-type", "")), str(one.get("data-access", "read")))
        for one in top.iter()
        if isinstance(one.tag, str) and one.get("data-tag") is not None
    ]


def check_bindings(project: Project, found: list[Binding]) -> list[tuple[Binding, str]]:
    """The bindings that are wrong, each with the text key of what is wrong: no such variable, another type, or a set
    of what a screen must not set."""
    wrong = []
    for one in found:
        head, _, path = one.tag.partition(".")
        unit = project.unit(head)
        variable, kind = _find(project, unit, path) if unit is not None else (None, None)
        if variable is None or kind is None:
            wrong.append((one, "binding_unknown"))
        elif one.type and one.type.upper() != type_name(kind).upper():
            wrong.append((one, "binding_type"))
        elif one.access == "write" and (variable.constant or not (variable.section == "in_out" or is_input(variable))):
            wrong.append((one, "binding_access"))
    return wrong


def type_name(kind: DataType) -> str:
    """A type as ST names it."""
    match kind:
        case Elementary() | Enum() | Struct() | Block():
            return kind.name
        case Subrange():
            return kind.base.name
        case Text():
            return "WSTRING" if kind.wide else "STRING"
        case Array():
            return f"ARRAY OF {type_name(kind.element)}"
        case Pointer():
            return "POINTER"
        case _:
            return "INTERFACE"


def _find(project: Project, unit: Unit, path: str) -> tuple[Variable | None, DataType | None]:
    first, *rest = path.split(".")
    variable = unit.variable(first)
    kind = variable.type if variable is not None else None
    for name in rest:
        if isinstance(kind, Block):
            inner = project.unit(kind.name)
            found = inner.variable(name) if inner is not None else None
            kind = found.type if found is not None else None
        elif isinstance(kind, Struct):
            kind = next((one for key, one in kind.fields if key.upper() == name.upper()), None)
        else:
            kind = None
    return variable, kind


def _simple(kind: DataType) -> bool:
    return isinstance(kind, (Elementary, Enum, Subrange, Text))


def _element(unit: Unit, one: Variable, x: int, y: int, access: str) -> Iterator[str]:
    bound = (
        f'data-tag="{escape(unit.name)}.{escape(one.name)}" data-type="{escape(type_name(one.type))}" '
        f'data-access="{access}"'
    )
    yield f'<g><rect class="box" x="{x}" y="{y}" width="{_COLUMN - 40}" height="{_ROW - 8}" rx="4"/>'
    yield f'<text x="{x + 12}" y="{y + 23}">{escape(one.name)}<title>{escape(one.comment)}</title></text>'
    end = x + _COLUMN - 52
    if one.type == BOOL and access == "read":
        yield f'<circle class="lamp" cx="{end - 12}" cy="{y + 18}" r="11" {bound}/></g>'
    elif one.type == BOOL:
        yield f'<rect class="button" x="{end - 60}" y="{y + 6}" width="60" height="24" rx="12" {bound}/></g>'
    else:
        yield f'<rect class="value" x="{end - 110}" y="{y + 6}" width="110" height="24" {bound}/>'
        yield f'<text class="unit" x="{end - 104}" y="{y + 23}">{escape(type_name(one.type))}</text></g>'


def _timer(unit: Unit, instance: str, x: int, y: int) -> Iterator[str]:
    tag = f"{escape(unit.name)}.{escape(instance)}"
    shown = f'data-tag="{tag}.ET" data-type="TIME" data-access="read"'
    done = f'data-tag="{tag}.Q" data-type="BOOL" data-access="read"'
    yield f'<g><rect class="box" x="{x}" y="{y}" width="{_WIDE - 48}" height="{_ROW - 8}" rx="4"/>'
    yield f'<text x="{x + 12}" y="{y + 23}">{escape(instance)}</text>'
    yield f'<rect class="value" x="{x + 240}" y="{y + 6}" width="360" height="24" {shown}/>'
    yield f'<circle class="lamp" cx="{x + 640}" cy="{y + 18}" r="11" {done}/></g>'
