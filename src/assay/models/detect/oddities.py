"""Faults of instruments and records rather than of the plant: a tag that stands still, a change of unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.models.detect.detector import Learned
from assay.plant.notes import Note
from assay.plant.series import Frame

Floats = NDArray[np.float64]

STILL_TIMES = 4.0  # a tag is stuck when it stands still this many times longer than ever in normal operation
_LEAST_STILL = 12
_AWAY = 6.0  # normal standard deviations
_OTHERS = 0.25  # share of the other tags that may be away at the same time: a unit changes for one tag
_SIGMAS = 4.0
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
    found = []
    away = (np.abs(z) > _AWAY).mean(axis=1)
    for position, column in enumerate(learned.baseline.columns):
        found += _stuck(frame, int(column), first, last)
        found += _units(frame, position, learned, away, first, last)
    notes = [
        Note(f"detect.note_{one.kind}", {"tag": one.tag, "start": str(frame.times[one.first])[:19], "what": one.what})
        for one in found
    ]
    return Oddities(tuple(found), tuple(notes))


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
    """Stretches in which one tag alone lies where another unit would put it, and swings as that unit would make it."""
    column = int(learned.baseline.columns[position])
    center = float(np.median(learned.baseline.modes.centers[:, position]))
    scale = float(learned.baseline.scale[position])
    x = frame.values[:, column]
    far = np.abs(x - center) > max(20.0 * scale, 0.2 * abs(center))
    far[first:last] = False
    edges = np.flatnonzero(np.diff(np.concatenate([[0], far.astype(np.int8), [0]])))
    found = []
    for a, b in zip(edges[::2], edges[1::2], strict=True):
        part = x[a:b]
        if b - a < _LEAST_STILL or float(away[a:b].mean()) > _OTHERS + 1.0 / len(learned.baseline.columns):
            continue
        middle, swing = float(np.median(part)), float(part.std())
        for name, factor, offset in _CONVERSIONS:
            close = abs(middle - (center * factor + offset)) < _SIGMAS * scale * factor + 1e-3 * abs(middle)
            if close and scale * factor / 3.0 < swing < scale * factor * 3.0:
                found.append(Oddity("unit", frame.tags[column], int(a), int(b) - 1, name))
                break
    return found
