"""Units of tags: UCUM-style text, a short table of process units, and pint for everything else."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pint

# UCUM (and plant-floor) spellings that pint does not read, with pint's own.
SPELLINGS: dict[str, str] = {
    "1": "dimensionless",
    "%": "percent",
    "mol%": "percent",
    "wt%": "percent",
    "vol%": "percent",
    "ppm": "ppm",
    "Cel": "degC",
    "[degF]": "degF",
    "K": "kelvin",
    "kPa": "kilopascal",
    "MPa": "megapascal",
    "bar": "bar",
    "[psi]": "psi",
    "m3": "m**3",
    "m3/h": "m**3/hour",
    "kg/h": "kg/hour",
    "t/h": "metric_ton/hour",
    "kW": "kilowatt",
    "MW": "megawatt",
    # thousand standard cubic metres an hour: an amount of substance, 44.615 mol each m3 (Downs and Vogel 1993)
    "kscmh": "44615 * mol/hour",
    "scmh": "44.615 * mol/hour",
    "/min": "1/minute",
    "rpm": "revolutions_per_minute",
}


@cache
def registry() -> pint.UnitRegistry[float]:
    """The one pint registry (about half a second to build, so only when it is needed)."""
    import pint

    return pint.UnitRegistry()


def pint_expression(unit: str) -> str:
    """``unit`` in pint's spelling: ``Cel`` is ``degC``, ``m3/h`` ``m**3/hour``; annotations ``{...}`` are dropped."""
    plain = re.sub(r"\{[^{}]*\}", "", unit).strip()
    if plain in SPELLINGS:
        return SPELLINGS[plain]
    return re.sub(r"\b([A-Za-z]+)([23])\b", r"\1**\2", plain)


@cache
def unit_known(unit: str) -> bool:
    """Whether ``unit`` is in the table or pint can read it."""
    plain = re.sub(r"\{[^{}]*\}", "", unit).strip()
    if plain in SPELLINGS:
        return True
    if not plain or len(plain) > 60:
        return False
    import pint

    try:
        registry().parse_units(pint_expression(plain))
    except (pint.PintError, ValueError, TypeError, AttributeError, SyntaxError, AssertionError):
        return False
    except Exception as error:  # pint lets tokenizer errors of several Python versions through
        if type(error).__module__ in ("tokenize", "pint.errors"):
            return False
        raise
    return True
