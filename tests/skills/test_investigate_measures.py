"""Fit of the twin, symptoms, measures within limits, standing alarms, and whether a measure worked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from assay.models.twin import NONE, TwinRun
from assay.plant.failures import load_failures
from assay.plant.model import load_plant
from assay.plant.series import Frame
from assay.skills.investigate.confirm import confirmation
from assay.skills.investigate.fit import fit_of
from assay.skills.investigate.measures import Effect, band, candidates, effect_of, standing
from assay.skills.investigate.symptoms import CEILING, by_symptoms

PLANT = load_plant("tennessee_eastman")
FAILURES = load_failures(PLANT)
TAGS = tuple(f"XMEAS_{i}" for i in range(1, 42)) + tuple(f"XMV_{i}" for i in range(1, 13))
PRESENT = {"SP_REACTOR_PRESSURE": 2705.0, "SP_REACTOR_LEVEL": 75.0, "SP_PRODUCTION_RATE": 22.9, "XMV_5": 22.2}


# --- fit


def normal(runs: int, rows: int, seed: int) -> np.ndarray:
    values = np.random.default_rng(seed).normal(size=(runs, rows, 6)) * np.array([1, 2, 3, 1, 1, 0]) + 10.0
    return values


def test_the_same_operation_fits() -> None:
    fit = fit_of(normal(1, 60, 1)[0], normal(8, 160, 2), 1)
    assert fit.ok and fit.means == fit.spreads == fit.score == 1.0


def test_another_level_another_spread_and_a_moved_valve_do_not_fit() -> None:
    other = normal(1, 60, 1)[0] + np.array([0, 20.0, 30.0, 0, 0, 5.0])
    fit = fit_of(other, normal(8, 160, 2), 1)
    assert fit.means == pytest.approx(0.5) and not fit.ok and fit.worst in (1, 2, 5)
    wide = 10.0 + 4.0 * (normal(1, 60, 1)[0] - 10.0)
    fit = fit_of(wide, normal(8, 160, 2), 1)
    assert fit.spreads == 0.0 and not fit.ok


def test_gaps_and_a_tag_without_values_do_not_decide_the_fit() -> None:
    values = normal(1, 60, 1)[0]
    values[10:30, 1] = np.nan
    values[:, 2] = np.nan
    fit = fit_of(values, normal(8, 160, 2), 1)
    assert fit.ok


# --- symptoms


def shifts_of(failure_id: str) -> tuple[np.ndarray, np.ndarray]:
    """What the failure's own symptoms would show."""
    shifts, spreads = np.zeros(len(TAGS)), np.zeros(len(TAGS))
    for symptom in FAILURES.get(failure_id).symptoms:
        if symptom.tag in TAGS and symptom.sign in "+-":
            shifts[TAGS.index(symptom.tag)] = 8.0 if symptom.sign == "+" else -8.0
        elif symptom.tag in TAGS and symptom.sign == "variance":
            spreads[TAGS.index(symptom.tag)] = 2.0
    return shifts, spreads


@pytest.mark.parametrize("failure", ["IDV1", "IDV4", "IDV6", "IDV7"])
def test_symptoms_rank_their_own_failure_high_but_never_prove_it(failure: str) -> None:
    found = by_symptoms(FAILURES, TAGS, *shifts_of(failure), frozenset())
    named = [c for c in sorted(found, key=lambda c: -found[c]) if c != NONE]
    assert failure in named[:4]
    assert sum(found.values()) == pytest.approx(1.0, abs=1e-9)
    assert all(0.0 <= p <= CEILING + 1e-12 for c, p in found.items() if c != NONE)


def test_no_symptoms_are_no_cause_and_excluded_failures_are_left_out() -> None:
    quiet = by_symptoms(FAILURES, TAGS, np.zeros(len(TAGS)), np.zeros(len(TAGS)), frozenset())
    assert quiet[NONE] > 0.5 and max(quiet, key=lambda c: quiet[c]) == NONE
    shifts = shifts_of("IDV4")
    without = by_symptoms(FAILURES, TAGS, *shifts, frozenset({"IDV4"}))
    assert "IDV4" not in without and sum(without.values()) == pytest.approx(1.0)
    everything = frozenset(failure.id for failure in FAILURES)
    assert by_symptoms(FAILURES, TAGS, *shifts, everything) == {NONE: 1.0}


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_seen_the_probabilities_are_probabilities(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tags = tuple(rng.permutation(TAGS)[: rng.integers(5, 53)].tolist())
    found = by_symptoms(FAILURES, tags, rng.normal(size=len(tags)) * 10, rng.normal(size=len(tags)), frozenset())
    assert sum(found.values()) == pytest.approx(1.0) and all(0.0 <= p <= 1.0 for p in found.values())
    assert max(p for c, p in found.items() if c != NONE) <= CEILING


# --- measures


@pytest.mark.parametrize("cause", [None, *[failure.id for failure in FAILURES]])
def test_candidates_stay_within_the_limits(cause: str | None) -> None:
    made = candidates(PLANT, FAILURES.get(cause) if cause else None, PRESENT)
    assert len({c.writes for c in made}) == len(made)
    for candidate in made:
        assert len(candidate.writes) == len(candidate.before) and len({t for t, _ in candidate.writes}) in (1, 2)
        for (tag, value), before in zip(candidate.writes, candidate.before, strict=True):
            limits = PLANT.limits(tag)
            assert limits is not None and limits.writable
            assert limits.minimum <= value <= limits.maximum and before == PRESENT[tag] != value


def test_a_present_value_beyond_its_limit_is_only_moved_inside() -> None:
    limits = PLANT.limits("SP_REACTOR_LEVEL")
    assert limits is not None
    made = candidates(PLANT, None, {"SP_REACTOR_LEVEL": limits.maximum + 50.0})
    assert made and all(limits.minimum <= v <= limits.maximum for c in made for _, v in c.writes)


def test_tags_that_may_not_be_written_are_no_candidates() -> None:
    assert candidates(PLANT, None, {"XMEAS_9": 120.4, "XMV_10": 41.0, "NO_SUCH_TAG": 1.0}) == []
    assert candidates(PLANT, FAILURES.get("IDV4"), {}) == []


def test_alarms_that_stand_at_given_values() -> None:
    tag = next(t for t in PLANT.tags if {"H", "L"} <= set(t.alarms))
    high, low = tag.alarms["H"].at, tag.alarms["L"].at
    middle = (high + low) / 2.0
    assert standing(PLANT, {tag.id: middle}) == {} == standing(PLANT, {tag.id: float("nan")})
    assert (tag.id, "H") in standing(PLANT, {tag.id: high + 1e-3 * abs(high)})
    assert (tag.id, "L") in standing(PLANT, {tag.id: low - 1e-3 * abs(low)})
    assert standing(PLANT, {"NO_SUCH_TAG": 1e9}) == {}


@dataclass
class Stub:
    """What ``effect_of`` and ``band`` need of a twin."""

    tags: tuple[str, ...] = TAGS
    sample: float = 0.05


def course(level: float, rows: int = 200, trip: str | None = None) -> TwinRun:
    values = np.tile([PLANT.tag(t).normal or 0.0 for t in TAGS], (rows, 1))
    values[:, TAGS.index("XMEAS_7")] = level
    return TwinRun(0.05 * np.arange(1, rows + 1), values, trip)


def test_a_trip_outweighs_alarms_and_alarms_outweigh_deviation() -> None:
    base, scale = course(2705.0).values[0], np.ones(len(TAGS))
    limit = PLANT.tag("XMEAS_7").alarms["H"].at

    def effect(*runs: TwinRun) -> Effect:
        return effect_of(PLANT, Stub(), list(runs), base, scale, frozenset())  # type: ignore[arg-type]

    fine, alarmed = effect(course(2705.0)), effect(course(limit + 5.0))
    early, late = effect(course(2705.0, 20, "trip")), effect(course(2705.0, 150, "trip"))
    half = effect(course(2705.0), course(2705.0, 20, "trip"))
    assert fine.cost < alarmed.cost < half.cost < late.cost < early.cost
    assert (
        fine.trips == 0.0 and fine.first_trip is None and half.trips == 0.5 and early.first_trip == pytest.approx(1.0)
    )
    assert ("XMEAS_7", "H") in alarmed.alarms
    empty = effect(TwinRun(np.zeros(0), np.zeros((0, len(TAGS))), "at once"))
    assert empty.trips == 1.0 and empty.first_trip == 0.0


def test_a_band_holds_nine_of_ten() -> None:
    rng = np.random.default_rng(1)
    runs = [TwinRun(np.arange(1.0, 41.0), rng.normal(size=(40, len(TAGS))), None) for _ in range(200)]
    made = band(Stub(), runs, ["XMEAS_9"])["XMEAS_9"]  # type: ignore[arg-type]
    inside = np.mean([(r.values[:, 8] >= made["low"]) & (r.values[:, 8] <= made["high"]) for r in runs])
    assert inside == pytest.approx(0.9, abs=0.02) and len(made["median"]) == 40


# --- confirmation

WRITTEN = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
LIMIT = PLANT.tag("XMEAS_7").alarms["H"].at


def after(pressure: np.ndarray, hours: float = 1.1) -> Frame:
    """Pressure beyond its limit before the write, then ``pressure`` (or as much of it as ``hours`` hold)."""
    minutes = np.arange(-30, round(hours * 60))
    values = np.where(minutes < 0, LIMIT + 10.0, np.interp(minutes, np.linspace(0, 66, len(pressure)), pressure))
    times = np.datetime64(WRITTEN.replace(tzinfo=None), "ns") + np.timedelta64(60, "s") * minutes
    return Frame(times, ("XMEAS_7",), values[:, None])


def predicted() -> dict[str, Any]:
    hours = [0.05 * k for k in range(1, 41)]
    return {"hours": hours, "tags": [{"tag": "XMEAS_7", "low": [2690.0] * 40, "high": [LIMIT - 1.0] * 40}]}


def confirmed(frame: Frame, cleared: tuple[str, ...] = ("XMEAS_7 H",)) -> dict[str, Any]:
    return confirmation(PLANT, frame, WRITTEN, predicted(), list(cleared))


def test_a_measure_that_worked_is_confirmed() -> None:
    found = confirmed(after(np.full(10, 2705.0)))
    assert found["ok"] and found["cleared"] == ["XMEAS_7 H"] and found["standing"] == [] and found["inside"] == 1.0


def test_an_alarm_that_still_stands_is_not_confirmed() -> None:
    found = confirmed(after(np.full(10, LIMIT + 8.0)))
    assert not found["ok"] and found["standing"] == ["XMEAS_7 H"] and found["inside"] == 0.0


def test_a_course_outside_the_band_is_not_confirmed() -> None:
    found = confirmed(after(np.full(10, 2600.0)))
    assert not found["ok"] and found["cleared"] == ["XMEAS_7 H"] and found["inside"] == 0.0


def test_less_than_an_hour_is_not_confirmed() -> None:
    found = confirmed(after(np.full(10, 2705.0), hours=0.5))
    assert not found["ok"] and found["hours"] < 0.6
    nothing = after(np.full(10, 2705.0)).until(WRITTEN - timedelta(minutes=1))
    assert not confirmed(nothing)["ok"] and confirmed(nothing)["hours"] == 0.0


def test_a_tag_that_is_gone_is_not_confirmed() -> None:
    frame = after(np.full(10, 2705.0))
    other = Frame(frame.times, ("XMEAS_8",), frame.values)
    assert not confirmed(other)["ok"]
    gone = Frame(frame.times, frame.tags, np.full(frame.values.shape, np.nan))
    assert not confirmed(gone)["ok"]


def test_an_alarm_that_stands_returns_to_normal_only_beyond_its_dead_band() -> None:
    limit = PLANT.tag("XMV_10").alarms["H"]
    key = ("XMV_10", "H")
    inside = {"XMV_10": limit.at - 0.5 * limit.deadband}
    assert limit.deadband > 0 and key not in standing(PLANT, inside)
    assert key in standing(PLANT, inside, frozenset({key}))
    assert key not in standing(PLANT, {"XMV_10": limit.at - 1.1 * limit.deadband}, frozenset({key}))
