"""What an English clause asks of its subject, behind the modal verb: a comparison, a provision, a thing to do."""

from __future__ import annotations

import re

from assay.skills.rules.grammar.build import Reading, Stop, compared, negated
from assay.skills.rules.grammar.conditions_en import relative_en
from assay.skills.rules.grammar.counts_en import CHANGES, counted, counts_itself, each, many
from assay.skills.rules.grammar.limits_en import GRADE, beside, name_en
from assay.skills.rules.grammar.placed_en import away_from, distance, placed
from assay.skills.rules.grammar.quantities import CONTENT, holds_quantity, quantity_at
from assay.skills.rules.grammar.tests_en import SIDE, among, limited, subjects, whole
from assay.skills.rules.grammar.wider_en import implied_field, itself, wider
from assay.skills.rules.grammar.words_en import (
    COMPARE,
    DEGREES,
    LIMITING,
    PROPERTY,
    REFERS,
    bare,
    measures,
    property_start,
)
from assay.skills.rules.rule import Name, Op, Test

_KEEP = re.compile(
    r"(?:be\s)?(?:(?:kept|held|reduced|restricted)\sto(?=\s\d)|controlled|regulated|kept|maintained|held"
    r"|limited to|remain|stay|terminate|extend"
    r"|discharge|project|fall|drop|rise|lie|spaced at|spaced|taken as|taken|located|placed"
    r"|installed|situated|set"
    r"|positioned|mounted|adjusted to(?=\s\d)|set to(?=\s\d)|trimmed to(?=\s\d))\s(?:at\s(?=\d))?"
)
_WITH = re.compile(r"be\s(?:provided|equipped|fitted|furnished|supplied)\swith\s(?P<what>.+)")
_AT = re.compile(
    r"be\s(?:provided|installed|fitted|mounted|made|used|placed|arranged|available)(?:\s(?P<link>at|on|in|for"
    r"|from|under|beneath|behind|beside|near|outside|inside"
    r"|within|around|across|upstream of"
    r"|downstream of|along|between)\s(?P<place>.+))?"
)
_BY_THING = re.compile(r"be\s(?P<done>[a-z]+(?:ed|ut)\s(?:by|with))\s(?P<what>.+)")
"""Enclosed by fencing at least 1.4 m high."""
_OF = re.compile(
    r"be\s(?:(?:made|constructed|manufactured|fabricated|built)\s(?:of|from|out of)"
    r"|of(?!.*\b(?:types?|kinds?|designs?|construction|class|quality|sizes?|grades?|capacity|rating|form"
    r"|nature|ways?)\b))"
    r"\s(?P<what>.+)"
)
_AT_MOST = re.compile(
    r"^(?:at\s)?(?:a|an)\s(?:(?P<most>maximum)|minimum)\s(?:distance|spacing|interval)s?\sof\s", re.IGNORECASE
)
_LIMITED_PLACE = re.compile(
    r"\s(?:with|having)\s(?:.*\d|(?:more|fewer|less|at least|at most)\b)|\s(?:over|above|exceeding|more than"
    r"|greater than|larger than)\s.*\d"
)
_HAVING = re.compile(
    r"(?P<thing>.+?)\s(?:having|with)\s(?:an?\s)?(?P<property>[a-z][a-z -]*?)\s(?:of\s)?"
    r"(?P<value>(?:not\s|no\s|at\s|less|more|between|exceeding|up to|[-+]?\d).*)"
)
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
    r"(?:\s(?P<link>above and below|around|in front of|at|in|on(?= (?:all|each|both) sides? of)|on|for|behind|beside"
    r"|over|above|along|between|beneath|under|below|to|from)\s(?P<place>.+))?"
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
        room = (
            re.search(r"^(?!minimum|maximum).*(?:space|clearance|headroom|aisle|access|passage)", of["property"])
            is not None
        )
        return limited([name], of["value"], False, "", reading, Op.AT_LEAST if room else Op.EQUAL)  # more does no harm
    if (aired := CHANGES.fullmatch(subject.lower())) and (at := _KEPT.fullmatch(rest)) and not minus:
        name = Name(object=bare(at["place"] or "") or reading.object, property="air change rate")
        return limited([name], aired["value"], False, "", reading)
    if REFERS.search(rest):
        raise Stop("refers", rest)
    for read in (wider, _having, _comparison, placed, _providing):
        found = read(subject, rest, minus, reading)
        if found is not None:
            return found
    return _phrase(subject, rest, minus, reading)


_HAS = re.compile(
    r"(?:have|carry|bear|display|contain|include|comprise|incorporate|consist of|provide|deliver"
    r"|maintain|withstand|be (?:designed|rated|selected|sized|dimensioned|suitable) for(?=\san?\s))\s(?P<what>.+)"
)
_MEASURED = re.compile(
    r"(?P<extreme>minimum\s|maximum\s)?(?P<property>[a-z][a-z0-9 -]*?)\s(?:of\s)?(?P<value>(?:not\s|no\s"
    r"|at\s|less|more|between|[-+]?\d|±|a m|up to|below|above|under|over|exceeding|greater|higher|lower|within"
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
    changes = CHANGES.fullmatch(what)
    if changes and (COMPARE.match(changes["value"]) or re.match(r"\d|[a-z]+$", changes["value"])):
        names = [Name(object=one, property="air change rate") for one in owners]
        return limited(names, changes["value"], minus, "", reading)
    measured = _MEASURED.fullmatch(what)
    part = _sized(what, reading) if measured and not PROPERTY.search(measured["property"]) and not minus else None
    if part is not None:  # "a suction pipe of at least 150 mm in diameter" is there, and has that size
        return [*(Test(field=Name(object=one, property=part[0]), op=Op.PRESENT) for one in owners), *part[1]]
    if measured and re.search(r"\s(?:with|having)\s", measured["property"]):
        part = None if minus else _sized(what, reading)
        if part is None:
            raise Stop("phrase_with_limit", rest)
        return [*(Test(field=Name(object=one, property=part[0]), op=Op.PRESENT) for one in owners), *part[1]]
    sized = measured and (measured["extreme"] or COMPARE.match(measured["value"])) and _has_unit(measured["value"])
    sized = sized or (
        measured and re.match(rf"{re.escape(measured['property'])}\sof\s", what) and _bounded(measured["value"])
    )
    if measured and (PROPERTY.search(measured["property"]) or sized):
        tests = []
        for one in owners:
            name = Name(object=one, property=bare(measured["property"]))
            tests += limited([name], measured["value"], minus, measured["extreme"] or "", reading)
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
    return end is not None and (not value[end:] if compare else SIDE.fullmatch(value[end:]) is not None)


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
    keep = keep or _stands(rest)
    body = rest[keep.end() :] if keep else re.sub(r"^be\s", "", rest)
    body = _AT_MOST.sub(lambda match: "not more than " if match["most"] else "at least ", body)
    within = re.match(r"within\s", body)
    body = body[within.end() :] if within else body
    compare = COMPARE.match(body)
    value = body[compare.end() :] if compare else body
    if compare is None and not re.match(r"[±\d]|between\s.*\d|from\s\d", body) and quantity_at(body) is None:
        grade = GRADE.match(body)
        side = grade and SIDE.fullmatch(body[grade.end() :])  # class F or better
        if (
            not side
            and re.match(
                r"(?:twice|half|double|three times|(?:an?|one|two|three)[- ](?:half|third|quarter|fifth|sixth"
                r"|eighth|tenth)s?)\b",
                body,
            )
            is None
        ):
            return None
    if keep and compare is None and not re.match(r"[±\d]|between|from", body):
        return None
    if away_from(subject, body, value) is None and keep and not re.search(r"\d", rest) and not compare:
        return None
    if (away := away_from(subject, body, value)) is not None:
        return distance(away, compare, minus, body, reading)
    named = _measure_property(value) or ("spacing" if keep and "spaced" in keep.group() else "")
    if named:
        owners = each(bare(subject)) if subject else [reading.object]
        names = [Name(object=one, property=named) for one in owners]
    else:
        names = subjects(subject, reading)
        known = all(measures(one.property) or _of(subject, one) for one in names)
        if subject and not known and compare is None and not _content(value):
            own = itself(subject) if re.match(r"between\s.*\d|from\s\d", value) else None
            return None if own is None else limited([own], body, minus, "", reading)
        implied = DEGREES.get(compare["word"].lower(), "") if compare and not keep else ""
        if subject and not known and implied and all(not one.object for one in names):
            # "Piles shall not be higher than 8 m."
            names = [Name(object=one.property, property=implied) for one in names]
        elif not known and len(names) == 1 and (meant := implied_field(subject, value)) is not None:
            names = [meant]
        elif not known and not _plain_count(value) and not _content(value):
            raise Stop("subject", subject)  # "Cables shall not exceed 30 m" does not say the length of what
    # "at least 1.2 m long and 1.0 m wide": what goes on without a comparison of its own has the one before.
    goes_on = not subject and named and compare is None and reading.parts and reading.parts[-1].test.limits
    return limited(names, body, minus, "", reading, reading.parts[-1].test.op if goes_on else Op.EQUAL)


def _stands(rest: str) -> re.Match[str] | None:
    """Whatever is done so far away from something stands there ("be raised at least 50 mm above the floor")."""
    match = re.match(
        r"be\s(?:[a-z]+ly\s)?(?!tested|inspected)[a-z]+(?:ed|pt|id|wn|ung|et|ut|nt)\s(?:at\s(?=\d))?", rest
    )
    if match is None:
        return None
    compare = COMPARE.match(rest, match.end())
    value = rest[compare.end() if compare else match.end() :]
    return match if away_from("", value, value) is not None else None


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
        whole(match["what"], rest)
        if not minus and re.search(r"\sor\s", match["what"]):
            raise Stop("either", rest)
        owners = each(bare(subject)) if subject else [reading.object]
        return [Test(field=Name(object=one, property=two), op=op) for one in owners for two in each(match["what"])]
    if (by := _BY_THING.fullmatch(rest)) and not minus and (sized := _sized(by["what"], reading)) is not None:
        thing, size = sized
        owners = each(bare(subject)) if subject else [reading.object]
        deed = f"{by['done']} {thing}"
        return [*(Test(field=Name(object=one, property=deed), op=op) for one in owners), *size]
    if (match := _AT.fullmatch(rest)) and subject and (not minus or rest.startswith("be made")):
        if match["place"] is not None and re.search(r"\bfor\b", match["place"]):
            raise Stop("phrase", rest)
        if _stands_in(subject, rest, match, reading):
            return None
        if match["link"] == "between":
            whole(rest + subject, rest)
            return [Test(field=Name(object=bare(f"between {match['place']}"), property=bare(subject)), op=op)]
        whole(match["place"] if match["place"] and not _LIMITED_PLACE.search(match["place"]) else "", rest)
        if (one_of := counted(subject)) is not None and not minus:
            compare, limits, thing = one_of
            owner = bare(match["place"]) if match["place"] else reading.object
            return [compared(Name(object=owner, property=thing), compare, limits, rest)]
        whole(subject, subject)
        place = match["place"] and _conditioned(match["place"], reading)
        places = each(place) if place else [reading.object]
        if any(re.match(r"(?:at|in|on|for|from|to|near|outside|inside|between)\s", one) for one in places):
            raise Stop("list", rest)
        return [Test(field=Name(object=one, property=two), op=op) for one in places for two in each(subject)]
    held = re.fullmatch(
        r"(?:be (?:[a-z]+ed|kept|held|put|set)|remain|stay)\s(?:at|on|in|for|from|to|per)\s(?P<place>[^\d]+)", rest
    )
    if held and subject and not minus and counts_itself(subject) and (one_of := counted(subject)) is not None:
        compare, limits, thing = one_of
        return [compared(Name(object=bare(held["place"]), property=thing), compare, limits, rest)]
    names = [] if not subject else [name_en(subject, reading.object)]
    valued = rest.startswith("be ") and _DONE.match(rest) is None
    if valued and names and names[0].object and PROPERTY.search(names[0].property):
        whole(rest, rest)
        return among(names, rest[3:], minus)
    return None


def _stands_in(subject: str, rest: str, match: re.Match[str], reading: Reading) -> bool:
    """Whether it is said where things have to stand ("Transformers ... shall be installed in a bunded area"), not what
    a place has to have ("A drain shall be installed in each pit")."""
    if match["link"] not in ("in", "inside", "outside", "within") or not re.match(
        r"be\s(?:inst|fit|mount|plac|arr)", rest
    ):
        return False
    asked = {test.field.object for group in reading.when for test in group}
    return bare(subject) in asked or re.match(r"(?:the|all)\s", subject, re.IGNORECASE) is not None


def _conditioned(place: str, reading: Reading) -> str:
    """A place without its conditions ("piping with a surface temperature above 60 °C"), which hold for the clause."""
    if not _LIMITED_PLACE.search(place):
        return place
    if reading.parts:
        raise Stop("scope", place)
    front, place = relative_en(place)
    whole(place, place)
    reading.condition(front)
    return place


def _sized(what: str, reading: Reading) -> tuple[str, list[Test]] | None:
    """``guardrails at least 1.1 m high``: the thing is there, and it has that size."""
    what = re.sub(r"^an?\s", "", what)
    what = re.sub(r"\bwhose (?P<p>[a-z][a-z -]*?) (?:is|are) (?=(?:not|no|at) )", r"with a \g<p> of ", what)
    cut = COMPARE.search(what)
    whose = _HAVING.fullmatch(what)
    if cut is None and whose and not holds_quantity(whose["thing"]) and property_start(whose["property"]) == 0:
        thing = bare(whose["thing"])
        return thing, limited([Name(object=thing, property=whose["property"])], whose["value"], False, "", reading)
    if cut is None or not what[: cut.start()].strip():
        return None
    if (
        (has := _HAVING.fullmatch(what))
        and not holds_quantity(has["thing"])
        and not PROPERTY.search(has["thing"])
        and property_start(has["property"]) == 0
    ):
        thing = bare(has["thing"])
        return thing, limited([Name(object=thing, property=has["property"])], has["value"], False, "", reading)
    thing, named = bare(re.sub(r"\sof\s*$", "", what[: cut.start()])), _measure_property(what[cut.end() :])
    if not named or PROPERTY.search(thing) or holds_quantity(thing) or len(each(thing)) != 1:
        return None
    return thing, limited([Name(object=thing, property=named)], what[cut.start() :], False, "", reading)


def _material(subject: str, what: str, minus: bool, reading: Reading) -> list[Test]:
    whole(what, what)
    owners = each(bare(subject)) if subject else [reading.object]
    return among([Name(object=one, property="material") for one in owners], what, minus)


def _phrase(subject: str, rest: str, minus: bool, reading: Reading) -> list[Test]:
    """A thing to be or to do, in the document's words: insulated, open outwards, stored in the battery room."""
    whole(rest, rest)
    if re.search(r"\b(?:one|two|three|four|five|six|ten|once|twice)\b|^that\b|,", rest) or not rest:
        raise Stop("phrase", rest)
    if re.search(r"\sor\s", rest) and not minus:
        raise Stop("either", rest)
    body = bare(re.sub(r"^be\s", "", rest))
    if not body or (not subject and not reading.object):
        raise Stop("no_subject", rest)
    whole(subject, subject)
    head, joined, tail = body.partition(" and ")
    pieces = [head, re.sub(r"^be\s", "", tail)] if joined and " " not in head else [body]
    owners = each(bare(subject)) if subject else [reading.object]
    op = Op.ABSENT if minus else Op.PRESENT
    return [Test(field=Name(object=one, property=two), op=op) for one in owners for two in pieces]
