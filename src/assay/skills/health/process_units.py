"""Roles in SI: gauge pressures, mass flows by density, and the other unit that would explain an impossible figure."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from assay.kernel.errors import InputError
from assay.models.health.process.quantities import Floats, Measured
from assay.skills.health.process_kinds import OTHER_UNITS, Kind, figure_of

ATMOSPHERE = 101_325.0  # Pa
# What an efficiency usually is: to propose a unit, not to judge one.
USUAL = (0.3, 0.95)
_NAMED = re.compile(r"(Pa|kPa|MPa|bar|mbar|psi)[ _(]*([ga])\)?")


def in_si(values: Floats, unit: str, quantity: str, role: str, density: Floats | None = None) -> tuple[Floats, float]:
    """Values (n,) in SI, and the SI size of one unit. ``kPag``, ``bar(g)``: gauge, to which the standard atmosphere is
    added; mass flows are divided by ``density`` (n,) in kg/m3. InputError when the unit does not fit the role."""
    if quantity == "load":
        return values, 1.0
    if quantity == "signal":
        return _per_cent(values, unit, role), 1.0
    if quantity == "density":
        return _density(values, unit, role), 1.0
    named = _NAMED.fullmatch(unit.strip()) if quantity == "pressure" else None
    plain = unit if named is None else named[1]
    above = ATMOSPHERE if named is not None and named[2] == "g" else 0.0
    try:
        found, size = Measured(values, plain, 1.0).si(quantity, role)
        return found + above, size
    except InputError as error:
        if quantity != "flow" or error.key != "process_health.unit_wrong":
            raise
    mass, size = Measured(values, plain, 1.0).si("mass_flow", role)
    if density is None:
        raise InputError("health.density_needed", role=role, unit=unit)
    return mass / density, size / float(np.nanmedian(density))


def _per_cent(values: Floats, unit: str, role: str) -> Floats:
    if unit == "mA":
        return (values - 4.0) / 0.16
    if unit not in ("%", "1", "percent"):
        raise InputError("health.signal_unit", role=role, unit=unit)
    return values * (100.0 if unit == "1" else 1.0)


def _density(values: Floats, unit: str, role: str) -> Floats:
    import pint

    from assay.plant.model_units import pint_expression, registry, unit_known

    known = registry()
    try:
        if not unit_known(unit):
            raise InputError("process_health.unit_unknown", name=role, unit=unit)
        quantity = known.Quantity(values, known.parse_units(pint_expression(unit)))
        return np.asarray(quantity.to("kg/m**3").magnitude, np.float64)
    except pint.PintError:
        raise InputError("process_health.unit_wrong", name=role, unit=unit, needed="kg/m**3") from None


def suspects(
    kind: Kind, raw: Mapping[str, float], units: Mapping[str, str], numbers: Mapping[str, float], density: float | None
) -> list[str]:
    """Changes of one unit (or of both pressures or temperatures together) with which the efficiency of the median row
    would be usual, the most usual first: ``flow in l/s (0.71)``. raw: role -> the median in its own unit."""
    found: list[tuple[float, str]] = []
    groups: list[tuple[str, ...]] = [(role,) for role in kind.roles]
    groups += [kind.rises[-1], kind.rises[0]] if kind.rises else []
    for group in dict.fromkeys(groups):
        for unit in OTHER_UNITS[kind.quantity(group[0])]:
            if all(units[role] == unit for role in group):
                continue
            level = _level(kind, raw, {**units, **dict.fromkeys(group, unit)}, numbers, density)
            if USUAL[0] <= level <= USUAL[1]:
                found.append((abs(level - 0.7), f"{' + '.join(group)}: {unit} ({level:.2f})"))
    return [line for _, line in sorted(found)[:3]]


def _level(
    kind: Kind, raw: Mapping[str, float], units: Mapping[str, str], numbers: Mapping[str, float], density: float | None
) -> float:
    weight = None if density is None else np.array([density])
    columns = {}
    for role, quantity in kind.roles.items():
        try:
            columns[role], _ = in_si(np.array([raw[role]]), units[role], quantity, role, weight)
        except InputError as error:
            if error.key != "health.density_needed":
                raise
            return float("nan")
    return float(figure_of(kind, columns, {}, numbers).values[0])
