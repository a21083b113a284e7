"""The skill's own checks: what a claim says must agree with the whole of the evidence it cites.

The kernel's checks see that every number and name of a sentence stands in the evidence. These see that the evidence
agrees with itself and that the sentence's words fit it. A check that does not apply says ``unknown``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from assay.kernel.check import Check, RuleCheck
from assay.kernel.claim import Claim
from assay.kernel.evidence import Evidence


def _values(evidence: Mapping[str, Evidence], producer: str) -> list[Any]:
    return [one.value for one in evidence.values() if one.producer == f"timeseries.{producer}"]


def ordered_interval(claim: Claim, evidence: Mapping[str, Evidence]) -> list[str] | None:
    """A forecast's median lies in its interval, everything is finite, and times rise."""
    found = [one for value in _values(evidence, "forecast") for one in value["targets"]]
    if not found:
        return None
    lines = []
    for one in found:
        rows = list(zip(one["low"], one["median"], one["high"], strict=True))
        if not all(math.isfinite(b) and a <= b <= c for a, b, c in rows):
            lines.append(f"{one['target']}: the median leaves its interval")
        if sorted(set(one["times"])) != one["times"] or len(rows) != len(one["times"]):
            lines.append(f"{one['target']}: times do not rise")
    return lines


def honest_choice(claim: Claim, evidence: Mapping[str, Evidence]) -> list[str] | None:
    """A combination is used only where it beat the seasonal naive forecast on earlier data; shares add to one."""
    found = [one for value in _values(evidence, "forecast") for one in value["targets"]]
    if not found or claim.topic != "choice":
        return None
    lines = []
    for one in found:
        own, naive = (one["scores"][name]["mase"] for name in ("combination", "seasonal_naive"))
        if one["chosen"] == "combination" and not own < naive:
            lines.append(f"{one['target']}: the combination was not better than naive")
        if one["used_naive"] != (one["chosen"] == "seasonal_naive") or one["used_naive"] != (one["reason"] != "better"):
            lines.append(f"{one['target']}: the choice contradicts itself")
        if not math.isclose(sum(one["weights"].values()), 1.0, abs_tol=1e-6):
            lines.append(f"{one['target']}: the shares do not add to one")
    return lines


def real_alarms(claim: Claim, evidence: Mapping[str, Evidence]) -> list[str] | None:
    """Every alarm has its rows above the threshold; alarm rows and intervals are the same rows; shares are shares."""
    found = _values(evidence, "detect")
    return [line for value in found for line in _alarm_problems(value)] if found else None


def _alarm_problems(value: Any) -> list[str]:
    score, alarm = value["rows"]["score"], value["rows"]["alarm"]
    lines = []
    inside: set[int] = set()
    for number, one in enumerate(value["intervals"]):
        rows = range(one["first"], one["last"] + 1)
        inside.update(rows)
        highest = max((score[row] for row in rows if score[row] is not None), default=0.0)
        if not one["peak"] > value["threshold"] or not math.isclose(one["peak"], highest, rel_tol=1e-4):
            lines.append(f"interval {number}: its peak is not that of its rows")
        if sum(each["share"] for each in one["contributions"]) > 1.0 + 1e-3:
            lines.append(f"interval {number}: shares add to more than one")
    if inside != {row for row, raised in enumerate(alarm) if raised} or len(inside) != value["alarm_rows"]:
        lines.append("alarm rows and intervals differ")
    return lines


def right_verdict(claim: Claim, evidence: Mapping[str, Evidence]) -> list[str] | None:
    """The verdict that is said is the evidence's own, and it follows from its figures."""
    found = _values(evidence, "model_test")
    if not found or claim.topic != "verdict":
        return None
    (value,) = found
    lines = [] if claim.key == f"timeseries.claim_verdict_{value['verdict']}" else ["another verdict is said"]
    if value["verdict"] == "fit" and (value["reasons"] or value["skill"] is None or value["drift"]["reasons"]):
        lines.append("fit for use in spite of reasons against it")
    if value["verdict"] != "fit" and not value["reasons"]:
        lines.append("a verdict without a reason")
    return lines


def really_best(claim: Claim, evidence: Mapping[str, Evidence]) -> list[str] | None:
    """The best has the smallest error, and what is left out of the best can be told from it."""
    found = _values(evidence, "model_compare")
    if not found or claim.topic != "best":
        return None
    (value,) = found
    ranked = sorted(value["models"], key=lambda one: one["mae"])
    same = {one["second"] for one in value["pairs"] if one["first"] == ranked[0]["name"] and not one["distinguishable"]}
    return [] if value["best"][0] == ranked[0]["name"] and set(value["best"][1:]) == same else ["others are best"]


CHECKS: tuple[Check, ...] = (
    RuleCheck("ordered_interval", ordered_interval),
    RuleCheck("honest_choice", honest_choice),
    RuleCheck("real_alarms", real_alarms),
    RuleCheck("right_verdict", right_verdict),
    RuleCheck("really_best", really_best),
)
