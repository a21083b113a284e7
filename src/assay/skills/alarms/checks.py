"""The skill's own checks: what a claim says must agree with the whole of the evidence it cites.

The kernel's checks see that every number and name of a sentence stands in the evidence. These see that the evidence
agrees with itself and that the sentence's words fit it. A check that does not apply says ``unknown``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from assay.kernel.check import Check, RuleCheck
from assay.kernel.claim import Claim, NameSlot
from assay.kernel.evidence import Evidence


def shares(claim: Claim, evidence: Mapping[str, Evidence]) -> list[str] | None:
    """Key figures: priorities hold every annunciation once, steady and upset operation too, and no share passes one."""
    found = [one for one in evidence.values() if one.producer == "alarms.kpi"]
    return [line for one in found for line in _share_problems(one.value)] if found else None


def _share_problems(value: Any) -> list[str]:
    total = value["annunciations"]
    counted = {
        "priorities": sum(one["count"] for one in value["priorities"]),
        "steady and upset": value["steady"]["annunciations"] + value["upset"]["annunciations"],
    }
    lines = [f"{what} hold {count} of {total} annunciations" for what, count in counted.items() if count != total]
    hours = value["steady"]["hours"] + value["upset"]["hours"]
    if not math.isclose(hours, value["period"]["hours"], abs_tol=1e-4):
        lines.append(f"steady and upset hours add to {hours:g} of {value['period']['hours']:g}")
    parts = (value["floods"]["share"], value["top"]["share"], value["chattering"]["share"])
    return lines + [f"a share of {part:g}" for part in parts if part is not None and not 0.0 <= part <= 1.0]


def best_root(claim: Claim, evidence: Mapping[str, Evidence]) -> list[str] | None:
    """A root that is named scores no less than the flood's other candidates, and is said to be probable only."""
    if claim.topic != "root":
        return None
    slot = claim.slots["alarm"]
    assert isinstance(slot, NameSlot)
    flood: Any = evidence[slot.operand.evidence].at(slot.operand.path.removesuffix("/origin/alarm"))
    better = [one for one in flood["candidates"] if one["score"] > flood["origin"]["score"]]
    lines = [f"{one['alarm']} scores higher than {flood['origin']['alarm']}" for one in better]
    return lines if claim.hedge is not None else [*lines, "a root is stated without a hedge"]


def own_count(claim: Claim, evidence: Mapping[str, Evidence]) -> list[str] | None:
    """A bad actor's figures are those of the same alarm."""
    if claim.topic != "actor":
        return None
    paths = {
        operand.path.rsplit("/", 1)[0]
        for slot in claim.slots.values()
        for operand in ((slot.operand,) if isinstance(slot, NameSlot) else getattr(slot, "operands", ()))
        if operand.path.startswith("list/")
    }
    return [] if len(paths) == 1 else ["figures of several alarms in one sentence"]


def nothing_lost(claim: Claim, evidence: Mapping[str, Evidence]) -> list[str] | None:
    """Advice that loses a protected alarm is not given, and its figures add up."""
    if claim.topic not in ("advice", "protected", "proposal"):
        return None
    (found,) = (evidence[id] for id in claim.evidence)
    value: Any = found.value
    # Alarms that nobody touched and that are lost all the same would be an error of the replay itself.
    lines = [f"{value['protected']['lost']} protected alarms are lost"] if value["protected"]["lost"] else []
    if value["before"]["annunciations"] - value["after"]["annunciations"] != value["removed"]:
        lines.append("what is removed is not the difference")
    return lines


def may_go(claim: Claim, evidence: Mapping[str, Evidence]) -> list[str] | None:
    """Whoever is proposed for a job is barred from it by nothing, and goes to no second one."""
    if claim.topic != "send":
        return None
    (found,) = (evidence[id] for id in claim.evidence)
    value: Any = found.value
    people = [one["person"] for one in value["list"] if one["person"] is not None]
    lines = [f"{person} goes to several jobs" for person in sorted(set(people)) if people.count(person) > 1]
    barred = {(one["job"], each["person"]) for one in value["list"] for each in one["barred"]}
    return lines + [f"{one['person']} may not go" for one in value["list"] if (one["job"], one["person"]) in barred]


CHECKS: tuple[Check, ...] = (
    RuleCheck("shares", shares),
    RuleCheck("best_root", best_root),
    RuleCheck("own_count", own_count),
    RuleCheck("nothing_lost", nothing_lost),
    RuleCheck("may_go", may_go),
)
