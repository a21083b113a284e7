"""The names that given properties and tests use: an interface must have every one of them with a type that fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from assay.kernel.errors import InputError
from assay.skills.plc.front import tree
from assay.skills.plc.front.parser import parse_expression
from assay.skills.plc.testing.durations import milliseconds

Want = Literal["BOOL", "INT", "REAL", "TIME", "STRING", "number", ""]
_LOGIC = {"AND", "OR", "XOR", "AND_THEN", "OR_ELSE", "&"}
_COMPARES = {"=", "<>", "<", ">", "<=", ">="}
_LITERALS: dict[str, Want] = {"bool": "BOOL", "int": "INT", "real": "REAL", "time": "TIME", "string": "STRING"}
_EDGES = {"ROSE", "FELL"}


@dataclass(slots=True)
class Use:
    """How a name is used: ``wants`` are the types that its uses ask for, ``likes`` names it is compared with. ``way``
    is ``set`` or ``expect`` by tests, else ``when`` or ``then`` by where properties speak of it. ``source`` names one
    use."""

    name: str
    source: str
    way: Literal["set", "expect", "when", "then"]
    wants: set[Want] = field(default_factory=set)
    likes: set[str] = field(default_factory=set)

    def type(self) -> str:
        """The type that fits every use, empty when none says anything. Raises InputError when they clash."""
        wants = self.wants - {""}
        numbers = wants & {"INT", "REAL", "number"}
        groups = [one for one in (wants & {"BOOL"}, numbers, wants & {"TIME"}, wants & {"STRING"}) if one]
        if len(groups) > 1:
            told = ", ".join(sorted(one.lower() if one == "number" else one for one in wants))
            raise InputError("plc_making.binding_clash", name=self.name, types=told, where=self.source)
        if not groups:
            return ""
        if numbers:
            return "REAL" if "REAL" in numbers else "INT" if "INT" in numbers else "number"
        return next(iter(groups[0]))


@dataclass(slots=True)
class Bound:
    """``uses`` by name in capitals; ``pou`` is the unit they speak of (empty: none is named)."""

    uses: dict[str, Use] = field(default_factory=dict)
    pou: str = ""

    def add(self, name: str, source: str, way: Literal["set", "expect", "when", "then"], want: Want = "") -> Use:
        """One more use. What tests do counts for more than where properties stand, and setting more than expecting."""
        use = self.uses.setdefault(name.upper(), Use(name, source, way))
        order = ("set", "expect", "then", "when")
        if order.index(way) < order.index(use.way):
            use.way = way
        use.wants.add(want)
        return use


def bound_names(properties: Sequence[Mapping[str, Any]], tests: Any) -> Bound:
    """All names. Raises InputError when a document is wrong, units differ, or a name is part of a structure."""
    from assay.skills.plc.prove.property import parse_properties
    from assay.skills.plc.testing.suites import suites_of

    bound = Bound()
    units: dict[str, str] = {}
    for one in parse_properties(list(properties)):
        units.setdefault(one.pou.upper(), one.pou)
        for words in (one.when, one.before):
            _read(words, "when", one.id, bound)
        _read(one.then, "then", one.id, bound)
        for name in one.of:
            _read(name, "then", one.id, bound)
    for suite in suites_of(tests) if tests is not None else ():
        units.setdefault((suite.pou or "").upper(), suite.pou or "")
        for case in suite.cases:
            for step in case.steps:
                for path, value in step.sets:
                    bound.add(_base(path, case.name), case.name, "set", _of_value(value))
                for path, value in step.expect:
                    bound.add(_base(path, case.name), case.name, "expect", _of_value(value))
    named = [one for key, one in units.items() if key]
    if len(named) > 1:
        raise InputError("plc_making.binding_units", names=", ".join(named))
    bound.pou = named[0] if named else ""
    for use in bound.uses.values():
        for other in use.likes:
            if not use.type() and other in bound.uses:
                use.wants |= bound.uses[other].wants
    return bound


def _base(path: str, where: str) -> str:
    name = path[9:] if path.lower().startswith("instance.") else path
    if "." in name or "[" in name:
        raise InputError("plc_making.binding_member", name=path, where=where)
    return name


def _of_value(value: object) -> Want:
    if isinstance(value, bool):
        return "BOOL"
    if isinstance(value, (int, float)):
        return "INT" if isinstance(value, int) else "REAL"
    if isinstance(value, str):
        return "TIME" if milliseconds(value) is not None and not value.strip().isdigit() else "STRING"
    return ""


def _read(words: str, way: Literal["when", "then"], where: str, bound: Bound) -> None:
    if not words.strip():
        return
    expression, found = parse_expression(words.replace("&&", " AND ").replace("||", " OR "))
    if expression is None or any(one.severity == "error" for one in found):
        raise InputError("plc_making.binding_unread", where=where, expression=words[:80])
    for name, want, driven, like in _names(expression, "BOOL", way == "then"):
        use = bound.add(name, where, "then" if driven else "when", want)
        if like:
            use.likes.add(like.upper())


_Named = tuple[str, Want, bool, str]


def _names(one: tree.Expr, want: Want, driven: bool) -> Iterator[_Named]:
    """Names with the type that their place asks for, whether the property says what they must be, and the name that
    they are compared with. Of "Fan = (Hot AND NOT Door)" the property says what Fan must be."""
    match one:
        case tree.Paren():
            yield from _names(one.inner, want, driven)
        case tree.NameExpr():
            yield one.name.text, want, driven, ""
        case tree.Member():
            if not (isinstance(one.base, tree.NameExpr) and one.base.name.key == "INSTANCE"):
                raise InputError("plc_making.binding_member", name=one.name.text, where="-")
            yield one.name.text, want, driven, ""
        case tree.Unary():
            yield from _names(one.operand, "BOOL" if one.op == "NOT" else "number", driven)
        case tree.Binary():
            yield from _binary(one, driven)
        case tree.Call():
            called = one.target.name.key if isinstance(one.target, tree.NameExpr) else ""
            inner: Want = "BOOL" if called in _EDGES else want if called == "PREV" else ""
            for argument in one.arguments:
                if argument.value is not None:
                    yield from _names(argument.value, inner, driven and called in (*_EDGES, "PREV"))
        case tree.Index():
            raise InputError("plc_making.binding_member", name="[]", where="-")
        case _:
            return


def _binary(one: tree.Binary, driven: bool) -> Iterator[_Named]:
    if one.op in _LOGIC:
        yield from _names(one.left, "BOOL", driven)
        yield from _names(one.right, "BOOL", driven)
    elif one.op in _COMPARES:
        for side, other in ((one.left, one.right), (one.right, one.left)):
            want = _kind(other)
            ordered = one.op not in ("=", "<>")
            like = other.name.text if isinstance(other, tree.NameExpr) else ""
            for name, inner, says, _ in _names(side, want or ("number" if ordered and not like else ""), driven):
                yield name, inner, says and side is one.left, like
    else:
        yield from _names(one.left, "number", driven)
        yield from _names(one.right, "number", driven)


def _kind(one: tree.Expr) -> Want:
    while isinstance(one, tree.Paren):
        one = one.inner
    if isinstance(one, tree.Literal_):
        return _LITERALS.get(one.kind, "")
    if isinstance(one, tree.Unary):
        return "BOOL" if one.op == "NOT" else _kind(one.operand)
    if isinstance(one, tree.Binary):
        return "BOOL" if one.op in _LOGIC or one.op in _COMPARES else _kind(one.left) or _kind(one.right) or "number"
    return ""
