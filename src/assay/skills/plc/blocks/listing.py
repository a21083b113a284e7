"""Amounts that belong together by their order: lists of names and amounts, two or four limits, turn and turn about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TypeVar

from assay.kernel.quantity import Quantity
from assay.kernel.unit_words import same_unit
from assay.skills.plc.blocks.amounts import literal, words_of
from assay.skills.plc.blocks.block import Block

T = TypeVar("T")
_JOIN = re.compile(r"[\s/,、，和与及-]*(?:and|or)?\s*")
_COUNTED = re.compile(r"[一二两三四五六七八九十百]+[个只台次路]?")
#: What may stand between an amount and the name it goes to, and what parts two such pairs.
_TOUCHING = re.compile(r"\s?(?:时|就|后|以上|以下|的时候)?\s?")
_AWAY = re.compile(r"[,.;:，。；：、\n]|\band\b")
#: How bad a limit is, said behind its amount, and on which side the limits are that follow.
_GRADE = re.compile(
    r"\s?(?:(?P<mild>提醒|预警|(?:pre-?)?warn(?:ing)?\b|pre-?alarm\b)|严重|危险|critical\b|danger\b|trip\b)", re.I
)
_PAIR_GRADE = re.compile(
    r"(?P<mild>提醒|预警|\b(?:pre-?)?warn(?:ing)?s?\b|\bpre-?alarms?\b)|严重|危险|跳闸|跳车|\b(?:serious|severe|critical|danger|trips?)\b",
    re.I,
)
_SIDE = re.compile(
    r"(?P<low>往下|向下|低于|\b(?:below|down(?:wards)?|under)\b)|往上|向上|高于|\b(?:above|up(?:wards)?|over)\b", re.I
)
#: What is listed behind a colon: names without a number, up to the end of the sentence or to what has one.
_PHASES = re.compile(
    r"[:：]\s*((?:[^\d,，、;；:：.。\n]{2,30}[,，、]\s*){2,}(?:[^\d,，、;；:：.。\n]{2,30}(?=[.。;；\n]|$))?)"
)
LEAST_LISTED = 3
SAME = re.compile(
    r"都|均|各|同样|一样|相同|双向|上下|升降|\b(?:both|each|either|same|equally|alike|up and down|symmetric\w*)\b",
    re.I,
)


def lists(block: Block, text: str, quantities: list[Quantity], values: dict[str, str]) -> set[int]:
    """As many amounts one after another as names one after another (HH/H/L/LL: 95, 85, 15, 5) belong together in their
    order, and a single amount to all of them where it is said to be the same. Puts them into ``values`` and returns
    the places of the amounts."""
    used = _graded(block, text, quantities, values) or _nested(block, text, quantities, values)
    used = used or _pairs(block, text, quantities, values)
    amounts = _runs([(one.start, one.end, place) for place, one in enumerate(quantities)], text)
    for names in _runs(names_of(block, text), text):
        fitting = [one for one in amounts if len(one) == len(names)]
        parameters = [one for name in names for one in block.parameters if one.name == name[2]]
        if len(quantities) == 1 and SAME.search(text) and not _COUNTED.fullmatch(quantities[0].text):
            alike = {one.name: v for one in parameters if (v := literal(text, quantities[0], one)) is not None}
            values.update(alike)
            return used | {0} if alike else used
        if len(fitting) != 1 or len({one.name for one in parameters}) != len(names):
            continue
        made = [literal(text, quantities[a[2]], one) for a, one in zip(fitting[0], parameters, strict=True)]
        if any(one.name in values for one in parameters) or None in made:
            continue
        values.update({one.name: str(value) for one, value in zip(parameters, made, strict=True)})
        return used | {a[2] for a in fitting[0]}
    return used or _four(block, text, quantities, values) or _turns(block, text, quantities, values)


def _graded(block: Block, text: str, quantities: list[Quantity], values: dict[str, str]) -> set[int]:
    """Limits with how bad they are behind them (38度提醒，41度严重，往下30提醒): the mild one is the single one's,
    the other the double one's. Only where the outer one of a side is the worse one; else nothing is taken."""
    said: dict[str, tuple[int, str]] = {}
    for place, one in enumerate(quantities):
        grade = _GRADE.match(text, one.end)
        if grade is None:
            continue
        sides = list(_SIDE.finditer(text, 0, one.start))
        name = ("L" if sides and sides[-1]["low"] else "H") * (1 if grade["mild"] else 2)
        parameter = block.parameter(name)
        made = literal(text, one, parameter) if parameter is not None else None
        if made is None or name in said or name in values:
            return set()
        said[name] = place, made
    for single, double, sign in (("H", "HH", 1), ("L", "LL", -1)):
        if (single in said) != (double in said):
            return set()
        if single in said and sign * (Decimal(said[double][1]) - Decimal(said[single][1])) <= 0:
            return set()
    values.update({name: made for name, (_, made) in said.items()})
    return {place for place, _ in said.values()}


def _pairs(block: Block, text: str, quantities: list[Quantity], values: dict[str, str]) -> set[int]:
    """Two limits behind one name (highs at 80 and 90, 低报20和10): the outer one is the double one's (HH, LL)."""
    used: set[int] = set()
    names = names_of(block, text)
    listed = {one for some in _runs(names, text) if len({name for _, _, name in some}) > 1 for one in some}
    for run in _runs([(one.start, one.end, place) for place, one in enumerate(quantities)], text):
        before = [one for one in names if one[1] <= run[0][0] and run[0][0] - one[1] <= 8]
        if before and before[-1] in listed:  # "high and low 11 and 7": one each, in their order
            continue
        if len(run) != 2 or not before or any(name == before[-1][2] * 2 for _, _, name in names):
            continue
        single, double = (
            block.parameter(before[-1][2]),
            block.parameter(before[-1][2] * 2),
        )
        if single is None or double is None:
            continue
        made = [literal(text, quantities[place], single) for _, _, place in run]
        ordered = sorted(
            (one for one in made if one is not None),
            key=Decimal,
            reverse=single.name == "L",
        )
        if len(ordered) == 2:
            values.update({single.name: ordered[0], double.name: ordered[1]})
            used |= {place for _, _, place in run}
    return used


def listed_phases(text: str) -> int:
    """How many short things without a number are listed behind a colon (CIP: pre-rinse, caustic, rinse); 0 where fewer
    than three are."""
    found = _PHASES.search(text)
    if found is None:
        return 0
    items = [one for one in re.split(r"[,，、]", found[1]) if one.strip()]
    return len(items) if len(items) >= LEAST_LISTED else 0


def names_of(block: Block, text: str) -> list[tuple[int, int, str]]:
    """Where the parameters' words stand, the longest at each place, none over another."""
    found = [
        (start, end, parameter.name)
        for parameter in block.parameters
        for word in words_of(parameter)
        for start, end in places(word, text.lower())
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


def _four(block: Block, text: str, quantities: list[Quantity], values: dict[str, str]) -> set[int]:
    """Four amounts one after another that only rise or only fall (alarms at 9, 8, 2 and 1 bar) are the four limits of a
    block that has four. Those of a list without names, so nothing else may claim them."""
    limits = [block.parameter(name) for name in ("LL", "L", "H", "HH")]
    runs = [
        one for one in _runs([(q.start, q.end, place) for place, q in enumerate(quantities)], text) if len(one) == 4
    ]
    if None in limits or len(runs) != 1 or any(one is not None and one.name in values for one in limits):
        return set()
    made = [literal(text, quantities[place], limits[0]) for _, _, place in runs[0] if limits[0] is not None]
    numbers = [Decimal(one) for one in made if one is not None]
    ordered = sorted(set(numbers))
    if len(ordered) != 4 or numbers not in (ordered, ordered[::-1]):
        return set()
    rising = sorted((one for one in made if one is not None), key=Decimal)
    values.update({one.name: value for one, value in zip(limits, rising, strict=True) if one is not None})
    return {place for _, _, place in runs[0]}


def _nested(block: Block, text: str, quantities: list[Quantity], values: dict[str, str]) -> set[int]:
    """Two pairs of amounts of one unit of which the milder one lies inside the worse one (warn at 1.0 and 0.3, serious
    at 1.5 and 0.1) are the limits of a block that has four: the worse pair is the double one's."""
    limits = [one for name in ("LL", "L", "H", "HH") if (one := block.parameter(name)) is not None]
    if len(limits) != 4 or any(one.name in values for one in limits):
        return set()
    pairs = [
        run for run in _runs([(q.start, q.end, place) for place, q in enumerate(quantities)], text) if len(run) == 2
    ]
    graded = [(match["mild"] is not None, run) for run in pairs if (match := _pair_grade(text, run)) is not None]
    if len(pairs) != 2 or len({mild for mild, _ in graded}) != 2:
        return set()
    taken = [place for run in pairs for _, _, place in run]
    if len({same_unit(one.unit) for place in taken for one in quantities[place].readings[:1] if one.unit}) > 1:
        return set()
    made = {mild: [literal(text, quantities[place], limits[0]) for _, _, place in run] for mild, run in graded}
    outer, inner = (sorted((str(one) for one in made[mild] if one is not None), key=Decimal) for mild in (False, True))
    ordered = [*outer[:1], *inner, *outer[1:]]
    if len(ordered) != 4 or sorted(set(ordered), key=Decimal) != ordered:
        return set()
    values.update({one.name: value for one, value in zip(limits, ordered, strict=True)})
    return set(taken)


def _pair_grade(text: str, run: list[tuple[int, int, int]]) -> re.Match[str] | None:
    """How bad the limits of a pair are: the last word that says so before it in its clause."""
    before = _AWAY.split(text[: run[0][0]])[-1]
    found = list(_PAIR_GRADE.finditer(before))
    return found[-1] if found else None


def _turns(block: Block, text: str, quantities: list[Quantity], values: dict[str, str]) -> set[int]:
    """Amounts and names turn and turn about with next to nothing between (6公斤启8公斤停, 20 s right, 5 s rest): each
    amount belongs to the name behind it, for the last thing said is a name and the first an amount."""
    tokens = sorted(
        [(q.start, q.end, place, "") for place, q in enumerate(quantities) if not q.text.isalpha() or _unit(q)]
        + [(start, end, -1, name) for start, end, name in names_of(block, text)]
    )
    for at in range(len(tokens) - 3):
        four = tokens[at : at + 4]
        named = [one[3] for one in four]
        if named[0] or named[2] or not named[1] or not named[3] or named[1] == named[3]:
            continue
        if at and tokens[at - 1][3] and not _AWAY.search(text[tokens[at - 1][1] : four[0][0]]):
            continue
        if at + 4 < len(tokens) and not tokens[at + 4][3] and not _AWAY.search(text[four[3][1] : tokens[at + 4][0]]):
            continue
        gaps = [text[one[1] : other[0]] for one, other in zip(four[::2], four[1::2], strict=True)]
        parameters = [block.parameter(one) for one in (named[1], named[3])]
        made = [literal(text, quantities[q[2]], p) if p else None for q, p in zip(four[::2], parameters, strict=True)]
        if len({p.type for p in parameters if p}) != 1:
            continue
        if all(_TOUCHING.fullmatch(gap) for gap in gaps) and None not in made and not values.keys() & set(named):
            values.update({str(named[1]): str(made[0]), str(named[3]): str(made[1])})
            return {four[0][2], four[2][2]}
    return set()


def _unit(quantity: Quantity) -> bool:
    return any(same_unit(reading.unit) for reading in quantity.readings)


def outer_limits(
    block: Block,
    claims: Mapping[tuple[int, str], tuple[int, str]],
    matched: Mapping[int, str],
    values: dict[str, str],
) -> set[int]:
    """Two amounts above, or two below, in a block with two limits on each side, of which one is matched and the other
    left: the outer one is the double one's (over 78 and again over 82). Puts both into ``values`` and returns the place
    of the one that was left."""
    if any(block.parameter(name) is None for name in ("LL", "L", "H", "HH")):
        return set()
    near: dict[int, dict[str, tuple[int, str]]] = {}
    for (place, name), claim in claims.items():
        if place not in matched:
            near.setdefault(place, {})[name] = claim
    used: set[int] = set()
    for single, double in (("H", "HH"), ("L", "LL")):
        left = [
            (place, next(iter(got.values()))[1])
            for place, got in near.items()
            if min(got, key=lambda name: got[name][0]) in (single, double)
        ]
        if len(left) != 1 or single not in values or double in values or left[0][1] == values[single]:
            continue
        low, high = sorted((values[single], left[0][1]), key=Decimal)
        values.update({single: low, double: high} if single == "H" else {single: high, double: low})
        used.add(left[0][0])
    return used


def places(word: str, low: str) -> list[tuple[int, int]]:
    """Where a word begins a word of the text; short ones must be the whole of it."""
    pattern = re.sub(r"(?:\\ |\\-)+", r"[\\s-]?", re.escape(word))
    if word.isascii():
        if word in ("i", "a"):  # integral and alpha, not the words of the language
            pattern += r"(?=\s*[=:]?\s*\d)"
        pattern = rf"(?<![a-z]){pattern}" + ("s?(?![a-z])" if len(word) <= 3 else "")
    return [one.span() for one in re.finditer(pattern, low)]
