"""Forecasts end to end: chosen on earlier data, honest about it, kept without pickle, one sentence for bad input."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from assay.kernel.errors import InputError, IntegrityError
from assay.models.forecast import Forecaster, ForecastResult, forecast
from assay.models.library.parts import Parts
from assay.plant.series import Frame

Floats = NDArray[np.float64]
START = np.datetime64("2026-01-01", "ns")
HOUR = np.timedelta64(3_600 * 10**9, "ns")
ROWS, AHEAD = 400, 12


def table(*columns: Floats, tags: tuple[str, ...] = ("A", "B", "C")) -> Frame:
    values = np.stack([np.asarray(one, float) for one in columns], axis=1)
    return Frame(START + np.arange(len(values)) * HOUR, tags[: len(columns)], values)


def daily(rows: int, seed: int = 0, noise: float = 0.5) -> Floats:
    rng = np.random.default_rng(seed)
    at = np.arange(rows)
    values: Floats = 50 + 5 * np.sin(2 * np.pi * at / 24) + 0.05 * rng.normal(size=rows).cumsum()
    return values + rng.normal(0, noise, rows)


@pytest.fixture(scope="module")
def trained() -> tuple[Frame, Forecaster, ForecastResult]:
    """A daily course, a random walk and a broken column, without the slow candidates."""
    walk = np.random.default_rng(3).normal(size=ROWS).cumsum()
    frame = table(daily(ROWS), walk, np.full(ROWS, np.nan))
    made = Forecaster(AHEAD, seconds=0).fit(frame, ["A", "B", "C"])
    return frame, made, made.predict()


def test_the_combination_beats_the_naive_forecast_and_says_by_how_much(
    trained: tuple[Frame, Forecaster, ForecastResult],
) -> None:
    one = trained[2]["A"]
    assert one.chosen == "combination" and not one.used_naive and one.season == 24
    assert one.scores["combination"].mase < 0.9 * one.scores["seasonal_naive"].mase
    assert sum(one.weights.values()) == pytest.approx(1.0)
    assert one.times[0] == START + ROWS * HOUR and len(one.times) == AHEAD
    future = daily(ROWS + AHEAD, noise=0.0)[ROWS:]
    assert np.abs(one.median - future).mean() < 1.0
    assert f"{one.scores['combination'].mase:.3f}" in one.why("zh")


def test_a_random_walk_gets_no_better_than_naive_and_its_interval_grows(
    trained: tuple[Frame, Forecaster, ForecastResult],
) -> None:
    one = trained[2]["B"]
    width = one.high - one.low
    assert one.season == 1 and width[-1] > 1.5 * width[0]
    assert one.scores["combination"].mase > 0.8 * one.scores["seasonal_naive"].mase


def test_a_broken_column_is_refused_by_name_and_the_others_answer(
    trained: tuple[Frame, Forecaster, ForecastResult],
) -> None:
    result = trained[2]
    assert [one.target for one in result.targets] == ["A", "B"]
    assert result.refused["C"].code == "all_missing" and "C" in result.refused["C"].render("en")


def test_json_is_plain(trained: tuple[Frame, Forecaster, ForecastResult]) -> None:
    plain = json.loads(json.dumps(trained[2].to_json(), allow_nan=False))
    assert plain["targets"][0]["times"][0] == "2026-01-17T16:00:00.000Z"
    assert plain["left_out"]["theta"]["code"] == "too_slow" and len(plain["tried_at"]) >= 4


def test_a_stored_forecast_answers_the_same_to_the_last_bit(
    trained: tuple[Frame, Forecaster, ForecastResult],
) -> None:
    _, made, result = trained
    again = Forecaster.from_parts(made.to_parts())
    assert json.dumps(again.predict().to_json()) == json.dumps(result.to_json())
    with pytest.raises(IntegrityError):
        Forecaster.from_parts(Parts(about={**made.to_parts().about}, arrays={}))


def test_the_same_input_trains_the_same_forecast(trained: tuple[Frame, Forecaster, ForecastResult]) -> None:
    frame, _, result = trained
    again = Forecaster(AHEAD, seconds=0).fit(frame, ["A", "B", "C"]).predict()
    assert json.dumps(again.to_json()) == json.dumps(result.to_json())


def test_a_newer_history_moves_the_origin_and_another_step_is_refused(
    trained: tuple[Frame, Forecaster, ForecastResult],
) -> None:
    _, made, _ = trained
    longer = table(daily(ROWS + 30), np.zeros(ROWS + 30) + 5, np.zeros(ROWS + 30))
    moved = made.predict(longer)
    assert moved.origin == START + (ROWS + 29) * HOUR
    assert np.abs(moved["A"].median - daily(ROWS + 30 + AHEAD, noise=0.0)[-AHEAD:]).mean() < 1.0
    assert moved["B"].median[0] == pytest.approx(5.0, abs=0.5)
    with pytest.raises(InputError) as caught:
        made.predict(Frame(longer.times[::2], longer.tags, longer.values[::2]))
    assert caught.value.key == "forecast.other_step"


def test_a_short_newer_history_says_what_it_could_not_be_read_by(
    trained: tuple[Frame, Forecaster, ForecastResult],
) -> None:
    _, made, _ = trained
    short = table(daily(30), np.arange(30.0), np.zeros(30))
    answer = made.predict(short)["A"]
    assert "shares_moved" in [one.code for one in answer.notes] and sum(answer.weights.values()) == pytest.approx(1.0)
    with pytest.raises(InputError) as caught:
        made.predict(short, known_future=short)
    assert caught.value.key == "forecast.known_unused"


def test_the_interval_covers_new_rows_of_many_series() -> None:
    rng = np.random.default_rng(4)
    series = [np.exp(rng.normal()) * daily(ROWS + AHEAD, seed, 1.0) for seed in range(8)]
    tags = tuple(f"T{at}" for at in range(8))
    frame = table(*[one[:ROWS] for one in series], tags=tags)
    result = forecast(frame, tags, AHEAD, seconds=0)
    inside = [
        ((one.low <= y[ROWS:]) & (y[ROWS:] <= one.high)).mean() for one, y in zip(result.targets, series, strict=True)
    ]
    assert 0.82 <= np.mean(inside) <= 0.97
    assert all(0.85 <= one.coverage <= 0.97 for one in result.targets)


def test_a_known_driver_is_used_and_its_future_moves_the_forecast() -> None:
    rng = np.random.default_rng(5)
    driver = rng.normal(size=ROWS + AHEAD).cumsum()
    target = 20 + 2 * driver + rng.normal(0, 0.2, ROWS + AHEAD)
    known = table(driver, tags=("plan",))
    result = forecast(table(target[:ROWS]), ["A"], AHEAD, known_future=known, seconds=0)
    one = result["A"]
    assert result.known_inputs == ("plan",) and one.weights["linear_known"] > 0.4
    assert np.abs(one.median - target[ROWS:]).mean() < 0.5


@pytest.mark.parametrize("shift", [0, 5])
def test_a_target_named_as_known_future_is_refused(shift: int) -> None:
    values = daily(ROWS + AHEAD)
    known = table(np.roll(values, shift) * 9 / 5 + 32, tags=("fahrenheit",))
    with pytest.raises(InputError) as caught:
        forecast(table(values[:ROWS]), ["A"], AHEAD, known_future=known, seconds=0)
    assert "fahrenheit" in caught.value.render("zh") and caught.value.key.startswith("forecast.known_is")


def test_limits_hold_and_a_floor_is_seen() -> None:
    counts = np.random.default_rng(6).poisson(0.7, ROWS)
    values = daily(ROWS)
    result = forecast(table(counts, values), ["A", "B"], AHEAD, bounds={"B": (None, 52.0)}, seconds=0)
    for part in (result["A"].low, result["A"].median):
        assert (part >= 0).all()
    assert "floor" in [one.code for one in result["A"].notes]
    assert result["B"].high.max() <= 52.0
    assert "outside_bounds" in [one.code for one in result["B"].notes]


def test_a_constant_and_a_perfect_season_are_repeated_with_the_naive_forecast() -> None:
    wave = np.sin(2 * np.pi * np.arange(ROWS) / 24)
    result = forecast(table(np.full(ROWS, 4.0), wave), ["A", "B"], AHEAD, seconds=0)
    assert result.used_naive == ("A", "B") and result["A"].reason == "perfect"
    assert set(result["A"].median) == {4.0} and (result["A"].high == result["A"].low).all()
    np.testing.assert_allclose(result["B"].median, wave[ROWS % 24 : ROWS % 24 + AHEAD], atol=1e-9)


def test_a_new_unit_holes_and_a_wild_value_are_dealt_with_and_said() -> None:
    values = daily(ROWS)
    values[ROWS - 20 :] = values[ROWS - 20 :] * 9 / 5 + 32
    holes = daily(ROWS, 7)
    holes[100:130], holes[-3:] = np.nan, np.nan
    wild = daily(ROWS, 8)
    wild[390] = -9_999.0
    result = forecast(table(values, holes, wild), ["A", "B", "C"], AHEAD, seconds=0)
    codes = {one.target: [note.code for note in one.notes] for one in result.targets}
    assert codes["A"] == ["break_moved"] and abs(result["A"].median.mean() - 125) < 10
    assert codes["B"] == ["filled"] and codes["C"] == ["wild", "filled"]
    assert abs(result["C"].median.mean() - 50) < 6
    assert all(note.render("zh") for one in result.targets for note in one.notes)


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda: forecast(table(np.full(100, np.nan)), ["A"], 3), "forecast.all_missing"),
        (lambda: forecast(table(np.array([1.0, 2.0])), ["A"], 1), "forecast.too_few_rows"),
        (lambda: forecast(table(np.arange(20.0)), ["A"], 19), "forecast.horizon_too_long"),
        (lambda: forecast(table(daily(100)), ["A"], 0), "forecast.horizon_range"),
        (lambda: forecast(table(daily(100)), [], 3), "forecast.no_targets"),
        (lambda: forecast(table(daily(100)), ["Z"], 3), "plant.history_tag_unknown"),
        (lambda: forecast(table(daily(100)), ["A"], 3, interval=1.0), "forecast.interval_range"),
        (lambda: forecast(table(daily(100)), ["A"], 3, bounds={"A": (5.0, 1.0)}), "forecast.bounds_order"),
        (lambda: forecast(table(np.r_[daily(100), np.full(60, np.nan)]), ["A"], 3), "forecast.stale"),
        (lambda: Forecaster(3).predict(), "forecast.not_fitted"),
    ],
)
def test_bad_input_gets_one_sentence(make: Callable[[], Any], key: str) -> None:
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.key == key
    assert caught.value.render("zh") and "{" not in caught.value.render("en")


def test_the_statistical_candidates_answer_too() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries, while they are first imported
        result = forecast(table(daily(150)), ["A"], 6)
    scores = result["A"].scores
    assert {"theta", "mstl", "auto_ets"} <= scores.keys() and not result.left_out
    assert scores["mstl"].mase < 2 * scores["seasonal_naive"].mase


def test_a_foundation_model_is_one_more_candidate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The port's contract with a stand-in; the adapters have tests of their own."""
    import assay.models.forecast.foundation as foundation

    class Oracle:
        context, horizon, quantiles = 96, AHEAD, (0.1, 0.5, 0.9)

        def predict(self, values: Floats, horizon: int, quantiles: tuple[float, ...]) -> Floats:
            assert values.shape[1] <= self.context
            day = np.stack([np.resize(row[-24:], horizon) for row in values])
            return np.repeat(day[:, :, None], len(quantiles), axis=2)

    monkeypatch.setattr(foundation, "load_checkpoint", lambda folder: Oracle())
    result = forecast(table(daily(ROWS)), ["A"], AHEAD, checkpoint=tmp_path, seconds=0)
    assert result["A"].scores["foundation"] == result["A"].scores["seasonal_naive"]
