"""Reads the parameters of a block out of a request: every quantity goes to the parameter whose words stand nearest, and
what fits nothing is named, never dropped in silence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

from assay.kernel.numbers import normalise, scan
from assay.kernel.quantity import Quantity
from assay.kernel.unit_words import same_unit
from assay.skills.plc.blocks.amounts import in_one_unit, literal, ranges, words_of
from assay.skills.plc.blocks.block import COUNT, Block, Parameter
from assay.skills.plc.blocks.building import amount
from assay.skills.plc.blocks.implied import around, summed, within_rules
from assay.skills.plc.blocks.listing import SAME, listed_phases, lists, names_of, outer_limits, places
from assay.skills.plc.blocks.naming import without_bits, without_kinds, without_names, without_states
from assay.skills.plc.blocks.spelling import repaired
from assay.skills.plc.blocks.wording import plain, unread, vague

_NEAR = 40
#: What a clause between the word and the amount counts, where the word stands before it and behind it, and what a
#: word counts that says nothing of which time or amount is meant.
_BEFORE, _BEHIND, _VAGUE_WORD = 16, 26, 18
#: How much further such a word counts where another parameter that has it too is named by a word of its own.
_OTHER_NAMED = 6
#: Two ways of giving the amounts to the parameters that are this near to each other are asked about.
_CLOSE = 2
#: How far at most a time is from the parameter of starting or stopping that its sentence is about.
_IN_PHASE = 24
#: How much further the words of an input count than those of a parameter.
_INPUT = 8
_COMMON = frozenset(
    "for time delay interval gap wait pause after within at least from to per second rate every each pulse "
    "间隔 延时 时间 等待 停顿 持续 每 每隔 每秒 速率 超过 保持".split()
)
#: In Chinese the name stands before its amount: one that stands behind counts as this many code points further.
_LATE = 3
_CLAUSE = re.compile(
    r"[,.]\s|,(?=[\u3400-\u9fff])|[，；;。\n]|(?<![a-z\d])、|、(?![a-z\d])|\b(?:and|but|then)\b|[和与再]|(?<![往前最])后(?![一条往面])"
)
#: The end of a sentence parts more than that of a clause.
_END = re.compile(r"[；;。\n]|\.\s")
_COUNTED = re.compile(
    r"\s*(?:台|个|条|只|块|套|组|路|层|座|名|位|根|类|种|部|眼|把|盏|扇|道|步|段|点|级)|"
    r"\s+(?!(?:per|on|off|in|and|or|to|for|at|is|are|with|when|counts|digits|increments)\b)"
    r"(?:[a-z]+[ -]){0,2}?[a-z]{2,}s\b(?<!secs)(?<!less)(?<!always)",
    re.I,
)
#: Power of a machine: no block without amounts of its own can mean it.
_POWER = re.compile(r"(?<![\d.])\d+(?:\.\d+)?[ -]?(?:kW|kVA|hp|马力|千瓦)(?![a-z])", re.I)
_COUNTERS = frozenset("个只台次路")
#: A number at the end of a clause that has its unit from the one before it (runs three minutes and rests for six).
_OPEN = re.compile(r"\b(?:for|after|another)\s$", re.I)
_CLAUSE_END = re.compile(r"\s*(?:[,;]|\.(?!\d)|$|and\b|then\b)", re.I)
#: What a few of may be said by the way; a greater number of them is something that is counted (500件).
_FEW = re.compile(r"\s*[人队轮遍趟罐瓶盒袋件箱张方选]")
_LEVELS = re.compile(r"\s?[级档段层路种]")
_BETWEEN = re.compile(r"[\s:：=为是到在]*(?:(?:is|at|of|to|limit|alarm|than|设|定)\s?){0,2}")
#: From here on a number of things is no number of buttons or lamps; this near two numbers may both be meant.
_MANY, _NEARLY = 4, 3
_ACCESSORY = re.compile(
    r"\s?(?:push\s?)?(?:buttons?|keys?|lamps?|lights?|sensors?|switch|contacts?|coils?|outputs?|按钮|按键|灯|指示灯|传感器|开关|"
    r"触点|输出|出口|入口|门|道闸|地感|线圈|键)",
    re.I,
)
#: Some of the things, not how many there are: two at the same time, 两个一起, 另外两个.
_AT_ONCE = re.compile(
    r"[^，。；]{0,4}(?:一起|同时|都)|\s(?:come|light)\b|\b.{0,12}(?:at once|together|at (?:the )?same time)", re.I
)
_OTHERS = re.compile(
    r"(?:另外?|其[他它余]|别的|任[意何]|只[^，。；]{0,4}|\b(?:only|just|others?|remaining|any|each)\s)$", re.I
)
#: What two of three means said in other words.
_TWO_AGREE = re.compile(
    r"(?<=at least )2\b|(?<=any )2\b|(?<=至少)2|(?<=任意)2|(?<=[≥=])\s?2(?![\d.])|"
    r"(?<![\d.])3\s?[个只台支路套](?=\S{0,4}(?:开关|变送器|传感器|测点|触点|信号|表|探头))|"
    r"(?<![\d.])3(?= (?:\w+ )?(?:switches|sensors|transmitters|contacts|probes|signals)\b)",
    re.I,
)
#: From here on to the end of the sentence it is about stopping, or about starting.
_PHASE = re.compile(
    r"(?P<stop>\b(?:on|at|for|during) (?:shut-?\s?down|stop(?:ping)?)\b|\bwhen (?:stopping|shutting down)\b|"
    r"停[机止车](?:时|的时候))|"
    r"\bbring\w* (?:it |them |the \w+ )?up\b|\b(?:on|at|for|during) start(?:-?\s?up|ing)\b|\bwhen starting\b|"
    r"[启起]动(?:时|的时候)|开[机车]时",
    re.I,
)
_CYCLE = re.compile(r"(?:scan|cycle|task|扫描|周期)", re.I)


@dataclass(frozen=True, slots=True)
class Filled:
    """``values``: parameter -> literal. ``unused``: quantities of the request that no parameter takes. ``unclear``:
    parameters that two quantities claim. ``inputs``: what the request says for an input of the block (a set-point): the
    program is given it while it runs."""

    values: Mapping[str, str]
    unused: tuple[str, ...]
    unclear: tuple[str, ...]
    inputs: Mapping[str, str] = field(default_factory=dict)


def read_parameters(block: Block, request: str) -> Filled:
    """The parameters that the request gives; those it does not mention keep their defaults."""
    text = plain(repaired(without_names(normalise(request))))
    if not any(one.type == "REAL" for one in block.parameters):
        text = _POWER.sub(lambda match: " " * len(match[0]), text)
    text = _without_states(block, text)
    text, ends = ranges(block, text)
    quantities = in_one_unit(scan(text)[0])
    values: dict[str, str] = dict(ends)
    used = lists(block, text, quantities, values)
    used |= _clause_each(block, text, quantities, used, values)
    made, said = around(block, text, quantities, values)
    values |= made
    used |= said
    inputs: dict[str, str] = {}
    claims = _claims(block, text, quantities, used, values)
    matched, unclear = _matched(claims)
    twice = _said_twice(block, text, quantities, claims, matched)
    used |= twice
    matched = {place: name for place, name in matched.items() if place not in twice}
    for place, name in matched.items():
        target = inputs if name in block.inputs else values
        target[name] = claims[place, name][1]
        used.add(place)
    used |= outer_limits(block, claims, matched, values)
    used |= {place for place, one in enumerate(quantities) if place not in used and summed(block, values, text, one)}
    unclear += [
        name
        for (place, name), (distance, made) in claims.items()
        if place not in used and distance <= 0 and values.get(name, made) != made
    ]
    unclear += [
        name
        for place, name in claims
        if matched.get(place) in block.inputs
        and name not in values
        and name not in block.inputs
        and claims[place, matched[place]][0] > claims[place, name][0] - _BEHIND
    ]
    unclear += _other_counts(block, text, quantities, claims, matched)
    _take_the_only(block, text, quantities, values, used)
    _count_left(block, text, quantities, values, used)
    _twins(block, text, quantities, values)
    _input_left(block, text, quantities, values, inputs, used)
    unclear += _uncounted(block, text, values)
    given = [(one, values[one.name]) for one in block.parameters if one.name in values]
    unused = tuple(
        one.text
        for place, one in enumerate(quantities)
        if place not in used
        and _says_much(one, text)
        and not any(literal(text, one, parameter) == value for parameter, value in given)  # said twice
    )
    values = within_rules(block, {**_switches(block, text), **values})
    unused += _vague_left(block, text, values) + unread(text, [(one.start, one.end) for one in quantities])
    return Filled(values, unused, tuple(dict.fromkeys(unclear)), inputs)


def _without_states(block: Block, text: str) -> str:
    """The text without numbers that are states or kinds of things and none of the block's parameters."""
    plain_numbers = {one.name for one in block.parameters if one.type not in ("BOOL", "TIME")}
    if not any(one.type in (COUNT, "INT") for one in block.parameters):
        text = without_kinds(text)
    if not plain_numbers:
        text = without_bits(text)
    if "2oo3" in block.id:
        text = _TWO_AGREE.sub(lambda match: " " * len(match[0]), text)
    return without_states(text, [(start, end) for start, end, name in names_of(block, text) if name in plain_numbers])


def _uncounted(block: Block, text: str, values: Mapping[str, str]) -> list[str]:
    """The number of steps of a block that has such a number, where steps are listed by name and not counted, and are
    more or fewer than the default: whether all that is listed is a step, a person says."""
    return [
        one.name
        for one in block.parameters
        if one.type == COUNT and one.name not in values and "steps" in one.words["en"]
        if listed_phases(text) not in (0, amount(COUNT, one.default))
    ]


def _vague_left(block: Block, text: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """Times without a number that the program does not keep: the parameter whose words stand nearest (a block without
    one: none) has no such value."""
    times = [one for one in block.parameters if one.type == "TIME"]
    left = []
    for said, least, most in vague(text):
        nearest = min(times, key=lambda one: _distance(text, said, one, block), default=None)
        has = amount("TIME", values.get(nearest.name, nearest.default)) if nearest is not None else None
        if has is None or not least <= has / 10**9 <= most:
            left.append(said.text)
    return tuple(left)


def _claims(
    block: Block,
    text: str,
    quantities: list[Quantity],
    used: set[int],
    values: Mapping[str, str],
) -> dict[tuple[int, str], tuple[int, str]]:
    """How far every quantity is from every parameter or input that could take it, and what it would be there."""
    takers = [one for one in block.parameters if one.name not in values]
    takers += [Parameter(name, "REAL", "0.0", "", "", {"en": ""}, words) for name, words in block.inputs.items()]
    return {
        (place, one.name): (distance, made)
        for place, quantity in enumerate(quantities)
        if place not in used
        for one in takers
        if (made := literal(text, quantity, one)) is not None
        and not (one.type == "REAL" and _only_counts(block, text, quantity, one))
        and not (one.type == COUNT and _of_the_machine(text, quantity, one))
        and (phase := _phase(text, quantity, one)) is not False
        and (
            distance := min(_distance(text, quantity, one, block), _IN_PHASE if phase else _NEAR)
            + (_INPUT if one.name in block.inputs else 0)
        )
        < _NEAR
    }


def _phase(text: str, quantity: Quantity, parameter: Parameter) -> bool | None:
    """What follows "on shutdown" up to the end of the sentence is a time of stopping, what follows "bring it up" one of
    starting: is the parameter of that kind? None where nothing is said, or the parameter is of neither kind."""
    said = [match for match in _PHASE.finditer(text) if match.end() <= quantity.start]
    if not said or _END.search(text[said[-1].end() : quantity.start]):
        return None
    if not parameter.name.startswith(("START_", "STOP_")):
        return None
    return parameter.name.startswith("STOP_" if said[-1]["stop"] else "START_")


def _clause_each(
    block: Block, text: str, quantities: list[Quantity], used: set[int], values: dict[str, str]
) -> set[int]:
    """Two clauses one behind the other, each with one amount and words of one parameter behind it (5 % per second
    going up and 2 % per second coming down): the word of its own clause is the amount's, not that of the clause before.
    Puts them into ``values`` and returns the places of the amounts."""
    said = _words_behind(block, text, quantities, used)
    for (place, one), (after, other) in pairwise(sorted(said.items())):
        between = text[quantities[place].end : quantities[after].start]
        if after != place + 1 or one is other or one.type != other.type or len(_CLAUSE.findall(between)) != 1:
            continue
        made = [literal(text, quantities[at], two) for at, two in ((place, one), (after, other))]
        if made[0] is not None and made[1] is not None and not {one.name, other.name} & values.keys():
            values.update({one.name: made[0], other.name: made[1]})
            return {place, after}
    return set()


def _words_behind(block: Block, text: str, quantities: list[Quantity], used: set[int]) -> dict[int, Parameter]:
    """The amounts that stand before the one word of their clause that only one parameter has, with that parameter."""
    named = [
        (start, end, one)
        for one in block.parameters
        for word in _own(one, block)
        for start, end in places(word, text.lower())
    ]
    cuts = [0, *(match.end() for match in _CLAUSE.finditer(text)), len(text)]
    found: dict[int, Parameter] = {}
    for start, end in pairwise(cuts):
        inside = [place for place, one in enumerate(quantities) if start <= one.start and one.end <= end]
        words = [one for one in named if start <= one[0] and one[1] <= end]
        if len(inside) != 1 or inside[0] in used or len({one.name for _, _, one in words}) != 1:
            continue
        if all(at >= quantities[inside[0]].end for at, _, _ in words):
            found[inside[0]] = words[0][2]
    return found


def _of_the_machine(text: str, quantity: Quantity, parameter: Parameter) -> bool:
    """Buttons and lamps (两个键) that are not what the block counts, and a few of the things (另外两个)."""
    found = _ACCESSORY.match(text, quantity.end)
    if found is not None and not any(word in found[0].lower() for word in words_of(parameter)):
        return True
    some = _AT_ONCE.match(text, quantity.end) or _OTHERS.search(text[: quantity.start])
    return bool(some) and quantity.readings[0].mantissa < _MANY


def _only_counts(block: Block, text: str, quantity: Quantity, parameter: Parameter) -> bool:
    """A number in words without a unit, or one of levels (two upper limits, 四级报警), counts things: it is a value
    only right behind the parameter's name (gain four)."""
    if _LEVELS.match(text, quantity.end) or _LEVELS.match(quantity.text[-1]):
        return True
    units = {same_unit(reading.unit) for reading in quantity.readings} - {""}
    if units:
        return units <= _COUNTERS
    said = [end for _, end, name in names_of(block, text) if name == parameter.name and end <= quantity.start]
    return quantity.text.isalpha() and not any(_BETWEEN.fullmatch(text, end, quantity.start) for end in said)


def _matched(claims: Mapping[tuple[int, str], tuple[int, str]]) -> tuple[dict[int, str], list[str]]:
    """Quantities to parameters, each at most once, so that all together are nearest; and the parameters whose amount
    would be another one if the words stood a little nearer."""
    places = sorted({place for place, _ in claims})[:12]

    def cheapest(refused: tuple[int, str] | None) -> tuple[int, tuple[tuple[int, str], ...]]:
        @cache
        def best(at: int, taken: frozenset[str]) -> tuple[int, tuple[tuple[int, str], ...]]:
            if at == len(places):
                return 0, ()
            rest, chosen = best(at + 1, taken)
            found = (rest + _NEAR, chosen)
            for (place, name), (distance, _) in claims.items():
                if place == places[at] and name not in taken and (place, name) != refused:
                    rest, chosen = best(at + 1, taken | {name})
                    found = min(found, (rest + distance, ((place, name), *chosen)))
            return found

        return best(0, frozenset())

    cost, chosen = cheapest(None)
    close = []
    for pair in chosen if len(chosen) > 1 else ():
        other, others = cheapest(pair)
        given, instead = ({one[1]: claims[one][1] for one in some} for some in (chosen, others))
        if other - cost < _CLOSE and given != instead and sorted(given.values()) == sorted(instead.values()):
            close.append(pair[1])
    return dict(chosen), close


def _said_twice(
    block: Block,
    text: str,
    quantities: list[Quantity],
    claims: Mapping[tuple[int, str], tuple[int, str]],
    matched: Mapping[int, str],
) -> set[int]:
    """Amounts right beside the words of another parameter, which has the very same amount already, and without a word
    of their own in their clause (2 min clockwise, 2 min counter-clockwise, a stop between): they are said twice."""
    given = {name: claims[place, name][1] for place, name in matched.items()}
    return {
        place
        for (place, other), (distance, made) in claims.items()
        if place in matched
        and other != matched[place]
        and given.get(other) == made
        and distance <= 0 < claims[place, matched[place]][0]
        and not _in_clause(block, text, quantities[place], matched[place])
    }


def _in_clause(block: Block, text: str, quantity: Quantity, name: str) -> bool:
    """Does a word of the parameter stand in the clause of the amount?"""
    spans = [(start, end) for start, end, said in names_of(block, text) if said == name]
    return any(
        not _CLAUSE.search(text[end : quantity.start] if end <= quantity.start else text[quantity.end : start])
        for start, end in spans
    )


def _twins(block: Block, text: str, quantities: list[Quantity], values: dict[str, str]) -> None:
    """Two parameters of a kind (rise and fall, on and off) of which the request gives one, said to be the same for
    both or without a word for either: both have it."""
    for one, other in pairwise(block.parameters):
        alike = one.type == other.type == "TIME" or all("per second" in two.about["en"] for two in (one, other))
        if not alike or one.default != other.default or (one.name in values) == (other.name in values):
            continue
        given, open_ = (one, other) if one.name in values else (other, one)
        named = [any(places(word, text.lower()) for word in _own(two, block)) for two in (one, other)]
        if SAME.search(text) or named[0] == named[1]:
            values[open_.name] = values[given.name]


def _says_much(quantity: Quantity, text: str) -> bool:
    """A number without a unit in words (两个按钮, two buttons) or before what it counts (2 pumps, 3台泵) only counts
    things; other amounts mean something."""
    if all(not same_unit(reading.unit) for reading in quantity.readings) and _COUNTED.match(text, quantity.end):
        return False
    if re.fullmatch(r"1\s?[台个只]", quantity.text):
        return False
    if re.fullmatch(r"\d", quantity.text) and _FEW.match(text, quantity.end):
        return False
    if _OPEN.search(text[: quantity.start]) and _CLAUSE_END.match(text, quantity.end):
        return True
    return any(c.isascii() and c.isdigit() for c in quantity.text) or any(
        reading.unit and same_unit(reading.unit) not in _COUNTERS for reading in quantity.readings
    )


def _take_the_only(
    block: Block,
    text: str,
    quantities: list[Quantity],
    values: dict[str, str],
    used: set[int],
) -> None:
    """One time (or one count) is left to give and one stands in the request: they belong together. Other numbers may
    be anything (a set-point, a rated flow), and so may the cycle of the program."""
    left = [one for one in block.parameters if one.name not in values and one.type not in ("BOOL", "REAL")]
    for parameter in left:
        anything = "*" in words_of(parameter)
        rivals = [one for one in left if (one.type == "TIME") == (parameter.type == "TIME")]
        fits = [
            (place, made)
            for place, one in enumerate(quantities)
            if place not in used
            and not _CYCLE.search(text[max(0, one.start - 16) : one.end + 8])
            and (made := literal(text, one, parameter)) is not None
            and (
                _says_much(one, text)
                or (anything and int(made) >= int(parameter.low) and not _of_the_machine(text, one, parameter))
            )
        ]
        if len(rivals) == 1 and len(fits) == 1:
            values[parameter.name] = fits[0][1]
            used.add(fits[0][0])


def _other_counts(
    block: Block,
    text: str,
    quantities: list[Quantity],
    claims: Mapping[tuple[int, str], tuple[int, str]],
    matched: Mapping[int, str],
) -> list[str]:
    """Counts of the block that another number of things could be as well (七个仓, 两个插板)."""
    return [
        name
        for place, name in matched.items()
        if (parameter := block.parameter(name)) is not None
        and parameter.type == COUNT
        and any(
            other not in matched
            and taker == name
            and distance < claims[place, name][0] + _NEARLY
            and made != claims[place, name][1]
            and not _ACCESSORY.match(text, quantities[other].end)
            for (other, taker), (distance, made) in claims.items()
        )
    ]


def _count_left(block: Block, text: str, quantities: list[Quantity], values: dict[str, str], used: set[int]) -> None:
    """The one greater number that is left to a block which counts something is what it counts to, whatever people
    call the things (eighty are in there, 六罐一盘); smaller ones may count the parts of the machine."""
    open_ = [one for one in block.parameters if one.type in (COUNT, "INT") and one.name not in values]
    left = [
        (place, made)
        for place, one in enumerate(quantities)
        if place not in used
        and len(open_) == 1
        and (made := literal(text, one, open_[0])) is not None
        and int(made) >= max(_MANY, int(open_[0].low))
        and not _ACCESSORY.match(text, one.end)
    ]
    if len(left) == 1:
        values[open_[0].name] = left[0][1]
        used.add(left[0][0])


def _input_left(
    block: Block,
    text: str,
    quantities: list[Quantity],
    values: Mapping[str, str],
    inputs: dict[str, str],
    used: set[int],
) -> None:
    """The one amount with a unit that is left when the parameters have theirs is what the block's one input is told
    (100 kg in front of a dosing)."""
    own = [
        one.name
        for one in block.parameters
        if one.type == "REAL" and not one.name.endswith(("LOW", "HIGH", "TI", "TD"))
    ]
    open_ = [name for name in block.inputs if name not in inputs and set(own) <= values.keys()]
    taker = Parameter("", "REAL", "0.0", "", "", {"en": ""}, {})
    left = [
        (place, made)
        for place, one in enumerate(quantities)
        if place not in used and one.readings[0].unit and (made := literal(text, one, taker)) is not None
    ]
    if len(open_) == len(left) == 1:
        inputs[open_[0]] = left[0][1]
        used.add(left[0][0])


def _switches(block: Block, text: str) -> dict[str, str]:
    low = text.lower()
    return {
        one.name: "TRUE"
        for one in block.parameters
        if one.type == "BOOL"
        and any(re.search(word, low) if "{" in word else word in low for some in one.words.values() for word in some)
    }


def _own(parameter: Parameter, block: Block) -> list[str]:
    """The words that only this parameter of the block has."""
    others = {word for one in block.parameters if one is not parameter for word in words_of(one)}
    return [word for word in words_of(parameter) if word not in others and word not in _COMMON]


def _distance(text: str, quantity: Quantity, parameter: Parameter, block: Block) -> int:
    """Code points between the quantity and the nearest of the parameter's words; a clause between counts extra, one
    behind the amount more than one before it, and so does a word that fits any parameter."""
    low = text.lower()
    best = _NEAR
    own = set(_own(parameter, block))
    unnamed = not any(places(word, low) for word in own) and any(
        places(word, low)
        for one in block.parameters
        if one is not parameter and one.type == parameter.type
        for word in _own(one, block)
    )
    others = [(start, end) for start, end, name in names_of(block, text) if name != parameter.name]
    for word in words_of(parameter):
        for start, end in places(word, low):
            if end <= quantity.start:
                gap, between, clause = (
                    quantity.start - end,
                    low[end : quantity.start],
                    _BEFORE,
                )
            else:
                gap, between, clause = (
                    max(0, start - quantity.end),
                    low[quantity.end : start],
                    _BEHIND,
                )
            if any(a <= start and end <= b and (a, b) != (start, end) for a, b in others):
                continue  # the high of high-high
            late = 0 if word.isascii() or end <= quantity.start else _LATE
            late += 0 if word in own else _VAGUE_WORD + (_OTHER_NAMED if unnamed else 0)
            clauses = len(_CLAUSE.findall(between)) + len(_END.findall(between))
            best = min(best, gap + late + clause * clauses - min(8, len(word)))
    return best
