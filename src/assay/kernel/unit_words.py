"""Units as they stand behind numbers in zh and en text, brought to one spelling."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

# Spellings of one unit. The first is the common one; a slot's own unit text is known besides these.
_SAME: tuple[tuple[str, ...], ...] = (
    ("%", "percent", "per cent", "pct", "百分比"),
    ("‰", "permille"),
    ("pp", "percentage points", "percentage point", "个百分点", "百分点"),
    ("°C", "℃", "degC", "deg C", "Cel", "摄氏度", "度"),
    ("°F", "℉", "degF"),
    ("K", "kelvin", "开尔文"),
    ("°", "degrees", "degree"),
    ("s", "sec", "seconds", "second", "秒钟", "秒"),
    ("min", "minutes", "minute", "mins", "分钟"),
    ("h", "hours", "hour", "hr", "hrs", "个小时", "小时"),
    ("d", "days", "day", "天", "日"),
    ("week", "weeks", "周"),
    ("month", "months", "个月"),
    ("year", "years", "年"),
    ("ms", "毫秒"),
    ("Pa", "帕"),
    ("hPa", "百帕"),
    ("kPa", "千帕"),
    ("MPa", "兆帕"),
    ("bar", "巴"),
    ("mbar", "毫巴"),
    ("kg", "千克", "公斤"),
    ("g", "克"),
    ("mg", "毫克"),
    ("t", "吨", "tonnes", "tons"),
    ("m", "米", "metres", "meters"),
    ("mm", "毫米"),
    ("cm", "厘米"),
    ("km", "千米", "公里"),
    ("kW", "千瓦"),
    ("MW", "兆瓦"),
    ("W", "瓦"),
    ("kWh", "千瓦时"),
    ("A", "安"),
    ("mA", "毫安"),
    ("V", "伏"),
    ("kV", "千伏"),
    ("Hz", "赫兹"),
    ("L", "升", "litres", "liters"),
    ("mol", "摩尔"),
    ("kmol",),
    ("mol%", "mol %", "摩尔%"),
    ("wt%", "wt %"),
    ("m3/h", "m³/h", "m^3/h", "立方米每小时", "立方米/小时"),
    ("m3", "m³", "m^3", "立方米"),
    ("m2", "m²", "平方米"),
    ("kg/h", "千克/小时", "千克每小时"),
    ("t/h", "吨/小时"),
    ("kmol/h",),
    ("L/min", "升/分钟"),
    ("rpm", "r/min", "转/分"),
    ("kscmh",),
    ("kPa gauge", "kPag", "kPa(g)"),
    ("mm/s",),
    ("ppm",),
    ("", "times", "-fold", "fold", "倍", "x", "个", "次", "台", "条", "项", "种", "处", "只", "组", "根", "起", "名"),
)
_COMMON = {spelling: group[0] for group in _SAME for spelling in group if spelling}
_COMPOUND = re.compile(r"(?:[/·^][A-Za-zµ°]+[0-9²³]?)+")
_WORD = re.compile(r"[A-Za-z0-9_]")


def same_unit(unit: str) -> str:
    """The common spelling of a unit; an unknown unit is its own."""
    return _COMMON.get(unit.strip(), unit.strip())


@lru_cache(maxsize=256)
def _pattern(units: frozenset[str]) -> re.Pattern[str]:
    spellings = sorted({*_COMMON, *units} - {""}, key=len, reverse=True)
    return re.compile("|".join(re.escape(spelling) for spelling in spellings))


def unit_after(text: str, start: int, known: Iterable[str] = ()) -> tuple[str, int]:
    """The unit that begins at ``start`` (after one space or hyphen at most) and where it ends, or ``("", start)``.

    ``known`` adds units to the common ones. A unit ends at a word's end: ``5 minutes`` is no ``5 m``, and ``5 kPa/s``
    is neither ``5 kPa`` nor without a unit.
    """
    at = start + 1 if text[start : start + 1] in (" ", "-", "\u00a0", "\u202f") else start
    for match in _fitting(text, at, frozenset(known)):
        rest = _COMPOUND.match(text, at + len(match))
        whole = match + (rest.group() if rest else "")
        return same_unit(whole), at + len(whole)
    return "", start


def _fitting(text: str, at: int, known: frozenset[str]) -> Iterable[str]:
    match = _pattern(known).match(text, at)
    while match is not None:
        found, end = match.group(), match.end()
        if not (_WORD.match(found[-1]) and end < len(text) and _WORD.match(text[end])):
            yield found
            return
        match = _pattern(known).match(text[: end - 1], at)  # a shorter unit may still fit
