"""Whether something can ever happen in a transition system: bounded model checking and k-induction with invariants.

Sheeran, Singh and Stalmarck, "Checking safety properties using induction and a SAT-solver" (FMCAD 2000). Several
targets are decided together: a step of the induction assumes that none of them has happened before, and those that it
cannot exclude are left out until the rest is inductive as a whole.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import z3

from assay.skills.plc.prove.candidates import Invariant, guesses
from assay.skills.plc.prove.fold import Term
from assay.skills.plc.prove.frames import Cone, Frames, Symbols
from assay.skills.plc.prove.houdini import invariants
from assay.skills.plc.prove.samples import Samples, leaps, sample, shorter
from assay.skills.plc.prove.system import System
from assay.skills.plc.prove.terms import known
from assay.skills.plc.prove.verdict import Method, Reason, Status

#: Depths at which the induction is tried.
STEPS = frozenset({1, 2, 3, 5, 8, 12})

#: How deep and how hard all targets are tried together before they are parted.
SHALLOW, SHALLOW_EFFORT = 2, 5_000_000

#: Seconds for the search of a shorter run than a simulated one, where the solver must compute with reals.
SHORTER = 5.0


@dataclass(frozen=True, slots=True)
class Limits:
    """``depth``: scans from the start that are searched. ``effort``: z3's own measure of work for one question, so that
    the answer does not depend on the machine. ``seconds``: wall time on top, for everything together."""

    depth: int = 30
    effort: int = 30_000_000
    seconds: float = 60.0


@dataclass(slots=True)
class Found:
    """REFUTED: it can happen, ``rows`` are the inputs of each scan. PROVED: it cannot."""

    status: Status
    method: Method = ""
    k: int = 0
    invariants: tuple[str, ...] = ()
    rows: list[dict[int, Any]] = field(default_factory=list)
    why: tuple[Reason, ...] = ()
    seconds: float = 0.0


def _too_late() -> Found:
    return Found("UNKNOWN", why=(("why_time", {"k": 0}),))


class Search:
    """Decides targets over one system. What was found out stays: samples, invariants, targets that cannot happen."""

    def __init__(self, system: System, limits: Limits) -> None:
        self.system, self.limits = system, limits
        self.symbols = Symbols()
        self.deadline = time.monotonic() + limits.seconds
        self.lemmas: list[Invariant] = []
        self._samples: Samples | None = None
        self._state_ids = frozenset(one.pre.get_id() for one in system.states)
        self._tried: set[str] = set()

    @property
    def samples(self) -> Samples:
        """Simulated runs, made when they are first needed."""
        if self._samples is None:
            self._samples = sample(self.system, deadline=self.deadline)
        return self._samples

    @property
    def late(self) -> bool:
        """Whether the wall time is used up."""
        return time.monotonic() > self.deadline

    def decide(self, targets: Mapping[str, Term], *, depth: int | None = None, ends: bool = True) -> dict[str, Found]:
        """For each target whether it can happen in some scan after scans without faults. ``ends``: that scan has no
        fault itself (what holds at the end of a scan); without it, a fault may follow."""
        result: dict[str, Found] = {}
        groups: dict[bool, dict[str, Term]] = {False: {}, True: {}}
        for name, term in targets.items():
            if term is False:
                result[name] = Found("PROVED", "static")
            elif self.late:
                result[name] = _too_late()
            else:
                cone = Cone(self.system, [term], self.symbols)
                groups[hard([term, *[one.next for one in cone.states]])][name] = term
        if groups[False]:
            result |= self._group(groups[False], depth, ends)
        if groups[True]:
            result |= self._reals(groups[True], depth, ends)
        return {name: result[name] for name in targets}

    def _reals(self, targets: dict[str, Term], depth: int | None, ends: bool) -> dict[str, Found]:
        """What computes with reals: first with bounds instead of numbers, which can only prove, then exactly."""
        from assay.skills.plc.prove.reals import abstracted

        hopeful = {name: term for name, term in targets.items() if name not in self.samples.failed}
        loose = abstracted(self.system, hopeful)
        inner = Search(loose, Limits(2, SHALLOW_EFFORT, max(0.1, 0.4 * (self.deadline - time.monotonic()))))
        inner._samples = self.samples
        found = inner._group(dict(loose.bads), 2, ends) if hopeful else {}
        again = {name: loose.bads[name] for name, one in found.items() if one.status != "PROVED"}
        if again and not inner.late:
            more = Search(loose, Limits(2, SHALLOW_EFFORT, max(0.1, inner.deadline - time.monotonic())))
            more._samples = replace(self.samples, states=[*self.samples.states, *leaps(self.system, self.samples)])
            found |= more._group(again, 2, ends)
            inner.lemmas += more.lemmas
        result = {name: replace(one, method="intervals") for name, one in found.items() if one.status == "PROVED"}
        self.lemmas += [one for one in inner.lemmas if one.text not in {each.text for each in self.lemmas}]
        tried, self._tried = self._tried, {one.name for one in self.system.states}
        left = [name for name in targets if name not in result]
        for number, name in enumerate(left):
            rows = shorter(self.system, name, self.samples.rows[name]) if name in self.samples.rows else []
            if len(rows) != 1:  # No run can be shorter than one scan.
                most = len(rows) - 1 if rows else depth or self.limits.depth
                share = (self.deadline - time.monotonic()) / (len(left) - number)
                effort = SHALLOW_EFFORT if rows else self.limits.effort
                before, self.deadline = self.deadline, time.monotonic() + (min(share, SHORTER) if rows else share)
                result |= self._attempt({name: targets[name]}, most, effort, ends)
                self.deadline = before
            if rows and (name not in result or result[name].status != "REFUTED"):
                sure = len(rows) == 1 or result[name].k >= len(rows) - 1
                result[name] = Found("REFUTED", "bmc" if sure else "simulation", len(rows), rows=rows)
        self._tried = tried
        return result

    def _group(self, targets: dict[str, Term], depth: int | None, ends: bool) -> dict[str, Found]:
        """First all together and not deep; what is left then by the parts of the state that it depends on."""
        deep = self.limits.depth if depth is None else depth
        found = self._attempt(targets, min(SHALLOW, deep), SHALLOW_EFFORT, ends)
        left = [name for name in targets if found[name].status in ("UNKNOWN", "BOUNDED")]
        clusters: dict[frozenset[int], dict[str, Term]] = {}
        for name in left:
            if found[name].k < deep and not self.late:
                cone = Cone(self.system, [targets[name]], self.symbols)
                clusters.setdefault(cone.ids & self._state_ids, {})[name] = targets[name]
        for some in clusters.values():
            if self.late:
                break
            for name, one in self._attempt(some, deep, self.limits.effort, ends).items():
                if one.status in ("PROVED", "REFUTED") or one.k >= found[name].k:
                    found[name] = one
        return found

    def _attempt(self, targets: dict[str, Term], depth: int, effort: int, ends: bool) -> dict[str, Found]:
        if self.late:
            return {name: _too_late() for name in targets}
        started = time.monotonic()
        cone = Cone(self.system, targets.values(), self.symbols)
        first = _Run(self, cone, targets, depth, effort, ends)
        first.induct(0)
        found = first.found
        left = {name: targets[name] for name in first.open}
        if left:
            cone = cone if len(left) == len(targets) else Cone(self.system, left.values(), self.symbols)
            self._discover(cone)
            found |= _Run(self, cone, left, depth, effort, ends).decide()
        spent = (time.monotonic() - started) / max(len(targets), 1)
        for one in found.values():
            one.seconds = spent
        return found

    def _discover(self, cone: Cone) -> None:
        """Invariants over the part of the state that the targets depend on."""
        states = [one for one in cone.states if one.name not in self._tried]
        if not states or self.late:
            return
        self._tried |= {one.name for one in cone.states}
        found = guesses(self.system, self.samples, cone.states)
        have = {one.text for one in self.lemmas}
        held = invariants(cone, found, self.limits.effort, self.deadline)
        self.lemmas += [one for one in held if one.text not in have]


class _Run:
    """One group of targets on its way."""

    def __init__(
        self, search: Search, cone: Cone, targets: dict[str, Term], depth: int, effort: int, ends: bool
    ) -> None:
        self.ends = ends
        self.search, self.cone, self.targets, self.depth, self.effort = search, cone, targets, depth, effort
        self.found: dict[str, Found] = {}
        self.open = list(targets)
        self.reached = 0
        self.gave_up = False
        self.why: tuple[Reason, ...] = ()
        self.lemmas = [one for one in search.lemmas if search.symbols.of(one.term) <= cone.ids]
        self._excluded: list[str] = []
        self._base = self._frames(start=True)
        self._step = self._frames(start=False)
        self._literals = [z3.Bool(f"lemma!{number}") for number in range(len(self.lemmas))]

    def _frames(self, *, start: bool) -> Frames:
        frames = Frames(self.cone, start=start, effort=self.effort, ends=self.ends)
        left = int(1000 * max(0.1, self.search.deadline - time.monotonic()))
        frames.solver.set("timeout", left)
        return frames

    def decide(self) -> dict[str, Found]:
        self.induct(0)
        for depth in range(1, self.depth + 1):
            if not self.open or not self._search(depth):
                break
            if depth in STEPS and not self.gave_up:
                self.induct(depth)
        for name in self.open:
            status: Status = "BOUNDED" if self.reached else "UNKNOWN"
            why: tuple[Reason, ...] = self.why if self.reached or self.why else (("why_effort", {"k": 0}),)
            self.found[name] = Found(status, "bmc" if self.reached else "", self.reached, why=why)
        return self.found

    # --- from the start

    def _search(self, depth: int) -> bool:
        """Look at scan ``depth``; False when the search must end here."""
        if self.search.late:
            self._stop("why_time")
            return False
        number = self._base.grow()
        while self.open:
            bads = {name: self._base.at(self.targets[name], number) for name in self.open}
            literal = z3.Bool(f"any!{number}!{len(self.open)}")
            self._base.solver.add(z3.Implies(literal, z3.Or(*bads.values())))
            answer = self._base.check(literal)
            if answer == "unsat":
                self.reached = depth
                return True
            if answer != "sat":
                self._stop("why_effort")
                return False
            self._refuted(bads, depth)
        return True

    def _refuted(self, bads: dict[str, Any], depth: int) -> None:
        model = self._base.solver.model()
        rows = self._base.inputs(model)
        for name, bad in bads.items():
            if z3.is_true(model.eval(bad, model_completion=True)):
                self.found[name] = Found("REFUTED", "bmc", depth, rows=rows)
                self.open.remove(name)

    def _stop(self, why: str) -> None:
        self.gave_up = True
        self.why = ((why, {"k": self.reached}),)

    # --- the step

    def induct(self, k: int) -> None:
        """Scans 0 .. k from any state that the lemmas allow: what was not in the first k cannot be in the last."""
        number = k
        while len(self._step.maps) <= number:
            new = self._step.grow()
            for literal, lemma in zip(self._literals, self.lemmas, strict=True):
                self._step.solver.add(z3.Implies(literal, self._step.at(lemma.term, new)))
            for name in self._excluded:
                self._step.solver.add(z3.Not(self._at(name, new)))
        failing = set(self.search.samples.failed) if self.search._samples is not None else set()
        trying = [name for name in self.open if name not in failing]
        while trying and not self.search.late:
            literal = z3.Bool(f"step!{k}!{len(trying)}!{trying[0]}")
            self._step.solver.add(z3.Implies(literal, z3.Or(*[self._at(name, number) for name in trying])))
            for name in trying:
                for before in range(number):
                    self._step.solver.add(z3.Implies(literal, z3.Not(self._at(name, before))))
            answer = self._step.check(literal, *self._literals)
            if answer == "unsat":
                core = {str(one) for one in self._step.solver.unsat_core()}
                used = tuple(
                    lemma.text
                    for literal_of, lemma in zip(self._literals, self.lemmas, strict=True)
                    if str(literal_of) in core
                )
                self._proved(trying, k, used)
                return
            if answer != "sat":
                self.gave_up = True
                return
            model = self._step.solver.model()
            broken = [
                name for name in trying if not z3.is_false(model.eval(self._at(name, number), model_completion=True))
            ]
            trying = [name for name in trying if name not in broken] if broken else []

    def _at(self, name: str, number: int) -> Any:
        return self._step.at(self.targets[name], number)

    def _proved(self, names: list[str], k: int, used: tuple[str, ...]) -> None:
        """Never, as the first k scans have been searched; from now on the others may build on it."""
        for name in names:
            self.found[name] = Found("PROVED", "k-induction", k, used)
            self.open.remove(name)
            self._excluded.append(name)
            for number in range(len(self._step.maps)):
                self._step.solver.add(z3.Not(self._at(name, number)))


_HARD = frozenset(
    {z3.Z3_OP_FPA_ADD, z3.Z3_OP_FPA_SUB, z3.Z3_OP_FPA_MUL, z3.Z3_OP_FPA_DIV, z3.Z3_OP_FPA_SQRT, z3.Z3_OP_FPA_REM}
)


def hard(terms: Iterable[Term]) -> bool:
    """Whether terms compute with IEEE numbers, which cost the solver far more than anything else."""
    seen: set[int] = set()
    todo = [one for one in terms if not known(one)]
    while todo:
        one = todo.pop()
        if one.get_id() in seen:
            continue
        seen.add(one.get_id())
        if one.decl().kind() in _HARD:
            return True
        todo += one.children()
    return False
