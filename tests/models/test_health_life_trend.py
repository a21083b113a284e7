"""One machine without a fleet: its indicator, the trend of it to a limit, and the date that costs least."""

from __future__ import annotations

import math

import numpy as np
import pytest

from assay.kernel.errors import InputError
from assay.models.health.indicator import deviation
from assay.models.health.replacement import Costs, best_time, parse_costs, sensitivity
from assay.models.health.trend import passage
from assay.models.health.weibull import Weibull


def rising(seed: int, kind: str = "line", noise: float = 0.05) -> tuple[np.ndarray, np.ndarray]:
    """Level for 120 days, then rising by 0.004 a day."""
    t = np.arange(900.0)
    rise = np.maximum(0.0, t - 120.0)
    level = {"line": 1 + 0.004 * rise, "growing": 1 + 0.1 * np.expm1(rise / 90.0), "none": np.ones(len(t))}[kind]
    return t, level + np.random.default_rng(seed).normal(0, noise, len(t))


def test_a_line_reaches_its_limit_when_it_says() -> None:
    inside = 0
    for seed in range(10):
        t, y = rising(seed)
        found = passage(t[:300], y[:300], 2.72)  # 720 sound rows of 0.004 would be day 550
        assert found.low <= found.median <= found.high and not found.passed
        assert abs(found.slope - 0.004) < 0.001 and abs(found.since - 120) < 40
        inside += found.low <= 550 - 299 <= found.high
    assert inside >= 8
    t, y = rising(0)
    down = passage(t[:300], -y[:300], -2.72, rising=False)
    assert down.median == passage(t[:300], y[:300], 2.72).median and down.level < -1


def test_growth_is_not_taken_for_a_line() -> None:
    # 0.1 exp(rise / 90) reaches 3 at day 120 + 90 ln 21 = 394.
    inside, kinds = 0, set()
    for seed in range(10):
        t, y = rising(seed, "growing")
        found = passage(t[:340], y[:340], 3.0)
        kinds.add(found.kind)
        inside += found.low <= 394 - 339 <= found.high
    assert inside >= 8 and "exponential" in kinds


def test_no_trend_gives_no_date() -> None:
    none = [passage(*(column[:300] for column in rising(seed, "none")), 2.0) for seed in range(20)]
    assert sum(one.kind == "none" and not len(one.lives) and math.isnan(one.median) for one in none) >= 19


def test_a_limit_that_is_passed_leaves_nothing() -> None:
    t, y = rising(1)
    found = passage(t, y, 2.0)
    assert found.passed and found.median == 0.0 and found.high == 0.0


def test_the_interval_is_tried_on_the_machines_own_past() -> None:
    found = passage(*(column[:500] for column in rising(2)), 3.5)
    assert found.tested >= 3 and found.inside <= found.tested and found.widened >= 1.0


def test_wrong_records_are_one_sentence() -> None:
    t, y = rising(0)
    for time, value in ((t[:5], y[:5]), (t, np.full(len(t), np.nan))):
        with pytest.raises(InputError, match="usable rows"):
            passage(time, value, 2.0)
    with pytest.raises(InputError, match="finite"):
        passage(t, y, math.nan)
    with pytest.raises(InputError, match="usable"):
        deviation(t, np.full((len(t), 2), 3.0), ("a", "b"))


def test_the_indicator_names_the_tag_that_left_its_normal() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(0, 1, (2000, 3)) + np.array([100.0, 5.0, 0.0])
    values[1200:, 1] += np.linspace(0, 8, 800)
    values[50, 0] = 1e9
    values[::7, 2] = np.nan
    found = deviation(np.arange(2000.0), values, ("T", "VIB", "P"))
    assert found.tags[int(found.share.argmax())] == "VIB" and found.share.max() > 0.9
    assert np.nanmax(found.value[:150]) < 1.6 and found.value[-1] > 2 and found.normal[1] == pytest.approx(600, abs=5)


def test_the_cheapest_date_is_the_textbook_one() -> None:
    # Weibull shape 2, scale 1, failure 5 times planned: t* solves h(t) int R - F = 1 / 4 (Barlow and Proschan).
    lives = np.sqrt(-np.log1p(-(np.arange(20000) + 0.5) / 20000))
    found = best_time(lives, Costs(5.0, 1.0))
    grid = np.linspace(0, 3, 30001)
    served = np.concatenate([[0], np.cumsum(0.5 * (np.exp(-(grid[1:] ** 2)) + np.exp(-(grid[:-1] ** 2))) * 1e-4)])
    root = grid[np.argmax(2 * grid * served - (1 - np.exp(-(grid**2))) >= 0.25)]
    assert found.wait == pytest.approx(root, abs=0.03)
    assert found.rate < found.rate_failure and found.rate_now is None and 0 < found.risk < 0.5
    waits = sensitivity(lives, Costs(5.0, 1.0))
    assert waits["half"] is not None and waits["double"] is not None
    assert waits["double"] < found.wait < waits["half"]


def test_running_to_failure_is_said_when_it_costs_less() -> None:
    lives = -np.log1p(-(np.arange(1000) + 0.5) / 1000)  # no ageing: acting early gains nothing
    found = best_time(lives, Costs(5.0, 1.0))
    assert found.wait is None and found.rate == found.rate_failure
    assert best_time(np.linspace(90, 110, 200), Costs(1.0, 1.0)).wait is None
    assert best_time(np.linspace(0.5, 3.0, 200), Costs(1000.0, 1.0), age=100.0).wait == pytest.approx(0.48, abs=0.05)
    running = best_time(np.linspace(50, 150, 200), Costs(5.0, 1.0, 10.0), age=100.0)
    assert running.wait == 0.0


@pytest.mark.parametrize(
    "written",
    ["", "failure=1", "failure=1,planned=x", "failure=-1,planned=1", "failure=0,planned=1", "failure=1,planned=1,tea=2",
     "failure=1,planned=1,per_day=-1", "failure=nan,planned=1", "failure=1,planned=1,failure=2"],
)  # fmt: skip
def test_wrong_costs_are_refused(written: str) -> None:
    with pytest.raises(InputError):
        parse_costs(written, "d")


def test_costs_fit_the_clock() -> None:
    assert parse_costs("failure=10, planned=2,per_day=24", "h") == Costs(10.0, 2.0, 1.0)
    assert parse_costs("planned=2,failure=10,per_cycle=3", "cycles").running == 3.0
    with pytest.raises(InputError, match="per_cycle"):
        parse_costs("failure=10,planned=2,per_day=24", "cycles")


def test_ages_alone_give_a_life_and_an_age_to_replace_at() -> None:
    rng = np.random.default_rng(5)
    ages = 1000 * rng.weibull(3.0, 60)
    failed = ages < 1200
    found = Weibull.fit(np.minimum(ages, 1200), failed)
    assert found.shape_low < 3.0 < found.shape_high and found.scale == pytest.approx(1000, rel=0.1)
    assert found.running == int((~failed).sum())
    young, old = found.life(0.0), found.life(900.0)
    assert young.low < young.median < young.high and old.median < young.median
    assert found.replacement(Costs(10.0, 1.0)).wait == pytest.approx(400, rel=0.25)
    assert Weibull.fit(1000 * rng.weibull(0.7, 80), np.ones(80, bool)).replacement(Costs(10.0, 1.0)).wait is None
    for wrong, state in (([1.0, 2.0], [True, True]), ([5.0] * 5, [True] * 5), ([0.0, 1, 2, 3], [True] * 4)):
        with pytest.raises(InputError):
            Weibull.fit(np.array(wrong), np.array(state))
