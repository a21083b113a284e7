"""Inside a flood: which alarm is its root, and in what order the rest follow.

Four kinds of knowledge are added up, each only where the plant has it: how usual an alarm is outside floods (a nuisance
alarm in the window proves nothing); connections (a deviation travels downstream); loops (a valve that fights its own
measurement carries the disturbance, one that follows it only passes it on); and the signed symptoms of the failure
library. All look at the flood with what stood before it, at its first minutes, and at the whole unusual stretch that
led up to it (``stretch``): a fast failure is told by the order of its first minutes, a slow one by hours.

Search by connectivity follows Schleburg, Christiansen, Thornhill and Fay, J. Process Control 23 (2013).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from assay.plant.failures import Failure, FailureLibrary, Symptom
from assay.plant.model import Plant
from assay.skills.alarms.log import NANO, AlarmLog
from assay.skills.alarms.stretch import Load, stood_more, unusual

# Log-likelihood ratios of what an alarm says about a failure; chosen on simulated floods (benchmarks/alarm_kpis.py).
SHOWS, OPPOSITE, ABSENT, SPREADS, SWINGS, QUIET = 1.6, -1.1, -1.6, 1.0, 1.6, -0.7
WEAK, LATER, MEMORY = 0.4, 0.15, 7200.0
BOTH = 0.5  # how far alarms of the other sign speak against a signed symptom
KNOWN = 0.3  # an alarm of less weight tells nothing of a stretch
STANDS = 0.05  # the same by how long it stands
UNFIT = -6.0  # equipment that the library has no failure for
FIGHTING, ELSEWHERE, AT_ONCE = 8.0, 0.15, 600 * NANO
CONNECTED, NEAR, SLACK = 3.0, 0.7, 900 * NANO
_UP = frozenset({"H", "HH", "HI", "HIHI", "HIGH", "HIGHHIGH", "高报", "高高报", "高限", "高高限", "高", "高高"})
_DOWN = frozenset({"L", "LL", "LO", "LOLO", "LOW", "LOWLOW", "低报", "低低报", "低限", "低低限", "低", "低低"})
Seen = Mapping[str, Mapping[int, "First"]]
View = tuple[Sequence["First"], float]


@dataclass(frozen=True, slots=True)
class First:
    """The first annunciation of one alarm. ``sign`` +1 high, -1 low; ``weight`` 0..1: how far chance does not explain
    it; ``standing``: it stood already when the flood began."""

    alarm: int
    tag: str
    sign: int
    time: int
    equipment: str | None
    weight: float
    standing: bool = False


@dataclass(frozen=True, slots=True)
class Root:
    """A candidate: the first alarm on a piece of equipment, its score, the failure that fits best (or None)."""

    first: First
    score: float
    failure: str | None


def sign_of(kind: str) -> int:
    """+1 for a high alarm, -1 for a low one, 0 for any other type."""
    plain = kind.strip().upper().replace(" ", "").replace("_", "").replace("-", "")
    return 1 if plain in _UP else -1 if plain in _DOWN else 0


def firsts(flood: AlarmLog, usual: Mapping[int, float], plant: Plant | None) -> list[First]:
    """The first annunciation of each alarm of a flood (its raised rows), in order of time.

    ``usual``: alarm -> annunciations an hour outside floods.
    """
    hours = max((int(flood.times[-1]) - int(flood.times[0])) / (3600 * NANO), 1.0 / 6.0)
    _, rows = np.unique(flood.alarm, return_index=True)
    return [_first(flood, int(flood.alarm[row]), int(flood.times[row]), usual, hours, plant) for row in np.sort(rows)]


def led_up(load: Load, start: int, end: int, plant: Plant | None) -> list[First]:
    """The unusual alarms of the stretch that led up to a flood and of the flood, in order of time."""
    found = []
    for alarm, time, weight in zip(*(column.tolist() for column in unusual(load, start, end)), strict=True):
        tag, kind = load.raised.alarms[alarm]
        place = plant.tag(tag).equipment if plant is not None and plant.has_tag(tag) else None
        if weight > KNOWN:
            found.append(First(alarm, tag, sign_of(kind), time, place, weight))
    return sorted(found, key=lambda one: one.time)


def standing_in(load: Load, start: int, end: int, plant: Plant | None) -> list[First]:
    """The alarms that stood more than usual in a stretch, in order of time; ``load`` must know returns to normal."""
    found = []
    for alarm, time, before, weight in zip(*(one.tolist() for one in stood_more(load, start, end)), strict=True):
        tag, kind = load.raised.alarms[alarm]
        place = plant.tag(tag).equipment if plant is not None and plant.has_tag(tag) else None
        if weight > STANDS:
            found.append(First(alarm, tag, sign_of(kind), time, place, weight, standing=before))
    return sorted(found, key=lambda one: one.time)


def _first(
    log: AlarmLog, alarm: int, time: int, usual: Mapping[int, float], hours: float, plant: Plant | None
) -> First:
    tag, kind = log.alarms[alarm]
    place = plant.tag(tag).equipment if plant is not None and plant.has_tag(tag) else None
    return First(alarm, tag, sign_of(kind), time, place, math.exp(-usual.get(alarm, 0.0) * hours))


def roots(
    first: Sequence[First], others: Sequence[View], plant: Plant | None, library: FailureLibrary | None
) -> list[Root]:
    """Candidates, the best first; without a plant (or with none of its tags) the first alarm alone.

    ``first`` are the alarms of the flood (and what stood already); ``others`` further views of the same upset, each
    with what it counts beside the flood's 1.
    """
    every = sorted(first, key=lambda one: one.time)
    leads: dict[str, First] = {}
    for one in every:
        if one.equipment is not None:
            known = leads.get(one.equipment)
            # Of alarms that came at once the less usual one leads.
            if known is None or (one.time == known.time and one.weight > known.weight):
                leads[one.equipment] = one
    if plant is None or not leads:
        return [Root(every[0], every[0].weight, None)]
    views = [(every, 1.0), *((sorted(view, key=lambda one: one.time), worth) for view, worth in others if view)]
    total = math.fsum(worth for _, worth in views)
    scores = dict.fromkeys(leads, 0.0)
    failures: dict[str, str | None] = dict.fromkeys(leads)
    for order, worth in views:
        # What stood already counts as if it had come with the rest, but the order of time stays.
        begin = next((one.time for one in order if not one.standing), order[0].time)
        view = [replace(one, time=max(one.time, begin)) for one in order]
        fighting = fights(order, plant)
        for place in leads:
            failure, fits = _library_says(place, view, library)
            fits += FIGHTING * fighting.get(place, 0.0) + CONNECTED * _reach(place, order, plant)
            scores[place] += worth * fits / total
            failures[place] = failures[place] or failure
    found = [Root(lead, scores[place], failures[place]) for place, lead in leads.items()]
    return sorted(found, key=lambda root: (-root.score, root.first.time, root.first.tag))


def fights(first: Sequence[First], plant: Plant) -> dict[str, float]:
    """Equipment -> 0..1: how surely one of its loops fights a disturbance of its own.

    The valve deviates the way that would bring the measurement back, both alarms within minutes. Where valve and
    measurement belong to one piece of equipment the disturbance sits there; else it may come from anywhere upstream.
    """
    found: dict[str, float] = {}
    for loop in plant.loops:
        if not loop.gain or len(loop.measured) != 1 or not loop.manipulated:
            continue
        turn = -1 if loop.gain > 0 else 1
        valve, local = loop.manipulated[0], plant.tag(loop.manipulated[0]).equipment
        same = plant.tag(loop.measured[0]).equipment == local
        for a in (one for one in first if one.tag == loop.measured[0]):
            for b in (one for one in first if one.tag == valve and one.sign == turn * a.sign != 0):
                if abs(a.time - b.time) <= AT_ONCE:
                    sure = min(a.weight, b.weight) * (1.0 if same else ELSEWHERE)
                    found[local] = max(found.get(local, 0.0), sure)
    return found


def _reach(place: str, first: Sequence[First], plant: Plant) -> float:
    """The share (by weight) of alarms that can follow from ``place``, nearer ones counting more: downstream of it, and
    not earlier than its own first."""
    steps = distances(plant, place)
    total = math.fsum(one.weight for one in first)
    lead = min((one.time for one in first if one.equipment == place), default=0) - SLACK
    reached = (
        one.weight * NEAR ** steps[one.equipment] for one in first if one.equipment in steps and one.time >= lead
    )
    return math.fsum(reached) / total if total > 0.0 else 0.0


def distances(plant: Plant, place: str) -> dict[str | None, int]:
    """Equipment that ``place`` feeds -> how many connections away it is; itself 0."""
    found: dict[str | None, int] = {place: 0}
    edge = [place]
    while edge:
        links = ((link.target, found[here] + 1) for here in edge for link in plant.connections if link.source == here)
        edge = []
        for target, steps in links:
            if target not in found:
                found[target] = steps
                edge.append(target)
    return found


def _library_says(place: str, first: Sequence[First], library: FailureLibrary | None) -> tuple[str | None, float]:
    """The failure of this equipment that fits best (None when none does) and the sum of evidence for any of them."""
    if library is None or not len(library):
        return None, 0.0
    seen: dict[str, dict[int, First]] = {}
    for one in first:
        seen.setdefault(one.tag, {}).setdefault(one.sign, one)
    fits = {f.id: fit(f, seen, first[0].time) for f in library.of_equipment(place) if f.detectable}
    if not fits:
        return None, UNFIT
    best = max(fits, key=lambda name: fits[name])
    top = fits[best]
    return (best if top > 0.0 else None), top + math.log(
        math.fsum(math.exp(one - top) for one in fits.values()) + math.exp(UNFIT - top)
    )


def fit(failure: Failure, seen: Seen, begin: int) -> float:
    """Log-likelihood ratio of the alarms (tag -> sign -> first) for a failure's symptoms against none of them."""
    turns = (1, -1) if failure.reversible else (1,)
    return max(
        math.fsum(
            _says(symptom, seen.get(symptom.tag, {}), turn, begin) / (1.0 + LATER * rank)
            for rank, symptom in enumerate(failure.symptoms)
        )
        for turn in turns
    )


def _says(symptom: Symptom, alarms: Mapping[int, First], turn: int, begin: int) -> float:
    """What one tag's alarms say about one symptom; an alarm counts the more the sooner it came."""
    if symptom.sign == "none":
        return QUIET * max((one.weight for one in alarms.values()), default=0.0)
    size = WEAK if symptom.weak else 1.0
    if not alarms:
        return size * (-SPREADS if symptom.sign == "variance" else ABSENT)
    early = {s: one.weight * math.exp(-(one.time - begin) / NANO / MEMORY) for s, one in alarms.items()}
    if symptom.sign == "variance":
        return size * max(early.values()) * (SPREADS if len(early) == 1 else SWINGS)
    leading = min(alarms.values(), key=lambda one: one.time).sign
    meant = turn if symptom.sign == "+" else -turn
    if leading not in (meant, 0):
        return size * OPPOSITE
    return size * SHOWS * (early[leading] - BOTH * early.get(-leading, 0.0) * (leading != 0))
