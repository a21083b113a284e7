"""Lists and counts of English requirements: two pumps and a filter, at least two exits, six air changes per hour."""

from __future__ import annotations

import re

from assay.skills.rules.grammar.build import Stop, negated
from assay.skills.rules.grammar.quantities import holds_quantity, quantity_at
from assay.skills.rules.grammar.words_en import COMPARE, LIMITING, OPS, bare
from assay.skills.rules.rule import Limit, Op

CHANGES = re.compile(
    r"(?P<value>(?:.*?\d+(?:\.\d+)?|(?:at least |a minimum of |not less than |no fewer than )?[a-z]+)"
    r"\sair changes per hour)"
)
NOUNS = re.compile(r",\s(?:and\s|or\s)?|\s(?:and|or)\s")

_SIDES = re.compile(
    r"suction|discharge|inlet|outlet|upper|lower|front|rear|primary|secondary|main|standby|local|remote"
    r"|audible|visual"
    r"|supply|return|upstream|downstream|manual|automatic|horizontal|vertical|internal|external|radial|axial"
    r"|fixed|portable"
)


def _shared(found: list[str]) -> list[str]:
    """A noun that belongs to all of a list is each one's: suction and discharge isolation valves."""
    last = found[-1].split()
    if len(last) < 2 or len(found) < 2 or not all(_SIDES.fullmatch(one) for one in (*found[:-1], last[0])):
        return found
    return [*(f"{one} {' '.join(last[1:])}" for one in found[:-1]), found[-1]]


def each(words: str) -> list[str]:
    """The things of a list, without articles."""
    found = _shared([bare(one) for one in NOUNS.split(words)])
    if not all(found) or any(one.lower() in ("high", "low", "both", "either", "top", "bottom") for one in found[:-1]):
        raise Stop("list", words)
    return found


def counts_itself(subject: str) -> bool:
    """Whether a subject says how many of itself there shall be ("a minimum of two exits", "no fewer than two")."""
    if CHANGES.fullmatch(subject.lower()):
        return True
    cut = COMPARE.match(re.sub(r"^(?:the|an?)\s(?!minimum of|maximum of)", "", subject, flags=re.IGNORECASE))
    return cut is not None and counted(subject) is not None


def many(what: str) -> list[tuple[Op, tuple[Limit, ...], str]] | None:
    """The counts of a list ("two journal bearings and one thrust bearing"); None where not each has one."""
    number = re.compile(r"(?:\d+|one|two|three|four|five|six|eight|ten)\s", re.IGNORECASE)
    said = [one.strip() for one in NOUNS.split(what)]
    if len(said) < 2 or " or " in what or not any(number.match(one) for one in said):
        return None
    pieces = [re.sub(r"^an?\s", "one ", one) for one in said]
    numbers = [number.match(one) for one in pieces]
    found = [counted(one) for one in pieces]
    if not all(numbers) or not all(found):
        raise Stop("list", what)
    return [one for one in found if one is not None]


def counted(what: str) -> tuple[Op, tuple[Limit, ...], str] | None:
    """``at least two exits``, ``not less than 2 exits``; ``two exits`` are at least two, ``exactly two`` are two."""
    what = re.sub(r"^(?P<number>\d+|[a-z]+) or more\s", r"at least \g<number> ", what, flags=re.IGNORECASE)
    just = re.match(r"(?:exactly|only|just|precisely)\s", what, re.IGNORECASE)
    what = what[just.end() :] if just else what
    match = COMPARE.match(what)
    read = quantity_at(what, match.end() if match else 0)
    if read is None or any(limit.unit for limit in read.limits) or len(read.limits) != 1:
        return None
    persons = re.search(r"(?:persons?|people|occupants?)$", what[: read.end], re.IGNORECASE)
    thing = bare(what[read.end :]) or (persons.group() if persons else "")
    if not thing or holds_quantity(thing) or LIMITING.search(thing) or len(each(thing)) > 1:
        return None
    op = OPS[match["word"].lower()] if match else Op.EQUAL if just else Op.AT_LEAST
    return (negated(op, what) if match and match["minus"] else op), read.limits, thing
