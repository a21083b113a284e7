"""What follows from the amounts of a request: limits that were not asked for, and times that are sums of others."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from assay.kernel.quantity import Quantity
from assay.kernel.unit_words import same_unit
from assay.skills.plc.blocks.amounts import literal, real, words_of
from assay.skills.plc.blocks.block import Block, Parameter
from assay.skills.plc.blocks.building import amount, fits

_NEAR = 14
#: Words for more and for less than something, and what parts one such saying from the next.
_UP = re.compile(r"[高加热+]|\b(?:above|over|plus|hotter|higher|warmer)\b", re.I)
_DOWN = re.compile(r"[低减凉冷-]|\b(?:below|under|minus|colder|lower|less|cooler)\b", re.I)
_ON = re.compile(r"\b(?:on|in|runs?|starts?|opens?)\b|(?<![断离])开|[通投转启]", re.I)
_OFF = re.compile(r"\b(?:off|out|quits?|stops?|closes?|shuts?)\b|[关停断切]", re.I)
_CUT = re.compile(r"[,;，；。、]|\.\s|\band\b")
_TEMPERATURES = ("°C", "K", "")
_TIME = Parameter("", "TIME", "T#0s", "", "", {"en": ""}, {})


def within_rules(block: Block, values: Mapping[str, str]) -> dict[str, str]:
    """The values, and where they leave no room for the defaults of others (a low limit of 2 under a low-low limit of
    10) those others out of reach, as nobody asked for them."""
    given = dict(values)
    if fits(block, given):
        return given
    away = {one.name: one.away for one in block.parameters if one.away and one.name not in given}
    return {**given, **away} if away and fits(block, {**given, **away}) else given


def around(
    block: Block, text: str, quantities: Sequence[Quantity], values: Mapping[str, str]
) -> tuple[dict[str, str], set[int]]:
    """The hysteresis around a set-point (and that it cools) that is said as two deviations (1 K above and 1 K below it)
    or as two points as far above as below it (160 degrees, in at 155 and out at 165), and the places of the amounts
    that say it."""
    taker = block.parameter("HYSTERESIS")
    if taker is None or "SetPoint" not in block.inputs or taker.name in values:
        return {}, set()
    if any(word in text.lower() for word in words_of(taker)):
        return {}, set()
    made = {
        place: Decimal(value)
        for place, one in enumerate(quantities)
        if same_unit(one.readings[0].unit) in _TEMPERATURES and (value := literal(text, one, taker)) is not None
    }
    sides = {place: _side(text, quantities, place) for place in made}
    pair = [place for place in made if sides[place]]
    if len(pair) == 2 and sides[pair[0]] != sides[pair[1]] and len({abs(made[place]) for place in pair}) == 1:
        low, high = sorted(pair, key=lambda place: sides[place], reverse=True)
        return _which_way(text, quantities[low], quantities[high], {taker.name: real(abs(made[low]))}, set(pair))
    if len(made) == 3:
        low, middle, high = sorted(made, key=lambda place: made[place])
        if middle == min(made) and made[high] - made[middle] == made[middle] - made[low] > 0:
            given = {taker.name: real(made[high] - made[middle])}
            return _which_way(text, quantities[low], quantities[high], given, {low, high})
    return {}, set()


def _which_way(
    text: str, low: Quantity, high: Quantity, given: dict[str, str], places: set[int]
) -> tuple[dict[str, str], set[int]]:
    """What is given with whether it cools (on above, off below); nothing where the request does not say which."""
    below, above = _switched(text, low), _switched(text, high)
    if not below or not above or below == above:
        return {}, set()
    return given | ({"COOLING": "TRUE"} if above == "on" else {}), places


def _switched(text: str, one: Quantity) -> str:
    """Whether the clause of an amount switches something ``on`` or ``off``; empty where it says neither or both."""
    said = _CUT.split(text[: one.start])[-1] + " " + _CUT.split(text[one.end :])[0]
    on, off = bool(_ON.search(said)), bool(_OFF.search(said))
    return "" if on == off else "on" if on else "off"


def _side(text: str, quantities: Sequence[Quantity], place: int) -> str:
    """Whether an amount is one above (``+``) or below (``-``) something; empty where nothing or both is said."""
    one = quantities[place]
    start = max(quantities[place - 1].end if place else 0, one.start - _NEAR)
    end = min(quantities[place + 1].start if place + 1 < len(quantities) else len(text), one.end + _NEAR)
    before, behind = _CUT.split(text[start : one.start])[-1], _CUT.split(text[one.end : end])[0]
    said = (one.sign if one.sign in ("+", "-") else "") + before + " " + behind
    up, down = bool(_UP.search(said)), bool(_DOWN.search(said))
    return "" if up == down else "+" if up else "-"


def summed(block: Block, values: Mapping[str, str], text: str, quantity: Quantity) -> bool:
    """Is the amount one that the block makes of others, and the right one (red is green and yellow of the other road)?
    One that is not the sum stays unused, so that it is named."""
    made = literal(text, quantity, _TIME)
    before = text[max(0, quantity.start - _NEAR) : quantity.start].lower()
    if made is None:
        return False
    for one in block.sums:
        if any(re.search(word, before) for word in one.words):
            parts = [amount("TIME", values.get(name, _default(block, name))) for name in one.of]
            if sum((part or Decimal(0) for part in parts), Decimal(0)) == amount("TIME", made):
                return True
    return False


def _default(block: Block, name: str) -> str:
    found = block.parameter(name)
    assert found is not None
    return found.default
