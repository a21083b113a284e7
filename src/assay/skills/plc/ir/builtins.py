"""Every builtin that an :class:`~assay.skills.plc.ir.nodes.Builtin` may name, with its exact meaning.

The checker writes only these names, with arguments that have been converted as the table says; the executors and the
prover implement this table and nothing else. Where the standard leaves a case open, the table closes it, so that all
back ends agree. What is not here is written with other nodes: ADD, SUB, MUL, DIV, MOD, AND, OR, XOR, NOT, EXPT, GT, GE
... are Binary and Unary; MOVE is the value itself; TRUNC and ROUND are Convert (with and without ``truncate``); SIZEOF
and bounds of arrays of fixed size are Const; TON, CTU, SPLIT_DATE ... are units of the library in Structured Text.

Results are wrapped to ``Builtin.type`` like those of operators: integers in two's complement, REAL rounded to 32 bit
(after a computation in 64 bit), STRING cut to the length of the type.

Conversions (:class:`~assay.skills.plc.ir.nodes.Convert`), where ``nodes.py`` leaves a case open:

* between ``time``, ``date``, ``tod`` and ``dt`` the nanoseconds stay, but for ``dt`` to ``date`` (cut down to midnight)
  and ``dt`` to ``tod`` (since midnight, floor modulo a day); TIME to TOD is modulo a day;
* number to TIME multiplies milliseconds by 1,000,000 (LTIME: nanoseconds by 1; DATE, DT: seconds by 10**9; TOD:
  milliseconds by 10**6), a REAL is multiplied first and then rounded half to even; TIME to integer divides towards
  zero, TIME to REAL divides in 64-bit float; LDATE, LDT and LTOD count nanoseconds; the result wraps;
* to STRING: BOOL ``TRUE``/``FALSE``; integers and bit strings decimal (``-12``); REAL as C's ``%.7g``, LREAL ``%.15g``
  (``inf``, ``-inf``, ``nan``); TIME ``T#1d2h3m4s5ms6us7ns`` without the units that are zero (``T#0ms``, ``-`` after
  ``#`` when negative; LTIME ``LTIME#``); DATE ``D#2024-02-29``, TOD ``TOD#23:59:58`` with ``.123`` when the
  milliseconds are not zero, DT ``DT#2024-02-29-23:59:58`` (long types the same with ``LD#``, ``LTOD#``, ``LDT#``); an
  enumeration as its number; between STRING and WSTRING the characters stay, cut to the length;
* from STRING: blanks at the start are skipped, the longest beginning that is a number counts, no number gives 0.
  Integers and bit strings: ``[+-]digits``, or ``2#``, ``8#``, ``16#`` with digits of that base, underscores between
  digits are skipped, the value wraps. REAL: ``[+-]digits[.digits][E[+-]digits]``. BOOL: ``TRUE`` (any case) or a number
  that is not 0. TIME: ``[+-]`` parts ``number unit`` (d h m s ms us ns, number may have a fraction) after an optional
  ``T#``, ``TIME#``, ``LT#``, ``LTIME#``; DATE, TOD and DT: the form above with or without its prefix; else 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: What an argument may be. ``same``: the type of the result. ``number``: integer or real. ``bits``: bit string or
#: integer. ``ordered``: number, bit string, BOOL, time, date, text or enumeration. ``long``: converted to LINT.
#: ``text``: STRING or WSTRING. ``array``: a Load of an array, which is not copied. ``pointer``: pointer, reference or
#: interface.
Kind = Literal["bool", "number", "real", "bits", "long", "ordered", "any", "same", "text", "time", "date", "tod", "dt",
               "array", "pointer"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class BuiltinSpec:
    """``arguments``: a kind each; with ``more`` the last one may stand any number of times. ``result`` is ``same`` when
    it is the type of the arguments of kind ``same``, else the name of an elementary type, ``TEXT`` (of the first
    argument's width, with a length that is large enough), or ``ANY`` when ``Builtin.type`` alone tells.
    ``meaning``: exact, with the edge cases. Arguments are all evaluated, left to right."""

    name: str
    arguments: tuple[Kind, ...]
    result: str
    meaning: str
    more: bool = False


def _table(*rows: BuiltinSpec) -> dict[str, BuiltinSpec]:
    return {one.name: one for one in rows}


_ONE: tuple[Kind, ...] = ("same",)

#: Numbers. Elementary functions are those of the C library in 64 bit; REAL arguments are exact there, the result is
#: rounded to 32 bit once. Where Python's ``math`` raises, the value of IEEE 754 stands.
NUMERIC = _table(
    BuiltinSpec("ABS", _ONE, "same", "Absolute value of a number or time; the least signed integer gives itself."),
    BuiltinSpec("SQRT", _ONE, "same", "Square root of REAL or LREAL; negative gives NaN."),
    BuiltinSpec("SQR", _ONE, "same", "x * x of a number, wrapped like a product."),
    BuiltinSpec("LN", _ONE, "same", "Natural logarithm; 0 gives -infinity, negative NaN."),
    BuiltinSpec("LOG", _ONE, "same", "Logarithm to base 10; 0 gives -infinity, negative NaN."),
    BuiltinSpec("EXP", _ONE, "same", "e ** x; too large gives infinity."),
    BuiltinSpec("SIN", _ONE, "same", "Sine of radians; infinity gives NaN."),
    BuiltinSpec("COS", _ONE, "same", "Cosine of radians; infinity gives NaN."),
    BuiltinSpec("TAN", _ONE, "same", "Tangent of radians; infinity gives NaN."),
    BuiltinSpec("ASIN", _ONE, "same", "Arc sine; outside [-1, 1] gives NaN."),
    BuiltinSpec("ACOS", _ONE, "same", "Arc cosine; outside [-1, 1] gives NaN."),
    BuiltinSpec("ATAN", _ONE, "same", "Arc tangent."),
    BuiltinSpec("ATAN2", ("same", "same"), "same", "C's atan2(first = y, second = x)."),
    BuiltinSpec("CEIL", _ONE, "same", "Least whole number that is not below; REAL or LREAL, NaN and infinity stay."),
    BuiltinSpec("FLOOR", _ONE, "same", "Greatest whole number that is not above; NaN and infinity stay."),
    BuiltinSpec("FRAC", _ONE, "same", "x minus x cut towards zero; infinity gives 0.0, NaN stays."),
    BuiltinSpec("__FINITE", ("real",), "BOOL", "Neither NaN nor infinity."),
)  # fmt: skip

#: Choices. ``same`` may be any type that can be assigned for SEL and MUX (arrays and structures too).
CHOICES = _table(
    BuiltinSpec(
        "MIN", ("same", "same"), "same", more=True, meaning=
        "r = first; for each further x: if x < r then r = x (NaN is skipped unless it is first). Any ordered "
        "type, STRING by code points.",
    ),
    BuiltinSpec("MAX", ("same", "same"), "same", "r = first; for each further x: if x > r then r = x.", more=True),
    BuiltinSpec(
        "LIMIT", ("same", "same", "same"), "same", meaning=
        "LIMIT(MN, IN, MX): r = IN; if r < MN then r = MN; if r > MX then r = MX (so MX wins when MN > MX).",
    ),
    BuiltinSpec("SEL", ("bool", "same", "same"), "same", "SEL(G, IN0, IN1): IN1 if G else IN0; both are evaluated."),
    BuiltinSpec(
        "MUX", ("long", "same"), "same", more=True, meaning=
        "MUX(K, IN0, IN1 ..): the K-th from 0; all are evaluated; K outside is the fault `index`.",
    ),
)  # fmt: skip

#: Shifts: the first is a bit string or integer, the second the number of places; a negative number counts as 0.
SHIFTS = _table(
    BuiltinSpec("SHL", ("same", "long"), "same", "Left, zeros come in; places >= width give 0."),
    BuiltinSpec(
        "SHR", ("same", "long"), "same", meaning=
        "Right; zeros come in for bit strings and unsigned integers, the sign for signed ones; places >= width "
        "give 0 (or -1 for a negative one).",
    ),
    BuiltinSpec("ROL", ("same", "long"), "same", "Rotates left by places modulo the width, on the bit pattern."),
    BuiltinSpec("ROR", ("same", "long"), "same", "Rotates right by places modulo the width, on the bit pattern."),
    BuiltinSpec("SWAP", _ONE, "same", "The bytes in the opposite order; one byte stays."),
)  # fmt: skip

#: Strings: positions count from 1. ``n`` below 0 counts as 0; what reaches past the end is cut.
STRINGS = _table(
    BuiltinSpec("LEN", ("text",), "INT", "Number of characters."),
    BuiltinSpec("LEFT", ("text", "long"), "TEXT", "The first n characters."),
    BuiltinSpec("RIGHT", ("text", "long"), "TEXT", "The last n characters."),
    BuiltinSpec(
        "MID", ("text", "long", "long"), "TEXT", meaning=
        "MID(IN, L, P): L characters from position P on; P < 1 or past the end gives ''.",
    ),
    BuiltinSpec("CONCAT", ("text", "text"), "TEXT", "All of them one after the other.", more=True),
    BuiltinSpec(
        "INSERT", ("text", "text", "long"), "TEXT", meaning=
        "INSERT(IN1, IN2, P): IN2 after the P-th character of IN1 (P <= 0: before the first, past the end: after "
        "the last).",
    ),
    BuiltinSpec(
        "DELETE", ("text", "long", "long"), "TEXT", meaning=
        "DELETE(IN, L, P): without L characters from position P on; P < 1 or past the end changes nothing.",
    ),
    BuiltinSpec(
        "REPLACE", ("text", "text", "long", "long"), "TEXT", meaning=
        "REPLACE(IN1, IN2, L, P): L characters from position P on are replaced by IN2; P < 1 gives IN1, P past "
        "the end gives IN1 followed by IN2.",
    ),
    BuiltinSpec(
        "FIND", ("text", "text"), "INT", meaning=
        "Position of the first IN2 in IN1, 0 when there is none or IN2 is ''.",
    ),
    BuiltinSpec("UPPER", ("text",), "TEXT", "a to z as capital letters; other characters stay."),
    BuiltinSpec("LOWER", ("text",), "TEXT", "A to Z as small letters; other characters stay."),
    BuiltinSpec("__CODE", ("text",), "UDINT", "Code point of the first character, 0 for ''."),
    BuiltinSpec(
        "__CHAR", ("long",), "TEXT", meaning=
        "The one character of this code point (STRING: modulo 256, WSTRING: modulo 65536); 0 gives ''. Width by "
        "Builtin.type.",
    ),
)  # fmt: skip

#: Times: ``time`` is TIME or LTIME. Days and the calendar are proleptic Gregorian without leap seconds.
TIMES = _table(
    BuiltinSpec("__NOW", (), "TIME", "Time since the start of the run, the same within a scan."),
    BuiltinSpec(
        "__MULTIME", ("same", "number"), "same", meaning=
        "time * number; the number is LINT (product wrapped to 64 bit) or LREAL (float(time) * number, rounded "
        "half to even; NaN gives 0, out of range is cut).",
    ),
    BuiltinSpec(
        "__DIVTIME", ("same", "number"), "same", meaning=
        "time / number; LINT: towards zero, 0 is the fault `div_zero`; LREAL: float(time) / number by IEEE 754, "
        "rounded half to even; NaN gives 0, out of range is cut.",
    ),
    BuiltinSpec(
        "CONCAT_DATE", ("long", "long", "long"), "DATE", meaning=
        "Year, month, day; a month outside 1..12 carries into the year (floor), a day outside the month carries "
        "on; wrapped.",
    ),
    BuiltinSpec(
        "CONCAT_TOD", ("long", "long", "long", "long"), "TOD", meaning=
        "Hour, minute, second, millisecond: their sum in nanoseconds, wrapped to 64 bit.",
    ),
    BuiltinSpec("__YEAR", ("date",), "INT", "Year of a DATE, LDATE (nanoseconds floored to days)."),
    BuiltinSpec("__MONTH", ("date",), "INT", "Month, 1 to 12."),
    BuiltinSpec("__DAY", ("date",), "INT", "Day of the month, 1 to 31."),
    BuiltinSpec("DAY_OF_WEEK", ("date",), "INT", "0 Sunday to 6 Saturday."),
)  # fmt: skip

#: Codes, arrays and pointers.
OTHERS = _table(
    BuiltinSpec(
        "__FROM_BCD", ("bits",), "ULINT", meaning=
        "Sum of each hexadecimal digit times its power of ten (digits above 9 count as their value).",
    ),
    BuiltinSpec(
        "__TO_BCD", ("long",), "ANY", meaning=
        "The decimal digits of the magnitude as hexadecimal digits; those that do not fit the bit string "
        "Builtin.type are lost at the high end.",
    ),
    BuiltinSpec("__IS_BCD", ("bits",), "BOOL", "Every hexadecimal digit is at most 9."),
    BuiltinSpec(
        "__REINTERPRET", ("any",), "ANY", meaning=
        "The bit pattern of REAL or LREAL as a bit string or integer of that width, or the reverse (a NaN stays a "
        "NaN).",
    ),
    BuiltinSpec(
        "LOWER_BOUND", ("array", "long"), "DINT", meaning=
        "Lower bound of dimension n (from 1) of the array that was handed in; n outside is the fault `index`. "
        "Only for bounds `*`.",
    ),
    BuiltinSpec("UPPER_BOUND", ("array", "long"), "DINT", "Upper bound, as LOWER_BOUND."),
    BuiltinSpec("__VALID", ("pointer",), "BOOL", "It points to something."),
)  # fmt: skip

#: By upper-case name.
BUILTINS: dict[str, BuiltinSpec] = NUMERIC | CHOICES | SHIFTS | STRINGS | TIMES | OTHERS
