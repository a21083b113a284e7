"""A trained forecast and its answers from the end of a history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.models.forecast.candidates.base import Candidate
from assay.models.forecast.notes import Note
from assay.models.forecast.origins import FEWEST, Plan, usable
from assay.models.forecast.panel import Floats
from assay.models.forecast.prepare import Options, Prepared, prepare
from assay.models.forecast.result import COMBINATION, NAIVE, ForecastResult, TargetForecast
from assay.models.forecast.scores import Score
from assay.models.forecast.trial import PERFECT, Trial, clip
from assay.models.forecast.weights import combine
from assay.plant.series import Frame


@dataclass(frozen=True, eq=False)
class Fitted:
    """What ``fit`` leaves behind."""

    prepared: Prepared
    plan: Plan
    trial: Trial
    candidates: Mapping[str, Candidate]
    left_out: Mapping[str, Note]


def judgeable(prepared: Prepared, plan: Plan, horizon: int) -> Prepared:
    """Without the series that too few origins can judge; InputError when none is left."""
    panel = prepared.panel
    truth = panel.truth(list(plan.origins), horizon)
    seen = np.isfinite(truth).any(axis=2) & usable(panel, plan)
    kept = [one for one in range(len(panel)) if seen[one].sum() >= FEWEST]
    refused = dict(prepared.refused)
    for one in range(len(panel)):
        if one not in kept:
            rows = panel.length - int(panel.begins[one])
            refused[panel.names[one]] = Note(
                "untestable", {"target": panel.names[one], "rows": rows, "horizon": horizon}
            )
    if not kept:
        first = next(iter(refused.values()))
        raise InputError(f"forecast.{first.code}", **first.params)
    if len(kept) == len(panel):
        return prepared
    smaller = replace(
        panel,
        names=tuple(panel.names[one] for one in kept),
        values=panel.values[kept],
        observed=panel.observed[kept],
        begins=panel.begins[kept],
        seasons=tuple(panel.seasons[one] for one in kept),
    )
    return replace(prepared, panel=smaller, limits=prepared.limits[kept], refused=refused)


def renewed(fitted: Fitted, frame: Frame, known: Frame | None, horizon: int, options: Options) -> Prepared:
    """A newer history in the shape of the trained panel: same order of series, same seasons and limits."""
    old = fitted.prepared
    if old.known_names and known is None:
        raise InputError("forecast.known_again", inputs=", ".join(old.known_names))
    if known is not None and not old.known_names:
        raise InputError("forecast.known_unused")
    if known is not None:
        known = known.select(old.known_names)
    new = prepare(frame, old.panel.names, horizon, known, options)
    if abs(new.panel.step - old.panel.step) > 0.001 * old.panel.step:
        raise InputError("forecast.other_step", step=new.panel.step / 1e9, trained=old.panel.step / 1e9)
    place = {name: at for at, name in enumerate(new.panel.names)}
    shape = (len(old.panel), new.panel.length)
    values, observed = np.full(shape, np.nan), np.zeros(shape, np.bool_)
    begins = np.full(len(old.panel), new.panel.length, np.int64)
    for at, name in enumerate(old.panel.names):
        if name in place:
            values[at], observed[at] = new.panel.values[place[name]], new.panel.observed[place[name]]
            begins[at] = new.panel.begins[place[name]]
    panel = replace(
        new.panel, names=old.panel.names, values=values, observed=observed, begins=begins, seasons=old.panel.seasons
    )
    return replace(new, panel=panel, limits=old.limits)


def answer(fitted: Fitted, prepared: Prepared, horizon: int, interval: float) -> ForecastResult:
    panel, trial = prepared.panel, fitted.trial
    end = panel.length
    wanted = [at for at, name in enumerate(panel.names) if name not in prepared.refused]
    forecasts = np.full((len(panel), len(trial.names), 1, horizon), np.nan)
    for at, name in enumerate(trial.names):
        mine = [one for one in wanted if trial.weights[one, at] > 0]
        if mine:
            forecasts[:, at] = fitted.candidates[name].predict(panel, [end], mine)
    weights = _present(trial.weights, forecasts)
    median = combine(weights, forecasts)[:, 0]
    low, high = median - trial.widths, median + trial.widths
    median, low, high = (clip(one, prepared.limits) for one in (median, low, high))
    times = panel.times(end, horizon)
    answered = [one for one in wanted if weights[one].any()]
    refused = dict(prepared.refused)
    for name in (panel.names[one] for one in wanted if one not in answered):
        refused[name] = Note("too_short_now", {"target": name, "rows": end})
    if not answered:
        first = next(iter(refused.values()))
        raise InputError(f"forecast.{first.code}", **first.params)
    tried = fitted.prepared.panel
    return ForecastResult(
        tuple(_target(fitted, prepared, one, times, (median, low, high), weights[one]) for one in answered),
        horizon,
        interval,
        panel.step / 1e9,
        panel.times(end - 1, 1)[0],
        tuple(tried.times(origin - 1, 1)[0] for origin in fitted.plan.origins),
        prepared.known_names,
        fitted.left_out,
        refused,
        prepared.notes,
    )


def _target(
    fitted: Fitted,
    prepared: Prepared,
    one: int,
    times: NDArray[np.datetime64],
    course: tuple[Floats, Floats, Floats],
    weights: Floats,
) -> TargetForecast:
    trial, name = fitted.trial, prepared.panel.names[one]
    naive, scores = bool(trial.naive[one]), trial.scores[one]
    chosen = NAIVE if naive else COMBINATION
    median, low, high = (part[one] for part in course)
    notes = tuple(prepared.by_target.get(name, ()))
    absent = [
        candidate for at, candidate in enumerate(trial.names) if trial.weights[one, at] > 0 and not weights[at] > 0
    ]
    if absent:
        notes += (Note("shares_moved", {"target": name, "absent": ", ".join(absent)}),)
    return TargetForecast(
        name,
        times,
        median,
        low,
        high,
        {candidate: float(weights[at]) for at, candidate in enumerate(trial.names) if weights[at] > 0},
        scores,
        chosen,
        _reason(scores, naive),
        naive,
        scores[chosen].coverage,
        trial.counts[one],
        prepared.panel.season(one),
        notes,
    )


def _present(weights: Floats, forecasts: Floats) -> Floats:
    """The weights of the candidates that answered, summing to 1 again; 0 where none did."""
    there = np.where(np.isnan(forecasts).any(axis=(2, 3)), 0.0, weights)
    total = there.sum(axis=1, keepdims=True)
    return np.asarray(np.where(total > 0, there / np.where(total > 0, total, 1.0), 0.0), np.float64)


def _reason(scores: Mapping[str, Score], naive: bool) -> str:
    """Why this choice: a key of the texts."""
    if not naive:
        return "better"
    return "perfect" if scores[NAIVE].mase < PERFECT else "nothing_better"
