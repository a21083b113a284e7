"""Reads the parameters of a block out of a request: every quantity goes to the parameter whose words stand nearest, and
what fits nothing is named, never dropped in silence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from assay.kernel.numbers import scan
from assay.kernel.quantity import Quantity
from assay.kernel.unit_words import same_unit
from assay.skills.plc.blocks.block import COUNT, Block, Parameter
from assay.skills.plc.blocks.wording import SECONDS, plain, rate, vague

T = TypeVar("T")
_NEAR = 40
#: In Chinese the name stands before its amount: one that stands behind counts as this many code points further.
_LATE = 3
_CLAUSE = re.compile(r"[,;.]\s|[，；。、\n]|\b(?:and|but|then)\b|[和与再后]")
_JOIN = re.compile(r"[\s/,、，和与及-]*(?:and|or)?\s*")
_SAME = re.compile(r"都|均|各|同样|一样|相同|\b(?:both|each|either|same|equally)\b", re.I)
_CYCLE = re.compile(r"(?:scan|cycle|task|扫描|周期)", re.I)
_RANGE = re.compile(r"(-?\d+(?:\.\d+)?)\s*(?:to|\.\.|~|-|–|到|至)\s*(-?\d+(?:\.\d+)?)\s*(mA|V\b|毫安|伏)?", re.I)


@dataclass(frozen=True, slots=True)
class Filled:
    """``values``: parameter -> literal. ``unused``: quantities of the request that no parameter takes. ``unclear``:
    parameters that two quantities claim."""

    values: Mapping[str, str]
    unused: tuple[str, ...]
    unclear: tuple[str, ...]


def read_parameters(block: Block, request: str) -> Filled:
    """The parameters that the request gives; those it does not mention keep their defaults."""
    text, ranges = _ranges(block, plain(request))
    quantities, _ = scan(text)
    values: dict[str, str] = dict(ranges)
    used = _lists(block, text, quantities, values)
    claims = sorted(
        (_distance(text, one, parameter), place, parameter.name, made)
        for place, one in enumerate(quantities)
        for parameter in block.parameters
        if (made := _literal(text, one, parameter)) is not None and _distance(text, one, parameter) < _NEAR
    )
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
    _take_the_only(block, text, quantities, values, used)
    unused = tuple(one.text for place, one in enumerate(quantities) if place not in used and _says_much(one))
    return Filled({**_switches(block, text), **values}, unused + vague(text), tuple(dict.fromkeys(unclear)))


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


def _lists(block: Block, text: str, quantities: list[Quantity], values: dict[str, str]) -> set[int]:
    """As many amounts one after another as names one after another (HH/H/L/LL: 95, 85, 15, 5) belong together in their
    order, and a single amount to all of them where it is said to be the same. Puts them into ``values`` and returns
    the places of the amounts."""
    amounts = _runs([(one.start, one.end, place) for place, one in enumerate(quantities)], text)
    for names in _runs(_names(block, text), text):
        fitting = [one for one in amounts if len(one) == len(names)]
        parameters = [one for name in names for one in block.parameters if one.name == name[2]]
        if len(quantities) == 1 and _SAME.search(text):
            alike = {one.name: v for one in parameters if (v := _literal(text, quantities[0], one)) is not None}
            values.update(alike)
            return {0} if alike else set()
        if len(fitting) != 1 or len({one.name for one in parameters}) != len(names):
            continue
        made = [_literal(text, quantities[a[2]], one) for a, one in zip(fitting[0], parameters, strict=True)]
        if any(one.name in values for one in parameters) or None in made:
            continue
        values.update({one.name: str(value) for one, value in zip(parameters, made, strict=True)})
        return {a[2] for a in fitting[0]}
    return set()


def _names(block: Block, text: str) -> list[tuple[int, int, str]]:
    """Where the parameters' words stand, the longest at each place, none over another."""
    found = [
        (start, end, parameter.name)
        for parameter in block.parameters
        for word in _words(parameter)
        for start, end in _places(word, text.lower())
    ]
    chosen: list[tuple[int, int, str]] = []
    for one in sorted(found, key=lambda one: (one[0], -one[1])):
        if not chosen or one[0] >= chosen[-1][1]:
            chosen.append(one)
    return chosen


def _runs(places: list[tuple[int, int, T]], text: str) -> list[list[tuple[int, int, T]]]:
    """The places that stand one after another with nothing but separators between them, two at least."""
    runs: list[list[tuple[int, int, T]]] = []
    for one in places:
        if runs and _JOIN.fullmatch(text, runs[-1][-1][1], one[0]):
            runs[-1].append(one)
        else:
            runs.append([one])
    return [one for one in runs if len(one) > 1]


def _take_the_only(block: Block, text: str, quantities: list[Quantity], values: dict[str, str], used: set[int]) -> None:
    """One time (or one count) is left to give and one stands in the request: they belong together. Other numbers may
    be anything (a set-point, a rated flow), and so may the cycle of the program."""
    left = [one for one in block.parameters if one.name not in values and one.type not in ("BOOL", "REAL")]
    for parameter in left:
        rivals = [one for one in left if (one.type == "TIME") == (parameter.type == "TIME")]
        fits = [
            (place, made)
            for place, one in enumerate(quantities)
            if place not in used
            and _says_much(one)
            and not _CYCLE.search(text[max(0, one.start - 16) : one.end + 8])
            and (made := _literal(text, one, parameter)) is not None
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


def _literal(text: str, quantity: Quantity, parameter: Parameter) -> str | None:
    """The quantity as a literal of the parameter's type, or None when it is of another kind."""
    for reading in quantity.readings:
        value = reading.mantissa * Decimal(10) ** reading.power
        factor = SECONDS.get(same_unit(reading.unit))
        if parameter.type == "TIME":
            if factor is not None and value >= 0:
                return time_literal(value * factor)
        elif parameter.type in (COUNT, "INT", "UDINT"):
            hours = parameter.type == "UDINT" and factor == 3600
            if (not same_unit(reading.unit) or hours) and value == int(value):
                return str(int(value))
        elif factor is not None:
            if parameter.about["en"].endswith(", s"):
                return _real(value * factor)
        elif parameter.type == "REAL":
            if "per second" in parameter.about["en"]:
                value /= rate(text, quantity.start, quantity.end, reading.unit)
            return _real(-value if quantity.sign == "-" else value)
    return None


def _real(value: Decimal) -> str:
    plain = format(value, "f")
    return plain if "." in plain else plain + ".0"


def time_literal(seconds: Decimal) -> str:
    """``T#90s``, ``T#500ms``: whole seconds where they are whole."""
    if seconds == int(seconds):
        return f"T#{int(seconds)}s"
    return f"T#{int(seconds * 1000)}ms"


def _words(parameter: Parameter) -> list[str]:
    return [one.lower() for some in parameter.words.values() for one in some]


def _places(word: str, low: str) -> list[tuple[int, int]]:
    """Where a word begins a word of the text; short ones must be the whole of it."""
    pattern = re.escape(word)
    if word.isascii():
        pattern = rf"(?<![a-z]){pattern}" + ("(?![a-z])" if len(word) <= 3 else "")
    return [one.span() for one in re.finditer(pattern, low)]


def _distance(text: str, quantity: Quantity, parameter: Parameter) -> int:
    """Code points between the quantity and the nearest of the parameter's words; a clause between counts extra."""
    low = text.lower()
    best = _NEAR
    for word in _words(parameter):
        for start, end in _places(word, low):
            if end <= quantity.start:
                gap, between = quantity.start - end, low[end : quantity.start]
            else:
                gap, between = max(0, start - quantity.end), low[quantity.end : start]
            late = 0 if word.isascii() or end <= quantity.start else _LATE
            best = min(best, gap + late + 20 * len(_CLAUSE.findall(between)) - min(8, len(word)))
    return best
