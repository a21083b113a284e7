"""The data types of IEC 61131-3 as the checker resolves them and the executors and the prover read them.

Every type is immutable and compared by value; function blocks, structures and enumerations by their full name. How a
value of a type is held in Python (the executors agree on this):

============================  =========================================================================================
type                          value
============================  =========================================================================================
BOOL                          ``bool``
bit strings, integers         ``int`` in the range of the type (bit strings are unsigned)
REAL                          ``float`` that is exactly a 32-bit float
LREAL                         ``float``
TIME, LTIME                   ``int`` nanoseconds, 64 bit signed
DATE, DT, LDATE, LDT          ``int`` nanoseconds since 1970-01-01T00:00:00
TOD, LTOD                     ``int`` nanoseconds since midnight
STRING, WSTRING               ``str``, at most ``length`` characters
array                         ``list`` of the elements in row-major order
structure                     ``dict`` by field name
enumeration                   ``int``
function block                ``dict`` by variable name
pointer, reference, interface a place or None
============================  =========================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

ElementaryKind = Literal["bool", "bits", "int", "real", "time", "date", "tod", "dt"]


@dataclass(frozen=True, slots=True)
class Elementary:
    """BOOL, a bit string, an integer, a real, a duration or a point in time. ``bits`` is the width; ``signed`` says
    how an integer is read (bit strings are unsigned, times signed)."""

    name: str
    kind: ElementaryKind
    bits: int
    signed: bool = False

    @property
    def low(self) -> int:
        """Least value of an integer, bit string, time or date."""
        return -(1 << (self.bits - 1)) if self.signed else 0

    @property
    def high(self) -> int:
        """Greatest value of an integer, bit string, time or date."""
        return (1 << (self.bits - 1)) - 1 if self.signed else (1 << self.bits) - 1


@dataclass(frozen=True, slots=True)
class Text:
    """STRING[length] or WSTRING[length]."""

    wide: bool
    length: int = 80


@dataclass(frozen=True, slots=True)
class Subrange:
    """An integer type that is declared with its limits. Assigning outside is a fault when it is run."""

    base: Elementary
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Enum:
    """``members`` in the order of declaration."""

    name: str
    base: Elementary
    members: tuple[tuple[str, int], ...] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Array:
    """``bounds`` inclusive, one pair a dimension; None for ``*`` (its size comes with the argument)."""

    bounds: tuple[tuple[int, int] | None, ...]
    element: DataType

    @property
    def size(self) -> int:
        """Number of elements in all."""
        total = 1
        for bound in self.bounds:
            if bound is None:
                return 0
            total *= bound[1] - bound[0] + 1
        return total


@dataclass(frozen=True, slots=True)
class Struct:
    """``fields`` in the order of declaration (inherited ones first). ``union``: the fields share one store."""

    name: str
    fields: tuple[tuple[str, DataType], ...] = field(compare=False)
    union: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """An instance of the function block (or class) of this full name; its variables stand in the project's unit."""

    name: str


@dataclass(frozen=True, slots=True)
class Pointer:
    """POINTER TO (``kind`` pointer, explicit ``^``) or REFERENCE TO (followed by itself)."""

    kind: Literal["pointer", "reference"]
    target: DataType


@dataclass(frozen=True, slots=True)
class Interface:
    """A variable that holds an instance of any function block that implements the interface."""

    name: str


DataType = Elementary | Text | Subrange | Enum | Array | Struct | Block | Pointer | Interface

BOOL = Elementary("BOOL", "bool", 1)
BYTE, WORD, DWORD, LWORD = (
    Elementary(name, "bits", bits) for name, bits in (("BYTE", 8), ("WORD", 16), ("DWORD", 32), ("LWORD", 64))
)
SINT, INT, DINT, LINT = (
    Elementary(name, "int", bits, signed=True) for name, bits in (("SINT", 8), ("INT", 16), ("DINT", 32), ("LINT", 64))
)
USINT, UINT, UDINT, ULINT = (
    Elementary(name, "int", bits) for name, bits in (("USINT", 8), ("UINT", 16), ("UDINT", 32), ("ULINT", 64))
)
REAL, LREAL = (Elementary(name, "real", bits, signed=True) for name, bits in (("REAL", 32), ("LREAL", 64)))
TIME, LTIME = (Elementary(name, "time", 64, signed=True) for name in ("TIME", "LTIME"))
DATE, LDATE = (Elementary(name, "date", 64, signed=True) for name in ("DATE", "LDATE"))
TOD, LTOD = (Elementary(name, "tod", 64, signed=True) for name in ("TOD", "LTOD"))
DT, LDT = (Elementary(name, "dt", 64, signed=True) for name in ("DT", "LDT"))

#: By upper-case name, with the long names that the standard allows.
ELEMENTARY: dict[str, Elementary] = {
    one.name: one
    for one in (
        BOOL, BYTE, WORD, DWORD, LWORD, SINT, INT, DINT, LINT, USINT, UINT, UDINT, ULINT, REAL, LREAL, TIME, LTIME,
        DATE, LDATE, TOD, LTOD, DT, LDT,
    )
} | {"TIME_OF_DAY": TOD, "LTIME_OF_DAY": LTOD, "DATE_AND_TIME": DT, "LDATE_AND_TIME": LDT}  # fmt: skip


def base_of(kind: DataType) -> DataType:
    """The type that a subrange or an enumeration is held as; any other type itself."""
    return kind.base if isinstance(kind, (Subrange, Enum)) else kind


def default_of(kind: DataType) -> bool | int | float | str | None:
    """The initial value of a scalar type without a declared one: 0, FALSE, '', an enumeration's first member, of a
    subrange 0 when it holds it, else the limit nearest to 0; None for pointers, references and interfaces."""
    if isinstance(kind, Enum):
        return kind.members[0][1] if kind.members else 0
    if isinstance(kind, Subrange):
        return min(max(0, kind.low), kind.high)
    if isinstance(kind, Text):
        return ""
    if not isinstance(kind, Elementary):
        return None
    return False if kind.kind == "bool" else 0.0 if kind.kind == "real" else 0
