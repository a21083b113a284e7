"""A trained forecast taken apart into JSON, arrays and LightGBM's text, and put together again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from assay.kernel.errors import IntegrityError
from assay.models.forecast.candidates.base import Candidate
from assay.models.forecast.candidates.boosted import Boosted
from assay.models.forecast.candidates.linear import Linear
from assay.models.forecast.candidates.naive import Climate, Drifted, LongNaive, SeasonalNaive
from assay.models.forecast.candidates.port import Foundation
from assay.models.forecast.candidates.statistical import Statistical
from assay.models.forecast.fitted import Fitted
from assay.models.forecast.notes import Note
from assay.models.forecast.origins import Plan
from assay.models.forecast.panel import Panel
from assay.models.forecast.prepare import Prepared
from assay.models.forecast.scores import Score
from assay.models.forecast.trial import Trial
from assay.models.library.parts import Parts

KINDS: dict[str, type[Candidate]] = {
    **{kind.name: kind for kind in (SeasonalNaive, LongNaive, Drifted, Climate, Boosted, Foundation)},
    **dict.fromkeys(("linear", "linear_short", "linear_known"), Linear),
    **dict.fromkeys(("theta", "mstl", "auto_ets"), Statistical),
}
FORMAT = 1


def to_parts(settings: Mapping[str, Any], fitted: Fitted) -> Parts:
    """Settings and what was fitted."""
    panel, trial, prepared = fitted.prepared.panel, fitted.trial, fitted.prepared
    about: dict[str, Any] = {
        "format": FORMAT,
        "settings": dict(settings),
        "panel": {
            "names": list(panel.names),
            "start": panel.start,
            "step": panel.step,
            "seasons": [list(one) for one in panel.seasons],
        },
        "known_names": list(prepared.known_names),
        "notes": [one.to_json() for one in prepared.notes],
        "by_target": {name: [one.to_json() for one in notes] for name, notes in prepared.by_target.items()},
        "refused": {name: one.to_json() for name, one in prepared.refused.items()},
        "left_out": {name: one.to_json() for name, one in fitted.left_out.items()},
        "plan": {"origins": list(fitted.plan.origins), "stride": fitted.plan.stride},
        "trial": {
            "names": list(trial.names),
            "scores": [{name: one.to_json() for name, one in row.items()} for row in trial.scores],
            "counts": list(trial.counts),
        },
    }
    arrays: dict[str, Any] = {
        "values": panel.values,
        "observed": panel.observed,
        "begins": panel.begins,
        "limits": prepared.limits,
        "weights": trial.weights,
        "widths": trial.widths,
        "naive": trial.naive,
    }
    if panel.known is not None:
        arrays["known"] = panel.known
    children = {name: one.to_parts() for name, one in fitted.candidates.items()}
    return Parts(about=about, arrays=arrays, children=children)


def from_parts(parts: Parts) -> tuple[Mapping[str, Any], Fitted]:
    """Settings and what was fitted. IntegrityError when something is missing or of another format."""
    about: Mapping[str, Any] = parts.about
    if about.get("format") != FORMAT:
        raise IntegrityError("forecast.parts_format", format=about.get("format"))
    try:
        return about["settings"], _fitted(about, parts)
    except (KeyError, TypeError, IndexError) as error:
        raise IntegrityError("forecast.parts_broken", what=str(error)) from error


def _fitted(about: Mapping[str, Any], parts: Parts) -> Fitted:
    arrays: Mapping[str, Any] = parts.arrays
    plain = about["panel"]
    panel = Panel(
        tuple(plain["names"]),
        int(plain["start"]),
        int(plain["step"]),
        np.asarray(arrays["values"], np.float64),
        np.asarray(arrays["observed"], np.bool_),
        np.asarray(arrays["begins"], np.int64),
        tuple(tuple(one) for one in plain["seasons"]),
        np.asarray(arrays["known"], np.float64) if "known" in arrays else None,
    )
    prepared = Prepared(
        panel,
        np.asarray(arrays["limits"], np.float64),
        tuple(about["known_names"]),
        _notes(about["notes"]),
        {name: _notes(notes) for name, notes in about["by_target"].items()},
        {name: _note(one) for name, one in about["refused"].items()},
    )
    trial = Trial(
        tuple(about["trial"]["names"]),
        np.asarray(arrays["weights"], np.float64),
        np.asarray(arrays["widths"], np.float64),
        np.asarray(arrays["naive"], np.bool_),
        tuple({name: _score(one) for name, one in row.items()} for row in about["trial"]["scores"]),
        tuple(about["trial"]["counts"]),
    )
    candidates = {name: KINDS[name].from_parts(child) for name, child in parts.children.items()}
    plan = Plan(tuple(about["plan"]["origins"]), int(about["plan"]["stride"]))
    return Fitted(prepared, plan, trial, candidates, {name: _note(one) for name, one in about["left_out"].items()})


def _note(plain: Mapping[str, Any]) -> Note:
    return Note(plain["code"], plain["params"])


def _notes(plain: list[Mapping[str, Any]]) -> tuple[Note, ...]:
    return tuple(_note(one) for one in plain)


def _score(plain: Mapping[str, float | None]) -> Score:
    return Score(**{name: float("nan") if value is None else value for name, value in plain.items()})
