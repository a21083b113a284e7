"""How well a person fits a job: hard constraints, then a weighted score from 0 to 1."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from assay.kernel.errors import InputError
from assay.plant.model import Plant
from assay.plant.roster import Person, Roster
from assay.skills.alarms.dispatch.needs import skill_named

WEIGHTS: Mapping[str, float] = {"distance": 0.4, "load": 0.3, "shift": 0.2, "focus": 0.1}
"""``distance`` nearer, ``load`` less at hand, ``shift`` more of it left, ``focus`` fewer other skills, which leaves the
people of many trades for what only they can do."""
LEAST_SHIFT = timedelta(minutes=30)
"""A shift that ends sooner is no shift for a new job."""
FULL_SHIFT = timedelta(hours=4)
METRES = 200.0
"""The distance at which its part of the score is one half."""
SAME, UNIT, JOINED, AREA, SITE, UNKNOWN = 1.0, 0.8, 0.7, 0.5, 0.3, 0.2
"""Parts of the score where no coordinates are known: same equipment, same unit, one connection away, same area, same
site, unknown place."""
OUT = ("leave", "off_shift", "shift_ends", "skill", "sent")
"""Hard constraints in the order in which they are looked at."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something that somebody must go to; ``skills`` are all needed."""

    name: str
    tag: str
    equipment: str
    priority: str
    skills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """What is the same for all people and jobs: the plant, the roster, the moment, and who is out on which job."""

    plant: Plant
    roster: Roster
    at: datetime
    zone: tzinfo
    sent: Mapping[str, str]


def barred(person: Person, job: Job, ground: Ground) -> str | None:
    """Why the person cannot go (one of ``OUT``); None when nothing forbids it."""
    if person.on_leave(ground.at, ground.zone):
        return "leave"
    end = person.shift_end(ground.at, ground.zone)
    if end is None:
        return "off_shift"
    if end - ground.at < LEAST_SHIFT:
        return "shift_ends"
    if not set(job.skills) <= {skill_named(one) for one in person.skills}:
        return "skill"
    return "sent" if person.name in ground.sent else None


def scored(person: Person, job: Job, ground: Ground) -> dict[str, Any]:
    """The score of somebody who can go, with its parts."""
    near, by, metres = _nearness(person, job.equipment, ground)
    end = person.shift_end(ground.at, ground.zone)
    assert end is not None
    parts = {
        "distance": near,
        "load": 1.0 / (1.0 + person.load),
        "shift": min((end - ground.at) / FULL_SHIFT, 1.0),
        "focus": len(job.skills) / max(len({skill_named(one) for one in person.skills}), 1),
    }
    return {
        "person": person.name,
        "score": round(math.fsum(WEIGHTS[name] * part for name, part in parts.items()), 6),
        "parts": {name: round(part, 6) for name, part in parts.items()},
        "by": by,
        "metres": metres,
        "place": person.place,
        "load": person.load,
        "until": end,
    }


def _nearness(person: Person, equipment: str, ground: Ground) -> tuple[float, str, float | None]:
    """(part of the score, what it was judged by, metres where known)."""
    place = find_place(ground.plant, person.place)
    here = person.xy or ground.roster.places.get(place or person.place)
    there = ground.roster.places.get(equipment)
    if here is not None and there is not None:
        metres = math.dist(here, there)
        return 1.0 / (1.0 + metres / METRES), "metres", round(metres, 3)
    if place is None:
        return UNKNOWN, "unknown", None
    mine, theirs = _line(ground.plant, place), _line(ground.plant, equipment)
    if place == equipment:
        return SAME, "tree", None
    common = next((one for one in theirs if one in mine), None)
    level = None if common is None else ground.plant.equipment_item(common).level
    if level == "unit":
        return UNIT, "tree", None
    if equipment in ground.plant.neighbours(place):
        return JOINED, "tree", None
    return {"area": AREA, "site": SITE, "enterprise": SITE}.get(str(level), UNKNOWN), "tree", None


def _line(plant: Plant, place: str) -> list[str]:
    """A piece of equipment and everything above it."""
    found = [place]
    while (parent := plant.equipment_item(found[-1]).parent) is not None:
        found.append(parent)
    return found


def find_place(plant: Plant, words: str) -> str | None:
    """The id of the equipment (or unit, area, site) that a person means; None when the plant has none of that name."""
    plain = words.strip().casefold()
    for item in plant.equipment:
        names = (item.id, item.name.zh, item.name.en, *item.aliases)
        if plain and any(plain == name.casefold() for name in names):
            return item.id
    return None


def place_named(plant: Plant, words: str) -> str:
    """As ``find_place``; InputError when there is none."""
    found = find_place(plant, words)
    if found is None:
        raise InputError("plant.model_equipment_unknown", equipment=words, plant=plant.id)
    return found
