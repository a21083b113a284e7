"""How many mutants the tests and properties of a unit notice, and which of the rest are no faults at all.

A mutant is *killed* when a test case fails or a property is violated on it. One that nobody killed is *equivalent* when
it is proved to give the same outputs, or no difference is found in 50 scans by the bounded check and by random runs;
it *survived* when a run is known in which it differs; else it is *unknown* and counts as one that survived.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from assay.kernel.errors import MissingDependency
from assay.skills.plc.ir.nodes import Project, Unit
from assay.skills.plc.prove.verdict import Verdict
from assay.skills.plc.run.machine import Backend, Machine, compile_many, machine
from assay.skills.plc.testing.judge import BoundCase, run_case
from assay.skills.plc.testing.mutants import Mutant
from assay.skills.plc.testing.observing import Observer, cut
from assay.skills.plc.testing.stimuli import Move, Stimuli

Fate = Literal["killed", "survived", "equivalent", "unknown"]
#: Loop turns and calls in one scan of a mutant; a fault that loops for ever is found sooner than the usual limit.
MUTANT_WATCHDOG = 50_000
RUNS, LONGEST, DEPTH = 40, 300, 50
#: From how many versions on one start of the C compiler pays.
MANY = 8
#: Seconds that the prover may take for one mutant, and for all of a unit together.
PATIENCE, BUDGET = 10.0, 120.0

#: Says which property a machine's project violates, or None.
Judge = Callable[[Project], "str | None"]


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a mutant. ``by``: the case or property that noticed it, or how it is known to be equivalent."""

    mutant: Mutant
    fate: Fate
    by: str


@dataclass(frozen=True, slots=True)
class Score:
    """All mutants. ``share``: killed of those that are not equivalent; None when there is none."""

    judged: tuple[Judged, ...]

    def count(self, fate: Fate) -> int:
        """How many met this fate."""
        return sum(one.fate == fate for one in self.judged)

    @property
    def share(self) -> float | None:
        """Killed / not equivalent."""
        others = len(self.judged) - self.count("equivalent")
        return self.count("killed") / others if others else None


def score(
    project: Project,
    unit: Unit,
    mutants: Sequence[Mutant],
    cases: Sequence[BoundCase],
    *,
    violated: Judge | None = None,
    prover: Prover | None = None,
    scan_ns: int = 100_000_000,
    backend: Backend = "python",
) -> Score:
    """The fate of every mutant. ``cases`` must pass on the original."""
    order = list(cases)
    fates: dict[str, Judged] = {}
    rest = []
    for mutant in mutants:
        noticed = killed_by(mutant.project, unit.name, order, backend)
        if noticed is None and violated is not None:
            noticed = violated(mutant.project)
        if noticed is None:
            rest.append(mutant)
        else:
            fates[mutant.id] = Judged(mutant, "killed", noticed)
    watch = Watch(project, unit, scan_ns) if rest else None
    for mutant, tested in zip(rest, machines([one.project for one in rest], unit.name), strict=True):
        assert watch is not None
        fates[mutant.id] = _rest(mutant, tested, watch, prover)
    return Score(tuple(fates[one.id] for one in mutants))


def killed_by(project: Project, unit: str, order: list[BoundCase], backend: Backend = "python") -> str | None:
    """The first case that fails, which then moves to the front: neighbours are often killed by the same one."""
    if not order:
        return None
    tested = machine(project, unit, backend=backend, watchdog=MUTANT_WATCHDOG)
    for index, one in enumerate(order):
        if not run_case(tested, one).passed:
            order.insert(0, order.pop(index))
            return one.case.name
    return None


def machines(projects: Sequence[Project], unit: str) -> list[Machine]:
    """Machines of many versions of a unit for long runs: in C where there is a compiler and it pays, else in Python."""
    if len(projects) >= MANY:
        try:
            return compile_many([(one, unit) for one in projects], watchdog=MUTANT_WATCHDOG)
        except MissingDependency:
            pass
    return [machine(one, unit, watchdog=MUTANT_WATCHDOG) for one in projects]


def _rest(mutant: Mutant, tested: Machine, watch: Watch, prover: Prover | None) -> Judged:
    found = watch.difference(tested)
    if found is not None:
        return Judged(mutant, "survived", found)
    if prover is None:
        return Judged(mutant, "unknown", "")
    return Judged(mutant, *prover.fate(mutant.project))


class Watch:
    """Random runs of the original, with its outputs after every scan; others are compared with them."""

    def __init__(self, project: Project, unit: Unit, scan_ns: int, runs: int = RUNS, seed: int = 1) -> None:
        self.unit, self._observer = unit, Observer(project, unit)
        stimuli = Stimuli(project, unit, scan_ns)
        drawn = (random.Random(f"watch {seed} {index}") for index in range(runs))
        self._runs = [cut(stimuli.case(rng, 20), LONGEST) for rng in drawn]
        original = machine(project, unit.name, watchdog=MUTANT_WATCHDOG)
        self._seen = [list(self._observer.run(original, moves)) for moves in self._runs]

    def difference(self, tested: Machine) -> str | None:
        """The output in which a version of the unit differs, with its scan; None when no run tells them apart."""
        for moves, seen in zip(self._runs, self._seen, strict=True):
            found = self._observer.difference(tested, moves, seen)
            if found is not None:
                return f"{found[1]} @ {found[0]}"
        return None


class Prover:
    """Versions of a unit compared with the original by the prover; each is asked about once."""

    def __init__(
        self,
        project: Project,
        unit: str,
        scan_ns: int,
        *,
        depth: int = DEPTH,
        seconds: float = PATIENCE,
        budget: float = BUDGET,
    ) -> None:
        self._project, self._unit, self._scan_ns = project, unit, scan_ns
        self._depth, self._seconds, self._left = depth, seconds, budget
        self._known: list[tuple[Project, Verdict]] = []

    def verdict(self, other: Project) -> Verdict:
        """What the prover says about another version."""
        from assay.skills.plc.prove.equal import equal_outputs

        for known, verdict in self._known:
            if known is other:
                return verdict
        if self._left <= 0:
            return Verdict("", "", "UNKNOWN")
        seconds = min(self._seconds, self._left)
        found = equal_outputs(self._project, other, self._unit, self._depth, scan_ns=self._scan_ns, seconds=seconds)
        self._left -= found.seconds
        self._known.append((other, found))
        return found

    def fate(self, other: Project) -> tuple[Fate, str]:
        """What it means for a mutant."""
        found = self.verdict(other)
        if found.status == "PROVED" or (found.status == "BOUNDED" and found.k >= self._depth):
            return "equivalent", found.status if found.status == "PROVED" else f"BOUNDED({found.k})"
        return ("survived" if found.status == "REFUTED" else "unknown"), found.status

    def telling(self, other: Project) -> list[Move] | None:
        """The run that tells another version from the original, when the prover knows one."""
        found = self.verdict(other)
        if found.status != "REFUTED" or found.trace is None:
            return None
        return [Move(row.inputs, 1, row.elapsed_ns or self._scan_ns) for row in found.trace.rows]
