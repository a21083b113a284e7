"""The trend of one machine's health indicator, and when it reaches its limit.

The record is taken as level, then rising from a change onwards (the change is found). From there a robust line is laid
(Theil-Sen) through the indicator or through its logarithm, whichever told the machine's own past better. What is left
is the first passage of a Wiener process with drift (inverse Gaussian; Chhikara and Folks, 1989), with the doubt about
the drift and the present level in it. Without a trend that stands out of the noise there is no date.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from assay.kernel.errors import InputError
from assay.models.health.indicator import LEAST_POINTS, blocks
from assay.models.health.intervals import LEVELS
from assay.plant.series import Floats

SEED, DRAWS = 7, 4000
ORIGINS = 8
TAIL = 12  # points: fewer after the change are no trend yet
_SURE = 2.5  # standard errors that a drift must stand out with
_FAR = 20.0  # times the observed span: nothing is said beyond


@dataclass(frozen=True, eq=False)
class Passage:
    """What is left until the limit.

    level: the indicator now (fitted). slope: per unit of time, now, towards the limit when positive. since: time at
    which the trend began. kind: ``linear``, ``exponential`` or ``none``. lives: (200,) equally likely remaining lives
    (infinite: never as far as can be seen), empty without a trend. low, median, high. tested, inside: how many of the
    machine's own past origins were tried and in how many the interval held; widened: by what it was made wider.
    """

    level: float
    slope: float
    since: float
    kind: str
    passed: bool
    lives: Floats
    low: float
    median: float
    high: float
    tested: int
    inside: int
    widened: float
    time: Floats
    value: Floats
    fitted: Floats


def passage(time: Floats, value: Floats, limit: float, *, rising: bool = True, confidence: float = 0.9) -> Passage:
    """When ``value`` (n,) over ``time`` (n,) reaches ``limit`` from below (``rising``) or above.

    InputError with fewer than 20 values or a limit that is no number.
    """
    if not math.isfinite(limit):
        raise InputError("machine_health.limit_wrong", limit=limit)
    good = np.isfinite(value)
    time, value = time[good], value[good]
    if len(time) < LEAST_POINTS:
        raise InputError("machine_health.record_short", rows=len(time), least=LEAST_POINTS, tags=1)
    time, grid = blocks(time, value[:, None])
    sign = 1.0 if rising else -1.0
    up, goal = sign * grid[:, 0], sign * limit
    draft = _forecast(time, up, goal)
    tested, inside, factor = _own_past(time, up, draft, confidence) if len(draft.lives) else (0, 0, 1.0)
    lives = _wider(draft.lives, factor)
    low, median, high = _ends(lives, confidence)
    return Passage(
        sign * draft.level,
        draft.slope,
        draft.since,
        draft.kind,
        draft.level >= goal,
        lives,
        low,
        median,
        high,
        tested,
        inside,
        factor,
        time,
        sign * up,
        sign * draft.fitted,
    )


@dataclass(frozen=True, eq=False)
class _Draft:
    level: float
    slope: float
    since: float
    kind: str
    lives: Floats
    fitted: Floats


def _forecast(time: Floats, up: Floats, goal: float) -> _Draft:
    """The draft over every shape that the record allows, weighted by how it told the record's last third."""
    start = _change(time, up)
    t, y = time[start:], up[start:]
    base = float(np.median(up[: max(start, 5)]))
    line = _line(t, y)
    if len(t) < TAIL or line.slope <= _SURE * line.error:
        level = float(np.median(up[-max(5, len(up) // 20) :]))
        slope = line.slope if len(t) >= TAIL else 0.0
        return _Draft(level, slope, float(t[0]), "none", np.empty(0), np.full(len(up), level))
    found = [_one_shape(_Shape("linear", base), t, y, goal)]
    grown = _grown(t, y, base, goal)
    if grown is not None:
        found.append(_one_shape(_Shape("exponential", base), *grown, goal))
    best = min(found, key=lambda one: one.error)
    weight = np.array([1.0 / max(one.error, 1e-3 * max(found[0].error, 1e-12)) ** 2 for one in found])
    lives = _mixed([one.lives for one in found], weight / weight.sum())
    lives = np.where(lives > _FAR * (time[-1] - time[0]), np.inf, lives)
    fitted = np.concatenate([np.full(len(up) - len(best.fitted), base), best.fitted])
    level = float(fitted[-1])
    slope = best.line.slope * (level - base if best.shape.kind == "exponential" else 1.0)
    return _Draft(level, slope, float(t[0]), best.shape.kind, lives, fitted)


@dataclass(frozen=True, eq=False)
class _Fit:
    """One shape laid through a record: its line, how far it missed the last third, its lives and its course."""

    shape: _Shape
    line: _Line
    error: float
    lives: Floats
    fitted: Floats


def _one_shape(shape: _Shape, t: Floats, y: Floats, goal: float) -> _Fit:
    line = _line(t, shape.to(y))
    now = line.level + line.slope * (t[-1] - line.middle)
    far = float(shape.to(np.array([goal]))[0]) - now
    lives = _first_passage(far, line, t[-1] - line.middle) if far > 0 else np.zeros(len(LEVELS))
    fitted = shape.back(line.level + line.slope * (t - line.middle))
    return _Fit(shape, line, _past_error(t, y, shape), lives, fitted)


def _mixed(lives: list[Floats], weight: Floats) -> Floats:
    """Quantiles of the mixture."""
    every = np.concatenate(lives)
    order = np.argsort(every, kind="stable")
    cumulated = np.cumsum(np.repeat(weight / len(LEVELS), len(LEVELS))[order])
    at = np.searchsorted(cumulated, LEVELS - 1e-9).clip(max=len(every) - 1)
    return np.asarray(every[order][at], np.float64)


@dataclass(frozen=True, slots=True)
class _Shape:
    """The scale on which the trend is a straight line."""

    kind: str
    base: float

    def to(self, y: Floats) -> Floats:
        if self.kind == "linear":
            return y
        positive = np.maximum(y - self.base, 1e-12)
        floor = max(float(np.quantile(positive, 0.05)), 1e-12)
        return np.log(np.maximum(positive, floor))

    def back(self, x: Floats) -> Floats:
        return x if self.kind == "linear" else self.base + np.exp(x)


@dataclass(frozen=True, slots=True)
class _Line:
    """A robust line with the standard error of its slope, of its level at ``middle``, and the process's diffusion."""

    slope: float
    level: float
    middle: float
    error: float
    doubt: float
    diffusion: float


def _line(t: Floats, y: Floats) -> _Line:
    slope = _theil_sen(t, y)
    middle = float(t.mean())
    level = float(np.median(y - slope * (t - middle)))
    rest = y - level - slope * (t - middle)
    noise = 1.4826 * float(np.median(np.abs(rest - np.median(rest))))
    noise = max(noise, 1e-12 * max(1.0, abs(level)))
    # Neighbouring values hang together: fewer count.
    lag = float(np.corrcoef(rest[:-1], rest[1:])[0, 1]) if len(rest) > 3 and np.ptp(rest) > 0 else 0.0
    lag = min(max(lag, 0.0), 0.98)
    count = max(3.0, len(t) * (1.0 - lag) / (1.0 + lag))
    span = float(t[-1] - t[0])
    spread = span / math.sqrt(12.0)
    diffusion = _diffusion(t, rest, span)
    error = math.hypot(noise / (max(spread, 1e-12) * math.sqrt(count)), math.sqrt(diffusion / max(span, 1e-12)))
    return _Line(slope, level, middle, error, noise / math.sqrt(count), diffusion)


def _theil_sen(t: Floats, y: Floats) -> float:
    step = max(1, len(t) // 300)
    t, y = t[::step], y[::step]
    i, j = np.triu_indices(len(t), 1)
    width = t[j] - t[i]
    return float(np.median((y[j] - y[i])[width > 0] / width[width > 0]))


def _diffusion(t: Floats, rest: Floats, span: float) -> float:
    """Variance per unit of time of the random walk in the residuals, beside their noise: how the mean squared
    difference grows with the lag."""
    most = max(2, len(rest) // 4)
    lags = np.unique(np.linspace(1, most, 12).astype(np.int64))
    square = np.array([float(np.median((rest[lag:] - rest[:-lag]) ** 2)) / 0.4549 for lag in lags])
    width = lags * span / max(1, len(rest) - 1)
    slope = float(np.polyfit(width, square, 1)[0]) if len(lags) > 1 else 0.0
    return max(0.0, slope)


def _first_passage(far: float, line: _Line, ahead: float) -> Floats:
    """Equally likely times to go ``far``: inverse Gaussian under each draw of the drift and of the present level."""
    rng = np.random.default_rng(SEED)
    drift = line.slope + line.error * rng.standard_t(8, DRAWS)
    # A steeper line stands higher now: level and drift belong together.
    distance = np.maximum(far - line.doubt * rng.standard_normal(DRAWS) - ahead * (drift - line.slope), 1e-12)
    times = np.full(DRAWS, np.inf)
    on = drift > 0
    mean = distance[on] / drift[on]
    if line.diffusion > 0:
        times[on] = rng.wald(mean, distance[on] ** 2 / line.diffusion)
    else:
        times[on] = mean
    return np.asarray(np.quantile(times, LEVELS, method="inverted_cdf"), np.float64)


def _change(time: Floats, up: Floats) -> int:
    """Where the rise begins: the hinge that leaves the least absolute error, if it is clearly better than a line."""
    count = len(time)
    candidates = np.unique((np.linspace(0.0, 0.85, 30) * count).astype(np.int64))
    candidates = candidates[candidates <= count - TAIL]
    if not len(candidates):
        return 0
    costs = [_hinge_cost(time, up, int(at)) for at in candidates]
    best = int(np.argmin(costs))
    return int(candidates[best]) if costs[best] < 0.97 * costs[0] else 0


def _hinge_cost(time: Floats, up: Floats, at: int) -> float:
    rise = np.maximum(0.0, time - time[at])
    weight = np.ones(len(time))
    rest = up
    for _ in range(4):  # iteratively reweighted towards least absolute error
        total = weight.sum()
        middle, height = float(weight @ rise / total), float(weight @ up / total)
        away = rise - middle
        slope = float(weight @ (away * up)) / max(float(weight @ (away * away)), 1e-300)
        rest = up - height - slope * away
        weight = 1.0 / np.maximum(np.abs(rest), 1e-6 * max(float(np.abs(rest).max()), 1e-12))
    return float(np.abs(rest).sum())


def _grown(t: Floats, y: Floats, base: float, goal: float) -> tuple[Floats, Floats] | None:
    """The part of the record that stands above its base by more than its noise, where a logarithm means something;
    None when that is too little to lay an exponential through."""
    if goal <= base or len(y) < 2 * TAIL:
        return None
    noise = 1.4826 * float(np.median(np.abs(np.diff(y)))) / math.sqrt(2.0)
    smooth = np.median(np.lib.stride_tricks.sliding_window_view(np.pad(y, 3, mode="edge"), 7), axis=1)
    below = np.flatnonzero(smooth <= base + 2.0 * noise)
    first = int(below[-1]) + 1 if len(below) else 0
    return (t[first:], y[first:]) if len(y) - first >= TAIL else None


def _past_error(t: Floats, y: Floats, shape: _Shape) -> float:
    """How far a line on that scale, laid through the first two thirds, misses the last third: the larger of the
    median misses of its halves, since noise tells no shape from another, but not less than what noise leaves of them.
    """
    cut = max(5, 2 * len(t) // 3)
    line = _line(t[:cut], shape.to(y[:cut]))
    with np.errstate(over="ignore"):
        miss = shape.back(line.level + line.slope * (t[cut:] - line.middle)) - y[cut:]
    halves = [float(np.median(one)) for one in np.array_split(miss, 2) if len(one)]
    noise = float(np.median(np.abs(miss - np.median(miss)))) * math.sqrt(4.0 / max(1, len(miss)))
    return math.hypot(max(map(abs, halves), default=0.0), noise)


def _own_past(time: Floats, up: Floats, draft: _Draft, confidence: float) -> tuple[int, int, float]:
    """At earlier origins: when would today's level be reached? How often the interval held, and how much wider it
    must be to hold as often as it says."""
    begun = int(np.searchsorted(time, draft.since))
    first = begun + max(2 * TAIL, (len(time) - begun) // 3)
    origins = np.unique(np.linspace(first, len(time) - TAIL, ORIGINS).astype(np.int64))
    ratios = []
    for origin in origins[(origins >= begun + TAIL) & (origins < len(time) - 3)]:
        past = _forecast(time[:origin], up[:origin], draft.level)
        truth = float(time[-1] - time[origin - 1])
        if not len(past.lives) or past.level >= draft.level:
            continue
        low, median, high = _ends(past.lives, confidence)
        side = (high - median) if truth > median else (median - low)
        ratios.append(abs(truth - median) / max(side, 1e-12) if math.isfinite(side) else 0.0)
    if len(ratios) < 3:
        return 0, 0, 1.0
    wanted = math.ceil(confidence * len(ratios))
    return len(ratios), sum(ratio <= 1.0 for ratio in ratios), max(1.0, sorted(ratios)[wanted - 1])


def _wider(lives: Floats, factor: float) -> Floats:
    """The distribution stretched about its median, never below zero."""
    if not len(lives) or factor <= 1.0:
        return lives
    median = float(np.interp(0.5, LEVELS, np.where(np.isfinite(lives), lives, 1e300)))
    return np.maximum(0.0, median + factor * (lives - median))


def _ends(lives: Floats, confidence: float) -> tuple[float, float, float]:
    """Low, median and high; infinite where the distribution is."""
    if not len(lives):
        return math.nan, math.nan, math.nan
    tail = 0.5 * (1.0 - confidence)
    at = [min(len(LEVELS) - 1, int(np.searchsorted(LEVELS, level))) for level in (tail, 0.5, 1.0 - tail)]
    low, median, high = (float(lives[one]) for one in at)
    return low, median, high
