"""The skill's own checks: what is said of a check agrees with the whole of its evidence, recomputed here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from assay.kernel.check import Check, RuleCheck
from assay.kernel.claim import Claim, NameSlot
from assay.kernel.evidence import Evidence

_MEETS = {
    ">=": lambda value, limit: value >= limit or math.isclose(value, limit, rel_tol=1e-9, abs_tol=1e-12),
    "<=": lambda value, limit: value <= limit or math.isclose(value, limit, rel_tol=1e-9, abs_tol=1e-12),
    ">": lambda value, limit: value > limit and not math.isclose(value, limit, rel_tol=1e-9, abs_tol=1e-12),
    "<": lambda value, limit: value < limit and not math.isclose(value, limit, rel_tol=1e-9, abs_tol=1e-12),
}


def counted(claim: Claim, evidence: Mapping[str, Evidence]) -> list[str] | None:
    """Every clause has exactly one verdict, that of its parts, and the counts are those of the clauses."""
    if claim.topic != "counts":
        return None
    (found,) = evidence.values()
    value: Any = found.value
    lines = []
    for verdict, count in value["counts"].items():
        seen = sum(one["verdict"] == verdict for one in value["results"])
        if seen != count:
            lines.append(f"{count} {verdict} are counted, {seen} are there")
    for one in value["results"]:
        verdicts = {each["verdict"] for each in one["found"]}
        worst = next((each for each in ("fail", "cannot_tell", "pass") if each in verdicts), "not_applicable")
        if worst != one["verdict"]:
            lines.append(f"{one['rule']} is {one['verdict']}, its parts say {worst}")
    return lines


def follows(claim: Claim, evidence: Mapping[str, Evidence]) -> list[str] | None:
    """What is said to fail does: its value does not meet the limit, every condition holds and no exception does."""
    if claim.topic != "fail":
        return None
    slot = claim.slots["test"]
    assert isinstance(slot, NameSlot)
    found = evidence[slot.operand.evidence]
    one: Any = found.at(slot.operand.path.removesuffix("/test/test"))
    tested = one["test"]
    lines = [] if tested["holds"] is False else ["the test does not fail"]
    meets = _MEETS.get(tested["op"])
    if meets is not None and tested["value"] is not None and len(tested["limits"]) == 1:
        if meets(tested["value"], tested["limits"][0]):
            lines.append(f"{tested['value']:g} {tested['op']} {tested['limits'][0]:g} holds")
    if not all(any(each["holds"] is True for each in group) for group in one["when"]):
        lines.append("a condition does not hold")
    if any(all(each["holds"] is not False for each in group) for group in one["unless"]):
        lines.append("an exception may hold")
    return lines


def own_clause(claim: Claim, evidence: Mapping[str, Evidence]) -> list[str] | None:
    """The clause, the object and the value of one sentence are those of one result."""
    if claim.topic != "fail":
        return None
    paths = [slot.operand.path for slot in claim.slots.values() if isinstance(slot, NameSlot)]
    results = {path.split("/")[1] for path in paths}
    parts = {path.split("/")[3] for path in paths if "/found/" in path}
    return [] if len(results) == 1 and len(parts) == 1 else ["figures of several results in one sentence"]


CHECKS: tuple[Check, ...] = (
    RuleCheck("rules_counted", counted),
    RuleCheck("rule_follows", follows),
    RuleCheck("own_clause", own_clause),
)
