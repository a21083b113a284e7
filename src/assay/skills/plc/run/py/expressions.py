"""Expressions as Python text. Python evaluates from left to right, so the text alone keeps the order."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence

from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir.types import DataType, Elementary, Subrange, Text, base_of
from assay.skills.plc.run.analysis import is_aggregate
from assay.skills.plc.run.calls import Calls
from assay.skills.plc.run.places import Item, Ref
from assay.skills.plc.run.py.conversions import convert, rounded, wrapped
from assay.skills.plc.run.values import single

_INT = {"add": "+", "sub": "-", "mul": "*"}
_BITS = {"and": "&", "or": "|", "xor": "^"}
_COMPARE = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}

#: Parentheses that one text may have inside each other (Python's tokenizer allows 200).
_DEEPEST = 50


class PyExpressions(Calls):
    """Values. ``constants``: strings and aggregates, which never stand in the text themselves."""

    texts_in_memory = False

    @abstractmethod
    def constant(self, value: object) -> str:
        """The name of a value that the code is given."""

    @abstractmethod
    def call_value(self, call: ir.Invoke) -> str:
        """The text of a call inside an expression."""

    def ordered(self, items: Sequence[Item], build: Callable[[list[str]], str]) -> str:
        return build([one[0] for one in items])

    def memory(self, address: str, kind: DataType) -> str:
        return f"M[{address}]"

    def checked_index(self, text: str, low: str, high: str, span: int) -> str:
        kept = self.temp()
        return f"({kept} if {low} <= ({kept} := {text}) <= {high} else stop(2, {span}))"

    def checked_address(self, text: str, span: int) -> str:
        return f"({text} or stop(4, {span}))"

    def load(self, ref: Ref) -> str:
        """The value of a place."""
        if ref.part is not None:
            whole = self.load(Ref(ref.whole or ref.type, ref.address, ref.local))
            shifted = f"({whole} >> {ref.part[0]} & {(1 << ref.part[1]) - 1})"
            return f"({shifted} != 0)" if ref.type == _BOOL else shifted
        if ref.local:
            return ref.local
        if not is_aggregate(ref.type):
            return self.memory(ref.address.text, ref.type)
        size = self.plan.layouts.of(ref.type).size
        if not ref.address.terms:
            return f"M[{ref.address.offset}:{ref.address.offset + size}]"
        kept = self.temp()
        return f"M[({kept} := {ref.address.text}):{kept} + {size}]"

    def value(self, expression: ir.Expr) -> str:
        spine: list[ir.Binary] = []
        while isinstance(expression, ir.Binary):
            spine.append(expression)
            expression = expression.left
        text = self._single(expression)
        for one in reversed(spine):
            text = self.shallow(self._binary(one, text, self.value(one.right)))
        return text

    def shallow(self, text: str) -> str:
        """The text, or a call of a function with it where it is nested too deeply for Python."""
        if len(text) < 4 * _DEEPEST:
            return text
        depth = deepest = 0
        for one in text:
            if one in "([":
                depth += 1
                deepest = max(deepest, depth)
            elif one in ")]":
                depth -= 1
        if deepest < _DEEPEST:
            return text
        name = self.temp()
        self.lines.append(" " * self.depth + f"def {name}():")
        self.lines.append(" " * self.depth + f" return {text}")
        return f"{name}()"

    def _single(self, one: ir.Expr) -> str:
        if isinstance(one, ir.Const):
            return self._const(one)
        if isinstance(one, ir.Load):
            return self.load(self.ref(one.place))
        if isinstance(one, ir.AddressOf):
            ref = self.ref(one.place)
            if ref.local or ref.part is not None:
                raise self.unsupported("ADR")
            return ref.address.text
        if isinstance(one, ir.Unary):
            return self.shallow(self._unary(one, self.value(one.operand)))
        if isinstance(one, ir.Convert):
            return self.shallow(self._convert(one))
        if isinstance(one, ir.Builtin):
            return self.shallow(self.builtin(one))
        if isinstance(one, ir.CallExpr):
            return self.shallow(self.call_value(one.call))
        raise self.unsupported(type(one).__name__)

    def _const(self, one: ir.Const) -> str:
        if is_aggregate(one.type):
            return self.constant(list(self.images.of(self.plan.layouts.of(one.type), one.value)))
        if isinstance(one.value, str):
            return self.constant(one.value)
        kind = base_of(one.type)
        if isinstance(kind, Elementary) and kind.kind == "real" and isinstance(one.value, (int, float)):
            return scalar_text(single(one.value) if kind.bits == 32 else float(one.value))
        return scalar_text(one.value)

    def _unary(self, one: ir.Unary, text: str) -> str:
        kind = base_of(one.type)
        if not isinstance(kind, Elementary):
            raise self.unsupported(one.op)
        if one.op == "not":
            if kind.kind == "bool":
                return f"(not {text})"
            return f"(~{text})" if kind.signed else wrapped(kind, f"~{text}")
        return f"(-{text})" if kind.kind == "real" else wrapped(kind, f"-{text}")

    def _binary(self, one: ir.Binary, left: str, right: str) -> str:
        if one.op in _COMPARE:
            return f"({left} {_COMPARE[one.op]} {right})"
        if one.op in ("and_then", "or_else"):
            return f"({left} {one.op.split('_')[0]} {right})"
        kind = base_of(one.type)
        if not isinstance(kind, Elementary):
            raise self.unsupported(one.op)
        if one.op in _BITS:
            return f"({left} {_BITS[one.op]} {right})"
        if kind.kind == "real":
            return self._real(one.op, kind, left, right)
        if one.op in _INT:
            return wrapped(kind, f"{left} {_INT[one.op]} {right}" if one.op != "mul" else f"{left} * {right}")
        if one.op == "mod":
            return f"modulo({left}, {right})"
        if one.op != "div":
            raise self.unsupported(one.op)
        if isinstance(one.right, ir.Const) and isinstance(one.right.value, int) and one.right.value > 0:
            return f"({left} // {right})" if not kind.signed else f"towards_zero({left}, {right})"
        return wrapped(kind, f"divide({left}, {right}, {self.span(one.span)})")

    def _real(self, op: str, kind: Elementary, left: str, right: str) -> str:
        if op in _INT:
            return rounded(kind, f"({left} {_INT[op]} {right})")
        if op in ("div", "pow"):
            return rounded(kind, f"{'real_divide' if op == 'div' else 'power'}({left}, {right})")
        raise self.unsupported(op.upper())

    def _convert(self, one: ir.Convert) -> str:
        self.check_convert(one)
        text = convert(one.operand.type, one.type, self.value(one.operand), truncate=one.truncate)
        if not isinstance(one.type, Subrange):
            return text
        kept = self.temp()
        low, high = one.type.low, one.type.high
        return f"({kept} if {low} <= ({kept} := {text}) <= {high} else stop(3, {self.span(one.span)}))"

    def builtin(self, one: ir.Builtin) -> str:
        """A builtin with its arguments."""
        special = self._special(one)
        if special:
            return special
        arguments = [self.value(argument) for argument in one.arguments]
        given = ", ".join(arguments)
        kind = base_of(one.type)
        if one.name in _PLAIN:
            text = f"{_PLAIN[one.name]}({given})"
            return f"{text}[:{kind.length}]" if isinstance(kind, Text) else text
        if isinstance(kind, Text):
            if one.name == "__CHAR":
                return f"char({given}, {65536 if kind.wide else 256})"
            return f"{one.name}({given})[:{kind.length}]"
        first = base_of(one.arguments[0].type)
        if not isinstance(kind, Elementary) or not isinstance(first, Elementary):
            raise self.unsupported(one.name)
        if one.name in _REALS:
            return rounded(kind, f"{one.name}({given})")
        if one.name in ("ABS", "SQR"):
            kept = self.temp()
            text = f"abs({given})" if one.name == "ABS" else f"({kept} := {given}) * {kept}"
            return rounded(kind, f"({text})") if kind.kind == "real" else wrapped(kind, text)
        if one.name in _SIZED:
            name, bits = _SIZED[one.name]
            size = max(first.bits, 8)
            text = f"{name}({given}, {size if bits else size // 8})"
            return text if kind.kind == "bool" else wrapped(kind, text)
        if one.name == "__TO_BCD":
            return wrapped(kind, f"to_bcd({given})")
        if one.name in ("CONCAT_DATE", "CONCAT_TOD"):
            return wrapped(kind, f"{'date' if one.name == 'CONCAT_DATE' else 'tod'}_from({given})")
        if one.name in ("__MULTIME", "__DIVTIME"):
            return self._scaled(one, kind, arguments)
        if one.name == "__REINTERPRET":
            return self._reinterpret(kind, first, given)
        raise self.unsupported(one.name)

    def _special(self, one: ir.Builtin) -> str:
        """Builtins that are not simply functions of their arguments' values."""
        if one.name == "__NOW":
            return "M[1]"
        if one.name == "__VALID":
            return f"({self.value(one.arguments[0])} != 0)"
        if one.name == "MUX":
            given = ", ".join(self.value(argument) for argument in one.arguments)
            text, kind = f"multiplex({self.span(one.span)}, {given})", base_of(one.type)
            return f"{text}[:{kind.length}]" if isinstance(kind, Text) else text
        if one.name in ("LOWER_BOUND", "UPPER_BOUND"):
            place = getattr(one.arguments[0], "place", None)
            limits = self.open_bounds(place)[one.name == "UPPER_BOUND" :: 2]
            return f"bound({self.span(one.span)}, {self.value(one.arguments[1])}, {', '.join(limits)})"
        return ""

    def _scaled(self, one: ir.Builtin, kind: Elementary, given: list[str]) -> str:
        number = base_of(one.arguments[1].type)
        real = isinstance(number, Elementary) and number.kind == "real"
        if one.name == "__MULTIME":
            return f"whole(float({given[0]}) * {given[1]})" if real else wrapped(kind, f"{given[0]} * {given[1]}")
        if real:
            return f"whole(real_divide(float({given[0]}), {given[1]}))"
        return wrapped(kind, f"divide({given[0]}, {given[1]}, {self.span(one.span)})")

    def _reinterpret(self, kind: Elementary, first: Elementary, given: str) -> str:
        if first.kind == "real":
            return wrapped(kind, f"real_bits({given}, {first.bits})") if kind.kind != "real" else given
        return f"bits_real({given}, {first.bits})" if kind.kind == "real" else wrapped(kind, given)


_BOOL = Elementary("BOOL", "bool", 1)

#: Builtins whose Python function gives the result as it is.
_PLAIN = {
    "MIN": "least", "MAX": "greatest", "LIMIT": "limit", "SEL": "select", "LEN": "len", "FIND": "FIND",
    "__CODE": "code", "__YEAR": "year", "__MONTH": "month", "__DAY": "day", "DAY_OF_WEEK": "day_of_week",
    "__FINITE": "isfinite",
}  # fmt: skip
_REALS = frozenset(("SQRT", "LN", "LOG", "EXP", "SIN", "COS", "TAN", "ASIN", "ACOS", "ATAN", "ATAN2", "CEIL", "FLOOR",
                    "FRAC"))  # fmt: skip

#: Function and whether it wants the width in bits (else in bytes).
_SIZED = {
    "SHL": ("shift_left", True), "SHR": ("shift_right", True), "ROL": ("rotate_left", True),
    "ROR": ("rotate_right", True), "SWAP": ("swap", False), "__FROM_BCD": ("from_bcd", False),
    "__IS_BCD": ("is_bcd", False),
}  # fmt: skip


def scalar_text(value: object) -> str:
    """A constant number or BOOL; nothing (a pointer to nothing) is 0."""
    if value is None:
        return "0"
    if isinstance(value, float):
        if value != value:
            return "NAN"
        if value in (float("inf"), float("-inf")):
            return "INF" if value > 0 else "(-INF)"
    if not isinstance(value, (bool, int, float)):
        raise TypeError(type(value).__name__)
    text = repr(value)
    return f"({text})" if text.startswith("-") else text
