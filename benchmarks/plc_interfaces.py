"""Interfaces proposed from requirements in free words, against those that an engineer would declare.

``python -m benchmarks.plc_interfaces [--set first|second] [--show] --json``. A requirement of a set names its inputs
and outputs, each by a pattern over the words or the name of the proposed line and by its type (B BOOL, R REAL, I an
integer), and its amounts. ``doubled`` are lines for what another line is already; ``invented`` are lines for nothing
of the list; ``lost`` are signals of the list without a line and without a question, which is the fault that must not
be. ``unchanged`` are interfaces that a person could confirm as they are. No language model is asked.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from assay.kernel.errors import InputError
from assay.kernel.unit_words import same_unit
from assay.skills.plc.making.faces import Line, Proposal, propose_interface
from assay.skills.plc.making.plant_units import quantities
from assay.skills.plc.making.requirement import parse_requirement
from benchmarks.about import about

SETS = Path(__file__).parent / "interfaces"
_SECTIONS = {"in": "VAR_INPUT", "out": "VAR_OUTPUT"}
_TYPES = {"BOOL": "B", "REAL": "R", "LREAL": "R", "TIME": "T"}
_MILLISECONDS = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000}
Wanted = tuple[str, str, str]


def run(path: Path) -> dict[str, Any]:
    """Every requirement judged, and the shares."""
    judged = [judge(one) for one in yaml.safe_load(path.read_text(encoding="utf-8"))]
    sums: Counter[str] = Counter()
    for one in judged:
        sums.update({key: value if isinstance(value, int) else len(value) for key, value in one.items() if key != "id"})
    found, amounts = sums["found"], sums["amounts"]
    return {
        "about": about([path]),
        "requirements": len(judged),
        "signals": {
            "wanted": sums["wanted"],
            "recall": share(found, sums["wanted"]),
            "precision": share(found, sums["lines"]),
            "right_way": share(sums["right_way"], found),
            "right_type": share(sums["right_type"], found),
            **{key: sums[key] for key in ("lost", "asked", "doubled", "invented", "refused")},
        },
        "constants": {
            "wanted": amounts,
            "recall": share(amounts - sums["amounts_lost"], amounts),
            "precision": share(sums["constants"] - sums["amounts_invented"], sums["constants"]),
        },
        "unchanged": sums["unchanged"],
        "requirements_judged": judged,
    }


def share(part: int, whole: int) -> float | None:
    """A share with four decimals; None of nothing."""
    return round(part / whole, 4) if whole else None


def judge(record: Mapping[str, Any]) -> dict[str, Any]:
    """One requirement; the lists name what is not as it should be."""
    wanted = [(section, pattern, kind) for section in ("in", "out") for pattern, kind in record[section].items()]
    made: dict[str, Any] = {"id": record["id"], "wanted": len(wanted), "amounts": len(record["const"])}
    try:
        proposal = asyncio.run(propose_interface(parse_requirement(record["text"]), (), None))
    except InputError as error:
        return made | {"refused": 1, "lost": [one[1] for one in wanted], "why": error.key}
    lines = [one for one in proposal.lines if one.section in _SECTIONS.values()]
    pairs = assigned(lines, wanted)
    taken = set(pairs.values())
    matched = [(wanted[place], lines[line]) for place, line in pairs.items()]
    extra = [one for place, one in enumerate(lines) if place not in taken]
    missing = [one for place, one in enumerate(wanted) if place not in pairs]
    asked = [one for one in missing if _asked(one[1], proposal)]
    wrong_way = [f"{b.name} {a[0]}" for a, b in matched if _SECTIONS[a[0]] != b.section]
    wrong_type = [f"{b.name} {b.type}" for a, b in matched if _TYPES.get(b.type, "I") != a[2]]
    made |= {
        "lines": len(lines),
        "found": len(matched),
        "right_way": len(matched) - len(wrong_way),
        "right_type": len(matched) - len(wrong_type),
        "wrong_way": wrong_way,
        "wrong_type": wrong_type,
        "lost": [one[1] for one in missing if one not in asked],
        "asked": [one[1] for one in asked],
        "doubled": [one.name for one in extra if any(_fits(one, each) for each in wanted)],
        "invented": [one.name for one in extra if not any(_fits(one, each) for each in wanted)],
    }
    made |= constants(proposal, record["const"])
    faults = ("wrong_way", "wrong_type", "lost", "asked", "doubled", "invented", "amounts_lost", "amounts_invented")
    return made | {"unchanged": int(not any(made[key] for key in faults))}


def constants(proposal: Proposal, wanted: Sequence[str]) -> dict[str, Any]:
    """The amounts of the list among the constants, by value and unit."""
    got = [_constant(one) for one in proposal.lines if one.section == "VAR CONSTANT"]
    left, lost = list(got), []
    for one in wanted:
        amount = _amount(one)
        if amount in left:
            left = [each for each in left if each != amount]  # one amount may have a constant for each of its uses
        else:
            lost.append(one)
    return {
        "constants": len(got),
        "amounts_lost": lost,
        "amounts_invented": [f"{value} {unit}" for value, unit in left],
    }


def assigned(lines: Sequence[Line], wanted: Sequence[Wanted]) -> dict[int, int]:
    """The most signals that can each have a line of their own: place in ``wanted`` -> place in ``lines``."""
    owner: dict[int, int] = {}

    def place(one: int, seen: set[int]) -> bool:
        order = sorted(range(len(lines)), key=lambda line: lines[line].section != _SECTIONS[wanted[one][0]])
        for line in order:
            if line in seen or not _fits(lines[line], wanted[one]):
                continue
            seen.add(line)
            if line not in owner or place(owner[line], seen):
                owner[line] = one
                return True
        return False

    for one in range(len(wanted)):
        place(one, set())
    return {one: line for line, one in owner.items()}


def _fits(line: Line, wanted: Wanted) -> bool:
    said = (line.name, line.words, *line.nouns)
    return any(re.search(wanted[1], one, re.I) for one in said if one)


def _asked(pattern: str, proposal: Proposal) -> bool:
    """Whether a question names it; one about several asks how many there are."""
    said = [f"{one.words}{number}" for one in proposal.questions for number in ("", " 1", " 2", " 3")]
    return any(re.search(pattern, one, re.I) for one in said)


def _constant(line: Line) -> tuple[Decimal, str]:
    if line.type == "TIME":
        number = re.fullmatch(r"T#([\d.]+)(ms|s|m|h)", line.initial)
        assert number is not None
        return Decimal(number[1]) * _MILLISECONDS[{"m": "min"}.get(number[2], number[2])], "ms"
    return Decimal(line.initial), same_unit(line.unit)


def _amount(words: str) -> tuple[Decimal, str]:
    value, _, unit = words.partition(" ")
    if unit in _MILLISECONDS:
        return Decimal(value) * _MILLISECONDS[unit], "ms"
    return Decimal(value), quantities(words)[0].readings[0].unit  # a count has none


def main() -> None:
    """Prints the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--set", default="second", choices=sorted(one.stem for one in SETS.glob("*.yaml")))
    parser.add_argument("--show", action="store_true", help="name what is not right of each requirement")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    result = run(SETS / f"{args.set}.yaml")
    if not args.show:
        result.pop("requirements_judged")
    print(json.dumps(result, ensure_ascii=False, indent=None if args.json else 1))


if __name__ == "__main__":
    main()
