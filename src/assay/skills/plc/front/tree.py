"""The syntax tree of Structured Text: what the parser gives and the checker, the formatter and the lints read.

One tree for all dialects. Every node is immutable and has its ``span``. Names keep their spelling; they are compared
without case. Nothing here is resolved: whether ``a.b`` is a member, a namespace or an enumeration's value is decided
by the checker.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from assay.skills.plc.front.source import Span


@dataclass(frozen=True, slots=True)
class Name:
    """An identifier as it is spelled, without the quotes or the ``#`` of SCL."""

    text: str
    span: Span

    @property
    def key(self) -> str:
        """What names are compared by."""
        return self.text.upper()


@dataclass(frozen=True, slots=True)
class Trivia:
    """A comment or a pragma: its text with its delimiters."""

    kind: Literal["comment", "pragma"]
    text: str
    span: Span


# --- expressions ----------------------------------------------------------------------------------------------------

LiteralKind = Literal["bool", "int", "real", "string", "wstring", "time", "date", "tod", "dt", "null"]


@dataclass(frozen=True, slots=True)
class Literal_:
    """A literal. ``value``: bool; int; float; str; for time a duration in ns (int); for date, tod and dt ns since
    1970-01-01T00:00 or midnight (int). ``type_name``: the prefix (``INT`` of ``INT#5``, ``LTIME`` of ``LT#5s``), upper
    case, or None. ``raw``: as it is spelled."""

    kind: LiteralKind
    value: bool | int | float | str | None
    type_name: str | None
    raw: str
    span: Span


@dataclass(frozen=True, slots=True)
class NameExpr:
    """A bare name. ``sigil`` says how SCL wrote it: ``#`` a local, ``"`` a global or a data block."""

    name: Name
    span: Span
    sigil: Literal["", "#", '"'] = ""


@dataclass(frozen=True, slots=True)
class Member:
    """``base.name``, also of a namespace or an enumeration."""

    base: Expr
    name: Name
    span: Span


@dataclass(frozen=True, slots=True)
class Index:
    """``base[i, j]``."""

    base: Expr
    indices: tuple[Expr, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Deref:
    """``base^``."""

    base: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class PartAccess:
    """``base.3``, ``base.%X3``, ``base.%B1``: a bit, byte, word or double word of a bit string or integer."""

    base: Expr
    size: Literal["X", "B", "W", "D", "L"]
    index: int
    span: Span


@dataclass(frozen=True, slots=True)
class DirectVar:
    """``%IX0.0``, ``%QW4``, ``%MD*``: upper case, with the percent sign."""

    text: str
    span: Span


UnaryOp = Literal["-", "+", "NOT"]
BinaryOp = Literal[
    "OR", "XOR", "AND", "OR_ELSE", "AND_THEN", "=", "<>", "<", ">", "<=", ">=", "+", "-", "*", "/", "MOD", "**"
]


@dataclass(frozen=True, slots=True)
class Unary:
    """``-x``, ``NOT x``."""

    op: UnaryOp
    operand: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Binary:
    """``&`` is read as AND; ``AND_THEN`` and ``OR_ELSE`` stop early."""

    op: BinaryOp
    left: Expr
    right: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Paren:
    """Parentheses as they are written: the formatter keeps them."""

    inner: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument. ``mode`` ``:=`` hands in, ``=>`` takes out (``negated``: ``NOT q => x``); ``name`` is None when it
    is given by position; ``value`` is None for ``q =>`` without a target."""

    name: Name | None
    mode: Literal[":=", "=>"]
    value: Expr | None
    span: Span
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A function, method or function-block instance called: ``target(arguments)``. ``instance`` is SCL's second name
    (``"FB".DB(..)``-like calls keep it in the target)."""

    target: Expr
    arguments: tuple[Argument, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class This:
    """``THIS`` (or ``THIS^``, a Deref of it)."""

    span: Span


@dataclass(frozen=True, slots=True)
class Super:
    """``SUPER`` (or ``SUPER^``)."""

    span: Span


@dataclass(frozen=True, slots=True)
class ArrayInit:
    """``[1, 2(0), 3]``: each item with how often it stands."""

    items: tuple[tuple[Expr | None, Expr], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class StructInit:
    """``(a := 1, b := 2)``, also the initial values of a function-block instance."""

    fields: tuple[tuple[Name, Expr], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Broken:
    """What could not be parsed; a diagnostic stands for it. The checker takes it silently as of unknown type."""

    span: Span


Expr = (
    Literal_ | NameExpr | Member | Index | Deref | PartAccess | DirectVar | Unary | Binary | Paren | Call | This
    | Super | ArrayInit | StructInit | Broken
)  # fmt: skip

# --- statements -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Assign:
    """``a := b``, ``a := b := c`` (several targets, left to right), ``REF=``, ``S=``, ``R=``, ``?=``, ``+=`` ..."""

    targets: tuple[Expr, ...]
    op: Literal[":=", "REF=", "S=", "R=", "?=", "+=", "-=", "*=", "/="]
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class CallStatement:
    """A call as a statement; ``call.target`` may be a bare name (a call of an action: ``DoIt;`` becomes a Call with no
    arguments only when it is written with parentheses, otherwise ``bare`` is true)."""

    call: Call
    span: Span
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """One ``IF``/``ELSIF`` with what it does; ``span`` is that of its condition."""

    condition: Expr
    body: tuple[Statement, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class If:
    branches: tuple[Branch, ...]
    orelse: tuple[Statement, ...] | None
    span: Span


@dataclass(frozen=True, slots=True)
class CaseLabel:
    """A value, or a range with ``high``."""

    low: Expr
    high: Expr | None
    span: Span


@dataclass(frozen=True, slots=True)
class CaseArm:
    labels: tuple[CaseLabel, ...]
    body: tuple[Statement, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Case:
    selector: Expr
    arms: tuple[CaseArm, ...]
    orelse: tuple[Statement, ...] | None
    span: Span


@dataclass(frozen=True, slots=True)
class For:
    variable: Expr
    start: Expr
    stop: Expr
    step: Expr | None
    body: tuple[Statement, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class While:
    condition: Expr
    body: tuple[Statement, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Repeat:
    body: tuple[Statement, ...]
    until: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Jump:
    """``EXIT``, ``CONTINUE``, ``RETURN``, or ``GOTO``/``JMP`` with a label."""

    kind: Literal["EXIT", "CONTINUE", "RETURN", "GOTO"]
    span: Span
    label: Name | None = None
    value: Expr | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """``name:`` as the goal of a jump."""

    name: Name
    span: Span


@dataclass(frozen=True, slots=True)
class Region:
    """SCL's ``REGION name .. END_REGION``."""

    title: str
    body: tuple[Statement, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Try:
    """CODESYS' ``__TRY .. __CATCH(x) .. __FINALLY .. __ENDTRY``."""

    body: tuple[Statement, ...]
    caught: Expr | None
    handler: tuple[Statement, ...]
    last: tuple[Statement, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Empty:
    """A lone semicolon, or a statement that could not be parsed."""

    span: Span


Statement = (
    Assign | CallStatement | If | Case | For | While | Repeat | Jump | Label | Region | Try | Empty
)  # fmt: skip

# --- types and declarations ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NamedType:
    """``INT``, ``MyStruct``, ``Lib.FB_Motor``: the parts of a dotted name. ``generics``: ``FB_Buffer<8>``."""

    parts: tuple[Name, ...]
    span: Span
    arguments: tuple[Argument, ...] = ()
    generics: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class StringType:
    wide: bool
    length: Expr | None
    span: Span


@dataclass(frozen=True, slots=True)
class ArrayType:
    """A bound is None where ``*`` stands (an array of any size in VAR_IN_OUT)."""

    bounds: tuple[tuple[Expr, Expr] | None, ...]
    element: TypeSpec
    span: Span


@dataclass(frozen=True, slots=True)
class SubrangeType:
    base: NamedType
    low: Expr
    high: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class EnumType:
    members: tuple[tuple[Name, Expr | None], ...]
    base: NamedType | None
    span: Span


@dataclass(frozen=True, slots=True)
class StructType:
    fields: tuple[VarDecl, ...]
    span: Span
    union: bool = False
    extends: NamedType | None = None


@dataclass(frozen=True, slots=True)
class PointerType:
    """``POINTER TO t`` or, with ``reference``, ``REFERENCE TO t`` / ``REF_TO t`` (``kind`` tells)."""

    kind: Literal["POINTER TO", "REFERENCE TO", "REF_TO"]
    target: TypeSpec
    span: Span


TypeSpec = NamedType | StringType | ArrayType | SubrangeType | EnumType | StructType | PointerType


@dataclass(frozen=True, slots=True)
class VarDecl:
    """``a, b AT %IX0.0 : INT := 5;``. ``notes`` are the comments and pragmas right before it or at its line's end.
    The text of ``location`` is a bare name for SCL's view of another variable (``x AT other : ..``). ``variadic``: any
    number of arguments stands for it (``args : ...``, ``args : INT...``)."""

    names: tuple[Name, ...]
    type: TypeSpec | None
    initial: Expr | None
    location: DirectVar | None
    span: Span
    notes: tuple[Trivia, ...] = ()
    edge: Literal["", "R_EDGE", "F_EDGE"] = ""
    variadic: bool = False


VarSection = Literal[
    "VAR", "VAR_INPUT", "VAR_OUTPUT", "VAR_IN_OUT", "VAR_TEMP", "VAR_STAT", "VAR_INST", "VAR_GLOBAL", "VAR_EXTERNAL",
    "VAR_CONFIG", "VAR_ACCESS",
]  # fmt: skip
Qualifier = Literal[
    "CONSTANT", "RETAIN", "NON_RETAIN", "PERSISTENT", "PUBLIC", "PRIVATE", "PROTECTED", "INTERNAL", "ABSTRACT", "FINAL",
    "OVERRIDE", "R_EDGE", "F_EDGE",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class VarBlock:
    section: VarSection
    qualifiers: frozenset[Qualifier]
    declarations: tuple[VarDecl, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class SfcStep:
    """A step of a sequential chart: each action with its qualifier (``N``, ``S``, ``R``, ``P``, ``L``, ``D`` ...) and
    duration."""

    name: Name
    initial: bool
    actions: tuple[tuple[Name, str, Expr | None], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class SfcTransition:
    sources: tuple[Name, ...]
    targets: tuple[Name, ...]
    condition: Expr
    span: Span
    priority: int | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """The sequential chart of a program or function block in place of statements."""

    steps: tuple[SfcStep, ...]
    transitions: tuple[SfcTransition, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Action:
    name: Name
    body: tuple[Statement, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Method:
    """A method, or with ``kind`` the getter or setter of a property."""

    name: Name
    qualifiers: frozenset[Qualifier]
    result: TypeSpec | None
    blocks: tuple[VarBlock, ...]
    body: tuple[Statement, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Property:
    name: Name
    qualifiers: frozenset[Qualifier]
    type: TypeSpec
    getter: Method | None
    setter: Method | None
    span: Span


PouKind = Literal["PROGRAM", "FUNCTION_BLOCK", "FUNCTION", "CLASS", "INTERFACE", "ORGANIZATION_BLOCK"]


@dataclass(frozen=True, slots=True)
class Pou:
    """A program organisation unit. ``notes`` are the comments and pragmas right before it; ``chart`` stands in place of
    a body. ``body_span`` is where the statements stand (empty for none)."""

    kind: PouKind
    name: Name
    blocks: tuple[VarBlock, ...]
    body: tuple[Statement, ...]
    span: Span
    body_span: Span
    result: TypeSpec | None = None
    extends: tuple[NamedType, ...] = ()
    implements: tuple[NamedType, ...] = ()
    qualifiers: frozenset[Qualifier] = frozenset()
    methods: tuple[Method, ...] = ()
    properties: tuple[Property, ...] = ()
    actions: tuple[Action, ...] = ()
    chart: Chart | None = None
    notes: tuple[Trivia, ...] = ()
    usings: tuple[tuple[Name, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class TypeDecl:
    name: Name
    spec: TypeSpec
    initial: Expr | None
    span: Span
    notes: tuple[Trivia, ...] = ()


@dataclass(frozen=True, slots=True)
class GlobalVars:
    """``VAR_GLOBAL`` outside a unit. ``name`` is that of the list (CODESYS, TwinCAT), ``qualified_only`` by pragma."""

    name: Name | None
    blocks: tuple[VarBlock, ...]
    span: Span
    qualified_only: bool = False


@dataclass(frozen=True, slots=True)
class DataBlock:
    """SCL's ``DATA_BLOCK``: of a type or function block, or with own variables; ``assigns`` are its start values."""

    name: Name
    type: NamedType | None
    blocks: tuple[VarBlock, ...]
    assigns: tuple[Assign, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Task:
    name: Name
    settings: tuple[tuple[Name, Expr], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class ProgramInstance:
    name: Name
    task: Name | None
    type: NamedType
    arguments: tuple[Argument, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Configuration:
    """``CONFIGURATION`` with its resources flattened: their globals, tasks and program instances together."""

    name: Name
    blocks: tuple[VarBlock, ...]
    tasks: tuple[Task, ...]
    programs: tuple[ProgramInstance, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Namespace:
    name: tuple[Name, ...]
    elements: tuple[Element, ...]
    span: Span
    usings: tuple[tuple[Name, ...], ...] = ()


Element = Pou | TypeDecl | GlobalVars | DataBlock | Configuration | Namespace


@dataclass(frozen=True, slots=True)
class Unit:
    """One parsed source. ``trivia``: every comment and pragma in the order of the text."""

    source: str
    elements: tuple[Element, ...]
    trivia: tuple[Trivia, ...] = field(default=(), repr=False)
    usings: tuple[tuple[Name, ...], ...] = ()
