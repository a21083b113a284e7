"""Which annunciations lie beyond a tag's normal spread, told from its values: what must stay though nobody names it.

Noise takes a value over a limit for a sample and back. What is more than that goes far out, stays out or swings: the
peak, the mean or the root mean square of the values that follow, measured in the tag's own spread. The spread is robust
(median and median absolute deviation), so that upsets in the history do not widen it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assay.plant.model import Plant
from assay.plant.series import Frame
from assay.skills.alarms.by_values import setting_of, signal_of
from assay.skills.alarms.log import NANO, Alarm, Longs
from assay.skills.alarms.settings import Bools, Floats, Signal, raises

FOLLOWING = 4  # different values after the annunciation
#: Spreads from the median that peak, mean and root mean square of what follows must reach. Independent normal values
#: pass the first once in 4300, the means of four the second once in 160 and the third once in 300.
SURE = (3.5, 1.25, 2.0)
NAMED = (3.0, 1.0, 1.75)  # inside an upset less is enough
UNNAMED_SURE, UNNAMED = (3.25, 1.1, 1.9), (2.75, 0.9, 1.6)  # and less still where nobody named the upsets
OPENING_PEAK, OPENING = 2.5, 7200 * NANO  # where a person says that an upset began, the first hours count most
OWN = (0.95, 0.5)  # quantiles of a tag's own calm annunciations: what calm ones must pass, and those in an upset
ENOUGH = 5  # calm annunciations under which their quantiles tell nothing
HALF_HOUR = 1800 * NANO
CROWD, WIDE = 0.999, 5.0
LEAST = 20  # values under which nothing is known of the spread, and everything is beyond it


def beyond(plant: Plant, frame: Frame, upsets: Sequence[tuple[int, int]]) -> dict[Alarm, list[int]]:
    """Alarm -> times (nanoseconds) of its annunciations that lie beyond the spread of its tag.

    Less is enough inside ``upsets``, and where more tags go beyond their spread in half an hour than chance gives once
    in a thousand half hours: an upset that nobody named.
    """
    raised: dict[Alarm, tuple[Signal, Longs]] = {}
    for tag in plant.tags:
        if tag.id not in frame.tags:
            continue
        for name, limit in tag.alarms.items():
            signal = signal_of(frame, tag.id, name in ("H", "HH"))
            rows = raises(signal, setting_of(limit))
            if len(rows):
                raised[tag.id, name] = signal, rows
    tests = {alarm: measures(signal, rows) for alarm, (signal, rows) in raised.items()}
    times = {alarm: signal.times[rows] for alarm, (signal, rows) in raised.items()}
    levels = Levels(SURE, NAMED) if upsets else Levels(UNNAMED_SURE, UNNAMED)
    sure = {alarm: times[alarm][(found >= np.array(SURE)[:, None]).any(axis=0)] for alarm, found in tests.items()}
    suspected = crowded(sure, int(frame.times[0].astype(np.int64)), int(frame.times[-1].astype(np.int64)))
    far = {}
    for alarm, found in tests.items():
        kept = unusual(found, _inside(times[alarm], [*upsets, *suspected]), levels)
        kept |= (found[0] >= OPENING_PEAK) & _inside(times[alarm], [(start, start + OPENING) for start, _ in upsets])
        far[alarm] = times[alarm][kept].tolist()
    return {alarm: found for alarm, found in far.items() if found}


@dataclass(frozen=True, slots=True)
class Levels:
    """What the three measures must reach in calm time and in an upset."""

    calm: tuple[float, float, float]
    upset: tuple[float, float, float]


def unusual(found: Floats, inside: Bools, levels: Levels) -> Bools:
    """Which annunciations lie beyond the spread. ``found`` (3, n) see ``measures``; ``inside`` (n,): in an upset.

    A slow tag stays out by nature: what its own calm annunciations do is no sign of an upset, so their quantiles raise
    the thresholds where they are above them.
    """
    calm = found[:, ~inside & (found[0] < SURE[0])]
    own = np.full((2, len(SURE)), -np.inf)
    if calm.shape[1] >= ENOUGH:
        own = np.quantile(calm, OWN, axis=1)
        own[:, 0] = -np.inf  # the peak is measured in spreads that are the tag's own already
    sure = np.maximum(np.maximum(levels.calm, own[0]), _chance(int((~inside).sum())))
    enough = np.maximum(levels.upset, own[1])
    far: Bools = (found >= np.where(inside, enough[:, None], sure[:, None])).any(axis=0)
    return far


def _chance(count: int) -> Floats:
    """What independent normal values reach once in two times as many annunciations: a long log must not keep an alarm
    by the extremes of its noise alone."""
    from scipy.stats import chi2, norm

    share = 0.5 / max(count, 1)
    peak = norm.isf(share / (FOLLOWING + 1))
    return np.array([peak, norm.isf(share) / np.sqrt(FOLLOWING), np.sqrt(chi2.isf(share, FOLLOWING) / FOLLOWING)])


def crowded(sure: Mapping[Alarm, Longs], start: int, end: int) -> list[tuple[int, int]]:
    """Stretches in which many tags go beyond their spread: each half hour with more of them than chance gives, and the
    half hour before it. Chance is Poisson at the median of all half hours, or five times their own (robust) standard
    deviation above it where tags go together by nature."""
    from scipy.stats import poisson

    edges = np.arange(start, end + HALF_HOUR, HALF_HOUR, dtype=np.int64)
    tags = {tag for tag, _ in sure}
    seen = np.zeros(len(edges), np.int64)
    for tag in tags:
        times = np.concatenate([times for (one, _), times in sure.items() if one == tag])
        seen[np.unique((times - start) // HALF_HOUR)] += 1
    usual = max(float(np.median(seen)), 1.0)
    wide = 1.4826 * float(np.median(np.abs(seen - usual)))
    over = max(float(poisson.ppf(CROWD, usual)), usual + WIDE * wide)
    return [(int(edges[i]) - HALF_HOUR, int(edges[i]) + HALF_HOUR) for i in np.flatnonzero(seen > over)]


def measures(signal: Signal, rows: Longs) -> Floats:
    """(3, n) in spreads from the median: the peak of the values from each annunciation, the mean and the root mean
    square of those that follow. Values that repeat (an analyser holds its last one) count once; infinite where too
    little is known of the spread."""
    places = np.flatnonzero(signal.good)
    values = signal.values[places]
    nothing = np.full((3, len(rows)), np.inf)
    if len(values) < LEAST:
        return nothing
    fresh = np.append(True, values[1:] != values[:-1])
    places, values = places[fresh], values[fresh]
    middle = float(np.median(values))
    spread = 1.4826 * float(np.median(np.abs(values - middle))) or float(values.std())
    if not spread > 0.0:
        return nothing
    z: Floats = (values - middle) / spread if signal.high else (middle - values) / spread
    at = np.searchsorted(places, rows, "right") - 1
    window = z[np.minimum(at[:, None] + np.arange(FOLLOWING + 1), len(z) - 1)]
    after = window[:, 1:]
    return np.stack([window.max(axis=1), after.mean(axis=1), np.sqrt((after**2).mean(axis=1))])


def _inside(times: Longs, stretches: Sequence[tuple[int, int]]) -> Bools:
    inside = np.zeros(len(times), bool)
    for start, end in stretches:
        inside |= (times >= start) & (times < end)
    return inside
