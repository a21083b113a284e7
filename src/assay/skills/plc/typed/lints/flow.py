"""Lints about statements: dead code, comparisons of reals and times, depth, loops, blocks that are called twice."""

from __future__ import annotations

from collections.abc import Iterator

from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.typed import kinds, walk
from assay.skills.plc.typed.lints.events import events, of_place
from assay.skills.plc.typed.lints.rules import Lints

MOST_DEPTH = 5
MOST_PATHS = 60
#: Blocks that only work when they are called in every scan.
_CYCLIC = frozenset({"TON", "TOF", "TP", "TONR", "LTON", "LTOF", "LTP", "R_TRIG", "F_TRIG"})


def flow(lints: Lints, unit: ir.Unit) -> None:
    """Look at the statements of one unit."""
    _Flow(lints, unit).all()


class _Flow:
    def __init__(self, lints: Lints, unit: ir.Unit) -> None:
        self.lints, self.unit = lints, unit
        self.paths = 1

    def all(self) -> None:
        """Every rule."""
        self.block(self.unit.body, 0, ())
        self.expressions()
        self.calls()
        if self.paths > MOST_PATHS:
            self.lints.add("lint_complex", self.unit.span, name=self.unit.name, paths=self.paths, most=MOST_PATHS)

    def block(self, body: tuple[ir.Statement, ...], depth: int, loops: tuple[ir.Place, ...]) -> None:
        """A sequence of statements at a depth, within loops over some variables."""
        ended = False
        for one in body:
            if ended:
                self.lints.add("lint_dead", one.span)
                break
            self.statement(one, depth, loops)
            ended = isinstance(one, ir.Leave) or _never_passes(one)

    def statement(self, one: ir.Statement, depth: int, loops: tuple[ir.Place, ...]) -> None:
        """One statement."""
        match one:
            case ir.Store():
                self.store(one, loops)
            case ir.Choice():
                self.choice(one, depth, loops)
            case ir.Switch():
                self.paths += len(one.arms)
                if not one.orelse:
                    self.case_else(one)
                for _, body, _ in one.arms:
                    self.block(body, depth + 1, loops)
                self.block(one.orelse, depth + 1, loops)
            case ir.ForLoop():
                self.paths += 1
                self.block(one.body, depth + 1, (*loops, one.place))
            case ir.Loop():
                self.paths += 1
                if isinstance(one.condition, ir.Const) and one.condition.value is False and one.test_first:
                    self.lints.add("lint_always", one.condition.span, value="FALSE")
                self.block(one.body, depth + 1, loops)
            case ir.Leave() if one.kind in ("exit", "continue"):
                self.lints.add("lint_leave", one.span, name=one.kind.upper())
        if depth == MOST_DEPTH and isinstance(one, (ir.Choice, ir.Switch, ir.ForLoop, ir.Loop)):
            self.lints.add("lint_deep", Span(one.span.source, one.span.start, one.span.start), most=MOST_DEPTH)

    def store(self, one: ir.Store, loops: tuple[ir.Place, ...]) -> None:
        """An assignment: to a loop's variable, or of something to itself."""
        if any(_same(one.place, each) for each in loops):
            self.lints.add("lint_loop_variable", one.span, name=_name(one.place))
        if isinstance(one.value, ir.Load) and _same(one.value.place, one.place):
            self.lints.add("lint_self", one.span, name=_name(one.place))

    def choice(self, one: ir.Choice, depth: int, loops: tuple[ir.Place, ...]) -> None:
        """IF: constant conditions, conditions that stand twice."""
        self.paths += len(one.branches)
        seen: dict[tuple[object, ...], list[ir.Expr]] = {}
        for gate, body, span in one.branches:
            if isinstance(gate, ir.Const):
                self.lints.add("lint_always", span, value=str(gate.value).upper())
            alike = seen.setdefault(_parts(gate), [])
            if any(_equal(gate, each) for each in alike) and not isinstance(gate, ir.Const):
                self.lints.add("lint_same", span)
            alike.append(gate)
            self.block(body, depth + 1, loops)
        self.block(one.orelse, depth + 1, loops)

    def case_else(self, one: ir.Switch) -> None:
        """CASE without ELSE, unless all members of the enumeration have their label."""
        kind = one.selector.type
        if isinstance(kind, t.Enum):
            covered = [pair for ranges, _, _ in one.arms for pair in ranges]
            if all(any(low <= value <= high for low, high in covered) for _, value in kind.members):
                return
        self.lints.add("lint_case_else", Span(one.span.source, one.span.start, one.span.start + 4))

    def expressions(self) -> None:
        """Comparisons of reals and times for equality; the same on both sides."""
        for one in walk.nodes(self.unit.body):
            if isinstance(one, ir.Convert):
                self.widened(one)
            if not isinstance(one, ir.Binary):
                continue
            if one.op in ("eq", "ne") and kinds.is_kind(one.left.type, "real"):
                self.lints.add("lint_real_equal", one.span)
            elif one.op in ("eq", "ne") and kinds.is_kind(one.left.type, "time") and not _zero(one):
                self.lints.add("lint_time_equal", one.span)
            if one.op not in ("add", "mul") and _equal(one.left, one.right) and _pure(one.left):
                if not isinstance(one.left, ir.Const):
                    self.lints.add("lint_same", one.span)

    def widened(self, one: ir.Convert) -> None:
        """A product that is computed in a narrow type and only then becomes a wide one."""
        inner, kind = one.operand, one.type
        if isinstance(inner, ir.Binary) and inner.op == "mul" and kinds.is_kind(inner.type, "int"):
            narrow, wide = t.base_of(inner.type), t.base_of(kind)
            if isinstance(narrow, t.Elementary) and isinstance(wide, t.Elementary) and wide.bits > narrow.bits:
                self.lints.add("lint_widen", inner.span, given=narrow.name, wanted=wide.name)

    def calls(self) -> None:
        """Instances that are called in several places, or only under a condition."""
        found: dict[str, list[tuple[Span, tuple[object, ...], str]]] = {}
        for call, path in _calls(self.unit.body, ()):
            kind = call.instance.type if call.instance is not None else None
            if isinstance(kind, t.Block) and kind.name.upper() == call.unit.upper():
                names = [one for one in of_place(call.instance, "call")]  # type: ignore[arg-type]
                if names and names[-1].whole:
                    found.setdefault(names[-1].name, []).append((call.span, path, call.unit.upper()))
        for key, several in found.items():
            var = self.unit.variable(key)
            name = key if var is None else var.name
            first = several[0]
            again = next((one for one in several[1:] if not _apart(first[1], one[1])), None)
            if again is not None:
                self.lints.add("lint_called_twice", again[0], related=(first[0],), name=name)
            elif len(several) == 1 and first[1] and first[2] in _CYCLIC:
                self.lints.add("lint_conditional", first[0], name=name, kind=first[2])


def _calls(body: tuple[ir.Statement, ...], path: tuple[object, ...]) -> Iterator[tuple[ir.Invoke, tuple[object, ...]]]:
    """Each call with the branches that lead to it."""
    for one in body:
        match one:
            case ir.CallStatement():
                yield one.call, path
            case ir.Choice():
                for place, (_, inner, _) in enumerate(one.branches):
                    yield from _calls(inner, (*path, (id(one), place)))
                yield from _calls(one.orelse, (*path, (id(one), -1)))
            case ir.Switch():
                for place, (_, inner, _) in enumerate(one.arms):
                    yield from _calls(inner, (*path, (id(one), place)))
                yield from _calls(one.orelse, (*path, (id(one), -1)))
            case ir.ForLoop() | ir.Loop():
                yield from _calls(one.body, (*path, (id(one), 0)))


def _apart(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Whether two paths never run in the same scan: other branches of one choice."""
    for left, right in zip(one, other, strict=False):
        if left != right:
            return isinstance(left, tuple) and isinstance(right, tuple) and left[0] == right[0]
    return False


def _never_passes(one: ir.Statement) -> bool:
    """Whether nothing behind a statement runs: every branch of it leaves."""
    if isinstance(one, ir.Choice) and one.orelse:
        bodies = [*(body for _, body, _ in one.branches), one.orelse]
        return all(body and isinstance(body[-1], ir.Leave) for body in bodies)
    return False


def _zero(one: ir.Binary) -> bool:
    return any(isinstance(side, ir.Const) and side.value == 0 for side in (one.left, one.right))


def _name(place: ir.Place) -> str:
    match place:
        case ir.LocalVar() | ir.SelfVar() | ir.GlobalVar() | ir.FieldOf():
            return place.name
        case ir.ElementOf() | ir.PartOf():
            return _name(place.base)
    return "?"


def _same(one: object, other: object) -> bool:
    """Whether two places or expressions are written alike; where they stand does not count."""
    return _equal(one, other)


def _parts(one: ir.Expr) -> tuple[object, ...]:
    """What expressions that are written alike have in common: their kinds of nodes, constants and names."""
    return tuple((type(each), str(getattr(each, "value", getattr(each, "name", "")))[:40]) for each in walk.nodes(one))


def _equal(one: object, other: object) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, Span):
        return True
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(_equal(a, b) for a, b in zip(one, other, strict=True))
    names = getattr(type(one), "__dataclass_fields__", None)
    if names is None or type(one).__module__ != ir.__name__:
        return one == other
    return all(_equal(getattr(one, name), getattr(other, name)) for name in names if name != "span")


def _pure(expr: ir.Expr) -> bool:
    """Whether two evaluations of an expression must give the same."""
    return not any(isinstance(one, ir.CallExpr) for one in walk.nodes(expr)) and any(events(expr))
