"""Numbers with units as they begin a piece of text: plain, in words, ranges and tolerances."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal

from assay.kernel.numerals import CHINESE, ENGLISH, chinese_number, english_number
from assay.skills.rules.rule import Limit

# Spellings of a unit and the text that is stored. Longer spellings are tried first.
_UNITS: dict[str, tuple[str, ...]] = {
    "%": ("%", "percent", "per cent"),
    "‰": ("‰",),
    "degC": ("°C", "℃", "摄氏度", "degrees Celsius", "degree Celsius", "deg C", "degC"),
    "degF": ("°F", "℉", "degrees Fahrenheit", "deg F", "degF"),
    "°": ("°", "degrees", "degree"),
    "mm": ("㎜", "毫米", "millimetres", "millimeters", "millimetre"),
    "cm": ("㎝", "厘米", "centimetres", "centimeters"),
    "m": ("米", "metres", "meters", "metre", "meter"),
    "km": ("千米", "公里"),
    "in": ("inches", "inch", "in."),
    "ft": ("feet", "foot"),
    "lb": ("pounds", "lbs"),
    "gallon": ("gallons", "US gal"),
    "m²": ("㎡", "平方米", "square metres", "square meters", "m2", "m^2"),
    "mm²": ("平方毫米", "mm2"),
    "m³": ("㎥", "立方米", "cubic metres", "cubic meters", "m3", "m^3"),
    "m³/h": ("m3/h", "立方米每小时", "立方米/小时"),
    "L": ("升", "litres", "liters", "litre", "liter", "l"),
    "Pa": ("帕",),
    "kPa": ("千帕",),
    "ft/min": ("feet per minute", "fpm"),
    "m/s": ("metres per second", "meters per second", "米每秒", "米/秒"),
    "m/min": ("metres per minute", "meters per minute"),
    "L/min": ("litres per minute", "liters per minute", "升每分钟"),
    "L/h": ("litres per hour", "liters per hour"),
    "gallon/min": ("gallons per minute", "gpm"),
    "MPa": ("兆帕",),
    "kg": ("㎏", "千克", "公斤", "kilograms"),
    "t": ("吨", "tonnes", "tons"),
    "kN": ("千牛",),
    "s": ("秒", "seconds", "second", "sec"),
    "min": ("分钟", "minutes", "minute"),
    "h": ("小时", "个小时", "operating hours", "running hours", "hours of operation", "hours", "hour", "hr"),
    "day": ("天", "日", "days", "day"),
    "week": ("周", "个星期", "weeks", "week"),
    "month": ("个月", "months", "month"),
    "year": ("年", "years", "year"),
    "V": ("伏", "volts"),
    "kV": ("千伏",),
    "A": ("安", "amperes", "amps"),
    "W": ("瓦", "watts"),
    "kW": ("千瓦",),
    "ohm": ("ohms", "ohm", "欧姆", "欧"),
    "MΩ": ("megohms", "megohm", "megaohms", "兆欧"),
    "K/h": ("℃/h", "°C/h"),
    "K/min": ("℃/min", "°C/min"),
    "mm/year": ("mm/a", "毫米/年", "mm per year"),
    "%LEL": ("%LEL", "% LEL"),
    "mm/s": ("毫米/秒", "毫米每秒"),
    "μm": ("微米", "micrometres", "micrometers", "microns", "micron"),
    "ppm": ("parts per million",),
    "µS/cm": ("微西/厘米",),
    "ft²": ("square feet", "ft2", "sq ft"),
    "ft³/min": ("cfm", "cubic feet per minute"),
    "lbf": ("pounds-force",),
    "psi": ("pounds per square inch",),
    "Ω": ("Ω",),
    "lx": ("勒克斯", "lux"),
    "Hz": ("赫兹",),
    "1/h": ("次/h", "次/小时", "次每小时", "air changes per hour", "times per hour", "per hour", "/h", "h⁻¹"),
    "1/min": ("次/min", "次/分钟"),
    "r/min": ("转/分", "转每分", "r/min", "rev/min"),
    "dB(A)": ("dB(A)", "dBA", "dB（A）", "分贝"),
}
_PREFIX = "[munkMGμµcdh]?"
_ATOM = (
    rf"(?:{_PREFIX}(?:Pa|bar|m|g|W|V|A|Hz|N|J|Ω|L|l|s|S|F|lx|lm|cd|mol|eV|Wh|VA|var|Ah|Bq|Gy|Sv|Nm³|Sm³|cal)"
    rf"|rpm|ppm|ppb"
    rf"|T|dB|K|min|h|d|t|ft|psi|NTU|FTU|cSt|cP|kgf|Nm|HRC|HB|HV)"
)
_SYMBOLS = rf"{_ATOM}[²³]?(?:\^?[23])?(?:[·*]{_ATOM}[²³]?)*(?:/(?:{_ATOM}[²³]?|\({_ATOM}[²³]?(?:[·*]{_ATOM}[²³]?)+\)))*"
_SPELLED = {spelling: unit for unit, spellings in _UNITS.items() for spelling in spellings}
_UNIT = re.compile(
    rf"\s?(?:(?P<word>{'|'.join(re.escape(one) for one in sorted(_SPELLED, key=len, reverse=True))})"
    rf"|(?P<symbol>{_SYMBOLS}|in(?=$|[,;)]|\s(?:and|or|wide|high|tall|deep|long|thick|apart|above|below|from"
    rf"|in\s(?:w|h|d|l|t)))))"
    r"(?![A-Za-z0-9]|·[A-Za-z])"
)
_COUNTED = re.compile(
    r"(?:个|台|只|套|组|条|根|处|部|具|名|人|格|层|间|扇|道|次|块|盏|支|座|路|点|段|樘|件|颗|片|排|列|孔|枚|门|辆|遍|圈|把|瓶|桶|袋|箱|目|副"
    r"|栋|幢|口|回(?![转路流水油风收])|对(?![于应角焊接流]))(?!月|小时|星期|/|每|分)"
    r"|\s?(?:persons?|people|occupants?|pieces|pcs)\b"
)
_DIGITS = re.compile(r"[+-]?(?:\d{1,3}(?:[, ]\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)")
_PARTS = re.compile(rf"(百|千|万|[{CHINESE}]+)分之([{CHINESE}]+(?:点[{CHINESE}]+)?|\d+(?:\.\d+)?)")
_SHARES = re.compile(r"(\d+(?:\.\d+)?)/(1000|100)(?![\d.A-Za-z])")
_POWER = re.compile(
    r"(?:(?P<head>\d+(?:\.\d+)?)\s?[×xX·*]\s?)?10"
    r"(?:\^\{?(?P<to>[+-]?\d{1,2})\}?|(?P<raised>[⁺⁻]?[⁰¹²³⁴-⁹]{1,2}))(?![\d.])"
)
"""10^-3, 10⁻³, 5×10^6."""
_RAISED = str.maketrans("⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "+-0123456789")
_SHORT = Context(prec=12)
"""A third has no end; twelve digits of it are as good."""
_FRACTION = re.compile(r"(\d{1,2})/(\d{1,3})(?![\d./A-Za-z])")
_ZH = re.compile(rf"[{CHINESE}]+(?:点[{CHINESE}]+)?")
_RANGE = re.compile(r"\s?(?:[~～〜—–-]|至|到|\bto\b)\s?")
_MEASURED = re.compile(r"\s(?:r\.?m\.?s\.?|peak[- ]to[- ]peak|[ad]\.?c\.?)(?![A-Za-z])", re.IGNORECASE)
"""How a quantity is measured: 3.0 mm/s RMS, 24 V DC."""
_RATIO = re.compile(r"\s?[:：]\s?\d")


CONTENT = frozenset(
    "mg/L μg/L µg/L ug/L g/L mg/kg μg/kg µg/kg mg/m³ g/m³ μg/m³ µg/m³ mg/Nm³ ppm ppb mmol/L NTU FTU %LEL CFU/mL".split()
)
"""Units of how much of a substance there is: the substance itself is what is measured (氨氮不应大于15mg/L)."""


@dataclass(frozen=True, slots=True)
class Read:
    """What begins a text: one limit, or two (a range), and where it ends. ``signed``: a ± stands before it."""

    limits: tuple[Limit, ...]
    end: int
    signed: bool = False


def unit_at(text: str, at: int) -> tuple[str, int] | None:
    """The unit that begins at ``at`` (after one space at most) and its end."""
    match = _UNIT.match(text, at)
    if match is None:
        counted = _COUNTED.match(text, at)
        return None if counted is None else ("", counted.end())
    symbol = match["symbol"]
    return (_SPELLED[match["word"]] if match["word"] else _SPELLED.get(symbol, symbol)), match.end()


def number_at(text: str, at: int) -> tuple[Decimal, str, int] | None:
    """The number that begins at ``at``, a unit that its words imply ("千分之三"), and its end."""
    if match := _PARTS.match(text, at):
        return _parts(match)
    if match := _SHARES.match(text, at):
        return Decimal(match[1]), {"100": "%", "1000": "‰"}[match[2]], match.end()
    if match := _POWER.match(text, at):
        return (
            Decimal(match["head"] or 1).scaleb(int(match["to"] or match["raised"].translate(_RAISED))),
            "",
            match.end(),
        )
    if (match := _FRACTION.match(text, at)) and int(match[2]):
        return _SHORT.divide(Decimal(match[1]), Decimal(match[2])), "", match.end()
    if match := _DIGITS.match(text, at):
        if _RATIO.match(text, match.end()):
            return None  # 1:8 is no number of ours
        return Decimal(re.sub(r"[, ]", "", match.group())), "", match.end()
    if match := ENGLISH.match(text, at):
        value = english_number(match.group())
        if value is not None and not re.match(r"[^\W_]|-[a-z]", text[match.end() :]):
            return value, "", match.end()
    if match := _ZH.match(text, at):
        value = chinese_number(match.group())
        if value is not None:
            return value, "", match.end()
    return None


def _parts(match: re.Match[str]) -> tuple[Decimal, str, int] | None:
    parts = Decimal(match[2]) if match[2][0].isdigit() else chinese_number(match[2])
    if parts is None:
        return None
    unit = {"百": "%", "千": "‰"}.get(match[1])
    if unit is not None:
        return parts, unit, match.end()
    of = Decimal(10000) if match[1] == "万" else chinese_number(match[1])
    return None if not of else (_SHORT.divide(parts, of), "", match.end())


def quantity_at(text: str, at: int = 0) -> Read | None:
    """The quantity, range (``1.0～1.5 m``) or tolerance (``20 ± 2 °C``) that begins at ``at``."""
    signed = text.startswith("±", at)
    first = _one(text, at + 1 if signed else at)
    if first is None:
        return None
    limit, end = first
    if tolerance := re.compile(r"\s?±\s?").match(text, end):
        second = _one(text, tolerance.end())
        return None if second is None else _around(limit, *second)
    if (gap := _RANGE.match(text, end)) and (second := _one(text, gap.end())):
        return _between(limit, *second)
    return Read((limit,), end, signed)


def _one(text: str, at: int) -> tuple[Limit, int] | None:
    found = number_at(text, at)
    if found is None:
        return None
    number, unit, end = found
    if not unit and (followed := unit_at(text, end)):
        unit, end = followed
        if way := _MEASURED.match(text, end):
            end = way.end()
    if re.match(r"[A-Za-z]", text[end : end + 1]) and not unit and not text[end - 1].isspace():
        return None  # 3D, 2x: a code, not a number
    return Limit(number=number, unit=unit), end


_LENGTHS = {"μm": -6, "mm": -3, "cm": -2, "m": 0, "km": 3}
"""Powers of ten of a metre, for a tolerance in another unit (1.05 m ± 75 mm)."""


def _around(middle: Limit, spread: Limit, end: int) -> Read | None:
    assert middle.number is not None and spread.number is not None
    unit, part = middle.unit or spread.unit, spread.number
    if middle.unit and middle.unit != spread.unit and spread.unit:
        if spread.unit == "%":
            part = middle.number * spread.number / 100
        elif middle.unit in _LENGTHS and spread.unit in _LENGTHS:
            part = spread.number.scaleb(_LENGTHS[spread.unit] - _LENGTHS[middle.unit])
        else:
            return None
    low, high = middle.number - part, middle.number + part
    return Read((Limit(number=low, unit=unit), Limit(number=high, unit=unit)), end)


def _between(low: Limit, high: Limit, end: int) -> Read:
    return Read((low if low.unit else low.model_copy(update={"unit": high.unit}), high), end)


def sizes(text: str) -> bool:
    """Whether a number with a unit stands in words that name a thing (a voltage class does: 10kV 开关柜)."""
    for match in re.finditer(r"(?<![A-Za-z0-9.])\d+(?:\.\d+)?", text):
        found = unit_at(text, match.end())
        if found is not None and found[0] not in ("", "kV", "V"):
            return True
    return False


def holds_quantity(text: str) -> bool:
    """Whether a number with digits stands in a phrase that should have none (codes such as IP54 count too)."""
    return re.search(r"\d", text) is not None
