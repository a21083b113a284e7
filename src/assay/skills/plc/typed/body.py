"""The state of typing one body: which unit it belongs to, what has to run before and after the statement at hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from assay.skills.plc.front.diagnostic import Severity
from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.ir.types import DataType
from assay.skills.plc.typed.symbols import Env, Method, Pou
from assay.skills.plc.typed.world import World, owner_pou


@dataclass(frozen=True, slots=True)
class Typed:
    """A typed expression. ``loose``: a constant whose type is only a proposal, since literals alone make it."""

    expr: ir.Expr
    loose: bool = False

    @property
    def type(self) -> DataType:
        """The type of the expression."""
        return self.expr.type


@dataclass(slots=True)
class Body:
    """``constant``: only constants may stand (bounds, labels). ``history``: PREV, ROSE and FELL may stand. ``before``
    and ``after``: statements that run around the one at hand; ``held`` says that nothing can run before (a condition
    that is evaluated again, the right side of AND_THEN). ``failed``: an error was found; ``not_run``: it is typed, but
    no executor can run it."""

    world: World
    env: Env
    owner: Pou | Method | None = None
    constant: bool = False
    history: bool = False
    before: list[ir.Statement] = field(default_factory=list)
    after: list[ir.Statement] = field(default_factory=list)
    extra: list[ir.Variable] = field(default_factory=list)
    held: bool = False
    loops: int = 0
    labels: frozenset[str] = frozenset()
    failed: bool = False
    not_run: bool = False
    depth: int = 0

    @property
    def pou(self) -> Pou | None:
        """The unit, or the owner of the method."""
        return owner_pou(self.owner)

    @property
    def method(self) -> Method | None:
        """The method or action, if it is one."""
        return self.owner if isinstance(self.owner, Method) else None

    @property
    def vendor(self) -> bool:
        """Whether the dialect is a vendor's, which allows more than the standard."""
        return self.env.dialect != "iec"

    def report(
        self,
        finding: str,
        span: Span,
        /,
        *,
        related: tuple[Span, ...] = (),
        severity: Severity | None = None,
        once: object = None,
        **values: object,
    ) -> None:
        """Note a finding about this body."""
        noted = self.world.report.add(finding, span, related=related, severity=severity, once=once, **values)
        if noted == "error" or (noted is None and once is not None):
            self.failed = True

    def unsupported(self, what: str, span: Span) -> None:
        """It can be typed but not run: one warning for each kind and body."""
        self.not_run = True
        name = self.owner.full if isinstance(self.owner, Method) else self.owner.name if self.owner else ""
        self.world.report.add(f"not_run_{what}", span, once=(what, name))

    def temporary(self, kind: DataType, span: Span) -> ir.LocalVar:
        """A fresh variable of the body that no name of the source reaches."""
        name = f"__T{len(self.extra)}"
        self.extra.append(ir.Variable(name, kind, "temp", span=span))
        return ir.LocalVar(name, kind, span)

    def keep(self, expr: ir.Expr) -> ir.Place:
        """A place that holds the value of an expression, set before the statement at hand."""
        place = self.temporary(expr.type, expr.span)
        if self.held or self.constant:
            self.unsupported("value", expr.span)
        self.before.append(ir.Store(place, expr, expr.span))
        return place

    @contextmanager
    def holding(self) -> Iterator[None]:
        """While typing what may be evaluated never, or more than once."""
        was, self.held = self.held, True
        try:
            yield
        finally:
            self.held = was


def const(value: ir.Value, kind: DataType, span: Span) -> ir.Const:
    """A constant."""
    return ir.Const(value, kind, span)


TRUE = ir.Const(True, t.BOOL)
