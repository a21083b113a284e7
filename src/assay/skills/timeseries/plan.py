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
from assay.skills.timeseries import claims, model_claims, tools


@dataclass(frozen=True, slots=True)
class View:
    """A question the skill answers: its tool, what is said of the tool's value, and what an answer must not lack."""

    tool: Tool
    say: Callable[[Evidence], list[Claim]]
    required: tuple[str, ...]


VIEWS: dict[str, View] = {
    "forecast": View(tools.FORECAST, claims.forecast_claims, ("forecast",)),
    "detect": View(tools.DETECT, claims.detect_claims, ("normal", "alarms", "false_alarms")),
    "model_test": View(tools.MODEL_TEST, model_claims.test_claims, ("verdict",)),
    "model_compare": View(tools.MODEL_COMPARE, model_claims.compare_claims, ("best",)),
    "model_predict": View(tools.MODEL_PREDICT, model_claims.predict_claims, ("predicted",)),
}


def plan(state: State) -> Step | Draft:
    """``context.resources`` holds ``timeseries_view`` (a key of VIEWS) and ``timeseries_arguments`` (its tool's)."""
    view = VIEWS[state.context.resources["timeseries_view"]]
    if not state.done(view.tool.name):
        fixed: dict[str, Any] = state.context.resources["timeseries_arguments"]
        return Step((Candidate(view.tool, fixed),), default=view.tool.name, forced=True, refuse=False)
    found = next(call.evidence for call in state.calls if call.tool == view.tool.name)
    lang = state.context.lang
    without = {topic: text("timeseries.without", lang) for topic in view.required}
    return Draft(
        tuple(view.say(found)), view.required, without, tuple(unknown(found, lang)), tuple(partly(found, lang))
    )


def unknown(found: Evidence, lang: Lang) -> list[str]:
    """What was done to the data and what got no answer, as sentences."""
    value: Any = found.value
    notes = [*value.get("notes", ()), *value.get("refused", {}).values()]
    notes += [note for one in value.get("targets", ()) for note in one["notes"]]
    return list(dict.fromkeys(_note(note, lang) for note in notes))


def partly(found: Evidence, lang: Lang) -> list[str]:
    """Why the evidence carries the answer only in part."""
    value: Any = found.value
    reasons = []
    if value.get("expected_false_alarms", {}).get("sure") is False:
        reasons.append(text("timeseries.partly_unsure", lang))
    if value.get("refused"):
        reasons.append(text("timeseries.partly_refused", lang, targets=", ".join(value["refused"])))
    low = [one["target"] for one in value.get("targets", ()) if _too_low(one["coverage"], value["interval"])]
    if low:
        reasons.append(text("timeseries.partly_coverage", lang, targets=", ".join(low[:10])))
    if value.get("predicted_rows") and value.get("reasons") and "median" in value:
        reasons.append(text("timeseries.partly_drifted", lang))
    return reasons


def _too_low(coverage: float | None, interval: float) -> bool:
    return coverage is None or coverage < interval - 0.1


def _note(note: dict[str, Any], lang: Lang) -> str:
    if "key" in note:
        return text(note["key"], lang, **note["params"])
    return text(f"forecast.{note['code']}", lang, **note["params"])
