"""The skill's own checks: what a claim says must agree with the whole of the evidence it cites."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from assay.kernel.check import Check, RuleCheck
from assay.kernel.claim import Claim
from assay.kernel.evidence import Evidence
from assay.skills.health.states import state_of


def _own(evidence: Mapping[str, Evidence]) -> list[Any]:
    return [one.value for one in evidence.values() if one.producer.startswith("health.")]


def ordered(claim: Claim, evidence: Mapping[str, Evidence]) -> list[str] | None:
    """Low <= median <= high, none above the cap or below zero, and the distribution does not fall."""
    found = [one["life"] for one in _own(evidence) if one["life"] is not None]
    if claim.topic not in ("life", "cap") or not found:
        return None
    lines = []
    for life in found:
        ends = [life[one] for one in ("low", "median", "high") if life[one] is not None]
        if ends != sorted(ends) or (ends and ends[0] < 0):
            lines.append(f"the interval {ends} is out of order")
        if life["cap"] is not None and any(one > life["cap"] * (1 + 1e-9) for one in ends):
            lines.append("the interval passes the cap")
        known = [one for one in life["quantiles"] if one is not None]
        if known != sorted(known):
            lines.append("the distribution falls")
    return lines


def by_rule(claim: Claim, evidence: Mapping[str, Evidence]) -> list[str] | None:
    """The state follows from the numbers by the stated rules."""
    if claim.topic != "state":
        return None
    found = _own(evidence)
    wrong = [one for one in found if state_of(one) != (one["state"], one["because"])]
    return [f"the state should be {state_of(one)[0]}" for one in wrong]


def cheapest(claim: Claim, evidence: Mapping[str, Evidence]) -> list[str] | None:
    """No date on the curve costs less than the one that is named (1 %: what acting early must save)."""
    found = [one["act"] for one in _own(evidence) if one["act"] is not None]
    if claim.topic != "act" or not found:
        return None
    lines = []
    for act in found:
        rates = [one for one in act["curve"]["rate"] if one is not None]
        if act["rate"] > min(rates) * 1.0101:
            lines.append(f"{min(rates):g} on the curve is below {act['rate']:g}")
        if act["wait"] is not None and act["rate_failure"] is not None and act["rate"] > act["rate_failure"]:
            lines.append("running to failure costs less")
        if not math.isfinite(act["rate"]):
            lines.append("the cost has no finite value")
    return lines


def dated_with_reason(claim: Claim, evidence: Mapping[str, Evidence]) -> list[str] | None:
    """A remaining life from one machine's own record needs a trend that stands out, or a limit that is reached."""
    found = [one["trend"] for one in _own(evidence) if one["trend"] is not None]
    if claim.topic != "life" or not found:
        return None
    return ["a date without a trend" for one in found if one["kind"] == "none" and not one["passed"]]


CHECKS: tuple[Check, ...] = (
    RuleCheck("ordered", ordered),
    RuleCheck("by_rule", by_rule),
    RuleCheck("cheapest", cheapest),
    RuleCheck("dated_with_reason", dated_with_reason),
)
