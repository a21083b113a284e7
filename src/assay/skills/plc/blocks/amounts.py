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
_RAW = re.compile(
    r"raw|count|digit|\b(?:word|card|module|converter|adc?|ai)\b|27648|3276[78]|409[56]|1638[34]|码|原始|模块|卡|读数|数字量|采样值",
    re.I,
)
#: A unit behind a number, and the words of English that are as short.
_HAS_UNIT = re.compile(
    r"\s?(?:[%°℃µ]|(?!(?:for|as|and|to|in|is|on|of|or|at|by|raw|the|it|i|a|with|from|when)\b)[a-z]{1,4}\d?(?:/[a-z]+)?\b|"
    r"[米升吨度巴帕公毫立兆方斤])",
    re.I,
)
#: From here on a number may be a count of a converter.
_COUNTS = 1000
_VALUE = r"(-?\d+(?:\.\d+)?|[零空]|zero)"
_OF = r"(\s?(?:mA|毫安|[%°℃µ][a-z/]*|[a-z]{1,4}\d?(?:/[a-z]+)?|[米升吨度巴帕公毫立兆方斤小时/]{1,6})?)"
_IS = r"\s*(?:对应(?:的是|于|着)?|等于|相当于|=|->|→|(?:is|are|equals?|means?|corresponds? to|stands? for|gives?)\b)\s*"
#: Two points of a straight line: 6400对应0，32000对应120; 4 mA = 0 bar, 20 mA = 16 bar.
_POINTS = re.compile(
    rf"(?<![\d.]){_VALUE}{_OF}{_IS}{_VALUE}{_OF}[^\d.。]{{1,12}}?{_VALUE}{_OF}{_IS}(?:[满全]\w{{0,3}}?)?{_VALUE}{_OF}(?![\d.])",
    re.I,
)
#: What is never left: below 10 nor above 90 percent.
_NEVER = re.compile(
    r"\b(?:never|not|no)\b(?: \w+){0,2} (?:below|under|less than|lower than) (-?\d+(?:\.\d+)?)\s*(?:%|percent)?,?"
    r" (?:n?or|and)(?: \w+)? (?:above|over|more than|higher than) (-?\d+(?:\.\d+)?)|"
    r"不[得能要可会许]?(?:低于|小于|少于|低过)\s*(-?\d+(?:\.\d+)?)\s*%?[，,、]?(?:也|且|或|又|并且)?不?[得能要可会许]?"
    r"(?:高于|大于|超过|高过)\s*(-?\d+(?:\.\d+)?)",
    re.I,
)
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
        text = _NEVER.sub(lambda match: f"{match[1] or match[3]} to {match[2] or match[4]}", text)
    scaled = bool(ends) and block.parameter("RAW_LOW") is not None
    if scaled:
        text, values = _points(text, ends[0])
    found = list(_RANGE.finditer(text))
    for match in found:
        if match[3] is None and scaled and (_is_raw(text, match) or _looks_raw(text, match, found)):
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


def _points(text: str, ends: tuple[str, str]) -> tuple[str, dict[str, str]]:
    """Two points of the line between counts (or a current, which is no parameter) and values; the text without them."""
    match = _POINTS.search(text)
    if match is None:
        return text, {}
    numbers = [Decimal(0) if one in "零空" or one.lower() == "zero" else Decimal(one) for one in match.groups()[::2]]
    units = [one.strip().lower() for one in match.groups()[1::2]]
    columns = [(numbers[0::2], units[0::2]), (numbers[1::2], units[1::2])]
    columns.sort(key=lambda one: "ma" in one[1] or "毫安" in one[1] or (not any(one[1]) and max(one[0]) >= _COUNTS))
    (values, _), (raw, signal) = columns
    if not (any(one in ("ma", "毫安") for one in signal) or (max(raw) >= _COUNTS and max(raw) > max(values))):
        return text, {}
    order = sorted(range(2), key=lambda at: raw[at])
    made = {name: real(values[at]) for name, at in zip(ends, order, strict=True)}
    if not any(signal):
        made |= {name: real(raw[at]) for name, at in zip(("RAW_LOW", "RAW_HIGH"), order, strict=True)}
    return text[: match.start()] + "\0" * len(match[0]) + text[match.end() :], made


def _looks_raw(text: str, match: re.Match[str], found: list[re.Match[str]]) -> bool:
    """Counts that are not said to be so: a great range without a unit beside another one with smaller values."""
    others = [one for one in found if one is not match and one[3] is None]
    return (
        Decimal(match[2]) >= _COUNTS
        and not _HAS_UNIT.match(text, match.end())
        and len(others) == 1
        and Decimal(others[0][2]) < Decimal(match[2])
    )


def _is_raw(text: str, match: re.Match[str]) -> bool:
    """Counts of a converter: said to be so, or a range that no physical value has."""
    return Decimal(match[2]) >= _COUNTS and bool(_RAW.search(text[max(0, match.start() - 12) : match.end() + 10]))


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
