"""All declarations of a project under their full names, and how a name is looked up from where it stands."""

from __future__ import annotations

from difflib import get_close_matches

from assay.skills.plc.front import tree
from assay.skills.plc.front.source import Span
from assay.skills.plc.ir.nodes import Value
from assay.skills.plc.typed.report import Report
from assay.skills.plc.typed.symbols import Env, Method, Pou, Symbol, TypeName, Var


class World:
    """``names`` by upper-case full name; ``bare``: globals of named lists that may be named without the list;
    ``members``: enumerations that have a member of this name; ``inline``: types that are declared within another
    declaration, by the identity of their node; ``direct``: the variables that stand for ``%IX0.0``."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.names: dict[str, Symbol] = {}
        self.bare: dict[str, list[Var]] = {}
        self.members: dict[str, list[TypeName]] = {}
        self.inline: dict[int, TypeName] = {}
        self.direct: dict[str, Var] = {}
        self.units: list[Pou] = []
        #: Global variables whose name is also that of a type: a type stands behind a colon, a variable does not.
        self.values: dict[str, Var] = {}
        self.orphans: list[tuple[tree.Pou, Env]] = []
        self.types: list[TypeName] = []
        self.globals: list[Var] = []
        self.configurations: list[tree.Configuration] = []
        self.struct_initials: dict[str, tuple[tuple[str, Value], ...]] = {}
        self.struct_specs: dict[str, tuple[tree.StructType, Env]] = {}
        self.open_structs: set[str] = set()
        self.used_globals: dict[str, Var] = {}
        self.busy: set[int] = set()
        self.broken: set[str] = set()
        self.folded: set[Span] = set()
        self.library_spaces: frozenset[str] = frozenset({"STANDARD", "TC2_STANDARD", "SYSTEM", "TC3_STANDARD"})

    def enter(self, key: str, symbol: Symbol, span: Span) -> bool:
        """Put a symbol under its upper-case full name; what the library brings may be declared anew by the user."""
        before = self.names.get(key)
        if isinstance(before, TypeName) and isinstance(symbol, Var) and key not in self.values:
            self.values[key] = symbol
            return True
        if isinstance(before, Var) and isinstance(symbol, TypeName):
            self.values[key] = before
            before = None
        if before is not None and not _of_library(before):
            self.report.add("declared_twice", span, related=(_span_of(before),), name=key_name(symbol))
            return False
        self.names[key] = symbol
        return True

    def find(self, env: Env, key: str) -> Symbol | None:
        """What a bare name means in a namespace: the innermost declaration, then what is used, then the bare globals
        of lists (None when several lists have it)."""
        for depth in range(len(env.namespace), 0, -1):
            found = self.names.get(".".join((*env.namespace[:depth], key)))
            if found is not None:
                return found
        found = self.names.get(key)
        if found is not None:
            return found
        for space in env.usings:
            found = self.names.get(".".join((*space, key)))
            if found is not None:
                return found
        several = self.bare.get(key)
        return several[0] if several else None

    def value(self, env: Env, key: str) -> Symbol | None:
        """What a bare name means where a value stands."""
        found = self.find(env, key)
        if not isinstance(found, TypeName):
            return found
        several = self.bare.get(key)
        return self.values.get(found.name.upper()) or (several[0] if several else found)

    def find_path(self, env: Env, parts: tuple[str, ...]) -> Symbol | None:
        """A dotted name of a type or unit."""
        if len(parts) == 1:
            return self.find(env, parts[0])
        whole = ".".join(parts)
        for depth in range(len(env.namespace), -1, -1):
            found = self.names.get(".".join((*env.namespace[:depth], whole)))
            if found is not None:
                return found
        for space in env.usings:
            found = self.names.get(".".join((*space, whole)))
            if found is not None:
                return found
        last = self.names.get(parts[-1])
        if last is not None and (_of_library(last) or parts[0] not in self.names):
            # The namespace of a library that was given without it.
            return last
        return None

    def close(self, key: str, extra: tuple[str, ...] = ()) -> str:
        """The declared name that is nearest to a misspelled one, or ''."""
        own = [symbol.name for one, symbol in self.names.items() if "." not in one and not _of_library(symbol)]
        return nearest(key, (*extra, *own))


def nearest(key: str, names: tuple[str, ...], cutoff: float = 0.8) -> str:
    """The one of some names that is nearest to a misspelled one (upper case), or ''."""
    if len(key) < 3:
        return ""
    spelled = {one.upper(): one for one in names if abs(len(one) - len(key)) <= 3}
    found = get_close_matches(key, spelled, n=1, cutoff=cutoff)
    return spelled[found[0]] if found else ""


def _of_library(symbol: Symbol) -> bool:
    return isinstance(symbol, (Var, Pou, TypeName)) and symbol.env.library


def _span_of(symbol: Symbol) -> Span:
    match symbol:
        case Var():
            return symbol.span
        case Pou() | TypeName():
            return symbol.node.name.span
    return Span("", 0, 0)


def key_name(symbol: Symbol) -> str:
    """A symbol's name as it was spelled."""
    return symbol.full or symbol.name if isinstance(symbol, Var) else symbol.name


def owner_pou(owner: Pou | Method | None) -> Pou | None:
    """The unit that a variable's owner is or belongs to."""
    return owner.owner if isinstance(owner, Method) else owner
