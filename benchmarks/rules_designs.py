"""Designs around a gold rule's limits, with the verdict that follows from how each was made.

Nothing of the skill's evaluation is used: a design is made so that its verdict is known (just inside and just outside
the limit, a condition off, an exception on, a field missing), by comparisons of its own.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from assay.skills.rules.rule import Limit, Name, Op, Part, Test

_COMPARE: dict[Op, Callable[[float, float], bool]] = {
    Op.AT_LEAST: operator.ge,
    Op.AT_MOST: operator.le,
    Op.OVER: operator.gt,
    Op.UNDER: operator.lt,
    Op.EQUAL: operator.eq,
    Op.OTHER: operator.ne,
}
_OTHER_UNIT = {"m": ("mm", 1000.0), "mm": ("m", 0.001), "MPa": ("kPa", 1000.0), "kW": ("W", 1000.0), "h": ("min", 60.0)}
_GRADES = {
    "IP54": (["IP54", "IP65"], ["IP44"]),
    "IP55": (["IP55", "IP66"], ["IP54"]),
    "IP65": (["IP65"], ["IP54"]),
    "二级": (["一级", "二级"], ["三级"]),
    "1.6级": (["1.6级", "1.0级"], ["2.5级"]),
    "C30": (["C30", "C35"], ["C25"]),
}
REFERENCE = 40.0
"""The value of a field that a limit is a multiple of."""


@dataclass(frozen=True, slots=True)
class Case:
    """A design (object -> property -> value) and the verdict of the part for it."""

    kind: str
    design: dict[str, Any]
    verdict: str


@dataclass(frozen=True, slots=True)
class Wish:
    """A test that a design has to make true or false; ``shift`` chooses among the values that do."""

    test: Test
    holds: bool


def cases(part: Part) -> Iterator[Case]:
    """The designs of one part that can be made; each kind at most a few times."""
    on = [wish for group in part.when for wish in _group(group, True)]
    off = [Wish(test, False) for group in part.unless for test in group]
    yield from _made("inside", [Wish(part.test, True), *on, *off], "pass")
    yield from _made("outside", [Wish(part.test, False), *on, *off], "fail")
    yield from _made("other_unit", [Wish(part.test, True), *on, *off], "pass", other=True)
    for group in part.when:
        rest = [wish for each in part.when if each is not group for wish in _group(each, True)]
        gone = [Wish(test, False) for test in group]
        yield from _made("condition_off", [Wish(part.test, False), *gone, *rest, *off], "not_applicable")
        yield from _made("condition_missing", [Wish(part.test, True), *rest, *off], "cannot_tell", without=group)
    for group in part.unless:
        granted = [Wish(test, True) for test in group]
        rest = [Wish(test, False) for each in part.unless if each is not group for test in each]
        yield from _made("exception_on", [Wish(part.test, False), *on, *granted, *rest], "not_applicable")
    yield from _made("field_missing", [*on, *off], "cannot_tell", without=(part.test,))


def _group(group: tuple[Test, ...], holds: bool) -> list[Wish]:
    """One test of an alternative holds, the others do not."""
    return [Wish(test, holds and number == 0) for number, test in enumerate(group)]


def _made(
    kind: str, wishes: list[Wish], verdict: str, *, other: bool = False, without: tuple[Test, ...] = ()
) -> Iterator[Case]:
    fields: dict[tuple[str, str], list[Wish]] = {}
    for wish in wishes:
        fields.setdefault(_key(wish.test.field), []).append(wish)
    if any(_key(test.field) in fields for test in without):
        return  # the field is needed elsewhere: it is not missing
    design: dict[str, Any] = {}
    for name, wanted in fields.items():
        value = _value(wanted, other=other and wanted[0] is wishes[0])
        if value is None:
            return
        _put(design, name, value)
        for wish in wanted:
            for limit in wish.test.limits:
                if limit.of is not None and _key(limit.of) not in fields:
                    _put(design, _key(limit.of, wish.test.field.object), f"{REFERENCE:g} {_unit(limit)}".strip())
    for test in without:
        if test.field.object:
            design.setdefault(test.field.object, {}).setdefault("name", "X")
    yield Case(kind, design, verdict)


def _key(name: Name, owner: str = "") -> tuple[str, str]:
    return name.object or owner, name.property


def _put(design: dict[str, Any], name: tuple[str, str], value: Any) -> None:
    object, property = name
    target = design.setdefault(object, {}) if object else design
    target[property] = value


def _unit(limit: Limit) -> str:
    """A unit for the field that a limit is a multiple of: that of what is added, else millimetres."""
    return limit.plus_unit or "mm"


def _value(wishes: list[Wish], *, other: bool) -> Any:
    """A value for one field that does all that is wished of it, or None where none is found."""
    test = wishes[0].test
    if test.op in (Op.PRESENT, Op.ABSENT):
        wanted = {wish.holds is (wish.test.op is Op.PRESENT) for wish in wishes}
        return wanted.pop() if len(wanted) == 1 else None
    if any(limit.words for limit in test.limits):
        return _words(test, wishes[0].holds) if len(wishes) == 1 else None
    limits = [_number(limit) for wish in wishes for limit in wish.test.limits]
    unit = test.limits[0].unit if test.limits[0].of is None else _unit(test.limits[0])
    step = 1.0 if unit == "" and all(float(limit).is_integer() for limit in limits) else 0.001
    candidates = [one for limit in limits for one in (limit, *_near(limit, step))]
    found = next((one for one in candidates if all(_holds(wish.test, one) is wish.holds for wish in wishes)), None)
    if found is None:
        return None
    if other and unit in _OTHER_UNIT and test.limits[0].of is None:
        unit, factor = _OTHER_UNIT[unit]
        found *= factor
    return f"{found:.10g} {unit}".strip()


def _near(limit: float, step: float) -> tuple[float, float]:
    """Just above and just below a limit."""
    size = step if step == 1.0 else max(abs(limit), 1.0) * step
    return limit + size, limit - size


def _number(limit: Limit) -> float:
    assert limit.number is not None
    if limit.of is None:
        return float(limit.number)
    return float(limit.number) * REFERENCE + float(limit.plus or 0)


def _holds(test: Test, value: float) -> bool:
    limits = [_number(limit) for limit in test.limits]
    if test.op is Op.BETWEEN:
        return limits[0] <= value <= limits[1]
    if test.op in (Op.IN, Op.NOT_IN):
        return (value in limits) is (test.op is Op.IN)
    return _COMPARE[test.op](value, limits[0])


def _words(test: Test, holds: bool) -> str | None:
    words = [limit.words for limit in test.limits]
    if test.op in (Op.EQUAL, Op.OTHER, Op.IN, Op.NOT_IN):
        inside = holds is (test.op in (Op.EQUAL, Op.IN))
        return words[-1] if inside else "something else"
    grades = _GRADES.get(words[0])
    if grades is None or test.op is not Op.AT_LEAST:
        return None
    return grades[0][-1] if holds else grades[1][0]
