"""Random expressions over all types, operators, conversions and builtins, and values at the edges of their types."""

from __future__ import annotations

import math
import random
from typing import Any

from plc_run_ir import c, conv, ld, op, project, store, unit, v, var

from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as ty

TEXT, WIDE = ty.Text(False, 12), ty.Text(True, 9)
LEVEL = ty.Subrange(ty.INT, -5, 100)
MODE = ty.Enum("Mode", ty.INT, (("A", 0), ("B", 7), ("C", -3)))
INTEGERS = [ty.SINT, ty.INT, ty.DINT, ty.LINT, ty.USINT, ty.UINT, ty.UDINT, ty.ULINT]
BITS = [ty.BYTE, ty.WORD, ty.DWORD, ty.LWORD]
REALS = [ty.REAL, ty.LREAL]
TIMES = [ty.TIME, ty.LTIME]
DATES = [ty.DATE, ty.LDATE, ty.TOD, ty.LTOD, ty.DT, ty.LDT]
ALL: list[ty.DataType] = [ty.BOOL, *INTEGERS, *BITS, *REALS, *TIMES, *DATES, TEXT, WIDE, LEVEL, MODE]
_REAL_FUNCTIONS = "SQRT LN LOG EXP SIN COS TAN ASIN ACOS ATAN CEIL FLOOR FRAC ABS SQR".split()


def value(rng: random.Random, kind: ty.DataType) -> Any:
    """A value of a type, often at an edge."""
    if isinstance(kind, ty.Subrange):
        return rng.choice([kind.low, kind.high, 0, 1])
    if isinstance(kind, ty.Enum):
        return rng.choice(kind.members)[1]
    if isinstance(kind, ty.Text):
        return rng.choice(_TEXTS)[: kind.length]
    assert isinstance(kind, ty.Elementary)
    if kind.kind == "bool":
        return rng.random() < 0.5
    if kind.kind == "real":
        number = rng.choice([0.0, -0.0, 1.5, -2.5, 0.1, 1e10, -3e38, 1e-40, math.inf, -math.inf, math.nan, 16777217.0,
                             9.2233720368547758e18, rng.uniform(-10, 10), rng.uniform(-1e6, 1e6)])  # fmt: skip
        return __import__("ctypes").c_float(number).value if kind.bits == 32 else number
    edges = [kind.low, kind.high, kind.high - 1, 0, 1, 2, kind.high // 3, rng.randint(kind.low, kind.high)]
    if kind.kind in ("time", "date", "tod", "dt"):
        edges += [1_000_000, 86_400_000_000_000, -1, 951_782_400_000_000_000, rng.randint(0, 10**18)]
    return rng.choice(edges)


_TEXTS = ["", "a", "Abc xyz", "hello world!!", "  -12", "16#FF", "2#1_01", "3.25e2", "1e400", "TRUE", "T#1d2h3.5s",
          "-5m", "D#2024-02-29", "12:34:56.7", "DT#1999-12-31-23:59:58", "9" * 12, "\u6c34\u4f4d", "1_000", "+7x",
          "LT#7us", "tod#1:2", "\u0131\u017f", "nan", "8#17", "0.1"]  # fmt: skip


class Maker:
    """Expressions over the variables ``v<n>`` of :attr:`variables`, by type."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.variables = [var(f"v{n}", kind, "input", value(rng, kind)) for n, kind in enumerate([*ALL, *ALL])]
        self.array = ty.Array(((-2, 3), (0, 2)), ty.DINT)

    def leaf(self, kind: ty.DataType) -> Any:
        known = [one for one in self.variables if one.type == kind]
        if known and self.rng.random() < 0.75:
            return ld(v(self.rng.choice(known).name, kind))
        return c(value(self.rng, kind), kind)

    def make(self, kind: ty.DataType, depth: int) -> Any:
        rng = self.rng
        if depth <= 0:
            return self.leaf(kind)
        roll = rng.random()
        if roll < 0.15:
            return self.leaf(kind)
        if roll < 0.4 and not isinstance(kind, (ty.Subrange, ty.Enum)):
            return self.converted(kind, depth)
        if roll < 0.5 and not isinstance(kind, ty.Subrange):
            return self.chosen(kind, depth)
        if isinstance(kind, ty.Text):
            return self.text(kind, depth)
        if isinstance(kind, ty.Subrange):
            return conv(self.make(ty.INT, depth - 1), kind)
        if isinstance(kind, ty.Enum):
            return self.chosen(kind, depth)
        if kind.kind == "bool":
            return self.boolean(depth)
        if kind.kind == "real":
            return self.real(kind, depth)
        if kind.kind in ("int", "bits"):
            return self.integer(kind, depth)
        return self.time(kind, depth)

    def converted(self, kind: ty.DataType, depth: int) -> Any:
        source = self.rng.choice(ALL)
        if isinstance(source, ty.Subrange | ty.Enum):
            source = source.base
        if source == kind:
            return self.leaf(kind)
        return conv(self.make(source, depth - 1), kind, truncate=self.rng.random() < 0.3)

    def chosen(self, kind: ty.DataType, depth: int) -> Any:
        name = self.rng.choice(["MIN", "MAX", "LIMIT", "SEL", "MUX"])
        if isinstance(kind, ty.Enum) and name == "LIMIT":
            name = "SEL"
        first = {"SEL": [ty.BOOL], "MUX": [ty.LINT]}.get(name, [])
        count = 3 if name == "LIMIT" else 2 if name == "SEL" else self.rng.randint(2, 4)
        given = [self.make(one, depth - 1) for one in [*first, *[kind] * count]]
        if name == "MUX":
            given[0] = op("mod", given[0], c(self.rng.choice([2, 3, 4, 7]), ty.LINT))
        return ir.Builtin(name, tuple(given), kind, self.span())

    def span(self) -> Any:
        from assay.skills.plc.front.source import Span

        n = self.rng.randrange(10**6)
        return Span("r.st", n, n + 1)

    def boolean(self, depth: int) -> Any:
        rng = self.rng
        if rng.random() < 0.4:
            name = rng.choice(["and", "or", "xor", "and_then", "or_else"])
            return op(name, self.make(ty.BOOL, depth - 1), self.make(ty.BOOL, depth - 1))
        if rng.random() < 0.2:
            return ir.Unary("not", self.make(ty.BOOL, depth - 1), ty.BOOL)
        if rng.random() < 0.1:
            return ir.Builtin("__FINITE", (self.make(ty.LREAL, depth - 1),), ty.BOOL)
        if rng.random() < 0.1:
            return ir.Builtin("__IS_BCD", (self.make(rng.choice(BITS), depth - 1),), ty.BOOL)
        kind = rng.choice([one for one in ALL if not isinstance(one, ty.Subrange | ty.Enum)])
        name = rng.choice(["eq", "ne", "lt", "le", "gt", "ge"])
        return op(name, self.make(kind, depth - 1), self.make(kind, depth - 1))

    def real(self, kind: Any, depth: int) -> Any:
        rng = self.rng
        if rng.random() < 0.4:
            return ir.Builtin(rng.choice(_REAL_FUNCTIONS), (self.make(kind, depth - 1),), kind)
        if rng.random() < 0.15:
            return ir.Builtin("ATAN2", (self.make(kind, depth - 1), self.make(kind, depth - 1)), kind)
        if rng.random() < 0.1:
            bits = ty.DWORD if kind.bits == 32 else ty.LWORD
            return ir.Builtin("__REINTERPRET", (self.make(bits, depth - 1),), kind)
        name = rng.choice(["add", "sub", "mul", "div", "pow"])
        return op(name, self.make(kind, depth - 1), self.make(kind, depth - 1), span=self.span())

    def integer(self, kind: Any, depth: int) -> Any:
        rng = self.rng
        roll = rng.random()
        if roll < 0.15:
            return ir.Unary(rng.choice(["neg", "not"]), self.make(kind, depth - 1), kind)
        if roll < 0.35:
            name = rng.choice(["SHL", "SHR", "ROL", "ROR"])
            places = op("mod", self.make(ty.LINT, depth - 1), c(rng.choice([5, 70]), ty.LINT))
            return ir.Builtin(name, (self.make(kind, depth - 1), places), kind)
        if roll < 0.5:
            return self.counted(kind, depth)
        if roll < 0.6:
            indices = (self.make(ty.DINT, 0), op("mod", self.make(ty.DINT, depth - 1), c(3, ty.DINT)))
            element = ir.ElementOf(v("grid", self.array), indices, ty.DINT, self.span())
            return ld(element) if kind == ty.DINT else conv(ld(element), kind)
        name = rng.choice(["add", "sub", "mul", "div", "mod", "and", "or", "xor"])
        return op(name, self.make(kind, depth - 1), self.make(kind, depth - 1), span=self.span())

    def counted(self, kind: Any, depth: int) -> Any:
        rng, text = self.rng, rng_text(self.rng)
        name = rng.choice(["LEN", "FIND", "__CODE", "__YEAR", "__MONTH", "DAY_OF_WEEK", "__DAY", "SWAP", "ABS", "SQR",
                           "__FROM_BCD", "__TO_BCD", "BITS"])  # fmt: skip
        if name in ("LEN", "__CODE"):
            inner = ir.Builtin(name, (self.make(text, depth - 1),), ty.INT if name == "LEN" else ty.UDINT)
        elif name == "FIND":
            inner = ir.Builtin(name, (self.make(text, depth - 1), self.make(text, depth - 1)), ty.INT)
        elif name.startswith(("__Y", "__M", "DAY", "__D")):
            inner = ir.Builtin(name, (self.make(ty.DATE, depth - 1),), ty.INT)
        elif name == "__FROM_BCD":
            inner = ir.Builtin(name, (self.make(rng.choice(BITS), depth - 1),), ty.ULINT)
        elif name == "__TO_BCD":
            inner = ir.Builtin(name, (self.make(ty.LINT, depth - 1),), rng.choice(BITS))
        elif name == "BITS":
            inner = ir.Builtin("__REINTERPRET", (self.make(ty.REAL, depth - 1),), ty.DWORD)
        else:
            return ir.Builtin(name, (self.make(kind, depth - 1),), kind)
        return inner if inner.type == kind else conv(inner, kind)

    def time(self, kind: Any, depth: int) -> Any:
        rng = self.rng
        roll = rng.random()
        if roll < 0.3 and kind.kind == "time":
            factor = rng.choice([ty.LINT, ty.LREAL])
            name = rng.choice(["__MULTIME", "__DIVTIME"])
            return ir.Builtin(name, (self.make(kind, depth - 1), self.make(factor, depth - 1)), kind, self.span())
        if roll < 0.4 and kind == ty.DATE:
            return ir.Builtin("CONCAT_DATE", tuple(self.make(ty.LINT, depth - 1) for _ in range(3)), kind)
        if roll < 0.5 and kind == ty.TOD:
            return ir.Builtin("CONCAT_TOD", tuple(self.make(ty.LINT, depth - 1) for _ in range(4)), kind)
        if roll < 0.6 and kind == ty.TIME:
            return ir.Builtin("__NOW", (), kind)
        return op(rng.choice(["add", "sub"]), self.make(kind, depth - 1), self.make(kind, depth - 1))

    def text(self, kind: ty.Text, depth: int) -> Any:
        rng = self.rng
        name = rng.choice(["LEFT", "RIGHT", "MID", "CONCAT", "INSERT", "DELETE", "REPLACE", "UPPER", "LOWER", "__CHAR"])
        numbers = {"LEFT": 1, "RIGHT": 1, "MID": 2, "INSERT": 1, "DELETE": 2, "REPLACE": 2, "__CHAR": 1}.get(name, 0)
        texts = {"CONCAT": 3, "INSERT": 2, "REPLACE": 2, "__CHAR": 0}.get(name, 1)
        given = [self.make(kind, depth - 1) for _ in range(texts)]
        given += [self.number(depth) for _ in range(numbers)]
        if rng.random() < 0.5:
            return ir.Builtin(name, tuple(given), kind)
        return conv(ir.Builtin(name, tuple(given), ty.Text(kind.wide, 40)), kind)

    def number(self, depth: int) -> Any:
        inner = self.make(ty.LINT, depth - 1)
        return op("mod", inner, c(15, ty.LINT)) if self.rng.random() < 0.8 else inner


def rng_text(rng: random.Random) -> ty.Text:
    """A kind of text."""
    return rng.choice([TEXT, WIDE])


def program(seed: int, statements: int = 6, depth: int = 4) -> tuple[ir.Project, list[dict[str, Any]]]:
    """A program of random assignments, and inputs for its scans."""
    rng = random.Random(seed)
    maker = Maker(rng)
    outs, body = [], []
    for number in range(statements):
        kind = rng.choice(ALL)
        outs.append(var(f"r{number}", kind, "output"))
        expression = maker.make(kind, depth)
        body.append(store(v(f"r{number}", kind), expression))
    grid = var("grid", maker.array, "static", tuple(rng.randint(-(2**31), 2**31 - 1) for _ in range(18)))
    whole = project(unit("P", "program", [*maker.variables, grid, *outs], body))
    scans = [{one.name: value(rng, one.type) for one in maker.variables if rng.random() < 0.5} for _ in range(4)]
    return whole, scans
