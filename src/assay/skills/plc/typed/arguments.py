"""The arguments of a call bound to the variables of what is called."""

from __future__ import annotations

from dataclasses import dataclass, field

from assay.skills.plc.front import tree
from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes as ir
from assay.skills.plc.ir import types as t
from assay.skills.plc.ir.types import DataType
from assay.skills.plc.typed import kinds, resolve, siemens
from assay.skills.plc.typed.body import Body, Typed
from assay.skills.plc.typed.convert import coerce, condition, derives
from assay.skills.plc.typed.meaning import Accessed, Named, Spot, followed, meaning
from assay.skills.plc.typed.symbols import VENDOR_NAMES, Var
from assay.skills.plc.typed.world import nearest


@dataclass(slots=True)
class Bindings:
    """What an invocation takes and gives. ``enable`` and ``enabled``: EN and ENO of what has none of its own.
    ``after``: statements that hand on what had to be converted."""

    inputs: tuple[tuple[str, ir.Expr], ...] = ()
    in_outs: tuple[tuple[str, ir.Place], ...] = ()
    outputs: tuple[tuple[str, ir.Place], ...] = ()
    enable: ir.Expr | None = None
    enabled: ir.Place | None = None
    after: list[ir.Statement] = field(default_factory=list)


def bind(
    body: Body,
    variables: list[Var],
    expr: tree.Call,
    name: str,
    *,
    function: bool,
    instance: ir.Place | None = None,
    open_: bool = False,
) -> Bindings | None:
    """Arguments bound to variables; None after a finding. ``function``: also for methods, which take all inputs.
    ``open_``: a base is unknown, so there may be other variables."""
    return _Binder(body, variables, expr, name, function, instance, open_).bind()


@dataclass(slots=True)
class _Binder:
    body: Body
    variables: list[Var]
    expr: tree.Call
    name: str
    function: bool
    instance: ir.Place | None
    open_: bool
    given: dict[str, tree.Argument] = field(default_factory=dict)
    bad: bool = False

    def bind(self) -> Bindings | None:
        """The whole call."""
        self.pair()
        inputs: list[tuple[str, ir.Expr]] = []
        in_outs: list[tuple[str, ir.Place]] = []
        outputs: list[tuple[str, ir.Place]] = []
        found = Bindings()
        for var in self.variables:
            argument = self.given.get(var.key)
            if var.section == "input":
                self.input(var, argument, inputs)
            elif var.section == "in_out":
                self.in_out(var, argument, in_outs)
            elif var.section == "output" and argument is not None:
                self.output(var, argument, outputs, found)
        self.enabling(found)
        found.inputs, found.in_outs, found.outputs = tuple(inputs), tuple(in_outs), tuple(outputs)
        if found.enable is None and found.enabled is None:
            self.body.after.extend(found.after)
        if self.bad:
            self.body.failed = True
        return None if self.bad else found

    def pair(self) -> None:
        """Each argument to its variable, by name or by position."""
        order = [one for one in self.variables if one.section in ("input", "in_out")]
        order += [one for one in self.variables if one.section == "output"]
        by_name = {one.key: one for one in self.variables}
        position = 0
        formal = any(one.name is not None for one in self.expr.arguments)
        unnamed = [one for one in self.expr.arguments if one.name is None]
        if unnamed and formal:
            self.body.report("mixed_arguments", unnamed[0].span, name=self.name)
        elif unnamed and not self.function:
            self.body.report("block_positional", unnamed[0].span, name=self.name)
        for one in self.expr.arguments:
            if one.name is None:
                if order and position == len(order) - 1 and order[position].variadic:
                    self.any_number(one)
                    continue
                if position >= len(order):
                    self.too_many(len(order), len(unnamed))
                    break
                self.given[order[position].key] = one
                position += 1
                continue
            var = by_name.get(one.name.key)
            if var is None and self.variables and self.variables[0].env.library:
                var = by_name.get(VENDOR_NAMES.get(one.name.key, ""))
            if var is None or var.section not in ("input", "output", "in_out"):
                if one.name.key not in ("EN", "ENO"):
                    self.unknown(one, tuple(each.name for each in self.variables))
                continue
            if var.key in self.given:
                self.error("argument_twice", one.span, name=one.name.text)
                continue
            self.given[var.key] = one
        if self.function and not formal:
            self.enough(order, len(unnamed))

    def any_number(self, argument: tree.Argument) -> None:
        """One of the arguments of which there may be any number: typed by itself, and the call is not run."""
        from assay.skills.plc.typed.exprs import typed

        if argument.value is not None:
            typed(self.body, argument.value)
        self.body.unsupported("vendor", argument.span)
        self.bad = True

    def error(self, key: str, span: Span, **values: object) -> None:
        """A finding that spoils the call."""
        self.bad = True
        self.body.report(key, span, **values)  # type: ignore[arg-type]

    def too_many(self, most: int, given: int) -> None:
        """More arguments than variables."""
        self.error("too_many", self.expr.span, name=self.name, most=most, given=given)

    def enough(self, order: list[Var], given: int) -> None:
        """Positional arguments have to stand for each input that has no initial value."""
        needed = [one for one in order if one.section in ("input", "in_out")]
        missing = [one for one in needed[given:] if one.initial is None and not one.variadic]
        if missing:
            self.error("too_few", self.expr.span, name=self.name, least=len(needed), given=given)

    def unknown(self, argument: tree.Argument, names: tuple[str, ...]) -> None:
        """A name that is none of the variables."""
        assert argument.name is not None
        if self.open_:
            self.bad = True
            return
        close = nearest(argument.name.key, names)
        self.error("unknown_argument", argument.name.span, name=argument.name.text, unit=self.name, close=close)

    def input(self, var: Var, argument: tree.Argument | None, inputs: list[tuple[str, ir.Expr]]) -> None:
        """A value handed in; functions get the initial value of what is left out."""
        kind = resolve.type_of(self.body.world, var)
        if argument is None:
            if self.function and kind is not None and not self.bad:
                inputs.append((var.name, self.default(var, kind)))
            return
        if argument.mode == "=>":
            self.error("wrong_arrow", argument.span, name=var.name, arrow=":=")
            return
        if argument.value is None:
            return
        if kind is None:
            from assay.skills.plc.typed.exprs import typed

            self.bad = True
            typed(self.body, argument.value)
            return
        expr = handed(self.body, argument.value, kind)
        if expr is None:
            self.bad = True
        else:
            inputs.append((var.name, expr))

    def default(self, var: Var, kind: DataType) -> ir.Expr:
        """What a function's input is when nothing is handed in."""
        from assay.skills.plc.typed.initials import default_constant, value_of

        value = value_of(self.body.world, var)
        positional = any(one.name is None for one in self.expr.arguments)
        if var.initial is None and not positional:
            self.body.report("missing_input", self.expr.span, once=(self.expr.span, var.key), name=var.name,
                             unit=self.name)  # fmt: skip
        return default_constant(kind, self.expr.span) if value is None else ir.Const(value, kind, self.expr.span)

    def in_out(self, var: Var, argument: tree.Argument | None, in_outs: list[tuple[str, ir.Place]]) -> None:
        """A place handed in."""
        kind = resolve.type_of(self.body.world, var)
        if argument is None or argument.value is None:
            if self.body.env.dialect == "scl" and not self.function:
                # An instance of SCL keeps the place that it got before.
                self.body.unsupported("in_out", self.expr.span)
            elif not self.bad:
                self.error("missing_in_out", self.expr.span, name=var.name, unit=self.name)
            return
        found = meaning(self.body, argument.value)
        if isinstance(found, Typed) and (var.constant or self.body.env.dialect == "scl"):
            expr = found.expr if kind is None else coerce(self.body, found, kind, argument.value.span)
            if expr is not None:
                in_outs.append((var.name, self.body.keep(expr)))
                return
        if isinstance(found, Accessed):
            from assay.skills.plc.typed.calls import read_property

            found = followed(self.body, read_property(self.body, found, argument.span))
        if not isinstance(found, Spot) or kind is None:
            known = found is not None and not (isinstance(found, Named) and found.symbol.name == "?")
            if known and kind is not None:
                self.body.report("in_out_place", argument.value.span, name=var.name)
            self.bad = True
            return
        if not same_place(self.body, found.place.type, kind):
            if reread(self.body, found.place.type, kind):
                self.body.unsupported("in_out", argument.value.span)
                return
            given, wanted = kinds.spell(found.place.type), kinds.spell(kind)
            self.error("in_out_type", argument.value.span, name=var.name, given=given, wanted=wanted)
            return
        if found.var is not None and found.var.constant and not var.constant:
            self.body.report("to_constant", argument.value.span, name=found.var.name)
        in_outs.append((var.name, found.place))

    def of_step_7(self) -> bool:
        """Whether the source is one of STEP 7, whose functions take all their arguments by ``:=``."""
        style = self.body.world.report.elsewhere.get(self.expr.span.source)
        return self.function and self.body.env.dialect == "scl" and style is not None and style.names

    def output(self, var: Var, argument: tree.Argument, outputs: list[tuple[str, ir.Place]], found: Bindings) -> None:
        """A place that gets what comes out."""
        from assay.skills.plc.typed.statements import store_into, target

        if argument.mode == ":=" and argument.name is not None and not self.of_step_7():
            self.error("wrong_arrow", argument.span, name=var.name, arrow="=>")
            return
        if argument.value is None:
            return
        kind = resolve.type_of(self.body.world, var)
        place = target(self.body, argument.value)
        if place is None or kind is None:
            self.bad = True
            return
        if isinstance(place, Spot) and place.place.type == kind and not argument.negated:
            outputs.append((var.name, place.place))
            return
        if self.instance is not None:
            held: ir.Place = ir.FieldOf(self.instance, var.name, kind, argument.span)
        else:
            held = self.body.temporary(kind, argument.span)
            outputs.append((var.name, held))
        value: ir.Expr = ir.Load(held, kind, argument.span)
        if argument.negated:
            value = ir.Unary("not", value, kind, argument.span)
        statement = store_into(self.body, place, Typed(value), argument.span)
        if statement is None:
            self.bad = True
        else:
            found.after.append(statement)

    def enabling(self, found: Bindings) -> None:
        """EN and ENO of what does not declare them."""
        from assay.skills.plc.typed.exprs import typed
        from assay.skills.plc.typed.statements import target

        declared = {one.key for one in self.variables}
        for one in self.expr.arguments:
            if one.name is None or one.value is None or one.name.key in declared:
                continue
            if one.name.key == "EN":
                found.enable = condition(self.body, typed(self.body, one.value, t.BOOL), one.value.span)
            elif one.name.key == "ENO":
                place = target(self.body, one.value)
                if isinstance(place, Spot) and place.place.type == t.BOOL:
                    found.enabled = place.place


def handed(body: Body, value: tree.Expr, kind: DataType) -> ir.Expr | None:
    """A value for an input; a reference takes the place itself."""
    from assay.skills.plc.typed.exprs import typed

    if isinstance(kind, t.Pointer) and kind.kind == "reference":
        raw = meaning(body, value, raw=True)
        if isinstance(raw, Spot):
            if raw.place.type == kind:
                return ir.Load(raw.place, kind, value.span)
            spot = followed(body, raw)
            assert isinstance(spot, Spot)
            if same_place(body, spot.place.type, kind.target):
                return ir.AddressOf(spot.place, kind, value.span)
            body.report("mismatch", value.span, given=kinds.spell(spot.place.type), wanted=kinds.spell(kind))
            return None
        if isinstance(raw, Typed):
            return coerce(body, raw, kind, value.span)
        body.failed = True
        return None
    found = typed(body, value, kind)
    return None if found is None else coerce(body, found, kind, value.span)


def same_place(body: Body, given: DataType, wanted: DataType) -> bool:
    """Whether a place of one type can stand for one of another."""
    if given == wanted or derives(body, given, wanted):
        return True
    if isinstance(given, t.Text) and isinstance(wanted, t.Text):
        return given.wide == wanted.wide
    if isinstance(given, t.Array) and isinstance(wanted, t.Array) and len(given.bounds) == len(wanted.bounds):
        if not same_place(body, given.element, wanted.element):
            return False
        pairs = zip(given.bounds, wanted.bounds, strict=True)
        return all(other is None or one == other for one, other in pairs)
    bases = tuple(t.base_of(one) for one in (given, wanted))
    if bases[0] == bases[1] and body.vendor and not isinstance(bases[0], (t.Struct, t.Block)):
        return True
    return False


def reread(body: Body, given: DataType, wanted: DataType) -> bool:
    """Whether vendors let a place of one type be read as one of another of the same width."""
    if body.env.dialect == "scl" and siemens.alike(given, wanted):
        return True
    if not (body.vendor and isinstance(given, t.Elementary) and isinstance(wanted, t.Elementary)):
        return False
    return {given.kind, wanted.kind} <= {"int", "bits"} and given.bits == wanted.bits
