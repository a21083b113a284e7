"""Makes a program from a block: parameters checked against type, limits and rules, template filled."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from assay.kernel.errors import InputError
from assay.kernel.texts import Lang
from assay.skills.plc.blocks.block import COUNT, Block, Parameter
from assay.skills.plc.blocks.template import fill, fill_value

_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*$")
_TIME = re.compile(r"(?:(?:L?TIME|L?T)#)?(?=\d)((?:\d+(?:\.\d+)?(?:ms|us|ns|d|h|m|s)_?)+)$", re.I)
_TIME_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|us|ns|d|h|m|s)", re.I)
_NS = {"d": 86400 * 10**9, "h": 3600 * 10**9, "m": 60 * 10**9, "s": 10**9, "ms": 10**6, "us": 1000, "ns": 1}
_COMPARE: dict[type[ast.cmpop], Callable[[Decimal, Decimal], bool]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Built:
    """A program made from a block. ``properties`` and ``tests`` are in the forms of P.json and T.json; ``tests`` is
    None when a parameter differs from its default (they are written for the defaults; the proofs hold for any)."""

    block: Block
    name: str
    values: Mapping[str, str]
    st: str
    properties: tuple[Mapping[str, Any], ...]
    tests: Mapping[str, Any] | None


def build(block: Block, values: Mapping[str, str], *, name: str | None = None, lang: Lang = "en") -> Built:
    """The program of a block with these parameters (upper-case name -> literal); the others take their defaults.

    Raises InputError for an unknown parameter, a value that is no literal of its type or outside its limits, a rule
    that is broken, or a name that is no identifier.
    """
    unit = name or "FB_" + "".join(part.capitalize() for part in block.id.split("_"))
    if not _IDENTIFIER.match(unit):
        raise InputError("plc_blocks.bad_name", name=unit[:60])
    for given in values:
        if block.parameter(given) is None:
            known = ", ".join(one.name for one in block.parameters) or "-"
            raise InputError("plc_blocks.unknown_parameter", name=given[:60], block=block.id, known=known)
    chosen = {one.name: literal(one, values.get(one.name, one.default)) for one in block.parameters}
    _obey(block, chosen, lang)
    holes = {"NAME": unit, **chosen}
    for one in block.parameters:
        if one.type == COUNT:
            holes[f"{one.name}_LAST"] = str(int(chosen[one.name]) - 1)
    count = next((int(chosen[one.name]) for one in block.parameters if one.type == COUNT), 0)
    properties = tuple({"pou": unit, **_spoken(fill_value(one, holes, count), lang)} for one in block.properties)
    plain = all(chosen[one.name] == literal(one, one.default) for one in block.parameters)
    tests = {"pou": unit, **fill_value(block.tests, holes, count)} if plain else None
    return Built(block, unit, chosen, fill(block.st, holes), properties, tests)


def fits(block: Block, values: Mapping[str, str]) -> bool:
    """Do these values and the defaults of the others keep the block's rules between parameters?"""
    numbers = {one.name: amount(one.type, values.get(one.name, one.default)) or Decimal(0) for one in block.parameters}
    return all(_holds(ast.parse(rule.test, mode="eval").body, numbers) for rule in block.rules)


def literal(parameter: Parameter, value: str) -> str:
    """The value as a literal of the parameter's type within its limits. Raises InputError."""
    number = amount(parameter.type, value)
    if number is None:
        raise InputError("plc_blocks.bad_value", name=parameter.name, value=value[:60], type=parameter.type)
    low, high = (amount(parameter.type, one) if one else None for one in (parameter.low, parameter.high))
    if (low is not None and number < low) or (high is not None and number > high):
        raise InputError(
            "plc_blocks.out_of_limits", name=parameter.name, value=value[:60], low=parameter.low, high=parameter.high
        )
    if parameter.type == "REAL":
        plain = format(number, "f")
        return plain if "." in plain else plain + ".0"
    if parameter.type == "TIME":
        return "T#" + value.strip().lower().replace("_", "").rpartition("#")[2].replace(" ", "")
    if parameter.type == "BOOL":
        return value.strip().upper()
    return str(int(number))


def amount(type_name: str, value: str) -> Decimal | None:
    """The number that a literal means (times in ns, BOOL 0 or 1), or None when it is none of this type."""
    plain = value.strip()
    if type_name == "TIME":
        plain = plain.replace(" ", "")
    if type_name == "BOOL":
        return {"TRUE": Decimal(1), "FALSE": Decimal(0)}.get(plain.upper())
    if type_name == "TIME":
        match = _TIME.match(plain)
        if match is None:
            return None
        return sum((Decimal(n) * _NS[unit.lower()] for n, unit in _TIME_PART.findall(match[1])), Decimal(0))
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    if not number.is_finite() or (type_name != "REAL" and number != int(number)):
        return None
    return number


def _obey(block: Block, chosen: Mapping[str, str], lang: Lang) -> None:
    """The rules between parameters; they come with the library, so what they may say is comparisons and ``and``."""
    numbers = {one.name: amount(one.type, chosen[one.name]) or Decimal(0) for one in block.parameters}
    for rule in block.rules:
        if not _holds(ast.parse(rule.test, mode="eval").body, numbers):
            raise InputError("plc_blocks.rule_broken", block=block.id, rule=rule.text[lang])


def _holds(node: ast.expr, numbers: Mapping[str, Decimal]) -> bool:
    if isinstance(node, ast.BoolOp):
        return all(_holds(one, numbers) for one in node.values)
    assert isinstance(node, ast.Compare)
    sides = [node.left, *node.comparators]
    values = [numbers[one.id] for one in sides if isinstance(one, ast.Name)]
    return all(_COMPARE[type(op)](left, right) for op, left, right in zip(node.ops, values, values[1:], strict=False))


def _spoken(one: dict[str, Any], lang: Lang) -> dict[str, Any]:
    return {**one, "text": one["text"][lang]}
