"""What fails how: equipment - component - failure - symptom - measure, drawn from the cases that an asker may read.

Every edge names the cases that say it; an edge exists only through them, so a forbidden case leaves no trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from assay.kernel.texts import LANGS, Lang
from assay.skills.cases.case import Case
from assay.skills.cases.equipment import equipment_name
from assay.skills.cases.wording import concepts, label

LINKS = (("equipment", "component"), ("component", "failure"), ("failure", "symptom"), ("failure", "measure"))


def graph(cases: Sequence[Case], lang: Lang) -> dict[str, Any]:
    """Nodes (``id``, ``kind``, ``name``, ``cases``), edges (``from``, ``to``, ``cases``) and ``sources``, sorted by id.

    ``cases`` are the ids that support a node or edge; ``sources`` says where each of them stands.
    """
    nodes: dict[str, dict[str, Any]] = {}
    edges: dict[tuple[str, str], set[str]] = {}
    for case in cases:
        levels = _levels(case, lang)
        for kind, found in levels.items():
            for key, name in found:
                node = nodes.setdefault(f"{kind}:{key}", {"kind": kind, "name": name, "cases": set()})
                node["cases"].add(case.id)
        for above, below in LINKS:
            for first, _ in levels[above]:
                for second, _ in levels[below]:
                    edges.setdefault((f"{above}:{first}", f"{below}:{second}"), set()).add(case.id)
    return {
        "cases": len(cases),
        "nodes": [{"id": id, **one, "cases": sorted(one["cases"])} for id, one in sorted(nodes.items())],
        "edges": [{"from": a, "to": b, "cases": sorted(ids)} for (a, b), ids in sorted(edges.items())],
        "sources": [{"case": case.id, "source": case.source, "place": case.place} for case in cases],
    }


def _levels(case: Case, lang: Lang) -> dict[str, list[tuple[str, str]]]:
    """The case's own (key, name) on each level."""
    component = case.component or "machine"
    name = concepts()["components"].get(component, {}).get(lang) or {"zh": "整机", "en": "machine"}[lang]
    failure = case.cause or case.effect or case.mode
    seen = [key for key, there in case.keys.items() if there]
    return {
        "equipment": [(equipment_name(case.equipment), equipment_name(case.equipment))],
        "component": [(component, name)],
        "failure": [(failure, label(failure, lang))] if failure else [],
        "symptom": [(key, label(key, lang)) for key in seen],
        "measure": [(text, text) for text in dict.fromkeys(said.text for said in case.measures)],
    }


def around(drawn: dict[str, Any], words: Iterable[str]) -> dict[str, Any]:
    """The part of a graph next to the nodes whose names, in either language, hold one of the words."""
    wanted = [word.casefold() for word in words if word.strip()]
    if not wanted:
        return drawn
    core = {one["id"] for one in drawn["nodes"] if any(word in _searched(one) for word in wanted)}
    edges = [one for one in drawn["edges"] if one["from"] in core or one["to"] in core]
    near = core | {one[end] for one in edges for end in ("from", "to")}
    nodes = [one for one in drawn["nodes"] if one["id"] in near]
    told = {id for one in nodes for id in one["cases"]}
    sources = [one for one in drawn["sources"] if one["case"] in told]
    return {"cases": len(told), "nodes": nodes, "edges": edges, "sources": sources}


def _searched(node: dict[str, Any]) -> str:
    key = node["id"].partition(":")[2]
    known = concepts()["components"].get(key, {})
    names = [str(known[lang]) for lang in LANGS if known] or [label(key, lang) for lang in LANGS]
    return "\n".join([node["name"], *names]).casefold()
