"""Confirmed properties as a language model reads them: one plain line each, in the names of the interface.

They are part of what a person asked for, so the model may know them; sealed tests never come here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assay.skills.plc.front import tree
from assay.skills.plc.front.parser import parse_expression

_MOST, _LONGEST = 24, 400
_INSTANCE = re.compile(r"\binstance\.", re.I)
_TRUTH = re.compile(r"(?<![\w.\])])([A-Za-z_][\w.]*(?:\[[^\]]*\])?)\s*=\s*(TRUE|FALSE)\b", re.I)
_SINGLE = re.compile(r"(?<![\w.\])])\(\s*((?:NOT\s+)?[A-Za-z_][\w.]*)\s*\)")
_EITHER = re.compile(r"\(?\b([A-Za-z_][\w.]*)\s+OR\s+NOT\s+\1\b\)?|\(?\bNOT\s+([A-Za-z_][\w.]*)\s+OR\s+\2\b\)?", re.I)
_NOTHING = re.compile(r"\s+AND\s+TRUE\b|\bTRUE\s+AND\s+", re.I)
_UNLESS = re.compile(
    r"NOT\s+(?:\((?P<long>[^()]*(?:\([^()]*\)[^()]*)*)\)|(?P<short>[A-Za-z_][\w.]*))\s+OR\s+(?P<then>.+)", re.I
)
_NAMED = re.compile(r"[A-Za-z_]\w*")


def lines(properties: Sequence[Mapping[str, Any]]) -> list[str]:
    """What must hold after every call, one line a property; each line once, at most 24 of them."""
    made = (line for one in properties for line in _of(one) if not line.endswith((" TRUE", " NOT FALSE")))
    return [f"- {line[:_LONGEST]}" for line in dict.fromkeys(made)][:_MOST]


def plain(expression: object) -> str:
    """An expression of a property without ``instance.``, comparisons with TRUE and FALSE, signs of other languages and
    parts that are always true (``x OR NOT x``)."""
    text = _INSTANCE.sub("", str(expression or "")).replace("&&", " AND ").replace("||", " OR ")
    text = _TRUTH.sub(lambda found: found[1] if found[2].upper() == "TRUE" else f"NOT {found[1]}", text)
    return _NOTHING.sub("", _EITHER.sub("TRUE", _SINGLE.sub(r"\1", " ".join(text.split()))))


def _of(one: Mapping[str, Any]) -> Iterator[str]:
    when, then, kind = plain(one.get("when")), plain(one.get("then")), one.get("kind")
    before = "before the call " if one.get("at") == "start" else ""
    if one.get("before"):
        before = f"before the call {plain(one['before'])}, and after it "
    if kind == "invariant":
        left, arrow, right = then.partition("-->")
        if not arrow and (found := _UNLESS.fullmatch(then)) is not None:
            left, arrow, right = found["long"] or found["short"], "-->", found["then"]
        if arrow:
            yield f"if {left.strip()} then {right.strip()}"
        else:
            yield from (f"always {part}" for part in _parts(then))
    elif kind == "forbidden":
        yield f"never {when}"
    elif kind == "exclusive":
        yield f"at most one of {', '.join(map(str, one.get('of', ())))}"
    elif kind == "implication":
        yield f"if {before}{when} then {then}"
    elif kind != "reachable" and when and then:
        bounds = [f"{key} {_amount(one[key])}" for key in ("within", "for") if one.get(key)]
        yield " ".join([f"after {when}: {then}", *bounds])


def _parts(conjunction: str) -> Iterator[str]:
    """What stands between the ANDs of an expression that is nothing but a conjunction."""
    expression, _ = parse_expression(conjunction)
    parts = [expression]
    while parts:
        one = parts.pop(0)
        while isinstance(one, tree.Paren):
            one = one.inner
        if isinstance(one, tree.Binary) and one.op == "AND":
            parts[:0] = [one.left, one.right]
        elif one is not None:
            yield conjunction[one.span.start : one.span.end].strip()
        else:
            yield conjunction


def _amount(bound: object) -> str:
    if isinstance(bound, Mapping):
        return f"{bound['scans']} calls" if "scans" in bound else str(bound.get("time", ""))
    return str(bound)


def spelled(name: str, declarations: str) -> str:
    """A name as the declarations spell it; as it was given where they do not hold it."""
    found = (one[0] for one in _NAMED.finditer(declarations) if one[0].upper() == name.upper())
    return next(found, name)
