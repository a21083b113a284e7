"""What the variables of a unit are for: timers, counters, edges, latches, the number of a state."""

from __future__ import annotations

from dataclasses import dataclass

from assay.skills.plc.explain.facts import Called, Facts, Guard, Write, names
from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import nodes
from assay.skills.plc.ir.types import BOOL, Block, Elementary, Enum
from assay.skills.plc.testing.wording import words

TIMERS = {"TON": "on_delay", "TOF": "off_delay", "TP": "pulse", "TONR": "retentive"}
COUNTERS = {"CTU": "up", "CTD": "down", "CTUD": "up_down"}
EDGES = {"R_TRIG": "rising", "F_TRIG": "falling"}


@dataclass(frozen=True, slots=True)
class Helper:
    """A standard function block in use: its ``family`` (timer, counter, edge, latch), its kind and its calls."""

    instance: str
    family: str
    kind: str
    calls: tuple[Called, ...]

    def given(self, name: str) -> nodes.Expr | None:
        """What is handed to an input in its first call."""
        return next((value for one in self.calls for key, value in one.inputs if key.upper() == name), None)


@dataclass(frozen=True, slots=True)
class Step:
    """From one value of a state variable to another under conditions; ``source`` None: from any."""

    source: str | None
    target: str
    guards: tuple[Guard, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class States:
    """A state variable: its values as they are written or compared, and the steps between them."""

    name: str
    values: tuple[str, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Latch:
    """``name := (set OR name) AND keep``: set by ``sets``, held by itself, let go when one of ``keeps`` is FALSE."""

    name: str
    sets: tuple[nodes.Expr, ...]
    keeps: tuple[nodes.Expr, ...]
    span: Span


def helpers(facts: Facts) -> list[Helper]:
    """The standard function blocks in use, in the order of their first call."""
    grouped: dict[str, list[Called]] = {}
    for one in facts.calls:
        if one.instance and _family(one.unit) is not None:
            grouped.setdefault(one.instance, []).append(one)
    made = []
    for instance, calls in grouped.items():
        family, kind = _family(calls[0].unit) or ("", "")
        made.append(Helper(instance, family, kind, tuple(calls)))
    return made


def _family(unit: str) -> tuple[str, str] | None:
    name = unit.upper().split("_TIME")[0].split("_LTIME")[0]
    if name in TIMERS:
        return "timer", TIMERS[name]
    if name.split("_")[0] in COUNTERS:
        return "counter", COUNTERS[name.split("_")[0]]
    if name in EDGES:
        return "edge", EDGES[name]
    return ("latch", name) if name in ("SR", "RS") else None


def states(facts: Facts) -> list[States]:
    """The state variables: integers or enumerations that get constants and whose value decides a branch."""
    found = []
    deciding = _deciding(facts)
    for variable in facts.unit.variables:
        whole = isinstance(variable.type, Enum) or (
            isinstance(variable.type, Elementary) and variable.type.kind in ("int", "bits")
        )
        if not whole or variable.section == "input" or variable.name.upper() not in deciding:
            continue
        writes = [one for one in facts.of(variable.name) if one.path.upper() == variable.name.upper()]
        constant = [one for one in writes if isinstance(one.value, nodes.Const)]
        if constant:
            steps = tuple(_step(variable.name, one) for one in constant)
            values = dict.fromkeys(
                [words(nodes.Const(variable.initial or 0, variable.type)), *(one.source for one in steps if one.source),
                 *(one.target for one in steps)]
            )  # fmt: skip
            found.append(States(variable.name, tuple(values), steps))
    return found


def _deciding(facts: Facts) -> set[str]:
    """The paths (upper case) that conditions read."""
    guards = [guard for one in facts.writes for guard in one.guards]
    guards += [guard for one in facts.calls for guard in one.guards]
    read = {id(guard.expression): guard.expression for guard in guards}
    return {name.upper() for expression in read.values() for name in names(expression)}


def _step(name: str, write: Write) -> Step:
    source, rest = None, []
    for guard in write.guards:
        value = _compared(name, guard)
        if value is not None and source is None:
            source = value
        else:
            rest.append(guard)
    return Step(source, words(write.value), tuple(rest), write.span)


def _compared(name: str, guard: Guard) -> str | None:
    """The value that a guard says the state has."""
    if not guard.wanted:
        return None
    if guard.values:
        if words(guard.expression).upper() == name.upper():
            return guard.shown_values()
        return None
    one = guard.expression
    if isinstance(one, nodes.Binary) and one.op == "eq" and words(one.left).upper() == name.upper():
        return words(one.right) if isinstance(one.right, nodes.Const) else None
    return None


def latch(write: Write) -> Latch | None:
    """The self-holding in an assignment, or None."""
    keeps: list[nodes.Expr] = []
    for part in conjuncts(write.value):
        options = disjuncts(part)
        held = [one for one in options if words(one).upper() == write.path.upper()]
        if held and len(options) > 1:
            sets = tuple(one for one in options if one not in held)
            others = [one for one in conjuncts(write.value) if one is not part]
            return Latch(write.path, sets, tuple(others), write.span)
        keeps.append(part)
    return None


def conjuncts(expression: nodes.Expr) -> list[nodes.Expr]:
    """The parts of a conjunction of BOOL, left to right."""
    if isinstance(expression, nodes.Binary) and expression.op in ("and", "and_then") and expression.type == BOOL:
        return [*conjuncts(expression.left), *conjuncts(expression.right)]
    return [expression]


def disjuncts(expression: nodes.Expr) -> list[nodes.Expr]:
    """The parts of a disjunction of BOOL, left to right."""
    if isinstance(expression, nodes.Binary) and expression.op in ("or", "or_else") and expression.type == BOOL:
        return [*disjuncts(expression.left), *disjuncts(expression.right)]
    return [expression]


def is_block(facts: Facts, name: str) -> bool:
    """Whether a variable is an instance of a function block."""
    found = facts.unit.variable(name)
    return found is not None and isinstance(found.type, Block)
