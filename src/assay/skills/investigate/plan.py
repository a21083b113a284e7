"""The plan: which tool can come next, and what is said when enough is known."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from assay.kernel.answering import Draft
from assay.kernel.claim import Claim
from assay.kernel.evidence import Evidence
from assay.kernel.skill import Candidate, Option, State, Step, Stop
from assay.kernel.texts import text
from assay.kernel.tool import Call, Tool
from assay.models.twin import NONE
from assay.skills.investigate import claims, tools
from assay.skills.investigate.arguments import CaseArguments
from assay.skills.investigate.detect import CLEAR_PEAK

# From this probability on, measures are simulated for a cause.
ACT_ON = 0.5
COARSE_MINUTES = 15.0
GAP_HOURS = 0.5
ENDED = 5.0  # samples without a row before the asked time: the history ends before it


def plan(state: State) -> Step | Draft | Stop:
    """The next step of an investigation. ``context.resources`` holds ``case`` (CaseArguments), ``twin`` (bool) and,
    where a plant is live, ``present``: set points and free valves now; ``free``: normal values of valves that no loop
    moves."""
    case: CaseArguments = state.context.resources["case"]
    fixed = case.model_dump()
    for tool in (tools.HISTORY, tools.SCREEN):
        if not state.done(tool.name):
            return _forced(tool, fixed)
    if not _value(state, tools.SCREEN)["abnormal"]:
        return _draft(state)
    has_twin = bool(state.context.resources["twin"])
    judge = tools.TEST if has_twin else tools.SYMPTOMS
    for tool in (judge, tools.LOCATE):
        if not state.done(tool.name):
            return _forced(tool, fixed)
    if has_twin and not _quiet(state):
        offered = (_curves(state, fixed), _measures_now(state, fixed))
        left = tuple(c for c in offered if c is not None and not state.done(c.tool.name))
        if left:
            return Step(left, default=left[0].tool.name, forced=len(left) == 1, refuse=False)
    return _draft(state)


def _present(state: State) -> dict[str, float]:
    """Set points and free valves now: read from a live plant, else those of the operating point that the history shows.

    A plant that stands still after a trip has nothing to relieve.
    """
    live: dict[str, float] = state.context.resources.get("present") or {}
    if live or _value(state, tools.HISTORY)["frozen_rows"]:
        return live
    free: dict[str, float] = state.context.resources.get("free", {})
    return free | {tag: float(value) for tag, value in _value(state, tools.TEST)["setpoints"].items()}


def _forced(tool: Tool, fixed: dict[str, Any]) -> Step:
    return Step((Candidate(tool, fixed),), default=tool.name, forced=True, refuse=False)


def _curves(state: State, fixed: dict[str, Any]) -> Candidate:
    """The model picks the equipment whose curves come first, among those that show the upset."""
    places: Any = _evidence(state, tools.LOCATE).value
    options = tuple(Option(place["equipment"], place["equipment"]) for place in places[:4])
    return Candidate(tools.CURVES_TOOL, fixed, {"focus": options})


def _measures_now(state: State, fixed: dict[str, Any]) -> Candidate | None:
    """Measures against a cause that is probable enough, where the plant can still be relieved."""
    present, first = _present(state), _value(state, tools.TEST)["causes"][0]
    if not present or first["id"] == NONE or first["probability"] < ACT_ON:
        return None
    more = {"cause": first["id"], "magnitude": first["magnitude"], "present": tuple(present.items())}
    return Candidate(tools.MEASURES, {**fixed, **more})


def _quiet(state: State) -> bool:
    """A small excess without a cause: what normal operation shows now and then."""
    screen, tested = _value(state, tools.SCREEN), _value(state, tools.TEST)
    process = screen["alarm"] is not None and screen["alarm"]["source"] == "process"
    return bool(tested["causes"][0]["id"] == NONE and screen["peak"] < CLEAR_PEAK and not process)


def _call(state: State, tool: Tool) -> Call:
    return next(call for call in state.calls if call.tool == tool.name)


def _evidence(state: State, tool: Tool) -> Evidence:
    return _call(state, tool).evidence


def _value(state: State, tool: Tool) -> Any:
    return _evidence(state, tool).value


def _draft(state: State) -> Draft:
    lang = state.context.lang
    history, screen = _evidence(state, tools.HISTORY), _evidence(state, tools.SCREEN)
    has_twin = bool(state.context.resources["twin"])
    partly = () if has_twin else (text("investigate.partly_no_twin", lang),)
    unknown = tuple(_gaps(state))
    without = {"cause": text("investigate.without_cause", lang), "abnormal": text("investigate.without_abnormal", lang)}
    if not _value(state, tools.SCREEN)["abnormal"] or (has_twin and state.done(tools.TEST.name) and _quiet(state)):
        made = claims.normal_claims(history, screen)
        data: dict[str, Any] = {"abnormal": False, "onset": None, "causes": [{"id": NONE, "probability": 1.0}]}
        return Draft(tuple(made), ("abnormal",), without, unknown, partly, data=data)
    judged = _evidence(state, tools.TEST if has_twin else tools.SYMPTOMS)
    found = claims.abnormal_claims(screen)
    causes = claims.cause_claims(judged)
    # What a shift needs first stays first; the model orders the rest.
    lead = [found[0], causes[0], *_measures(state)]
    made = [*lead, *found[1:], *claims.place_claims(_evidence(state, tools.LOCATE)), *causes[1:]]
    if has_twin:
        made += claims.twin_claims(judged)
        judged_value: Any = judged.value
        if not judged_value["control_fits"]:
            partly = (*partly, text("investigate.partly_fit", lang))
    partly = (*partly, *_weak_record(state))
    value: Any = judged.value
    data = {"abnormal": True, "onset": _value(state, tools.SCREEN)["onset"], "causes": value["causes"]}
    return Draft(
        tuple(made), ("abnormal", "cause"), without, unknown, partly, data=data, reorder=True, lead=len(lead)
    )  # fmt: skip


def _measures(state: State) -> list[Claim]:
    if not state.done(tools.MEASURES.name):
        return []
    return claims.measure_claims(_evidence(state, tools.MEASURES))


def _hours_after(time: datetime, last: str) -> float:
    return (time - datetime.fromisoformat(last)).total_seconds() / 3600.0


def _weak_record(state: State) -> list[str]:
    """Why the record itself allows a part of the answer only: the ranking has learnt from records without holes."""
    lang, minutes = state.context.lang, _value(state, tools.HISTORY)["sample_minutes"]
    gap = _value(state, tools.SCREEN)["gap_hours"]
    found = []
    if minutes > COARSE_MINUTES:
        found.append(text("investigate.partly_coarse", lang, minutes=f"{minutes:g}"))
    if gap >= GAP_HOURS:
        found.append(text("investigate.partly_gap", lang, hours=f"{gap:.1f}"))
    return found


def _gaps(state: State) -> list[str]:
    """What the history does not tell, as sentences."""
    lang, history = state.context.lang, _value(state, tools.HISTORY)
    found = []
    for key in ("missing", "dead"):
        if history[key]:
            shown = history[key] if len(history[key]) <= 8 else [*history[key][:8], "..."]
            found.append(text(f"investigate.unknown_{key}", lang, tags=", ".join(shown)))
    case: CaseArguments = state.context.resources["case"]
    if case.at is not None and _hours_after(case.at, history["to"]) * 60.0 > ENDED * history["sample_minutes"]:
        found.append(text("investigate.unknown_after_end", lang, last=history["to"]))
    if history["frozen_rows"]:
        found.append(text("investigate.unknown_frozen", lang, rows=history["frozen_rows"]))
    if state.done(tools.TEST.name):
        tested = _value(state, tools.TEST)
        if tested["control"] != state.context.resources.get("control", tested["control"]):
            found.append(text("investigate.unknown_control", lang, control=tested["control"]))
        if tested["horizon_hours"] < 1.0:
            found.append(text("investigate.unknown_horizon", lang))
    return found
