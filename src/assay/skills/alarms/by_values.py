"""Advice from values: dead-band, on-delay and limit for each alarm, tried on the history.

The fewest annunciations win among settings that lose no protected one; of nearly equal ones the smallest change.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assay.plant.model import Plant
from assay.plant.model_schema import AlarmLimit, LimitName
from assay.plant.series import Frame
from assay.skills.alarms.log import NANO, Alarm, Longs
from assay.skills.alarms.protected import lost
from assay.skills.alarms.settings import Bools, Setting, Signal, raises

DEADBANDS = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0)  # of the noise
DELAYS = (0.0, 15.0, 30.0, 60.0, 120.0, 180.0, 300.0)
LIMITS = (2.25, 2.5, 2.75, 3.0, 3.5, 4.0)  # standard deviations from the steady mean
ENOUGH = 0.5  # annunciations a day that are left alone
NEARLY = 1.05
DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Proposal:
    """One alarm's present and proposed setting, with annunciations before and after (alone)."""

    alarm: Alarm
    now: Setting
    then: Setting
    before: int
    after: int


def signal_of(frame: Frame, tag: str, high: bool) -> Signal:
    """One tag of a history."""
    column = frame.tags.index(tag)
    values = frame.values[:, column]
    good = np.isfinite(values)
    if frame.quality is not None:
        good &= frame.quality[:, column] >= 0
    return Signal(frame.times.astype(np.int64), values, good, high)


def setting_of(limit: AlarmLimit) -> Setting:
    """A plant's alarm limit as a setting."""
    return Setting(limit.at, limit.deadband, limit.delay)


def noise(signal: Signal) -> float:
    """Standard deviation of a tag's noise from the differences of its neighbouring values: their median absolute
    deviation / (0.6745 sqrt 2), repeated values (an analyser that holds its last one) left out."""
    steps = np.diff(signal.values[signal.good])
    steps = steps[steps != 0.0]
    return float(np.median(np.abs(steps)) / (0.6745 * np.sqrt(2.0))) if len(steps) else 0.0


def propose(plant: Plant, frame: Frame, keep: Mapping[Alarm, Sequence[int]], steady: Bools) -> list[Proposal]:
    """A proposal for each alarm of the plant that is raised more than once in two days and can be helped.

    ``keep``: alarm -> times of protected annunciations; ``steady`` (n,): rows outside upsets.
    """
    span = max(float(frame.times[-1] - frame.times[0]) / NANO, DAY) if len(frame) else DAY
    found = []
    for tag in plant.tags:
        if tag.id not in frame.tags:
            continue
        for name, limit in tag.alarms.items():
            signal = signal_of(frame, tag.id, name in ("H", "HH"))
            now = setting_of(limit)
            before = len(raises(signal, now))
            if before * DAY / span <= ENOUGH:
                continue
            wanted = keep.get((tag.id, name), ())
            best, after = _best(signal, now, before, wanted, _settings(plant, tag.id, name, signal, now, steady))
            if after < before:
                found.append(Proposal((tag.id, name), now, best, before, after))
    return found


def _best(
    signal: Signal, now: Setting, before: int, keep: Sequence[int], tried: Iterator[list[Setting]]
) -> tuple[Setting, int]:
    """The best setting of the first group that leaves little enough, else of all groups."""
    best, least = now, before
    days = max(float(signal.times[-1] - signal.times[0]) / NANO / DAY, 1.0)
    for group in tried:
        for setting in group:
            rows = raises(signal, setting)
            times: Longs = signal.times[rows]
            # A later group, and a greater change within a group, must be worth it.
            if len(rows) * NEARLY < least and not lost(times, keep):
                best, least = setting, len(rows)
        if least <= ENOUGH * days:
            break
    return best, least


def _settings(
    plant: Plant,
    tag: str,
    name: LimitName,
    signal: Signal,
    now: Setting,
    steady: Bools,
) -> Iterator[list[Setting]]:
    """Groups of settings, the smaller changes first: dead-band and delay, then a limit further out."""
    spread = noise(signal)
    bands = [b for b in (neat(k * spread, k * spread) for k in DEADBANDS) if b > now.deadband]
    delays = [d for d in DELAYS if d > now.on_delay]
    grid = [(d, b) for d in (now.on_delay, *delays) for b in (now.deadband, *bands)]
    small = sorted(grid, key=lambda one: one[0] / DELAYS[-1] + (one[1] / spread / DEADBANDS[-1] if spread else 0.0))
    yield [now.with_(on_delay=delay, deadband=band) for delay, band in small]
    values = signal.values[signal.good & steady]
    if not len(values):
        return
    mean, sigma = float(values.mean()), float(values.std())
    sign = 1.0 if signal.high else -1.0
    for k in LIMITS:
        at = neat(mean + sign * k * sigma, sigma)
        if sign * (at - now.limit) > 0 and _inside(plant, tag, name, at):
            yield [now.with_(limit=at, on_delay=delay, deadband=band) for delay, band in small]


def neat(value: float, size: float) -> float:
    """``value`` to one digit beyond the first of ``size``, as an engineer would write it."""
    return round(value, 1 - math.floor(math.log10(size))) if size > 0.0 else value


def _inside(plant: Plant, tag: str, name: LimitName, at: float) -> bool:
    """Whether a limit stays short of the next alarm, of the shutdown limit and of the instrument's range."""
    high = name in ("H", "HH")
    about = plant.tag(tag)
    outer = [about.range[1] if high else about.range[0]]
    following = about.alarms.get("HH" if name == "H" else "LL")
    if name in ("H", "L") and following is not None:
        outer.append(following.at)
    for trip in plant.trip_limits:
        edge = trip.high if high else trip.low
        if trip.tag == tag and edge is not None:
            outer.append(edge)
    return all(at < edge if high else at > edge for edge in outer)


def with_settings(plant: Plant, proposals: Sequence[Proposal]) -> Plant:
    """The plant with the proposed settings, for its own alarm engine."""
    new = {one.alarm: one.then for one in proposals}
    tags = []
    for tag in plant.tags:
        alarms = {}
        for name, limit in tag.alarms.items():
            then = new.get((tag.id, name))
            if then is not None:
                change = {"at": then.limit, "deadband": then.deadband, "delay": then.on_delay}
                limit = limit.model_copy(update=change)
            alarms[name] = limit
        tags.append(tag.model_copy(update={"alarms": alarms}))
    return Plant(plant.spec.model_copy(update={"tags": tuple(tags)}), plant.path, plant.chain)
