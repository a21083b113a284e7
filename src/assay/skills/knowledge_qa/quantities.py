"""Numbers with their units in a text, comparable with one another; dates; codes of equipment and clauses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from assay.kernel.numbers import normalise, scan
from assay.kernel.quantity import Reading

Named = tuple[str, str]
"""A name that documents give a machine, and its code."""
_NAMES: ContextVar[tuple[Named, ...]] = ContextVar("names of machines", default=())
_DESIGNATIONS: ContextVar[tuple[Named, ...]] = ContextVar("names of machines without a code", default=())

_UNITS = (
    *(
        "N·m",
        "N*m",
        "Nm",
        "N.m",
        "kN·m",
        "kNm",
        "牛米",
        "dB(A)",
        "dB",
        "分贝",
        "μm",
        "µm",
        "um",
        "微米",
        "丝",
        "Ω",
        "kΩ",
    ),
    *(
        "MΩ",
        "GΩ",
        "欧",
        "兆欧",
        "VA",
        "kVA",
        "N",
        "kN",
        "牛",
        "mPa·s",
        "mPa.s",
        "mm²/s",
        "mm2/s",
        "cSt",
        "μS/cm",
        "uS/cm",
    ),
    *(
        "µS/cm",
        "μA",
        "kHz",
        "MHz",
        "℃/h",
        "°C/h",
        "℃/min",
        "°C/min",
        "K/min",
        "kg/m³",
        "g/cm³",
        "mL",
        "ml",
        "毫升",
        "l",
    ),
    *(
        "L/s",
        "L/h",
        "m/s",
        "m/min",
        "m³/min",
        "m3/min",
        "Nm³/h",
        "mg/L",
        "mg/kg",
        "mg/m³",
        "g/L",
        "lx",
        "lux",
        "J",
        "kJ",
    ),
    *(
        "Ah",
        "AH",
        "安时",
        "in",
        "inch",
        "英寸",
        "psi",
        "ft",
        "lb",
        "mbar",
        "Torr",
        "mmHg",
        "bar(g)",
        "barg",
        "MPa(g)",
        "°",
        "级",
    ),
    *(
        "个月",
        "季度",
        "班",
        "圈",
        "转",
        "点",
        "mm²",
        "cm²",
        "cm³",
        "千克力",
        "kgf",
        "kgf/cm²",
        "g",
        "mmH2O",
        "mmH₂O",
        "kWh",
    ),
    *(
        "kHz",
        "W",
        "weeks",
        "minutes",
        "seconds",
        "hours",
        "days",
        "years",
        "months",
        "vol%",
        "Vol%",
        "%RH",
        "% RH",
        "%LEL",
    ),
    *("gram", "grams", "kilogram", "kilograms", "litre", "liter", "millilitres", "volts", "amps", "amperes", "watts"),
    *("kilowatts", "millimetre", "millimetres", "millimeters", "centimetres", "bars", "newtons", "hertz", "ohms"),
)
_PINT = {
    "N.m": "N*m", "Nm": "N*m", "N·m": "N*m", "牛米": "N*m", "kN·m": "kN*m", "kNm": "kN*m", "dB(A)": "dB", "分贝": "dB",
    "微米": "um", "丝": "0.01*mm", "Ω": "ohm", "kΩ": "kohm", "MΩ": "Mohm", "GΩ": "Gohm", "欧": "ohm", "兆欧": "Mohm",
    "VA": "V*A", "kVA": "kV*A", "牛": "N", "mPa.s": "mPa*s", "mPa·s": "mPa*s", "mm²/s": "mm**2/s", "mm2/s": "mm**2/s",
    "ml": "mL", "毫升": "mL", "l": "L", "Nm³/h": "m**3/h", "lux": "lx", "安时": "A*h", "Ah": "A*h", "AH": "A*h",
    "英寸": "inch", "in": "inch", "Torr": "torr", "bar(g)": "bar", "barg": "bar", "MPa(g)": "MPa", "kPa gauge": "kPa",
    "千克力": "kgf", "kgf/cm²": "kgf/cm**2", "mmH2O": "mmH2O", "°C": "degC", "°F": "degF", "°": "degree", "d": "day",
    "t": "tonne", "month": "month", "m3/h": "m**3/h", "m3": "m**3", "m2": "m**2", "mm²": "mm**2", "cm²": "cm**2",
    "cm³": "cm**3", "kg/m³": "kg/m**3", "g/cm³": "g/cm**3", "m³/min": "m**3/min", "m3/min": "m**3/min",
    "mg/m³": "mg/m**3", "vol%": "%", "Vol%": "%", "%RH": "%", "% RH": "%", "%LEL": "%", "℃/h": "delta_degC/h",
    "°C/h": "delta_degC/h", "℃/min": "delta_degC/min", "°C/min": "delta_degC/min", "μS/cm": "uS/cm", "µS/cm": "uS/cm",
    "季度": "90*day", "gram": "g", "grams": "g", "kilogram": "kg", "kilograms": "kg", "litre": "L", "liter": "L",
    "millilitres": "mL", "volts": "V", "amps": "A", "amperes": "A", "watts": "W", "kilowatts": "kW", "millimetre": "mm",
    "millimetres": "mm", "millimeters": "mm", "centimetres": "cm", "bars": "bar", "newtons": "N", "hertz": "Hz",
    "ohms": "ohm",
}  # fmt: skip
_COUNTED = frozenset({"级", "班", "圈", "转", "点"})
_DATE = re.compile(
    r"\d{4}\s?年\s?\d{1,2}\s?月(?:\s?\d{1,2}\s?日)?|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}"
    r"|\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d{4}"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d{1,2},? \d{4}"
    r"|\d{1,2}:\d{2}(?!\d)|(?<!\d)\d{4}\s?年"
)
_CODE = re.compile(
    r"(?:GB|HG|JB|SH|DL|ISO|IEC|EN|DIN|ASME|API|NFPA|AQ|TSG|SY|NB|YY"
    r"|Q)(?:/[A-Z]{1,3})?\s?\d{2,6}(?:[-.:]\d+)*(?:[-—:]\d{4})?"
    r"|(?<![A-Za-z0-9])(?=[A-Za-z0-9\-_/.#]*\d)(?=[A-Za-z0-9\-_/.#]*[A-Za-z])[A-Za-z0-9]+(?:[-_/.#][A-Za-z0-9]+)*#?(?![A-Za-z0-9])"
    r"|(?<![\dA-Za-z.])\d{1,3}#(?![\dA-Za-z])"
)
_RUN = re.compile(
    r"(?<![A-Za-z0-9])(?P<letters>[A-Z]{1,4}-?)(?P<low>\d{1,4})\s?(?:～|~|至|到|–|—|\.{2,3}|(?<![a-z])to(?![a-z])|through)\s?"
    r"(?P<again>[A-Z]{1,4}-?)(?P<high>\d{1,4})(?![A-Za-z0-9])"
)
MOST_OF_A_RUN = 20
_CLAUSE = re.compile(
    r"(?:第\s?[\d一二三四五六七八九十百]+(?:\.\d+)*\s?[条章节款项]|(?<![\d.A-Za-z])\d+(?:\.\d+){2,}(?![\d.]))"
)
_GRADE = re.compile(
    r"(?<![A-Za-z])([A-Z])\s?(?:级|类|型|区|相)|\b(?:class|grade|type|zone|group|phase|category|form) ([A-Z]|\d)\b",
    re.I,
)
_SIZE = re.compile(r"(?<![A-Za-z0-9])(DN|PN|VG|M|Φ|φ|Ø|IP|Rc|G)\s?-?(\d+(?:\.\d+)?)(?![\d.]*[A-Za-z])")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number in a text: its place, signed value, unit as read, and the unit's dimension ("" without a unit)."""

    text: str
    start: int
    end: int
    value: Decimal
    unit: str
    dimension: str

    @property
    def magnitude(self) -> float | None:
        """The value in base units; None for a unit that pint does not know."""
        return float(self.value) if not self.unit else _base(self.value, self.unit)

    def same(self, other: Amount) -> bool:
        """Whether both are one amount, whatever unit they are written in."""
        if self.dimension != other.dimension:
            return False
        if self.unit == other.unit:
            return self.value == other.value
        here, there = self.magnitude, other.magnitude
        return here is not None and there is not None and abs(here - there) <= 1e-6 * max(abs(here), abs(there))


def amounts(text: str) -> list[Amount]:
    """All numbers of a text that are no part of a code, a date or a clause number, in order."""
    return list(_amounts(text))


@lru_cache(maxsize=16384)
def _amounts(text: str) -> tuple[Amount, ...]:
    plain = normalise(text)
    for pattern in (_DATE, _CLAUSE):
        plain = pattern.sub(lambda match: "\0" * len(match.group()), plain)
    found, _ = scan(plain, _UNITS)
    read = [_amount(one.text, one.start, one.end, one.sign, one.readings[-1]) for one in found if one.readings]
    held = [match.span() for pattern in (_CODE, _SIZE) for match in pattern.finditer(plain)]
    return tuple(one for one in read if not any(start <= one.start < end and not one.unit for start, end in held))


def _amount(text: str, start: int, end: int, sign: str, reading: Reading) -> Amount:
    value = reading.mantissa.scaleb(reading.power)
    unit = "" if reading.unit in _COUNTED else reading.unit
    return Amount(text, start, end, -value if sign == "-" else value, unit, dimension(unit))


@cache
def dimension(unit: str) -> str:
    """The dimension that pint gives a unit, "" for none; a unit that pint does not know is a dimension of its own."""
    if not unit:
        return ""
    if unit in ("%", "‰", "vol%", "Vol%", "%RH", "% RH", "%LEL", "ppm", "wt%", "mol%", "pp"):
        return "%"
    if unit in ("dB", "dB(A)", "分贝"):
        return "dB"
    if unit in ("rpm", "Hz", "kHz", "MHz", "hertz"):
        return "rpm" if unit == "rpm" else "frequency"
    made = _unit(unit)
    shown = "" if made is None else str(made.dimensionality)
    return shown if shown not in ("", "dimensionless") else unit


@cache
def _unit(unit: str) -> Any:
    """One of the unit as a pint quantity, or None."""
    import pint

    from assay.plant.model_units import pint_expression, registry

    known = _PINT.get(unit, pint_expression(unit)).replace("·", "*").replace("²", "**2").replace("³", "**3")
    try:
        made: Any = registry().parse_expression(known)
        return made if hasattr(made, "dimensionality") else None
    except (pint.PintError, ValueError, TypeError, AssertionError, AttributeError, ZeroDivisionError, SyntaxError):
        return None


@cache
def _base(value: Decimal, unit: str) -> float | None:
    from assay.plant.model_units import registry

    one = _unit(unit)
    if one is None:
        return None
    made: Any = registry().Quantity(float(value) * one.magnitude, one.units)
    return float(made.to_base_units().magnitude)


def dates(text: str) -> list[tuple[str, int, int]]:
    """Dates and clock times with their places."""
    return [(match.group(), match.start(), match.end()) for match in _DATE.finditer(text)]


def codes(text: str) -> list[str]:
    """Codes of equipment, parts, standards and sizes, in one spelling: ``P-101A``, ``6204-2RS1``, ``GB/T3766``; those
    of names that are known (``known_as``) behind them."""
    found = _codes(text)
    meant = [code for nick, code in names_known() if code not in found and name_said(text, nick) is not None]
    return [*found, *dict.fromkeys(meant)]


def name_said(text: str, nick: str) -> int | None:
    """Where a text has said a name as words of its own (the place behind it); in one without any capital letter the
    name needs none."""
    if not nick.isascii():
        at = text.find(nick)
        return at + len(nick) if at >= 0 else None
    found = re.search(rf"(?<![A-Za-z-]){re.escape(nick)}(?![A-Za-z-])", text, re.I if text == text.lower() else 0)
    return None if found is None else found.end()


@contextmanager
def known_as(names: tuple[Named, ...], designations: tuple[Named, ...] = ()) -> Iterator[None]:
    """While it lasts, each text that says one of the names names its code, or its designation."""
    token, other = _NAMES.set(names), _DESIGNATIONS.set(designations)
    try:
        yield
    finally:
        _NAMES.reset(token)
        _DESIGNATIONS.reset(other)


def designations_in(text: str) -> list[str]:
    """The designations behind the names that a text says."""
    return [code for nick, code in _DESIGNATIONS.get() if name_said(text, nick) is not None]


def names_known() -> tuple[Named, ...]:
    """The names that hold now: whoever remembers what codes a text names must remember these beside it."""
    return _NAMES.get()


@lru_cache(maxsize=16384)
def _codes(text: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKC", text)
    for one in amounts(plain):
        if one.unit:
            plain = plain[: one.start] + " " * (one.end - one.start) + plain[one.end :]
    found = [plain_code(match.group()) for match in _CODE.finditer(plain)]
    found += [plain_code(match.group()) for match in _SIZE.finditer(plain)]
    found += [f"GRADE {next(each for each in match.groups() if each).upper()}" for match in _GRADE.finditer(plain)]
    found += [each for match in _RUN.finditer(plain) for each in _run(match)]
    return tuple(dict.fromkeys(found))


def _run(match: re.Match[str]) -> list[str]:
    """The codes of a run (``F1～F4``, "AC-1 to AC-3"), both ends of one kind; none of a long or falling one."""
    one, two = plain_code(match["letters"]), plain_code(match["again"])
    low, high = int(match["low"]), int(match["high"])
    if one != two or not 0 < high - low < MOST_OF_A_RUN or len(match["low"]) != len(match["high"]):
        return []
    return [f"{one}{number:0{len(match['low'])}d}" for number in range(low, high + 1)]


def clauses(text: str) -> list[str]:
    """Clause numbers such as ``5.3.2`` and ``第3条``."""
    return [re.sub(r"\s", "", match.group()) for match in _CLAUSE.finditer(text)]


def plain_code(code: str) -> str:
    """A code in capitals and without blanks."""
    return re.sub(r"\s", "", code).upper()
