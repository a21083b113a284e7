"""Simulated runs of a system with inputs that are likely to matter: the source of guesses for invariants."""

from __future__ import annotations

import math
import random
import time
from dataclasses import dataclass, field
from typing import Any

from assay.skills.plc.front.source import Span
from assay.skills.plc.ir.nodes import Const
from assay.skills.plc.ir.types import Elementary, Enum, Subrange
from assay.skills.plc.prove import fold
from assay.skills.plc.prove.fold import Term
from assay.skills.plc.prove.layout import TooBig
from assay.skills.plc.prove.memory import Stamp
from assay.skills.plc.prove.places import Unbound
from assay.skills.plc.prove.system import VARYING, InputVar, System
from assay.skills.plc.prove.terms import known
from assay.skills.plc.prove.walk import nodes

#: Work of all runs together, in statements (a measure that does not depend on the machine).
EFFORT = 40_000

#: Scans of one run, and most runs.
LENGTH, RUNS = 40, 12


@dataclass(slots=True)
class Samples:
    """``states`` that were reached (by slot), ``branches`` that were taken; for properties that ``failed`` the number
    of scans after which they did and in ``rows`` the inputs of those scans (-1: time since the last one). ``whole``,
    ``real``, ``times``: numbers of the program; ``near``: whole ones and those next to reals."""

    states: list[dict[int, Term]] = field(default_factory=list)
    branches: set[tuple[Span, str]] = field(default_factory=set)
    failed: dict[str, int] = field(default_factory=dict)
    rows: dict[str, list[dict[int, Term]]] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)
    faulted: set[tuple[str, Span]] = field(default_factory=set)
    whole: list[int] = field(default_factory=list)
    near: list[int] = field(default_factory=list)
    real: list[float] = field(default_factory=list)
    times: list[int] = field(default_factory=list)


def sample(system: System, effort: int = EFFORT, deadline: float = math.inf) -> Samples:
    """Run the system. A run ends early where a value is not plain or a fault happens; all end at the ``deadline`` (of
    the monotonic clock)."""
    found = Samples()
    _constants(system, found)
    draw = random.Random(20261127)
    model = system.model
    spent = 0
    found.states.append(_start(system))
    for number in range(RUNS):
        state, clock = model.initial(), 0
        inputs: dict[int, Term] = {}
        rows: list[dict[int, Term]] = []
        restless = (0.15, 0.5, 0.9)[number % 3]
        for _ in range(LENGTH):
            inputs = {
                one.number: inputs[one.number]
                if one.number in inputs and draw.random() > restless
                else value_for(one, found, draw)
                for one in system.inputs
                if one.number >= 0
            }
            elapsed = model.scan_ns or draw.choice([VARYING[0], 10**8, VARYING[1], *found.times[:4]])
            elapsed = model.scan_ns or max(VARYING[0], min(VARYING[1], elapsed))
            rows.append({**inputs, -1: elapsed})
            try:
                outcome = model.scan(state, inputs, elapsed, clock)
            except (TooBig, Unbound, RecursionError, TypeError, AttributeError):
                return found
            spent += model.run.steps
            clock += elapsed
            if not _noted(found, outcome, rows):
                break
            state = {one: model.after(one) for one in state}
            if not all(known(value) and not isinstance(value, Stamp) for value in state.values()):
                break
            found.states.append({**state, -1: clock})
            if spent > effort or time.monotonic() > deadline:
                return found
    return found


def leaps(system: System, found: Samples, effort: int = EFFORT) -> list[dict[int, Term]]:
    """States of runs whose scans now and then take as long as one of the program's times: what waits behind a timer
    is seen early. With a fixed scan time some of them cannot be reached, so they only take guesses away."""
    model, draw, spent = system.model, random.Random(20261128), 0
    if not found.real:  # nothing was run before: the numbers of the program are not known yet
        _constants(system, found)
    states: list[dict[int, Term]] = []
    tick = model.scan_ns or 10**8
    long = [-(-one // tick) * tick for one in found.times if one > 0] or [tick]
    for number in range(RUNS):
        state, clock = model.initial(), 0
        inputs: dict[int, Term] = {}
        for _ in range(LENGTH):
            for one in system.inputs:
                if one.number >= 0 and (one.number not in inputs or draw.random() < (0.1, 0.3, 0.6)[number % 3]):
                    inputs[one.number] = value_for(one, found, draw)
            elapsed = draw.choice(long) if draw.random() < 0.3 else tick
            try:
                outcome = model.scan(state, inputs, elapsed, clock)
            except (TooBig, Unbound, RecursionError, TypeError, AttributeError):
                return states
            spent, clock = spent + model.run.steps, clock + elapsed
            state = {one: model.after(one) for one in state}
            plain = all(known(value) and not isinstance(value, Stamp) for value in state.values())
            if outcome.fault is not False or not plain or spent > effort:
                break
            states.append({**state, -1: clock})
    return states


def shorter(system: System, name: str, rows: list[dict[int, Term]]) -> list[dict[int, Term]]:
    """A run that violates a property, cut down: the shortest end of it that still does, then scan by scan."""
    for count in range(1, len(rows)):
        if _violates(system, name, rows[-count:]):
            rows = rows[-count:]
            break
    place = 0
    while place < len(rows) - 1:
        less = rows[:place] + rows[place + 1 :]
        if _violates(system, name, less):
            rows = less
        else:
            place += 1
    return rows


def _violates(system: System, name: str, rows: list[dict[int, Term]]) -> bool:
    """Whether the property is violated at the last scan of a run without faults."""
    model, clock = system.model, 0
    state, bad = model.initial(), False
    for row in rows:
        inputs = {number: value for number, value in row.items() if number >= 0}
        outcome = model.scan(state, inputs, row[-1], clock)
        if outcome.fault is not False:
            return False
        clock += row[-1]
        bad = outcome.seen[name].bad is True
        state = {one: model.after(one) for one in state}
    return bad


def _start(system: System) -> dict[int, Term]:
    return {one.number: one.initial for one in system.states}


def _noted(found: Samples, outcome: Any, rows: list[dict[int, Term]]) -> bool:
    """Take over what a scan showed; False where the run ends."""
    for check in outcome.checks:
        if check.condition is True:
            found.faulted.add((check.kind, check.span))
    if outcome.fault is not False:
        return False
    for branch in outcome.branches:
        if branch.condition is True:
            found.branches.add((branch.span, branch.detail))
    for name, seen in outcome.seen.items():
        if seen.met is True:
            found.met.add(name)
        if seen.bad is True and len(rows) < found.failed.get(name, len(rows) + 1):
            found.failed[name], found.rows[name] = len(rows), list(rows)
    return True


def _constants(system: System, found: Samples) -> None:
    model = system.model
    whole: set[int] = {0, 1}
    real: set[float] = {0.0, 1.0}
    times: set[int] = set()
    bodies: list[Any] = [unit.body for unit in model.calls.reachable(model.unit.name)]
    bodies += [one for watcher in model.watchers for one in watcher.meant.expressions()]
    for body in bodies:
        for one in nodes(body):
            if isinstance(one, Const) and isinstance(one.value, (int, float)) and not isinstance(one.value, bool):
                if isinstance(one.type, Elementary) and one.type.kind == "time":
                    times.add(int(one.value))
                elif isinstance(one.value, float):
                    real.add(one.value)
                else:
                    whole.add(one.value)
    for slot in model.slots.values():
        if slot.role == "fixed" and isinstance(slot.initial, int) and not isinstance(slot.initial, bool):
            (times if isinstance(slot.type, Elementary) and slot.type.kind == "time" else whole).add(slot.initial)
        elif slot.role == "fixed" and isinstance(slot.initial, float):
            real.add(slot.initial)
    found.near = sorted(whole | {int(one) for one in real if abs(one) < 2**31})[:400]
    found.whole, found.real, found.times = sorted(whole)[:400], sorted(real)[:400], sorted(times)[:100]


def value_for(one: InputVar, found: Samples, draw: random.Random) -> Term:
    """A value for an input, near a number that the program compares with."""
    if one.sort[0] == "bool":
        return draw.random() < 0.5
    if one.sort[0] == "text":
        return draw.choice(["", "a"])
    if one.sort[0] == "ref":
        return None
    if one.sort[0] == "real":
        value = draw.choice(found.real) * draw.choice((1.0, 1.0, 1.01, 0.5, 2.0, -1.0))
        return fold.rounded(value, one.sort[1])
    if isinstance(one.type, Enum) and one.type.members:
        return draw.choice(one.type.members)[1]
    if isinstance(one.type, Subrange):
        return draw.randint(one.type.low, one.type.high)
    pool = found.times or [10**9] if isinstance(one.type, Elementary) and one.type.kind == "time" else found.near
    return fold.wrap(draw.choice(pool) + draw.choice((0, 0, 0, 1, -1, 7)), one.sort[1], one.sort[2])
