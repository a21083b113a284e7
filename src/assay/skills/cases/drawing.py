"""The graph as one page that reads anywhere: a column a level, a line a link, and under it every link with its cases.

Nodes stand in the order of their neighbours' mean place (the barycentre heuristic, Sugiyama et al. 1981), so that few
lines cross.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from assay.kernel.page import html_page
from assay.kernel.texts import Lang, text

LEVELS = ("equipment", "component", "failure", "symptom", "measure")
#: Symptoms and measures both hang on the failure; they stand in two columns to its right.
WIDTH, GAP, HEIGHT, STEP, TOP = 190, 70, 26, 34, 44
MOST = 120
"""Nodes of a level that are drawn: those with the most cases. The table under the picture names all."""
_SWEEPS = 4
_FILLS = {
    "equipment": "#dbe7f5",
    "component": "#e3f0dd",
    "failure": "#f9dfd6",
    "symptom": "#fbf0cf",
    "measure": "#e6e0f2",
}
_STYLE = """
body { margin: 0 auto; padding: 1rem 1.25rem 3rem; max-width: 82rem; color: #1a1a1a; line-height: 1.5; }
.wide { overflow-x: auto; } svg text { font-size: 12px; fill: #1a1a1a; } svg .head { font-weight: 600; }
table { border-collapse: collapse; margin: 1rem 0; font-size: .9rem; }
td, th { border: 1px solid #999; padding: .2rem .5rem; text-align: left; vertical-align: top; }
code { font-size: .85em; }
"""


def graph_page(drawn: Mapping[str, Any], sentences: Sequence[str], lang: Lang) -> str:
    """The page of a graph (see ``graph.graph``), with some sentences on top; names are escaped."""
    nodes = {one["id"]: one for one in drawn["nodes"]}
    columns = _columns(drawn)
    left_out = len(nodes) - sum(map(len, columns.values()))
    said = [*sentences, *([text("cases.page_left_out", lang, count=left_out, limit=MOST)] if left_out else [])]
    title = text("cases.page_title", lang)
    head = f"<h1>{escape(title)}</h1>" + "".join(f"<p>{escape(one)}</p>" for one in said)
    body = f"{head}<div class='wide'>{_svg(columns, nodes, drawn['edges'], lang)}</div>{_table(drawn, nodes, lang)}"
    return html_page(title, body, _STYLE, lang)


def tree(drawn: Mapping[str, Any], lang: Lang) -> list[str]:
    """The graph as lines for a terminal: each failure with its component, equipment, symptoms and measures."""
    nodes = {one["id"]: one for one in drawn["nodes"]}
    beside = _neighbours(drawn["edges"])
    lines = []
    for one in _of("failure", drawn):
        above = [id for id in beside[one["id"]] if nodes[id]["kind"] == "component"]
        where = ", ".join(_named(nodes, above))
        machines = {id for part in above for id in beside[part] if nodes[id]["kind"] == "equipment"}
        machines = {id for id in machines if set(nodes[id]["cases"]) & set(one["cases"])}
        place = " > ".join(part for part in (", ".join(_named(nodes, machines)), where) if part)
        lines.append(f"{place}: {one['name']} ({len(one['cases'])})" if place else f"{one['name']}")
        for kind in ("symptom", "measure"):
            found = [id for id in beside[one["id"]] if nodes[id]["kind"] == kind]
            if found:
                lines.append(f"    {text(f'cases.level_{kind}', lang)}: {'; '.join(_named(nodes, found))}")
    return lines


def _named(nodes: Mapping[str, Any], ids: Any) -> list[str]:
    return [nodes[id]["name"] for id in sorted(ids, key=lambda id: (-len(nodes[id]["cases"]), id))]


def _neighbours(edges: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for one in edges:
        found[one["from"]].append(one["to"])
        found[one["to"]].append(one["from"])
    return found


def _of(kind: str, drawn: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A level's nodes, those with the most cases first."""
    found = [one for one in drawn["nodes"] if one["kind"] == kind]
    return sorted(found, key=lambda one: (-len(one["cases"]), one["id"]))


def _columns(drawn: Mapping[str, Any]) -> dict[str, list[str]]:
    """The drawn nodes of each level from top to bottom."""
    columns = {kind: [one["id"] for one in _of(kind, drawn)[:MOST]] for kind in LEVELS}
    beside = _neighbours(drawn["edges"])
    for _ in range(_SWEEPS):
        for kind in LEVELS:
            place = {id: at / len(ids) for ids in columns.values() for at, id in enumerate(ids)}
            columns[kind].sort(key=lambda id: (_mean(place, [*beside[id], id]), id))
    return columns


def _mean(place: Mapping[str, float], ids: Sequence[str]) -> float:
    found = [place[id] for id in ids if id in place]
    return sum(found) / len(found)


def _svg(
    columns: Mapping[str, Sequence[str]], nodes: Mapping[str, Any], edges: Sequence[Mapping[str, Any]], lang: Lang
) -> str:
    tallest = max(map(len, columns.values()), default=0)
    places = {
        id: (level * (WIDTH + GAP), TOP + (tallest - len(ids)) * STEP // 2 + at * STEP)
        for level, ids in enumerate(columns.values())
        for at, id in enumerate(ids)
    }
    lines = [_line(places, one) for one in edges if one["from"] in places and one["to"] in places]
    boxes = [_box(nodes[id], *place, lang) for id, place in places.items()]
    heads = [
        f"<text class='head' x='{level * (WIDTH + GAP)}' y='20'>{escape(text(f'cases.level_{kind}', lang))}</text>"
        for level, kind in enumerate(columns)
    ]
    wide, high = len(columns) * (WIDTH + GAP) - GAP, TOP + tallest * STEP
    inside = "".join([*lines, *boxes, *heads])
    return f"<svg width='{wide}' height='{high}' viewBox='-2 0 {wide + 4} {high}' role='img'>{inside}</svg>"


def _line(places: Mapping[str, tuple[int, int]], one: Mapping[str, Any]) -> str:
    (x, y), (to_x, to_y) = places[one["from"]], places[one["to"]]
    x, y, to_y = x + WIDTH, y + HEIGHT // 2, to_y + HEIGHT // 2
    middle, width = (x + to_x) // 2, min(6, 1 + len(one["cases"]) // 2)
    return (
        f"<path d='M{x},{y} C{middle},{y} {middle},{to_y} {to_x},{to_y}' fill='none' stroke='#8a93a0' "
        f"stroke-width='{width}' stroke-opacity='.6'/>"
    )


def _box(node: Mapping[str, Any], x: int, y: int, lang: Lang) -> str:
    name = f"{node['name']} ({len(node['cases'])})"
    return (
        f"<g><title>{escape(name)}</title><rect x='{x}' y='{y}' width='{WIDTH}' height='{HEIGHT}' rx='4' "
        f"fill='{_FILLS[node['kind']]}' stroke='#8a93a0'/>"
        f"<text x='{x + 8}' y='{y + 17}'>{escape(_cut(node['name'], len(node['cases'])))}</text></g>"
    )


def _cut(name: str, cases: int) -> str:
    """As much of a name as its box holds: a Chinese character is twice as wide as a Latin one."""
    room, kept = 22, ""
    for character in name:
        room -= 2 if ord(character) > 0x2E80 else 1
        if room < 0:
            return f"{kept}… ({cases})"
        kept += character
    return f"{kept} ({cases})"


def _table(drawn: Mapping[str, Any], nodes: Mapping[str, Any], lang: Lang) -> str:
    rows = "".join(
        f"<tr><td>{escape(nodes[one['from']]['name'])}</td><td>{escape(nodes[one['to']]['name'])}</td>"
        f"<td>{' '.join(f'<code>{escape(id)}</code>' for id in one['cases'])}</td></tr>"
        for one in drawn["edges"]
    )
    sources = "".join(
        f"<tr><td><code>{escape(one['case'])}</code></td><td>{escape(one['source'])}</td>"
        f"<td>{one['place'] or ''}</td></tr>"
        for one in drawn["sources"]
    )
    return _framed(("from", "to", "cases"), rows, lang) + _framed(("cases", "source", "place"), sources, lang)


def _framed(names: Sequence[str], rows: str, lang: Lang) -> str:
    head = "".join(f"<th>{escape(text(f'cases.page_{name}', lang))}</th>" for name in names)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
