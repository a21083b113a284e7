"""Vibration of rolling bearings with a known defect, drawn at random, one bearing at a time.

The published model: a defect gives an impulse each time an element passes (McFadden and Smith 1984), the intervals
jitter because the elements slip (Antoni and Randall 2002), the amplitude follows the load that the defect carries
(Stribeck's load zone), and every impulse rings one or two structural modes. Around it: noise, harmonics of the shaft, a
gear mesh with sidebands, line frequency, single impacts from elsewhere and, at times, a neighbour's periodic impacts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.models.health.rotating.geometry import BearingGeometry

Floats = NDArray[np.float64]
RATES = (12_000.0, 12_800.0, 20_000.0, 25_600.0, 48_000.0, 51_200.0)
ELEMENTS = ("inner", "outer", "ball", "cage")


@dataclass(frozen=True, slots=True)
class Bearing:
    """One bearing with its records.

    ``element`` is the truth, ``speed`` the nominal rpm that a user would give; ``stranger``: whether a neighbour's
    periodic impacts are in the records.
    """

    element: str
    geometry: BearingGeometry
    speed: float
    rate: float
    records: tuple[Floats, ...]
    ratio_db: float
    stranger: bool


@dataclass(frozen=True, slots=True)
class Setting:
    """What is drawn: ranges of the generator (all uniform unless said)."""

    records: int = 3
    seconds: tuple[float, float] = (1.0, 8.0)  # log-uniform
    speed: tuple[float, float] = (700.0, 3600.0)  # rpm, log-uniform
    speed_error: float = 0.01  # of the nominal speed
    drift: float = 0.02  # largest change of speed inside a record
    jitter: tuple[float, float] = (0.003, 0.02)  # of an interval between impulses
    slip: float = 0.015
    ratio_db: tuple[float, float] = (-12.0, 3.0)  # power of the defect over the power of the noise


def draw(element: str, rng: np.random.Generator, setting: Setting | None = None) -> Bearing:
    """A bearing with ``element`` (or ``healthy``) and its records."""
    chosen = setting or Setting()
    geometry = _geometry(rng)
    rate = float(rng.choice(RATES))
    speed = float(np.exp(rng.uniform(*np.log(chosen.speed))))
    modes = [(rng.uniform(1500.0, 0.42 * rate), rng.uniform(0.01, 0.06)) for _ in range(rng.integers(1, 3))]
    slip, jitter = rng.uniform(0.0, chosen.slip), rng.uniform(*chosen.jitter)
    ratio = rng.uniform(*chosen.ratio_db)
    offset = rng.uniform(-chosen.speed_error, chosen.speed_error)
    scene = _scene(rng)
    records = []
    for _ in range(chosen.records):
        seconds = float(np.exp(rng.uniform(*np.log(chosen.seconds))))
        count = int(seconds * rate)
        turns = _turns(count, rate, speed * (1.0 + offset) / 60.0, chosen.drift, rng)
        record = scene.background(turns, rate, rng)
        if element != "healthy":
            impulses = _impulses(element, geometry, turns, slip, jitter, rng)
            fault = _ring(impulses, modes, rate)
            record = record + fault / np.std(fault) * 10.0 ** (ratio / 20.0)
        records.append(record)
    return Bearing(element, geometry, speed, rate, tuple(records), ratio, scene.neighbour > 0.0)


def _geometry(rng: np.random.Generator) -> BearingGeometry:
    pitch = float(rng.uniform(25.0, 120.0))
    ball = pitch * float(rng.uniform(0.12, 0.28))
    most = int(np.pi * pitch / (1.15 * ball))
    angle = float(rng.choice([0.0, 0.0, 15.0, 25.0]))
    return BearingGeometry(int(rng.integers(min(7, most), min(most, 16) + 1)), ball, pitch, angle)


def _turns(count: int, rate: float, hertz: float, drift: float, rng: np.random.Generator) -> Floats:
    """Turns of the shaft since a random start, at every sample: constant, a ramp or a slow swing."""
    time = np.arange(count) / count
    kind, size = rng.integers(3), rng.uniform(0.0, drift)
    shape = np.zeros(count)
    if kind == 1:
        shape = size * (time - 0.5) * rng.choice([-1.0, 1.0])
    elif kind == 2:
        shape = 0.5 * size * np.sin(2 * np.pi * (rng.uniform(0.5, 2.0) * time + rng.uniform()))
    return np.asarray(np.cumsum(hertz * (1.0 + shape)) / rate + rng.uniform())


def _impulses(
    element: str, geometry: BearingGeometry, turns: Floats, slip: float, jitter: float, rng: np.random.Generator
) -> Floats:
    """Impulses as samples: when an element passes the defect, weighted by the load there."""
    orders = geometry.orders()
    cage = orders.cage * (1.0 - slip)
    base = {
        "outer": geometry.balls * cage,
        "inner": geometry.balls * (1.0 - cage),
        "ball": 2.0 * orders.ball * (1.0 - slip),
        "cage": cage,
    }[element]
    total = turns[-1] - turns[0]
    gaps = (1.0 + jitter * rng.standard_normal(int(total * base * 1.2) + 3)) / base
    at = turns[0] + rng.uniform() / base + np.cumsum(gaps) - gaps[0]
    at = at[at < turns[-1]]
    turning = {"inner": at, "ball": cage * at}.get(element)
    weight = np.ones(len(at)) if turning is None else _load(turning + rng.uniform(), rng)
    if element == "ball":
        weight[1::2] *= rng.uniform(0.3, 1.0)
    weight *= 1.0 + rng.uniform(0.05, 0.3) * rng.standard_normal(len(at))
    train = np.zeros(len(turns))
    place = np.interp(at, turns, np.arange(len(turns), dtype=np.float64)).astype(np.int64)
    np.add.at(train, place, weight)
    return train


def _load(turn: Floats, rng: np.random.Generator) -> Floats:
    """Stribeck's load in the zone, exponent 3/2 (ball bearings), plus a floor from preload."""
    extent = rng.uniform(0.25, 0.6)
    inside = np.maximum(1.0 - (1.0 - np.cos(2 * np.pi * turn)) / (2.0 * extent), 0.0) ** 1.5
    floor = rng.uniform(0.0, 0.4)
    return np.asarray(floor + (1.0 - floor) * inside)


def _ring(train: Floats, modes: list[tuple[float, float]], rate: float) -> Floats:
    out = np.zeros(len(train))
    for frequency, damping in modes:
        decay = damping * 2 * np.pi * frequency
        time = np.arange(int(min(8.0 / decay, 0.1) * rate) + 2) / rate
        out += _convolved(train, np.exp(-decay * time) * np.sin(2 * np.pi * frequency * time))
    return out


def _convolved(train: Floats, response: Floats) -> Floats:
    from scipy.signal import oaconvolve

    return np.asarray(oaconvolve(train, response)[: len(train)], np.float64)


@dataclass(frozen=True, slots=True)
class _Scene:
    """The surroundings of one bearing, the same in all its records. Amplitudes in standard deviations of the noise."""

    shaft: Floats
    teeth: int
    mesh: float
    mesh_depth: float
    line: float
    impacts: float  # a second
    impact_size: float
    neighbour: float  # order of a neighbour's periodic impacts, 0 without
    mode: float  # of the impacts, as a share of the rate
    colour: float

    def background(self, turns: Floats, rate: float, rng: np.random.Generator) -> Floats:
        count = len(turns)
        noise = rng.standard_normal(count)
        noise[1:] += self.colour * noise[:-1]
        out: Floats = noise / np.std(noise)
        for number, size in enumerate(self.shaft, start=1):
            out += size * np.sin(2 * np.pi * (number * turns + rng.uniform()))
        depth = 1.0 + self.mesh_depth * np.cos(2 * np.pi * turns)
        if self.teeth * (turns[-1] - turns[0]) / count < 0.45:
            out += self.mesh * depth * np.sin(2 * np.pi * self.teeth * turns)
        out += self.line * np.sin(2 * np.pi * (100.0 * np.arange(count) / rate + rng.uniform()))
        train = np.zeros(count)
        hits = rng.integers(0, count, rng.poisson(self.impacts * count / rate))
        np.add.at(train, hits, rng.exponential(self.impact_size, len(hits)))
        if self.neighbour:
            steps = np.floor(self.neighbour * turns)
            train[1:] += 0.3 * self.impact_size * (np.diff(steps) > 0)
        return out + _ring(train, [(self.mode * rate, 0.03)], rate)


def _scene(rng: np.random.Generator) -> _Scene:
    return _Scene(
        shaft=rng.exponential(0.5, 4) * np.array([1.0, 0.6, 0.4, 0.3]),
        teeth=int(rng.integers(17, 61)),
        mesh=float(rng.exponential(0.5)) * float(rng.random() < 0.5),
        mesh_depth=float(rng.uniform(0.0, 0.6)),
        line=float(rng.exponential(0.2)),
        impacts=float(rng.exponential(2.0)) * float(rng.random() < 0.5),
        impact_size=float(rng.uniform(2.0, 12.0)),
        neighbour=float(rng.uniform(0.3, 6.0)) * float(rng.random() < 0.1),
        mode=float(rng.uniform(0.08, 0.4)),
        colour=float(rng.uniform(-0.4, 0.8)),
    )
