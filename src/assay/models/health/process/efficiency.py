"""Efficiencies of pumps, compressors, fans and turbines from flows, pressures, temperatures and power.

Pump: hydraulic over shaft power (ISO 9906:2012). Fan: air power with the compressibility factor over shaft
power (ISO 5801:2017). Compressor and turbine: isentropic and polytropic efficiency of an ideal gas with a
constant ratio of heat capacities (ISO 5389:2005; Schultz 1962 for its limits).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError
from assay.models.health.process.quantities import Measured, Result, evaluate

Floats = NDArray[np.float64]


def pump_efficiency(flow: Measured, suction: Measured, discharge: Measured, power: Measured) -> Result:
    """Flow x pressure rise over shaft power, a share; difference in velocity and height left out. NaN when at rest."""

    def formula(q: Floats, low: Floats, high: Floats, shaft: Floats) -> Floats:
        return np.where((q > 0.0) & (shaft > 0.0), q * (high - low) / shaft, np.nan)

    inputs = {
        "flow": (flow, "flow"),
        "suction": (suction, "pressure"),
        "discharge": (discharge, "pressure"),
        "power": (power, "power"),
    }
    return evaluate(formula, inputs, "dimensionless")


def fan_efficiency(flow: Measured, inlet: Measured, outlet: Measured, power: Measured, kappa: float = 1.4) -> Result:
    """Air power over shaft power. inlet, outlet: absolute total pressures; kappa: ratio of heat capacities."""
    _kappa(kappa)

    def formula(q: Floats, low: Floats, high: Floats, shaft: Floats, ratio: float) -> Floats:
        rise = high / low
        head = np.where(
            np.abs(rise - 1.0) < 1e-9,
            high - low,
            ratio / (ratio - 1.0) * low * (rise ** ((ratio - 1.0) / ratio) - 1.0),
        )
        return np.where((q > 0.0) & (shaft > 0.0) & (low > 0.0), q * head / shaft, np.nan)

    inputs = {
        "flow": (flow, "flow"),
        "inlet": (inlet, "pressure"),
        "outlet": (outlet, "pressure"),
        "power": (power, "power"),
    }
    return evaluate(formula, inputs, "dimensionless", (kappa,))


def compressor_efficiency(
    p_in: Measured,
    p_out: Measured,
    t_in: Measured,
    t_out: Measured,
    *,
    kappa: float = 1.4,
    polytropic: bool = True,
) -> Result:
    """Ideal over real rise of temperature, from absolute pressures and temperatures; NaN unless both rise."""
    _kappa(kappa)

    def formula(p1: Floats, p2: Floats, t1: Floats, t2: Floats, ratio: float) -> Floats:
        power = (ratio - 1.0) / ratio
        fine = (p1 > 0.0) & (p2 > p1) & (t1 > 0.0) & (t2 > t1)
        if polytropic:
            return np.where(fine, power * np.log(p2 / p1) / np.log(t2 / t1), np.nan)
        return np.where(fine, t1 * ((p2 / p1) ** power - 1.0) / (t2 - t1), np.nan)

    return evaluate(formula, _states(p_in, p_out, t_in, t_out), "dimensionless", (kappa,))


def turbine_efficiency(
    p_in: Measured,
    p_out: Measured,
    t_in: Measured,
    t_out: Measured,
    *,
    kappa: float = 1.33,
    polytropic: bool = False,
) -> Result:
    """Real over ideal fall of temperature of an expanding ideal gas; NaN unless pressure and temperature fall."""
    _kappa(kappa)

    def formula(p1: Floats, p2: Floats, t1: Floats, t2: Floats, ratio: float) -> Floats:
        power = (ratio - 1.0) / ratio
        fine = (p2 > 0.0) & (p1 > p2) & (t2 > 0.0) & (t1 > t2)
        if polytropic:
            return np.where(fine, np.log(t2 / t1) / (power * np.log(p2 / p1)), np.nan)
        return np.where(fine, (t1 - t2) / (t1 * (1.0 - (p2 / p1) ** power)), np.nan)

    return evaluate(formula, _states(p_in, p_out, t_in, t_out), "dimensionless", (kappa,))


def _states(p_in: Measured, p_out: Measured, t_in: Measured, t_out: Measured) -> dict[str, tuple[Measured, str]]:
    return {
        "p_in": (p_in, "pressure"),
        "p_out": (p_out, "pressure"),
        "t_in": (t_in, "temperature"),
        "t_out": (t_out, "temperature"),
    }


def _kappa(kappa: float) -> None:
    if not 1.0 < kappa < 2.0:
        raise InputError("process_health.kappa", kappa=kappa)
