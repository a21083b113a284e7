"""The cases most like a description: by what was seen, by the kind of equipment, and by words.

The weight of a key is its information among the permitted cases, ln(1 + n/df), as in text retrieval; the likeness is
the weighted Jaccard index of the two sets of keys, in which a key denied here and seen there counts against it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assay.skills.cases.case import Case
from assay.skills.cases.equipment import equipment_name, of_kind

SAME_KIND = 1.0
OTHER_KIND = 0.4
"""What a case of another kind of equipment still counts."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A case with its likeness, 0 to 1, and the keys that both have."""

    case: Case
    likeness: float
    shared: tuple[str, ...]


def similar(
    cases: Sequence[Case], keys: Mapping[str, bool], kind: str, limit: int = 5, *, equipment: str = ""
) -> list[Alike]:
    """The most alike cases, best first; none without a shared key. Of equals, those of the very ``equipment`` come
    first, then the newer ones, then the smaller id."""
    weights = weights_of(cases)
    floor = math.log(1.0 + len(cases))
    seen = {key for key, there in keys.items() if there}
    same = {case.id for case in of_kind(cases, kind)}
    found = []
    for case in cases:
        theirs = {key for key, there in case.keys.items() if there}
        shared = sorted(seen & theirs)
        if not shared:
            continue
        against = {key for key, there in keys.items() if not there} & theirs
        union = sum(weights.get(key, floor) for key in sorted(seen | theirs))
        inside = sum(weights[key] for key in shared) - sum(weights[key] for key in sorted(against))
        fit = SAME_KIND if not kind or case.id in same else OTHER_KIND
        if inside > 0:
            found.append(Alike(case, fit * inside / union, tuple(shared)))
    name = equipment_name(equipment)
    found.sort(key=lambda one: one.case.id)
    found.sort(key=lambda one: one.case.time, reverse=True)
    return sorted(found, key=lambda one: (-one.likeness, equipment_name(one.case.equipment) != name))[:limit]


def weights_of(cases: Sequence[Case]) -> dict[str, float]:
    """The information of each key among these cases."""
    counts = Counter(key for case in cases for key, there in case.keys.items() if there)
    return {key: math.log(1.0 + len(cases) / count) for key, count in counts.items()}
