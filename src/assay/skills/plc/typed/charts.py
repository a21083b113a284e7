"""Sequential charts as statements: steps with ``.X`` and ``.T``, transitions, actions with their qualifiers.

Source: IEC 61131-3, sequential function chart elements (action control, rules of evolution). In the first scan the
initial steps are active and nothing evolves; in every other one the transitions are evaluated over the steps that were
active, all that are enabled and TRUE fire together (of those that share a step only the first by priority, then from
the left), and then the actions of the active steps run. There is no final scan of an action whose step has ended.
"""

from __future__ import annotations

from dataclasses import dataclass

from assay.skills.plc.front import tree
from assay.skills.plc.front.source import Span
from assay.skills.plc.typed.symbols import Pou, Var
from assay.skills.plc.typed.world import World

_QUALIFIERS = frozenset({"", "N", "S", "R", "P", "P1", "P0", "L", "D", "SD", "DS", "SL"})
_TIMED = frozenset({"L", "D", "SD", "DS", "SL"})


def _name(text: str, span: Span) -> tree.NameExpr:
    return tree.NameExpr(tree.Name(text, span), span)


def _of(text: str, field: str, span: Span) -> tree.Member:
    return tree.Member(_name(text, span), tree.Name(field, span), span)


def _bool(value: bool, span: Span) -> tree.Literal_:
    return tree.Literal_("bool", value, None, str(value).upper(), span)


def _not(one: tree.Expr) -> tree.Expr:
    return tree.Unary("NOT", one, one.span)


def _all(parts: list[tree.Expr], op: tree.BinaryOp = "AND") -> tree.Expr:
    whole = parts[0]
    for one in parts[1:]:
        whole = tree.Binary(op, whole, one, one.span)
    return whole


def _set(place: tree.Expr, value: tree.Expr, span: Span) -> tree.Assign:
    return tree.Assign((place,), ":=", value, span)


def _if(gate: tree.Expr, body: list[tree.Statement], span: Span) -> tree.If:
    return tree.If((tree.Branch(gate, tuple(body), gate.span),), None, span)


def _now(span: Span) -> tree.Expr:
    return tree.Call(_name("__NOW", span), (), span)


def expand(world: World, pou: Pou) -> tuple[tree.Statement, ...]:
    """The statements of a unit's chart; its steps and actions become hidden variables of the unit."""
    chart = pou.node.chart
    assert chart is not None
    maker = _Maker(world, pou, chart)
    maker.declare()
    return tuple(maker.statements())


@dataclass(slots=True)
class _Maker:
    world: World
    pou: Pou
    chart: tree.Chart

    def declare(self) -> None:
        """A structure for each step and each action, a flag for each transition."""
        seen: set[str] = set()
        for step in self.chart.steps:
            if step.name.key in seen:
                self.world.report.add("declared_twice", step.name.span, name=step.name.text)
            seen.add(step.name.key)
            start = None
            if step.initial:
                fields = ((tree.Name("X", step.span), _bool(True, step.span)),)
                start = tree.StructInit(fields, step.span)
            self.variable(step.name.text, "__SFC_STEP", step.name.span, start)
        if sum(one.initial for one in self.chart.steps) == 0:
            self.world.report.add("chart_initial", self.chart.span)
        for key, one in self.actions().items():
            self.variable(f"__A_{key}", "__SFC_ACTION", one.span, None)
        for place, fired in enumerate(self.chart.transitions):
            self.variable(f"__F{place}", "BOOL", fired.span, None)
            for name in (*fired.sources, *fired.targets):
                if name.key not in seen:
                    self.world.report.add("chart_step", name.span, name=name.text)
        self.variable("__RUN", "BOOL", self.chart.span, None)

    def variable(self, name: str, kind: str, span: Span, start: tree.Expr | None) -> None:
        """A hidden variable of the unit."""
        spec = tree.NamedType((tree.Name(kind, span),), span)
        var = Var(name, "static", spec, start, span, self.pou.env, self.pou, declared="CHART")
        self.pou.vars.setdefault(var.key, var)

    def actions(self) -> dict[str, tree.Name]:
        """Each action by its upper-case name."""
        return {name.key: name for step in self.chart.steps for name, _, _ in step.actions}

    def statements(self) -> list[tree.Statement]:
        """Evolution, then actions."""
        span = self.chart.span
        out: list[tree.Statement] = []
        known = {one.name.key for one in self.chart.steps}
        evolution: list[tree.Statement] = []
        for step in self.chart.steps:
            name, here = step.name.text, step.name.span
            active = _of(name, "X", here)
            out.append(_set(_of(name, "P", here), active, here))
            evolution.append(_set(_of(name, "K", here), _bool(False, here), here))
            elapsed = tree.Binary("-", _now(here), _of(name, "SINCE", here), here)
            out.append(_if(active, [_set(_of(name, "T", here), elapsed, here)], here))
        order = sorted(enumerate(self.chart.transitions), key=lambda one: (one[1].priority or 1 << 30, one[0]))
        good = [one for one in order if all(name.key in known for name in (*one[1].sources, *one[1].targets))]
        for place, fired in good:
            evolution.extend(self.fires(place, fired))
        for place, fired in good:
            ends: list[tree.Statement] = [
                _set(_of(one.text, "X", fired.span), _bool(False, fired.span), fired.span) for one in fired.sources
            ]
            evolution.append(_if(_name(f"__F{place}", fired.span), ends, fired.span))
        for place, fired in good:
            begins = [begin for one in fired.targets for begin in self.begins(one.text, fired.span)]
            evolution.append(_if(_name(f"__F{place}", fired.span), begins, fired.span))
        starts: list[tree.Statement] = [_set(_name("__RUN", span), _bool(True, span), span)]
        for step in self.chart.steps:
            starts.append(_set(_of(step.name.text, "SINCE", span), _now(span), span))
            starts.append(_set(_of(step.name.text, "P", span), _bool(False, span), span))
        running = tree.Branch(_name("__RUN", span), tuple(evolution), span)
        out.append(tree.If((running,), tuple(starts), span))
        for key, name_ in self.actions().items():
            out.extend(self.controls(key, name_))
        return out

    def fires(self, place: int, fired: tree.SfcTransition) -> list[tree.Statement]:
        """Whether a transition fires: its steps are active and not yet left by another one, and its condition holds."""
        span = fired.span
        ready: list[tree.Expr] = []
        for one in fired.sources:
            ready += [_of(one.text, "X", span), _not(_of(one.text, "K", span))]
        taken: list[tree.Statement] = [_set(_of(one.text, "K", span), _bool(True, span), span) for one in fired.sources]
        flag = _name(f"__F{place}", span)
        inner: list[tree.Statement] = [_set(flag, fired.condition, fired.condition.span), _if(flag, taken, span)]
        gate = _all(ready) if ready else _bool(False, span)
        return [_set(flag, _bool(False, span), span), _if(gate, inner, span)]

    def begins(self, step: str, span: Span) -> list[tree.Statement]:
        """A step becomes active."""
        zero = tree.Literal_("time", 0, None, "T#0s", span)
        return [
            _set(_of(step, "X", span), _bool(True, span), span),
            _set(_of(step, "P", span), _bool(False, span), span),
            _set(_of(step, "SINCE", span), _now(span), span),
            _set(_of(step, "T", span), zero, span),
        ]

    def controls(self, key: str, name: tree.Name) -> list[tree.Statement]:
        """Action control: what makes an action active in this scan, and what it then does."""
        span, held = name.span, f"__A_{key}"
        parts: list[tree.Expr] = []
        out: list[tree.Statement] = []
        stored: list[tree.Expr] = []
        resets: list[tree.Expr] = []
        for step in self.chart.steps:
            for one, qualifier, time in step.actions:
                if one.key == key:
                    self.qualify(step.name.text, qualifier.upper(), time, one.span, parts, stored, resets, held)
        if stored or resets:
            begin: list[tree.Statement] = [
                _if(_not(_of(held, "S", span)), [_set(_of(held, "SINCE", span), _now(span), span)], span),
                _set(_of(held, "S", span), _bool(True, span), span),
            ]
            if stored:
                out.append(_if(_all(stored, "OR"), begin, span))
            if resets:
                out.append(_if(_all(resets, "OR"), [_set(_of(held, "S", span), _bool(False, span), span)], span))
        active = _all(parts, "OR") if parts else _bool(False, span)
        out.append(_set(_of(held, "Q", span), active, span))
        return [*out, *self.effect(key, name, _of(held, "Q", span))]

    def qualify(
        self, step: str, qualifier: str, time: tree.Expr | None, span: Span,
        parts: list[tree.Expr], stored: list[tree.Expr], resets: list[tree.Expr], held: str,
    ) -> None:  # fmt: skip
        """One association of an action with a step."""
        active, before = _of(step, "X", span), _of(step, "P", span)
        if qualifier not in _QUALIFIERS or (qualifier in _TIMED and time is None):
            self.world.report.add("chart_qualifier", span, name=qualifier)
            return
        limit: tree.Expr = time if time is not None else _bool(False, span)
        elapsed = _of(step, "T", span)
        since = tree.Binary("-", _now(span), _of(held, "SINCE", span), span)
        kept = _of(held, "S", span)
        match qualifier:
            case "" | "N":
                parts.append(active)
            case "P" | "P1":
                parts.append(_all([active, _not(before)]))
            case "P0":
                parts.append(_all([before, _not(active)]))
            case "L":
                parts.append(_all([active, tree.Binary("<", elapsed, limit, span)]))
            case "D":
                parts.append(_all([active, tree.Binary(">=", elapsed, limit, span)]))
            case "R":
                resets.append(active)
            case "S":
                stored.append(active)
                parts.append(kept)
            case "DS":
                stored.append(_all([active, tree.Binary(">=", elapsed, limit, span)]))
                parts.append(kept)
            case "SD":
                stored.append(active)
                parts.append(_all([kept, tree.Binary(">=", since, limit, span)]))
            case "SL":
                stored.append(active)
                parts.append(_all([kept, tree.Binary("<", since, limit, span)]))

    def effect(self, key: str, name: tree.Name, active: tree.Expr) -> list[tree.Statement]:
        """An action's body runs while it is active; a variable is TRUE while it is."""
        span = name.span
        if self.pou.find_method(key) is not None:
            call = tree.CallStatement(tree.Call(_name(name.text, span), (), span), span)
            return [_if(active, [call], span)]
        if self.pou.find_var(key) is None and self.world.find(self.pou.env, key) is None:
            self.world.report.add("chart_action", span, name=name.text)
            self.pou.failed = True
            return []
        return [_set(_name(name.text, span), active, span)]
