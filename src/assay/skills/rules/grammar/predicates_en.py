"""What an English clause asks of its subject, behind the modal verb: a comparison, a provision, a thing to do."""

from __future__ import annotations

import re

from assay.skills.rules.grammar.build import SURROUNDING, Reading, Stop, around_one, compared, negated
from assay.skills.rules.grammar.conditions_en import relative_en
from assay.skills.rules.grammar.counts_en import CHANGES, NOUNS, counted, counts_itself, each, many
from assay.skills.rules.grammar.dimensions import dimension
from assay.skills.rules.grammar.limits_en import GRADE, beside, limits_en, name_en
from assay.skills.rules.grammar.quantities import CONTENT, holds_quantity, quantity_at
from assay.skills.rules.grammar.words_en import (
    COMPARE,
    DEGREES,
    LIMITING,
    OPS,
    PROPERTY,
    REFERS,
    RELATIONAL,
    bare,
    measures,
    property_start,
)
from assay.skills.rules.rule import Limit, Name, Op, Test

_KEEP = re.compile(
    r"(?:be\s)?(?:kept|maintained|held|limited to|remain|stay|terminate|extend"
    r"|discharge|project|fall|drop|rise|lie|spaced at|spaced|taken as|taken|located|placed"
    r"|installed|situated|set"
    r"|positioned|mounted)\s(?:at\s(?=\d))?"
)
_WITH = re.compile(r"be\s(?:provided|equipped|fitted|furnished|supplied)\swith\s(?P<what>.+)")
_AT = re.compile(
    r"be\s(?:provided|installed|fitted|mounted|made|used|placed|arranged|available)(?:\s(?P<link>at|on|in|for|from|under|beneath|behind|beside|near|outside|inside"
    r"|within|around|upstream of"
    r"|downstream of|along|between)\s(?P<place>.+))?"
)
_OF = re.compile(r"be\s(?:made|constructed|manufactured)\s(?:of|from)\s(?P<what>.+)")
_SIDE = re.compile(
    r"\s*(?:or\s(?P<up>more|greater|above|higher|over|better)|or\s(?P<down>less|below|lower|under|fewer|finer|smaller|shorter))\b"
)
_EVERYWHERE = re.compile(
    r"^\s*(?:at (?:all|any) (?:points?|times?)|throughout"
    r"|(?:in|under) (?:any|all) (?:[a-z]+ )?(?:conditions?|circumstances|cases?)"
    r"|in (?:any|all|each) directions?|(?:to|from) the (?:horizontal|vertical))$",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    r"^(?:at\s)?(?:a|an)\s(?:(?P<most>maximum)|minimum)\s(?:distance|spacing|interval)s?\sof\s", re.IGNORECASE
)
_AWAY = re.compile(r"\s*(?:away\s)?(?P<link>from|above|below)\s(?P<what>.+)")
_FROM = re.compile(
    r"be\s(?:separated|kept away|set back|distant)\sby\s(?P<value>(?:a\sm|at|not|no).*\d\s?\S+)\sfrom\s(?P<what>[^\d]+)"
)
_HELD = re.compile(
    r"be\s(?:(?P<verb>[a-z]+ed|set|laid|hung)\s)?(?:at|to)\s(?:an?\s)?(?P<property>[a-z][a-z -]*?)\s(?:of\s)?"
    r"(?P<value>(?:not\s|no\s(?:more|less|greater)|at least|at most|exceeding|up to|between|less|more|greater).+)"
)
_SLOPED = re.compile(
    r"be\s(?P<verb>sloped|inclined)\s(?:at|by|with)?\s?(?P<value>(?:not\s|at least|at most|no\s)?.*\d.*)"
)
_ANGLED = re.compile(r"\bat an? (?:angle|slope|gradient|inclination)\b", re.IGNORECASE)
_APART = re.compile(
    r"be\s(?:separated|kept away|set back|distant)\sfrom\s(?P<what>[^\d]+?)\sby\s(?P<value>(?:a\sm|at|not|no).*\d.*)"
)
_AIRED = re.compile(
    r"be\s(?:mechanically\s|naturally\s)?ventilated\s(?:at|with)\s(?:a\s(?:rate|minimum)\sof\s)?"
    r"(?P<value>.*\d.*air changes per hour)"
)
_LIT = re.compile(r"be\s(?P<verb>illuminated|lit)\s(?:to|with)\s(?P<value>.*\d.*)")
_SAID = {"sloped": "slope", "inclined": "angle", "illuminated": "illuminance", "lit": "illuminance"}
"""What is done to a thing and the property that it gives."""
_WITHIN = re.compile(
    r"be\s(?:stored|located|placed|installed|kept|parked|erected|situated|used)\swithin\s(?P<value>\d[\d.]*\s?\S+)"
    r"\s(?:of|from)\s(?P<what>.+)"
)
_PUT = re.compile(
    r"kept|maintained|held|spaced|provided|installed|placed|located|arranged|fitted|mounted|positioned|set|laid|hung"
    r"|buried|embedded|suspended|erected|immersed|submerged|filled|coated|painted|lined"
    r"|inclined"
)
"""What is put at intervals has them between one and the next; what is supported so has them between others."""
_LIMITED_PLACE = re.compile(
    r"\s(?:with|having)\s.*\d|\s(?:over|above|exceeding|more than|greater than|larger than)\s.*\d"
)
_HAVING = re.compile(
    r"(?P<thing>.+?)\s(?:having|with)\s(?:an?\s)?(?P<property>[a-z][a-z -]*?)\s(?:of\s)?"
    r"(?P<value>(?:not\s|no\s|at\s|less|more|between|exceeding|up to).*)"
)
_SPREAD = re.compile(
    r"deviation|error|toleranc|accuracy|variation|fluctuation|drift|uncertainty|linearity|hysteresis|repeatability",
    re.IGNORECASE,
)
"""What a tolerance itself is: ±0.25 % of span are its ends, not 0.9975 and 1.0025 times the span."""
_DONE = re.compile(
    r"be (?:[a-z]+ly )?(?!red\b)(?:[a-z]+(?:ed|wn|ken|ven|ung|ound)|cut|set|put|kept|left|built|held|led|made"
    r"|subject|exposed|in|on|at|within|near|under|above|below|free|part|able|capable|used)\b",
    re.IGNORECASE,
)
"""What is done to a measure, or how it stands, is no value of it: the voltage drop shall be verified."""


_OWNED = re.compile(
    r"(?P<property>[a-z][a-z -]*?)(?:\sof)?\s(?P<value>(?:at least|not less|no less|not more|no more|at most|\d"
    r"|between)\s?.*)"
)
_KEPT = re.compile(
    r"be\s(?:maintained|provided|kept|ensured|left|available|applied|allowed|used)"
    r"(?:\s(?P<link>around|in front of|at|in|on(?= (?:all|each|both) sides? of)|on|for|behind"
    r"|above|along|between|beneath|under|to|from)\s(?P<place>.+))?"
)


def owned(subject: str) -> re.Match[str] | None:
    """A subject that holds the limit itself ("a clearance of at least 0.9 m"): its property and its value."""
    subject = re.sub(r"^(?:an?|the)\s", "", subject, flags=re.IGNORECASE)
    match = _OWNED.fullmatch(subject[:1].lower() + subject[1:])
    if match is None:
        return None
    room = re.fullmatch(
        r"(?:[a-z]+\s){0,2}(?:space|zone|strip|aisle|passage|passageway|access way|cover)", match["property"]
    )
    return match if room or property_start(match["property"]) == 0 else None


def requirement(subject: str, rest: str, minus: bool, reading: Reading) -> list[Test]:
    """The tests of one clause. Raises Stop."""
    rest = rest.strip()
    if (of := owned(subject)) and (at := _KEPT.fullmatch(rest)) and not minus:
        # "A clearance of at least 0.9 m shall be maintained around panels": the subject holds the limit.
        place = f"between {at['place']}" if at["link"] == "between" else at["place"] or ""
        name = Name(object=bare(place) or reading.object, property=bare(of["property"]))
        return _limited([name], of["value"], False, "", reading)
    if (aired := CHANGES.fullmatch(subject.lower())) and (at := _KEPT.fullmatch(rest)) and not minus:
        name = Name(object=bare(at["place"] or "") or reading.object, property="air change rate")
        return _limited([name], aired["value"], False, "", reading)
    if REFERS.search(rest):
        raise Stop("refers", rest)
    for read in (_having, _comparison, _placed, _providing):
        found = read(subject, rest, minus, reading)
        if found is not None:
            return found
    return _phrase(subject, rest, minus, reading)


def _subjects(subject: str, reading: Reading) -> list[Name]:
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


_HAS = re.compile(
    r"(?:have|contain|include|comprise|incorporate|consist of|provide|deliver"
    r"|maintain|withstand|be (?:designed|rated|selected|sized|dimensioned|suitable) for(?=\san?\s))\s(?P<what>.+)"
)
_MEASURED = re.compile(
    r"(?P<extreme>minimum\s|maximum\s)?(?P<property>[a-z][a-z0-9 -]*?)\s(?:of\s)?(?P<value>(?:not\s|no\s"
    r"|at\s|less|more|between|\d|±|a m|up to|below|above|under|over|exceeding|greater|higher|lower|within"
    r"|IP\s?\d|T[1-6]\b|SIL|PN|class\s(?!of\b)|grade\s(?!of\b)).*)",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"\s(?:for|of|with|containing|from)\s.*\sor\s")
"""What is forbidden with a choice inside it: piping for water or steam."""


def _having(subject: str, rest: str, minus: bool, reading: Reading) -> list[Test] | None:
    """``have a clear width of at least 1.1 m``, ``have at least two exits``, ``contain switches``, ``have no ...``."""
    match = _HAS.match(rest) or (None if subject else re.fullmatch(r"(?:an?)\s(?P<what>.+)", rest))
    if match is None:
        return None
    owners = each(bare(subject)) if subject else [reading.object]
    what = re.sub(r"^(?:an?|the)\s(?!minimum of|maximum of)", "", match["what"])
    if changes := CHANGES.fullmatch(what):
        names = [Name(object=one, property="air change rate") for one in owners]
        return _limited(names, changes["value"], minus, "", reading)
    measured = _MEASURED.fullmatch(what)
    part = _sized(what, reading) if measured and not PROPERTY.search(measured["property"]) and not minus else None
    if part is not None:  # "a suction pipe of at least 150 mm in diameter" is there, and has that size
        return [*(Test(field=Name(object=one, property=part[0]), op=Op.PRESENT) for one in owners), *part[1]]
    sized = measured and (measured["extreme"] or COMPARE.match(measured["value"])) and _has_unit(measured["value"])
    sized = sized or (
        measured and re.match(rf"{re.escape(measured['property'])}\sof\s", what) and _bounded(measured["value"])
    )
    if measured and (PROPERTY.search(measured["property"]) or sized):
        tests = []
        for one in owners:
            name = Name(object=one, property=bare(measured["property"]))
            tests += _limited([name], measured["value"], minus, measured["extreme"] or "", reading)
        return tests
    return _holding(owners, what, match["what"], minus, rest)


def _holding(owners: list[str], what: str, said: str, minus: bool, near: str) -> list[Test]:
    """The things that are had, counted or not; ``said`` still has the first article."""
    if (one_of := counted(what)) is not None and (not minus or COMPARE.match(what)):
        op, limits, thing = one_of
        op = negated(op, near) if minus else op
        return [compared(Name(object=one, property=thing), op, limits, near) for one in owners]
    if holds_quantity(what) or LIMITING.search(what):
        raise Stop("phrase_with_limit", near)
    none = re.match(r"no\s", what)
    if not minus and not none and (all_of := many(said)) is not None:
        return [
            compared(Name(object=one, property=thing), how, limits, near)
            for one in owners
            for how, limits, thing in all_of
        ]
    what = what[none.end() :] if none else what
    op = Op.ABSENT if minus or none else Op.PRESENT
    if op is Op.PRESENT and re.search(r"\sor\s", what):
        raise Stop("either", near)
    things = [bare(what)] if op is Op.ABSENT and _WHOLE.search(what) else each(what)
    return [Test(field=Name(object=one, property=thing), op=op) for one in owners for thing in things]


def _bounded(value: str) -> bool:
    """Whether a value is a bound by its words ("95 or higher", "not less than 1.2"): what is before "of" has it."""
    compare = COMPARE.match(value)
    start = compare.end() if compare else 0
    read, grade = quantity_at(value, start), GRADE.match(value, start)
    end = grade.end() if grade else read.end if read else None
    return end is not None and (not value[end:] if compare else _SIDE.fullmatch(value[end:]) is not None)


def _has_unit(value: str) -> bool:
    compare = COMPARE.match(value)
    read = quantity_at(value, compare.end() if compare else 0)
    return read is not None and any(limit.unit for limit in read.limits)


def _comparison(subject: str, rest: str, minus: bool, reading: Reading) -> list[Test] | None:
    """``not exceed 45 m``, ``be kept between 35 and 45 °C``, ``be at least 250 mm deep``, ``be within ±10 %``."""
    keep = _KEEP.match(rest)
    if (
        keep
        and not re.search(r"\d", rest)
        and re.search(r"located|placed|installed|situated|positioned|mounted", keep.group())
    ):
        return None
    body = rest[keep.end() :] if keep else re.sub(r"^be\s", "", rest)
    body = _AT_MOST.sub(lambda match: "not more than " if match["most"] else "at least ", body)
    within = re.match(r"within\s", body)
    body = body[within.end() :] if within else body
    compare = COMPARE.match(body)
    value = body[compare.end() :] if compare else body
    if compare is None and not re.match(r"[±\d]|between\s.*\d|from\s\d", body) and quantity_at(body) is None:
        grade = GRADE.match(body)
        side = grade and _SIDE.fullmatch(body[grade.end() :])  # class F or better
        if not side and re.match(r"(?:twice|half|double|three times)\b", body) is None:
            return None
    if keep and compare is None and not re.match(r"[±\d]|between|from", body):
        return None
    if _away(subject, body, value) is None and keep and not re.search(r"\d", rest) and not compare:
        return None
    if (away := _away(subject, body, value)) is not None:
        return _distance(away, compare, minus, body, reading)
    named = _measure_property(value) or ("spacing" if keep and "spaced" in keep.group() else "")
    if named:
        owners = each(bare(subject)) if subject else [reading.object]
        names = [Name(object=one, property=named) for one in owners]
    else:
        names = _subjects(subject, reading)
        known = all(measures(one.property) or _of(subject, one) for one in names)
        if subject and not known and compare is None and not _content(value):
            return None
        implied = DEGREES.get(compare["word"].lower(), "") if compare and not keep else ""
        if subject and not known and implied and all(not one.object for one in names):
            # "Piles shall not be higher than 8 m."
            names = [Name(object=one.property, property=implied) for one in names]
        elif not known and not _plain_count(value) and not _content(value):
            raise Stop("subject", subject)  # "Cables shall not exceed 30 m" does not say the length of what
    # "at least 1.2 m long and 1.0 m wide": what goes on without a comparison of its own has the one before.
    goes_on = not subject and named and compare is None and reading.parts and reading.parts[-1].test.limits
    return _limited(names, body, minus, "", reading, reading.parts[-1].test.op if goes_on else Op.EQUAL)


def _placed(subject: str, rest: str, minus: bool, reading: Reading) -> list[Test] | None:
    """``be installed at a height not exceeding 1.5 m``, ``be spaced at intervals of not more than 3 m``, ``be sloped at
    not less than 1 %``; ``not be stored within 3 m of the transformer``."""
    if not subject or holds_quantity(subject):
        return None
    names = [Name(object=one, property="") for one in each(bare(subject))]
    if (aired := _AIRED.fullmatch(rest)) and not minus:
        names = [one.model_copy(update={"property": "air change rate"}) for one in names]
        return _limited(names, aired["value"], False, "", reading)
    if (apart := _APART.fullmatch(rest) or _FROM.fullmatch(rest)) and not minus:
        property = f"distance from {bare(apart['what'])}"
        return _limited(
            [one.model_copy(update={"property": property}) for one in names], apart["value"], False, "", reading
        )
    if (near := _WITHIN.fullmatch(rest)) and minus:
        _whole(near["what"], rest)
        property = f"distance from {bare(near['what'])}"
        names = [one.model_copy(update={"property": property}) for one in names]
        return _limited(names, f"at least {near['value']}", False, "", reading)
    match = (
        _LIT.fullmatch(rest) or (_HELD if _ANGLED.search(rest) else _SLOPED).fullmatch(rest) or _HELD.fullmatch(rest)
    )
    if match is None or minus or (not _PUT.fullmatch(match["verb"] or "placed") and match["verb"] not in _SAID):
        return None  # what is done (tested at a pressure, inspected at intervals) is no state of a design
    property = match.groupdict().get("property") or _SAID[match["verb"]]
    if property.startswith("interval"):
        property = "spacing"
    elif PROPERTY.search(property) is None:
        return None
    property = f"set {property}" if match["verb"] == "set" and property in ("pressure", "temperature") else property
    value = match["value"]
    if over := re.search(r"\s(?P<link>above|below|from)\s(?P<what>[^\d]+)$", value):
        value, property = value[: over.start()], f"{property} {over['link']} {bare(over['what'])}"
    names = [one.model_copy(update={"property": property}) for one in names]
    return _limited(names, value, False, "", reading)


def _of(subject: str, name: Name) -> bool:
    """Whether "the X of Y" names a property that no list holds ("the misalignment of the couplings")."""
    return bool(name.object) and re.match(rf"the\s{re.escape(name.property)}\sof\s", subject, re.IGNORECASE) is not None


def _plain_count(value: str) -> bool:
    read = quantity_at(value)
    return read is not None and not any(limit.unit for limit in read.limits)


def _content(value: str) -> bool:
    """Whether a value is how much of a substance there is: then the substance is what is measured."""
    read = quantity_at(value)
    return read is not None and all(limit.unit in CONTENT for limit in read.limits)


def _measure_property(value: str) -> str:
    """The property that stands behind the measure ("1.2 m wide", "1.0 m in height"), or ""."""
    read = quantity_at(value)
    return "" if read is None else beside(value[read.end :])[0]


def _away(subject: str, body: str, value: str) -> tuple[str, str, str] | None:
    """Subject, measure and what it is away from ("at least 300 mm away from hot pipes")."""
    read, between = quantity_at(value), re.match(r"between\s[-\d.]+[^\d]*\sand\s[\d.]+\s\S+", value)
    end = between.end() if between else read.end if read else None
    match = None if end is None else _AWAY.fullmatch(value[end:])
    if match is None or (read and any(dimension(limit.unit) not in ("length", "") for limit in read.limits)):
        return None  # 10 °C above a dew point is no distance
    if read and any(limit.unit in ("%", "‰") for limit in read.limits):
        return None  # nor is 10 % above a pressure
    return subject, value[:end], f"{match['link']} {match['what']}"


def _distance(
    away: tuple[str, str, str], compare: re.Match[str] | None, minus: bool, near: str, reading: Reading
) -> list[Test]:
    subject, measure, what = away
    if holds_quantity(what) or LIMITING.search(what):
        raise Stop("limit", what)
    name = Name(object=bare(subject) or reading.object, property=f"distance {bare(what)}")
    words = (compare.group() if compare else "") + measure
    goes_on = not subject and compare is None and reading.parts and reading.parts[-1].test.limits
    return _limited([name], words, minus, "", reading, reading.parts[-1].test.op if goes_on else Op.EQUAL)


def _limited(
    names: list[Name], words: str, minus: bool, extreme: str, reading: Reading, default: Op = Op.EQUAL
) -> list[Test]:
    """Tests from a comparison's words about some fields; the whole of the words must be read."""
    words = re.sub(r"^(?P<tolerance>±.+?)\sor\sbetter$", r"\g<tolerance>", words)
    compare = COMPARE.match(words)
    op = OPS[compare["word"].lower()] if compare else default
    if compare and compare["minus"]:
        op = negated(op, words)
    limits, rest = limits_en(words[compare.end() :] if compare else words, reading.object or names[0].object)
    _, rest = beside(rest)
    if (side := _SIDE.match(rest)) and compare is None:
        if side["up"] == "better" and not all(limit.words for limit in limits):
            raise Stop("limit", words)
        op, rest = (Op.AT_LEAST if side["up"] else Op.AT_MOST), rest[side.end() :]
        _, rest = beside(rest)
    if (last := re.fullmatch(r"\s*(?:(minimum|min\.?|at least)|(maximum|max\.?|at most))", rest)) and op is Op.EQUAL:
        op, rest = (Op.AT_LEAST if last[1] else Op.AT_MOST), ""
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


def _providing(subject: str, rest: str, minus: bool, reading: Reading) -> list[Test] | None:
    """``be provided with X and Y``; ``be installed at the pump discharge``; ``be made of A or B``; colours and such."""
    if match := _OF.fullmatch(rest):
        return _material(subject, match["what"], minus, reading)
    op = Op.ABSENT if minus else Op.PRESENT
    if match := _WITH.fullmatch(rest):
        if (one_of := counted(match["what"])) is not None and not minus:
            compare, limits, thing = one_of
            return [compared(Name(object=bare(subject) or reading.object, property=thing), compare, limits, rest)]
        if not minus and (sized := _sized(match["what"], reading)) is not None:
            thing, size = sized
            owners = each(bare(subject)) if subject else [reading.object]
            return [*(Test(field=Name(object=one, property=thing), op=op) for one in owners), *size]
        if not minus and (all_of := many(match["what"])) is not None:
            owner = bare(subject) or reading.object
            return [compared(Name(object=owner, property=thing), how, limits, rest) for how, limits, thing in all_of]
        _whole(match["what"], rest)
        if not minus and re.search(r"\sor\s", match["what"]):
            raise Stop("either", rest)
        owners = each(bare(subject)) if subject else [reading.object]
        return [Test(field=Name(object=one, property=two), op=op) for one in owners for two in each(match["what"])]
    if (match := _AT.fullmatch(rest)) and subject and (not minus or rest.startswith("be made")):
        if match["place"] is not None and re.search(r"\bfor\b", match["place"]):
            raise Stop("phrase", rest)
        if match["link"] == "between":
            _whole(rest + subject, rest)
            return [Test(field=Name(object=bare(f"between {match['place']}"), property=bare(subject)), op=op)]
        _whole(match["place"] if match["place"] and not _LIMITED_PLACE.search(match["place"]) else "", rest)
        if (one_of := counted(subject)) is not None and not minus:
            compare, limits, thing = one_of
            owner = bare(match["place"]) if match["place"] else reading.object
            return [compared(Name(object=owner, property=thing), compare, limits, rest)]
        _whole(subject, subject)
        place = match["place"] and _conditioned(match["place"], reading)
        places = each(place) if place else [reading.object]
        return [Test(field=Name(object=one, property=two), op=op) for one in places for two in each(subject)]
    held = re.fullmatch(r"be [a-z]+ed\s(?:at|on|in|for|from|to|per)\s(?P<place>[^\d]+)", rest)
    if held and subject and not minus and counts_itself(subject) and (one_of := counted(subject)) is not None:
        compare, limits, thing = one_of
        return [compared(Name(object=bare(held["place"]), property=thing), compare, limits, rest)]
    names = [] if not subject else [name_en(subject, reading.object)]
    valued = rest.startswith("be ") and _DONE.match(rest) is None
    if valued and names and names[0].object and PROPERTY.search(names[0].property):
        _whole(rest, rest)
        return _among(names, rest[3:], minus)
    return None


def _conditioned(place: str, reading: Reading) -> str:
    """A place without its conditions ("piping with a surface temperature above 60 °C"), which hold for the clause."""
    if not _LIMITED_PLACE.search(place):
        return place
    if reading.parts:
        raise Stop("scope", place)
    front, place = relative_en(place)
    _whole(place, place)
    reading.condition(front)
    return place


def _sized(what: str, reading: Reading) -> tuple[str, list[Test]] | None:
    """``guardrails at least 1.1 m high``: the thing is there, and it has that size."""
    cut = COMPARE.search(what)
    if cut is None or not what[: cut.start()].strip():
        return None
    if (has := _HAVING.fullmatch(what)) and not holds_quantity(has["thing"]) and property_start(has["property"]) == 0:
        thing = bare(has["thing"])
        return thing, _limited([Name(object=thing, property=has["property"])], has["value"], False, "", reading)
    thing, named = bare(re.sub(r"\sof\s*$", "", what[: cut.start()])), _measure_property(what[cut.end() :])
    if not named or holds_quantity(thing) or len(each(thing)) != 1:
        return None
    return thing, _limited([Name(object=thing, property=named)], what[cut.start() :], False, "", reading)


def _material(subject: str, what: str, minus: bool, reading: Reading) -> list[Test]:
    _whole(what, what)
    owners = each(bare(subject)) if subject else [reading.object]
    return _among([Name(object=one, property="material") for one in owners], what, minus)


def _among(names: list[Name], what: str, minus: bool) -> list[Test]:
    if re.search(r"\sand\s", what):
        raise Stop("list", what)
    values = tuple(Limit(words=one) for one in each(what))
    one = Op.OTHER if minus else Op.EQUAL
    several = Op.NOT_IN if minus else Op.IN
    return [Test(field=name, op=one if len(values) == 1 else several, limits=values) for name in names]


def _whole(words: str, near: str) -> None:
    """Raises Stop when a limit or number hides in words that are taken as they stand."""
    where = re.sub(
        r"\b(?:above|below|over|under|beyond) the (?=(?P<what>[a-z -]+)$)", "", words
    )  # below the frost line
    words = where if PROPERTY.search(words) is None else words
    if holds_quantity(words) or COMPARE.search(words) or LIMITING.search(words):
        raise Stop("phrase_with_limit", near)


def _phrase(subject: str, rest: str, minus: bool, reading: Reading) -> list[Test]:
    """A thing to be or to do, in the document's words: insulated, open outwards, stored in the battery room."""
    _whole(rest, rest)
    if re.search(r"\b(?:one|two|three|four|five|six|ten|once|twice)\b|^that\b|,", rest) or not rest:
        raise Stop("phrase", rest)
    if re.search(r"\sor\s", rest) and not minus:
        raise Stop("either", rest)
    body = bare(re.sub(r"^be\s", "", rest))
    if not body or (not subject and not reading.object):
        raise Stop("no_subject", rest)
    _whole(subject, subject)
    head, joined, tail = body.partition(" and ")
    pieces = [head, re.sub(r"^be\s", "", tail)] if joined and " " not in head else [body]
    owners = each(bare(subject)) if subject else [reading.object]
    op = Op.ABSENT if minus else Op.PRESENT
    return [Test(field=Name(object=one, property=two), op=op) for one in owners for two in pieces]
