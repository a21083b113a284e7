"""The skill's own checks: shares belong together, and no cause is stated without the cases that know it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from assay.kernel.check import Check, RuleCheck
from assay.kernel.claim import Claim, NameSlot
from assay.kernel.evidence import Evidence


def shares(claim: Claim, evidence: Mapping[str, Evidence]) -> list[str] | None:
    """Shares are between 0 and 1, in falling order, and pass one together with the unknown cause's in no case."""
    found = [one for one in evidence.values() if one.producer == "cases.diagnose"]
    if not found:
        return None
    lines = []
    for one in found:
        value: Any = one.value
        told = [cause["share"] for cause in value["causes"]]
        total = math.fsum([*told, value["unknown"]])
        if total > 1.0 + 1e-9 or any(not 0.0 <= share <= 1.0 for share in told):
            lines.append(f"the shares add to {total:g}")
        if told != sorted(told, reverse=True):
            lines.append("the causes do not stand in the order of their shares")
    return lines


def known_by_cases(claim: Claim, evidence: Mapping[str, Evidence]) -> list[str] | None:
    """A cause is stated as probable only, and with as many cases as it names; a measure was tried as often as told."""
    if claim.topic not in ("cause", "other", "measure"):
        return None
    slot = claim.slots["measure" if claim.topic == "measure" else "cause"]
    assert isinstance(slot, NameSlot)
    path = slot.operand.path.split("/")
    one: Any = evidence[slot.operand.evidence].at("/".join(path[:2]))
    if claim.topic == "measure":
        return [] if 0 <= one["helped"] + one["failed"] <= one["tried"] and one["cases"] else ["no case tells of it"]
    lines = [] if one["cases"] and len(one["cases"]) <= one["count"] else ["no case knows this cause"]
    return lines if claim.hedge is not None else [*lines, "a cause is stated without a hedge"]


CHECKS: tuple[Check, ...] = (RuleCheck("shares", shares), RuleCheck("known_by_cases", known_by_cases))
