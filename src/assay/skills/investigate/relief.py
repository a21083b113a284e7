"""The measures for a case as plain values: what becomes evidence."""

from __future__ import annotations

from typing import Any

import numpy as np

from assay.skills.investigate import measures
from assay.skills.investigate.case import means
from assay.skills.investigate.measures import Candidate, Effect
from assay.skills.investigate.workbench import Workbench

SHOWN = 4
KEY_TAGS = 4
LONGEST_SINCE = 8.0  # hours: after that an upset has come to its end state, and longer runs only cost time
# A smaller improvement of cost is not worth a write; half a normal spread less deviation everywhere is 0.01.
WORTH = 0.01


def relief(bench: Workbench, cause: str, magnitude: float, present: dict[str, float]) -> dict[str, Any]:
    """Search the candidates and describe the best beside doing nothing; ``best`` is None where none is worth it."""
    twin, operating = bench.control.twin, bench.control.operating
    library = bench.library.normal().astype(np.float64)
    baseline = np.nanmean(library, axis=(0, 1))
    within = np.sqrt(np.nanmean(np.nanvar(library, axis=1), axis=0))
    scale = np.where(within > 1e-9, within, 0.5)
    failure = bench.failures.get(cause) if cause in bench.failures else None
    options = measures.candidates(bench.plant, failure, present)
    since = _since_onset(bench)
    now = frozenset(measures.standing(bench.plant, _recent(bench)))
    nothing, tried = measures.search(
        bench.plant, twin, operating, cause, magnitude, since, options, baseline, scale, now
    )  # fmt: skip
    worth = [(c, e) for c, e in tried if nothing.cost - e.cost > WORTH]
    best = worth[0] if worth else None
    keys = _key_tags(bench, best[0] if best else None)
    return {
        "cause": cause,
        "magnitude": magnitude,
        "since_onset_hours": round(since, 3),
        "look_ahead_hours": measures.LOOK_AHEAD,
        "standing_now": sorted(f"{tag} {kind}" for tag, kind in now),
        "candidates": len(options),
        "nothing": _effect(nothing),
        "options": [_option(bench, c, e, nothing) for c, e in tried[:SHOWN]],
        "best": None if best is None else _option(bench, best[0], best[1], nothing),
        "predicted": None if best is None else _predicted(bench, cause, magnitude, since, best[0], keys),
    }


def _since_onset(bench: Workbench) -> float:
    onset = bench.screen.onset or 0
    since = (len(bench.grid.values) - 1 - onset) * bench.grid.sample
    return min(max(0.1, since), LONGEST_SINCE)


def _recent(bench: Workbench) -> dict[str, float]:
    """Means of the last twenty minutes."""
    rows = max(2, round(1.0 / 3.0 / bench.grid.sample))
    last = means(bench.grid.values[-rows:])
    return {tag: float(v) for tag, v in zip(bench.grid.tags, last, strict=True) if np.isfinite(v)}


def _effect(effect: Effect) -> dict[str, Any]:
    return {
        "trips": round(effect.trips, 4),
        "first_trip_hours": None if effect.first_trip is None else round(effect.first_trip, 3),
        "alarms": sorted(f"{tag} {kind}" for tag, kind in effect.alarms),
        "deviation": round(effect.deviation, 5),
        "cost": round(effect.cost, 5),
    }


def _option(bench: Workbench, candidate: Candidate, effect: Effect, nothing: Effect) -> dict[str, Any]:
    cleared = sorted(f"{tag} {kind}" for tag, kind in nothing.alarms if (tag, kind) not in effect.alarms)
    raised = sorted(f"{tag} {kind}" for tag, kind in effect.alarms if (tag, kind) not in nothing.alarms)
    return {
        "writes": [
            {"tag": tag, "value": value, "before": round(before, 5), "unit": bench.plant.tag(tag).unit}
            for (tag, value), before in zip(candidate.writes, candidate.before, strict=True)
        ],
        **_effect(effect),
        "cleared": cleared,
        "raised": raised,
        "cleared_tags": sorted({alarm.split(" ")[0] for alarm in cleared}),
        "raised_tags": sorted({alarm.split(" ")[0] for alarm in raised}),
        "relief": round(max(0.0, 1.0 - effect.cost / nothing.cost) if nothing.cost > 0 else 0.0, 4),
    }


def _key_tags(bench: Workbench, candidate: Candidate | None) -> list[str]:
    """Tags whose course is predicted: those that show the upset most, and those that have an alarm limit near."""
    strength = np.abs(bench.screen.shifts) + np.maximum(bench.screen.spreads, 0.0)
    written = {tag for tag, _ in candidate.writes} if candidate else set()
    ordered = [bench.grid.tags[int(i)] for i in np.argsort(-strength)]
    return [tag for tag in ordered if tag not in written][:KEY_TAGS]


def _predicted(
    bench: Workbench, cause: str, magnitude: float, since: float, candidate: Candidate, keys: list[str]
) -> dict[str, Any]:
    twin, operating = bench.control.twin, bench.control.operating
    hours = measures.BAND_HOURS
    under = twin.forecast(
        operating, cause, magnitude, since, hours, candidate.writes, measures.BAND_RUNS, seed=23
    )  # fmt: skip
    without = twin.forecast(operating, cause, magnitude, since, hours, (), 4, seed=29)
    bands, idle = measures.band(twin, under, keys), measures.band(twin, without, keys)
    return {
        "hours": [round(float(t), 4) for t in under[0].times[: len(next(iter(bands.values()))["low"])]],
        "tags": [
            {"tag": tag, "unit": bench.plant.tag(tag).unit, **bands[tag], "without": idle[tag]["median"]}
            for tag in keys
        ],
    }
