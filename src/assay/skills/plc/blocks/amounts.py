"""What an amount of a request is as a literal of a parameter: units of a kind, ranges, rates, times."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from assay.kernel.quantity import Quantity
from assay.kernel.unit_words import same_unit
from assay.skills.plc.blocks.block import COUNT, Block, Parameter
from assay.skills.plc.blocks.wording import SECONDS, rate

_RANGE = re.compile(
    r"(-?\d+(?:\.\d+)?)\s*(?:%|°C|℃|bar|rpm|Hz|V|mA)?\s*(?:[升降加提])?(?:to|\.{2,3}|…|~|-|–|到|至)\s*(-?\d+(?:\.\d+)?)\s*(mA|V(?![a-z])|毫安|伏)?",
    re.I,
)
#: Units of a kind with their sizes.
_SIZES = {
    unit: (kind, Decimal(size))
    for kind, sizes in {
        "mass": {"mg": "0.000001", "g": "0.001", "kg": "1", "t": "1000"},
        "length": {"mm": "0.001", "cm": "0.01", "m": "1"},
        "pressure": {
            "Pa": "1",
            "mbar": "100",
            "hPa": "100",
            "kPa": "1000",
            "bar": "100000",
            "MPa": "1000000",
        },
        "volume": {"mL": "0.000001", "L": "0.001", "m3": "1"},
    }.items()
    for unit, size in sizes.items()
}
#: Words that count things: what stands before them is no measured value (那两个).
_COUNTED = re.compile(r"[一二两三四五六七八九十百]+[个只台路条盏组套]")
#: The two ends of a range with a word for it: limits 0 and 60, 介于10和90.
_LIMITS = re.compile(
    r"((?:limit\w*|between|range|bounds?|clamp\w*|限幅|限制|范围|介于)\s*(?:of|at|to|:|are|is|在|为)?\s*)"
    r"(-?\d+(?:\.\d+)?)\s*%?\s*(?:and|,|和|与|/)\s*(-?\d+(?:\.\d+)?)",
    re.I,
)
_RAW = re.compile(r"raw|count|digit|27648|32767|4095|16383|码值|原始", re.I)
_IS_TIME = re.compile(r"\s*(?:ms|s|secs?|seconds?|min|minutes?|h|hours?|毫秒|秒|分)(?![a-z])", re.I)
_RANGE_UNIT = re.compile(r"\s*(?:%|[a-z°℃/]+(?:\b|(?<=[°℃]))|转|赫兹?|度|米)?", re.I)
_TIME_FOR = re.compile(
    r"(?<![\d.])(?P<n>\d+(?:\.\d+)?)\s*(?P<unit>ms|s|seconds?|sec|min|minutes?|毫秒|秒|分钟)(?![a-z])",
    re.I,
)


def in_one_unit(quantities: list[Quantity]) -> list[Quantity]:
    """Amounts of a kind (kg and g, bar and mbar) in the coarsest of the units said: a program has one."""
    coarsest: dict[str, Decimal] = {}
    for one in quantities:
        if (found := _SIZES.get(same_unit(one.readings[0].unit))) is not None:
            coarsest[found[0]] = max(coarsest.get(found[0], found[1]), found[1])
    return [
        one
        if (found := _SIZES.get(same_unit(one.readings[0].unit))) is None or found[1] == coarsest[found[0]]
        else replace(
            one,
            readings=tuple(replace(r, mantissa=r.mantissa * found[1] / coarsest[found[0]]) for r in one.readings),
        )
        for one in quantities
    ]


def ranges(block: Block, text: str) -> tuple[str, dict[str, str]]:
    """Takes ranges (``0 to 16``) out of the text for a block with a low and a high end; a signal (``4-20 mA``) says
    how the value arrives and is no parameter, nor is the range of a value that the block only passes on. A rate may be
    said as a range and the time for it (from 0 to 50 Hz in 10 s)."""
    ends = [
        (one.name, one.name.replace("LOW", "HIGH"))
        for one in block.parameters
        if one.type == "REAL" and one.name.endswith("LOW") and not one.name.startswith("RAW")
    ]
    passes = any("per second" in one.about["en"] for one in block.parameters)
    values: dict[str, str] = {}
    if ends:
        text = _LIMITS.sub(lambda match: f"{match[1]}{match[2]} to {match[3]}", text)
    for match in list(_RANGE.finditer(text)):
        if match[3] is None and ends and block.parameter("RAW_LOW") is not None and _is_raw(text, match):
            values |= {
                "RAW_LOW": real(Decimal(match[1])),
                "RAW_HIGH": real(Decimal(match[2])),
            }
        elif match[3] is None and ends and ends[0][0] not in values:
            values |= {
                ends[0][0]: real(Decimal(match[1])),
                ends[0][1]: real(Decimal(match[2])),
            }
        elif match[1] == "1" and any(one.type == COUNT for one in block.parameters):
            text = text[: match.start()] + match[2].ljust(len(match[0])) + text[match.end() :]
            continue
        elif match[3] is None and not (passes and not _IS_TIME.match(text, match.end())):
            continue
        blank = "\0" * len(match[0])
        text = text[: match.start()] + blank + text[match.end() :]
        if passes and match[3] is None and not ends:
            text = _as_rates(text, match, abs(Decimal(match[2]) - Decimal(match[1])))
    return text, values


def _is_raw(text: str, match: re.Match[str]) -> bool:
    """Counts of a converter: said to be so, or a range that no physical value has."""
    return Decimal(match[2]) >= 1000 and bool(_RAW.search(text[max(0, match.start() - 12) : match.end() + 10]))


def _as_rates(text: str, span: re.Match[str], change: Decimal) -> str:
    """The times that a whole range may take, as the rates that they are."""
    unit = _RANGE_UNIT.match(text, span.end())
    start = unit.end() if unit else span.end()
    head = text[: span.end()] + " " * (start - span.end())

    def rated(match: re.Match[str]) -> str:
        seconds = Decimal(match["n"]) * SECONDS[same_unit(match["unit"])]
        return f"{format(change / seconds, '.6g')} per second" if seconds else match[0]

    return head + _TIME_FOR.sub(rated, text[start:])


def literal(text: str, quantity: Quantity, parameter: Parameter) -> str | None:
    """The quantity as a literal of the parameter's type, or None when it is of another kind."""
    for reading in quantity.readings:
        value = reading.mantissa * Decimal(10) ** reading.power
        factor = SECONDS.get(same_unit(reading.unit))
        if parameter.type == "TIME":
            if factor is not None and value >= 0:
                return time_literal(value * factor)
            if same_unit(reading.unit) == "Hz" and value > 0 and "hz" in words_of(parameter):
                return time_literal(round(1 / (2 * value), 3))
        elif parameter.type in (COUNT, "INT", "UDINT"):
            hours = parameter.type == "UDINT" and factor == 3600
            if (not same_unit(reading.unit) or hours) and value == int(value):
                return str(int(value))
        elif factor is not None:
            if parameter.about["en"].endswith(", s"):
                return real(value * factor)
        elif parameter.type == "REAL" and not _COUNTED.fullmatch(quantity.text):
            if reading.unit == "%" and parameter.high and Decimal(parameter.high) <= 1 < value:
                value /= 100
            if "per second" in parameter.about["en"]:
                value /= rate(text, quantity.start, quantity.end, reading.unit)
            return real(-value if quantity.sign == "-" else value)
    return None


def real(value: Decimal) -> str:
    plain = format(Decimal(f"{value:.10g}").normalize(), "f")
    return plain if "." in plain else plain + ".0"


def time_literal(seconds: Decimal) -> str:
    """``T#90s``, ``T#500ms``: whole seconds where they are whole, to the millisecond."""
    milliseconds = round(seconds * 1000)
    return f"T#{milliseconds}ms" if milliseconds % 1000 else f"T#{milliseconds // 1000}s"


def words_of(parameter: Parameter) -> list[str]:
    """What people call a parameter, in small letters."""
    return [one.lower() for some in parameter.words.values() for one in some]
