"""Is anything abnormal, since when, and which tags show it.

Statistics per row, from values standardised on a normal reference: T2 in the space of the principal components and the
squared prediction error (Jackson and Mudholkar 1979), over single rows and over trailing means; the largest trailing
mean of a tag and its sudden steps; the largest and the mean squared change of a tag's trailing log-variance. Valve
positions take part, because control loops hide faults in them. Each statistic is divided by a high quantile of its
maximum over a normal run, and the joint limit is again a quantile of the maximum over runs, so the rate of false alarms
is stated per run.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.skills.investigate.rolling import Sums, average, sums, trailing

Array = NDArray[np.float64]

VERSION = 4  # of the statistics: raise it when the same history may give another alarm
HOLD = 3  # rows in a row that a statistic must stay above its limit
MEAN_HOURS = (0.5, 1.5, 4.0)
STEP_HOURS = (0.5, 1.0)
SPREAD_HOURS = (1.0, 3.0)
STILL_MOVE = 0.5
SHARE = 0.99
_WINDOWS = 20
_FLOOR = 1e-12


@dataclass(frozen=True, slots=True)
class Reference:
    """Normal operation of ``tags`` (indices into the case's tags in ``columns``), every ``sample`` hours.

    ``scale`` (k,) standard deviation of a tag within a normal run; ``loadings`` (k, a) and ``latent`` (a,) of the
    principal components of standardised rows; ``levels`` are per statistic the divisors, ``limit`` the joint limit;
    ``mean_*`` and ``spread_*`` hold what the trailing statistics are compared with, by width in rows. ``still`` are
    tags that do not move in normal operation (valves held constant): a move of STILL_MOVE of their unit is abnormal.
    """

    columns: NDArray[np.int64]
    sample: float
    head: int
    scale: Array
    loadings: Array
    latent: Array
    residual: float
    mean_scale: dict[int, Array]
    mean_loadings: dict[int, tuple[Array, Array]]
    step_scale: dict[int, Array]
    step_loadings: dict[int, tuple[Array, Array]]
    spread_center: dict[int, Array]
    spread_scale: dict[int, Array]
    levels: Array
    limit: float
    still: NDArray[np.int64]


def widths(hours: tuple[float, ...], sample: float) -> tuple[int, ...]:
    """Window widths in rows, at least four."""
    return tuple(max(4, round(h / sample)) for h in hours)


def _fitting(hours: tuple[float, ...], sample: float, rows: int) -> tuple[int, ...]:
    """Those widths for which normal runs of ``rows`` rows beside their baseline show enough trailing windows."""
    every = widths(hours, sample)
    return tuple(width for width in every if rows - width >= max(_WINDOWS, width // 4)) or every[:1]


def build_reference(normal: Array, sample: float, head: int, *, alarm_share: float = 0.02) -> Reference:
    """The reference from normal runs (runs, rows, tags), of which the first ``head`` rows give each run's baseline.

    Tags that do not vary are left out. ``alarm_share`` is the share of normal runs that may raise an alarm.
    """
    normal = np.asarray(normal, dtype=np.float64)
    within = np.sqrt(np.nanmean(np.nanvar(normal, axis=1), axis=0))
    columns = np.flatnonzero(np.isfinite(within) & (within > _FLOOR))
    still = np.flatnonzero(np.isfinite(within) & (within <= _FLOOR))
    scale = within[columns]
    z = _standardise(normal[:, :, columns], scale, head)
    flat = z[:, head:].reshape(-1, len(columns))
    loadings, latent, residual = _components(flat[np.isfinite(flat).all(axis=1)], 0.9)
    s = sums(z)
    mean_scale, mean_loadings, step_scale, step_loadings, spread_center, spread_scale = {}, {}, {}, {}, {}, {}
    for width in _fitting(MEAN_HOURS, sample, normal.shape[1] - head):
        mean, _ = trailing(s, width)
        kept = mean[:, head + width :].reshape(-1, len(columns))
        mean_scale[width] = np.nanstd(kept, axis=0) + _FLOOR
        vectors, values, _ = _components(kept[np.isfinite(kept).all(axis=1)] / mean_scale[width], SHARE)
        mean_loadings[width] = (vectors, values)
    for width in widths(STEP_HOURS, sample):
        kept = _step(s, width)[:, head + width :].reshape(-1, len(columns))
        step_scale[width] = np.nanstd(kept, axis=0) + _FLOOR
        vectors, values, _ = _components(kept[np.isfinite(kept).all(axis=1)] / step_scale[width], SHARE)
        step_loadings[width] = (vectors, values)
    for width in widths(SPREAD_HOURS, sample):
        _, variance = trailing(s, width)
        kept = _log_variance(variance)[:, head + width :].reshape(-1, len(columns))
        spread_center[width] = np.nanmean(kept, axis=0)
        spread_scale[width] = np.nanstd(kept, axis=0) + _FLOOR
    draft = Reference(
        columns, sample, head, scale, loadings, latent, residual, mean_scale, mean_loadings, step_scale,
        step_loadings, spread_center, spread_scale, np.ones(1), 1.0, still,
    )  # fmt: skip
    statistics = _statistics(draft, z)
    peaks = np.nanmax(np.where(np.isfinite(statistics[:, head:]), statistics[:, head:], 0.0), axis=1)
    levels = np.quantile(peaks, 0.97, axis=0) + _FLOOR
    limit = float(np.quantile((peaks / levels).max(axis=1), 1.0 - alarm_share))
    return _with_limits(draft, levels, limit)


def score(reference: Reference, values: Array, head: int, baseline: Array | None = None) -> Array:
    """The joint statistic (runs, rows) over its limit for runs (runs, rows, tags).

    ``baseline`` (runs, tags) are the normal means; without it those of each run's first ``head`` rows.
    """
    columns = reference.columns
    if baseline is None:
        z = _standardise(values[:, :, columns], reference.scale, head)
    else:
        z = (values[:, :, columns] - baseline[:, None, columns]) / reference.scale
    statistics = _statistics(reference, z) / reference.levels
    joint: Array = np.nanmax(np.where(np.isfinite(statistics), statistics, 0.0), axis=-1) / reference.limit
    if len(reference.still):
        base = values[:, :1, reference.still] if baseline is None else baseline[:, None, reference.still]
        moved = np.nan_to_num(np.abs(values[:, :, reference.still] - base)).max(axis=-1) / STILL_MOVE
        joint = np.maximum(joint, _held(moved))
    return joint


def first_alarm(joint: Array, head: int) -> NDArray[np.int64]:
    """First row at or after ``head`` with the joint statistic above 1, per run; -1 where there is none."""
    above = joint > 1.0
    above[:, :head] = False
    first = above.argmax(axis=1)
    return np.where(above.any(axis=1), first, -1)


def _standardise(values: Array, scale: Array, head: int) -> Array:
    z: Array = (values - average(values[:, :head], axis=1)) / scale
    return z


def _components(rows: Array, share: float) -> tuple[Array, Array, float]:
    covariance = rows.T @ rows / max(1, len(rows))
    values, vectors = np.linalg.eigh(covariance)
    values, vectors = values[::-1], vectors[:, ::-1]
    count = int(np.searchsorted(np.cumsum(values) / values.sum(), share)) + 1
    return vectors[:, :count], np.maximum(values[:count], 1e-6), float(values[count:].sum()) + _FLOOR


def completed(rows: Array, vectors: Array, values: Array) -> Array:
    """Missing values of standardised rows (..., tags) as the present ones let expect them; 0 where a row is empty.

    The conditional mean under the covariance of the components (Nelson, Taylor and MacGregor 1996): a gap in one of two
    tags that move together is no break of their relation.
    """
    missing = ~np.isfinite(rows)
    partly = missing.any(axis=-1) & ~missing.all(axis=-1)
    filled: Array = np.where(missing, 0.0, rows)
    if not partly.any():
        return filled
    noise = 0.02 * float(values.sum()) / len(vectors)
    covariance = (vectors * values) @ vectors.T + noise * np.eye(len(vectors))
    some, gaps = filled[partly], missing[partly]
    patterns, which = np.unique(gaps, axis=0, return_inverse=True)
    for index, gap in enumerate(patterns):
        members = np.flatnonzero(which.reshape(-1) == index)
        weights = np.linalg.solve(covariance[np.ix_(~gap, ~gap)], covariance[np.ix_(~gap, gap)])
        some[np.ix_(members, np.flatnonzero(gap))] = some[members][:, ~gap] @ weights
    filled[partly] = some
    return filled


def _log_variance(variance: Array) -> Array:
    # The floor keeps a tag that stands still (a stuck sensor or valve) finite, and its fall in variance visible.
    return np.log(variance + 1e-4)


def _step(s: Sums, width: int) -> Array:
    """Mean of the last ``width`` rows minus that of the ``2 * width`` before: sees a sudden move, not a slow drift."""
    recent = trailing(s, width)[0]
    before = trailing(s, 2 * width)[0]
    step = np.full_like(recent, np.nan)
    step[:, width:] = recent[:, width:] - before[:, :-width]
    return step


def _held(values: Array) -> Array:
    """Minimum over the last HOLD rows: a single outlier raises no alarm."""
    held = values.copy()
    for back in range(1, HOLD):
        held[:, back:] = np.fmin(held[:, back:], values[:, :-back])
        held[:, :back] = 0.0
    return held


def _statistics(ref: Reference, z: Array) -> Array:
    """All statistics (runs, rows, statistics)."""
    filled = completed(z, ref.loadings, ref.latent)
    parts: list[Array] = []
    scores = filled @ ref.loadings
    parts.append(_held((scores**2 / ref.latent).sum(-1)))
    parts.append(_held((filled**2).sum(-1) - (scores**2).sum(-1)))
    s = sums(z)
    for width, sd in ref.mean_scale.items():
        mean = trailing(s, width)[0] / sd
        vectors, values = ref.mean_loadings[width]
        parts.append(np.nan_to_num(np.abs(mean)).max(-1))
        whole = completed(mean, vectors, values)
        projected = whole @ vectors
        parts.append((projected**2 / values).sum(-1))
        parts.append((whole**2).sum(-1) - (projected**2).sum(-1))
    for width, sd in ref.step_scale.items():
        step = _step(s, width) / sd
        vectors, values = ref.step_loadings[width]
        parts.append(np.nan_to_num(np.abs(step)).max(-1))
        parts.append(((completed(step, vectors, values) @ vectors) ** 2 / values).sum(-1))
    for width, sd in ref.spread_scale.items():
        change = (_log_variance(trailing(s, width)[1]) - ref.spread_center[width]) / sd
        change = np.nan_to_num(change)
        parts.append(np.abs(change).max(-1))
        parts.append((change**2).mean(-1))
    return np.stack(parts, axis=-1)


def _with_limits(draft: Reference, levels: Array, limit: float) -> Reference:
    from dataclasses import replace

    return replace(draft, levels=levels, limit=limit)
