"""The builtins of ``ir/builtins.py`` as C text."""

from __future__ import annotations

from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir.types import Elementary, Text, base_of
from assay.skills.plc.run.c.conversions import c_type, unsigned, wrapped
from assay.skills.plc.run.c.expressions import CExpressions
from assay.skills.plc.run.layout import ADDRESS

_TEXTS = {
    "LEFT": "left({})", "RIGHT": "right({})", "MID": "mid({})", "INSERT": "insert(m, {})", "DELETE": "delete(m, {})",
    "REPLACE": "replace(m, {})", "UPPER": "upper(m, {})", "LOWER": "lower(m, {})",
}  # fmt: skip
_REALS = {
    "SQRT": "sqrt", "LN": "log", "LOG": "log10", "EXP": "exp", "SIN": "sin", "COS": "cos", "TAN": "tan",
    "ASIN": "asin", "ACOS": "acos", "ATAN": "atan", "ATAN2": "atan2", "CEIL": "ceil", "FLOOR": "floor",
    "FRAC": "fraction",
}  # fmt: skip
_INTEGERS = {
    "LEN": "{}.n", "FIND": "find({})", "__CODE": "code({})", "__YEAR": "year_of({})", "__MONTH": "month_of({})",
    "__DAY": "day_of({})", "DAY_OF_WEEK": "week_day({})", "__TO_BCD": "to_bcd({})", "CONCAT_DATE": "date_from({})",
    "CONCAT_TOD": "tod_from({})", "__FINITE": "isfinite((F8){})", "__VALID": "({} != 0)",
}  # fmt: skip
_CHOOSING = ("MIN", "MAX", "LIMIT", "SEL", "MUX")


class CBuiltins(CExpressions):
    """Arguments are evaluated from left to right, then the function is applied to them."""

    def builtin(self, one: ir.Builtin) -> str:
        if one.name == "__NOW":
            return "NOW"
        if one.name in ("LOWER_BOUND", "UPPER_BOUND"):
            return self._bound(one)
        items = [self.item(argument) for argument in one.arguments]
        if isinstance(base_of(one.type), Text) and one.name not in _CHOOSING:
            lengths = [getattr(base_of(argument.type), "length", 0) for argument in one.arguments]
            self._needs(one.type, sum(lengths) * max(1, len(lengths) - 1))
        return self.ordered(items, lambda texts: self._apply(one, texts))

    def _apply(self, one: ir.Builtin, given: list[str]) -> str:
        kind, whole = base_of(one.type), ", ".join(given)
        if one.name in _CHOOSING:
            text = self._choose(one, given)
            return f"cut_v({text}, {kind.length})" if isinstance(kind, Text) else text
        if isinstance(kind, Text):
            return f"cut_v({self._text(one, kind, given)}, {kind.length})"
        if not isinstance(kind, Elementary):
            raise self.unsupported(one.name)
        if one.name in _INTEGERS:
            return wrapped(kind, _INTEGERS[one.name].format(whole))
        first = base_of(one.arguments[0].type)
        if not isinstance(first, Elementary):
            raise self.unsupported(one.name)
        if one.name in _REALS:
            return f"(({c_type(kind)}){_REALS[one.name]}({whole}))"
        if one.name in ("ABS", "SQR"):
            return self._power(one.name, kind, given[0])
        if one.name in ("__MULTIME", "__DIVTIME"):
            return self._scaled(one, given)
        if one.name == "__REINTERPRET":
            return self._reinterpret(kind, first, whole)
        return self._bits(one, kind, first, whole)

    def _text(self, one: ir.Builtin, kind: Text, given: list[str]) -> str:
        if one.name == "CONCAT":
            text = given[0]
            for other in given[1:]:
                text = f"concat(m, {text}, {other})"
            return text
        if one.name == "__CHAR":
            return f"character(m, {given[0]}, {65535 if kind.wide else 255})"
        if one.name not in _TEXTS:
            raise self.unsupported(one.name)
        return _TEXTS[one.name].format(", ".join(given))

    def _power(self, name: str, kind: Elementary, text: str) -> str:
        kept, held = self.temp(), c_type(kind)
        if kind.kind == "real":
            result = f"fabs({kept})" if name == "ABS" else f"{kept} * {kept}"
            return f"({{ {held} {kept} = {text}; ({held})({result}); }})"
        wide = unsigned(kind)
        result = f"({wide}){kept} * ({wide}){kept}"
        if name == "ABS":
            result = f"{kept} < 0 ? 0 - ({wide}){kept} : ({wide}){kept}"
        return f"({{ {held} {kept} = {text}; {wrapped(kind, result)}; }})"

    def _choose(self, one: ir.Builtin, given: list[str]) -> str:
        """MIN, MAX, LIMIT, SEL, MUX; all arguments are kept first."""
        number = one.name in ("SEL", "MUX")
        names = [self.temp() for _ in given]
        kinds = [c_type(argument.type) for argument in one.arguments]
        kept = " ".join(f"{kind} {name} = {text};" for kind, name, text in zip(kinds, names, given, strict=True))
        if one.name == "SEL":
            return f"({{ {kept} {names[0]} ? {names[2]} : {names[1]}; }})"
        if number:
            text = names[-1]
            for place, name in reversed(list(enumerate(names[1:-1]))):
                text = f"{names[0]} == {place} ? {name} : {text}"
            check = f"ix(m, {names[0]}, 0, {len(names) - 2}, {self.span(one.span)});"
            return f"({{ {kept} {check} {text}; }})"
        if one.name == "LIMIT":
            low, result, high = names
            steps = f"if ({self._below(one, result, low)}) {result} = {low}; "
            steps += f"if ({self._below(one, high, result)}) {result} = {high};"
        else:
            result = names[0]
            pairs = [(name, result) if one.name == "MIN" else (result, name) for name in names[1:]]
            steps = " ".join(
                f"if ({self._below(one, *pair)}) {result} = {name};"
                for pair, name in zip(pairs, names[1:], strict=True)
            )
        return f"({{ {kept} {steps} {result}; }})"

    def _below(self, one: ir.Builtin, left: str, right: str) -> str:
        return f"compare_v({left}, {right}) < 0" if isinstance(base_of(one.type), Text) else f"{left} < {right}"

    def _scaled(self, one: ir.Builtin, given: list[str]) -> str:
        number = base_of(one.arguments[1].type)
        real = isinstance(number, Elementary) and number.kind == "real"
        if one.name == "__MULTIME":
            if real:
                return f"whole((F8){given[0]} * (F8){given[1]})"
            return f"((I64)((U64){given[0]} * (U64){given[1]}))"
        if real:
            return f"whole((F8){given[0]} / (F8){given[1]})"
        return f"div_s(m, {given[0]}, {given[1]}, {self.span(one.span)})"

    def _reinterpret(self, kind: Elementary, first: Elementary, given: str) -> str:
        if first.kind == "real":
            if kind.kind == "real":
                return given
            return wrapped(kind, f"bits{first.bits // 8}({given})")
        return f"real{first.bits // 8}((U64){given})" if kind.kind == "real" else wrapped(kind, given)

    def _bits(self, one: ir.Builtin, kind: Elementary, first: Elementary, given: str) -> str:
        bits = max(8, first.bits)
        if one.name in ("SHL", "ROL", "ROR"):
            return wrapped(kind, f"{one.name.lower()}({given}, {bits})")
        if one.name == "SHR":
            return wrapped(kind, f"shr_{'s' if first.signed else 'u'}({given}, {bits})")
        if one.name in ("SWAP", "__FROM_BCD", "__IS_BCD"):
            return wrapped(kind, f"{one.name.strip('_').lower()}({given}, {bits // 8})")
        raise self.unsupported(one.name)

    def _bound(self, one: ir.Builtin) -> str:
        limits = self.open_bounds(getattr(one.arguments[0], "place", None))[one.name == "UPPER_BOUND" :: 2]
        number, text = self.temp(), limits[-1]
        for place, limit in reversed(list(enumerate(limits[:-1], 1))):
            text = f"{number} == {place} ? {limit} : {text}"
        check = f"ix(m, {number}, 1, {len(limits)}, {self.span(one.span)});"
        return wrapped(_DINT, f"({{ {c_type(ADDRESS)} {number} = {self.value(one.arguments[1])}; {check} {text}; }})")


_DINT = Elementary("DINT", "int", 32, signed=True)
