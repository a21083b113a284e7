"""The plan: the tool of a question runs, then what it found is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assay.kernel.answering import Draft
from assay.kernel.claim import Claim
from assay.kernel.evidence import Evidence
from assay.kernel.skill import Candidate, State, Step
from assay.kernel.texts import Lang, text
from assay.kernel.tool import Tool
from assay.skills.cases import claims, tools


@dataclass(frozen=True, slots=True)
class View:
    """A question that the skill answers: its tool, what is said, what an answer must not lack, what is not known,
    and the text that says why there is no answer."""

    tool: Tool
    say: Callable[[Evidence, Lang], list[Claim]]
    required: str
    unknown: Callable[[Evidence, Lang], list[str]]
    without: Callable[[Evidence], str]


def _nothing(found: Evidence, lang: Lang) -> list[str]:
    return []


VIEWS = {
    "similar": View(tools.SIMILAR, claims.similar_claims, "alike", _nothing, lambda found: "alike"),
    "diagnose": View(tools.DIAGNOSE, claims.diagnose_claims, "cause", claims.not_known, claims.why_no_cause),
    "graph": View(tools.GRAPH, claims.graph_claims, "graph", _nothing, lambda found: "graph"),
}


def plan(state: State) -> Step | Draft:
    """``context.resources`` holds ``cases_view`` (a key of VIEWS) and ``cases_arguments`` for its tool."""
    view = VIEWS[state.context.resources["cases_view"]]
    if not state.done(view.tool.name):
        fixed = state.context.resources["cases_arguments"]
        return Step((Candidate(view.tool, fixed),), default=view.tool.name, forced=True, refuse=False)
    found, lang = state.calls[-1].evidence, state.context.lang
    without = {view.required: text(f"cases.without_{view.without(found)}", lang)}
    return Draft(tuple(view.say(found, lang)), (view.required,), without, tuple(view.unknown(found, lang)))
