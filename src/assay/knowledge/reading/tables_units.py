"""Units as they stand alone in a table's cell, behind a number, or in a statement for a whole table."""

from __future__ import annotations

import re

_BASE = (
    "m|g|s|A|K|mol|cd|Hz|N|Pa|J|W|V|Ω|Ω|ohm|F|C|T|H|L|l|bar|t|h|min|d|VA|var|Wh|Ah|eV|dB|B|Nm|pH|"
    "pm|rev|S|lx|lm|rad|Gy|Bq|Sv|kat|cal|Torr|a|r|inch|ft|psi|psig|psia|lb|lbf|lbs|gal|gpm|cfm|rpm|RPM|HP|hp|PS|"
    "mmHg|mmH2O|mmH₂O|mH2O|mWC|kgf|gf|tf|cP|cSt|Nm3|Nm³|Sm3|Sm³|Nl|NL|mil|mils|oz|ppm|ppb|ppmv|NTU|atm|barg|bara|"
    "deg|kscmh|cycles|pcs|hrs?|sec|mins?|days?|hours?|minutes?|seconds?|years?|months?|weeks?|℃|℉|°C|°F|°|º|℧|%|‰|′|″"
)
_ZH = (
    "摄氏度|华氏度|毫米|厘米|分米|千米|公里|微米|米|毫克|千克|公斤|克|吨|毫升|立方米|平方米|平方毫米|升|兆帕|千帕|百帕|帕|巴|毫巴|"
    "毫安|千安|安培|安|毫伏|千伏|伏特|伏|千瓦时|千瓦|兆瓦|瓦|千赫|兆赫|赫兹|赫|欧姆|兆欧|欧|牛顿|牛米|牛·米|牛|转|分钟|小时|"
    "秒钟|毫秒|秒|分|天|日|周|个月|月|年|度|次|分贝|摩尔|开|弧度"
)
_PREFIX = "(?:da|[YZEPTGMkhdcmµμnpf])?"
_POWER = r"(?:\^[-−]?[0-9]{1,2}|⁻?[²³¹⁴]|(?<=[msn])-?[123](?![0-9])|(?<=ft)[23])"
_ONE = rf"(?:{_PREFIX}(?:{_BASE})|{_ZH})(?:{_POWER})?"
_REFERENCE = r"(?:\s?[\(（](?:g|a|abs|gauge|表压|绝压|表|绝|A|G|rms|RMS|有效值|峰峰值|p-p)[\)）])?"
_UNIT = rf"(?:{_ONE})(?:\s?[/·•⋅*.×每]\s?(?:\(?{_ONE}\)?|[0-9]+\s?(?:{_ONE})))*{_REFERENCE}"
_WHOLE = re.compile(rf"^\s*[\(（\[【]?\s*(?:{_UNIT})(?:\s*[,，、/或]\s*(?:{_UNIT}))?\s*[\)）\]】]?\s*$")
_FRONT = re.compile(rf"^\s*(?P<unit>{_UNIT})(?![A-Za-zµΩ0-9])")
_NOTHING = re.compile(r"^\s*(?:[-–—―/\\－]+|\.{2,}|无|none|n/a|N/A)?\s*$")
_STATED = re.compile(
    r"(?:单\s*位|计量单位|(?:Dimensions?|Values?|Figures?|All\s+(?:values|dimensions|figures|data)|Units?|Unit\s+of\s+measure(?:ment)?)"
    r"(?:\s+(?:are|is|given|stated|shown|expressed))*)\s*(?:[:：为]|均为|\bin\b(?!\s+(?:the|this|a)\b))\s*",
    re.IGNORECASE,
)


def is_unit(text: str) -> bool:
    """Whether a cell's words are a unit and nothing else: "mm", "(kPa)", "℃", "r/min", "m³/h"."""
    return bool(_WHOLE.match(text))


def is_blank(text: str) -> bool:
    """Whether a cell says nothing: empty or a dash."""
    return bool(_NOTHING.match(text))


def unit_starts(text: str) -> str:
    """The unit at the front of a text ("mm clearance" gives "mm"), or an empty string."""
    found = _FRONT.match(text)
    if found is None:
        return ""
    unit = found["unit"]
    after = text[found.end() :]
    if re.fullmatch(r"[\u3400-\u9fff]+", unit) and re.match(r"[\u3400-\u9fff]", after):
        return "" if len(unit) == 1 else unit
    return unit


def stated_unit(text: str) -> tuple[int, int] | None:
    """Where a unit stated for a whole table stands in a text ("单位: mm", "Dimensions in mm", "All values in bar")."""
    for found in _STATED.finditer(text):
        unit = _FRONT.match(text[found.end() :])
        if unit:
            return found.end() + unit.start("unit"), found.end() + unit.end("unit")
    return None
