"""Measured quantities with units and an uncertainty, and how uncertainty goes through a formula.

Values are turned into SI once, by pint; formulas are plain functions of SI numbers. An uncertainty is a standard
uncertainty (k = 1) in the sense of the GUM (JCGM 100:2008); it is propagated to first order by numerical derivatives,
inputs taken as independent (clause 5.1.2).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assay.kernel.errors import InputError

Floats = NDArray[np.float64]

# What a formula expects of an input, in SI.
SI = {
    "flow": "m**3/s",
    "mass_flow": "kg/s",
    "pressure": "Pa",
    "temperature": "K",
    "power": "W",
    "heat_capacity": "J/kg/K",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """``values`` (n,) or one number in ``unit`` (UCUM-style or pint text); ``sigma`` standard uncertainty in that unit.

    Pressures are absolute where a formula asks for a ratio.
    """

    values: Floats | float
    unit: str
    sigma: float = 0.0

    def si(self, kind: str, name: str) -> tuple[Floats, float]:
        """Values (n,) and uncertainty in the SI unit of ``kind`` (a key of ``SI``). InputError when it does not fit."""
        from assay.plant.model_units import pint_expression, registry, unit_known

        if not unit_known(self.unit):
            raise InputError("process_health.unit_unknown", name=name, unit=self.unit)
        if not (np.isfinite(self.sigma) and self.sigma >= 0.0):
            raise InputError("process_health.sigma", name=name, sigma=self.sigma)
        import pint

        known = registry()
        values = np.atleast_1d(np.asarray(self.values, np.float64))
        target, own = known.parse_units(SI[kind]), known.parse_units(pint_expression(self.unit))
        try:
            turned = np.atleast_1d(np.asarray(known.Quantity(values, own).to(target).magnitude, np.float64))
            ends = known.Quantity(np.array([0.0, 1.0]), own).to(target).magnitude
        except pint.PintError:
            raise InputError("process_health.unit_wrong", name=name, unit=self.unit, needed=SI[kind]) from None
        return turned, float(abs(ends[1] - ends[0])) * self.sigma


@dataclass(frozen=True, slots=True)
class Result:
    """``values`` (n,) in ``unit``; ``sigma`` (n,) standard uncertainty from the instruments; NaN where not defined."""

    values: Floats
    sigma: Floats
    unit: str

    @property
    def mean(self) -> float:
        """The mean of what is defined; NaN when nothing is."""
        good = self.values[np.isfinite(self.values)]
        return float(good.mean()) if len(good) else float("nan")


def evaluate(
    formula: Callable[..., Floats],
    inputs: Mapping[str, tuple[Measured, str]],
    unit: str,
    constants: Sequence[float] = (),
) -> Result:
    """``formula(*inputs in SI, *constants)`` row by row, with its propagated uncertainty.

    inputs: name -> (measured, kind) in the order of the formula's arguments. One value stands for all rows. InputError
    when lengths differ or units do not fit.
    """
    read = {name: one.si(kind, name) for name, (one, kind) in inputs.items()}
    length = max(len(values) for values, _ in read.values())
    for name, (values, _) in read.items():
        if len(values) not in (1, length):
            raise InputError("process_health.lengths", name=name, rows=len(values), others=length)
    columns = [np.broadcast_to(values, (length,)).astype(np.float64) for values, _ in read.values()]
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = np.asarray(formula(*columns, *constants), np.float64)
        square = np.zeros(length)
        for place, (_, sigma) in enumerate(read.values()):
            if sigma > 0.0:
                up, down = list(columns), list(columns)
                up[place], down[place] = columns[place] + sigma, columns[place] - sigma
                square += ((formula(*up, *constants) - formula(*down, *constants)) / 2.0) ** 2
    defined = np.isfinite(centre)
    return Result(np.where(defined, centre, np.nan), np.where(defined, np.sqrt(square), np.nan), unit)
