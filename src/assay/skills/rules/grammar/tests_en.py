"""Tests of English clauses: the fields of a subject and the limits behind a comparison."""

from __future__ import annotations

import re
from decimal import Decimal

from assay.skills.rules.grammar.build import SURROUNDING, Reading, Stop, around_one, compared, negated
from assay.skills.rules.grammar.counts_en import NOUNS, each
from assay.skills.rules.grammar.dimensions import dimension
from assay.skills.rules.grammar.limits_en import beside, limits_en, name_en
from assay.skills.rules.grammar.quantities import holds_quantity, quantity_at
from assay.skills.rules.grammar.words_en import (
    COMPARE,
    LIMITING,
    OPS,
    PROPERTY,
    REFERS,
    RELATIONAL,
    bare,
    property_start,
)
from assay.skills.rules.rule import Limit, Name, Op, Test

SIDE = re.compile(
    r"\s*(?:or\s(?P<up>more|greater|above|higher|over|better)|or\s(?P<down>less|below|lower|under|fewer|finer"
    r"|smaller|shorter))\b"
)
_EVERYWHERE = re.compile(
    r"^\s*(?:at (?:all|any) (?:points?|times?)|throughout"
    r"|(?:in|under) (?:any|all) (?:[a-z]+ )?(?:conditions?|circumstances|cases?)"
    r"|(?:in|on) (?:any|all|each|every|both) (?:directions?|planes?|sides?|points?|positions?|axes|axis)"
    r"|(?:to|from) the (?:horizontal|vertical))$",
    re.IGNORECASE,
)
_SPREAD = re.compile(
    r"deviation|error|toleranc|accuracy|variation|fluctuation|drift|uncertainty|linearity|hysteresis|repeatability",
    re.IGNORECASE,
)
"""What a tolerance itself is: ±0.25 % of span are its ends, not 0.9975 and 1.0025 times the span."""


def subjects(subject: str, reading: Reading) -> list[Name]:
    """The fields of a comparison's subject; none named means the one before."""
    if not subject:
        if reading.last is None:
            raise Stop("no_subject", subject)
        return [reading.last]
    if COMPARE.search(re.sub(r"^(?:the\s)?(?:minimum|maximum)\s", "", subject)) or REFERS.search(subject):
        raise Stop("subject", subject)
    name = name_en(subject, reading.object)
    if re.fullmatch(r"content|concentration", name.property) and reading.parts and " of " not in subject:
        name = Name(object=reading.object, property=f"{name.object} {name.property}".strip())  # of the same medium
    if not name.object and property_start(name.property) == 0 and not SURROUNDING.search(name.property):
        name = name.model_copy(update={"object": reading.object})
    properties = each(name.property) if _all_properties(name.property) else [name.property]
    split = not RELATIONAL.search(name.property) and not name.object.startswith("between ")
    objects = each(name.object) if split and name.object else [name.object]
    return [Name(object=one, property=two) for one in objects for two in properties]


def _all_properties(words: str) -> bool:
    parts = NOUNS.split(words)
    return len(parts) > 1 and all(PROPERTY.search(one) for one in parts)


_OFFSET = re.compile(
    r"(?:(?P<bound>at least|not less than|no less than|a minimum of|not more than|no more than|at most)\s)?"
    r"(?P<value>\d[^a-z]*[^\s\d]*)\s"
    r"(?P<side>above|higher than|greater than|more than|over|below|lower than|less than|under)\s(?P<of>[^\d]+)"
)


def offset(words: str, object: str, *, levels: bool = False) -> tuple[Op, Limit] | None:
    """``at least 10 °C below the flash point``: a lead over another measure, at least unless said otherwise; a length
    above something is a distance, and so none of these."""
    match = _OFFSET.fullmatch(words)
    read = None if match is None else quantity_at(match["value"])
    if match is None or read is None or match["value"][read.end :].strip() or len(read.limits) != 1:
        return None
    number, unit = read.limits[0].number, read.limits[0].unit
    if (dimension(unit) == "length" and not levels) or unit in ("%", "‰", "") or number is None:
        return None
    name = name_en(match["of"], object)
    if not PROPERTY.search(name.property) and not re.fullmatch(
        r"(?:ambient|atmospheric|that of [a-z ]+)", name.property
    ):
        return None
    below = re.match(r"below|lower|less|under", match["side"]) is not None
    least = re.match(r"not more|no more|at most", match["bound"] or "") is None
    limit = Limit(number=Decimal(1), of=name, plus=-number if below else number, plus_unit=unit)
    return (Op.AT_LEAST if least is not below else Op.AT_MOST), limit


def limited(
    names: list[Name], words: str, minus: bool, extreme: str, reading: Reading, default: Op = Op.EQUAL
) -> list[Test]:
    """Tests from a comparison's words about some fields; the whole of the words must be read."""
    words = re.sub(r"^(?P<tolerance>±.+?)\sor\sbetter$", r"\g<tolerance>", words)
    if not minus and (lead := offset(words, reading.object or names[0].object)) is not None:
        return [Test(field=name, op=lead[0], limits=(lead[1],)) for name in names]
    compare = COMPARE.match(words)
    op = OPS[compare["word"].lower()] if compare else default
    if compare and compare["minus"]:
        op = negated(op, words)
    limits, rest = limits_en(words[compare.end() :] if compare else words, reading.object or names[0].object)
    _, rest = beside(rest)
    if (side := SIDE.match(rest)) and compare is None:
        if side["up"] == "better" and not all(limit.words for limit in limits):
            raise Stop("limit", words)
        op, rest = (Op.AT_LEAST if side["up"] else Op.AT_MOST), rest[side.end() :]
        _, rest = beside(rest)
    if (last := re.fullmatch(r"\s*(?:(minimum|min\.?|at least)|(maximum|max\.?|at most))", rest)) and op is Op.EQUAL:
        op, rest = (Op.AT_LEAST if last[1] else Op.AT_MOST), ""
    if across := re.fullmatch(r"\s*(?P<where>between\s[^\d]+)", rest):
        where, rest = bare(across["where"]), ""
        names = [one.model_copy(update={"property": f"{one.property} {where}"}) for one in names]
    if _EVERYWHERE.sub("", rest).strip(" ,"):
        raise Stop("limit", rest)
    op = negated(op, words) if minus else op
    if len(limits) == 2 and op is Op.AT_MOST and limits[0].number == -(limits[1].number or 0):
        op = Op.BETWEEN  # shall not exceed ±10 %
    if _SPREAD.search(names[0].property) is None:
        limits = around_one(limits)
    limits = tuple(_same_thing(limit, names[0].object) for limit in limits)
    found = []
    for name in names:
        word = re.match(r"(minimum|min\.?)\s|(maximum|max\.?)\s", name.property, re.IGNORECASE)
        if op is Op.EQUAL and (word or extreme) and len(limits) == 1:
            low = bool(word[1]) if word else extreme.lower().startswith("min")
            bound = Op.AT_LEAST if low else Op.AT_MOST
            cut = name.property[word.end() :] if word else name.property
            found.append(compared(name.model_copy(update={"property": cut}), bound, limits, words))
        else:
            found.append(compared(name, op, limits, words))
    return found


def _same_thing(limit: Limit, object: str) -> Limit:
    """The cable diameter in a sentence about cables is that of each of them."""
    of = limit.of
    if of is None or not of.object or f"{of.object}s".lower() != object.lower():
        return limit
    return limit.model_copy(update={"of": of.model_copy(update={"object": object})})


def among(names: list[Name], what: str, minus: bool) -> list[Test]:
    if re.search(r"\sand\s", what):
        raise Stop("list", what)
    values = tuple(Limit(words=one) for one in each(what))
    one = Op.OTHER if minus else Op.EQUAL
    several = Op.NOT_IN if minus else Op.IN
    return [Test(field=name, op=one if len(values) == 1 else several, limits=values) for name in names]


def whole(words: str, near: str) -> None:
    """Raises Stop when a limit or number hides in words that are taken as they stand."""
    where = re.sub(
        r"\b(?:above|below|over|under|beyond) the (?=(?P<what>[a-z -]+)$)", "", words
    )  # below the frost line
    words = where if PROPERTY.search(words) is None else words
    if holds_quantity(words) or COMPARE.search(words) or LIMITING.search(words):
        raise Stop("phrase_with_limit", near)
