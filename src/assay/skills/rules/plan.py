"""The plan: one tool runs, then what it found is said."""

from __future__ import annotations

from typing import Any

from assay.kernel.answering import Draft
from assay.kernel.skill import Candidate, State, Step
from assay.kernel.texts import text
from assay.skills.rules import claims, tools

_TOOLS = {"extract": tools.EXTRACT, "check": tools.CHECK}


def plan(state: State) -> Step | Draft:
    """``context.resources`` holds ``rules_view`` (``extract`` or ``check``) and ``rules_arguments``."""
    view: str = state.context.resources["rules_view"]
    tool = _TOOLS[view]
    if not state.done(tool.name):
        fixed: dict[str, Any] = state.context.resources["rules_arguments"]
        return Step((Candidate(tool, fixed),), default=tool.name, forced=True, refuse=False)
    (found,) = (call.evidence for call in state.calls if call.tool == tool.name)
    lang = state.context.lang
    if view == "extract":
        return Draft(tuple(claims.extract_claims(found)), ("extracted",))
    return Draft(
        tuple(claims.check_claims(found)),
        ("counts",),
        {"counts": text("rules.without_counts", lang)},
        tuple(claims.gaps(found.value, lang)),
    )
