"""The skill's own check: a figure of a report is that of the tag and period which its sentence names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assay.kernel.check import Check, RuleCheck
from assay.kernel.claim import Claim, NameSlot, NumberSlot
from assay.kernel.evidence import Evidence
from assay.skills.reports.fields import STATISTICS


def own_figure(claim: Claim, evidence: Mapping[str, Evidence]) -> list[str] | None:
    """One piece of evidence stands behind a figure, made by good samples, of the statistic that the sentence tells."""
    if claim.topic not in STATISTICS:
        return None
    value, tag = claim.slots["value"], claim.slots["tag"]
    assert isinstance(value, NumberSlot) and isinstance(tag, NameSlot)
    sources = {operand.evidence for operand in value.operands} | {tag.operand.evidence}
    if len(sources) != 1:
        return ["the figure and its tag stand in different evidence"]
    found: Any = evidence[sources.pop()].value
    lines = [] if found["what"] == claim.topic else [f"the evidence is the {found['what']}, not the {claim.topic}"]
    return lines if found["samples"] > 0 or claim.topic == "good" else [*lines, "no good sample stands behind it"]


CHECKS: tuple[Check, ...] = (RuleCheck("own_figure", own_figure),)
