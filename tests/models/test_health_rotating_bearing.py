"""The damaged element is named from physics alone, and bad records are refused in one sentence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from benchmarks.bearing_signals import Bearing, Setting, draw

from assay.kernel.errors import InputError
from assay.models.health.rotating.bearing import ELEMENTS, diagnose_bearing
from assay.models.health.rotating.combs import free_comb, patterns, scales, search
from assay.models.health.rotating.envelope import Band, bands, demodulate, order_spectrum, spectrum_of
from assay.models.health.rotating.geometry import BearingGeometry, Orders
from assay.models.health.rotating.speed import track_from_pulses, turns_at

SKF_6205 = BearingGeometry(9, 7.94, 39.04)
CLEAR = Setting(records=1, seconds=(2.0, 2.5), ratio_db=(-3.0, 3.0), speed=(1200.0, 3000.0))


def bearing(element: str, seed: int, setting: Setting = CLEAR) -> Bearing:
    return draw(element, np.random.default_rng(seed), setting)


def test_the_orders_of_a_published_bearing() -> None:
    """6205-2RS at the drive end of the CWRU rig, as its page publishes them."""
    orders = SKF_6205.orders()
    assert (orders.inner, orders.outer, orders.cage) == pytest.approx((5.4152, 3.5848, 0.39828), abs=5e-4)
    assert 2 * orders.ball == pytest.approx(4.7135, abs=5e-4)


@pytest.mark.parametrize("balls, ball, pitch, angle", [(2, 8, 39, 0), (9, 40, 39, 0), (9, 8, 39, 90), (9, -1, 39, 0)])
def test_figures_that_fit_no_bearing_are_refused(balls: int, ball: float, pitch: float, angle: float) -> None:
    with pytest.raises(InputError) as error:
        BearingGeometry(balls, ball, pitch, angle)
    assert error.value.key == "rotating.geometry"
    with pytest.raises(InputError, match="do not fit"):
        BearingGeometry(40, 8.0, 39.0)


@pytest.mark.parametrize("element", ELEMENTS)
def test_each_element_is_named(element: str) -> None:
    one = bearing(element, 0)
    found = diagnose_bearing(one.records, one.rate, one.speed, one.geometry)
    assert found.element == element
    assert sum(found.probabilities.values()) == pytest.approx(1.0)
    assert max(found.probabilities, key=lambda name: found.probabilities[name]) == element
    if element != "healthy":
        seen = found.evidence[element]
        assert seen.found and abs(seen.slip) <= 0.03
        assert sum(line.ratio > 2.0 for line in seen.lines if not line.sideband) >= 2


def test_records_of_one_bearing_add_up_and_the_answer_repeats() -> None:
    one = bearing("outer", 12, replace(CLEAR, records=2, ratio_db=(-9.0, -9.0)))
    both = diagnose_bearing(one.records, one.rate, [one.speed, one.speed], one.geometry)
    single = diagnose_bearing(one.records[:1], one.rate, one.speed, one.geometry)
    assert both.element == "outer" and both.records == 2
    assert both.evidence["outer"].score > single.evidence["outer"].score
    assert diagnose_bearing(one.records, one.rate, one.speed, one.geometry) == both


def test_orders_from_a_catalogue_do_as_well_as_geometry_and_the_scale_of_the_signal_is_free() -> None:
    one = bearing("inner", 0)
    orders = one.geometry.orders()
    given = Orders(orders.outer, orders.inner, orders.ball, orders.cage)
    found = diagnose_bearing([1e-3 * one.records[0] + 7.0], one.rate, one.speed, given)
    assert found.element == diagnose_bearing(one.records, one.rate, one.speed, one.geometry).element == "inner"


def test_a_track_of_a_falling_speed_is_followed() -> None:
    rate, rng = 12_800.0, np.random.default_rng(2)
    track = np.linspace(1800.0, 1350.0, 50)
    turns = turns_at(track, int(3 * rate), rate)
    hits = np.diff(np.floor(turns * SKF_6205.orders().outer * 0.99), prepend=0.0) > 0
    ring = np.exp(-np.arange(200) / 25.0) * np.sin(2 * np.pi * 3200.0 * np.arange(200) / rate)
    record = np.convolve(hits, ring)[: len(turns)] + 0.4 * rng.standard_normal(len(turns))
    assert diagnose_bearing([record], rate, track, SKF_6205).element == "outer"
    assert diagnose_bearing([record], rate, 1575.0, SKF_6205).evidence["outer"].score < 20.0


def test_a_strangers_periodic_impacts_are_no_damage() -> None:
    rate, rng = 12_800.0, np.random.default_rng(4)
    orders = SKF_6205.orders()
    turns = turns_at(1500.0, int(3 * rate), rate)
    hits = np.diff(np.floor(turns * orders.outer * 0.75), prepend=0.0) > 0  # every fourth harmonic is one of BPFO
    ring = np.exp(-np.arange(200) / 25.0) * np.sin(2 * np.pi * 3200.0 * np.arange(200) / rate)
    record = np.convolve(hits, ring)[: len(turns)] + 0.2 * rng.standard_normal(len(turns))
    found = diagnose_bearing([record], rate, 1500.0, SKF_6205)
    assert found.element == "healthy" and found.probabilities["healthy"] >= max(found.probabilities.values())


def test_a_source_at_twice_an_elements_order_is_no_damage() -> None:
    one = bearing("healthy", 12)  # its neighbour hits at 5.3 times the shaft's speed, twice BPFO within the slip
    assert 2 * one.geometry.orders().outer == pytest.approx(5.3, rel=0.05)
    assert diagnose_bearing(one.records, one.rate, one.speed, one.geometry).element == "healthy"


@pytest.mark.parametrize(
    "change, key",
    [
        ({"signals": []}, "no_records"),
        ({"signals": [np.zeros(20_000)]}, "record_constant"),
        ({"signals": [np.full(20_000, np.nan)]}, "record"),
        ({"signals": [np.zeros((5, 5))]}, "record"),
        ({"signals": [np.random.default_rng(0).standard_normal(2_000)]}, "short"),
        ({"rate": 1_000.0}, "slow_rate"),
        ({"rate": 0.0}, "rate"),
        ({"speed": 0.0}, "speed"),
        ({"speed": [1500.0, 1500.0]}, "speeds"),
    ],
)
def test_bad_input_is_one_sentence(change: dict[str, object], key: str) -> None:
    given: dict[str, object] = {
        "signals": [np.random.default_rng(0).standard_normal(20_000)],
        "rate": 12_000.0,
        "speed": 1500.0,
        "geometry": SKF_6205,
    }
    with pytest.raises(InputError) as error:
        diagnose_bearing(**{**given, **change})  # type: ignore[arg-type]
    assert error.value.key == f"rotating.{key}"
    assert error.value.render("zh") != error.value.render("en")


def test_a_few_turns_are_said() -> None:
    record = np.random.default_rng(0).standard_normal(12_000)
    found = diagnose_bearing([record], 12_000.0, 1500.0, SKF_6205)
    assert found.element == "healthy" and [note.key for note in found.notes] == ["rotating.few_turns"]
    assert "25" in found.notes[0].render("zh")


def test_an_envelope_is_that_of_its_band() -> None:
    rate = 10_000.0
    time = np.arange(20_000) / rate
    wanted = 1.0 + 0.5 * np.cos(2 * np.pi * 30.0 * time)
    values = wanted * np.sin(2 * np.pi * 3000.0 * time) + 2.0 * np.sin(2 * np.pi * 800.0 * time)
    envelope, own = demodulate(spectrum_of(values), len(values), rate, Band(2500.0, 3500.0))
    inner = slice(100, -100)
    expected = 1.0 + 0.5 * np.cos(2 * np.pi * 30.0 * np.arange(len(envelope)) / own)
    assert np.corrcoef(envelope[inner], expected[inner])[0, 1] > 0.99
    assert all(band.high - band.low >= 600.0 for band in bands(rate, 600.0, 500.0))


def test_noise_stands_at_its_floor_and_a_line_above() -> None:
    rng = np.random.default_rng(1)
    turns = np.arange(60_000) / 300.0
    noise = order_spectrum(rng.standard_normal(60_000), turns, 40.0, 20.0)
    assert float(noise.ratio[20:].mean()) == pytest.approx(1.0, abs=0.1)
    line = order_spectrum(rng.standard_normal(60_000) + np.cos(2 * np.pi * 7.3 * turns), turns, 40.0, 20.0)
    assert int(np.argmax(line.ratio)) * line.step == pytest.approx(7.3, abs=0.02)
    score, order = free_comb([(np.minimum(line.evidence(), 10.0), line.step)])
    assert score >= 10.0 and (7.3 / order) == pytest.approx(round(7.3 / order), abs=0.05)


def test_the_search_tells_where_and_how_far_above_chance() -> None:
    scale = scales()
    score = 3.0 + 20.0 * np.exp(-((np.log(scale / 0.99) / 0.003) ** 2))
    found = search(score, scale)
    assert found.scale == pytest.approx(0.99, abs=0.001) and found.net == pytest.approx(20.0, abs=0.6)
    assert set(patterns(SKF_6205.orders())) == {"outer", "inner", "ball", "cage"}


def test_pulses_of_a_tachometer_give_the_track() -> None:
    times = np.arange(0.01, 4.0, 0.02)
    assert track_from_pulses(times, 40_000, 10_000.0, pulses=2) == pytest.approx(1500.0)
    with pytest.raises(InputError):
        track_from_pulses(np.array([0.1, 0.1, 0.2]), 40_000, 10_000.0)
