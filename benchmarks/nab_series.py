"""Generated series with anomalies of known place, in the shapes that plants and their computers record.

The online detector's settings were chosen on these and not on the public files. Every family draws its own levels,
noise, seasons and habits; half of the ordinary noise is heavy tailed, and ordinary life holds things that are not
labelled: drifting levels, bursts, weekends, resets. Windows follow the benchmark: a tenth of the rows of a file shared
among its anomalies, each centred on the anomaly's start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from benchmarks.nab_score import Series

Array = NDArray[np.float64]
Random = np.random.Generator

STEPS = (300.0, 300.0, 300.0, 600.0, 1800.0, 3600.0)
LENGTHS = (1200, 1600, 2500, 4000, 4000, 5000, 15000)
FIRST = 0.17  # no anomaly before this share of the rows


def _noise(rng: Random, count: int) -> Array:
    """Autocorrelated noise of about unit spread, every second time with heavy tails."""
    raw = rng.standard_normal(count) if rng.random() < 0.5 else rng.standard_t(3.0, count) / 1.7
    keep = rng.choice([0.0, 0.5, 0.9])
    out = np.empty(count)
    last = 0.0
    for row in range(count):
        last = keep * last + raw[row] * np.sqrt(1.0 - keep**2)
        out[row] = last
    return out


def _day(rng: Random, hours: Array) -> Array:
    """A daily profile between about 0 and 1, on weekends often flatter."""
    shape = np.zeros(len(hours))
    for harmonic in (1, 2, 3):
        shape += rng.normal(0, 1.0 / harmonic) * np.cos(2 * np.pi * harmonic * (hours / 24.0 - rng.random()))
    shape = (shape - shape.min()) / max(float(np.ptp(shape)), 1e-9)
    weekend = (hours // 24.0) % 7.0 >= 5.0
    return np.asarray(np.where(weekend, shape * rng.choice([1.0, 1.0, 0.5]), shape))


def seasonal(rng: Random, hours: Array, at: list[int]) -> Array:
    """Load over the day; anomalies: flat day, shifted level, lost peak, spike, louder noise."""
    base, spread = _day(rng, hours) * rng.uniform(3, 20), 1.0
    noise = _noise(rng, len(hours)) * rng.choice([0.05, 0.5, 1.0])
    for start in at:
        stop = start + max(6, int(len(hours) * rng.uniform(0.005, 0.03)))
        kind = rng.integers(5)
        if kind == 0:
            base[start:stop] = base[start]
        elif kind == 1:
            base[start:] += rng.choice([-1, 1]) * np.ptp(base) * rng.uniform(0.5, 1.2)
        elif kind == 2:
            base[start:stop] = base.min() - spread * rng.uniform(1, 4)
        elif kind == 3:
            base[start : start + rng.integers(1, 6)] += np.ptp(base) * rng.uniform(0.7, 2.0)
        else:
            noise[start:stop] *= rng.uniform(5, 10)
    return base + noise


def machine(rng: Random, hours: Array, at: list[int]) -> Array:
    """On and off in cycles that jitter; anomalies: one that does not end, one that does not come, another height."""
    count, out, row = len(hours), np.empty(len(hours)), 0
    on, off = rng.integers(8, 60), rng.integers(8, 60)
    low, high = rng.uniform(0, 5), rng.uniform(20, 80)
    starts = sorted(at)
    while row < count:
        due = [start for start in starts if start <= row]
        starts = starts[len(due) :]
        jitter = rng.uniform(0.85, 1.15)
        lengths = [int(on * jitter) + 1, int(off * jitter) + 1]
        heights = [high, low]
        if due:
            kind = rng.integers(3)
            lengths[kind % 2] *= 4
            heights[0] *= rng.uniform(1.3, 1.8) if kind == 2 else 1.0
        for length, height in zip(lengths, heights, strict=True):
            out[row : row + length] = height
            row += length
    return out + _noise(rng, count) * rng.choice([0.02, 0.5, 2.0])


def server(rng: Random, hours: Array, at: list[int]) -> Array:
    """A low level with regular spikes; anomalies: level up, far higher spike, dense spikes, spikes gone."""
    count = len(hours)
    level, period = rng.uniform(0.1, 20), rng.integers(10, 300)
    out = level * np.exp(0.1 * _noise(rng, count))
    height = level * rng.uniform(0.5, 10)
    spikes = np.zeros(count)
    spikes[:: int(period)] = height * rng.uniform(0.7, 1.3, len(spikes[:: int(period)]))
    for start in at:
        stop = start + max(6, int(count * rng.uniform(0.01, 0.04)))
        kind = rng.integers(4)
        if kind == 0:
            out[start:] += height * rng.uniform(0.5, 1.5)
        elif kind == 1:
            spikes[start : start + rng.integers(1, 4)] += height * rng.uniform(2, 5)
        elif kind == 2:
            spikes[start : stop : max(1, int(period) // 5)] = height
        else:
            spikes[start : start + int(4 * period)] = 0.0
    return np.asarray(out + spikes)


def counting(rng: Random, hours: Array, at: list[int]) -> Array:
    """Counts over day and week with heavy bursts that die away; anomalies: bursts far beyond the usual ones."""
    count = len(hours)
    rate = rng.uniform(2, 60) * (0.4 + _day(rng, hours)) * np.exp(0.2 * _noise(rng, count))
    usual = np.flatnonzero(rng.random(count) < 1.0 / 250.0)
    for place, size in [*((int(row), rng.pareto(1.8)) for row in usual), *((row, rng.uniform(15, 60)) for row in at)]:
        length = min(count - place, int(rng.integers(3, 40)))
        rate[place : place + length] += np.median(rate) * size * np.exp(-np.arange(length) / (length / 3.0))
    return rng.poisson(np.minimum(rate, 1e6)).astype(float)


def drifting(rng: Random, hours: Array, at: list[int]) -> Array:
    """A temperature that wanders slowly; anomalies: a fast fall and recovery, a stuck value, a step."""
    count = len(hours)
    out = np.cumsum(rng.standard_normal(count) * 0.05)
    out = out - np.linspace(0.0, out[-1], count) * rng.uniform(0, 1) + _noise(rng, count) * rng.uniform(0.1, 1.0)
    out += _day(rng, hours) * rng.choice([0.0, 2.0])
    spread = float(np.std(out))
    for start in at:
        stop = min(count, start + max(6, int(count * rng.uniform(0.005, 0.03))))
        kind = rng.integers(3)
        if kind == 0:
            out[start:stop] -= spread * rng.uniform(4, 8) * np.sin(np.linspace(0, np.pi, stop - start))
        elif kind == 1:
            out[start:stop] = out[start]
        else:
            out[start:] += rng.choice([-1, 1]) * spread * rng.uniform(3, 6)
    return out + rng.uniform(0, 100)


def price(rng: Random, hours: Array, at: list[int]) -> Array:
    """A positive rate with heavy noise by the hour; anomalies: single extremes, a rough stretch, a lasting fall."""
    count = len(hours)
    out = np.exp(rng.uniform(0.1, 0.4) * rng.standard_t(5.0, count) + 0.2 * _day(rng, hours))
    for start in at:
        stop = start + max(6, int(count * rng.uniform(0.01, 0.04)))
        kind = rng.integers(3)
        if kind == 0:
            out[start : start + 2] *= rng.uniform(5, 20)
        elif kind == 1:
            out[start:stop] *= np.exp(1.2 * np.abs(rng.standard_normal(len(out[start:stop]))))
        else:
            out[start:stop] *= rng.uniform(0.1, 0.3)
    return np.asarray(out)


FAMILIES: Mapping[str, Callable[[Random, Array, list[int]], Array]] = {
    "seasonal": seasonal,
    "machine": machine,
    "server": server,
    "counting": counting,
    "drifting": drifting,
    "price": price,
}


def generate(seed: int, each: int = 8) -> list[Series]:
    """``each`` files of every family; a fifth of them without anomalies, the rest with one to four."""
    files = []
    for family, make in FAMILIES.items():
        for number in range(each):
            rng = np.random.default_rng([seed, sorted(FAMILIES).index(family), number])
            count, step = int(rng.choice(LENGTHS)), float(rng.choice(STEPS))
            step = 300.0 if count > 5000 else step
            wanted = 0 if rng.random() < 0.2 else int(rng.integers(1, 5))
            at = _places(rng, count, wanted)
            times = 1.4e9 + step * np.arange(count)
            width = count // (10 * max(wanted, 1))
            windows = tuple((place - width // 2, min(count - 1, place + width // 2)) for place in at)
            files.append(Series(f"{family}/{number}", times, make(rng, (times - times[0]) / 3600.0, at), windows))
    return files


def _places(rng: Random, count: int, wanted: int) -> list[int]:
    """Rows at which anomalies start, with a window's length of distance."""
    apart = count // (10 * max(wanted, 1)) + 2
    found: list[int] = []
    while len(found) < wanted:
        place = int(rng.integers(int(count * FIRST) + apart // 2, count - apart))
        if all(abs(place - other) > apart for other in found):
            found.append(place)
    return sorted(found)
