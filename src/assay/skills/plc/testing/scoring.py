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

from assay.kernel.errors import AssayError
from assay.skills.plc.ir.nodes import Project, Unit
from assay.skills.plc.run.machine import Backend, machine
from assay.skills.plc.testing.judge import BoundCase, run_case
from assay.skills.plc.testing.mutants import Mutant
from assay.skills.plc.testing.observing import Observer, cut
from assay.skills.plc.testing.stimuli import Stimuli

Fate = Literal["killed", "survived", "equivalent", "unknown"]
#: Loop turns and calls in one scan of a mutant; a fault that loops for ever is found sooner than the usual limit.
MUTANT_WATCHDOG = 50_000
RUNS, LONGEST, DEPTH = 40, 300, 50

#: Says which property a machine's project violates, or None.
Judge = Callable[[Project], "str | None"]
#: Says of two projects whether a unit is ``equal``, ``different`` or ``unknown``, and by what.
Equal = Callable[[Project, Project], "tuple[Literal['equal', 'different', 'unknown'], str]"]


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
    equal: Equal | None = None,
    scan_ns: int = 100_000_000,
    backend: Backend = "python",
) -> Score:
    """The fate of every mutant. ``cases`` must pass on the original."""
    order = list(cases)
    watch = Watch(project, unit, scan_ns)
    judged = []
    for mutant in mutants:
        noticed = killed_by(mutant.project, unit.name, order, backend)
        if noticed is not None:
            judged.append(Judged(mutant, "killed", noticed))
            continue
        if violated is not None and (name := violated(mutant.project)) is not None:
            judged.append(Judged(mutant, "killed", name))
            continue
        judged.append(_rest(project, mutant, watch, equal))
    return Score(tuple(judged))


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


def _rest(project: Project, mutant: Mutant, watch: Watch, equal: Equal | None) -> Judged:
    found = watch.difference(mutant.project)
    if found is not None:
        return Judged(mutant, "survived", found)
    if equal is None:
        return Judged(mutant, "unknown", "")
    verdict, how = equal(project, mutant.project)
    fates: dict[str, Fate] = {"equal": "equivalent", "different": "survived", "unknown": "unknown"}
    return Judged(mutant, fates[verdict], how)


class Watch:
    """Random runs of the original, with its outputs after every scan; others are compared with them."""

    def __init__(self, project: Project, unit: Unit, scan_ns: int, runs: int = RUNS, seed: int = 1) -> None:
        self.unit, self._observer = unit, Observer(project, unit)
        stimuli = Stimuli(project, unit, scan_ns)
        drawn = (random.Random(f"watch {seed} {index}") for index in range(runs))
        self._runs = [cut(stimuli.case(rng, 20), LONGEST) for rng in drawn]
        original = machine(project, unit.name, watchdog=MUTANT_WATCHDOG)
        self._seen = [list(self._observer.run(original, moves)) for moves in self._runs]

    def difference(self, project: Project) -> str | None:
        """The output in which a version of the unit differs, with its scan; None when no run tells them apart."""
        tested = machine(project, self.unit.name, watchdog=MUTANT_WATCHDOG)
        for moves, seen in zip(self._runs, self._seen, strict=True):
            found = self._observer.difference(tested, moves, seen)
            if found is not None:
                return f"{found[1]} @ {found[0]}"
        return None


def prover_equal(unit: str, scan_ns: int, depth: int = DEPTH) -> Equal:
    """Equality as the prover finds it."""

    def equal(first: Project, second: Project) -> tuple[Literal["equal", "different", "unknown"], str]:
        from assay.skills.plc.prove.equal import equal_outputs

        try:
            verdict = equal_outputs(first, second, unit, depth, scan_ns=scan_ns)
        except AssayError as error:
            return "unknown", error.key
        if verdict.status == "PROVED":
            return "equal", "PROVED"
        if verdict.status == "BOUNDED" and verdict.k >= depth:
            return "equal", f"BOUNDED({verdict.k})"
        return ("different" if verdict.status == "REFUTED" else "unknown"), verdict.status

    return equal
