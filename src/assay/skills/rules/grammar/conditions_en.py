"""English conditions and exceptions: where, when, if, unless, except, for; "with a power above 15 kW"; and, or."""

from __future__ import annotations

import re

from assay.skills.rules.grammar.build import Stop, compared, negated
from assay.skills.rules.grammar.dimensions import dimension
from assay.skills.rules.grammar.limits_en import beside, limits_en, name_en
from assay.skills.rules.grammar.quantities import holds_quantity, quantity_at
from assay.skills.rules.grammar.words_en import (
    COMPARE,
    DEGREES,
    MODAL,
    OPS,
    PROPERTY,
    REFERS,
    bare,
    measures,
    property_start,
)
from assay.skills.rules.rule import Limit, Name, Op, Test

Groups = list[tuple[Test, ...]]
_BE = r"(?:is|are|was|were|be|being|remains?|lies|lie|reaches)"
_JOIN = re.compile(r",?\s(?P<word>and|or|but)\s", re.IGNORECASE)
_WITH = re.compile(r"(?P<head>.+?)\s(?:with|having)\s(?P<rest>.+)", re.IGNORECASE)
_HOLDS = re.compile(
    r"(?P<head>.+?)\s(?:with|having|containing|holding|serving|accommodating|seating)\s(?P<rest>.+)", re.IGNORECASE
)
_SUFFIX = re.compile(
    r"\s(?:or\s(?P<up>more|greater|above|higher|over)|or\s(?:less|below|lower|under|fewer))$", re.IGNORECASE
)
_HAS = re.compile(
    rf"(?P<subject>.+?)\s(?:{_BE}\s(?P<not>not\s)?(?:provided|equipped|fitted)\swith|(?P<no>has"
    rf"|have)(?P<none>\sno)?)\s(?P<what>.+)",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    rf"(?P<what>.+?)\s{_BE}\s(?P<not>not\s)?(?:provided|installed|fitted|used|available|present)", re.IGNORECASE
)
_STATE = re.compile(rf"(?P<subject>.+?)\s{_BE}\s(?P<not>not\s)?(?P<state>.+)", re.IGNORECASE)


def conditions_en(text: str, object: str = "") -> Groups:
    """The groups of a condition's words; ``object`` is whose property a bare one is. Raises Stop."""
    text = text.strip(" ,")
    whole = _attempt(text, object)
    if whole is not None:
        return whole
    for words in (("and", "but"), ("or",)):
        for cut in _JOIN.finditer(text):
            if cut["word"].lower() not in words:
                continue
            left = _tried(text[: cut.start()], object)
            right = None if left is None else _right(text[cut.end() :], left)
            if left is None or right is None:
                continue
            if words[0] == "and":
                return [*left, *right]
            if len(left) == len(right) == 1:
                return [(*left[0], *right[0])]
            raise Stop("and_or", text)
    raise Stop("condition", text)


def _right(text: str, left: Groups) -> Groups | None:
    """The second of two joined conditions; a bare comparison is about the first one's field."""
    last = left[-1][-1]
    if (match := COMPARE.match(text)) and last.op not in (Op.PRESENT, Op.ABSENT):
        try:
            limits, rest = limits_en(text[match.end() :])
        except Stop:
            return None
        return None if rest else [(compared(last.field, _op(match, text), limits, text),)]
    return _tried(text, last.field.object)


def _tried(text: str, object: str) -> Groups | None:
    try:
        return conditions_en(text, object)
    except Stop:
        return None


def _attempt(text: str, object: str) -> Groups | None:
    try:
        return _numeric(text, object) or _state(text, object)
    except Stop:
        return None


def _op(match: re.Match[str], near: str) -> Op:
    op = OPS[match["word"].lower()]
    return negated(op, near) if match["minus"] else op


def _numeric(text: str, object: str) -> Groups | None:
    """``the pressure exceeds 1 MPa``, ``a power above 15 kW``, ``volumes of 3 m³ or more``, ``between 1 and 2 m``."""
    suffix = _SUFFIX.search(text)
    cut = COMPARE.search(text)
    if (there := _PRESENT.fullmatch(text)) and cut and not holds_quantity(there["what"]):
        limits, rest = limits_en(there["value"][cut.end() :])
        name = Name(object=object, property=bare(there["what"]))
        return None if rest or any(one.unit for one in limits) else [(compared(name, _op(cut, text), limits, text),)]
    if suffix and not cut:
        side = Op.AT_LEAST if suffix["up"] else Op.AT_MOST
        match = re.fullmatch(rf"(?P<head>.+?)\s(?:of|{_BE})\s(?P<value>[\d.,]+.*)", text[: suffix.start()])
        return None if match is None else _one(match["head"], side, match["value"], text, object)
    if cut is None:
        match = re.fullmatch(rf"(?P<head>.+?)\s(?:of\s|{_BE}\s)?(?P<value>between\s.+|from\s\d.+)", text)
        return None if match is None else _one(match["head"], Op.BETWEEN, match["value"], text, object)
    head, op = text[: cut.start()].strip(), _op(cut, text)
    does = re.search(rf"(?:^|\s)(?:{_BE}|do|does|of|falls|drops|rises|goes)(?P<minus>\snot)?$", head)
    if does:
        head = head[: does.start()]
        op = negated(op, text) if does["minus"] else op
    elif head.endswith(" not"):
        return None
    return _one(head, op, text[cut.end() :], text, object, DEGREES.get(cut["word"].lower(), ""))


def _whole_of(head: str) -> str:
    """Whose measure a condition's left side is: the gas holder of "the gas holder level"."""
    return name_en(head).object


def itself(head: str) -> bool:
    """A measure that no list holds and that names itself ("the altitude exceeds 1 000 m")."""
    return re.fullmatch(r"the(?:\s[a-z-]+){1,3}", head, re.IGNORECASE) is not None and not head.endswith("s")


def _one(head: str, op: Op, value: str, near: str, object: str, implied: str = "") -> Groups | None:
    limits, rest = limits_en(value, _whole_of(head) if re.search(r"\bits\b", value) else "")
    named, rest = beside(rest)
    if rest:
        return None
    head = re.sub(r"\s(?:that|which|who)$", "", head.strip())
    if COMPARE.search(head) or MODAL.search(head) or len(head) > 80:
        return None
    if not head:
        return None if not named else [(compared(Name(object=object, property=named), op, limits, near),)]
    if named:
        return [(compared(Name(object=bare(head), property=named), op, limits, near),)]
    name = name_en(head)
    if not measures(name.property):
        implied = implied or _size(COMPARE.search(near), limits)
        if not implied and itself(head) and any(limit.unit for limit in limits):
            return [(compared(Name(property=bare(head)), op, limits, near),)]
        if not implied:
            return None
        return [(compared(Name(object=bare(head), property=implied), op, limits, near),)]
    if not name.object and property_start(name.property) == 0:
        name = name.model_copy(update={"object": object})
    return [(compared(name, op, limits, near),)]


_PRESENT = re.compile(
    r"(?P<value>(?:not\s)?(?:more|fewer|less) than\s\S+)\s(?P<what>[a-z][a-z -]*?)\s(?:are|is)"
    r"\s(?:present|installed|provided|used|connected)"
)
"""More than 50 persons are present."""


def _state(text: str, object: str) -> Groups | None:
    """``the building is sprinklered``, ``a sprinkler system is provided``, ``corrosive environments``."""
    if re.search(r"\b(?:one|two|three|four|five|six|ten|more|fewer|several|both|each)\b(?!-)", text, re.IGNORECASE):
        return None
    if holds_quantity(text) or COMPARE.search(text) or MODAL.search(text) or REFERS.search(text):
        return None
    text = re.sub(r"^(?:equipped|provided|fitted)\swith\s", "", text)
    if match := _HAS.fullmatch(text):
        op = Op.ABSENT if match["not"] or match["none"] else Op.PRESENT
        return [(Test(field=Name(object=bare(match["subject"]), property=bare(match["what"])), op=op),)]
    if match := _GIVEN.fullmatch(text):
        op = Op.ABSENT if match["not"] else Op.PRESENT
        return [(Test(field=Name(object=object, property=bare(match["what"])), op=op),)]
    if match := _STATE.fullmatch(text):
        return [(_stated(match),)] if not _JOIN.search(match["subject"]) else None
    if _JOIN.search(text):
        return None
    return [(Test(field=Name(property=bare(text)), op=Op.PRESENT),)]


def _stated(match: re.Match[str]) -> Test:
    name = name_en(match["subject"])
    minus = bool(match["not"])
    if PROPERTY.search(name.property) and name.object:
        values = tuple(Limit(words=bare(one)) for one in re.split(r",\s|\sor\s", match["state"]))
        if len(values) > 1:
            return Test(field=name, op=Op.NOT_IN if minus else Op.IN, limits=values)
        return Test(field=name, op=Op.OTHER if minus else Op.EQUAL, limits=values)
    if re.search(r"\sor\s", match["state"]):
        raise Stop("either", match["state"])
    field = Name(object=bare(match["subject"]), property=bare(match["state"]))
    return Test(field=field, op=Op.ABSENT if minus else Op.PRESENT)


def _held(words: str) -> tuple[Groups, str] | None:
    """``stairways with more than three risers``, ``transformers containing more than 1000 L of oil``."""
    match = _HOLDS.fullmatch(words)
    cut = COMPARE.match(match["rest"]) if match else None
    if match is None or cut is None or COMPARE.search(match["head"]):
        return None
    read = quantity_at(match["rest"], cut.end())
    if read is None or len(read.limits) != 1:
        return None
    rest = match["rest"][read.end :].strip()
    of = re.fullmatch(r"of\s(?P<what>.+)", rest)
    persons = re.search(r"(?:persons?|people|occupants?)$", match["rest"]) if not rest else None
    what = of["what"] if of else persons.group() if persons else rest
    if not what or bool(of) is not bool(read.limits[0].unit) or not re.fullmatch(r"[A-Za-z][A-Za-z -]*", what):
        return None
    if re.search(r"\b(?:and|or|in|with|above|below|long|wide|high|deep|thick)\b", what):
        return None
    owner, head = _owner(match["head"])
    return [(compared(Name(object=owner, property=bare(what)), _op(cut, words), read.limits, words),)], head


def _running(words: str) -> tuple[Groups, str] | None:
    """``motors rated above 75 kW``, ``vessels operating above 120 °C``, ``platforms more than 2 m above the floor``.

    The unit says which property it is.
    """
    cut = COMPARE.search(words)
    read = None if cut is None else quantity_at(words, cut.end())
    if cut is None or read is None or len(read.limits) != 1:
        return None
    head, rest = words[: cut.start()].strip(), words[read.end :].strip()
    ran = re.fullmatch(r"(?P<head>.+?)\s(?P<how>rated|operating|working)(?:\s(?:at|for))?", head)
    kind = dimension(read.limits[0].unit)
    if ran and not rest and kind in ("power", "voltage", "current", "temperature", "pressure"):
        head, property = ran["head"], f"{ran['how']} {kind}"
    elif (over := re.fullmatch(r"(?P<link>above|below)\s(?P<what>[A-Za-z -]+)", rest)) and kind == "length":
        head = re.sub(r"\s(?:located|installed|situated|placed)$", "", head)
        property = f"height {over['link']} {bare(over['what'])}"
    else:
        return None
    if not head or re.search(r"\d|\s(?:of|with|and|or|not|no)$", head) or COMPARE.search(head):
        return None
    owner, head = _owner(head)
    return [(compared(Name(object=owner, property=property), _op(cut, words), read.limits, words),)], head


_KINDS = ("power", "voltage", "current", "temperature", "pressure")
_HIGH_UP = re.compile(
    r"(?P<head>[^\d]+?)\s(?P<value>\d[\d.]*\s?[a-z]+)\sor\s(?:more|higher)\s(?P<link>above|below)\s(?P<what>[^\d]+)"
)
"""Work platforms 2 m or more above ground."""
_OF_SIZE = re.compile(
    r"(?P<head>[^\d]+?)\sof\s(?P<value>[\d.,]+\s?\S+)\s(?P<property>[a-z]+(?:\s[a-z]+)?)\sor\s(?P<up>more"
    r"|greater|above|less|below)"
)
"""Tanks of 100 m³ capacity or more."""


def relative_en(words: str) -> tuple[Groups, str]:
    """Conditions behind a noun ("motors with a power above 55 kW", "buildings over 24 m in height") and the noun."""
    if (found := _held(words) or _running(words)) is not None:
        return found
    if match := _WITH.fullmatch(words):
        if COMPARE.search(match["head"]) or re.search(r"\s(?:or|and)$", match["head"]):
            raise Stop("subject", words)
        if re.search(r"\d", match["rest"]):
            if " of " in match["head"] and PROPERTY.search(match["head"].partition(" of ")[0]):
                raise Stop("subject", words)
            owner, head = _owner(match["head"])
            return _owned(match["rest"], owner), head
    if over := _HIGH_UP.fullmatch(words):
        limits, rest = limits_en(over["value"])
        if not rest and len(limits) == 1 and dimension(limits[0].unit) == "length":
            owner, head = _owner(over["head"])
            name = Name(object=owner, property=f"height {over['link']} {bare(over['what'])}")
            return [(compared(name, Op.AT_LEAST, limits, words),)], head
    if (of := _OF_SIZE.fullmatch(words)) and PROPERTY.search(of["property"]):
        limits, rest = limits_en(of["value"])
        op = Op.AT_LEAST if of["up"] in ("more", "greater", "above") else Op.AT_MOST
        if not rest and len(limits) == 1:
            owner, head = _owner(of["head"])
            return [(compared(Name(object=owner, property=bare(of["property"])), op, limits, words),)], head
    cut = COMPARE.search(words)
    if cut and not re.search(r"\d|\b(?:one|two|three|four|five|six|ten)\b", words) and not PROPERTY.search(words):
        return [], words  # gases heavier than air
    if (
        cut
        and re.match(r"above|below|over|under|beyond", cut["word"])
        and re.fullmatch(r"the\s[^\d]+", words[cut.end() :])
    ):
        return [], words  # nozzles below the liquid level: where they are
    if cut is None:
        match = re.fullmatch(
            r"(?P<head>.+?)\s(?:of\s)?(?P<value>\d.+?)\sor\s(?P<up>more|less)\s(?P<rest>in \w+|long|wide"
            r"|high|deep|thick)",
            words,
        )
        if match is None:
            return [], words
        op = Op.AT_LEAST if match["up"] == "more" else Op.AT_MOST
        limits, rest = limits_en(f"{match['value']} {match['rest']}")
    else:
        head = re.sub(r"\s(?:that|which)\s(?:is|are)$", "", words[: cut.start()].strip())
        match, op = re.fullmatch(r"(?P<head>.+)", head), _op(cut, words)
        limits, rest = limits_en(words[cut.end() :])
    named, rest = beside(rest)
    does = re.fullmatch(r"(?:that|which)\s(?!is\b|are\b)[a-z]+\s[^\d,]+", rest)
    rest = "" if does else rest
    if match and re.search(r"\sor$|\sand$|\sor\swith\s", match["head"]):
        raise Stop("subject", words)
    named = named or (DEGREES.get(cut["word"].lower(), "") if cut else "") or _size(cut, limits)
    if match is None or rest or not named or (named in _KINDS and PROPERTY.search(match["head"])):
        raise Stop("subject", words)
    owner, head = _owner(re.sub(r"\sof$", "", match["head"]))
    head = f"{head} {does.group()}" if does else head
    return [(compared(Name(object=owner, property=named), op, limits, words),)], head


def _size(cut: re.Match[str] | None, limits: tuple[Limit, ...]) -> str:
    """The size that a unit alone names: "tanks larger than 100 m³" are measured by volume, pipes by their DN."""
    if len(limits) == 1 and re.match(r"(?:DN|NPS|M)\s?\d", limits[0].words):
        return "size"
    size = dimension(limits[0].unit) if len(limits) == 1 else ""
    if size in _KINDS and cut is not None:
        return size
    compares = cut is not None and re.search(
        r"larg|great|small|more|less|excess|over|above|under|below|up to|exceed", cut["word"], re.IGNORECASE
    )
    return size if compares and size in ("volume", "area") else ""


def _owner(head: str) -> tuple[str, str]:
    """Whose a condition behind a noun is, and the noun: "corridors in buildings over 24 m in height" are corridors,
    and the height is that of the buildings; "circuits supplying motors above 10 kW" are those circuits."""
    if fed := re.fullmatch(
        r".+?\s(?:supplying|feeding|serving|supporting|protecting|containing|handling|carrying"
        r"|conveying|storing|connected to)\s(?P<what>.+)",
        head,
    ):
        return bare(fed["what"]), head
    inside = re.fullmatch(r"(?P<head>.+?)\s(?:in|inside|within)\s(?P<place>.+)", head)
    return (bare(head), head) if inside is None else (bare(inside["place"]), inside["head"])


def _owned(text: str, head: str) -> Groups:
    """Conditions whose bare properties belong to the noun before them."""
    groups = conditions_en(text, head)
    return [
        tuple(test.model_copy(update={"field": _of_noun(test.field, text, head)}) for test in group) for group in groups
    ]


def _of_noun(name: Name, text: str, head: str) -> Name:
    """A bare property is the noun's; so is one of two nouns ("conveyors with a belt speed above 3 m/s")."""
    if not name.object:
        return Name(object=head, property=name.property)
    whole = f"{name.object} {name.property}"
    return Name(object=head, property=whole) if re.search(rf"\b{re.escape(whole)}\b", text) else name
