"""Freer ways in which English requirements say a limit: the amount first, one measure above another, the unit's own
property, what is done at a temperature or pressure."""

from __future__ import annotations

import re
from decimal import Decimal

from assay.skills.rules.grammar.build import Reading, Stop, negated
from assay.skills.rules.grammar.counts_en import each
from assay.skills.rules.grammar.dimensions import dimension
from assay.skills.rules.grammar.limits_en import name_en
from assay.skills.rules.grammar.quantities import CONTENT, holds_quantity, quantity_at
from assay.skills.rules.grammar.tests_en import limited, offset
from assay.skills.rules.grammar.words_en import COMPARE, PROPERTY, bare, measures, property_start
from assay.skills.rules.rule import Limit, Name, Op, Test

_BOUND = r"(?:(?:not|no) (?:more|less|greater|fewer) than|at least|at most|a (?:maximum|minimum) of|up to|exactly)"
_FIRST = re.compile(rf"(?P<value>{_BOUND} [-\d.,]+ ?\S+) of (?P<what>[a-z][a-z -]*)", re.IGNORECASE)
_PUT_IN = re.compile(
    r"be\s[a-z]+(?:ed|t|n)\s(?:in|on|at|inside|within|around|per|to|for|over|above|under|along"
    r"|between)\s(?P<place>[^\d,]+)"
)
_BEYOND = re.compile(
    r"(?:exceed|be (?:greater|higher|larger|more) than)\s(?P<of>[^\d]+?)\sby\s"
    r"(?:(?P<bound>at least|not less than|no less than|a minimum of)\s)?(?P<value>\d.*)"
)
_BELOW = re.compile(
    r"be (?:below|under|lower than|less than|smaller than)\s(?P<of>[^\d]+?)\sby\s"
    r"(?:(?P<bound>at least|not less than|no less than|a minimum of)\s)?(?P<value>\d.*)"
)
_DONE_AT = re.compile(
    r"be\s(?P<verb>[a-z]+(?:ed|t|n|ing))\s(?:at|in|under|to)\s(?:an?\s)?(?P<property>[a-z][a-z -]*?)\s(?:of\s)?"
    r"(?P<value>(?:not\s|no\s(?:more|less|greater)|at least|at most|exceeding|in excess of|above|below|over"
    r"|under|up to|between|less"
    r"|more|greater|higher|lower|\d).*)"
)
_PAST = re.compile(
    r"be (?P<verb>operated|run|loaded|used|driven|filled|charged|heated|pressurized|pressurised|stressed|worked) "
    r"(?:at )?(?:a [a-z]+ )?(?P<side>above|beyond|over|in excess of|below|under) (?P<whose>their|its"
    r"|the) (?P<of>[a-z][a-z -]*)"
)
_MOVES = re.compile(
    r"(?:be )?(?:travel|move|run|rotate|driven|turn|operate)(?:led|d)?\s(?:at\s)?"
    r"(?P<value>(?:not\s)?(?:faster than|slower than|more than|less than)\s\d.*/.*)"
)
_RUN_AT = re.compile(
    r"(?:be (?:operated|run|used|driven|stored|heated|pressurized|pressurised|worked|charged|energi[sz]ed)"
    r"|operate|run|work)"
    r" (?:at )?(?P<side>above|below|over|under|no more than|no less than|more than|less than|not more than"
    r"|not less than"
    r"|at least|at most) (?P<value>[-\d].*)"
)
_EXTREME = r"^(?:(?:maximum|minimum|rated|nominal|allowable|permissible|permitted|specified|design|safe)\s)+(?=\w)"
_OF_MEDIUM = re.compile(r"^(?:oil|water|air|gas|steam|coolant|metal|inlet|outlet|fluid)\s")
_TESTED = re.compile(
    r"(?:test|inspect|check|examin|verif|calibrat|clean|replac|chang|fill|deliver|suppl)", re.IGNORECASE
)
_LIGHT = re.compile(
    r"(?P<property>(?:[a-z-]+\s)?(?:lighting|light|illumination)(?:\slevels?)?)\s(?:in|on|at|of|for)\s(?P<object>.+)",
    re.I,
)
_KINDS = ("power", "voltage", "current", "temperature", "pressure")


def amount_first(subject: str, rest: str) -> bool:
    """Whether a subject says how much of something there may be ("not more than 250 L of solvent")."""
    return _FIRST.fullmatch(subject) is not None and _PUT_IN.fullmatch(rest) is not None


def wider(subject: str, rest: str, minus: bool, reading: Reading) -> list[Test] | None:
    """The tests of a clause that is said in one of these ways, else None. Raises Stop."""
    first, into = _FIRST.fullmatch(subject), _PUT_IN.fullmatch(rest)
    if first and into and not minus:
        place = re.sub(r"^(?:both|all|each|either) sides? of ", "", bare(into["place"]))
        name = Name(object=bare(place), property=bare(first["what"]))
        return limited([name], first["value"], False, "", reading)
    if (beyond := _beyond(subject, rest, reading)) is not None:
        return None if minus else beyond
    if (past := _PAST.fullmatch(rest)) and subject and PROPERTY.search(past["of"]):
        of = name_en(f"{past['whose']} {past['of']}", bare(subject))
        kind = "load" if past["verb"] == "loaded" else re.sub(_EXTREME, "", of.property)
        op = Op.UNDER if past["side"] in ("below", "under") else Op.OVER
        limit = Limit(number=Decimal(1), of=of)
        return [
            Test(field=Name(object=one, property=kind), op=negated(op, rest) if minus else op, limits=(limit,))
            for one in each(bare(subject))
        ]
    moved = _MOVES.fullmatch(rest)
    if moved and subject and not holds_quantity(subject):
        return limited([Name(object=bare(subject), property="speed")], moved["value"], minus, "", reading)
    ran = _RUN_AT.fullmatch(rest)
    read = quantity_at(ran["value"]) if ran else None
    if ran and read and subject and not ran["value"][read.end :].strip() and not measures(subject):
        kind = {"turning": "speed"}.get(dimension(read.limits[0].unit), dimension(read.limits[0].unit))
        if kind in (*_KINDS, "speed"):
            names = [Name(object=one, property=kind) for one in each(bare(subject))]
            return limited(names, f"{ran['side']} {ran['value']}", minus, "", reading)
    done = _DONE_AT.fullmatch(rest)
    if done and subject and not _TESTED.match(done["verb"]) and not holds_quantity(subject):
        property = re.sub(r"(?<=[a-z]{3}[^s])s$", "", bare(done["property"]))
        if (
            property_start(_OF_MEDIUM.sub("", property)) == 0
            and measures(property)
            and not re.match(r"interval|distance|height|rate", property)
        ):
            names = [Name(object=one, property=property) for one in each(bare(subject))]
            return limited(names, done["value"], minus, "", reading)
    return None


def _beyond(subject: str, rest: str, reading: Reading) -> list[Test] | None:
    """``exceed the required head by at least 0.6 m``, ``be at least 10 °C below the flash point``."""
    over, under = _BEYOND.fullmatch(rest), _BELOW.fullmatch(rest)
    match = over or under
    words = _KEPT_AT.sub("", rest)
    levels = all(re.search(r"\b(?:level|elevation)$", one) for one in (subject, rest))  # of one kind, so no distance
    if not subject or (match is None and offset(words, "", levels=levels) is None):
        return None
    name = name_en(subject, reading.object)
    if match is not None:
        words = f"{match['bound'] or 'at least'} {match['value']} {'above' if over else 'below'} {match['of']}"
    found = offset(words, name.object, levels=levels or match is not None)
    if found is None:
        return None
    if not measures(name.property) and not _same_kind(
        name, bare(words.rsplit(" above ", 1)[-1].rsplit(" below ", 1)[-1])
    ):
        raise Stop("subject", subject)
    return [Test(field=name, op=found[0], limits=(found[1],))]


_KEPT_AT = re.compile(r"^be\s(?:(?:kept|maintained|held|set)\s)?(?:at\s(?=\d))?")


def _same_kind(name: Name, of: str) -> bool:
    """The NPSH available and the NPSH required are of one kind though no list holds it."""
    first, second = str(name.property).split(), of.split()
    return len(first) > 1 and len(second) > 1 and first[0].lower() == second[0].lower()


def implied_field(subject: str, value: str) -> Name | None:
    """A field whose property only the unit names: compressed air of at most 200 kPa, lighting of at least 50 lx."""
    read = quantity_at(value)
    if (
        re.match(r"(?:DN|NPS)\s?\d", value)
        and not PROPERTY.search(subject)
        and not re.search(r"\b(?:and|or)\b|,", subject)
    ):
        return Name(object=bare(subject), property="size")
    if re.match(r"IP\s?\d", value) and not PROPERTY.search(subject) and not re.search(r"\b(?:and|or)\b|,", subject):
        return Name(object=bare(subject), property="degree of protection")
    kind = "" if read is None else dimension(read.limits[0].unit)
    if kind == "light" and (lit := _LIGHT.fullmatch(bare(subject))):
        return Name(object=lit["object"], property=lit["property"])
    unit = "" if read is None else read.limits[0].unit
    share = re.fullmatch(r"(?P<what>[A-Za-z]+(?: [a-z]+)?) (?:in|at) (?P<place>[a-z -]+)", bare(subject))
    if (
        share
        and read
        and not value[read.end :].strip().startswith("of ")
        and (unit == "%" or unit in CONTENT)
        and not PROPERTY.search(share["what"])
    ):
        return Name(object=share["place"], property=share["what"])  # methane in return airways
    if kind not in _KINDS or COMPARE.search(subject) or holds_quantity(subject) or PROPERTY.search(subject):
        return None
    if re.search(r"\b(?:and|or)\b|,", subject):
        return None
    return itself(subject) or Name(object=bare(subject), property=kind)


def itself(subject: str) -> Name | None:
    """A measure that no list holds, named by itself ("the furnace draft"): definite, one, of several words."""
    if re.fullmatch(r"The(?:\s[a-z-]+){2,4}", subject) and re.search(r"[^s]$", subject):
        return Name(property=bare(subject))
    return None
