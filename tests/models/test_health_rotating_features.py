"""Waveforms are read and checked, velocity is right, ISO 20816-3 zones are the published ones, orders give findings."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.models.health.rotating.features import (
    displacement_rms,
    spectral_kurtosis,
    time_features,
    velocity_rms,
    welch_spectrum,
)
from assay.models.health.rotating.machine import machine_state, refine_speed
from assay.models.health.rotating.waveform import Waveform, checked, read_waveform
from assay.models.health.rotating.zones import severity

RATE = 6_400.0
TIME = np.arange(int(3 * RATE)) / RATE
TURN = 24.7  # Hz


def shaft(**orders: float) -> Waveform:
    """Acceleration with velocity amplitudes in mm/s RMS at orders (``o0_5`` is a half), at a nominal speed 1 % off."""
    rng = np.random.default_rng(0)
    values = 0.1 * rng.standard_normal(len(TIME))
    for place, (name, size) in enumerate(orders.items()):
        omega = 2 * np.pi * TURN * float(name[1:].replace("_", "."))
        values += size * np.sqrt(2) * omega * 1e-3 * np.sin(omega * TIME + place)
    return Waveform(values, RATE, "m/s2", 60.0 * TURN * 0.99)


def test_time_features_of_a_sine_and_of_impulses() -> None:
    sine = time_features(5.0 + 2.0 * np.sin(2 * np.pi * 50.0 * TIME))
    assert (sine.rms, sine.peak, sine.crest, sine.kurtosis) == pytest.approx((2**0.5, 2.0, 2**0.5, 1.5), rel=1e-3)
    noise = np.random.default_rng(1).standard_normal(20_000)
    assert time_features(noise).kurtosis == pytest.approx(3.0, abs=0.15)
    noise[::500] += 12.0
    assert time_features(noise).kurtosis > 6.0
    with pytest.raises(InputError, match="same value"):
        time_features(np.ones(100))


def test_a_sine_has_its_amplitude_in_the_spectrum() -> None:
    hertz, size = welch_spectrum(3.0 * np.sin(2 * np.pi * 120.0 * TIME), RATE, 2.0)
    assert hertz[np.argmax(size)] == 120.0 and size.max() == pytest.approx(3.0, rel=1e-3)
    with pytest.raises(InputError, match="10"):
        welch_spectrum(TIME, RATE, 0.1)


@pytest.mark.parametrize("unit, factor", [("m/s2", 1.0), ("g", 1 / 9.80665)])
def test_velocity_and_displacement_from_acceleration(unit: str, factor: float) -> None:
    omega = 2 * np.pi * 25.0
    values = 3.0 * np.sqrt(2) * omega * 1e-3 * np.sin(omega * TIME) * factor
    one = Waveform(values + 0.5 * TIME, RATE, unit)  # a drift is not integrated
    assert velocity_rms(one) == pytest.approx(3.0, rel=0.02)
    assert displacement_rms(one) == pytest.approx(3000.0 / omega, rel=0.03)


def test_velocity_keeps_its_band() -> None:
    below, above = (np.sin(2 * np.pi * hertz * TIME) for hertz in (5.0, 1500.0))
    assert velocity_rms(Waveform(below, RATE, "mm/s")) < 0.05
    assert velocity_rms(Waveform(above, RATE, "mm/s")) < 0.01
    assert velocity_rms(Waveform(below, RATE, "mm/s"), rpm=300.0) == pytest.approx(0.5**0.5, rel=0.1)
    with pytest.raises(InputError, match="2200"):
        velocity_rms(Waveform(below, 1_000.0, "mm/s"))
    with pytest.raises(InputError, match=r"2\.5 s"):
        velocity_rms(Waveform(below[:8_000], RATE, "mm/s"), rpm=300.0)


@pytest.mark.parametrize(
    "group, support, value, zone",
    [
        (1, "rigid", 2.3, "A"),
        (1, "rigid", 2.31, "B"),
        (1, "flexible", 7.2, "C"),
        (1, "flexible", 11.1, "D"),
        (2, "rigid", 1.4, "A"),
        (2, "rigid", 4.6, "D"),
        (2, "flexible", 4.5, "B"),
        (2, "flexible", 4.6, "C"),
    ],
)
def test_zones_are_the_published_ones(group: int, support: str, value: float, zone: str) -> None:
    assert severity(value, group=group, support=support).zone == zone  # type: ignore[arg-type]


def test_displacement_can_decide_and_a_change_of_a_quarter_is_significant() -> None:
    worse = severity(1.0, group=2, support="rigid", displacement=80.0)
    assert (worse.zone, worse.decided_by, worse.limits) == ("D", "displacement", (22.0, 45.0, 71.0))
    assert severity(2.0, group=1, support="rigid", before=0.8).changed  # 1.2 > 0.25 * 4.5
    assert severity(0.8, group=1, support="rigid", before=2.0).changed
    assert not severity(2.0, group=1, support="rigid", before=1.0).changed
    for bad in ({"group": 3}, {"rpm": 60.0}):
        with pytest.raises(InputError):
            severity(1.0, **{"group": 1, "support": "rigid", **bad})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "orders, expected",
    [
        ({"o1": 3.0}, {"order_1_high"}),
        ({"o1": 1.5, "o2": 2.0}, {"order_2_high"}),
        (
            {"o1": 2.0, "o0_5": 0.6, "o1_5": 0.5, "o3": 0.9, "o4": 0.8, "o5": 0.7, "o6": 0.7},
            {"harmonics", "subharmonics"},
        ),
        ({"o1": 0.3}, set()),
    ],
)
def test_orders_of_the_shaft_give_findings(orders: dict[str, float], expected: set[str]) -> None:
    found = machine_state(shaft(**orders))
    assert {name for name, there in found.seen.items() if there} - {"order_1_high"} == expected - {"order_1_high"}
    assert found.orders[1.0] == pytest.approx(orders["o1"], rel=0.1)
    assert found.seen["order_1_high"] or "order_1_high" not in expected
    assert "axial_high" not in found.seen and "line_frequency" not in found.seen


def test_the_speed_is_refined_by_the_shafts_own_lines() -> None:
    rpm, found = refine_speed(shaft(o1=2.0, o2=1.0, o3=0.5), 60.0 * TURN * 0.99)
    assert found and rpm == pytest.approx(60.0 * TURN, rel=0.001)
    assert refine_speed(shaft(o1=2.0), 60.0 * TURN * 0.985)[0] == pytest.approx(60.0 * TURN, rel=0.002)
    noise = Waveform(np.random.default_rng(0).standard_normal(len(TIME)), RATE, "m/s2")
    assert refine_speed(noise, 1500.0) == (1500.0, False)


def test_axial_line_frequency_and_gear() -> None:
    radial = shaft(o1=2.0)
    assert machine_state(radial, axial=shaft(o1=1.5)).seen["axial_high"]
    assert not machine_state(radial, axial=shaft(o1=0.5)).seen["axial_high"]
    hum = Waveform(
        radial.values + 3.0 * 2 * np.pi * 120.0 * 1e-3 * np.sin(2 * np.pi * 120.0 * TIME), RATE, "m/s2", radial.speed
    )
    assert machine_state(hum, mains=60.0).seen["line_frequency"]
    assert not machine_state(radial, mains=60.0).seen["line_frequency"]
    assert "line_frequency" not in machine_state(Waveform(hum.values, RATE, "m/s2", 3600.0), mains=60.0).seen

    def gear(depth: float) -> Waveform:
        mesh = (1.0 + depth * np.cos(2 * np.pi * TURN * TIME) ** 3) * np.sin(2 * np.pi * 31 * TURN * TIME)
        noise = np.random.default_rng(3).standard_normal(len(TIME))
        return Waveform(mesh + 0.2 * noise, RATE, "m/s2", 60.0 * TURN)

    assert machine_state(gear(0.9), teeth=31).seen["gear_mesh"]
    assert not machine_state(gear(0.0), teeth=31).seen["gear_mesh"]
    with pytest.raises(InputError, match="sample faster"):
        machine_state(gear(0.0), teeth=200)


def test_spectral_kurtosis_points_at_the_ringing_band() -> None:
    rng = np.random.default_rng(2)
    train = np.zeros(len(TIME))
    train[::400] = 6.0
    ring = np.exp(-np.arange(80) / 12.0) * np.sin(2 * np.pi * 2000.0 * np.arange(80) / RATE)
    centres, values = spectral_kurtosis(np.convolve(train, ring)[: len(TIME)] + rng.standard_normal(len(TIME)), RATE)
    assert abs(centres[np.argmax(values)] - 2000.0) <= 500.0


def test_a_waveform_comes_from_csv_npy_and_wav(tmp_path: Path) -> None:
    values = np.round(np.sin(2 * np.pi * 50.0 * TIME[:2_000]), 6)
    rows = "\n".join(f"{t:.7f},{v:.6f}" for t, v in zip(TIME[:2_000], values, strict=True))
    (tmp_path / "a.csv").write_text(f"time,vib\n{rows}\n", encoding="utf-8")
    read = read_waveform(tmp_path / "a.csv", unit="mm/s", speed=1500.0)
    assert read.rate == pytest.approx(RATE, rel=1e-4) and read.quantity == "velocity" and read.speed == 1500.0
    assert np.allclose(read.values, values)
    (tmp_path / "b.csv").write_text("\n".join(f"{v:.6f}" for v in values), encoding="utf-8")
    assert np.allclose(read_waveform(tmp_path / "b.csv", rate=RATE).values, values)
    (tmp_path / "c.csv").write_text("x;y\n" + "\n".join(f"0;{v:.6f}" for v in values), encoding="utf-8")
    assert np.allclose(read_waveform(tmp_path / "c.csv", rate=RATE, column="y").values, values)
    np.save(tmp_path / "a.npy", values)
    assert np.array_equal(read_waveform(tmp_path / "a.npy", rate=RATE).values, values)
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(int(RATE))
        file.writeframes((values * 32_767).astype("<i2").tobytes())
    sound = read_waveform(tmp_path / "a.wav")
    assert sound.rate == RATE and np.allclose(sound.values, values, atol=1e-3)


@pytest.mark.parametrize(
    "name, content, key",
    [
        ("a.csv", "time,v\n0,1\n1,x,3\n", "file"),
        ("a.csv", "", "file"),
        ("a.csv", "1\n2\n3\n", "file_rate"),
        ("a.csv", "time,v\n" + "\n".join(f"{k + (k > 20) * 3},{k % 3}" for k in range(40)), "uneven"),
        ("a.npy", "no array", "file"),
        ("a.wav", "no sound", "file"),
        ("missing.csv", None, "file"),
    ],
)
def test_a_bad_file_is_one_sentence(tmp_path: Path, name: str, content: str | None, key: str) -> None:
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_waveform(tmp_path / name)
    assert error.value.key == f"rotating.{key}" and error.value.render("zh")


def spoiled(kind: str) -> NDArray[np.float64]:
    values = np.random.default_rng(0).standard_normal(5_000)
    if kind == "gaps_filled":
        values[[7, 8, 100]] = np.nan
    elif kind == "dropout":
        values[1000:1200] = 0.0
    elif kind == "clipped":
        values = np.clip(3.0 * np.sin(np.arange(5_000) / 20.0), -2.0, 2.0)
    else:
        values += 20.0
    return values


@pytest.mark.parametrize("kind", ["gaps_filled", "dropout", "clipped", "offset"])
def test_what_is_suspicious_is_said(kind: str) -> None:
    values, notes = checked(spoiled(kind))
    assert [note.key for note in notes] == [f"rotating.{kind}"] and np.isfinite(values).all()
    assert checked(np.random.default_rng(0).standard_normal(5_000))[1] == ()


def test_what_cannot_be_used_is_refused() -> None:
    gaps = np.ones(1000)
    gaps[::5] = np.nan
    for values in (gaps, np.full(1000, np.nan), np.ones(1000), np.ones(3)):
        with pytest.raises(InputError):
            checked(values)
    with pytest.raises(InputError, match="no unit"):
        Waveform(np.ones(100), 1000.0, "furlong")
