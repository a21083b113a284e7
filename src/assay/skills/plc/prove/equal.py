"""Whether two versions of a unit can be told apart by their outputs (for mutants that change nothing).

Both versions run side by side on the same inputs; the guess that their variables of the same names stay equal is made
inductive as far as it can be, the rest is k-induction and a bounded search over the pair.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assay.kernel.errors import InputError
from assay.skills.plc.prove.verdict import Reason, Verdict

if TYPE_CHECKING:
    from assay.skills.plc.ir.nodes import Project, Unit
    from assay.skills.plc.prove.search import Found, Search
    from assay.skills.plc.prove.system import StateVar, System

#: z3's measure of work for one question, and seconds for everything.
EFFORT, SECONDS = 10_000_000, 20.0


def equal_outputs(
    first: Project,
    second: Project,
    unit_name: str,
    depth: int = 50,
    *,
    scan_ns: int = 100_000_000,
    seconds: float = SECONDS,
) -> Verdict:
    """Whether ``unit_name`` gives the same outputs (VAR_OUTPUT, VAR_IN_OUT, the result, globals written) and the same
    faults in both projects, scan by scan, for all inputs and the scan time ``scan_ns``.

    PROVED: equal for ever. BOUNDED(k): no difference in the first k scans. REFUTED: ``trace`` holds inputs with which
    they differ (its last row shows the outputs of the first). UNKNOWN: ``why`` tells. Raises InputError when one of
    the projects has no such unit.
    """
    from assay.skills.plc.prove.layout import TooBig
    from assay.skills.plc.prove.proving import deep
    from assay.skills.plc.prove.terms import proof

    units = [project.unit(unit_name) for project in (first, second)]
    if units[0] is None or units[1] is None:
        raise InputError("plc_prove.no_unit", name=unit_name)
    started = time.monotonic()
    try:
        with deep(), proof():
            made = _compare((first, second), (units[0], units[1]), depth, scan_ns, seconds)
    except TooBig as error:
        made = _verdict("UNKNOWN", ((str(error.args[0]), {}),))
    except RecursionError:
        made = _verdict("UNKNOWN", (("too_deep", {}),))
    from dataclasses import replace

    return replace(made, seconds=time.monotonic() - started)


def _verdict(status: Any, why: tuple[Reason, ...] = (), **more: Any) -> Verdict:
    return Verdict("equal", "equal", status, why=why, **more)


def _compare(
    projects: tuple[Project, Project], units: tuple[Unit, Unit], depth: int, scan_ns: int, seconds: float
) -> Verdict:
    from assay.skills.plc.prove.proving import UNROLLED
    from assay.skills.plc.prove.search import Limits, Search
    from assay.skills.plc.prove.system import build

    limits = Limits(depth, EFFORT, seconds)
    pair: list[System] = []
    sure = True
    for project, unit in zip(projects, units, strict=True):
        for bound in UNROLLED:
            system = build(project, unit, scan_ns=scan_ns, loop_bound=bound)
            loops = {f"{n}": one.bad for n, one in enumerate(system.obligations) if one.kind == "unwind"}
            found = Search(system, limits).decide(loops, depth=2, ends=False) if loops else {}
            closed = all(one.status == "PROVED" for one in found.values())
            if closed:
                break
        sure = sure and closed
        pair.append(system)
    if sure and _trivially(pair[0], pair[1]):
        return _verdict("PROVED", method="terms")
    joined, bad, same = _joined(pair[0], pair[1])
    search = _twin(joined, limits, same)
    answer = search.decide({"equal": bad}, ends=False)["equal"]
    if answer.status in ("PROVED", "BOUNDED") and not sure:
        return _verdict("UNKNOWN", (("why_loop", {"turns": UNROLLED[-1]}),))
    if answer.status != "REFUTED":
        return _verdict(answer.status, answer.why, method=answer.method, k=answer.k, invariants=answer.invariants)
    return _told_apart(projects, units, pair[0], answer, scan_ns)


def _twin(system: System, limits: Any, same: list[tuple[StateVar, StateVar]]) -> Search:
    """A search whose guesses are that variables of the same names are equal."""
    from assay.skills.plc.prove.candidates import Invariant
    from assay.skills.plc.prove.houdini import invariants
    from assay.skills.plc.prove.samples import Samples
    from assay.skills.plc.prove.search import Search

    class Twin(Search):
        def _discover(self, cone: Any) -> None:
            if self.lemmas or self._tried:
                return
            self._tried = {"twin"}
            alike = [Invariant(one.name, one.pre == other.pre) for one, other in same]
            alike = [one for one in alike if self.symbols.of(one.term) <= cone.ids]
            self.lemmas = invariants(cone, alike, self.limits.effort)

    search = Twin(system, limits)
    search._samples = Samples()
    return search


def _joined(one: System, other: System) -> tuple[System, Any, list[tuple[StateVar, StateVar]]]:
    """Both systems on the same inputs (their symbols have the same names), when their outputs or faults differ, and
    the state variables of the same names."""
    import z3

    from assay.skills.plc.prove.system import System
    from assay.skills.plc.prove.terms import and_, boolean, known, not_, or_

    renamed = [(state.pre, z3.Const(f"second.{state.name}@", state.pre.sort())) for state in other.states]
    for unknown in other.inputs:
        if unknown.number == -2:
            renamed.append((unknown.term, z3.Const(f"second.{unknown.name}", unknown.term.sort())))

    def moved(term: Any) -> Any:
        return term if known(term) else z3.substitute(term, *renamed)

    states = [_moved_state(state, moved) for state in other.states]
    joined = System(one.model, one.terms, [*one.states, *states], list(one.inputs))
    mine = {entry.term.get_id() for entry in one.inputs}
    for entry in other.inputs:
        entry.term = moved(entry.term)
        entry.name = f"second.{entry.name}" if entry.number == -2 else entry.name
        if entry.term.get_id() not in mine:
            joined.inputs.append(entry)
    joined.constraints = [*one.constraints, *[moved(term) for term in other.constraints]]
    joined.obligations = list(one.obligations)
    fault, other_fault = one.fault, moved(other.fault)
    from assay.skills.plc.front.source import NOWHERE
    from assay.skills.plc.prove.system import Obligation

    joined.obligations = [Obligation("pair", NOWHERE, or_(fault, other_fault))]
    joined.fault = or_(fault, other_fault)
    different = _different(one, other, moved)
    uneven = or_(and_(fault, not_(other_fault)), and_(not_(fault), other_fault))
    bad = or_(uneven, and_(not_(fault), not_(other_fault), different))
    by_name = {state.name: state for state in one.states}
    same = [
        (by_name[state.name], after)
        for state, after in zip(other.states, states, strict=True)
        if state.name in by_name and by_name[state.name].sort == state.sort
    ]
    return joined, bad if known(bad) else boolean(bad), same


def _moved_state(state: StateVar, moved: Any) -> StateVar:
    from dataclasses import replace

    return replace(state, name=f"second.{state.name}", pre=moved(state.pre), next=moved(state.next))


def _different(one: System, other: System, moved: Any) -> Any:
    """When an output that both have is not the same at the end of a scan."""
    from assay.skills.plc.prove.fold import sort_of
    from assay.skills.plc.prove.terms import known, not_, or_

    parts: list[Any] = []
    for slot, its, first, second in _outputs(one, other):
        sort = sort_of(slot.type)
        if sort != sort_of(its.type):
            return True
        second = moved(second)
        if sort[0] != "real":
            parts.append(one.terms.binary("ne", first, second, sort))
        elif known(first) and known(second):
            parts.append(repr(first) != repr(second))
        else:  # Two NaN are the same output.
            parts.append(not_(one.terms.lift(first, sort) == one.terms.lift(second, sort)))
    return or_(*parts)


def _outputs(one: System, other: System) -> list[tuple[Any, Any, Any, Any]]:
    """What both give: the slots of each and their values at the end of a scan."""
    values = {
        slot.name.upper(): (slot, other.outputs[number])
        for number, slot in other.model.slots.items()
        if number in other.outputs
    }
    return [
        (slot, found[0], one.outputs[number], found[1])
        for number, slot in one.model.slots.items()
        if number in one.outputs and (found := values.get(slot.name.upper())) is not None and _visible(one, slot.name)
    ]


def _trivially(one: System, other: System) -> bool:
    """Whether faults and outputs are the same terms in both."""
    from assay.skills.plc.prove.fold import sort_of
    from assay.skills.plc.prove.same import same_terms

    outputs = _outputs(one, other)
    if any(sort_of(slot.type) != sort_of(its.type) for slot, its, _, _ in outputs):
        return False
    return same_terms(one, other, [(one.fault, other.fault), *((mine, second) for _, _, mine, second in outputs)])


def _visible(system: System, name: str) -> bool:
    """Whether a path is an output, in_out, result or a global that the unit writes."""
    from assay.skills.plc.prove.replay import first_name

    unit = system.model.unit
    variable = unit.variable(first_name(name))
    if variable is not None:
        return variable.section in ("output", "in_out", "result")
    written = system.model.calls.globals(unit.name)[1]
    return any(name.upper() == one or name.upper().startswith((one + ".", one + "[")) for one in written)


def _told_apart(
    projects: tuple[Project, Project], units: tuple[Unit, Unit], system: System, found: Found, scan_ns: int
) -> Verdict:
    from assay.skills.plc.prove.replay import Replayer, as_trace, inputs_by_path

    names = {slot.number: slot.name for slot in system.model.slots.values()}
    rows = [(scan_ns, inputs_by_path(names, row)) for row in found.rows]
    runs = [
        Replayer(project, unit, scan_ns, ("python",)).states(rows)
        for project, unit in zip(projects, units, strict=True)
    ]
    if not _differ(system, runs):
        return _verdict("UNKNOWN", (("why_not_repeated", {"k": found.k}),))
    trace = as_trace(units[0], rows, runs[0], None, ("python",))
    return _verdict("REFUTED", method="bmc", k=found.k, trace=trace)


def _differ(system: System, runs: Sequence[list[dict[str, Any]]]) -> bool:
    if len(runs[0]) != len(runs[1]):
        return True
    for one, other in zip(*runs, strict=True):
        for path, value in one.items():
            if path in other and _visible(system, path) and repr(value) != repr(other[path]):
                return True
    return False
