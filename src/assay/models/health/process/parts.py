"""Small parts of a process: filters by pressure drop at equal flow, valves that stick, motors by current over load."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.models.health.process.quantities import Measured, Result, evaluate
from assay.models.health.process.steady import Baseline, aligned, baseline

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def filter_loading(drop: Measured, flow: Measured, reference: float, exponent: float = 1.75) -> Result:
    """The pressure drop in Pa that the filter would have at the flow ``reference`` (m3/s).

    exponent: 2 for turbulent, 1 for laminar flow through a cake, 1.75 for pipes with a smooth wall (Blasius). NaN below
    a fifth of the reference flow, where the square root of small numbers would be judged.
    """
    if not reference > 0.0 or not 0.9 <= exponent <= 2.0:
        raise InputError("process_health.filter", reference=reference, exponent=exponent)

    def formula(pressure: Floats, moving: Floats) -> Floats:
        share = moving / reference
        return np.where(share > 0.2, pressure / np.maximum(share, 0.2) ** exponent, np.nan)

    return evaluate(formula, {"drop": (drop, "pressure"), "flow": (flow, "flow")}, "Pa")


@dataclass(frozen=True, slots=True)
class Stiction:
    """How a valve follows its signal.

    ``band``: signal travel, in per cent of span, before the position moves after a reversal (dead band plus stick
    band); ``jump``: the sudden move afterwards; ``reversals`` judged; ``sticks`` whether the band is beyond 1 % of
    span and four times the position's noise.
    """

    band: float
    jump: float
    reversals: int
    sticks: bool


def stiction(signal: Floats, position: Floats, noise: float | None = None) -> Stiction:
    """Stick band and slip jump from controller output and position (n,), both in per cent of span.

    After each reversal of the signal, the travel until the position has moved by more than its noise is the band, the
    step it then makes the jump (the two parameters S and J of Choudhury, Thornhill and Shah 2005). The median over
    the reversals counts. noise: standard deviation of the position; otherwise from its smallest differences.
    InputError with fewer than four reversals: a signal that does not move tells nothing about sticking.
    """
    signal, position = np.asarray(signal, np.float64), np.asarray(position, np.float64)
    aligned(len(signal), position=position)
    good = np.isfinite(signal) & np.isfinite(position)
    signal, position = signal[good], position[good]
    if noise is None:
        steps = np.abs(np.diff(position))
        noise = float(np.quantile(steps, 0.25)) * 2.2 if len(steps) else 0.0
    turns = _reversals(signal)
    threshold = max(4.0 * noise, 0.05)
    bands, jumps = [], []
    for first, last in pairwise(turns):
        travel = np.abs(signal[first : last + 1] - signal[first])
        moved = np.abs(position[first : last + 1] - position[first]) > threshold
        if travel[-1] < 2.0 * threshold:
            continue
        at = int(np.argmax(moved)) if moved.any() else len(travel) - 1
        bands.append(float(travel[max(at - 1, 0)]))
        jumps.append(float(abs(position[first + at] - position[first + max(at - 1, 0)])) if moved.any() else 0.0)
    if len(bands) < 4:
        raise InputError("process_health.reversals", count=len(bands))
    band, jump = float(np.median(bands)), float(np.median(jumps))
    return Stiction(band, jump, len(bands), band > max(1.0, threshold))


def _reversals(signal: Floats) -> list[int]:
    """Places where the signal turns by more than a tenth of its range; its first and last place too."""
    if len(signal) < 3:
        return []
    limit = 0.1 * float(np.ptp(signal))
    if limit <= 0.0:
        return []
    found, extreme, rising = [0], 0, True
    for k in range(1, len(signal)):
        ahead = signal[k] - signal[extreme] if rising else signal[extreme] - signal[k]
        if ahead >= 0.0:
            extreme = k
        elif -ahead > limit:
            found.append(extreme)
            extreme, rising = k, not rising
    return [*found, len(signal) - 1]


@dataclass(frozen=True, slots=True)
class Excess:
    """A figure above its baseline over load: ``share`` (n,) of the expected value, its ``noise`` (standard deviation).

    ``level``: the median share of the rows judged; ``high`` whether it is beyond three standard deviations and 3 %.
    """

    share: Floats
    noise: float
    level: float
    rows: int
    clean: Baseline

    @property
    def high(self) -> bool:
        """Whether the figure lies above what the load explains."""
        return self.level > max(3.0 * self.noise, 0.03)

    @property
    def low(self) -> bool:
        """Whether it lies below."""
        return -self.level > max(3.0 * self.noise, 0.03)


def over_load(figure: Floats, load: Floats, normal: Flags, judged: Flags, degree: int = 2) -> Excess:
    """Any figure (motor current, efficiency, normalised drop) against its baseline over load.

    figure, load: (n,). normal: rows of the normal period; judged: rows in question. A motor's current over its driven
    load bends, hence degree 2. InputError when either period has too few rows within the loads of the normal period.
    """
    figure, load = np.asarray(figure, np.float64), np.asarray(load, np.float64)
    aligned(len(figure), load=load, normal=normal, judged=judged)
    clean = baseline(load[normal], figure[normal], degree)
    expected = clean.expected(load)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(expected != 0.0, (figure - expected) / np.abs(expected), np.nan)
    seen = share[judged & np.isfinite(share)]
    if len(seen) < 5:
        raise InputError("process_health.judged_rows", rows=len(seen))
    scale = float(np.nanmedian(np.abs(expected[normal])))
    return Excess(share, clean.sigma / scale if scale else 0.0, float(np.median(seen)), len(seen), clean)
