"""Fouling of heat exchangers by heat balance.

Heat given and taken come from flows, heat capacities and temperatures; UA from the logarithmic mean temperature
difference (counter- or parallel flow) or, for one shell and two tube passes, from effectiveness and NTU (Kays and
London, Compact Heat Exchangers; VDI Heat Atlas, C1). The two heats must agree: where they differ by more than a
stated share the balance does not close, and nothing is said about fouling.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError, Refused
from assay.models.health.process.quantities import Measured, Result, evaluate
from assay.models.health.process.steady import Baseline, Trend, aligned, baseline, trend

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Arrangement = Literal["counter", "parallel", "shell_1_2"]
ARRANGEMENTS: tuple[Arrangement, ...] = ("counter", "parallel", "shell_1_2")

CLOSES = 0.10  # of the mean heat: a larger median difference is refused


@dataclass(frozen=True, slots=True)
class Side:
    """One stream: mass flow, heat capacity, temperatures in and out."""

    flow: Measured
    heat_capacity: Measured
    t_in: Measured
    t_out: Measured


@dataclass(frozen=True, slots=True)
class Exchange:
    """Heat of either side (W), ``closure`` (n,) their difference over their mean, and ``ua`` in W/K.

    ``open_share``: the median of |closure| over the rows used; ``used`` (n,) rows that close within the limit.
    """

    hot: Result
    cold: Result
    ua: Result
    closure: Floats
    open_share: float
    used: Flags


def exchange(
    hot: Side, cold: Side, *, arrangement: Arrangement = "counter", closes: float = CLOSES, rows: Flags | None = None
) -> Exchange:
    """UA row by row. rows: (n,) those at rest (``steady``); others are not used.

    Refused when hot and cold heat differ by more than ``closes`` of their mean in the median row: then a flow or a
    temperature is wrong, or heat is lost, and UA would only show that.
    """
    if arrangement not in ARRANGEMENTS:
        raise InputError("process_health.arrangement", name=arrangement, known=", ".join(ARRANGEMENTS))
    given, taken = _heat(hot, 1.0), _heat(cold, -1.0)
    mean = (given.values + taken.values) / 2.0
    with np.errstate(divide="ignore", invalid="ignore"):
        closure = np.where(mean > 0.0, (given.values - taken.values) / mean, np.nan)
    if rows is not None:
        aligned(len(closure), rows=rows)
    wanted = np.isfinite(closure) if rows is None else np.isfinite(closure) & rows
    if not wanted.any():
        raise Refused("process_health.no_rows")
    open_share = float(np.median(np.abs(closure[wanted])))
    if open_share > closes:
        key = "balance_hot" if float(np.median(closure[wanted])) > 0.0 else "balance_cold"
        raise Refused(f"process_health.{key}", percent=f"{100 * open_share:.0f}", limit=f"{100 * closes:.0f}")
    used = wanted & (np.abs(closure) <= 2.0 * closes)
    return Exchange(given, taken, _ua(hot, cold, arrangement), closure, open_share, used)


def _heat(side: Side, sign: float) -> Result:
    def formula(flow: Floats, cp: Floats, t_in: Floats, t_out: Floats) -> Floats:
        return np.where(flow > 0.0, sign * flow * cp * (t_in - t_out), np.nan)

    return evaluate(formula, _inputs(side, ""), "W")


def _inputs(side: Side, prefix: str) -> dict[str, tuple[Measured, str]]:
    return {
        f"{prefix}flow": (side.flow, "mass_flow"),
        f"{prefix}heat_capacity": (side.heat_capacity, "heat_capacity"),
        f"{prefix}t_in": (side.t_in, "temperature"),
        f"{prefix}t_out": (side.t_out, "temperature"),
    }


def _ua(hot: Side, cold: Side, arrangement: Arrangement) -> Result:
    """UA in W/K from the mean of both heats."""

    def formula(*given: Floats) -> Floats:
        m1, c1, h_in, h_out, m2, c2, c_in, c_out = given
        heat = (m1 * c1 * (h_in - h_out) + m2 * c2 * (c_out - c_in)) / 2.0
        fine = (heat > 0.0) & (m1 > 0.0) & (m2 > 0.0)
        if arrangement == "shell_1_2":
            return np.where(fine, _ua_shell(heat, m1 * c1, m2 * c2, h_in - c_in), np.nan)
        if arrangement == "counter":
            first, second = h_in - c_out, h_out - c_in
        else:
            first, second = h_in - c_in, h_out - c_out
        return np.where(fine & (first > 0.0) & (second > 0.0), heat / log_mean(first, second), np.nan)

    return evaluate(formula, {**_inputs(hot, "hot_"), **_inputs(cold, "cold_")}, "W/K")


def log_mean(first: Floats, second: Floats) -> Floats:
    """The logarithmic mean of two temperature differences; their mean where they are nearly equal."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = first / second
        mean = (first - second) / np.log(ratio)
    return np.where(np.abs(ratio - 1.0) < 1e-4, (first + second) / 2.0, mean)


def _ua_shell(heat: Floats, hot: Floats, cold: Floats, largest: Floats) -> Floats:
    """One shell pass, two tube passes: NTU from effectiveness in closed form; NaN where no size could do it."""
    small, ratio = np.minimum(hot, cold), np.minimum(hot, cold) / np.maximum(hot, cold)
    effectiveness = heat / (small * largest)
    root = np.sqrt(1.0 + ratio**2)
    e = (2.0 / effectiveness - (1.0 + ratio)) / root
    possible = (effectiveness > 0.0) & (e > 1.0)
    return np.where(possible, small * np.log((e + 1.0) / (e - 1.0)) / root, np.nan)


@dataclass(frozen=True, slots=True)
class Fouling:
    """``ratio`` (n,) of UA to that of the clean exchanger at the same load; ``resistance`` (n,) in m2 K/W, or K/W.

    ``noise``: the standard deviation of the ratio in the normal period; ``trend`` of the resistance a day, None where
    too few rows are left; ``skipped``: share of rows beyond the loads of the normal period, not at rest, or open.
    """

    ratio: Floats
    resistance: Floats
    noise: float
    clean: Baseline
    trend: Trend | None
    skipped: float


def fouling(exchange: Exchange, load: Floats, days: Floats, normal: Flags, area: float | None = None) -> Fouling:
    """UA against its clean baseline over ``load`` (n,), fitted on the rows ``normal`` (n,).

    Resistance is 1/UA - 1/UA_clean, times ``area`` (m2) where it is known. InputError when the normal period is short.
    """
    if area is not None and not area > 0.0:
        raise InputError("process_health.area", area=area)
    aligned(len(exchange.closure), load=load, days=days, normal=normal)
    ua = np.where(exchange.used, exchange.ua.values, np.nan)
    clean = baseline(load[normal], ua[normal])
    expected = clean.expected(np.asarray(load, np.float64))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = ua / expected
        resistance = (1.0 / ua - 1.0 / expected) * (1.0 if area is None else area)
    good = np.isfinite(resistance)
    middle = float(np.nanmean(expected[normal])) if np.isfinite(expected[normal]).any() else float("nan")
    found = trend(days, resistance) if int(good.sum()) >= 10 else None
    return Fouling(ratio, resistance, clean.sigma / middle, clean, found, 1.0 - float(good.mean()))
