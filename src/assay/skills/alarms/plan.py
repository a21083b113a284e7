"""The plan: one tool answers each kind of question, then what it found is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from assay.kernel.answering import Draft
from assay.kernel.claim import Claim
from assay.kernel.evidence import Evidence
from assay.kernel.skill import Candidate, State, Step
from assay.kernel.texts import Lang, text
from assay.kernel.tool import Tool
from assay.skills.alarms import claims, tools


@dataclass(frozen=True, slots=True)
class View:
    """A question the skill answers: its tool, what is said of the tool's value, and what an answer must not lack."""

    tool: Tool
    say: Callable[[Evidence], list[Claim]]
    required: tuple[str, ...]


VIEWS: dict[str, View] = {
    "kpi": View(tools.KPI, claims.kpi_claims, ("load",)),
    "floods": View(tools.FLOODS, claims.flood_claims, ("floods",)),
    "advise": View(tools.ADVISE, claims.advice_claims, ("advice",)),
    "bad_actors": View(tools.BAD_ACTORS, claims.actor_claims, ("actors",)),
}


def plan(state: State) -> Step | Draft:
    """``context.resources`` holds ``alarms_view`` (a key of VIEWS) and ``alarms_arguments`` (its tool's arguments)."""
    view = VIEWS[state.context.resources["alarms_view"]]
    if not state.done(view.tool.name):
        fixed: dict[str, Any] = state.context.resources["alarms_arguments"]
        return Step((Candidate(view.tool, fixed),), default=view.tool.name, forced=True, refuse=False)
    found = next(call.evidence for call in state.calls if call.tool == view.tool.name)
    lang = state.context.lang
    without = {topic: text("alarms.without", lang) for topic in view.required}
    return Draft(tuple(view.say(found)), view.required, without, tuple(cannot(found, lang)))


def cannot(found: Evidence, lang: Lang) -> list[str]:
    """What the log does not tell, as sentences."""
    value: Any = found.value
    return [text(f"alarms.cannot_{what}", lang) for what in value.get("cannot", ())]
