"""Remaining life from a fleet: learned from failures alone, honest about what it has not seen, the same when stored."""

from __future__ import annotations

import numpy as np
import pytest

from assay.kernel.errors import InputError
from assay.models.health.fleet import Fleet
from assay.models.health.intervals import Errors, row_weights
from assay.models.health.life import LifeModel, usual_cap

LIVES = [70, 90, 110, 80, 100, 120, 95, 85, 105, 75, 115, 92]


def make(lives: list[int], seed: int = 0) -> Fleet:
    """Wear that grows to the same end in every life, seen by two of three tags."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(len(lives)), lives)
    time = np.concatenate([np.arange(1.0, life + 1) for life in lives])
    left = np.concatenate([np.arange(life - 1.0, -1.0, -1.0) for life in lives])
    wear = np.exp(-left / 25.0)
    base = rng.normal(0, 0.3, len(lives))[unit]
    values = np.column_stack([500 + 10 * wear + base, 40 - 2 * wear, np.zeros(len(unit))])
    values += rng.normal(0, 1.0, values.shape) * [0.4, 0.08, 1.0]
    names = tuple(str(one + 1) for one in range(len(lives)))
    return Fleet(names, unit, time, ("T50", "PS30", "noise"), values, np.zeros(len(lives)))


@pytest.fixture(scope="module")
def model() -> LifeModel:
    return LifeModel(cap=60.0, rounds=60).fit(make(LIVES))


def fresh(left: list[int], seed: int = 9) -> Fleet:
    lives = [100, 80, 110, 95][: len(left)]
    fleet = make(lives, seed)
    return fleet.until([life - one for life, one in zip(lives, left, strict=True)])


def test_remaining_life_is_found_with_its_interval(model: LifeModel) -> None:
    found = model.predict(fresh([5, 15, 30, 59]))
    for one, left in zip(found, (5, 15, 30, 59), strict=True):
        assert one.life.low <= left <= one.life.high and one.life.low <= one.life.median <= one.life.high
        assert abs(one.life.median - left) < 16
    assert found[0].life.high - found[0].life.low < found[2].life.high - found[2].life.low
    worn = {reason.tag: reason.contribution for reason in found[0].reasons}
    assert worn["T50"] + worn["PS30"] < -5 and abs(worn["noise"]) < 3
    assert found[0].indicator[-1] < 0.3 < found[0].indicator[0]
    assert not found[0].outside and len(found[0].alike) == 3
    # Beyond the cap the distribution goes on as the fleet did, and the interval says that it is open.
    young = model.predict(make([100], 4).until([20]))[0].life
    assert young.open and young.high == 60.0 and young.quantiles.max() > 80


def test_the_same_when_stored_and_when_learned_again(model: LifeModel) -> None:
    unit = fresh([12])
    first = model.predict(unit)[0]
    for other in (LifeModel.from_parts(model.to_parts()), LifeModel(cap=60.0, rounds=60).fit(make(LIVES))):
        one = other.predict(unit)[0]
        assert one.life.score == first.life.score and one.life.low == first.life.low
        assert one.reasons == first.reasons and one.alike == first.alike
        np.testing.assert_array_equal(one.indicator, first.indicator)


def test_units_that_still_run_teach_too() -> None:
    fleet = make(LIVES)
    count = len(LIVES)
    cut = fleet.until([life if one < 8 else life - 40 for one, life in enumerate(LIVES)])
    after = np.where(np.arange(count) < 8, 0.0, np.nan)
    censored = Fleet(cut.units, cut.unit, cut.time, cut.tags, cut.values, after)
    found = LifeModel(cap=60.0, rounds=60).fit(censored).predict(fresh([15]))[0].life
    assert found.low <= 15 <= found.high and abs(found.median - 15) < 16
    with pytest.raises(InputError, match="at least 5"):
        LifeModel().fit(Fleet(cut.units, cut.unit, cut.time, cut.tags, cut.values, np.full(count, np.nan)))


def test_what_the_fleet_never_showed_is_said(model: LifeModel) -> None:
    hot = fresh([30])
    values = hot.values.copy()
    values[:, 0] += 60
    found = model.predict(Fleet(hot.units, hot.unit, hot.time, hot.tags, values, hot.after))[0]
    assert set(found.outside) == {"T50"} and found.outside["T50"] > 1
    values[:, 0] = np.nan
    assert model.predict(Fleet(hot.units, hot.unit, hot.time, hot.tags, values, hot.after))[0].empty == ("T50",)
    values[:] = np.nan
    with pytest.raises(InputError, match="no recent values"):
        model.predict(Fleet(hot.units, hot.unit, hot.time, hot.tags, values, hot.after))
    with pytest.raises(InputError, match="rows"):
        model.predict(make([100]).until([1]))
    with pytest.raises(InputError, match="PS30"):
        model.predict(hot.select(["T50"]))
    late = hot.only([0])
    late = Fleet(late.units, late.unit[40:], late.time[40:], late.tags, late.values[40:], late.after)
    assert model.predict(late)[0].late and not found.late


def test_the_cap_follows_the_fleet() -> None:
    assert usual_cap(make([200] * 3)) == 125.0 and usual_cap(make([50] * 3)) == pytest.approx(29.0)
    hours = make([200] * 3)
    hours = Fleet(hours.units, hours.unit, hours.time, hours.tags, hours.values, hours.after, "hours")
    assert usual_cap(hours) == 120.0


def test_intervals_cover_new_units_as_often_as_they_say() -> None:
    rng = np.random.default_rng(3)

    def draw(count: int) -> tuple[np.ndarray, np.ndarray]:
        y = rng.uniform(0, 150, count)
        return np.clip(np.minimum(y, 125) + rng.normal(0, 1, count) * (2 + 0.1 * np.minimum(y, 125)), 0, 125), y

    p, y = draw(4000)
    errors = Errors(p, y, row_weights(y, 125.0), 100, 125.0)
    p, y = draw(1500)
    lives = [errors.life(float(one)) for one in p]
    inside = np.array([one.low <= min(left, 125.0) <= one.high for one, left in zip(lives, y, strict=True)])
    assert 0.87 <= inside.mean() <= 0.94
    for low, high in ((0, 40), (40, 90), (90, 126)):
        assert 0.84 <= inside[(p >= low) & (p < high)].mean() <= 0.97
    few = Errors(errors.p, errors.y, errors.weight, 5, 125.0).life(60.0)
    many = errors.life(60.0)
    assert few.high - few.low > many.high - many.low
