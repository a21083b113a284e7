"""Expressions as C text. C leaves the order of evaluation open, so where it matters the operands are kept in variables
of a statement expression. Strings are views, aggregates addresses; what a call gives back is copied to scratch memory,
because the next call of the same unit writes over it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence

from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir.types import DataType, Elementary, Subrange, Text, base_of
from assay.skills.plc.run.analysis import is_aggregate
from assay.skills.plc.run.c.conversions import c_integer, c_scalar, c_type, convert, unsigned, wrapped
from assay.skills.plc.run.calls import Calls
from assay.skills.plc.run.places import Item, Ref

_SIGN = {"add": "+", "sub": "-", "mul": "*", "and": "&", "or": "|", "xor": "^"}
_COMPARE = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


class CExpressions(Calls):
    """Values. ``scratch``: bytes of scratch memory that the statement at hand needs at most.
    ``loose_bools``: a BOOL in memory may be TRUE as another number than 1, because it came out of a union."""

    texts_in_memory = True
    scratch = 0
    loose_bools = False

    @abstractmethod
    def text_constant(self, value: str) -> str:
        """The name of the characters of a constant string."""

    @abstractmethod
    def constant_area(self, kind: DataType, value: object) -> str:
        """The address of a constant array or structure."""

    @abstractmethod
    def call_value(self, call: ir.Invoke) -> str:
        """The text of a call inside an expression."""

    # --- order ---

    def ordered(self, items: Sequence[Item], build: Callable[[list[str]], str]) -> str:
        texts = [one[0] for one in items]
        effects = [one[2] for one in items]
        if sum(any(one) for one in effects) < 2 and not any(calls for calls, _ in effects[1:]):
            return build(texts)
        kept, names = "", []
        for number, (text, kind, _) in enumerate(items):
            if any(calls for calls, _ in effects[number + 1 :]):
                text = self.kept(kind, text)
            names.append(self.temp())
            kept += f"{c_type(kind)} {names[-1]} = {text}; "
        return f"({{ {kept}{build(names)}; }})"

    def kept(self, kind: DataType, text: str) -> str:
        """A value that no later call changes."""
        if isinstance(base_of(kind), Text):
            self._needs(kind)
            return f"keep_v(m, {text})"
        if is_aggregate(kind):
            size = self.plan.layouts.of(kind).size
            self.scratch += size + 8
            return f"keep(m, {text}, {size})"
        return text

    def _needs(self, kind: DataType, more: int = 0) -> None:
        held = base_of(kind)
        length = held.length if isinstance(held, Text) else 0
        self.scratch += 4 * max(length, more) + 16

    def item(self, one: ir.Expr) -> Item:
        """An expression with what evaluating it does."""
        return self.value(one), one.type, self.analysis.effects(one)

    # --- memory ---

    def memory(self, address: str, kind: DataType) -> str:
        return f"AT({c_type(kind)}, {address})"

    def index(self, expression: ir.Expr) -> str:
        text = self.value(expression)
        if c_type(expression.type) == "U64":
            kept = self.temp()
            return f"({{ U64 {kept} = {text}; {kept} >> 63 ? INT64_MIN : (I64){kept}; }})"
        return text

    def checked_index(self, text: str, low: str, high: str, span: int) -> str:
        return f"ix(m, {text}, {low}, {high}, {span})"

    def checked_address(self, text: str, span: int) -> str:
        return f"nn(m, {text}, {span})"

    def load(self, ref: Ref) -> str:
        """The value of a place."""
        if ref.part is not None:
            whole = self.load(Ref(ref.whole or ref.type, ref.address, ref.local))
            shifted = f"((U64){whole} >> {ref.part[0]} & {c_integer((1 << ref.part[1]) - 1)})"
            return (
                f"({shifted} != 0)"
                if c_type(ref.type) == "U8" and ref.part[1] == 1
                else f"(({c_type(ref.type)}){shifted})"
            )
        if ref.local:
            return ref.local
        if is_aggregate(ref.type):
            return ref.address.text
        if isinstance(base_of(ref.type), Text):
            return f"load_v(m, {ref.address.text})"
        text = self.memory(ref.address.text, ref.type)
        return f"({text} != 0)" if self.loose_bools and _is_bool(ref.type) else text

    # --- expressions ---

    def value(self, expression: ir.Expr) -> str:
        spine: list[ir.Binary] = []
        while isinstance(expression, ir.Binary):
            spine.append(expression)
            expression = expression.left
        text = self._single(expression)
        effects = self.analysis.effects(expression)
        for one in reversed(spine):
            right = self.item(one.right)
            text = self._binary(one, (text, one.left.type, effects), right)
            effects = (effects[0] or right[2][0], effects[1] or right[2][1] or one.op == "div")
        return text

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
            return self._unary(one, self.value(one.operand))
        if isinstance(one, ir.Convert):
            return self._convert(one)
        if isinstance(one, ir.Builtin):
            return self.builtin(one)
        if isinstance(one, ir.CallExpr):
            return self.call_value(one.call)
        raise self.unsupported(type(one).__name__)

    @abstractmethod
    def builtin(self, one: ir.Builtin) -> str:
        """The text of a builtin."""

    def _const(self, one: ir.Const) -> str:
        if is_aggregate(one.type):
            return self.constant_area(one.type, one.value)
        if isinstance(one.value, str):
            return f"((V){{{len(one.value)}, {self.text_constant(one.value)}}})"
        return c_scalar(one.type, one.value)

    def _unary(self, one: ir.Unary, text: str) -> str:
        kind = base_of(one.type)
        if not isinstance(kind, Elementary):
            raise self.unsupported(one.op)
        if kind.kind == "bool":
            return f"(!{text})"
        if kind.kind == "real":
            return f"(-{text})"
        return wrapped(kind, f"{'~' if one.op == 'not' else '0 - '}({unsigned(kind)}){text}")

    def _binary(self, one: ir.Binary, left: Item, right: Item) -> str:
        if one.op in ("and_then", "or_else"):
            return f"({left[0]} {'&&' if one.op == 'and_then' else '||'} {right[0]})"
        return self.ordered([left, right], lambda texts: self._operation(one, *texts))

    def _operation(self, one: ir.Binary, left: str, right: str) -> str:
        if one.op in _COMPARE:
            if isinstance(base_of(one.left.type), Text):
                return f"(compare_v({left}, {right}) {_COMPARE[one.op]} 0)"
            return f"({left} {_COMPARE[one.op]} {right})"
        kind = base_of(one.type)
        if not isinstance(kind, Elementary):
            raise self.unsupported(one.op)
        if kind.kind == "bool" and one.op in ("and", "or", "xor"):
            return f"({left} {_SIGN[one.op]} {right})"
        if kind.kind == "real":
            return self._real(one.op, kind, left, right)
        if one.op in _SIGN:
            held = unsigned(kind)
            return wrapped(kind, f"({held}){left} {_SIGN[one.op]} ({held}){right}")
        letter = "s" if kind.signed else "u"
        if one.op == "mod":
            return wrapped(kind, f"mod_{letter}({left}, {right})")
        if one.op != "div":
            raise self.unsupported(one.op)
        if isinstance(one.right, ir.Const) and isinstance(one.right.value, int) and one.right.value > 0:
            return wrapped(kind, f"{left} / {right}")
        name = "div_w" if kind.signed and kind.bits <= 32 else f"div_{letter}"
        return wrapped(kind, f"{name}(m, {left}, {right}, {self.span(one.span)})")

    def _real(self, op: str, kind: Elementary, left: str, right: str) -> str:
        name = c_type(kind)
        if op == "pow":
            return f"(({name})pow({left}, {right}))"
        sign = "/" if op == "div" else _SIGN.get(op)
        if sign is None or sign in "&|^":
            raise self.unsupported(op.upper())
        return f"(({name})({left} {sign} {right}))"

    def _convert(self, one: ir.Convert) -> str:
        self.check_convert(one)
        if isinstance(base_of(one.type), Text) and not isinstance(base_of(one.operand.type), Text):
            self._needs(one.type, 128)
        text = convert(one.operand.type, one.type, self.value(one.operand), truncate=one.truncate)
        if not isinstance(one.type, Subrange):
            return text
        low, high = c_integer(one.type.low), c_integer(one.type.high)
        kind = one.type.base
        return wrapped(kind, f"range_{'s' if kind.signed else 'u'}(m, {text}, {low}, {high}, {self.span(one.span)})")


def _is_bool(kind: DataType) -> bool:
    return isinstance(kind, Elementary) and kind.kind == "bool"
