"""Lines that a damaged bearing element puts into an envelope spectrum, and the evidence for each element.

Published signatures (McFadden and Smith 1984; Randall and Antoni 2011): outer race: harmonics of BPFO; inner race:
harmonics of BPFI with sidebands at the shaft's speed; ball: harmonics of twice the spin frequency with sidebands at
the cage's; cage: harmonics of FTF. Between the lines there must be nothing: a comb that is also filled half-way
belongs to a slower source, so what stands there counts against the element.

A line's evidence is a log-likelihood ratio, capped so that no single line decides. The sum is searched over slip. The
same sum at scales where no element can be tells what the search finds by chance, in this very record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.models.health.rotating.envelope import OrderSpectrum
from assay.models.health.rotating.geometry import Orders

Floats = NDArray[np.float64]

FAULTS = ("outer", "inner", "ball", "cage")
CAP = 10.0  # of one line's log-likelihood ratio
FAINT = 2.0  # what noise alone reaches often
SLIP = 0.03  # searched to either side of the kinematic order
WIDE = 0.25  # logarithm of the scale to which chance is looked at
STEP = 0.0007


@dataclass(frozen=True, slots=True)
class Pattern:
    """Lines at ``base * s * harmonic + shaft + cage * s``: (m, 3) for those expected, (k, 3) for those that speak
    against.
    """

    base: float
    lines: Floats
    against: Floats

    @property
    def parents(self) -> NDArray[np.int64]:
        """(m,) for each line the place of the harmonic that it is a sideband of, itself for a harmonic."""
        bare = {float(h): k for k, (h, s, c) in enumerate(self.lines) if s == 0 and c == 0}
        return np.array([bare[float(h)] for h in self.lines[:, 0]])


def patterns(orders: Orders) -> dict[str, Pattern]:
    """The signature of each element for a bearing with these orders."""
    balls = round(orders.inner + orders.outer)
    halves = [(h - 0.5, 0, 0) for h in range(1, 5)]
    cage = [k for k in range(1, 13) if k % balls]
    made = {
        "outer": (orders.outer, [(h, 0, 0) for h in range(1, 7)], halves),
        "inner": (orders.inner, [(h, s, 0) for h in range(1, 5) for s in (0, -1, 1)], halves),
        "ball": (2.0 * orders.ball, [(h, 0, c) for h in range(1, 5) for c in (0, -1, 1)], []),
        "cage": (orders.cage, [(k, 0, 0) for k in cage[:10]], halves),
    }
    return {
        name: Pattern(base, np.array(lines, float), np.array(against, float).reshape(-1, 3))
        for name, (base, lines, against) in made.items()
    }


def scales() -> Floats:
    """The (m,) scales of the orders that are looked at: the search around 1 and, beside it, chance."""
    return np.asarray(np.exp(np.arange(-WIDE, WIDE + STEP, STEP)))


def highest(made: Mapping[str, Pattern], cage: float) -> float:
    """The highest order that any pattern asks for."""
    top = float(np.exp(WIDE))
    return max(float(at(one, one.lines, np.array([top]), cage).max()) for one in made.values()) + 0.5


def at(pattern: Pattern, lines: Floats, scale: Floats, cage: float) -> Floats:
    """(m, k) orders of ``lines`` (k, 3) at scales (m,)."""
    moving = lines[:, 0] * pattern.base + lines[:, 2] * cage
    return np.asarray(np.abs(scale[:, None] * moving + lines[:, 1]))


def line_evidence(spectrum: OrderSpectrum, revolutions: float) -> Floats:
    """(k,) capped evidence at each order, without what harmonics of the shaft explain.

    Up to the third every line at a whole order is the shaft's. Above, so much of it as the neighbouring whole orders
    show: an element whose own order happens to be whole still stands out.
    """
    found = np.clip(spectrum.evidence() - FAINT, 0.0, CAP)
    half = max(int(np.ceil(1.5 / revolutions / spectrum.step)), 1)
    count = int((len(found) - 1) * spectrum.step)
    places = [round(k / spectrum.step) for k in range(count + 1)]
    parts = [slice(max(place - half, 0), place + half + 1) for place in places]
    tops = np.array([found[part].max() for part in parts])
    found = found.copy()
    for k, part in enumerate(parts):
        near = [tops[j] for j in (k - 2, k - 1, k + 1, k + 2) if 0 < j <= count]
        expected = CAP if k <= 3 or not near else float(np.median(near))
        found[part] = np.maximum(found[part] - expected, 0.0)
    return found


def comb_scores(evidence: Floats, step: float, pattern: Pattern, cage: float, scale: Floats) -> Floats:
    """(m,) evidence for an element at each scale.

    A sideband counts at most as much as the line it belongs to, and only by what it exceeds the slope between the two.
    Even harmonics count at most one line more than the odd ones: alone they belong to a source twice as fast.
    """
    found = read(evidence, at(pattern, pattern.lines, scale, cage) / step)
    side = pattern.lines[:, 1:].any(axis=1)
    if side.any():
        between = read(evidence, at(pattern, pattern.lines[side] * [1.0, 0.5, 0.5], scale, cage) / step)
        beside = np.minimum(found[:, side], found[:, pattern.parents[side]])
        found[:, side] = np.maximum(beside - between, 0.0)
    even = pattern.lines[:, 0] % 2 == 0
    odds = found[:, ~even].sum(axis=1)
    score = odds + np.minimum(found[:, even].sum(axis=1), odds + CAP)
    if len(pattern.against):
        score = score - read(evidence, at(pattern, pattern.against, scale, cage) / step).sum(axis=1)
    return np.asarray(score)


def read(evidence: Floats, place: NDArray[np.floating]) -> Floats:
    """The evidence at fractional places: the larger of the two beside each."""
    index = np.minimum(place.astype(np.int64), len(evidence) - 2)
    return np.asarray(np.maximum(evidence[index], evidence[index + 1]))


@dataclass(frozen=True, slots=True)
class Found:
    """The best scale in the search range: its score, that above the middle of chance, and the spread of chance."""

    scale: float
    score: float
    net: float
    chance: float
    spread: float


def search(score: Floats, scale: Floats) -> Found:
    """Where around 1 the score (m,) is best, against windows of the same width further away."""
    place = np.log(scale)
    inside = np.abs(place) <= SLIP
    best = int(np.argmax(np.where(inside, score, -np.inf)))
    centres = [c for c in np.arange(-WIDE + SLIP, WIDE - SLIP + 1e-9, SLIP) if abs(c) >= 2.0 * SLIP + 0.005]
    chance = np.array([score[np.abs(place - c) <= SLIP].max() for c in centres])
    middle = float(np.median(chance))
    return Found(float(scale[best]), float(score[best]), float(score[best]) - middle, middle, float(chance.std()))


def free_comb(records: Sequence[tuple[Floats, float]]) -> tuple[float, float]:
    """The best comb of any order from 0.25 to 10, as periodic impacts from anywhere give it: its evidence and order.

    records: (k,) evidence and the step of its orders, one for each record.
    """
    from scipy.ndimage import maximum_filter1d

    order = np.exp(np.arange(np.log(0.25), np.log(10.0), STEP))
    total = np.zeros(len(order))
    for evidence, step in records:
        length = (len(evidence) - 1) * step
        inside = [np.where(order * h < length, read(evidence, order * h / step), 0.0) for h in range(1, 9)]
        against = [np.where(order * h < length, read(evidence, order * h / step), 0.0) for h in (0.5, 1.5, 2.5, 3.5)]
        odds = np.sum(inside[::2], axis=0)
        score = odds + np.minimum(np.sum(inside[1::2], axis=0), odds + CAP) - np.sum(against, axis=0)
        total += maximum_filter1d(score, 15)
    best = int(np.argmax(total))
    return float(total[best]), float(order[best])
