"""The one intermediate form that the checker gives and both executors, the prover, the coverage and ``explain`` read.

Everything is resolved: names point to variables, conversions stand as :class:`Convert`, both operands of an operator
have one type, named values and constant expressions are :class:`Const`, default arguments stand in the call, actions
are called as procedures, properties are called through their getters and setters. Standard function blocks (TON, CTU
...) are ordinary units of the project, written in Structured Text in the library (``typed/library/*.st``); they read
the clock by ``Builtin("__NOW")``. So there is one definition of each for all executors.

Meaning (what the executors and the prover must agree on):

* integers and bit strings wrap around in two's complement at their width after each operation and conversion;
* integer ``/`` cuts towards zero, ``MOD`` has the sign of the left operand; ``/`` by zero is the fault ``div_zero``,
  ``MOD`` by zero gives 0 (IEC 61131-3, table of arithmetic functions); REAL follows IEEE 754 (round to even, 32 bit
  after each operation for REAL), ``/`` by 0.0 gives infinity or NaN;
* real to integer rounds half to even, NaN gives 0, what is out of range is cut to the nearest limit of a 64-bit integer
  and then wraps; ``TRUNC`` cuts towards zero; BOOL to number is 0 or 1; number to BOOL is ``<> 0``;
* comparison of NaN is false but for ``<>``;
* an index out of bounds is the fault ``index``, a value outside a subrange ``range``, a pointer to nothing ``null``,
  more loop turns in one scan than the watchdog allows ``watchdog``, a recursion deeper than 64 calls ``recursion``;
  a fault ends the scan where it stands and the machine stays faulted;
* operands are evaluated left to right, ``AND_THEN`` and ``OR_ELSE`` stop early, ``AND`` and ``OR`` do not;
* ``FOR``: start, stop and step are evaluated once; after the last turn the variable holds the first value that is past
  the stop (wrapped to its type only when it is assigned; no turn follows a wrap);
* temporaries and the locals of functions and methods get their initial value at every call; the others keep theirs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from assay.skills.plc.front.source import NOWHERE, Span
from assay.skills.plc.ir.types import DataType

# --- variables and units --------------------------------------------------------------------------------------------

Section = Literal["input", "output", "in_out", "static", "temp", "result", "external", "global"]

#: A constant as :mod:`.types` holds values: scalars, strings, or nested tuples for arrays (row-major) and pairs for
#: structures and function blocks (only fields that differ from their type's own initial value).
Value = bool | int | float | str | None | tuple["Value", ...] | tuple[tuple[str, "Value"], ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a unit or one global. ``name`` is as declared; names are unique without case within a unit.
    ``initial`` None: the type's own initial value (0, FALSE, '' or the declared one of a structure's field).
    ``edge``: an input that is TRUE only in the scan of its edge. ``location``: ``%IX0.0`` or ''."""

    name: str
    type: DataType
    section: Section
    initial: Value = None
    constant: bool = False
    retain: bool = False
    location: str = ""
    edge: Literal["", "rising", "falling"] = ""
    comment: str = ""
    span: Span = NOWHERE


UnitKind = Literal["program", "function_block", "function", "method", "action"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A program, function block, function, method or action. ``name`` is its full name: ``Ns.FB_Motor``, a method
    ``FB_Motor.Start``, an action ``FB_Motor.Reset``, accessors ``FB_Motor.Speed.GET`` and ``.SET``.

    ``variables`` in the order of declaration, inherited ones first (a function's result is the variable of section
    ``result`` with the function's bare name). A method or action has its own variables only; those of its owner are
    reached by :class:`SelfVar`. ``base`` is the unit it extends, ``interfaces`` the names it implements, ``methods``
    maps each method's upper-case name (also inherited ones) to the full name of the unit that runs it.
    ``library``: it comes with Assay (a standard function block). ``statements`` counts its own statements.
    """

    name: str
    kind: UnitKind
    variables: tuple[Variable, ...]
    body: tuple[Statement, ...]
    result: DataType | None = None
    owner: str | None = None
    base: str | None = None
    interfaces: tuple[str, ...] = ()
    methods: dict[str, str] = field(default_factory=dict, compare=False)
    library: bool = False
    span: Span = NOWHERE

    def variable(self, name: str) -> Variable | None:
        """A variable by its name, without case."""
        wanted = name.upper()
        return next((one for one in self.variables if one.name.upper() == wanted), None)


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """A task of a configuration: its programs (instance name, unit's full name) run every ``interval_ns``."""

    name: str
    interval_ns: int | None
    priority: int
    programs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Project:
    """Everything that was checked together. ``units`` by upper-case full name. ``globals`` by their full name
    (``GVL.Speed`` or ``Speed``, ``DB_Motor.x`` stands as the global ``DB_Motor`` of a structure or block).
    ``structs`` give the initial values of structures' fields, by upper-case type name, where they are declared."""

    units: dict[str, Unit]
    globals: dict[str, Variable]
    struct_initials: dict[str, tuple[tuple[str, Value], ...]] = field(default_factory=dict)
    tasks: tuple[TaskSpec, ...] = ()

    def unit(self, name: str) -> Unit | None:
        """A unit by its full name, without case."""
        return self.units.get(name.upper())

    def own(self) -> tuple[Unit, ...]:
        """The units that the user wrote, in the order of their sources."""
        return tuple(one for one in self.units.values() if not one.library)


# --- places ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LocalVar:
    """A variable of the unit that runs (for a function, method or action its own; for a program or function block
    those of its instance). An ``in_out`` one stands for the place that was handed in."""

    name: str
    type: DataType
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class SelfVar:
    """A variable of the instance to which the running method or action belongs."""

    name: str
    type: DataType
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class GlobalVar:
    """A global, by its full name in the project."""

    name: str
    type: DataType
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class FieldOf:
    """A field of a structure or a variable of a function-block instance."""

    base: Place
    name: str
    type: DataType
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class ElementOf:
    """An element of an array; one integer expression a dimension."""

    base: Place
    indices: tuple[Expr, ...]
    type: DataType
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class PartOf:
    """Bits ``[low, low + bits)`` of a bit string or integer, read as BOOL or as a bit string of that width."""

    base: Place
    low: int
    bits: int
    type: DataType
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Followed:
    """What a pointer or reference points to."""

    pointer: Expr
    type: DataType
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class SelfInstance:
    """The whole instance that runs (THIS^)."""

    type: DataType
    span: Span = NOWHERE


Place = LocalVar | SelfVar | GlobalVar | FieldOf | ElementOf | PartOf | Followed | SelfInstance

# --- expressions ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Const:
    value: Value
    type: DataType
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Load:
    """The value of a place (a copy, when it is an array or a structure)."""

    place: Place
    type: DataType
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class AddressOf:
    """A pointer or reference to a place (ADR, REF, REF=)."""

    place: Place
    type: DataType
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Unary:
    """``neg`` of a number or time; ``not`` of BOOL (logical) or of a bit string or integer (bitwise)."""

    op: Literal["neg", "not"]
    operand: Expr
    type: DataType
    span: Span = NOWHERE


BinaryOp = Literal[
    "add", "sub", "mul", "div", "mod", "pow", "and", "or", "xor", "and_then", "or_else", "eq", "ne", "lt", "le", "gt",
    "ge",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Binary:
    """Both operands have one type, that of the result but for comparisons (BOOL). Times: add and sub of two times, of a
    date and a time (both are nanoseconds); mul and div of a time by a number stand as Builtin ``__MULTIME`` and
    ``__DIVTIME``. ``pow`` is of LREAL or REAL."""

    op: BinaryOp
    left: Expr
    right: Expr
    type: DataType
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Convert:
    """A conversion between elementary types (implicit ones too); ``truncate`` cuts towards zero instead of rounding.
    Between enumerations, subranges and their base, the value stays (a subrange is checked). To and from STRING: as
    ``*_TO_STRING`` and ``STRING_TO_*``. TIME to and from numbers counts milliseconds, LTIME nanoseconds, TOD
    milliseconds, DATE and DT seconds; REAL to and from bit strings converts the number (not the bits)."""

    operand: Expr
    type: DataType
    span: Span = NOWHERE
    truncate: bool = False


@dataclass(frozen=True, slots=True)
class Builtin:
    """A standard function whose arguments have been converted: ``name`` upper case without types (``ADD`` of more than
    two is nested Binary, so it never stands here; ``LIMIT``, ``MAX``, ``SEL``, ``MUX``, ``ABS``, ``SQRT``, ``SHL``,
    ``LEN``, ``CONCAT``, ``TRUNC`` ...; see ``ir/builtins.py`` for each with its meaning). ``__NOW`` is the time since
    the start of the run, constant within a scan."""

    name: str
    arguments: tuple[Expr, ...]
    type: DataType
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class CallExpr:
    """A call that gives a value: of a function or a method."""

    call: Invoke
    type: DataType
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class History:
    """Only in properties: the value of an expression at the end of the scan before (``prev``; in the first scan, at the
    start), or whether it became TRUE (``rose``) or FALSE (``fell``) against it."""

    kind: Literal["prev", "rose", "fell"]
    operand: Expr
    type: DataType
    span: Span = NOWHERE


Expr = Const | Load | AddressOf | Unary | Binary | Convert | Builtin | CallExpr | History

# --- statements -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Invoke:
    """A call of a unit. ``instance`` is the place of the function block for a call of its body, its method or action
    (None for functions). ``inputs``: (variable, value) for those that are handed in; a function block keeps the
    others, functions and methods have all of them here. ``in_outs``: (variable, place). ``outputs``: (variable, place
    that gets it afterwards). ``virtual``: the method is looked up by this name in the instance's own unit (interfaces,
    overridden methods, references to a base); then ``unit`` is the one declared.
    """

    unit: str
    instance: Place | Expr | None
    inputs: tuple[tuple[str, Expr], ...]
    in_outs: tuple[tuple[str, Place], ...]
    outputs: tuple[tuple[str, Place], ...]
    span: Span = NOWHERE
    virtual: str | None = None


@dataclass(frozen=True, slots=True)
class Store:
    """An assignment; the value has the place's type (whole arrays and structures are copied)."""

    place: Place
    value: Expr
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class CallStatement:
    call: Invoke
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Choice:
    """``IF``; each branch with the span of its condition. A missing ELSE is an empty ``orelse``."""

    branches: tuple[tuple[Expr, tuple[Statement, ...], Span], ...]
    orelse: tuple[Statement, ...]
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Switch:
    """``CASE`` over an integer: the first arm one of whose inclusive ranges holds the value runs."""

    selector: Expr
    arms: tuple[tuple[tuple[tuple[int, int], ...], tuple[Statement, ...], Span], ...]
    orelse: tuple[Statement, ...]
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class ForLoop:
    place: Place
    start: Expr
    stop: Expr
    step: Expr
    body: tuple[Statement, ...]
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Loop:
    """``WHILE`` (``test_first``) or ``REPEAT``: runs on while the condition is TRUE (that of REPEAT has been turned
    round)."""

    condition: Expr
    body: tuple[Statement, ...]
    test_first: bool
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Leave:
    """EXIT, CONTINUE or RETURN."""

    kind: Literal["exit", "continue", "return"]
    span: Span = NOWHERE


Statement = Store | CallStatement | Choice | Switch | ForLoop | Loop | Leave
