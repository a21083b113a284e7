"""Numbers of one unit in another: pint, with the spellings of standards."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from assay.plant.model_units import pint_expression, registry

_PINT = {
    "": "dimensionless",
    "‰": "0.001",
    "°": "degree",
    "m²": "m**2",
    "mm²": "mm**2",
    "cm²": "cm**2",
    "m³": "m**3",
    "m³/h": "m**3/hour",
    "lx": "lux",
    "Ω": "ohm",
    "kΩ": "kiloohm",
    "MΩ": "megaohm",
    "1/h": "1/hour",
    "1/min": "1/minute",
    "h": "hour",
    "min": "minute",
    "t": "metric_ton",
    "L": "liter",
    "mL": "milliliter",
    "°C": "degC",
}
_OPAQUE = frozenset({"HB", "HRC", "HV", "dB", "dB(A)", "pH"})
"""Units that only themselves compare with: nothing is converted."""


class NoUnit(Exception):
    """Two units that do not convert, or one that is not known."""


def convert(value: float, unit: str, into: str) -> float:
    """``value`` in ``into``. Raises NoUnit."""
    if unit == into:
        return value
    if unit in _OPAQUE or into in _OPAQUE:
        raise NoUnit
    try:
        return _factor(unit, into)(value)
    except NoUnit:
        raise
    except Exception as error:
        if type(error).__module__.split(".")[0] in ("pint", "tokenize") or isinstance(
            error, (ValueError, TypeError, AttributeError, SyntaxError, ZeroDivisionError)
        ):
            raise NoUnit from error
        raise


def difference(value: float, unit: str, into: str) -> float:
    """A difference of ``value`` in ``into``: 10 °C more are 18 °F more. Raises NoUnit."""
    if unit != into and unit in _STEPS and into in _STEPS:
        return value * _STEPS[unit] / _STEPS[into]
    return convert(value, unit, into)


_STEPS = {"degC": 1.0, "°C": 1.0, "K": 1.0, "degF": 5 / 9, "°F": 5 / 9}
"""Kelvin of one step of a scale of temperature."""


@cache
def _factor(unit: str, into: str) -> Callable[[float], float]:
    known = registry()
    source, target = known.parse_units(_expression(unit)), known.parse_units(_expression(into))

    def change(value: float) -> float:
        return float(known.Quantity(value * _scale(unit), source).to(target).magnitude) / _scale(into)

    return change


def _scale(unit: str) -> float:
    return 0.001 if unit == "‰" else 1.0


@cache
def _expression(unit: str) -> str:
    if unit == "‰":
        return "dimensionless"
    if unit in _PINT:
        return _PINT[unit]
    if unit == "r/min":
        return "revolutions_per_minute"
    plain = unit.replace("·", "*").replace("²", "**2").replace("³", "**3").replace("Ω", "ohm")
    for short, long in (("/h", "/hour"), ("/min", "/minute"), ("/d", "/day")):
        plain = plain[: -len(short)] + long if plain.endswith(short) else plain
    return pint_expression(plain)
