"""The pieces of a forecast: grid, holes, seasons, breaks, known-future inputs, scores, weights, intervals, origins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.models.forecast.breaks import find_break
from assay.models.forecast.candidates import boosted
from assay.models.forecast.candidates.base import Candidate
from assay.models.forecast.candidates.boosted import Boosted
from assay.models.forecast.candidates.linear import Linear
from assay.models.forecast.candidates.naive import Climate, Drifted, LongNaive, SeasonalNaive
from assay.models.forecast.candidates.statistical import Statistical
from assay.models.forecast.grid import fill, to_grid
from assay.models.forecast.intervals import calibrate, held_out_widths
from assay.models.forecast.known import known_inputs, refuse_leaks
from assay.models.forecast.origins import plan_origins
from assay.models.forecast.panel import Panel
from assay.models.forecast.scores import coverage, naive_scale, smape, wql
from assay.models.forecast.seasons import find_seasons
from assay.models.forecast.weights import combine, weights_of
from assay.plant.series import Frame

Floats = NDArray[np.float64]
HOUR = 3_600 * 10**9
START = np.datetime64("2026-01-01", "ns")


def hourly(values: Floats, tag: str = "A") -> Frame:
    times = START + np.arange(len(values)) * np.timedelta64(HOUR, "ns")
    return Frame(times, (tag,), np.asarray(values, float)[:, None])


def panel(*series: Floats, seasons: tuple[int, ...] = ()) -> Panel:
    values = np.stack(series)
    return Panel(
        tuple("ABCDEFGH"[: len(series)]),
        0,
        HOUR,
        values,
        ~np.isnan(values),
        np.argmax(~np.isnan(values), axis=1),
        (seasons,) * len(series),
    )


# --- the grid ---


def test_rows_that_are_missing_become_holes_on_the_tables_own_step() -> None:
    frame = hourly(np.arange(40.0))
    kept = np.r_[0:10, 13:40]
    made = to_grid(Frame(frame.times[kept], frame.tags, frame.values[kept]))
    assert made.step == HOUR and len(made.values) == 40 and not made.notes
    assert np.flatnonzero(np.isnan(made.values[:, 0])).tolist() == [10, 11, 12]
    assert made.values[13, 0] == 13.0


def test_irregular_rows_are_averaged_and_no_value_comes_before_its_time() -> None:
    rng = np.random.default_rng(1)
    seconds = np.cumsum(rng.integers(20, 100, 500))
    frame = Frame(START + seconds.astype("timedelta64[s]"), ("A",), seconds[:, None].astype(float))
    made = to_grid(frame)
    assert [one.code for one in made.notes] == ["irregular"] and made.step == 60 * 10**9
    times = (made.start + made.step * np.arange(len(made.values)) - START.astype(np.int64)) / 1e9
    known = ~np.isnan(made.values[:, 0])
    assert (made.values[known, 0] <= times[known]).all() and (made.values[known, 0] > times[known] - 60).all()


def test_one_row_years_before_the_others_does_not_fill_the_memory() -> None:
    frame = hourly(np.arange(300.0))
    times = np.concatenate([[START - np.timedelta64(10**9, "s")], frame.times])
    made = to_grid(Frame(times, ("A",), np.arange(301.0)[:, None]))
    assert len(made.values) <= 40_000 and made.values[-1, 0] == 300.0
    assert "history_cut" in [one.code for one in made.notes]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 30))
def test_holes_are_filled_from_the_past_alone(seed: int, season: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=120)
    values[rng.random(120) < 0.4] = np.nan
    whole = fill(values, season)
    for end in (30, 75, 119):
        np.testing.assert_array_equal(fill(values[:end], season), whole[:end])
    known = ~np.isnan(values)
    np.testing.assert_array_equal(whole[known], values[known])
    assert not np.isnan(whole[np.argmax(known) :]).any() or not known.any()


# --- seasons and breaks ---


def test_the_day_and_the_week_of_hours_are_found() -> None:
    rng = np.random.default_rng(2)
    at = np.arange(1_500)
    day = 5 * np.sin(2 * np.pi * at / 24) + rng.normal(0, 1, 1_500)
    assert find_seasons(day, HOUR) == (24,)
    assert find_seasons(day * (1 + (at // 24 % 7 < 5)), HOUR) == (24, 168)


@pytest.mark.parametrize("seed", range(5))
def test_noise_and_a_wandering_level_have_no_season(seed: int) -> None:
    rng = np.random.default_rng(seed)
    assert find_seasons(rng.normal(size=1_000), HOUR) == ()
    assert find_seasons(rng.normal(size=1_000).cumsum(), HOUR) == ()


def test_a_change_of_unit_is_found_and_a_ramp_or_a_season_is_none() -> None:
    rng = np.random.default_rng(3)
    at = np.arange(400)
    values = 20 + np.sin(2 * np.pi * at / 24) + rng.normal(0, 0.3, 400)
    changed = np.where(at < 250, values, values * 1.8 + 32)
    found = find_break(changed)
    assert found is not None and found.at == 250
    assert find_break(values) is None
    assert find_break(at + rng.normal(size=400)) is None
    assert find_break(rng.normal(size=400).cumsum()) is None
    assert find_break(np.zeros(100)) is None


# --- known-future inputs ---


def test_known_inputs_are_laid_on_the_grid_of_history_and_horizon() -> None:
    values = np.random.default_rng(4).normal(size=112)
    names, known = known_inputs(hourly(np.arange(100.0)), hourly(values, "X"), ("A",), START.astype(int), HOUR, 100, 12)
    assert names == ("X",)
    np.testing.assert_array_equal(known[0], values)


@pytest.mark.parametrize(
    ("column", "key"),
    [
        (lambda x: x[:110], "known_not_covering"),
        (lambda x: np.r_[np.full(90, np.nan), x[90:]], "known_no_history"),
    ],
)
def test_known_inputs_must_cover_the_horizon_and_have_a_past(column: object, key: str) -> None:
    assert callable(column)
    future = hourly(column(np.random.default_rng(5).normal(size=112)), "X")
    with pytest.raises(InputError) as caught:
        known_inputs(hourly(np.arange(100.0)), future, ("A",), START.astype(int), HOUR, 100, 12)
    assert caught.value.key == f"forecast.{key}"


def test_a_known_input_that_contradicts_history_is_refused() -> None:
    x = np.random.default_rng(6).normal(size=112)
    wrong = x.copy()
    wrong[50] += 0.1
    with pytest.raises(InputError) as caught:
        known_inputs(hourly(x[:100], "X"), hourly(wrong, "X"), ("A",), START.astype(int), HOUR, 100, 12)
    assert caught.value.key == "forecast.known_disagrees" and caught.value.params["rows"] == 1


@pytest.mark.parametrize("shift", [0, 1, 7, -5, 11])
def test_a_target_in_disguise_is_refused(shift: int) -> None:
    rng = np.random.default_rng(7)
    y = rng.normal(size=600).cumsum() + 5 * np.sin(2 * np.pi * np.arange(600) / 24)
    x = 3.0 - 2.0 * np.roll(y, shift)
    with pytest.raises(InputError) as caught:
        refuse_leaks(("X",), x[None], ("A",), y[None], [24], 12)
    assert caught.value.params["rows"] == abs(shift)


def test_an_old_copy_a_driver_and_a_shared_season_pass() -> None:
    rng = np.random.default_rng(8)
    y = rng.normal(size=600).cumsum() + 5 * np.sin(2 * np.pi * np.arange(600) / 24)
    known = np.stack([np.roll(y, 12), y + rng.normal(0, 0.5, 600), np.sin(2 * np.pi * np.arange(600) / 24)])
    refuse_leaks(("old", "driver", "season"), known, ("A",), y[None], [24], 12)
    wave = np.sin(2 * np.pi * np.arange(600) / 24)
    refuse_leaks(("season",), wave[None], ("A",), 3 * wave[None], [24], 12)


# --- scores ---


def test_scores_follow_their_definitions() -> None:
    actual, guess = np.array([1.0, 2.0, np.nan, 0.0]), np.array([1.0, 4.0, 3.0, 0.0])
    assert smape(actual, guess) == pytest.approx((0 + 200 * 2 / 6 + 0) / 3)
    assert coverage(actual, guess - 1, guess + 1) == pytest.approx(2 / 3)
    assert naive_scale(np.array([0.0, 1, 2, 3]), 2) == 2.0
    assert naive_scale(np.array([1e-13, 2e-13, 1e-13]), 1) == pytest.approx(1e-13)
    assert wql(np.array([2.0]), [(0.9, np.array([1.0]))]) == pytest.approx(2 * 0.9 * 1 / 2)


# --- weights ---


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_weights_sum_to_one_and_prefer_the_smaller_error(seed: int) -> None:
    rng = np.random.default_rng(seed)
    errors = rng.normal(size=(4, 3, 5, 6)) * np.array([1.0, 1.3, 5.0])[:, None, None]
    errors[2, 1, 0, 0] = np.nan
    errors[3, :, 2] = np.nan
    weights = weights_of(errors)
    np.testing.assert_allclose(weights.sum(axis=1), 1.0)
    assert (weights[:, 2] == 0.0).all() and weights[2, 1] == 0.0
    assert weights[3].argmax() == np.nanmean(np.abs(errors[3]), axis=(1, 2)).argmin() or weights[3, 1] > 0.3
    forecasts = np.full((4, 3, 1, 6), 7.0)
    forecasts[2, 1] = np.nan
    np.testing.assert_allclose(combine(weights, forecasts), 7.0)


# --- intervals ---


@pytest.mark.parametrize("series", [1, 30])
def test_intervals_cover_what_they_promise_on_new_errors(series: int) -> None:
    rng = np.random.default_rng(9)
    size = np.exp(rng.normal(size=(series, 1, 1)))
    covered = []
    for _ in range(60 if series == 1 else 6):
        errors = size * np.sqrt(np.arange(1, 25)) * rng.standard_t(4, (series, 11, 24))
        widths = calibrate(errors[:, :10], 0.9).widths
        covered.append((np.abs(errors[:, 10]) <= widths).mean())
    assert 0.88 <= np.mean(covered) <= 0.95


def test_held_out_widths_do_not_see_their_own_origin() -> None:
    errors = np.random.default_rng(10).normal(size=(1, 6, 8))
    spoiled = errors.copy()
    spoiled[0, 2] *= 100
    np.testing.assert_array_equal(held_out_widths(errors, 0.9)[0, 2], held_out_widths(spoiled, 0.9)[0, 2])
    assert held_out_widths(spoiled, 0.9)[0, 0].mean() > 2 * held_out_widths(errors, 0.9)[0, 0].mean()


# --- candidates ---

CANDIDATES: list[Callable[[], Candidate]] = [
    *(SeasonalNaive, LongNaive, Drifted, Climate, Boosted),
    *(partial(Linear, name) for name in ("linear", "linear_short", "linear_known")),
    partial(Statistical, "theta"),
]


@pytest.mark.parametrize("make", CANDIDATES, ids=lambda make: make().name)
def test_a_candidate_reads_nothing_after_its_end_and_its_origin(
    make: Callable[[], Candidate], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boosted, "ROUNDS", 20)
    rng = np.random.default_rng(12)
    at = np.arange(900)
    values = np.stack([np.sin(2 * np.pi * at / 24) * (1 + (at // 24 % 7 < 5)) + rng.normal(0, 0.2, 900)] * 2)
    known = np.stack([rng.normal(size=1_000).cumsum()])
    clean = replace(panel(*values, seasons=(24, 168)), known=known)
    spoiled = replace(clean, values=np.where(at >= 700, 1e3 * rng.normal(size=900), values))
    answers = []
    for one in (clean, spoiled):
        model = make()
        model.fit(one, 700, 24)
        answers.append(model.predict(one, [650, 700], [0, 1]))
        again = type(model).from_parts(model.to_parts())
        np.testing.assert_array_equal(again.predict(one, [650, 700], [0, 1]), answers[-1])
    assert answers[0].shape == (2, 2, 24) and np.isfinite(answers[0]).all()
    np.testing.assert_array_equal(answers[0], answers[1])


# --- origins and the straight line ---


@settings(max_examples=60, deadline=None)
@given(st.integers(8, 400), st.integers(1, 60))
def test_origins_lie_inside_the_history_and_leave_rows_to_learn_from(rows: int, horizon: int) -> None:
    one = panel(np.arange(float(rows)))
    if rows - horizon - 1 < 6:
        with pytest.raises(InputError):
            plan_origins(one, horizon)
        return
    plan = plan_origins(one, horizon)
    assert plan.origins[-1] == rows - horizon and plan.origins[0] >= 6 and len(set(plan.origins)) >= 2


def test_the_line_finds_a_linear_law_and_reads_nothing_after_the_origin() -> None:
    at = np.arange(900)
    values = 3 + np.sin(2 * np.pi * at / 24) + 0.5 * np.cos(2 * np.pi * at / 100)
    model = Linear()
    model.fit(panel(values, seasons=(24,)), 700, 24)
    again = Linear.from_parts(model.to_parts())
    spoiled = values.copy()
    spoiled[800:] = 1e6
    guess = again.predict(panel(spoiled, seasons=(24,)), [800], [0])[0, 0]
    np.testing.assert_allclose(guess, values[800:824], atol=0.02)


def test_a_season_longer_than_the_window_is_taken_out_first() -> None:
    rng = np.random.default_rng(11)
    at = np.arange(6_000)
    values = 10 * np.sin(2 * np.pi * at / 1_440) + rng.normal(0, 0.1, 6_000)
    model = Linear()
    model.fit(panel(values, seasons=(1_440,)), 5_900, 60)
    assert model.lags == {0: 1_440}
    guess = model.predict(panel(values, seasons=(1_440,)), [5_900], [0])[0, 0]
    assert np.abs(guess - values[5_900:5_960]).mean() < 0.3
