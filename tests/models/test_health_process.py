"""Efficiencies, fouling and small parts against known truth: units, uncertainty, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from assay.kernel.errors import InputError, Refused
from assay.models.health.process.efficiency import (
    compressor_efficiency,
    fan_efficiency,
    pump_efficiency,
    turbine_efficiency,
)
from assay.models.health.process.exchanger import ARRANGEMENTS, Arrangement, Side, exchange, fouling, log_mean
from assay.models.health.process.parts import filter_loading, over_load, stiction
from assay.models.health.process.quantities import Measured
from assay.models.health.process.steady import baseline, steady, trend

Floats = NDArray[np.float64]


def test_a_pump_in_plant_units_with_its_uncertainty() -> None:
    found = pump_efficiency(
        Measured(np.array([100.0, 0.0]), "m3/h", 2.0),
        Measured(1.0, "bar"),
        Measured(11.0, "bar"),
        Measured(37.0, "kW", 0.37),
    )
    assert found.values[0] == pytest.approx(100.0 / 3600.0 * 1e6 / 37e3)
    assert found.sigma[0] / found.values[0] == pytest.approx((0.02**2 + 0.01**2) ** 0.5, rel=1e-3)
    assert np.isnan(found.values[1]) and found.mean == pytest.approx(found.values[0])


@pytest.mark.parametrize("polytropic", [True, False])
@given(ratio=st.floats(1.2, 8.0), eta=st.floats(0.4, 0.95), inlet=st.floats(-20.0, 60.0))
def test_a_compressor_gives_back_the_efficiency_it_was_made_with(
    ratio: float, eta: float, inlet: float, polytropic: bool
) -> None:
    power, start = 0.4 / 1.4, inlet + 273.15
    end = start * ratio ** (power / eta) if polytropic else start * (1.0 + (ratio**power - 1.0) / eta)
    found = compressor_efficiency(
        Measured(1.0, "bar"),
        Measured(100.0 * ratio, "kPa"),
        Measured(inlet, "Cel"),
        Measured(end, "K"),
        polytropic=polytropic,
    )
    assert found.values[0] == pytest.approx(eta, rel=1e-6)


@pytest.mark.parametrize("polytropic", [True, False])
def test_a_turbine_gives_back_its_efficiency(polytropic: bool) -> None:
    power = 0.33 / 1.33
    end = 1200.0 * 0.1 ** (power * 0.85) if polytropic else 1200.0 * (1.0 - 0.85 * (1.0 - 0.1**power))
    found = turbine_efficiency(
        Measured(10.0, "bar"),
        Measured(1.0, "bar"),
        Measured(1200.0, "K"),
        Measured(end, "K"),
        polytropic=polytropic,
    )
    assert found.values[0] == pytest.approx(0.85)
    with pytest.raises(InputError, match="fits no gas"):
        turbine_efficiency(*[Measured(1.0, "bar")] * 2, *[Measured(300.0, "K")] * 2, kappa=0.9)


def test_a_fan_is_a_pump_at_small_pressures() -> None:
    parts = [Measured(10.0, "m3/s"), Measured(101_325.0, "Pa"), Measured(102_325.0, "Pa"), Measured(15.0, "kW")]
    assert fan_efficiency(*parts).values[0] == pytest.approx(pump_efficiency(*parts).values[0], rel=0.01)
    assert fan_efficiency(*parts).values[0] < pump_efficiency(*parts).values[0]


def test_units_and_lengths_that_do_not_fit_are_refused() -> None:
    good = [Measured(1.0, "m3/h"), Measured(1.0, "bar"), Measured(2.0, "bar"), Measured(1.0, "kW")]
    for place, bad in ((0, Measured(1.0, "bar")), (1, Measured(1.0, "no unit")), (3, Measured(1.0, "kW", -1.0))):
        with pytest.raises(InputError):
            pump_efficiency(*[bad if k == place else one for k, one in enumerate(good)])
    with pytest.raises(InputError, match="rows"):
        pump_efficiency(Measured(np.ones(3), "m3/h"), Measured(np.ones(2), "bar"), *good[2:])


ROWS = 400
DAYS = np.arange(ROWS) / 2.0


def exchanger(fouled: float, arrangement: Arrangement = "counter", loss: float = 0.0) -> tuple[Side, Side, Floats]:
    """A year's rows of an exchanger whose resistance grows to ``fouled`` m2 K/kW over 50 m2, at a load that varies."""
    rng = np.random.default_rng(0)
    load = 5.0 + rng.uniform(-1.5, 1.5, ROWS)
    clean = 20e3 * (load / 5.0) ** 0.6
    ua = 1.0 / (1.0 / clean + fouled * 1e-3 / 50.0 * np.maximum(DAYS - 50.0, 0.0) / 150.0)
    hot, cold, t_hot, t_cold = load * 4.0e3, np.full(ROWS, 6.0 * 4.2e3), 90.0, 20.0
    small, ratio = np.minimum(hot, cold), np.minimum(hot, cold) / np.maximum(hot, cold)
    ntu = ua / small
    if arrangement == "counter":
        e = np.exp(-ntu * (1.0 - ratio))
        effectiveness = (1.0 - e) / (1.0 - ratio * e)
    elif arrangement == "parallel":
        effectiveness = (1.0 - np.exp(-ntu * (1.0 + ratio))) / (1.0 + ratio)
    else:
        root = np.sqrt(1.0 + ratio**2)
        e = np.exp(-ntu * root)
        effectiveness = 2.0 / (1.0 + ratio + root * (1.0 + e) / (1.0 - e))
    heat = effectiveness * small * (t_hot - t_cold)

    def noisy(values: Floats | float) -> Floats:
        return np.asarray(values + 0.1 * rng.standard_normal(ROWS))

    first = Side(
        Measured(load * 3.6, "t/h", 0.1),
        Measured(4.0, "kJ/kg/K"),
        Measured(noisy(t_hot), "Cel", 0.1),
        Measured(noisy(t_hot - heat / hot), "Cel", 0.1),
    )
    second = Side(
        Measured(6.0, "kg/s"),
        Measured(4.2, "kJ/kg/K"),
        Measured(noisy(t_cold), "Cel", 0.1),
        Measured(noisy(t_cold + (1.0 - loss) * heat / cold), "Cel", 0.1),
    )
    return first, second, load


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
def test_fouling_is_found_and_its_resistance_is_right(arrangement: Arrangement) -> None:
    hot, cold, load = exchanger(0.5, arrangement)
    seen = exchange(hot, cold, arrangement=arrangement)
    assert seen.open_share < 0.03
    truth = 20e3 * (load[:100] / 5.0) ** 0.6
    assert np.median(seen.ua.values[:100] / truth) == pytest.approx(1.0, abs=0.02)
    found = fouling(seen, load, DAYS, DAYS < 50.0, area=50.0)
    assert float(np.nanmedian(found.resistance[-40:])) == pytest.approx(0.47e-3, rel=0.15)
    assert float(np.nanmedian(found.ratio[-40:])) < 0.9
    assert found.trend is not None and found.trend.significant and found.trend.slope > 0.0


def test_a_clean_exchanger_shows_no_trend() -> None:
    hot, cold, load = exchanger(0.0)
    found = fouling(exchange(hot, cold), load, DAYS, DAYS < 50.0)
    assert found.trend is not None and not found.trend.significant
    assert float(np.nanmedian(found.ratio[-40:])) == pytest.approx(1.0, abs=0.03)


def test_the_uncertainty_of_ua_is_that_of_its_scatter() -> None:
    hot, cold, load = exchanger(0.0)
    ua = exchange(hot, cold).ua
    clean = 20e3 * (load / 5.0) ** 0.6
    assert float(np.std(ua.values - clean)) == pytest.approx(float(np.median(ua.sigma)), rel=0.4)


def test_a_balance_that_does_not_close_is_refused() -> None:
    hot, cold, _ = exchanger(0.0, loss=0.3)
    with pytest.raises(Refused, match="hot side shows"):
        exchange(hot, cold)
    assert exchange(hot, cold, closes=0.5).open_share == pytest.approx(0.35, abs=0.03)
    with pytest.raises(Refused, match="cold side shows"):
        exchange(hot, Side(Measured(9.0, "kg/s"), cold.heat_capacity, cold.t_in, exchanger(0.0)[1].t_out))
    with pytest.raises(Refused, match="at rest"):
        exchange(hot, cold, rows=np.zeros(ROWS, np.bool_))
    with pytest.raises(InputError, match="arrangement"):
        exchange(hot, cold, arrangement="diagonal")  # type: ignore[arg-type]


def test_columns_of_other_lengths_are_named() -> None:
    hot, cold, load = exchanger(0.0)
    seen = exchange(hot, cold)
    for bad in (
        lambda: exchange(hot, cold, rows=np.ones(3, np.bool_)),
        lambda: fouling(seen, load[:5], DAYS, DAYS < 50.0),
        lambda: over_load(load, load[:5], DAYS < 50.0, DAYS > 60.0),
        lambda: stiction(load, load[:5]),
        lambda: trend(DAYS, load[:5]),
    ):
        with pytest.raises(InputError, match="rows where others have"):
            bad()


def test_the_logarithmic_mean_of_equal_differences() -> None:
    first = np.array([10.0, 10.0, 20.0])
    assert log_mean(first, np.array([10.0, 10.0 + 1e-9, 10.0])) == pytest.approx([10.0, 10.0, 10.0 / np.log(2.0)])


def test_steady_state_leaves_ramps_out() -> None:
    rng = np.random.default_rng(0)
    values = np.concatenate((np.zeros(100), np.linspace(0.0, 20.0, 50), np.full(100, 20.0)))
    flags = steady(values + 0.2 * rng.standard_normal(250), window=12)
    assert flags[12:100].mean() > 0.85 and flags[110:150].mean() < 0.1 and flags[165:].mean() > 0.85
    assert steady(np.zeros(30))[11:].all() and not steady(np.full(30, np.nan)).any() and not steady(np.ones(3)).any()


def test_a_baseline_forgets_outliers_and_does_not_reach_beyond_its_loads() -> None:
    rng = np.random.default_rng(0)
    load = rng.uniform(50.0, 100.0, 200)
    figure = 3.0 + 0.1 * load + 0.05 * rng.standard_normal(200)
    figure[:10] += 5.0
    found = baseline(load, figure)
    assert found.coefficients == pytest.approx((0.1, 3.0), abs=0.1) and found.sigma == pytest.approx(0.05, rel=0.3)
    assert np.isnan(found.expected(np.array([120.0]))).all() and not np.isnan(found.expected(np.array([102.0]))).any()
    with pytest.raises(InputError, match="normal period"):
        baseline(load[:5], figure[:5])


def test_a_trend_of_noise_that_wanders_is_not_significant() -> None:
    rng = np.random.default_rng(3)
    noise = np.zeros(500)
    for k in range(1, 500):
        noise[k] = 0.95 * noise[k - 1] + rng.standard_normal()
    days = np.arange(500.0)
    assert not trend(days, noise).significant
    assert trend(days, 0.1 * days + noise).significant
    with pytest.raises(InputError):
        trend(days[:5], noise[:5])


def test_a_filter_at_another_flow_is_as_loaded_as_before() -> None:
    flow = np.array([50.0, 100.0, 150.0, 5.0])
    drop = 20.0 * (flow / 100.0) ** 1.75
    found = filter_loading(Measured(drop, "kPa"), Measured(flow, "m3/h"), 100.0 / 3600.0)
    assert found.values[:3] == pytest.approx(20e3) and np.isnan(found.values[3])


@pytest.mark.parametrize("band, sticks", [(0.0, False), (4.0, True)])
def test_a_sticking_valve(band: float, sticks: bool) -> None:
    rng = np.random.default_rng(0)
    signal = 50.0 + 10.0 * np.sin(np.arange(1200) / 30.0)
    position = np.empty(1200)
    held = position[0] = signal[0]
    for k, wanted in enumerate(signal):
        if abs(wanted - held) > band:
            held = wanted
        position[k] = held + 0.05 * rng.standard_normal()
    found = stiction(signal, position)
    assert found.sticks is sticks and found.reversals >= 10
    if sticks:
        assert band <= found.band <= 2.0 * band and found.jump == pytest.approx(band, abs=1.0)
    with pytest.raises(InputError, match="turned only"):
        stiction(np.linspace(0.0, 50.0, 100), np.linspace(0.0, 50.0, 100))


def test_current_over_load() -> None:
    rng = np.random.default_rng(0)
    load = rng.uniform(20.0, 100.0, 400)
    current = 10.0 + 0.05 * load + 0.002 * load**2 + 0.1 * rng.standard_normal(400)
    normal, late = np.arange(400) < 200, np.arange(400) >= 300
    assert not over_load(current, load, normal, late).high
    worn = np.where(late, 1.08 * current, current)
    found = over_load(worn, load, normal, late)
    assert found.high and found.level == pytest.approx(0.08, abs=0.01) and not found.low
    with pytest.raises(InputError, match="in question"):
        over_load(worn, load + 1000.0 * late, normal, late)
