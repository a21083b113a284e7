"""Findings of the workbench as plain values: what becomes evidence."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np

from assay.models.twin import NONE
from assay.skills.investigate.diagnosis import HIDING_SHARE
from assay.skills.investigate.workbench import Workbench

SCORE_POINTS = 400
SHOWN_TAGS = 12
FAINT = 2.0  # times the limit


def iso(time: datetime) -> str:
    """UTC text with seconds."""
    from datetime import UTC

    return time.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def history(bench: Workbench, blob: str) -> dict[str, Any]:
    """What the history offers."""
    grid, frame = bench.grid, bench.frame
    assert frame.start is not None and frame.end is not None
    return {
        "blob": blob,
        "rows": len(frame),
        "from": iso(frame.start),
        "to": iso(frame.end),
        "hours": round((frame.end - frame.start).total_seconds() / 3600.0, 4),
        "sample_minutes": round(grid.sample * 60.0, 3),
        "tags": list(grid.tags),
        "missing": list(grid.missing),
        "dead": list(grid.dead),
        "frozen_rows": grid.frozen,
    }


def screening(bench: Workbench) -> dict[str, Any]:
    """Abnormal or not, since when, first alarm, and the tags that show it."""
    screen, grid = bench.screen, bench.grid
    normal = screen.normal
    source = "twin" if normal.from_twin else ("given" if normal.given else "history")
    rows = (normal.first, max(normal.last - 1, normal.first))
    start = screen.alarm or 0
    peak = float(screen.score[start:].max()) if screen.alarm is not None else float(screen.score[normal.last :].max())
    return {
        "abnormal": screen.alarm is not None,
        "onset": None if screen.onset is None else iso(grid.time(screen.onset)),
        "alarm": _alarm(bench),
        "detected": None if screen.alarm is None else iso(grid.time(screen.alarm)),
        "normal": {
            "from": None if normal.from_twin else iso(grid.time(rows[0])),
            "to": None if normal.from_twin else iso(grid.time(rows[1])),
            "source": source,
            "hours": round((normal.last - normal.first) * grid.sample, 3),
        },
        "gap_hours": round(_gap(bench), 3),
        "peak": round(peak, 4),
        "score": _score(bench),
        "contributions": _contributions(bench),
    }


def _gap(bench: Workbench) -> float:
    """Hours of the longest stretch without any value from two hours before the alarm on."""
    screen, grid = bench.screen, bench.grid
    if screen.alarm is None:
        return 0.0
    empty = ~np.isfinite(grid.values[max(0, screen.alarm - round(2.0 / grid.sample)) :]).any(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], empty.astype(np.int8), [0]])))
    return float((edges[1::2] - edges[::2]).max(initial=0) * grid.sample)


def _score(bench: Workbench) -> dict[str, Any]:
    score, grid = bench.screen.score, bench.grid
    stride = max(1, len(score) // SCORE_POINTS)
    rows = range(stride - 1, len(score), stride)
    # The largest of each stretch, so that a short peak is not lost.
    values = [round(float(min(score[max(0, r - stride + 1) : r + 1].max(), 1e6)), 4) for r in rows]
    return {"times": [iso(grid.time(r)) for r in rows], "values": values, "limit": 1.0}


def _alarm(bench: Workbench) -> dict[str, Any] | None:
    """The first process alarm or the detector's, whichever is earlier."""
    screen = bench.screen
    if screen.alarm is None:
        return None
    detected = bench.grid.time(screen.alarm)
    since = bench.grid.time(screen.onset or 0)
    process = [event for event in bench.process_alarms if since <= event.time <= detected]
    if process:
        first = min(process, key=lambda event: event.time)
        return {"time": iso(first.time), "source": "process", "tag": first.tag, "type": first.type}
    return {"time": iso(detected), "source": "detector", "tag": None, "type": None}


def _contributions(bench: Workbench) -> list[dict[str, Any]]:
    screen, grid = bench.screen, bench.grid
    if screen.alarm is None or screen.onset is None:
        return []
    strength = np.abs(screen.shifts) + np.maximum(screen.spreads, 0.0)
    last = min(len(grid.values), screen.alarm + max(3, round(1.0 / grid.sample)))
    found = []
    for tag in np.argsort(-strength)[:SHOWN_TAGS]:
        after = grid.values[screen.onset : last, tag]
        seen = after[np.isfinite(after)]
        found.append(
            {
                "tag": grid.tags[tag],
                "shift": round(float(screen.shifts[tag]), 3),
                "spread": round(float(screen.spreads[tag]), 3),
                "before": round(float(screen.normal.baseline[tag]), 5),
                "after": round(float(seen[-5:].mean()), 5) if len(seen) else None,
                "unit": bench.plant.tag(grid.tags[tag]).unit,
                "equipment": bench.plant.tag(grid.tags[tag]).equipment,
            }
        )
    return found


def place(bench: Workbench) -> list[dict[str, Any]]:
    """Share of the deviation by equipment, with the tags that show it and what flows in from where."""
    screen, grid, plant = bench.screen, bench.grid, bench.plant
    strength = np.minimum(np.abs(screen.shifts), 20.0) + np.maximum(screen.spreads, 0.0)
    shares: dict[str, float] = {}
    tags: dict[str, list[tuple[float, str]]] = {}
    for tag, weight in zip(grid.tags, strength.tolist(), strict=True):
        equipment = plant.tag(tag).equipment
        shares[equipment] = shares.get(equipment, 0.0) + weight
        tags.setdefault(equipment, []).append((weight, tag))
    total = sum(shares.values()) or 1.0
    ordered = sorted(shares, key=lambda equipment: -shares[equipment])[:5]
    return [
        {
            "equipment": equipment,
            "share": round(shares[equipment] / total, 4),
            "tags": [tag for _, tag in sorted(tags[equipment], reverse=True)[:3]],
            "upstream": list(plant.upstream(equipment, steps=1)),
        }
        for equipment in ordered
    ]


def tested(bench: Workbench) -> dict[str, Any]:
    """The ranked causes with the twin, its library and its fit."""
    ranking, control, library = bench.ranking, bench.control, bench.library
    share = bench.aligned.alarm_share
    probabilities = dict(ranking.probabilities)
    hiding = [c for c in probabilities if c != NONE and share.get(c, 0.0) < HIDING_SHARE] if _faint(bench) else []
    probabilities[NONE] += sum(probabilities.pop(cause) for cause in hiding)
    order = sorted(probabilities, key=lambda cause: -probabilities[cause])
    return {
        "twin": control.twin.name,
        "operating": control.operating.label,
        "setpoints": {tag: round(value, 5) for tag, value in sorted(control.operating.setpoints.items())},
        "control": control.name,
        "control_fits": control.fit.ok,
        "fit": {"means": round(control.fit.means, 4), "spreads": round(control.fit.spreads, 4)},
        "library": library.digest,
        "library_runs": len(library.causes),
        "hypotheses": len(set(library.causes.tolist())) - 1,
        "horizon_hours": bench.horizon,
        "in_library": round(ranking.in_library, 6),
        "distance": round(ranking.distance, 4),
        "causes": [
            {
                "id": cause,
                "probability": round(probabilities[cause], 6),
                "magnitude": round(ranking.magnitude[cause], 4) if cause in ranking.magnitude else None,
            }
            for cause in order
        ],
        "hiding": sorted(hiding),
        "ruled_out": ruled_out(bench, order),
        "similar": similar(bench, order, probabilities),
    }


def _faint(bench: Workbench) -> bool:
    """Whether the deviation stays so small that a cause which often raises no alarm at all cannot be told from luck."""
    screen = bench.screen
    assert screen.alarm is not None
    last = screen.alarm + round(bench.horizon / bench.grid.sample) + 1
    return bool(screen.score[screen.alarm : last].max() < FAINT)


def similar(bench: Workbench, order: list[str], probabilities: dict[str, float]) -> dict[str, Any] | None:
    """Two leading causes that cannot be told apart yet, and the tag whose course differs most between them."""
    named = [cause for cause in order if cause != NONE][:2]
    if len(named) < 2 or probabilities[named[1]] < 0.15 or probabilities[named[0]] > 3.0 * probabilities[named[1]]:
        return None
    gap = bench.diagnoser.difference(named[0], named[1])
    return {"first": named[0], "second": named[1], "tag": bench.grid.tags[int(gap.argmax())]}


def ruled_out(bench: Workbench, order: list[str]) -> list[dict[str, Any]]:
    """For the next causes in rank, the tag that speaks most against each: observed and simulated mean after alarm."""
    screen, aligned, grid = bench.screen, bench.aligned, bench.grid
    assert screen.alarm is not None
    rows = max(2, round(min(bench.horizon, 1.0) / grid.sample))
    found: list[dict[str, Any]] = []
    window = grid.values[screen.alarm : screen.alarm + rows + 1]
    observed = _means(window)
    for cause in [c for c in order if c != NONE][1:7]:
        members = np.flatnonzero(aligned.causes == cause)
        if not len(members):
            continue
        after = np.stack([_means(_after(aligned.values[m], int(aligned.alarms[m]), rows)) for m in members])
        moved = after - aligned.baseline[members]
        expected, spread = np.nanmean(moved, axis=0), np.nanstd(moved, axis=0)
        gap = np.abs(observed - screen.normal.baseline - expected) / np.hypot(spread, aligned.scale)
        tag = int(np.nan_to_num(gap).argmax())
        found.append(
            {
                "id": cause,
                "tag": grid.tags[tag],
                "observed": round(float(observed[tag]), 5),
                "simulated": round(float(screen.normal.baseline[tag] + expected[tag]), 5),
                "unit": bench.plant.tag(grid.tags[tag]).unit,
                "gap": round(float(gap[tag]), 3),
            }
        )
    return [entry for entry in found if entry["gap"] >= 3.0]


def _after(values: np.ndarray[Any, Any], alarm: int, rows: int) -> np.ndarray[Any, Any]:
    after: np.ndarray[Any, Any] = values[alarm : alarm + rows + 1].astype(np.float64)
    return after


def _means(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    from assay.skills.investigate.case import means

    return means(values)
