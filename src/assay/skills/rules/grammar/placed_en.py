"""Where English requirements put things: at a distance, a height, a slope, an interval, a pressure."""

from __future__ import annotations

import re

from assay.skills.rules.grammar.build import Reading, Stop
from assay.skills.rules.grammar.counts_en import each
from assay.skills.rules.grammar.dimensions import dimension
from assay.skills.rules.grammar.quantities import holds_quantity, quantity_at
from assay.skills.rules.grammar.tests_en import limited, whole
from assay.skills.rules.grammar.words_en import LIMITING, PROPERTY, bare
from assay.skills.rules.rule import Name, Op, Test

_FROM = re.compile(
    r"be\s(?:separated|kept away|set back|distant)\sby\s(?P<value>(?:a\sm|at|not"
    r"|no).*\d\s?\S+)\sfrom\s(?P<what>[^\d]+)"
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
    r"be\s(?:[a-z]+(?:ed|t|n)(?:\sout|\sup)?)\s(?:to\s)?within\s(?P<value>\d[\d.]*\s?\S+)"
    r"\s(?:of|from)\s(?P<what>.+)"
)
_PUT = re.compile(
    r"kept|maintained|held|spaced|provided|installed|placed|located|arranged|fitted|mounted|positioned|set|laid|hung"
    r"|buried|embedded|suspended|erected|immersed|submerged|filled|coated|painted|lined"
    r"|inclined"
)
"""What is put at intervals has them between one and the next; what is supported so has them between others."""


def placed(subject: str, rest: str, minus: bool, reading: Reading) -> list[Test] | None:
    """``be installed at a height not exceeding 1.5 m``, ``be spaced at intervals of not more than 3 m``, ``be sloped at
    not less than 1 %``; ``not be stored within 3 m of the transformer``."""
    if not subject or holds_quantity(subject):
        return None
    names = [Name(object=one, property="") for one in each(bare(subject))]
    if (aired := _AIRED.fullmatch(rest)) and not minus:
        names = [one.model_copy(update={"property": "air change rate"}) for one in names]
        return limited(names, aired["value"], False, "", reading)
    if (apart := _APART.fullmatch(rest) or _FROM.fullmatch(rest)) and not minus:
        property = f"distance from {bare(apart['what'])}"
        return limited(
            [one.model_copy(update={"property": property}) for one in names], apart["value"], False, "", reading
        )
    if (near := _WITHIN.fullmatch(rest)) and dimension(_unit(near["value"])) == "length":
        whole(near["what"], rest)
        property = f"distance from {bare(near['what'])}"
        names = [one.model_copy(update={"property": property}) for one in names]
        return limited(names, f"{'at least' if minus else 'at most'} {near['value']}", False, "", reading)
    match = (
        _LIT.fullmatch(rest) or (_HELD if _ANGLED.search(rest) else _SLOPED).fullmatch(rest) or _HELD.fullmatch(rest)
    )
    if (
        match is None
        or (minus and match.groupdict().get("verb") not in _SAID)
        or (not _PUT.fullmatch(match["verb"] or "placed") and match["verb"] not in _SAID)
    ):
        return None  # what is done (tested at a pressure, inspected at intervals) is no state of a design
    property = match.groupdict().get("property") or _SAID[match["verb"]]
    if property.startswith("interval"):
        property = "spacing"
    elif PROPERTY.search(property) is None:
        return None
    property = f"set {property}" if match["verb"] == "set" and property in ("pressure", "temperature") else property
    value = match["value"]
    if over := re.search(r"\s(?P<link>above|below|from|towards?)\s(?P<what>[^\d]+)$", value):
        value, property = value[: over.start()], f"{property} {over['link']} {bare(over['what'])}"
    names = [one.model_copy(update={"property": property}) for one in names]
    return limited(names, value, minus, "", reading)


def _unit(value: str) -> str:
    read = quantity_at(value)
    return "" if read is None else read.limits[0].unit


_AWAY = re.compile(
    r"(?P<side>\sor (?:more|less))?\s*(?P<way>horizontally\s|vertically\s)?(?:away\s|clear\s)?"
    r"(?P<link>from|of|above|below|beyond|past|in front of|behind|beneath|underneath)\s(?P<what>.+)"
)


_BETWEEN = re.compile(r"between\s[-\d.]+(?:\s\d{3})?[^\d]*\sand\s\d[\d.]*(?:\s\d{3})?\s\S+")


def away_from(subject: str, body: str, value: str) -> tuple[str, str, str] | None:
    """Subject, measure and what it is away from ("at least 300 mm away from hot pipes")."""
    read, between = quantity_at(value), _BETWEEN.match(value)
    end = between.end() if between else read.end if read else None
    match = None if end is None else _AWAY.fullmatch(value[end:])
    if match is None or (read and any(dimension(limit.unit) not in ("length", "") for limit in read.limits)):
        return None  # 10 °C above a dew point is no distance
    if read and any(limit.unit in ("%", "‰") for limit in read.limits):
        return None  # nor is 10 % above a pressure
    if match["link"] == "of" and "clear" not in match.group():
        return None
    link = "from" if match["link"] == "of" else match["link"]
    way = match["way"] or ""
    return subject, value[:end] + (match["side"] or ""), f"{way} {link} {match['what']}".strip()


def distance(
    away: tuple[str, str, str], compare: re.Match[str] | None, minus: bool, near: str, reading: Reading
) -> list[Test]:
    subject, measure, what = away
    if holds_quantity(what) or LIMITING.search(what):
        raise Stop("limit", what)
    ways = {"horizontally": "horizontal ", "vertically": "vertical "}
    way = re.match(r"(?P<way>horizontally|vertically)\s+", what)
    what = what[way.end() :] if way else what
    property = f"{ways[way['way']] if way else ''}distance {bare(what)}"
    name = Name(object=bare(subject) or reading.object, property=property)
    words = (compare.group() if compare else "") + measure
    goes_on = not subject and compare is None and reading.parts and reading.parts[-1].test.limits
    return limited([name], words, minus, "", reading, reading.parts[-1].test.op if goes_on else Op.EQUAL)
