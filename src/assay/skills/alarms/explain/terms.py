"""The names under which documents and work orders may speak of an alarm's tag and equipment."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assay.plant.failures import load_failures
from assay.plant.model_schema import Equipment, Loop
from assay.skills.alarms.explain.arguments import Case

TAG, NAME, EQUIPMENT, LOOP, WIDER = 3.0, 2.0, 1.5, 1.2, 0.7
_CODE = re.compile(r"[A-Za-z0-9_.:-]+")
_LEAST = 2  # a shorter name finds everything


@dataclass(frozen=True, slots=True)
class Term:
    """A name and what finding it is worth."""

    text: str
    weight: float

    def found_in(self, content: str) -> bool:
        """Whether the name stands there as a whole word (Chinese has none: anywhere)."""
        if self.text.casefold() not in content.casefold():
            return False
        if not _CODE.match(self.text[0]) and not _CODE.match(self.text[-1]):
            return True
        whole = rf"(?<![A-Za-z0-9_]){re.escape(self.text)}(?![A-Za-z0-9_])"
        return re.search(whole, content, re.IGNORECASE | re.ASCII) is not None


def terms_of(case: Case) -> list[Term]:
    """Names of the tag, of its equipment and the failures' ids there; worth less, of the equipment that shares a loop
    with the tag, and of the unit above."""
    tag, _ = case.name
    found = [Term(tag, TAG)]
    plant = case.plant
    if plant is not None and plant.has_tag(tag):
        about = plant.tag(tag)
        found += [Term(name, NAME) for name in (about.name.zh, about.name.en, *about.aliases)]
        item = plant.equipment_of(tag)
        found += [Term(name, EQUIPMENT) for name in _names(item)]
        found += [Term(one.id, EQUIPMENT) for one in load_failures(plant).of_equipment(item.id)]
        mates = {other for loop in plant.loops if tag in members(loop) for other in members(loop)}
        found += [Term(name, LOOP) for other in sorted(mates) for name in _names(plant.equipment_of(other))]
        if item.parent is not None:
            found += [Term(name, WIDER) for name in _names(plant.equipment_item(item.parent))]
    best: dict[str, Term] = {}
    for term in found:
        key = term.text.casefold()
        if len(term.text) >= _LEAST and (key not in best or term.weight > best[key].weight):
            best[key] = term
    return list(best.values())


def _names(item: Equipment) -> tuple[str, ...]:
    return item.id, item.name.zh, item.name.en, *item.aliases


def members(loop: Loop) -> tuple[str, ...]:
    """The tags of a control loop: measurements, set point, valves."""
    return (*loop.measured, *((loop.setpoint,) if loop.setpoint is not None else ()), *loop.manipulated)
