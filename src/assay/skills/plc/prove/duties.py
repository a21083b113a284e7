"""What every program owes without being asked: no faults, loops that end, outputs that are written, no dead branch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import z3

from assay.skills.plc.front.source import Span
from assay.skills.plc.ir.nodes import Expr, ForLoop, Loop, Project, Unit
from assay.skills.plc.prove.directed import taken
from assay.skills.plc.prove.fold import Term, sort_of
from assay.skills.plc.prove.memory import Layer
from assay.skills.plc.prove.model import Model
from assay.skills.plc.prove.replay import Replayer, as_trace, inputs_by_path
from assay.skills.plc.prove.search import Found, Search
from assay.skills.plc.prove.terms import boolean, or_
from assay.skills.plc.prove.verdict import Reason, Verdict
from assay.skills.plc.prove.walk import Calls, effects, nodes
from assay.skills.plc.prove.watcher import Meant

#: Effort and depth for obligations that are warnings only.
WARN_DEPTH = 6

#: More branches than this are run first: the solver takes them one by one.
MANY = 200

#: Pairs of properties that are compared.
MOST_PAIRS = 300


def obligations(search: Search, replayer: Replayer, unit: Unit, loops: dict[str, Found]) -> tuple[Verdict, ...]:
    """Verdicts on all obligations of a unit, in the order of their places."""
    made = [*_faults(search, replayer, unit), *_loops(search, loops), *_dead(search)]
    made += static(replayer.project, unit)
    made.sort(key=lambda one: (one.span.source, one.span.start, one.kind))
    return tuple(
        Verdict(
            f"O{number}", one.kind, one.status, one.text, one.method, one.k, one.seconds, one.invariants, one.trace,
            one.why, one.notes, one.span, one.severity,
        )
        for number, one in enumerate(made, 1)
    )  # fmt: skip


def without_search(replayer: Replayer, unit: Unit, why: Reason) -> tuple[Verdict, ...]:
    """Verdicts on a unit that is too big for the search: what its first scan shows, with inputs as they start."""
    project, calls = replayer.project, Calls(replayer.project)
    made = static(project, unit)
    rows = [(replayer.scan_ns or 10**8, dict[str, Any]())]
    fault, replayed = replayer.first_fault(rows)
    for one in calls.reachable(unit.name):
        for loop in nodes(one.body) if not one.library else ():
            if isinstance(loop, (ForLoop, Loop)) and not (fault is not None and fault.span == loop.span):
                made.append(Verdict("", "loop", "UNKNOWN", why=(why,), span=loop.span))
    if fault is not None:
        trace = as_trace(unit, rows, [], None, replayed)
        made.append(Verdict("", fault.kind, "REFUTED", method="simulation", k=1, trace=trace, span=fault.span))
    made.sort(key=lambda one: (one.span.source, one.span.start, one.kind))
    return tuple(replace(one, id=f"O{number}") for number, one in enumerate(made, 1))


def static(project: Project, unit: Unit) -> list[Verdict]:
    """Outputs: whether each is written somewhere."""
    written = Calls(project).written(unit.name)
    result = []
    for one in unit.variables:
        if one.section not in ("output", "result") or written is None:
            continue
        is_written = one.name.upper() in written
        status: Literal["PROVED", "REFUTED"] = "PROVED" if is_written else "REFUTED"
        result.append(Verdict("", "unwritten", status, one.name, "static", span=one.span, severity="warning"))
    return result


# --- faults and overflow --------------------------------------------------------------------------------------------


def _faults(search: Search, replayer: Replayer, unit: Unit) -> list[Verdict]:
    system = search.system
    own = {one.span.source for one in replayer.project.own()}
    listed = [one for one in system.obligations if one.kind != "unwind" and one.span.source in own]
    faults = {f"fault{number}": one.bad for number, one in enumerate(listed) if one.kind != "overflow"}
    wraps = {f"fault{number}": one.bad for number, one in enumerate(listed) if one.kind == "overflow"}
    found = search.decide(faults, ends=False)
    found |= search.decide(wraps, depth=WARN_DEPTH, ends=False)
    result = []
    for number, one in enumerate(listed):
        name = f"fault{number}"
        severity: Literal["error", "warning"] = "warning" if one.kind == "overflow" else "error"
        result.append(_verdict(search, replayer, unit, one.kind, one.span, found[name], severity))
    return result


def _verdict(
    search: Search,
    replayer: Replayer,
    unit: Unit,
    kind: str,
    span: Span,
    found: Found,
    severity: Literal["error", "warning"],
) -> Verdict:
    status, why, trace = found.status, found.why, None
    if status == "REFUTED":
        model = search.system.model
        names = {one.number: one.name for one in model.slots.values()}
        rows = [(model.scan_ns or int(row.get(-1, 0)), inputs_by_path(names, row)) for row in found.rows]
        if kind == "overflow":
            replayed: tuple[str, ...] = ("interpreter",) if _wraps(model, found.rows, span) else ()
        else:
            replayed = replayer.faults(kind, span, rows)
        if replayed:
            trace = as_trace(unit, rows, replayer.states(rows), None, replayed)
        else:
            status, why = "UNKNOWN", (("why_not_repeated", {"k": found.k}),)
    return Verdict(
        "", kind, status, "", found.method, found.k, found.seconds, found.invariants, trace, why, span=span,
        severity=severity,
    )  # fmt: skip


def _wraps(model: Model, rows: Sequence[dict[int, Any]], span: Span) -> bool:
    """Whether the run wraps at this place in its last scan (by the prover's interpreter on plain values)."""
    state, clock = model.initial(), 0
    for row in rows:
        elapsed = model.scan_ns or int(row.get(-1, 0))
        outcome = model.scan(state, {number: value for number, value in row.items() if number >= 0}, elapsed, clock)
        clock += elapsed
        state = {number: model.after(number) for number in state}
    return any(one.kind == "overflow" and one.span == span and one.condition is True for one in outcome.checks)


# --- loops and branches ---------------------------------------------------------------------------------------------


def _loops(search: Search, loops: dict[str, Found]) -> list[Verdict]:
    """Every loop of the unit's own code: those without an open check have plainly ended."""
    by_span = {search.system.obligations[int(number)].span: one for number, one in loops.items()}
    project = search.system.model.project
    result = []
    for unit in search.system.model.calls.reachable(search.system.model.unit.name):
        if unit.library or project.unit(unit.name) is None:
            continue
        for one in nodes(unit.body):
            if not isinstance(one, (ForLoop, Loop)):
                continue
            found = by_span.get(one.span, Found("PROVED", "static"))
            status = "PROVED" if found.status == "PROVED" else "UNKNOWN"
            turns = search.system.model.run.loop_bound
            why: tuple[Reason, ...] = () if status == "PROVED" else (("why_turns", {"turns": turns}),)
            result.append(
                Verdict(
                    "", "loop", "PROVED" if not why else "UNKNOWN", "", found.method, found.k, why=why, span=one.span
                )
            )
    return result


def _dead(search: Search) -> list[Verdict]:
    """Branches that no run takes."""
    groups: dict[tuple[Span, str], Term] = {}
    for one in search.system.branches:
        key = (one.span, one.detail)
        groups[key] = or_(groups.get(key, False), one.condition)
    own = {one.span.source for one in search.system.model.project.own()}
    groups = {key: term for key, term in groups.items() if key[0].source in own and key[1] != "turn"}
    open_ways = {key: term for key, term in groups.items() if key not in search.samples.branches}
    ran = taken(search.system, search.samples, open_ways, search.deadline) if len(open_ways) > MANY else set()
    names = {f"way{number}": key for number, key in enumerate(key for key in open_ways if key not in ran)}
    found = search.decide({name: open_ways[key] for name, key in names.items()}, depth=WARN_DEPTH, ends=False)
    by_key = {key: found[name] for name, key in names.items()}
    if len(open_ways) <= MANY:
        left = [key for key, one in by_key.items() if one.status in ("BOUNDED", "UNKNOWN")]
        ran = taken(search.system, search.samples, left, search.deadline) if left else set()
    by_key |= {key: Found("REFUTED", "simulation") for key in ran}
    result = []
    for key in groups:
        one_found = by_key.get(key, Found("REFUTED", "bmc"))
        status = {"REFUTED": "PROVED", "PROVED": "REFUTED"}.get(one_found.status, "UNKNOWN")
        why: tuple[Reason, ...] = (("why_not_reached", {"k": one_found.k}),) if status == "UNKNOWN" else ()
        result.append(
            Verdict(
                "", "dead", status, key[1], one_found.method, one_found.k, one_found.seconds,  # type: ignore[arg-type]
                one_found.invariants, why=why, span=key[0], severity="warning",
            )
        )  # fmt: skip
    return result


# --- properties among each other ------------------------------------------------------------------------------------


def contradictions(meant: Sequence[Meant], project: Project, unit: Unit) -> list[Reason]:
    """Conditions that no values satisfy, and pairs of properties that no program can keep: both always apply, or where
    certain inputs come, and no values satisfy both."""
    listed = [one for one in meant if one.property.kind in ("invariant", "implication", "forbidden")]
    if not listed:
        return []
    model = Model(project, unit, listed)
    run = model.run
    run.layer, run.frame, run.record, run.now = Layer(), model._frame(), False, 0
    for slot in model.slots.values():
        run.put(slot.number, slot.initial if slot.role == "fixed" else run.terms.var(slot.name, sort_of(slot.type)))
    solver = z3.Solver()
    solver.set("rlimit", 300_000)
    result: list[Reason] = []
    said: list[tuple[str, Term, Term, set[str]]] = []
    for watcher in model.watchers:
        watcher.start()
        when, then = watcher._when(), watcher._value(watcher.meant.then) if watcher.meant.then is not None else True
        if watcher.property.kind == "forbidden":
            when, then = True, boolean(when) if then is True else z3.And(boolean(when), boolean(then))
            then = z3.Not(then)
        name = watcher.property.id
        if solver.check(boolean(when)) == z3.unsat:
            result.append(("note_no_value", {"id": name}))
            continue
        free = [] if watcher.meant.when is None or watcher.property.kind == "forbidden" else [watcher.meant.when]
        if watcher.meant.before is None and all(_free(unit, one) for one in free):
            names = {root for one in watcher.meant.expressions() for _, root in effects(one).reads}
            said.append((name, boolean(when), boolean(then), names))
    return result + _pairs(solver, said)


def _free(unit: Unit, expression: Expr) -> bool:
    """Whether an expression speaks of inputs only, so that no program can keep it from being TRUE."""
    inputs = {one.name.upper() for one in unit.variables if one.section == "input"}
    return effects(expression).reads <= {("", name) for name in inputs}


def _pairs(solver: Any, said: list[tuple[str, Term, Term, set[str]]]) -> list[Reason]:
    result: list[Reason] = []
    count = 0
    for index, (first, when, then, names) in enumerate(said):
        for second, other_when, other_then, other_names in said[index + 1 :]:
            if not names & other_names or count >= MOST_PAIRS:
                continue
            count += 1
            if (
                solver.check(when, then, other_when, other_then) == z3.unsat
                and solver.check(when, other_when) == z3.sat
            ):
                result.append(("note_contradict", {"first": first, "second": second}))
    return result
