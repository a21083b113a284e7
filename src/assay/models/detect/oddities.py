"""Faults of instruments and records rather than of the plant: a tag that stands still, a change of unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.models.detect.baseline import BEYOND
from assay.models.detect.detector import Learned
from assay.plant.notes import Note
from assay.plant.series import Frame

Floats = NDArray[np.float64]

STILL_TIMES = 4.0  # a tag is stuck when it stands still this many times longer than ever in normal operation
_LEAST_STILL = 12
_AWAY = 6.0  # normal standard deviations
_OTHERS = 0.25  # share of the other tags that may be away at the same time: a unit changes for one tag
_SIGMAS = 4.0
_WANDERED = 0.5  # of its normal range: how far outside it a wandering tag may have come
_CONVERSIONS: tuple[tuple[str, float, float], ...] = (
    ("K -> Cel", 1.0, -273.15),
    ("Cel -> K", 1.0, 273.15),
    ("Cel -> [degF]", 1.8, 32.0),
    ("[degF] -> Cel", 1 / 1.8, -32.0 / 1.8),
    ("bar -> kPa", 100.0, 0.0),
    ("kPa -> bar", 0.01, 0.0),
    ("bar -> [psi]", 14.5038, 0.0),
    ("[psi] -> bar", 1 / 14.5038, 0.0),
    ("kPa -> [psi]", 0.145038, 0.0),
    ("[psi] -> kPa", 6.89476, 0.0),
    ("x 1000", 1000.0, 0.0),
    ("/ 1000", 0.001, 0.0),
    ("m3/h -> L/min", 1000.0 / 60.0, 0.0),
    ("L/min -> m3/h", 0.06, 0.0),
    ("x 60", 60.0, 0.0),
    ("/ 60", 1 / 60.0, 0.0),
    ("x 3600", 3600.0, 0.0),
    ("/ 3600", 1 / 3600.0, 0.0),
    ("fraction -> %", 100.0, 0.0),
    ("% -> fraction", 0.01, 0.0),
)


@dataclass(frozen=True, slots=True)
class Oddity:
    """``kind`` stuck or unit; rows ``first`` to ``last``; ``what``: the conversion that would explain it."""

    kind: str
    tag: str
    first: int
    last: int
    what: str = ""


@dataclass(frozen=True, slots=True)
class Oddities:
    """All that was found, and the notes that say so."""

    found: tuple[Oddity, ...]
    notes: tuple[Note, ...]


def oddities(frame: Frame, learned: Learned, z: Floats, first: int, last: int) -> Oddities:
    """Of a frame with the detector's tags, standardised as ``z``, whose rows ``first:last`` are the normal part."""
    found: list[Oddity] = []
    away = (np.abs(z) > _AWAY).mean(axis=1)
    for position, column in enumerate(learned.baseline.columns):
        found += _stuck(frame, int(column), first, last)
        found += _units(frame, position, learned, away, first, last)
    return Oddities(tuple(found), _notes(frame, found))


def _notes(frame: Frame, found: list[Oddity]) -> tuple[Note, ...]:
    """One for each tag and kind, with the first time and how many there are."""
    groups: dict[tuple[str, str, str], list[Oddity]] = {}
    for one in found:
        groups.setdefault((one.kind, one.tag, one.what), []).append(one)
    notes = []
    for (kind, tag, what), ones in groups.items():
        start = str(frame.times[ones[0].first])[:19]
        notes.append(Note(f"detect.note_{kind}", {"tag": tag, "start": start, "what": what, "count": len(ones)}))
    return tuple(notes)


def _still_runs(x: Floats) -> list[tuple[int, int]]:
    same = np.concatenate([[False], np.diff(x) == 0.0, [False]])
    edges = np.flatnonzero(np.diff(same.astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _stuck(frame: Frame, column: int, first: int, last: int) -> list[Oddity]:
    x = frame.values[:, column]
    runs = _still_runs(x)
    usual = max((b - a + 1 for a, b in runs if a >= first and b < last), default=1)
    least = max(_LEAST_STILL, STILL_TIMES * usual)
    return [Oddity("stuck", frame.tags[column], a, b) for a, b in runs if b - a + 1 >= least and not first <= a < last]


def _units(frame: Frame, position: int, learned: Learned, away: Floats, first: int, last: int) -> list[Oddity]:
    """Stretches in which one tag alone lies where another unit would put it, and moves as that unit would make it."""
    column = int(learned.baseline.columns[position])
    x = frame.values[:, column]
    known = np.isfinite(x)
    if not known.any():
        return []
    far = _far(x, position, learned)
    far[first:last] = False
    far = far[np.maximum.accumulate(np.where(known, np.arange(len(x)), 0))]  # a gap ends no stretch
    edges = np.flatnonzero(np.diff(np.concatenate([[0], far.astype(np.int8), [0]])))
    found = []
    for a, b in zip(edges[::2], edges[1::2], strict=True):
        part = x[a:b][known[a:b]]
        if len(part) < _LEAST_STILL or float(away[a:b].mean()) > _OTHERS + 1.0 / len(learned.baseline.columns):
            continue
        fits = _fits_wandering if learned.baseline.wandering[position] else _fits_level
        for name, factor, offset in _CONVERSIONS:
            if fits(part, position, learned, factor, offset):
                found.append(Oddity("unit", frame.tags[column], int(a), int(b) - 1, name))
                break
    return found


def _far(x: Floats, position: int, learned: Learned) -> NDArray[np.bool_]:
    """(n,) where values of a tag lie too far from normal for a fault that stays in the unit."""
    baseline = learned.baseline
    if baseline.wandering[position]:
        only = np.arange(len(baseline.columns)) == position
        return np.asarray(baseline.beyond(x[:, None], only)[:, 0] > BEYOND)
    center, scale = _usual(position, learned)
    return np.asarray(np.abs(x - center) > max(20.0 * scale, 0.2 * abs(center)))


def _usual(position: int, learned: Learned) -> tuple[float, float]:
    baseline = learned.baseline
    return float(np.median(baseline.modes.centers[:, position])), float(baseline.scale[position])


def _fits_level(part: Floats, position: int, learned: Learned, factor: float, offset: float) -> bool:
    center, scale = _usual(position, learned)
    middle, swing = float(np.median(part)), float(part.std())
    close = abs(middle - (center * factor + offset)) < _SIGMAS * scale * factor + 1e-3 * abs(middle)
    return close and scale * factor / 3.0 < swing < scale * factor * 3.0


def _fits_wandering(part: Floats, position: int, learned: Learned, factor: float, offset: float) -> bool:
    """Taken back, the values lie near the normal range, and go from row to row as they did there."""
    baseline = learned.baseline
    only = np.arange(len(baseline.columns)) == position
    back = (part - offset) / factor
    if float(baseline.beyond(np.array([[np.median(back)]]), only)[0, 0]) > _WANDERED:
        return False
    moved = float(np.sqrt(np.abs(np.diff(back)) / baseline.scale[position]).mean())
    usual = float(learned.ensemble.members.swing[0, position])
    return usual / 2.0 < moved < usual * 2.0
