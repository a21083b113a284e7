"""Random well-typed expressions of Structured Text over the variables in reach; ``plc_programs`` puts them together."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from assay.skills.plc.ir import types
from assay.skills.plc.ir.types import Array, DataType, Elementary, Enum, Struct, Subrange, Text
from assay.skills.plc.testing.durations import show_duration, show_point
from assay.skills.plc.testing.values import to_single

SIGNED = (types.SINT, types.INT, types.DINT, types.LINT)
UNSIGNED = (types.USINT, types.UINT, types.UDINT, types.ULINT)
INTEGERS = SIGNED + UNSIGNED
BITS = (types.BYTE, types.WORD, types.DWORD, types.LWORD)
REALS = (types.REAL, types.LREAL)
POINTS = (types.DATE, types.TOD, types.DT)
STRING, SHORT, WIDE = Text(False, 20), Text(False, 5), Text(True, 12)
SCALARS: tuple[DataType, ...] = (
    types.BOOL, *INTEGERS, *BITS, *REALS, types.TIME, *POINTS, STRING, SHORT, WIDE, types.LTIME,
)  # fmt: skip
_WEIGHTS = [12, 3, 8, 6, 3, 3, 4, 3, 2, 3, 4, 3, 2, 5, 4, 6, 1, 1, 2, 4, 1, 1, 1]
_TEXTS = ("", "a", "abc", "Motor 1", "12", "-7", "x$'y", "0123456789", "T#5s", "3.25", "16#FF")


def type_text(kind: DataType) -> str:
    """A type in a declaration."""
    if isinstance(kind, Text):
        return f"{'WSTRING' if kind.wide else 'STRING'}[{kind.length}]"
    if isinstance(kind, Array):
        bounds = ", ".join(f"{one[0]}..{one[1]}" for one in kind.bounds if one is not None)
        return f"ARRAY[{bounds}] OF {type_text(kind.element)}"
    if isinstance(kind, Subrange):
        return f"{kind.base.name} ({kind.low}..{kind.high})"
    return kind.name if not isinstance(kind, types.Pointer) else "POINTER"


@dataclass(frozen=True, slots=True)
class Place:
    """Something that can be read, and written if ``writable``: its text and type. What a ``constant`` is used for is
    decided by the checker: it is no index and no divisor here, which might be refused."""

    text: str
    type: DataType
    writable: bool = True
    constant: bool = False


@dataclass(frozen=True, slots=True)
class Routine:
    """A function that can be called: inputs and outputs (name, type), result."""

    name: str
    inputs: tuple[tuple[str, DataType], ...]
    result: DataType
    in_outs: tuple[tuple[str, DataType], ...] = ()


@dataclass
class Scope:
    """What an expression may use."""

    places: list[Place] = field(default_factory=list)
    routines: list[Routine] = field(default_factory=list)

    def of(self, kind: DataType, *, writable: bool = False) -> list[Place]:
        return [one for one in self.places if one.type == kind and (one.writable or not writable)]

    def moving(self, kind: DataType) -> list[Place]:
        """What is no constant."""
        return [one for one in self.of(kind) if not one.constant]


class Expressions:
    """Draws expressions of a wanted type."""

    def __init__(self, rng: random.Random, scope: Scope) -> None:
        self.rng, self.scope = rng, scope

    # --- literals ---

    def literal(self, kind: DataType, *, typed: bool = True) -> str:
        rng = self.rng
        if isinstance(kind, Enum):
            return f"{kind.name}#{rng.choice(kind.members)[0]}"
        if isinstance(kind, Subrange):
            return f"{kind.base.name}#{rng.randint(kind.low, kind.high)}"
        if isinstance(kind, Text):
            chosen = rng.choice(_TEXTS)
            return f'"{chosen}"' if kind.wide else f"'{chosen[: kind.length]}'" if "$" not in chosen else "'x'"
        assert isinstance(kind, Elementary), kind
        value = value_of(rng, kind)
        if kind.kind == "bool":
            return "TRUE" if value else "FALSE"
        if kind.kind == "int":
            return f"{kind.name}#{value}" if typed or value < 0 or kind.bits > 16 else str(value)
        if kind.kind == "bits":
            return f"{kind.name}#16#{value:X}"
        if kind.kind == "real":
            shown = f"{value!r}"
            shown = shown if "." in shown else shown.replace("e", ".0e") if "e" in shown else shown + ".0"
            return f"{kind.name}#{shown}" if typed or value < 0 else shown
        if kind.kind == "time":
            shown = show_duration(int(value))
            return shown if kind == types.TIME else f"L{shown}"
        return show_point(int(value), kind.kind)

    # --- expressions ---

    def expr(self, kind: DataType, depth: int = 3) -> str:
        rng = self.rng
        places = self.scope.of(kind)
        if isinstance(kind, (Array, Struct)):
            return rng.choice(places).text if places else ""
        if depth <= 0 or rng.random() < 0.2:
            return rng.choice(places).text if places and rng.random() < 0.8 else self.literal(kind)
        if rng.random() < 0.12:
            called = self._routine(kind, depth)
            if called:
                return called
        if rng.random() < 0.12:
            return self._choice(kind, depth)
        if isinstance(kind, Elementary):
            makers: dict[str, Callable[[Elementary, int], str]] = {
                "bool": self._bool, "int": self._int, "bits": self._bits, "real": self._real, "time": self._time,
            }  # fmt: skip
            return makers.get(kind.kind, self._point)(kind, depth)
        if isinstance(kind, Text):
            return self._text(depth, kind)
        return rng.choice(places).text if places and rng.random() < 0.7 else self.literal(kind)

    def _routine(self, kind: DataType, depth: int) -> str:
        fitting = [one for one in self.scope.routines if one.result == kind]
        if not fitting:
            return ""
        called = self.rng.choice(fitting)
        handed = [f"{name} := {self.expr(each, depth - 2)}" for name, each in called.inputs]
        for name, each in called.in_outs:
            places = self.scope.of(each, writable=True)
            if not places:
                return ""
            handed.append(f"{name} := {self.rng.choice(places).text}")
        return f"{called.name}({', '.join(handed)})"

    def _choice(self, kind: DataType, depth: int) -> str:
        rng = self.rng
        one, other = self.expr(kind, depth - 1), self.expr(kind, depth - 1)
        ordered = isinstance(kind, Elementary) and kind.kind in ("int", "bits", "real", "time")
        which = rng.choice(("SEL", "MIN", "MAX", "LIMIT", "MUX") if ordered else ("SEL", "MUX"))
        if which == "SEL":
            return f"SEL({self.expr(types.BOOL, depth - 1)}, {one}, {other})"
        if which == "MUX":
            return f"MUX({self.index((0, 1), depth - 1)}, {one}, {other})"
        if which == "LIMIT":
            return f"LIMIT({self.literal(kind)}, {one}, {other})"
        return f"{which}({one}, {other})"

    def index(self, bound: tuple[int, int], depth: int) -> str:
        """Mostly within the bounds."""
        low, high = bound
        rng = self.rng
        if rng.random() < 0.6:
            return str(rng.randint(low, high))
        if rng.random() < 0.08:
            # A variable, which may be out of bounds when it runs; a constant would be refused before.
            places = [
                one for kind in (types.INT, types.SINT, types.DINT, types.UINT) for one in self.scope.moving(kind)
            ]
            return rng.choice(places).text if places else str(low)
        size = high - low + 1
        return f"(ABS({self.expr(types.INT, depth)} MOD {size}) + ({low}))" if size > 1 else str(low)

    def element(self, place: Place, depth: int = 1) -> Place:
        """One element of an array at random, down to what is no array."""
        while isinstance(place.type, Array):
            indices = [self.index(one, depth) for one in place.type.bounds if one is not None]
            place = Place(f"{place.text}[{', '.join(indices)}]", place.type.element, place.writable)
        return place

    def _bool(self, kind: Elementary, depth: int) -> str:
        rng = self.rng
        form = rng.random()
        if form < 0.2:
            return f"NOT {self._within(types.BOOL, depth)}"
        if form < 0.5:
            op = rng.choice(("AND", "OR", "XOR", "AND", "OR", "&", "AND_THEN", "OR_ELSE"))
            return f"({self.expr(kind, depth - 1)} {op} {self._within(kind, depth)})"
        if form < 0.6:
            bits = [one for one in self.scope.places if one.type in BITS and "(" not in one.text and not one.constant]
            if bits:
                word = rng.choice(bits)
                assert isinstance(word.type, Elementary)
                return f"{word.text}.{rng.randrange(word.type.bits)}"
        if form < 0.65:
            other = rng.choice((*INTEGERS, *BITS))
            return f"{other.name}_TO_BOOL({self.expr(other, depth - 1)})"
        compared = self._usual([rng.choices(SCALARS, _WEIGHTS)[0], *SCALARS])
        ops = ("=", "<>", "<", "<=", ">", ">=")
        if compared == types.BOOL:
            ops = ("=", "<>")
        return f"({self.expr(compared, depth - 1)} {rng.choice(ops)} {self.expr(compared, depth - 1)})"

    def _usual(self, kinds: Sequence[DataType]) -> DataType:
        """One of the types, mostly one of which there is a variable."""
        there = [one for one in kinds if self.scope.of(one)]
        return self.rng.choice(there) if there and self.rng.random() < 0.8 else self.rng.choice(kinds)

    def _within(self, kind: DataType, depth: int) -> str:
        """An operand that needs no parentheses of its own."""
        shown = self.expr(kind, depth - 1)
        return f"({shown})" if shown.startswith(("NOT", "-")) else shown

    def _int(self, kind: Elementary, depth: int) -> str:
        rng = self.rng
        form = rng.random()
        if form < 0.55:
            op = rng.choice(("+", "-", "*", "+", "-", "/", "MOD"))
            left, right = self.expr(kind, depth - 1), self.expr(kind, depth - 1)
            if op in ("/", "MOD"):
                places = self.scope.moving(kind)
                safe = not places or rng.random() < 0.85
                right = f"{kind.name}#{rng.choice((1, 2, 3, 7, 10))}" if safe else rng.choice(places).text
            return f"({left} {op} {right})"
        if form < 0.62 and kind.signed:
            return f"(-{self._within(kind, depth)})"
        if form < 0.68:
            return f"ABS({self.expr(kind, depth - 1)})"
        if form < 0.74 and kind == types.INT:
            if rng.random() < 0.3:
                return f"DAY_OF_WEEK({self.expr(types.DATE, depth - 1)})"
            texts = (self.expr(STRING, depth - 1), self.expr(STRING, depth - 2))
            return rng.choice((f"LEN({texts[0]})", f"FIND({texts[0]}, {texts[1]})"))
        return self._converted(kind, (*INTEGERS, *BITS, *REALS, types.BOOL, STRING), depth)

    def _converted(self, kind: Elementary, others: Sequence[DataType], depth: int) -> str:
        other = self._usual([one for one in others if one != kind])
        name = "STRING" if isinstance(other, Text) else type_text(other)
        if kind == types.DINT and self.rng.random() < 0.1:
            return f"TRUNC({self.expr(types.REAL, depth - 1)})"
        inner = self.expr(other, depth - 1)
        return f"TO_{kind.name}({inner})" if self.rng.random() < 0.3 else f"{name}_TO_{kind.name}({inner})"

    def _bits(self, kind: Elementary, depth: int) -> str:
        rng = self.rng
        form = rng.random()
        if form < 0.4:
            op = rng.choice(("AND", "OR", "XOR"))
            return f"({self.expr(kind, depth - 1)} {op} {self._within(kind, depth)})"
        if form < 0.55:
            return f"(NOT {self._within(kind, depth)})"
        if form < 0.75:
            count = rng.choice((str(rng.randrange(kind.bits + 4)), self.expr(types.USINT, depth - 2)))
            return f"{rng.choice(('SHL', 'SHR', 'ROL', 'ROR'))}({self.expr(kind, depth - 1)}, {count})"
        return self._converted(kind, (*INTEGERS, *BITS, types.BOOL), depth)

    def _real(self, kind: Elementary, depth: int) -> str:
        rng = self.rng
        form = rng.random()
        if form < 0.5:
            op = rng.choice(("+", "-", "*", "/"))
            return f"({self.expr(kind, depth - 1)} {op} {self.expr(kind, depth - 1)})"
        if form < 0.58:
            return f"(-{self._within(kind, depth)})"
        if form < 0.75:
            name = rng.choice(("SQRT", "ABS", "SIN", "COS", "EXP", "LN", "LOG", "ATAN", "TAN", "ASIN", "ACOS"))
            return f"{name}({self.expr(kind, depth - 1)})"
        if form < 0.8:
            return f"({self.expr(kind, depth - 1)} ** {kind.name}#{rng.choice(('2.0', '0.5', '3.0', '-1.0'))})"
        return self._converted(kind, (*INTEGERS, *BITS, *REALS, types.TIME), depth)

    def _time(self, kind: Elementary, depth: int) -> str:
        rng = self.rng
        if kind == types.LTIME:
            form = rng.random()
            if form < 0.5:
                return f"({self.expr(kind, depth - 1)} {rng.choice('+-')} {self.expr(kind, depth - 1)})"
            return f"TIME_TO_LTIME({self.expr(types.TIME, depth - 1)})" if form < 0.8 else self.literal(kind)
        form = rng.random()
        if form < 0.45:
            return f"({self.expr(kind, depth - 1)} {rng.choice('+-')} {self.expr(kind, depth - 1)})"
        if form < 0.6:
            other = rng.choice((types.INT, types.DINT, types.REAL, types.USINT))
            return f"({self.expr(kind, depth - 1)} * {self.expr(other, depth - 2)})"
        if form < 0.7:
            return f"({self.expr(kind, depth - 1)} / {rng.choice(('INT#3', 'REAL#1.5', 'DINT#1000'))})"
        if form < 0.8:
            return f"({self.expr(types.DT, depth - 2)} - {self.expr(types.DT, depth - 2)})"
        return self._converted(kind, (types.DINT, types.INT, types.REAL, types.UDINT), depth)

    def _point(self, kind: Elementary, depth: int) -> str:
        if kind.kind in ("tod", "dt") and self.rng.random() < 0.5:
            return f"({self.expr(kind, depth - 1)} {self.rng.choice('+-')} {self.expr(types.TIME, depth - 2)})"
        if kind.kind == "date" and self.rng.random() < 0.2:
            return f"CONCAT_DATE({', '.join(self.expr(types.INT, depth - 2) for _ in range(3))})"
        if kind.kind in ("date", "tod") and self.rng.random() < 0.3:
            return f"DT_TO_{kind.name}({self.expr(types.DT, depth - 1)})"
        places = self.scope.of(kind)
        return self.rng.choice(places).text if places else self.literal(kind)

    def _text(self, depth: int, kind: Text) -> str:
        rng = self.rng
        whole = WIDE if kind.wide else STRING
        one, other = self.expr(whole, depth - 1), self.expr(whole, depth - 2)
        length, place = self.expr(types.INT, 0), str(rng.randint(0, 6))
        short = rng.choice((length, str(rng.randint(0, 5))))
        forms = (
            f"CONCAT({one}, {other})",
            f"LEFT({one}, {short})",
            f"RIGHT({one}, {short})",
            f"MID({one}, {short}, {place})",
            f"INSERT({one}, {other}, {place})",
            f"DELETE({one}, {short}, {place})",
            f"REPLACE({one}, {other}, {short}, {place})",
        )
        if kind.wide:
            return f"STRING_TO_WSTRING({self.expr(STRING, depth - 1)})" if rng.random() < 0.3 else rng.choice(forms)
        if rng.random() < 0.3:
            shown = rng.choice((*INTEGERS, types.REAL, types.LREAL, types.BOOL, types.TIME, types.WORD, *POINTS))
            return f"{shown.name}_TO_STRING({self.expr(shown, depth - 1)})"
        return rng.choice(forms)


def value_of(rng: random.Random, kind: DataType) -> int | float | bool | str:
    """A value of a scalar type, often one at a limit."""
    if isinstance(kind, Enum):
        return rng.choice(kind.members)[1]
    if isinstance(kind, Subrange):
        return rng.randint(kind.low, kind.high)
    if isinstance(kind, Text):
        return rng.choice(_TEXTS).replace("$'", "'")[: kind.length]
    assert isinstance(kind, Elementary), kind
    if kind.kind == "bool":
        return rng.random() < 0.5
    if kind.kind in ("int", "bits"):
        form = rng.random()
        if form < 0.6:
            return rng.randint(-10 if kind.signed else 0, 10)
        if form < 0.8:
            return rng.choice((kind.low, kind.high, kind.high - 1, kind.high // 2 + 1))
        return rng.randint(kind.low, kind.high)
    if kind.kind == "real":
        value = rng.choice((0.0, 1.0, 0.5, 100.0, rng.uniform(-10, 10), rng.uniform(-1e6, 1e6), 1e30, 3.5))
        return to_single(value) if kind.bits == 32 else value
    if kind.kind == "time":
        milliseconds = rng.choice((0, 1, 100, 250, 1000, 5000, rng.randint(-2000, 100_000), 86_400_000))
        return milliseconds * 10**6
    day = rng.choice((0, 1, 19782, 365, 11016)) * 86400 * 10**9
    within = rng.choice((0, 1, 43200, 86399)) * 10**9
    return {"date": day, "tod": within}.get(kind.kind, day + within)


def scalar(rng: random.Random) -> DataType:
    """A scalar type, the usual ones more often."""
    return rng.choices(SCALARS, _WEIGHTS)[0]
