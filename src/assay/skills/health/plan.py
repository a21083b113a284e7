"""The plan: the tools that the record allows are called one after the other, then what they found is said."""

from __future__ import annotations

from typing import Any

from assay.kernel.answering import Draft
from assay.kernel.evidence import Evidence
from assay.kernel.skill import Candidate, State, Step
from assay.kernel.texts import Lang, text
from assay.kernel.tool import Tool
from assay.skills.health.claims import health_claims
from assay.skills.health.tools import TOOLS

BY_NAME: dict[str, Tool] = {tool.name: tool for tool in TOOLS}


def plan(state: State) -> Step | Draft:
    """``context.resources["health_calls"]`` holds the (tool name, arguments) to call, in order."""
    calls: list[tuple[str, dict[str, Any]]] = state.context.resources["health_calls"]
    for tool, arguments in calls:
        if not state.done(tool):
            return Step((Candidate(BY_NAME[tool], arguments),), default=tool, forced=True, refuse=False)
    found = [call.evidence for call in state.calls if call.tool in BY_NAME]
    lang = state.context.lang
    claims = tuple(claim for one in found for claim in health_claims(one))
    without = {"state": text("health.without_state", lang)}
    unknown = tuple(line for one in found for line in cannot(one, lang))
    partly = tuple(line for one in found for line in doubts(one, lang))
    return Draft(claims, ("state",), without, unknown, partly, lead=len(claims))


def cannot(found: Evidence, lang: Lang) -> list[str]:
    """What the record does not tell, as sentences."""
    value: Any = found.value
    if value["method"] == "vibration":
        return [text("health.cannot_one_record", lang)]
    if value["trend"] is None and value["life"] is None:
        return [text("health.cannot_few_reversals", lang)]
    if value["life"] is None and value["trend"]["passed"]:
        return [text("health.cannot_assumed_passed", lang)]
    if value["life"] is None:
        return [text("health.cannot_no_trend", lang)]
    if value["act"] is None and value["because"] != "limit":
        return [text("health.cannot_no_costs", lang)]
    return []


def doubts(found: Evidence, lang: Lang) -> list[str]:
    """Why the answer is at most partly verified."""
    value: Any = found.value
    return [text(f"health.doubt_{name}", lang) for name in value.get("doubts", ())]
