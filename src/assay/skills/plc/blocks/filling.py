"""Reads the parameters of a block out of a request: every quantity goes to the parameter whose words stand nearest, and
what fits nothing is named, never dropped in silence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from assay.kernel.numbers import normalise, scan
from assay.kernel.quantity import Quantity
from assay.kernel.unit_words import same_unit
from assay.skills.plc.blocks.block import COUNT, Block, Parameter

_SECONDS = {
    "ms": Decimal("0.001"), "s": Decimal(1), "min": Decimal(60), "h": Decimal(3600), "d": Decimal(86400),
}  # fmt: skip
_NEAR = 40
_CLAUSE = re.compile(r"[,;.]\s|[，；。、\n]|\b(?:and|but|then)\b|[和与再后]")
_HALF = re.compile(r"\bhalf an? (?=second|minute|hour)", re.I)
_RANGE = re.compile(r"(-?\d+(?:\.\d+)?)\s*(?:to|\.\.|~|-|–|到|至)\s*(-?\d+(?:\.\d+)?)\s*(mA|V\b)?", re.I)


@dataclass(frozen=True, slots=True)
class Filled:
    """``values``: parameter -> literal. ``unused``: quantities of the request that no parameter takes. ``unclear``:
    parameters that two quantities claim."""

    values: Mapping[str, str]
    unused: tuple[str, ...]
    unclear: tuple[str, ...]


def read_parameters(block: Block, request: str) -> Filled:
    """The parameters that the request gives; those it does not mention keep their defaults."""
    text, ranges = _ranges(block, _HALF.sub("0.5 ", normalise(request)))
    quantities, _ = scan(text)
    claims = sorted(
        (_distance(text, one, parameter), place, parameter.name, made)
        for place, one in enumerate(quantities)
        for parameter in block.parameters
        if (made := _literal(one, parameter)) is not None and _distance(text, one, parameter) < _NEAR
    )
    values: dict[str, str] = dict(ranges)
    used: set[int] = set()
    unclear: list[str] = []
    for distance, place, name, made in claims:
        if place in used:
            continue
        if name in values:
            if values[name] != made and distance == 0:
                unclear.append(name)
            continue
        values[name] = made
        used.add(place)
    _take_the_only(block, quantities, values, used)
    unused = tuple(one.text for place, one in enumerate(quantities) if place not in used and _says_much(one))
    return Filled({**_switches(block, text), **values}, unused, tuple(dict.fromkeys(unclear)))


def _says_much(quantity: Quantity) -> bool:
    """A number in words without a unit (两个按钮, two buttons) only counts things; other amounts mean something."""
    return any(c.isascii() and c.isdigit() for c in quantity.text) or any(
        reading.unit and same_unit(reading.unit) not in ("个", "只", "台", "次", "路") for reading in quantity.readings
    )


def _ranges(block: Block, text: str) -> tuple[str, dict[str, str]]:
    """Takes ranges (``0 to 16``) out of the text for a block with a low and a high end; a signal (``4-20 mA``) says
    how the value arrives and is no parameter."""
    ends = [
        (one.name, one.name.replace("LOW", "HIGH"))
        for one in block.parameters
        if one.type == "REAL" and one.name.endswith("LOW") and not one.name.startswith("RAW")
    ]
    values: dict[str, str] = {}
    for match in list(_RANGE.finditer(text)):
        if match[3] is None and ends and not values:
            values = {ends[0][0]: _real(Decimal(match[1])), ends[0][1]: _real(Decimal(match[2]))}
        elif match[3] is None:
            continue
        text = text[: match.start()] + "\0" * len(match[0]) + text[match.end() :]
    return text, values


def _take_the_only(block: Block, quantities: list[Quantity], values: dict[str, str], used: set[int]) -> None:
    """One parameter of a kind is left and one quantity of that kind: they belong together."""
    left = [one for one in block.parameters if one.name not in values and one.type != "BOOL"]
    for parameter in left:
        rivals = [one for one in left if (one.type == "TIME") == (parameter.type == "TIME")]
        fits = [
            (place, made)
            for place, one in enumerate(quantities)
            if place not in used and (made := _literal(one, parameter)) is not None
        ]
        if len(rivals) == 1 and len(fits) == 1:
            values[parameter.name] = fits[0][1]
            used.add(fits[0][0])


def _switches(block: Block, text: str) -> dict[str, str]:
    low = text.lower()
    return {
        one.name: "TRUE"
        for one in block.parameters
        if one.type == "BOOL" and any(word in low for some in one.words.values() for word in some)
    }


def _literal(quantity: Quantity, parameter: Parameter) -> str | None:
    """The quantity as a literal of the parameter's type, or None when it is of another kind."""
    for reading in quantity.readings:
        value = reading.mantissa * Decimal(10) ** reading.power
        factor = _SECONDS.get(same_unit(reading.unit))
        if parameter.type == "TIME":
            if factor is not None and value >= 0:
                return time_literal(value * factor)
        elif parameter.type in (COUNT, "INT", "UDINT"):
            hours = parameter.type == "UDINT" and factor == 3600
            if (not reading.unit or hours) and value == int(value):
                return str(int(value))
        elif parameter.type == "REAL" and (factor is None or _spoken_in(parameter, "s", "秒")):
            return _real(-value if quantity.sign == "-" else value)
    return None


def _real(value: Decimal) -> str:
    plain = format(value, "f")
    return plain if "." in plain else plain + ".0"


def _spoken_in(parameter: Parameter, *units: str) -> bool:
    return any(
        unit in about.replace("（", " ").replace("）", " ").split(" ")[-1]
        for about in parameter.about.values()
        for unit in units
    )


def time_literal(seconds: Decimal) -> str:
    """``T#90s``, ``T#500ms``: whole seconds where they are whole."""
    if seconds == int(seconds):
        return f"T#{int(seconds)}s"
    return f"T#{int(seconds * 1000)}ms"


def _distance(text: str, quantity: Quantity, parameter: Parameter) -> int:
    """Code points between the quantity and the nearest of the parameter's words; a clause between counts extra."""
    low = text.lower()
    best = _NEAR
    for word in (one.lower() for some in parameter.words.values() for one in some):
        pattern = re.escape(word) if not word.isascii() else rf"(?<![a-z]){re.escape(word)}"
        for match in re.finditer(pattern, low):
            if match.end() <= quantity.start:
                gap, between = quantity.start - match.end(), low[match.end() : quantity.start]
            else:
                gap, between = max(0, match.start() - quantity.end), low[quantity.end : match.start()]
            best = min(best, gap + 20 * len(_CLAUSE.findall(between)) - min(8, len(word)))
    return best
