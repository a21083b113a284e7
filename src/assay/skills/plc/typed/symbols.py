"""What a project declares, by name: variables, units with their methods, types, lists of globals, namespaces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from assay.skills.plc.front import tree
from assay.skills.plc.front.source import Dialect, Span
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir.types import DataType


@dataclass(frozen=True, slots=True, eq=False)
class Env:
    """Where a declaration stands: its namespace (upper-case parts, and as spelled in ``path``), what it uses, and how
    it is written."""

    namespace: tuple[str, ...]
    usings: tuple[tuple[str, ...], ...]
    dialect: Dialect
    library: bool = False
    path: tuple[str, ...] = ()


#: What CODESYS and TwinCAT call the inputs of the standard blocks.
VENDOR_NAMES = {"RESET": "R", "LOAD": "LD", "SET1": "S1", "RESET1": "R1", "SET": "S"}


class _Pending:
    """Not resolved yet."""


PENDING = _Pending()


@dataclass(slots=True, eq=False)
class Var:
    """A declared variable. ``owner``: the unit or method it belongs to, None for globals. ``full``: of a global its
    full name. ``starts``: what stands behind the BEGIN of a data block. ``type`` is None when it is unknown; it and
    ``value`` are resolved when they are asked for."""

    name: str
    section: ir.Section
    spec: tree.TypeSpec | None
    initial: tree.Expr | None
    span: Span
    env: Env
    owner: Pou | Method | None = None
    full: str = ""
    constant: bool = False
    retain: bool = False
    location: str = ""
    edge: Literal["", "rising", "falling"] = ""
    variadic: bool = False
    notes: tuple[tree.Trivia, ...] = ()
    declared: str = "VAR"
    starts: tuple[tree.Assign, ...] = ()
    type: DataType | _Pending | None = PENDING
    value: ir.Value | _Pending = PENDING

    @property
    def key(self) -> str:
        """What names are compared by."""
        return self.name.upper()


@dataclass(slots=True, eq=False)
class Method:
    """A method, an action, or the getter or setter of a property (``part``). ``name`` is the bare one, with ``.GET`` or
    ``.SET`` for accessors; an action's ``node`` is a :class:`tree.Action`."""

    name: str
    owner: Pou
    node: tree.Method | tree.Action
    part: Literal["method", "action", "get", "set"]
    result: tree.TypeSpec | None
    vars: dict[str, Var] = field(default_factory=dict)
    known: DataType | None = None

    @property
    def full(self) -> str:
        """Its full name in the project."""
        return f"{self.owner.name}.{self.name}"


@dataclass(slots=True, eq=False)
class Pou:
    """A unit. ``name`` is its full name. ``base`` and ``interfaces`` are resolved when all names are known."""

    name: str
    node: tree.Pou
    env: Env
    vars: dict[str, Var] = field(default_factory=dict)
    methods: dict[str, Method] = field(default_factory=dict)
    properties: dict[str, tree.Property] = field(default_factory=dict)
    base: Pou | None = None
    interfaces: list[Pou] = field(default_factory=list)
    unknown_base: bool = False
    extended: bool = False
    failed: bool = False
    result: DataType | None = None

    @property
    def key(self) -> str:
        """What names are compared by."""
        return self.name.upper()

    @property
    def bare(self) -> str:
        """The name without its namespace."""
        return self.node.name.text

    def line(self) -> Iterator[Pou]:
        """Itself, its base, the base's base ..."""
        seen: set[int] = set()
        one: Pou | None = self
        while one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            one = one.base

    def find_var(self, key: str) -> Var | None:
        """A variable, also an inherited one; those of standard blocks also by the names that vendors give them."""
        found = next((one.vars[key] for one in self.line() if key in one.vars), None)
        if found is None and self.env.library and key in VENDOR_NAMES:
            return self.vars.get(VENDOR_NAMES[key])
        return found

    def find_method(self, key: str) -> Method | None:
        """A method, action or accessor (``SPEED.GET``), also an inherited one; interfaces extend several."""
        found = next((one.methods[key] for one in self.line() if key in one.methods), None)
        if found is None:
            found = next(filter(None, (one.find_method(key) for one in self.interfaces)), None)
        return found

    def find_property(self, key: str) -> tree.Property | None:
        """A property, also an inherited one."""
        found = next((one.properties[key] for one in self.line() if key in one.properties), None)
        if found is None:
            found = next(filter(None, (one.find_property(key) for one in self.interfaces)), None)
        return found

    def incomplete(self) -> bool:
        """Whether a base is unknown, so that any name may be its own."""
        return any(one.unknown_base for one in self.line()) or any(one.incomplete() for one in self.interfaces)

    def all_vars(self) -> list[Var]:
        """Its variables, inherited ones first."""
        return [var for one in reversed(list(self.line())) for var in one.vars.values()]


@dataclass(slots=True, eq=False)
class TypeName:
    """A declared data type. ``members``: of an enumeration, by upper-case name, when it has been resolved."""

    name: str
    node: tree.TypeDecl
    env: Env
    type: DataType | _Pending | None = PENDING
    busy: bool = False


@dataclass(slots=True, eq=False)
class GlobalList:
    """A named list of globals (CODESYS, TwinCAT); its variables stand under ``LIST.NAME`` among all names."""

    name: str


@dataclass(slots=True, eq=False)
class Space:
    """A namespace."""

    name: str


Symbol = Var | Pou | TypeName | GlobalList | Space
