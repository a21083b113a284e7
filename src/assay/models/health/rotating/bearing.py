"""Which element of a rolling bearing is damaged, from vibration records and the bearing's geometry; no training.

Each record is demodulated in many overlapping bands, each band's envelope is read twice (squared, logarithm), and the
signature of each element is looked for over slip (``combs``). Records of the same bearing add up, view by view. The
best view counts, and its score stands against what the same search finds by chance at orders where no element can be,
so a band is chosen by what it shows and not by its kurtosis, which a single blow from elsewhere decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.models.health.rotating.combs import (
    FAULTS,
    SLIP,
    STEP,
    Found,
    Pattern,
    at,
    comb_scores,
    free_comb,
    highest,
    line_evidence,
    patterns,
    read,
    scales,
    search,
)
from assay.models.health.rotating.envelope import (
    Band,
    OrderSpectrum,
    bands,
    demodulate,
    order_spectrum,
    spectrum_of,
    views,
)
from assay.models.health.rotating.geometry import BearingGeometry, Orders
from assay.models.health.rotating.speed import Speed, turns_at
from assay.plant.notes import Note

Floats = NDArray[np.float64]

ELEMENTS = ("healthy", *FAULTS)
REVOLUTIONS = 40.0  # of a segment: a cage line needs it, and slip smears longer ones
FEWEST = 8.0  # revolutions below which nothing is said
LOW = 500.0  # Hz; below it shaft harmonics rule
HARMONICS = 3.0  # of the fastest element that a band must hold
BASE, GROWTH, SPREAD = 7.0, 9.0, 0.5  # threshold: base + growth * sqrt(records) + spread * the spread of chance
RISE = 40.0  # of score a record, for each e of power by which the spectrum rises again at the ball's line
BETTER = 1.3  # how much better a stranger's comb must explain the record than the element does
SOFT = 2.5  # of the score that changes the odds by e


@dataclass(frozen=True, slots=True)
class Line:
    """One expected line: its order, frequency at the mean speed (Hz), and power over the local floor (1 = noise)."""

    order: float
    hertz: float
    ratio: float
    sideband: bool


@dataclass(frozen=True, slots=True)
class ElementEvidence:
    """What was found for one element.

    ``score`` is the evidence above chance (log-likelihood ratio, lines capped), ``threshold`` what it must pass;
    ``slip`` the measured order over the kinematic one minus 1; ``band`` (Hz) and ``view`` where it shows best;
    ``lines`` in the first record there.
    """

    element: str
    score: float
    threshold: float
    order: float
    hertz: float
    slip: float
    band: Band
    view: str
    lines: tuple[Line, ...]

    @property
    def found(self) -> bool:
        """Whether the score passes its threshold."""
        return self.score > self.threshold


@dataclass(frozen=True, slots=True)
class BearingDiagnosis:
    """``element`` is the most probable of ``ELEMENTS``; ``probabilities`` add to 1; ``evidence`` by damaged element."""

    element: str
    probabilities: Mapping[str, float]
    evidence: Mapping[str, ElementEvidence]
    records: int
    revolutions: float
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class _View:
    band: Band
    kind: str


def diagnose_bearing(
    signals: Sequence[Floats],
    rate: float,
    speed: Speed | Sequence[Speed],
    geometry: BearingGeometry | Orders,
) -> BearingDiagnosis:
    """The element that is damaged, or ``healthy``.

    signals: acceleration records (n,) of one bearing, any unit, all at ``rate`` Hz. speed: rpm, one for all or a list
    with one a record; a number or a track (k,) evenly spread over the record. geometry: or the orders as a catalogue
    gives them. Up to ``SLIP`` of error in speed and slip together is searched. InputError when a record is unusable:
    empty, not finite, constant, too short for the speed, or sampled too slowly for the bearing's frequencies.
    """
    records = [np.asarray(one, np.float64) for one in signals]
    speeds = _speeds(speed, len(records))
    orders = geometry.orders() if isinstance(geometry, BearingGeometry) else geometry
    turns = [_checked(k, one, rate, its, orders) for k, (one, its) in enumerate(zip(records, speeds, strict=True))]
    made, scale = patterns(orders), scales()
    total, kept = _looked(records, turns, rate, orders, made, scale)
    best = {name: _best(total, name, scale) for name in made}
    mean = float(np.mean([(one[-1] - one[0]) / len(one) * rate for one in turns]))
    evidence_of = {
        name: _evidence(name, made[name], view, found, kept[view], orders.cage, mean)
        for name, (view, found) in best.items()
    }
    chosen, stranger = _resolved(evidence_of, made, best, kept, orders.cage)
    revolutions = float(sum(one[-1] - one[0] for one in turns))
    notes = [Note("rotating.few_turns", {"turns": round(revolutions)})] if revolutions < 2.0 * REVOLUTIONS else []
    if stranger is not None:
        notes.append(Note("rotating.stranger", {"order": f"{stranger:.2f}", "hertz": f"{stranger * mean:.1f}"}))
    return BearingDiagnosis(
        chosen, _probabilities(evidence_of, chosen), evidence_of, len(records), revolutions, tuple(notes)
    )


def _looked(
    records: Sequence[Floats],
    turns: Sequence[Floats],
    rate: float,
    orders: Orders,
    made: Mapping[str, Pattern],
    scale: Floats,
) -> tuple[dict[tuple[_View, str], Floats], dict[_View, list[tuple[OrderSpectrum, Floats]]]]:
    """Scores over ``scale`` by view and element, all records added; and what each view showed, by record."""
    spectra = [spectrum_of(one) for one in records]
    fastest = max(float(np.diff(one).max()) * rate for one in turns)
    width = max(HARMONICS * max(orders.inner, 2.0 * orders.ball) * fastest, LOW)
    top = highest(made, orders.cage)
    total: dict[tuple[_View, str], Floats] = {}
    kept: dict[_View, list[tuple[OrderSpectrum, Floats]]] = {}
    for band in bands(rate, width, min(LOW, 0.05 * rate)):
        for spectrum, turn in zip(spectra, turns, strict=True):
            for kind, seen, evidence in _seen(spectrum, turn, rate, band, top):
                view = _View(band, kind)
                kept.setdefault(view, []).append((seen, evidence))
                for name, pattern in made.items():
                    score = _widened(comb_scores(evidence, seen.step, pattern, orders.cage, scale))
                    total[view, name] = total[view, name] + score if (view, name) in total else score
    return total, kept


def _speeds(speed: Speed | Sequence[Speed], count: int) -> list[Speed]:
    if count == 0:
        raise InputError("rotating.no_records")
    if isinstance(speed, list | tuple):
        if len(speed) != count:
            raise InputError("rotating.speeds", records=count, speeds=len(speed))
        return list(speed)
    return [speed] * count  # type: ignore[list-item]


def _checked(number: int, values: Floats, rate: float, speed: Speed, orders: Orders) -> Floats:
    """The turns of the shaft at each sample, after the record was found usable."""
    where = number + 1
    if values.ndim != 1 or len(values) < 16 or not np.isfinite(values).all():
        raise InputError("rotating.record", record=where)
    if float(np.ptp(values)) == 0.0:
        raise InputError("rotating.record_constant", record=where)
    turns = turns_at(speed, len(values), rate)
    count = float(turns[-1] - turns[0])
    if count < FEWEST:
        needed = FEWEST / count * len(values) / rate
        raise InputError("rotating.short", record=where, turns=f"{count:.1f}", seconds=f"{needed:.1f}")
    fastest = orders.inner * float(np.diff(turns).max()) * rate
    lowest = 2.2 * (LOW + HARMONICS * fastest)
    if rate < min(lowest, 40.0 * fastest):
        raise InputError("rotating.slow_rate", rate=f"{rate:g}", hertz=f"{fastest:.0f}", needed=f"{lowest:.0f}")
    return turns


def _seen(
    spectrum: NDArray[np.complex128], turns: Floats, rate: float, band: Band, top: float
) -> list[tuple[str, OrderSpectrum, Floats]]:
    envelope, own = demodulate(spectrum, len(turns), rate, band)
    place = np.arange(len(envelope)) * (rate / own)
    angle = np.interp(place, np.arange(len(turns)), turns)
    length = min(REVOLUTIONS, float(angle[-1] - angle[0]))
    found = []
    for kind, values in views(envelope):
        seen = order_spectrum(values, angle, length, top)
        found.append((kind, seen, line_evidence(seen, length)))
    return found


def _widened(score: Floats) -> Floats:
    """Each scale may borrow from half a per cent around it: the speed of each record is known no better."""
    from scipy.ndimage import maximum_filter1d

    return np.asarray(maximum_filter1d(score, 2 * round(0.005 / STEP) + 1))


def _best(total: Mapping[tuple[_View, str], Floats], name: str, scale: Floats) -> tuple[_View, Found]:
    found = [(view, search(score, scale)) for (view, own), score in total.items() if own == name]
    return max(found, key=lambda one: one[1].net)


def _evidence(
    name: str,
    pattern: Pattern,
    view: _View,
    found: Found,
    kept: Sequence[tuple[OrderSpectrum, Floats]],
    cage: float,
    mean: float,
) -> ElementEvidence:
    seen = kept[0][0]
    places = at(pattern, pattern.lines, np.array([found.scale]), cage)[0]
    ratios = read(seen.ratio, places / seen.step)
    lines = tuple(
        Line(float(order), float(order * mean), float(ratio), bool(shaft or side))
        for order, ratio, (_, shaft, side) in zip(places, ratios, pattern.lines, strict=True)
    )
    threshold = BASE + GROWTH * sqrt(len(kept)) + SPREAD * found.spread
    order = pattern.base * found.scale
    return ElementEvidence(
        name, found.net, threshold, order, order * mean, found.scale - 1.0, view.band, view.kind, lines
    )


def _resolved(
    evidence: Mapping[str, ElementEvidence],
    made: Mapping[str, Pattern],
    best: Mapping[str, tuple[_View, Found]],
    kept: Mapping[_View, Sequence[tuple[OrderSpectrum, Floats]]],
    cage: float,
) -> tuple[str, float | None]:
    """The element by its score above its threshold, and the order of a stranger's impacts that explain it better.

    A damaged ball is loaded once a turn of the cage, so it shows the cage's first lines too; but around its own line
    the spectrum rises again, while the comb of a damaged cage only falls.
    """
    margin = {name: one.score - one.threshold for name, one in evidence.items() if one.found}
    if {"ball", "cage"} <= margin.keys():
        view, found = best["ball"]
        rise = _rise(made["ball"].base * found.scale, best["cage"][1].scale * cage, kept[view])
        margin["ball"] += RISE * len(kept[view]) * rise
    if not margin:
        return "healthy", None
    chosen = max(margin, key=lambda name: margin[name])
    view, found = best[chosen]
    score, order = free_comb([(one, seen.step) for seen, one in kept[view]])
    bases = [one.base * k for one in made.values() for k in (0.5, 1.0, 2.0, 3.0)] + [cage * k for k in (4.0, 5.0, 6.0)]
    akin = any(abs(log(order / base)) <= SLIP + 0.01 for base in bases)
    return ("healthy", order) if score > BETTER * found.score and not akin else (chosen, None)


def _rise(order: float, cage: float, records: Sequence[tuple[OrderSpectrum, Floats]]) -> float:
    """Logarithm of the power around ``order`` (it and its cage sidebands) over the cage's multiples below it."""
    multiples = np.asarray(cage * np.arange(4, max(int(order / cage), 6)), np.float64)
    below = multiples[(multiples < order - 3.0 * cage) | (multiples < 6.0 * cage)]
    found = []
    for seen, _ in records:
        level = np.log(np.maximum(seen.ratio, 0.3))
        own = read(level, (order + cage * np.array([-1.0, 0.0, 1.0])) / seen.step)
        found.append(float(own.mean() - np.median(read(level, below / seen.step))))
    return float(np.mean(found))


def _probabilities(evidence: Mapping[str, ElementEvidence], chosen: str) -> dict[str, float]:
    """Odds that change by e for each ``SOFT`` of score above the threshold; the element chosen is never below
    another.
    """
    odds = {name: (one.score - one.threshold) / SOFT for name, one in evidence.items()}
    odds["healthy"] = 0.0
    odds[chosen] = max(odds.values())
    top = max(odds.values())
    weights = {name: exp(max(odds[name] - top, -700.0)) for name in ELEMENTS}
    whole = sum(weights.values())
    return {name: weight / whole for name, weight in weights.items()}
