"""Expressions of the intermediate form as values that may be symbolic."""

from __future__ import annotations

from collections.abc import Callable

from assay.skills.plc.ir.nodes import (
    AddressOf,
    Binary,
    Builtin,
    CallExpr,
    Const,
    Convert,
    Expr,
    History,
    Invoke,
    Load,
    Unary,
)
from assay.skills.plc.ir.types import LINT, LREAL, DataType, Elementary, Subrange, Text, base_of
from assay.skills.plc.prove.fold import COMPARISONS, Sort, Term, sort_of
from assay.skills.plc.prove.memory import TIME_SORT, Stamp
from assay.skills.plc.prove.places import Places, Ref, scalar
from assay.skills.plc.prove.terms import NotExpressible, and_, known, not_, or_

_LINT: Sort = sort_of(LINT)
_LREAL: Sort = sort_of(LREAL)
_DAY = 86_400_000_000_000

#: Nanoseconds that one counts in numbers of a time or date type.
_UNIT_NS = {"TIME": 10**6, "TOD": 10**6, "DATE": 10**9, "DT": 10**9}


def _timed(kind: DataType) -> bool:
    return isinstance(kind, Elementary) and kind.kind in ("time", "date", "tod", "dt")


class Expressions(Places):
    """Evaluates expressions. Calls are run by the class built on this one."""

    history: Callable[[History], Term] | None = None

    def invoke(self, call: Invoke) -> Ref | None:
        """Run a call; the place of its result."""
        raise NotImplementedError

    def values(self, expression: Expr) -> list[Term]:
        """All slots of a value (one for a scalar)."""
        if scalar(expression.type):
            return [self.value(expression)]
        if isinstance(expression, Load):
            return self.load_all(self.locate(expression.place))
        if isinstance(expression, Const):
            return list(self.layout.initial(expression.type, expression.value))
        if isinstance(expression, CallExpr):
            ref = self.invoke(expression.call)
            assert ref is not None
            return self.load_all(ref)
        if isinstance(expression, Builtin) and expression.name in ("SEL", "MUX"):
            return self._choose_all(expression)
        sorts = [None if one.type is None else sort_of(one.type) for one in self.layout.leaves(expression.type)]
        return [None if sort is None else self.fresh(sort) for sort in sorts]

    def _choose_all(self, expression: Builtin) -> list[Term]:
        selector = self.value(expression.arguments[0])
        choices = [self.values(one) for one in expression.arguments[1:]]
        if expression.name == "MUX":
            self._mux_check(expression, selector, len(choices))
        result = choices[0]
        for number, one in enumerate(choices[1:], 1):
            chosen = selector if expression.name == "SEL" else self.terms.binary("eq", selector, number, _LINT)
            sorts = [None if leaf.type is None else sort_of(leaf.type) for leaf in self.layout.leaves(expression.type)]
            result = [
                None if sort is None else self.choose(chosen, yes, no, sort)
                for yes, no, sort in zip(one, result, sorts, strict=True)
            ]
        return result

    def _mux_check(self, expression: Builtin, selector: Term, count: int) -> None:
        low = self.terms.binary("lt", selector, 0, _LINT)
        self.check("index", expression.span, or_(low, self.terms.binary("ge", selector, count, _LINT)))

    def value(self, expression: Expr) -> Term:
        """The value of a scalar expression. What has no term is a value of which nothing is known."""
        if isinstance(expression, Const):
            return expression.value
        if isinstance(expression, Load):
            return self.load(expression.place)
        if isinstance(expression, Binary):
            return self._binary(expression)
        if isinstance(expression, Unary):
            return self._unary(expression)
        if isinstance(expression, Convert):
            return self._convert(expression)
        if isinstance(expression, Builtin):
            from assay.skills.plc.prove.builtins import builtin

            try:
                return builtin(self, expression)
            except NotExpressible:
                return self.fresh(sort_of(expression.type), expression.name)
        if isinstance(expression, CallExpr):
            ref = self.invoke(expression.call)
            return self.fresh(sort_of(expression.type)) if ref is None else self.load_at(ref)
        if isinstance(expression, AddressOf):
            return self._address(expression)
        assert self.history is not None
        return self.history(expression)

    def _address(self, expression: AddressOf) -> Term:
        ref = self.locate(expression.place)
        self.addressed.update((slot, ref.type) for _, slot in ref.ways)
        result: Term = ref.ways[-1][1]
        for condition, slot in reversed(ref.ways[:-1]):
            result = self.terms.ite(condition, slot, result, ("ref", 64, True))
        return result

    # --- operators

    def _unary(self, node: Unary) -> Term:
        value = self.plain_time(self.value(node.operand))
        sort = sort_of(node.type)
        if node.op == "neg" and _counts(node.type):
            self._overflow(node, "neg", value, 0, sort)
        return self.terms.unary(node.op, value, sort)

    def plain_time(self, value: Term) -> Term:
        """A value that is no distance from the clock."""
        return self.absolute(value)

    def _binary(self, node: Binary) -> Term:
        sort = sort_of(node.left.type)
        left = self.value(node.left)
        if node.op in ("and_then", "or_else"):
            return self._early(node, left)
        right = self.value(node.right)
        if isinstance(left, Stamp) or isinstance(right, Stamp):
            return self._stamps(node.op, left, right)
        try:
            if node.op == "div" and sort[0] in ("int", "time"):
                self.check("div_zero", node.span, self.terms.binary("eq", right, 0, sort))
            if node.op in ("add", "sub", "mul") and _counts(node.type):
                self._overflow(node, node.op, left, right, sort)
            return self.terms.binary(node.op, left, right, sort)
        except NotExpressible:
            return self.fresh(sort_of(node.type), node.op)

    def _early(self, node: Binary, left: Term) -> Term:
        """The right side runs only where the left one leaves it open."""
        goes_on = left if node.op == "and_then" else not_(left)
        box: list[Term] = [node.op == "or_else"]

        def right() -> None:
            box[0] = self.value(node.right)

        self.branch(goes_on, right, lambda: None)
        return and_(left, box[0]) if node.op == "and_then" else or_(left, box[0])

    def _stamps(self, op: str, left: Term, right: Term) -> Term:
        """Points in time: compared and subtracted as distances from the clock, which never wraps (a run is shorter
        than 146 years)."""
        if op in COMPARISONS:
            return self.terms.binary(op, self.offset(left), self.offset(right), TIME_SORT)
        if op == "sub" and isinstance(left, Stamp) and isinstance(right, Stamp):
            return self.terms.binary("sub", left.offset, right.offset, TIME_SORT)
        if op in ("add", "sub") and isinstance(left, Stamp) and not isinstance(right, Stamp):
            return Stamp(self.terms.binary(op, left.offset, right, TIME_SORT))
        if op == "add" and isinstance(right, Stamp) and not isinstance(left, Stamp):
            return Stamp(self.terms.binary("add", left, right.offset, TIME_SORT))
        return self.terms.binary(op, self.absolute(left), self.absolute(right), TIME_SORT)

    def _overflow(self, node: Binary | Unary, op: str, left: Term, right: Term, sort: Sort) -> None:
        if self.record:
            self.check("overflow", node.span, self.terms.overflow(op, left, right, sort))

    # --- conversions

    def _convert(self, node: Convert) -> Term:
        value = self.value(node.operand)
        if isinstance(value, Stamp) and _timed(node.type) and isinstance(node.type, Elementary):
            return value if node.type.kind == "time" else self.fresh(sort_of(node.type))
        value = self.absolute(value)
        source, target = base_of(node.operand.type), base_of(node.type)
        if isinstance(node.type, Subrange):
            self._range(node, value, source)
        if source == target:
            return value
        if isinstance(source, Text) and isinstance(target, Text):
            return self._text(value, source, target)
        if not isinstance(source, Elementary) or not isinstance(target, Elementary):
            return self.fresh(sort_of(target), "text") if source != target else value
        try:
            return self.converted(value, source, target, node.truncate)
        except NotExpressible:
            return self.fresh(sort_of(target), "convert")

    def _text(self, value: Term, source: Text, target: Text) -> Term:
        if target.length >= source.length:
            return value
        return value[: target.length] if known(value) else self.fresh(sort_of(target), "text")

    def _range(self, node: Convert, value: Term, source: DataType) -> None:
        assert isinstance(node.type, Subrange)
        sort = sort_of(source)
        if sort[0] != "int":
            return
        bad = [
            self.terms.binary(op, value, limit, sort)
            for op, limit, reach in (("lt", node.type.low, "low"), ("gt", node.type.high, "high"))
            if isinstance(source, Elementary) and (limit > source.low if reach == "low" else limit < source.high)
        ]
        self.check("range", node.span, or_(*bad))

    def converted(self, value: Term, source: Elementary, target: Elementary, truncate: bool) -> Term:
        """Between elementary types; times count the units that ``ir/builtins.py`` gives."""
        first, last = sort_of(source), sort_of(target)
        if _timed(source) and _timed(target):
            return self._between_times(value, source, target)
        if _timed(target):
            unit = _UNIT_NS.get(target.name, 1)
            if source.kind == "real":
                exact = self.terms.convert(value, first, _LREAL)
                exact = self.terms.binary("mul", exact, float(unit), _LREAL)
                return self.terms.convert(exact, _LREAL, last, truncate)
            return self.terms.binary("mul", self.terms.convert(value, first, last), unit, last)
        if _timed(source):
            unit = _UNIT_NS.get(source.name, 1)
            if target.kind == "real":
                exact = self.terms.convert(value, first, _LREAL)
                exact = self.terms.binary("div", exact, float(unit), _LREAL)
                return self.terms.convert(exact, _LREAL, last)
            if target.kind == "bool":
                return self.terms.convert(value, first, last)
            return self.terms.convert(self.terms.binary("div", value, unit, first), first, last)
        return self.terms.convert(value, first, last, truncate)

    def _between_times(self, value: Term, source: Elementary, target: Elementary) -> Term:
        if (source.kind, target.kind) not in (("dt", "date"), ("dt", "tod"), ("time", "tod")):
            return value
        rest = self.terms.binary("mod", value, _DAY, TIME_SORT)
        low = self.terms.binary("lt", rest, 0, TIME_SORT)
        rest = self.choose(low, self.terms.binary("add", rest, _DAY, TIME_SORT), rest, TIME_SORT)
        return rest if target.kind == "tod" else self.terms.binary("sub", value, rest, TIME_SORT)


def _counts(kind: DataType) -> bool:
    """Whether leaving the range of the type is worth a word: integers, not bit strings and times."""
    base = base_of(kind)
    return isinstance(base, Elementary) and base.kind == "int"
