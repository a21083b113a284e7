"""The trial: every candidate at earlier origins, the combination of the good ones, and the interval's widths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assay.models.forecast.candidates.base import Candidate
from assay.models.forecast.candidates.boosted import Boosted
from assay.models.forecast.candidates.linear import Linear
from assay.models.forecast.candidates.naive import Climate, Drifted, LongNaive, SeasonalNaive
from assay.models.forecast.candidates.statistical import Statistical, applies, nominal_cost
from assay.models.forecast.intervals import calibrate, held_out_widths
from assay.models.forecast.notes import Note
from assay.models.forecast.origins import Plan, usable
from assay.models.forecast.panel import Floats, Panel
from assay.models.forecast.result import COMBINATION, NAIVE
from assay.models.forecast.scores import Score, naive_scale, score
from assay.models.forecast.weights import combine, weights_of

CORES = 2  # assumed when costs are added up, so that a result does not depend on the machine
RETRAINED_FROM = 6  # so many origins, and the newer half is forecast by models trained up to its beginning
SCREENED_AT = 3  # newest origins at which the slow candidates are tried first
PERFECT = 1e-9  # of the scale: nothing is left to beat
SCREEN = 1.3  # a slow candidate goes on when its error there is at most this many times the best one's


@dataclass(frozen=True, eq=False)
class Trial:
    """weights (series, candidates); widths (series, horizon) in the values' unit; naive (series,): it was chosen."""

    names: tuple[str, ...]
    weights: Floats
    widths: Floats
    naive: np.typing.NDArray[np.bool_]
    scores: tuple[Mapping[str, Score], ...]
    counts: tuple[int, ...]


def offered(
    panel: Panel, plan: Plan, seconds: float, checkpoint: Path | None
) -> tuple[list[Candidate], dict[str, Note]]:
    """The candidates that the panel's size allows within ``seconds`` of nominal work, and the ones left out."""
    found: list[Candidate] = [SeasonalNaive(), LongNaive(), Drifted(), Climate(), Linear("linear")]
    found += [Linear("linear_short"), Boosted()]
    if panel.known is not None:
        found.append(Linear("linear_known"))
    if checkpoint is not None:
        from assay.models.forecast.candidates.port import Foundation

        found.append(Foundation(checkpoint))
    left_out: dict[str, Note] = {}
    room = seconds * CORES
    times = min(len(plan.origins), SCREENED_AT) + 1 + max(0, len(plan.origins) - SCREENED_AT) / 2
    sizes = [(panel.length - int(panel.begins[one]), panel.seasons[one]) for one in range(len(panel))]
    for name in ("theta", "mstl", "auto_ets"):
        fitting = [size for size in sizes if applies(name, *size)]
        cost = times * sum(nominal_cost(name, *size) for size in fitting)
        if not fitting:
            left_out[name] = Note("not_made_for", {"name": name})
        elif cost > room:
            left_out[name] = Note("too_slow", {"name": name, "needed": round(cost / CORES, 1), "seconds": seconds})
        else:
            room -= cost
            found.append(Statistical(name))
    return found, left_out


def run_trial(
    panel: Panel, plan: Plan, candidates: Sequence[Candidate], horizon: int, limits: Floats, interval: float
) -> Trial:
    """Train on what lies before the first origin, forecast from every origin, judge on what followed."""
    names = tuple(one.name for one in candidates)
    origins = list(plan.origins)
    scale = np.array([_scale(panel, plan, one) for one in range(len(panel))])
    truth = np.where(usable(panel, plan)[:, :, None], panel.truth(origins, horizon), np.nan)
    forecasts = clip(_forecasts(panel, origins, candidates, horizon, truth, scale), limits)
    errors = (forecasts - truth[:, None]) / scale[:, None, None, None]
    cross = _crossed(errors, forecasts)
    cross = clip(cross, limits)
    cross_errors = (cross - truth) / scale[:, None, None]
    plain = errors[:, names.index(NAIVE)]
    naive = ~(_loss(cross_errors) < _loss(plain)) | (_loss(plain) < PERFECT)
    used = np.where(naive[:, None, None], plain, cross_errors)
    weights = weights_of(errors)
    weights[naive] = np.eye(len(names))[names.index(NAIVE)]
    widths = calibrate(used, interval).widths * scale[:, None]
    everything = dict(zip(names, np.moveaxis(forecasts, 1, 0), strict=True)) | {COMBINATION: cross}
    scores = _scores(everything, truth, scale, limits, interval)
    counts = tuple(int(one) for one in np.asarray(np.isfinite(truth).any(axis=2)).sum(axis=1))
    return Trial(names, weights, widths, naive, scores, counts)


def clip(forecasts: Floats, limits: Floats) -> Floats:
    """Forecasts (series, ...) inside their limits (series, 2)."""
    shape = (len(limits),) + (1,) * (forecasts.ndim - 1)
    return np.asarray(np.clip(forecasts, limits[:, 0].reshape(shape), limits[:, 1].reshape(shape)), np.float64)


def _scale(panel: Panel, plan: Plan, series: int) -> float:
    """MASE's denominator from the rows before the first origin, or before the series's own first usable one."""
    season = panel.season(series)
    end = max(plan.origins[0], int(panel.begins[series]) + 2 * season + 2)
    return naive_scale(panel.history(series, min(end, panel.length)), season)


def _forecasts(
    panel: Panel, origins: list[int], candidates: Sequence[Candidate], horizon: int, truth: Floats, scale: Floats
) -> Floats:
    """(series, candidates, origins, horizon); slow candidates only where they were not far behind at the newest."""
    out = np.full((len(panel), len(candidates), len(origins), horizon), np.nan)
    everyone = range(len(panel))
    newest = list(range(max(0, len(origins) - SCREENED_AT), len(origins)))
    slow = [at for at, one in enumerate(candidates) if isinstance(one, Statistical)]
    half = len(origins) // 2 if len(origins) >= RETRAINED_FROM else 0
    for at, one in enumerate(candidates):
        for part in (range(half), range(half, len(origins))):
            tried = [k for k in part if k in newest or at not in slow]
            if tried:
                one.fit(panel, origins[part[0]], horizon)
                out[:, at, tried] = one.predict(panel, [origins[k] for k in tried], everyone)
    older = [at for at in range(len(origins)) if at not in newest]
    loss = np.stack([_loss(out[:, at, newest] - truth[:, newest]) for at in range(len(candidates))], axis=1)
    best = np.nanmin(loss, axis=1)
    for at in slow:
        wanted = [series for series in everyone if loss[series, at] <= SCREEN * best[series]]
        if older and wanted:
            found = candidates[at].predict(panel, [origins[k] for k in older], wanted)
            out[:, at, older] = found
    return out


def _loss(errors: Floats) -> Floats:
    """(series,): the mean absolute error over (series, origins, horizon); NaN without any."""
    size = np.abs(errors)
    known = np.isfinite(size)
    count = known.sum(axis=(1, 2))
    total = np.where(known, size, 0.0).sum(axis=(1, 2))
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan), np.float64)


def _crossed(errors: Floats, forecasts: Floats) -> Floats:
    """(series, origins, horizon): the combination at each origin with weights from the other origins."""
    count = errors.shape[2]
    out = np.empty((len(errors), count, errors.shape[3]))
    for at in range(count):
        rest = [one for one in range(count) if one != at]
        # A candidate that is missing here cannot be weighed here either.
        missing = np.asarray(np.isnan(forecasts[:, :, at]).any(axis=2))
        known = np.where(missing[:, :, None, None], np.nan, errors[:, :, rest])
        out[:, at] = combine(weights_of(known), forecasts[:, :, at : at + 1])[:, 0]
    return out


def _scores(
    everything: Mapping[str, Floats], truth: Floats, scale: Floats, limits: Floats, interval: float
) -> tuple[Mapping[str, Score], ...]:
    """For each series the errors of each candidate, its interval set by the other origins."""
    out: list[dict[str, Score]] = [{} for _ in scale]
    for name, forecast in everything.items():
        errors = (forecast - truth) / scale[:, None, None]
        widths = held_out_widths(errors, interval) * scale[:, None, None]
        low, high = clip(forecast - widths, limits), clip(forecast + widths, limits)
        for at, row in enumerate(out):
            if np.isfinite(errors[at]).any():
                row[name] = score(truth[at], low[at], forecast[at], high[at], scale=float(scale[at]), interval=interval)
    return tuple(out)
