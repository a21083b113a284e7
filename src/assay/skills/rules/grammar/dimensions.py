"""Whether a unit can be that of a property: 30 min is no pressure, so such a sentence was not understood."""

from __future__ import annotations

import re

_UNITS = {
    "length": r"[munkcd]?m|μm|µm|in|ft|km",
    "area": r"[mckd]?m²",
    "volume": r"[mcd]?m³|m?L",
    "pressure": r"[kMhm]?Pa|m?bar|psi|kgf/cm²|mm?Hg|N/mm²|kN/m²",
    "temperature": r"degC|degF|K",
    "time": r"m?s|min|h|day|week|month|year|d",
    "speed": r"m?m/s|km/h|m/min|m/h",
    "turning": r"rpm|r/min",
    "power": r"[kM]?W|k?VA|MVA",
    "voltage": r"[mk]?V",
    "current": r"[mk]?A",
    "resistance": r"[mkMG]?Ω|ohm",
    "light": r"lx",
    "noise": r"dB(?:\(A\))?",
    "mass": r"[mk]?g|t",
    "angle": r"°|rad",
}
_UNIT = {name: re.compile(pattern) for name, pattern in _UNITS.items()}
_PROPERTIES: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"(?:电流|current)s?$"), ("current",)),
    (re.compile(r"(?:电压|voltage)s?$"), ("voltage",)),
    (re.compile(r"(?:压力|pressure)s?$"), ("pressure", "length")),  # a head of water is a length
    (re.compile(r"(?:温度|室温|露点|temperature)s?$"), ("temperature",)),
    (
        re.compile(
            r"(?:宽度|净宽|高度|净高|深度|厚度|长度|直径|管径|半径|间距|距离|净距|width|height|depth|thickness|length"
            r"|diameter|radius|distance|clearance|spacing)s?$"
        ),
        ("length",),
    ),
    (re.compile(r"(?:面积|area)s?$"), ("area",)),
    (re.compile(r"(?:容积|体积|volume)s?$"), ("volume",)),
    (re.compile(r"(?:照度|illuminance)$"), ("light",)),
    (re.compile(r"(?:噪声|noise level)s?$"), ("noise",)),
    (re.compile(r"(?:转速)$"), ("turning",)),
    (re.compile(r"(?:流速|风速|velocity)$"), ("speed",)),
    (re.compile(r"(?:电阻|(?<!fire )(?<!fire-)(?<!thermal )(?<!flow )resistance)$"), ("resistance",)),
    (re.compile(r"(?:时间|周期|time|period|duration|fire[ -]resistance)$"), ("time",)),
    (re.compile(r"(?:倾角|角度|angle)s?$"), ("angle",)),
)


def dimension(unit: str) -> str:
    """The kind of quantity of a common unit; "" for others."""
    return next((name for name, pattern in _UNIT.items() if pattern.fullmatch(unit)), "")


def fits(property: str, unit: str) -> bool:
    """Whether the unit can be that of the property; True where either is not known here."""
    kind = dimension(unit)
    if not kind:
        return True
    for pattern, kinds in _PROPERTIES:
        if pattern.search(property.lower()):
            return kind in kinds
    return True


def has_dimension(property: str) -> bool:
    """Whether a property is known to need a unit."""
    return any(pattern.search(property.lower()) for pattern, _ in _PROPERTIES)
