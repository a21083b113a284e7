"""Rules against designs, by code: three-valued, with units, and never a guess where a value is missing.

A test is true, false or unknown (Kleene's strong logic over conditions and exceptions). Where a rule applies, its test
decides between pass and fail; where that it applies is unknown, the verdict is unknown.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from assay.skills.rules.design import Scalar, Thing, Value
from assay.skills.rules.glossary import same_words
from assay.skills.rules.grammar.quantities import quantity_at
from assay.skills.rules.kinds import kind_of
from assay.skills.rules.lookup import Lookup
from assay.skills.rules.rule import Limit, Name, Op, Part, Test
from assay.skills.rules.truth import truth_of
from assay.skills.rules.units import NoUnit, convert, difference

PASS, FAIL, OFF, UNKNOWN = "pass", "fail", "not_applicable", "cannot_tell"
VERDICTS = (PASS, FAIL, OFF, UNKNOWN)
_ORDINAL = {c: i for i, c in enumerate("特一二三四五六七八九十")} | {c: i for i, c in enumerate("甲乙丙丁戊", 1)}


@dataclass(slots=True)
class Outcome:
    """A test's truth (None: unknown) with the value, the limits in the rule's unit, and what is missing."""

    test: Test
    holds: bool | None = None
    value: float | None = None
    shown: str = ""
    where: str = ""
    limits: list[float] = field(default_factory=list)
    unit: str = ""
    missing: list[dict[str, Any]] = field(default_factory=list)


def evaluate(part: Part, look: Lookup) -> list[dict[str, Any]]:
    """A part's verdict for each object of the design that it is about, as plain data."""
    targets: list[Thing | None] = list(_targets(part, look))
    return [_verdict(part, thing, look) for thing in targets or [None]]


def _targets(part: Part, look: Lookup) -> Iterable[Thing]:
    """The objects that the test names; without a name those that have its property."""
    name = part.test.field
    if name.object:
        return look.things(name.object) or look.having(name) or look.told(name)
    return look.having(name)


def _verdict(part: Part, thing: Thing | None, look: Lookup) -> dict[str, Any]:
    when = [[_outcome(test, thing, look) for test in group] for group in part.when]
    unless = [[_outcome(test, thing, look) for test in group] for group in part.unless]
    applies = _all([_any([one.holds for one in group]) for group in when])
    excepted = _any([_all([one.holds for one in group]) for group in unless])
    applies = _all([applies, None if excepted is None else not excepted])
    tested = _outcome(part.test, thing, look)
    if applies is False:
        verdict = OFF
    elif applies is None or tested.holds is None:
        verdict = UNKNOWN
    else:
        verdict = PASS if tested.holds else FAIL
    missing = [] if applies is False else list(tested.missing)
    if applies is None:
        missing += [gap for group in (*when, *unless) for one in group if one.holds is None for gap in one.missing]
    return {
        "object": "" if thing is None else thing.shown,
        "where": "" if thing is None else thing.where,
        "verdict": verdict,
        "test": _shown(tested),
        "when": [[_shown(one) for one in group] for group in when],
        "unless": [[_shown(one) for one in group] for group in unless],
        "missing": _once(missing) if verdict == UNKNOWN else [],
    }


def _once(gaps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [gap for number, gap in enumerate(gaps) if gap not in gaps[:number]]


def _all(values: Iterable[bool | None]) -> bool | None:
    found = list(values)
    return False if False in found else None if None in found else True


def _any(values: Iterable[bool | None]) -> bool | None:
    found = list(values)
    return True if True in found else None if None in found else False


def _shown(outcome: Outcome) -> dict[str, Any]:
    from assay.skills.rules.notation import write_test

    return {
        "test": write_test(outcome.test),
        "holds": outcome.holds,
        "value": outcome.value,
        "shown": outcome.shown,
        "where": outcome.where,
        "op": outcome.test.op.value,
        "limits": outcome.limits,
        "unit": outcome.unit,
    }


def _outcome(test: Test, thing: Thing | None, look: Lookup) -> Outcome:
    outcome = Outcome(test)
    name = test.field
    if thing is None and name.object and not (look.things(name.object) or look.having(name) or look.told(name)):
        near = look.near(name)
        outcome.missing.append(_gap("mapping" if near else "object", name, near))
        return outcome
    if test.op in (Op.PRESENT, Op.ABSENT):
        return _presence(test, thing, look, outcome)
    found = look.find(test.field, thing)
    if found.value is None:
        outcome.missing.append(_gap("field" if found.why == "missing" else "mapping", test.field, found.candidates))
        return outcome
    outcome.where, outcome.shown = found.value.where, _text(found.value)
    if any(limit.words for limit in test.limits):
        return _among(test, found.value, outcome)
    return _numbers(test, found.value, thing or found.thing, look, outcome)


def _gap(kind: str, name: Name, candidates: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    return {"kind": kind, "field": str(name), "candidates": list(candidates), **more}


def _text(value: Value) -> str:
    raw = ", ".join(map(str, value.raw)) if isinstance(value.raw, tuple) else str(value.raw)
    raw = f"{value.raw:g}" if isinstance(value.raw, float) and value.raw.is_integer() else raw  # a sheet has 2.0 for 2
    return f"{raw} {value.unit}".strip()


# --- presence ---


def _presence(test: Test, thing: Thing | None, look: Lookup, outcome: Outcome) -> Outcome:
    found = look.find(test.field, thing)
    there: bool | None = None
    if found.value is not None:
        outcome.where, outcome.shown = found.value.where, _text(found.value)
        there = truth_of(found.value)
    elif thing is not None and (kind := kind_of(thing, test.field, look)) is not None:
        outcome.where, outcome.shown, there = kind[0].where, _text(kind[0]), kind[1]
    if there is None:
        said = found.value is not None or bool(outcome.where)
        gap = "value" if said else "field" if found.why == "missing" else "mapping"
        outcome.missing.append(_gap(gap, test.field, found.candidates))
        return outcome
    outcome.holds = there if test.op is Op.PRESENT else not there
    return outcome


# --- words ---


def _among(test: Test, value: Value, outcome: Outcome) -> Outcome:
    said = [str(one).strip() for one in (value.raw if isinstance(value.raw, tuple) else (value.raw,))]
    limits = [limit.words for limit in test.limits]
    if test.op in (Op.EQUAL, Op.OTHER, Op.IN, Op.NOT_IN):
        inside = [any(_same_value(one, limit) for limit in limits) for one in said]
        if len(set(inside)) == 1:
            outcome.holds = inside[0] if test.op in (Op.EQUAL, Op.IN) else not inside[0]
        return _unsaid(outcome, test)
    ranks = [rank for one in said for limit in limits if (rank := _graded(one, limit)) is not None]
    if len(ranks) == 1:
        outcome.holds = _compare(test.op, float(ranks[0]), 0.0)
    return _unsaid(outcome, test)


def _unsaid(outcome: Outcome, test: Test) -> Outcome:
    if outcome.holds is None:
        outcome.missing.append(_gap("grade", test.field, (outcome.where,)))
    return outcome


def _same_value(one: str, other: str) -> bool:
    return same_words(re.sub(r"\s", "", one), re.sub(r"\s", "", other)) or same_words(one, other)


def _graded(value: str, limit: str) -> int | None:
    """-1, 0 or 1: how the value's grade stands to the limit's; None where the order of the grades is not known.

    IP codes (IEC 60529) compare digit by digit; strength classes (C30, Q235) by their number; first class is above
    second class (一级 above 二级, 甲级 above 乙级); accuracy classes (1.6级) are better the smaller they are.
    """
    value, limit = value.replace(" ", "").upper(), limit.replace(" ", "").upper()
    if value == limit:
        return 0
    if (a := re.fullmatch(r"IP(\d)(\d)", value)) and (b := re.fullmatch(r"IP(\d)(\d)", limit)):
        steps = [int(a[i]) - int(b[i]) for i in (1, 2)]
        return 1 if min(steps) >= 0 else -1
    if (
        (a := re.fullmatch(r"([A-Z]{1,2})(\d+)", value))
        and (b := re.fullmatch(r"([A-Z]{1,2})(\d+)", limit))
        and a[1] == b[1]
    ):
        return 1 if int(a[2]) > int(b[2]) else -1
    if (a := re.fullmatch(r"([特一二三四五六七八九十甲乙丙丁戊])级", value)) and (
        b := re.fullmatch(r"([特一二三四五六七八九十甲乙丙丁戊])级", limit)
    ):
        return 1 if _ORDINAL[a[1]] < _ORDINAL[b[1]] else -1
    if (a := re.fullmatch(r"(\d+(?:\.\d+)?)级", value)) and (b := re.fullmatch(r"(\d+(?:\.\d+)?)级", limit)):
        return 1 if float(a[1]) < float(b[1]) else -1
    return None


# --- numbers ---

_PLAIN = re.compile(r"(?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*(?P<unit>[^\s\d][^\d]{0,20}|1/\w+)?")


def _numbers(test: Test, value: Value, thing: Thing | None, look: Lookup, outcome: Outcome) -> Outcome:
    read = _quantity(value)
    if read is None:
        outcome.missing.append(_gap("value", test.field, (value.where,)))
        return outcome
    low, high, unit = read
    try:
        limits, outcome.unit = _limits(test, thing, look, outcome)
        if outcome.missing:
            return outcome
        low, high = convert(low, unit, outcome.unit), convert(high, unit, outcome.unit)
    except NoUnit:
        outcome.missing.append(_gap("unit", test.field, (value.where,), unit=unit, asked=outcome.unit))
        return outcome
    outcome.limits = limits
    outcome.value = low if low == high else None
    verdicts = {_compare_all(test.op, number, limits) for number in (low, high)}
    if low != high and test.op is Op.OTHER:
        verdicts.add(not (low <= limits[0] <= high))
    outcome.holds = verdicts.pop() if len(verdicts) == 1 else False
    return outcome


def _quantity(value: Value) -> tuple[float, float, str] | None:
    """Lowest and highest of what a value says, and its unit; a design's range must lie in the limits as a whole."""
    raw: Scalar | tuple[Scalar, ...] = value.raw
    if isinstance(raw, bool) or isinstance(raw, tuple):
        return None
    if isinstance(raw, (int, float)):
        return None if not math.isfinite(raw) else (float(raw), float(raw), _unit(value.unit))
    words = raw.strip()
    read = quantity_at(words)
    if read is None or words[read.end :].strip() or read.signed:
        # Whatever unit pint knows, and powers of ten, may stand in a design.
        plain = _PLAIN.fullmatch(words)
        return None if plain is None else (*(float(plain["number"]),) * 2, _unit(plain["unit"] or value.unit))
    units = {limit.unit for limit in read.limits if limit.unit} or {_unit(value.unit)}
    numbers = [float(limit.number) for limit in read.limits if limit.number is not None]
    return None if len(units) != 1 else (min(numbers), max(numbers), units.pop())


def _unit(words: str) -> str:
    from assay.skills.rules.grammar.quantities import unit_at

    known = unit_at(words, 0) if words else None
    return known[0] if known is not None and known[1] == len(words) else words


def _limits(test: Test, thing: Thing | None, look: Lookup, outcome: Outcome) -> tuple[list[float], str]:
    """The limits as numbers of one unit: their own, or that of the field they are a multiple of."""
    found: list[tuple[float, str]] = [_limit(limit, test, thing, look, outcome) for limit in test.limits]
    unit = found[0][1]
    outcome.unit = unit
    return ([] if outcome.missing else [convert(number, own, unit) for number, own in found]), unit


def _limit(limit: Limit, test: Test, thing: Thing | None, look: Lookup, outcome: Outcome) -> tuple[float, str]:
    assert limit.number is not None
    if limit.of is None:
        return float(limit.number), limit.unit
    found = look.find(limit.of, thing)
    if found.value is None and limit.of.object == test.field.object == "":
        found = look.find(limit.of, None)
    read = None if found.value is None else _quantity(found.value)
    if read is None or read[0] != read[1]:
        kind = "field" if found.value is None and found.why == "missing" else "value" if found.value else "mapping"
        outcome.missing.append(_gap(kind, limit.of, found.candidates))
        return 0.0, ""
    number = float(limit.number) * read[0]
    if limit.plus is not None:
        number += difference(float(limit.plus), limit.plus_unit, read[2])
    return number, read[2]


def _compare_all(op: Op, value: float, limits: list[float]) -> bool:
    if op is Op.BETWEEN:
        return _compare(Op.AT_LEAST, value, limits[0]) and _compare(Op.AT_MOST, value, limits[1])
    if op in (Op.IN, Op.NOT_IN):
        return any(_near(value, limit) for limit in limits) is (op is Op.IN)
    return _compare(op, value, limits[0])


def _near(value: float, limit: float) -> bool:
    return math.isclose(value, limit, rel_tol=1e-9, abs_tol=1e-12)


def _compare(op: Op, value: float, limit: float) -> bool:
    """Numbers that a change of unit made (1100 mm, 1.1 m) are equal to within 1e-9."""
    same = _near(value, limit)
    match op:
        case Op.AT_LEAST:
            return same or value > limit
        case Op.AT_MOST:
            return same or value < limit
        case Op.OVER:
            return not same and value > limit
        case Op.UNDER:
            return not same and value < limit
        case Op.EQUAL:
            return same
        case _:
            return not same
