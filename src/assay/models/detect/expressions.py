"""A small language for relations between tags, with units: its own grammar, nothing is ever executed as Python.

    sum    := term (("+" | "-") term)*
    term   := factor (("*" | "/") factor)*
    factor := "-" factor | power
    power  := atom ("^" ["-"] number)?
    atom   := number ["[" unit "]"] | tag | "(" sum ")" | name "(" sum ("," sum)* ")"
    tag    := "{" any text but "}" "}" | identifier

Functions: abs, sqrt, min, max. Units are what ``plant.model_units`` reads. Temperatures are taken in kelvin.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from assay.kernel.errors import InputError
from assay.plant.model_units import pint_expression, registry, unit_known

MAX_LENGTH = 500
_MAX_DEPTH = 40
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)|\{(?P<quoted>[^{}]+)\}|\[(?P<unit>[^\[\]]*)\]"
    r"|(?P<name>[^\W\d]\w*)|(?P<sign>[-+*/^(),]))"
)
_FUNCTIONS = {"abs": 1, "sqrt": 1, "min": 2, "max": 2}


@dataclass(frozen=True, slots=True)
class Node:
    """``kind``: number, tag, negate, +, -, *, /, ^ or a function; ``value`` a number or name; ``unit`` of a number."""

    kind: str
    value: float | str = 0.0
    unit: str = ""
    parts: tuple[Node, ...] = ()

    def tags(self) -> tuple[str, ...]:
        """The tags it reads, each once, in order."""
        own = (str(self.value),) if self.kind == "tag" else ()
        return tuple(dict.fromkeys([*own, *(tag for part in self.parts for tag in part.tags())]))


def quantity(values: Any, unit: str) -> Any:
    """Values in a unit as a pint quantity in base units; InputError when the unit cannot be read."""
    if unit and not unit_known(unit):
        raise InputError("detect.rule_unit_unknown", unit=unit)
    # The plant's table writes some units with a factor (kscmh), which pint takes for a number only.
    factor, star, plain = (pint_expression(unit) if unit else "dimensionless").partition(" * ")
    if star:
        return registry().Quantity(np.asarray(values) * float(factor), plain).to_base_units()
    return registry().Quantity(values, factor).to_base_units()


def parse(source: str) -> Node:
    """The tree of an expression; InputError with the place of what does not fit."""
    if len(source) > MAX_LENGTH:
        raise InputError("detect.rule_too_long", most=MAX_LENGTH)
    reader = _Reader(source)
    node = reader.sum(0)
    if reader.at < len(reader.tokens):
        reader.fail()
    return node


def evaluate(node: Node, columns: Mapping[str, Any]) -> Any:
    """The quantity of an expression over quantities (rows,) of tags; InputError when units do not fit together."""
    import pint

    try:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            return _evaluate(node, columns)
    except pint.DimensionalityError as error:
        raise InputError("detect.rule_units_differ", left=str(error.units1), right=str(error.units2)) from error


def _evaluate(node: Node, columns: Mapping[str, Any]) -> Any:
    if node.kind == "number":
        return quantity(float(node.value), node.unit)
    if node.kind == "tag":
        return columns[str(node.value)]
    parts = [_evaluate(part, columns) for part in node.parts]
    first = parts[0]
    if node.kind == "negate":
        return -first
    if node.kind == "^":
        return first ** float(node.value)
    if node.kind in ("abs", "sqrt"):
        return abs(first) if node.kind == "abs" else first**0.5
    second = parts[1]
    if node.kind in ("min", "max"):
        choose = np.minimum if node.kind == "min" else np.maximum
        return registry().Quantity(choose(first.magnitude, second.to(first.units).magnitude), first.units)
    if node.kind == "+":
        return first + second
    if node.kind == "-":
        return first - second
    return first * second if node.kind == "*" else first / second


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens: list[tuple[str, str, int]] = []
        self.at = 0
        place = 0
        while place < len(source.rstrip()):
            match = _TOKEN.match(source, place)
            if match is None:
                raise InputError("detect.rule_syntax", expression=source, place=place + 1)
            kind = str(match.lastgroup)
            self.tokens.append((kind, match[kind].strip(), match.start(kind)))
            place = match.end()

    def fail(self) -> None:
        place = self.tokens[self.at][2] if self.at < len(self.tokens) else len(self.source)
        raise InputError("detect.rule_syntax", expression=self.source, place=place + 1)

    def take(self, *signs: str) -> str | None:
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "sign" and self.tokens[self.at][1] in signs:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return None

    def kind(self, kind: str) -> str | None:
        if self.at < len(self.tokens) and self.tokens[self.at][0] == kind:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return None

    def sum(self, depth: int) -> Node:
        if depth > _MAX_DEPTH:
            self.fail()
        node = self.term(depth)
        while sign := self.take("+", "-"):
            node = Node(sign, parts=(node, self.term(depth)))
        return node

    def term(self, depth: int) -> Node:
        node = self.factor(depth)
        while sign := self.take("*", "/"):
            node = Node(sign, parts=(node, self.factor(depth)))
        return node

    def factor(self, depth: int) -> Node:
        if self.take("-"):
            if depth > _MAX_DEPTH:
                self.fail()
            return Node("negate", parts=(self.factor(depth + 1),))
        node = self.atom(depth)
        if self.take("^"):
            sign = -1.0 if self.take("-") else 1.0
            power = self.kind("number")
            if power is None:
                self.fail()
            node = Node("^", sign * float(cast(str, power)), parts=(node,))
        return node

    def atom(self, depth: int) -> Node:
        number = self.kind("number")
        if number is not None:
            return Node("number", float(number), self.kind("unit") or "")
        quoted = self.kind("quoted")
        if quoted is not None:
            return Node("tag", quoted)
        if self.take("("):
            node = self.sum(depth + 1)
            if not self.take(")"):
                self.fail()
            return node
        name = self.kind("name")
        if name is None:
            self.fail()
        return self.call(cast(str, name), depth) if self.take("(") else Node("tag", cast(str, name))

    def call(self, name: str, depth: int) -> Node:
        if name not in _FUNCTIONS:
            raise InputError("detect.rule_function", name=name, known=", ".join(_FUNCTIONS))
        parts = [self.sum(depth + 1)]
        while self.take(","):
            parts.append(self.sum(depth + 1))
        if not self.take(")") or len(parts) != _FUNCTIONS[name]:
            self.fail()
        return Node(name, parts=tuple(parts))
