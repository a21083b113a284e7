"""How well the properties and tests pin a program down: small faults are made in it, and what nobody notices is named.

A program that fulfils weak properties may still be wrong. So one is released only when nearly every change of it that
can be told apart from outside breaks a property or a test (mutation adequacy; DeMillo, Lipton and Sayward 1978).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assay.skills.plc.making.gates import Wanted, run_tests

if TYPE_CHECKING:
    from assay.skills.plc.ir.nodes import Project
    from assay.skills.plc.testing.mutants import Mutant

#: Share of the mutants that can be told apart and must be noticed before a program is released.
ENOUGH = 0.95
_MOST, _DEPTH = 60, 20


@dataclass(frozen=True, slots=True)
class Adequacy:
    """Mutants ``killed`` by a property or test, ``equal`` ones that nobody can tell apart (proved, or no difference to
    the depth that was looked at), and those that ``survived``: changes that the specification leaves open. ``judged``
    of ``made`` were looked at before the time was over."""

    killed: int
    equal: int
    survived: tuple[Mutant, ...]
    judged: int
    made: int

    @property
    def score(self) -> float:
        """Killed of those that can be told apart; 0 when nothing was judged."""
        known = self.killed + len(self.survived)
        return self.killed / known if known else 0.0

    @property
    def enough(self) -> bool:
        """Whether the specification pins the program down."""
        return self.judged == self.made and self.killed > 0 and self.score >= ENOUGH


def adequacy(project: Project, wanted: Wanted, *, seconds: float = 60.0, seed: int = 0) -> Adequacy:
    """Judges at most 60 mutants drawn by ``seed`` for at most so many seconds."""
    from assay.skills.plc.testing.mutants import mutate
    from assay.skills.plc.testing.scoring import Watch, machines

    name = wanted.interface.name
    unit = project.unit(name)
    assert unit is not None
    mutants = mutate(project, name, limit=_MOST, seed=seed)
    watch = Watch(project, unit, wanted.scan_ns)
    until = time.monotonic() + seconds
    killed = equal = judged = 0
    survived: list[Mutant] = []
    for one, tested in zip(mutants, machines([one.project for one in mutants], name), strict=True):
        if time.monotonic() > until:
            break
        judged += 1
        differs = watch.difference(tested) is not None
        if noticed(one.project, wanted):
            killed += 1
        elif differs or told_apart(project, one.project, name, wanted.scan_ns):
            survived.append(one)
        else:
            equal += 1
    return Adequacy(killed, equal, tuple(survived), judged, len(mutants))


def noticed(project: Project, wanted: Wanted) -> bool:
    """Whether a test fails or a property is refuted."""
    from assay.skills.plc.prove.property import parse_properties
    from assay.skills.plc.prove.proving import Options, prove

    name = wanted.interface.name
    if wanted.tests is not None and any(not one.passed for one in run_tests(project, name, wanted.tests)):
        return True
    options = Options(scan_ns=wanted.scan_ns, timeout=5.0, obligations=False, backends=("python",))
    report = prove(project, name, parse_properties(list(wanted.properties)), options)
    return any(one.status == "REFUTED" for one in report.properties)


def told_apart(first: Project, second: Project, name: str, scan_ns: int) -> bool:
    """Whether the outputs of two programs can differ within the depth; what cannot be decided counts as different."""
    from assay.skills.plc.prove.equal import equal_outputs

    found = equal_outputs(first, second, name, _DEPTH, scan_ns=scan_ns, seconds=5.0)
    return found.status not in ("PROVED", "BOUNDED")
