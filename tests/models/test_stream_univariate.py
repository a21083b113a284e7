"""One series, row by row."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.models.detect.stream import OnlineUnivariate
from assay.models.detect.stream.likelihood import Likelihood
from assay.models.detect.stream.ordered import Ordered
from assay.models.detect.stream.recent import Recent
from assay.models.detect.stream.seasons import nearest_day

Floats = NDArray[np.float64]

STEP = 1800.0


def _series(rows: int = 700, seed: int = 0) -> tuple[Floats, Floats]:
    """A daily load with noise, half an hour a row."""
    times = 1.6e9 + STEP * np.arange(rows)
    rng = np.random.default_rng(seed)
    return times, 10.0 * np.sin(2 * np.pi * times / 86_400.0) + rng.normal(size=rows)


def test_a_spike_is_an_alarm_and_ordinary_days_are_not() -> None:
    times, values = _series()
    values[600] += 40.0
    scores = OnlineUnivariate().update_many(times, values)
    assert scores[600] >= 2.8
    assert (scores[200:600] >= 2.8).sum() <= 2


def test_a_lost_peak_is_seen_by_the_day_although_its_values_are_usual() -> None:
    times, values = _series(1000)
    usual = OnlineUnivariate(threshold=99.0).update_many(times, values)
    peak = np.flatnonzero(np.sin(2 * np.pi * times / 86_400.0) > 0.5)
    lost = peak[(peak > 900) & (peak < 935)]
    values[lost] -= 10.0
    scores = OnlineUnivariate(threshold=99.0).update_many(times, values)
    assert scores[lost].max() > usual[300:].max()


def test_a_new_level_is_told_soon_and_becomes_usual() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(size=1500)
    values[700:] += 12.0
    scores = OnlineUnivariate().update_many(1e9 + 60.0 * np.arange(1500), values)
    alarms = np.flatnonzero(scores >= 2.8)
    after = alarms[alarms >= 700]
    assert after[0] <= 702 and len(after) <= 4


def test_an_alarm_is_told_once_until_it_grows() -> None:
    rng = np.random.default_rng(4)
    values = rng.normal(size=600)
    values[500:506] = [30.0, 30.0, 30.0, 30.0, 300.0, 300.0]
    times = 1e9 + 60.0 * np.arange(600)
    scores = OnlineUnivariate().update_many(times, values)
    plain = OnlineUnivariate(rest=0).update_many(times, values)
    assert (plain[500:506] >= 2.8).all()
    assert scores[500] >= 2.8 and (scores[501:506] == 0.0).any()
    told = scores[scores >= 2.8]
    assert (scores[500:600] >= 2.8).sum() < (plain[500:600] >= 2.8).sum()
    assert len(told) < 8


def test_missing_and_late_values_change_nothing() -> None:
    times, values = _series(300)
    clean = OnlineUnivariate().update_many(times, values)
    series, found = OnlineUnivariate(), []
    for row, (time, value) in enumerate(zip(times, values, strict=True)):
        assert series.update(time, float("nan")) == 0.0 and series.update(time, float("inf")) == 0.0
        found.append(series.update(time, value))
        if row % 50 == 49:
            assert series.update(time, 99.0) == 0.0 and series.update(time - STEP, 99.0) == 0.0
    assert series.ignored == 12
    np.testing.assert_array_equal(found, clean)


def test_a_constant_series_is_silent_until_it_moves() -> None:
    times = 1e9 + 60.0 * np.arange(400)
    scores = OnlineUnivariate().update_many(times, np.where(np.arange(400) == 350, 1e-3, 0.0))
    assert (scores[:350] < 2.8).all() and scores[350] > 5.0


def test_scale_and_unit_do_not_matter() -> None:
    times, values = _series(400)
    plain = OnlineUnivariate().update_many(times, values)
    np.testing.assert_allclose(OnlineUnivariate().update_many(times, 1e6 * values), plain, atol=1e-3)


def test_a_series_put_together_again_goes_on() -> None:
    times, values = _series(500)
    series = OnlineUnivariate(rest=20)
    fresh = OnlineUnivariate.from_parts(OnlineUnivariate(rest=20).to_parts())
    np.testing.assert_array_equal(
        series.update_many(times[:300], values[:300]), fresh.update_many(times[:300], values[:300])
    )
    again = OnlineUnivariate.from_parts(series.to_parts())
    np.testing.assert_array_equal(
        again.update_many(times[300:], values[300:]), series.update_many(times[300:], values[300:])
    )
    assert again.rest == 20


def test_unfit_settings_and_parts_are_one_sentence() -> None:
    with pytest.raises(InputError, match="threshold"):
        OnlineUnivariate(threshold=0.0)
    from assay.models.library.parts import Parts

    with pytest.raises(InputError, match="no stream of this version"):
        OnlineUnivariate.from_parts(Parts(about={"format": "other"}))


def test_noise_is_as_unlikely_as_the_likelihood_says() -> None:
    rng = np.random.default_rng(5)
    likelihood = Likelihood()
    surprises = np.array([likelihood.update(value) for value in np.log(rng.exponential(size=6000))])[1000:]
    assert 0.06 < (surprises >= 1.0).mean() < 0.14
    assert 0.003 < (surprises >= 2.0).mean() < 0.02


@settings(deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.integers(1, 20))
def test_ordered_keeps_the_last_values(values: list[float], capacity: int) -> None:
    ordered = Ordered(capacity)
    for value in values:
        ordered.push(value)
    last = values[-capacity:]
    assert list(ordered.sizes) == sorted(last) and ordered.in_time().tolist() == last
    assert ordered.quantile(0.0) == min(last) and ordered.quantile(1.0) == max(last)
    assert ordered.at_least(last[0]) == sum(one >= last[0] for one in last)
    assert ordered.top_mean(1) == max(last)
    again = Ordered(capacity, ordered.in_time())
    again.push(0.5)
    assert again.in_time().tolist() == [*last, 0.5][-capacity:]


def test_recent_keeps_the_last_rows() -> None:
    recent = Recent(5)
    for row in range(23):
        recent.push(float(row), -float(row))
        assert recent.times.tolist() == [float(one) for one in range(max(0, row - 4), row + 1)]
    assert recent.values.tolist() == [-18.0, -19.0, -20.0, -21.0, -22.0]


def test_the_nearest_day_is_found_also_when_it_comes_early() -> None:
    recent = Recent(1000)
    for row in range(48 * 4):
        hour = (row / 2.0 + (0.5 if row >= 48 * 3 else 0.0)) % 24.0
        recent.push(row * STEP, 5.0 if 8.0 <= hour < 16.0 else 0.0)
    assert nearest_day(recent) == 0.0
    recent.push(48 * 4 * STEP, 100.0)
    found = nearest_day(recent)
    assert found is not None and found > 5.0
