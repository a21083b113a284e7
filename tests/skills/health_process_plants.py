"""Synthetic machines whose true wear is known, as histories: what the tests and the guide's commands read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assay.plant.files import write_csv
from assay.plant.series import Frame

Floats = NDArray[np.float64]
START = np.datetime64("2026-01-01T00:00:00", "ns")
DAYS, FRESH = 180, 60  # days of record, and days without wear


def hours(step: int = 3) -> Floats:
    """Days since the start, a row each ``step`` hours."""
    return np.arange(DAYS * 24 // step) * step / 24.0


def worn(days: Floats, rate: float) -> Floats:
    """1 until ``FRESH``, then falling by ``rate`` a day."""
    return 1.0 - rate * np.maximum(0.0, days - FRESH)


def loads(days: Floats, rng: np.random.Generator, usual: float, spread: float = 0.1) -> Floats:
    """A load that is held for three days each."""
    held = usual * (1.0 + spread * rng.uniform(-1.0, 1.0, len(days) // 24 + 1))
    return np.repeat(held, 24)[: len(days)]


def save(path: Path, days: Floats, columns: Mapping[str, Floats]) -> Path:
    """As a CSV with a time column."""
    times = START + np.round(days * 86_400).astype(np.int64) * np.timedelta64(1, "s").astype("timedelta64[ns]")
    write_csv(Frame(times, tuple(columns), np.column_stack(list(columns.values()))), path)
    return path


def noisy(rng: np.random.Generator, values: Floats, share: float = 0.003) -> Floats:
    """With a noise that is a share of the usual value."""
    return values + share * float(np.abs(values).mean()) * rng.standard_normal(len(values))


def pump(rate: float = 0.0006, seed: int = 1) -> tuple[Floats, dict[str, Floats]]:
    """Flow in m3/h, pressures in bar, power in kW. Efficiency 0.75 at 200 m3/h, and less away from it; the head loses
    ``rate`` of itself a day, and with it the efficiency: the shaft power stays."""
    rng = np.random.default_rng(seed)
    days = hours()
    flow = loads(days, rng, 200.0)
    clean = 0.75 - 0.15 * ((flow - 200.0) / 100.0) ** 2
    rise = 9.0 - 2.0 * (flow / 200.0) ** 2  # bar, when new
    power = flow / 3600.0 * rise * 1e5 / clean / 1e3
    suction = np.full(len(days), 1.5)
    columns = {"FI1": flow, "PI1": suction, "PI2": suction + rise * worn(days, rate), "JI1": power}
    return days, {name: noisy(rng, one) for name, one in columns.items()}


def fan(rate: float = 0.0006) -> tuple[Floats, dict[str, Floats]]:
    """Flow in m3/h, gauge pressures in Pa, power in kW; efficiency 0.7, the head loses ``rate`` a day."""
    rng = np.random.default_rng(2)
    days = hours()
    flow = loads(days, rng, 36_000.0)
    rise = 2500.0 - 600.0 * (flow / 36_000.0) ** 2
    power = flow / 3600.0 * rise / 0.7 / 1e3
    columns = {"FI2": flow, "PI3": np.full(len(days), -200.0), "PI4": -200.0 + rise * worn(days, rate), "JI2": power}
    return days, {name: noisy(rng, one) for name, one in columns.items()}


def compressor(rate: float = 0.0005, expands: bool = False) -> tuple[Floats, dict[str, Floats]]:
    """Absolute pressures in kPa and bar, temperatures in degC. Polytropic efficiency 0.8 (a turbine: isentropic 0.85),
    falling by ``rate`` of itself a day."""
    rng = np.random.default_rng(3)
    days = hours()
    ratio = loads(days, rng, 3.0)
    if expands:
        p_in, p_out = 300.0 * ratio / 3.0, np.full(len(days), 100.0)
        hot = np.full(len(days), 873.15)
        fall = 1.0 - (p_out / p_in) ** (0.33 / 1.33)
        t_out = hot * (1.0 - 0.85 * worn(days, rate) * fall)
        columns = {"PI5": p_in, "PI6": p_out / 100.0, "TI5": hot - 273.15, "TI6": t_out - 273.15}
    else:
        t_out = 293.15 * ratio ** (0.4 / 1.4 / (0.8 * worn(days, rate)))
        columns = {"PI5": np.full(len(days), 100.0), "PI6": ratio, "TI5": np.full(len(days), 20.0)}
        columns["TI6"] = t_out - 273.15
    noise = {"PI5": 0.2, "PI6": 0.004, "TI5": 0.1, "TI6": 0.15}
    return days, {one: value + noise[one] * rng.standard_normal(len(days)) for one, value in columns.items()}


def sieve(rate: float = 0.004) -> tuple[Floats, dict[str, Floats]]:
    """A filter: drop in kPa, 20 when clean at 50 m3/h, growing by ``rate`` of that a day; it bends with the flow."""
    rng = np.random.default_rng(4)
    days = hours()
    flow = loads(days, rng, 50.0, 0.2)
    drop = 20.0 * (flow / 50.0) ** 1.75 * (1.0 + rate * np.maximum(0.0, days - FRESH))
    return days, {"DPI1": noisy(rng, drop, 0.01), "FI3": noisy(rng, flow)}


def valve(first: float = 0.5, grows: float = 0.02, days_long: int = 180) -> tuple[Floats, dict[str, Floats]]:
    """A valve whose stick band grows by ``grows`` per cent of span a day; signal a triangle of two hours, a row each
    two minutes for a quarter of a day each third day."""
    rng = np.random.default_rng(5)
    parts = [day + np.arange(180) / 720.0 for day in range(0, days_long, 3)]
    days = np.concatenate(parts)
    signal = 50.0 + 10.0 * (2.0 / np.pi) * np.arcsin(np.sin(2.0 * np.pi * 12.0 * days))
    position = np.empty(len(days))
    position[0] = signal[0]
    for k in range(1, len(days)):
        band, moved = first + grows * days[k], signal[k] - position[k - 1]
        # It follows on one side of its band: play of a whole band.
        position[k] = position[k - 1] + np.sign(moved) * max(0.0, abs(moved) - band / 2.0)
    return days, {"OP1": signal, "ZI1": position + 0.02 * rng.standard_normal(len(days))}
