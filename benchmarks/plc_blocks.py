"""Library blocks asked for in free words: the right block with the right parameters, refused or asked back, or wrong.

``python -m benchmarks.plc_blocks [--set NAME] --json``. A request of the set names its block (null: the library has
none, or it must ask back; ``either``: refused, asked back and kept back are all right), and the parameters that it
gives, as literals; any other parameter must keep its default. ``wrong_block`` counts most: a block was offered that was
not asked for. ``kept_back`` is the right block with an amount that nothing takes or that two claim: the generator names
it and releases nothing. Finding is judged alone; ``held`` are requests whose block the generator then keeps back,
because a sentence asks for more than the block does or because it lacks a signal that is named (``right_held`` of the
right ones, ``wrong_released`` of the wrong ones that nothing holds).

The sets ``requests_real*`` follow wordings that people use in public (exercise sheets, lab courses, forums, READMEs,
control narratives); each was frozen with its expected answers before the library had seen it.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assay.kernel.errors import InputError
from assay.skills.plc.blocks.block import Block
from assay.skills.plc.blocks.building import amount, build
from assay.skills.plc.blocks.choosing import choose
from assay.skills.plc.blocks.filling import read_parameters
from assay.skills.plc.making.fitting import beyond
from assay.skills.plc.making.requirement import parse_requirement
from assay.skills.plc.making.work import Task, from_library
from benchmarks.about import about

SETS = Path(__file__).parent / "plc"
GOOD = ("right", "refused_rightly", "asked_rightly", "kept_back_rightly")
SAFE = ("refused", "asked", "kept_back")


def run(path: Path) -> dict[str, Any]:
    """Every request judged, and the shares."""
    judged = [judge(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    counts = Counter(one["result"] for one in judged)
    total = len(judged)
    with_block = [one for one in judged if one["block"] is not None]
    return {
        "about": about([path]),
        "requests": total,
        "counts": dict(sorted(counts.items())),
        "right_share": round(sum(counts[one] for one in GOOD) / total, 4) if total else None,
        "right_share_of_those_with_a_block": share(with_block, GOOD),
        "safe_share": round(sum(counts[one] for one in SAFE) / total, 4) if total else None,
        "wrong_blocks": counts["wrong_block"],
        "wrong_parameters": counts["wrong_parameters"],
        "right_held": sum(one["result"] == "right" and bool(one["held"]) for one in judged),
        "wrong_released": sum(one["result"].startswith("wrong") and not one["held"] for one in judged),
        "not_right": [one for one in judged if one["result"] not in GOOD],
    }


def share(judged: list[dict[str, Any]], results: tuple[str, ...]) -> float | None:
    """Share of results in a list of judged requests."""
    return round(sum(one["result"] in results for one in judged) / len(judged), 4) if judged else None


def judge(record: Mapping[str, Any]) -> dict[str, Any]:
    """One request through the door that ``assay plc generate`` uses first."""
    made = {"id": record.get("id"), "request": record["request"], "block": record["block"]}
    chosen, offered = choose(record["request"])
    made["offered"] = [one.block.id for one in offered[:3]]
    if chosen is None:
        wanted = record["block"] is None
        asked = bool(offered)
        # Asking back is right where the request is ambiguous; for what the library has not, it is only safe.
        right = (wanted and asked == bool(record.get("ask"))) or bool(record.get("either"))
        made["result"] = ("asked" if asked else "refused") + ("_rightly" if right else "")
        return made
    made |= {"got": chosen.id, "held": held(chosen, record["request"])}
    if chosen.id != record["block"]:
        made["result"] = "wrong_block"
        return made
    made |= parameters(chosen, record)
    if made["result"] == "kept_back" and record.get("either"):
        made["result"] = "kept_back_rightly"
    return made


def held(chosen: Block, request: str) -> list[str]:
    """What keeps the generator from releasing this block: sentences beyond it, or all of it."""
    requirement = parse_requirement(request)
    try:
        if from_library(Task(requirement)) is None:
            return ["signals"]
    except InputError:
        return ["question"]
    filled = read_parameters(chosen, request)
    return [one.text for one in beyond(requirement, chosen)] + [*filled.unused, *filled.unclear]


def parameters(chosen: Block, record: Mapping[str, Any]) -> dict[str, Any]:
    """The right block: are its parameters those of the request, and do the limits take them?"""
    filled = read_parameters(chosen, record["request"])
    shown = {"expected": record.get("parameters", {}), "values": dict(filled.values)}
    if filled.unused or filled.unclear:
        return shown | {"result": "kept_back", "unused": list(filled.unused), "unclear": list(filled.unclear)}
    try:
        build(chosen, filled.values)
    except InputError as error:
        return shown | {"result": "kept_back", "why": error.render("en")}
    # A limit that was not asked for may be out of reach instead of at its default.
    same = all(
        amount(one.type, filled.values.get(one.name, one.default))
        == amount(one.type, record.get("parameters", {}).get(one.name, one.default))
        for one in chosen.parameters
        if not (one.away and one.name not in record.get("parameters", {}) and filled.values.get(one.name) == one.away)
    )
    return shown | {"result": "right" if same else "wrong_parameters"}


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", default="requests", choices=sorted(one.stem for one in SETS.glob("*.jsonl")))
    parser.add_argument("--file", type=Path, help="a set of one's own, one JSON object a line")
    parser.add_argument("--json", action="store_true", help="kept for the other benchmarks' sake: it is always JSON")
    chosen = parser.parse_args()
    print(json.dumps(run(chosen.file or SETS / f"{chosen.set}.jsonl"), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
