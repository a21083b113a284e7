"""Tests as one line each, for people and files: ``exit stair :: clear width >= 1.1 m``.

A field is ``object :: property`` or ``property``. Limits: ``1.1 m``, ``"class A"``, ``1.5 * [pipe :: diameter]``,
``1 * [vessel :: design pressure] + 0.1 MPa``; ``between 18 degC and 22 degC``; ``in {"red", "blue"}``; ``present``.
"""

from __future__ import annotations

import re
from decimal import Decimal

from assay.kernel.errors import InputError
from assay.skills.rules.rule import Groups, Limit, Name, Op, Test

_NUMBER = r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_LIMIT = (
    rf'(?:"(?P<words>[^"]*)"'
    rf"|(?P<factor>{_NUMBER}) \* "
    rf"\[(?P<of>[^\]]+)\](?: (?P<sign>[+-]) (?P<plus>{_NUMBER})(?: (?P<plus_unit>[^{{}}\[\],]+?))?)?"
    rf"|(?P<number>{_NUMBER})(?: (?P<unit>[^{{}}\[\],]+?))?)"
)
_LINE = re.compile(
    r"(?P<field>.+?) (?:(?P<op>>=|<=|!=|>|<|=) (?P<limit>.+)|between (?P<low>.+) and (?P<high>.+)"
    r"|(?P<among>not in|in) \{(?P<set>.*)\}|(?P<state>present|absent))"
)
_ONE = re.compile(_LIMIT)
_SET = re.compile(rf"{_LIMIT}(?:, |$)")


def write_test(test: Test) -> str:
    """A test as one line."""
    field, op = str(test.field), test.op
    if op in (Op.PRESENT, Op.ABSENT):
        return f"{field} {op.value}"
    limits = [write_limit(limit) for limit in test.limits]
    if op is Op.BETWEEN:
        return f"{field} between {limits[0]} and {limits[1]}"
    if op in (Op.IN, Op.NOT_IN):
        return f"{field} {op.value} {{{', '.join(limits)}}}"
    return f"{field} {op.value} {limits[0]}"


def write_limit(limit: Limit) -> str:
    """A limit as in a test's line."""
    if limit.words:
        return f'"{limit.words}"'
    number = f"{limit.number:f}"
    if limit.of is None:
        return f"{number} {limit.unit}".rstrip()
    shown = f"{number} * [{limit.of}]"
    if limit.plus is None:
        return shown
    sign = "-" if limit.plus < 0 else "+"
    return f"{shown} {sign} {abs(limit.plus):f} {limit.plus_unit}".rstrip()


def read_test(line: str) -> Test:
    """A test from its line. Raises InputError."""
    match = _LINE.fullmatch(line.strip())
    if match is None:
        raise InputError("rules.notation", line=line[:200])
    field = read_name(match["field"])
    if match["state"]:
        return Test(field=field, op=Op(match["state"]))
    if match["low"] is not None:
        return Test(field=field, op=Op.BETWEEN, limits=(_limit(match["low"], line), _limit(match["high"], line)))
    if match["among"]:
        found = tuple(_made(one) for one in _SET.finditer(match["set"]))
        if not found or ", ".join(write_limit(one) for one in found) != match["set"]:
            raise InputError("rules.notation", line=line[:200])
        return Test(field=field, op=Op(match["among"]), limits=found)
    return Test(field=field, op=Op(match["op"]), limits=(_limit(match["limit"], line),))


def read_name(words: str) -> Name:
    """A field's name from ``object :: property`` or ``property``."""
    head, colons, tail = words.partition("::")
    return Name(object=head.strip(), property=tail.strip()) if colons else Name(property=head.strip())


def write_groups(groups: Groups) -> list[list[str]]:
    """Groups of tests as lists of lines."""
    return [[write_test(test) for test in group] for group in groups]


def read_groups(groups: list[list[str]]) -> Groups:
    """Groups of tests from lists of lines. Raises InputError."""
    return tuple(tuple(read_test(line) for line in group) for group in groups)


def _limit(words: str, line: str) -> Limit:
    match = _ONE.fullmatch(words.strip())
    if match is None:
        raise InputError("rules.notation", line=line[:200])
    return _made(match)


def _made(match: re.Match[str]) -> Limit:
    if match["words"] is not None:
        return Limit(words=match["words"])
    if match["of"] is None:
        return Limit(number=Decimal(match["number"]), unit=match["unit"] or "")
    plus = None if match["plus"] is None else Decimal(match["plus"]) * (-1 if match["sign"] == "-" else 1)
    return Limit(
        number=Decimal(match["factor"]), of=read_name(match["of"]), plus=plus, plus_unit=match["plus_unit"] or ""
    )
