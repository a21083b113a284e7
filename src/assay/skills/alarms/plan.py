"""The plan: the tools of a question run one after the other, then what they found is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from assay.kernel.answering import Draft
from assay.kernel.claim import Claim
from assay.kernel.evidence import Evidence
from assay.kernel.skill import Candidate, State, Step
from assay.kernel.texts import Lang, text
from assay.kernel.tool import Tool
from assay.skills.alarms import claims, tools
from assay.skills.alarms.dispatch.claims import dispatch_claims, nobody
from assay.skills.alarms.dispatch.tools import DISPATCH
from assay.skills.alarms.explain import tools as explaining
from assay.skills.alarms.explain.claims import explain_claims
from assay.skills.alarms.explain.unknown import not_given

Found = Mapping[str, Evidence]


@dataclass(frozen=True, slots=True)
class View:
    """A question the skill answers: its tools, what is said of their values, what an answer must not lack, what is
    said to be unknown beside the ``cannot`` of the values, and what when the answer lacks what it must not."""

    tools: tuple[Tool, ...]
    say: Callable[[Found], list[Claim]]
    required: tuple[str, ...]
    unknown: Callable[[Found, Lang], list[str]] = lambda found, lang: []
    without: Callable[[Found, Lang], str] = lambda found, lang: text("alarms.without", lang)


def _single(tool: Tool, say: Callable[[Evidence], list[Claim]], required: str) -> View:
    return View((tool,), lambda found: say(found[tool.name]), (required,))


VIEWS: dict[str, View] = {
    "kpi": _single(tools.KPI, claims.kpi_claims, "load"),
    "floods": _single(tools.FLOODS, claims.flood_claims, "floods"),
    "advise": _single(tools.ADVISE, claims.advice_claims, "advice"),
    "bad_actors": _single(tools.BAD_ACTORS, claims.actor_claims, "actors"),
    "explain": View(explaining.TOOLS, explain_claims, ("state",), not_given),
    "dispatch": View(
        (DISPATCH,),
        lambda found: dispatch_claims(found[DISPATCH.name]),
        ("send",),
        without=lambda found, lang: nobody(found[DISPATCH.name], lang),
    ),
}


def plan(state: State) -> Step | Draft:
    """``context.resources`` holds ``alarms_view`` (a key of VIEWS) and ``alarms_arguments``: the arguments of those of
    its tools that are to run, by name."""
    view = VIEWS[state.context.resources["alarms_view"]]
    fixed: dict[str, dict[str, Any]] = state.context.resources["alarms_arguments"]
    for tool in view.tools:
        if tool.name in fixed and not state.done(tool.name):
            return Step((Candidate(tool, fixed[tool.name]),), default=tool.name, forced=True, refuse=False)
    found = {call.tool: call.evidence for call in state.calls}
    lang = state.context.lang
    without = {topic: view.without(found, lang) for topic in view.required}
    unknown = (*cannot(found, lang), *view.unknown(found, lang))
    return Draft(tuple(view.say(found)), view.required, without, unknown)


def cannot(found: Found, lang: Lang) -> list[str]:
    """What the log does not tell, as sentences."""
    values: list[Any] = [one.value for one in found.values()]
    said = (text(f"alarms.cannot_{what}", lang) for value in values for what in value.get("cannot", ()))
    return list(dict.fromkeys(said))
